//! `affetto completions` and `affetto man`.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::CommandFactory;

use crate::args::Cli;

/// Prints completions for a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<()> {
    clap_complete::generate(shell, &mut Cli::command(), "affetto", &mut stdout());
    Ok(())
}

/// Prints the manual: the page of the program, then one of each command.
pub(crate) fn manual() -> Result<()> {
    let program = Cli::command();
    let mut page = Vec::new();
    clap_mangen::Man::new(program.clone()).render(&mut page)?;
    for command in program.get_subcommands().filter(|c| !c.is_hide_set()) {
        let name = format!("affetto {}", command.get_name());
        let man = clap_mangen::Man::new(command.clone().bin_name(&name).display_name(&name));
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        man.render_extra_section(&mut page)?;
    }
    stdout().write_all(&page)?;
    Ok(())
}
