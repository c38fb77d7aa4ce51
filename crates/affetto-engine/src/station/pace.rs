//! Pacing: how far ahead of real time sound may be rendered, and how late it was.

use std::time::{Duration, Instant};

/// Sample rate of live stations in Hz.
pub const SAMPLE_RATE_HZ: u64 = 48_000;
/// Samples a channel in one block, 20 ms: one Opus packet.
pub const BLOCK_FRAMES: u64 = 960;

/// The distance behind real time at which catching up is given up and the clock is set anew:
/// after a suspended machine nobody wants to hear the minutes that were missed.
const GIVE_UP: Duration = Duration::from_secs(4);

/// Ties sample positions to a monotonic clock: position `p` is due at `origin + p / 48000` less
/// the lead. All positions derive from one origin, so rounding never adds up to a drift.
#[derive(Debug, Clone)]
pub(super) struct Pacer {
    origin: Instant,
    lead: Duration,
    /// Latest a block was ready after it was due.
    pub(super) max_lateness: Duration,
    /// Blocks that were ready only after the whole lead was used up.
    pub(super) underruns: u64,
}

impl Pacer {
    /// Starts now at position 0; blocks may be rendered `lead` ahead of real time.
    pub(super) fn new(now: Instant, lead: Duration) -> Self {
        Self {
            origin: now,
            lead,
            max_lateness: Duration::ZERO,
            underruns: 0,
        }
    }

    /// How long to wait until the block that ends at `end` may be rendered; zero when it is due.
    pub(super) fn wait(&self, now: Instant, end: u64) -> Duration {
        (self.time_of(end)).saturating_duration_since(now + self.lead)
    }

    /// Notes that the block ending at `end` is ready, and sets the clock anew where it is hopelessly
    /// late.
    ///
    /// A block is due one lead before its end sounds. The start of a station, when the first lead
    /// is filled, does not count.
    pub(super) fn ready(&mut self, now: Instant, end: u64) {
        if now < self.origin + self.lead {
            return;
        }
        let late = (now + self.lead).saturating_duration_since(self.time_of(end));
        self.max_lateness = self.max_lateness.max(late);
        if late > self.lead {
            self.underruns += 1;
        }
        if late > GIVE_UP {
            self.resume(now, end);
        }
    }

    /// Continues at `position` after a pause, with the lead to be filled again.
    pub(super) fn resume(&mut self, now: Instant, position: u64) {
        // A position beyond what the clock can count back would need an uptime shorter than the
        // music; the origin then stays at the present, which only costs one jump ahead.
        self.origin = now.checked_sub(duration_of(position)).unwrap_or(now);
    }

    fn time_of(&self, position: u64) -> Instant {
        self.origin + duration_of(position)
    }
}

/// Duration of a number of samples.
pub(super) fn duration_of(samples: u64) -> Duration {
    let nanos = (samples % SAMPLE_RATE_HZ) * 1_000_000_000 / SAMPLE_RATE_HZ;
    Duration::from_secs(samples / SAMPLE_RATE_HZ) + Duration::from_nanos(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAD: Duration = Duration::from_millis(250);

    fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    #[track_caller]
    fn check_wait(elapsed_ms: u64, end_ms: u64, expected_ms: u64) {
        let start = Instant::now();
        let pacer = Pacer::new(start, LEAD);
        assert_eq!(
            pacer.wait(start + ms(elapsed_ms), end_ms * 48),
            ms(expected_ms)
        );
    }

    #[test]
    fn renders_at_most_the_lead_ahead() {
        check_wait(0, 20, 0);
        check_wait(0, 250, 0);
        check_wait(0, 260, 10);
        check_wait(10_000, 10_260, 10);
        check_wait(10_000, 9_000, 0);
    }

    #[test]
    fn lateness_is_counted_from_when_a_block_was_due() {
        let start = Instant::now();
        let mut pacer = Pacer::new(start, LEAD);
        pacer.ready(start + ms(100), 250 * 48);
        assert_eq!(
            pacer.max_lateness,
            ms(0),
            "filling the first lead is not late"
        );
        pacer.ready(start + ms(1000), 1240 * 48);
        assert_eq!((pacer.max_lateness, pacer.underruns), (ms(10), 0));
        pacer.ready(start + ms(1000), 990 * 48);
        assert_eq!((pacer.max_lateness, pacer.underruns), (ms(260), 1));
    }

    #[test]
    fn a_hopeless_delay_sets_the_clock_anew() {
        let start = Instant::now();
        let mut pacer = Pacer::new(start, LEAD);
        let now = start + Duration::from_secs(60);
        pacer.ready(now, 48_000);
        assert_eq!(pacer.wait(now, 48_000 + 250 * 48), ms(0));
        assert_eq!(pacer.wait(now, 48_000 + 270 * 48), ms(20));
    }

    #[test]
    fn ten_hours_do_not_drift() {
        assert_eq!(duration_of(36_000 * 48_000), Duration::from_secs(36_000));
        assert_eq!(duration_of(48_001).as_nanos(), 1_000_020_833);
    }
}
