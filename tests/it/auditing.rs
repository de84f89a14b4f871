//! What riverd is built from: licences, sources and duplicates, by `.deny.toml`; and the commit that its version names.
//! `cargo deny` reads the same file, and looks for known faults besides; building it takes as long as all of the tests do,
//! so that they hold these rules themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::support::program::Program;

#[path = "../../src/build.rs"]
#[expect(dead_code, reason = "what runs before the build is not called here")]
mod build;

const RULES: &str = include_str!("../../.deny.toml");

/// A package that riverd is built from.
#[derive(Debug, Clone)]
struct Package {
    name: String,
    version: String,
    licence: String,
    source: String,
}

/// The rules, as far as they are held here.
struct Rules {
    targets: Vec<String>,
    licences: BTreeSet<String>,
    registries: Vec<String>,
    skipped: BTreeSet<String>,
}

fn texts(value: Option<&toml::Value>) -> Vec<String> {
    let list = value.and_then(toml::Value::as_array).expect("a list");
    list.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

fn rules() -> Rules {
    let rules: toml::Table = RULES.parse().expect("TOML");
    let listed = |section: &str, key: &str| texts(rules[section].get(key));
    for (section, key) in [
        ("bans", "multiple-versions"),
        ("bans", "wildcards"),
        ("sources", "unknown-registry"),
        ("sources", "unknown-git"),
        ("advisories", "yanked"),
    ] {
        assert_eq!(rules[section][key].as_str(), Some("deny"), "{section}.{key}");
    }
    assert!(listed("sources", "allow-git").is_empty(), "no repository is a source");
    Rules {
        targets: listed("graph", "targets"),
        licences: listed("licenses", "allow").into_iter().collect(),
        registries: listed("sources", "allow-registry"),
        skipped: listed("bans", "skip").into_iter().collect(),
    }
}

/// All that is built for this machine, tests and build scripts included.
fn packages(rules: &Rules) -> Vec<Package> {
    let own = |target: &&String| target.starts_with(std::env::consts::ARCH) && target.ends_with("-gnu");
    let target = rules.targets.iter().find(own).expect("a target for this machine");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let asked = ["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", target];
    let folder = env!("CARGO_MANIFEST_DIR");
    let answer = Command::new(cargo).args(asked).current_dir(folder).output().expect("cargo runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let told: Value = serde_json::from_slice(&answer.stdout).expect("JSON");
    let used = told["resolve"]["nodes"].as_array().expect("a list").iter();
    let used: BTreeSet<&str> = used.map(|node| node["id"].as_str().expect("an id")).collect();
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let all = told["packages"].as_array().expect("a list").iter();
    all.filter(|package| used.contains(package["id"].as_str().expect("an id")))
        .map(|package| Package {
            name: text(package, "name"),
            version: text(package, "version"),
            licence: text(package, "license"),
            source: text(package, "source"),
        })
        .filter(|package| package.name != env!("CARGO_PKG_NAME"))
        .collect()
}

/// Whether an expression of licences (SPDX; in old packages with `/` for OR) leaves a way that is allowed.
fn allowed(expression: &str, licences: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (right, used) = either(&words, licences);
    right && used == words.len()
}

/// What AND joins binds tighter. How it is, and how many words it took.
fn either(words: &[&str], licences: &BTreeSet<String>) -> (bool, usize) {
    let (mut right, mut used) = both(words, licences);
    while words.get(used) == Some(&"OR") {
        let (other, more) = both(&words[used + 1..], licences);
        (right, used) = (right | other, used + 1 + more);
    }
    (right, used)
}

fn both(words: &[&str], licences: &BTreeSet<String>) -> (bool, usize) {
    let (mut right, mut used) = one(words, licences);
    while words.get(used) == Some(&"AND") {
        let (other, more) = one(&words[used + 1..], licences);
        (right, used) = (right & other, used + 1 + more);
    }
    (right, used)
}

fn one(words: &[&str], licences: &BTreeSet<String>) -> (bool, usize) {
    match words {
        ["(", rest @ ..] => {
            let (right, used) = either(rest, licences);
            (right && rest.get(used) == Some(&")"), used + 2)
        }
        [licence, "WITH", exception, ..] => (licences.contains(&format!("{licence} WITH {exception}")), 3),
        [licence, ..] => (licences.contains(*licence), 1),
        [] => (false, 0),
    }
}

fn faults(packages: &[Package], rules: &Rules) -> Vec<String> {
    let mut faults = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Package { name, version, licence, source } in packages {
        if !allowed(licence, &rules.licences) {
            faults.push(format!("{name} {version} has the licence {licence:?}, which is not allowed"));
        }
        let known = source.strip_prefix("registry+");
        if !known.is_some_and(|source| rules.registries.iter().any(|registry| registry == source)) {
            faults.push(format!("{name} {version} comes from {source:?}"));
        }
        versions.entry(name).or_default().push(version);
    }
    let named = |(name, version): (&str, &str)| rules.skipped.contains(&format!("{name}@{version}"));
    for (name, versions) in &versions {
        let counted: Vec<_> = versions.iter().filter(|version| !named((name, version))).collect();
        if counted.len() > 1 {
            faults.push(format!("{name} is there more than once: {counted:?}"));
        }
    }
    let there = |skipped: &&String| {
        packages.iter().any(|package| format!("{}@{}", package.name, package.version) == **skipped)
    };
    let idle = rules.skipped.iter().filter(|skipped| !there(skipped));
    faults.extend(idle.map(|skipped| format!("{skipped} is skipped, and not there")));
    faults
}

#[test]
fn all_that_riverd_is_built_from_has_an_allowed_licence_and_source_and_is_there_once() {
    let rules = rules();
    let packages = packages(&rules);
    assert!(packages.len() > 200, "only {} packages", packages.len());
    let faults = faults(&packages, &rules);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_planted_package_of_each_kind_is_seen() {
    let rules = rules();
    let package = |version: &str, licence: &str, source: &str| Package {
        name: "x".to_owned(),
        version: version.to_owned(),
        licence: licence.to_owned(),
        source: source.to_owned(),
    };
    let fine = "registry+https://github.com/rust-lang/crates.io-index";
    let skipped = rules.skipped.len();
    for (planted, count) in [
        (vec![package("1.0.0", "MIT", fine)], 0),
        (vec![package("1.0.0", "GPL-3.0-only", fine)], 1),
        (vec![package("1.0.0", "", fine)], 1),
        (vec![package("1.0.0", "MIT", "git+https://a.example/x")], 1),
        (vec![package("1.0.0", "MIT", fine), package("2.0.0", "MIT", fine)], 1),
    ] {
        assert_eq!(faults(&planted, &rules).len(), skipped + count, "{planted:?}");
    }
}

#[test]
fn an_expression_of_licences_is_allowed_if_it_leaves_an_allowed_way() {
    let known: BTreeSet<String> = ["MIT", "ISC", "A WITH B"].map(str::to_owned).into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL", false),
        ("GPL OR MIT", true),
        ("GPL/MIT", true),
        ("GPL AND MIT", false),
        ("MIT AND (GPL OR ISC)", true),
        ("(GPL OR MIT) AND GPL", false),
        ("MIT OR ISC AND GPL", true),
        ("A WITH B", true),
        ("A", false),
        ("(MIT", false),
        ("MIT ISC", false),
        ("", false),
    ] {
        assert_eq!(allowed(expression, &known), expected, "{expression}");
    }
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A folder with these files; the commit that is found there.
fn commit_of(files: &[(&str, &str)], root: &str) -> Option<String> {
    let home = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    build::commit(&home.path().join(root))
}

#[test]
fn the_commit_is_found_wherever_git_or_cargo_keeps_it_and_its_lack_is_no_fault() {
    let line = format!("{COMMIT}\n");
    let packed = format!("# pack-refs\n{COMMIT} refs/heads/main\nffff refs/heads/other\n");
    let info = format!("{{\"git\": {{\"sha1\": \"{COMMIT}\"}}, \"path_in_vcs\": \"\"}}");
    let main = "ref: refs/heads/main\n";
    let found: [(&[(&str, &str)], &str); 5] = [
        (&[(".git/HEAD", &line)], ""),
        (&[(".git/HEAD", main), (".git/refs/heads/main", &line)], ""),
        (&[(".git/HEAD", main), (".git/packed-refs", &packed)], ""),
        (
            &[
                ("tree/.git", "gitdir: ../.git/worktrees/tree\n"),
                (".git/worktrees/tree/HEAD", main),
                (".git/worktrees/tree/commondir", "../..\n"),
                (".git/refs/heads/main", &line),
            ],
            "tree",
        ),
        (&[(".cargo_vcs_info.json", &info)], ""),
    ];
    for (files, root) in found {
        assert_eq!(commit_of(files, root).as_deref(), Some(&COMMIT[..12]), "{files:?}");
    }
    let none: [&[(&str, &str)]; 5] = [
        &[("README.md", "x")],
        &[(".git/HEAD", main)],
        &[(".git/HEAD", "no commit at all, but long\n")],
        &[(".git", "nonsense")],
        &[(".cargo_vcs_info.json", "{}")],
    ];
    none.iter().for_each(|files| assert_eq!(commit_of(files, ""), None, "{files:?}"));
}

#[test]
fn the_program_tells_its_version_and_prints_its_pages_beside_a_broken_config() {
    let program = Program::new();
    std::fs::write(program.home.path().join("riverd.toml"), "[nonsense").expect("a file");
    for (arguments, begins) in [
        (&["--version"][..], concat!("riverd ", env!("CARGO_PKG_VERSION"))),
        (&["man"], ".ie"),
        (&["man", "subscribe"], ".ie"),
        (&["completions", "bash"], "_riverd"),
    ] {
        let output = program.run(arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.starts_with(begins), "{arguments:?}: {text}");
    }
    assert!(!program.run(&["man", "flow"]).status.success());
}

/// The part of the README under a heading of the second order.
fn section(readme: &str, heading: &str) -> String {
    let begins = format!("\n## {heading}\n");
    let rest = &readme[readme.find(&begins).expect(heading) + begins.len()..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
}

#[test]
fn every_command_has_its_manual_page_its_completions_and_its_place_in_the_readme_and_the_changes_tell_this_version()
 {
    let (program, readme) = (Program::new(), include_str!("../../README.md"));
    let said = |arguments: &[&str]| {
        let output = program.run(arguments);
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let names = said(&["man", "--list"]);
    let names: Vec<&str> = names.lines().collect();
    assert!(names.contains(&"run") && names.contains(&"search"), "{names:?}");
    let (help, commands) = (said(&["--help"]), section(readme, "Commands"));
    let shells = ["bash", "zsh", "fish"].map(|shell| said(&["completions", shell]));
    for name in &names {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{name} "))),
            "--help: {name}"
        );
        let page = said(&["man", name]);
        assert!(
            page.contains(&format!("riverd\\-{name}")) || page.contains(&format!("riverd-{name}")),
            "man {name}: {page}"
        );
        assert!(shells.iter().all(|shell| shell.contains(name)), "completions: {name}");
        let is_told = ["`riverd NAME", "`NAME ", "`NAME`"]
            .iter()
            .any(|form| commands.contains(&form.replace("NAME", name)));
        assert!(is_told, "README, Commands: {name}");
    }
    let known = |line: &str| {
        line.split_whitespace().nth(1).is_some_and(|name| names.contains(&name.trim_matches('`')))
    };
    for row in commands.lines().filter(|line| line.starts_with("| `riverd ")) {
        assert!(known(row.trim_start_matches("| ")), "no such command: {row}");
    }
    let newest =
        section(readme, "Changes").lines().find_map(|line| line.strip_prefix("### ").map(str::to_owned));
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        newest.as_deref().is_some_and(|newest| newest.starts_with(version)),
        "{newest:?} is not {version}"
    );
}
