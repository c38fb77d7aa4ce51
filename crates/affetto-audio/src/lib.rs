//! Sound: renders a score with a SoundFont, measures and sets loudness, encodes WAV, FLAC, MP3 and
//! Ogg-Opus, whole or as an endless stream, and decodes what people have or record. Bytes from outside are hostile. Knows nothing of
//! emotion, features or networks.
//!
//! - [`SoundFont`] holds instruments; [`render::render_score`] turns a score into [`Pcm`].
//! - [`loudness::set_loudness`] brings it to −16 LUFS below −1 dBTP.
//! - [`encode::encode`] makes a file of it.
//! - [`decode::MonoReader`] reads any sound file as mono samples at one rate; [`tags::read_tags`]
//!   reads what the file says about itself.
//!
//! ```
//! use affetto_audio::encode::{Format, Tags, encode};
//! use affetto_audio::loudness::{Loudness, set_loudness};
//! use affetto_audio::render::{RenderLimits, RenderSettings, render_score};
//! use affetto_audio::soundfont::{Presets, SoundFont, test_font};
//! use affetto_music::Score;
//!
//! let score = Score::default();
//! let font = SoundFont::from_bytes(test_font(), &Presets::All)?;
//! let (settings, limits) = (RenderSettings::default(), RenderLimits::default());
//! let mut pcm = render_score(&score, &font, &settings, &limits)?;
//! set_loudness(&mut pcm, Loudness::default())?;
//! let wav = encode(&pcm, Format::Wav, &Tags::default())?;
//! assert_eq!(&wav[..4], b"RIFF");
//! # Ok::<(), affetto_audio::Error>(())
//! ```

mod error;
mod pcm;

pub mod soundfont;

pub mod render;

pub mod loudness;

pub mod encode;

pub mod live;

pub mod resample;

pub mod decode;

pub mod tags;

pub use error::Error;
pub use pcm::Pcm;
pub use soundfont::SoundFont;
