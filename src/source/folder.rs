//! Watches the folder and hands on what is new, changed, removed or renamed there. The one door to the watcher.
//! Promises: only settled files are read; what came while nobody watched is found by the first look; while the folder
//! itself is away nothing is withdrawn. The system's notices only say when to look; what counts is the look itself.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::options::folder::FolderOptions;
use crate::model::document::{Document, FileStamp, Origin, Version};
use crate::model::time::Timestamp;
use crate::model::websub::Named;
use crate::source::delivery::Delivery;
use crate::source::folder_scan::{Files, Kind, difference, scan, stamp};
use crate::source::standing::{FolderState, Watching};

/// The watcher of one folder.
#[derive(Debug)]
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
    away: bool,
    standing: Arc<Watching>,
    /// What the owner chooses later; `None`: nothing else.
    choices: Option<watch::Receiver<FolderOptions>>,
}

/// What the system noticed.
#[derive(Debug)]
enum Notice {
    Written(PathBuf),
    Closed(PathBuf),
    Look,
}

/// A file that somebody still writes must be quiet for this many times as long as a closed one.
const OPEN_FACTOR: u32 = 10;
/// Notices that may wait; beyond it one look replaces them.
const NOTICES: usize = 1_024;
/// How long notices are gathered before a look.
const GATHER: Duration = Duration::from_millis(30);

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
            away: false,
            standing: Arc::default(),
            choices: None,
        }
    }

    /// Heeds what the owner chooses later, but for the folder's place.
    #[must_use]
    pub fn heeding(self, choices: watch::Receiver<FolderOptions>) -> Self {
        Self { choices: Some(choices), ..self }
    }

    /// How the folder stands, for as long as it is watched.
    pub fn standing(&self) -> Arc<Watching> {
        self.standing.clone()
    }

    /// Watches until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let (notices, mut noticed) = mpsc::channel(NOTICES);
        let mut watcher = begin_watching(&self.path, notices.clone());
        let mut first = true;
        loop {
            let settled = self.look().await;
            self.keep_standing(settled);
            if settled && std::mem::take(&mut first) && self.deliveries.send(Delivery::Scanned).await.is_err()
            {
                return;
            }
            if watcher.is_none() || self.away {
                watcher = begin_watching(&self.path, notices.clone());
            }
            let wait = if settled { self.options.rescan } else { self.options.settle / 2 };
            let wait = if watcher.is_none() { wait.min(Duration::from_secs(1)) } else { wait };
            tokio::select! {
                () = stop.cancelled() => return,
                chosen = chosen(&mut self.choices) => self.options = chosen,
                Some(notice) = noticed.recv() => self.gather(notice, &mut noticed).await,
                () = tokio::time::sleep(wait) => {}
            }
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
        let inside = |path: PathBuf| {
            let path =
                path.strip_prefix(self.path.canonicalize().ok()?).ok()?.to_string_lossy().replace('\\', "/");
            Some(path)
        };
        match notice {
            Notice::Written(path) => self.open.extend(inside(path)),
            Notice::Closed(path) => drop(inside(path).map(|path| self.open.remove(&path))),
            Notice::Look => {}
        }
    }

    /// One look; true if nothing is left that is not settled.
    async fn look(&mut self) -> bool {
        let (path, max_files) = (self.path.clone(), self.options.max_files);
        let found = tokio::task::spawn_blocking(move || scan(&path, max_files)).await;
        let found = match found {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return self.gone_away(&error),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        if std::mem::take(&mut self.away) {
            tracing::info!(folder = %self.path.display(), "the watched folder is back");
        }
        if found.len() >= self.options.max_files {
            tracing::warn!(
                limit = self.options.max_files,
                "more files than folder.max_files; the rest is left out"
            );
        }
        let mut difference = difference(&self.known, &found);
        difference.changed.retain(|path| self.is_wanted(path, &found));
        self.pending.retain(|path, _| found.contains_key(path));
        self.open.retain(|path| found.contains_key(path));
        for (from, to) in difference.renamed {
            self.rename(from, to).await;
        }
        let mut settled = true;
        for path in difference.changed {
            if self.is_settled(&path, found[&path]) { self.take(path).await } else { settled = false }
        }
        // A file that is gone may be a new one that is not settled yet, renamed.
        for path in difference.gone.into_iter().filter(|_| settled) {
            self.known.remove(&path);
            self.send(Delivery::Gone { path }).await;
        }
        settled
    }

    fn gone_away(&mut self, error: &std::io::Error) -> bool {
        if !std::mem::replace(&mut self.away, true) {
            tracing::warn!(folder = %self.path.display(), %error, "the watched folder cannot be read; what came of it stays");
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
        let age = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let age_ns = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX).saturating_sub(now.modified_ns);
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

    async fn take(&mut self, path: String) {
        self.pending.remove(&path);
        let full = self.path.join(&path);
        let (kind, limit) = ((self.kind)(&path), self.options.max_size.0);
        let read = tokio::task::spawn_blocking(move || read(&full, &kind, limit)).await;
        let (stamp, content) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        self.known.insert(path.clone(), stamp);
        let delivery = match content {
            Ok(bytes) => Delivery::Document { document: document(path, bytes, stamp), answer: None },
            Err(reason) => Delivery::SetAside { path, reason },
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

/// The stamp of what is read is taken before reading: a change in between shows the next time.
fn read(path: &Path, kind: &Kind, limit_bytes: u64) -> (FileStamp, Result<Vec<u8>, String>) {
    let stamp = match std::fs::metadata(path) {
        Ok(data) => stamp(&data),
        Err(error) => return (FileStamp::default(), Err(format!("it cannot be read: {error}"))),
    };
    let content = match kind {
        Kind::SetAside(reason) => Err(reason.clone()),
        _ if stamp.size > limit_bytes => {
            Err(format!("{} bytes; folder.max_size allows {limit_bytes}", stamp.size))
        }
        _ => std::fs::read(path).map_err(|error| format!("it cannot be read: {error}")),
    };
    (stamp, content)
}

/// The system's notices, if it gives any here.
fn begin_watching(path: &Path, notices: Sender<Notice>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        let told = event.map_or_else(|_| vec![Notice::Look], |event| notices_of(&event));
        // A full queue means that a look is due anyway.
        told.into_iter().for_each(|notice| drop(notices.try_send(notice)));
    };
    let mut watcher = notify::recommended_watcher(tell).ok()?;
    watcher.watch(&path.canonicalize().ok()?, RecursiveMode::Recursive).ok()?;
    Some(watcher)
}

fn notices_of(event: &notify::Event) -> Vec<Notice> {
    let each = |notice: fn(PathBuf) -> Notice| event.paths.iter().cloned().map(notice).collect();
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => each(Notice::Closed),
        EventKind::Modify(ModifyKind::Data(_)) => each(Notice::Written),
        EventKind::Access(_) => vec![],
        _ => vec![Notice::Look],
    }
}
