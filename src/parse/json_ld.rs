//! What a page says about its article in JSON-LD (schema.org): in one object, a list, or a `@graph`.
//! Promises: bounded; what is no sound JSON says nothing.

use serde_json::{Map, Value};

/// What was said. Text is as written, not yet folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article {
    /// `headline`, else `name`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `datePublished`.
    pub published: Option<String>,
    /// `dateModified`.
    pub updated: Option<String>,
    /// Names of `author`, in order.
    pub authors: Vec<String>,
    /// `inLanguage`.
    pub language: Option<String>,
    /// `mainEntityOfPage`, else `url`.
    pub link: Option<String>,
    /// Name of `publisher`.
    pub site: Option<String>,
    /// `keywords`.
    pub tags: Vec<String>,
    /// `articleBody`.
    pub body: Option<String>,
}

/// Kinds of things that are articles, the best first; others end in the same words.
const KINDS: [&str; 6] = ["NewsArticle", "BlogPosting", "Article", "LiveBlogPosting", "Posting", "Report"];
/// So many things are looked through.
const MAX_NODES: usize = 10_000;
/// A longer script says nothing, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The article that these scripts describe; of several the one of the best kind, the first of those.
pub fn article(scripts: &[&str]) -> Option<Article> {
    let values: Vec<Value> = scripts.iter().filter_map(|script| value(script)).collect();
    let nodes = nodes(&values);
    let ranked = nodes.iter().filter_map(|node| Some((rank(node)?, *node)));
    let (_, node) = ranked.min_by_key(|(rank, _)| *rank)?;
    Some(read(node, &nodes))
}

/// Some pages write line breaks inside strings, or put comments around it all.
fn value(script: &str) -> Option<Value> {
    if script.len() > MAX_BYTES {
        return None;
    }
    let marks = ["<!--", "//<![CDATA[", "<![CDATA[", "/*<![CDATA[*/"];
    let start = script.trim();
    let start = marks.iter().find_map(|mark| start.strip_prefix(mark)).unwrap_or(start);
    let ends = ["-->", "//]]>", "]]>", "/*]]>*/", ";"];
    let inside = ends.iter().find_map(|mark| start.strip_suffix(mark)).unwrap_or(start).trim();
    serde_json::from_str(inside).ok().or_else(|| {
        let tame: String = inside.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        serde_json::from_str(&tame).ok()
    })
}

/// Every object in them, outer ones first.
fn nodes(values: &[Value]) -> Vec<&Map<String, Value>> {
    let mut found = Vec::new();
    let mut queue: std::collections::VecDeque<&Value> = values.iter().collect();
    while let Some(value) = queue.pop_front().filter(|_| found.len() < MAX_NODES) {
        match value {
            Value::Object(node) => {
                found.push(node);
                queue.extend(node.values().filter(|value| value.is_object() || value.is_array()));
            }
            Value::Array(items) => queue.extend(items),
            _ => {}
        }
    }
    found
}

fn rank(node: &Map<String, Value>) -> Option<usize> {
    let kinds = texts(node.get("@type")?);
    let place = |kind: &String| {
        let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
        KINDS
            .iter()
            .position(|known| kind == *known)
            .or_else(|| KINDS.iter().position(|known| kind.ends_with(known)).map(|place| place + KINDS.len()))
    };
    kinds.iter().filter_map(place).min()
}

fn read(node: &Map<String, Value>, all: &[&Map<String, Value>]) -> Article {
    let text = |key: &str| node.get(key).and_then(|value| first(value, all));
    let authors = node.get("author").or_else(|| node.get("creator"));
    let keywords = node.get("keywords").map(texts).unwrap_or_default();
    let tags = match keywords.as_slice() {
        [one] => one.split(',').map(str::to_owned).collect(),
        _ => keywords,
    };
    Article {
        title: text("headline").or_else(|| text("name")),
        description: text("description"),
        published: text("datePublished").or_else(|| text("dateCreated")),
        updated: text("dateModified"),
        authors: authors.map(|authors| names(authors, all)).unwrap_or_default(),
        language: text("inLanguage"),
        link: node.get("mainEntityOfPage").and_then(address).or_else(|| node.get("url").and_then(address)),
        site: text("publisher"),
        tags,
        body: text("articleBody"),
    }
}

fn address(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(node) => {
            ["@id", "url"].iter().find_map(|key| node.get(*key)?.as_str()).map(str::to_owned)
        }
        Value::Array(items) => items.first().filter(|item| !item.is_array()).and_then(address),
        _ => None,
    }
    .filter(|text| text.starts_with("http"))
}

fn first(value: &Value, all: &[&Map<String, Value>]) -> Option<String> {
    names(value, all).into_iter().find(|text| !text.trim().is_empty())
}

/// Texts, and the names of objects, which may stand elsewhere under the same `@id`.
fn names(value: &Value, all: &[&Map<String, Value>]) -> Vec<String> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let name = |item: &Value| match item {
        Value::String(text) => Some(text.clone()),
        Value::Object(node) => name_of(node).or_else(|| {
            let id = node.get("@id")?.as_str()?;
            let other = all.iter().find(|other| {
                other.get("@id").and_then(Value::as_str) == Some(id) && other.contains_key("name")
            });
            name_of(other?)
        }),
        _ => None,
    };
    items.iter().take(64).filter_map(name).collect()
}

fn name_of(node: &Map<String, Value>) -> Option<String> {
    ["name", "alternateName"].iter().find_map(|key| texts(node.get(*key)?).into_iter().next())
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_found_in_objects_lists_and_graphs() {
        let plain =
            r#"{"@type":"NewsArticle","headline":"A","author":{"name":"Ann"},"publisher":{"name":"Blatt"}}"#;
        let list = r#"[{"@type":"WebSite","name":"S"},{"@type":["Thing","NewsArticle"],"headline":"A","author":["Ann"],"publisher":"Blatt"}]"#;
        let graph = r##"{"@graph":[{"@type":"Person","@id":"#p","name":"Ann"},{"@id":"#o","@type":"Organization","name":"Blatt"},
            {"@type":"Article","headline":"A","author":{"@id":"#p"},"publisher":{"@id":"#o"}}]}"##;
        let wrapped = format!("<!--\n{}\n-->", plain.replace("\"A\"", "\"A\n\""));
        for script in [plain, list, graph, &wrapped] {
            let found = article(&["{broken", script]).expect(script);
            assert_eq!(found.title.as_deref().map(str::trim), Some("A"), "{script}");
            assert_eq!(
                (found.authors.as_slice(), found.site.as_deref()),
                (["Ann".to_owned()].as_slice(), Some("Blatt"))
            );
        }
    }

    #[test]
    fn the_best_kind_wins_and_other_things_are_no_articles() {
        let both = r#"[{"@type":"TechArticle","headline":"t"},{"@type":"http://schema.org/NewsArticle","headline":"n"}]"#;
        assert_eq!(article(&[both]).and_then(|found| found.title).as_deref(), Some("n"));
        assert_eq!(article(&[r#"{"@type":"Product","name":"p"}"#, "", "[]", "null"]), None);
        let deep = "[".repeat(100_000);
        assert_eq!(article(&[&deep]), None);
    }
}
