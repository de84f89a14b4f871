//! The rules of the house, held by reading the source: who may name whom, one door per crate, sizes, and headers.
//! Each rule is a function from a file to its faults, so that a planted fault of each kind is seen to fail below.

use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::Visit;

/// A source file: path relative to `src`, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

/// What a room may name of ours besides itself. `config` alone is all of it; `config::options::X` a part.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model", "section"]),
    ("source", &["model", "config::options::feed", "config::options::fetch", "config::options::folder"]),
    ("parse", &["model", "config::options::parse"]),
    ("story", &["model", "config::options::story"]),
    ("store", &["model", "config::options::store"]),
    ("publish", &["model", "config::options::publish"]),
    ("serve", &["model", "config::options::serve", "publish::edition", "store"]),
    ("pipeline", &["model", "config", "source", "parse", "story", "store", "publish"]),
    ("daemon", &["model", "config", "source", "parse", "story", "store", "publish", "serve", "pipeline"]),
    (
        "cli",
        &["model", "config", "source", "parse", "story", "store", "publish", "serve", "pipeline", "daemon"],
    ),
];

/// Third-party crates with one door.
const DOORS: &[(&str, &[&str])] = &[
    ("feed_rs", &["parse/adapt"]),
    ("rusqlite", &["store/"]),
    ("reqwest", &["source/fetch"]),
    ("async_compression", &["source/fetch_body.rs"]),
    ("httpdate", &["source/fetch_headers.rs", "serve/conditional.rs", "serve/server.rs"]),
    ("notify", &["source/folder_watch.rs"]),
    ("mail_parser", &["parse/mail.rs"]),
    ("ammonia", &["parse/sanitize.rs"]),
    ("axum", &["serve/"]),
    ("hyper", &["serve/"]),
    ("ring", &["source/websub/signature.rs"]),
    ("listenfd", &["serve/listener.rs"]),
    ("rustix", &["daemon/", "source/steady.rs", "source/folder_watch.rs"]),
    ("clap", &["cli/", "main.rs"]),
    ("tikv_jemalloc_ctl", &["daemon/heap.rs"]),
    ("sd_notify", &["daemon/systemd.rs"]),
    ("prometheus_client", &["daemon/metrics/"]),
];

/// What the pure must not name: clock, disk, net, runtime, database.
const IMPURE: &[&str] = &[
    "tokio",
    "std::fs",
    "std::net",
    "rusqlite",
    "reqwest",
    "SystemTime",
    "Instant",
    "Utc::now",
    "std::env",
    "std::thread",
];
const PURE: &[&str] =
    &["model/", "parse/", "story/", "source/schedule/", "source/websub/", "source/guard.rs", "publish/"];
/// The one room in a pure house that writes files.
const IMPURE_ROOMS: &[&str] = &["publish/write.rs"];
/// Addresses are data; only sockets are not.
const PURE_WITH_ADDRESSES: &[&str] = &["source/guard.rs"];

fn room(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// The file without its test module.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests").map_or(text, |at| &text[..at])
}

fn code_lines(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let lines = without_tests(&source.text).lines().enumerate();
    lines.map(|(at, line)| (at + 1, line.trim_start())).filter(|(_, line)| !line.starts_with("//"))
}

fn imports(source: &Source) -> Vec<String> {
    let room_name = room(&source.path);
    let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == room_name) else { return vec![] };
    let mut faults = Vec::new();
    for (at, line) in code_lines(source) {
        for (start, _) in line.match_indices("crate::") {
            let before = line[..start].chars().next_back();
            if before.is_some_and(|c| c == '$' || c.is_alphanumeric() || c == '_') {
                continue;
            }
            let named = &line[start + "crate::".len()..];
            let right = std::iter::once(&room_name).chain(*allowed).any(|name| {
                named
                    .strip_prefix(name)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            // The macros and types with which a section of options is defined belong to its definition.
            if !right {
                faults.push(format!("{}:{at}: {room_name} must not name crate::{named}", source.path));
            }
        }
    }
    faults
}

fn faces(source: &Source) -> Vec<String> {
    let super_use = code_lines(source).filter(|(_, line)| line.contains("super::"));
    let mut faults: Vec<_> = super_use.map(|(at, _)| format!("{}:{at}: super::", source.path)).collect();
    let exported = code_lines(source).filter(|(_, line)| line.starts_with("pub use "));
    faults.extend(exported.map(|(at, _)| format!("{}:{at}: a re-export", source.path)));
    faults
}

fn doors(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, doors) in
        DOORS.iter().filter(|(_, doors)| !doors.iter().any(|door| source.path.starts_with(door)))
    {
        let named = format!("{name}::");
        let lines = code_lines(source).filter(|(_, line)| {
            line.match_indices(&named)
                .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        });
        faults.extend(lines.map(|(at, _)| format!("{}:{at}: {name} has its door at {doors:?}", source.path)));
    }
    faults
}

fn purity(source: &Source) -> Vec<String> {
    let exempt = IMPURE_ROOMS.contains(&source.path.as_str());
    if exempt || !PURE.iter().any(|pure| source.path.starts_with(pure)) {
        return vec![];
    }
    let addresses = PURE_WITH_ADDRESSES.contains(&source.path.as_str());
    let impure = |line: &str| {
        IMPURE.iter().find(|word| {
            let at = line.find(**word).filter(|_| !(addresses && **word == "std::net"));
            at.is_some_and(|at| {
                !line[at + word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
    };
    let lines = code_lines(source).filter_map(|(at, line)| Some((at, impure(line)?)));
    lines.map(|(at, word)| format!("{}:{at}: pure code names {word}", source.path)).collect()
}

fn headers(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    if !source.text.starts_with("//!") {
        faults.push(format!("{}: opens without //!", source.path));
    }
    let lines = source.text.lines().count();
    if lines > 500 {
        faults.push(format!("{}: {lines} lines, 500 at most", source.path));
    }
    faults
}

struct Functions<'a> {
    path: &'a str,
    faults: Vec<String>,
}

impl Functions<'_> {
    fn check(&mut self, name: &syn::Ident, block: &syn::Block) {
        let (start, end) = (block.span().start().line, block.span().end().line);
        if end + 1 - start > 60 {
            self.faults.push(format!(
                "{}:{start}: fn {name} has {} lines, 60 at most",
                self.path,
                end + 1 - start
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.check(&function.sig.ident, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.check(&function.sig.ident, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }
}

fn functions(source: &Source) -> Vec<String> {
    let file = match syn::parse_file(&source.text) {
        Ok(file) => file,
        Err(error) => return vec![format!("{}: {error}", source.path)],
    };
    let mut functions = Functions { path: &source.path, faults: vec![] };
    functions.visit_file(&file);
    functions.faults
}

fn unwraps(source: &Source) -> Vec<String> {
    let lines = code_lines(source).filter(|(_, line)| line.contains(".unwrap()"));
    lines.map(|(at, _)| format!("{}:{at}: unwrap outside tests", source.path)).collect()
}

/// The crate forbids unsafe code; so does this, where somebody would take that line out.
fn unsafe_code(source: &Source) -> Vec<String> {
    let opens =
        |line: &&str| line.contains("unsafe {") || line.contains("unsafe fn") || line.contains("unsafe impl");
    let lines = code_lines(source).filter(|(_, line)| opens(line));
    lines.map(|(at, _)| format!("{}:{at}: unsafe code", source.path)).collect()
}

type Rule = fn(&Source) -> Vec<String>;
const RULES: [Rule; 8] = [imports, faces, doors, purity, headers, functions, unwraps, unsafe_code];

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut sources): (Vec<PathBuf>, Vec<Source>) = (vec![src.clone()], vec![]);
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(&folder).expect("src can be read").flatten() {
            let path = item.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let relative =
                    path.strip_prefix(&src).expect("inside src").to_string_lossy().replace('\\', "/");
                sources.push(Source {
                    path: relative,
                    text: std::fs::read_to_string(&path).expect("a source file"),
                });
            }
        }
    }
    sources
}

#[test]
fn the_house_keeps_its_rules() {
    let sources = sources();
    assert!(sources.len() > 50, "only {} files found", sources.len());
    let faults: Vec<_> = RULES.iter().flat_map(|rule| sources.iter().flat_map(rule)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_planted_fault_of_each_kind_is_seen() {
    let long = format!("//! x\nfn f() {{\n{}}}\n", "    g();\n".repeat(61));
    let longer = format!("//! x\n{}", "// x\n".repeat(500));
    let planted: [(Rule, &str, &str); 15] = [
        (imports, "model/x.rs", "//! x\nuse crate::parse::road;\n"),
        (imports, "parse/x.rs", "//! x\nuse crate::store::reader::Reader;\n"),
        (imports, "parse/x.rs", "//! x\nfn f() { crate::config::load::from_text(None, &[]); }\n"),
        (imports, "serve/x.rs", "//! x\nuse crate::parse::text;\n"),
        (imports, "pipeline/x.rs", "//! x\nuse crate::daemon::clock;\n"),
        (faces, "parse/x.rs", "//! x\nuse super::text;\n"),
        (faces, "parse/mod.rs", "//! x\npub use crate::parse::text;\n"),
        (doors, "pipeline/x.rs", "//! x\nuse rusqlite::Connection;\n"),
        (doors, "daemon/x.rs", "//! x\nfn f() -> reqwest::Client { todo!() }\n"),
        (purity, "parse/x.rs", "//! x\nfn f() { std::fs::read(\"x\"); }\n"),
        (headers, "parse/x.rs", "fn f() {}\n"),
        (headers, "parse/x.rs", &longer),
        (functions, "parse/x.rs", &long),
        (unwraps, "parse/x.rs", "//! x\nfn f() { g().unwrap(); }\n"),
        (unsafe_code, "daemon/x.rs", "//! x\nfn f() { unsafe { g() } }\n"),
    ];
    for (rule, path, text) in planted {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        assert!(!rule(&source).is_empty(), "not seen in {path}: {text}");
    }
}
