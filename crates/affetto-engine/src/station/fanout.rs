//! One producer, many listeners: recent items are kept, so that a listener who joins gets a burst.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

/// Hands every item to all who listen; keeps the last ones for those who join.
#[derive(Debug)]
pub(super) struct Fanout<T: Clone> {
    inner: Mutex<Inner<T>>,
    kept: usize,
}

#[derive(Debug)]
struct Inner<T: Clone> {
    recent: VecDeque<T>,
    /// `None` once closed.
    sender: Option<broadcast::Sender<T>>,
}

impl<T: Clone> Fanout<T> {
    /// Keeps `kept` items for those who join; a listener may lag `ring` items behind.
    pub(super) fn new(kept: usize, ring: usize) -> Self {
        let (sender, _) = broadcast::channel(ring.max(1));
        let recent = VecDeque::with_capacity(kept + 1);
        Self {
            inner: Mutex::new(Inner {
                recent,
                sender: Some(sender),
            }),
            kept,
        }
    }

    /// Hands an item to everybody.
    pub(super) fn publish(&self, item: T) {
        let mut inner = self.lock();
        inner.recent.push_back(item.clone());
        if inner.recent.len() > self.kept {
            inner.recent.pop_front();
        }
        if let Some(sender) = &inner.sender {
            // Nobody listening is no error: the item stays among the recent ones.
            let _ = sender.send(item);
        }
    }

    /// Joins: the last `burst` items at once (no more than are kept), then every new one.
    pub(super) fn subscribe(&self, burst: usize) -> Feed<T> {
        let inner = self.lock();
        let from = inner.recent.len().saturating_sub(burst);
        let backlog = inner.recent.iter().skip(from).cloned().collect();
        Feed {
            backlog,
            receiver: inner.sender.as_ref().map(broadcast::Sender::subscribe),
        }
    }

    /// Ends every feed once it has delivered what is left.
    pub(super) fn close(&self) {
        self.lock().sender = None;
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one listener receives, in order. A listener who lags too far behind skips ahead to what
/// is still there.
#[derive(Debug)]
pub struct Feed<T> {
    backlog: VecDeque<T>,
    receiver: Option<broadcast::Receiver<T>>,
}

impl<T: Clone> Feed<T> {
    /// The next item, or `None` when the station has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<T> {
        if let Some(item) = self.backlog.pop_front() {
            return Some(item);
        }
        let receiver = self.receiver.as_mut()?;
        loop {
            match receiver.recv().await {
                Ok(item) => return Some(item),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The next item, waiting on this thread; `None` when the station has ended.
    ///
    /// # Panics
    /// When called from an asynchronous task.
    pub fn next_blocking(&mut self) -> Option<T> {
        if let Some(item) = self.backlog.pop_front() {
            return Some(item);
        }
        let receiver = self.receiver.as_mut()?;
        loop {
            match receiver.blocking_recv() {
                Ok(item) => return Some(item),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kept: usize, ring: usize, before: u32, burst: usize, after: u32, expected: &[u32]) {
        let fanout = Fanout::new(kept, ring);
        (0..before).for_each(|item| fanout.publish(item));
        let mut feed = fanout.subscribe(burst);
        (before..before + after).for_each(|item| fanout.publish(item));
        fanout.close();
        let heard: Vec<u32> = std::iter::from_fn(|| feed.next_blocking()).collect();
        assert_eq!(heard, expected);
    }

    #[test]
    fn joining_gets_a_burst_then_everything() {
        check(4, 8, 0, 2, 3, &[0, 1, 2]);
        check(4, 8, 10, 2, 2, &[8, 9, 10, 11]);
        check(4, 8, 10, 9, 1, &[6, 7, 8, 9, 10]);
        check(4, 8, 10, 0, 0, &[]);
    }

    #[test]
    fn who_lags_skips_ahead() {
        check(4, 2, 0, 0, 6, &[4, 5]);
    }

    #[test]
    fn joining_after_the_end_gets_what_was_last() {
        let fanout = Fanout::new(2, 2);
        (0..5).for_each(|item| fanout.publish(item));
        fanout.close();
        let mut feed = fanout.subscribe(9);
        assert_eq!(
            [feed.next_blocking(), feed.next_blocking()],
            [Some(3), Some(4)]
        );
        assert_eq!(feed.next_blocking(), None);
    }
}
