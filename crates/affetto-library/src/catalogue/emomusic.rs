//! emoMusic: songs of free archives, rated by listeners on 1–9.

use std::collections::HashMap;

use super::input::Input;
use super::moods::{mood, scaled};
use super::table::{self, Format, Report, Row, give};
use super::{CatalogueRow, Limits};
use crate::{Error, Mood, MoodOrigin, SongInfo};

/// Ratings and names.
pub(super) const FILES: [&str; 2] = ["static_annotations.csv", "songs_info.csv"];

/// Raters a song (Soleymani et al. 2013, section 3: at least ten).
const RATERS: f64 = 10.0;
/// Below this, raters agree more than two studies do.
const LEAST_SD: f64 = 0.15;

const RATINGS: Format = Format {
    name: "emoMusic table of ratings",
    delimiter: b',',
    required: &[
        "song_id",
        "mean_arousal",
        "std_arousal",
        "mean_valence",
        "std_valence",
    ],
};

const NAMES: Format = Format {
    name: "emoMusic table of songs",
    delimiter: b',',
    required: &["song_id", "artist", "song title"],
};

/// Reads the ratings, then the songs.
pub(super) fn read(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let mut ratings: HashMap<String, Mood> = HashMap::new();
    let mut report = Report::default();
    let file = input.require(FILES[0], limits)?;
    table::read(file, &RATINGS, limits, &mut report, &mut |row| {
        ratings.insert(row.text("song_id")?.to_owned(), rating(row)?);
        Ok(())
    })?;
    // Rows of ratings are no songs yet; bad ones stay counted.
    report.rows = 0;
    let file = input.require(FILES[1], limits)?;
    table::read(file, &NAMES, limits, &mut report, &mut |row| {
        give(song(row, &ratings)?, each)
    })?;
    Ok(report)
}

fn rating(row: &Row<'_>) -> Result<Mood, String> {
    let point = (
        scaled(row.number("mean_valence")?, 1.0, 9.0),
        scaled(row.number("mean_arousal")?, 1.0, 9.0),
    );
    // The error of the mean, on the scale of the plane, which is four times narrower.
    let sd = |std: f64| (std.abs() / 4.0 / RATERS.sqrt()).max(LEAST_SD);
    let spread = (
        sd(row.number("std_valence")?),
        sd(row.number("std_arousal")?),
    );
    Ok(mood(point, spread, MoodOrigin::Ratings))
}

fn song(row: &Row<'_>, ratings: &HashMap<String, Mood>) -> Result<CatalogueRow, String> {
    let id = row.text("song_id")?;
    let mood = ratings.get(id).copied();
    Ok(CatalogueRow {
        item: Some(id.to_owned()),
        info: SongInfo {
            title: row.text("song title")?.to_owned(),
            artist: row.text("artist")?.to_owned(),
            genre: row.text_opt("genre").map(str::to_lowercase),
            mood: Some(mood.ok_or_else(|| format!("song {id} has no ratings"))?),
            ..SongInfo::default()
        },
        ..CatalogueRow::default()
    })
}
