//! The documented config file, written from the definitions: what `config/riverd.toml` must be, to the byte.
//! Deliberately not here: reading.

use crate::config::options::feed::FeedOptions;
use crate::config::options::river::RiverOptions;
use crate::config::section::{Described, Section};

const HEAD: &str = "\
# riverd's config: every option, at its default, with its meaning and unit.
# Looked for in this order: --config FILE, RIVERD_CONFIG, ./riverd.toml, ./config/riverd.toml,
# $XDG_CONFIG_HOME/riverd/riverd.toml, ~/.config/riverd/riverd.toml, /etc/riverd/riverd.toml.
# Every option can be overridden by an environment variable: fetch.min_interval by RIVERD_FETCH_MIN_INTERVAL.
# Times are written \"500ms\", \"90s\", \"15m\", \"24h\", \"7d\" (or whole seconds), sizes \"512 KiB\", \"16 MiB\" (or bytes).
# `riverd check` tells every fault at once.
";

const FEEDS: &str = "
# Feeds to follow besides those of the OPML files in the watched folder, and how one feed is polled. Any number of
# these blocks.
";

const RIVERS: &str = "
# What is published. The river of everything is always there, as /river.atom; a block named \"river\" changes its
# options. Any number of these blocks.
";

/// The whole file for these sections.
pub fn render(sections: &[&dyn Section]) -> String {
    let mut text = HEAD.to_owned();
    for section in sections {
        text.push('\n');
        comment(&mut text, &section.doc());
        text.push_str(&format!("[{}]\n", section.name()));
        section.describe().iter().for_each(|option| describe(&mut text, option));
    }
    text.push_str(RIVERS);
    text.push_str(&example(&a_river()));
    text.push_str(FEEDS);
    text.push_str(&example(&a_feed()));
    text
}

/// What a block may look like; what is not set is at its default.
fn a_river() -> RiverOptions {
    let (name, title) = ("every-report".to_owned(), "Every report".to_owned());
    RiverOptions { name, title, stories: false, ..RiverOptions::default() }
}

/// As [`a_river`].
fn a_feed() -> FeedOptions {
    let (url, title) = ("https://example.org/feed.xml".to_owned(), "A name of your own".to_owned());
    FeedOptions { url, title, labels: vec!["News/German".to_owned()], ..FeedOptions::default() }
}

/// A block, all of it commented out.
fn example(block: &dyn Section) -> String {
    let mut text = format!("[[{}]]\n", block.name());
    block.describe().iter().for_each(|option| describe(&mut text, option));
    text.lines().map(|line| format!("# {line}\n")).collect()
}

fn describe(text: &mut String, option: &Described) {
    comment(text, &option.doc);
    text.push_str(&format!("{} = {}\n", option.key, option.literal));
}

fn comment(text: &mut String, lines: &[&str]) {
    lines.iter().for_each(|line| text.push_str(&format!("# {line}\n")));
}
