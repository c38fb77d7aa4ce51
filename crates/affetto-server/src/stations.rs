//! The stations that play.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use affetto_engine::station::{EndReason, Station};
use affetto_engine::{Engine, Feedback, Understood};

use crate::error::{ApiError, ApiResult};
use crate::wire::StationRequest;

/// How long music fades when a station is stopped.
const FADE: Duration = Duration::from_millis(1500);

/// A station with its name and what it was asked for.
pub(crate) struct Playing {
    pub(crate) id: String,
    pub(crate) station: Station,
    wish: Mutex<Wish>,
    /// Serializes changes; never held while a listener waits.
    changing: Mutex<()>,
}

/// What a station was asked for.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) request: StationRequest,
    pub(crate) understood: Understood,
}

impl Playing {
    pub(crate) fn wish(&self) -> Wish {
        lock(&self.wish).clone()
    }

    /// Plays something else: what a patch names.
    pub(crate) fn change(&self, engine: &Engine, patch: &serde_json::Value) -> ApiResult<()> {
        let _one_at_a_time = lock(&self.changing);
        let Wish {
            request,
            understood: before,
        } = self.wish();
        let request = request
            .patched(patch)
            .map_err(|message| ApiError::new("invalid_request", message))?;
        let music = request.clone().into_music_with(|| before.preferences);
        let after = engine.understand_station(&music)?;
        self.play(engine, request, &before, after);
        Ok(())
    }

    fn play(
        &self,
        engine: &Engine,
        request: StationRequest,
        before: &Understood,
        after: Understood,
    ) {
        // Kept first: whoever is told of the change asks for the wish.
        *lock(&self.wish) = Wish {
            request: request.clone(),
            understood: after.clone(),
        };
        let understood = engine.change_station(&self.station, before, after);
        *lock(&self.wish) = Wish {
            request,
            understood,
        };
    }

    /// Takes the listener's word about what plays, and learns from it.
    pub(crate) fn feedback(&self, engine: &Engine, feedback: Feedback) -> ApiResult<()> {
        let _one_at_a_time = lock(&self.changing);
        let Wish {
            request,
            understood: before,
        } = self.wish();
        let learns = request.takes_profile();
        let music = request.clone().into_music();
        let after = engine.understand_feedback(&music, &before, feedback)?;
        self.play(engine, request, &before, after);
        if learns {
            engine.learn(feedback, &before.preferences)?;
        }
        Ok(())
    }
}

/// All stations, oldest first.
pub(crate) struct Stations {
    list: Mutex<VecDeque<Arc<Playing>>>,
    max: usize,
}

impl Stations {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            list: Mutex::new(VecDeque::new()),
            max,
        }
    }

    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// Starts a station.
    ///
    /// A request without a seed gets one, so that every station plays other music.
    pub(crate) fn start(
        &self,
        engine: &Engine,
        mut request: StationRequest,
    ) -> ApiResult<Arc<Playing>> {
        self.refuse_more_than_max(&self.list())?;
        request
            .seed
            .get_or_insert_with(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
        let music = request.clone().into_music_with(|| engine.preferences());
        let understood = engine.understand_station(&music)?;
        let mut list = self.list();
        self.refuse_more_than_max(&list)?;
        let station = engine.start_station(&understood)?;
        let playing = Arc::new(Playing {
            id: uuid::Uuid::now_v7().simple().to_string(),
            station,
            wish: Mutex::new(Wish {
                request,
                understood,
            }),
            changing: Mutex::new(()),
        });
        list.push_back(Arc::clone(&playing));
        Ok(playing)
    }

    fn refuse_more_than_max(&self, list: &VecDeque<Arc<Playing>>) -> ApiResult<()> {
        if list.len() < self.max {
            return Ok(());
        }
        Err(ApiError::new(
            "too_many_stations",
            format!(
                "{} stations play already, at most {} may",
                list.len(),
                self.max
            ),
        )
        .hint("stop one with DELETE /api/v1/stations/ID, or raise stations.max in config.toml"))
    }

    /// The station of a name.
    pub(crate) fn get(&self, id: &str) -> ApiResult<Arc<Playing>> {
        self.list()
            .iter()
            .find(|playing| playing.id == id)
            .cloned()
            .ok_or_else(|| unknown(id))
    }

    /// The station that was started last.
    pub(crate) fn newest(&self) -> Option<Arc<Playing>> {
        self.list().back().cloned()
    }

    /// All that play, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Playing>> {
        self.list().iter().cloned().collect()
    }

    /// Fades a station out and forgets it.
    pub(crate) fn stop(&self, id: &str) -> ApiResult<()> {
        let mut list = self.list();
        let index = list
            .iter()
            .position(|playing| playing.id == id)
            .ok_or_else(|| unknown(id))?;
        if let Some(playing) = list.remove(index) {
            playing.station.stop(FADE, EndReason::Stopped);
        }
        Ok(())
    }

    /// Ends every station at once.
    pub(crate) fn shut_down(&self) {
        for playing in self.list().drain(..) {
            playing.station.stop(Duration::ZERO, EndReason::Shutdown);
        }
    }

    /// The list, without the stations that have ended.
    fn list(&self) -> MutexGuard<'_, VecDeque<Arc<Playing>>> {
        let mut list = lock(&self.list);
        list.retain(|playing| playing.station.ended().is_none());
        list
    }
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(64).collect();
    ApiError::new("unknown_station", format!("no station {id:?} plays"))
        .hint("GET /api/v1/stations lists the stations that play; one without listeners ends after a while")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
