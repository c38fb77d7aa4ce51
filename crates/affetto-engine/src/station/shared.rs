//! What the thread of a station and its handles share.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use affetto_affect::Affect;

use super::band::SharedBar;
use super::fanout::Fanout;
use super::played::{Block, EndReason, Packet, StationEvent, StationStats};
use super::worker::span;

/// Packets of 20 ms in four seconds: the ring of live listeners, and the longest burst.
pub(super) const RING: usize = 200;
/// Blocks kept for an MP3 listener who joins: seven seconds.
pub(super) const KEPT_BLOCKS: usize = 350;
/// Events a slow listener may lag behind.
const EVENT_RING: usize = 256;

/// Shared state of a station.
pub(super) struct Shared {
    pub(super) packets: Fanout<Packet>,
    pub(super) blocks: Fanout<Block>,
    pub(super) events: Fanout<StationEvent>,
    listeners: AtomicUsize,
    state: Mutex<State>,
    stats: Mutex<StationStats>,
    #[cfg(feature = "mp3")]
    mp3: Mutex<Mp3State>,
}

/// The encoder that runs while anybody takes MP3.
#[cfg(feature = "mp3")]
pub(super) enum Mp3State {
    Stopped,
    Running {
        chunks: std::sync::Arc<Fanout<bytes::Bytes>>,
        listeners: usize,
    },
}

struct State {
    history: VecDeque<SharedBar>,
    asked: Affect,
    ended: Option<EndReason>,
}

impl Shared {
    pub(super) fn new(asked: Affect) -> Self {
        Self {
            packets: Fanout::new(RING, RING),
            blocks: Fanout::new(KEPT_BLOCKS, KEPT_BLOCKS),
            events: Fanout::new(0, EVENT_RING),
            listeners: AtomicUsize::new(0),
            state: Mutex::new(State {
                history: VecDeque::new(),
                asked,
                ended: None,
            }),
            stats: Mutex::new(StationStats::default()),
            #[cfg(feature = "mp3")]
            mp3: Mutex::new(Mp3State::Stopped),
        }
    }

    /// Adds a decided bar, or replaces the last one when its times moved; forgets what lies further
    /// behind than `longest`.
    pub(super) fn remember(&self, bar: SharedBar, longest: Duration) {
        let mut state = self.state();
        if state
            .history
            .back()
            .is_some_and(|last| last.bar.plan.index == bar.bar.plan.index)
        {
            state.history.pop_back();
        }
        let mut length: Duration = state.history.iter().map(|bar| span(bar)).sum();
        state.history.push_back(bar);
        while length > longest {
            let Some(oldest) = state.history.pop_front() else {
                break;
            };
            length = length.saturating_sub(span(&oldest));
        }
    }

    /// The decided bars, oldest first.
    pub(super) fn history(&self) -> Vec<SharedBar> {
        self.state().history.iter().cloned().collect()
    }

    pub(super) fn set_asked(&self, asked: Affect) {
        self.state().asked = asked;
    }

    pub(super) fn asked(&self) -> Affect {
        self.state().asked
    }

    /// Ends the station for everybody who listens.
    pub(super) fn end(&self, reason: EndReason) {
        self.state().ended = Some(reason.clone());
        self.events.publish(StationEvent::End(reason));
        self.packets.close();
        self.blocks.close();
        self.events.close();
    }

    pub(super) fn ended(&self) -> Option<EndReason> {
        self.state().ended.clone()
    }

    pub(super) fn stats(&self) -> MutexGuard<'_, StationStats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(feature = "mp3")]
    pub(super) fn mp3(&self) -> MutexGuard<'_, Mp3State> {
        self.mp3.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listeners(&self) -> usize {
        self.listeners.load(Ordering::Acquire)
    }

    pub(super) fn count_listener(&self) {
        self.listeners.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn discount_listener(&self) {
        self.listeners.fetch_sub(1, Ordering::AcqRel);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
