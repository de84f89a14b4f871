//! Ids inside one store: row numbers, minted once, never reused, one type for each noun.
//! Deliberately not here: the ids that readers see (`atom:id`); those are strings in the nouns themselves.

use serde::{Deserialize, Serialize};

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_id!(
    /// A feed: a remote one, or a file in the watched folder.
    FeedId
);
row_id!(
    /// One entry of one feed. Grows in the order in which entries were first seen.
    EntryId
);
row_id!(
    /// One story. Grows in the order in which stories were first told.
    StoryId
);
