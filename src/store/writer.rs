//! The one writer: a thread that owns the writing connection and runs one transaction after another.
//! Promises: when a call returns Ok, its transaction is on disk; a failed one left nothing behind.

use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::store::carrier::Carrier;
use crate::store::endurance::Endurance;
use crate::store::error::StoreError;

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// The writing connection, and how it bears a disk that fails.
pub(crate) struct Db {
    /// Ends before the connection does: the last one to close leaves no log behind.
    carrier: Carrier,
    connection: Connection,
    endurance: Endurance,
}

/// After so long without a job it lets go of the pages it holds in memory.
const REST: Duration = Duration::from_secs(2);

/// Jobs that may wait for the writer; beyond it callers wait.
const QUEUE: usize = 64;

/// A handle to the writing thread. The thread ends, and the database closes, with the last handle.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    endurance: Endurance,
    _thread: std::sync::Arc<Thread>,
}

/// What waits for the writer.
#[derive(Debug, Clone)]
pub struct Queue(mpsc::WeakSender<Job>);

impl Queue {
    /// How many jobs wait; 0 where the thread has ended.
    pub fn depth(&self) -> usize {
        self.0.upgrade().map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
    }
}

#[derive(Debug)]
struct Thread(Option<JoinHandle<()>>);

impl Drop for Thread {
    fn drop(&mut self) {
        // The queue closed before: the thread finishes what was asked and closes the database.
        if let Some(thread) = self.0.take() {
            drop(thread.join());
        }
    }
}

impl Writer {
    /// A thread that writes by one connection, and has what it writes carried over by the other.
    pub(crate) fn start(mut connection: Connection, carrying: Connection) -> Result<Self, StoreError> {
        let endurance = Endurance::default();
        let carrier = Carrier::start(&mut connection, carrying)?;
        let mut db = Db { carrier, connection, endurance: endurance.clone() };
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let clock = clock.map_err(|_| StoreError::Closed)?;
        let run = move || {
            let mut rests = true;
            loop {
                let next = clock.block_on(async {
                    if rests {
                        Ok(queue.recv().await)
                    } else {
                        tokio::time::timeout(REST, queue.recv()).await
                    }
                });
                rests = next.is_err();
                match next {
                    Ok(Some(job)) => {
                        job(&mut db);
                        db.carrier.tend(&db.connection);
                    }
                    Ok(None) => return,
                    // What fails here is no loss: the pages stay in memory.
                    Err(_) => drop(db.connection.execute_batch("PRAGMA shrink_memory")),
                }
            }
        };
        let thread = std::thread::Builder::new().name("store".to_owned()).spawn(run);
        let thread = thread.map_err(|_| StoreError::Closed)?;
        Ok(Self { jobs, endurance, _thread: std::sync::Arc::new(Thread(Some(thread))) })
    }

    /// Of a store that cannot be written: whatever is asked of it fails.
    pub fn closed() -> Self {
        let (jobs, _) = mpsc::channel(1);
        Self { jobs, endurance: Endurance::default(), _thread: std::sync::Arc::new(Thread(None)) }
    }

    /// Whether, and for how long, it waits for a disk that is full or fails; at first, not at all.
    pub fn endurance(&self) -> &Endurance {
        &self.endurance
    }

    /// Writes what stands in the log back into the database, so that this one file is the whole store.
    ///
    /// # Errors
    /// As [`StoreError`] lists; then it stands in the log still, and nothing is lost.
    pub async fn write_back(&self) -> Result<(), StoreError> {
        let checkpoint =
            |db: &mut Db| db.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(self.with(checkpoint).await??)
    }

    /// Asks the thread for a word, behind all that waits. It answers as long as it lives, whatever the disk does.
    ///
    /// # Errors
    /// [`StoreError::Closed`]
    pub async fn answers(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |_| {
            // Who asked may have gone away.
            let _ = answer.send(());
        });
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)
    }

    /// Waits for the end of the thread, which comes before that of its handles only if it fell over.
    pub async fn fallen(&self) {
        self.jobs.closed().await;
    }

    /// Its queue, for those who watch it; it does not keep the thread alive.
    pub fn queue(&self) -> Queue {
        Queue(self.jobs.downgrade())
    }

    /// Runs `work` in one transaction: committed if it returns Ok, undone otherwise.
    ///
    /// # Errors
    /// What `work` or the commit says.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        work: impl Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answered) = job(work);
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work`, which sees to its transactions itself.
    ///
    /// # Errors
    /// [`StoreError::Closed`] if the store is.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue_up(work).await?.await.map_err(|_| StoreError::Closed)
    }

    /// As [`Self::with`], but returns once `work` is in the queue; its result comes later.
    ///
    /// # Errors
    /// [`StoreError::Closed`] if the store is.
    pub(crate) async fn queue_up<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| drop(answer.send(work(db))));
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        Ok(answered)
    }

    /// As [`Self::transact`] for callers that may block.
    ///
    /// # Errors
    /// What `work` or the commit says.
    pub(crate) fn transact_blocking<T: Send + 'static>(
        &self,
        work: impl Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answered) = job(work);
        self.jobs.blocking_send(job).map_err(|_| StoreError::Closed)?;
        answered.blocking_recv().map_err(|_| StoreError::Closed)?
    }
}

fn job<T: Send + 'static>(
    work: impl Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, StoreError>>) {
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move |db| {
        // A caller that went away is no reason to undo what it asked for.
        let _ = answer.send(transact(db, work));
    });
    (job, answered)
}

/// Runs `work` in one transaction of this connection; again and again where the disk is full or fails, and somebody wants
/// it to wait.
///
/// # Errors
/// What `work` or the commit says; nothing is stored then.
pub(crate) fn transact<T>(
    db: &mut Db,
    work: impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    loop {
        match attempt(&mut db.connection, &work) {
            Err(error) if db.endurance.waits(&error) => {}
            done => {
                if done.is_ok() {
                    db.endurance.succeed();
                }
                return done;
            }
        }
    }
}

fn attempt<T>(
    db: &mut Connection,
    work: &impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}
