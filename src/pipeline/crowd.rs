//! Tells a few dropped articles, which stand in rivers as of now, from a whole collection, which stands there by its dates.

use crate::model::time::Timestamp;

/// Within so long.
const SPAN_MS: i64 = 60_000;

/// The articles that came lately.
#[derive(Debug, Default)]
pub struct Crowd {
    since: Option<Timestamp>,
    count: usize,
}

impl Crowd {
    /// One more came. Whether it is among the first `few` of its minute.
    pub fn is_few(&mut self, few: usize, now: Timestamp) -> bool {
        if !self.since.is_some_and(|since| (0..SPAN_MS).contains(&now.since(since))) {
            (self.since, self.count) = (Some(now), 0);
        }
        self.count = self.count.saturating_add(1);
        self.count <= few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_of_a_minute_are_few() {
        let mut crowd = Crowd::default();
        for (at, expected) in [(0, true), (1, true), (2, false), (59_999, false), (60_000, true), (50, true)]
        {
            assert_eq!(crowd.is_few(2, Timestamp(at)), expected, "{at}");
        }
        assert!(!crowd.is_few(0, Timestamp(51)));
    }
}
