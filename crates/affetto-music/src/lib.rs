//! Music as notes: scores, keys, chords and metre; MIDI and MusicXML in and out as bytes;
//! symbolic features. Pure: no emotion, no samples, no networks, no IO, no clock.
//!
//! - [`Score`] holds tracks of [`Note`]s in ticks with a tempo map, metre, keys and chords.
//! - [`Key`] and [`Chord`] name harmony; [`PitchClass`] is octave-free pitch.
//! - [`Role`] says what a track does in the band.

pub mod attributes;
pub mod beat_tracking;
pub mod chord;
pub mod chord_labels;
mod edit;
mod error;
pub mod features;
pub mod key;
pub mod key_finding;
pub mod metrics;
pub mod midi;
pub mod musicxml;
pub mod notation;
pub mod pitch;
pub mod score;

pub use attributes::{BarAttributes, bar_attributes};
pub use chord::{Chord, ChordQuality};
pub use error::Error;
pub use features::{SymbolicFeatures, symbolic_features};
pub use key::{Key, Mode};
pub use key_finding::{KeyEstimate, KeyProfile};
pub use pitch::PitchClass;
pub use score::{
    Bpm, ChordSpan, KeyChange, Meter, MeterChange, Note, Role, Score, Section, TempoChange, Track,
};
