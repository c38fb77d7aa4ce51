//! The one scan of the library that may run at a time, and how far it is.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use affetto_engine::Engine;
use affetto_engine::songs::scan::{Depth, ScanOptions, ScanProgress, ScanReport};

use crate::error::{ApiError, ApiResult};

/// Most failures that are kept to be shown.
const MAX_FAILURES: usize = 100;

/// How far the last scan is.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScanState {
    pub(crate) is_running: bool,
    pub(crate) progress: ScanProgress,
    /// What it found; `None` while it runs, or where there was none.
    pub(crate) report: Option<ScanReport>,
    /// Why it stopped before its end.
    pub(crate) problem: Option<String>,
}

/// The place of the scan. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scans {
    state: Arc<Mutex<ScanState>>,
}

impl Scans {
    pub(crate) fn state(&self) -> ScanState {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    /// Starts a scan on a thread of its own.
    pub(crate) fn start(
        &self,
        engine: Engine,
        places: Vec<PathBuf>,
        depth: Depth,
    ) -> ApiResult<()> {
        self.change(|state| {
            if state.is_running {
                return Err(ApiError::new("busy", "a scan is running already")
                    .hint("wait for its end: GET /api/v1/library/scan says how far it is"));
            }
            *state = ScanState {
                is_running: true,
                ..ScanState::default()
            };
            Ok(())
        })?;
        let scans = self.clone();
        let scan = move || {
            let options = ScanOptions { places, depth };
            let done = engine.scan(&options, &mut |progress| {
                scans.change(|state| state.progress = progress);
            });
            scans.change(|state| {
                state.is_running = false;
                match done {
                    Ok(mut report) => {
                        report.failed.truncate(MAX_FAILURES);
                        state.report = Some(report);
                    }
                    Err(error) => state.problem = Some(error.to_string()),
                }
            });
        };
        std::thread::Builder::new()
            .name("scan".into())
            .spawn(scan)
            .map_err(|error| ApiError::internal(&error.to_string()))?;
        Ok(())
    }

    fn change<T>(&self, change: impl FnOnce(&mut ScanState) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
