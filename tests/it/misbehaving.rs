//! Servers that misbehave, each in its own way: the right verdict on each, within the limits, and no more memory.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use riverd::config::options::feed::FeedOptions;
use riverd::config::options::fetch::FetchOptions;
use riverd::config::value::ByteSize;
use riverd::source::ask::Ask;
use riverd::source::fetch::{Fetched, Fetcher};

use crate::support::server::{Server, ok, rss, status};
use crate::support::unruly::{answer, drip, encoded, start};

const PAUSE: Duration = Duration::from_millis(20);

fn options() -> FetchOptions {
    FetchOptions {
        allow_private: vec!["127.0.0.1/32".to_owned()],
        max_size: ByteSize::mib(4),
        buffer: ByteSize::mib(1),
        first_byte_timeout: Duration::from_millis(400),
        timeout: Duration::from_millis(900),
        ..FetchOptions::default()
    }
}

fn patient() -> FetchOptions {
    let minute = Duration::from_secs(60);
    FetchOptions { first_byte_timeout: minute, timeout: minute, ..options() }
}

fn fetch_with(options: &FetchOptions, feeds: &[FeedOptions], url: &str) -> Result<Fetched, String> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let fetcher = Fetcher::new(options, feeds).expect("a client");
    let fetched = runtime.block_on(fetcher.fetch(&Ask::anew(url)));
    runtime.shutdown_background();
    fetched.map_err(|error| error.to_string())
}

#[track_caller]
fn refused(options: &FetchOptions, url: &str, part: &str) {
    match fetch_with(options, &[], url) {
        Err(error) => assert!(error.contains(part), "{error}"),
        Ok(fetched) => panic!("{:?}", fetched.answer),
    }
}

fn body(url: &str) -> Vec<u8> {
    let fetched = fetch_with(&patient(), &[], url).expect("an answer");
    fetched.body.expect("a body").to_vec()
}

#[test]
fn rule_19_slow_headers_slow_bodies_and_endless_ones_end_in_time() {
    let address = start(|stream, path| match path {
        "/silent" => drip(stream, b"", PAUSE),
        "/slow-head" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ")?;
            drip(stream, b"x", PAUSE)
        }
        "/interim" => drip(stream, b"HTTP/1.1 100 Continue\r\n\r\n", PAUSE),
        "/slow-body" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
            drip(stream, b"x", PAUSE)
        }
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<rss>")?;
            drip(stream, &[b'x'; 65_536], Duration::ZERO)
        }
        _ => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            drip(stream, b"5\r\nxxxxx\r\n", PAUSE)
        }
    });
    for (path, part) in [
        ("silent", "no answer within"),
        ("slow-head", "no answer within"),
        ("interim", "no answer within"),
        ("slow-body", "no whole document within"),
        ("slow-chunks", "no whole document within"),
    ] {
        refused(&options(), &format!("http://{address}/{path}"), part);
    }
    refused(&patient(), &format!("http://{address}/endless"), "larger than 4194304 bytes");
}

#[test]
fn rule_19_compression_bombs_are_found_as_they_unfold() {
    let address = start(|stream, path| {
        let codings: Vec<&str> = path[1..].split('-').collect();
        let mut body = vec![b' '; 6 << 20];
        for coding in &codings {
            body = encoded(coding, &body);
        }
        answer(stream, &format!("Content-Encoding: {}\r\n", codings.join(", ")), &body)
    });
    for path in ["gzip", "deflate", "br", "zstd", "gzip-gzip", "br-zstd", "zstd-gzip-br"] {
        let url = format!("http://{address}/{path}");
        match fetch_with(&patient(), &[], &url) {
            Err(error) => {
                let found = error.contains("compression bomb") || error.contains("larger than 4194304 bytes");
                assert!(found, "{path}: {error}");
            }
            Ok(fetched) => panic!("{path}: {:?}", fetched.answer),
        }
    }
    refused(&patient(), &format!("http://{address}/gzip-gzip-gzip-gzip-gzip"), "more than 4 compressions");
}

#[test]
fn rule_18_frames_and_members_that_follow_each_other_are_all_read() {
    let address = start(|stream, path| {
        let coding = &path[1..];
        let (mut body, rest) = (encoded(coding, b"<rss>"), encoded(coding, b"</rss>"));
        if coding == "zstd" {
            // A frame to be skipped, with four bytes in it, before each (RFC 8878 section 3.1.2).
            let skipped = [0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
            body = [&skipped, &body[..], &skipped].concat();
        }
        body.extend(rest);
        answer(stream, &format!("Content-Encoding: {coding}\r\n"), &body)
    });
    for coding in ["gzip", "zstd"] {
        assert_eq!(body(&format!("http://{address}/{coding}")), b"<rss></rss>", "{coding}");
    }
}

#[test]
fn rule_19_headers_that_are_many_folded_or_none_at_all_are_read_within_the_limit() {
    let address = start(|stream, path| {
        let headers = match path {
            "/many" => (0..300).map(|n| format!("X-{n}: y\r\n")).collect(),
            "/folded" => "Content-Type: application/rss+xml;\r\n charset=utf-8\r\n".to_owned(),
            "/warning" => "Warning: a line\r\nPHP Notice in line 7\r\nX : y\r\n".to_owned(),
            _ => format!("X: {}\r\n", "y".repeat(70_000)),
        };
        answer(stream, &headers, b"<rss/>")
    });
    for path in ["/many", "/folded", "/warning"] {
        assert_eq!(body(&format!("http://{address}{path}")), b"<rss/>", "{path}");
    }
    let folded = fetch_with(&options(), &[], &format!("http://{address}/folded")).expect("an answer");
    assert!(folded.content_type.is_some_and(|kind| kind.ends_with("charset=utf-8")));
    let large = fetch_with(&options(), &[], &format!("http://{address}/large")).expect_err("it is refused");
    assert!(large.contains("headers"), "{large}");
}

#[test]
fn a_status_of_success_that_nobody_knows_is_as_good_as_200_and_one_about_something_else_is_not() {
    let server = Server::start(|path, _| {
        let body = "<rss/>";
        format!("HTTP/1.1 {} Fine\r\nContent-Length: 6\r\nConnection: close\r\n\r\n{body}", &path[1..])
            .into_bytes()
    });
    for (code, is_fine) in [
        (200, true),
        (203, true),
        (218, true),
        (299, true),
        (201, false),
        (202, false),
        (206, false),
        (226, false),
    ] {
        let fetched = fetch_with(&options(), &[], &server.url(&format!("/{code}"))).expect("an answer");
        assert_eq!((fetched.answer.error.is_none(), fetched.body.is_some()), (is_fine, is_fine), "{code}");
    }
}

#[test]
fn a_kept_connection_that_the_server_closes_at_the_next_request_is_not_the_feeds_failure() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let counted = counted.clone();
            std::thread::spawn(move || {
                // One answer a connection; whoever asks again on it is hung up on. `/rude` is never answered.
                let (mut stream, mut answered) = (stream, false);
                let mut buffer = [0; 4096];
                while let Ok(read) = std::io::Read::read(&mut stream, &mut buffer)
                    && read > 0
                {
                    counted.fetch_add(1, Ordering::SeqCst);
                    if answered || buffer.starts_with(b"GET /rude") {
                        return;
                    }
                    answered = true;
                    let fine = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>";
                    drop(std::io::Write::write_all(&mut stream, fine));
                }
            });
        }
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let fetcher = Fetcher::new(&options(), &[]).expect("a client");
    let fetch = |path: &str| runtime.block_on(fetcher.fetch(&Ask::anew(&format!("http://{address}{path}"))));
    for _ in 0..3 {
        assert!(fetch("/feed").expect("an answer").body.is_some());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 5, "three requests, and two that were hung up on");
    let other = Fetcher::new(&options(), &[]).expect("a client");
    let rude = runtime.block_on(other.fetch(&Ask::anew(&format!("http://{address}/rude"))));
    assert!(rude.is_err(), "{rude:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 6, "what was not kept is asked once");
}

#[test]
fn rule_19_a_zstd_window_beyond_the_rfcs_is_refused_before_it_takes_memory() {
    let address = start(|stream, _| {
        // A frame that asks for a window of 1 GiB.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00];
        answer(stream, "Content-Encoding: zstd\r\n", &frame)
    });
    refused(&patient(), &format!("http://{address}/"), "broke off");
}

#[test]
fn rule_18_every_coding_is_taken_off_also_nested_and_mislabelled_ones() {
    let feed = rss(&[("1", "Meldung", "https://blatt.example/1")]);
    let plain = feed.clone();
    let address = start(move |stream, path| {
        let (put_on, told) = path[1..].split_once('=').expect("two parts");
        let mut body = plain.as_bytes().to_vec();
        for coding in put_on.split('+').filter(|coding| !coding.is_empty()) {
            body = encoded(coding, &body);
        }
        answer(stream, &format!("Content-Encoding: {}\r\n", told.replace('+', ", ")), &body)
    });
    for path in [
        "gzip=gzip",
        "gzip=x-gzip",
        "deflate=deflate",
        "raw-deflate=deflate",
        "br=br",
        "zstd=zstd",
        "br+gzip=br+gzip",
        "=gzip",
        "=br",
        "=deflate",
        "=zstd",
        "=identity",
        "=utf-8",
    ] {
        assert_eq!(body(&format!("http://{address}/{path}")), feed.as_bytes(), "{path}");
    }
}

#[test]
fn rule_03_a_body_that_is_cut_short_is_no_answer() {
    let feed = rss(&[("1", "Meldung", "https://blatt.example/1")]);
    let address = start(move |stream, path| match path {
        "/length" => {
            write!(stream, "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 100000\r\n\r\n{feed}")
        }
        "/chunk" => write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{feed}"),
        "/gzip" => {
            let body = encoded("gzip", feed.as_bytes());
            answer(stream, "Content-Encoding: gzip\r\n", &body[..body.len() / 2])
        }
        "/reset" => Ok(()),
        _ => write!(stream, "this is no HTTP\r\n\r\n"),
    });
    for path in ["length", "chunk", "gzip", "reset", "garbage"] {
        refused(&patient(), &format!("http://{address}/{path}"), "broke off");
    }
}

#[test]
fn rule_19_header_floods_are_refused() {
    let address = start(|stream, path| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        match path {
            "/one-large" => write!(stream, "X: {}\r\n\r\n", "x".repeat(70_000)),
            "/many" => write!(stream, "{}\r\n", "X: y\r\n".repeat(5_000)),
            _ => drip(stream, format!("X-{}: y\r\n", "x".repeat(1_000)).as_bytes(), Duration::ZERO),
        }
    });
    refused(&patient(), &format!("http://{address}/one-large"), "headers of more than 65536 bytes");
    for path in ["many", "endless"] {
        assert!(fetch_with(&patient(), &[], &format!("http://{address}/{path}")).is_err(), "{path}");
    }
}

#[test]
fn rule_19_redirects_of_every_kind_are_followed_up_to_the_limit() {
    let server = Server::start(|path, _| {
        let number = |prefix: &str| path.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
        if let Some(hop) = number("/chain/") {
            let target = if hop == 0 { "/feed".to_owned() } else { format!("/chain/{}", hop - 1) };
            return status("302 Found", &format!("Location: {target}\r\n"));
        }
        if let Some(code) = number("/code/") {
            return status(&format!("{code} Somewhere"), "Location: ../feed?x=ü\r\n");
        }
        match path {
            "/nowhere" => status("302 Found", ""),
            "/empty" => status("301 Moved", "Location: \r\n"),
            "/file" => status("302 Found", "Location: file:///etc/passwd\r\n"),
            "/gopher" => status("302 Found", "Location: gopher://127.0.0.1/\r\n"),
            "/loop" => status("307 Again", "Location: /loop\r\n"),
            _ => ok("", "<rss/>"),
        }
    });
    for code in [301, 302, 303, 307, 308] {
        assert_eq!(body(&server.url(&format!("/code/{code}"))), b"<rss/>", "{code}");
    }
    assert_eq!(body(&server.url("/chain/7")), b"<rss/>");
    for (path, part) in [
        ("/chain/8", "more than 8 redirects"),
        ("/loop", "more than 8 redirects"),
        ("/nowhere", "leads nowhere"),
        ("/empty", "leads nowhere"),
        ("/file", "no http or https address"),
        ("/gopher", "no http or https address"),
    ] {
        refused(&options(), &server.url(path), part);
    }
    let other = fetch_with(&options(), &[], &server.url("/code/304")).expect("an answer");
    assert!(other.answer.error.is_some_and(|error| error.contains("nothing is known of it yet")));
    let other = fetch_with(&options(), &[], &server.url("/code/300")).expect("an answer");
    assert!(other.answer.error.is_some());
}

#[test]
fn rule_20_the_address_connected_to_is_checked_at_every_hop() {
    let secret = Server::start(|_, _| ok("", "<rss/>"));
    let port = secret.address.rsplit(':').next().expect("a port").to_owned();
    let hosts =
        ["127.0.0.2", "[::1]", "[::ffff:127.0.0.2]", "2130706434", "0x7f.0.0.2", "0177.0.0.2", "0.0.0.0"];
    let told = port.clone();
    let server = Server::start(move |path, _| {
        let index: usize = path[1..].parse().expect("a number");
        status("302 Found", &format!("Location: http://{}:{told}/\r\n", hosts[index]))
    });
    for (index, host) in hosts.iter().enumerate() {
        refused(&options(), &server.url(&format!("/{index}")), "is a private address");
        refused(&options(), &format!("http://{host}:{port}/"), "is a private address");
    }
    let none = FetchOptions { allow_private: vec![], ..options() };
    refused(&none, &format!("http://localhost:{port}/"), "is a private address");
    assert!(secret.requests("/").is_empty(), "nothing was asked");
}

#[test]
fn rule_20_a_proxy_is_a_trusted_hop_and_private_addresses_stay_refused() {
    let proxy = Server::start(|_, _| ok("", "<rss/>"));
    let options = FetchOptions {
        allow_private: vec![],
        proxy: format!("http://localhost:{}", proxy.address.rsplit(':').next().expect("a port")),
        ..options()
    };
    let fetched = fetch_with(&options, &[], "http://blatt.example/feed").expect("an answer");
    assert_eq!(fetched.body.as_deref(), Some(&b"<rss/>"[..]));
    assert_eq!(proxy.requests("http://blatt.example/feed").len(), 1);
    refused(&options, "http://10.0.0.1/", "is a private address");
}

#[test]
fn rule_15_a_challenge_is_told_as_one_whatever_its_status() {
    let server = Server::start(|path, _| match path {
        "/403" => status("403 Forbidden", "cf-mitigated: challenge\r\n"),
        _ => ok("CF-Mitigated: challenge\r\n", "<html>"),
    });
    for path in ["/403", "/200"] {
        let answer = fetch_with(&options(), &[], &server.url(path)).expect("an answer").answer;
        assert!(answer.challenged, "{path}");
        assert_eq!(answer.error.as_deref(), Some("blocked by a challenge meant for browsers"));
    }
}

#[test]
fn rule_18_the_request_says_who_asks_and_what_for_and_nothing_else() {
    let server = Server::start(|path, _| match path {
        "/from" => status("302 Found", "Location: /feed\r\nSet-Cookie: a=b; Path=/\r\n"),
        _ => ok("Set-Cookie: c=d\r\n", "<rss/>"),
    });
    let options = FetchOptions { contact: "https://me.example/".to_owned(), ..options() };
    fetch_with(&options, &[], &server.url("/from")).expect("an answer");
    let request = server.requests("/feed").remove(0);
    let mut names: Vec<_> =
        request.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(n, _)| n).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"], "{request}");
    let agent = format!("user-agent: riverd/{} (+https://me.example/)", env!("CARGO_PKG_VERSION"));
    for part in [agent.as_str(), "accept-encoding: gzip, br, zstd, deflate", "application/atom+xml"] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[test]
fn rule_21_what_a_feed_needs_is_sent_to_its_own_origin_only() {
    let other = Server::start(|_, _| ok("", "<rss/>"));
    let target = other.url("/feed");
    let server = Server::start(move |path, _| match path {
        "/away" => status("302 Found", &format!("Location: {target}\r\n")),
        _ => ok("", "<rss/>"),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let feed = |path: &str| FeedOptions {
        url: server.url(path),
        contact: "mailto:you@example.org".to_owned(),
        http1_only: true,
        basic_auth_file: write("auth", "me:secret\n"),
        headers_file: write("headers", "X-Token: t0p\n\nX-Other: ü\n"),
        ..FeedOptions::default()
    };
    for path in ["/feed", "/away"] {
        fetch_with(&options(), &[feed(path)], &server.url(path)).expect("an answer");
        let request = server.requests(path).remove(0);
        for part in
            ["authorization: Basic bWU6c2VjcmV0", "x-token: t0p", "x-other: ü", "(+mailto:you@example.org)"]
        {
            assert!(request.contains(part), "{part} in {request}");
        }
    }
    let request = other.requests("/feed").remove(0);
    assert!(!request.contains("authorization") && !request.contains("x-token"), "{request}");
    let broken = FeedOptions { headers_file: write("bad", "no colon\n"), ..feed("/feed") };
    let error = fetch_with(&options(), &[broken], &server.url("/feed")).expect_err("a fault");
    assert!(error.contains("credentials") && !error.contains("no colon"), "{error}");
}
