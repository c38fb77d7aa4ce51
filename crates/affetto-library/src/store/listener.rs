//! What is stored about a person: taste and labels; all of it exported or erased at once.

use affetto_affect::Affect;
use serde::Serialize;

use super::feedback;
use super::playlists;
use super::read;
use super::sql::{Tx, params};
use super::types::{MoodLabel, Reaction, check_listener};
use super::upsert::{self, json};
use crate::{Error, SongId};

/// Longest list of labels at once.
const MAX_LISTED: u32 = 10_000;
/// Longest state of a taste.
const MAX_TASTE_BYTES: usize = 16 << 20;
/// How many reactions are read in one step of an export.
const STEP: u32 = 5000;

/// Stores what was learnt about a listener.
pub(super) async fn save_taste(
    tx: &mut Tx,
    listener: &str,
    state: &str,
    unix_s: i64,
) -> Result<(), Error> {
    check_listener(listener)?;
    if state.len() > MAX_TASTE_BYTES || state.contains('\0') {
        return Err(Error::field(
            "taste",
            "at most 16 MiB without NUL",
            state.len(),
        ));
    }
    let sql = "INSERT INTO taste (listener, state, unix_s) VALUES ($1, $2, $3) \
               ON CONFLICT (listener) DO UPDATE SET state = excluded.state, \
               unix_s = excluded.unix_s";
    tx.run(sql, params![listener, state, unix_s])
        .await
        .map(drop)
}

/// What was learnt about a listener.
pub(super) async fn taste(tx: &mut Tx, listener: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT state FROM taste WHERE listener = $1";
    let row = tx.row(sql, params![listener]).await?;
    row.map(|row| row.text("state")).transpose()
}

/// Places a song on the plane by hand.
pub(super) async fn set_label(tx: &mut Tx, label: &MoodLabel) -> Result<(), Error> {
    check_listener(&label.listener)?;
    read::require_song(tx, label.song).await?;
    let sql = "INSERT INTO label (listener, song, valence, arousal, unix_s) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (listener, song) DO UPDATE SET \
               valence = excluded.valence, arousal = excluded.arousal, unix_s = excluded.unix_s";
    let values = params![
        &label.listener,
        label.song.0,
        label.point.v(),
        label.point.a(),
        label.unix_s,
    ];
    tx.run(sql, values).await?;
    upsert::refresh(tx, label.song).await.map(drop)
}

/// Labels of songs after a song.
pub(super) async fn labels(
    tx: &mut Tx,
    after: Option<SongId>,
    limit: u32,
) -> Result<Vec<MoodLabel>, Error> {
    let sql = "SELECT listener, song, valence, arousal, unix_s FROM label WHERE song > $1 \
               ORDER BY song, listener LIMIT $2";
    let after = after.map_or(i64::MIN, |song| song.0);
    let rows = tx.rows(sql, params![after, limit.min(MAX_LISTED)]).await?;
    rows.iter()
        .map(|row| {
            Ok(MoodLabel {
                listener: row.text("listener")?,
                song: SongId(row.int("song")?),
                point: Affect::clamped(row.real("valence")?, row.real("arousal")?),
                unix_s: row.int("unix_s")?,
            })
        })
        .collect()
}

/// Everything about a listener.
#[derive(Serialize)]
struct Export<'a> {
    listener: &'a str,
    taste: Option<String>,
    feedback: Vec<ExportedFeedback>,
    labels: Vec<ExportedLabel>,
    playlists: Vec<ExportedPlaylist>,
}

#[derive(Serialize)]
struct ExportedSong {
    id: SongId,
    artist: String,
    title: String,
}

#[derive(Serialize)]
struct ExportedFeedback {
    song: ExportedSong,
    #[serde(flatten)]
    reaction: Reaction,
    unix_s: i64,
    context: Option<[f64; 2]>,
}

#[derive(Serialize)]
struct ExportedLabel {
    song: ExportedSong,
    valence: f64,
    arousal: f64,
    unix_s: i64,
}

#[derive(Serialize)]
struct ExportedPlaylist {
    name: String,
    unix_s: i64,
    songs: Vec<ExportedSong>,
}

/// Everything about a listener, as JSON.
pub(super) async fn export(tx: &mut Tx, listener: &str) -> Result<String, Error> {
    check_listener(listener)?;
    let export = Export {
        listener,
        taste: taste(tx, listener).await?,
        feedback: exported_feedback(tx, listener).await?,
        labels: exported_labels(tx, listener).await?,
        playlists: exported_playlists(tx, listener).await?,
    };
    json(&export)
}

async fn exported_song(tx: &mut Tx, id: SongId) -> Result<ExportedSong, Error> {
    let sql = "SELECT artist, title FROM song WHERE id = $1";
    let row = tx.one(sql, params![id.0]).await?;
    Ok(ExportedSong {
        id,
        artist: row.text("artist")?,
        title: row.text("title")?,
    })
}

async fn exported_feedback(tx: &mut Tx, listener: &str) -> Result<Vec<ExportedFeedback>, Error> {
    let mut all = Vec::new();
    let mut after = i64::MIN;
    loop {
        let events = feedback::list(tx, Some(listener), after, STEP).await?;
        let Some(last) = events.last() else {
            return Ok(all);
        };
        after = last.id;
        for event in events {
            let feedback = event.feedback;
            all.push(ExportedFeedback {
                song: exported_song(tx, feedback.song).await?,
                reaction: feedback.reaction,
                unix_s: feedback.unix_s,
                context: feedback.context.map(|point| [point.v(), point.a()]),
            });
        }
    }
}

async fn exported_labels(tx: &mut Tx, listener: &str) -> Result<Vec<ExportedLabel>, Error> {
    let sql = "SELECT song, valence, arousal, unix_s FROM label WHERE listener = $1 ORDER BY song";
    let mut all = Vec::new();
    for row in tx.rows(sql, params![listener]).await? {
        all.push(ExportedLabel {
            song: exported_song(tx, SongId(row.int("song")?)).await?,
            valence: row.real("valence")?,
            arousal: row.real("arousal")?,
            unix_s: row.int("unix_s")?,
        });
    }
    Ok(all)
}

async fn exported_playlists(tx: &mut Tx, listener: &str) -> Result<Vec<ExportedPlaylist>, Error> {
    let mut all = Vec::new();
    for summary in playlists::list(tx, listener).await? {
        let Some(playlist) = playlists::playlist(tx, listener, &summary.name).await? else {
            continue;
        };
        let mut songs = Vec::with_capacity(playlist.songs.len());
        for song in playlist.songs {
            songs.push(exported_song(tx, song).await?);
        }
        all.push(ExportedPlaylist {
            name: summary.name,
            unix_s: summary.unix_s,
            songs,
        });
    }
    Ok(all)
}

/// Erases everything about a listener, and songs that nothing else kept.
pub(super) async fn erase(tx: &mut Tx, listener: &str) -> Result<(), Error> {
    check_listener(listener)?;
    let sql = "SELECT song FROM feedback WHERE listener = $1 \
               UNION SELECT song FROM label WHERE listener = $1 \
               UNION SELECT song FROM playlist_song JOIN playlist ON playlist.id = playlist \
               WHERE listener = $1";
    let songs = read::ids(&tx.rows(sql, params![listener]).await?)?;
    for sql in [
        "DELETE FROM feedback WHERE listener = $1",
        "DELETE FROM label WHERE listener = $1",
        "DELETE FROM playlist WHERE listener = $1",
        "DELETE FROM taste WHERE listener = $1",
    ] {
        tx.run(sql, params![listener]).await?;
    }
    for song in songs {
        upsert::refresh(tx, song).await?;
    }
    Ok(())
}
