//! The system's notices of what happens in the folder. They only say when to look. The one door to the watcher.
//! Where no notices come, as from another machine's hand on a network file system, looks must not wait for them.

use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::Sender;

/// What the system noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Somebody writes a file.
    Written(PathBuf),
    /// A file was closed, or came whole.
    Closed(PathBuf),
    /// Something else, or more than could be told.
    Look,
}

/// A folder under watch for as long as this lives.
#[derive(Debug)]
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// Why looks must not wait for notices; `None`: they may.
    silence: Option<&'static str>,
}

impl Watch {
    /// `how`: as `folder.watch`.
    pub fn begin(path: &Path, how: &str, notices: Sender<Notice>) -> Self {
        let watcher = if how == "poll" { None } else { watcher(path, notices) };
        let silence = match how {
            "poll" => Some("folder.watch = \"poll\""),
            "auto" => foreign(path),
            _ => None,
        };
        let silence = silence.or(watcher.is_none().then_some("the system gives no notices there"));
        Self { watcher, silence }
    }

    /// Why looks must not wait for notices; `None`: they may.
    pub fn silence(&self) -> Option<&'static str> {
        self.silence
    }

    /// Notices were wanted, but are not to be had: it may be tried again.
    pub fn failed(&self, how: &str) -> bool {
        self.watcher.is_none() && how != "poll"
    }
}

fn watcher(path: &Path, notices: Sender<Notice>) -> Option<RecommendedWatcher> {
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
        _ if event.need_rescan() => vec![Notice::Look],
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => each(Notice::Closed),
        EventKind::Modify(ModifyKind::Data(_)) => each(Notice::Written),
        EventKind::Access(_) => vec![],
        _ => vec![Notice::Look],
    }
}

/// File systems that others may change without this system's knowing, by their numbers in Linux's `statfs(2)`.
#[cfg(target_os = "linux")]
const FOREIGN: [(u64, &str); 12] = [
    (0x6969, "it lies on NFS"),
    (0x517b, "it lies on SMB"),
    (0xff53_4d42, "it lies on CIFS"),
    (0xfe53_4d42, "it lies on SMB"),
    (0x6573_5546, "it lies on FUSE"),
    (0x0102_1997, "it lies on 9P"),
    (0x00c3_6400, "it lies on Ceph"),
    (0x5346_414f, "it lies on AFS"),
    (0x6b41_4653, "it lies on AFS"),
    (0x7375_7245, "it lies on Coda"),
    (0x786f_4256, "it lies in a folder of VirtualBox"),
    (0x0bd0_0bd0, "it lies on Lustre"),
];

#[cfg(target_os = "linux")]
fn foreign(path: &Path) -> Option<&'static str> {
    let number = u64::try_from(rustix::fs::statfs(path).ok()?.f_type).ok()? & 0xffff_ffff;
    FOREIGN.iter().find(|(foreign, _)| *foreign == number).map(|(_, name)| *name)
}

#[cfg(not(target_os = "linux"))]
fn foreign(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, Flag};

    use super::*;

    #[test]
    fn notices_tell_when_to_look_and_an_overflow_is_a_look() {
        let path = PathBuf::from("/x/a.txt");
        let event = |kind| notify::Event::new(kind).add_path(path.clone());
        for (event, notices) in [
            (
                event(EventKind::Modify(ModifyKind::Data(DataChange::Any))),
                vec![Notice::Written(path.clone())],
            ),
            (
                event(EventKind::Access(AccessKind::Close(AccessMode::Write))),
                vec![Notice::Closed(path.clone())],
            ),
            (event(EventKind::Create(CreateKind::Any)), vec![Notice::Look]),
            (event(EventKind::Access(AccessKind::Read)), vec![]),
            (notify::Event::new(EventKind::Other).set_flag(Flag::Rescan), vec![Notice::Look]),
        ] {
            assert_eq!(notices_of(&event), notices, "{event:?}");
        }
    }

    #[test]
    fn a_polled_folder_is_not_waited_for() {
        let here = std::env::temp_dir();
        let begin = |how: &str| Watch::begin(&here, how, tokio::sync::mpsc::channel(1).0);
        assert!(begin("poll").silence().is_some() && !begin("poll").failed("poll"));
        assert_eq!(begin("events").silence(), None);
        let nowhere = Watch::begin(Path::new("/nowhere/at all"), "auto", tokio::sync::mpsc::channel(1).0);
        assert!(nowhere.failed("auto") && nowhere.silence().is_some());
    }
}
