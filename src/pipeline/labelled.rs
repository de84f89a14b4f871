//! Labelled entries and pairs of texts: the form of `riverd eval`'s files, one JSON object on each line.
//! Deliberately not here: what is done with them (`eval.rs`).

use serde::Deserialize;

use crate::model::story::Telling;
use crate::model::time::Timestamp;
use crate::parse::date::timestamp as read_date;
use crate::parse::link::canonical;

/// One entry with its true story.
#[derive(Debug, Clone, Deserialize)]
pub struct Labelled {
    /// The file's name for it.
    pub id: String,
    /// BCP 47 tag.
    #[serde(default)]
    pub lang: Option<String>,
    /// Plain text.
    #[serde(default)]
    pub title: Option<String>,
    /// Plain text.
    #[serde(default)]
    pub body: Option<String>,
    /// RFC 3339; absent: one second after the entry before.
    #[serde(default)]
    pub published: Option<String>,
    /// Who told it.
    #[serde(default)]
    pub source: Option<String>,
    /// Its page.
    #[serde(default)]
    pub url: Option<String>,
    /// The true story; absent: it flows through, but is not scored.
    #[serde(default)]
    pub cluster: Option<String>,
}

/// Two texts, and whether they tell one story.
#[derive(Debug, Clone, Deserialize)]
pub struct Pair {
    /// The file's name for it.
    pub id: String,
    /// BCP 47 tag of the first text.
    pub lang1: String,
    /// BCP 47 tag of the second text.
    pub lang2: String,
    /// The first text: headline, two spaces, text.
    pub text1: String,
    /// The second.
    pub text2: String,
    /// The label.
    pub same: bool,
}

/// What a file holds.
#[derive(Debug)]
pub enum Labels {
    /// Entries, in the order of time.
    Entries(Vec<Labelled>),
    /// Pairs of texts.
    Pairs(Vec<Pair>),
}

/// Reads a file's text.
///
/// # Errors
/// The number of the first line that is not of the form, counted from 1, and what is wrong with it.
pub fn read(text: &str) -> Result<Labels, (usize, String)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let pairs =
        text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains("\"text1\""));
    fn each<'a, T: Deserialize<'a>>(
        lines: impl Iterator<Item = (usize, &'a str)>,
    ) -> Result<Vec<T>, (usize, String)> {
        lines
            .map(|(at, line)| serde_json::from_str(line).map_err(|error| (at + 1, error.to_string())))
            .collect()
    }
    if pairs { each(lines).map(Labels::Pairs) } else { each(lines).map(Labels::Entries) }
}

impl Labelled {
    /// Has `ask` see it as the engine is told it. `before`: when the entry before was told.
    pub fn tell<T>(&self, before: Timestamp, ask: impl FnOnce(&Telling<'_>) -> T) -> T {
        fn text(text: &Option<String>) -> &str {
            text.as_deref().unwrap_or_default()
        }
        let at = self.published.as_deref().and_then(read_date).unwrap_or(before.plus_ms(1_000));
        let link = self.url.as_deref().and_then(canonical);
        ask(&Telling {
            title: text(&self.title),
            body: text(&self.body),
            summary: "",
            link: link.as_deref(),
            language: self.lang.as_deref(),
            source: text(&self.source),
            at,
        })
    }
}

/// A headline is not longer, in words, where nothing parts it from the text.
const HEADLINE_WORDS: usize = 12;

/// A text's headline and the rest. They are parted by two spaces or a line's end near the beginning; where they are
/// not, the first words have to do, and are part of the text, too.
pub fn headline(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let parted = text.split_once("  ").or_else(|| text.split_once('\n'));
    let short = |head: &str| head.split_whitespace().count() <= 2 * HEADLINE_WORDS;
    parted.filter(|(head, rest)| short(head) && !rest.trim().is_empty()).unwrap_or_else(|| {
        let end = text.match_indices(char::is_whitespace).nth(HEADLINE_WORDS - 1);
        (&text[..end.map_or(text.len(), |(at, _)| at)], text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_told_by_its_number() {
        let (line, error) = read("{\"id\": \"1\", \"title\": \"A\"}\n\n{\"id\": 2}\n").unwrap_err();
        assert_eq!(line, 3);
        assert!(error.contains("invalid type"), "{error}");
    }

    #[test]
    fn the_first_words_are_the_headline_where_nothing_parts_it() {
        assert_eq!(headline(" Ferry aground  It left in fog."), ("Ferry aground", "It left in fog."));
        let long = "one two three four five six seven eight nine ten eleven twelve thirteen";
        assert_eq!(headline(long), (&long[..long.len() - 9], long));
        assert_eq!(headline("alone"), ("alone", "alone"));
    }

    #[test]
    fn a_missing_date_is_a_second_later() {
        let Ok(Labels::Entries(entries)) = read("{\"id\": \"1\", \"title\": \"A\", \"published\": null}")
        else {
            panic!("it holds entries")
        };
        assert_eq!(entries[0].tell(Timestamp(5), |telling| telling.at), Timestamp(1_005));
    }
}
