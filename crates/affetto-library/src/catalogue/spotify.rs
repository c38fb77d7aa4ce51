//! Tables of Spotify tracks: features, and in one of them a word for the mood.

use affetto_affect::LabelSet;

use super::input::Input;
use super::moods;
use super::table::{self, Format, Report, Row, give};
use super::{CatalogueRow, Limits};
use crate::{Error, Features, SongInfo};

const MOODS: Format = Format {
    name: "table of Spotify moods",
    delimiter: b',',
    required: &["name", "artist", "id", "mood"],
};

/// 686 tracks with a mood of four and features.
pub(super) fn read_moods(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    read(input, "data_moods.csv", &MOODS, limits, each, moods_row)
}

fn moods_row(row: &Row<'_>) -> Result<CatalogueRow, String> {
    let set = LabelSet::SPOTIFY_MOODS;
    let word = row.text("mood")?;
    let label = set.index_of(word).map_err(|error| error.to_string())?;
    let label = &set.labels[label];
    let id = row.text("id")?;
    Ok(CatalogueRow {
        item: Some(id.to_owned()),
        info: SongInfo {
            title: row.text("name")?.to_owned(),
            artist: row.text("artist")?.to_owned(),
            album: row.text_opt("album").map(str::to_owned),
            year: row.year("release_date"),
            duration_s: duration_s(row, "length", 1000.0),
            link: track_link(id),
            mood: Some(moods::of_label(label)),
            ..SongInfo::default()
        },
        features: features(row),
        label: Some(label.name.to_owned()),
        ..CatalogueRow::default()
    })
}

const TOP_2000: Format = Format {
    name: "table of 2000 Spotify songs",
    delimiter: b',',
    required: &["title", "artist", "energy", "valence"],
};

/// Popular songs with features on scales of 0–100.
pub(super) fn read_2000(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    read(
        input,
        "spotify_2000.csv",
        &TOP_2000,
        limits,
        each,
        top_2000_row,
    )
}

fn top_2000_row(row: &Row<'_>) -> Result<CatalogueRow, String> {
    const PERCENT: f64 = 0.01;
    let features = Features {
        danceability: row.feature("danceability", PERCENT),
        energy: row.feature("energy", PERCENT),
        valence: row.feature("valence", PERCENT),
        tempo_bpm: row.feature("beats per minute (bpm)", 1.0),
        loudness_db: row.feature("loudness (db)", 1.0),
        acousticness: row.feature("acousticness", PERCENT),
        liveness: row.feature("liveness", PERCENT),
        speechiness: row.feature("speechiness", PERCENT),
        popularity: row.feature("popularity", 1.0),
        ..Features::default()
    };
    Ok(CatalogueRow {
        info: SongInfo {
            title: row.text("title")?.to_owned(),
            artist: row.text("artist")?.to_owned(),
            year: row.year("year"),
            genre: row.text_opt("top genre").map(str::to_lowercase),
            duration_s: duration_s(row, "length (duration)", 1.0),
            ..SongInfo::default()
        },
        features: Some(features.checked()),
        ..CatalogueRow::default()
    })
}

const TOP_HITS: Format = Format {
    name: "table of top hits",
    delimiter: b',',
    required: &["artist", "song", "energy", "valence"],
};

/// Hits of 2000 to 2019 with features.
pub(super) fn read_top_hits(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let name = "top_hits_spotify_2000_2019.csv";
    read(input, name, &TOP_HITS, limits, each, top_hits_row)
}

fn top_hits_row(row: &Row<'_>) -> Result<CatalogueRow, String> {
    // The table writes an empty set of genres as "set()".
    let genre = row.text_opt("genre").filter(|genre| *genre != "set()");
    let genre = genre.and_then(|all| all.split(',').next());
    Ok(CatalogueRow {
        info: SongInfo {
            title: row.text("song")?.to_owned(),
            artist: row.text("artist")?.to_owned(),
            year: row.year("year"),
            genre: genre.map(|genre| genre.trim().to_lowercase()),
            duration_s: duration_s(row, "duration_ms", 1000.0),
            ..SongInfo::default()
        },
        features: features(row),
        ..CatalogueRow::default()
    })
}

/// A table of one file, every row a song.
fn read(
    input: &Input<'_>,
    name: &str,
    format: &Format,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
    song: fn(&Row<'_>) -> Result<CatalogueRow, String>,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let file = input.require(name, limits)?;
    table::read(file, format, limits, &mut report, &mut |row| {
        give(song(row)?, each)
    })?;
    Ok(report)
}

/// Features under Spotify's own names; `None` when the table has none of them.
pub(super) fn features(row: &Row<'_>) -> Option<Features> {
    let features = Features {
        danceability: row.feature("danceability", 1.0),
        energy: row.feature("energy", 1.0),
        valence: row.feature("valence", 1.0),
        tempo_bpm: row.feature("tempo", 1.0),
        loudness_db: row.feature("loudness", 1.0),
        acousticness: row.feature("acousticness", 1.0),
        instrumentalness: row.feature("instrumentalness", 1.0),
        liveness: row.feature("liveness", 1.0),
        speechiness: row.feature("speechiness", 1.0),
        key: row.small("key"),
        mode: row.small("mode"),
        time_signature: row.small("time_signature"),
        popularity: row.feature("popularity", 1.0),
    };
    let features = features.checked();
    (!features.is_empty()).then_some(features)
}

/// A length in a unit of which so many make a second.
fn duration_s(row: &Row<'_>, name: &str, per_second: f64) -> Option<f64> {
    let length = row.number_opt(name).ok().flatten()?;
    (length > 0.0).then_some(length / per_second)
}

/// Where a track can be opened, if the text is a number of Spotify's.
pub(super) fn track_link(id: &str) -> Option<String> {
    let known = id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    known.then(|| format!("https://open.spotify.com/track/{id}"))
}
