//! The closed loop: what was heard against what was asked moves what is aimed at.

use affetto_affect::Affect;

use crate::Bar;

/// Share of the difference between asked and heard that is added with each bar.
const GAIN: f64 = 0.15;
/// Share of the correction that stays from bar to bar, so that an old one is forgotten.
const LEAK: f64 = 0.9;
/// Most that is aimed beside the target on either axis.
const MOST: f64 = 0.5;
/// Bars over which asked and heard are compared, the span that the listening model hears.
const COMPARED_BARS: usize = 8;

/// An integrator with a leak for each axis (Åström and Murray 2008, section 10).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Correction {
    valence: f64,
    arousal: f64,
}

impl Correction {
    /// Takes the last bars; the last one says what was heard, all say what was asked.
    pub(crate) fn hear(&mut self, history: &[Bar]) {
        let last = &history[history.len().saturating_sub(COMPARED_BARS)..];
        let Some(heard) = last.last().and_then(|bar| bar.heard) else {
            return;
        };
        let n = last.len() as f64;
        let asked = |axis: fn(Affect) -> f64| -> f64 {
            last.iter().map(|bar| axis(bar.plan.target)).sum::<f64>() / n
        };
        let moved = |now: f64, asked: f64, heard: f64| {
            (LEAK * now + GAIN * (asked - heard)).clamp(-MOST, MOST)
        };
        self.valence = moved(self.valence, asked(Affect::v), heard.v());
        self.arousal = moved(self.arousal, asked(Affect::a), heard.a());
    }

    /// Where to aim so that the target is heard.
    pub(crate) fn aim(self, target: Affect) -> Affect {
        Affect::clamped(target.v() + self.valence, target.a() + self.arousal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Composer, Length, Request};

    /// Bars that were asked for one point, the last heard at another.
    fn bars(asked: [f64; 2], heard: Option<[f64; 2]>) -> Vec<Bar> {
        let mut request = Request::new(Affect::clamped(asked[0], asked[1]));
        request.length = Length::Bars(4);
        let mut composer = Composer::new(request, None).unwrap();
        let mut bars: Vec<Bar> = (0..4).map(|_| composer.next_bar()).collect();
        bars[3].heard = heard.map(|[v, a]| Affect::clamped(v, a));
        bars
    }

    #[track_caller]
    fn check(asked: [f64; 2], heard: Option<[f64; 2]>, n_bars: usize, expected: [f64; 2]) {
        let bars = bars(asked, heard);
        let mut correction = Correction::default();
        for _ in 0..n_bars {
            correction.hear(&bars);
        }
        let aim = correction.aim(bars[3].plan.target);
        assert!((aim.v() - expected[0]).abs() < 1e-6, "{aim:?}");
        assert!((aim.a() - expected[1]).abs() < 1e-6, "{aim:?}");
    }

    #[test]
    fn aims_further_where_too_little_is_heard() {
        check([0.4, -0.4], None, 5, [0.4, -0.4]);
        check([0.4, -0.4], Some([0.4, -0.4]), 5, [0.4, -0.4]);
        check([0.4, -0.4], Some([0.2, -0.4]), 1, [0.43, -0.4]);
        check([0.4, -0.4], Some([0.4, 0.1]), 1, [0.4, -0.475]);
        check([0.4, 0.0], Some([0.4, 0.9]), 100, [0.4, -0.5]);
    }
}
