//! The standing tasks, by name: none of them ends unseen.
//! Promises: a task that panics, fails, or ends though nobody told it to stop is an error that names it, and all others
//! are told to stop. Units of work that strangers cause, a document that is read, a poll, a connection, are not
//! tasks of this kind: each fails alone, and loudly.

use std::any::Any;
use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Why a task is no more, though it should be.
#[derive(Debug, thiserror::Error)]
pub enum Fallen {
    /// It panicked.
    #[error("the task {task} fell over: {why}")]
    Panicked {
        /// Its name.
        task: &'static str,
        /// What it said.
        why: String,
    },
    /// It ended by itself.
    #[error("the task {task} ended, though nobody told it to")]
    Ended {
        /// Its name.
        task: &'static str,
    },
    /// It cannot go on.
    #[error("the task {task} cannot go on")]
    Failed {
        /// Its name.
        task: &'static str,
        /// Why.
        #[source]
        cause: CannotGoOn,
    },
}

/// Why a task cannot go on.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct CannotGoOn(pub anyhow::Error);

/// The tasks that run until `stop`.
#[derive(Debug)]
pub struct Tasks {
    running: JoinSet<Result<(), CannotGoOn>>,
    names: HashMap<Id, &'static str>,
    stop: CancellationToken,
}

impl Tasks {
    /// None yet. `stop`: tells them to stop; also what tells them when one falls.
    pub fn new(stop: CancellationToken) -> Self {
        Self { running: JoinSet::new(), names: HashMap::new(), stop }
    }

    /// Starts one that cannot fail.
    pub fn start(&mut self, task: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.start_fallible(task, async {
            work.await;
            Ok(())
        });
    }

    /// Starts one that may have to give up.
    pub fn start_fallible(
        &mut self,
        task: &'static str,
        work: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let handle = self.running.spawn(async { work.await.map_err(CannotGoOn) });
        self.names.insert(handle.id(), task);
    }

    /// Waits until told to stop, or until one falls; then all are told to stop.
    ///
    /// # Errors
    /// Which one fell, and why.
    pub async fn watch(&mut self) -> Result<(), Fallen> {
        let ended = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Ok(()),
            ended = self.running.join_next_with_id() => ended,
        };
        // Who ends because it was told to has done what it should.
        let told = self.stop.is_cancelled();
        self.stop.cancel();
        ended.map_or(Ok(()), |ended| self.judge(ended, told))
    }

    /// Waits for the end of those that are left, for so long at most. Who does not end in time is let go, and named.
    ///
    /// # Errors
    /// The first that fell on its way.
    pub async fn finish(&mut self, within: Duration) -> Result<(), Fallen> {
        let mut first = Ok(());
        let all = async {
            while let Some(ended) = self.running.join_next_with_id().await {
                let judged = self.judge(ended, true);
                if first.is_ok() {
                    first = judged;
                }
            }
        };
        if tokio::time::timeout(within, all).await.is_err() {
            let left: Vec<_> = self.names.values().collect();
            tracing::warn!(?left, "these tasks did not end in time");
            self.running.abort_all();
        }
        first
    }

    fn judge(
        &mut self,
        ended: Result<(Id, Result<(), CannotGoOn>), JoinError>,
        told: bool,
    ) -> Result<(), Fallen> {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let task = self.names.remove(&id).unwrap_or("without a name");
        match ended {
            Ok((_, Ok(()))) if told => Ok(()),
            Ok((_, Ok(()))) => Err(Fallen::Ended { task }),
            Ok((_, Err(cause))) => Err(Fallen::Failed { task, cause }),
            Err(error) if error.is_panic() => {
                Err(Fallen::Panicked { task, why: said(error.into_panic().as_ref()) })
            }
            Err(_) if told => Ok(()),
            Err(_) => Err(Fallen::Ended { task }),
        }
    }
}

/// What a panic said.
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until_told(stop: &CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let stop = stop.clone();
        async move { stop.cancelled().await }
    }

    /// What is said when `work` runs beside a task that waits to be told.
    async fn told(work: impl Future<Output = anyhow::Result<()>> + Send + 'static) -> Option<String> {
        let stop = CancellationToken::new();
        let mut tasks = Tasks::new(stop.clone());
        tasks.start("steady", until_told(&stop));
        tasks.start_fallible("weak", work);
        let fallen = tasks.watch().await.err();
        assert!(stop.is_cancelled(), "the others are told");
        tasks.finish(Duration::from_secs(20)).await.expect("the steady one ends well");
        fallen.map(|fallen| format!("{:#}", anyhow::Error::from(fallen)))
    }

    #[tokio::test]
    async fn a_task_that_panics_fails_or_just_ends_is_named_and_the_others_are_told() {
        let text = async { panic!("no {} left", "ink") };
        assert_eq!(told(text).await.as_deref(), Some("the task weak fell over: no ink left"));
        assert_eq!(
            told(async { Ok(()) }).await.as_deref(),
            Some("the task weak ended, though nobody told it to")
        );
        let failing = async { Err(anyhow::anyhow!("disk full").context("not stored")) };
        assert_eq!(told(failing).await.as_deref(), Some("the task weak cannot go on: not stored: disk full"));
    }

    #[tokio::test]
    async fn who_is_told_to_stop_has_not_fallen_and_who_falls_on_the_way_is_named() {
        let stop = CancellationToken::new();
        let mut tasks = Tasks::new(stop.clone());
        tasks.start("steady", until_told(&stop));
        let waits = until_told(&stop);
        tasks.start("clumsy", async {
            waits.await;
            panic!("at the very end")
        });
        stop.cancel();
        tasks.watch().await.expect("nobody fell");
        let fallen = tasks.finish(Duration::from_secs(20)).await.expect_err("one fell");
        assert_eq!(fallen.to_string(), "the task clumsy fell over: at the very end");
    }

    #[tokio::test]
    async fn who_does_not_end_is_not_waited_for() {
        let stop = CancellationToken::new();
        let mut tasks = Tasks::new(stop.clone());
        tasks.start("stubborn", std::future::pending());
        stop.cancel();
        tasks.finish(Duration::from_millis(1)).await.expect("nobody fell");
    }
}
