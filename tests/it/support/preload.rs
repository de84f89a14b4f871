//! What stands between the program and the C library, by `LD_PRELOAD`: `disk.c` and `clock.c`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

/// A source of this folder, compiled once for this process by the C compiler that Rust links with anyway.
pub fn compiled(source: &str) -> PathBuf {
    static ALL: LazyLock<(tempfile::TempDir, Mutex<BTreeMap<String, PathBuf>>)> =
        LazyLock::new(|| (tempfile::tempdir().expect("a folder"), Mutex::default()));
    let (home, all) = &*ALL;
    let mut all = all.lock().expect("no panic");
    let make = || {
        let path = home.path().join(source).with_extension("so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support").join(source);
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut command = Command::new(compiler);
        let made =
            command.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&path).arg(source).arg("-ldl").status();
        assert!(made.expect("a C compiler, as Rust needs one").success());
        path
    };
    all.entry(source.to_owned()).or_insert_with(make).clone()
}
