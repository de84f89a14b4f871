//! What those see who watch riverd: `/metrics`, `/healthz`, `/readyz`, the dashboard and the alerts.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::http::get;
use crate::support::program::{Daemon, Program};
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

fn metrics(daemon: &Daemon) -> String {
    daemon.get("/metrics").text()
}

#[test]
fn metrics_are_open_metrics_to_the_letter() {
    let program = Program::new();
    program.drop_file("a.txt", "Ein Titel\n\nUnd ein Text dazu.\n");
    let daemon = program.start();
    daemon.until_feed("the article", |feed| feed.contains("Ein Titel"));
    let answer = daemon.get("/metrics");
    let kind = answer.header("content-type").expect("a type");
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let text = answer.text();
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    let (mut family, mut seen, mut samples) = (String::new(), BTreeSet::new(), BTreeSet::new());
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.split(' ').next().expect("a name").to_owned();
            assert!(seen.insert(family.clone()), "{family} comes twice");
        } else if !line.starts_with('#') {
            let (sample, value) = line.rsplit_once(' ').expect("a value");
            assert!(sample.starts_with(&family), "{line} is not of {family}");
            value.parse::<f64>().expect("a number");
            assert!(samples.insert(sample.to_owned()), "{sample} comes twice");
        }
    }
    assert!(samples.iter().any(|sample| sample.starts_with("riverd_build_info{version=")), "{text}");
}

#[test]
fn polls_entries_and_stories_are_counted() {
    let feed = rss(&[("1", "Hafen von Küstrow wird ausgebaut", "https://a.example/1")]);
    let server = Server::start(move |path, request| match path {
        "/feed" if request.contains("if-none-match") || request.contains("If-None-Match") => {
            status("304 Not Modified", "ETag: \"x\"\r\n")
        }
        "/feed" | "/copy" => ok("ETag: \"x\"\r\n", &feed),
        _ => status("404 Not Found", ""),
    });
    let program = Program::new().with("RIVERD_FETCH_MIN_INTERVAL", "50ms");
    let urls =
        ["/feed", "/copy", "/nothing"].map(|path| format!("[[feed]]\nurl = \"{}\"\n", server.url(path)));
    program.configure(&urls.concat());
    let daemon = program.start();
    for sample in [
        "riverd_polls_total{outcome=\"document\"}",
        "riverd_polls_total{outcome=\"not_modified\"}",
        "riverd_polls_total{outcome=\"refused\"}",
        "riverd_fetched_bytes_total",
        "riverd_poll_seconds_count",
        "riverd_ingest_seconds_count",
        "riverd_publish_seconds_count",
        "riverd_editions_made_total",
        "riverd_store_size_bytes",
        "riverd_edition_size_bytes{river=\"river\",format=\"atom\"}",
        "process_resident_memory_bytes",
        "process_open_fds",
    ] {
        until(sample, || daemon.metric(sample).filter(|value| *value > 0.0));
    }
    let exactly = |sample: &str, value: f64| {
        until(sample, || daemon.metric(sample).filter(|found| (found - value).abs() < 0.5));
    };
    exactly("riverd_entries", 2.0);
    exactly("riverd_stories", 1.0);
    exactly("riverd_entries_folded", 1.0);
    exactly("riverd_feeds{state=\"working\"}", 2.0);
    exactly("riverd_feeds{state=\"failing\"}", 1.0);
    for queue in ["deliveries", "store"] {
        assert!(daemon.metric(&format!("riverd_queue_depth{{queue=\"{queue}\"}}")).is_some(), "{queue}");
    }
    for part in ["store", "ingest", "scheduler", "folder"] {
        exactly(&format!("riverd_ready{{part=\"{part}\"}}"), 1.0);
    }
    assert!(daemon.metric("riverd_next_poll_lag_seconds").is_some_and(|lag| lag < 60.0));
}

#[test]
fn answers_are_counted_by_river_and_status_and_no_stranger_makes_the_list_longer() {
    let program = Program::new();
    program.configure(
        "[[river]]\nname = \"own\"\nprivate = true\nsecret_file = \"secret\"\n[[river]]\nname = \"tech\"\nmatch = \"technik\"\n",
    );
    std::fs::write(program.home.path().join("secret"), "correct-horse_battery.staple~9\n").expect("a file");
    let daemon = program.start();
    let ask = |path: &str, headers: &[(&str, &str)]| {
        crate::support::http::request(&daemon.address, "GET", path, headers).expect("an answer")
    };
    for _ in 0..3 {
        ask("/tech.atom", &[]);
    }
    let etag = ask("/tech.rss", &[]).header("etag").expect("a tag").to_owned();
    ask("/tech.rss", &[("If-None-Match", &etag)]);
    ask("/own.atom", &[]);
    ask("/correct-horse_battery.staple~9/own.atom", &[]);
    ask("/subscriptions.opml", &[]);
    let lines = metrics(&daemon).lines().count();
    for n in 0..200 {
        ask(&format!("/nothing-{n}.atom"), &[]);
        ask(&format!("/archive/nothing-{n}/1.atom"), &[]);
    }
    let requests = |river: &str, status: u16| {
        let sample = format!("riverd_requests_total{{river=\"{river}\",status=\"{status}\"}}");
        daemon.metric(&sample).unwrap_or(0.0) as u64
    };
    assert_eq!((requests("tech", 200), requests("tech", 304)), (4, 1));
    assert_eq!((requests("own", 200), requests("own", 401)), (1, 1));
    assert_eq!(requests("(other)", 404), 400);
    assert!(requests("(page)", 200) >= 2);
    let text = metrics(&daemon);
    assert!(text.lines().count() <= lines + 2, "{text}");
    assert!(!text.contains("nothing") && !text.contains("horse"), "{text}");
}

#[test]
fn readiness_has_a_word_for_each_part_and_life_none() {
    let program = Program::new();
    let daemon = program.start();
    let ready = until("readiness", || get(&daemon.address, "/readyz").filter(|answer| answer.status == 200));
    assert_eq!(ready.text(), "store: ready\ningest: ready\nscheduler: ready\nfolder: ready\n");
    std::fs::rename(program.seeds(), program.home.path().join("elsewhere")).expect("renamed");
    let away = until("that the folder is away", || {
        get(&daemon.address, "/readyz").filter(|answer| answer.status == 503)
    });
    assert!(away.text().contains("folder: away") && away.text().contains("store: ready"), "{}", away.text());
    assert_eq!(daemon.get("/healthz").text(), "ok\n");
    std::fs::rename(program.home.path().join("elsewhere"), program.seeds()).expect("renamed");
    until("readiness again", || get(&daemon.address, "/readyz").filter(|answer| answer.status == 200));
}

/// The names of metrics that stand in `text`.
fn named(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words =
        text.split(|c| !word(c)).filter(|name| name.starts_with("riverd_") || name.starts_with("process_"));
    words.map(str::to_owned).collect()
}

#[test]
fn the_dashboard_and_the_alerts_name_metrics_that_there_are() {
    let systemd = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
    let read = |name: &str| std::fs::read_to_string(systemd.join(name)).expect("a file");
    let (dashboard, alerts) = (read("grafana.json"), read("alerts.yml"));
    let parsed: serde_json::Value = serde_json::from_str(&dashboard).expect("JSON");
    let panels = parsed["panels"].as_array().expect("panels");
    assert!(panels.len() >= 10 && panels.iter().all(|panel| panel["title"].is_string()));
    let rules = yaml_rust2::YamlLoader::load_from_str(&alerts).expect("YAML");
    let rules = rules[0]["groups"][0]["rules"].as_vec().expect("rules");
    assert!(rules.len() >= 8 && rules.iter().all(|rule| rule["expr"].as_str().is_some()));
    let program = Program::new();
    program.drop_file("a.txt", "Ein Titel\n\nUnd ein Text dazu.\n");
    let daemon = program.start();
    daemon.until_feed("the article", |feed| feed.contains("Ein Titel"));
    let there = named(&metrics(&daemon));
    let missing: Vec<_> =
        named(&(dashboard + &alerts)).into_iter().filter(|name| !there.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?} of {there:?}");
}
