//! Live stations: music without end, composed one bar ahead, rendered at most a quarter of a
//! second ahead of real time, encoded once and handed to everybody who listens.
//!
//! - [`Station`] is the handle of one, which owns a thread.
//! - [`Listening`] is a listener's feed of [`Packet`]s; [`StationEvent`] tells what is played.
//! - [`StationOptions`] says how it behaves, whatever it plays.

mod band;
mod composing;
mod director;
mod encoding;
mod engine;
#[cfg(test)]
mod fake;
mod fanout;
mod handle;
#[cfg(feature = "mp3")]
mod mp3;
mod options;
mod pace;
mod parts;
mod played;
mod shared;
mod sound;
#[cfg(test)]
mod tests;
mod timeline;
mod worker;

pub use affetto_audio::encode::IcyInterleaver;
pub use encoding::{ByteStream, PRE_SKIP};
pub use engine::StationSoak;
pub use fanout::Feed;
pub use handle::{Listening, Station};
pub use options::StationOptions;
pub use pace::{BLOCK_FRAMES, SAMPLE_RATE_HZ};
pub use played::{
    Block, EndReason, Packet, PlayedBar, PlayedChord, PlayedNote, StationEvent, StationStats,
};
