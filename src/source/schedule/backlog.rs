//! A start after a long stop: what is overdue is spread, instead of all polled at once.

use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::time::Timestamp;
use crate::source::remote::Command;

/// A second for each overdue feed, and never longer than the shortest interval.
const EACH: Duration = Duration::from_secs(1);

/// When an overdue feed is due now. `overdue`: how many there are; `dice`: 0 to 1.
pub fn spread(now: Timestamp, overdue: usize, dice: f64, options: &FetchOptions) -> Timestamp {
    let all = u32::try_from(overdue).unwrap_or(u32::MAX).saturating_sub(1);
    let window = EACH.saturating_mul(all).min(options.min_interval);
    now.plus_ms((window.as_millis() as f64 * dice.clamp(0.0, 1.0)) as i64)
}

/// Gives what is overdue new dates; what was never polled is polled at once, for its owner has just added it.
pub fn spread_overdue(mut orders: Vec<Command>, now: Timestamp, options: &FetchOptions) -> Vec<Command> {
    let is_overdue = |due: &Option<Timestamp>| due.is_some_and(|due| due <= now);
    let count =
        orders.iter().filter(|order| matches!(order, Command::Follow { due, .. } if is_overdue(due))).count();
    let mut place = 0.0;
    for order in &mut orders {
        if let Command::Follow { due, .. } = order
            && is_overdue(due)
        {
            *due = Some(spread(now, count, place / count as f64, options));
            place += 1.0;
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_10_a_start_after_a_long_stop_spreads_the_backlog() {
        let (now, options) = (Timestamp(0), FetchOptions::default());
        assert_eq!(spread(now, 1, 0.9, &options), now);
        let dates: Vec<_> =
            (0..1_000).map(|n| spread(now, 1_000, f64::from(n) / 1_000.0, &options).0).collect();
        for minute in 0..15 {
            let here = dates.iter().filter(|at| **at / 60_000 == minute).count();
            assert!((60..=70).contains(&here), "{here} in minute {minute}");
        }
    }
}
