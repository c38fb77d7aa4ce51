//! Feedback while music plays, and the preferences that are learnt from it.
//!
//! A word such as *too busy* moves the station that plays at once and by much, and the listener's
//! preferences by little. New pieces and stations of that listener start from the preferences, so
//! that music comes to fit its listener. What is stored are five numbers.

use std::fmt;
use std::str::FromStr;

use affetto_compose::{CueOffsets, Request, TargetOffset};

use crate::{Engine, Error};

/// What a listener says about the music that plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feedback {
    /// Too many notes and instruments.
    TooBusy,
    /// Too few notes and instruments.
    TooEmpty,
    /// Valence too low.
    TooSad,
    /// Valence too high.
    TooHappy,
    /// Too dissonant, harmony too far afield.
    TooTense,
    /// Arousal too low.
    TooCalm,
    /// Arousal too high.
    TooWild,
    /// Drums out of the way.
    LessDrums,
    /// Drums to the front.
    MoreDrums,
    /// Right as it is: this section again, and later music like it.
    MoreLikeThis,
}

impl Feedback {
    /// All, in their listing order.
    pub const ALL: [Self; 10] = [
        Self::MoreLikeThis,
        Self::TooBusy,
        Self::TooEmpty,
        Self::TooSad,
        Self::TooHappy,
        Self::TooCalm,
        Self::TooWild,
        Self::TooTense,
        Self::LessDrums,
        Self::MoreDrums,
    ];

    /// The name in requests, e.g. `"too-busy"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TooBusy => "too-busy",
            Self::TooEmpty => "too-empty",
            Self::TooSad => "too-sad",
            Self::TooHappy => "too-happy",
            Self::TooTense => "too-tense",
            Self::TooCalm => "too-calm",
            Self::TooWild => "too-wild",
            Self::LessDrums => "less-drums",
            Self::MoreDrums => "more-drums",
            Self::MoreLikeThis => "more-like-this",
        }
    }

    /// Which preference it moves, and which way; none for [`Feedback::MoreLikeThis`].
    fn moves(self) -> Option<(Axis, f64)> {
        Some(match self {
            Self::TooBusy => (Axis::Density, -1.0),
            Self::TooEmpty => (Axis::Density, 1.0),
            Self::TooSad => (Axis::Valence, 1.0),
            Self::TooHappy => (Axis::Valence, -1.0),
            Self::TooTense => (Axis::Tension, -1.0),
            Self::TooCalm => (Axis::Arousal, 1.0),
            Self::TooWild => (Axis::Arousal, -1.0),
            Self::LessDrums => (Axis::Drums, -1.0),
            Self::MoreDrums => (Axis::Drums, 1.0),
            Self::MoreLikeThis => return None,
        })
    }
}

impl fmt::Display for Feedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Feedback {
    type Err = Error;

    /// Reads a name; case, spaces, hyphens and underscores do not matter.
    fn from_str(text: &str) -> Result<Self, Error> {
        let plain = |name: &str| -> String {
            let letters = name.chars().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect()
        };
        let known = Self::ALL
            .into_iter()
            .find(|feedback| plain(feedback.name()) == plain(text));
        known.ok_or_else(|| {
            let actual: String = text.chars().take(40).collect();
            let names = Self::ALL.map(Self::name).join(", ");
            Error::user(
                "unknown_name",
                format!("unknown feedback {actual:?}, expected one of: {names}"),
            )
        })
    }
}

/// How a listener wants music to differ from what the emotion alone asks, each in −1..=1, 0 for
/// no wish.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Preferences {
    /// Sadder to happier.
    pub valence: f64,
    /// Calmer to more energetic.
    pub arousal: f64,
    /// Fewer to more notes and instruments.
    pub density: f64,
    /// More consonant to more tense.
    pub tension: f64,
    /// Fewer to more drums.
    pub drums: f64,
}

#[derive(Debug, Clone, Copy)]
enum Axis {
    Valence,
    Arousal,
    Density,
    Tension,
    Drums,
}

/// How much a word counts.
#[derive(Debug, Clone, Copy)]
struct Weight {
    /// Step along its axis.
    step: f64,
    /// Share of all earlier wishes that stays.
    keep: f64,
    /// Farthest that an axis goes.
    most: f64,
}

/// For the station that plays: heard with the next bar.
const NOW: Weight = Weight {
    step: 0.35,
    keep: 1.0,
    most: 1.0,
};
/// For the profile: several words in one direction are needed, and old ones fade.
const LASTING: Weight = Weight {
    step: 0.1,
    keep: 0.96,
    most: 0.6,
};
/// Share of what was corrected in a station that *more like this* makes lasting.
const APPROVED: f64 = 0.25;
/// Points of the plane for a whole wish about valence or arousal.
const ON_THE_PLANE: f64 = 0.6;

impl Preferences {
    /// Whether there is no wish at all.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        *self == Self::default()
    }

    /// The preferences of a station after a word about it.
    #[must_use]
    pub fn steered(self, feedback: Feedback) -> Self {
        self.moved(feedback, NOW)
    }

    /// The lasting preferences after a word about a station that played with `heard`.
    #[must_use]
    pub fn learnt(self, feedback: Feedback, heard: &Self) -> Self {
        if feedback == Feedback::MoreLikeThis {
            return self.with(heard, |mine, theirs| {
                let most = LASTING.most;
                (mine + APPROVED * (theirs - mine)).clamp(-most, most)
            });
        }
        self.moved(feedback, LASTING)
    }

    /// Adds the wishes to what is asked of the composer.
    pub(crate) fn apply(&self, music: &mut Request) {
        let add = |pulled: f64, wish: f64| (pulled + wish).clamp(-1.0, 1.0);
        let cues = music.cues;
        music.cues = CueOffsets {
            density: add(cues.density, self.density),
            layers: add(cues.layers, 0.7 * self.density),
            tension: add(cues.tension, self.tension),
            drums: add(cues.drums, self.drums),
            ..cues
        };
        music.target_offset = TargetOffset {
            valence: ON_THE_PLANE * self.valence,
            arousal: ON_THE_PLANE * self.arousal,
        };
    }

    /// The wishes in words, the strongest first; empty for none.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        let mut wishes = [
            (self.valence, "sadder", "happier"),
            (self.arousal, "calmer", "more energetic"),
            (self.density, "fewer notes", "more notes"),
            (self.tension, "more consonant", "more tense"),
            (self.drums, "less drums", "more drums"),
        ];
        wishes.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let said = wishes.iter().filter(|(wish, ..)| wish.abs() >= SAID);
        said.map(|&(wish, less, more)| if wish < 0.0 { less } else { more })
            .collect()
    }

    fn moved(self, feedback: Feedback, weight: Weight) -> Self {
        let mut step = Self::default();
        let Some((axis, way)) = feedback.moves() else {
            return self;
        };
        *step.axis_mut(axis) = weight.step * way;
        self.with(&step, |wish, step| {
            let kept = weight.keep * wish;
            let kept = if kept.abs() < FADED { 0.0 } else { kept };
            (kept + step).clamp(-weight.most, weight.most)
        })
    }

    fn axis_mut(&mut self, axis: Axis) -> &mut f64 {
        match axis {
            Axis::Valence => &mut self.valence,
            Axis::Arousal => &mut self.arousal,
            Axis::Density => &mut self.density,
            Axis::Tension => &mut self.tension,
            Axis::Drums => &mut self.drums,
        }
    }

    /// Both, axis by axis, to the thousandth: what is stored and read again is the same number.
    fn with(&self, other: &Self, join: impl Fn(f64, f64) -> f64) -> Self {
        let join = |a: f64, b: f64| (join(a, b) * 1000.0).round() / 1000.0 + 0.0;
        Self {
            valence: join(self.valence, other.valence),
            arousal: join(self.arousal, other.arousal),
            density: join(self.density, other.density),
            tension: join(self.tension, other.tension),
            drums: join(self.drums, other.drums),
        }
    }

    /// The numbers with their names.
    #[must_use]
    pub fn rows(&self) -> [(&'static str, f64); 5] {
        [
            ("valence", self.valence),
            ("arousal", self.arousal),
            ("density", self.density),
            ("tension", self.tension),
            ("drums", self.drums),
        ]
    }

    /// The first number that is none in −1..=1, with its name.
    pub(crate) fn fault(&self) -> Option<(&'static str, f64)> {
        self.rows()
            .into_iter()
            .find(|(_, value)| !(-1.0..=1.0).contains(value))
    }
}

/// An earlier wish that is smaller is forgotten with the next word.
const FADED: f64 = 0.02;
/// Smallest wish that is put in words.
const SAID: f64 = 0.03;

impl Engine {
    /// What this listener likes, as far as they said so.
    #[must_use]
    pub fn preferences(&self) -> Preferences {
        self.learnt().preferences
    }

    /// Learns from a word about music that was played with the preferences `heard`, and stores
    /// what was learnt: five numbers.
    ///
    /// # Errors
    /// [`Error::Io`] when the listener's profile cannot be written; what was learnt then counts
    /// until the program ends.
    pub fn learn(&self, feedback: Feedback, heard: &Preferences) -> Result<Preferences, Error> {
        let learnt = self.change_profile(|learnt| {
            learnt.preferences = learnt.preferences.learnt(feedback, heard);
        })?;
        Ok(learnt.preferences)
    }

    /// Forgets the preferences.
    ///
    /// # Errors
    /// As [`Engine::learn`].
    pub fn forget_preferences(&self) -> Result<(), Error> {
        self.change_profile(|learnt| learnt.preferences = Preferences::default())?;
        Ok(())
    }
}
