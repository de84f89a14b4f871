//! Golden pairs: a document of each kind, and what it becomes (`tests/data/parse`).

use std::path::Path;

use riverd::config::options::parse::ParseOptions;
use riverd::model::document::{Document, Origin, Validators, Version};
use riverd::model::websub::Named;
use riverd::parse::inspect::inspect_json;
use riverd::parse::road::parse;

/// Holds the document `name` against its `.json`; with `RIVERD_BLESS=1`, writes it.
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parse").join(name);
    let url = "https://a.example/feed/".to_owned();
    let document = Document {
        origin: Origin::Remote(url.clone()),
        bytes: std::fs::read(&path).expect("the document").into(),
        content_type: None,
        url: Some(url),
        modified: None,
        version: Version::Http(Validators::default()),
        named: Named::default(),
    };
    let parsed = parse(&document, &ParseOptions::default()).expect("a feed");
    let mut found = inspect_json(&parsed).expect("plain data");
    found["hints"] = serde_json::to_value(&parsed.hints).expect("plain data");
    let found = format!("{}\n", serde_json::to_string_pretty(&found).expect("plain data"));
    let golden =
        path.with_extension(format!("{}.json", path.extension().unwrap_or_default().to_string_lossy()));
    if std::env::var_os("RIVERD_BLESS").is_some() {
        std::fs::write(&golden, &found).expect("a place for the golden text");
    }
    let expected = std::fs::read_to_string(&golden).expect("the golden text; RIVERD_BLESS=1 writes it");
    assert_eq!(found, expected, "{name}");
}

#[test]
fn rss_of_every_version_is_read() {
    check("rss-091.xml");
    check("rss-20.xml");
    check("rss-version-unknown.xml");
    check("rss-version-none.xml");
    check("rss-version-odd.xml");
    check("rss-without-channel.xml");
}

#[test]
fn rss_in_a_namespace_is_read() {
    check("rss-090.xml");
    check("rss-userland-namespace.xml");
    check("rss-namespace-of-its-own.xml");
}

#[test]
fn rdf_is_read_with_dublin_core_and_prism() {
    check("rdf-10.xml");
}

#[test]
fn atom_03_is_read_with_its_modes() {
    check("atom-03.xml");
}

#[test]
fn atom_10_is_read_with_bases_and_languages() {
    check("atom-10.xml");
}

#[test]
fn an_atom_entry_alone_is_read() {
    check("atom-entry-alone.xml");
}

#[test]
fn json_feeds_are_read_with_numbers_for_ids() {
    check("json-10.json");
}

#[test]
fn a_json_feed_that_is_cut_off_gives_what_it_holds() {
    check("json-11-cut-off.json");
}

#[test]
fn a_channel_of_cdf_is_read() {
    check("cdf.xml");
}

#[test]
fn markup_in_titles_is_seen_through() {
    check("rss-markup-in-title.xml");
}

#[test]
fn a_permanent_guid_is_a_link() {
    check("rss-permalink-guid.xml");
}

#[test]
fn media_and_podcasts_are_read() {
    check("media.xml");
    check("podcast.xml");
}

#[test]
fn relative_links_count_from_their_base() {
    check("base-inside-html.xml");
}

#[test]
fn dates_of_the_wild_are_read() {
    check("dates.xml");
}

#[test]
fn a_feed_that_is_cut_off_gives_what_it_holds() {
    check("cut-off.xml");
    check("cut-off-in-a-tag.xml");
    check("cut-off-in-the-root.xml");
}

#[test]
fn ends_that_do_not_match_cost_no_entry() {
    check("ends-that-do-not-match.xml");
}

#[test]
fn references_are_put_right() {
    check("references.xml");
}

#[test]
fn a_feed_behind_junk_is_found() {
    check("behind-junk.xml");
}

#[test]
fn a_wrong_encoding_is_seen_through() {
    check("latin-1-said-to-be-utf-8.xml");
    check("utf-8-said-to-be-latin-1.xml");
    check("utf-8-said-to-be-utf-16.xml");
    check("utf-16be.xml");
    check("windows-1252-slips.xml");
}

#[test]
fn bottomless_nesting_is_cut() {
    check("deep.xml");
}

#[test]
fn entries_of_one_id_are_told_apart() {
    check("two-of-one-id.xml");
}
