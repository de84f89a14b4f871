//! The binary: arguments, config, run, exit code. Nothing is decided here.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use riverd::cli;
use riverd::cli::args::{Arguments, Command};
use riverd::cli::inspect::Inspected;
use riverd::cli::restory::Way;
use riverd::config::fault::Faults;
use riverd::config::load::{Config, candidates, from_text};
use riverd::daemon::logging;
use riverd::daemon::memory;
use riverd::daemon::once::Which;
use riverd::daemon::priority;
use riverd::model::query::QueryFault;
use riverd::store::search::Order;

/// `EX_CONFIG` of sysexits.h.
const BAD_CONFIG: u8 = 78;
/// As clap ends.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    memory::few_heaps();
    let arguments = Arguments::parse();
    let result = config(arguments.config.as_deref()).and_then(|config| start(config, arguments));
    match result {
        Ok(code) => code,
        Err(error) => {
            say(&error);
            code(&error)
        }
    }
}

fn code(error: &anyhow::Error) -> ExitCode {
    if error.is::<Faults>() {
        return ExitCode::from(BAD_CONFIG);
    }
    if error.is::<QueryFault>() { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
}

#[expect(
    clippy::print_stderr,
    reason = "the one place where an error reaches the person who gave the command"
)]
fn say(error: &anyhow::Error) {
    eprintln!("riverd: {error:#}");
}

/// Finds, reads and checks the config.
fn config(named: Option<&Path>) -> anyhow::Result<Config> {
    let found = candidates(&|name| std::env::var(name).ok()).into_iter().find(|path| path.is_file());
    let file: Option<PathBuf> = named.map(Path::to_owned).or(found);
    let text = file.as_ref().map(|path| {
        std::fs::read_to_string(path).with_context(|| format!("the config {} cannot be read", path.display()))
    });
    let text = text.transpose()?;
    let mut variables: Vec<_> = std::env::vars().filter(|(name, _)| name.starts_with("RIVERD_")).collect();
    variables.sort();
    Ok(from_text(file.as_deref().zip(text.as_deref()), &variables)?)
}

fn start(config: Config, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let steps = |count: u8| i8::try_from(count).unwrap_or(i8::MAX);
    logging::start(&config.log, steps(arguments.verbose) - steps(arguments.quiet))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_start(priority::step_back)
        .build()?;
    let code = runtime.block_on(dispatch(config, arguments.command));
    // What still blocks (a name that does not resolve) is not waited for.
    runtime.shutdown_background();
    code
}

async fn dispatch(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run => cli::run::run(config).await?,
        Command::Once { all, form } => {
            cli::once::once(&config, if all { Which::All } else { Which::Due }, form).await?;
        }
        Command::Check { store: false, form } => {
            return Ok(if cli::check::check(&config, form)? { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Check { store: true, form } => {
            let fine = cli::check_store::check_store(&config, form).await?;
            return Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Backup { file, form } => cli::backup::backup(&config, &file, form).await?,
        Command::Inspect { document, url, content_type, form } => {
            cli::inspect::inspect(&config, Inspected { document, url, content_type }, form).await?;
        }
        Command::Subscribe { urls, form } => cli::subscribe::subscribe(&config, &urls, form).await?,
        Command::Unsubscribe { urls, form } => cli::subscribe::unsubscribe(&config, &urls, form)?,
        Command::Feeds(form) => cli::feeds::feeds(&config, form)?,
        Command::Stories { limit, form } => cli::stories::stories(&config, limit, form)?,
        Command::Search { query, limit, best, form } => {
            let order = if best { Order::Best } else { Order::Newest };
            cli::search::search(&config, &query, order, limit, form).await?;
        }
        Command::Explain { entry, other, form } => cli::explain::explain(&config, [&entry, &other], form)?,
        Command::Split { entry, form } => cli::split::split(&config, &entry, form).await?,
        Command::Join { entry, other, form } => cli::split::join(&config, [&entry, &other], form).await?,
        Command::Restory { dry_run, form } => {
            cli::restory::restory(&config, if dry_run { Way::Show } else { Way::Do }, form).await?;
        }
        Command::Eval { file, tier, strictness, assignments, form } => {
            let asked = cli::eval::Asked { file, tier, strictness, assignments };
            cli::eval::eval(&config, &asked, form)?;
        }
        Command::Export { format, form } => cli::export::export(&config, format, form)?,
    }
    Ok(ExitCode::SUCCESS)
}
