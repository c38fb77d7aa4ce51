//! The director: one bar is always composed ahead, and given up when the wish changes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use affetto_affect::Affect;
use affetto_compose::{Bar, Request};

use super::pace::SAMPLE_RATE_HZ;
use super::parts::{Controls, Course, Source};

/// Decides what the next bar shall be, and has it composed.
pub(super) struct Director {
    source: Box<dyn Source>,
    /// The composer as it was before it composed `next`.
    before: Option<Box<dyn Source>>,
    next: Option<Bar>,
    request: Request,
    course: Arc<dyn Course>,
    /// Position at which the course was set.
    since: u64,
    /// Longest time that one bar took.
    pub(super) slowest: Duration,
}

impl Director {
    pub(super) fn new(source: Box<dyn Source>, request: Request, course: Arc<dyn Course>) -> Self {
        let slowest = Duration::ZERO;
        Self {
            source,
            before: None,
            next: None,
            request,
            course,
            since: 0,
            slowest,
        }
    }

    /// What the course asks for at a position.
    pub(super) fn target(&self, position: u64) -> Affect {
        let samples = position.saturating_sub(self.since);
        self.course.target(samples as f64 / SAMPLE_RATE_HZ as f64)
    }

    /// Whether the next bar waits.
    pub(super) fn is_ready(&self) -> bool {
        self.next.is_some()
    }

    /// Composes the next bar, which starts at `start`, unless it waits already.
    pub(super) fn prepare(&mut self, start: u64) -> &Bar {
        let began = Instant::now();
        if self.next.is_none() {
            self.request.target = self.target(start);
            self.before = Some(self.source.fork());
            self.source.change(&self.request);
        }
        let source = &mut self.source;
        let bar = self.next.get_or_insert_with(|| source.next_bar());
        self.slowest = self.slowest.max(began.elapsed());
        bar
    }

    /// The next bar, which starts at `start`; from now on it counts.
    pub(super) fn take(&mut self, start: u64) -> Bar {
        let bar = self.prepare(start).clone();
        self.before = None;
        self.next = None;
        bar
    }

    /// What the last bar taken may change while it sounds.
    pub(super) fn controls(&self) -> Controls {
        self.before.as_ref().unwrap_or(&self.source).controls()
    }

    /// Takes a new wish at a position: the bar that waits is given up, and the answer says what may
    /// change in the bar that sounds.
    pub(super) fn change(
        &mut self,
        position: u64,
        request: Request,
        course: Arc<dyn Course>,
        restart: Restart,
    ) -> Controls {
        if let Some(before) = self.before.take() {
            self.source = before;
            self.next = None;
        }
        self.request = request;
        self.course = course;
        if restart == Restart::Course {
            self.since = position;
        }
        self.request.target = self.target(position);
        // The twin hears the wish, the composer itself with the next bar: a wish that is taken
        // twice would move a slew limit twice.
        let mut twin = self.source.fork();
        twin.change(&self.request);
        twin.controls()
    }
}

/// Whether a change begins a new way across the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restart {
    /// The listener's feeling or aim changed.
    Course,
    /// Something else changed: genre, cues, tempo.
    Nothing,
}
