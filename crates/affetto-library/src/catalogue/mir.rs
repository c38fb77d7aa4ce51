//! Catalogues of music information research: Deezer, PMEmo, TAFFC.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::input::Input;
use super::moods::{self, mood, scaled, squashed};
use super::table::{self, Format, Report, Row, give};
use super::tohoilam::read_array;
use super::{CatalogueRow, Limits};
use crate::{Error, MoodOrigin, SongInfo};

/// The parts of Deezer's set, under the names of its publishers and under ours.
pub(super) const DEEZER_FILES: &[&str] = &[
    "deezer_mood_train.csv",
    "deezer_mood_validation.csv",
    "deezer_mood_test.csv",
    "train.csv",
    "validation.csv",
    "test.csv",
];
pub(super) const PMEMO_FILE: &str = "pmemo_static_va_767.json";
pub(super) const TAFFC_FILE: &str = "panda_dataset_taffc_metadata.csv";

const DEEZER: Format = Format {
    name: "Deezer table of moods",
    delimiter: b',',
    required: &[
        "dzr_sng_id",
        "valence",
        "arousal",
        "artist_name",
        "track_name",
    ],
};

/// Songs placed by listeners' tags: z-scores, squashed to the plane.
pub(super) fn read_deezer(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut found = false;
    // One file given by its path is that file, whatever it is called.
    let one = matches!(input, Input::Path(path) if path.is_file());
    for name in DEEZER_FILES {
        if found && one {
            break;
        }
        let Some(file) = input.open(name, limits)? else {
            continue;
        };
        found = true;
        table::read(file, &DEEZER, limits, &mut report, &mut |row| {
            give(deezer_row(row)?, each)
        })?;
    }
    if !found {
        let names = "deezer_mood_train.csv or train.csv, or compressed as .zst";
        return Err(Error::not_found("file", names));
    }
    Ok(report)
}

fn deezer_row(row: &Row<'_>) -> Result<CatalogueRow, String> {
    let id = row.text("dzr_sng_id")?;
    let point = (
        squashed(row.number("valence")?),
        squashed(row.number("arousal")?),
    );
    let known = id.bytes().all(|byte| byte.is_ascii_digit());
    Ok(CatalogueRow {
        item: Some(id.to_owned()),
        info: SongInfo {
            title: row.text("track_name")?.to_owned(),
            artist: row.text("artist_name")?.to_owned(),
            link: known.then(|| format!("https://www.deezer.com/track/{id}")),
            mood: Some(mood(point, moods::DEEZER, MoodOrigin::Tags)),
            ..SongInfo::default()
        },
        ..CatalogueRow::default()
    })
}

/// A song of PMEmo; ratings in 0..=1.
#[derive(Deserialize)]
struct Pmemo {
    id: u64,
    title: String,
    artist: String,
    v: f64,
    a: f64,
}

/// Songs that listeners rated in a study.
pub(super) fn read_pmemo(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let file = input.require(PMEMO_FILE, limits)?;
    read_array(file, "PMEmo list of songs", limits, &mut |song: Pmemo| {
        let point = (scaled(song.v, 0.0, 1.0), scaled(song.a, 0.0, 1.0));
        let row = CatalogueRow {
            item: Some(song.id.to_string()),
            info: SongInfo {
                title: song.title.trim().to_owned(),
                artist: song.artist.trim().to_owned(),
                mood: Some(mood(point, moods::RATED, MoodOrigin::Ratings)),
                ..SongInfo::default()
            },
            ..CatalogueRow::default()
        };
        give(row, each)
    })
}

const TAFFC: Format = Format {
    name: "TAFFC table of songs",
    delimiter: b',',
    required: &["song", "artist", "title", "quadrant"],
};

/// Clips by quadrant.
pub(super) fn read_taffc(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let centers: BTreeMap<&str, (f64, f64)> = [
        ("Q1", (0.5, 0.5)),
        ("Q2", (-0.5, 0.5)),
        ("Q3", (-0.5, -0.5)),
        ("Q4", (0.5, -0.5)),
    ]
    .into();
    let mut report = Report::default();
    let file = input.require(TAFFC_FILE, limits)?;
    table::read(file, &TAFFC, limits, &mut report, &mut |row| {
        let quadrant = row.text("quadrant")?;
        let center = centers.get(quadrant);
        let center = center.ok_or_else(|| format!("quadrant is \"{quadrant}\", not Q1 to Q4"))?;
        let genres = row.text_opt("genresstr").unwrap_or_default();
        let genre = genres
            .split(',')
            .next()
            .map(|genre| genre.trim().to_lowercase());
        let song = CatalogueRow {
            item: Some(row.text("song")?.to_owned()),
            info: SongInfo {
                title: row.text("title")?.to_owned(),
                artist: row.text("artist")?.to_owned(),
                genre: genre.filter(|genre| !genre.is_empty()),
                mood: Some(mood(*center, moods::QUADRANT, MoodOrigin::Tags)),
                ..SongInfo::default()
            },
            label: Some(quadrant.to_owned()),
            ..CatalogueRow::default()
        };
        give(song, each)
    })?;
    Ok(report)
}
