//! The side pass: a mended XML feed of any format read element by element, with what feed-rs drops or refuses.
//! Promises: gives what there is; no fault in one element costs another.

use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::parse::bounds::Bounds;
use crate::parse::draft::{EntryDraft, Reading};
use crate::parse::entry_fields::{entry, is_entry};
use crate::parse::feed_fields::{feed, hints};
use crate::parse::fields::Notes;
use crate::parse::space::Space;
use crate::parse::tree::{Element, Most, Visitor, read};

/// Reads mended XML; the first element has decided its `shape`. `base`: where it was found.
pub fn side(xml: &str, shape: &'static str, base: Option<&Url>, options: &ParseOptions) -> Reading {
    let (max_entries, bounds) = (options.max_entries, Bounds::new(options));
    let mut entries = Entries { shape, max_entries, found: Vec::new(), notes: Notes::default(), bounds };
    let root = read(xml, base, Most::of(options), &mut entries);
    let Entries { found, mut notes, mut bounds, .. } = entries;
    let mut reading = Reading { shape, entries: found, ..Reading::default() };
    if let Some(root) = root {
        let head = head(&root);
        reading.feed = feed(&root, head, shape, &mut notes);
        bounds.feed(&mut reading.feed);
        reading.hints = hints(head);
    }
    reading.complaints = notes.complaints();
    reading.complaints.extend(bounds.complaints());
    reading
}

/// The element with the metadata: the channel of RSS, RDF and CDF, else the root.
fn head<'e, 'a>(root: &'e Element<'a>) -> &'e Element<'a> {
    let is_channel = |child: &&Element<'a>| child.space == Space::Core && child.name == "channel";
    root.children().find(is_channel).unwrap_or(root)
}

struct Entries {
    shape: &'static str,
    max_entries: usize,
    found: Vec<EntryDraft>,
    notes: Notes,
    bounds: Bounds,
}

impl Visitor for Entries {
    fn takes(&self, element: &Element<'_>, parents: &[Element<'_>]) -> bool {
        is_entry(element, parents)
    }

    fn take(&mut self, element: &Element<'_>) {
        if self.found.len() < self.max_entries {
            let entry = entry(element, self.shape, &mut self.notes);
            self.found.extend(self.bounds.entry(entry));
        }
    }
}
