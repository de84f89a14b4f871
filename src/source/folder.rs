//! Watches the folder and hands on what is new, changed, removed or renamed there.
//! Promises: only settled files are read; what came while nobody watched is found by the first look; while the folder
//! itself is away, or an empty one lies in its place, nothing is withdrawn; what could not be read or stored comes again
//! without a restart. The system's notices only say when to look; what counts is the look itself.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::options::folder::FolderOptions;
use crate::model::document::{Document, FileStamp, Origin, Version};
use crate::model::time::Timestamp;
use crate::model::websub::Named;
use crate::source::delivery::Delivery;
use crate::source::folder_ground::{Footing, Ground};
use crate::source::folder_names::{key_of, path_of};
use crate::source::folder_recall::Recall;
use crate::source::folder_scan::{Files, Found, Kind, difference, scan, stamp};
use crate::source::folder_watch::{Notice, Watch};
use crate::source::standing::{FolderState, Watching};

/// The watcher of one folder.
pub struct Folder {
    path: PathBuf,
    options: FolderOptions,
    kind: fn(&str) -> Kind,
    deliveries: Sender<Delivery>,
    /// What was handed on, or passed over, as it was then.
    known: Files,
    /// Seen changed, not yet settled.
    pending: HashMap<String, (FileStamp, Instant)>,
    /// Being written, as far as the system told.
    open: HashSet<String>,
    /// Could not be read, and why, as it was told: tried again at each look.
    troubled: HashMap<String, String>,
    /// What the last look did not find any more.
    missed: HashSet<String>,
    ground: Ground,
    away: bool,
    standing: Arc<Watching>,
    /// Who tells what is in, after the store failed; `None`: nobody.
    recall: Option<Recall>,
    /// What the owner chooses later; `None`: nothing else.
    choices: Option<watch::Receiver<FolderOptions>>,
}

/// A file that somebody still writes must be quiet for this many times as long as a closed one.
const OPEN_FACTOR: u32 = 10;
/// Notices that may wait; beyond it one look replaces them.
const NOTICES: usize = 1_024;
/// How long notices are gathered before a look.
const GATHER: Duration = Duration::from_millis(30);
/// Where no notices come, the folder is looked through so often,
const POLL: Duration = Duration::from_secs(1);
/// and looks take no more than one part in so many of the time.
const POLL_PARTS: u32 = 10;

impl Folder {
    /// `known`: what is in already. `kind`: what to do with a file, by its path.
    pub fn new(
        options: &FolderOptions,
        known: Vec<(String, FileStamp)>,
        kind: fn(&str) -> Kind,
        deliveries: Sender<Delivery>,
    ) -> Self {
        let path = PathBuf::from(&options.path);
        let (pending, open) = (HashMap::new(), HashSet::new());
        let known = known.into_iter().collect();
        Self {
            path,
            options: options.clone(),
            kind,
            deliveries,
            known,
            pending,
            open,
            troubled: HashMap::new(),
            missed: HashSet::new(),
            ground: Ground::default(),
            away: false,
            standing: Arc::default(),
            recall: None,
            choices: None,
        }
    }

    /// Heeds what the owner chooses later, but for the folder's place.
    #[must_use]
    pub fn heeding(self, choices: watch::Receiver<FolderOptions>) -> Self {
        Self { choices: Some(choices), ..self }
    }

    /// Hears what is in, after the store failed.
    #[must_use]
    pub fn recalling(self, recall: Recall) -> Self {
        Self { recall: Some(recall), ..self }
    }

    /// How the folder stands, for as long as it is watched.
    pub fn standing(&self) -> Arc<Watching> {
        self.standing.clone()
    }

    /// Watches until `stop`. What is watched is the folder itself, wherever it is moved to: one that comes into its place
    /// is watched anew.
    pub async fn run(mut self, stop: CancellationToken) {
        let (notices, mut noticed) = mpsc::channel(NOTICES);
        let mut watch = self.watch(&notices);
        let mut first = true;
        loop {
            let (began, before) = (Instant::now(), (self.away, self.ground.identity()));
            let settled = self.look().await;
            let took = began.elapsed();
            self.keep_standing(settled);
            if settled && std::mem::take(&mut first) && self.deliveries.send(Delivery::Scanned).await.is_err()
            {
                return;
            }
            let is_same = before.1.is_none() || (false, before.1) == (before.0, self.ground.identity());
            let anew = self.away || !is_same || watch.failed(&self.options.watch);
            if anew {
                watch = Watch::begin(&self.path, &self.options.watch, notices.clone());
            }
            // What came before the watcher did is told by another look.
            let wait = self.wait(settled && (is_same || self.away), &watch, took);
            tokio::select! {
                () = stop.cancelled() => return,
                chosen = chosen(&mut self.choices) => {
                    self.options = FolderOptions { path: self.options.path.clone(), ..chosen };
                    watch = self.watch(&notices);
                }
                () = failure(self.recall.as_ref()) => self.put_off(),
                Some(notice) = noticed.recv() => self.gather(notice, &mut noticed).await,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn watch(&self, notices: &Sender<Notice>) -> Watch {
        let watch = Watch::begin(&self.path, &self.options.watch, notices.clone());
        if let Some(why) = watch.silence() {
            tracing::info!(folder = %self.path.display(), why, "the folder is looked through again and again");
        }
        watch
    }

    /// How long the next look may wait.
    fn wait(&self, settled: bool, watch: &Watch, took: Duration) -> Duration {
        let wait = match (settled, watch.silence()) {
            (false, _) => self.options.settle / 2,
            // A folder that is away is looked for, too.
            (true, None) if !self.away => self.options.rescan,
            (true, _) => POLL.max(took * POLL_PARTS).min(self.options.rescan),
        };
        let recall = self.recall.as_ref().and_then(|recall| recall.wait(Instant::now()));
        recall.map_or(wait, |recall| recall.min(wait))
    }

    fn put_off(&mut self) {
        if let Some(recall) = &mut self.recall {
            recall.put_off(Instant::now());
        }
    }

    /// Looks through the folder once and hands on everything, as soon as it is settled.
    pub async fn once(mut self) {
        while !self.look().await {
            tokio::time::sleep(self.options.settle / 2).await;
        }
        // A receiver that went away wants no more.
        drop(self.deliveries.send(Delivery::Scanned).await);
    }

    fn keep_standing(&self, settled: bool) {
        match (self.away, settled) {
            (true, _) => self.standing.keep(FolderState::Away),
            (false, true) => self.standing.keep(FolderState::Watched),
            // Files that are being written are no reason to be unready again.
            (false, false) if self.standing.state() == FolderState::Away => {
                self.standing.keep(FolderState::Watched);
            }
            (false, false) => {}
        }
    }

    async fn gather(&mut self, notice: Notice, noticed: &mut Receiver<Notice>) {
        self.note(notice);
        tokio::time::sleep(GATHER).await;
        while let Ok(notice) = noticed.try_recv() {
            self.note(notice);
        }
    }

    fn note(&mut self, notice: Notice) {
        let inside = |path: PathBuf| Some(key_of(path.strip_prefix(self.path.canonicalize().ok()?).ok()?));
        match notice {
            Notice::Written(path) => self.open.extend(inside(path)),
            Notice::Closed(path) => drop(inside(path).map(|path| self.open.remove(&path))),
            Notice::Look => {}
        }
    }

    /// One look; true if nothing is left that is not settled.
    async fn look(&mut self) -> bool {
        if let Some(recall) = &mut self.recall
            && let Some(stored) = recall.stored().await
        {
            tracing::info!("what the store could not take of the folder is read again");
            self.known = stored.into_iter().collect();
        }
        let options = self.options.clone();
        let found = match tokio::task::spawn_blocking(move || scan(&options)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return self.gone_away(&error.to_string()),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        match self.ground.tread(found.root, &self.known, now_ns()) {
            Footing::Bare => return self.gone_away("an empty folder lies in its place"),
            Footing::Other => tracing::warn!(
                folder = %self.path.display(), "another folder lies in the place of the watched one; what is not in it is withdrawn after folder.rescan"
            ),
            Footing::Firm => {}
        }
        if std::mem::take(&mut self.away) {
            tracing::info!(folder = %self.path.display(), "the watched folder is back");
        }
        if found.files.len() >= self.options.max_files {
            tracing::warn!(
                limit = self.options.max_files,
                "more files than folder.max_files; the rest is left out"
            );
        }
        self.hand_on(&found).await
    }

    /// Hands on what differs; true if all of it is settled.
    async fn hand_on(&mut self, found: &Found) -> bool {
        self.pending.retain(|path, _| found.files.contains_key(path));
        self.open.retain(|path| found.files.contains_key(path));
        self.troubled.retain(|path, _| found.files.contains_key(path));
        self.known.retain(|path, _| !self.troubled.contains_key(path));
        let mut difference = difference(&self.known, &found.files);
        difference.changed.retain(|path| self.is_wanted(path, &found.files));
        for (from, to) in difference.renamed {
            self.rename(from, to).await;
        }
        let mut settled = true;
        for path in difference.changed {
            if self.is_settled(&path, found.files[&path]) {
                self.take(path, found).await;
            } else {
                settled = false;
            }
        }
        let gone: HashSet<String> =
            difference.gone.into_iter().filter(|path| !found.is_hidden(path)).collect();
        let missed = std::mem::replace(&mut self.missed, gone);
        // A file that is gone may be a new one that is not settled yet, renamed.
        if !settled || self.ground.is_new(self.options.rescan) {
            return settled;
        }
        // A file that is renamed while the folder is looked through is found under neither name: what is gone must be
        // missed twice.
        let mut sure: Vec<String> = self.missed.intersection(&missed).cloned().collect();
        sure.sort();
        for path in sure {
            self.known.remove(&path);
            self.missed.remove(&path);
            self.send(Delivery::Gone { path }).await;
        }
        self.missed.is_empty()
    }

    fn gone_away(&mut self, error: &str) -> bool {
        if !std::mem::replace(&mut self.away, true) {
            tracing::warn!(folder = %self.path.display(), error, "the watched folder cannot be read; what came of it stays");
        }
        true
    }

    /// Half-made files are passed over in silence.
    fn is_wanted(&mut self, path: &str, found: &Files) -> bool {
        let wanted = (self.kind)(path) != Kind::Ignore;
        if !wanted {
            self.known.insert(path.to_owned(), found[path]);
        }
        wanted
    }

    /// Unchanged for long enough: longer if somebody still writes it, not at all if it is old.
    fn is_settled(&mut self, path: &str, now: FileStamp) -> bool {
        let settle =
            if self.open.contains(path) { self.options.settle * OPEN_FACTOR } else { self.options.settle };
        let age_ns = now_ns().saturating_sub(now.modified_ns);
        if age_ns > i64::try_from((settle * 2).as_nanos()).unwrap_or(i64::MAX)
            && !self.pending.contains_key(path)
        {
            return true;
        }
        let (stamp, since) = *self.pending.entry(path.to_owned()).or_insert((now, Instant::now()));
        if stamp != now {
            self.pending.insert(path.to_owned(), (now, Instant::now()));
            return false;
        }
        since.elapsed() >= settle
    }

    async fn rename(&mut self, from: String, to: String) {
        if let Some(stamp) = self.known.remove(&from) {
            self.known.insert(to.clone(), stamp);
        }
        self.send(Delivery::Renamed { from, to }).await;
    }

    async fn take(&mut self, path: String, found: &Found) {
        self.pending.remove(&path);
        if let Some(reason) = found.aside.get(&path) {
            self.known.insert(path.clone(), found.files[&path]);
            return self.send(Delivery::SetAside { path, reason: reason.clone() }).await;
        }
        let full = self.path.join(path_of(&path));
        let (kind, limit) = ((self.kind)(&path), self.options.max_size.0);
        let read = tokio::task::spawn_blocking(move || read(&full, &kind, limit)).await;
        let (stamp, content) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        self.known.insert(path.clone(), stamp);
        if !matches!(content, Err(NotTaken::Unread(_))) {
            self.troubled.remove(&path);
        }
        let delivery = match content {
            Ok(bytes) => Delivery::Document { document: document(path, bytes, stamp), answer: None },
            Err(NotTaken::Unread(reason)) => {
                // What may be read by and by shows no other stamp then.
                if self.troubled.insert(path.clone(), reason.clone()).as_ref() == Some(&reason) {
                    return;
                }
                return self.send(Delivery::SetAside { path, reason }).await;
            }
            Err(NotTaken::Unwanted(reason)) => Delivery::SetAside { path, reason },
        };
        self.send(delivery).await;
    }

    async fn send(&self, delivery: Delivery) {
        // A receiver that went away wants no more; the stop token ends the loop.
        drop(self.deliveries.send(delivery).await);
    }
}

/// Waits for another choice of the owner's.
async fn chosen(choices: &mut Option<watch::Receiver<FolderOptions>>) -> FolderOptions {
    if let Some(choices) = choices
        && choices.changed().await.is_ok()
    {
        return choices.borrow_and_update().clone();
    }
    std::future::pending().await
}

fn document(path: String, bytes: Vec<u8>, stamp: FileStamp) -> Document {
    Document {
        origin: Origin::File(path),
        bytes: bytes.into(),
        content_type: None,
        url: None,
        modified: Some(Timestamp(stamp.modified_ns / 1_000_000)),
        version: Version::File(stamp),
        named: Named::default(),
    }
}

/// Why a file is not taken.
enum NotTaken {
    /// It cannot be read now.
    Unread(String),
    /// It is not to be.
    Unwanted(String),
}

/// The stamp of what is read is taken before reading: a change in between shows the next time.
fn read(path: &Path, kind: &Kind, limit_bytes: u64) -> (FileStamp, Result<Vec<u8>, NotTaken>) {
    let unread = |error: std::io::Error| NotTaken::Unread(format!("it cannot be read: {error}"));
    let stamp = match std::fs::metadata(path) {
        Ok(data) => stamp(&data),
        Err(error) => return (FileStamp::default(), Err(unread(error))),
    };
    let content = match kind {
        Kind::SetAside(reason) => Err(NotTaken::Unwanted(reason.clone())),
        _ => match too_large(stamp.size, limit_bytes) {
            Some(reason) => Err(NotTaken::Unwanted(reason)),
            None => std::fs::read(path).map_err(unread),
        },
    };
    (stamp, content)
}

/// Why a file of this size is not read; `None`: it is.
pub fn too_large(size: u64, limit_bytes: u64) -> Option<String> {
    (size > limit_bytes).then(|| format!("{size} bytes; folder.max_size allows {limit_bytes}"))
}

fn now_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Waits until the store fails.
async fn failure(recall: Option<&Recall>) {
    match recall {
        Some(recall) => recall.failure().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_one_look_misses_and_the_next_finds_under_another_name_is_renamed_and_what_two_miss_is_gone()
    {
        let home = tempfile::tempdir().expect("a folder");
        let (inside, out) = (home.path().join("seeds"), home.path().join("out.txt"));
        std::fs::create_dir(&inside).expect("a folder");
        std::fs::write(inside.join("a.txt"), "Text").expect("written");
        std::fs::write(inside.join("b.txt"), "More").expect("written");
        let path = inside.to_string_lossy().into_owned();
        let options = FolderOptions { path, settle: Duration::ZERO, ..FolderOptions::default() };
        let (send, mut deliveries) = mpsc::channel(8);
        let mut folder = Folder::new(&options, vec![], |_| Kind::Take, send);
        let mut told = || {
            let next = std::iter::from_fn(|| deliveries.try_recv().ok());
            let word = |delivery| match delivery {
                Delivery::Document { .. } => "new",
                Delivery::Renamed { .. } => "renamed",
                Delivery::Gone { .. } => "gone",
                _ => "other",
            };
            next.map(word).collect::<Vec<_>>()
        };
        assert!(folder.look().await);
        assert_eq!(told(), ["new", "new"]);
        std::fs::rename(inside.join("a.txt"), &out).expect("moved");
        assert!(!folder.look().await, "another look is to come");
        assert_eq!(told(), [""; 0]);
        std::fs::rename(&out, inside.join("c.txt")).expect("moved");
        assert!(folder.look().await);
        assert_eq!(told(), ["renamed"]);
        std::fs::remove_file(inside.join("b.txt")).expect("removed");
        assert!(!folder.look().await);
        assert!(folder.look().await);
        assert_eq!(told(), ["gone"]);
    }
}
