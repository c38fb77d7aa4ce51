//! `affetto compose --redo` and `affetto compose --bridge`.

use std::path::{Path, PathBuf};

use affetto_engine::bridge::{Pivot, roman};
use affetto_engine::files::read_limited;
use affetto_engine::{
    Affect, Bridged, Engine, Error, FileFormat, Harmony, Piece, Redo, write_atomic,
};
use anyhow::Result;
use serde_json::{Value, json};

use super::compose::{HEADER, describe, request, to_json};
use super::sense::rounded;
use crate::args::Compose;
use crate::output::{Printer, table};

pub(super) fn run(engine: &Engine, printer: Printer, args: &Compose) -> Result<()> {
    for path in &args.output {
        FileFormat::of(path)?;
    }
    match (&args.rework.file, &args.rework.bridge[..]) {
        (_, [from, to]) => bridge(engine, printer, args, (from, to)),
        (Some(file), _) => redo(engine, printer, args, file),
        (None, _) => Err(Error::user("invalid_request", "--redo needs a MIDI file").into()),
    }
}

fn redo(engine: &Engine, printer: Printer, args: &Compose, file: &Path) -> Result<()> {
    let rework = &args.rework;
    let midi = read_limited(file, engine.settings().server.max_midi_bytes)?;
    let redo = Redo {
        bars: rework.redo.join(","),
        keep: rework.keep.clone(),
        only: rework.only.clone(),
        harmony: if rework.new_harmony {
            Harmony::New
        } else {
            Harmony::Kept
        },
    };
    let piece = engine.redo_midi(&midi, &redo, &request(engine, printer, args)?)?;
    let files = write(engine, args, &piece, &beside(file, "redo"))?;
    if printer.json || !printer.quiet {
        let rows = [describe(&piece, &files)];
        printer.result(&to_json(&piece, &files), || table(&HEADER, &rows));
    }
    Ok(())
}

fn bridge(
    engine: &Engine,
    printer: Printer,
    args: &Compose,
    (from, to): (&PathBuf, &PathBuf),
) -> Result<()> {
    let limit = engine.settings().server.max_midi_bytes;
    let (first, second) = (read_limited(from, limit)?, read_limited(to, limit)?);
    let made = engine.bridge(&first, &second, &request(engine, printer, args)?)?;
    let piece = if args.rework.join {
        made.joined()?
    } else {
        made.piece.clone()
    };
    let name = to
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let files = write(engine, args, &piece, &beside(from, &format!("to-{name}")))?;
    if printer.json || !printer.quiet {
        printer.result(&bridge_json(&made, &piece, &files), || {
            told(&made, &piece, &files)
        });
    }
    Ok(())
}

/// Writes a piece where it was asked for, else as a MIDI file where it lies by default, and its
/// stems.
fn write(engine: &Engine, args: &Compose, piece: &Piece, default: &Path) -> Result<Vec<String>> {
    let mut outputs = args.output.clone();
    if outputs.is_empty() && args.stems.stems.is_none() {
        outputs.push(default.to_owned());
    }
    let mut files = Vec::new();
    for path in outputs {
        let bytes = engine.export(piece, FileFormat::of(&path)?, args.loudness.into())?;
        write_atomic(&path, &bytes)?;
        files.push(path);
    }
    if let Some(folder) = &args.stems.stems {
        files.extend(
            args.stems
                .write(engine, &piece.performed, folder, args.loudness)?,
        );
    }
    Ok(files
        .iter()
        .map(|path| path.display().to_string())
        .collect())
}

/// `song.mid` becomes `song-redo.mid`.
fn beside(path: &Path, addition: &str) -> PathBuf {
    let stem = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    path.with_file_name(format!("{stem}-{addition}.mid"))
}

/// The chord on which the key turns, in words.
fn pivot(made: &Bridged) -> String {
    let (from, to) = made.crossing.keys;
    let bar = made.crossing.pivot_bar + 1;
    match made.crossing.pivot {
        Pivot::Same => "none, one key".to_owned(),
        Pivot::Common(chord) => format!(
            "{chord} in bar {bar}: {} of {from}, {} of {to}",
            roman(chord, from),
            roman(chord, to)
        ),
        Pivot::Dominant(chord) => {
            format!("{chord} in bar {bar}: dominant of {to}, no common chord")
        }
    }
}

/// Keys, tempi, moods and pivot as a table, and where the files are.
fn told(made: &Bridged, piece: &Piece, files: &[String]) -> String {
    let crossing = &made.crossing;
    let point = |p: Affect| format!("{:+.2},{:+.2}", p.v(), p.a());
    let side = |name: &str, key: String, bpm: f64, mood: Affect| {
        vec![name.to_owned(), key, format!("{bpm:.0}"), point(mood)]
    };
    let rows = [
        side(
            "from",
            crossing.keys.0.to_string(),
            crossing.tempi.0.get(),
            crossing.moods.0,
        ),
        side(
            "to",
            crossing.keys.1.to_string(),
            crossing.tempi.1.get(),
            crossing.moods.1,
        ),
    ];
    format!(
        "{}\npivot: {}\n{} bars of bridge, {} in all, {:.1} s: {}",
        table(&["", "key", "bpm", "mood V,A"], &rows),
        pivot(made),
        made.piece.bars,
        piece.bars,
        piece.seconds(),
        files.join(" ")
    )
}

fn bridge_json(made: &Bridged, piece: &Piece, files: &[String]) -> Value {
    let crossing = &made.crossing;
    let side = |key: String, bpm: f64, mood: Affect| {
        json!({
            "key": key,
            "tempo_bpm": rounded(bpm),
            "mood": {"valence": rounded(mood.v()), "arousal": rounded(mood.a())},
        })
    };
    json!({
        "from": side(crossing.keys.0.to_string(), crossing.tempi.0.get(), crossing.moods.0),
        "to": side(crossing.keys.1.to_string(), crossing.tempi.1.get(), crossing.moods.1),
        "pivot": pivot(made),
        "bridge_bars": made.piece.bars,
        "piece": to_json(piece, files),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, addition: &str, expected: &str) {
        assert_eq!(beside(Path::new(path), addition), Path::new(expected));
    }

    #[test]
    fn results_lie_beside_their_piece() {
        check("a/song.mid", "redo", "a/song-redo.mid");
        check("song.MIDI", "to-b", "song-to-b.mid");
        check("song", "redo", "song-redo.mid");
    }
}
