//! The two nearer tiers, by rule: is this the same publication, or the same text?
//! The rules are strict, because they need no third witness: a false one would weld two stories at once.
//! Deliberately not here: other reports of one event (that decision is learned).
//!
//! - **Identity**: the same link of an article. It is not enough where one feed gives one link to entries that share
//!   no word (a page that lists many things), nor where the link has already told two stories (a live ticker):
//!   there the titles or texts must agree too. The publisher's article number or the agency's id under a changed headline likewise, and the
//!   same words in the slugs of two links. A page
//!   that calls itself live (`ticker.rs`) is one publication under every headline.
//! - **Copy**: the same headline, with or without a kicker, and texts that agree; or, where one has no text, a headline
//!   long enough to be no mere heading ("Weather", "Newsletter"); or the same last five words and most of the rest.
//!   Numbers that clash speak against.

use crate::model::story::{Evidence, Tier};
use crate::model::time::{DAY_MS, Timestamp};
use crate::story::fingerprint::Fingerprint;
use crate::story::signal::{address, numbers, text, title};

/// Of two texts under one headline, the share of the shorter one's stems that the longer has, from which on they are
/// one text. Teasers of one article differ much; what stands by chance under one heading shares next to nothing.
const SAME_TEXT: f64 = 0.25;
/// The same where each title has a word that the other has not: "Norvik's profit rises by a tenth", "Halbstein's …".
const OTHER_SUBJECT: f64 = 0.5;
/// Of two titles that end in the same five words, the share of the shorter one's stems that the other has.
const SAME_TITLE: f64 = 0.7;

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
    let same_number = address::same_article(a, b) == 1.0;
    let clash = numbers::clashing_numbers(a, b) == 1.0;
    let by_number = same_number && alike && !clash;
    let by_slug = address::same_slug(a, b) == 1.0 && alike && !is_column(a, b) && !clash;
    let live = a.is_ticker() && b.is_ticker() && a.source == b.source;
    let by_page = live && (same_number || address::same_link(a, b) == 1.0);
    let signal = match (by_link, by_number || by_page, by_slug) {
        (true, _, _) => "same_link",
        (_, true, _) => "same_article",
        (_, _, true) => "same_slug",
        _ => return None,
    };
    Some(near(
        Tier::Identity,
        vec![found(signal, 1.0, "the same page"), found("title_overlap", likeness, "")],
    ))
}

fn copy(a: &Fingerprint, b: &Fingerprint) -> Option<Nearness> {
    if numbers::clashing_numbers(a, b) == 1.0 || is_column(a, b) {
        return None;
    }
    let near_text = text::near_text(a, b);
    let texts = text::has_text(a) && text::has_text(b);
    let (same, tail) = (title::same_headline(a, b) == 1.0, title::same_tail(a, b) == 1.0);
    let overlap = title::title_overlap(a, b);
    let apart = title::each_has_its_own(a, b);
    let agrees = match (same, tail) {
        (true, _) if texts => near_text >= SAME_TEXT,
        (true, _) => is_no_heading(a, b),
        (false, true) if texts => {
            overlap >= SAME_TITLE && near_text >= if apart { OTHER_SUBJECT } else { SAME_TEXT }
        }
        (false, true) => overlap >= SAME_TITLE && !apart,
        (false, false) => false,
    };
    let first = if same { found("same_headline", 1.0, "") } else { found("same_tail", overlap, "") };
    agrees.then(|| near(Tier::Copy, vec![first, found("near_text", near_text, "")]))
}

/// Whether a headline that both have is their own, and no heading such as "Weather": it is long, or it is of three stems
/// that say something and two publishers have it within hours, as agencies' reports are.
fn is_no_heading(a: &Fingerprint, b: &Fingerprint) -> bool {
    let stems = a.title_stems().min(b.title_stems());
    let at_once = a.source != b.source && apart_ms(a.at, b.at) <= DAY_MS / 4;
    (a.is_sentence() && b.is_sentence()) || (stems >= 3 && at_once)
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
