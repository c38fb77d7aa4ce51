//! A table of songs that anybody can write.

use affetto_affect::{Affect, Quadrant};

use super::input::Input;
use super::moods::{self, QUADRANT, RATED, mood};
use super::spotify::features;
use super::table::{self, Format, Report, Row, give};
use super::tags::tag_label;
use super::{CatalogueRow, Limits};
use crate::error::shown;
use crate::{Error, Mood, MoodOrigin, SongInfo};

const CSV: Format = Format {
    name: "table of songs",
    delimiter: b',',
    required: &["title", "artist"],
};

/// Reads a CSV in UTF-8 with the names of its columns in the first row, in any order:
///
/// | column | meaning |
/// |---|---|
/// | `title`, `artist` | must be there |
/// | `valence`, `arousal` | a rating in −1..=1, both or none |
/// | `valence_sd`, `arousal_sd` | how sure that is, above 0; by default 0.2 |
/// | `mood` | instead: a quadrant (`happiness`, `anger`, `sadness`, `calmness`, `Q1` to `Q4`) or an emotion word such as `melancholic`, see [`super::tag_labels`] |
/// | `album`, `year`, `genre`, `link` | as in [`SongInfo`] |
/// | `duration` | seconds, or `m:ss`, or `h:mm:ss` |
/// | `lyrics` | the text, quoted where it has line ends |
/// | `danceability`, `energy`, `tempo`, … | the features of [`crate::Features`] under Spotify's names; its `valence` cannot be given, that name is the rating |
/// | `id` | the table's own name of the song |
///
/// # Errors
/// As [`super::Catalogue::read`].
pub fn read_csv(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let mut report = Report::default();
    let file = input.require("songs.csv", limits)?;
    table::read(file, &CSV, limits, &mut report, &mut |row| {
        give(song(row)?, each)
    })?;
    Ok(report)
}

fn song(row: &Row<'_>) -> Result<CatalogueRow, String> {
    let owned = |name| row.text_opt(name).map(str::to_owned);
    let features = features(row).map(|features| crate::Features {
        valence: None,
        ..features
    });
    Ok(CatalogueRow {
        item: owned("id"),
        info: SongInfo {
            title: row.text("title")?.to_owned(),
            artist: row.text("artist")?.to_owned(),
            album: owned("album"),
            year: row.year("year"),
            genre: row.text_opt("genre").map(str::to_lowercase),
            duration_s: row.text_opt("duration").map(duration_s).transpose()?,
            link: owned("link"),
            mood: placed(row)?,
            ..SongInfo::default()
        },
        features: features.filter(|features| !features.is_empty()),
        label: owned("mood"),
        lyrics: owned("lyrics"),
    })
}

/// The mood of a row, by numbers or by a word.
fn placed(row: &Row<'_>) -> Result<Option<Mood>, String> {
    match (row.number_opt("valence")?, row.number_opt("arousal")?) {
        (Some(valence), Some(arousal)) => {
            let spread = (
                row.number_opt("valence_sd")?.unwrap_or(RATED.0),
                row.number_opt("arousal_sd")?.unwrap_or(RATED.1),
            );
            Ok(Some(mood((valence, arousal), spread, MoodOrigin::Ratings)))
        }
        (None, None) => row.text_opt("mood").map(worded).transpose(),
        _ => Err("valence and arousal must both be given or both be empty".into()),
    }
}

fn worded(word: &str) -> Result<Mood, String> {
    if let Some(quadrant) = quadrant(word) {
        let center = center(quadrant);
        return Ok(mood((center.v(), center.a()), QUADRANT, MoodOrigin::Tags));
    }
    let label = tag_label(word);
    let label = label.ok_or_else(|| format!("mood is no known word: \"{}\"", shown(word)))?;
    Ok(moods::of_label(label))
}

/// A quadrant by its name or number.
fn quadrant(word: &str) -> Option<Quadrant> {
    let mut numbered = ["q1", "q2", "q3", "q4"].into_iter().zip(Quadrant::ALL);
    let word = word.to_lowercase();
    numbered
        .find(|(number, quadrant)| word == *number || word == quadrant.name())
        .map(|(_, quadrant)| quadrant)
}

fn center(quadrant: Quadrant) -> Affect {
    match quadrant {
        Quadrant::Happiness => Affect::clamped(0.5, 0.5),
        Quadrant::Anger => Affect::clamped(-0.5, 0.5),
        Quadrant::Sadness => Affect::clamped(-0.5, -0.5),
        Quadrant::Calmness => Affect::clamped(0.5, -0.5),
    }
}

/// Seconds, `m:ss` or `h:mm:ss`.
fn duration_s(text: &str) -> Result<f64, String> {
    let wrong = || format!("duration is neither seconds nor m:ss: \"{}\"", shown(text));
    let mut seconds = 0.0;
    for (i, part) in text.split(':').enumerate() {
        let part: f64 = part.trim().parse().map_err(|_| wrong())?;
        if i > 2 || part < 0.0 || !part.is_finite() {
            return Err(wrong());
        }
        seconds = seconds * 60.0 + part;
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<CatalogueRow>, Report) {
        let mut rows = Vec::new();
        let files = [("songs.csv", text.as_bytes())];
        let limits = Limits::default();
        let report = read_csv(&Input::Bytes(&files), &limits, &mut |row| rows.push(row));
        (rows, report.unwrap())
    }

    #[test]
    fn all_columns_are_read() {
        let (rows, report) = read(
            "Artist,title,valence,arousal,valence_sd,album,year,genre,duration,lyrics,link,energy,id\n\
             A,One,-0.5,0.25,0.1,B,1999-05-01,Jazz,3:05,\"la\n\nla\",https://example.org,0.5,x7\n",
        );
        assert_eq!(report.reasons, Vec::<String>::new());
        let row = &rows[0];
        let mood = row.info.mood.unwrap();
        assert_eq!(
            (mood.valence, mood.valence_sd, mood.arousal_sd),
            (-0.5, 0.1, 0.2)
        );
        assert_eq!(
            (row.info.year, row.info.duration_s),
            (Some(1999), Some(185.0))
        );
        assert_eq!(row.info.genre.as_deref(), Some("jazz"));
        assert_eq!(row.lyrics.as_deref(), Some("la\n\nla"));
        let features = row.features.unwrap();
        assert_eq!((features.energy, features.valence), (Some(0.5), None));
        assert_eq!(row.item.as_deref(), Some("x7"));
    }

    #[test]
    fn moods_may_be_words() {
        let (rows, report) =
            read("title,artist,mood\n1,A,Q3\n2,A,Calmness\n3,A,Melancholic\n4,A,\n5,A,purple\n");
        let quadrants: Vec<_> = rows
            .iter()
            .map(|row| row.info.mood.map(|mood| mood.point().quadrant()))
            .collect();
        let expected = [Quadrant::Sadness, Quadrant::Calmness, Quadrant::Sadness];
        assert_eq!(quadrants[..3], expected.map(Some));
        assert_eq!((quadrants[3], rows.len()), (None, 4));
        assert_eq!(report.reasons, ["row 5: mood is no known word: \"purple\""]);
    }

    #[test]
    fn wrong_values_are_counted() {
        for (fields, expected) in [
            (
                "One,A,0.5,,",
                "row 1: valence and arousal must both be given or both be empty",
            ),
            ("One,A,2,0,", "row 1: valence must be in -1..=1, but was 2"),
            ("One,A,inf,0,", "row 1: valence is no number: \"inf\""),
            (
                "One,A,,,soon",
                "row 1: duration is neither seconds nor m:ss: \"soon\"",
            ),
            (
                "One,A,,,1:2:3:4",
                "row 1: duration is neither seconds nor m:ss: \"1:2:3:4\"",
            ),
            (
                "One,A,,,0",
                "row 1: duration must be above 0 and finite, but was 0",
            ),
        ] {
            let (_, report) = read(&format!(
                "title,artist,valence,arousal,duration\n{fields}\n"
            ));
            assert_eq!(report.reasons, [expected], "{fields}");
        }
    }
}
