//! Writes a smaller SoundFont 3 file: some presets of a font, its samples encoded anew.

use super::bank::{Bank, TYPE_VORBIS, text};
use super::load::decode;
use super::select::Presets;
use super::write::{Placed, Storage, frame};
use crate::Error;

/// A sample to encode.
#[derive(Debug, Clone)]
pub struct SampleAudio {
    /// Its name in the font.
    pub name: String,
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// Mono PCM.
    pub pcm: Vec<i16>,
    /// The Ogg Vorbis stream that it was decoded from, if it was one.
    pub vorbis: Option<Vec<u8>>,
}

impl Bank {
    /// The bytes of an SF3 file with `presets` and only what they use. `encode` turns PCM into an
    /// Ogg Vorbis stream of the same length; `note` is put before the font's comment.
    ///
    /// # Errors
    /// [`Error::Sample`] when a sample cannot be decoded, and whatever `encode` returns.
    pub fn to_sf3(
        &self,
        presets: &Presets,
        note: &str,
        mut encode: impl FnMut(&SampleAudio) -> Result<Vec<u8>, Error>,
    ) -> Result<Vec<u8>, Error> {
        let selection = self.select(&self.resolve(presets));
        let mut smpl = Vec::new();
        let mut placed = Vec::new();
        for sample in selection.samples.iter().map(|index| &self.samples[*index]) {
            let audio = SampleAudio {
                name: text(&sample.name),
                sample_rate_hz: sample.sample_rate_hz,
                vorbis: (sample.kind & TYPE_VORBIS != 0)
                    .then(|| self.bytes[sample.bytes.clone()].to_vec()),
                pcm: decode(self, sample, self.limits.max_sample_frames)?,
            };
            let start = smpl.len();
            smpl.extend(encode(&audio)?);
            placed.push(Placed {
                sample,
                start,
                end: smpl.len(),
                loop_start: (sample.loop_start as usize).min(audio.pcm.len()),
                loop_end: (sample.loop_end as usize).min(audio.pcm.len()),
            });
        }
        // Some readers look beyond the last sample.
        smpl.resize((smpl.len() + 2).next_multiple_of(2), 0);
        let mut info = self.info.clone();
        for (_, comment) in info.iter_mut().filter(|(id, _)| id == b"ICMT") {
            comment.splice(0..0, note.bytes());
        }
        let frame = frame(&info, &selection, &placed, smpl.len(), Storage::Vorbis)?;
        Ok([frame.head, smpl, frame.tail].concat())
    }

    /// How many samples `presets` use.
    #[must_use]
    pub fn n_samples(&self, presets: &Presets) -> usize {
        self.select(&self.resolve(presets)).samples.len()
    }
}
