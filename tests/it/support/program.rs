//! The real program on a folder and a store of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::support::http::{Answer, get};
use crate::support::wait::until;

/// A fresh folder with `seeds/` and a store, and what the program is to be told.
pub struct Program {
    pub home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// The daemon as it runs; killed when dropped.
pub struct Daemon {
    child: Child,
    pub address: String,
}

impl Program {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join("seeds")).expect("a folder");
        let program = Self { home, variables: vec![] };
        program.with("RIVERD_SERVE_LISTEN", "127.0.0.1:0").with("RIVERD_FETCH_ALLOW_PRIVATE", "127.0.0.0/8")
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a variable back.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    pub fn seeds(&self) -> PathBuf {
        self.home.path().join("seeds")
    }

    /// Writes the config, as an editor does: whole, in the place of the old one.
    pub fn configure(&self, text: &str) {
        let (path, new) = (self.home.path().join("riverd.toml"), self.home.path().join("riverd.toml.new"));
        std::fs::write(&new, text).expect("a file");
        std::fs::rename(new, path).expect("renamed");
    }

    pub fn drop_file(&self, path: &str, text: &str) {
        let path = self.seeds().join(path);
        std::fs::create_dir_all(path.parent().expect("inside seeds")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.home.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Runs a command to its end, told more than the others.
    pub fn run_under(&self, arguments: &[&str], more: &[(String, String)]) -> Output {
        let mut command = self.command(arguments);
        command.envs(more.iter().map(|(name, value)| (name, value))).output().expect("the program runs")
    }

    /// Starts the daemon, told more than other commands, and waits until it serves.
    pub fn start_under(&self, more: &[(String, String)]) -> Daemon {
        Self::started(self.command(&["run", "-q"]).envs(more.iter().map(|(name, value)| (name, value))))
    }

    /// Starts a command that is not waited for.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs")
    }

    /// Starts a command whose output, all of it, goes to the file `log` in its home.
    pub fn spawn_logged(&self, arguments: &[&str]) -> Child {
        self.spawn_logged_under(arguments, &[])
    }

    /// The same, told more than other commands.
    pub fn spawn_logged_under(&self, arguments: &[&str], more: &[(String, String)]) -> Child {
        let log = std::fs::File::create(self.home.path().join("log")).expect("a file");
        let errors = log.try_clone().expect("a handle");
        let mut command = self.command(arguments);
        command.envs(more.iter().map(|(name, value)| (name, value)));
        command.stdout(log).stderr(errors).spawn().expect("the program runs")
    }

    /// Runs a command that must fail, and reads its JSON.
    pub fn json_of_failure(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(arguments);
        assert!(!output.status.success(), "it succeeds");
        serde_json::from_slice(&output.stdout).expect("one JSON document")
    }

    /// Runs a command that must succeed, and reads its JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one JSON document")
    }

    /// Starts the daemon and waits until it serves.
    pub fn start(&self) -> Daemon {
        Self::started(&mut self.command(&["run", "-q"]))
    }

    /// The same, with its log in a file.
    pub fn start_logged(&self) -> (Daemon, PathBuf) {
        let path = self.home.path().join("log");
        let log = std::fs::File::create(&path).expect("a file");
        (Self::started(self.command(&["run"]).stderr(log)), path)
    }

    fn started(command: &mut Command) -> Daemon {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program runs");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let feed =
            lines.map_while(Result::ok).find_map(|line| Some(line.split_once("http://")?.1.to_owned()));
        let address =
            feed.expect("it prints the feed's address").split('/').next().expect("a host").to_owned();
        Daemon { child, address }
    }
}

impl Daemon {
    pub fn feed(&self) -> String {
        self.river("river")
    }

    /// A river's feed.
    pub fn river(&self, name: &str) -> String {
        get(&self.address, &format!("/{name}.atom")).map(|answer| answer.text()).unwrap_or_default()
    }

    /// Waits until the feed holds `text`; returns the feed.
    #[track_caller]
    pub fn until_feed(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        until(what, || Some(self.feed()).filter(|feed| holds(feed)))
    }

    /// Asks it to read its config again.
    pub fn hang_up(&self) {
        let sent = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success());
    }

    /// GETs a path.
    pub fn get(&self, path: &str) -> Answer {
        get(&self.address, path).expect("an answer")
    }

    /// The value of a sample of `/metrics`, by its name and labels as they are written there.
    pub fn metric(&self, sample: &str) -> Option<f64> {
        let text = self.get("/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok())
    }

    /// Kills it at once, as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop, as systemd does; returns its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
        assert!(sent.success());
        until("the daemon's end", || self.child.try_wait().expect("a child")).code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program that is tested: this build's, or the one that `RIVERD_UNDER_TEST` names.
fn binary() -> std::ffi::OsString {
    std::env::var_os("RIVERD_UNDER_TEST").unwrap_or_else(|| env!("CARGO_BIN_EXE_riverd").into())
}

/// The entries of an Atom feed: id and title of each.
pub fn entries(feed: &str) -> Vec<(String, String)> {
    let between = |text: &str, start: &str, end: &str| {
        let from = text.find(start)? + start.len();
        Some(text[from..from + text[from..].find(end)?].to_owned())
    };
    let each = feed.split("<entry").skip(1);
    each.filter_map(|entry| Some((between(entry, "<id>", "</id>")?, between(entry, "<title>", "</title>")?)))
        .collect()
}

/// The project's own samples.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}
