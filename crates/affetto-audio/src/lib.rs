//! Sound: renders a score with a SoundFont, measures and sets loudness, and encodes WAV, FLAC, MP3
//! and Ogg-Opus, whole or as an endless stream. Bytes from outside are hostile.

mod error;
mod pcm;
pub mod render;
pub mod soundfont;

pub use error::Error;
pub use pcm::Pcm;
pub use soundfont::SoundFont;
