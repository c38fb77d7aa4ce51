//! A listener that is made up: a taste, a mood that moves, and reactions.

use std::collections::BTreeMap;

use affetto_affect::{Affect, Covariance, Estimate, QuadrantProbabilities};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::super::approach::{Approach, normal};
use super::super::feedback::SelfReport;
use super::super::snapshot::artist_key;
use crate::Reaction;
use crate::{Song, SongId};

/// Seconds of a day.
pub(super) const DAY_S: f64 = 86_400.0;
/// Standard deviation of what a listener's mood seems to be, on each axis.
const SENSED_SD: f64 = 0.25;
/// How far music may be from what a listener wants before they like it clearly less.
const WIDTH: f64 = 0.45;

/// How music moves the mood of a simulated listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dynamics {
    /// Mood follows music (emotional contagion, Juslin & Västfjäll 2008); wanted is something
    /// between the mood and the goal. What plans assume, more or less.
    Contagion,
    /// What plans do not assume: the goal is wanted at once, and music far from the mood pushes it
    /// away.
    Contrast,
}

/// A listener that is made up.
pub(super) struct Listener {
    rng: Pcg64Mcg,
    dynamics: Dynamics,
    home: Affect,
    pub(super) mood: Affect,
    pub(super) goal: Affect,
    /// How differently they hear songs from the people who labeled them.
    hearing: (f64, f64),
    seed: u64,
    heard_at_s: BTreeMap<SongId, f64>,
}

impl Listener {
    pub(super) fn new(dynamics: Dynamics, seed: u64) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut around = |sd: f64| sd * normal(&mut rng);
        let home = Affect::clamped(around(0.3), around(0.3));
        let hearing = (around(0.15), around(0.15));
        Self {
            rng,
            dynamics,
            home,
            mood: home,
            goal: home,
            hearing,
            seed,
            heard_at_s: BTreeMap::new(),
        }
    }

    /// A new day: a mood around home, and something wanted.
    pub(super) fn begin(&mut self) {
        let (dv, da) = (0.45 * normal(&mut self.rng), 0.45 * normal(&mut self.rng));
        self.mood = Affect::clamped(self.home.v() + dv, self.home.a() + da);
        let shift = 0.25 * normal(&mut self.rng);
        let arousal = self.mood.a() * 0.5 + shift;
        self.goal = Affect::clamped(self.mood.v().max(0.4) + 0.1, arousal);
    }

    /// What a sensor would say.
    pub(super) fn seem(&mut self) -> Estimate {
        let (dv, da) = (normal(&mut self.rng), normal(&mut self.rng));
        let mean = Affect::clamped(
            self.mood.v() + SENSED_SD * dv,
            self.mood.a() + SENSED_SD * da,
        );
        let covariance = Covariance::independent(SENSED_SD, SENSED_SD);
        Estimate {
            mean,
            covariance,
            quadrants: QuadrantProbabilities::of_gaussian(mean, &covariance),
        }
    }

    /// Probability that the listener likes a song now.
    pub(super) fn liking(&self, song: &Song, truth: Affect, now_s: f64) -> f64 {
        let wanted = match self.dynamics {
            Dynamics::Contagion => between(self.mood, self.goal, 0.5),
            Dynamics::Contrast => self.goal,
        };
        let distance = self.heard(truth).distance(wanted) / WIDTH;
        let days = self
            .heard_at_s
            .get(&song.id)
            .map(|at_s| (now_s - at_s) / DAY_S);
        let boredom = days.map_or(0.0, |days| 2.0 * (-days / 3.0).exp());
        let log_odds = 1.5 + self.taste(song) - 0.5 * distance * distance - boredom;
        1.0 / (1.0 + (-log_odds).exp())
    }

    /// Taste of artist and genre: fixed numbers of this listener, never shown.
    fn taste(&self, song: &Song) -> f64 {
        let of = |name: &str, sd: f64| {
            let bytes = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            sd * normal(&mut Pcg64Mcg::seed_from_u64(bytes ^ self.seed))
        };
        let genre = song
            .info
            .genre
            .as_deref()
            .map_or(0.0, |genre| of(genre, 0.7));
        of(&artist_key(&song.info.artist), 0.9) + genre
    }

    fn heard(&self, truth: Affect) -> Affect {
        Affect::clamped(truth.v() + self.hearing.0, truth.a() + self.hearing.1)
    }

    /// Hears a song: reacts, and is moved. Whether it was skipped comes second.
    pub(super) fn hear(&mut self, song: &Song, truth: Affect, now_s: f64) -> (Reaction, bool) {
        let liking = self.liking(song, truth, now_s);
        let wanted = between(self.mood, self.goal, 0.5);
        let heard = self.heard(truth);
        let drawn: [f64; 3] = [(); 3].map(|()| self.rng.random());
        let reaction = if drawn[0] > liking {
            let duration_s = song.info.duration_s.unwrap_or(210.0);
            Reaction::Skip {
                at_s: drawn[1] * drawn[1] * duration_s,
            }
        } else if drawn[1] < 0.25 {
            complaint(heard, wanted).unwrap_or(Reaction::Like)
        } else {
            Reaction::Finish
        };
        let skipped = matches!(reaction, Reaction::Skip { .. });
        let share = if skipped { 0.05 } else { 0.2 };
        self.mood = match self.dynamics {
            Dynamics::Contrast if heard.distance(self.mood) > 0.8 => {
                between(self.mood, heard, -0.5 * share)
            }
            _ => between(self.mood, heard, share),
        };
        self.heard_at_s.insert(song.id, now_s);
        (reaction, skipped)
    }

    pub(super) fn report(&mut self, approach: Approach, before: Affect) -> SelfReport {
        let mut told = |point: Affect| {
            let mut near = |x: f64| (x + 0.1 * normal(&mut self.rng)).clamp(-1.0, 1.0);
            [near(point.v()), near(point.a())]
        };
        SelfReport {
            approach,
            before: told(before),
            after: told(self.mood),
            wanted: [self.goal.v(), self.goal.a()],
        }
    }
}

fn complaint(heard: Affect, wanted: Affect) -> Option<Reaction> {
    let (dv, da) = (heard.v() - wanted.v(), heard.a() - wanted.a());
    match (dv, da) {
        (dv, da) if dv.abs().max(da.abs()) < 0.4 => None,
        (dv, da) if dv < 0.0 && -dv >= da.abs() => Some(Reaction::TooSad),
        (dv, da) if dv >= da.abs() => Some(Reaction::TooHappy),
        (_, da) if da > 0.0 => Some(Reaction::TooWild),
        _ => Some(Reaction::TooCalm),
    }
}

fn between(from: Affect, to: Affect, share: f64) -> Affect {
    Affect::clamped(
        from.v() + share * (to.v() - from.v()),
        from.a() + share * (to.a() - from.a()),
    )
}
