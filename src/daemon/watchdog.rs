//! Pats the service manager's watchdog for as long as all that must answer answers.
//! Promises: a pat means that the store, the road and the scheduler each answered since the last one. Who does not
//! answer is named in the log before the manager ends riverd.

use tokio_util::sync::CancellationToken;

use crate::daemon::health::Health;
use crate::daemon::systemd::Manager;
use crate::store::writer::Writer;

/// How often within the manager's time it is asked, and patted.
const LOOKS: u32 = 6;
/// So many of them without a pat are worth a word.
const SILENT_LOOKS: u32 = 3;

/// Answers for the store whenever that is asked, until `stop`.
///
/// # Errors
/// If the store's thread has ended: nothing can be stored any more.
pub async fn answer_for_the_store(
    health: Health,
    writer: Writer,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = health.store().asked() => {}
            () = writer.fallen() => anyhow::bail!("the store's thread has ended"),
        }
        writer.answers().await?;
        health.store().beat();
    }
}

/// Pats until `stop`, if the manager wants to be patted.
pub async fn pat(health: Health, manager: Manager, stop: CancellationToken) {
    let Some(within) = manager.watchdog() else { return stop.cancelled().await };
    let (mut seen, mut looks) = (beats(&health), 0);
    loop {
        health.pulses().iter().for_each(|(_, pulse)| pulse.ask());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(within / LOOKS) => {}
        }
        let now = beats(&health);
        let silent: Vec<&str> = silent(&seen, &now);
        if silent.is_empty() {
            manager.pat();
            (seen, looks) = (now, 0);
            continue;
        }
        looks += 1;
        if looks == SILENT_LOOKS {
            tracing::error!(
                ?silent,
                "no answer from these; the service manager will end riverd if none comes"
            );
        }
    }
}

type Beats = [(&'static str, u64); 3];

fn beats(health: &Health) -> Beats {
    health.pulses().map(|(name, pulse)| (name, pulse.beats()))
}

/// Who did not answer in between.
fn silent(before: &Beats, now: &Beats) -> Vec<&'static str> {
    before.iter().zip(now).filter(|(before, now)| before == now).map(|((name, _), _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_not_answer_is_named() {
        let before = [("store", 1), ("ingest", 5), ("scheduler", 7)];
        assert_eq!(silent(&before, &[("store", 2), ("ingest", 6), ("scheduler", 8)]), [""; 0]);
        assert_eq!(silent(&before, &[("store", 1), ("ingest", 6), ("scheduler", 7)]), ["store", "scheduler"]);
    }
}
