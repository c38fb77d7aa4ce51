//! What a caller may ask of the composer.

use std::fmt;
use std::str::FromStr;

use affetto_affect::Affect;
use affetto_music::{Bpm, Chord, Key};

use crate::Error;

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
    /// Expressive performance.
    pub performance: PerformanceSettings,
    /// Candidates composed for each bar, in `1..=16`; the listening model chooses among them.
    pub candidates: u32,
    /// Seed of all randomness: same request, same seed, same notes.
    pub seed: u64,
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
            performance: PerformanceSettings::default(),
            candidates: 4,
            seed: 0,
        }
    }
}
