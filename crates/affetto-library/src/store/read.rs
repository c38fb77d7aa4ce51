//! Reading songs: one, a page of a search, all of them in turn.

use affetto_affect::Quadrant;

use super::sql::{Row, Tx, Value, params, unreadable};
use super::types::{Facets, Page, Playable, Search, Source, SourceKind, SourceSummary};
use crate::names::fold;
use crate::{Error, Features, Mood, MoodOrigin, Song, SongId, SongInfo, Sound};

/// How many songs are read in one step when all are read.
const STEP: i64 = 2000;
/// Longest page of a search.
const MAX_PAGE: u64 = 1000;
/// How many words of a search count.
const MAX_WORDS: usize = 8;

/// Origins of moods by their stored numbers.
const ORIGINS: [MoodOrigin; 5] = [
    MoodOrigin::Listener,
    MoodOrigin::Ratings,
    MoodOrigin::Sound,
    MoodOrigin::Tags,
    MoodOrigin::Features,
];

macro_rules! song_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, title, artist, album, year, genre, duration_s, path, link, valence, ",
            "arousal, valence_sd, arousal_sd, mood_origin, tempo_bpm, tonic, major, ",
            "loudness_lufs, words, features FROM song ",
            $rest
        )
    };
}

/// The stored number of a quadrant, in 0..4.
pub(super) fn quadrant_number(quadrant: Quadrant) -> i64 {
    quadrant as i64
}

/// The kind of a source by its stored number.
pub(super) fn source_kind(row: &Row) -> Result<SourceKind, Error> {
    by_number(row, "kind", &SourceKind::ALL)?.ok_or_else(|| unreadable("kind", "it is empty"))
}

/// A value by its stored position in a list.
fn by_number<T: Copy>(row: &Row, column: &str, all: &[T]) -> Result<Option<T>, Error> {
    let Some(number) = row.small::<usize>(column)? else {
        return Ok(None);
    };
    let value = all.get(number).copied();
    value
        .map(Some)
        .ok_or_else(|| unreadable(column, format!("it is {number}")))
}

/// A value that is stored within a text.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// The songs of rows with a column of that name.
pub(super) fn ids(rows: &[Row]) -> Result<Vec<SongId>, Error> {
    rows.iter().map(|row| row.int("song").map(SongId)).collect()
}

/// A song by its number.
pub(super) async fn song(tx: &mut Tx, id: SongId) -> Result<Option<Song>, Error> {
    let sql = song_columns!("WHERE id = $1");
    let rows = tx.rows(sql, params![id.0]).await?;
    Ok(with_sources(tx, &rows).await?.pop())
}

/// Fails with [`Error::NotFound`] when a song is not there.
pub(super) async fn require_song(tx: &mut Tx, id: SongId) -> Result<(), Error> {
    let row = tx.row("SELECT id FROM song WHERE id = $1", params![id.0]);
    match row.await? {
        Some(_) => Ok(()),
        None => Err(Error::not_found("song", id)),
    }
}

/// Songs of rows, each with the sources that name it.
async fn with_sources(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Song>, Error> {
    let mut songs: Vec<Song> = rows.iter().map(song_of_row).collect::<Result<_, _>>()?;
    for song in &mut songs {
        let sql = "SELECT DISTINCT source FROM said WHERE song = $1 ORDER BY source";
        let rows = tx.rows(sql, params![song.id.0]).await?;
        song.sources = rows
            .iter()
            .map(|row| row.text("source"))
            .collect::<Result<_, _>>()?;
        song.sources.sort_unstable();
    }
    Ok(songs)
}

fn song_of_row(row: &Row) -> Result<Song, Error> {
    let words = row.text_opt("words")?;
    let info = SongInfo {
        title: row.text("title")?,
        artist: row.text("artist")?,
        album: row.text_opt("album")?,
        year: row.small("year")?,
        genre: row.text_opt("genre")?,
        duration_s: row.real_opt("duration_s")?,
        path: row.text_opt("path")?.map(Into::into),
        link: row.text_opt("link")?,
        mood: mood_of_row(row)?,
        sound: sound_of_row(row)?,
        words: words.map(|text| parsed("words", &text)).transpose()?,
    };
    Ok(Song {
        id: SongId(row.int("id")?),
        info,
        sources: Vec::new(),
    })
}

fn mood_of_row(row: &Row) -> Result<Option<Mood>, Error> {
    let Some(origin) = by_number(row, "mood_origin", &ORIGINS)? else {
        return Ok(None);
    };
    Ok(Some(Mood {
        valence: row.real("valence")?,
        arousal: row.real("arousal")?,
        valence_sd: row.real("valence_sd")?,
        arousal_sd: row.real("arousal_sd")?,
        origin,
    }))
}

fn sound_of_row(row: &Row) -> Result<Option<Sound>, Error> {
    let (Some(tempo), Some(tonic)) = (row.real_opt("tempo_bpm")?, row.small("tonic")?) else {
        return Ok(None);
    };
    Ok(Some(Sound {
        tempo_bpm: tempo as f32,
        tonic,
        major: row.int("major")? != 0,
        loudness_lufs: row.real("loudness_lufs")? as f32,
    }))
}

/// Conditions on a song: eight patterns of words, genre, quadrant, playable, source. What is not
/// asked is NULL, or `%` for a word.
macro_rules! matching {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "WHERE search LIKE $1 AND search LIKE $2 AND search LIKE $3 AND search LIKE $4 ",
            "AND search LIKE $5 AND search LIKE $6 AND search LIKE $7 AND search LIKE $8 ",
            "AND (CAST($9 AS TEXT) IS NULL OR genre = $9) ",
            "AND (CAST($10 AS BIGINT) IS NULL OR quadrant = $10) ",
            "AND (CAST($11 AS BIGINT) IS NULL OR path IS NOT NULL) ",
            "AND (CAST($12 AS TEXT) IS NULL OR EXISTS ",
            "(SELECT 1 FROM said WHERE said.song = song.id AND said.source = $12)) ",
            $after
        )
    };
}

fn search_values(search: &Search) -> Vec<Value> {
    let text = fold(&search.text);
    // Folded words are letters and digits, so none is a pattern of its own.
    let words = text.split(' ').filter(|word| !word.is_empty());
    let mut patterns: Vec<String> = words
        .map(|word| format!("%{word}%"))
        .take(MAX_WORDS)
        .collect();
    patterns.resize(MAX_WORDS, "%".to_owned());
    let mut values: Vec<Value> = patterns.into_iter().map(Value::from).collect();
    values.extend(params![
        search.genre.as_deref(),
        search.quadrant.map(quadrant_number),
        (search.playable == Playable::Only).then_some(1_i64),
        search.source.as_deref(),
    ]);
    values
}

/// A page of the songs that a search finds.
pub(super) async fn search(tx: &mut Tx, search: &Search) -> Result<Page, Error> {
    let count = matching!("SELECT COUNT(*) AS n FROM song ", "");
    let total = tx.one(count, search_values(search)).await?.count("n")?;
    let sql = matching!(
        "SELECT id, title, artist, album, year, genre, duration_s, path, link, valence, arousal, \
         valence_sd, arousal_sd, mood_origin, tempo_bpm, tonic, major, loudness_lufs, words, \
         features FROM song ",
        "ORDER BY sort, id LIMIT $13 OFFSET $14"
    );
    let mut values = search_values(search);
    let offset = i64::try_from(search.offset).unwrap_or(i64::MAX);
    let limit = i64::try_from(search.limit.min(MAX_PAGE)).unwrap_or_default();
    values.extend(params![limit, offset]);
    let rows = tx.rows(sql, values).await?;
    let songs = with_sources(tx, &rows).await?;
    Ok(Page { songs, total })
}

/// How many songs there are of each kind.
pub(super) async fn facets(tx: &mut Tx) -> Result<Facets, Error> {
    let sql = "SELECT COUNT(*) AS songs, COUNT(path) AS playable FROM song";
    let row = tx.one(sql, params![]).await?;
    let mut facets = Facets {
        songs: row.count("songs")?,
        playable: row.count("playable")?,
        ..Facets::default()
    };
    let sql = "SELECT quadrant, COUNT(*) AS n FROM song WHERE quadrant IS NOT NULL \
               GROUP BY quadrant";
    for row in tx.rows(sql, params![]).await? {
        let number = row.small::<usize>("quadrant")?.unwrap_or_default();
        if let Some(count) = facets.quadrants.get_mut(number) {
            *count = row.count("n")?;
        }
    }
    let sql = "SELECT genre, COUNT(*) AS n FROM song WHERE genre IS NOT NULL \
               GROUP BY genre ORDER BY n DESC, genre LIMIT 200";
    for row in tx.rows(sql, params![]).await? {
        facets.genres.push((row.text("genre")?, row.count("n")?));
    }
    Ok(facets)
}

/// The sources by name.
pub(super) async fn sources(tx: &mut Tx) -> Result<Vec<SourceSummary>, Error> {
    let sql = "SELECT name, kind, (SELECT COUNT(DISTINCT song) FROM said \
               WHERE said.source = source.name) AS songs FROM source ORDER BY name";
    let rows = tx.rows(sql, params![]).await?;
    rows.iter()
        .map(|row| {
            Ok(SourceSummary {
                source: Source::new(row.text("name")?, source_kind(row)?),
                songs: row.count("songs")?,
            })
        })
        .collect()
}

/// Shows every song; how many.
pub(super) async fn for_each_song(
    tx: &mut Tx,
    visit: &mut (dyn FnMut(Song) + Send),
) -> Result<u64, Error> {
    let mut shown = 0;
    let mut after = i64::MIN;
    loop {
        let sql = song_columns!("WHERE id > $1 ORDER BY id LIMIT $2");
        let rows = tx.rows(sql, params![after, STEP]).await?;
        let songs = step(tx, &rows, after).await?;
        let Some(last) = songs.last() else {
            return Ok(shown);
        };
        after = last.id.0;
        for song in songs {
            shown += 1;
            visit(song);
        }
    }
}

/// Shows every song that has features; how many.
pub(super) async fn for_each_features(
    tx: &mut Tx,
    visit: &mut (dyn FnMut(Song, Features) + Send),
) -> Result<u64, Error> {
    let mut shown = 0;
    let mut after = i64::MIN;
    loop {
        let sql = song_columns!("WHERE id > $1 AND features IS NOT NULL ORDER BY id LIMIT $2");
        let rows = tx.rows(sql, params![after, STEP]).await?;
        let songs = step(tx, &rows, after).await?;
        let Some(last) = songs.last() else {
            return Ok(shown);
        };
        after = last.id.0;
        for (song, row) in songs.into_iter().zip(&rows) {
            shown += 1;
            visit(song, parsed("features", &row.text("features")?)?);
        }
    }
}

/// The songs of one step with their sources, read by one statement.
async fn step(tx: &mut Tx, rows: &[Row], after: i64) -> Result<Vec<Song>, Error> {
    let mut songs: Vec<Song> = rows.iter().map(song_of_row).collect::<Result<_, _>>()?;
    let last = songs.last().map_or(after, |song| song.id.0);
    let sql = "SELECT DISTINCT song, source FROM said WHERE song > $1 AND song <= $2";
    for row in tx.rows(sql, params![after, last]).await? {
        let id = SongId(row.int("song")?);
        if let Ok(i) = songs.binary_search_by_key(&id, |song| song.id) {
            songs[i].sources.push(row.text("source")?);
        }
    }
    for song in &mut songs {
        song.sources.sort_unstable();
    }
    Ok(songs)
}
