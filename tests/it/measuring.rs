//! `riverd eval` as other programs rely on it: its keys, its files, its errors, and the same bytes on every run.

use std::path::Path;

use serde_json::Value;

use crate::support::labelled::{own, own_path};
use crate::support::program::Program;

/// Four labelled entries and one that is not scored. By their addresses 1 and 2 are one publication, and so are 4 and 5.
const FOUR: &str = r#"{"id":"e1","lang":"en","title":"Ferry aground","body":"","published":"2026-03-02T10:00:00Z","source":"a","url":"https://a.example/ferry","cluster":"ferry"}
{"id":"e2","lang":"en","title":"All safe after a night on the sandbank","body":null,"published":null,"source":"b","url":"https://a.example/ferry","cluster":"ferry"}
{"id":"e3","lang":null,"title":"Ferry freed","body":"","published":null,"source":null,"url":null,"cluster":"ferry"}
{"id":"e4","lang":"en","title":"Hay harvest","body":"","published":"2026-03-02T11:00:00Z","source":"a","url":"https://a.example/hay-harvest","cluster":"hay"}
{"id":"e5","lang":"en","title":"Farmers rejoice","body":"","published":"2026-03-02T11:00:00Z","source":"b","url":"https://a.example/hay-harvest","cluster":null}
"#;

const PAIRS: &str = r#"{"id":"p1","lang1":"en","lang2":"en","text1":"Ferry runs aground near the old harbour  It struck a sandbank.","text2":"Ferry runs aground near the old harbour  It struck a sandbank.","same":true}
{"id":"p2","lang1":"de","lang2":"en","text1":"Heuernte beginnt früh  Die Bauern freuen sich.","text2":"Jury clears former mayor  She wept.","same":false}
"#;

fn written(text: &str) -> Program {
    let program = Program::new();
    std::fs::write(program.home.path().join("labelled.jsonl"), text).expect("a file");
    program
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn told(program: &Program, arguments: &[&str]) -> (Option<i32>, String) {
    let output = program.run(arguments);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn its_json_has_the_keys_of_the_contract() {
    let program = written(FOUR);
    let told = program.json(&["eval", "--json", "labelled.jsonl"]);
    let wanted = [
        "entries",
        "scored",
        "stories_true",
        "stories_found",
        "bcubed",
        "pairwise",
        "bcubed_without_two_largest",
        "seconds",
        "entries_per_second",
        "index_bytes_per_active_entry",
    ];
    assert_eq!(keys(&told), wanted);
    for score in ["bcubed", "pairwise", "bcubed_without_two_largest"] {
        assert_eq!(keys(&told[score]), ["precision", "recall", "f1"]);
        assert!(told[score].as_object().is_some_and(|of| of.values().all(Value::is_f64)), "{told}");
    }
    assert!(
        ["seconds", "entries_per_second", "index_bytes_per_active_entry"]
            .iter()
            .all(|key| told[key].is_f64())
    );
    assert!(!program.home.path().join("state").exists(), "no store is touched");
}

#[test]
fn its_scores_are_those_counted_by_hand() {
    let program = written(FOUR);
    let told = program.json(&["eval", "--json", "--tier", "identity", "labelled.jsonl"]);
    let of = |key: &str| told[key].as_u64().expect("a count");
    assert_eq!([of("entries"), of("scored"), of("stories_true"), of("stories_found")], [5, 4, 2, 3]);
    // e1 and e2 find 2 of their 3; e3 finds 1 of 3; e4 all of 1; nothing wrong is found.
    let close = |score: &str, measure: &str, wanted: f64| {
        let got = told[score][measure].as_f64().expect("a number");
        assert!((got - wanted).abs() < 1e-12, "{score}.{measure}: {got}, not {wanted}");
    };
    let recall = (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0;
    close("bcubed", "precision", 1.0);
    close("bcubed", "recall", recall);
    close("bcubed", "f1", 2.0 * recall / (1.0 + recall));
    close("pairwise", "precision", 1.0);
    close("pairwise", "recall", 1.0 / 3.0);
    close("pairwise", "f1", 0.5);
    close("bcubed_without_two_largest", "f1", 0.0);
}

#[test]
fn pairs_are_known_by_their_keys_and_scored_by_their_languages() {
    let program = written(PAIRS);
    let told = program.json(&["eval", "--json", "labelled.jsonl"]);
    assert_eq!(keys(&told["pairs"]), ["precision", "recall", "f1", "by_language_pair"]);
    assert_eq!(keys(&told["pairs"]["by_language_pair"]), ["de-en", "en-en"]);
    assert_eq!(told["pairs"]["by_language_pair"]["en-en"]["f1"], 1.0);
    assert_eq!(told["pairs"]["precision"], 1.0);
    let (code, error) = self::told(&program, &["eval", "--assignments", "out", "labelled.jsonl"]);
    assert!(code == Some(1) && error.contains("pairs have no assignments"), "{error}");
}

#[test]
fn assignments_are_a_line_for_each_entry_in_the_files_order() {
    let program = written(FOUR);
    program.json(&["eval", "--json", "--tier", "identity", "--assignments", "out.tsv", "labelled.jsonl"]);
    let text = std::fs::read_to_string(program.home.path().join("out.tsv")).expect("it was written");
    let lines: Vec<(&str, &str)> = text.lines().map(|line| line.split_once('\t').expect("a tab")).collect();
    assert_eq!(lines.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["e1", "e2", "e3", "e4", "e5"]);
    let story = |at: usize| lines[at].1;
    assert!(story(0) == story(1) && story(3) == story(4), "{text}");
    assert!(story(0) != story(2) && story(0) != story(3) && story(2) != story(3), "{text}");
    assert!(text.ends_with('\n') && !text.contains('\r'));
    let (code, error) = told(&program, &["eval", "--assignments", "no/such/out", "labelled.jsonl"]);
    assert!(code == Some(1) && error.contains("no/such/out cannot be written"), "{error}");
}

#[test]
fn a_line_that_is_not_of_the_form_is_told_by_file_and_line() {
    let (code, error) = told(&written(&format!("{FOUR}\n{{\"id\": 7}}\n")), &["eval", "labelled.jsonl"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("labelled.jsonl:7: "), "{error}");
    let (code, error) = told(&written("not JSON\n"), &["eval", "--json", "labelled.jsonl"]);
    assert!(code == Some(1) && error.contains("labelled.jsonl:1: "), "{error}");
}

#[test]
fn what_cannot_be_done_is_refused_with_a_clear_error() {
    let program = written(FOUR);
    for dial in ["2", "-0.1", "NaN"] {
        let (code, error) = told(&program, &["eval", &format!("--strictness={dial}"), "labelled.jsonl"]);
        assert!(code == Some(1) && error.contains("0 to 1"), "{dial}: {code:?} {error}");
    }
    let (code, error) = told(&program, &["eval", "missing.jsonl"]);
    assert!(code == Some(1) && error.contains("missing.jsonl cannot be read"), "{error}");
    let (code, error) = told(&program, &["eval", "--tier", "topic", "labelled.jsonl"]);
    assert!(code == Some(2) && error.contains("identity"), "{error}");
    assert_eq!(told(&program, &["eval"]).0, Some(2));
    let program = written("");
    assert_eq!(program.json(&["eval", "--json", "labelled.jsonl"])["entries"], 0);
}

#[test]
fn each_tier_folds_all_that_the_nearer_one_folds() {
    let program = Program::new();
    let path = own_path("copies");
    let path = path.to_str().expect("a path in UTF-8");
    let found = |tier: &str| program.json(&["eval", "--json", "--tier", tier, path])["stories_found"].clone();
    let counts = ["identity", "copy", "story"].map(|tier| found(tier).as_u64().expect("a count"));
    assert!(counts[0] > counts[1] && counts[1] > counts[2], "{counts:?}");
}

#[test]
fn the_text_says_what_the_json_says() {
    let output = written(FOUR).run(&["eval", "--tier", "identity", "labelled.jsonl"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in
        ["entries                      5", "stories found                3", "recall 0.6667", "F1 0.5000"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

/// The JSON without times, and the assignments.
fn outcome(program: &Program, path: &Path) -> (String, Vec<u8>) {
    let path = path.to_str().expect("a path in UTF-8");
    let mut told = program.json(&["eval", "--json", "--assignments", "out.tsv", path]);
    for time in ["seconds", "entries_per_second"] {
        told.as_object_mut().expect("an object").remove(time).expect("a time");
    }
    (told.to_string(), std::fs::read(program.home.path().join("out.tsv")).expect("it was written"))
}

#[test]
fn the_same_file_gives_the_same_bytes_whatever_the_surroundings() {
    for file in ["running", "mixed", "german-english"] {
        let path = own_path(file);
        let plain = Program::new();
        let first = outcome(&plain, &path);
        assert_eq!(outcome(&plain, &path), first, "{file}");
        let elsewhere = Program::new()
            .with("LANG", "de_DE.ISO-8859-1")
            .with("LC_ALL", "tr_TR.UTF-8")
            .with("TZ", "Pacific/Chatham")
            .with("TOKIO_WORKER_THREADS", "7")
            .with("MALLOC_ARENA_MAX", "1")
            .with("RUST_LOG", "trace");
        assert_eq!(outcome(&elsewhere, &path), first, "{file}");
        assert_eq!(first.1.iter().filter(|byte| **byte == b'\n').count(), own(file).len());
    }
}
