//! Labelled entries: our own in `tests/data/stories`, and the larger development files that lie beside a checkout.

use std::collections::BTreeMap;
use std::path::PathBuf;

use riverd::config::options::story::StoryOptions;
use riverd::model::ids::StoryId;
use riverd::pipeline::eval::{Quality, Stream, quality, run};
use riverd::pipeline::labelled::{Labelled, Labels, read};

/// Where one of our own files lies.
pub fn own_path(name: &str) -> PathBuf {
    root().join("tests/data/stories").join(format!("{name}.jsonl"))
}

/// One of our own files.
pub fn own(name: &str) -> Vec<Labelled> {
    entries(&own_path(name)).expect("our own files are in the checkout")
}

/// The names of all of our own files.
pub fn own_names() -> Vec<String> {
    let files = std::fs::read_dir(root().join("tests/data/stories")).expect("a folder").flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned())).collect();
    names.sort();
    names
}

/// A development file out of the folder that `RIVERD_LABELLED` names, else out of the one beside the checkout. They are
/// too large, and not ours, to be kept here: where they are absent, this says so and gives `None`.
pub fn development(name: &str) -> Option<Vec<Labelled>> {
    let named = std::env::var_os("RIVERD_LABELLED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("../shared/data/stories"));
    let path = folder.join(format!("{name}.jsonl"));
    let found = entries(&path);
    if found.is_none() {
        say(&format!(
            "SKIPPED: no {}: nothing was measured; RIVERD_LABELLED names its folder",
            path.display()
        ));
    }
    found
}

/// Tells whoever runs the tests; `.config/nextest.toml` has it shown for tests that pass, too.
#[expect(clippy::print_stderr, reason = "a skipped measurement must be seen, and there is no log in a test")]
pub fn say(line: &str) {
    eprintln!("{line}");
}

/// Runs a stream and scores it.
pub fn measured(entries: &[Labelled], options: &StoryOptions) -> (Stream, Quality) {
    let stream = run(entries, options, &mut |_| {});
    let quality = quality(entries, &stream.stories);
    (stream, quality)
}

/// What went wrong, by title: found stories that hold several true ones, and true ones that were found as several.
pub fn faults(entries: &[Labelled], stories: &[StoryId]) -> String {
    let labelled = entries.iter().zip(stories).filter(|(entry, _)| entry.cluster.is_some());
    let (mut found, mut labels) = (BTreeMap::new(), BTreeMap::new());
    for (entry, story) in labelled {
        let label = entry.cluster.clone().unwrap_or_default();
        let line = format!("    {story} [{label}] {}\n", entry.title.as_deref().unwrap_or_default());
        found.entry(story.0).or_insert_with(Vec::new).push((label.clone(), line.clone()));
        labels.entry(label).or_insert_with(Vec::new).push((story.to_string(), line));
    }
    mixed("  WRONGLY ONE:\n", found.values()) + &mixed("  MISSED, found as several:\n", labels.values())
}

/// The groups whose members do not all have the same key.
fn mixed<'a>(head: &str, groups: impl Iterator<Item = &'a Vec<(String, String)>>) -> String {
    let several = |group: &&Vec<(String, String)>| group.iter().any(|(key, _)| *key != group[0].0);
    let lines =
        |group: &Vec<(String, String)>| group.iter().map(|(_, line)| line.as_str()).collect::<String>();
    groups.filter(several).map(|group| format!("{head}{}", lines(group))).collect()
}

fn entries(path: &std::path::Path) -> Option<Vec<Labelled>> {
    let text = std::fs::read_to_string(path).ok()?;
    match read(&text) {
        Ok(Labels::Entries(entries)) => Some(entries),
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
