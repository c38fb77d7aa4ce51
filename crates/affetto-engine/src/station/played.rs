//! What a station tells its listeners about the music: bars with times on the sample clock.

use affetto_affect::Affect;
use affetto_compose::Bar;
use affetto_compose::roman;
use affetto_music::Role;

use super::timeline::BarClock;

/// A bar as it sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayedBar {
    /// What was composed.
    pub bar: Bar,
    /// First sample, at 48 kHz.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
    /// Tempo of its first beat in quarter notes a minute.
    pub bpm: f64,
    /// Name of its scale, e.g. `"aeolian"`.
    pub scale: String,
    /// Its chords.
    pub chords: Vec<PlayedChord>,
    /// Its notes, sorted by start.
    pub notes: Vec<PlayedNote>,
    /// What the music was asked to express.
    pub asked: Affect,
}

/// A chord of a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayedChord {
    /// First sample, at 48 kHz.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
    /// Its symbol, e.g. `"Am7"`.
    pub symbol: String,
    /// Its Roman numeral in the key of the bar, e.g. `"vi7"`.
    pub roman: String,
}

/// A note of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayedNote {
    /// Role of the part that plays it.
    pub role: Role,
    /// MIDI pitch in `0..128`.
    pub pitch: u8,
    /// MIDI velocity in `1..128`.
    pub velocity: u8,
    /// First sample, at 48 kHz.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
}

impl PlayedBar {
    /// Places a bar on the sample clock.
    pub(super) fn new(bar: Bar, clock: &BarClock) -> Self {
        let sample = |tick: u32| clock.sample(tick).round() as u64;
        let chords = bar.plan.chords.iter().map(|span| PlayedChord {
            start: sample(span.onset),
            end: sample(span.onset.saturating_add(span.duration)),
            symbol: span.chord.to_string(),
            roman: roman(span.chord, bar.plan.key),
        });
        let mut notes: Vec<PlayedNote> = bar
            .performed
            .iter()
            .flat_map(|part| part.notes.iter().map(move |note| (part.role, note)))
            .map(|(role, note)| PlayedNote {
                role,
                pitch: note.pitch,
                velocity: note.velocity,
                start: sample(note.onset),
                end: sample(note.end()),
            })
            .collect();
        notes.sort_by_key(|note| (note.start, note.pitch));
        Self {
            start: sample(0),
            end: clock.end().round() as u64,
            bpm: clock.bpm_at(sample(0)),
            scale: format!("{:?}", bar.plan.scale).to_lowercase(),
            chords: chords.collect(),
            notes,
            asked: bar.plan.target,
            bar,
        }
    }
}

/// Why a station ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndReason {
    /// Somebody ended it.
    Stopped,
    /// Nobody listened for too long.
    Idle,
    /// The program ends.
    Shutdown,
    /// A fault of ours; other stations go on.
    Failed(String),
}

impl EndReason {
    /// A sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Stopped => "the station was stopped".into(),
            Self::Idle => "nobody listened".into(),
            Self::Shutdown => "the server is shutting down".into(),
            Self::Failed(cause) => format!("the station failed: {cause}"),
        }
    }
}

/// What listeners are told beside the sound.
#[derive(Debug, Clone)]
pub enum StationEvent {
    /// A bar was decided, or, with a known index, its times changed while it sounds.
    Bar(std::sync::Arc<PlayedBar>),
    /// What the station plays was changed.
    Changed,
    /// Nothing follows.
    End(EndReason),
}

/// One encoded packet of 20 ms.
#[derive(Debug, Clone)]
pub struct Packet {
    /// 48-kHz sample index of its first sample.
    pub position: u64,
    /// One Opus packet, stereo.
    pub opus: bytes::Bytes,
}

/// 20 ms of sound before encoding.
#[derive(Debug, Clone)]
pub struct Block {
    /// 48-kHz sample index of its first sample.
    pub position: u64,
    /// Interleaved stereo in −1..=1.
    pub samples: std::sync::Arc<[f32]>,
}

/// Numbers about a station since its start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StationStats {
    /// Packets made.
    pub packets: u64,
    /// Bars decided.
    pub bars: u64,
    /// Packets that were ready only after their lead of real time was used up.
    pub underruns: u64,
    /// Latest a packet was ready after it was due, in ms.
    pub max_lateness_ms: f64,
    /// Milliseconds from the start of the station to its first packet.
    pub first_packet_ms: f64,
    /// Longest time that composing one bar took, in ms.
    pub max_compose_ms: f64,
    /// Present listeners.
    pub listeners: usize,
}
