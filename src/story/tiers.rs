//! The two nearer tiers, by rule: is this the same publication, or the same text?
//! The rules are strict, because they need no third witness: a false one would weld two stories at once.
//! Deliberately not here: other reports of one event (that decision is learned).
//!
//! - **Identity**: the same link of an article. It is not enough where one feed gives one link to entries that share
//!   no word (a page that lists many things), nor where the link has already told two stories (a live ticker):
//!   there the titles or texts must agree too. The publisher's article number under a changed headline likewise.
//! - **Copy**: the same headline, and texts that agree; or, where one has no text, a headline long enough to be no
//!   mere heading ("Weather", "Newsletter"). Numbers that clash speak against.

use crate::model::story::{Evidence, Tier};
use crate::model::time::{DAY_MS, Timestamp};
use crate::story::fingerprint::Fingerprint;
use crate::story::signal::{address, numbers, text, title};

/// A headline of fewer stems is a heading: it may stand above anything.
const HEADING_STEMS: usize = 4;

/// How near two entries are by rule, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearness {
    /// The tier.
    pub tier: Tier,
    /// What was observed.
    pub evidence: Vec<Evidence>,
}

/// What the window knows of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// It tells one story so far.
    Article,
    /// It has told several: a ticker, a list.
    Listing,
}

/// How near these two are; `None` if no rule finds them near.
pub fn nearness(a: &Fingerprint, b: &Fingerprint, page: Page) -> Option<Nearness> {
    identity(a, b, page).or_else(|| copy(a, b))
}

fn identity(a: &Fingerprint, b: &Fingerprint, page: Page) -> Option<Nearness> {
    let likeness = title::title_overlap(a, b).max(text::near_text(a, b));
    let alike = match page {
        Page::Article => likeness >= 0.2,
        Page::Listing => likeness >= 0.5,
    };
    let by_link =
        address::same_link(a, b) == 1.0 && (alike || (page == Page::Article && a.source != b.source));
    let by_number = address::same_article(a, b) == 1.0 && alike && numbers::clashing_numbers(a, b) == 0.0;
    if !by_link && !by_number {
        return None;
    }
    let signal = if by_link { "same_link" } else { "same_article" };
    Some(near(
        Tier::Identity,
        vec![found(signal, 1.0, "the same page"), found("title_overlap", likeness, "")],
    ))
}

fn copy(a: &Fingerprint, b: &Fingerprint) -> Option<Nearness> {
    if title::same_headline(a, b) == 0.0 || numbers::clashing_numbers(a, b) == 1.0 {
        return None;
    }
    let near_text = text::near_text(a, b);
    let agrees = if text::has_text(a) && text::has_text(b) {
        near_text >= 0.5
    } else {
        a.title_stems().min(b.title_stems()) >= HEADING_STEMS && !is_column(a, b)
    };
    let evidence = vec![found("same_headline", 1.0, ""), found("near_text", near_text, "")];
    agrees.then(|| near(Tier::Copy, evidence))
}

/// The same feed giving the same title to another page half a day later: a column, not a copy.
fn is_column(a: &Fingerprint, b: &Fingerprint) -> bool {
    a.source == b.source && a.link != b.link && apart_ms(a.at, b.at) > DAY_MS / 2
}

/// Milliseconds between two instants.
pub fn apart_ms(a: Timestamp, b: Timestamp) -> i64 {
    a.since(b).saturating_abs()
}

fn near(tier: Tier, evidence: Vec<Evidence>) -> Nearness {
    Nearness { tier, evidence }
}

fn found(signal: &str, value: f64, note: &str) -> Evidence {
    Evidence { signal: signal.to_owned(), value, weight: value, note: note.to_owned() }
}
