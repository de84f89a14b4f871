//! The engine: told one entry after the other, says of each whether it was told before.
//! Promises: the same calls give the same answers; what it holds is a function of the entries in the window, their
//! order and their stories alone, so that admitting them anew after a restart gives the very same engine; memory and
//! the work for each entry are bounded.
//! Deliberately not here: minting story ids, storing, the owner's corrections (the caller's), and the clock.

use crate::config::options::story::StoryOptions;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Decision, Telling, Tier, Verdict};
use crate::model::time::{DAY_MS, Timestamp};
use crate::story::dial::{Dial, Setting, probability};
use crate::story::evidence::{self, Length};
use crate::story::fingerprint::Fingerprint;
use crate::story::likeness::{Question, signals};
use crate::story::question::{Logarithms, Reach, Seen, asked, stories};
use crate::story::scratch::Scratch;
use crate::story::signal::list::Signals;
use crate::story::slots::Slot;
use crate::story::tiers::{self, Nearness, Page};
use crate::story::window::Window;

/// Another story comes into question as the same one if the entry is that near to it, in log-odds below the line.
const MERGE_GATE: f64 = 2.0;
/// Reports of the smaller story that are put to the larger one before the two become one.
const WITNESSES: usize = 8;
/// What one witness can say at most, in log-odds.
const TESTIMONY: f64 = 4.0;
/// Stories that one entry can prove to be one with the story it joins.
const MERGES: usize = 2;

/// The engine. One owner; see the module's promises.
pub struct Engine {
    window_ms: i64,
    max_active: usize,
    furthest: Tier,
    dial: Dial,
    reach: Reach,
    window: Window,
    logarithms: Logarithms,
    seen: Seen,
    scratch: Scratch,
}

/// A story in question and what speaks for it.
#[derive(Debug, Clone)]
pub struct Rated {
    /// The story.
    pub story: StoryId,
    /// What was measured.
    pub signals: Signals,
    /// The log-odds that it tells the entry's event.
    pub log_odds: f64,
}

impl Engine {
    /// An empty window.
    pub fn new(options: &StoryOptions) -> Self {
        Self::with(options, Dial::at(options.strictness, Setting::Stream), Reach::SERVICE)
    }

    /// An empty window, for two texts at a time that were picked because they may be one story.
    pub fn of_pairs(options: &StoryOptions) -> Self {
        Self::with(options, Dial::at(options.strictness, Setting::Pair), Reach::SERVICE)
    }

    /// An empty window, a line drawn otherwise and another reach: for the program that learns the weights.
    pub fn with(options: &StoryOptions, dial: Dial, reach: Reach) -> Self {
        Self {
            window_ms: (options.window_days * DAY_MS as f64) as i64,
            max_active: options.max_active.max(1),
            furthest: furthest(&options.tier),
            dial,
            reach,
            window: Window::default(),
            logarithms: Logarithms::default(),
            seen: Seen::default(),
            scratch: Scratch::default(),
        }
    }

    /// What is kept of an entry. Pure.
    pub fn fingerprint(&self, telling: &Telling<'_>) -> Fingerprint {
        Fingerprint::of(telling)
    }

    /// Was it told before? `now` is its time of arrival and must not go back; what fell out of the window is forgotten.
    pub fn judge(&mut self, print: &Fingerprint, now: Timestamp) -> Verdict {
        self.expire(now);
        let rule = self.by_rule(print).filter(|(near, _, _)| near.tier <= self.furthest);
        let joined = rule.as_ref().map(|(_, story, _)| *story);
        let rated = if self.furthest == Tier::Story { self.rate_but(joined, print) } else { Vec::new() };
        let mut verdict = match (rule, rated.first()) {
            (Some((near, story, entry)), _) => by_rule(near, story, entry),
            (None, Some(best)) => self.by_likeness(best, print, Length::Brief),
            (None, None) => unheard(self.dial.line),
        };
        if let Decision::Join { story, .. } = verdict.decision {
            verdict.same = self.same(story, &rated);
        }
        verdict
    }

    /// The stories in question, the likeliest first, with what speaks for each.
    pub fn rate(&mut self, print: &Fingerprint) -> Vec<Rated> {
        self.rate_but(None, print)
    }

    /// The same without the story that a rule has found already: of it nothing more is asked.
    fn rate_but(&mut self, joined: Option<StoryId>, print: &Fingerprint) -> Vec<Rated> {
        let asked = asked(print, &self.window);
        let stories =
            stories(&asked, print.language, self.reach, &self.window, &self.logarithms, &mut self.seen);
        let stories = stories.into_iter().filter(|story| self.is_of_its_time(*story, print));
        let stories: Vec<StoryId> = stories.collect();
        self.scratch.mark(print, &asked, &self.window);
        let mut rated: Vec<Rated> = Vec::with_capacity(stories.len());
        for (at, story) in stories.into_iter().enumerate().filter(|(_, story)| Some(*story) != joined) {
            let question = Question { print, asked: &asked, first: at == 0, compared: self.reach.compared };
            rated.extend(self.rate_one(question, story));
        }
        self.scratch.sweep(print, &asked);
        rated.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then(a.story.cmp(&b.story)));
        rated
    }

    /// What speaks for an entry and the story of another one that is remembered, whatever rules say; `None` if it is not.
    pub fn rate_with(&mut self, other: EntryId, print: &Fingerprint) -> Option<Rated> {
        let story = self.window.find(other)?.story;
        self.against(story, print)
    }

    /// What the engine says of an entry and the story of another one that it remembers, with every signal; `None` if it
    /// does not remember that one.
    pub fn compare(&mut self, other: EntryId, print: &Fingerprint) -> Option<Verdict> {
        let (story, near) = {
            let slot = self.window.find(other)?;
            (slot.story, tiers::nearness(print, &self.window.print(slot), Page::Article))
        };
        if let Some(near) = near.filter(|near| near.tier <= self.furthest) {
            return Some(by_rule(near, story, other));
        }
        let rated = self.against(story, print)?;
        Some(self.by_likeness(&rated, print, Length::Full))
    }

    /// Remembers an entry and its story. Called in the order of arrival.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is given over: the window keeps it in a smaller form"
    )]
    pub fn admit(&mut self, entry: EntryId, story: StoryId, print: Fingerprint, now: Timestamp) {
        self.expire(now);
        self.window.retract(entry);
        self.window.admit(entry, story, &print, now);
        while self.window.len() > self.max_active {
            self.forget_oldest();
        }
    }

    /// Forgets an entry that was withdrawn or changed.
    pub fn retract(&mut self, entry: EntryId) {
        self.window.retract(entry);
    }

    /// Makes one story of two.
    pub fn merge(&mut self, keep: StoryId, gone: StoryId) {
        self.window.merge(keep, gone);
    }

    /// How many entries are remembered.
    pub fn len(&self) -> usize {
        self.window.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.window.is_empty()
    }

    /// The memory it takes, in bytes, as near as the allocator lets us know.
    pub fn memory_bytes(&self) -> usize {
        self.window.memory_bytes() + self.seen.memory_bytes() + self.scratch.memory_bytes()
    }

    fn by_rule(&self, print: &Fingerprint) -> Option<(Nearness, StoryId, EntryId)> {
        let sharing: Vec<&Slot> = self.window.sharing(print).collect();
        let page = page(print, &sharing);
        let mut best: Option<(Nearness, &Slot)> = None;
        for slot in sharing {
            if tiers::apart_ms(slot.print.at, print.at) > self.window_ms {
                continue;
            }
            let known = self.window.print(slot);
            let Some(near) = tiers::nearness(print, &known, page) else { continue };
            if best.as_ref().is_none_or(|(held, _)| near.tier < held.tier) {
                best = Some((near, slot));
            }
        }
        best.map(|(near, slot)| (near, slot.story, slot.entry))
    }

    fn by_likeness(&self, best: &Rated, print: &Fingerprint, length: Length) -> Verdict {
        let join = best.log_odds > self.dial.line;
        let decision =
            if join { Decision::Join { story: best.story, tier: Tier::Story } } else { Decision::New };
        Verdict {
            decision,
            nearest: self.nearest(best.story, print),
            score: probability(best.log_odds),
            threshold: probability(self.dial.line),
            evidence: evidence::of(&best.signals, &self.dial, length),
            same: Vec::new(),
        }
    }

    /// The story's report that shares most of its stems, the latest of them.
    fn nearest(&self, story: StoryId, print: &Fingerprint) -> Option<EntryId> {
        let mut asked: Vec<u32> = print.words.iter().map(|word| self.window.terms.find(word.hash)).collect();
        asked.sort_unstable();
        let shared =
            |slot: &Slot| slot.print.words().filter(|(term, _)| asked.binary_search(term).is_ok()).count();
        let tale = self.window.tale(story)?;
        self.window.speakers(tale).max_by_key(|slot| shared(slot)).map(|slot| slot.entry)
    }

    /// Other stories that prove to be one with `story`, now that the entry joins it: nearly good enough for the entry,
    /// and their reports would join, were they to come now.
    fn same(&mut self, story: StoryId, rated: &[Rated]) -> Vec<StoryId> {
        let gate = self.dial.line - MERGE_GATE;
        let others: Vec<StoryId> = rated
            .iter()
            .filter(|rated| rated.log_odds > gate && rated.story != story)
            .map(|rated| rated.story)
            .take(MERGES)
            .collect();
        others.into_iter().filter(|other| self.are_one(*other, story)).collect()
    }

    fn are_one(&mut self, a: StoryId, b: StoryId) -> bool {
        let size = |story| self.window.tale(story).map_or(0, |tale| tale.members().len());
        let (small, large) = if (size(a), a) < (size(b), b) { (a, b) } else { (b, a) };
        let Some(tale) = self.window.tale(small) else { return false };
        let witnesses: Vec<Fingerprint> =
            self.window.speakers(tale).rev().take(WITNESSES).map(|slot| self.window.print(slot)).collect();
        let said: Vec<f64> = witnesses
            .iter()
            .filter_map(|print| self.against(large, print))
            .map(|rated| rated.log_odds.clamp(-TESTIMONY, TESTIMONY))
            .collect();
        !said.is_empty() && said.iter().sum::<f64>() / said.len() as f64 > self.dial.merge_line
    }

    /// One story alone.
    fn against(&mut self, story: StoryId, print: &Fingerprint) -> Option<Rated> {
        let asked = asked(print, &self.window);
        self.scratch.mark(print, &asked, &self.window);
        let rated = self
            .rate_one(Question { print, asked: &asked, first: true, compared: self.reach.compared }, story);
        self.scratch.sweep(print, &asked);
        rated
    }

    fn rate_one(&mut self, question: Question<'_>, story: StoryId) -> Option<Rated> {
        let signals = signals(question, story, &self.window, &self.logarithms, &mut self.scratch)?;
        Some(Rated { story, signals, log_odds: self.dial.log_odds(&signals) })
    }

    /// An entry whose own date is more than a window away from every report is about something else: an old article
    /// that comes late, an anniversary.
    fn is_of_its_time(&self, story: StoryId, print: &Fingerprint) -> bool {
        let Some(tale) = self.window.tale(story) else { return false };
        let near = |slot: &Slot| tiers::apart_ms(slot.print.at, print.at) <= self.window_ms;
        self.window.speakers(tale).rev().any(near)
    }

    fn expire(&mut self, now: Timestamp) {
        while self.window.oldest().is_some_and(|slot| now.since(slot.arrived) > self.window_ms) {
            self.forget_oldest();
        }
    }

    /// Forgets the oldest entry; the front of the window is always a live one.
    fn forget_oldest(&mut self) {
        if let Some(entry) = self.window.oldest().map(|slot| slot.entry) {
            self.window.retract(entry);
        }
    }
}

fn furthest(tier: &str) -> Tier {
    match tier {
        "identity" => Tier::Identity,
        "copy" => Tier::Copy,
        _ => Tier::Story,
    }
}

/// Whether the entry's link has told several stories already.
fn page(print: &Fingerprint, sharing: &[&Slot]) -> Page {
    let mut told = sharing.iter().filter(|slot| slot.print.link == print.link).map(|slot| slot.story);
    let first = told.next();
    if told.any(|story| Some(story) != first) { Page::Listing } else { Page::Article }
}

fn by_rule(near: Nearness, story: StoryId, entry: EntryId) -> Verdict {
    Verdict {
        decision: Decision::Join { story, tier: near.tier },
        nearest: Some(entry),
        score: 1.0,
        threshold: 0.5,
        evidence: near.evidence,
        same: Vec::new(),
    }
}

fn unheard(line: f64) -> Verdict {
    Verdict {
        decision: Decision::New,
        nearest: None,
        score: 0.0,
        threshold: probability(line),
        evidence: Vec::new(),
        same: Vec::new(),
    }
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
        let slug = "https://a.example/news/faehre-sitzt-vorm-hafen-fest";
        let other_slug = "https://b.example/2026/fähre-sitzt-vorm-hafen-fest.html";
        #[rustfmt::skip]
        let table = [
            (("a", ferry, fog, page), ("b", "All safe after night on a sandbank", "", page), Some(Tier::Identity)),
            (("a", ferry, fog, page), ("a", "Ferry aground: all safe", "", page), Some(Tier::Identity)),
            (("a", ferry, fog, page), ("a", "Hay harvest begins early", hay, page), NEW),
            (("a", ferry, fog, "https://a.example/"), ("b", "Hay harvest begins early", hay, "https://a.example/"), NEW),
            (("a", ferry, "", slug), ("b", "Boat stuck near harbour", "", other_slug), Some(Tier::Identity)),
            (("a", "Bridge closed", "Bridge closed +++ Trains late", page), ("a", "Mayor elected", "Mayor elected +++ Market moved", page), Some(Tier::Identity)),
            (("a", "Norvik raises quarterly profit by ten percent", "", ""), ("b", "Halbstein raises quarterly profit by ten percent", "", ""), NEW),
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

    #[test]
    fn what_a_rule_forbids_no_likeness_proves() {
        let fog = "A car left the coast road in thick fog near Harrowby; its driver is in hospital.";
        let hay = "Two cyclists collided on the bridge at noon, one of them broke an arm, officers said.";
        for (first, second, rule) in [
            (
                ("Part 3 of the lamp is in stock", ""),
                ("Part 4 of the lamp is in stock", ""),
                "only_numbers_differ",
            ),
            (("Police seek witnesses", fog), ("Police seek witnesses", hay), "other_text"),
        ] {
            let mut engine = Engine::new(&StoryOptions::default());
            let print = engine.fingerprint(&telling("a", first.0, first.1, ""));
            engine.admit(EntryId(1), StoryId(7), print, Timestamp(0));
            let verdict =
                engine.judge(&Fingerprint::of(&telling("b", second.0, second.1, "")), Timestamp(HOUR));
            assert_eq!(verdict.decision, Decision::New, "{rule}");
            assert_eq!(verdict.evidence[0].signal, rule);
        }
    }
}
