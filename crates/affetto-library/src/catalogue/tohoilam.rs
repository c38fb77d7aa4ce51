//! The list of songs of tohoilam's system, and lists in JSON as such.

use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::input::Input;
use super::moods::{self, mood};
use super::spotify::track_link;
use super::table::{Report, give};
use super::{CatalogueRow, Limits};
use crate::error::shown;
use crate::{Error, MoodOrigin, SongInfo};

/// Longest list in JSON: one element may be as long as the list, and is held as a whole.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// A song as the list writes it; fields beside these do not matter.
#[derive(Deserialize)]
struct Listed {
    spotify_id: String,
    song_name: String,
    artist: Vec<String>,
    /// A number, or the word "error" where the song was not found there.
    #[serde(default)]
    genius_id: serde_json::Value,
    #[serde(default)]
    genre: Vec<String>,
    audio: Predicted,
}

/// What the system predicted for its sound, in −1..=1.
#[derive(Deserialize)]
struct Predicted {
    valence: f64,
    arousal: f64,
}

/// Songs with predicted moods. They do not correlate with those of listeners, so they are kept as
/// the weakest of guesses.
pub(super) fn read(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let file = input.require("tohoilam_songs_4519.json", limits)?;
    read_array(
        file,
        "tohoilam list of songs",
        limits,
        &mut |song: Listed| give(row(song), each),
    )
}

fn row(song: Listed) -> CatalogueRow {
    let point = (song.audio.valence, song.audio.arousal);
    let item = match song.genius_id.as_u64() {
        Some(id) => format!("genius:{id}"),
        None => format!("spotify:{}", song.spotify_id),
    };
    CatalogueRow {
        item: Some(item),
        info: SongInfo {
            title: song.song_name.trim().to_owned(),
            artist: song.artist.join(", "),
            genre: song.genre.first().map(|genre| genre.to_lowercase()),
            link: track_link(&song.spotify_id),
            mood: Some(mood(point, moods::GUESSED, MoodOrigin::Features)),
            ..SongInfo::default()
        },
        ..CatalogueRow::default()
    }
}

/// Reads an array in JSON element by element; elements of another shape are counted as bad.
pub(super) fn read_array<T: DeserializeOwned>(
    source: Box<dyn Read + '_>,
    name: &'static str,
    limits: &Limits,
    each: &mut dyn FnMut(T) -> Result<(), String>,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let source = std::io::BufReader::new(source.take(MAX_JSON_BYTES));
    let mut json = serde_json::Deserializer::from_reader(source);
    let elements = Elements {
        report: &mut report,
        limits,
        each,
        element: PhantomData,
    };
    let read = elements.deserialize(&mut json).and_then(|()| json.end());
    report.check(limits)?;
    read.map_err(|error| Error::format(name, error))?;
    Ok(report)
}

/// Visits the elements of an array as they come.
struct Elements<'a, T> {
    report: &'a mut Report,
    limits: &'a Limits,
    each: &'a mut dyn FnMut(T) -> Result<(), String>,
    element: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Elements<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Elements<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of songs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(value) = elements.next_element::<serde_json::Value>()? {
            let parsed = serde_json::from_value(value).map_err(shown);
            self.report.count(parsed.and_then(&mut *self.each));
            self.report.check(self.limits).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
