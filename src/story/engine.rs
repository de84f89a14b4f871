//! The window: what was told lately, and the question whether a new entry was told before.
//! Promises: the same calls give the same answers; what it holds is a function of the entries in the window and
//! their order alone, so that admitting them anew after a restart gives the very same engine; memory and the work for
//! each entry are bounded.
//! Deliberately not here: minting story ids, storing, the owner's corrections (the caller's), and the clock.

use std::collections::VecDeque;

use crate::config::options::story::StoryOptions;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Decision, Telling, Verdict};
use crate::model::time::{DAY_MS, Timestamp};
use crate::story::fingerprint::Fingerprint;
use crate::story::keys::{Keys, Map};
use crate::story::tiers::{self, Nearness, Page};

/// The engine. One owner; see the module's promises.
pub struct Engine {
    window_ms: i64,
    max_active: usize,
    slots: VecDeque<Option<Slot>>,
    first: u64,
    live: usize,
    numbers: Map<i64, u64>,
    keys: Keys,
    print_bytes: usize,
}

struct Slot {
    entry: EntryId,
    story: StoryId,
    arrived: Timestamp,
    print: Fingerprint,
}

impl Engine {
    /// An empty window.
    pub fn new(options: &StoryOptions) -> Self {
        Self {
            window_ms: (options.window_days * DAY_MS as f64) as i64,
            max_active: options.max_active.max(1),
            slots: VecDeque::new(),
            first: 0,
            live: 0,
            numbers: Map::default(),
            keys: Keys::default(),
            print_bytes: 0,
        }
    }

    /// What is kept of an entry. Pure.
    pub fn fingerprint(&self, telling: &Telling<'_>) -> Fingerprint {
        Fingerprint::of(telling)
    }

    /// Was it told before? `now` is its time of arrival and must not go back; what fell out of the window is forgotten.
    pub fn judge(&mut self, fingerprint: &Fingerprint, now: Timestamp) -> Verdict {
        self.expire(now);
        let sharing: Vec<&Slot> =
            self.keys.sharing(fingerprint).into_iter().filter_map(|number| self.slot(number)).collect();
        let page = page(fingerprint, &sharing);
        let mut best: Option<(Nearness, &Slot)> = None;
        for slot in sharing {
            if tiers::apart_ms(slot.print.at, fingerprint.at) > self.window_ms {
                continue;
            }
            let Some(near) = tiers::nearness(fingerprint, &slot.print, page) else { continue };
            if best.as_ref().is_none_or(|(held, _)| near.tier < held.tier) {
                best = Some((near, slot));
            }
        }
        best.map_or_else(unheard, |(near, slot)| Verdict {
            decision: Decision::Join { story: slot.story, tier: near.tier },
            nearest: Some(slot.entry),
            score: 1.0,
            threshold: 0.5,
            evidence: near.evidence,
        })
    }

    /// Remembers an entry and its story. Called in the order of arrival.
    pub fn admit(&mut self, entry: EntryId, story: StoryId, fingerprint: Fingerprint, now: Timestamp) {
        self.expire(now);
        self.retract(entry);
        let number = self.first + self.slots.len() as u64;
        self.keys.insert(number, &fingerprint);
        self.numbers.insert(entry.0, number);
        self.print_bytes += fingerprint.memory_bytes();
        self.slots.push_back(Some(Slot { entry, story, arrived: now, print: fingerprint }));
        self.live += 1;
        while self.live > self.max_active {
            self.forget_oldest();
        }
    }

    /// Forgets an entry that was withdrawn or changed.
    pub fn retract(&mut self, entry: EntryId) {
        let Some(number) = self.numbers.remove(&entry.0) else { return };
        let at = (number - self.first) as usize;
        if let Some(slot) = self.slots[at].take() {
            self.drop_slot(number, &slot);
        }
        while matches!(self.slots.front(), Some(None)) {
            self.slots.pop_front();
            self.first += 1;
        }
    }

    /// How many entries are remembered.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The memory it takes, in bytes, as near as the allocator lets us know.
    pub fn memory_bytes(&self) -> usize {
        self.print_bytes
            + self.slots.capacity() * (size_of::<Option<Slot>>() - size_of::<Fingerprint>())
            + self.numbers.capacity() * 17
            + self.keys.memory_bytes()
    }

    fn slot(&self, number: u64) -> Option<&Slot> {
        self.slots.get((number - self.first) as usize)?.as_ref()
    }

    fn expire(&mut self, now: Timestamp) {
        while let Some(Some(slot)) = self.slots.front() {
            if now.since(slot.arrived) <= self.window_ms {
                break;
            }
            self.forget_oldest();
        }
    }

    /// Forgets the oldest entry; the front of the window is always a live one.
    fn forget_oldest(&mut self) {
        if let Some(Some(slot)) = self.slots.front() {
            self.retract(slot.entry);
        }
    }

    fn drop_slot(&mut self, number: u64, slot: &Slot) {
        self.keys.remove(number, &slot.print);
        self.print_bytes -= slot.print.memory_bytes();
        self.live -= 1;
    }
}

/// Whether the entry's link has told several stories already.
fn page(fingerprint: &Fingerprint, sharing: &[&Slot]) -> Page {
    let mut told = sharing.iter().filter(|slot| slot.print.link == fingerprint.link).map(|slot| slot.story);
    let first = told.next();
    if told.any(|story| Some(story) != first) { Page::Listing } else { Page::Article }
}

fn unheard() -> Verdict {
    Verdict { decision: Decision::New, nearest: None, score: 0.0, threshold: 0.5, evidence: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::story::Tier;

    const NEW: Option<Tier> = None;
    const HOUR: i64 = DAY_MS / 24;

    fn telling<'a>(source: &'a str, title: &'a str, body: &'a str, link: &'a str) -> Telling<'a> {
        let link = (!link.is_empty()).then_some(link);
        Telling { title, body, summary: "", link, language: Some("en"), source, at: Timestamp(0) }
    }

    /// What becomes of `second` after `first`, an hour apart.
    fn judged(first: &Telling<'_>, second: &Telling<'_>) -> Option<Tier> {
        let mut engine = Engine::new(&StoryOptions { tier: "copy".to_owned(), ..StoryOptions::default() });
        let print = engine.fingerprint(first);
        engine.admit(EntryId(1), StoryId(7), print, Timestamp(0));
        let second = Telling { at: Timestamp(HOUR), ..*second };
        match engine.judge(&Fingerprint::of(&second), Timestamp(HOUR)).decision {
            Decision::New => None,
            Decision::Join { story, tier } => {
                assert_eq!(story, StoryId(7));
                Some(tier)
            }
        }
    }

    #[test]
    fn the_table_of_the_two_nearer_tiers() {
        let fog = "The ferry left in thick fog and struck a sandbank; nobody on board was hurt.";
        let hay = "Farmers expect the best hay in ten years after a warm and rainy spring season.";
        let ferry = "Ferry runs aground near the old harbour";
        let page = "https://a.example/news/ferry-aground";
        #[rustfmt::skip]
        let table = [
            (("a", ferry, fog, page), ("b", "All safe after night on a sandbank", "", page), Some(Tier::Identity)),
            (("a", ferry, fog, page), ("a", "Ferry aground: all safe", "", page), Some(Tier::Identity)),
            (("a", ferry, fog, page), ("a", "Hay harvest begins early", hay, page), NEW),
            (("a", ferry, fog, "https://a.example/"), ("b", "Hay harvest begins early", hay, "https://a.example/"), NEW),
            (("a", ferry, fog, ""), ("b", "FERRY runs aground near the old harbour!", fog, ""), Some(Tier::Copy)),
            (("a", ferry, "", ""), ("b", "North Sea: Ferry runs aground near the old harbour", fog, ""), Some(Tier::Copy)),
            (("a", ferry, fog, ""), ("b", ferry, hay, ""), NEW),
            (("a", "Ticker", fog, ""), ("b", "Ticker", hay, ""), NEW),
            (("a", "Ticker", "", ""), ("b", "Ticker", "", ""), NEW),
            (("a", "Weather", fog, ""), ("b", "Weather", "", ""), NEW),
            (("a", "", fog, ""), ("b", "", hay, ""), NEW),
            (("a", "", "", ""), ("b", "", "", ""), NEW),
            (("a", "Day 2 of the great trial of the mayor", "", ""), ("b", "Day 21 of the great trial of the mayor", "", ""), NEW),
            (("a", "Day 2: The trial of the mayor goes on", "", ""), ("b", "Day 21: The trial of the mayor goes on", "", ""), NEW),
        ];
        for ((s1, t1, b1, l1), (s2, t2, b2, l2), expected) in table {
            assert_eq!(judged(&telling(s1, t1, b1, l1), &telling(s2, t2, b2, l2)), expected, "{t1} / {t2}");
        }
    }

    #[test]
    fn a_ticker_that_told_two_stories_welds_no_third() {
        let mut engine = Engine::new(&StoryOptions::default());
        let page = "https://a.example/live";
        for (id, title) in [(1, "Ferry runs aground in fog"), (2, "Mayor resigns over bridge")] {
            let print = Fingerprint::of(&telling("a", title, "", page));
            assert_eq!(engine.judge(&print, Timestamp(0)).decision, Decision::New);
            engine.admit(EntryId(id), StoryId(id), print, Timestamp(0));
        }
        let third = Fingerprint::of(&telling("b", "Hay harvest begins early", "", page));
        assert_eq!(engine.judge(&third, Timestamp(0)).decision, Decision::New);
    }

    #[test]
    fn what_fell_out_of_the_window_is_forgotten() {
        let mut engine = Engine::new(&StoryOptions::default());
        let print = Fingerprint::of(&telling("a", "Ferry runs aground near the old harbour", "", ""));
        engine.admit(EntryId(1), StoryId(1), print.clone(), Timestamp(0));
        assert!(matches!(engine.judge(&print, Timestamp(3 * DAY_MS)).decision, Decision::Join { .. }));
        assert_eq!(engine.judge(&print, Timestamp(3 * DAY_MS + 1)).decision, Decision::New);
        assert_eq!(engine.len(), 0);
    }

    #[test]
    fn a_withdrawn_entry_draws_no_other() {
        let mut engine = Engine::new(&StoryOptions::default());
        let print = Fingerprint::of(&telling("a", "Ferry runs aground near the old harbour", "", ""));
        engine.admit(EntryId(1), StoryId(1), print.clone(), Timestamp(0));
        engine.retract(EntryId(1));
        assert_eq!(engine.judge(&print, Timestamp(1)).decision, Decision::New);
        assert!(engine.is_empty());
    }

    #[test]
    fn the_bound_forgets_the_oldest_first() {
        let mut engine = Engine::new(&StoryOptions { max_active: 2, ..StoryOptions::default() });
        let titles = [
            "Ferry runs aground in thick fog",
            "Mayor resigns over broken bridge",
            "Hay harvest begins very early",
        ];
        for (id, title) in (1..).zip(titles) {
            engine.admit(
                EntryId(id),
                StoryId(id),
                Fingerprint::of(&telling("a", title, "", "")),
                Timestamp(id),
            );
        }
        assert_eq!(engine.len(), 2);
        let decide = |engine: &mut Engine, title| {
            engine.judge(&Fingerprint::of(&telling("b", title, "", "")), Timestamp(9)).decision
        };
        assert_eq!(decide(&mut engine, titles[0]), Decision::New);
        assert!(matches!(decide(&mut engine, titles[1]), Decision::Join { story: StoryId(2), .. }));
    }

    #[test]
    fn an_entry_told_long_before_the_story_does_not_join_it() {
        let mut engine = Engine::new(&StoryOptions::default());
        let told = telling("a", "Ferry runs aground near the old harbour", "", "");
        engine.admit(EntryId(1), StoryId(1), Fingerprint::of(&told), Timestamp(0));
        let old = Telling { at: Timestamp(-4 * DAY_MS), ..told };
        assert_eq!(engine.judge(&Fingerprint::of(&old), Timestamp(1)).decision, Decision::New);
    }
}
