//! What riverd tells about itself: the commit that its version names, its manual pages, completions and changes.
//! What it is built from is held by `cargo deny`, from `.deny.toml` (`tests/run`).

use crate::support::program::Program;

#[path = "../../src/build.rs"]
#[expect(dead_code, reason = "what runs before the build is not called here")]
mod build;

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
