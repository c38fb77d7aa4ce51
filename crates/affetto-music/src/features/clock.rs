//! Ticks to seconds for many notes at once.

use crate::Score;

/// The tempo map of a score with the seconds at each change summed up once, so that a lookup
/// costs a binary search; [`Score::seconds_at`] walks the map for every call.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// First tick of a tempo, seconds at that tick, seconds a tick; never empty.
    changes: Vec<(u32, f64, f64)>,
}

impl Clock {
    /// Sums up the tempo map of a score.
    pub(crate) fn new(score: &Score) -> Self {
        let per_tick = |bpm: f64| 60.0 / bpm / f64::from(score.ticks_per_quarter.max(1));
        let mut changes = vec![(0, 0.0, per_tick(120.0))];
        for change in &score.tempos {
            let (from, seconds, rate) = changes[changes.len() - 1];
            let elapsed = seconds + f64::from(change.tick.saturating_sub(from)) * rate;
            changes.push((change.tick.max(from), elapsed, per_tick(change.bpm.get())));
        }
        Self { changes }
    }

    /// Time of a tick in seconds from the start of the score.
    pub(crate) fn seconds_at(&self, tick: u32) -> f64 {
        let (from, seconds, rate) = match self.changes.as_slice() {
            [.., last] if last.0 <= tick => *last,
            changes => changes[changes.partition_point(|change| change.0 <= tick).max(1) - 1],
        };
        seconds + f64::from(tick - from) * rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bpm, TempoChange};

    #[test]
    fn agrees_with_the_score() {
        let tempos =
            [(0, 60.0), (480, 120.0), (480, 90.0), (2000, 33.3)].map(|(tick, bpm)| TempoChange {
                tick,
                bpm: Bpm::clamped(bpm),
            });
        for n_tempos in 0..=tempos.len() {
            let score = Score {
                tempos: tempos[..n_tempos].to_vec(),
                ..Score::default()
            };
            let clock = Clock::new(&score);
            for tick in [0, 1, 479, 480, 481, 1999, 2000, 100_000] {
                assert!(
                    (clock.seconds_at(tick) - score.seconds_at(tick)).abs() < 1e-9,
                    "{tick}"
                );
            }
        }
    }
}
