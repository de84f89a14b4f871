//! Gives out what is given out once: ids, and moments in the order in which things happen to the store.

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::{SECOND_MS, Timestamp};
use crate::store::error::StoreError;
use crate::store::reader::Reader;

/// A clock that stands so far behind is believed: the moments before it were wrong.
const DISBELIEF_MS: i64 = 3_600 * SECOND_MS;

/// Gives out ids that were never given out. There is one for each store that is written to.
#[derive(Debug, Clone, Copy)]
pub struct Mint {
    /// The last one given out.
    pub entry: EntryId,
    /// The last one given out.
    pub story: StoryId,
    /// The last one given out.
    pub moment: Timestamp,
    /// The latest one given out.
    pub latest: Timestamp,
    /// When the store was made: no moment came before.
    pub born: Timestamp,
}

impl Mint {
    /// Goes on where the store left off.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn of(reader: &Reader) -> Result<Self, StoreError> {
        let (entry, story) = reader.last_ids()?;
        let moment = reader.last_moment()?;
        Ok(Self { entry, story, moment, latest: moment, born: reader.born()? })
    }

    /// A new id.
    pub fn entry(&mut self) -> EntryId {
        self.entry.0 += 1;
        self.entry
    }

    /// A new id.
    pub fn story(&mut self) -> StoryId {
        self.story.0 += 1;
        self.story
    }

    /// Now, but later than every moment before, so that the past can be put in order; a clock that was set back by a
    /// little is waited for. A clock that stands before the store's beginning, as that of a machine without a battery does
    /// until the network is there, is not believed at all.
    pub fn moment(&mut self, now: Timestamp) -> Timestamp {
        let behind = self.moment.since(now);
        self.moment = match now {
            now if now < self.born => self.latest.max(self.born).plus_ms(1),
            _ if (0..DISBELIEF_MS).contains(&behind) => self.moment.plus_ms(1),
            now => now,
        };
        self.latest = self.latest.max(self.moment);
        self.moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_grow_while_the_clock_is_set_back_a_little_and_follow_it_when_it_was_wrong() {
        let zero = Timestamp(0);
        let mut mint =
            Mint { entry: EntryId(0), story: StoryId(0), moment: zero, latest: zero, born: Timestamp(50) };
        let day = 24 * DISBELIEF_MS;
        let told: Vec<i64> = [day, day, day - 5, day + 9, 50 * day, day + 10]
            .into_iter()
            .map(|now| mint.moment(Timestamp(now)).0)
            .collect();
        assert_eq!(told, [day, day + 1, day + 2, day + 9, 50 * day, day + 10]);
        assert_eq!(mint.latest, Timestamp(50 * day));
        assert_eq!(mint.moment(Timestamp(3)).0, 50 * day + 1, "before the store was made");
        assert_eq!(mint.moment(Timestamp(3)).0, 50 * day + 2);
        assert_eq!(mint.moment(Timestamp(day + 20)).0, day + 20);
    }
}
