//! Sensing a voice: its tone, and what is said where there is a speech recogniser.

use std::fs::File;
use std::io::{Cursor, Read, Seek};

use affetto_affect::{Reliabilities, Sense};
use affetto_audio::decode::{DecodeOptions, MonoReader};
use affetto_models::speech_emotion::{
    SpeechAbstention, SpeechEmotion, SpeechSegment, SpeechSense, SpeechStream,
};

use super::mood::fused;
use super::{Media, Sensed};
use crate::whisper::Transcript;
use crate::{Engine, Error};

/// What a recording told.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Tone of voice and words together; `None` when nothing can be said.
    pub sensed: Option<Sensed>,
    /// Why nothing can be said, in a sentence without its full stop.
    pub reason: Option<&'static str>,
    /// The tone of voice, window by window.
    pub segments: Vec<HeardSegment>,
    /// What was said, where there is a speech recogniser.
    pub transcript: Option<String>,
    /// Why there is no transcript.
    pub transcript_reason: Option<&'static str>,
}

/// A window of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardSegment {
    /// Its start in seconds.
    pub start_s: f64,
    /// Its end in seconds.
    pub end_s: f64,
    /// The tone of voice; `None` where nobody speaks.
    pub sensed: Option<Sensed>,
}

/// Said when no weights of a speech recogniser are there.
const NO_TRANSCRIBER: &str = "only the tone of voice was used: no speech recogniser has been pulled (affetto models pull \
     whisper-base)";
/// Samples a second that the models take.
const SAMPLE_RATE_HZ: u32 = 16_000;
/// Samples that a speech recogniser gets, from the beginning: two minutes, since it takes seconds
/// for each half minute.
const MAX_TRANSCRIBED: usize = 120 * SAMPLE_RATE_HZ as usize;
/// Longest file that is listened to, in seconds: a day.
const MAX_FILE_SECONDS: f64 = 86_400.0;

impl Engine {
    /// Estimates how somebody feels from the sound of their voice, in any sound format and of any
    /// length; memory does not grow with it. Keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::User`] when the bytes are no sound, are larger or longer than the settings allow,
    /// or the settings leave voices out.
    pub fn sense_speech(&self, media: Media<'_>) -> Result<Heard, Error> {
        self.require_sensors()?;
        let senses = &self.settings().senses;
        match media {
            Media::Bytes(bytes) => {
                media.read("recording", "empty_audio", senses.max_audio_bytes)?;
                self.hear(Cursor::new(bytes), senses.max_audio_seconds)
            }
            Media::File(path) => {
                let fail = |source| Error::io("read", path, source);
                let file = File::open(path).map_err(fail)?;
                if file.metadata().map_err(fail)?.len() == 0 {
                    return Err(Error::user("empty_audio", "the recording is empty"));
                }
                self.hear(file, MAX_FILE_SECONDS)
            }
        }
    }

    fn hear(
        &self,
        source: impl Read + Seek + Send + Sync,
        max_seconds: f64,
    ) -> Result<Heard, Error> {
        let options = DecodeOptions {
            sample_rate_hz: SAMPLE_RATE_HZ,
            max_seconds,
        };
        let mut reader = MonoReader::open(source, &options).map_err(sound_error)?;
        let mut stream = SpeechStream::new(SpeechEmotion::load_embedded()?);
        let mut windows = Vec::new();
        // Only a speech recogniser needs the sound itself, and only the beginning of it.
        let most = if self.has_transcriber() {
            MAX_TRANSCRIBED
        } else {
            0
        };
        let mut beginning = Vec::new();
        while let Some(block) = reader.next_block().map_err(sound_error)? {
            windows.extend(stream.push(block)?);
            let room = most.saturating_sub(beginning.len());
            beginning.extend_from_slice(&block[..block.len().min(room)]);
        }
        let estimate = stream.finish()?;
        windows.extend(estimate.segments);
        let reliabilities = self.reliabilities();
        let voice = estimate.overall.map(|sense| sensed(sense, &reliabilities));
        let (transcript, transcript_reason) = match voice {
            Some(_) => self.said(&beginning),
            None => (None, Some("nobody speaks")),
        };
        // Words beyond the limit of typed text are left out like those beyond the beginning.
        let words = transcript
            .as_deref()
            .and_then(|text| self.sense_text(text).ok());
        let told: Vec<&Sensed> = voice.iter().chain(&words).collect();
        Ok(Heard {
            sensed: fused(&told),
            reason: estimate.abstained.map(SpeechAbstention::reason),
            segments: windows
                .into_iter()
                .map(|window| segment(window, &reliabilities))
                .collect(),
            transcript,
            transcript_reason,
        })
    }

    /// What is said, or why that is not known. A recogniser that fails leaves the tone of voice.
    fn said(&self, samples: &[f32]) -> (Option<String>, Option<&'static str>) {
        match self.transcribe(samples) {
            Ok(Some(transcript)) if is_understood(&transcript) => (Some(transcript.text), None),
            Ok(Some(_)) => (None, Some("no words were understood")),
            Ok(None) => (None, Some(NO_TRANSCRIBER)),
            Err(error) => {
                tracing::warn!(%error, "the speech recogniser cannot be used");
                (None, Some("the speech recogniser cannot be used"))
            }
        }
    }
}

/// Whether words were heard rather than guessed: the thresholds published with Whisper (Radford et
/// al. 2022, section 4.5).
fn is_understood(transcript: &Transcript) -> bool {
    !transcript.text.is_empty()
        && transcript.mean_log_probability > -1.0
        && transcript.no_speech_probability < 0.6
}

fn sensed(sense: SpeechSense, reliabilities: &Reliabilities) -> Sensed {
    let labels = sense.labels.iter().map(|(name, p)| (*name, f64::from(*p)));
    Sensed::by(
        Sense::Voice,
        sense.estimate,
        labels.collect(),
        reliabilities,
    )
}

fn segment(window: SpeechSegment, reliabilities: &Reliabilities) -> HeardSegment {
    HeardSegment {
        start_s: window.start_s,
        end_s: window.end_s,
        sensed: window.sense.map(|sense| Sensed {
            // Questions come with what the whole recording says.
            question: None,
            ..sensed(sense, reliabilities)
        }),
    }
}

/// What is wrong with a recording, with the code that callers know.
fn sound_error(error: affetto_audio::Error) -> Error {
    let code = match &error {
        affetto_audio::Error::NotSound { .. } => "not_audio",
        affetto_audio::Error::TooLong { .. } => "audio_too_long",
        _ => "unreadable_audio",
    };
    Error::user(code, error.to_string())
}

/// Continuous hearing.
pub(super) struct Ears {
    stream: SpeechStream<'static>,
}

impl Ears {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            stream: SpeechStream::new(SpeechEmotion::load_embedded()?),
        })
    }

    /// Takes in sound; the answer holds the windows that it completed.
    pub(super) fn hear(
        &mut self,
        samples: &[f32],
        reliabilities: &Reliabilities,
    ) -> Result<Vec<HeardSegment>, Error> {
        let windows = self.stream.push(samples)?;
        let segments = windows.into_iter();
        Ok(segments
            .map(|window| segment(window, reliabilities))
            .collect())
    }
}
