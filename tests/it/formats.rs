//! Golden pairs: a river in `tests/data/publish`, and what it is in each format. `RIVERD_BLESS=1` writes the latter anew.

use std::path::PathBuf;

use riverd::model::river::River;
use riverd::publish::formats::{FEEDS, FORMATS};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/publish").join(name)
}

fn river() -> River {
    let text = std::fs::read_to_string(data("river.in.json")).expect("in the checkout");
    serde_json::from_str(&text).expect("a river")
}

#[test]
fn a_river_is_in_each_format_what_its_golden_pair_says() {
    let river = river();
    for format in FORMATS {
        let rendered = String::from_utf8((format.render)(&river, usize::MAX)).expect("UTF-8");
        let ending = if format.ending.is_empty() { "html" } else { format.ending };
        let path = data(&format!("river.{ending}"));
        if std::env::var_os("RIVERD_BLESS").is_some() {
            std::fs::write(&path, &rendered).expect("written");
        }
        let golden = std::fs::read_to_string(&path).expect("in the checkout");
        assert!(rendered == golden, "{} is not its golden pair:\n{rendered}", format.ending);
    }
}

#[test]
fn every_feed_keeps_what_belongs_to_an_entry_and_shows_no_secret() {
    let river = river();
    for format in FEEDS {
        let text = String::from_utf8((format.render)(&river, usize::MAX)).expect("UTF-8");
        for part in [
            "tag:riverd.local,2026:story/aa",
            "tag:riverd.local,2026:story/cc",
            "https://tagesblatt.example/a.mp3",
            "12345678",
            "https://tagesblatt.example/bild%20eins.jpg",
            "https://tagesblatt.example/unbekannt",
            "Ada Müller",
            "Bau &",
            "Region",
            "Gleicher Text bei:",
            "Auch berichtet von:",
            "und 2 weitere",
            "Zeitung12: Brücke: Meldung 12",
            "https://echo.example/6",
            "The Agency",
            "© Tagesblatt",
            &format!("https://news.example/river.{}", format.ending),
        ] {
            assert!(text.contains(part), "{part} in {}:\n{text}", format.ending);
        }
        for secret in ["secret", "\u{8}", "kaputt"] {
            assert!(!text.contains(secret), "{secret:?} in {}:\n{text}", format.ending);
        }
    }
}

#[test]
fn every_feed_leaves_the_oldest_out_beyond_its_size_and_stays_whole() {
    let river = river();
    for format in FEEDS {
        let whole = (format.render)(&river, usize::MAX);
        let less = (format.render)(&river, whole.len() - 1);
        let text = String::from_utf8(less).expect("UTF-8");
        assert!(
            text.len() < whole.len() && text.contains("story/bb") && !text.contains("story/cc"),
            "{text}"
        );
        if format.ending == "json" {
            let feed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(feed["items"].as_array().map(Vec::len), Some(2));
        } else {
            let mut reader = quick_xml::Reader::from_str(&text);
            let mut open = 0;
            loop {
                match reader.read_event().expect("well-formed") {
                    quick_xml::events::Event::Start(_) => open += 1,
                    quick_xml::events::Event::End(_) => open -= 1,
                    quick_xml::events::Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(open, 0);
        }
        let none = River { stories: vec![], ..river.clone() };
        assert!(!(format.render)(&none, 0).is_empty());
    }
}
