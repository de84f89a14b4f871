//! Plain text in pieces: paragraphs, headings and lists, hard-wrapped lines joined.
//! Promises: every line of the text is in some piece, but for lines that only rule or underline.

use std::borrow::Cow;

use crate::parse::text::escape;

/// A piece of plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<'a> {
    /// A paragraph, or a heading.
    Line(Cow<'a, str>),
    /// A bulleted list.
    List(Vec<Cow<'a, str>>),
}

/// What papers write above the points of an article in short, in lower case.
const SUMMARIES: [&str; 36] = [
    "das wichtigste in kürze",
    "das wichtigste in kuerze",
    "das wichtigste auf einen blick",
    "das wichtigste zusammengefasst",
    "das wichtigste",
    "auf einen blick",
    "kurz und knapp",
    "kurz & knapp",
    "kurz zusammengefasst",
    "darum geht es",
    "darum geht's",
    "darum gehts",
    "worum es geht",
    "zusammenfassung",
    "in kürze",
    "die wichtigsten punkte",
    "die wichtigsten fakten",
    "key points",
    "key takeaways",
    "key facts",
    "takeaways",
    "at a glance",
    "in brief",
    "in short",
    "the main points",
    "summary",
    "highlights",
    "what we know",
    "en bref",
    "l'essentiel",
    "les points clés",
    "lo esencial",
    "las claves",
    "in breve",
    "i punti chiave",
    "in het kort",
];

/// Whether a line announces an article in short.
pub fn announces_summary(line: &str) -> bool {
    let line = line.trim().trim_start_matches('#').trim().trim_end_matches([':', '.']).to_lowercase();
    SUMMARIES.contains(&line.replace('’', "'").as_str())
}

/// Parts a text whose lines end with `\n`.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let lines: Vec<&str> =
        text.split(['\n', '\x0c', '\u{2028}', '\u{2029}', '\u{85}']).map(str::trim_end).collect();
    for group in lines.split(|line| line.trim().is_empty()).filter(|group| !group.is_empty()) {
        add_group(group, &mut blocks);
    }
    blocks
}

/// Lines without a blank one between them.
fn add_group<'a>(group: &[&'a str], blocks: &mut Vec<Block<'a>>) {
    let wrapped = is_wrapped(group);
    let mut before = Before::Nothing;
    for line in group {
        let is_indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if is_rule(line) {
            continue;
        }
        match (bullet(line), blocks.last_mut(), before) {
            (Some(item), Some(Block::List(items)), _) => items.push(item.into()),
            (Some(item), _, _) => blocks.push(Block::List(vec![item.into()])),
            (None, Some(Block::List(items)), Before::Item) if is_indented => {
                items.last_mut().into_iter().for_each(|item| join(item, line));
                continue;
            }
            (None, Some(Block::Line(open)), Before::Line) if wrapped => join(open, line),
            (None, ..) => blocks.push(Block::Line(line.into())),
        }
        before = if bullet(line).is_some() { Before::Item } else { Before::Line };
    }
}

/// What stood in the line before, in the same group.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Line,
    Item,
}

fn join(open: &mut Cow<'_, str>, line: &str) {
    // A word that was parted at the end of its line.
    let text = open.to_mut();
    let parted = text.ends_with('-') && !text.ends_with(" -") && line.starts_with(char::is_lowercase);
    if parted && !["und ", "oder ", "and ", "or "].iter().any(|word| line.starts_with(word)) {
        text.pop();
    } else {
        text.push(' ');
    }
    text.push_str(line);
}

/// `=====`, `-----`, `* * *`: a line that only rules.
fn is_rule(line: &str) -> bool {
    line.chars().filter(|c| !c.is_whitespace()).count() >= 3
        && line.chars().all(|c| c.is_whitespace() || "=-_*~—–".contains(c))
}

fn bullet(line: &str) -> Option<&str> {
    const MARKS: [char; 16] =
        ['-', '*', '•', '–', '—', '·', '‣', '▪', '■', '●', '◦', '○', '►', '➤', '+', '‒'];
    let rest = line.strip_prefix(MARKS)?;
    let item = rest.trim_start();
    let apart = rest.len() > item.len() || line.starts_with(['•', '▪', '■', '●', '►', '➤']);
    (apart && !item.is_empty()).then_some(item)
}

/// Lines that an editor broke in the middle of sentences: most end without punctuation, none is very long.
fn is_wrapped(group: &[&str]) -> bool {
    let prose: Vec<&str> =
        group.iter().map(|line| line.trim()).filter(|line| bullet(line).is_none()).collect();
    let Some((_, broken)) = prose.split_last() else { return false };
    let ends_open = |line: &&&str| !line.ends_with(['.', '!', '?', ':', '»', '"', '“', '”', ')', '…']);
    let long = |line: &&str| (45..=100).contains(&line.chars().count());
    // One line that goes on with a small letter is enough: a heading or a title would not.
    let goes_on = broken.len() == 1
        && ends_open(&&broken[0])
        && prose.last().is_some_and(|last| last.starts_with(char::is_lowercase));
    goes_on
        || (broken.len() >= 2
            && broken.iter().filter(|line| long(line)).count() * 10 >= broken.len() * 8
            && broken.iter().all(|line| line.chars().count() <= 100)
            && broken.iter().filter(ends_open).count() * 2 > broken.len())
}

/// A short line without closing punctuation, with something under it that is longer, or a list.
pub fn is_heading(blocks: &[Block<'_>], at: usize) -> bool {
    let Some(Block::Line(line)) = blocks.get(at) else { return false };
    let next = blocks.get(at + 1);
    if announces_summary(line) {
        return next.is_some();
    }
    let short =
        line.chars().count() <= 80 && !line.ends_with(['.', '!', ':', ';', ',', '…', '»', '”', '“', '"']);
    short
        && match next {
            Some(Block::Line(next)) => {
                let next = next.chars().count();
                next > line.chars().count() && next > 80
            }
            Some(Block::List(_)) => true,
            None => false,
        }
}

/// The pieces as HTML.
pub fn html(blocks: &[Block<'_>]) -> String {
    let mut out = String::new();
    for (at, block) in blocks.iter().enumerate() {
        match block {
            Block::Line(line) if is_heading(blocks, at) => element(&mut out, "h2", line),
            Block::Line(line) => element(&mut out, "p", line),
            Block::List(items) => {
                out.push_str("<ul>\n");
                items.iter().for_each(|item| element(&mut out, "li", item));
                out.push_str("</ul>\n");
            }
        }
    }
    out
}

fn element(out: &mut String, name: &str, text: &str) {
    for part in ["<", name, ">", &escape(text), "</", name, ">\n"] {
        out.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(html(&blocks(text)).replace('\n', ""), expected, "{text}");
    }

    #[test]
    fn paragraphs_headings_and_lists_are_told_apart() {
        let long = "Der erste Absatz ist länger als jede Überschrift und erzählt, was im Rat am Mittwoch gesagt wurde.";
        check(&format!("Ein Titel\n{long}\nZwei."), &format!("<h2>Ein Titel</h2><p>{long}</p><p>Zwei.</p>"));
        check(
            "Das Wichtigste in Kürze:\n- Eins\n• Zwei\n•Drei\n\nEnde.",
            "<h2>Das Wichtigste in Kürze:</h2><ul><li>Eins</li><li>Zwei</li><li>Drei</li></ul><p>Ende.</p>",
        );
        check("Titel\n=====\n\nText\n\n***\n\nMehr", "<p>Titel</p><p>Text</p><p>Mehr</p>");
        check(
            "- Ein Punkt, der\n  weiter geht\n- Zwei",
            "<ul><li>Ein Punkt, der weiter geht</li><li>Zwei</li></ul>",
        );
        check("-5 Grad\n– so war es", "<h2>-5 Grad</h2><ul><li>so war es</li></ul>");
        check("", "");
    }

    #[test]
    fn hard_wrapped_lines_are_joined_and_parted_words_too() {
        check(
            "Die erste Zeile dieses Absatzes bricht mitten im\nSatz um, und die zweite Zeile trennt dabei Brücken-\nbauer an ihrem Ende, was Herausgeber von Ein- und\nAusgaben kennen.",
            "<p>Die erste Zeile dieses Absatzes bricht mitten im Satz um, und die zweite Zeile trennt dabei Brückenbauer an ihrem Ende, was Herausgeber von Ein- und Ausgaben kennen.</p>",
        );
        check("Ein Satz, der nur einmal\numbricht.", "<p>Ein Satz, der nur einmal umbricht.</p>");
    }

    #[test]
    fn what_announces_a_summary_is_known_however_it_is_written() {
        for line in [
            "Das Wichtigste in Kürze",
            "DAS WICHTIGSTE IN KÜRZE:",
            "Auf einen Blick",
            "Key points",
            "L’essentiel",
        ] {
            assert!(announces_summary(line), "{line}");
        }
        assert!(!announces_summary("Das Wichtigste ist die Brücke"));
    }
}
