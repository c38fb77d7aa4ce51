//! A bar: its plan and its notes.

use affetto_affect::Affect;
use affetto_music::{Bpm, ChordSpan, Key, Meter, Note, Role};

use crate::{Genre, Texture};

/// Seven-note scales ordered by brightness (sharps added to the circle of fifths).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scale {
    /// 0 1 3 5 7 8 10.
    Phrygian,
    /// 0 2 3 5 7 8 10, natural minor.
    Aeolian,
    /// 0 2 3 5 7 9 10.
    Dorian,
    /// 0 2 4 5 7 9 10.
    Mixolydian,
    /// 0 2 4 5 7 9 11, major.
    Ionian,
    /// 0 2 4 6 7 9 11.
    Lydian,
}

impl Scale {
    /// Semitones above the tonic.
    #[must_use]
    pub fn degrees(self) -> [u8; 7] {
        match self {
            Self::Phrygian => [0, 1, 3, 5, 7, 8, 10],
            Self::Aeolian => [0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => [0, 2, 3, 5, 7, 9, 10],
            Self::Mixolydian => [0, 2, 4, 5, 7, 9, 10],
            Self::Ionian => [0, 2, 4, 5, 7, 9, 11],
            Self::Lydian => [0, 2, 4, 6, 7, 9, 11],
        }
    }
}

/// The musical cues that carry emotion, as the plan asks for them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cues {
    /// Scale colour from −1 (Phrygian) to 1 (Lydian); below 0 is minor.
    pub brightness: f64,
    /// Place inside the genre's tempo band, 0..=1.
    pub tempo: f64,
    /// Note density, 0..=1.
    pub density: f64,
    /// Register shift in semitones, about −12..=12.
    pub register: f64,
    /// Loudness, 0..=1.
    pub dynamics: f64,
    /// Sounding share of the written length, about 0.4 (staccato) to 1 (legato).
    pub articulation: f64,
    /// Dissonance and harmonic distance, 0..=1.
    pub tension: f64,
    /// Share of the genre's instruments that play, 0..=1.
    pub layers: f64,
}

/// Which roles play in a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layers {
    /// The tune.
    pub melody: bool,
    /// A second line.
    pub counter: bool,
    /// Chordal accompaniment.
    pub chords: bool,
    /// Sustained chords.
    pub pad: bool,
    /// Bass.
    pub bass: bool,
    /// Drums.
    pub drums: bool,
}

/// How a phrase ends in this bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// On the dominant.
    Half,
    /// Dominant to tonic, with the melody on the tonic.
    Authentic,
    /// Subdominant to tonic.
    Plagal,
    /// Dominant to another chord than the tonic.
    Deceptive,
}

/// What the bar does with the theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeUse {
    /// New material.
    New,
    /// The motif as it was stated.
    State,
    /// The motif, varied.
    Vary,
}

/// The tune that a bar belongs to: a source makes the same tune from the same numbers, so that
/// themes come back after any time without being kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tune {
    /// Identity of theme and progression.
    pub seed: u64,
    /// Number of the phrase within the section: 0 asks, 1 answers, 2 closes a twelve-bar blues.
    pub phrase: u32,
    /// How often the section was heard before; variation grows with it.
    pub pass: u32,
}

/// What the next bar shall be.
#[derive(Debug, Clone, PartialEq)]
pub struct BarPlan {
    /// Number of the bar from the start, from 0.
    pub index: u64,
    /// Genre.
    pub genre: Genre,
    /// Texture.
    pub texture: Texture,
    /// Section letter, e.g. `'A'`.
    pub section: char,
    /// What the band plays by: patterns and instruments follow from this number, the section letter
    /// and the genre, so that they stay the same from bar to bar. Constant within a piece or until
    /// the composer wants another band; usually drawn from the seed.
    pub groove: u64,
    /// Bar within the phrase, from 0.
    pub phrase_bar: u32,
    /// Bars in the phrase, mostly 4 or 8.
    pub phrase_bars: u32,
    /// Tonic and mode.
    pub key: Key,
    /// Scale on that tonic.
    pub scale: Scale,
    /// Metre.
    pub meter: Meter,
    /// Tempo.
    pub bpm: Bpm,
    /// Factor on the tempo when the bar is performed: 1 in time, below 1 where a phrase slows down.
    pub rubato: f64,
    /// What the bar shall express, after slew limits and cap.
    pub target: Affect,
    /// Where a writer that has learnt from music aims: the target, corrected by what the listening
    /// model heard in the last bars. Equal to the target where nobody listens.
    pub aim: Affect,
    /// The cues for that target.
    pub cues: Cues,
    /// Chords, in ticks from the start of the bar; together they cover the bar.
    pub chords: Vec<ChordSpan>,
    /// Who plays.
    pub layers: Layers,
    /// Whether drums and bass lead over into the next phrase.
    pub fill: bool,
    /// How the phrase ends, in its last bar.
    pub cadence: Option<Cadence>,
    /// Theme.
    pub theme: ThemeUse,
    /// Which tune.
    pub tune: Tune,
    /// Steady rhythm without pauses.
    pub steady: bool,
}

impl BarPlan {
    /// The tempo at which the bar is performed.
    #[must_use]
    pub fn performed_bpm(&self) -> Bpm {
        Bpm::clamped(self.bpm.get() * self.rubato)
    }

    /// Length of the bar in ticks at [`affetto_music::score::TICKS_PER_QUARTER`].
    #[must_use]
    pub fn ticks(&self) -> u32 {
        self.meter
            .bar_ticks(affetto_music::score::TICKS_PER_QUARTER)
    }
}

/// What one role plays in one bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Instrument name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// General MIDI program in `0..128`; for drums the kit.
    pub program: u8,
    /// Channel volume in `0..128`.
    pub volume: u8,
    /// Stereo position in `0..128`.
    pub pan: u8,
    /// Notes in ticks from the start of the bar, sorted; none reaches over the end of the bar.
    pub notes: Vec<Note>,
}

/// A composed bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What was planned.
    pub plan: BarPlan,
    /// The notes as written, on the grid.
    pub parts: Vec<Part>,
    /// The notes as played: velocities, lengths and timing of a performance.
    pub performed: Vec<Part>,
    /// What the listening model heard over the last bars up to this one, if one listened.
    pub heard: Option<Affect>,
}
