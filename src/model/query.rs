//! A full-text query: what is looked for, and how it is written.
//! Promises: whatever the text, reading it ends in a query or in what is wrong with it and where; what was read is
//! bounded in words and depth.
//! Deliberately not here: finding anything.
//!
//! | written | finds |
//! |---|---|
//! | `wort zwei` | both words |
//! | `"wort zwei"` | the phrase |
//! | `wort*` | words that begin so |
//! | `wort OR zwei` | either |
//! | `wort -zwei`, `wort NOT zwei` | the first without the second |
//! | `(eins OR zwei) drei` | parentheses; without them AND goes before OR |

use std::str::FromStr;

use crate::model::folding::{Words, asked};

/// Characters of a query.
pub const MAX_CHARS: usize = 2_000;
/// Words and phrases of a query.
pub const MAX_TERMS: usize = 100;
/// Parentheses within each other.
pub const MAX_DEPTH: usize = 20;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A word or phrase: at least one word, in their order.
    Term(Words),
    /// Each of these, and none of those.
    All {
        /// At least one.
        of: Vec<Query>,
        /// May be empty.
        without: Vec<Query>,
    },
    /// At least one of these.
    Any(Vec<Query>),
}

/// What is wrong with a query. Places are characters, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// Nothing in it can be found.
    #[error("it holds no word")]
    NoWord,
    /// See [`MAX_CHARS`].
    #[error("it is longer than {MAX_CHARS} characters")]
    TooLong,
    /// See [`MAX_TERMS`].
    #[error("it holds more than {MAX_TERMS} words and phrases")]
    TooMany,
    /// See [`MAX_DEPTH`].
    #[error("it holds more than {MAX_DEPTH} parentheses within each other")]
    TooDeep,
    /// A quote without its end.
    #[error("the quote at character {at} is not closed")]
    OpenQuote {
        /// Where it stands.
        at: usize,
    },
    /// Quotes around nothing that can be found.
    #[error("the quotes at character {at} hold no word")]
    EmptyQuotes {
        /// Where they begin.
        at: usize,
    },
    /// A parenthesis without its end.
    #[error("the parenthesis at character {at} is not closed")]
    OpenParenthesis {
        /// Where it stands.
        at: usize,
    },
    /// An end without its parenthesis.
    #[error("the parenthesis at character {at} closes nothing")]
    CloseParenthesis {
        /// Where it stands.
        at: usize,
    },
    /// An operator without something to the one side.
    #[error("{operator} at character {at} has nothing {side} it")]
    Lacking {
        /// As written.
        operator: &'static str,
        /// Where it stands.
        at: usize,
        /// `before`, `after` or `right after`.
        side: &'static str,
    },
    /// Only what is not to be found.
    #[error("at character {at} it says only what is not to be found; say also what is")]
    OnlyWithout {
        /// Where that begins.
        at: usize,
    },
    /// A star elsewhere than at the end of a word.
    #[error("the * at character {at} does not stand at the end of a word")]
    Star {
        /// Where it stands.
        at: usize,
    },
}

impl FromStr for Query {
    type Err = QueryFault;

    fn from_str(text: &str) -> Result<Self, QueryFault> {
        let symbols = symbols(text)?;
        let mut reading = Reading { symbols: &symbols, next: 0, depth: 0 };
        let query = reading.any()?;
        match reading.peek() {
            Some((at, _)) => Err(QueryFault::CloseParenthesis { at }),
            None => Ok(query),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Symbol {
    Open,
    Close,
    And,
    Or,
    /// `NOT` or `-`.
    Not(&'static str),
    Term(Words),
}

impl Symbol {
    fn operator(&self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
            Self::Not(written) => written,
            Self::Open | Self::Close | Self::Term(_) => "",
        }
    }
}

const QUOTES: [char; 6] = ['"', '“', '”', '„', '«', '»'];

/// What the text is made of, each with the character where it begins. Signs that are nothing to a query are left out.
fn symbols(text: &str) -> Result<Vec<(usize, Symbol)>, QueryFault> {
    let chars: Vec<char> = text.chars().take(MAX_CHARS + 1).collect();
    if chars.len() > MAX_CHARS {
        return Err(QueryFault::TooLong);
    }
    let (mut symbols, mut at) = (Vec::new(), 0);
    while let Some(c) = chars.get(at) {
        let (symbol, end) = match c {
            '(' => (Some(Symbol::Open), at + 1),
            ')' => (Some(Symbol::Close), at + 1),
            '-' => (Some(minus(&chars, at)?), at + 1),
            c if c.is_whitespace() => (None, at + 1),
            c if QUOTES.contains(c) => phrase(&chars, at)?,
            _ => word(&chars, at)?,
        };
        symbols.extend(symbol.map(|symbol| (at + 1, symbol)));
        at = end;
    }
    if symbols.iter().filter(|(_, symbol)| matches!(symbol, Symbol::Term(_))).count() > MAX_TERMS {
        return Err(QueryFault::TooMany);
    }
    Ok(symbols)
}

/// It stands right before what it leaves out: a dash between words is no operator, and nobody shall wonder why it is one.
fn minus(chars: &[char], at: usize) -> Result<Symbol, QueryFault> {
    match chars.get(at + 1) {
        Some(next) if !next.is_whitespace() => Ok(Symbol::Not("-")),
        _ => Err(QueryFault::Lacking { operator: "-", at: at + 1, side: "right after" }),
    }
}

/// The phrase whose quotes open at `at`, and where the text goes on.
fn phrase(chars: &[char], at: usize) -> Result<(Option<Symbol>, usize), QueryFault> {
    let length = chars[at + 1..].iter().position(|c| QUOTES.contains(c));
    let end = at + 1 + length.ok_or(QueryFault::OpenQuote { at: at + 1 })?;
    if let Some(star) = chars[at..end].iter().position(|c| *c == '*') {
        return Err(QueryFault::Star { at: at + star + 1 });
    }
    let text: String = chars[at + 1..end].iter().collect();
    let starred = chars.get(end + 1) == Some(&'*');
    let phrase = term(&text, starred).ok_or(QueryFault::EmptyQuotes { at: at + 1 })?;
    Ok((Some(phrase), end + 1 + usize::from(starred)))
}

/// The word or operator that begins at `at`, `None` of signs only; and where the text goes on.
fn word(chars: &[char], at: usize) -> Result<(Option<Symbol>, usize), QueryFault> {
    let ends = |c: &char| c.is_whitespace() || matches!(c, '(' | ')') || QUOTES.contains(c);
    let end = at + chars[at..].iter().position(ends).unwrap_or(chars.len() - at);
    let whole: String = chars[at..end].iter().collect();
    let text = whole.strip_suffix('*').unwrap_or(&whole);
    let starred = text.len() < whole.len();
    if let Some(star) = text.chars().position(|c| c == '*') {
        return Err(QueryFault::Star { at: at + star + 1 });
    }
    // A star alone, or after a sign.
    if starred && !text.ends_with(|c: char| !c.is_ascii_punctuation()) {
        return Err(QueryFault::Star { at: end });
    }
    let symbol = match whole.as_str() {
        "AND" => Some(Symbol::And),
        "OR" => Some(Symbol::Or),
        "NOT" => Some(Symbol::Not("NOT")),
        _ => term(text, starred),
    };
    Ok((symbol, end))
}

fn term(text: &str, starred: bool) -> Option<Symbol> {
    let Words { words, open } = asked(text);
    let words = Words { words, open: open || starred };
    (!words.words.is_empty()).then_some(Symbol::Term(words))
}

struct Reading<'a> {
    symbols: &'a [(usize, Symbol)],
    next: usize,
    depth: usize,
}

impl<'a> Reading<'a> {
    fn peek(&self) -> Option<(usize, &'a Symbol)> {
        self.symbols.get(self.next).map(|(at, symbol)| (*at, symbol))
    }

    fn before(&self) -> Option<(usize, &'a Symbol)> {
        self.next.checked_sub(1).and_then(|at| self.symbols.get(at)).map(|(at, symbol)| (*at, symbol))
    }

    fn any(&mut self) -> Result<Query, QueryFault> {
        let mut either = vec![self.all()?];
        while let Some((_, Symbol::Or)) = self.peek() {
            self.next += 1;
            either.push(self.all()?);
        }
        Ok(if either.len() == 1 { either.remove(0) } else { Query::Any(either) })
    }

    fn all(&mut self) -> Result<Query, QueryFault> {
        let begun = self.peek();
        let (mut of, mut without) = (Vec::new(), Vec::new());
        while let Some((at, symbol)) = self.peek() {
            match symbol {
                Symbol::Or | Symbol::Close => break,
                Symbol::And => {
                    self.next += 1;
                    self.between(at, of.len() + without.len())?;
                }
                Symbol::Not(_) => {
                    self.next += 1;
                    without.push(self.one()?);
                }
                Symbol::Open | Symbol::Term(_) => of.push(self.one()?),
            }
        }
        match (of.len(), without.len()) {
            (0, 0) => Err(self.nothing()),
            (0, _) => Err(QueryFault::OnlyWithout { at: begun.map_or(1, |(at, _)| at) }),
            (1, 0) => Ok(of.remove(0)),
            _ => Ok(Query::All { of, without }),
        }
    }

    /// AND, just read, needs something on both sides.
    fn between(&self, at: usize, before: usize) -> Result<(), QueryFault> {
        let lacking = |side| Err(QueryFault::Lacking { operator: "AND", at, side });
        match self.peek() {
            _ if before == 0 => lacking("before"),
            None | Some((_, Symbol::Or | Symbol::Close | Symbol::And)) => lacking("after"),
            Some(_) => Ok(()),
        }
    }

    /// What must stand where something to find was expected and is not.
    fn nothing(&self) -> QueryFault {
        match (self.before(), self.peek()) {
            (Some((at, Symbol::Or)), _) => QueryFault::Lacking { operator: "OR", at, side: "after" },
            (_, Some((at, Symbol::Or))) => QueryFault::Lacking { operator: "OR", at, side: "before" },
            (None, Some((at, Symbol::Close))) => QueryFault::CloseParenthesis { at },
            (Some((at, Symbol::Open)), None) => QueryFault::OpenParenthesis { at },
            _ => QueryFault::NoWord,
        }
    }

    fn one(&mut self) -> Result<Query, QueryFault> {
        let before = self.before();
        match self.peek() {
            Some((_, Symbol::Term(term))) => {
                self.next += 1;
                Ok(Query::Term(term.clone()))
            }
            Some((at, Symbol::Open)) => {
                self.next += 1;
                self.inside(at)
            }
            _ => match before {
                Some((at, symbol)) => {
                    Err(QueryFault::Lacking { operator: symbol.operator(), at, side: "after" })
                }
                None => Err(QueryFault::NoWord),
            },
        }
    }

    fn inside(&mut self, at: usize) -> Result<Query, QueryFault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(QueryFault::TooDeep);
        }
        let query = self.any()?;
        let Some((_, Symbol::Close)) = self.peek() else { return Err(QueryFault::OpenParenthesis { at }) };
        self.next += 1;
        self.depth -= 1;
        Ok(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query in one line: words with `+`, `!` before what is left out.
    fn told(query: &Query) -> String {
        let each = |queries: &[Query], sign: &str| queries.iter().map(told).collect::<Vec<_>>().join(sign);
        match query {
            Query::Term(words) => {
                let text: Vec<_> = words.words.iter().map(|word| word.plain.as_str()).collect();
                format!("{}{}", text.join("+"), if words.open { "*" } else { "" })
            }
            Query::Any(queries) => format!("({})", each(queries, "|")),
            Query::All { of, without } if without.is_empty() => format!("({})", each(of, "&")),
            Query::All { of, without } => format!("({}!{})", each(of, "&"), each(without, "!")),
        }
    }

    #[test]
    fn queries_are_read_as_they_are_meant() {
        for (text, expected) in [
            ("wort", "wort"),
            ("  Wort zwei ", "(wort&zwei)"),
            ("\"wort zwei\" drei", "(wort+zwei&drei)"),
            ("„wort zwei“ drei", "(wort+zwei&drei)"),
            ("wor*", "wor*"),
            ("\"wort zw\"*", "wort+zw*"),
            ("a AND b OR c d", "((a&b)|(c&d))"),
            ("a (b OR c)", "(a&(b|c))"),
            ("a -b", "(a!b)"),
            ("-b a NOT \"c d\" AND NOT (e OR f)", "(a!b!c+d!(e|f))"),
            ("e-mail and or", "(e+mail&and&or)"),
            ("C & A", "(c&a)"),
            ("日", "日*"),
            ("foo\"bar baz\"", "(foo&bar+baz)"),
            ("x' OR 1=1; DROP TABLE entries", "(x|(1+1&drop&table&entries))"),
            ("title:x NEAR(a b)", "(title+x&near&(a&b))"),
        ] {
            let query = Query::from_str(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(told(&query), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_query_is_told_with_its_place() {
        for (text, expected) in [
            ("", "it holds no word"),
            ("…", "it holds no word"),
            ("wort \"zwei", "the quote at character 6 is not closed"),
            ("\"…\"", "the quotes at character 1 hold no word"),
            ("(a OR b", "the parenthesis at character 1 is not closed"),
            ("a (", "the parenthesis at character 3 is not closed"),
            ("a) b", "the parenthesis at character 2 closes nothing"),
            (") b", "the parenthesis at character 1 closes nothing"),
            ("()", "it holds no word"),
            ("wort OR", "OR at character 6 has nothing after it"),
            ("OR wort", "OR at character 1 has nothing before it"),
            ("a OR OR b", "OR at character 3 has nothing after it"),
            ("AND a", "AND at character 1 has nothing before it"),
            ("a AND", "AND at character 3 has nothing after it"),
            ("a AND AND b", "AND at character 3 has nothing after it"),
            ("a NOT", "NOT at character 3 has nothing after it"),
            ("a -", "- at character 3 has nothing right after it"),
            ("a - b", "- at character 3 has nothing right after it"),
            ("a --b", "- at character 3 has nothing after it"),
            ("-a", "at character 1 it says only what is not to be found; say also what is"),
            ("a OR -b", "at character 6 it says only what is not to be found; say also what is"),
            ("w*rt", "the * at character 2 does not stand at the end of a word"),
            ("a *", "the * at character 3 does not stand at the end of a word"),
            ("\"a* b\"", "the * at character 3 does not stand at the end of a word"),
        ] {
            let fault = Query::from_str(text).expect_err(text);
            assert_eq!(fault.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn queries_without_end_are_refused() {
        let read = |text: String| Query::from_str(&text).expect_err("too much");
        assert_eq!(read("x".repeat(MAX_CHARS + 1)), QueryFault::TooLong);
        assert_eq!(read("x ".repeat(MAX_TERMS + 1)), QueryFault::TooMany);
        assert_eq!(read("(".repeat(MAX_DEPTH + 1)), QueryFault::TooDeep);
        assert!(Query::from_str(&format!("{}x{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH))).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_asked_reading_it_ends(text in "[a-z\"()*ORANDT„ \\-ü日]{0,60}") {
            drop(Query::from_str(&text));
        }
    }
}
