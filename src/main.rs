//! The binary: arguments, config, run, exit code. Nothing is decided here.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use riverd::cli;
use riverd::cli::args::{Arguments, Command};
use riverd::cli::inspect::Inspected;
use riverd::cli::packing;
use riverd::cli::restory::Way;
use riverd::config::fault::Faults;
use riverd::config::load::Config;
use riverd::daemon::choices::Choices;
use riverd::daemon::logging::{self, Logging};
use riverd::daemon::once::Which;
use riverd::daemon::priority;
use riverd::model::query::QueryFault;
use riverd::store::search::Order;

/// A burst of small pieces on many threads costs a fifth less processor time than with the C library's, and goes back to the
/// system by itself (`tests/bench/cycle`). Its settings are in `.cargo/config.toml`.
#[cfg(unix)]
#[global_allocator]
static HEAP: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// `EX_CONFIG` of sysexits.h.
const BAD_CONFIG: u8 = 78;
/// As clap ends.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match &arguments.command {
        // What is printed for packagers needs no config, and none can be in its way.
        Command::Man { list: true, .. } => packing::list().map(|()| ExitCode::SUCCESS),
        Command::Man { command, .. } => packing::man(command.as_deref()).map(|()| ExitCode::SUCCESS),
        Command::Completions { shell } => packing::completions(*shell).map(|()| ExitCode::SUCCESS),
        _ => start(Choices::of_process(arguments.config.as_deref()), arguments),
    };
    match ended {
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

fn start(choices: Choices, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = choices.read()?;
    let steps = |count: u8| i8::try_from(count).unwrap_or(i8::MAX);
    let logging = logging::start(&config.log, steps(arguments.verbose) - steps(arguments.quiet))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_start(priority::step_back)
        .build()?;
    let code = runtime.block_on(dispatch(Begun { config, choices, logging }, arguments.command));
    // What still blocks (a name that does not resolve) is not waited for.
    runtime.shutdown_background();
    code
}

/// What every command begins with.
struct Begun {
    config: Config,
    choices: Choices,
    logging: Logging,
}

async fn dispatch(Begun { config, choices, logging }: Begun, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run => cli::run::run(config, choices, logging).await?,
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
        // They were answered before there was a config.
        Command::Man { .. } | Command::Completions { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
