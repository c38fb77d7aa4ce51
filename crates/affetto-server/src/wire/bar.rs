//! What listeners are told over the WebSocket.

use affetto_engine::station::PlayedBar;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Point, Station};

/// A text frame of the live WebSocket.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// The first frame.
    Hello {
        /// Always 48000.
        sample_rate: u32,
        /// Always 2.
        channels: u32,
        /// Samples that the Opus decoder gives before the first of the music.
        pre_skip: u32,
        /// Position of the first packet that follows.
        position: u64,
    },
    /// A bar was decided; with an index known already, its times have changed.
    Bar(Box<Bar>),
    /// The station was changed.
    State(Box<Station>),
    /// Nothing follows.
    End {
        /// Why, for people.
        reason: String,
    },
}

/// A bar, with positions on the 48-kHz clock of the packets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Bar {
    /// Number from the start of the station, from 0.
    pub index: u64,
    /// First sample.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
    /// Tempo in quarter notes a minute.
    pub bpm: f64,
    /// Metre.
    #[schema(example = "4/4")]
    pub meter: String,
    /// Key.
    #[schema(example = "A minor")]
    pub key: String,
    /// Scale on the tonic of the key.
    #[schema(example = "aeolian")]
    pub scale: String,
    /// Section letter.
    #[schema(example = "A")]
    pub section: String,
    /// Bar within the phrase, from 0.
    pub phrase_bar: u32,
    /// Bars in the phrase.
    pub phrase_bars: u32,
    /// Its chords.
    pub chords: Vec<ChordSpan>,
    /// Its notes, as played, sorted by start.
    pub notes: Vec<Note>,
    /// The cues that the music follows.
    pub cues: Cues,
    /// What it was asked to express.
    pub asked: Point,
    /// What the listening model heard over the last bars.
    pub heard: Option<Point>,
}

/// A chord of a bar.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChordSpan {
    /// First sample.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
    /// Symbol.
    #[schema(example = "Am7")]
    pub symbol: String,
    /// Roman numeral in the key.
    #[schema(example = "i7")]
    pub roman: String,
}

/// A note as played.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Note {
    /// `melody`, `counter`, `chords`, `pad`, `bass`, `drums` or `other`.
    pub role: String,
    /// MIDI pitch in 0..128.
    pub pitch: u8,
    /// MIDI velocity in 1..128.
    pub velocity: u8,
    /// First sample.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
}

/// The musical cues that carry emotion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Cues {
    /// Scale colour from −1 (Phrygian) to 1 (Lydian).
    pub brightness: f64,
    /// Place inside the genre's tempo band, 0..=1.
    pub tempo: f64,
    /// Note density, 0..=1.
    pub density: f64,
    /// Register shift in semitones.
    pub register: f64,
    /// Loudness, 0..=1.
    pub dynamics: f64,
    /// Sounding share of the written length.
    pub articulation: f64,
    /// Dissonance and harmonic distance, 0..=1.
    pub tension: f64,
    /// Share of the instruments that play, 0..=1.
    pub layers: f64,
}

impl From<&PlayedBar> for Bar {
    fn from(played: &PlayedBar) -> Self {
        let plan = &played.bar.plan;
        let chords = played.chords.iter().map(|chord| ChordSpan {
            start: chord.start,
            end: chord.end,
            symbol: chord.symbol.clone(),
            roman: chord.roman.clone(),
        });
        let notes = played.notes.iter().map(|note| Note {
            role: note.role.name().into(),
            pitch: note.pitch,
            velocity: note.velocity,
            start: note.start,
            end: note.end,
        });
        Self {
            index: plan.index,
            start: played.start,
            end: played.end,
            bpm: played.bpm,
            meter: format!("{}/{}", plan.meter.numerator, plan.meter.denominator),
            key: plan.key.to_string(),
            scale: played.scale.clone(),
            section: plan.section.to_string(),
            phrase_bar: plan.phrase_bar,
            phrase_bars: plan.phrase_bars,
            chords: chords.collect(),
            notes: notes.collect(),
            cues: Cues {
                brightness: plan.cues.brightness,
                tempo: plan.cues.tempo,
                density: plan.cues.density,
                register: plan.cues.register,
                dynamics: plan.cues.dynamics,
                articulation: plan.cues.articulation,
                tension: plan.cues.tension,
                layers: plan.cues.layers,
            },
            asked: played.asked.into(),
            heard: played.bar.heard.map(Into::into),
        }
    }
}
