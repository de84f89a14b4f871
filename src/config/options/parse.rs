//! Options of `[parse]`: the limits of reading a document.

use crate::config::value::{ByteSize, within};
use crate::section;

section! {
    /// Limits of reading one document. What lies beyond is left out, with a complaint.
    pub struct ParseOptions in "parse" {
        /// Entries read from one document.
        max_entries: usize = 5_000, within(1..=1_000_000);
        /// Elements nested within each other, in XML.
        max_depth: usize = 200, within(16..=500);
        /// XML elements read of one entry, and of all that is no entry.
        max_elements: usize = 20_000, within(100..=10_000_000);
        /// Attributes read of one XML element. All elements of one entry together may have four for each of
        /// max_elements.
        max_attributes: usize = 256, within(16..=100_000);
        /// One text of an entry, or one article of text; what is longer is cut. As HTML, with its tags and entities, it may
        /// become half as long again.
        max_text: ByteSize = ByteSize::mib(2), within(ByteSize::kib(16)..=ByteSize::mib(64));
        /// All entries of one document together, with all that they say; entries beyond are left out.
        max_texts: ByteSize = ByteSize::mib(16), within(ByteSize::kib(64)..=ByteSize::mib(1024));
        /// HTML of one entry that is sanitized; longer HTML is kept as the text of its paragraphs.
        max_html: ByteSize = ByteSize::kib(512), within(ByteSize::kib(1)..=ByteSize::mib(16));
        /// Tags nested within each other, in HTML; deeper tags are left out and their text stays.
        max_html_depth: usize = 512, within(8..=2_000);
        /// Subscriptions read from one OPML file.
        max_subscriptions: usize = 20_000, within(1..=1_000_000);
    }
}
