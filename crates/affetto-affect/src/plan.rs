//! A plan: where the music should be at each moment, from where the listener is to a goal.

use crate::{Affect, Pace, Strategy};

/// The path of a listening session over the plane.
///
/// The iso principle of music therapy (Altshuler 1948): music first meets the listener where they
/// are, stays there for a while, then leads. The path is a straight line, passed with a smooth
/// start and end (3x² − 2x³); how long it takes grows with its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    start: Affect,
    goal: Affect,
    strategy: Strategy,
    pace: Pace,
    energy_cap: f64,
}

impl Plan {
    /// A plan from where the listener is.
    #[must_use]
    pub fn new(start: Affect, strategy: Strategy, pace: Pace) -> Self {
        Self {
            start,
            goal: strategy.goal(start),
            strategy,
            pace,
            energy_cap: 1.0,
        }
    }

    /// The same plan with arousal kept at or below a cap in −1..=1, at the start too; a cap
    /// outside becomes the nearest inside, what is not a number 1.
    #[must_use]
    pub fn with_energy_cap(self, cap: f64) -> Self {
        let energy_cap = if cap.is_nan() {
            1.0
        } else {
            cap.clamp(-1.0, 1.0)
        };
        Self { energy_cap, ..self }
    }

    /// Where the listener was when the plan was made.
    #[must_use]
    pub fn start(&self) -> Affect {
        self.start
    }

    /// Where the plan ends, below the energy cap.
    #[must_use]
    pub fn goal(&self) -> Affect {
        self.capped(self.goal)
    }

    /// What the music does to the listener's feeling.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// How fast it does so.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// When the goal is reached, in seconds from the start of the plan; 0 where it is the start.
    #[must_use]
    pub fn duration_s(&self) -> f64 {
        let distance = self.start.distance(self.goal);
        if distance == 0.0 {
            0.0
        } else {
            self.pace.hold_s() + distance * self.pace.s_per_unit()
        }
    }

    /// Where the music should be `elapsed_s` seconds after the start of the plan.
    ///
    /// Before the start it is at the start, after the end at the goal; an undefined time counts
    /// as the start.
    #[must_use]
    pub fn target(&self, elapsed_s: f64) -> Affect {
        if elapsed_s >= self.duration_s() {
            return self.goal();
        }
        let moving_s = self.duration_s() - self.pace.hold_s();
        let x = ((elapsed_s - self.pace.hold_s()) / moving_s).max(0.0);
        let share = x * x * (3.0 - 2.0 * x);
        let between = |from: f64, to: f64| from + share * (to - from);
        self.capped(Affect::clamped(
            between(self.start.v(), self.goal.v()),
            between(self.start.a(), self.goal.a()),
        ))
    }

    fn capped(&self, point: Affect) -> Affect {
        Affect::clamped(point.v(), point.a().min(self.energy_cap))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Plan;
    use crate::{Affect, FocusMode, Pace, Strategy};

    #[track_caller]
    fn check(strategy: &str, elapsed_s: f64, expected: &str) {
        let start = Affect::clamped(-0.6, -0.4);
        let plan = Plan::new(start, strategy.parse().unwrap(), Pace::Steady);
        let target = plan.target(elapsed_s);
        assert_eq!(format!("{:.2} {:.2}", target.v(), target.a()), expected);
    }

    #[test]
    fn lifting_someone_sad() {
        check("lift", -5.0, "-0.60 -0.40");
        check("lift", 0.0, "-0.60 -0.40");
        check("lift", 20.0, "-0.60 -0.40");
        check("lift", 111.6, "0.05 0.00");
        check("lift", 203.2, "0.70 0.40");
        check("lift", 1e9, "0.70 0.40");
        check("lift", f64::NAN, "-0.60 -0.40");
    }

    #[test]
    fn other_strategies() {
        check("match", 0.0, "-0.60 -0.40");
        check("match", 600.0, "-0.60 -0.40");
        check("soothe", 600.0, "0.50 -0.50");
        check("focus:vigor", 600.0, "0.50 0.70");
        check("goal:0.1,0.2", 600.0, "0.10 0.20");
    }

    #[test]
    fn the_cap_holds_from_the_start() {
        let plan = Plan::new(
            Affect::clamped(0.0, 0.9),
            Strategy::Focus(FocusMode::Vigor),
            Pace::Quick,
        )
        .with_energy_cap(0.2);
        assert_eq!(plan.target(0.0).a(), 0.2);
        assert_eq!(plan.goal().a(), 0.2);
    }

    prop_compose! {
        fn plans()(v in -1.0..1.0, a in -1.0..1.0, gv in -1.0..1.0, ga in -1.0..1.0,
            strategy in 0..5, pace in prop::sample::select(Pace::ALL.to_vec()), cap in -1.0..1.0)
            -> Plan {
            let strategy = match strategy {
                0 => Strategy::Match,
                1 => Strategy::Lift,
                2 => Strategy::Soothe,
                3 => Strategy::Focus(FocusMode::Inspiration),
                _ => Strategy::Goal(Affect::clamped(gv, ga)),
            };
            Plan::new(Affect::clamped(v, a), strategy, pace).with_energy_cap(cap)
        }
    }

    proptest! {
        #[test]
        fn a_plan_ends_at_its_goal(plan in plans(), later in 0.0..1e6) {
            prop_assert_eq!(plan.target(plan.duration_s() + later), plan.goal());
        }

        #[test]
        fn a_plan_starts_with_the_listener(plan in plans(), share in 0.0..1.0) {
            let plan = plan.with_energy_cap(1.0);
            prop_assert!(plan.target(share * plan.pace().hold_s()).distance(plan.start()) < 1e-9);
        }

        #[test]
        fn a_plan_never_jumps(plan in plans(), share in 0.0..1.2) {
            let at_s = share * plan.duration_s();
            let step = plan.target(at_s).distance(plan.target(at_s + 0.1));
            // The steepest slope of 3x² − 2x³ is 1.5.
            prop_assert!(step <= 1.5 * 0.1 / plan.pace().s_per_unit() + 1e-9, "{step}");
        }

        #[test]
        fn the_cap_is_never_exceeded(plan in plans(), share in 0.0..1.2, cap in -1.0..1.0) {
            let plan = plan.with_energy_cap(cap);
            prop_assert!(plan.target(share * plan.duration_s()).a() <= cap);
        }
    }
}
