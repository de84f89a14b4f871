//! Hands a request to the riverd that holds the store; where none does, this process takes the store and does it.
//! Promises: when a request was left it is on disk, and is done by whoever holds the store next, whatever ends first.

use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::model::correction::{Answer, Request};
use crate::pipeline::mint::Mint;
use crate::pipeline::owner::{Desk, Progress};
use crate::store::error::StoreError;
use crate::store::open::{Store, open, open_to_read};
use crate::store::requests::leave;

/// Between two looks for the answer.
const LOOK: Duration = Duration::from_millis(20);
/// How long a correction is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Has `request` done; `None` if nobody answered within `patience`: then it waits in the store.
///
/// # Errors
/// If the store cannot be read, or the request is refused.
pub async fn ask(
    config: &Config,
    request: Request,
    patience: Duration,
    progress: Progress,
) -> anyhow::Result<Option<Answer>> {
    let path = Path::new(&config.store.path);
    let (reader, start) = (open_to_read(path)?, tokio::time::Instant::now());
    let mut left: Option<i64> = None;
    loop {
        let held = match open(path, now(), "") {
            Err(StoreError::InUse(_)) => None,
            opened => Some(opened?),
        };
        let number = match left {
            Some(number) => number,
            None => leave(path, &request, now())?,
        };
        left = Some(number);
        if let Some(store) = held {
            answer_all(config, &store, progress.clone()).await?;
        }
        match reader.answer(number)? {
            Some(Answer::Refused { reason }) => bail!(reason),
            Some(answer) => return Ok(Some(answer)),
            None if start.elapsed() > patience => return Ok(None),
            None => tokio::time::sleep(LOOK).await,
        }
    }
}

async fn answer_all(config: &Config, store: &Store, progress: Progress) -> anyhow::Result<()> {
    let mut mint = Mint::of(&store.reader)?;
    let (writer, reader) = (&store.writer, &store.reader);
    let mut desk = Desk { writer, reader, mint: &mut mint, options: &config.story, clock: now, progress };
    desk.answer_all().await?;
    Ok(())
}
