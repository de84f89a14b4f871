//! The past lived through again: every entry is judged in the order in which it came, what was changed or withdrawn
//! then is changed or withdrawn then, and each of the owner's corrections is made when the owner made it.
//! Promises: the same engine makes of an unchanged past the same stories; another engine may make others, but what
//! the owner said of a pair holds; the memory it takes beside the engine's is a few words for each entry.
//! Deliberately not here: ids (a story is a number here), and what becomes of it (`restory`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use crate::config::options::story::StoryOptions;
use crate::model::correction::{Correction, Kind, Pair, Word};
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Decision, Tier, Verdict};
use crate::model::time::{DAY_MS, Timestamp};
use crate::pipeline::corrections::tied;
use crate::pipeline::telling::{Print, is_folded, print};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::replay::Arrival;
use crate::story::engine::Engine;
use crate::story::fingerprint::Fingerprint;

/// Entries read at once.
const PIECE: usize = 1_000;

/// Where an entry is put.
#[derive(Debug)]
pub struct Place {
    /// The entry.
    pub entry: EntryId,
    /// Its story: a number within this past.
    pub story: StoryId,
    /// How near; `None`: it begins the story.
    pub tier: Option<Tier>,
    /// Where it is in the store.
    pub stored: StoryId,
    /// How near it is there.
    pub stored_tier: Option<Tier>,
    /// Why, where that is other than it was.
    pub verdict: Option<Verdict>,
    /// When the engine last took it in; `None`: it does not remember it.
    admitted: Option<Timestamp>,
}

/// What happened besides entries coming; of one moment, in this order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Admitted(EntryId),
    Withdrawn(EntryId),
    Corrected(usize),
}

/// See the file's head.
pub struct Past<'a> {
    reader: &'a Reader,
    options: &'a StoryOptions,
    corrections: Vec<Correction>,
    engine: Engine,
    stale: bool,
    now: Timestamp,
    to_come: BinaryHeap<Reverse<(Timestamp, Event)>>,
    active: BTreeSet<(Timestamp, EntryId)>,
    words: BTreeMap<(EntryId, EntryId), Pair>,
    places: Vec<Place>,
    homes: HashMap<StoryId, StoryId>,
    last: StoryId,
}

/// Lives through it all; `progress` is told how many of how many entries came. The places are in the entries' order.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn live(
    reader: &Reader,
    options: &StoryOptions,
    progress: &dyn Fn(usize, usize),
) -> Result<Vec<Place>, StoreError> {
    let mut past = Past::new(reader, options)?;
    let all = reader.count_entries()?;
    let mut after = EntryId(0);
    loop {
        let piece = reader.arrivals(after, PIECE)?;
        let Some(last) = piece.last() else { break };
        after = last.entry;
        piece.iter().try_for_each(|arrival| past.arrive(arrival))?;
        progress(past.places.len(), all);
    }
    past.happen_before(Timestamp(i64::MAX))?;
    Ok(past.places)
}

impl<'a> Past<'a> {
    fn new(reader: &'a Reader, options: &'a StoryOptions) -> Result<Self, StoreError> {
        let corrections = reader.corrections()?;
        let made = corrections.iter().enumerate();
        let to_come = made.map(|(at, correction)| Reverse((correction.made, Event::Corrected(at)))).collect();
        Ok(Self {
            reader,
            options,
            corrections,
            engine: Engine::new(options),
            stale: false,
            now: Timestamp(i64::MIN),
            to_come,
            active: BTreeSet::new(),
            words: BTreeMap::new(),
            places: Vec::new(),
            homes: HashMap::new(),
            last: StoryId(0),
        })
    }

    fn arrive(&mut self, arrival: &Arrival) -> Result<(), StoreError> {
        self.happen_before(arrival.first_seen)?;
        self.now = self.now.max(arrival.first_seen);
        let folded = !arrival.backfill && is_folded(&self.options.languages, arrival.language.as_deref());
        let print = if folded { self.print(arrival.entry, &arrival.fingerprint)? } else { None };
        let Some(print) = print else {
            self.put(arrival, None, None);
            return Ok(());
        };
        self.refresh()?;
        let verdict = self.engine.judge(&print, self.now);
        let joined = match verdict.decision {
            Decision::New => None,
            Decision::Join { story, tier } => Some((story, tier)),
        };
        let story = self.put(arrival, joined, Some(verdict));
        self.admit(arrival.entry, story, print, self.now);
        if arrival.admitted > arrival.first_seen {
            self.to_come.push(Reverse((arrival.admitted, Event::Admitted(arrival.entry))));
        }
        if let Some(at) = arrival.withdrawn {
            self.to_come.push(Reverse((at, Event::Withdrawn(arrival.entry))));
        }
        Ok(())
    }

    fn put(
        &mut self,
        arrival: &Arrival,
        joined: Option<(StoryId, Tier)>,
        verdict: Option<Verdict>,
    ) -> StoryId {
        let story = joined.map_or_else(|| self.begin(arrival.story), |(story, _)| story);
        let tier = joined.map(|(_, tier)| tier);
        let other = self.homes.get(&story) != Some(&arrival.story) || tier != arrival.tier;
        self.places.push(Place {
            entry: arrival.entry,
            story,
            tier,
            stored: arrival.story,
            stored_tier: arrival.tier,
            verdict: verdict.filter(|_| other),
            admitted: None,
        });
        story
    }

    fn begin(&mut self, home: StoryId) -> StoryId {
        self.last.0 += 1;
        self.homes.insert(self.last, home);
        self.last
    }

    fn print(&self, entry: EntryId, stored: &[u8]) -> Result<Option<Fingerprint>, StoreError> {
        let print = print(self.reader, &self.engine, entry, stored)?;
        Ok(print.map(|(Print::Stored(print) | Print::Anew(print))| print))
    }

    fn at(&self, entry: EntryId) -> Option<usize> {
        self.places.binary_search_by_key(&entry, |place| place.entry).ok()
    }

    fn admit(&mut self, entry: EntryId, story: StoryId, print: Fingerprint, now: Timestamp) {
        self.forget(entry);
        let Some(at) = self.at(entry) else { return };
        self.places[at].admitted = Some(now);
        self.active.insert((now, entry));
        self.engine.admit(entry, story, print, now);
    }

    fn forget(&mut self, entry: EntryId) {
        let admitted = self.at(entry).and_then(|at| self.places[at].admitted.take());
        if let Some(admitted) = admitted {
            self.active.remove(&(admitted, entry));
            self.engine.retract(entry);
        }
    }

    /// After a correction the engine is filled anew, as the daemon fills it.
    fn refresh(&mut self) -> Result<(), StoreError> {
        let since = self.now.plus_ms(-((self.options.window_days * DAY_MS as f64) as i64));
        while let Some(oldest) = self.active.first().copied().filter(|(admitted, _)| *admitted < since) {
            self.active.remove(&oldest);
        }
        if !std::mem::take(&mut self.stale) {
            return Ok(());
        }
        self.engine = Engine::new(self.options);
        let active: Vec<_> = self.active.iter().copied().collect();
        let surplus = active.len().saturating_sub(self.options.max_active);
        for (admitted, entry) in active.into_iter().skip(surplus) {
            let stored = self.reader.fingerprint(entry)?;
            let story = self.at(entry).map(|at| self.places[at].story);
            if let (Some(print), Some(story)) = (self.print(entry, &stored)?, story) {
                self.engine.admit(entry, story, print, admitted);
            }
        }
        Ok(())
    }

    fn happen_before(&mut self, moment: Timestamp) -> Result<(), StoreError> {
        while self.to_come.peek().is_some_and(|Reverse((at, _))| *at < moment) {
            let Some(Reverse((at, event))) = self.to_come.pop() else { break };
            self.now = self.now.max(at);
            match event {
                Event::Admitted(entry) => self.admitted_again(entry)?,
                Event::Withdrawn(entry) => self.forget(entry),
                Event::Corrected(at) => self.correct(at),
            }
        }
        Ok(())
    }

    fn admitted_again(&mut self, entry: EntryId) -> Result<(), StoreError> {
        self.refresh()?;
        let stored = self.reader.fingerprint(entry)?;
        let story = self.at(entry).map(|at| self.places[at].story);
        if let (Some(print), Some(story)) = (self.print(entry, &stored)?, story) {
            self.admit(entry, story, print, self.now);
        }
        Ok(())
    }

    fn correct(&mut self, at: usize) {
        self.stale = true;
        let Correction { kind, entry, pairs, .. } = self.corrections[at].clone();
        self.words.extend(pairs.iter().map(|pair| ((pair.a, pair.b), *pair)));
        for pair in pairs.iter().filter(|pair| pair.word == Word::Together) {
            self.unite(pair);
        }
        let words: Vec<Pair> = self.words.values().copied().collect();
        let own = tied(entry, &words);
        for pair in words.iter().filter(|pair| pair.word == Word::Apart) {
            if self.story(pair.a).is_none() || self.story(pair.a) != self.story(pair.b) {
                continue;
            }
            // The split entry leaves; from what the owner joined, the others leave.
            let a_leaves = own.contains(&pair.a) == (kind == Kind::Split);
            self.part(&tied(if a_leaves { pair.a } else { pair.b }, &words));
        }
    }

    fn story(&self, entry: EntryId) -> Option<StoryId> {
        self.at(entry).map(|at| self.places[at].story)
    }

    fn unite(&mut self, pair: &Pair) {
        let (Some(a), Some(b)) = (self.story(pair.a), self.story(pair.b)) else { return };
        if a == b {
            return;
        }
        let (from, into) = (a.max(b), a.min(b));
        let mut first = true;
        for place in self.places.iter_mut().filter(|place| place.story == from || place.story == into) {
            place.story = into;
            place.tier = if first { None } else { place.tier.or(Some(Tier::Story)) };
            first = false;
        }
    }

    /// These leave their story for one of their own; the first that stays, and the first that leaves, begin theirs.
    fn part(&mut self, leaving: &BTreeSet<EntryId>) {
        let Some(first) = leaving.first().and_then(|entry| self.at(*entry)) else { return };
        let (left, own) = (self.places[first].story, self.begin(self.places[first].stored));
        for place in self.places.iter_mut().filter(|p| p.story == left && leaving.contains(&p.entry)) {
            place.story = own;
        }
        self.places[first].tier = None;
        if let Some(stays) = self.places.iter_mut().find(|place| place.story == left) {
            stays.tier = None;
        }
    }
}
