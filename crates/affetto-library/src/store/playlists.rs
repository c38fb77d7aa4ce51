//! Ordered lists of songs with a name.

use super::read;
use super::sql::{Tx, params};
use super::types::{MAX_PLAYLIST_SONGS, Playlist, PlaylistSummary, check_listener};
use super::upsert;
use crate::song::required;
use crate::{Error, SongId};

/// Writes a playlist, in place of the one of the same name.
pub(super) async fn save(tx: &mut Tx, playlist: &Playlist) -> Result<(), Error> {
    check_listener(&playlist.listener)?;
    required("name", &playlist.name)?;
    let count = playlist.songs.len();
    if count > MAX_PLAYLIST_SONGS {
        return Err(Error::field("songs", "at most 100000", count));
    }
    let sql = "INSERT INTO playlist (listener, name, unix_s) VALUES ($1, $2, $3) \
               ON CONFLICT (listener, name) DO UPDATE SET unix_s = excluded.unix_s RETURNING id";
    let values = params![&playlist.listener, &playlist.name, playlist.unix_s];
    let id = tx.one(sql, values).await?.int("id")?;
    let sql = "DELETE FROM playlist_song WHERE playlist = $1";
    tx.run(sql, params![id]).await?;
    let sql = "INSERT INTO playlist_song (playlist, position, song) VALUES ($1, $2, $3)";
    for (position, song) in (0_i64..).zip(&playlist.songs) {
        read::require_song(tx, *song).await?;
        tx.run(sql, params![id, position, song.0]).await?;
    }
    Ok(())
}

/// A playlist by its name.
pub(super) async fn playlist(
    tx: &mut Tx,
    listener: &str,
    name: &str,
) -> Result<Option<Playlist>, Error> {
    let sql = "SELECT id, unix_s FROM playlist WHERE listener = $1 AND name = $2";
    let Some(row) = tx.row(sql, params![listener, name]).await? else {
        return Ok(None);
    };
    let sql = "SELECT song FROM playlist_song WHERE playlist = $1 ORDER BY position";
    let songs = read::ids(&tx.rows(sql, params![row.int("id")?]).await?)?;
    Ok(Some(Playlist {
        listener: listener.to_owned(),
        name: name.to_owned(),
        unix_s: row.int("unix_s")?,
        songs,
    }))
}

/// The playlists of a listener by name.
pub(super) async fn list(tx: &mut Tx, listener: &str) -> Result<Vec<PlaylistSummary>, Error> {
    let sql = "SELECT name, unix_s, (SELECT COUNT(*) FROM playlist_song \
               WHERE playlist = playlist.id) AS songs FROM playlist WHERE listener = $1 \
               ORDER BY name";
    let rows = tx.rows(sql, params![listener]).await?;
    rows.iter()
        .map(|row| {
            Ok(PlaylistSummary {
                name: row.text("name")?,
                unix_s: row.int("unix_s")?,
                songs: row.count("songs")?,
            })
        })
        .collect()
}

/// Removes a playlist, and songs that nothing else kept.
pub(super) async fn remove(tx: &mut Tx, listener: &str, name: &str) -> Result<(), Error> {
    let songs: Vec<SongId> = match playlist(tx, listener, name).await? {
        Some(playlist) => playlist.songs,
        None => return Err(Error::not_found("playlist", name)),
    };
    let sql = "DELETE FROM playlist WHERE listener = $1 AND name = $2";
    tx.run(sql, params![listener, name]).await?;
    for song in songs {
        upsert::refresh(tx, song).await?;
    }
    Ok(())
}
