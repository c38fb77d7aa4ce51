//! Measures real music, so that composed music can be compared with it: writes
//! `docs/data/genre_bands.json`.
//!
//! ```text
//! cargo run --release -p affetto-models --example genre_bands -- --data ../shared/data/midi --out docs/data/genre_bands.json
//! ```
//!
//! - `genres`: for each genre of `genre_midi.tar.zst`, the 10 %, 50 % and 90 % quantiles over songs of
//!   the objective metrics of `affetto_music::metrics`, of whole songs and of 32-bar excerpts, and
//!   quantiles of how much any 64 bars of a song repeat (`any_64_bars_*`: of each song the
//!   excerpt that repeats most).
//! - `emotions`: for each set and quadrant, the quantiles of symbolic features over the clips
//!   marked `compose` in `folds.csv` (folds 0–2).
//!
//! Byte-identical files count once, files under eight bars or that are no MIDI not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use affetto_affect::{Affect, Quadrant};
use affetto_models::read_folds;
use affetto_models::symbolic_emotion::read_items;
use affetto_models::symbolic_genre::read_songs;
use affetto_music::Score;
use affetto_music::features::{VERSION, symbolic_features};
use affetto_music::metrics::{RepetitionOptions, Summary, self_repetition};
use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde::Serialize;

/// Lengths in bars: of an excerpt, of the stretch searched for loops, and from one stretch to the
/// next.
const EXCERPT_BARS: usize = 32;
const LOOP_BARS: usize = 64;
const HOP_BARS: usize = 16;
/// Excerpts of one song that are looked at.
const MAX_EXCERPTS: usize = 64;

/// Features of the emotions that are written: those that guide composing.
const FEATURES: [&str; 30] = [
    "notes_per_s",
    "onsets_per_s",
    "ioi_median_s",
    "note_density_mean",
    "rest_share",
    "note_length_mean_s",
    "note_length_median_s",
    "articulation_mean",
    "staccato_share",
    "notes_per_onset",
    "polyphony",
    "velocity_mean",
    "velocity_sd",
    "velocity_step",
    "pitch_mean",
    "pitch_sd",
    "pitch_range_80",
    "low_share",
    "high_share",
    "span_mean",
    "melody_pitch_mean",
    "melody_interval_mean",
    "key_is_major",
    "major_minus_minor",
    "scale_share",
    "pitch_class_entropy_16_beats",
    "chord_major_minus_minor",
    "chords_per_s",
    "dissonant_interval_share",
    "tension",
];

/// Quantiles of one number over songs or clips.
#[derive(Debug, Serialize)]
struct Band {
    n: usize,
    q10: f64,
    median: f64,
    q90: f64,
    q95: f64,
    mean: f64,
}

/// Bands by name.
type Bands = BTreeMap<String, Band>;

/// Values by name, as they come in.
type Values = BTreeMap<String, Vec<f64>>;

fn main() -> Result<()> {
    let (data, out) = arguments()?;
    let document = serde_json::json!({
        "about": "quantiles of real music, written by crates/affetto-models/examples/genre_bands.rs",
        "feature_version": VERSION,
        "genres": genres(&data.join("genre_midi.tar.zst"))?,
        "emotions": emotions(&data)?,
    });
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(&document)? + "\n";
    std::fs::write(&out, text).with_context(|| format!("cannot write {}", out.display()))
}

/// The folder of data and the file to write.
fn arguments() -> Result<(PathBuf, PathBuf)> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [data_flag, data, out_flag, out] if data_flag == "--data" && out_flag == "--out" => {
            Ok((data.into(), out.into()))
        }
        _ => bail!("usage: genre_bands --data DIR --out FILE.json"),
    }
}

/// Bands of the metrics of every genre.
fn genres(archive: &Path) -> Result<BTreeMap<String, Bands>> {
    let songs = read_songs(archive)?;
    let measured: Vec<(&str, Vec<(String, f64)>)> = songs
        .par_iter()
        .map(|song| (song.genre, measure(&song.score)))
        .collect();
    let mut genres: BTreeMap<String, Values> = BTreeMap::new();
    for (genre, values) in measured {
        for key in [genre, "all"] {
            let genre = genres.entry(key.to_owned()).or_default();
            for (name, value) in &values {
                genre.entry(name.clone()).or_default().push(*value);
            }
        }
    }
    Ok(genres
        .into_iter()
        .map(|(genre, values)| (genre, bands(values)))
        .collect())
}

/// Everything measured of one song.
fn measure(score: &Score) -> Vec<(String, f64)> {
    let mut values = Vec::new();
    let mut add = |prefix: &str, summary: &Summary| {
        for (name, value) in summary.named() {
            values.extend(value.map(|value| (format!("{prefix}{name}"), value)));
        }
    };
    add("", &Summary::of(score, 0));
    let n_bars = score.bar_lines().len() - 1;
    if n_bars >= EXCERPT_BARS {
        let middle = (n_bars - EXCERPT_BARS) / 2;
        add(
            "excerpt_32_",
            &Summary::of(&score.slice_bars(middle, middle + EXCERPT_BARS), 0),
        );
    }
    let starts = (0..=n_bars.saturating_sub(LOOP_BARS))
        .step_by(HOP_BARS)
        .take(MAX_EXCERPTS);
    let loops: Vec<_> = starts
        .filter_map(|from| {
            let excerpt = score.slice_bars(from, (from + LOOP_BARS).min(n_bars));
            self_repetition(&excerpt, RepetitionOptions::default())
        })
        .collect();
    if n_bars >= LOOP_BARS && !loops.is_empty() {
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let exact = most(&mut loops.iter().map(|repetition| repetition.exact));
        let similar = most(&mut loops.iter().map(|repetition| repetition.similar));
        values.push(("any_64_bars_repetition_exact".to_owned(), exact));
        values.push(("any_64_bars_repetition_similar".to_owned(), similar));
    }
    values
}

/// Bands of the features by set and quadrant, on the clips for composing.
fn emotions(data: &Path) -> Result<BTreeMap<String, BTreeMap<String, Bands>>> {
    let folds = read_folds(&data.join("folds.csv"))?;
    let compose: BTreeSet<(&str, &str)> = folds
        .iter()
        .filter(|row| row.purpose == "compose")
        .map(|row| (&*row.set, &*row.file))
        .collect();
    let mut sets: BTreeMap<String, BTreeMap<String, Values>> = BTreeMap::new();
    for item in read_items(data)? {
        if !compose.contains(&(item.set.name(), &*item.file)) {
            continue;
        }
        let quadrant: Quadrant = Affect::clamped(item.labels[0], item.labels[1]).quadrant();
        let set = sets.entry(item.set.name().to_owned()).or_default();
        let values = set.entry(quadrant.name().to_owned()).or_default();
        for (name, value) in symbolic_features(&item.score).iter() {
            if !FEATURES.contains(&name) {
                continue;
            }
            values
                .entry(name.to_owned())
                .or_default()
                .push(f64::from(value));
        }
    }
    let of_set = |(set, quadrants): (String, BTreeMap<String, Values>)| {
        let quadrants = quadrants.into_iter();
        (
            set,
            quadrants
                .map(|(quadrant, values)| (quadrant, bands(values)))
                .collect(),
        )
    };
    Ok(sets.into_iter().map(of_set).collect())
}

fn bands(values: Values) -> Bands {
    values
        .into_iter()
        .map(|(name, values)| (name, band(values)))
        .collect()
}

/// Quantiles by linear interpolation, rounded to four decimals.
fn band(mut values: Vec<f64>) -> Band {
    values.sort_unstable_by(f64::total_cmp);
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    let at = |share: f64| {
        let position = share * (values.len() - 1) as f64;
        let (below, above) = (values[position as usize], values[position.ceil() as usize]);
        rounded(below + (above - below) * position.fract())
    };
    Band {
        n: values.len(),
        q10: at(0.1),
        median: at(0.5),
        q90: at(0.9),
        q95: at(0.95),
        mean: rounded(values.iter().sum::<f64>() / values.len() as f64),
    }
}
