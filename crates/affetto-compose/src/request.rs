//! What a caller may ask of the composer.

use std::fmt;
use std::str::FromStr;

use affetto_affect::Affect;
use affetto_music::{Bpm, Chord, Key};

use crate::tokens::PieceBar;
use crate::{Error, Sampling};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All values in their listing order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used on the command line and in the API.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// Reads a name; case, spaces, hyphens and underscores do not matter.
            fn from_str(text: &str) -> Result<Self, Error> {
                let plain = |s: &str| -> String {
                    s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
                };
                Self::ALL.iter().copied().find(|value| plain(value.name()) == plain(text)).ok_or_else(
                    || Error::UnknownName {
                        kind: $kind,
                        actual: text.chars().take(40).collect(),
                        expected: Self::ALL.iter().map(|v| v.name()).collect::<Vec<_>>().join(", "),
                    },
                )
            }
        }
    };
}

named! {
    /// Musical genre: decides the band, the tempo range, the groove and the harmony.
    Genre, "genre",
    /// Shuffle, twelve bars, dominant sevenths.
    Blues = "blues",
    /// Piano and strings, functional harmony.
    Classical = "classical",
    /// Guitars, root–fifth bass, train beat.
    Country = "country",
    /// Four on the floor, octave bass, strings.
    Disco = "disco",
    /// Drum loop, short minor progressions, deep bass.
    HipHop = "hip-hop",
    /// Swing ride, walking bass, seventh chords.
    Jazz = "jazz",
    /// Distorted guitars, double kick, Phrygian and Aeolian power chords.
    Metal = "metal",
    /// Straight eighths, four-chord progressions.
    Pop = "pop",
    /// One-drop drums, offbeat skank, melodic bass.
    Reggae = "reggae",
    /// Straight eighths, power chords.
    Rock = "rock",
    /// Pads and slow arpeggios without a beat, for focus and rest.
    Ambient = "ambient",
}

named! {
    /// How many voices and instruments play.
    Texture, "texture",
    /// One melody, never two notes at once.
    Mono = "mono",
    /// One piano, both hands.
    Poly = "poly",
    /// A band of several tracks.
    Band = "band",
}

named! {
    /// Who writes the bars.
    Writer, "writer",
    /// Musical knowledge.
    Rules = "rules",
    /// A model that has learnt from music.
    Neural = "neural",
}

/// Which weights the neural writer composes with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Weights {
    /// Those trained on all data, or those that are configured.
    #[default]
    Notes,
    /// Those trained on permissively licensed data alone.
    Free,
    /// Those of a style that a user has trained.
    Style(String),
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Notes => "notes",
            Self::Free => "free",
            Self::Style(name) => name,
        })
    }
}

impl FromStr for Weights {
    type Err = Error;

    /// Reads `notes` or `free`; styles are chosen as genres.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim() {
            "notes" => Ok(Self::Notes),
            "free" => Ok(Self::Free),
            other => Err(Error::UnknownName {
                kind: "set of weights",
                actual: other.chars().take(40).collect(),
                expected: "notes, free".to_owned(),
            }),
        }
    }
}

/// How long a piece shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// A number of bars, in `1..=2000`.
    Bars(u32),
    /// About so many seconds, in 1..=3600, rounded to whole bars.
    Seconds(f64),
    /// No end: the composer plans section after section.
    Endless,
}

/// What a listener pulls by hand on top of what the emotion asks, each in −1..=1, 0 for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CueOffsets {
    /// Darker (−1) to brighter (1) scale colour.
    pub brightness: f64,
    /// Slower to faster inside the genre's band.
    pub tempo: f64,
    /// Fewer to more notes.
    pub density: f64,
    /// Lower to higher.
    pub register: f64,
    /// Softer to louder.
    pub dynamics: f64,
    /// Detached to connected.
    pub articulation: f64,
    /// Consonant to tense.
    pub tension: f64,
    /// Fewer to more instruments.
    pub layers: f64,
    /// Fewer and softer to more and louder drums, where the genre has any.
    pub drums: f64,
}

/// How far from its target the music shall stay, because its listener finds it better there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TargetOffset {
    /// Added to the valence of the target, in −1..=1.
    pub valence: f64,
    /// Added to the arousal of the target, in −1..=1; the energy cap stays in force.
    pub arousal: f64,
}

impl TargetOffset {
    /// A target moved by the offset, on the plane.
    #[must_use]
    pub fn apply(self, target: Affect) -> Affect {
        Affect::clamped(target.v() + self.valence, target.a() + self.arousal)
    }
}

/// Which parts of expressive performance are on; all on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerformanceSettings {
    /// Accents, phrase arch and voice balance in velocity.
    pub dynamics: bool,
    /// Phrase-arch tempo curve, 1/f timing noise, melody lead, chord spread.
    pub timing: bool,
    /// Swing where the genre swings.
    pub swing: bool,
    /// Note lengths by emotion.
    pub articulation: bool,
}

impl Default for PerformanceSettings {
    fn default() -> Self {
        Self {
            dynamics: true,
            timing: true,
            swing: true,
            articulation: true,
        }
    }
}

/// What is wanted of a piece or a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What the music shall express.
    pub target: Affect,
    /// Genre.
    pub genre: Genre,
    /// Texture.
    pub texture: Texture,
    /// Length.
    pub length: Length,
    /// Key to stay in; `None` lets the composer choose and drift.
    pub key: Option<Key>,
    /// Tempo to stay at; `None` lets emotion and genre decide.
    pub tempo: Option<Bpm>,
    /// Chords to cycle through, one a bar; empty lets the composer choose.
    pub chords: Vec<Chord>,
    /// Highest arousal the music may express, in −1..=1; 1 for no cap.
    pub energy_cap: f64,
    /// Keep rhythm steady and leave no pauses, for concentration.
    pub steady: bool,
    /// What the listener pulls by hand.
    pub cues: CueOffsets,
    /// How far from the target the music stays.
    pub target_offset: TargetOffset,
    /// How often more of the present section was asked for; each time an endless stream plays the
    /// section once more with its theme varied.
    pub encores: u32,
    /// Expressive performance.
    pub performance: PerformanceSettings,
    /// Candidates composed for each bar, in `1..=16`; the listening model chooses among them.
    pub candidates: u32,
    /// Seed of all randomness: same request, same seed, same notes.
    pub seed: u64,
    /// Who writes the bars; whoever has no model lets the rules write.
    pub writer: Writer,
    /// What the neural writer composes with.
    pub weights: Weights,
    /// How the neural writer draws.
    pub sampling: Sampling,
    /// Bars that the neural writer continues, as [`crate::tokens::grid_bars`] makes them.
    pub primer: Vec<PieceBar>,
}

impl Request {
    /// A request with defaults: pop band, 16 bars, four candidates, seed 0.
    #[must_use]
    pub fn new(target: Affect) -> Self {
        Self {
            target,
            genre: Genre::Pop,
            texture: Texture::Band,
            length: Length::Bars(16),
            key: None,
            tempo: None,
            chords: Vec::new(),
            energy_cap: 1.0,
            steady: false,
            cues: CueOffsets::default(),
            target_offset: TargetOffset::default(),
            encores: 0,
            performance: PerformanceSettings::default(),
            candidates: 4,
            seed: 0,
            writer: Writer::Rules,
            weights: Weights::Notes,
            sampling: Sampling::default(),
            primer: Vec::new(),
        }
    }
    /// Most bars of a piece.
    pub const MAX_BARS: u32 = 2000;
    /// Longest piece in seconds.
    pub const MAX_SECONDS: f64 = 3600.0;
    /// Most chords of a cycle.
    pub const MAX_CHORDS: usize = 64;
    /// Most candidates for a bar.
    pub const MAX_CANDIDATES: u32 = 16;

    /// Checks every number against its range.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the first quantity outside its range: bars in 1..=2000, seconds
    /// in 1..=3600, at most 64 chords, 1..=16 candidates, energy cap and cue offsets in −1..=1.
    pub fn validate(&self) -> Result<(), Error> {
        match self.length {
            Length::Bars(bars) => {
                within(
                    "number of bars",
                    f64::from(bars),
                    1.0,
                    f64::from(Self::MAX_BARS),
                )?;
            }
            Length::Seconds(seconds) => {
                within("length in seconds", seconds, 1.0, Self::MAX_SECONDS)?
            }
            Length::Endless => {}
        }
        within(
            "number of chords",
            self.chords.len() as f64,
            0.0,
            Self::MAX_CHORDS as f64,
        )?;
        let candidates = f64::from(self.candidates);
        within(
            "number of candidates",
            candidates,
            1.0,
            f64::from(Self::MAX_CANDIDATES),
        )?;
        within("energy cap", self.energy_cap, -1.0, 1.0)?;
        within("temperature", self.sampling.temperature, 0.1, 3.0)?;
        within("nucleus", self.sampling.top_p, 0.1, 1.0)?;
        within("guidance", self.sampling.guidance, 0.0, 4.0)?;
        let TargetOffset { valence, arousal } = self.target_offset;
        within("target offset of valence", valence, -1.0, 1.0)?;
        within("target offset of arousal", arousal, -1.0, 1.0)?;
        self.cues.validate()
    }
}

impl CueOffsets {
    /// Checks that every offset lies in −1..=1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the first that does not.
    pub fn validate(&self) -> Result<(), Error> {
        let rows = [
            ("brightness offset", self.brightness),
            ("tempo offset", self.tempo),
            ("density offset", self.density),
            ("register offset", self.register),
            ("dynamics offset", self.dynamics),
            ("articulation offset", self.articulation),
            ("tension offset", self.tension),
            ("layers offset", self.layers),
            ("drums offset", self.drums),
        ];
        rows.into_iter()
            .try_for_each(|(what, value)| within(what, value, -1.0, 1.0))
    }
}

/// Refuses what lies outside a range; what is not a number does.
fn within(what: &'static str, actual: f64, min: f64, max: f64) -> Result<(), Error> {
    if (min..=max).contains(&actual) {
        Ok(())
    } else {
        Err(Error::OutOfRange {
            what,
            min,
            max,
            actual,
        })
    }
}

/// A wish that comes while the music plays.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// Express something else from now on; reached under the slew limits.
    Target(Affect),
    /// Go over to another genre at the next phrase.
    Genre(Genre),
    /// Play with other forces from the next bar.
    Texture(Texture),
    /// Allow at most this arousal, in −1..=1.
    EnergyCap(f64),
    /// Pull the cues.
    Cues(CueOffsets),
    /// Stay so far from the target; reached under the slew limits.
    TargetOffset(TargetOffset),
    /// Play the present section once more before what comes next, with its theme varied; only
    /// endless streams do.
    Encore,
    /// Stay in a key from the next phrase on, or choose freely again.
    Key(Option<Key>),
    /// Stay at a tempo, or choose freely again.
    Tempo(Option<Bpm>),
    /// Keep rhythm steady without pauses (`true`), or let phrases breathe.
    Steady(bool),
    /// Switch parts of expressive performance.
    Performance(PerformanceSettings),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut Request), expected: &str) {
        let mut request = Request::new(Affect::default());
        change(&mut request);
        let answer = request
            .validate()
            .map_or_else(|error| error.to_string(), |()| "fine".into());
        assert_eq!(answer, expected);
    }

    #[test]
    fn ranges_are_named() {
        check(|_| {}, "fine");
        check(
            |r| r.length = Length::Bars(0),
            "number of bars must be between 1 and 2000, but was 0",
        );
        check(
            |r| r.length = Length::Seconds(1e9),
            "length in seconds must be between 1 and 3600, but was 1000000000",
        );
        check(
            |r| r.length = Length::Seconds(f64::NAN),
            "length in seconds must be between 1 and 3600, but was NaN",
        );
        check(
            |r| r.candidates = 0,
            "number of candidates must be between 1 and 16, but was 0",
        );
        check(
            |r| r.energy_cap = 7.0,
            "energy cap must be between -1 and 1, but was 7",
        );
        check(
            |r| r.cues.tempo = -2.0,
            "tempo offset must be between -1 and 1, but was -2",
        );
        check(
            |r| r.cues.drums = 1.5,
            "drums offset must be between -1 and 1, but was 1.5",
        );
        check(
            |r| r.target_offset.arousal = f64::NAN,
            "target offset of arousal must be between -1 and 1, but was NaN",
        );
        let many = vec!["C".parse().unwrap(); 65];
        check(
            |r| r.chords = many,
            "number of chords must be between 0 and 64, but was 65",
        );
    }

    #[test]
    fn names_are_read_loosely() {
        assert_eq!("Hip Hop".parse::<Genre>(), Ok(Genre::HipHop));
        assert_eq!("POLY".parse::<Texture>(), Ok(Texture::Poly));
        let refused = "polka".parse::<Genre>().unwrap_err().to_string();
        assert!(
            refused.starts_with("unknown genre \"polka\", expected one of: blues, "),
            "{refused}"
        );
    }
}
