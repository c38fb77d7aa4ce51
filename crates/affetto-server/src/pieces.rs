//! Pieces made in this session, kept in memory within bounds, and their rendered files.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use affetto_engine::{FileFormat, Piece};
use bytes::Bytes;

use crate::error::{ApiError, ApiResult};

/// Pieces kept; the oldest goes first.
pub(crate) const MAX_PIECES: usize = 50;
/// Bytes of rendered files kept, so that seeking in a player does not render again.
const MAX_RENDERED_BYTES: usize = 64 * 1024 * 1024;

/// A piece with its name.
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) created: SystemTime,
    pub(crate) piece: Piece,
}

/// The pieces.
#[derive(Default)]
pub(crate) struct Pieces {
    kept: Mutex<VecDeque<Arc<Kept>>>,
    rendered: Mutex<VecDeque<Rendered>>,
}

struct Rendered {
    id: String,
    format: FileFormat,
    bytes: Bytes,
}

impl Pieces {
    pub(crate) fn add(&self, piece: Piece) -> Arc<Kept> {
        let id = uuid::Uuid::now_v7().simple().to_string();
        let kept = Arc::new(Kept {
            id,
            created: SystemTime::now(),
            piece,
        });
        let mut list = lock(&self.kept);
        list.push_front(Arc::clone(&kept));
        list.truncate(MAX_PIECES);
        kept
    }

    pub(crate) fn get(&self, id: &str) -> ApiResult<Arc<Kept>> {
        let list = lock(&self.kept);
        list.iter()
            .find(|kept| kept.id == id)
            .cloned()
            .ok_or_else(|| unknown(id))
    }

    /// All, newest first.
    pub(crate) fn all(&self) -> Vec<Arc<Kept>> {
        lock(&self.kept).iter().cloned().collect()
    }

    pub(crate) fn remove(&self, id: &str) -> ApiResult<()> {
        let mut list = lock(&self.kept);
        let index = list
            .iter()
            .position(|kept| kept.id == id)
            .ok_or_else(|| unknown(id))?;
        list.remove(index);
        lock(&self.rendered).retain(|rendered| rendered.id != id);
        Ok(())
    }

    /// A file that was rendered before.
    pub(crate) fn rendered(&self, id: &str, format: FileFormat) -> Option<Bytes> {
        let list = lock(&self.rendered);
        let found = list.iter().find(|one| one.id == id && one.format == format);
        found.map(|one| one.bytes.clone())
    }

    /// Keeps a rendered file for a while.
    pub(crate) fn keep_rendered(&self, id: &str, format: FileFormat, bytes: Bytes) {
        let mut list = lock(&self.rendered);
        list.push_back(Rendered {
            id: id.to_owned(),
            format,
            bytes,
        });
        let mut total: usize = list.iter().map(|one| one.bytes.len()).sum();
        while total > MAX_RENDERED_BYTES {
            let Some(oldest) = list.pop_front() else {
                break;
            };
            total -= oldest.bytes.len();
        }
    }
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(64).collect();
    ApiError::new("unknown_piece", format!("there is no piece {id:?}")).hint(format!(
        "GET /api/v1/pieces lists them; the last {MAX_PIECES} are kept"
    ))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
