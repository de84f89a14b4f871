//! What stops the road: only the store. Everything else is one document's affair, or one publication's.

use crate::publish::write::ExportError;
use crate::store::error::StoreError;

/// The road cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The static export failed.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A task of the runtime was ended from outside.
    #[error("a task was ended from outside")]
    Ended,
}

/// Runs what blocks where it may block. If `work` panics, so does this.
///
/// # Errors
/// What `work` says, or [`PipelineError::Ended`].
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, PipelineError>
where
    T: Send + 'static,
    E: Send + 'static,
    PipelineError: From<E>,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(PipelineError::from),
        // It is a fault of riverd's, and goes on up to the task that it is part of.
        Err(fallen) if fallen.is_panic() => std::panic::resume_unwind(fallen.into_panic()),
        Err(_) => Err(PipelineError::Ended),
    }
}

/// Runs here what may take long, while another thread takes the other tasks of this one.
pub fn at_length<T>(work: impl FnOnce() -> T) -> T {
    let runtime = tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor());
    match runtime {
        Ok(tokio::runtime::RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_one_task_works_at_length_the_others_of_its_thread_go_on() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
        let (send, receive) = std::sync::mpsc::channel();
        let waits = runtime.spawn(async move {
            // The one thread there is would never come to this task.
            let other = tokio::spawn(async move { send.send(()) });
            let heard = at_length(|| receive.recv_timeout(std::time::Duration::from_secs(30)));
            other.await.is_ok_and(|sent| sent.is_ok()) && heard.is_ok()
        });
        assert!(runtime.block_on(waits).expect("no panic"));
        assert_eq!(at_length(|| 7), 7, "where no runtime is");
    }
}
