//! `affetto compose`.

use std::path::{Path, PathBuf};

use affetto_engine::{
    Engine, Error, FileFormat, LoudnessMode, MusicRequest, PerformanceSettings, Piece, write_atomic,
};
use anyhow::Result;
use serde_json::{Value, json};

use super::profile::to_json as preferences_json;
use super::sense::{rounded, to_json as sensed_json};
use crate::args::{Compose, LoudnessArg};
use crate::output::{Printer, table};

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Compose) -> Result<()> {
    if !args.rework.redo.is_empty() || !args.rework.bridge.is_empty() {
        return super::rework::run(engine, printer, args);
    }
    // Endings are checked before anything is composed.
    let outputs: Vec<(FileFormat, &PathBuf)> = args
        .output
        .iter()
        .map(|path| Ok((FileFormat::of(path)?, path)))
        .collect::<Result<_, Error>>()?;
    let request = request(engine, printer, args)?;
    let progress = printer.progress(u64::from(args.count), "composing");
    let mut rows = Vec::new();
    let mut pieces = Vec::new();
    engine.compose_many(&request, args.count, |number, piece| {
        let mut files = Vec::new();
        for (format, path) in &outputs {
            let path = if args.count == 1 {
                (*path).clone()
            } else {
                numbered(path, *format, number + 1)
            };
            write_atomic(
                &path,
                &engine.export(&piece, *format, args.loudness.into())?,
            )?;
            files.push(path.display().to_string());
        }
        if let Some(folder) = &args.stems.stems {
            let folder = match args.count {
                1 => folder.clone(),
                _ => folder.join((number + 1).to_string()),
            };
            let paths = args
                .stems
                .write(engine, &piece.performed, &folder, args.loudness)?;
            files.extend(paths.iter().map(|path| path.display().to_string()));
        }
        rows.push(describe(&piece, &files));
        pieces.push(to_json(&piece, &files));
        progress.inc(1);
        Ok(())
    })?;
    progress.finish_and_clear();
    let json = if args.count == 1 {
        pieces.remove(0)
    } else {
        Value::Array(pieces)
    };
    if printer.json || !printer.quiet {
        printer.result(&json, || table(&HEADER, &rows));
    }
    Ok(())
}

/// Columns of [`describe`].
pub(super) const HEADER: [&str; 8] = [
    "files",
    "asked V,A",
    "heard V,A",
    "key",
    "bpm",
    "bars",
    "seconds",
    "seed",
];

/// What the engine is asked for.
pub(super) fn request(engine: &Engine, printer: Printer, args: &Compose) -> Result<MusicRequest> {
    let mut request = MusicRequest {
        bars: args.bars,
        seconds: args.seconds,
        ..args.mood.request(engine, printer)?
    };
    if args.no_performance {
        request.performance = Some(PerformanceSettings {
            dynamics: false,
            timing: false,
            swing: false,
            articulation: false,
        });
    }
    Ok(request)
}

impl From<LoudnessArg> for LoudnessMode {
    fn from(arg: LoudnessArg) -> Self {
        match arg {
            LoudnessArg::Normalized => Self::Normalized,
            LoudnessArg::Asked => Self::Asked,
        }
    }
}

/// `piece.mid` becomes `piece-3.mid`.
fn numbered(path: &Path, format: FileFormat, number: u32) -> PathBuf {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let ending = format!(".{}", format.ending());
    let (stem, ending) = match name.to_lowercase().strip_suffix(&ending) {
        Some(stem) => name.split_at(stem.len()),
        None => name.split_at(name.rfind('.').unwrap_or(name.len())),
    };
    path.with_file_name(format!("{stem}-{number}{ending}"))
}

/// The piece as JSON of the documented shape.
pub(super) fn to_json(piece: &Piece, files: &[String]) -> Value {
    let point =
        |p: affetto_engine::Affect| json!({"valence": rounded(p.v()), "arousal": rounded(p.a())});
    json!({
        "sensed": piece.understood.sensed.as_ref().map(sensed_json),
        "requested": point(piece.requested),
        "heard": piece.heard.map(point),
        "key": piece.key(),
        "tempo_bpm": rounded(piece.tempo_bpm()),
        "bars": piece.bars,
        "seconds": rounded(piece.seconds()),
        "candidates": piece.understood.music.candidates,
        "seed": piece.understood.music.seed,
        "preferences": preferences_json(&piece.understood.preferences),
        "files": files,
    })
}

pub(super) fn describe(piece: &Piece, files: &[String]) -> Vec<String> {
    let point = |p: affetto_engine::Affect| format!("{:+.2},{:+.2}", p.v(), p.a());
    vec![
        files.join(" "),
        point(piece.requested),
        piece.heard.map_or_else(|| "-".into(), point),
        piece.key(),
        format!("{:.0}", piece.tempo_bpm()),
        piece.bars.to_string(),
        format!("{:.1}", piece.seconds()),
        piece.understood.music.seed.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let path = Path::new(name);
        let format = FileFormat::of(path).unwrap();
        assert_eq!(numbered(path, format, 3), Path::new(expected));
    }

    #[test]
    fn counted_files_are_numbered_before_their_ending() {
        check("a/piece.mid", "a/piece-3.mid");
        check("piece.MIDI", "piece-3.MIDI");
        check("piece.lead.musicxml", "piece-3.lead.musicxml");
        check("my.piece.wav", "my.piece-3.wav");
    }
}
