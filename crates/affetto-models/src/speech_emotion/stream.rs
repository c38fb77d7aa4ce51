//! Speech without end: windows as they fill up, in memory that does not grow.

use super::calibration::Answer;
use super::frames::SPEECH_SAMPLE_RATE_HZ;
use super::inference::{
    Heard, MIN_SAMPLES, SpeechAbstention, SpeechEmotion, SpeechEstimate, SpeechSegment,
};
use crate::Error;

/// Length of a window in samples: 8 s.
pub(crate) const WINDOW: usize = 8 * SPEECH_SAMPLE_RATE_HZ as usize;
/// Samples from one window to the next: 4 s.
const HOP: usize = 4 * SPEECH_SAMPLE_RATE_HZ as usize;
/// The shortest sound that is estimated, in seconds.
pub(crate) const MIN_SECONDS: f64 = 0.5;

/// Estimates a sound that comes in pieces, such as from a microphone or a long file.
///
/// Windows of 8 s start every 4 s. What is left at the end and stands in no whole window is a
/// last window of its own, from the next start on: between 4 and 8 s long, or the whole sound
/// where it is shorter than a window. So a sound of exactly 8 s has one window, and no sample is
/// lost. Holds at most one window of samples, whatever the length.
#[derive(Debug)]
pub struct SpeechStream<'m> {
    model: &'m SpeechEmotion,
    buffer: Vec<f32>,
    /// Samples before the buffer.
    start: usize,
    /// Samples of the buffer that a window has covered.
    covered: usize,
    total: Total,
}

/// Sums over the windows.
#[derive(Debug, Default)]
struct Total {
    seconds: f64,
    wide: [f64; 8],
    narrow: [f64; 4],
    mean: [f64; 2],
    square: [f64; 2],
    any_sound: bool,
}

impl<'m> SpeechStream<'m> {
    /// A stream at its beginning.
    #[must_use]
    pub fn new(model: &'m SpeechEmotion) -> Self {
        Self {
            model,
            buffer: Vec::new(),
            start: 0,
            covered: 0,
            total: Total::default(),
        }
    }

    /// Takes the next samples (mono, 16 kHz) and returns the windows that they complete.
    ///
    /// # Errors
    /// [`Error::Sound`] when a transform fails; not expected.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<SpeechSegment>, Error> {
        let mut segments = Vec::new();
        let mut rest = samples;
        while !rest.is_empty() {
            let room = WINDOW - self.buffer.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.buffer.extend_from_slice(now);
            rest = later;
            if self.buffer.len() == WINDOW {
                segments.push(self.window()?);
                self.buffer.drain(..HOP);
                self.start += HOP;
                self.covered = WINDOW - HOP;
            }
        }
        Ok(segments)
    }

    /// Ends the sound: the overall sense, and the last window where one is left.
    ///
    /// `segments` holds that last window alone; the others were returned by [`Self::push`].
    ///
    /// # Errors
    /// [`Error::Sound`] when a transform fails; not expected.
    pub fn finish(mut self) -> Result<SpeechEstimate, Error> {
        let n_samples = self.start + self.buffer.len();
        let mut segments = Vec::new();
        if self.buffer.len() > self.covered && n_samples >= MIN_SAMPLES {
            segments.push(self.window()?);
        }
        let overall = self.total.answer().map(|answer| answer.sense());
        let abstained = match (&overall, n_samples < MIN_SAMPLES, self.total.any_sound) {
            (Some(_), ..) => None,
            (None, true, _) => Some(SpeechAbstention::TooShort),
            (None, false, false) => Some(SpeechAbstention::Silence),
            (None, false, true) => Some(SpeechAbstention::NoVoice),
        };
        Ok(SpeechEstimate {
            overall,
            segments,
            abstained,
        })
    }

    /// What is in the buffer, as a window.
    fn window(&mut self) -> Result<SpeechSegment, Error> {
        let heard = self.model.hear(&self.buffer)?;
        self.total.any_sound |= heard != Heard::Silence;
        let sense = match heard {
            Heard::Speech(answer, seconds) => {
                self.total.add(&answer, seconds);
                Some(answer.sense())
            }
            Heard::Silence | Heard::NoVoice => None,
        };
        let seconds = |samples: usize| samples as f64 / f64::from(SPEECH_SAMPLE_RATE_HZ);
        Ok(SpeechSegment {
            start_s: seconds(self.start),
            end_s: seconds(self.start + self.buffer.len()),
            sense,
        })
    }
}

impl Total {
    fn add(&mut self, answer: &Answer, seconds: f64) {
        self.seconds += seconds;
        let add = |sums: &mut [f64], values: &[f32]| {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += seconds * f64::from(*value);
            }
        };
        add(&mut self.wide, &answer.wide);
        add(&mut self.narrow, &answer.narrow);
        for axis in 0..2 {
            self.mean[axis] += seconds * answer.mean[axis];
            self.square[axis] += seconds * (answer.sd[axis].powi(2) + answer.mean[axis].powi(2));
        }
    }

    /// The mixture of all windows by their seconds of speech: windows that disagree make the
    /// whole less sure.
    fn answer(&self) -> Option<Answer> {
        if self.seconds <= 0.0 {
            return None;
        }
        let mean = self.mean.map(|sum| sum / self.seconds);
        let variance = |axis: usize| self.square[axis] / self.seconds - mean[axis].powi(2);
        Some(Answer {
            wide: self.wide.map(|sum| (sum / self.seconds) as f32),
            narrow: self.narrow.map(|sum| (sum / self.seconds) as f32),
            mean,
            sd: [0, 1].map(|axis| variance(axis).max(0.0).sqrt()),
        })
    }
}
