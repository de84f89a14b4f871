//! What the watched folder stands on: whether what lies at its place is the folder that was looked at before. An empty
//! folder where a disk was unmounted is no wish of the owner's.
//! Promises: pure, but for what it is told of the folder.

use std::time::{Duration, Instant};

use crate::source::folder_scan::Files;

/// The folder itself, as it was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Root {
    /// Device and inode; zeros where there are none.
    pub identity: (u64, u64),
    /// When something was last put into it or taken out, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Nothing lies in it, not even a folder or a hidden file.
    pub is_bare: bool,
}

/// How far what was found is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footing {
    /// It is the folder that is known, or the first.
    Firm,
    /// Another folder lies in its place, and something in it.
    Other,
    /// It is empty, and nobody emptied it.
    Bare,
}

/// What is known of the folder itself.
#[derive(Debug, Default)]
pub struct Ground {
    identity: Option<(u64, u64)>,
    since: Option<Instant>,
}

impl Ground {
    /// How far `root` is believed; `known`: what was in, `now_ns`: the wall's clock.
    pub fn tread(&mut self, root: Root, known: &Files, now_ns: i64) -> Footing {
        let is_other = self.identity.is_some_and(|identity| identity != root.identity);
        if root.is_bare && !known.is_empty() && (is_other || !was_emptied(root, known, now_ns)) {
            return Footing::Bare;
        }
        self.identity = Some(root.identity);
        if is_other {
            self.since = Some(Instant::now());
            return Footing::Other;
        }
        Footing::Firm
    }

    /// Of the folder that is believed; `None`: none was found yet.
    pub fn identity(&self) -> Option<(u64, u64)> {
        self.identity
    }

    /// Another folder came into its place less than so long ago: its files may still be on their way.
    pub fn is_new(&self, span: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() < span)
    }
}

/// Who takes the last thing out of a folder changes it: after the newest file in it was written.
fn was_emptied(root: Root, known: &Files, now_ns: i64) -> bool {
    let past = known.values().map(|stamp| stamp.modified_ns).filter(|at| *at <= now_ns);
    past.max().is_none_or(|newest| root.modified_ns >= newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::FileStamp;

    fn files(modified_ns: i64) -> Files {
        let stamp = FileStamp { modified_ns, size: 1, inode: 1 };
        [("a.txt".to_owned(), stamp)].into()
    }

    fn root(inode: u64, modified_ns: i64, is_bare: bool) -> Root {
        Root { identity: (1, inode), modified_ns, is_bare }
    }

    #[test]
    fn an_empty_place_of_the_folder_is_told_from_an_emptied_folder() {
        let known = files(50);
        for (seen, found, footing) in [
            (None, root(7, 60, true), Footing::Firm),
            (None, root(7, 40, true), Footing::Bare),
            (None, root(7, 40, false), Footing::Firm),
            (Some(root(7, 10, false)), root(7, 60, true), Footing::Firm),
            (Some(root(7, 10, false)), root(8, 60, true), Footing::Bare),
            (Some(root(7, 10, false)), root(8, 60, false), Footing::Other),
        ] {
            let mut ground = Ground::default();
            seen.map(|seen| ground.tread(seen, &known, 100));
            assert_eq!(ground.tread(found, &known, 100), footing, "{seen:?} {found:?}");
            assert_eq!(ground.is_new(Duration::from_secs(60)), footing == Footing::Other);
        }
        assert_eq!(
            Ground::default().tread(root(7, 40, true), &files(500), 100),
            Footing::Firm,
            "a date to come"
        );
        assert_eq!(Ground::default().tread(root(7, 40, true), &Files::new(), 100), Footing::Firm);
    }

    #[test]
    fn the_folder_that_comes_back_is_the_one_that_was_known() {
        let (known, mut ground) = (files(50), Ground::default());
        for (found, footing) in [
            (root(7, 60, false), Footing::Firm),
            (root(8, 60, true), Footing::Bare),
            (root(7, 60, false), Footing::Firm),
        ] {
            assert_eq!(ground.tread(found, &known, 100), footing);
        }
    }
}
