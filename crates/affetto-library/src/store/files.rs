//! Files: what was seen of them, how their analysis ended, what it measured.

use std::path::Path;

use super::sql::{Row, Tx, params, unreadable};
use super::types::{Descriptors, FileRecord, FileState, KnownFile, MAX_DESCRIPTORS};
use super::upsert;
use crate::song::path_text;
use crate::{Error, SongId};

/// Longest list of files at once.
const MAX_LISTED: u32 = 10_000;
/// How many vectors are read in one step when all are read.
const STEP: i64 = 2000;

/// Checks the ranges of a file's record.
pub(super) fn check(file: &FileRecord) -> Result<(), Error> {
    path_text(&file.path)?;
    let values = file.descriptors.as_ref().map_or(0, |d| d.values.len());
    if values > MAX_DESCRIPTORS {
        return Err(Error::field("descriptors", "at most 4096 values", values));
    }
    if i64::try_from(file.size).is_err() {
        return Err(Error::field("size", "below 2^63 bytes", file.size));
    }
    Ok(())
}

const WRITE: &str = "INSERT INTO file (path, song, size, modified_unix_ms, fingerprint, failure, \
     analysis_version, descriptors_version, descriptors) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (path) DO UPDATE SET song = COALESCE(excluded.song, file.song), \
     size = excluded.size, modified_unix_ms = excluded.modified_unix_ms, \
     fingerprint = excluded.fingerprint, failure = excluded.failure, \
     analysis_version = excluded.analysis_version, \
     descriptors_version = excluded.descriptors_version, descriptors = excluded.descriptors";

/// Writes a file; without a song, the one it has stays.
pub(super) async fn write(
    tx: &mut Tx,
    file: &FileRecord,
    song: Option<SongId>,
) -> Result<(), Error> {
    let failure = match &file.state {
        FileState::Done => None,
        FileState::Failed { reason } => Some(reason.replace('\0', " ")),
    };
    let values = params![
        path_text(&file.path)?,
        song.map(|song| song.0),
        i64::try_from(file.size).unwrap_or(i64::MAX),
        file.modified_unix_ms,
        file.fingerprint,
        failure,
        file.analysis_version,
        file.descriptors.as_ref().map(|d| d.version),
        file.descriptors.as_ref().map(|d| to_bytes(&d.values)),
    ];
    tx.run(WRITE, values).await.map(drop)
}

/// Writes files that play no song yet.
pub(super) async fn record(tx: &mut Tx, files: &[FileRecord]) -> Result<(), Error> {
    for file in files {
        check(file)?;
        write(tx, file, None).await?;
    }
    Ok(())
}

/// A file by its path.
pub(super) async fn file(tx: &mut Tx, path: &Path) -> Result<Option<KnownFile>, Error> {
    let sql = "SELECT path, song, size, modified_unix_ms, fingerprint, failure, \
               analysis_version, descriptors_version, descriptors FROM file WHERE path = $1";
    let row = tx.row(sql, params![path_text(path)?]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut file = file_of_row(&row)?;
    if let (Some(version), Some(bytes)) = (
        row.small("descriptors_version")?,
        row.bytes_opt("descriptors")?,
    ) {
        let values = from_bytes(&bytes)?;
        file.record.descriptors = Some(Descriptors { version, values });
    }
    Ok(Some(file))
}

/// Files after a path.
pub(super) async fn files(
    tx: &mut Tx,
    after: Option<&Path>,
    limit: u32,
) -> Result<Vec<KnownFile>, Error> {
    let sql = "SELECT path, song, size, modified_unix_ms, fingerprint, failure, \
               analysis_version FROM file WHERE path > $1 ORDER BY path LIMIT $2";
    let after = after.map(path_text).transpose()?.unwrap_or_default();
    let limit = limit.min(MAX_LISTED);
    let rows = tx.rows(sql, params![after, limit]).await?;
    rows.iter().map(file_of_row).collect()
}

fn file_of_row(row: &Row) -> Result<KnownFile, Error> {
    let state = match row.text_opt("failure")? {
        None => FileState::Done,
        Some(reason) => FileState::Failed { reason },
    };
    let record = FileRecord {
        path: row.text("path")?.into(),
        size: row.count("size")?,
        modified_unix_ms: row.int("modified_unix_ms")?,
        fingerprint: row.int_opt("fingerprint")?,
        state,
        analysis_version: row.small("analysis_version")?.unwrap_or_default(),
        descriptors: None,
    };
    Ok(KnownFile {
        record,
        song: row.int_opt("song")?.map(SongId),
    })
}

/// Forgets files that are gone; how many songs went.
pub(super) async fn forget(tx: &mut Tx, paths: &[&Path]) -> Result<u64, Error> {
    let mut gone = 0;
    for path in paths {
        gone += upsert::forget_path(tx, path_text(path)?).await?;
    }
    Ok(gone)
}

/// Shows the descriptors of one version; how many.
pub(super) async fn for_each_descriptors(
    tx: &mut Tx,
    version: u32,
    visit: &mut (dyn FnMut(SongId, Vec<f32>) + Send),
) -> Result<u64, Error> {
    let sql = "SELECT song, path, descriptors FROM file WHERE descriptors_version = $1 \
               AND song IS NOT NULL AND (song > $2 OR (song = $2 AND path > $3)) \
               ORDER BY song, path LIMIT $4";
    let mut shown = 0;
    let mut after = (i64::MIN, String::new());
    loop {
        let values = params![version, after.0, &after.1, STEP];
        let rows = tx.rows(sql, values).await?;
        let Some(last) = rows.last() else {
            return Ok(shown);
        };
        after = (last.int("song")?, last.text("path")?);
        for row in &rows {
            shown += 1;
            visit(
                SongId(row.int("song")?),
                from_bytes(&row.bytes("descriptors")?)?,
            );
        }
    }
}

/// Values as stored: 32-bit floats, little endian.
fn to_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn from_bytes(bytes: &[u8]) -> Result<Vec<f32>, Error> {
    let (values, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        let reason = format!("it has {} bytes", bytes.len());
        return Err(unreadable("descriptors", reason));
    }
    Ok(values
        .iter()
        .map(|value| f32::from_le_bytes(*value))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_read_back() {
        let values = [0.0, -1.5, f32::MAX, f32::MIN_POSITIVE];
        assert_eq!(from_bytes(&to_bytes(&values)).unwrap(), values);
        assert!(from_bytes(&[1, 2, 3]).is_err());
    }
}
