//! What all handlers share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use affetto_engine::Engine;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::error::{ApiError, ApiResult};
use crate::guard::Access;
use crate::pieces::Pieces;
use crate::scans::Scans;
use crate::stations::Stations;

/// Longest that a request waits for one of the work threads.
const PATIENCE: Duration = Duration::from_secs(30);

/// State of the server. Clones share it.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) stations: Arc<Stations>,
    pub(crate) pieces: Arc<Pieces>,
    pub(crate) scans: Scans,
    pub(crate) access: Arc<Access>,
    /// True once the server shuts down.
    pub(crate) stopping: watch::Receiver<bool>,
    workers: Arc<Semaphore>,
    /// Places for continuous sensing.
    sensing: Arc<Semaphore>,
    /// How many single recordings and pictures may come now.
    sense_rate: Arc<Mutex<Bucket>>,
}

/// A token bucket: so many at once, so many a second on average.
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// Recordings and pictures that may come at once.
const SENSE_BURST: f64 = 20.0;
/// Recordings and pictures that may come in a second, on average.
const SENSE_RATE: f64 = 5.0;

impl Bucket {
    fn full() -> Self {
        Self {
            tokens: SENSE_BURST,
            filled: Instant::now(),
        }
    }

    /// Takes a token, if there is one.
    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + SENSE_RATE * elapsed).min(SENSE_BURST);
        self.filled = now;
        let is_there = self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }
}

impl App {
    pub(crate) fn new(engine: Engine, access: Access, stopping: watch::Receiver<bool>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let stations = Stations::new(engine.settings().stations.max);
        let sensing = Semaphore::new(engine.settings().senses.max_live);
        Self {
            engine,
            stations: Arc::new(stations),
            pieces: Arc::new(Pieces::default()),
            scans: Scans::default(),
            access: Arc::new(access),
            stopping,
            workers: Arc::new(Semaphore::new(cores)),
            sensing: Arc::new(sensing),
            sense_rate: Arc::new(Mutex::new(Bucket::full())),
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

    /// Lets a recording or a picture pass, where voices and faces are sensed and not too many come.
    pub(crate) fn admit_sensing(&self) -> ApiResult<()> {
        self.engine.require_sensors()?;
        let mut bucket = self
            .sense_rate
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if bucket.take(Instant::now()) {
            return Ok(());
        }
        Err(ApiError::new(
            "too_fast",
            format!("recordings and pictures come faster than {SENSE_RATE} a second"),
        )
        .hint("for continuous sensing use the WebSocket /api/v1/sense/live"))
    }

    /// A place for continuous sensing, kept until it is dropped.
    pub(crate) fn sense_place(&self) -> ApiResult<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.sensing).try_acquire_owned();
        place.map_err(|_| {
            let most = self.engine.settings().senses.max_live;
            ApiError::new(
                "too_many_senses",
                format!("{most} people are sensed already, more may not be"),
            )
            .hint("end one, or raise senses.max_live in config.toml")
        })
    }

    /// Resolves once the server shuts down.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        // An error means that the server itself is gone, which is as good.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_so_many_a_second() {
        let (mut bucket, start) = (Bucket::full(), Instant::now());
        let mut passed = |at_s: f64, tries: usize| {
            let now = start + Duration::from_secs_f64(at_s);
            (0..tries).filter(|_| bucket.take(now)).count()
        };
        assert_eq!(passed(0.0, 100), 20);
        assert_eq!(passed(1.0, 100), 5);
        assert_eq!(passed(1.1, 100), 0);
        assert_eq!(passed(1000.0, 100), 20);
    }
}
