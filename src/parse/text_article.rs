//! One dropped file of plain text as one entry. The first line is the title; lines under it that only name authors, a
//! date or the source are read as such; then a lead, or points in short ("Das Wichtigste in Kürze"), is the summary;
//! every paragraph, the lead and the points too, stands in the content.
//! Promises: linear; a first line too long for a title is also kept whole in the content.

use std::borrow::Cow;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::parse::article::{Draft, MAX_TITLE_CHARS, Place, SUMMARY_CHARS, finish, headline};
use crate::parse::blocks::{Block, announces_summary, blocks, html, is_heading};
use crate::parse::byline::{Byline, byline};
use crate::parse::front_matter::split;
use crate::parse::link::absolute;
use crate::parse::parsed::Parsed;

/// Reads a plain-text article.
pub fn text(text: &str, place: Place<'_>, options: &ParseOptions, mut complaints: Vec<Complaint>) -> Parsed {
    let text = unix_lines(text);
    let (front, body) = split(&text, &mut complaints);
    let mut draft = Draft { front, ..Draft::default() };
    let mut blocks = blocks(body);
    if draft.front.text(&["title"]).is_none() {
        draft.title = take_title(&mut blocks);
    }
    draft.link = take_link(&mut blocks);
    draft.byline = take_byline(&mut blocks);
    draft.summary = summary(&blocks).map(html);
    draft.content = html(&blocks);
    finish("text", draft, place, options, complaints)
}

/// Lines that end as those of Windows or of old Macs do, ended as all others.
fn unix_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// The first line, and the second too where the first is but a word that leads up to it ("KOMMENTAR").
fn take_title(blocks: &mut Vec<Block<'_>>) -> String {
    let Some(Block::Line(first)) = blocks.first() else { return String::new() };
    if first.chars().count() > MAX_TITLE_CHARS {
        return headline(first);
    }
    let mut title = first.to_string();
    blocks.remove(0);
    if let Some(Block::Line(second)) = blocks.first().filter(|_| is_kicker(&title) && !is_heading(blocks, 0))
    {
        let is_headline =
            (20..=140).contains(&second.chars().count()) && !second.ends_with(['.', ':', ';', ',']);
        if is_headline && blocks.len() > 1 && byline(second).is_none() {
            title = format!("{}: {second}", title.trim_end_matches([':', ' ']));
            blocks.remove(0);
        }
    }
    title
}

/// One or two words in capitals, or with a colon behind them.
fn is_kicker(line: &str) -> bool {
    let words = line.split_whitespace().count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = letters >= 4 && !line.chars().any(char::is_lowercase);
    (1..=2).contains(&words) && line.chars().count() <= 28 && (capitals || line.ends_with(':'))
}

/// So many pieces under the title may name authors, dates and the source.
const HEAD_BLOCKS: usize = 6;

/// Takes out the lines under the title that only name authors and dates.
fn take_byline(blocks: &mut Vec<Block<'_>>) -> Byline {
    let mut told = Byline::default();
    let mut at = 0;
    for _ in 0..HEAD_BLOCKS {
        let Some(Block::Line(line)) = blocks.get(at) else { break };
        match byline(line) {
            Some(found) => {
                told.authors.extend(found.authors);
                told.published = told.published.or(found.published);
                told.updated = told.updated.or(found.updated);
                blocks.remove(at);
            }
            None => at += 1,
        }
    }
    told
}

/// A line under the title or at the end that is only an address, or names the source, gives the link.
fn take_link(blocks: &mut Vec<Block<'_>>) -> Option<String> {
    let last = blocks.len().saturating_sub(2);
    let places = (0..blocks.len()).filter(|at| *at < HEAD_BLOCKS || *at >= last);
    let (at, link) = places.filter_map(|at| Some((at, only_address(&blocks[at])?))).next()?;
    blocks.remove(at);
    Some(link)
}

fn only_address(block: &Block<'_>) -> Option<String> {
    const NAMES: [&str; 8] = ["quelle", "link", "source", "url", "original", "permalink", "fuente", "fonte"];
    let Block::Line(line) = block else { return None };
    let (label, rest) = line.split_once(':').unwrap_or(("", line));
    let named = NAMES.contains(&label.trim().to_lowercase().as_str());
    let address = if named { rest } else { line }.trim().trim_matches(['<', '>']);
    let lower = address.get(..8).unwrap_or("").to_ascii_lowercase();
    let is_one = (lower.starts_with("https://") || lower.starts_with("http://"))
        && !address.contains(char::is_whitespace);
    is_one.then(|| absolute(address, None)).flatten()
}

/// The lead: what stands before the first heading; else the points in short; else what stands under the heading.
fn summary<'b, 'a>(blocks: &'b [Block<'a>]) -> Option<&'b [Block<'a>]> {
    let is_lead = |at: usize| match blocks.get(at) {
        Some(Block::Line(line)) => line.chars().count() <= SUMMARY_CHARS && !is_heading(blocks, at),
        _ => false,
    };
    if is_lead(0) {
        return Some(&blocks[..1]);
    }
    let announced = blocks
        .windows(2)
        .position(|pair| matches!(pair, [Block::Line(line), Block::List(_)] if announces_summary(line)));
    let early = || blocks.iter().take(4).position(|block| matches!(block, Block::List(_)));
    let at = announced.map(|at| at + 1).or_else(early).or_else(|| is_lead(1).then_some(1))?;
    Some(&blocks[at..=at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Entry;
    use crate::model::time::Timestamp;

    const TEXT: &str = "Neue Brücke über die Lahn\nDie Stadt baut. Sie zahlt 3'000 Franken & mehr.\n\nDas Wichtigste in Kürze\n- Der Bau beginnt «bald».\n- Er dauert ein Jahr.\nDer erste Absatz des Berichts ist ziemlich lang und erzählt, was im Rat am Mittwoch dazu gesagt wurde.\nZweiter Absatz.\n";

    fn entry(text: &str, path: &str) -> Entry {
        let place = Place { path, modified: Some(Timestamp(5)) };
        super::text(text, place, &ParseOptions::default(), vec![]).entries.remove(0)
    }

    #[test]
    fn a_news_article_gives_title_lead_and_every_paragraph() {
        let entry = entry(TEXT, "stadt/a.txt");
        assert_eq!(entry.title, "Neue Brücke über die Lahn");
        assert_eq!(
            entry.summary.as_deref(),
            Some("<p>Die Stadt baut. Sie zahlt 3'000 Franken &amp; mehr.</p>")
        );
        assert_eq!(entry.language.as_deref(), Some("de"));
        assert_eq!(entry.published, Some(Timestamp(5)));
        let content = entry.content.expect("content");
        for part in
            ["<h2>Das Wichtigste in Kürze</h2>", "<li>Der Bau beginnt «bald».</li>", "<p>Zweiter Absatz.</p>"]
        {
            assert!(content.contains(part), "{part} in {content}");
        }
    }

    #[test]
    fn a_bulleted_summary_stands_in_where_there_is_no_lead() {
        let entry = entry("T\n\nDas Wichtigste in Kürze\n- Eins.\n- Zwei.\n\nAbsatz.\n", "a.txt");
        assert_eq!(entry.summary.as_deref(), Some("<ul>\n<li>Eins.</li>\n<li>Zwei.</li>\n</ul>"));
    }

    #[test]
    fn authors_and_dates_under_the_title_are_read_and_leave_the_text() {
        let text = "Neue Brücke\r\nVon Anna Weber\r\n26. November 2026, 14:05 Uhr\r\n\r\nDie Stadt baut.\r\n\r\nMehr dazu.";
        let entry = entry(text, "a.txt");
        assert_eq!(entry.authors[0].name, "Anna Weber");
        assert_eq!(entry.published, crate::parse::date::timestamp("2026-11-26T13:05:00Z"));
        assert_eq!(entry.content.as_deref(), Some("<p>Die Stadt baut.</p>\n<p>Mehr dazu.</p>"));
    }

    #[test]
    fn a_kicker_leads_up_to_the_title() {
        let text = "KOMMENTAR\nWarum die Brücke jetzt kommen muss\n\nEs wird Zeit, sagt der Rat.";
        assert_eq!(entry(text, "a.txt").title, "KOMMENTAR: Warum die Brücke jetzt kommen muss");
        let text = "Brücke\nDie Stadt baut für alle Bürger\n\nEs wird Zeit.";
        assert_eq!(entry(text, "a.txt").title, "Brücke");
        assert_eq!(entry("NATO TAGT\nDie Minister sind da.\n\nMehr.", "a.txt").title, "NATO TAGT");
    }

    #[test]
    fn a_first_line_too_long_for_a_title_is_kept_whole_in_the_text() {
        let line = format!("Ein Satz am Anfang. {}", "Wort ".repeat(20_000));
        let entry = entry(&line, "a.txt");
        assert_eq!(entry.title, "Ein Satz am Anfang.");
        assert!(entry.content.is_some_and(|content| content.matches("Wort").count() == 20_000));
    }

    #[test]
    fn one_line_alone_is_a_title_and_a_list_alone_is_named_after_its_file() {
        let alone = entry("Nur ein Titel", "a.txt");
        assert_eq!((alone.title.as_str(), alone.content), ("Nur ein Titel", None));
        let list = entry("- eins\n- zwei", "mein_zettel-2.txt");
        assert_eq!(list.title, "mein zettel 2");
    }

    #[test]
    fn editing_keeps_the_id_and_another_path_has_another() {
        assert_eq!(entry(TEXT, "a.txt").id, entry("Anders", "a.txt").id);
        assert_ne!(entry(TEXT, "a.txt").id, entry(TEXT, "b.txt").id);
    }

    #[test]
    fn a_source_line_gives_the_link_and_addresses_in_the_text_do_not() {
        let named = entry("T\nQuelle: https://a.example/x?utm_source=y\n\nAbsatz.", "a.txt");
        assert_eq!(named.canonical_link.as_deref(), Some("https://a.example/x"));
        assert!(!named.content.expect("content").contains("Quelle"));
        let middle = format!("T\n\n{}https://a.example/x\n{}", "Absatz.\n".repeat(9), "Absatz.\n".repeat(9));
        assert_eq!(entry(&middle, "a.txt").link, None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived_and_no_word_is_lost(text in "(wort[a-z]{1,9}|[ \n\r\t]|- |\\PC|Von |26\\.11\\.2026){0,60}") {
            let entry = entry(&text, "a.txt");
            let told = format!("{} {} {:?}", entry.title, entry.content.unwrap_or_default(), entry.authors);
            for word in text.split(|c: char| !c.is_ascii_lowercase()).filter(|word| word.starts_with("wort") && word.len() > 4) {
                proptest::prop_assert!(told.contains(word), "{word} of {text:?} in {told}");
            }
        }
    }
}
