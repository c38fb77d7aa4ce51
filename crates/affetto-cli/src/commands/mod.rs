//! One file a command: reads its arguments, calls the engine, prints.

mod bench;
mod compose;
mod data;
mod evaluate;
mod judge;
mod library;
#[cfg(feature = "midi-out")]
mod midi_out;
mod models;
mod pages;
#[cfg(feature = "playback")]
mod play;
mod profile;
mod recommend;
mod render;
mod reproduce;
mod request;
mod rework;
mod runs;
mod sense;
mod serve;
mod soak;
mod stems;
mod train;

use affetto_engine::{Engine, Settings};
use anyhow::Result;

use crate::args::{Cli, Command, Play, Sense};
use crate::output::Printer;

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> Result<()> {
    let printer = Printer {
        json: cli.global.json,
        quiet: cli.global.quiet,
    };
    // These need no configuration, so a broken one cannot keep them from working; to a training,
    // --config is the configuration of the training.
    match &cli.command {
        Command::Completions { shell } => return pages::completions(*shell),
        Command::Man => return pages::manual(),
        Command::Train(args) => return train::run(printer, args, cli.global.config),
        Command::Reproduce(args) => return reproduce::run(printer, args, cli.global.config),
        Command::Runs(args) => return runs::run(printer, args),
        Command::Data(what) => return data::run(printer, what),
        _ => {}
    }
    let mut settings = Settings::load(cli.global.config.as_deref())?;
    if let Some(font) = cli.global.soundfont {
        settings.sound.soundfont = font;
    }
    if let Some(database) = cli.global.database {
        settings.library.database = database;
    }
    if let Command::Serve(args) = &cli.command {
        serve::apply(args, &mut settings);
    }
    let engine = Engine::new(settings)?;
    match cli.command {
        Command::Sense(Sense::Text(args)) => sense::text(&engine, printer, args),
        Command::Sense(Sense::Speech { files }) => sense::speech(&engine, printer, &files),
        Command::Sense(Sense::Face(args)) => sense::face(&engine, printer, &args),
        Command::Compose(args) => compose::run(&engine, printer, &args),
        Command::Render(args) => render::run(&engine, printer, &args),
        Command::Play(args) => play(&engine, printer, &args),
        Command::Judge(args) => judge::run(&engine, printer, &args),
        Command::Serve(args) => serve::run(engine, printer, &args),
        Command::Evaluate(args) => evaluate::run(&engine, printer, &args),
        Command::Recommend(args) => recommend::run(&engine, printer, &args),
        Command::Feedback(args) => recommend::feedback(&engine, printer, &args),
        Command::Catalogue(args) => library::catalogue(&engine, printer, &args),
        Command::Library(args) => library::library(&engine, printer, &args),
        Command::Profile(args) => profile::run(&engine, printer, &args),
        Command::Models(args) => models::run(printer, &args),
        Command::Bench(args) => bench::run(&engine, printer, &args),
        Command::Soak(args) => soak::run(&engine, printer, &args),
        Command::Completions { .. }
        | Command::Man
        | Command::Train(_)
        | Command::Reproduce(_)
        | Command::Runs(_)
        | Command::Data(_) => Ok(()),
    }
}

fn play(engine: &Engine, printer: Printer, args: &Play) -> Result<()> {
    match &args.midi_port {
        Some(port) => midi(engine, printer, args, port),
        None => speakers(engine, printer, args),
    }
}

#[cfg(feature = "playback")]
use play::run as speakers;

#[cfg(not(feature = "playback"))]
fn speakers(_engine: &Engine, _printer: Printer, _args: &Play) -> Result<()> {
    Err(affetto_engine::Error::user_hint(
        "no_playback",
        "this build of affetto cannot reach the speakers",
        "build with --features playback (needs libasound2-dev), or run affetto serve and open its page",
    )
    .into())
}

#[cfg(feature = "midi-out")]
use midi_out::run as midi;

#[cfg(not(feature = "midi-out"))]
fn midi(_engine: &Engine, _printer: Printer, _args: &Play, _port: &str) -> Result<()> {
    Err(affetto_engine::Error::user_hint(
        "no_midi_out",
        "this build of affetto cannot reach MIDI ports",
        "build with --features midi-out (needs libasound2-dev), or write a file with affetto compose",
    )
    .into())
}
