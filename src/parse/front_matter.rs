//! Front matter: what an article's author says about it, above its text, as YAML (`---`) or TOML (`+++`).

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

/// Parts a text into its front matter and the rest. Front matter that cannot be read stays in the text.
pub fn split<'a>(text: &'a str, complaints: &mut Vec<Complaint>) -> (FrontMatter, &'a str) {
    for (fence, read) in [("---", yaml as fn(&str) -> Option<FrontMatter>), ("+++", toml)] {
        let Some((inside, rest)) = fenced(text, fence) else { continue };
        match read(inside) {
            Some(front) => return (front, rest),
            None => complaints
                .push(Complaint::new("format", "front matter that cannot be read is left in the text")),
        }
    }
    (FrontMatter::default(), text)
}

fn fenced<'a>(text: &'a str, fence: &str) -> Option<(&'a str, &'a str)> {
    let body = text.strip_prefix(fence)?.trim_start_matches([' ', '\r']).strip_prefix('\n')?;
    let end = body.match_indices(fence).find(|(at, _)| *at == 0 || body.as_bytes()[at - 1] == b'\n')?.0;
    let after = &body[end + fence.len()..];
    let rest = after.find('\n').map_or("", |line| &after[line + 1..]);
    (end <= MAX_BYTES).then_some((&body[..end], rest))
}

fn yaml(text: &str) -> Option<FrontMatter> {
    // The loader recurses: flow nesting is bounded before.
    if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > 64
        || text.lines().any(|l| l.starts_with("                    "))
    {
        return None;
    }
    let documents = YamlLoader::load_from_str(text).ok()?;
    let table = documents.first()?.as_hash()?;
    let pairs =
        table.iter().filter_map(|(key, value)| Some((key.as_str()?.to_lowercase(), yaml_texts(value))));
    Some(FrontMatter(pairs.collect()))
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
            "---\ntitle: A: b\n---\nx",
            "---\nTitle: \"A\"\ntags: [b, 3]\n---\nx\n",
            "+++\ntitle = \"A\"\ntags = [\"b\", 3]\n+++\nx\n",
        ] {
            let mut complaints = Vec::new();
            let (front, rest) = split(text, &mut complaints);
            if complaints.is_empty() {
                assert_eq!((front.text(&["title"]), rest.trim()), (Some("A"), "x"));
                assert_eq!(front.list(&["tags"]), ["b", "3"]);
            } else {
                assert_eq!(rest, text, "what cannot be read stays");
            }
        }
        assert_eq!(split("no front", &mut vec![]).1, "no front");
        assert_eq!(split("--- \nopen: 1", &mut vec![]).1, "--- \nopen: 1");
    }
}
