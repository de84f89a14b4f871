//! riverd as a service: what it tells its manager, the units, and a restart that nobody notices.

use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::manager::Manager;
use crate::support::program::Program;
use crate::support::wait::until;

const ARTICLE: &str = "Fähre nach Norden\n\nSie legt jeden Morgen um sechs Uhr ab.\n";

fn managed(program: Program) -> (Program, Manager) {
    let manager = Manager::listen(program.home.path());
    let path = manager.path.clone();
    (program.with("NOTIFY_SOCKET", &path), manager)
}

#[test]
fn ready_is_said_when_the_last_editions_are_served_and_the_end_is_announced() {
    let (program, manager) = managed(Program::new());
    program.drop_file("a.txt", ARTICLE);
    let daemon = program.start();
    daemon.until_feed("the article", |feed| feed.contains("Norden"));
    assert_eq!(daemon.terminate(), Some(0));
    let before = manager.heard();
    assert!(before[0].contains("STATUS=opening the store"), "{before:?}");
    assert_eq!(manager.count("STOPPING=1"), 1);
    // What is served at the word is what was served before the stop, whatever becomes of the folder.
    std::fs::remove_dir_all(program.seeds()).expect("removed");
    let daemon = program.start();
    let ready = manager.until("READY=1", before.len());
    assert!(daemon.feed().contains("Norden"), "served at once");
    manager.until("STATUS=0 feeds, 1 stories, next poll none", ready);
    assert_eq!(daemon.terminate(), Some(0));
    assert_eq!(manager.heard().last().map(|last| last.contains("STOPPING=1")), Some(true));
}

#[test]
fn the_status_tells_of_feeds_stories_and_the_next_poll() {
    let server = crate::support::server::Server::start(|_, _| {
        crate::support::server::ok("", &crate::support::server::rss(&[("1", "Hafen", "https://a.example/1")]))
    });
    let (program, manager) = managed(Program::new());
    program.configure(&format!("[[feed]]\nurl = \"{}\"\n", server.url("/feed")));
    let _daemon = program.start();
    manager.until("STATUS=1 feeds, 1 stories, next poll 20", 0);
}

#[test]
fn a_store_that_cannot_be_opened_is_never_ready() {
    let (program, manager) = managed(Program::new().with("RIVERD_STORE_PATH", "seeds.db/riverd.db"));
    std::fs::write(program.home.path().join("seeds.db"), "no folder").expect("a file");
    assert_eq!(program.run(&["run"]).status.code(), Some(1));
    assert_eq!(manager.count("READY=1"), 0);
}

#[test]
fn the_watchdog_is_patted_only_while_the_store_answers() {
    let program = Program::new().with("WATCHDOG_USEC", "600000");
    let (program, manager) = managed(program);
    let (daemon, log) = program.start_logged();
    until("some pats", || (manager.count("WATCHDOG=1") >= 3).then_some(()));
    // Somebody else holds the database: the store's thread waits for it with what is to be written.
    let store = rusqlite::Connection::open(program.home.path().join("state/riverd.db")).expect("the store");
    store.execute_batch("BEGIN IMMEDIATE").expect("locked");
    program.drop_file("a.txt", ARTICLE);
    let silent = || {
        let text = std::fs::read_to_string(&log).expect("a log");
        let lines = text.lines().filter(|line| line.contains("no answer from these"));
        // Ingest waits for the store.
        lines.filter(|line| line.contains("store") || line.contains("ingest")).count()
    };
    let before = silent();
    until("that it is silent", || (silent() > before).then_some(()));
    store.execute_batch("ROLLBACK").expect("free again");
    let pats = manager.count("WATCHDOG=1");
    until("pats again", || (manager.count("WATCHDOG=1") >= pats + 2).then_some(()));
    daemon.until_feed("what was dropped meanwhile", |feed| feed.contains("Norden"));
    assert_eq!(daemon.terminate(), Some(0));
}

#[test]
fn without_a_wish_for_it_nobody_is_patted() {
    let (program, manager) = managed(Program::new());
    let daemon = program.start();
    manager.until("STATUS=0 feeds", 0);
    assert_eq!(daemon.terminate(), Some(0));
    assert_eq!(manager.count("WATCHDOG=1"), 0);
}

/// Starts riverd on a socket that somebody else holds.
fn handed(home: &Path, listener: &TcpListener) -> Child {
    let script = "exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=riverd exec \"$0\" run -q";
    let held: OwnedFd = listener.try_clone().expect("a handle").into();
    Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_riverd")])
        .current_dir(home)
        .stdin(Stdio::from(held))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

fn told_to_stop(mut child: Child) {
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    assert_eq!(until("its end", || child.try_wait().expect("a child")).code(), Some(0));
}

#[test]
fn no_connection_is_refused_while_riverd_starts_anew() {
    use std::io::{Read, Write};
    let program = Program::new();
    program.drop_file("a.txt", ARTICLE);
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("an address");
    let ask = || {
        let mut stream = TcpStream::connect(address).expect("not refused");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream
            .write_all(b"GET /river.atom HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .expect("not refused");
        stream
    };
    let answer = |mut stream: TcpStream| {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        text
    };
    let first = handed(program.home.path(), &listener);
    until("the article", || answer(ask()).contains("Norden").then_some(()));
    told_to_stop(first);
    // Nobody is there now; who comes waits.
    let waiting = ask();
    let second = handed(program.home.path(), &listener);
    let told = answer(waiting);
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("Norden"), "{told}");
    told_to_stop(second);
}

fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd")
}

/// The units in a folder of their own, with this build as the program.
fn installed() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let items = std::fs::read_dir(units()).expect("systemd/").flatten();
    for item in items.filter(|item| item.path().is_file()) {
        let text = std::fs::read_to_string(item.path()).expect("a text");
        let text = text.replace("=/usr/bin/riverd", concat!("=", env!("CARGO_BIN_EXE_riverd")));
        std::fs::write(home.path().join(item.file_name()), text).expect("a file");
    }
    home
}

/// What `systemd-analyze` says; `None`: there is none here.
fn analyzed(arguments: &[&str], unit: &Path) -> Option<(bool, String)> {
    let output = Command::new("systemd-analyze").args(arguments).arg(unit).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[test]
fn the_units_are_right_and_the_services_exposed_to_little() {
    let home = installed();
    for unit in ["riverd.service", "riverd.socket", "riverd-backup.service", "riverd-backup.timer"] {
        let Some((fine, told)) = analyzed(&["verify"], &home.path().join(unit)) else {
            return println!("SKIPPED: systemd-analyze is not here");
        };
        assert!(fine && told.is_empty(), "{unit}: {told}");
    }
    for unit in ["riverd.service", "riverd-backup.service"] {
        let arguments = ["security", "--offline=true", "--threshold=15", "--no-pager"];
        let (fine, told) = analyzed(&arguments, &home.path().join(unit)).expect("it was there");
        assert!(fine, "{unit}: {told}");
    }
}

#[test]
fn every_line_of_the_service_is_explained() {
    let text = std::fs::read_to_string(units().join("riverd.service")).expect("the unit");
    let blocks = text.split("\n\n").flat_map(|block| {
        let mut explained = false;
        block.lines().filter(move |line| {
            explained |= line.starts_with('#');
            !explained && line.contains('=')
        })
    });
    let bare: Vec<&str> = blocks.filter(|line| !line.starts_with('#')).collect();
    let plain = ["Description=", "Documentation=", "WantedBy="];
    let bare: Vec<_> =
        bare.into_iter().filter(|line| !plain.iter().any(|known| line.starts_with(known))).collect();
    assert!(bare.is_empty(), "{bare:?}");
}
