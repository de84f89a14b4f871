//! What goes over the wire: which protocol is spoken, and to which address, whatever names say.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use riverd::config::options::feed::FeedOptions;
use riverd::config::options::fetch::FetchOptions;
use riverd::daemon::clock::now;
use riverd::model::document::Origin;
use riverd::source::answer::Answer;
use riverd::source::ask::Ask;
use riverd::source::delivery::Delivery;
use riverd::source::fetch::{Fetched, Fetcher};
use riverd::source::names::Names;
use riverd::source::remote::{Command, Patience, Poller};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::support::secure::Secure;
use crate::support::server::{Server, ok, status};
use crate::support::unruly;

fn options() -> FetchOptions {
    FetchOptions {
        allow_private: vec!["127.0.0.1/32".to_owned()],
        host_pause: Duration::ZERO,
        connect_timeout: Duration::from_secs(20),
        ..FetchOptions::default()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

fn fetch(fetcher: &Fetcher, url: &str) -> Result<Fetched, String> {
    run(fetcher.fetch(&Ask::anew(url))).map_err(|error| error.to_string())
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// Names that give the next of these answers at each look, and the last one ever after; and how often they were asked.
fn by_turn(answers: Vec<Vec<IpAddr>>) -> (Names, Arc<AtomicUsize>) {
    let turn = Arc::new(AtomicUsize::new(0));
    let counted = turn.clone();
    let names = Names::told(move |_| {
        let at = counted.fetch_add(1, Ordering::SeqCst);
        Ok(answers[at.min(answers.len() - 1)].clone())
    });
    (names, turn)
}

#[test]
fn rule_18_http_2_is_spoken_where_a_server_offers_it_and_http_1_where_the_owner_says_so() {
    let server = Secure::start();
    let folder = tempfile::tempdir().expect("a folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &server.authority).expect("a file");
    let options = FetchOptions { ca_file: ca_file.to_string_lossy().into_owned(), ..options() };
    let old = FeedOptions { url: server.url("/old"), http1_only: true, ..FeedOptions::default() };
    let fetcher = Fetcher::new(&options, &[old]).expect("a client");
    for (path, version) in [("/new", "HTTP/2.0"), ("/old", "HTTP/1.1")] {
        let fetched = fetch(&fetcher, &server.url(path)).expect("an answer");
        assert_eq!(fetched.body.as_deref(), Some(version.as_bytes()), "{path}");
    }
}

#[test]
fn rule_20_a_certificate_of_nobody_known_is_refused() {
    let server = Secure::start();
    let fetcher = Fetcher::new(&options(), &[]).expect("a client");
    let error = fetch(&fetcher, &server.url("/")).expect_err("nobody vouches for it");
    assert!(error.to_lowercase().contains("certificate") || error.contains("UnknownIssuer"), "{error}");
}

/// A server at an address that is not allowed, on the same port as one that is.
fn pair(
    respond: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
) -> (u16, Arc<Mutex<Vec<String>>>, Arc<AtomicUsize>) {
    loop {
        let secret = TcpListener::bind("127.0.0.2:0").expect("loopback");
        let port = secret.local_addr().expect("an address").port();
        let Ok(open) = TcpListener::bind(("127.0.0.1", port)) else { continue };
        let (asked, reached) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (log, count) = (asked.clone(), reached.clone());
        std::thread::spawn(move || {
            for _ in secret.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        unruly::start_on(open, move |stream, path| {
            log.lock().expect("one writer").push(path.to_owned());
            io::Write::write_all(stream, &respond(path))
        });
        return (port, asked, reached);
    }
}

#[test]
fn rule_20_a_name_that_turns_private_between_two_looks_is_refused_when_it_is_connected_to() {
    let (port, asked, reached) = pair(|path| match path {
        "/again" => status("302 Found", "Location: /feed\r\n"),
        _ => ok("", "<rss/>"),
    });
    let (good, bad) = (address("127.0.0.1"), address("127.0.0.2"));
    // The first look gives what is allowed, as to whoever checks first and connects later; the next one does not.
    let (names, looks) = by_turn(vec![vec![good], vec![bad]]);
    let fetcher = Fetcher::with_names(&options(), &[], names).expect("a client");
    let url = |path: &str| format!("http://rebound.example:{port}{path}");
    let error = fetch(&fetcher, &url("/again")).expect_err("the second hop is private");
    assert!(error.contains("127.0.0.2 is a private address"), "{error}");
    let error = fetch(&fetcher, &url("/feed")).expect_err("so is the name, now");
    assert!(error.contains("is a private address"), "{error}");
    assert_eq!(
        (looks.load(Ordering::SeqCst), asked.lock().expect("nobody writes").as_slice()),
        (3, ["/again".to_owned()].as_slice())
    );
    // Of several addresses only the allowed ones are tried.
    let (names, _) = by_turn(vec![vec![bad, good, bad]]);
    let fetcher = Fetcher::with_names(&options(), &[], names).expect("a client");
    assert!(fetch(&fetcher, &url("/feed")).is_ok());
    // By default the allowed one is not allowed either.
    let (names, _) = by_turn(vec![vec![good]]);
    let strict = FetchOptions { allow_private: vec![], ..options() };
    let fetcher = Fetcher::with_names(&strict, &[], names).expect("a client");
    assert!(fetch(&fetcher, &url("/feed")).expect_err("private").contains("is a private address"));
    assert_eq!(reached.load(Ordering::SeqCst), 0, "nothing private was connected to");
}

/// Polls each of `urls` once at the same time, one at a time where `concurrency` is 1; each feed with what came of it.
fn polled(options: &FetchOptions, names: Names, urls: &[String]) -> Vec<(String, Option<Answer>)> {
    run(async {
        let (send, mut delivered) = mpsc::channel(16);
        let (orders, ordered) = mpsc::unbounded_channel();
        let fetcher = Fetcher::with_names(options, &[], names).expect("a client");
        let poller = Poller::new(fetcher, Patience::None, now, send);
        for url in urls {
            orders.send(Command::Follow { ask: Ask::anew(url), due: None, said: now() }).expect("it listens");
        }
        let stop = CancellationToken::new();
        let polling = tokio::spawn(poller.run(ordered, stop.clone()));
        let mut all = Vec::new();
        while all.len() < urls.len() {
            let told = match delivered.recv().await.expect("it polls") {
                Delivery::Document { document, answer } => (document.origin, answer),
                Delivery::NoDocument { origin, answer } => (origin, Some(answer)),
                Delivery::Postponed { origin, .. } => (origin, None),
                other => unreachable!("{other:?}"),
            };
            let Origin::Remote(url) = told.0 else { unreachable!("feeds only") };
            all.push((url, told.1));
        }
        stop.cancel();
        polling.await.expect("it ends well");
        all
    })
}

/// Whether the feed at `url` is blamed for its answer.
fn is_blamed(polled: &[(String, Option<Answer>)], url: &str) -> bool {
    let (_, answer) = polled.iter().rev().find(|(feed, _)| feed == url).expect("it was polled");
    answer.as_ref().is_some_and(|answer| answer.error.is_some() && !answer.unreachable)
}

#[test]
fn rule_11_a_429_holds_for_every_feed_of_its_public_host_and_for_no_other() {
    let server = Server::start(|path, _| match path {
        "/busy" => status("429 Too Many Requests", "Retry-After: 3600\r\n"),
        _ => ok("", "<rss/>"),
    });
    let port = server.address.parse::<SocketAddr>().expect("an address").port();
    let names = Names::told(|_| Ok(vec![address("127.0.0.1")]));
    let urls = [
        format!("http://a.example:{port}/busy"),
        format!("http://a.example:{port}/calm"),
        format!("http://b.example:{port}/other"),
    ];
    // One at a time, in the order of their addresses.
    let polled = polled(&FetchOptions { concurrency: 1, ..options() }, names, &urls);
    let answer = |url: &String| polled.iter().find(|(feed, _)| feed == url).expect("polled").1.as_ref();
    assert_eq!(answer(&urls[0]).and_then(|answer| answer.status), Some(429));
    assert!(answer(&urls[1]).is_none(), "its neighbour waits, too");
    assert_eq!(answer(&urls[2]).and_then(|answer| answer.status), Some(200));
    assert_eq!((server.requests("/busy").len(), server.requests("/calm").len()), (1, 0));
}

#[test]
fn rule_11_where_many_hosts_lead_to_one_it_is_asked_one_at_a_time_and_what_it_wants_holds_for_itself() {
    let at_once = Arc::new(AtomicUsize::new(0));
    let (counted, most) = (at_once.clone(), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let server = Server::start(move |path, request| {
        if !request.contains("host: to.example") {
            let port =
                request.split("example:").nth(1).expect("a port").lines().next().expect("a line").to_owned();
            return status("302 Found", &format!("Location: http://to.example:{port}{path}\r\n"));
        }
        let now = counted.fetch_add(1, Ordering::SeqCst) + 1;
        seen.fetch_max(now, Ordering::SeqCst);
        std::thread::park_timeout(Duration::from_millis(30));
        counted.fetch_sub(1, Ordering::SeqCst);
        if path == "/busy" {
            status("429 Too Many Requests", "Retry-After: 3600\r\n")
        } else {
            ok("", "<rss/>")
        }
    });
    let port = server.address.parse::<SocketAddr>().expect("an address").port();
    let names = || Names::told(|_| Ok(vec![address("127.0.0.1")]));
    let urls: Vec<String> = (0..6).map(|n| format!("http://from{n}.example:{port}/{n}")).collect();
    let told = polled(&options(), names(), &urls);
    assert!(
        told.iter().all(|(_, answer)| answer.as_ref().is_some_and(|answer| answer.status == Some(200))),
        "{told:?}"
    );
    assert_eq!(most.load(Ordering::SeqCst), 1);
    let urls = [
        format!("http://from.example:{port}/busy"),
        format!("http://from.example:{port}/calm"),
        format!("http://other.example:{port}/third"),
    ];
    let told = polled(&FetchOptions { concurrency: 1, ..options() }, names(), &urls);
    let answer = |url: &String| told.iter().find(|(feed, _)| feed == url).expect("polled").1.as_ref();
    assert_eq!(answer(&urls[0]).and_then(|answer| answer.status), Some(429));
    // Whoever leads there is asked, but not followed to where nobody wants a request.
    assert!(answer(&urls[1]).is_none() && answer(&urls[2]).is_none(), "{told:?}");
    assert_eq!((server.requests("/calm").len(), server.requests("/third").len()), (1, 1));
}

#[test]
fn rule_13_when_no_name_resolves_no_feed_is_blamed_and_when_others_do_the_dead_one_is() {
    let server = Server::start(|_, _| ok("", "<rss/>"));
    let port = server.address.parse::<SocketAddr>().expect("an address").port();
    let urls: Vec<String> =
        ["a", "b", "c", "d"].map(|host| format!("http://{host}.example:{port}/feed")).into();
    let away = || io::Error::other("Temporary failure in name resolution");
    let told = polled(&options(), Names::told(move |_| Err(away())), &urls);
    for url in &urls {
        assert!(!is_blamed(&told, url), "{url}: {told:?}");
    }
    let names = Names::told(
        move |name| if name == "b.example" { Err(away()) } else { Ok(vec![address("127.0.0.1")]) },
    );
    let told = polled(&options(), names, &urls);
    for url in &urls {
        assert_eq!(is_blamed(&told, url), url.contains("//b."), "{url}: {told:?}");
    }
}
