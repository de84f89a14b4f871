//! The bounds of mending: what is cut from a document, and what is told of it.

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;

/// What is cut.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// Elements nested within each other.
    pub depth: usize,
    /// Elements named `item` or `entry`.
    pub entries: usize,
    /// Elements of one entry, and all that are of none.
    pub elements: usize,
    /// Only the side pass will read it: what that reads right as it stands is left so, and no copy is made for it.
    pub lenient: bool,
}

impl Guard {
    /// For feeds. `lenient`: only the side pass will read it.
    pub fn feed(options: &ParseOptions, lenient: bool) -> Self {
        let ParseOptions { max_depth: depth, max_entries: entries, max_elements: elements, .. } = *options;
        Self { depth, entries, elements, lenient }
    }

    /// For lists of subscriptions, which have a limit of their own.
    pub fn list(options: &ParseOptions) -> Self {
        Self { depth: options.max_depth, entries: usize::MAX, elements: usize::MAX, lenient: false }
    }
}

/// How many there were.
#[derive(Debug, Default)]
pub struct Count {
    /// Entries.
    pub entries: usize,
    /// Elements of the entry that is open.
    pub inside: usize,
    /// Elements of no entry.
    pub outside: usize,
}

/// What was mended and left out, and how often.
#[derive(Debug, Default)]
pub struct Faults {
    /// Ampersands, entities, angle brackets and quotes.
    pub references: usize,
    /// End tags without a start.
    pub tags: usize,
    /// Elements nested too deeply.
    pub deep: usize,
    /// Elements too many.
    pub many: usize,
    /// Entries too many.
    pub entries: usize,
    /// Elements left open.
    pub unclosed: usize,
    /// Ends of the document that were none.
    pub behind: usize,
}

impl Faults {
    /// Each kind as one complaint.
    pub fn complain(&self, guard: Guard, complaints: &mut Vec<Complaint>) {
        let told = [
            ("xml", self.references, "stray ampersands, entities or angle brackets mended".to_owned()),
            ("xml", self.tags, "end tags without a start left out".to_owned()),
            ("limit", self.deep, format!("elements nested deeper than {} left out", guard.depth)),
            ("limit", self.many, format!("elements beyond {} of one entry left out", guard.elements)),
            ("limit", self.entries, format!("entries beyond the first {} left out", guard.entries)),
            ("xml", self.unclosed, "elements closed that were left open".to_owned()),
            ("xml", self.behind, "things behind the end of the document read as part of it".to_owned()),
        ];
        for (kind, count, what) in told.into_iter().filter(|(_, count, _)| *count > 0) {
            complaints.push(Complaint::new(kind, format!("{count} {what}")));
        }
    }
}
