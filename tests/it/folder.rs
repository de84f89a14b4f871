//! The watched folder with all that may lie there and happen there: saved links and messages, links, odd names, folders
//! that are renamed, moved away, replaced or emptied, and a store that fails meanwhile.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::http::get;
use crate::support::program::{Daemon, Program, entries};
use crate::support::server::{Server, ok, rss};
use crate::support::wait::until;

fn article(title: &str) -> String {
    format!("{title}\n\nEin Text über {title}, der sonst nirgends steht, damit nichts zusammenfällt.\n")
}

fn id_of(feed: &str, title: &str) -> String {
    let found = entries(feed).into_iter().find(|(_, found)| found == title);
    found.unwrap_or_else(|| panic!("{title} is not in {feed}")).0
}

fn aside(program: &Program) -> Vec<(String, String)> {
    let feeds = program.json(&["feeds", "--json"]);
    let text = |file: &serde_json::Value, key: &str| file[key].as_str().unwrap_or_default().to_owned();
    let list = feeds["set_aside"].as_array().expect("a list");
    list.iter().map(|file| (text(file, "path"), text(file, "reason"))).collect()
}

fn reason(program: &Program, path: &str) -> String {
    until(path, || aside(program).into_iter().find(|(found, _)| found == path)).1
}

fn state(program: &Program, source: &str) -> String {
    let feeds = program.json(&["feeds", "--json"]);
    let feeds = feeds["feeds"].as_array().expect("feeds");
    let found = feeds.iter().find(|feed| feed["source"] == source).expect("the feed");
    found["state"].as_str().unwrap_or_default().to_owned()
}

fn until_away(daemon: &Daemon) {
    until("that the folder is away", || {
        get(&daemon.address, "/readyz").filter(|answer| answer.text().contains("folder: away"))
    });
}

#[test]
fn links_that_browsers_save_are_subscriptions_until_they_are_removed() {
    let server = Server::start(|path, _| {
        let title = format!("Meldung aus {}", &path[1..]);
        ok("ETag: \"1\"\r\n", &rss(&[(path, &title, "https://blatt.example/1")]))
    });
    let program = Program::new().with("RIVERD_FETCH_HOST_PAUSE", "0s");
    let daemon = program.start();
    program.drop_file(
        "Blätter/Ein Blatt.url",
        &format!("[InternetShortcut]\r\nURL={}\r\n", server.url("/eins")),
    );
    let webloc = format!(
        "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>URL</key><string>{}</string></dict></plist>",
        server.url("/zwei")
    );
    program.drop_file("Blätter/zwei.webloc", &webloc);
    let desktop = format!("[Desktop Entry]\nType=Link\nName=Drei\nURL={}\n", server.url("/drei"));
    program.drop_file("drei.desktop", &desktop);
    program.drop_file("programm.desktop", "[Desktop Entry]\nType=Application\nExec=true\n");
    daemon.until_feed("all three", |feed| {
        ["eins", "zwei", "drei"].iter().all(|name| feed.contains(&format!("Meldung aus {name}")))
    });
    assert!(reason(&program, "programm.desktop").contains("it starts a program"));
    let exported = String::from_utf8_lossy(&program.run(&["export", "opml"]).stdout).into_owned();
    assert!(
        exported.contains("/eins") && exported.contains("/zwei") && exported.contains("/drei"),
        "{exported}"
    );
    let checked = program.json_of_failure(&["check", "--json"])["labels"].to_string();
    assert!(checked.contains("\"Blätter\""), "{checked}");
    std::fs::remove_file(program.seeds().join("Blätter/zwei.webloc")).expect("removed");
    until("the end of a subscription", || {
        (state(&program, &server.url("/zwei")) == "unsubscribed").then_some(())
    });
    assert_eq!(state(&program, &server.url("/eins")), "followed");
    assert!(daemon.feed().contains("Meldung aus zwei"), "its entries stay");
}

#[test]
fn a_saved_newsletter_is_an_article() {
    let program = Program::new();
    let daemon = program.start();
    let letter = "From: =?UTF-8?Q?K=C3=BCsten-Brief?= <brief@a.example>\r\nSubject: Neues vom Hafen\r\nDate: Tue, 24 Nov 2026 10:20:30 +0100\r\nMessage-ID: <7@a.example>\r\nArchived-At: <https://a.example/briefe/7>\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Der Hafen w=E4chst.</p><script>alert(1)</script>\r\n";
    program.drop_file("briefe/7.eml", letter);
    let feed = daemon.until_feed("the letter", |feed| feed.contains("Neues vom Hafen"));
    for part in ["Küsten-Brief", "Der Hafen wächst.", "https://a.example/briefe/7", "2026-11-24T09:20:30"] {
        assert!(feed.contains(part), "{part} in {feed}");
    }
    assert!(!feed.contains("alert"), "{feed}");
    program.drop_file("kopie.eml", letter);
    until("the copy", || program.json(&["feeds", "--json"]).to_string().contains("kopie.eml").then_some(()));
    assert_eq!(entries(&daemon.feed()).len(), 1);
    assert_eq!(aside(&program), []);
    std::fs::remove_file(program.seeds().join("kopie.eml")).expect("removed");
    std::fs::remove_file(program.seeds().join("briefe/7.eml")).expect("removed");
    daemon.until_feed("the withdrawal", |feed| !feed.contains("Neues vom Hafen"));
}

#[test]
fn a_renamed_folder_is_a_rename_and_what_is_moved_out_and_back_keeps_its_ids() {
    let program = Program::new();
    let daemon = program.start();
    for name in ["Hafen", "Bahnhof", "Rathaus"] {
        program.drop_file(&format!("alt/tief/{name}.txt"), &article(name));
    }
    let feed = daemon.until_feed("three articles", |feed| entries(feed).len() == 3);
    std::fs::rename(program.seeds().join("alt"), program.seeds().join("neu")).expect("renamed");
    program.drop_file("zeuge.txt", &article("Zeuge"));
    let renamed = daemon.until_feed("the witness", |feed| feed.contains("Zeuge"));
    for name in ["Hafen", "Bahnhof", "Rathaus"] {
        assert_eq!(id_of(&renamed, name), id_of(&feed, name));
    }
    let feeds = program.json(&["feeds", "--json"]).to_string();
    assert!(feeds.contains("neu/tief/Hafen.txt") && !feeds.contains("alt/tief"), "{feeds}");
    program.drop_file("neu/tief/Hafen.txt", &article("Neuer Hafen"));
    let edited = daemon.until_feed("the edit", |feed| feed.contains("<title>Neuer Hafen</title>"));
    assert_eq!((entries(&edited).len(), id_of(&edited, "Neuer Hafen")), (4, id_of(&feed, "Hafen")));
    program.drop_file("neu/tief/Hafen.txt", &article("Hafen"));
    daemon.until_feed("the edit's end", |feed| feed.contains("<title>Hafen</title>"));
    let outside = program.home.path().join("draussen");
    std::fs::rename(program.seeds().join("neu"), &outside).expect("moved out");
    daemon.until_feed("the withdrawal", |feed| entries(feed).len() == 1);
    std::fs::rename(&outside, program.seeds().join("neu")).expect("moved back");
    let back = daemon.until_feed("their return", |feed| entries(feed).len() == 4);
    for name in ["Hafen", "Bahnhof", "Rathaus"] {
        assert_eq!(id_of(&back, name), id_of(&feed, name));
    }
}

#[test]
fn names_that_are_no_utf_8_are_told_apart_and_followed() {
    let program = Program::new();
    let daemon = program.start();
    let path = |name: &[u8]| program.seeds().join(OsStr::from_bytes(name));
    std::fs::create_dir(path(b"B\xfccher")).expect("a folder");
    std::fs::write(path(b"B\xfccher/gr\xfc.txt"), article("Hafen")).expect("a file");
    std::fs::write(path(b"B\xfccher/gr\xe4.txt"), article("Bahnhof")).expect("a file");
    let feed = daemon.until_feed("both", |feed| entries(feed).len() == 2);
    std::fs::rename(path(b"B\xfccher/gr\xfc.txt"), path(b"\xff.txt")).expect("renamed");
    std::fs::remove_file(path(b"B\xfccher/gr\xe4.txt")).expect("removed");
    let left = daemon.until_feed("one of them", |feed| entries(feed).len() == 1);
    assert_eq!(id_of(&left, "Hafen"), id_of(&feed, "Hafen"));
    let checked = program.json(&["check", "--json"]);
    assert_eq!(
        (&checked["files"], checked["faults"].as_array().map(Vec::len)),
        (&1.into(), Some(0)),
        "{checked}"
    );
}

#[test]
fn links_are_set_aside_unless_the_owner_wants_them_and_never_followed_out_of_the_folder() {
    let program = Program::new();
    program.drop_file("stadt/hafen.txt", &article("Hafen"));
    std::fs::write(program.home.path().join("geheim.txt"), article("Geheim")).expect("a file");
    let link = |target: &str, name: &str| symlink(target, program.seeds().join(name)).expect("a link");
    link("stadt/hafen.txt", "kopie.txt");
    link("../geheim.txt", "hinaus.txt");
    link("..", "oben");
    link(".", "stadt/kreis");
    link("nirgends.txt", "leer.txt");
    program.json(&["once", "--json"]);
    assert_eq!(aside(&program).len(), 5, "{:?}", aside(&program));
    assert!(reason(&program, "kopie.txt").contains("folder.follow_symlinks"));
    let checked = program.json_of_failure(&["check", "--json"]).to_string();
    assert!(checked.contains("kopie.txt") && checked.contains("folder.follow_symlinks"), "{checked}");
    let program = program.with("RIVERD_FOLDER_FOLLOW_SYMLINKS", "true");
    program.json(&["once", "--json"]);
    let stories = program.json(&["stories", "--json"]).to_string();
    assert!(stories.contains("Hafen") && !stories.contains("Geheim"), "{stories}");
    assert!(reason(&program, "hinaus.txt").contains("out of the folder"));
    assert!(reason(&program, "leer.txt").contains("leads nowhere"));
    let feeds = program.json(&["feeds", "--json"]).to_string();
    assert!(feeds.contains("\"kopie.txt\""), "{feeds}");
    std::fs::write(program.seeds().join("nirgends.txt"), article("Bahnhof")).expect("a file");
    program.json(&["once", "--json"]);
    assert!(!aside(&program).iter().any(|(path, _)| path == "leer.txt"), "what a link leads to by now is in");
}

#[test]
fn a_file_over_the_limit_is_set_aside_with_the_limit_and_comes_in_when_it_is_smaller() {
    let program = Program::new();
    let daemon = program.start();
    let path = program.seeds().join("gross.txt");
    std::fs::File::create(&path).and_then(|file| file.set_len(50 * 1024 * 1024)).expect("a file");
    assert!(reason(&program, "gross.txt").contains("folder.max_size allows 16777216"));
    let checked = program.json_of_failure(&["check", "--json"]).to_string();
    assert!(checked.contains("folder.max_size"), "{checked}");
    program.drop_file("gross.txt", &article("Hafen"));
    daemon.until_feed("the smaller one", |feed| feed.contains("Hafen"));
    until("that nothing is set aside", || aside(&program).is_empty().then_some(()));
}

#[test]
fn what_was_set_aside_and_removed_while_it_was_down_is_forgotten() {
    let program = Program::new();
    program.drop_file("bild.jpg", "x");
    program.drop_file("hafen.txt", &article("Hafen"));
    program.json(&["once", "--json"]);
    assert_eq!(aside(&program).len(), 1);
    let feeds = program.json(&["feeds", "--json"]);
    assert_eq!((&feeds["folder"]["files"], &feeds["folder"]["waiting"]), (&2.into(), &0.into()), "{feeds}");
    std::fs::remove_file(program.seeds().join("bild.jpg")).expect("removed");
    program.drop_file("neu.txt", &article("Bahnhof"));
    let feeds = program.json(&["feeds", "--json"]);
    assert_eq!((&feeds["folder"]["files"], &feeds["folder"]["waiting"]), (&2.into(), &1.into()), "{feeds}");
    program.json(&["once", "--json"]);
    assert_eq!(aside(&program), []);
}

#[test]
fn an_empty_folder_in_the_place_of_the_watched_one_withdraws_nothing() {
    let program = Program::new();
    program.drop_file("a/hafen.txt", &article("Hafen"));
    let daemon = program.start();
    let feed = daemon.until_feed("the article", |feed| feed.contains("Hafen"));
    let elsewhere = program.home.path().join("elsewhere");
    std::fs::rename(program.seeds(), &elsewhere).expect("renamed");
    std::fs::create_dir(program.seeds()).expect("a folder");
    until_away(&daemon);
    assert_eq!(entries(&daemon.feed()), entries(&feed));
    std::fs::remove_dir(program.seeds()).expect("removed");
    std::fs::rename(&elsewhere, program.seeds()).expect("renamed");
    until("readiness", || get(&daemon.address, "/readyz").filter(|answer| answer.status == 200));
    program.drop_file("zeuge.txt", &article("Zeuge"));
    let back = daemon.until_feed("the witness", |feed| feed.contains("Zeuge"));
    assert_eq!(id_of(&back, "Hafen"), id_of(&feed, "Hafen"));
    std::fs::remove_dir_all(program.seeds().join("a")).expect("removed");
    std::fs::remove_file(program.seeds().join("zeuge.txt")).expect("removed");
    daemon.until_feed("the withdrawal of all", |feed| entries(feed).is_empty());
}

#[test]
fn a_disk_that_is_not_mounted_at_the_start_withdraws_nothing() {
    let program = Program::new();
    program.drop_file("hafen.txt", &article("Hafen"));
    program.json(&["once", "--json"]);
    let elsewhere = program.home.path().join("elsewhere");
    std::fs::rename(program.seeds(), &elsewhere).expect("renamed");
    std::fs::create_dir(program.seeds()).expect("a folder");
    let older = SystemTime::now() - Duration::from_secs(86_400);
    std::fs::File::open(program.seeds()).and_then(|folder| folder.set_modified(older)).expect("a date");
    program.json(&["once", "--json"]);
    assert!(program.json(&["stories", "--json"]).to_string().contains("Hafen"));
    std::fs::remove_dir(program.seeds()).expect("removed");
    program.json(&["once", "--json"]);
    assert!(program.json(&["stories", "--json"]).to_string().contains("Hafen"), "nor does a missing one");
    std::fs::rename(&elsewhere, program.seeds()).expect("renamed");
    std::fs::remove_file(program.seeds().join("hafen.txt")).expect("removed");
    program.json(&["once", "--json"]);
    assert!(!program.json(&["stories", "--json"]).to_string().contains("Hafen"), "an emptied one does");
}

#[test]
fn another_folder_in_its_place_is_given_time_before_anything_is_withdrawn() {
    let program = Program::new().with("RIVERD_FOLDER_RESCAN", "8s");
    program.drop_file("hafen.txt", &article("Hafen"));
    let daemon = program.start();
    daemon.until_feed("the article", |feed| feed.contains("Hafen"));
    let (elsewhere, fresh) = (program.home.path().join("elsewhere"), program.home.path().join("fresh"));
    std::fs::create_dir(&fresh).expect("a folder");
    std::fs::write(fresh.join("bahnhof.txt"), article("Bahnhof")).expect("a file");
    std::fs::rename(program.seeds(), &elsewhere).expect("renamed");
    std::fs::rename(&fresh, program.seeds()).expect("renamed");
    daemon.until_feed("both", |feed| feed.contains("Bahnhof") && feed.contains("Hafen"));
    daemon.until_feed("the withdrawal", |feed| !feed.contains("Hafen"));
}

#[test]
fn what_the_store_could_not_take_of_the_folder_comes_again_without_a_restart() {
    let program = Program::new();
    program.drop_file("alt.txt", &article("Bahnhof"));
    let daemon = program.start();
    daemon.until_feed("the first", |feed| feed.contains("Bahnhof"));
    let store = rusqlite::Connection::open(program.home.path().join("state/riverd.db")).expect("a store");
    store.busy_timeout(Duration::from_secs(10)).expect("patience");
    let faults = "CREATE TRIGGER no_entry BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no room'); END;
        CREATE TRIGGER no_list BEFORE INSERT ON subscriptions BEGIN SELECT RAISE(ABORT, 'no room'); END;";
    store.execute_batch(faults).expect("two triggers");
    program.drop_file("neu.txt", &article("Hafen"));
    program.drop_file("liste.url", "[InternetShortcut]\nURL=https://blatt.invalid/feed\n");
    until("the failure", || {
        get(&daemon.address, "/readyz").filter(|answer| answer.text().contains("no room"))
    });
    store.execute_batch("DROP TRIGGER no_entry; DROP TRIGGER no_list;").expect("no triggers");
    daemon.until_feed("the second try", |feed| feed.contains("Hafen"));
    until("the subscription", || {
        program.json(&["feeds", "--json"]).to_string().contains("blatt.invalid").then_some(())
    });
}

#[test]
fn a_polled_folder_is_followed_without_the_systems_notices() {
    let program = Program::new().with("RIVERD_FOLDER_WATCH", "poll");
    let daemon = program.start();
    program.drop_file("hafen.txt", &article("Hafen"));
    daemon.until_feed("the article", |feed| feed.contains("Hafen"));
    std::fs::remove_file(program.seeds().join("hafen.txt")).expect("removed");
    daemon.until_feed("the withdrawal", |feed| !feed.contains("Hafen"));
}

#[test]
fn a_file_replaced_by_a_rename_as_editors_do_is_a_change() {
    let program = Program::new();
    let daemon = program.start();
    program.drop_file("hafen.txt", &article("Hafen"));
    let feed = daemon.until_feed("the article", |feed| feed.contains("Hafen"));
    program.drop_file(".hafen.txt.swp", &format!("{}Nachtrag.\n", article("Hafen")));
    std::fs::rename(program.seeds().join(".hafen.txt.swp"), program.seeds().join("hafen.txt"))
        .expect("renamed");
    let changed = daemon.until_feed("the change", |feed| feed.contains("Nachtrag"));
    assert_eq!(entries(&changed).len(), 1);
    assert_eq!(id_of(&changed, "Hafen"), id_of(&feed, "Hafen"));
}

#[test]
fn a_collection_that_is_dropped_at_once_stands_by_its_dates_and_floods_nothing() {
    let program = Program::new().with("RIVERD_FOLDER_AS_NEWS", "2");
    let daemon = program.start();
    program.drop_file("heute.txt", &article("Heute"));
    daemon.until_feed("the news", |feed| feed.contains("Heute"));
    let collection = program.home.path().join("sammlung");
    std::fs::create_dir(&collection).expect("a folder");
    let older = SystemTime::now() - Duration::from_secs(7_200);
    let dropped = |number: usize, path: &Path| {
        std::fs::write(path, article(&format!("Hafen Nummer {number}"))).expect("a file");
        let file = std::fs::File::options().write(true).open(path).expect("the file");
        file.set_modified(older - Duration::from_secs(number as u64)).expect("a date");
    };
    (0..20).for_each(|number| dropped(number, &collection.join(format!("{number}.txt"))));
    std::fs::rename(&collection, program.seeds().join("sammlung")).expect("renamed");
    let waiting = until("all of it", || {
        let feeds = program.json(&["feeds", "--json"]);
        (feeds["folder"]["files"] == 21 && feeds["folder"]["waiting"] == 0).then_some(feeds)
    });
    assert!(waiting["set_aside"].as_array().is_some_and(Vec::is_empty));
    let stories = program.json(&["stories", "--json"]).to_string();
    assert!(stories.contains("Hafen"));
    let feed = daemon.until_feed("the collection", |feed| feed.contains("Hafen"));
    let place = entries(&feed).iter().position(|(_, title)| title == "Heute");
    assert!(place.is_some_and(|place| place <= 1), "{:?}", entries(&feed));
}

/// The transactions in the store's log since it was last begun anew: pages that end one.
fn transactions(program: &Program) -> usize {
    const HEAD: usize = 32;
    const PAGE: usize = 24 + 4_096;
    let log = std::fs::read(program.home.path().join("state/riverd.db-wal")).unwrap_or_default();
    let pages = log.get(HEAD..).unwrap_or_default().chunks_exact(PAGE);
    pages.filter(|page| page[8..16] == log[16..24] && page[4..8] != [0; 4]).count()
}

#[test]
fn a_folder_of_many_files_is_renamed_set_aside_and_removed_in_a_few_transactions() {
    const MANY: usize = 300;
    let program = Program::new();
    let outside = program.home.path().join("viele");
    std::fs::create_dir(&outside).expect("a folder");
    let old = SystemTime::now() - Duration::from_secs(7_200);
    for number in 0..MANY {
        for (name, text) in [("txt", article(&format!("Hafen {number}"))), ("jpg", "x".to_owned())] {
            let path = outside.join(format!("{number}.{name}"));
            std::fs::write(&path, text).expect("a file");
            let file = std::fs::File::options().write(true).open(&path).expect("the file");
            file.set_modified(old).expect("a date");
        }
    }
    let daemon = program.start();
    let count = |folder: &str| {
        let feeds = program.json(&["feeds", "--json"]);
        let of = |list: &str, key: &str| {
            let listed = feeds[list].as_array().expect("a list").iter();
            let live = listed.filter(|file| file["state"] != "removed");
            live.filter(|file| file[key].as_str().is_some_and(|path| path.starts_with(folder))).count()
        };
        (of("feeds", "source"), of("set_aside", "path"))
    };
    let step = |from: &Path, to: &Path, folder: &str, expected: (usize, usize)| {
        let before = transactions(&program);
        std::fs::rename(from, to).expect("renamed");
        until(folder, || (count(folder) == expected).then_some(()));
        let after = transactions(&program).saturating_sub(before);
        assert!(after < MANY / 3, "{after} transactions until {expected:?} lie in {folder}");
    };
    let (one, other) = (program.seeds().join("eins"), program.seeds().join("zwei"));
    step(&outside, &one, "eins/", (MANY, MANY));
    let id = |name: &str| id_of(&daemon.until_feed("an article", |feed| feed.contains(name)), name);
    let before = id("Hafen 7");
    step(&one, &other, "zwei/", (MANY, MANY));
    assert_eq!(id("Hafen 7"), before);
    step(&other, &outside, "zwei/", (0, 0));
    daemon.until_feed("the withdrawal", |feed| entries(feed).is_empty());
}

#[test]
fn subscribe_and_unsubscribe_leave_a_list_written_by_hand_as_it_was() {
    let program = Program::new();
    let by_hand = "<?xml version=\"1.0\"?>\r\n<!-- mine: </body> -->\r\n<opml version=\"2.0\">\r\n<head><title>Meine</title></head>\r\n<body>\r\n\t<outline text=\"Ordner &gt; A\">\r\n\t\t<!-- <outline xmlUrl=\"http://127.0.0.1:1/feed\"/> was dull -->\r\n\t\t<outline text='Z' xmlUrl='http://127.0.0.1:1/z'/>\r\n\t\t<outline text='A' xmlUrl='http://127.0.0.1:1/a'/>\r\n\t</outline>\r\n</body>\r\n</opml>\r\n";
    program.drop_file("subscriptions.opml", by_hand);
    let written = || std::fs::read_to_string(program.seeds().join("subscriptions.opml")).expect("the file");
    program.json(&["subscribe", "--json", "http://127.0.0.1:1/feed"]);
    let line =
        "\t<outline type=\"rss\" text=\"http://127.0.0.1:1/feed\" xmlUrl=\"http://127.0.0.1:1/feed\"/>\r\n";
    assert_eq!(written(), by_hand.replace("</body>\r\n</opml>", &format!("{line}</body>\r\n</opml>")));
    program.json(&["unsubscribe", "--json", "http://127.0.0.1:1/feed"]);
    assert_eq!(written(), by_hand);
    program.json(&["unsubscribe", "--json", "http://127.0.0.1:1/z"]);
    assert_eq!(written(), by_hand.replace("\t\t<outline text='Z' xmlUrl='http://127.0.0.1:1/z'/>\r\n", ""));
}
