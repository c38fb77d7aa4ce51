//! What music should do to a feeling: strategies, paces, focus modes, presets and their names.

use std::fmt;
use std::str::FromStr;

use crate::{Affect, Error, Estimate, Quadrant};

/// What kind of concentration the music is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FocusMode {
    /// Low arousal: reading, learning.
    #[default]
    Calm,
    /// Middle arousal, pleasant: writing, making.
    Inspiration,
    /// High arousal, pleasant: chores, exercise.
    Vigor,
}

impl FocusMode {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Calm, Self::Inspiration, Self::Vigor];

    /// Lower-case English name, e.g. `"vigor"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Inspiration => "inspiration",
            Self::Vigor => "vigor",
        }
    }

    /// Where the music stays; mildly pleasant in each mode, so that it does not draw attention.
    #[must_use]
    pub fn point(self) -> Affect {
        match self {
            Self::Calm => Affect::clamped(0.35, -0.4),
            Self::Inspiration => Affect::clamped(0.5, 0.1),
            Self::Vigor => Affect::clamped(0.5, 0.7),
        }
    }
}

/// What the music should do to the listener's feeling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Strategy {
    /// Stay with the feeling.
    Match,
    /// Towards happiness.
    Lift,
    /// Towards calmness.
    Soothe,
    /// Keep concentration: steady rhythm, no pauses.
    Focus(FocusMode),
    /// Towards a point that the listener chose.
    Goal(Affect),
}

const STRATEGIES: [&str; 8] = [
    "match",
    "lift",
    "soothe",
    "focus",
    "focus:calm",
    "focus:inspiration",
    "focus:vigor",
    "goal:VALENCE,AROUSAL",
];

impl Strategy {
    /// How a listening session treats someone who asked for nothing: it regulates gently.
    ///
    /// Sadness is lifted, anger (and fear, which shares its quadrant) soothed, happiness kept
    /// moving and calmness kept. Where anger is the most likely quadrant or the mean lies in it,
    /// the answer is always to soothe: anger is matched only when asked for.
    #[must_use]
    pub fn for_stranger(felt: &Estimate) -> Self {
        let likely = felt.quadrants.most_likely();
        if [likely, felt.mean.quadrant()].contains(&Quadrant::Anger) {
            return Self::Soothe;
        }
        match likely {
            Quadrant::Sadness => Self::Lift,
            Quadrant::Anger => Self::Soothe,
            Quadrant::Happiness | Quadrant::Calmness => Self::Match,
        }
    }

    /// Where the music ends up for a listener who starts at `start`.
    ///
    /// A listener who is already happier than where lifting leads, or calmer than where soothing
    /// leads, is left there.
    #[must_use]
    pub fn goal(self, start: Affect) -> Affect {
        match self {
            Self::Match => start,
            Self::Lift => Affect::clamped(start.v().max(0.7), start.a().max(0.4)),
            Self::Soothe => Affect::clamped(start.v().max(0.5), start.a().min(-0.5)),
            Self::Focus(mode) => mode.point(),
            Self::Goal(point) => point,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Match => f.write_str("match"),
            Self::Lift => f.write_str("lift"),
            Self::Soothe => f.write_str("soothe"),
            Self::Focus(mode) => write!(f, "focus:{}", mode.name()),
            Self::Goal(point) => write!(f, "goal:{},{}", point.v(), point.a()),
        }
    }
}

impl FromStr for Strategy {
    type Err = Error;

    /// Reads what `Display` writes; case does not matter and `focus` alone is `focus:calm`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || Error::unknown_name("strategy", text.trim(), &STRATEGIES);
        let lower = text.trim().to_lowercase();
        let (name, rest) = match lower.split_once([':', '-', ' ']) {
            Some((name, rest)) => (name, Some(rest.trim())),
            None => (lower.as_str(), None),
        };
        match (name, rest) {
            ("match", None) => Ok(Self::Match),
            ("lift", None) => Ok(Self::Lift),
            ("soothe", None) => Ok(Self::Soothe),
            ("focus", None) => Ok(Self::Focus(FocusMode::default())),
            ("focus", Some(mode)) => mode.parse().map(Self::Focus),
            ("goal", Some(point)) => {
                let (v, a) = point.split_once(',').ok_or_else(unknown)?;
                let number = |text: &str| text.trim().parse().map_err(|_| unknown());
                Ok(Self::Goal(Affect::new(number(v)?, number(a)?)?))
            }
            _ => Err(unknown()),
        }
    }
}

/// How long the music stays with the listener and how slowly it then moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pace {
    /// A minute with the listener, then 0.25 of the plane's unit a minute.
    Gentle,
    /// 20 seconds with the listener, then half a unit a minute.
    #[default]
    Steady,
    /// 4 seconds with the listener, then two units a minute.
    Quick,
}

impl Pace {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Gentle, Self::Steady, Self::Quick];

    /// Lower-case English name, e.g. `"gentle"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Steady => "steady",
            Self::Quick => "quick",
        }
    }

    /// How long the music matches the listener before it moves, in seconds.
    #[must_use]
    pub fn hold_s(self) -> f64 {
        match self {
            Self::Gentle => 60.0,
            Self::Steady => 20.0,
            Self::Quick => 4.0,
        }
    }

    /// How long it takes to move a distance of 1 on the plane, on average, in seconds.
    #[must_use]
    pub fn s_per_unit(self) -> f64 {
        match self {
            Self::Gentle => 240.0,
            Self::Steady => 120.0,
            Self::Quick => 30.0,
        }
    }
}

/// An occasion with everything that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Learning: calm and unobtrusive.
    Study,
    /// Work at a desk: pleasant, in the middle.
    Work,
    /// Exercise: as much energy as there is.
    Workout,
    /// Reading: the calmest.
    Reading,
}

/// What a preset stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PresetSettings {
    /// The strategy: focus, in the mode of the occasion.
    pub strategy: Strategy,
    /// How fast the music gets there.
    pub pace: Pace,
    /// Keep rhythm steady and leave no pauses.
    pub steady: bool,
    /// The most arousal the music may have, in −1..=1.
    pub energy_cap: f64,
}

impl Preset {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Study, Self::Work, Self::Workout, Self::Reading];

    /// Lower-case English name, e.g. `"study"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Work => "work",
            Self::Workout => "workout",
            Self::Reading => "reading",
        }
    }

    /// What the preset stands for.
    #[must_use]
    pub fn settings(self) -> PresetSettings {
        let (mode, pace, energy_cap) = match self {
            Self::Study => (FocusMode::Calm, Pace::Steady, 0.0),
            Self::Work => (FocusMode::Inspiration, Pace::Steady, 0.4),
            Self::Workout => (FocusMode::Vigor, Pace::Quick, 1.0),
            Self::Reading => (FocusMode::Calm, Pace::Gentle, -0.3),
        };
        PresetSettings {
            strategy: Strategy::Focus(mode),
            pace,
            steady: true,
            energy_cap,
        }
    }
}

macro_rules! names {
    ($type:ident, $kind:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = Error;

            /// Reads a name; case and surrounding spaces do not matter.
            fn from_str(text: &str) -> Result<Self, Error> {
                let wanted = text.trim();
                Self::ALL
                    .into_iter()
                    .find(|known| known.name().eq_ignore_ascii_case(wanted))
                    .ok_or_else(|| Error::unknown_name($kind, wanted, &Self::ALL.map(Self::name)))
            }
        }
    };
}

names!(FocusMode, "focus mode");
names!(Pace, "pace");
names!(Preset, "preset");
names!(Quadrant, "quadrant");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Pace, Preset, STRATEGIES, Strategy};
    use crate::{Affect, Covariance, Estimate, Quadrant, QuadrantProbabilities};

    #[track_caller]
    fn check_name(text: &str, expected: &str) {
        let actual = match text.parse::<Strategy>() {
            Ok(strategy) => strategy.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn strategies_by_name() {
        check_name("match", "match");
        check_name(" Lift ", "lift");
        check_name("SOOTHE", "soothe");
        check_name("focus", "focus:calm");
        check_name("focus:vigor", "focus:vigor");
        check_name("Focus Inspiration", "focus:inspiration");
        check_name("focus-vigor", "focus:vigor");
        check_name("goal:0.5,-0.25", "goal:0.5,-0.25");
        check_name("goal: 1, 0", "goal:1,0");
    }

    #[test]
    fn wrong_strategies() {
        let all = STRATEGIES.join(", ");
        check_name(
            "cheer",
            &format!("unknown strategy \"cheer\", expected one of: {all}"),
        );
        check_name(
            "goal:5",
            &format!("unknown strategy \"goal:5\", expected one of: {all}"),
        );
        check_name(
            "goal:x,1",
            &format!("unknown strategy \"goal:x,1\", expected one of: {all}"),
        );
        check_name("goal:7,0", "valence must be between -1 and 1, but was 7");
        check_name(
            "focus:hard",
            "unknown focus mode \"hard\", expected one of: calm, inspiration, vigor",
        );
        let long = "x".repeat(1000).parse::<Pace>().unwrap_err().to_string();
        assert!(long.len() < 200, "{long}");
    }

    #[test]
    fn names_and_back() {
        assert!(
            Pace::ALL
                .iter()
                .all(|pace| pace.to_string().parse() == Ok(*pace))
        );
        assert!(
            Preset::ALL
                .iter()
                .all(|preset| preset.to_string().parse() == Ok(*preset))
        );
        assert!(
            Quadrant::ALL
                .iter()
                .all(|q| q.to_string().parse() == Ok(*q))
        );
    }

    #[test]
    fn presets_are_steady_and_below_their_cap() {
        for preset in Preset::ALL {
            let settings = preset.settings();
            let goal = settings.strategy.goal(Affect::default());
            assert!(
                settings.steady && goal.a() <= settings.energy_cap,
                "{preset}"
            );
        }
    }

    #[track_caller]
    fn check_stranger(v: f64, a: f64, expected: Strategy) {
        let felt =
            Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(0.3, 0.3));
        assert_eq!(Strategy::for_stranger(&felt), expected);
    }

    #[test]
    fn strangers_are_treated_gently() {
        check_stranger(-0.6, -0.4, Strategy::Lift);
        check_stranger(-0.6, 0.6, Strategy::Soothe);
        check_stranger(0.6, 0.5, Strategy::Match);
        check_stranger(0.5, -0.5, Strategy::Match);
    }

    proptest! {
        #[test]
        fn anger_is_never_matched(
            v in -1.0..1.0, a in -1.0..1.0, weights in prop::array::uniform4(0.01..1.0),
        ) {
            let felt = Estimate {
                quadrants: QuadrantProbabilities::from_weights(weights).unwrap(),
                ..Estimate::certain(Affect::clamped(v, a))
            };
            let angry = felt.mean.quadrant() == Quadrant::Anger
                || felt.quadrants.most_likely() == Quadrant::Anger;
            if angry {
                prop_assert_eq!(Strategy::for_stranger(&felt), Strategy::Soothe);
            }
        }

        #[test]
        fn lifting_and_soothing_never_worsen(v in -1.0..1.0, a in -1.0..1.0) {
            let start = Affect::clamped(v, a);
            let (lifted, soothed) = (Strategy::Lift.goal(start), Strategy::Soothe.goal(start));
            prop_assert!(lifted.v() >= v && soothed.v() >= v && soothed.a() <= a);
            prop_assert_eq!(lifted.quadrant(), Quadrant::Happiness);
            prop_assert_eq!(soothed.quadrant(), Quadrant::Calmness);
        }

        #[test]
        fn hostile_names_never_panic(text in ".{0,40}") {
            let _ = text.parse::<Strategy>();
        }
    }
}
