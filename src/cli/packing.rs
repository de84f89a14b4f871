//! `riverd man` and `riverd completions`: what packagers install beside the program.
//! Promises: made of the very arguments that riverd reads; no config and no store is looked at.

use clap::CommandFactory;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use crate::cli::args::Arguments;
use crate::cli::out::print;

const NAME: &str = "riverd";

/// Prints the page of a command, or riverd's own, as roff.
///
/// # Errors
/// If there is no such command, or standard output cannot be written.
pub fn man(command: Option<&str>) -> anyhow::Result<()> {
    print(&page(command)?)
}

/// Prints the name of every command that has a page, one a line.
///
/// # Errors
/// If standard output cannot be written.
pub fn list() -> anyhow::Result<()> {
    let all = Arguments::command();
    all.get_subcommands().try_for_each(|command| print(&format!("{}\n", command.get_name())))
}

/// Prints what a shell completes riverd's arguments by.
///
/// # Errors
/// If standard output cannot be written.
pub fn completions(shell: Shell) -> anyhow::Result<()> {
    let mut written = Vec::new();
    generate(shell, &mut Arguments::command(), NAME, &mut written);
    print(&String::from_utf8_lossy(&written))
}

fn page(command: Option<&str>) -> anyhow::Result<String> {
    let mut all = Arguments::command();
    all.build();
    let shown = match command {
        None => all,
        Some(name) => {
            let found = all.find_subcommand(name).filter(|found| found.get_name() != "help");
            let found = found.ok_or_else(|| anyhow::anyhow!("there is no command {name}"))?;
            found.clone()
        }
    };
    let mut written = Vec::new();
    Man::new(shown).date(String::new()).manual("riverd").render(&mut written)?;
    Ok(String::from_utf8(written)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_and_riverds_own_names_them_all() {
        let own = page(None).expect("a page");
        assert!(own.contains(".TH riverd 1"), "{own}");
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            let page = page(Some(name)).expect("a page");
            assert!(page.contains(&format!(".TH riverd-{name} 1")), "{page}");
            assert!(own.replace('\\', "").contains(&format!("riverd-{name}(1)")), "{name} is not named");
        }
        assert!(page(Some("flow")).is_err());
    }

    #[test]
    fn every_shell_gets_its_completions() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut written = Vec::new();
            generate(shell, &mut Arguments::command(), NAME, &mut written);
            assert!(String::from_utf8_lossy(&written).contains("subscribe"), "{shell}");
        }
    }
}
