//! Runs before the program is built: finds the commit that `riverd --version` names.
//! Promises: never fails. Without a repository (a source tarball) there is no commit, and the version stands alone. Only
//! builds for release look: a development build would be made anew with every commit.

use std::fs;
use std::path::{Path, PathBuf};

/// Letters of a commit that are shown.
const SHOWN: usize = 12;

fn main() {
    println!("cargo:rerun-if-changed=src/build.rs");
    println!("cargo:rerun-if-env-changed=RIVERD_COMMIT");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let given = variable("RIVERD_COMMIT");
    let found = if !given.is_empty() {
        Some(given)
    } else if variable("PROFILE") == "release" {
        watched(&root).iter().for_each(|path| println!("cargo:rerun-if-changed={}", path.display()));
        commit(&root)
    } else {
        None
    };
    let commit = found.map_or_else(String::new, |commit| format!(" ({commit})"));
    println!("cargo:rustc-env=RIVERD_VERSION={}{commit}", variable("CARGO_PKG_VERSION"));
}

/// The commit that is checked out in `root`, or that its tarball was made of; `None` if nothing tells.
pub fn commit(root: &Path) -> Option<String> {
    let found = checked_out(root).or_else(|| packed(root))?;
    let sound = found.len() >= SHOWN && found.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| found[..SHOWN].to_owned())
}

/// What git has there.
fn checked_out(root: &Path) -> Option<String> {
    let own = git_folder(root)?;
    let head = read(&own.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref: ") else { return Some(head) };
    let shared = shared(&own);
    let loose = [&own, &shared].into_iter().find_map(|folder| read(&folder.join(name)));
    loose.or_else(|| {
        let lines = read(&shared.join("packed-refs"))?;
        lines.lines().find_map(|line| Some(line.strip_suffix(name)?.trim_end().to_owned()))
    })
}

/// What cargo writes into a package.
fn packed(root: &Path) -> Option<String> {
    let text = read(&root.join(".cargo_vcs_info.json"))?;
    let after = &text[text.find("\"sha1\"")? + 6..];
    after.split('"').nth(1).map(str::to_owned)
}

/// Where git keeps its things: a folder, or what the file of a further worktree names.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    Some(root.join(read(&git)?.strip_prefix("gitdir: ")?))
}

/// Where the branches are, which worktrees share.
fn shared(own: &Path) -> PathBuf {
    read(&own.join("commondir")).map_or_else(|| own.to_owned(), |shared| own.join(shared))
}

/// The files that change with the commit.
fn watched(root: &Path) -> Vec<PathBuf> {
    let Some(own) = git_folder(root) else { return Vec::new() };
    let head = own.join("HEAD");
    let branch = read(&head).and_then(|head| Some(shared(&own).join(head.strip_prefix("ref: ")?)));
    // A file that is not there would have every build begin anew.
    std::iter::once(head).chain(branch).filter(|path| path.exists()).collect()
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}
