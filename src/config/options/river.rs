//! Options of a `[[river]]`: one feed that riverd publishes, what it selects, and who may read it.
//!
//! What a river selects belongs here as further options: `pipeline::selecting` says what each comes to.

use std::time::Duration;

use crate::config::options::story::primary_tags;
use crate::config::value::{Expected, Value, not_empty, within};
use crate::model::query::Query;
use crate::section;

/// The river of everything; it is always there.
pub const EVERYTHING: &str = "river";

/// The river of notices: what the owner is to know of feeds and files. It is there where `publish.notices` says so.
pub const NOTICES: &str = "notices";

/// Names that stand for something else at the root of the server.
pub const RESERVED: [&str; 7] = ["feeds", "story", "search", "healthz", "readyz", "metrics", "subscriptions"];

/// Characters of a river's name, where it is made of a label.
pub const MAX_NAME: usize = 64;

/// Ten years: what a window can be at most.
const MAX_WINDOW: Duration = Duration::from_secs(315_360_000);

section! {
    /// One published feed. The river "river" is always there; a block of that name changes its options.
    pub struct RiverOptions in "river" {
        /// Its name, of lower-case letters, digits, - and _. Readers subscribe to /NAME.atom.
        name: String = String::new(), name;
        /// Its title. Empty: its name, or for the river "river" publish.title.
        title: String = String::new();
        /// Labels whose entries it tells, with all that is under them: folders of the watched folder, folders in OPML
        /// files, labels of [[feed]]; as ["News", "Tech/Linux"]. Empty: those of every feed.
        labels: Vec<String> = Vec::new(), labels;
        /// Languages it tells, as primary tags (["de", "en"]). Empty: all, known or not.
        languages: Vec<String> = Vec::new(), primary_tags;
        /// Only entries that this finds, written as for `riverd search`: words, "a phrase", begin*, OR, -not, ( ).
        query as "match": String = String::new(), query;
        /// No entries that this finds.
        exclude: String = String::new(), query;
        /// How far behind the newest entry of the store a story's newest report may stand. 0: any distance.
        window: Duration = Duration::ZERO, within(Duration::ZERO..=MAX_WINDOW);
        /// Whether reports of one event are folded into one entry.
        stories: bool = true;
        /// Whether copies of one text, syndicated or lightly edited, are folded into one entry. Without, but with
        /// stories, each copy is an entry of its own, and the other reports of the event are one entry.
        copies: bool = true;
        /// Feeds whose report leads in this river, by address or by title, before those of story.prefer.
        prefer: Vec<String> = Vec::new();
        /// Most entries in it. 0: publish.limit.
        limit: usize = 0, within(0..=10_000);
        /// Whether it takes a secret to read it: as /SECRET/NAME.atom, or as the password for /NAME.atom.
        private: bool = false;
        /// The user that goes with that password.
        user: String = "reader".to_owned(), user;
        /// The file that holds the secret of a private river: 16 to 200 letters, digits, -, _, . and ~ on one line.
        secret_file: String = String::new();
    }
}

/// Every river that is published: that of everything, then the others in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rivers(pub Vec<RiverOptions>);

impl Default for Rivers {
    fn default() -> Self {
        Self::of(Vec::new(), true)
    }
}

impl Rivers {
    /// Those that the owner wrote, and that of everything. `with_notices`: and that of notices, which tells of all feeds:
    /// where some are private the owner has to say who may read it.
    pub fn of(mut written: Vec<RiverOptions>, with_notices: bool) -> Self {
        if !with_notices {
            written.retain(|river| river.name != NOTICES);
        } else if !written.iter().any(|river| river.private || river.name == NOTICES) {
            written.push(RiverOptions { name: NOTICES.to_owned(), ..RiverOptions::default() });
        }
        let (everything, others): (Vec<_>, Vec<_>) =
            written.into_iter().partition(|river| river.name == EVERYTHING);
        let own = || RiverOptions { name: EVERYTHING.to_owned(), ..RiverOptions::default() };
        let everything = everything.into_iter().next().unwrap_or_else(own);
        Self(std::iter::once(everything).chain(others).collect())
    }

    /// The options of the river of notices; `None`: there is none.
    pub fn notices(&self) -> Option<&RiverOptions> {
        self.0.iter().find(|river| river.name == NOTICES)
    }

    /// Those that tell stories: all but that of notices.
    pub fn telling(&self) -> impl Iterator<Item = &RiverOptions> {
        self.0.iter().filter(|river| river.name != NOTICES)
    }
}

fn name(name: &str) -> Result<(), Expected> {
    let right = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if name.is_empty() || !name.bytes().all(right) {
        return Err("a name of lower-case letters a to z, digits, - and _, such as \"tech-news\"".to_owned());
    }
    if RESERVED.contains(&name) {
        return Err(format!("a name that stands for nothing else; taken are {}", RESERVED.join(", ")));
    }
    Ok(())
}

/// What each value alone cannot show: for each fault the key, what was found, and what was expected.
pub fn contradictions(river: &RiverOptions) -> Vec<(&'static str, String, Expected)> {
    let selects = RiverOptions {
        name: river.name.clone(),
        title: river.title.clone(),
        limit: river.limit,
        private: river.private,
        user: river.user.clone(),
        secret_file: river.secret_file.clone(),
        ..RiverOptions::default()
    };
    let mut found = of_secret(river);
    if river.name == NOTICES && *river != selects {
        let expected = "only title, limit, private, user and secret_file: that river tells of feeds and files, not of \
                        stories; without it, publish.notices = false";
        found.push(("name", river.name.write(), expected.to_owned()));
    }
    found
}

fn of_secret(river: &RiverOptions) -> Vec<(&'static str, String, Expected)> {
    let secret = river.secret_file.write();
    match (river.private, river.secret_file.is_empty()) {
        (true, true) => vec![(
            "secret_file",
            secret,
            "the path of a file that holds a secret, for private = true".to_owned(),
        )],
        (false, false) => vec![("secret_file", secret, "private = true with it, or \"\"".to_owned())],
        _ => vec![],
    }
}

fn query(text: &str) -> Result<(), Expected> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let wrong = |fault| format!("a full-text query (in this one, {fault}), or \"\"");
    text.parse::<Query>().map(drop).map_err(wrong)
}

#[expect(clippy::ptr_arg, reason = "a check is called with the option's own type")]
fn labels(labels: &Vec<String>) -> Result<(), Expected> {
    let right = |label: &String| label.split('/').any(|part| not_empty(part).is_ok());
    if labels.iter().all(right) {
        return Ok(());
    }
    Err("a list of labels, none of them empty, as [\"News\", \"Tech/Linux\"]".to_owned())
}

fn user(name: &str) -> Result<(), Expected> {
    if name.is_empty() || name.contains(|c: char| c == ':' || c.is_control()) {
        return Err("a name without a colon".to_owned());
    }
    Ok(())
}
