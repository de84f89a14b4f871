//! What the fuzzer looks for (`tests/fuzz/run`) holds for the documents of the tests, said to be of every kind, and for
//! all that fell over once: `tests/fuzz/found/TARGET-NAME`.

use std::path::Path;

use crate::promises;

/// The bytes of each file right in `folder` whose name begins with `start`.
fn documents(folder: &str, start: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder");
    let paths = files.map(|file| file.expect("a file").path()).filter(|path| path.is_file());
    let named =
        paths.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)));
    named.map(|path| std::fs::read(path).expect("a document")).collect()
}

/// What fell once, as it is; each document of the tests behind each of the first `kinds` bytes, or as it is for 0.
fn hold(target: &str, kinds: u8, promise: fn(&[u8])) {
    documents("tests/fuzz/found", target).iter().for_each(|found| promise(found));
    let ours =
        ["tests/data/parse", "tests/data/articles", "seeds"].map(|folder| documents(folder, "")).concat();
    assert!(ours.len() > 50, "the documents of the tests: {}", ours.len());
    for document in ours {
        if kinds == 0 {
            promise(&document);
        }
        (0..kinds).for_each(|kind| promise(&[&[kind], document.as_slice()].concat()));
    }
}

#[test]
fn bytes_become_text_of_allowed_characters() {
    hold("decode", 8, promises::decode);
}

#[test]
fn what_was_mended_needs_no_mending() {
    hold("repair", 0, promises::repair);
}

#[test]
fn documents_of_servers_are_read_alike_each_time_and_come_out_clean() {
    hold("parse", 8, promises::parse);
}

#[test]
fn a_list_takes_one_more_and_gives_it_back() {
    hold("opml", 0, promises::opml);
}

#[test]
fn files_are_articles_and_come_out_clean() {
    hold("articles", 9, promises::articles);
}

#[test]
fn an_instant_that_was_read_can_be_written_and_read_again() {
    hold("dates", 0, promises::dates);
}
