//! What all handlers share.

use std::sync::Arc;
use std::time::Duration;

use affetto_engine::Engine;
use tokio::sync::{Semaphore, watch};

use crate::error::{ApiError, ApiResult};
use crate::guard::Access;
use crate::pieces::Pieces;
use crate::stations::Stations;

/// Longest that a request waits for one of the work threads.
const PATIENCE: Duration = Duration::from_secs(30);

/// State of the server. Clones share it.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) stations: Arc<Stations>,
    pub(crate) pieces: Arc<Pieces>,
    pub(crate) access: Arc<Access>,
    /// True once the server shuts down.
    pub(crate) stopping: watch::Receiver<bool>,
    workers: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(engine: Engine, access: Access, stopping: watch::Receiver<bool>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let stations = Stations::new(engine.settings().stations.max);
        Self {
            engine,
            stations: Arc::new(stations),
            pieces: Arc::new(Pieces::default()),
            access: Arc::new(access),
            stopping,
            workers: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Runs work that computes, away from the threads that serve; no more at a time than there are
    /// cores.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let waiting = Arc::clone(&self.workers).acquire_owned();
        let permit = match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(ApiError::shutting_down()),
            Err(_) => {
                return Err(
                    ApiError::new("busy", "the server is busy").hint("try again in a moment")
                );
            }
        };
        let engine = self.engine.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the client has gone meanwhile.
            let _permit = permit;
            work(&engine)
        });
        done.await
            .unwrap_or_else(|error| Err(ApiError::internal(&error.to_string())))
    }

    /// Resolves once the server shuts down.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        // An error means that the server itself is gone, which is as good.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}
