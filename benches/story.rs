//! How fast the story engine is, on news that is invented but spread as news is: words by Zipf's law, German stop words
//! and compounds, a few thousand stories open at a time. The same on every run; no files are read.
//!
//! Beside the engine run two that name the limits: stemming alone with `rust_stemmers`, and hashing of normalized
//! titles, which is what other readers do. `cargo bench --bench story`; an item is an entry.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use divan::Bencher;
use divan::counter::ItemsCount;
use riverd::config::options::story::StoryOptions;
use riverd::model::ids::{EntryId, StoryId};
use riverd::model::story::{Decision, Telling};
use riverd::model::time::Timestamp;
use riverd::story::engine::Engine;
use riverd::story::fingerprint::Fingerprint;
use riverd::story::hash::mix;
use riverd::story::words::{self, Flow};
use rust_stemmers::{Algorithm, Stemmer};

fn main() {
    divan::main();
}

/// Entries that are told for one measurement.
const BATCH: usize = 2_000;
/// As many as the largest window; the stream goes on behind them.
const STORED: usize = 300_000;
/// Words there are.
const WORDS: u64 = 200_000;
/// Stories that are open at a time.
const OPEN: u64 = 4_000;

const STOPS: [&str; 16] = [
    "der", "die", "das", "und", "in", "von", "mit", "auf", "für", "nach", "den", "im", "ist", "über", "bei",
    "zu",
];
const SYLLABLES: [&str; 32] = [
    "ber", "lin", "stra", "grö", "kan", "zler", "mün", "wahl", "ge", "richt", "flug", "ha", "fen", "bund",
    "rat", "schu", "le", "po", "li", "tik", "wirt", "schaft", "zug", "brü", "cke", "feu", "er", "was", "ser",
    "mi", "nis", "ter",
];
const ENDINGS: [&str; 8] = ["", "en", "er", "ung", "es", "lich", "e", "keit"];

/// An entry as it comes.
struct Report {
    title: String,
    text: String,
    link: String,
    source: String,
    story: StoryId,
}

/// Chance that is none: the same numbers on every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        mix(self.0)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A word by Zipf's law: the n-th commonest comes a n-th as often as the first.
    fn word(&mut self) -> String {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        word(f64::exp(share * f64::ln(WORDS as f64)) as u64)
    }
}

/// The n-th commonest word.
fn word(rank: u64) -> String {
    let mut letters = String::new();
    let mut bits = mix(rank ^ 0xF01D);
    for _ in 0..2 + bits % 3 {
        bits = mix(bits);
        letters += SYLLABLES[(bits % 32) as usize];
    }
    letters += ENDINGS[(bits >> 32) as usize % 8];
    if bits >> 40 & 1 == 1 { letters } else { letters[..1].to_uppercase() + &letters[1..] }
}

/// The entry that comes so manyeth. Half begin a story, half retell one of the latest.
fn report(number: usize) -> Report {
    let mut chance = Chance(mix(number as u64) >> 1);
    let latest = number as u64 / 2;
    let story = if number.is_multiple_of(2) {
        latest
    } else {
        latest - chance.below(OPEN).min(chance.below(OPEN)).min(latest)
    };
    let mut own = Chance(mix(story ^ 0x0570_41E5) >> 1);
    let own: Vec<String> = (0..7).map(|_| own.word()).collect();
    let mut some = |count: u64, own_of_ten: u64| {
        let mut text: Vec<String> = Vec::new();
        for _ in 0..count {
            match chance.below(10) {
                share if share < own_of_ten => text.push(own[chance.below(7) as usize].clone()),
                share if share < own_of_ten + 3 => text.push(STOPS[chance.below(16) as usize].to_owned()),
                _ => text.push(chance.word()),
            }
        }
        text.join(" ")
    };
    let (title, text) = (some(8, 5), some(if number.is_multiple_of(3) { 0 } else { 16 }, 3));
    let source = format!("zeitung-{}.example", chance.below(40));
    let link = format!("https://{source}/politik/{}-{number}", title.to_lowercase().replace(' ', "-"));
    Report { title, text, link, source, story: StoryId(story as i64) }
}

/// The same with the ten commonest words at the head of every text.
fn common(number: usize) -> Report {
    let told = report(number);
    let ten: Vec<String> = (1..=10).map(word).collect();
    Report { text: format!("{} {}", ten.join(" "), told.text), ..told }
}

fn print(report: &Report, number: usize) -> Fingerprint {
    Fingerprint::of(&Telling {
        title: &report.title,
        body: &report.text,
        summary: "",
        link: Some(&report.link),
        language: Some("de"),
        source: &report.source,
        at: at(number),
    })
}

/// One entry a second.
fn at(number: usize) -> Timestamp {
    Timestamp(number as i64 * 1_000)
}

/// An engine in the midst of its stream, told of what goes on.
struct Running {
    engine: Engine,
    next: usize,
    invent: fn(usize) -> Report,
}

impl Running {
    /// With a full window of so many entries.
    fn at(window: usize, invent: fn(usize) -> Report) -> Self {
        let options = StoryOptions { max_active: window, window_days: 365.0, ..StoryOptions::default() };
        let mut running = Self { engine: Engine::new(&options), next: 0, invent };
        while running.next < window {
            let report = invent(running.next);
            let print = print(&report, running.next);
            running.engine.admit(EntryId(running.next as i64), report.story, print, at(running.next));
            running.next += 1;
        }
        running
    }

    /// The next ones, invented beforehand.
    fn batch(&self) -> Vec<Report> {
        (self.next..self.next + BATCH).map(self.invent).collect()
    }

    /// As the daemon does: fingerprint, verdict, and remembered.
    fn tell(&mut self, reports: &[Report]) {
        for report in reports {
            let (print, now) = (print(report, self.next), at(self.next));
            let verdict = self.engine.judge(&print, now);
            let story = match verdict.decision {
                Decision::Join { story, .. } => story,
                Decision::New => report.story,
            };
            for same in verdict.same {
                self.engine.merge(story, same);
            }
            self.engine.admit(EntryId(self.next as i64), story, print, now);
            self.next += 1;
        }
    }
}

fn stream(bencher: Bencher<'_, '_>, window: usize, invent: fn(usize) -> Report) {
    let running = Mutex::new(Running::at(window, invent));
    let hold = || running.lock().expect("no measurement panics");
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| hold().batch())
        .bench_refs(|reports| hold().tell(reports));
}

#[divan::bench(args = [10_000, 100_000, 300_000], sample_count = 12, sample_size = 1)]
fn entries(bencher: Bencher<'_, '_>, window: usize) {
    stream(bencher, window, report);
}

#[divan::bench(args = [10_000, 300_000], sample_count = 12, sample_size = 1)]
fn entries_of_the_ten_commonest_words(bencher: Bencher<'_, '_>, window: usize) {
    stream(bencher, window, common);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn start_with_300_000_stored(bencher: Bencher<'_, '_>) {
    let stored = |number| {
        let report = report(number);
        (report.story, print(&report, number).to_bytes())
    };
    let stored: Vec<(StoryId, Vec<u8>)> = (0..STORED).map(stored).collect();
    let options = StoryOptions { window_days: 365.0, ..StoryOptions::default() };
    bencher.counter(ItemsCount::new(STORED)).bench_local(|| {
        let mut engine = Engine::new(&options);
        for (number, (story, bytes)) in stored.iter().enumerate() {
            let print = Fingerprint::from_bytes(bytes).expect("this version wrote it");
            engine.admit(EntryId(number as i64), *story, print, at(number));
        }
        engine
    });
}

static SOME: LazyLock<Vec<Report>> = LazyLock::new(|| (0..BATCH).map(report).collect());

#[divan::bench(sample_count = 50)]
fn fingerprint_alone(bencher: Bencher<'_, '_>) {
    let some = &*SOME;
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        some.iter().enumerate().map(|(number, report)| print(report, number).words.len()).sum::<usize>()
    });
}

/// Nothing that stems with it can be faster.
#[divan::bench(sample_count = 50)]
fn limit_stemming_alone(bencher: Bencher<'_, '_>) {
    let (some, stemmer) = (&*SOME, Stemmer::create(Algorithm::German));
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        let mut letters = 0;
        for report in some {
            for text in [&report.title, &report.text] {
                words::split(text, |word, _| {
                    letters += stemmer.stem(word).len();
                    Flow::More
                });
            }
        }
        letters
    });
}

/// What other readers do: entries are one if their titles are, case and signs aside.
#[divan::bench(sample_count = 50)]
fn rival_normalized_titles(bencher: Bencher<'_, '_>) {
    let some = &*SOME;
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        let mut first: HashMap<String, usize> = HashMap::new();
        for (number, report) in some.iter().enumerate() {
            let letters = report.title.chars().filter(|letter| letter.is_alphanumeric());
            first.entry(letters.flat_map(char::to_lowercase).collect()).or_insert(number);
        }
        first.len()
    });
}
