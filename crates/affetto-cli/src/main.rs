//! The program `affetto`: parses the command line, calls the engine, prints.

mod args;
mod commands;
mod output;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(output::report(&error)),
    }
}

/// Prints what clap says; help and version go to stdout and succeed.
fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        let hint =
            b"hint: affetto --help lists the commands, affetto COMMAND --help their options\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), hint);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
