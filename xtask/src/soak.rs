//! The long checks: thousands of pieces, ten thousand bars, half an hour live, minutes of fuzzing.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::Result;

/// How long to check.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Minutes a live station plays while the second core is busy
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Bars composed headless
    #[arg(long, default_value_t = 10_000)]
    bars: u64,
    /// Pieces over all quadrants, genres and textures
    #[arg(long, default_value_t = 1_000)]
    pieces: u32,
    /// Seconds each fuzz target runs (needs cargo-fuzz and a nightly compiler); 0 leaves them out
    #[arg(long, default_value_t = 0)]
    fuzz_seconds: u32,
}

/// Runs them one after the other and writes docs/SOAK.md.
pub(crate) fn run(options: &Options) -> Result<()> {
    let program = crate::release_program()?;
    let date = crate::output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let commit = crate::output(Command::new("git").args(["rev-parse", "--short", "HEAD"]))?;
    let mut report = format!(
        "# Long checks\n\nRun on {} at commit {}, two cores, by `cargo xtask soak`. `make test` runs short versions of each.\n",
        date.trim(),
        commit.trim()
    );
    let soak = |arguments: &[&str]| -> Result<String> {
        crate::output(Command::new(&program).args(["soak"]).args(arguments))
    };
    section(
        &mut report,
        "Endless composing",
        &soak(&["--bars", &options.bars.to_string()])?,
    )?;
    section(
        &mut report,
        "Endless composing by the neural writer",
        &soak(&["--bars", &options.bars.to_string(), "--writer", "neural"])?,
    )?;
    section(
        &mut report,
        "Pieces",
        &soak(&["--pieces", &options.pieces.to_string()])?,
    )?;
    section(
        &mut report,
        "Other programs read the files",
        &check_pieces(&program, options.pieces)?,
    )?;
    section(
        &mut report,
        "Live station",
        &soak(&["--minutes", &options.minutes.to_string()])?,
    )?;
    if options.fuzz_seconds > 0 {
        section(&mut report, "Fuzzing", &fuzz(options.fuzz_seconds)?)?;
    }
    std::fs::write(crate::root().join("docs/SOAK.md"), report)?;
    Ok(())
}

fn section(report: &mut String, title: &str, text: &str) -> Result<()> {
    write!(report, "\n## {title}\n\n```text\n{}\n```\n", text.trim())?;
    Ok(())
}

/// Lets mido, symusic and music21 read composed files.
fn check_pieces(program: &std::path::Path, pieces: u32) -> Result<String> {
    let mut script = Command::new(crate::root().join("scripts/check_pieces.sh"));
    crate::output(
        script
            .env("AFFETTO_BIN", program)
            .env("PIECES", pieces.to_string()),
    )
}

/// Runs every fuzz target for some seconds. Sanitizers need a nightly compiler.
fn fuzz(seconds: u32) -> Result<String> {
    let folder = crate::root().join("fuzz");
    let cargo_fuzz = |arguments: &[&str]| {
        let mut rustup = Command::new("rustup");
        rustup
            .args(["run", "nightly", "cargo", "fuzz"])
            .args(arguments)
            .current_dir(&folder);
        rustup
    };
    let mut report = String::new();
    for target in crate::output(&mut cargo_fuzz(&["list"]))?.lines() {
        let limit = format!("-max_total_time={seconds}");
        crate::run(&mut cargo_fuzz(&["run", target, "--", &limit]))?;
        writeln!(report, "{target}: {seconds} s without a finding")?;
    }
    Ok(report)
}
