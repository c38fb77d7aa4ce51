//! Music as notes: scores, keys, chords and metre; MIDI and MusicXML in and out as bytes;
//! symbolic features. Pure: no emotion, no samples, no networks, no IO, no clock.
//!
//! - [`Score`] holds tracks of [`Note`]s in ticks with a tempo map, metre, keys and chords.
//! - [`Key`] and [`Chord`] name harmony; [`PitchClass`] is octave-free pitch.
//! - [`Role`] says what a track does in the band.

pub mod chord;
mod error;
pub mod key;
pub mod midi;
pub mod notation;
pub mod pitch;
pub mod score;

pub use chord::{Chord, ChordQuality};
pub use error::Error;
pub use key::{Key, Mode};
pub use pitch::PitchClass;
pub use score::{
    Bpm, ChordSpan, KeyChange, Meter, MeterChange, Note, Role, Score, Section, TempoChange, Track,
};
