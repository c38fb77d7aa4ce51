//! What Whisper hears: log-mel spectrograms of one window (Radford et al. 2022, section 2.2).

use affetto_analysis::{MelOptions, MelSpectrogram};

use crate::Error;

/// The only sample rate.
pub(super) const SAMPLE_RATE_HZ: u32 = 16_000;
/// Samples from one mel frame to the next: 10 ms.
pub(super) const HOP_SIZE: usize = 160;
/// Quieter than the loudest moment by more than this, in powers of ten, counts as this.
const RANGE: f32 = 8.0;

/// The front end of one model.
pub(super) struct FrontEnd {
    mel: MelSpectrogram,
    window_samples: usize,
}

impl FrontEnd {
    pub(super) fn new(n_mels: usize, window_samples: usize) -> Result<Self, Error> {
        let mel = MelSpectrogram::new(MelOptions {
            n_mels,
            ..MelOptions::default()
        });
        let mel = mel.map_err(|error| Error::Weights {
            origin: "a Whisper model".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            mel,
            window_samples,
        })
    }

    /// The features of one window; what is shorter is filled up with silence, what is longer is
    /// cut.
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]`
    /// - returns: `[n_frames, n_mels]`, flat; `n_frames` is `window_samples` / 160
    pub(super) fn process(&mut self, samples: &[f32]) -> Result<Vec<f32>, Error> {
        let mut window = samples[..samples.len().min(self.window_samples)].to_vec();
        window.resize(self.window_samples, 0.0);
        let mel = self.mel.process(&window);
        let mut mel = mel.map_err(|error| Error::Weights {
            origin: "the front end of Whisper".to_owned(),
            reason: error.to_string(),
        })?;
        // The last frame lies beyond the window; the model has no position for it.
        mel.truncate(self.window_samples / HOP_SIZE * self.mel.n_mels());
        let to_log10 = std::f32::consts::LN_10.recip();
        let loudest = mel.iter().fold(f32::MIN, |a, b| a.max(*b)) * to_log10;
        for value in &mut mel {
            *value = ((*value * to_log10).max(loudest - RANGE) + 4.0) / 4.0;
        }
        Ok(mel)
    }
}
