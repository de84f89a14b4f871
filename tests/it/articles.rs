//! Dropped articles beside what they become: each file of `tests/data/articles` has a `.json` of the shape that `riverd
//! inspect --json` prints. `RIVERD_BLESS=1` writes them anew, to be looked through before they are committed.

use std::path::{Path, PathBuf};

use riverd::config::options::parse::ParseOptions;
use riverd::model::document::{Document, Origin, Validators, Version};
use riverd::model::time::Timestamp;
use riverd::model::websub::Named;
use riverd::parse::inspect::inspect_json;
use riverd::parse::road::parse;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/articles")
}

fn inspected(path: &Path) -> String {
    let name = path.file_name().expect("a file's name").to_string_lossy().into_owned();
    let document = Document {
        origin: Origin::File(name),
        bytes: std::fs::read(path).expect("a file").into(),
        content_type: None,
        url: None,
        modified: Some(Timestamp(1_000_000_000_000)),
        version: Version::Http(Validators::default()),
        named: Named::default(),
    };
    let value = match parse(&document, &ParseOptions::default()) {
        Ok(parsed) => inspect_json(&parsed).expect("plain data"),
        Err(error) => serde_json::json!({ "error": error.to_string() }),
    };
    serde_json::to_string_pretty(&value).expect("JSON") + "\n"
}

#[test]
fn every_article_becomes_what_stands_beside_it() {
    let bless = std::env::var_os("RIVERD_BLESS").is_some();
    let mut count = 0;
    for file in std::fs::read_dir(folder()).expect("the folder").flatten() {
        let path = file.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            continue;
        }
        let golden = PathBuf::from(format!("{}.json", path.display()));
        let found = inspected(&path);
        if bless {
            std::fs::write(&golden, &found).expect("the folder can be written");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, expected, "{}", path.display());
        count += 1;
    }
    assert!(count >= 8, "only {count} articles");
}
