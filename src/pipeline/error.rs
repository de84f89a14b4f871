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

/// Runs what blocks where it may block.
///
/// # Errors
/// What `work` says, or [`PipelineError::Ended`].
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, PipelineError>
where
    T: Send + 'static,
    E: Send + 'static,
    PipelineError: From<E>,
{
    tokio::task::spawn_blocking(work).await.map_err(|_| PipelineError::Ended)?.map_err(PipelineError::from)
}
