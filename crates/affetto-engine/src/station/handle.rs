//! The handle of a station: what its owner and its listeners hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use affetto_affect::Affect;
use affetto_compose::Request;

use super::band::SharedBar;
use super::director::Restart;
use super::fanout::Feed;
use super::options::StationOptions;
use super::parts::Course;
use super::played::{Block, EndReason, Packet, StationEvent, StationStats};
use super::shared::Shared;
use super::worker::{Command, Instruments, Worker};
use crate::Error;

/// A playing station. Clones share it; when the last one and the last listener are gone, it ends.
#[derive(Clone)]
pub struct Station {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    options: StationOptions,
}

impl Station {
    /// Starts the thread of a station; `build` runs in it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub(super) fn start(
        request: Request,
        course: Arc<dyn Course>,
        options: StationOptions,
        build: impl FnOnce(&Request) -> Result<Instruments, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let began = Instant::now();
        let shared = Arc::new(Shared::new(course.target(0.0)));
        let (commands, inbox) = channel();
        let (for_thread, for_worker) = (Arc::clone(&shared), options.clone());
        std::thread::Builder::new()
            .name("station".into())
            .spawn(move || {
                let shared = Arc::clone(&for_thread);
                // A panic must end this station alone; nothing of it is used afterwards.
                let played = catch_unwind(AssertUnwindSafe(move || {
                    let instruments = match build(&request) {
                        Ok(instruments) => instruments,
                        Err(error) => return EndReason::Failed(error.to_string()),
                    };
                    let worker = Worker::new(
                        shared,
                        for_worker,
                        inbox,
                        instruments,
                        request,
                        course,
                        began,
                    );
                    worker.run()
                }));
                let reason =
                    played.unwrap_or_else(|_| EndReason::Failed("an internal error".into()));
                if let EndReason::Failed(cause) = &reason {
                    tracing::error!(cause, "a station failed");
                }
                for_thread.end(reason);
            })
            .map_err(|error| Error::Internal(format!("no thread for a station: {error}")))?;
        Ok(Self {
            shared,
            commands,
            options,
        })
    }

    /// Plays something else from now on.
    pub(super) fn change(&self, request: Request, course: Arc<dyn Course>, restart: Restart) {
        self.send(Command::Change {
            request: Box::new(request),
            course,
            restart,
        });
    }

    /// Fades out over `fade`, then ends.
    pub fn stop(&self, fade: Duration, reason: EndReason) {
        self.send(Command::Stop { fade, reason });
    }

    /// Joins as a listener: packets with a burst of what was last.
    pub fn listen(&self, burst: Duration) -> Listening<Packet> {
        // Counted before the feed begins: a resting station wakes and nothing is missed.
        let guard = self.join();
        let packets = (burst.as_millis() / 20) as usize;
        Listening::new(self.shared.packets.subscribe(packets), guard, None)
    }

    /// Joins as a listener to sound before encoding.
    pub fn listen_unencoded(&self, burst: Duration) -> Listening<Block> {
        let guard = self.join();
        let blocks = (burst.as_millis() / 20) as usize;
        Listening::new(self.shared.blocks.subscribe(blocks), guard, None)
    }

    /// News of the station, beginning with what comes next. Does not count as a listener.
    #[must_use]
    pub fn events(&self) -> Feed<StationEvent> {
        self.shared.events.subscribe(0)
    }

    /// The bars that were decided, oldest first, as far back as they are kept.
    #[must_use]
    pub fn history(&self) -> Vec<SharedBar> {
        self.shared.history()
    }

    /// What the music is asked to express at present.
    #[must_use]
    pub fn asked(&self) -> Affect {
        self.shared.asked()
    }

    /// Why it ended, if it has.
    #[must_use]
    pub fn ended(&self) -> Option<EndReason> {
        self.shared.ended()
    }

    /// Its numbers since the start.
    #[must_use]
    pub fn stats(&self) -> StationStats {
        StationStats {
            listeners: self.shared.listeners(),
            ..*self.shared.stats()
        }
    }

    /// Its options.
    #[must_use]
    pub fn options(&self) -> &StationOptions {
        &self.options
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) fn join(&self) -> Guard {
        self.shared.count_listener();
        self.send(Command::Listeners);
        Guard {
            shared: Arc::clone(&self.shared),
            commands: self.commands.clone(),
        }
    }

    fn send(&self, command: Command) {
        // A station that has ended hears nothing any more, which is as good.
        let _ = self.commands.send(command);
    }
}

/// Counts one listener for as long as it lives.
pub(super) struct Guard {
    shared: Arc<Shared>,
    commands: Sender<Command>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.discount_listener();
        // The thread may have ended before.
        let _ = self.commands.send(Command::Listeners);
    }
}

/// A listener's feed; dropping it leaves the station.
pub struct Listening<T> {
    pub(super) feed: Feed<T>,
    _guard: Guard,
    /// What else is let go of when the listener leaves.
    _also: Option<Box<dyn Send + Sync>>,
}

impl<T> Listening<T> {
    pub(super) fn new(feed: Feed<T>, guard: Guard, also: Option<Box<dyn Send + Sync>>) -> Self {
        Self {
            feed,
            _guard: guard,
            _also: also,
        }
    }
}

impl<T: Clone> Listening<T> {
    /// The next item, or `None` when the station has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<T> {
        self.feed.next().await
    }

    /// The next item, waiting on this thread; `None` when the station has ended.
    ///
    /// # Panics
    /// When called from an asynchronous task.
    pub fn next_blocking(&mut self) -> Option<T> {
        self.feed.next_blocking()
    }
}
