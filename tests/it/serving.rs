//! The server under every kind of reader: polite, slow, hostile; over TCP, Unix sockets and sockets of systemd; in
//! HTTP/1.1 and HTTP/2.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::http::{get, request};
use crate::support::program::{Daemon, Program};
use crate::support::wait::until;

const LONG: Duration = Duration::from_secs(30);

/// Sends `text` and reads until there is nothing more.
fn raw(address: &str, text: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(LONG)).expect("a timeout");
    stream.write_all(text.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    // Whoever closes on a request that is too long may cut the answer off.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("closed")
}

/// Reads one answer off a connection that stays open.
fn answer(stream: &mut (impl Read + ?Sized)) -> (String, Vec<u8>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |n| n.parse().expect("a number"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the body");
    (head, body)
}

fn ask(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// A daemon whose river is larger than what a socket takes at once.
fn large() -> Program {
    let program =
        Program::new().with("RIVERD_PUBLISH_MAX_SIZE", "64 MiB").with("RIVERD_PARSE_MAX_TEXT", "16 MiB");
    // Few words, so that it is soon read.
    let text: String = (0..40_000).map(|at| format!("{at:0>199} ")).collect();
    program.drop_file("a.txt", &format!("Ein langer Text\n\n{text}\n"));
    // It is there before the daemon is: no deadline runs while it is read.
    program.json(&["once", "--json"]);
    program
}

fn large_river(daemon: &Daemon) -> Vec<u8> {
    until("the long text", || {
        get(&daemon.address, "/river.atom").map(|answer| answer.body).filter(|body| body.len() > 6_000_000)
    })
}

#[test]
fn no_path_outside_the_contract_answers_anything_but_404() {
    let daemon = Program::new().start();
    for path in [
        "/river/",
        "/river.atom/",
        "//river.atom",
        "/./river.atom",
        "/x/../river.atom",
        "/river%2Eatom",
        "/%72iver.atom",
        "/RIVER.atom",
        "/river.atom%00",
        "/river.atom;x",
        "/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/websub/",
        "*",
        "/%",
    ] {
        let told =
            raw(&daemon.address, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        assert!(["404", "400"].contains(&status(&told)), "{path}: {told}");
        assert!(path.contains(['*', '%']) || status(&told) == "404", "{path}: {told}");
    }
    for path in ["/river.atom?x", "/river.atom?a=/../b", "/?q"] {
        assert_eq!(get(&daemon.address, path).map(|answer| answer.status), Some(200), "{path}");
    }
}

#[test]
fn whatever_is_not_reading_is_refused_and_says_what_is_allowed() {
    let daemon = Program::new().start();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE"] {
        for path in ["/river.atom", "/", "/healthz"] {
            let answer = request(&daemon.address, method, path, &[]).expect("an answer");
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method} {path}");
        }
        let answer = request(&daemon.address, method, "/nothing", &[]).expect("an answer");
        assert_eq!(answer.status, 404, "{method}");
    }
}

#[test]
fn requests_beyond_the_limits_are_refused_by_their_own_status() {
    let daemon = Program::new().start();
    let long = "x".repeat(5_000);
    for (text, expected) in [
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), "414"),
        (format!("GET /river.atom?{long} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), "414"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(40_000)), "431"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200)), "431"),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_owned(), "400"),
        ("nonsense\r\n\r\n".to_owned(), "400"),
        ("GET /river.atom HTTP/1.0\r\n\r\n".to_owned(), "200"),
        (
            "GET http://a.example/river.atom HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"
                .to_owned(),
            "200",
        ),
    ] {
        let told = raw(&daemon.address, &text);
        assert_eq!(status(&told), expected, "{}", &text[..text.len().min(60)]);
    }
}

#[test]
fn every_answer_is_hardened() {
    let daemon = Program::new().start();
    for path in ["/river.atom", "/", "/healthz", "/nothing"] {
        let answer = get(&daemon.address, path).expect("an answer");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .is_some_and(|policy| policy.contains("default-src 'none'"))
        );
    }
}

#[test]
fn a_part_a_refusal_and_nothing_new_are_hardened_too_and_those_of_a_private_river_are_private() {
    let program = Program::new();
    let rivers =
        "[[river]]\nname = \"river\"\n[[river]]\nname = \"own\"\nprivate = true\nsecret_file = \"secret\"\n";
    std::fs::write(program.home.path().join("riverd.toml"), rivers).expect("a configuration");
    std::fs::write(program.home.path().join("secret"), "correct-horse_battery.staple~9\n").expect("a file");
    let daemon = program.start();
    let private = "/correct-horse_battery.staple~9/own.atom";
    for (path, cache, origin) in
        [("/river.atom", "max-age=60", Some("*")), (private, "private, max-age=60", None)]
    {
        for (headers, status) in [
            (("Range", "bytes=0-4"), 206),
            (("If-None-Match", "*"), 304),
            (("Accept-Encoding", "*;q=0"), 406),
            (("If-Match", "\"x\""), 412),
            (("Range", "bytes=99999999-"), 416),
        ] {
            for method in ["GET", "HEAD"] {
                let answer = request(&daemon.address, method, path, &[headers]).expect("an answer");
                let expected = if method == "HEAD" && headers.0 == "Range" { 200 } else { status };
                assert_eq!(answer.status, expected, "{method} {path} {headers:?}");
                assert_eq!(answer.header("cache-control"), Some(cache), "{method} {path} {headers:?}");
                assert_eq!(answer.header("access-control-allow-origin"), origin, "{path}");
                assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
                assert_eq!(answer.header("accept-ranges"), Some("bytes"), "{path}");
            }
        }
    }
    let refused = get(&daemon.address, "/own.atom").expect("an answer");
    assert_eq!((refused.status, refused.header("x-content-type-options")), (401, Some("nosniff")));
    let posted = request(&daemon.address, "POST", private, &[]).expect("an answer");
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    let landing = get(&daemon.address, "/").expect("an answer");
    assert!(!String::from_utf8_lossy(&landing.body).contains("own.atom"));
}

#[test]
fn requests_follow_each_other_on_one_connection_and_bodies_are_nobodys_business() {
    let daemon = Program::new().start();
    let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
    stream.set_read_timeout(Some(LONG)).expect("a timeout");
    let with_body = "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    for text in [with_body, &ask("/healthz"), &(ask("/healthz") + &ask("/healthz"))] {
        stream.write_all(text.as_bytes()).expect("sent");
        for _ in 0..text.matches("GET").count() {
            let (head, body) = answer(&mut stream);
            assert_eq!((status(&head), body.as_slice()), ("200", b"ok\n".as_slice()), "{text}");
        }
    }
    let head = "HEAD /river.atom HTTP/1.1\r\nHost: a\r\n\r\n".to_owned() + &ask("/healthz");
    stream.write_all(head.as_bytes()).expect("sent");
    let told: String = {
        let mut text = Vec::new();
        while !text.ends_with(b"ok\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            text.push(byte[0]);
        }
        String::from_utf8_lossy(&text).into_owned()
    };
    assert_eq!(told.matches("HTTP/1.1 200 OK").count(), 2, "{told}");
    assert!(!told.contains("<feed"), "a HEAD has no body");
}

#[test]
fn what_a_body_says_is_never_taken_for_a_request() {
    let daemon = Program::new().start();
    let hidden = ask("/nothing");
    let chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    let length = format!("Content-Length: {}", hidden.len());
    for (headers, body) in [
        (length.as_str(), hidden.as_str()),
        ("Transfer-Encoding: chunked", &chunk),
        (&format!("Transfer-Encoding: chunked\r\n{length}"), &chunk),
        (&format!("{length}\r\nContent-Length: 0"), &hidden),
        ("Transfer-Encoding: gzip", &hidden),
        ("Expect: 100-continue\r\nContent-Length: 999999999999", &hidden),
    ] {
        for method in ["GET", "POST"] {
            let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
            let text = format!(
                "{method} /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n\r\n{body}"
            );
            stream.write_all(text.as_bytes()).expect("sent");
            let mut told = String::new();
            drop(stream.read_to_string(&mut told));
            assert!(!told.contains("404"), "{headers}: {told}");
            assert!(["200", "405", "400"].contains(&status(&told)), "{headers}: {told}");
        }
    }
}

#[test]
fn a_connection_that_waited_long_enough_to_give_its_memory_back_is_still_served() {
    let daemon = Program::new().start();
    let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
    stream.set_read_timeout(Some(LONG)).expect("a timeout");
    for pause in [0, 1_700, 10] {
        std::thread::park_timeout(Duration::from_millis(pause));
        // The first byte alone, so that it is known again by what came ahead.
        let text = ask("/healthz");
        let (first, rest) = text.as_bytes().split_at(1);
        stream.write_all(first).expect("sent");
        stream.write_all(rest).expect("sent");
        assert_eq!(answer(&mut stream).1, b"ok\n");
    }
}

#[test]
fn thousands_who_send_slowly_or_nothing_do_not_stop_a_reader() {
    let daemon = Program::new().with("RIVERD_SERVE_MAX_CONNECTIONS", "64").start();
    let mut held = Vec::new();
    for round in 0..2_000 {
        if let Ok(mut stream) = TcpStream::connect(&daemon.address) {
            let part = ["", "G", "GET /river.atom HTTP/1.1\r\nHost: a\r\nX-", "PRI * HT"][round % 4];
            drop(stream.write_all(part.as_bytes()));
            held.push(stream);
        }
        if round % 100 == 0 {
            assert_eq!(get(&daemon.address, "/healthz").map(|answer| answer.status), Some(200));
        }
    }
    assert_eq!(get(&daemon.address, "/river.atom").map(|answer| answer.status), Some(200));
}

#[test]
fn five_thousand_who_drip_their_headers_do_not_stop_a_reader() {
    const MANY: usize = 5_000;
    more_files();
    let daemon = Program::new().with("RIVERD_SERVE_HEADER_TIMEOUT", "5m").start();
    let mut held: Vec<TcpStream> = Vec::with_capacity(MANY);
    while held.len() < MANY {
        let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
        stream.write_all(b"GET /river.atom HTTP/1.1\r\nHost: a\r\nX-Slow: ").expect("sent");
        held.push(stream);
        if held.len().is_multiple_of(500) {
            // Everyone sends a little more, as a slow sender does to look alive.
            held.iter_mut().for_each(|stream| drop(stream.write_all(b"a")));
            for path in ["/river.atom", "/healthz"] {
                assert_eq!(
                    get(&daemon.address, path).map(|answer| answer.status),
                    Some(200),
                    "{}",
                    held.len()
                );
            }
        }
    }
    let mut reader = TcpStream::connect(&daemon.address).expect("a connection");
    for _ in 0..50 {
        reader.write_all(ask("/river.atom").as_bytes()).expect("sent");
        assert!(answer(&mut reader).0.starts_with("HTTP/1.1 200"));
    }
    // None of them was sent away for it: there was room.
    let mut last = held.pop().expect("one");
    last.write_all(b"\r\n\r\n").expect("sent");
    assert!(answer(&mut last).0.starts_with("HTTP/1.1 200"));
}

/// Lets this process, and those it starts, open as many files as the system allows.
fn more_files() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).expect("up to what is allowed");
}

#[test]
fn those_who_wait_for_their_next_request_make_room() {
    let daemon = Program::new().with("RIVERD_SERVE_MAX_CONNECTIONS", "8").start();
    let held: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
            stream.set_read_timeout(Some(LONG)).expect("a timeout");
            stream.write_all(ask("/healthz").as_bytes()).expect("sent");
            assert_eq!(answer(&mut stream).1, b"ok\n");
            stream
        })
        .collect();
    let mut first = &held[0];
    let mut end = [0];
    assert!(matches!(first.read(&mut end), Ok(0) | Err(_)), "the one that waited longest was closed");
}

#[test]
fn whoever_takes_too_long_is_closed() {
    let daemon = Program::new()
        .with("RIVERD_SERVE_HEADER_TIMEOUT", "200ms")
        .with("RIVERD_SERVE_KEEP_ALIVE", "300ms")
        .start();
    let sent = |text: &str| {
        let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
        stream.set_read_timeout(Some(LONG)).expect("a timeout");
        stream.write_all(text.as_bytes()).expect("sent");
        let mut told = String::new();
        drop(stream.read_to_string(&mut told));
        told
    };
    assert_eq!(sent(""), "");
    assert_eq!(sent("GET / HT"), "");
    assert_eq!(sent("PRI * HTTP/2.0\r\n\r\nSM\r\n"), "");
    assert!(sent(&ask("/healthz")).ends_with("ok\n"), "an answer, and then the end of an idle connection");
}

#[test]
fn whoever_takes_nothing_of_an_answer_is_closed() {
    let program = large().with("RIVERD_SERVE_STALL_TIMEOUT", "300ms");
    let daemon = program.start();
    let whole = large_river(&daemon).len();
    let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
    stream.write_all(ask("/river.atom").as_bytes()).expect("sent");
    // Nothing is read; that it was closed shows when nothing can be sent any more.
    until("the end", || stream.write_all(b"x").err());
    let mut told = Vec::new();
    drop(stream.read_to_end(&mut told));
    assert!(told.len() < whole, "{} of {whole} bytes", told.len());
}

#[test]
fn http_2_is_spoken_on_the_same_port_by_whoever_begins_with_it() {
    let daemon = Program::new().start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().expect("a client");
        let url = |path: &str| format!("http://{}{path}", daemon.address);
        let whole = client.get(url("/river.atom")).send().await.expect("an answer");
        assert_eq!((whole.version(), whole.status().as_u16()), (reqwest::Version::HTTP_2, 200));
        let etag = whole.headers()["etag"].clone();
        let length = whole.bytes().await.expect("a body").len();
        let known =
            client.get(url("/river.atom")).header("If-None-Match", etag).send().await.expect("an answer");
        assert_eq!(known.status().as_u16(), 304);
        let head = client.head(url("/river.atom")).send().await.expect("an answer");
        assert_eq!(head.headers()["content-length"], length.to_string());
        assert_eq!(head.bytes().await.expect("none").len(), 0);
        let posted = client.post(url("/river.atom")).body("x").send().await.expect("an answer");
        assert_eq!(posted.status().as_u16(), 405);
        let many = (0..50).map(|_| client.get(url("/healthz")).send());
        for answer in futures_util::future::join_all(many).await {
            assert_eq!(answer.expect("an answer").status().as_u16(), 200);
        }
    });
}

#[test]
fn a_running_answer_is_finished_when_riverd_stops_and_waiting_readers_are_let_go() {
    let program = large().with("RIVERD_SERVE_DRAIN", "30s");
    let daemon = program.start();
    let whole = large_river(&daemon);
    let address = daemon.address.clone();
    let mut waiting = TcpStream::connect(&address).expect("a connection");
    waiting.set_read_timeout(Some(LONG)).expect("a timeout");
    waiting.write_all(ask("/healthz").as_bytes()).expect("sent");
    answer(&mut waiting);
    let mut slow = TcpStream::connect(&address).expect("a connection");
    slow.set_read_timeout(Some(LONG)).expect("a timeout");
    slow.write_all(ask("/river.atom").as_bytes()).expect("sent");
    let mut first = [0; 1_000];
    slow.read_exact(&mut first).expect("the beginning");
    let stopping = std::thread::spawn(move || daemon.terminate());
    let mut end = [0];
    assert_eq!(waiting.read(&mut end).expect("closed in order"), 0);
    until("no more newcomers", || TcpStream::connect(&address).is_err().then_some(()));
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).expect("the rest");
    assert!([&first[..], &rest].concat().ends_with(&whole[whole.len() - 1_000..]));
    assert_eq!(stopping.join().expect("it stopped"), Some(0));
}

fn over(socket: &std::path::Path, path: &str) -> Option<String> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.write_all(ask(path).as_bytes()).ok()?;
    Some(answer(&mut stream).0)
}

#[test]
fn a_unix_socket_is_served_replaced_when_stale_and_removed_at_the_end() {
    let program = Program::new()
        .with("RIVERD_SERVE_LISTEN", "unix:riverd.sock")
        .with("RIVERD_SERVE_SOCKET_MODE", "600");
    let socket = program.home.path().join("riverd.sock");
    // Left behind by one that was killed.
    drop(UnixListener::bind(&socket).expect("a socket"));
    let mut child = program.spawn(&["run", "-q"]);
    until("an answer", || over(&socket, "/river.atom").filter(|head| status(head) == "200"));
    let mode = std::fs::metadata(&socket).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = Program::new().with("RIVERD_SERVE_LISTEN", &format!("unix:{}", socket.display()));
    let refused = second.run(&["run"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another program listens"));
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    assert_eq!(until("its end", || child.try_wait().expect("a child")).code(), Some(0));
    assert!(!socket.exists());
    std::fs::write(&socket, "mine").expect("a file");
    assert!(String::from_utf8_lossy(&program.run(&["run"]).stderr).contains("is no socket"));
    assert_eq!(std::fs::read_to_string(&socket).expect("still there"), "mine");
}

#[test]
fn sockets_that_systemd_hands_over_are_served() {
    let program = Program::new();
    let socket = program.home.path().join("handed.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let handed = "exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=riverd exec \"$0\" run -q";
    let mut child = Command::new("sh")
        .args(["-c", handed, env!("CARGO_BIN_EXE_riverd")])
        .current_dir(program.home.path())
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(listener)))
        .stdout(Stdio::null())
        .spawn()
        .expect("a shell");
    until("an answer", || over(&socket, "/healthz").filter(|head| status(head) == "200"));
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    assert_eq!(until("its end", || child.try_wait().expect("a child")).code(), Some(0));
    assert!(socket.exists(), "it belongs to systemd");
}

#[test]
fn answers_are_logged_at_debug_without_secrets() {
    let program = Program::new().with("RIVERD_LOG_FORMAT", "json").with("RIVERD_LOG_LEVEL", "debug");
    let (daemon, log) = program.start_logged();
    get(&daemon.address, "/river.atom?secret").expect("an answer");
    get(&daemon.address, "/websub/0123456789abcdef0123456789abcdef").expect("an answer");
    let lines = until("two lines", || {
        let text = std::fs::read_to_string(&log).ok()?;
        let lines: Vec<String> =
            text.lines().filter(|line| line.contains("\"answered\"")).map(str::to_owned).collect();
        (lines.len() >= 2).then_some(lines)
    });
    for part in [
        "\"method\":\"GET\"",
        "\"path\":\"/river.atom\"",
        "\"status\":200",
        "\"bytes\":",
        "\"milliseconds\":",
    ] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
    let all = std::fs::read_to_string(&log).expect("a log");
    assert!(!all.contains("0123456789abcdef") && !all.contains("?secret"), "{all}");
}
