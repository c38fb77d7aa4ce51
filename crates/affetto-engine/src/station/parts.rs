//! The two things a station is made of: who composes its bars and what makes them sound. Traits,
//! so that the station's own rules can be tested without a composer and a SoundFont.

use std::sync::Arc;

use affetto_affect::Affect;
use affetto_compose::{Bar, Layers, Request};

/// What may change while a bar sounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Controls {
    /// Tempo in quarter notes a minute.
    pub(super) bpm: f64,
    /// Loudness against the station's fixed gain, in dB.
    pub(super) gain_db: f64,
    /// Who may sound.
    pub(super) layers: Layers,
}

/// Composes the bars of a station.
pub(super) trait Source: Send {
    /// The next bar.
    fn next_bar(&mut self) -> Bar;
    /// What the bars to come shall be. The target of the request is where the music shall be now.
    fn change(&mut self, request: &Request);
    /// What the last request asks of the bar that sounds.
    fn controls(&self) -> Controls;
    /// A twin at the same place, to come back to when a bar is given up.
    fn fork(&self) -> Box<dyn Source>;
}

/// What happens to an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SoundEvent {
    /// A note ends. First in this list: at one position ends come before starts.
    NoteOff { channel: u8, pitch: u8 },
    /// The channel takes another General MIDI program, or another kit on channel 9.
    Program { channel: u8, program: u8 },
    /// The channel's volume, in `0..128`.
    Volume { channel: u8, value: u8 },
    /// The channel's stereo position, in `0..128`.
    Pan { channel: u8, value: u8 },
    /// A note starts.
    NoteOn {
        channel: u8,
        pitch: u8,
        velocity: u8,
    },
}

/// Makes notes sound.
pub(super) trait Sound: Send {
    /// Begins to load what programs need that will be played soon: pairs of channel (9 for drums,
    /// else any other) and program. Returns at once.
    fn prepare(&mut self, programs: &[(u8, u8)]);
    /// Waits, within reason, until these programs can sound.
    fn require(&mut self, programs: &[(u8, u8)]);
    /// Something happens at a sample position, which lies in the next block.
    fn schedule(&mut self, position: u64, event: SoundEvent);
    /// Loudness against the fixed gain in dB, reached without a click.
    fn set_gain_db(&mut self, gain_db: f64);
    /// The next block of [`super::BLOCK_FRAMES`] frames, interleaved stereo in −1..=1.
    fn render(&mut self) -> Arc<[f32]>;
}

/// Turns blocks into Opus packets, one each.
pub(super) trait Packets: Send {
    /// The packet of one block.
    fn encode(&mut self, block: &[f32]) -> Result<bytes::Bytes, String>;
}

/// Where the music shall be at a time, in seconds since the course was set.
pub(super) trait Course: Send + Sync {
    /// The point to be expressed then.
    fn target(&self, seconds: f64) -> Affect;
}
