//! Project automation in Rust: long checks, files made from other files.

mod listen;
mod notices;
mod soak;
#[cfg(feature = "soundfont")]
mod soundfont;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Parser;

/// Project automation.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Run the long checks and write docs/SOAK.md with date and result
    Soak(soak::Options),
    /// Compose the pieces of docs/listen
    Listen,
    /// Write THIRD-PARTY-NOTICES.md from the dependencies
    Notices,
    /// Make the default SoundFont from Debian's package fluidr3mono-gm-soundfont
    #[cfg(feature = "soundfont")]
    Soundfont(soundfont::Options),
    /// Make the default SoundFont; this needs `cargo run --release -p xtask --features soundfont --
    /// soundfont`
    #[cfg(not(feature = "soundfont"))]
    Soundfont,
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Soak(options) => soak::run(&options),
        Task::Listen => listen::run(),
        Task::Notices => notices::write(&root()),
        #[cfg(feature = "soundfont")]
        Task::Soundfont(options) => soundfont::run(&options),
        #[cfg(not(feature = "soundfont"))]
        Task::Soundfont => anyhow::bail!(
            "this build cannot encode Vorbis; hint: cargo run --release -p xtask --features \
             soundfont -- soundfont"
        ),
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// The program that AFFETTO_BIN names, else the release program, built first.
fn release_program() -> Result<PathBuf> {
    if let Some(program) = std::env::var_os("AFFETTO_BIN") {
        return Ok(PathBuf::from(program));
    }
    let mut cargo = Command::new(env!("CARGO"));
    run(cargo
        .args(["build", "--release", "--locked", "--package", "affetto-cli"])
        .current_dir(root()))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join("affetto"))
}

/// Runs a command to its end; its failure is ours.
fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} failed with {status}");
    Ok(())
}

/// Runs a command and returns what it printed on stdout.
fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed with {}",
        output.status
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
