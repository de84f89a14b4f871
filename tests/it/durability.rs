//! Nothing is lost and nothing doubled: kill -9 at many moments while files are dropped and feeds polled.

use std::collections::BTreeMap;

use crate::support::program::{Program, entries};
use crate::support::server::{Server, ok, rss};

#[test]
fn kill_9_at_any_moment_loses_nothing_doubles_nothing_and_changes_no_id() {
    let server = Server::start(|path, _| {
        let name = path.trim_start_matches('/').to_owned();
        let id = format!("{name}-1");
        ok(
            "ETag: \"1\"\r\n",
            &rss(&[(&id, &format!("Meldung aus {name}"), &format!("https://blatt.example/{name}"))]),
        )
    });
    // Texts that are made by the dozen are not what the learned likeness knows: rules alone.
    let program = Program::new()
        .with("RIVERD_STORY_TIER", "copy")
        .with("RIVERD_FETCH_MIN_INTERVAL", "100ms")
        .with("RIVERD_PUBLISH_LIMIT", "1000");
    let urls: String =
        (0..20).map(|n| format!("<outline xmlUrl='{}'/>", server.url(&format!("/f{n}")))).collect();
    program.drop_file("s.opml", &format!("<opml version='2.0'><body>{urls}</body></opml>"));
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for round in 0..12_u64 {
        for file in 0..5 {
            let title = format!("Artikel {round} Nummer {file}");
            program.drop_file(
                &format!("{round}/{file}.txt"),
                &format!("{title}\n\nEin Text über Ding {round}-{file}."),
            );
        }
        let daemon = program.start();
        // Another moment in each round: after so many entries are served.
        let served = daemon.until_feed("some entries", |feed| entries(feed).len() as u64 >= round * 5);
        for (id, title) in entries(&served) {
            let known = ids.entry(title.clone()).or_insert(id.clone());
            assert_eq!(*known, id, "the id of {title} changed");
        }
        daemon.kill();
    }
    let daemon = program.start();
    let feed = daemon.until_feed("everything", |feed| entries(feed).len() >= 80);
    let mut titles: Vec<_> = entries(&feed).into_iter().map(|(_, title)| title).collect();
    titles.sort();
    titles.dedup();
    assert_eq!((titles.len(), entries(&feed).len()), (80, 80));
    assert_eq!(daemon.terminate(), Some(0));
    let check = std::process::Command::new("sqlite3")
        .arg(program.home.path().join("state/riverd.db"))
        .arg("PRAGMA integrity_check")
        .output();
    // The command-line shell of SQLite is not everywhere; where it is, it must agree.
    if let Ok(check) = check {
        assert_eq!(String::from_utf8_lossy(&check.stdout).trim(), "ok");
    }
}
