//! Writing what sources say, and keeping one record a song.

use super::files;
use super::read;
use super::sql::{Row, Tx, Value, params};
use super::types::{Entry, Source, Upserted};
use crate::merge::{Said, merge};
use crate::names::{fold, limited, match_keys};
use crate::song::{path_text, required};
use crate::{Error, Features, Mood, MoodOrigin, SongId, SongInfo};

/// How far one rating by hand is from what the same person says another day, as a standard
/// deviation: our assumption, an eighth of the scale. Several listeners' ratings are averaged.
const LABEL_SD: f64 = 0.25;

/// How many songs of a source are forgotten in one step.
const REMOVE_STEP: i64 = 500;

/// Writes records of a source.
pub(super) async fn upsert(
    tx: &mut Tx,
    source: &Source,
    entries: &[Entry],
) -> Result<Upserted, Error> {
    required("source", &source.name)?;
    let sql = "INSERT INTO source (name, kind) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    let kind = source.kind as i64;
    tx.run(sql, params![&source.name, kind]).await?;
    let mut done = Upserted::default();
    for entry in entries {
        let record = Record::new(source, entry)?;
        let (song, fresh) = write(tx, &record).await?;
        match fresh {
            Fresh::Added => done.added += 1,
            Fresh::Known => done.known += 1,
        }
        done.songs.push(song);
    }
    Ok(done)
}

/// Whether the library knew a song before.
#[derive(Clone, Copy)]
enum Fresh {
    Added,
    Known,
}

/// A checked entry with what it is found by.
struct Record<'a> {
    source: &'a Source,
    entry: &'a Entry,
    item: String,
    path: Option<&'a str>,
    keys: Vec<String>,
}

impl<'a> Record<'a> {
    fn new(source: &'a Source, entry: &'a Entry) -> Result<Self, Error> {
        let info = &entry.info;
        info.validate()?;
        let path = info.path.as_deref().map(path_text).transpose()?;
        if let Some(file) = &entry.file {
            files::check(file)?;
            if info.path.as_ref() != Some(&file.path) {
                let actual = file.path.display();
                return Err(Error::field("path", "the same in song and file", actual));
            }
        }
        let item = match (&entry.item, path) {
            (Some(item), _) => item.clone(),
            (None, Some(path)) => path.to_owned(),
            (None, None) => limited(format!("{}\t{}", info.artist, info.title)),
        };
        if item.is_empty() || item.len() > 2048 || item.contains('\0') {
            return Err(Error::field("item", "1 to 2048 bytes without NUL", item));
        }
        Ok(Self {
            source,
            entry,
            item,
            path,
            keys: match_keys(&info.artist, &info.title),
        })
    }

    fn fingerprint(&self) -> Option<i64> {
        self.entry.file.as_ref().and_then(|file| file.fingerprint)
    }
}

/// Where a record may belong, by what it is found.
struct Candidates {
    by_id: Option<SongId>,
    by_name: Option<SongId>,
    before: Option<SongId>,
    /// Whether nobody but this record names the song it was about before.
    alone: bool,
    by_path: Option<SongId>,
    by_sound: Option<SongId>,
}

const FIND: &str = "SELECT \
     (SELECT id FROM song WHERE id = $1) AS by_id, \
     (SELECT song FROM name WHERE key = $2) AS by_name, \
     (SELECT song FROM name WHERE key = $3) AS by_first_artist, \
     (SELECT song FROM said WHERE source = $4 AND item = $5) AS before, \
     (SELECT COUNT(*) FROM said WHERE song = \
         (SELECT song FROM said WHERE source = $4 AND item = $5)) AS voices, \
     (SELECT song FROM file WHERE path = $6) AS by_path, \
     (SELECT MIN(song) FROM file WHERE fingerprint = $7 AND path <> $6) AS by_sound";

async fn candidates(tx: &mut Tx, record: &Record<'_>) -> Result<Candidates, Error> {
    let values = params![
        record.entry.song.map(|song| song.0),
        record.keys.first(),
        record.keys.get(1),
        &record.source.name,
        &record.item,
        record.path,
        record.fingerprint(),
    ];
    let row = tx.one(FIND, values).await?;
    let song = |column| row.int_opt(column).map(|id| id.map(SongId));
    Ok(Candidates {
        by_id: song("by_id")?,
        by_name: song("by_name")?.or(song("by_first_artist")?),
        before: song("before")?,
        alone: row.int("voices")? == 1,
        by_path: song("by_path")?,
        by_sound: song("by_sound")?,
    })
}

impl Candidates {
    /// The song of a record: the one it names, else one of the same name; else a renamed record
    /// keeps its song when it alone spoke of it, else path and sound decide.
    fn song(&self) -> Option<SongId> {
        let renamed = self.before.filter(|_| self.alone);
        let by_path = self.by_path.filter(|_| self.before.is_none());
        (self.by_id.or(self.by_name))
            .or(renamed)
            .or(by_path)
            .or(self.by_sound)
    }
}

async fn write(tx: &mut Tx, record: &Record<'_>) -> Result<(SongId, Fresh), Error> {
    let found = candidates(tx, record).await?;
    if let (Some(wanted), None) = (record.entry.song, found.by_id) {
        return Err(Error::not_found("song", wanted));
    }
    let known = found.song();
    let song = match known {
        Some(song) => song,
        None => add_song(tx, &record.entry.info, record.entry.features).await?,
    };
    write_said(tx, record, song).await?;
    if let Some(file) = &record.entry.file {
        files::write(tx, file, Some(song)).await?;
    }
    if known.is_some() {
        refresh(tx, song).await?;
    } else {
        add_names(tx, song, &record.keys).await?;
    }
    if let Some(before) = found.before.filter(|before| *before != song) {
        refresh(tx, before).await?;
    }
    let fresh = if known.is_some() {
        Fresh::Known
    } else {
        Fresh::Added
    };
    Ok((song, fresh))
}

async fn write_said(tx: &mut Tx, record: &Record<'_>, song: SongId) -> Result<(), Error> {
    let sql = "INSERT INTO said (source, item, song, path, info, features) \
               VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (source, item) DO UPDATE SET song = excluded.song, \
               path = excluded.path, info = excluded.info, features = excluded.features";
    let values = params![
        &record.source.name,
        &record.item,
        song.0,
        record.path,
        json(&record.entry.info)?,
        record.entry.features.as_ref().map(json).transpose()?,
    ];
    tx.run(sql, values).await.map(drop)
}

/// A value as it is stored within a text.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    let text = serde_json::to_string(value);
    text.map_err(|error| super::sql::unreadable("value", error))
}

const ADD_SONG: &str = "INSERT INTO song (title, artist, album, year, genre, duration_s, path, \
     link, valence, arousal, valence_sd, arousal_sd, mood_origin, quadrant, tempo_bpm, tonic, \
     major, loudness_lufs, words, features, search, sort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
     $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) RETURNING id";

const CHANGE_SONG: &str = "UPDATE song SET title = $1, artist = $2, album = $3, year = $4, \
     genre = $5, duration_s = $6, path = $7, link = $8, valence = $9, arousal = $10, \
     valence_sd = $11, arousal_sd = $12, mood_origin = $13, quadrant = $14, tempo_bpm = $15, \
     tonic = $16, major = $17, loudness_lufs = $18, words = $19, features = $20, search = $21, \
     sort = $22 WHERE id = $23";

async fn add_song(
    tx: &mut Tx,
    info: &SongInfo,
    features: Option<Features>,
) -> Result<SongId, Error> {
    let values = song_values(info, features)?;
    Ok(SongId(tx.one(ADD_SONG, values).await?.int("id")?))
}

/// The columns of a song in the order of the statements above.
fn song_values(info: &SongInfo, features: Option<Features>) -> Result<Vec<Value>, Error> {
    let album = info.album.as_deref();
    let search = format!(
        "{} {} {}",
        info.title,
        info.artist,
        album.unwrap_or_default()
    );
    let sort = format!("{}\t{}", fold(&info.artist), fold(&info.title));
    let mood = info.mood.as_ref();
    let sound = info.sound.as_ref();
    Ok(params![
        &info.title,
        &info.artist,
        album,
        info.year,
        info.genre.as_deref(),
        info.duration_s,
        info.path.as_deref().map(path_text).transpose()?,
        info.link.as_deref(),
        mood.map(|m| m.valence),
        mood.map(|m| m.arousal),
        mood.map(|m| m.valence_sd),
        mood.map(|m| m.arousal_sd),
        mood.map(|m| m.origin as i64),
        mood.map(|m| read::quadrant_number(m.point().quadrant())),
        sound.map(|s| s.tempo_bpm),
        sound.map(|s| s.tonic),
        sound.map(|s| s.major),
        sound.map(|s| s.loudness_lufs),
        info.words.as_ref().map(json).transpose()?,
        features.as_ref().map(json).transpose()?,
        fold(&search),
        limited(sort),
    ])
}

/// Makes the record of a song what its sources and labels say now. A song that nobody names any
/// more goes, unless a listener holds on to it; how many songs went.
pub(super) async fn refresh(tx: &mut Tx, song: SongId) -> Result<u64, Error> {
    let mut said = said(tx, song).await?;
    let rated = rated_mood(tx, song).await?;
    let Some((info, features)) = merge(&mut said, rated) else {
        return drop_unnamed(tx, song).await;
    };
    let mut values = song_values(&info, features)?;
    values.push(Value::from(song.0));
    tx.run(CHANGE_SONG, values).await?;
    let keys: Vec<String> = said
        .iter()
        .flat_map(|said| match_keys(&said.info.artist, &said.info.title))
        .collect();
    drop_stale_names(tx, song, &keys).await?;
    add_names(tx, song, &keys).await?;
    Ok(0)
}

/// Everything that is said of a song.
async fn said(tx: &mut Tx, song: SongId) -> Result<Vec<Said>, Error> {
    let sql = "SELECT said.source, source.kind, said.item, said.info, said.features \
               FROM said JOIN source ON source.name = said.source WHERE said.song = $1";
    let rows = tx.rows(sql, params![song.0]).await?;
    rows.iter().map(said_of_row).collect()
}

fn said_of_row(row: &Row) -> Result<Said, Error> {
    let features = row.text_opt("features")?;
    Ok(Said {
        kind: read::source_kind(row)?,
        source: row.text("source")?,
        item: row.text("item")?,
        info: read::parsed("info", &row.text("info")?)?,
        features: features
            .map(|text| read::parsed("features", &text))
            .transpose()?,
    })
}

/// The mean of all labels of a song.
async fn rated_mood(tx: &mut Tx, song: SongId) -> Result<Option<Mood>, Error> {
    let sql = "SELECT AVG(valence) AS valence, AVG(arousal) AS arousal, COUNT(*) AS n \
               FROM label WHERE song = $1";
    let row = tx.one(sql, params![song.0]).await?;
    let (Some(valence), Some(arousal)) = (row.real_opt("valence")?, row.real_opt("arousal")?)
    else {
        return Ok(None);
    };
    let raters = f64::from(row.small::<u32>("n")?.unwrap_or(1).max(1));
    let sd = LABEL_SD / raters.sqrt();
    Ok(Some(Mood {
        valence,
        arousal,
        valence_sd: sd,
        arousal_sd: sd,
        origin: MoodOrigin::Listener,
    }))
}

/// Adds names of a song; one that another song bears stays with that.
async fn add_names(tx: &mut Tx, song: SongId, keys: &[String]) -> Result<(), Error> {
    let sql = "INSERT INTO name (key, song) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    for key in keys {
        tx.run(sql, params![key, song.0]).await?;
    }
    Ok(())
}

async fn drop_stale_names(tx: &mut Tx, song: SongId, keys: &[String]) -> Result<(), Error> {
    let sql = "SELECT key FROM name WHERE song = $1";
    for row in tx.rows(sql, params![song.0]).await? {
        let key = row.text("key")?;
        if !keys.contains(&key) {
            let sql = "DELETE FROM name WHERE key = $1";
            tx.run(sql, params![key]).await?;
        }
    }
    Ok(())
}

const DROP_UNNAMED: &str = "DELETE FROM song WHERE id = $1 \
     AND NOT EXISTS (SELECT 1 FROM said WHERE song = $1) \
     AND NOT EXISTS (SELECT 1 FROM feedback WHERE song = $1) \
     AND NOT EXISTS (SELECT 1 FROM label WHERE song = $1) \
     AND NOT EXISTS (SELECT 1 FROM playlist_song WHERE song = $1)";

/// Removes a song that no source names, unless a listener holds on to it: then only its sound is
/// gone. How many songs went.
async fn drop_unnamed(tx: &mut Tx, song: SongId) -> Result<u64, Error> {
    let gone = tx.run(DROP_UNNAMED, params![song.0]).await?;
    if gone == 0 {
        let sql = "UPDATE song SET path = NULL WHERE id = $1";
        tx.run(sql, params![song.0]).await?;
    }
    Ok(gone)
}

/// Forgets a source; how many songs went.
pub(super) async fn remove_source(tx: &mut Tx, name: &str) -> Result<u64, Error> {
    let mut gone = 0;
    loop {
        let sql = "SELECT DISTINCT song FROM said WHERE source = $1 ORDER BY song LIMIT $2";
        let songs = read::ids(&tx.rows(sql, params![name, REMOVE_STEP]).await?)?;
        let Some(last) = songs.last() else {
            break;
        };
        forget_files_of(tx, name, *last).await?;
        let sql = "DELETE FROM said WHERE source = $1 AND song <= $2";
        tx.run(sql, params![name, last.0]).await?;
        for song in songs {
            gone += refresh(tx, song).await?;
        }
    }
    let sql = "DELETE FROM source WHERE name = $1";
    tx.run(sql, params![name]).await?;
    Ok(gone)
}

/// Forgets the files that only this source speaks of, up to a song.
async fn forget_files_of(tx: &mut Tx, name: &str, last: SongId) -> Result<(), Error> {
    let sql = "DELETE FROM file WHERE path IN \
               (SELECT path FROM said WHERE source = $1 AND song <= $2) \
               AND NOT EXISTS (SELECT 1 FROM said WHERE path = file.path AND source <> $1)";
    tx.run(sql, params![name, last.0]).await.map(drop)
}

/// Forgets what was said because of a file, and the file; how many songs went.
pub(super) async fn forget_path(tx: &mut Tx, path: &str) -> Result<u64, Error> {
    let sql = "SELECT DISTINCT song FROM said WHERE path = $1";
    let songs = read::ids(&tx.rows(sql, params![path]).await?)?;
    for sql in [
        "DELETE FROM said WHERE path = $1",
        "DELETE FROM file WHERE path = $1",
    ] {
        tx.run(sql, params![path]).await?;
    }
    let mut gone = 0;
    for song in songs {
        gone += refresh(tx, song).await?;
    }
    Ok(gone)
}
