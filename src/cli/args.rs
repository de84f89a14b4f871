//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Which riverd this is: its version, and the commit it was built from where that is known.
pub const VERSION: &str = env!("RIVERD_VERSION");

/// A river-of-news daemon: many feeds and a folder of dropped files in, one entry per story out.
#[derive(Debug, Parser)]
#[command(version = VERSION, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// The config file [default: the first of ./riverd.toml, ./config/riverd.toml, ~/.config/riverd/riverd.toml,
    /// /etc/riverd/riverd.toml that exists]
    #[arg(long, global = true, value_name = "FILE", env = "RIVERD_CONFIG")]
    pub config: Option<PathBuf>,
    /// Tell more; twice: tell everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Tell less; twice: only errors
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the daemon: watch the folder, follow the feeds, serve the river
    Run,
    /// Follow every due feed and the folder once, then end (for cron)
    Once {
        /// Poll every feed, due or not
        #[arg(long)]
        all: bool,
        /// How to print what was done
        #[command(flatten)]
        form: Form,
    },
    /// Check the config and the folder, and tell every fault at once
    Check {
        /// Check the store instead: whether it is whole, and what to do if not
        #[arg(long)]
        store: bool,
        /// How to print it
        #[command(flatten)]
        form: Form,
    },
    /// Copy the store to FILE, while the daemon runs or not; the copy is whole and of one moment, or not there
    Backup {
        /// Where the copy goes; an older backup of that name is replaced
        file: PathBuf,
        /// How to print what was done
        #[command(flatten)]
        form: Form,
    },
    /// Show what one document becomes: feed, entries, complaints. Touches no store
    Inspect {
        /// A file or a URL
        document: String,
        /// Where the bytes are to be thought from
        #[arg(long)]
        url: Option<String>,
        /// The Content-Type they are to be thought to have come with
        #[arg(long, value_name = "TYPE")]
        content_type: Option<String>,
        /// How to print it
        #[command(flatten)]
        form: Form,
    },
    /// Follow feeds: writes subscriptions.opml in the folder. A web page's own feed is found
    Subscribe {
        /// Feeds, or web pages that link to theirs
        #[arg(required = true)]
        urls: Vec<String>,
        /// How to print what was done
        #[command(flatten)]
        form: Form,
    },
    /// Follow feeds no more: takes them out of the folder's OPML files. Their entries stay
    Unsubscribe {
        /// Feeds, as `riverd feeds` shows them
        #[arg(required = true)]
        urls: Vec<String>,
        /// How to print what was done
        #[command(flatten)]
        form: Form,
    },
    /// List every feed and file: state, last and next poll, errors, entries
    Feeds(Form),
    /// List what was told lately, newest first
    Stories {
        /// Most stories listed
        #[arg(long, default_value_t = 30, value_name = "N")]
        limit: usize,
        /// How to print them
        #[command(flatten)]
        form: Form,
    },
    /// Find entries by their words: title, summary, text, and the name of their feed
    ///
    /// Words are found whatever their case and accents; ä is also ae, ß is ss. "a phrase" in quotes, begin* for words that
    /// begin so, OR, -word or NOT for what is not to be in it, and parentheses.
    Search {
        /// What to find; in single quotes, so that the shell leaves it as it is
        #[arg(required = true)]
        query: Vec<String>,
        /// Most entries listed
        #[arg(long, default_value_t = 30, value_name = "N")]
        limit: usize,
        /// List the best first, instead of the newest
        #[arg(long)]
        best: bool,
        /// How to print them
        #[command(flatten)]
        form: Form,
    },
    /// Tell why two entries are, or are not, one story: each signal, its value, its weight, the threshold
    Explain {
        /// An entry: its number in `riverd stories`, its id, its link, or a piece of its title
        entry: String,
        /// Another entry
        other: String,
        /// How to print it
        #[command(flatten)]
        form: Form,
    },
    /// Take an entry out of its story into one of its own, for ever. Works while the daemon runs, too
    Split {
        /// The entry: its number in `riverd stories`, its id, its link, or a piece of its title
        entry: String,
        /// How to print what was done
        #[command(flatten)]
        form: Form,
    },
    /// Put two entries, and all that is told with them, into one story, for ever. Works while the daemon runs, too
    Join {
        /// An entry: its number in `riverd stories`, its id, its link, or a piece of its title
        entry: String,
        /// Another entry
        other: String,
        /// How to print what was done
        #[command(flatten)]
        form: Form,
    },
    /// Cluster everything anew, in the order in which it came; the owner's corrections hold
    Restory {
        /// Only tell what would change
        #[arg(long)]
        dry_run: bool,
        /// How to print what changed
        #[command(flatten)]
        form: Form,
    },
    /// Run the story engine over labelled entries, or pairs of texts, and print its quality and speed
    ///
    /// One JSON object on each line, sorted by time: {"id","lang","title","body","published","source","url","cluster"};
    /// entries whose cluster is null flow through but are not scored. Or pairs:
    /// {"id","lang1","lang2","text1","text2","same"}. No store is touched.
    Eval {
        /// JSON lines
        file: PathBuf,
        /// How far folding goes, as story.tier
        #[arg(long, value_parser = ["identity", "copy", "story"])]
        tier: Option<String>,
        /// The dial, as story.strictness: 0 to 1, higher folds less
        #[arg(long, value_name = "X")]
        strictness: Option<f64>,
        /// Write each entry's id and the story it was put to
        #[arg(long, value_name = "FILE")]
        assignments: Option<PathBuf>,
        /// How to print it
        #[command(flatten)]
        form: Form,
    },
    /// Write out what riverd knows
    Export {
        /// What to write
        format: Format,
        /// Wrap it in a JSON document
        #[command(flatten)]
        form: Form,
    },
    /// Print what a shell completes riverd's arguments by (for packagers)
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page of riverd, or of one of its commands, as roff (for packagers)
    Man {
        /// The command; without one, riverd itself
        command: Option<String>,
        /// List the commands that have a page, one a line
        #[arg(long, conflicts_with = "command")]
        list: bool,
    },
}

/// How to print.
#[derive(Debug, Clone, Copy, Args)]
pub struct Form {
    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// The subscriptions
    Opml,
}
