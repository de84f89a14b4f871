//! The service manager, spoken with as sd_notify(3) says. The one door to `sd_notify`.
//! Promises: without a manager nothing happens; one that cannot be told is a line in the log and stops nothing.
//! Deliberately not here: when what is told; and the sockets that it hands over (`serve/listener`).

use std::time::Duration;

use sd_notify::{NotifyState, notify, watchdog_enabled};

/// A longer line is cut: it is for one line of `systemctl status`.
const STATUS_CHARS: usize = 300;

/// The manager that started riverd, if one did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manager;

impl Manager {
    /// The store is open and the last editions are served; also the end of a reload.
    pub fn is_ready(self, status: &str) {
        tell(&[NotifyState::Ready, NotifyState::Status(&line(status))]);
    }

    /// The start takes longer, for this reason; the manager is to wait for so long from now on.
    pub fn still_starts(self, status: &str, within: Duration) {
        let within = u32::try_from(within.as_micros()).unwrap_or(u32::MAX);
        tell(&[NotifyState::ExtendTimeoutUsec(within), NotifyState::Status(&line(status))]);
    }

    /// How riverd is, for people.
    pub fn status(self, status: &str) {
        tell(&[NotifyState::Status(&line(status))]);
    }

    /// The config is being read anew; [`Manager::is_ready`] ends it.
    pub fn is_reloading(self) {
        match NotifyState::monotonic_usec_now() {
            Ok(moment) => tell(&[NotifyState::Reloading, moment]),
            Err(error) => tracing::warn!(%error, "the service manager is not told of a reload"),
        }
    }

    /// Riverd stops.
    pub fn is_stopping(self) {
        tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
    }

    /// All that must answer has answered.
    pub fn pat(self) {
        tell(&[NotifyState::Watchdog]);
    }

    /// Within which time the manager wants to be patted; `None`: not at all.
    pub fn watchdog(self) -> Option<Duration> {
        watchdog_enabled().filter(|time| !time.is_zero())
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = notify(states) {
        tracing::warn!(%error, "the service manager cannot be told how riverd is (NOTIFY_SOCKET)");
    }
}

/// One line: what stands on a second one would be another message.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(STATUS_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_one_line_of_bounded_length() {
        assert_eq!(line("2 faults\n  WATCHDOG=1"), "2 faults   WATCHDOG=1");
        assert_eq!(line(&"ü".repeat(1_000)).chars().count(), STATUS_CHARS);
    }
}
