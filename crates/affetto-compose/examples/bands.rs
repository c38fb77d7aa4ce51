//! Compares composed pieces with real ones of their genre, metric by metric.
//!
//! `cargo run --release -p affetto-compose --example bands -- GENRE=FOLDER,FOLDER …`
//!
//! Each FOLDER holds MIDI files of real pieces, searched with its subfolders. From each the 32 bars
//! after the first four are measured (those with fewer than 20 bars are left out), the 10th and
//! 90th percentile make the band of the genre, and composed band pieces of 32 bars in five moods
//! with eight seeds each are counted inside it, as
//! performed, since the real files are performances too. `seed=N` sets the first of
//! the seeds: numbers that are reported use seeds that were not tuned on.
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::path::Path;

use affetto_affect::Affect;
use affetto_compose::{Genre, Length, Request, Texture, compose};
use affetto_music::metrics::Summary;
use affetto_music::{Note, Score, Track, midi};

const METRICS: [&str; 6] = [
    "pitch_class_entropy_1",
    "pitch_class_entropy_4",
    "grooving_similarity",
    "scale_consistency",
    "empty_bar_rate",
    "repetition_exact",
];
const BARS: usize = 32;
const MOODS: [(f64, f64); 5] = [
    (0.7, 0.7),
    (-0.7, 0.7),
    (-0.7, -0.7),
    (0.7, -0.7),
    (0.0, 0.0),
];
const SEEDS: u64 = 8;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut seed = 0;
    for arg in std::env::args().skip(1) {
        let (genre, folder) = arg.split_once('=').ok_or("expected GENRE=FOLDER")?;
        if genre == "seed" {
            seed = folder.parse()?;
            continue;
        }
        let genre: Genre = genre.parse()?;
        let mut real = Vec::new();
        for folder in folder.split(',') {
            measure_folder(Path::new(folder), &mut real)?;
        }
        let made = composed(genre, seed)?;
        report(genre, &real, &made);
    }
    Ok(())
}

fn measure_folder(
    folder: &Path,
    found: &mut Vec<Summary>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            measure_folder(&path, found)?;
        } else if path.extension().is_some_and(is_midi)
            && let Ok(score) = midi::read(&std::fs::read(&path)?)
        {
            found.extend(excerpt(&score).map(|score| Summary::of(&score, 0)));
        }
    }
    Ok(())
}

fn is_midi(ending: &std::ffi::OsStr) -> bool {
    ending.eq_ignore_ascii_case("mid") || ending.eq_ignore_ascii_case("midi")
}

/// The bars that are compared, or `None` if the piece is too short.
fn excerpt(score: &Score) -> Option<Score> {
    let first = score
        .tracks
        .iter()
        .flat_map(|track| &track.notes)
        .map(|note| note.onset)
        .min()?;
    let lines = score.bar_lines();
    let from = lines.iter().rposition(|&line| line <= first)? + 4;
    let to = (from + BARS).min(lines.len() - 1);
    if to < from + 16 {
        return None;
    }
    let (start, end) = (lines[from], lines[to]);
    let cut = |track: &Track| {
        let notes = track
            .notes
            .iter()
            .filter(|note| (start..end).contains(&note.onset));
        let notes = notes
            .map(|note| Note {
                onset: note.onset - start,
                ..*note
            })
            .collect();
        Track {
            notes,
            ..track.clone()
        }
    };
    let tracks = score.tracks.iter().map(cut).collect();
    let mut meters = score.meters.clone();
    meters.retain(|change| change.tick <= start);
    meters.drain(..meters.len().saturating_sub(1));
    for meter in &mut meters {
        meter.tick = 0;
    }
    Some(Score {
        tracks,
        meters,
        length: end - start,
        ..Score {
            ticks_per_quarter: score.ticks_per_quarter,
            ..Score::default()
        }
    })
}

fn composed(genre: Genre, first: u64) -> Result<Vec<Summary>, Box<dyn std::error::Error>> {
    let mut found = Vec::new();
    for (valence, arousal) in MOODS {
        for seed in first..first + SEEDS {
            let mut request = Request::new(Affect::new(valence, arousal)?);
            (request.genre, request.texture, request.seed) = (genre, Texture::Band, seed);
            request.length = Length::Bars(BARS as u32);
            found.push(Summary::of(&compose(&request, None)?.performed, 0));
        }
    }
    Ok(found)
}

fn values(pieces: &[Summary], metric: &str) -> Vec<f64> {
    let mut values: Vec<f64> = pieces
        .iter()
        .filter_map(|piece| {
            piece
                .named()
                .into_iter()
                .find(|(name, _)| *name == metric)?
                .1
        })
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    match (sorted.get(low), sorted.get(high)) {
        (Some(a), Some(b)) => a + (b - a) * place.fract(),
        _ => f64::NAN,
    }
}

fn report(genre: Genre, real: &[Summary], made: &[Summary]) {
    println!("{genre}: {} real, {} composed", real.len(), made.len());
    for metric in METRICS {
        let (real, made) = (values(real, metric), values(made, metric));
        let (low, high) = (quantile(&real, 0.1), quantile(&real, 0.9));
        let inside = made
            .iter()
            .filter(|value| (low..=high).contains(*value))
            .count();
        println!(
            "  {metric:22} real {low:.3} [{:.3}] {high:.3}   composed {:.3} [{:.3}] {:.3}   inside {:.0} %",
            quantile(&real, 0.5),
            quantile(&made, 0.1),
            quantile(&made, 0.5),
            quantile(&made, 0.9),
            100.0 * inside as f64 / made.len().max(1) as f64,
        );
    }
}
