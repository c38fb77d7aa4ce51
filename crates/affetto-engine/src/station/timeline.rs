//! From ticks of a bar to samples, under a tempo that may change at every beat.

use affetto_music::score::TICKS_PER_QUARTER;

use super::pace::SAMPLE_RATE_HZ;

/// Largest change of tempo from one beat to the next, as a share (`GENERATION` 2.8).
pub(super) const MAX_TEMPO_STEP: f64 = 0.04;

/// Where the ticks of one bar lie on the sample clock. The tempo is constant within a beat.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BarClock {
    ticks: u32,
    beat_ticks: u32,
    /// First sample and tempo in quarter notes a minute of each beat.
    beats: Vec<(f64, f64)>,
}

impl BarClock {
    /// A bar from `start`, in samples: its first beat at `bpm`, the next ones on the way to
    /// `wanted`.
    pub(super) fn new(start: f64, ticks: u32, beat_ticks: u32, bpm: f64, wanted: f64) -> Self {
        let (ticks, beat_ticks) = (ticks.max(1), beat_ticks.max(1));
        let mut clock = Self {
            ticks,
            beat_ticks,
            beats: vec![(start, bpm)],
        };
        clock.steer_from(1, wanted);
        clock
    }

    /// Lets the tempo go to `wanted` from the first beat that starts at `position` or later.
    ///
    /// Answers whether anything changed.
    pub(super) fn steer(&mut self, position: u64, wanted: f64) -> bool {
        let before = self.clone();
        let next = self
            .beats
            .iter()
            .position(|(start, _)| *start >= position as f64);
        if let Some(beat) = next {
            self.steer_from(beat.max(1), wanted);
        }
        *self != before
    }

    fn steer_from(&mut self, beat: usize, wanted: f64) {
        let count = self.ticks.div_ceil(self.beat_ticks) as usize;
        self.beats.truncate(beat);
        for _ in self.beats.len()..count {
            let (start, bpm) = self.last();
            let next = start + f64::from(self.beat_ticks) * samples_per_tick(bpm);
            self.beats.push((next, step_toward(bpm, wanted)));
        }
    }

    /// The sample at which a tick sounds; ticks beyond the bar continue at its last tempo.
    pub(super) fn sample(&self, tick: u32) -> f64 {
        let beat = ((tick / self.beat_ticks) as usize).min(self.beats.len() - 1);
        let (start, bpm) = self.beats[beat];
        start + f64::from(tick - beat as u32 * self.beat_ticks) * samples_per_tick(bpm)
    }

    /// The sample after the last of the bar.
    pub(super) fn end(&self) -> f64 {
        self.sample(self.ticks)
    }

    /// Number of the beat that sounds at `position`, from 0.
    pub(super) fn beat_at(&self, position: u64) -> usize {
        let after = self
            .beats
            .iter()
            .position(|(start, _)| *start > position as f64);
        after.unwrap_or(self.beats.len()).saturating_sub(1)
    }

    /// Tempo of the beat that sounds at `position`.
    pub(super) fn bpm_at(&self, position: u64) -> f64 {
        self.beats[self.beat_at(position)].1
    }

    /// Tempo of the last beat.
    pub(super) fn last_bpm(&self) -> f64 {
        self.last().1
    }

    fn last(&self) -> (f64, f64) {
        // There is at least the first beat.
        self.beats.last().copied().unwrap_or((0.0, 120.0))
    }
}

/// One beat's step of the tempo toward what is wanted.
pub(super) fn step_toward(bpm: f64, wanted: f64) -> f64 {
    wanted.clamp(bpm * (1.0 - MAX_TEMPO_STEP), bpm * (1.0 + MAX_TEMPO_STEP))
}

fn samples_per_tick(bpm: f64) -> f64 {
    60.0 * SAMPLE_RATE_HZ as f64 / (bpm * f64::from(TICKS_PER_QUARTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bar of 4/4: sample of each beat and the end, rounded.
    #[track_caller]
    fn check(bpm: f64, wanted: f64, expected: [i64; 5]) {
        let clock = BarClock::new(0.0, 1920, 480, bpm, wanted);
        let samples = [0, 480, 960, 1440, 1920].map(|tick| clock.sample(tick).round() as i64);
        assert_eq!(samples, expected);
    }

    #[test]
    fn steady_and_changing_tempo() {
        check(120.0, 120.0, [0, 24_000, 48_000, 72_000, 96_000]);
        check(60.0, 60.0, [0, 48_000, 96_000, 144_000, 192_000]);
        // 120, 124.8, then 126 which is wanted.
        check(120.0, 126.0, [0, 24_000, 47_077, 69_934, 92_791]);
    }

    #[test]
    fn steering_changes_only_what_is_ahead() {
        let mut clock = BarClock::new(0.0, 1920, 480, 120.0, 120.0);
        assert!(clock.steer(30_000, 60.0));
        assert_eq!(clock.sample(960).round() as i64, 48_000);
        assert!((clock.bpm_at(49_000) - 115.2).abs() < 1e-9);
        assert!((clock.bpm_at(30_000) - 120.0).abs() < 1e-9);
        assert!(clock.end() > 96_000.0);
        assert!(!clock.steer(1_000_000, 200.0), "nothing is ahead");
    }

    #[test]
    fn ticks_and_odd_meters() {
        // 7/8: seven beats of 240 ticks.
        let clock = BarClock::new(1000.0, 1680, 240, 120.0, 120.0);
        assert_eq!(clock.end().round() as i64, 1000 + 84_000);
        assert_eq!(clock.sample(1680 + 480).round() as i64, 1000 + 108_000);
    }
}
