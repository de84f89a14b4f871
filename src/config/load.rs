//! Finds, reads and checks the config: file first, then `RIVERD_…` variables, every fault at once.
//! Promises: what is returned has passed every check; without a file the defaults hold.
//! Deliberately not here: the process's own arguments and environment; they are handed in.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::fault::{Fault, Faults, Place, nearest};
use crate::config::options::feed::FeedOptions;
use crate::config::options::fetch::FetchOptions;
use crate::config::options::folder::FolderOptions;
use crate::config::options::log::LogOptions;
use crate::config::options::parse::ParseOptions;
use crate::config::options::publish::PublishOptions;
use crate::config::options::river::{RiverOptions, Rivers, contradictions as contradictions_of};
use crate::config::options::serve::ServeOptions;
use crate::config::options::store::StoreOptions;
use crate::config::options::story::StoryOptions;
use crate::config::raw::Raw;
use crate::config::section::{Described, Section};
use crate::config::value::{Expected, Value};

/// The owner's choices, checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The file they were read from; `None`: defaults.
    pub file: Option<PathBuf>,
    /// `[folder]`
    pub folder: FolderOptions,
    /// `[store]`
    pub store: StoreOptions,
    /// `[fetch]`
    pub fetch: FetchOptions,
    /// `[parse]`
    pub parse: ParseOptions,
    /// `[story]`
    pub story: StoryOptions,
    /// `[publish]`
    pub publish: PublishOptions,
    /// `[serve]`
    pub serve: ServeOptions,
    /// `[log]`
    pub log: LogOptions,
    /// `[[feed]]`
    pub feeds: Vec<FeedOptions>,
    /// `[[river]]`, and the river of everything.
    pub rivers: Rivers,
}

/// Variables that begin with `RIVERD_` and are no option.
const OTHER_VARIABLES: [&str; 2] = ["RIVERD_CONFIG", "RIVERD_BLESS"];

impl Config {
    /// All sections, in the order of the file.
    pub fn sections(&self) -> [&dyn Section; 8] {
        [
            &self.folder,
            &self.store,
            &self.fetch,
            &self.parse,
            &self.story,
            &self.publish,
            &self.serve,
            &self.log,
        ]
    }

    /// Takes the options of `keys` from `other`; what differed, by its key.
    pub fn keep(&mut self, keys: &[&str], other: &Self) -> Vec<String> {
        let mut kept = Vec::new();
        for (section, theirs) in self.described().into_iter().zip(other.described()) {
            for (ours, theirs) in section.1.iter().zip(theirs.1) {
                let key = format!("{}.{}", section.0, ours.key);
                if ours.literal == theirs.literal || !keys.contains(&key.as_str()) {
                    continue;
                }
                if let Some(target) = self.section_mut(section.0) {
                    // It was right before, and is right now.
                    drop(target.set(theirs.key, &Raw::Variable(theirs.literal)));
                }
                kept.push(key);
            }
        }
        kept
    }

    fn described(&self) -> Vec<(&'static str, Vec<Described>)> {
        self.sections().iter().map(|section| (section.name(), section.describe())).collect()
    }

    fn section_mut(&mut self, name: &str) -> Option<&mut dyn Section> {
        let sections: [&mut dyn Section; 8] = [
            &mut self.folder,
            &mut self.store,
            &mut self.fetch,
            &mut self.parse,
            &mut self.story,
            &mut self.publish,
            &mut self.serve,
            &mut self.log,
        ];
        sections.into_iter().find(|section| section.name() == name)
    }

    fn known_keys(&self) -> Vec<String> {
        let keys = |section: &&dyn Section| {
            let name = section.name();
            section
                .describe()
                .into_iter()
                .map(move |option| format!("{name}.{}", option.key))
                .collect::<Vec<_>>()
        };
        self.sections().iter().flat_map(keys).collect()
    }
}

/// Where a config is looked for when none is named, the first that exists wins.
pub fn candidates(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::from("riverd.toml"), PathBuf::from("config/riverd.toml")];
    if let Some(base) = variable("XDG_CONFIG_HOME") {
        paths.push(Path::new(&base).join("riverd/riverd.toml"));
    }
    if let Some(home) = variable("HOME") {
        paths.push(Path::new(&home).join(".config/riverd/riverd.toml"));
    }
    paths.push(PathBuf::from("/etc/riverd/riverd.toml"));
    paths
}

/// Reads a config from the text of its file and the `RIVERD_…` variables.
///
/// # Errors
/// Every fault found, in the order of the file, then the variables.
pub fn from_text(file: Option<(&Path, &str)>, variables: &[(String, String)]) -> Result<Config, Faults> {
    let mut config = Config { file: file.map(|(path, _)| path.to_owned()), ..Config::default() };
    let mut faults = Vec::new();
    if let Some((path, text)) = file {
        FileReader { path, text, config: &mut config, faults: &mut faults }.read();
    }
    for (name, value) in variables {
        override_by(&mut config, &mut faults, name, value);
    }
    config.rivers = Rivers::of(config.rivers.0, config.publish.notices);
    if faults.is_empty() {
        faults.extend(contradictions(&config));
    }
    if faults.is_empty() { Ok(config) } else { Err(Faults(faults)) }
}

struct FileReader<'a> {
    path: &'a Path,
    text: &'a str,
    config: &'a mut Config,
    faults: &'a mut Vec<Fault>,
}

/// What may stand many times, as `[[NAME]]`.
const BLOCKS: [&str; 2] = ["feed", "river"];

impl FileReader<'_> {
    fn read(mut self) {
        let mut rivers = Vec::new();
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.fault(at, "", error.message().to_owned(), "TOML 1.0".to_owned());
        }
        let mut sections: Vec<_> = table.get_ref().iter().collect();
        sections.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in sections {
            match value.get_ref() {
                DeValue::Array(blocks) if name.get_ref() == "feed" => {
                    blocks.iter().for_each(|block| self.feed(block));
                }
                DeValue::Array(blocks) if name.get_ref() == "river" => {
                    blocks.iter().for_each(|block| self.river(block, &mut rivers));
                }
                _ => self.section(name, value),
            }
        }
        self.config.rivers = Rivers(rivers);
    }

    fn section(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let key = name.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(table) if self.config.section_mut(key).is_some() => self.options(key, table),
            other if self.config.section_mut(key).is_some() => {
                self.fault(name.span().start, key, Raw::of(other).to_string(), format!("a table [{key}]"));
            }
            other if BLOCKS.contains(&key) => {
                self.fault(name.span().start, key, Raw::of(other).to_string(), format!("blocks [[{key}]]"));
            }
            _ => self.unknown(name.span().start, key.to_owned()),
        }
    }

    fn options(&mut self, section: &str, table: &DeTable<'_>) {
        let mut options: Vec<_> = table.iter().collect();
        options.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in options {
            let key = format!("{section}.{}", name.get_ref());
            if !self.config.known_keys().contains(&key) {
                self.unknown(name.span().start, key);
                continue;
            }
            let raw = Raw::of(value.get_ref());
            let Some(target) = self.config.section_mut(section) else { continue };
            if let Err(expected) = target.set(name.get_ref(), &raw) {
                self.fault(name.span().start, &key, raw.to_string(), expected);
            }
        }
    }

    fn feed(&mut self, block: &Spanned<DeValue<'_>>) {
        let mut feed = FeedOptions::default();
        self.block("feed", block, ("url", "url = \"https://…\""), |key, raw| {
            let known = feed.describe().iter().any(|option| option.key == key);
            known.then(|| {
                feed.set(key, raw)?;
                if key == "url" {
                    feed.url = web_address(&feed.url)?;
                }
                Ok(())
            })
        });
        self.config.feeds.push(feed);
    }

    fn river(&mut self, block: &Spanned<DeValue<'_>>, rivers: &mut Vec<RiverOptions>) {
        let mut river = RiverOptions::default();
        self.block("river", block, ("name", "name = \"…\""), |key, raw| {
            let known = river.describe().iter().any(|option| option.key == key);
            known.then(|| {
                river.set(key, raw)?;
                let taken = key == "name" && rivers.iter().any(|other| other.name == river.name);
                if taken { Err("a name that no other river has".to_owned()) } else { Ok(()) }
            })
        });
        for (key, found, expected) in contradictions_of(&river) {
            self.fault(block.span().start, &format!("river.{key}"), found, expected);
        }
        rivers.push(river);
    }

    /// Reads a block `[[kind]]` with `set`, which answers `None` to keys that it does not know. `needed`: the key that must
    /// be there, and how it is written.
    fn block(
        &mut self,
        kind: &str,
        block: &Spanned<DeValue<'_>>,
        needed: (&str, &str),
        mut set: impl FnMut(&str, &Raw) -> Option<Result<(), Expected>>,
    ) {
        let at = block.span().start;
        let DeValue::Table(table) = block.get_ref() else {
            return self.fault(at, kind, "no table".to_owned(), format!("a block [[{kind}]]"));
        };
        let mut options: Vec<_> = table.iter().collect();
        options.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in options {
            let (at, key) = (name.span().start, format!("{kind}.{}", name.get_ref()));
            let raw = Raw::of(value.get_ref());
            match set(name.get_ref(), &raw) {
                Some(Ok(())) => {}
                Some(Err(expected)) => self.fault(at, &key, raw.to_string(), expected),
                None => self.unknown(at, key),
            }
        }
        let (key, written) = needed;
        if !table.contains_key(key) {
            self.fault(at, &format!("{kind}.{key}"), format!("no {key}"), written.to_owned());
        }
    }

    fn unknown(&mut self, at: usize, key: String) {
        let mut known = self.config.known_keys();
        known.extend(FeedOptions::default().describe().iter().map(|option| format!("feed.{}", option.key)));
        known.extend(RiverOptions::default().describe().iter().map(|option| format!("river.{}", option.key)));
        known.extend(BLOCKS.map(str::to_owned));
        known.extend(self.config.sections().map(|section| section.name().to_owned()));
        let nearest = nearest(&key, known.iter().map(String::as_str));
        let place = self.place(at);
        let found = "an unknown key".to_owned();
        self.faults.push(Fault { place, key, found, expected: "a known key".to_owned(), nearest });
    }

    fn fault(&mut self, at: usize, key: &str, found: String, expected: String) {
        let place = self.place(at);
        self.faults.push(Fault { place, key: key.to_owned(), found, expected, nearest: None });
    }

    fn place(&self, at: usize) -> Place {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        Place::Line(self.path.to_owned(), 1 + before.iter().filter(|byte| **byte == b'\n').count())
    }
}

fn web_address(text: &str) -> Result<String, String> {
    let expected = || "an absolute http or https address".to_owned();
    let url = url::Url::parse(text).map_err(|_| expected())?;
    if matches!(url.scheme(), "http" | "https") { Ok(url.into()) } else { Err(expected()) }
}

fn override_by(config: &mut Config, faults: &mut Vec<Fault>, name: &str, value: &str) {
    if OTHER_VARIABLES.contains(&name) {
        return;
    }
    let place = Place::Variable(name.to_owned());
    let known = config.known_keys();
    let Some(key) = known.iter().find(|key| variable_of(key) == name) else {
        let variables: Vec<_> = known.iter().map(|key| variable_of(key)).collect();
        let nearest = nearest(name, variables.iter().map(String::as_str));
        let (found, expected) = ("an unknown key".to_owned(), "RIVERD_SECTION_KEY".to_owned());
        return faults.push(Fault { place, key: String::new(), found, expected, nearest });
    };
    let raw = Raw::Variable(value.to_owned());
    let (section, option) = key.split_once('.').expect("a known key has a section");
    let Some(target) = config.section_mut(section) else { return };
    if let Err(expected) = target.set(option, &raw) {
        faults.push(Fault { place, key: key.clone(), found: raw.to_string(), expected, nearest: None });
    }
}

/// `fetch.min_interval` → `RIVERD_FETCH_MIN_INTERVAL`.
fn variable_of(key: &str) -> String {
    format!("RIVERD_{}", key.replace('.', "_").to_uppercase())
}

/// What each value alone cannot show: options that contradict each other.
fn contradictions(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut contradict = |key: &str, found: String, expected: &str| {
        let place = Place::Line(config.file.clone().unwrap_or_else(|| PathBuf::from("defaults")), 0);
        let (key, expected) = (key.to_owned(), expected.to_owned());
        faults.push(Fault { place, key, found, expected, nearest: None });
    };
    if config.fetch.min_interval > config.fetch.max_interval {
        let found = config.fetch.min_interval.write();
        contradict("fetch.min_interval", found, "at most fetch.max_interval");
    }
    if Path::new(&config.store.path).starts_with(&config.folder.path) {
        let found = format!("{:?}", config.store.path);
        contradict("store.path", found, "a place outside the watched folder (folder.path)");
    }
    if !config.publish.hub.is_empty() && config.serve.public_url.is_empty() {
        let found = format!("{:?}", config.publish.hub);
        contradict("publish.hub", found, "\"\" while serve.public_url is empty: a hub must reach the feeds");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::document::render;

    fn faults(text: &str) -> Vec<String> {
        match from_text(Some((Path::new("r.toml"), text)), &[]) {
            Ok(_) => vec![],
            Err(Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_shipped_file_is_the_code_to_the_byte() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/riverd.toml");
        let expected = render(&Config::default().sections());
        if std::env::var_os("RIVERD_BLESS").is_some() {
            std::fs::write(&path, &expected).expect("config/ can be written");
        }
        let shipped = std::fs::read_to_string(&path).expect("config/riverd.toml is there");
        assert_eq!(
            shipped, expected,
            "run `RIVERD_BLESS=1 cargo test --lib config` and look at the difference"
        );
        let read = from_text(Some((&path, &shipped)), &[]).expect("the shipped file is right");
        assert_eq!(Config { file: None, ..read }, Config::default());
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_its_line() {
        let told =
            faults("[fetch]\nmin_intervall = 1\nconcurrency = \"many\"\n\n[flod]\n[store]\npath = 3\n");
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told[0].starts_with("r.toml:2: fetch.min_intervall: found an unknown key"), "{}", told[0]);
        assert!(told[0].ends_with("did you mean fetch.min_interval?"), "{}", told[0]);
        assert!(
            told[1].starts_with("r.toml:3: fetch.concurrency: found the text \"many\", expected a whole")
        );
        assert!(told[2].starts_with("r.toml:5: flod"), "{}", told[2]);
        assert!(told[3].starts_with("r.toml:7: store.path: found the number 3, expected a text"));
    }

    #[test]
    fn a_faulty_toml_tells_its_line_and_the_other_faults() {
        let told = faults("[store]\npath = \n[fetch]\nconcurrency = -1\n");
        assert!(told.iter().any(|fault| fault.starts_with("r.toml:2:")), "{told:#?}");
        assert!(told.iter().any(|fault| fault.starts_with("r.toml:4: fetch.concurrency")), "{told:#?}");
    }

    #[test]
    fn feeds_are_read_and_checked() {
        let text = "[[feed]]\nurl = \"https://a.example/feed\"\nlabels = [\"x\"]\n[[feed]]\ntitle = \"t\"\n[[feed]]\nurl = \"ftp://b\"\n";
        let told = faults(text);
        assert_eq!(told.len(), 2, "{told:#?}");
        let good = from_text(Some((Path::new("r"), &text[..54])), &[]).expect("a right feed");
        assert_eq!(good.feeds[0].url, "https://a.example/feed");
        assert_eq!(good.feeds[0].labels, ["x"]);
        let told = faults("[[feed]]\nurl = \"https://a.example/\"\nintervall = \"1h\"\nhttp1_only = 3\n");
        assert!(told[0].ends_with("did you mean feed.interval?"), "{}", told[0]);
        assert!(told[1].starts_with("r.toml:4: feed.http1_only: found the number 3"), "{}", told[1]);
    }

    #[test]
    fn rivers_are_read_and_that_of_everything_is_always_there() {
        let read = |text: &str| from_text(Some((Path::new("r"), text)), &[]).expect("right").rivers.0;
        let names = |rivers: &[RiverOptions]| rivers.iter().map(|r| r.name.clone()).collect::<Vec<_>>();
        assert_eq!(read(""), Rivers::default().0);
        let rivers = read("[[river]]\nname = \"a_1-b\"\nstories = false\n");
        assert_eq!(names(&rivers), ["river", "a_1-b", "notices"]);
        assert_eq!((rivers[1].stories, rivers[1].copies, rivers[1].limit), (false, true, 0));
        let rivers = read("[[river]]\nname = \"x\"\n[[river]]\nname = \"river\"\ncopies = false\n");
        assert_eq!(names(&rivers), ["river", "x", "notices"]);
        assert_eq!((rivers[0].copies, rivers[1].copies), (false, true));
        let private = "[[river]]\nname = \"x\"\nprivate = true\nsecret_file = \"s\"\n";
        assert_eq!(names(&read(private)), ["river", "x"], "what tells of all feeds is not public by itself");
        let named = format!("{private}[[river]]\nname = \"notices\"\nlimit = 9\n");
        assert_eq!(names(&read(&named)), ["river", "x", "notices"]);
        let none = format!("[publish]\nnotices = false\n{named}");
        assert_eq!(names(&read(&none)), ["river", "x"]);
    }

    #[test]
    fn every_fault_of_a_river_is_told_with_its_line() {
        let told = faults(
            "[[river]]\nname = \"Tech News\"\nstorys = true\nlimit = \"many\"\n[[river]]\ntitle = \"T\"\n\
             [[river]]\nname = \"feeds\"\n[[river]]\nname = \"a\"\n[[river]]\nname = \"a\"\ncopies = 1\n",
        );
        let expected = [
            "r.toml:2: river.name: found the text \"Tech News\", expected a name of lower-case letters",
            "r.toml:3: river.storys: found an unknown key",
            "r.toml:4: river.limit: found the text \"many\", expected a whole number",
            "r.toml:5: river.name: found no name, expected",
            "r.toml:8: river.name: found the text \"feeds\", expected a name that stands for nothing else",
            "r.toml:12: river.name: found the text \"a\", expected a name that no other river has",
            "r.toml:13: river.copies: found the number 1, expected true or false",
        ];
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}\n{expected}");
        }
        assert!(told[1].ends_with("did you mean river.stories?"), "{}", told[1]);
        assert_eq!(
            faults("[river]\nname = \"a\"\n"),
            ["r.toml:1: river: found a table, expected blocks [[river]]"]
        );
        assert!(faults("[[rivers]]\nname = \"a\"\n")[0].ends_with("did you mean river?"));
    }

    #[test]
    fn variables_override_the_file_and_unknown_ones_are_faults() {
        let set = |name: &str, value: &str| from_text(None, &[(name.to_owned(), value.to_owned())]);
        assert_eq!(set("RIVERD_STORE_PATH", "/x/y.db").expect("right").store.path, "/x/y.db");
        assert!(set("RIVERD_CONFIG", "/x").is_ok());
        let Faults(told) = set("RIVERD_STORE_PAHT", "x").expect_err("a slip");
        assert_eq!(told[0].nearest.as_deref(), Some("RIVERD_STORE_PATH"));
    }

    #[test]
    fn options_that_are_kept_are_those_of_the_other_config_and_are_named() {
        let read = |text: &str| from_text(Some((Path::new("r"), text)), &[]).expect("right");
        let running = read("[serve]\nlisten = \"127.0.0.1:1\"\n[fetch]\nallow_private = [\"10.0.0.0/8\"]\n");
        let mut wanted =
            read("[serve]\nlisten = \"127.0.0.1:2\"\nmax_age = \"5s\"\n[story]\nstrictness = 0.7\n");
        let kept = wanted.keep(&["serve.listen", "fetch.allow_private", "story.tier"], &running);
        assert_eq!(kept, ["fetch.allow_private", "serve.listen"]);
        assert_eq!((&wanted.serve.listen, &wanted.fetch), (&running.serve.listen, &running.fetch));
        assert_eq!((wanted.serve.max_age.as_secs(), wanted.story.strictness), (5, 0.7));
    }

    #[test]
    fn options_that_contradict_each_other_are_faults() {
        assert_eq!(faults("[fetch]\nmin_interval = \"2d\"\nmax_interval = \"1d\"\n").len(), 1);
        assert_eq!(faults("[store]\npath = \"seeds/riverd.db\"\n").len(), 1);
        assert_eq!(faults("[publish]\nhub = \"https://hub.example/\"\n").len(), 1);
    }
}
