//! Front matter: what an article's author says about it, above its text, as YAML (`---`) or TOML (`+++`).
//! Promises: bounded. What would nest deep or refer to itself is not given to a parser that recurses; what a parser does
//! not take is read line by line, as `key: value`; what is not even that stays in the text.

use yaml_rust2::{Yaml, YamlLoader};

use crate::model::complaint::Complaint;

/// What front matter says; keys in lower case, values as lists of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontMatter(Vec<(String, Vec<String>)>);

/// More than this is no front matter but a mistake, in bytes.
const MAX_BYTES: usize = 64 * 1024;

impl FrontMatter {
    /// The first text under the first of `keys` that is there.
    pub fn text(&self, keys: &[&str]) -> Option<&str> {
        self.list(keys).first().map(String::as_str).filter(|text| !text.trim().is_empty())
    }

    /// All texts under the first of `keys` that is there.
    pub fn list(&self, keys: &[&str]) -> &[String] {
        let found = keys.iter().find_map(|key| self.0.iter().find(|(name, _)| name == key));
        found.map_or(&[], |(_, values)| values)
    }
}

/// Parts a text, whose lines may end in any way, into its front matter and the rest.
pub fn split<'a>(text: &'a str, complaints: &mut Vec<Complaint>) -> (FrontMatter, &'a str) {
    let start = text.trim_start_matches(['\u{feff}', '\n', '\r', ' ']);
    for (fence, read) in [("---", yaml as fn(&str) -> Option<FrontMatter>), ("+++", toml)] {
        let Some((inside, rest)) = fenced(start, fence) else { continue };
        if let Some(front) = read(inside) {
            return (front, rest);
        }
        if let Some(front) = by_lines(inside) {
            complaints.push(Complaint::new("format", "faulty front matter is read line by line"));
            return (front, rest);
        }
        // A text may begin with a rule.
        if inside.contains([':', '=']) {
            complaints.push(Complaint::new("format", "front matter that cannot be read is left in the text"));
        }
    }
    (FrontMatter::default(), text)
}

/// `key: value`, `key = "value"`, and `- value` below a key, whatever else is wrong with it. Every line must be one.
fn by_lines(text: &str) -> Option<FrontMatter> {
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    let bare = |value: &str| value.trim().trim_matches(['"', '\'']).trim().to_owned();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        if let Some((item, (_, values))) = line.strip_prefix("- ").zip(pairs.last_mut()) {
            values.push(bare(item));
            continue;
        }
        let (key, value) = line.split_once([':', '='])?;
        let key = bare(key).to_lowercase();
        let is_key = !key.is_empty() && key.len() <= 40 && !key.contains(char::is_whitespace);
        let inside = value.trim().strip_prefix('[').and_then(|value| value.strip_suffix(']'));
        let values: Vec<String> = match inside {
            Some(list) => list.split(',').map(bare).collect(),
            None => vec![bare(value)],
        };
        pairs.push((is_key.then_some(key)?, values.into_iter().filter(|value| !value.is_empty()).collect()));
    }
    (!pairs.is_empty()).then_some(FrontMatter(pairs))
}

fn fenced<'a>(text: &'a str, fence: &str) -> Option<(&'a str, &'a str)> {
    let body = text.strip_prefix(fence)?.trim_start_matches([' ', '\r']).strip_prefix('\n')?;
    let mut lines = body.match_indices(fence).take_while(|(at, _)| *at <= MAX_BYTES);
    let end = lines.find(|(at, _)| {
        let ends = body[at + fence.len()..].trim_start_matches([' ', '\t', '\r']);
        (*at == 0 || body.as_bytes()[at - 1] == b'\n') && (ends.is_empty() || ends.starts_with('\n'))
    })?;
    let end = end.0;
    let after = &body[end + fence.len()..];
    let rest = after.find('\n').map_or("", |line| &after[line + 1..]);
    (end <= MAX_BYTES).then_some((&body[..end], rest))
}

fn yaml(text: &str) -> Option<FrontMatter> {
    if nests(text) {
        return None;
    }
    let documents = YamlLoader::load_from_str(text).ok()?;
    let table = documents.first()?.as_hash()?;
    let pairs =
        table.iter().filter_map(|(key, value)| Some((key.as_str()?.to_lowercase(), yaml_texts(value))));
    Some(FrontMatter(pairs.collect())).filter(|front| !front.0.is_empty())
}

/// Whether it could nest deep, or refer to itself and so grow without bound: both recurse in the loader.
fn nests(text: &str) -> bool {
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    let marks = |line: &str| line.split_whitespace().filter(|word| matches!(*word, "-" | "?" | ":")).count();
    let refers = |line: &str| {
        line.split([' ', '\t', '[', ',', '{', '-', ':']).any(|word| word.len() > 1 && word.starts_with('*'))
    };
    let deep = |line: &str| line.len() - line.trim_start().len() > 16;
    brackets > 64 || text.lines().any(|line| deep(line) || marks(line) > 2 || refers(line))
}

fn yaml_texts(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::String(text) | Yaml::Real(text) => vec![text.clone()],
        Yaml::Integer(number) => vec![number.to_string()],
        Yaml::Boolean(truth) => vec![truth.to_string()],
        Yaml::Array(items) => items.iter().flat_map(yaml_texts).collect(),
        Yaml::Hash(table) => table
            .iter()
            .filter(|(k, _)| k.as_str() == Some("name"))
            .flat_map(|(_, v)| yaml_texts(v))
            .collect(),
        _ => vec![],
    }
}

fn toml(text: &str) -> Option<FrontMatter> {
    let dots = |line: &str| line.split(['=', '#', '"', '\'']).next().unwrap_or("").matches('.').count();
    if text.lines().any(|line| dots(line) > 16) || text.matches(['[', '{']).count() > 64 {
        return None;
    }
    let table: toml::Table = text.parse().ok()?;
    Some(FrontMatter(table.iter().map(|(key, value)| (key.to_lowercase(), toml_texts(value))).collect()))
}

fn toml_texts(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(items) => items.iter().flat_map(toml_texts).collect(),
        toml::Value::Table(table) => table.get("name").map(toml_texts).unwrap_or_default(),
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_toml_are_read_and_the_rest_is_the_text() {
        for text in [
            "---\ntitle: A\ntags:\n- b\n- 3\n---\nx",
            "---\r\nTitle: \"A\"\r\ntags: [b, 3]\r\n---\r\nx\r\n",
            "\n+++\ntitle = \"A\"\ntags = [\"b\", 3]\n+++\nx\n",
            "--- \ntitle: 'A'\ntags: [b, 3]\n--- \nx",
        ] {
            let mut complaints = Vec::new();
            let (front, rest) = split(text, &mut complaints);
            assert_eq!((front.text(&["title"]), rest.trim()), (Some("A"), "x"), "{text}");
            assert_eq!(
                (front.list(&["tags"]), complaints.len()),
                (["b".to_owned(), "3".to_owned()].as_slice(), 0)
            );
        }
    }

    #[test]
    fn faulty_front_matter_is_read_line_by_line_and_told() {
        for text in [
            "---\ntitle: A: b\ntags: [c\n---\nx",
            "+++\ntitle = A: b\n+++\nx",
            "---\ntitle: A: b\nauthor: *x\n---\nx",
        ] {
            let mut complaints = Vec::new();
            let (front, rest) = split(text, &mut complaints);
            let title = front.text(&["title"]);
            assert!(title.is_some_and(|title| title.ends_with('b')), "{front:?}");
            assert_eq!((rest, complaints.len()), ("x", 1), "{text}");
        }
    }

    #[test]
    fn what_is_no_front_matter_stays_in_the_text() {
        for text in
            ["no front", "--- \nopen: 1", "---\n\nEin Satz\n\n---\nMehr", "----\na: b\n----\n", "---", "+++"]
        {
            assert_eq!(split(text, &mut vec![]).1, text);
        }
    }

    #[test]
    fn what_nests_without_end_is_survived() {
        let bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n".to_owned();
        for inside in [
            "- ".repeat(20_000),
            "[".repeat(20_000),
            "? ".repeat(20_000),
            "a.".repeat(20_000),
            "{a: ".repeat(9_000),
        ] {
            for fence in ["---", "+++"] {
                let _ = split(&format!("{fence}\n{inside}x = 1\n{fence}\n"), &mut vec![]);
            }
        }
        assert!(split(&bomb, &mut vec![]).0.list(&["c"]).len() <= 2);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(---|\\+\\+\\+)\n(\\PC|[\n:=\\[\\]{}&*!|>\"' -]|a: |- |&a |\\*a){0,60}\n(---|\\+\\+\\+)\nrest") {
            let (_, rest) = split(&text, &mut vec![]);
            proptest::prop_assert!(rest.ends_with("rest"));
        }
    }
}
