//! Standard MIDI Files (formats 0 and 1) in and out, as bytes.
//!
//! [`read`] is lenient where a file's music can still be told: data bytes out of range are clamped
//! (a note whose key is out of range is dropped), a malformed event ends its track but not the
//! file, truncated tracks keep what they hold, unknown chunks are skipped. What is not a MIDI file,
//! or exceeds a limit below, is an [`Error::Midi`].
//!
//! How a file becomes a [`Score`]:
//! - A chunk is split into tracks by channel and program. Tempo, metre, key, markers and cue points
//!   count wherever they stand; a later one at the same tick wins.
//! - A note-on ends a note of that pitch still sounding on the channel of its chunk, so no two notes
//!   of one pitch overlap in a track; a note-off with nothing to end is ignored, velocity 0 is a
//!   note-off, a note never ended lasts to the end of its chunk.
//! - Durations are those of the keys, not of the sustain pedal, unless [`Sustain::Extends`].
//! - Markers are sections. Cue points that read as chord symbols are chords; `N.C.` ends one.
//! - Volume and pan are those in force at the track's first note. Pitch bend, pressure, other
//!   controllers and system messages are left out.
//! - The name of a first chunk without notes is the title, its texts at tick 0 are the comments.
//! - A chunk's text `role: bass`, which our writer leaves, is its role; else channel 10 is drums, a
//!   name that is a role's (`MELODY`) is that role, and the rest is [`Role::Other`](crate::Role).
//! - The score ends with its last note, in files of our writer where the conductor chunk ends;
//!   tempos, metres, keys, chords and sections behind that are dropped.
//! - SMPTE time becomes 120 bpm at the same speed.
//!
//! [`write`] makes format 1: a conductor track, then one chunk a track. Reading it again gives the
//! same score, if notes of one pitch do not overlap, texts are trimmed and within [`MAX_TEXT`],
//! nothing stands behind the end, and tempos are whole microseconds a quarter.

mod events;
mod notes;
mod read;
mod write;

pub use read::{ReadOptions, Sustain, read, read_with};
pub use write::write;

/// Longest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// Most track chunks a file may hold, and most tracks it may be split into.
pub const MAX_TRACKS: usize = 512;

/// Most events that are kept of a file.
pub const MAX_EVENTS: usize = 2_000_000;

/// Longest score in quarter notes, nine hours at 120 bpm: a track ends before what lies beyond.
pub const MAX_QUARTERS: u32 = 1 << 16;

/// Longest name, marker or comment in characters; the rest is cut.
pub const MAX_TEXT: usize = 1000;

/// Most comments that are kept.
pub const MAX_COMMENTS: usize = 64;

/// Start of the text event by which a written track says its role.
const ROLE_PREFIX: &str = "role: ";

/// Cue point where no chord sounds.
const NO_CHORD: &str = "N.C.";
