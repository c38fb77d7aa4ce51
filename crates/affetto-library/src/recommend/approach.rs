//! Which way to lead a listener: a choice that is learnt from how sessions went.
//!
//! Whether music should first meet a mood or answer it at once differs from trial to trial (Starcke
//! 2021 for the iso principle, a pre-registered trial of 193 people without a difference), so it is
//! a contextual bandit: Thompson sampling (Thompson 1933) with a Gaussian reward a quadrant and an
//! approach. The prior is what a stranger should get, so that a first list is already good.

use affetto_affect::{Affect, Estimate, Pace, Plan, Quadrant, Strategy};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

/// Prior mean of the reward of what a stranger should get.
const PREFERRED: f64 = 0.3;
/// Prior mean of the other way to the same goal.
const SAME_GOAL: f64 = 0.15;
/// Standard deviation of the prior: the preferred approach comes first 19 times in 20 or more.
const PRIOR_SD: f64 = 0.06;
/// Standard deviation of a session's reward around its mean.
const NOISE_SD: f64 = 0.35;

/// A way to lead a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approach {
    /// Stay with the feeling.
    Match,
    /// From the feeling step by step to happiness (the iso principle, Altshuler 1948).
    Lift,
    /// Happiness at once.
    LiftAtOnce,
    /// From the feeling step by step to calmness.
    Soothe,
    /// Calmness at once.
    SootheAtOnce,
}

impl Approach {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Match,
        Self::Lift,
        Self::LiftAtOnce,
        Self::Soothe,
        Self::SootheAtOnce,
    ];

    /// The plan for a listener who feels like this.
    #[must_use]
    pub fn plan(self, felt: Affect, pace: Pace) -> Plan {
        let at_once = |strategy: Strategy| {
            let goal = strategy.goal(felt);
            Plan::new(goal, Strategy::Goal(goal), pace)
        };
        match self {
            Self::Match => Plan::new(felt, Strategy::Match, pace),
            Self::Lift => Plan::new(felt, Strategy::Lift, pace),
            Self::Soothe => Plan::new(felt, Strategy::Soothe, pace),
            Self::LiftAtOnce => at_once(Strategy::Lift),
            Self::SootheAtOnce => at_once(Strategy::Soothe),
        }
    }

    /// What a stranger who feels like this should get; see [`Strategy::for_stranger`].
    #[must_use]
    pub fn for_stranger(felt: &Estimate) -> Self {
        match Strategy::for_stranger(felt) {
            Strategy::Lift => Self::Lift,
            Strategy::Soothe => Self::Soothe,
            _ => Self::Match,
        }
    }

    fn prior(self, preferred: Self) -> f64 {
        use Approach::{Lift, LiftAtOnce, Match, Soothe, SootheAtOnce};
        match (preferred, self) {
            (Match, Match) | (Lift, Lift) | (Soothe, Soothe) => PREFERRED,
            (Lift, LiftAtOnce) | (Soothe, SootheAtOnce) => SAME_GOAL,
            _ => 0.0,
        }
    }
}

/// What is believed of an approach in a quadrant: sessions and the sum of their rewards.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Arm {
    quadrant: u8,
    approach: Approach,
    sessions: f64,
    rewards: f64,
}

/// Learns which approach helps in which quadrant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ApproachBandit {
    arms: Vec<Arm>,
}

impl ApproachBandit {
    /// Draws an approach for a feeling: each as often as it is believed to be the best.
    ///
    /// Anger is never matched: discharge goes with more anxiety (Carlson et al. 2015). Who wants
    /// it asks for it by strategy.
    #[must_use]
    pub fn choose(&self, felt: &Estimate, seed: u64) -> Approach {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let preferred = Approach::for_stranger(felt);
        let angry = [felt.mean.quadrant(), felt.quadrants.most_likely()].contains(&Quadrant::Anger);
        let mut best = (f64::NEG_INFINITY, preferred);
        for approach in Approach::ALL {
            let (mean, sd) = self.belief(felt, approach);
            let drawn = mean + sd * normal(&mut rng);
            if drawn > best.0 && !(angry && approach == Approach::Match) {
                best = (drawn, approach);
            }
        }
        best.1
    }

    /// Mean and standard deviation of the reward that an approach is believed to have.
    #[must_use]
    pub fn belief(&self, felt: &Estimate, approach: Approach) -> (f64, f64) {
        let quadrant = felt.quadrants.most_likely() as u8;
        let prior = approach.prior(Approach::for_stranger(felt));
        let arm = self.arms.iter();
        let mut arm = arm.filter(|arm| arm.quadrant == quadrant && arm.approach == approach);
        let (sessions, rewards) = arm.next().map_or((0.0, 0.0), |a| (a.sessions, a.rewards));
        let precision = PRIOR_SD.powi(-2) + sessions * NOISE_SD.powi(-2);
        let weighted = prior * PRIOR_SD.powi(-2) + rewards * NOISE_SD.powi(-2);
        (weighted / precision, precision.powf(-0.5))
    }

    /// Learns how a session went; `reward` in −1..=1, see [`reward`].
    pub(crate) fn learn(&mut self, before: Affect, approach: Approach, reward: f64) {
        let quadrant = before.quadrant() as u8;
        let same = |arm: &&mut Arm| arm.quadrant == quadrant && arm.approach == approach;
        match self.arms.iter_mut().find(same) {
            Some(arm) => {
                arm.sessions += 1.0;
                arm.rewards += reward;
            }
            None => self.arms.push(Arm {
                quadrant,
                approach,
                sessions: 1.0,
                rewards: reward,
            }),
        }
    }
}

/// How far a session brought a listener to where they wanted to be, in −1..=1: the distance gained
/// on the plane.
#[must_use]
pub fn reward(before: Affect, after: Affect, wanted: Affect) -> f64 {
    (before.distance(wanted) - after.distance(wanted)).clamp(-1.0, 1.0)
}

/// A standard normal number (Box & Muller 1958).
pub(crate) fn normal(rng: &mut Pcg64Mcg) -> f64 {
    let (u, angle): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

#[cfg(test)]
mod tests {
    use affetto_affect::Covariance;

    use super::*;

    fn feeling(v: f64, a: f64) -> Estimate {
        Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(0.2, 0.2))
    }

    fn share(bandit: &ApproachBandit, felt: &Estimate, approach: Approach) -> f64 {
        let chosen = (0..400).filter(|&seed| bandit.choose(felt, seed) == approach);
        chosen.count() as f64 / 400.0
    }

    #[test]
    fn strangers_get_what_suits_most() {
        let bandit = ApproachBandit::default();
        assert!(share(&bandit, &feeling(-0.6, -0.5), Approach::Lift) > 0.9);
        assert!(share(&bandit, &feeling(-0.6, 0.6), Approach::Soothe) > 0.9);
        assert!(share(&bandit, &feeling(0.6, 0.6), Approach::Match) > 0.9);
    }

    #[test]
    fn it_learns_what_helps_whom() {
        let mut bandit = ApproachBandit::default();
        let sad = feeling(-0.6, -0.5);
        for _ in 0..60 {
            bandit.learn(sad.mean, Approach::Lift, -0.1);
            bandit.learn(sad.mean, Approach::LiftAtOnce, 0.6);
        }
        assert!(share(&bandit, &sad, Approach::LiftAtOnce) > 0.95);
        // What helps against sadness says nothing of happiness.
        assert!(share(&bandit, &feeling(0.6, 0.6), Approach::Match) > 0.9);
    }

    #[test]
    fn anger_is_never_matched() {
        let mut bandit = ApproachBandit::default();
        let angry = feeling(-0.6, 0.6);
        for _ in 0..100 {
            bandit.learn(angry.mean, Approach::Match, 1.0);
        }
        assert_eq!(share(&bandit, &angry, Approach::Match), 0.0);
    }

    #[test]
    fn plans() {
        let sad = Affect::clamped(-0.6, -0.5);
        let start = |approach: Approach| approach.plan(sad, Pace::Steady).target(0.0);
        assert_eq!(start(Approach::Lift), sad);
        assert!(start(Approach::LiftAtOnce).v() > 0.5);
        assert!(start(Approach::SootheAtOnce).a() <= -0.5);
    }
}
