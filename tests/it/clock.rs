//! A clock that is set, and a network that is away: the daemon itself, run in this process with a clock of the test's, and
//! hours that are simulated. And what becomes of it when one of its tasks falls.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use riverd::config::load::{Config, from_text};
use riverd::config::options::fetch::FetchOptions;
use riverd::daemon::choices::Choices;
use riverd::daemon::run::{Around, run};
use riverd::daemon::stop::Hangups;
use riverd::model::poll::PollState;
use riverd::model::time::{Clock, DAY_MS, Timestamp};
use riverd::source::answer::Answer;
use riverd::source::ask::Ask;
use riverd::source::schedule::agenda::Agenda;
use riverd::source::schedule::{Facts, next};
use tokio_util::sync::CancellationToken;

use crate::support::http::get;
use crate::support::program::entries;
use crate::support::server::{Server, ok};
use crate::support::wait::until;

/// What the clocks of these tests are off by; each test has its own process, or at least its own clock.
static SET_BY: [AtomicI64; 4] = [const { AtomicI64::new(0) }; 4];
/// A clock that stands at this is broken.
const BROKEN: i64 = i64::MAX;

fn clock<const N: usize>() -> Timestamp {
    let set_by = SET_BY[N].load(Ordering::SeqCst);
    assert!(set_by != BROKEN, "the clock is broken");
    riverd::daemon::clock::now().plus_ms(set_by)
}

/// A daemon in this process.
struct Here {
    home: tempfile::TempDir,
    address: String,
    stop: CancellationToken,
    thread: std::thread::JoinHandle<anyhow::Result<()>>,
}

fn config(home: &Path, text: &str) -> Config {
    let folder = home.join("seeds");
    std::fs::create_dir_all(&folder).expect("a folder");
    let text = format!(
        "{text}\n[folder]\npath = {folder:?}\n[store]\npath = {:?}\n[serve]\nlisten = \"127.0.0.1:0\"\n",
        home.join("state/riverd.db")
    );
    from_text(Some((&home.join("riverd.toml"), &text)), &[]).expect("a right config")
}

fn start(home: tempfile::TempDir, text: &str, clock: Clock) -> Here {
    let (config, stop) = (config(home.path(), text), CancellationToken::new());
    let (told, address) = std::sync::mpsc::channel();
    let end = stop.clone();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let (hangups, choices) =
                (Hangups::listen()?, Choices::of_process(Some(&PathBuf::from("nowhere"))));
            let around = Around { stop: end, hangups, choices, logging: None, clock };
            run(config, around, |address| drop(told.send(address.to_owned()))).await
        })
    });
    let address = address.recv().expect("it serves").trim_start_matches("http://").to_owned();
    Here { home, address, stop, thread }
}

impl Here {
    fn feed(&self) -> String {
        get(&self.address, "/river.atom").map(|answer| answer.text()).unwrap_or_default()
    }

    fn end(self) -> (tempfile::TempDir, anyhow::Result<()>) {
        self.stop.cancel();
        (self.home, self.thread.join().expect("it ends"))
    }
}

/// A feed with this item, dated now by the clock on the wall.
fn item(title: &str, dated: Timestamp) -> String {
    let date = chrono::DateTime::from_timestamp_millis(dated.0).expect("a date").to_rfc2822();
    format!(
        "<rss version='2.0'><channel><title>Blatt</title><item><guid isPermaLink='false'>{title}</guid>\
         <title>{title}</title><pubDate>{date}</pubDate></item></channel></rss>"
    )
}

fn published(feed: &str, title: &str) -> Option<String> {
    let entry = feed.split("<entry").find(|entry| entry.contains(title))?;
    let date = entry.split("<published>").nth(1)?;
    Some(date.split('<').next()?.trim_end_matches('Z')[..19].to_owned())
}

#[test]
fn polls_go_on_and_dates_stay_right_when_the_clock_is_set_back_or_forward() {
    let now = riverd::daemon::clock::now;
    let begun = now();
    // Every answer has one more item, of the moment.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_, _| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        ok("", &item(&format!("Meldung {number} aus Küstrow"), riverd::daemon::clock::now()))
    });
    let text = format!(
        "[fetch]\nmin_interval = \"100ms\"\nallow_private = [\"127.0.0.0/8\"]\n[story]\ntier = \"identity\"\n[[feed]]\nurl = \"{}\"\n",
        server.url("/feed")
    );
    let mut here = start(tempfile::tempdir().expect("a folder"), &text, clock::<0>);
    let mut ids: Vec<(String, String)> = Vec::new();
    for leap in [0, -DAY_MS, 365 * DAY_MS, -3 * DAY_MS, 0] {
        SET_BY[0].store(leap, Ordering::SeqCst);
        let polled = server.requests("/feed").len();
        until(&format!("more polls at {leap}"), || {
            (server.requests("/feed").len() >= polled + 2).then_some(())
        });
        let title = format!("Meldung {} aus", server.requests("/feed").len() - 2);
        let feed = until("its item", || Some(here.feed()).filter(|feed| feed.contains(&title)));
        let told = entries(&feed);
        assert!(ids.iter().all(|old| told.contains(old)), "something was lost: {told:?} {ids:?}");
        ids = told;
        let shown = |at: Timestamp| {
            chrono::DateTime::from_timestamp_millis(at.0).expect("a date").to_rfc3339()[..19].to_owned()
        };
        let date = published(&feed, &title).expect("a date");
        assert!(date >= shown(begun) && date <= shown(now()), "{title} of {date} at {leap}");
        // A restart under the new clock polls on, too.
        let (home, ended) = here.end();
        ended.expect("it ended well");
        let polled = server.requests("/feed").len();
        here = start(home, &text, clock::<0>);
        until("a poll after the restart", || (server.requests("/feed").len() > polled).then_some(()));
    }
    here.end().1.expect("it ended well");
}

#[test]
fn a_clock_that_is_set_while_a_poll_is_under_way_makes_its_host_wait_no_longer() {
    // Each answer comes under a clock that is a year further on than the question.
    let server = Server::start(|_, _| {
        SET_BY[3].fetch_add(365 * DAY_MS, Ordering::SeqCst);
        ok("", &item("Meldung", riverd::daemon::clock::now()))
    });
    let text = format!(
        "[fetch]\nmin_interval = \"50ms\"\nallow_private = [\"127.0.0.0/8\"]\n[[feed]]\nurl = \"{}\"\n",
        server.url("/feed")
    );
    let here = start(tempfile::tempdir().expect("a folder"), &text, clock::<3>);
    until("a third poll", || (server.requests("/feed").len() >= 3).then_some(()));
    here.end().1.expect("it ended well");
}

#[test]
fn a_task_that_falls_ends_riverd_with_its_name() {
    let server = Server::start(|_, _| ok("", &item("Meldung", riverd::daemon::clock::now())));
    let text = format!(
        "[fetch]\nmin_interval = \"50ms\"\nallow_private = [\"127.0.0.0/8\"]\n[[feed]]\nurl = \"{}\"\n",
        server.url("/feed")
    );
    let here = start(tempfile::tempdir().expect("a folder"), &text, clock::<1>);
    until("the feed", || here.feed().contains("Meldung").then_some(()));
    SET_BY[1].store(BROKEN, Ordering::SeqCst);
    let error = here.thread.join().expect("it returns").expect_err("it fell");
    let told = format!("{error:#}");
    let names = [
        "the task scheduler fell over: the clock is broken",
        "the task ingest fell over: the clock is broken",
    ];
    assert!(names.contains(&told.as_str()), "{told}");
    assert!(get(&here.address, "/healthz").is_none(), "nothing is left of it");
}

#[cfg(target_os = "linux")]
#[test]
fn a_task_that_falls_ends_the_program_with_exit_code_1_and_its_name() {
    use crate::support::manager::Manager;
    use crate::support::program::Program;
    let program = Program::new();
    let manager = Manager::listen(program.home.path());
    let breaks = program.home.path().join("breaks");
    let told = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
    // The scheduler, which the watchdog has looking at its clock ten times a second, is the first to meet it.
    let mut told = vec![
        told("LD_PRELOAD", &crate::support::preload::compiled("clock.c")),
        told("CLOCK_BREAKS", &breaks),
        told("NOTIFY_SOCKET", Path::new(&manager.path)),
    ];
    told.push(("WATCHDOG_USEC".to_owned(), "600000".to_owned()));
    let mut child = program.spawn_logged_under(&["run"], &told);
    manager.until("READY=1", 0);
    manager.until("WATCHDOG=1", 0);
    std::fs::write(&breaks, "").expect("a file");
    let code = until("its end", || child.try_wait().expect("a child")).code();
    let log = std::fs::read_to_string(program.home.path().join("log")).expect("a log");
    let names = ["scheduler", "ingest"].map(|task| format!("riverd: the task {task} fell over: "));
    assert!(names.iter().any(|name| log.contains(name)), "{log}");
    assert_eq!((code, manager.count("STOPPING=1")), (Some(1), 1), "{log}");
}

const MINUTE: i64 = 60_000;

/// Two thousand feeds of as many hosts, and no network from the start on. What was asked for in each minute until all were
/// reached, `away` minutes later and on.
fn offline(away: i64) -> (Vec<usize>, Vec<PollState>) {
    let options = FetchOptions::default();
    let start = Timestamp(1_800_000_000_000);
    let (mut agenda, mut states) = (Agenda::default(), vec![PollState::default(); 2_000]);
    let url = |feed: usize| format!("https://{feed}.example/");
    let of = |url: &str| url[8..].split('.').next().and_then(|feed| feed.parse().ok()).expect("a number");
    (0..states.len()).for_each(|feed| agenda.follow(Ask::anew(&url(feed)), start));
    let mut asked = Vec::new();
    for second in 0..(away + 90) * 60 {
        let now = start.plus_ms(second * 1_000);
        agenda.look_at_clock(now, Duration::from_millis((second * 1_000).unsigned_abs()), &options);
        let round = agenda.round(now, &options);
        if second % 60 == 0 {
            asked.push(0);
        }
        for ask in round.ready {
            *asked.last_mut().expect("a minute") += 1;
            let unreachable = second < away * 60;
            let error = unreachable.then(|| "no network".to_owned());
            let answer =
                Answer { status: (!unreachable).then_some(304), error, unreachable, ..Answer::default() };
            let feed: usize = of(&ask.feed);
            let jitter = (feed % 201) as f64 / 100.0 - 1.0;
            states[feed] = next(&states[feed], &answer, &Facts::default(), now, &options, jitter);
            agenda.ended(&ask, now, &options);
            agenda.follow(Ask::again(&ask.feed, &states[feed]), states[feed].next_poll.expect("a date"));
        }
    }
    (asked, states)
}

#[test]
fn without_a_network_for_hours_there_is_no_storm_and_nothing_is_lost() {
    for hours in [1, 7, 30] {
        let (asked, states) = offline(hours * 60);
        // At most as many as may be under way at once, each second.
        let most = 60 * FetchOptions::default().concurrency;
        assert!(asked.iter().all(|count| *count <= most), "{hours} h: {asked:?}");
        let waiting = asked[..usize::try_from(hours * 60).expect("few")].iter().sum::<usize>();
        // Soon at first, and in the end hourly.
        let each = waiting / states.len();
        assert!(each <= 8 + usize::try_from(hours).expect("few"), "{hours} h: {each} tries of each feed");
        for state in &states {
            assert_eq!((state.failures, state.last_error.as_deref()), (0, None), "{hours} h");
            let success = state.last_success.expect("it was reached in the end");
            assert!(success.since(Timestamp(1_800_000_000_000)) >= hours * 60 * MINUTE);
        }
    }
}
