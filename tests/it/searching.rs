//! Search by the real program: what is found, in which order, and what is told of a query that is none.

use crate::support::program::Program;
use crate::support::wait::until;

fn article(title: &str, text: &str) -> String {
    format!("{title}\n\n{text}\n")
}

/// Four articles, each in a file of its own; `b` was first seen last.
fn program() -> Program {
    let program = Program::new();
    let files = [
        ("a.txt", "Bäckerei Müller schließt", "Die Straße vor dem Laden bleibt gesperrt, sagt Jörg Goethe."),
        (
            "c.txt",
            "Neues vom Rathaus",
            "Herr Mueller aus Koeln sagt, die Haselnuss bleibe teuer. Cafés öffnen.",
        ),
        ("d.txt", "日本語の記事", "東京タワーは新しい。"),
        ("b.txt", "A poet and his pot", "Nothing but words, said the miller."),
    ];
    for (name, title, text) in files {
        program.drop_file(name, &article(title, text));
        program.json(&["once", "--json"]);
    }
    program
}

/// The files that are found, in the order they are listed.
fn found(program: &Program, query: &[&str]) -> String {
    let mut arguments = vec!["search", "--json"];
    arguments.extend(query);
    let hits = program.json(&arguments);
    let titles = hits.as_array().expect("a list").iter().map(|hit| match hit["title"].as_str() {
        Some("Bäckerei Müller schließt") => "a",
        Some("Neues vom Rathaus") => "c",
        Some("日本語の記事") => "d",
        Some("A poet and his pot") => "b",
        other => panic!("{other:?}"),
    });
    titles.collect()
}

#[test]
fn words_are_found_in_every_spelling_and_queries_do_what_they_say() {
    let program = program();
    for (query, expected) in [
        ("müller", "ca"),
        ("MUELLER", "ca"),
        ("muller", "a"),
        ("strasse", "a"),
        ("straße", "a"),
        ("STRASSE", "a"),
        ("köln", "c"),
        ("cafes", "c"),
        ("cafe*", "c"),
        ("offnen", "c"),
        ("öffnen", "c"),
        ("pot", "b"),
        ("poet", "b"),
        ("goethe göthe", "a"),
        ("joerg", "a"),
        ("\"bäckerei mueller\"", "a"),
        ("\"herr müller\"", "c"),
        ("\"mueller schließt\"", "a"),
        ("\"schließt müller\"", ""),
        ("hasel*", "c"),
        ("hasel", ""),
        ("\"die stra\"*", "a"),
        ("müller -rathaus", "a"),
        ("müller NOT (rathaus OR laden)", ""),
        ("pot OR rathaus", "bc"),
        ("sagt (laden OR koeln)", "ca"),
        ("日本", "d"),
        ("語", "d"),
        ("京タワ", "d"),
        ("本日", ""),
    ] {
        assert_eq!(found(&program, &[query]), expected, "{query}");
    }
    assert_eq!(found(&program, &["müller", "NOT", "rathaus"]), "a", "words may stand apart");
    assert_eq!(found(&program, &["--best", "rathaus OR laden OR pot"]).len(), 3);
    assert_eq!(found(&program, &["müller OR pot OR 日本", "--limit", "2"]).len(), 2);
    let table = program.run(&["search", "hasel*"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("Neues vom Rathaus") && !table.contains("Müller"), "{table}");
    assert_eq!(String::from_utf8_lossy(&program.run(&["search", "nirgends"]).stdout), "nothing is found\n");
}

#[test]
fn what_is_found_is_told_with_its_feed_date_number_link_and_story() {
    let program = Program::new();
    program.drop_file(
        "x.xml",
        "<rss version='2.0'><channel><title>Der Bote</title><link>https://bote.example/</link><item><guid>1</guid>\
         <title>Titel</title><link>https://bote.example/1</link><pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate>\
         <description>&lt;p&gt;Ein &lt;b&gt;W&lt;/b&gt;ort &lt;a href='https://nirgends.example'&gt;hier&lt;/a&gt;&lt;/p&gt;\
         </description></item></channel></rss>",
    );
    program.json(&["once", "--json"]);
    let hits = program.json(&["search", "--json", "\"ein wort\""]);
    let story = program.json(&["stories", "--json"])[0]["id"].clone();
    assert_eq!(hits.as_array().map(Vec::len), Some(1));
    for (key, value) in [
        ("entry", serde_json::json!(1)),
        ("title", "Titel".into()),
        ("link", "https://bote.example/1".into()),
        ("published", "2026-11-03T10:00:00Z".into()),
        ("feed", "Der Bote".into()),
        ("story", story),
    ] {
        assert_eq!(hits[0][key], value, "{key}");
    }
    assert_eq!(program.json(&["search", "--json", "bote"]), hits, "by the name of the feed");
    assert_eq!(program.json(&["search", "--json", "bote -titel"]).as_array().map(Vec::len), Some(0));
    assert_eq!(
        program.json(&["search", "--json", "nirgends"]).as_array().map(Vec::len),
        Some(0),
        "links are no text"
    );
}

#[test]
fn a_feed_is_found_by_the_name_its_owner_gave_it_last() {
    let program = Program::new();
    let server = crate::support::server::Server::start(|_, _| {
        crate::support::server::ok(
            "",
            &crate::support::server::rss(&[("1", "Meldung", "https://blatt.example/1")]),
        )
    });
    let list = |title: &str| {
        let url = server.url("/feed");
        format!("<opml version='2.0'><body><outline text='{title}' xmlUrl='{url}'/></body></opml>")
    };
    program.drop_file("a.opml", &list("Mein Blättchen"));
    program.json(&["once", "--all", "--json"]);
    let count = |query: &str| program.json(&["search", "--json", query]).as_array().map(Vec::len);
    assert_eq!(
        (count("blaettchen"), count("\"mein blatt\"*"), count("gazette")),
        (Some(1), Some(1), Some(0))
    );
    program.drop_file("a.opml", &list("Gazette"));
    program.json(&["once", "--json"]);
    assert_eq!((count("blaettchen"), count("gazette meldung")), (Some(0), Some(1)));
}

#[test]
fn the_index_is_in_step_with_what_comes_changes_goes_and_comes_back() {
    let program = program();
    program.drop_file(
        "a.txt",
        &article("Bäckerei Müller schließt", "Ganz anders steht es heute hier geschrieben."),
    );
    program.json(&["once", "--json"]);
    assert_eq!(
        (found(&program, &["strasse"]), found(&program, &["geschrieben"])),
        (String::new(), "a".to_owned())
    );
    std::fs::remove_file(program.seeds().join("a.txt")).expect("removed");
    program.json(&["once", "--json"]);
    assert_eq!(found(&program, &["müller"]), "c");
    program.drop_file(
        "a.txt",
        &article("Bäckerei Müller schließt", "Ganz anders steht es heute hier geschrieben."),
    );
    program.json(&["once", "--json"]);
    assert_eq!(found(&program, &["geschrieben"]), "a");
    let daemon = program.start();
    program.drop_file("b.txt", &article("A poet and his pot", "Sesquipedalian at last."));
    until("the change", || (found(&program, &["sesquipedalian"]) == "b").then_some(()));
    daemon.kill();
    assert_eq!(found(&program, &["sesquipedalian"]), "b");
}

fn store(program: &Program) -> rusqlite::Connection {
    rusqlite::Connection::open(program.home.path().join("state/riverd.db")).expect("a store")
}

#[test]
fn a_store_of_the_schema_before_is_indexed_by_whoever_opens_it_next() {
    let program = program();
    std::fs::remove_file(program.seeds().join("d.txt")).expect("removed");
    program.json(&["once", "--json"]);
    let before = "DROP TABLE notices; DROP TABLE forgotten; ALTER TABLE stories DROP COLUMN forgotten; ALTER TABLE feeds DROP COLUMN holds;
        DROP TABLE hub_subscriptions; DROP TABLE announced; DROP TABLE search; DROP INDEX entries_by_feed; DROP INDEX entries_by_rank; DROP INDEX entries_rank;
        CREATE INDEX entries_by_rank ON entries (rank DESC, id DESC) WHERE withdrawn IS NULL;
        DELETE FROM meta WHERE key = 'search'; PRAGMA user_version = 5;";
    store(&program).execute_batch(before).expect("the schema before");
    assert_eq!(found(&program, &["müller OR pot OR 日本"]), "bca", "by the command itself");
    store(&program).execute_batch(before).expect("the schema before");
    let daemon = program.start();
    assert_eq!(found(&program, &["müller"]), "ca", "by the daemon");
    assert_eq!(daemon.terminate(), Some(0));
}

#[test]
fn an_index_that_was_left_half_made_or_is_of_another_form_is_made_whole() {
    let program = program();
    for left in ["1 2", "0 all"] {
        store(&program)
            .execute_batch(&format!(
                "UPDATE meta SET value = '{left}' WHERE key = 'search'; DELETE FROM search WHERE rowid > 2;"
            ))
            .expect("half an index");
        assert_eq!(found(&program, &["müller OR pot"]), "bca", "{left}");
        assert_eq!(found(&program, &["日本"]), "d", "{left}");
    }
    let count: i64 =
        store(&program).query_row("SELECT count(*) FROM search", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, 4);
}

#[test]
fn a_malformed_query_is_a_clear_error_and_never_sql() {
    let program = program();
    for (query, expected) in [
        ("müller OR", "OR at character 8 has nothing after it"),
        ("\"müller", "the quote at character 1 is not closed"),
        ("-müller", "it says only what is not to be found"),
        ("(a", "the parenthesis at character 1 is not closed"),
        ("…", "it holds no word"),
        ("m*ller", "the * at character 2 does not stand at the end of a word"),
    ] {
        let output = program.run(&["search", "--", query]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{query}: {told}");
        assert!(told.contains(expected) && told.contains("cannot be understood"), "{query}: {told}");
    }
    for query in [
        "title:x",
        "x' OR '1'='1",
        "NEAR(a b, 5)",
        "search MATCH",
        "{a b} : c",
        "a ^ b",
        "col*umn",
        "%",
        "\\",
    ] {
        let told = program.run(&["search", query]);
        let told = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(
            !["fts5", "SQL", "syntax", "store failed"].iter().any(|word| told.contains(word)),
            "{query}: {told}"
        );
    }
}
