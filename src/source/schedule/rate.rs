//! How often a feed publishes, and how often it is to be polled for it.

use std::time::Duration;

use crate::model::poll::Rate;
use crate::model::time::{DAY_MS, Timestamp};
use crate::source::schedule::span::span;

/// So many of the newest entries tell the pace.
const LATEST: usize = 20;

/// The pace that these dates of entries tell; `None` if there are none. Dates to come count as now.
pub fn rate(dates: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> Option<Rate> {
    let mut dates: Vec<Timestamp> = dates.into_iter().map(|at| at.min(now)).collect();
    dates.sort_by(|a, b| b.cmp(a));
    dates.truncate(LATEST);
    let (newest, oldest) = (*dates.first()?, *dates.last()?);
    let steps = i64::try_from(dates.len()).unwrap_or(1) - 1;
    let gap_ms = (newest > oldest).then(|| newest.since(oldest) / steps.max(1));
    Some(Rate { newest, gap_ms })
}

/// Twice for each entry that is to be expected; less and less the longer none comes.
pub fn own_interval(rate: &Rate, now: Timestamp) -> Duration {
    let (half, silence) = (rate.gap_ms.unwrap_or(0) / 2, now.since(rate.newest) / 10);
    Duration::from_millis(u64::try_from(half.max(silence)).unwrap_or(0))
}

/// The pace in words.
pub fn told(rate: &Rate, now: Timestamp) -> String {
    let silence = now.since(rate.newest).max(0);
    match rate.gap_ms {
        Some(gap) if gap / 2 >= silence / 10 => {
            let (per, days) = (DAY_MS as f64 / gap.max(1) as f64, gap as f64 / DAY_MS as f64);
            match per.round() {
                many if many >= 2.0 => format!("own rate: {many} entries a day"),
                _ => format!("own rate: an entry in {}", span(Duration::from_secs_f64(days * 86_400.0))),
            }
        }
        _ => {
            let quiet = Duration::from_millis(u64::try_from(silence).unwrap_or(0));
            format!("own rate: no new entry for {}", span(quiet))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);
    const HOUR: i64 = 3_600_000;

    #[test]
    fn rule_09_the_interval_follows_the_feeds_own_rate() {
        let every = |hours: i64, count: i64, silent: i64| {
            let dates = (0..count).map(|n| NOW.plus_ms(-(silent + n * hours) * HOUR));
            let rate = rate(dates, NOW).expect("dates");
            (own_interval(&rate, NOW).as_secs() / 60, told(&rate, NOW))
        };
        for (hours, count, silent, minutes, words) in [
            (2, 30, 0, 60, "own rate: 12 entries a day"),
            (24, 10, 3, 720, "own rate: an entry in 24 h"),
            (1, 10, 100, 600, "own rate: no new entry for 4.2 d"),
            (0, 10, 10, 60, "own rate: no new entry for 10 h"),
            (5, 1, 0, 0, "own rate: no new entry for 0 s"),
        ] {
            assert_eq!(every(hours, count, silent), (minutes, words.to_owned()));
        }
        assert_eq!(rate([], NOW), None);
    }

    #[test]
    fn dates_to_come_are_no_reason_to_hurry_or_to_wait() {
        let rate = rate([NOW.plus_ms(1_000 * HOUR), NOW.plus_ms(-HOUR)], NOW).expect("dates");
        assert_eq!((rate.newest, rate.gap_ms), (NOW, Some(HOUR)));
    }
}
