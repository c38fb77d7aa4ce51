//! Listening histories: who was heard when, as exports of Last.fm and ListenBrainz give it.

use super::Limits;
use super::input::Input;
use super::table::{self, Format, Report, Row};
use crate::Error;
use crate::error::shown;

/// One play of a song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Play {
    /// Artist as written.
    pub artist: String,
    /// Title as written.
    pub title: String,
    /// Album, where the history has it.
    pub album: Option<String>,
    /// When, in seconds of Unix time, where the history has it.
    pub unix_s: Option<i64>,
}

const HISTORY: Format = Format {
    name: "listening history",
    delimiter: b',',
    required: &["artist"],
};

/// Above this, a time is in milliseconds: as seconds it would be the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// Reads a CSV with the columns `artist`, one of `title`, `track`, `name`, `song`, and where there
/// are such `album` and one of `unix_s`, `uts`, `timestamp` (seconds or milliseconds of Unix time,
/// 0 or empty where it is not known). Other columns do not matter.
///
/// # Errors
/// As [`super::Catalogue::read`].
pub fn read_history(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(Play),
) -> Result<Report, Error> {
    let mut report = Report::default();
    let file = input.require("history.csv", limits)?;
    table::read(file, &HISTORY, limits, &mut report, &mut |row| {
        each(play(row)?);
        Ok(())
    })?;
    Ok(report)
}

fn play(row: &Row<'_>) -> Result<Play, String> {
    let titles = ["title", "track", "name", "song"];
    let title = titles.iter().find_map(|name| row.text_opt(name));
    let times = ["unix_s", "uts", "timestamp"];
    let time = times.iter().find_map(|name| row.text_opt(name));
    Ok(Play {
        artist: row.text("artist")?.to_owned(),
        title: title.ok_or("title is empty")?.to_owned(),
        album: row.text_opt("album").map(str::to_owned),
        unix_s: time.map(unix_s).transpose()?.flatten(),
    })
}

/// A time as a whole number; 0 is "not known".
fn unix_s(text: &str) -> Result<Option<i64>, String> {
    let time: i64 = text
        .parse()
        .map_err(|_| format!("the time is no whole number: \"{}\"", shown(text)))?;
    let seconds = if time.abs() >= MILLISECONDS {
        time / 1000
    } else {
        time
    };
    Ok((seconds != 0).then_some(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_of_several_programs_are_read() {
        let table = [
            (
                "uts,utc_time,artist,track,album\n1700000000,x,A,One,B\n",
                Some(1_700_000_000),
            ),
            (
                "artist,title,timestamp\nA,One,1700000000000\n",
                Some(1_700_000_000),
            ),
            ("Artist,Name,unix_s\nA,One,0\n", None),
            ("artist,song\nA,One\n", None),
        ];
        for (text, expected) in table {
            let files = [("history.csv", text.as_bytes())];
            let mut plays = Vec::new();
            let limits = Limits::default();
            let report = read_history(&Input::Bytes(&files), &limits, &mut |p| plays.push(p));
            assert_eq!(report.unwrap().rows, 1, "{text}");
            assert_eq!(
                (plays[0].title.as_str(), plays[0].unix_s),
                ("One", expected),
                "{text}"
            );
        }
    }

    #[test]
    fn bad_plays_are_counted() {
        let text = "artist,title,uts\nA,One,yesterday\n,Two,1\nA,,1\nA,One,5\n";
        let files = [("history.csv", text.as_bytes())];
        let limits = Limits::default();
        let report = read_history(&Input::Bytes(&files), &limits, &mut |_| {}).unwrap();
        assert_eq!((report.rows, report.bad), (1, 3));
        assert_eq!(
            report.reasons[0],
            "row 1: the time is no whole number: \"yesterday\""
        );
    }
}
