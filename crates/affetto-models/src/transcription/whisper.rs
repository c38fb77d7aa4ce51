//! A whole recognizer: files of a folder in, words out.

use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use affetto_analysis::voice_activity;
use burn::tensor::{Device, Tensor};

use super::config::WhisperConfig;
use super::features::{FrontEnd, HOP_SIZE, SAMPLE_RATE_HZ};
use super::generation::{Generated, Generator, log_softmax};
use super::load::TensorFile;
use super::network::{Decoder, DecoderState, Encoder};
use super::tokens::Tokens;
use super::{Transcriber, Transcript};
use crate::Error;

/// Nobody spoke when this probability is passed and the words are mostly guessed (as published).
const NO_SPEECH: f32 = 0.6;
/// A mean logarithm of probability below this is mostly guessing (as published).
const GUESSING: f32 = -1.0;
/// Windows of long recordings are cut at the quietest moment of their last sixth.
const CUT_SHARE: usize = 6;

/// How to transcribe.
#[derive(Debug, Clone, PartialEq)]
pub struct TranscriptionOptions {
    /// Code of the language, e.g. `"de"`; default none: the model finds out. Unknown codes are
    /// ignored.
    pub language: Option<String>,
    /// Longest part of a recording that is listened to, in seconds from its start; default 300.
    /// A window of 30 s takes seconds on one core.
    pub max_seconds: f64,
    /// Most tokens of one window, in 1..=224; default 224, about 150 words.
    pub max_tokens: usize,
}

impl Default for TranscriptionOptions {
    fn default() -> Self {
        Self {
            language: None,
            max_seconds: 300.0,
            max_tokens: 224,
        }
    }
}

/// A published Whisper model, ready to listen.
pub struct Whisper {
    config: WhisperConfig,
    front_end: Mutex<FrontEnd>,
    encoder: Encoder,
    decoder: Decoder,
    tokens: Tokens,
}

impl std::fmt::Debug for Whisper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whisper")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// What came of one window.
struct Heard {
    generated: Generated,
    no_speech: f32,
    language: Option<u32>,
}

impl Whisper {
    /// Loads `config.json`, `tokenizer.json` and `model.safetensors` of a folder, as published at
    /// `openai/whisper-tiny` and `openai/whisper-base`. Weights stay in 32 bits: base takes
    /// 290 MB.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be read, [`Error::Weights`] when it is not what a Whisper
    /// model needs.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let config = WhisperConfig::load(folder)?;
        let tokens = Tokens::load(folder, &config)?;
        let device = Device::flex();
        let mut file = TensorFile::open(&folder.join("model.safetensors"), &device)?;
        Ok(Self {
            front_end: Mutex::new(FrontEnd::new(config.n_mels, config.window_samples())?),
            encoder: Encoder::load(&mut file, &config, &device)?,
            decoder: Decoder::load(&mut file, &config, &device)?,
            config,
            tokens,
        })
    }

    /// The shape of the model.
    #[must_use]
    pub fn config(&self) -> &WhisperConfig {
        &self.config
    }

    /// The sound of one window as the decoder needs it.
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]` at 16 kHz
    /// - returns: `[n_audio_positions, width]`
    pub(super) fn encode(&self, samples: &[f32]) -> Result<Tensor<2>, Error> {
        Ok(self.encoder.forward(self.mel(samples)?))
    }

    pub(super) fn mel(&self, samples: &[f32]) -> Result<Vec<f32>, Error> {
        let front_end = self.front_end.lock();
        // The scratch memory is overwritten each time: a panic elsewhere cannot have spoiled it.
        let mut front_end = front_end.unwrap_or_else(std::sync::PoisonError::into_inner);
        front_end.process(samples)
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&Encoder, &Decoder) {
        (&self.encoder, &self.decoder)
    }

    /// Listens to one window.
    fn hear(
        &self,
        samples: &[f32],
        language: Option<u32>,
        max_tokens: usize,
    ) -> Result<Heard, Error> {
        let sound = self.encode(samples)?;
        let mut state = self.decoder.start(&sound);
        let scores = self.decoder.step(&mut state, &[self.tokens.start()])?;
        let probabilities = log_softmax(&scores);
        let no_speech = self
            .tokens
            .no_speech
            .and_then(|token| probabilities.get(token as usize))
            .map_or(0.0, |value| value.exp());
        let language = language.or_else(|| self.likeliest_language(&scores));
        let prompt = self.tokens.prompt(language);
        let scores = match &prompt[1..] {
            [] => scores,
            rest => self.decoder.step(&mut state, rest)?,
        };
        let generated = self.generate(&state, &scores, prompt.len(), max_tokens)?;
        Ok(Heard {
            generated,
            no_speech,
            language,
        })
    }

    fn generate(
        &self,
        state: &DecoderState,
        scores: &[f32],
        n_prompt: usize,
        max_tokens: usize,
    ) -> Result<Generated, Error> {
        let generator = Generator {
            decoder: &self.decoder,
            tokens: &self.tokens,
            config: &self.config,
        };
        let n_left = self.config.n_text_positions.saturating_sub(n_prompt);
        generator.generate(state, scores, max_tokens.clamp(1, 224).min(n_left))
    }

    fn likeliest_language(&self, scores: &[f32]) -> Option<u32> {
        let score = |id: u32| {
            scores
                .get(id as usize)
                .copied()
                .unwrap_or(f32::NEG_INFINITY)
        };
        let ids = self.tokens.languages.iter().map(|(id, _)| *id);
        ids.max_by(|a, b| score(*a).total_cmp(&score(*b)))
    }
}

impl Transcriber for Whisper {
    fn transcribe(
        &self,
        samples: &[f32],
        options: &TranscriptionOptions,
    ) -> Result<Transcript, Error> {
        let most = options.max_seconds.clamp(0.0, 86_400.0) * f64::from(SAMPLE_RATE_HZ);
        let samples = &samples[..samples.len().min(most as usize)];
        let wanted = options.language.as_deref();
        let mut language = wanted.and_then(|code| self.tokens.language(code));
        let (mut log_probability, mut n_chosen, mut no_speech) = (0.0, 0_usize, 1.0_f32);
        let mut texts: Vec<String> = Vec::new();
        for range in windows(samples, self.config.window_samples()) {
            let window = &samples[range];
            if !has_voice(window) {
                continue;
            }
            let heard = self.hear(window, language, options.max_tokens)?;
            no_speech = no_speech.min(heard.no_speech);
            let is_guess = heard.generated.mean_log_probability() < GUESSING;
            if heard.no_speech > NO_SPEECH && is_guess {
                continue;
            }
            // The language of the first words holds for all: people seldom switch in one breath.
            language = language.or(heard.language);
            log_probability += heard.generated.log_probability;
            n_chosen += heard.generated.n_chosen;
            texts.push(self.tokens.text(&heard.generated.tokens).trim().to_owned());
        }
        texts.retain(|text| !text.is_empty());
        let known = self.tokens.languages.iter();
        Ok(Transcript {
            text: texts.join(" "),
            language: language
                .and_then(|id| known.clone().find(|(known, _)| *known == id))
                .map(|(_, code)| code.clone()),
            mean_log_probability: log_probability / n_chosen.max(1) as f32,
            no_speech_probability: no_speech,
            seconds: samples.len() as f64 / f64::from(SAMPLE_RATE_HZ),
        })
    }
}

/// Whether somebody speaks in a window. Whisper makes words up for silence and noise.
fn has_voice(window: &[f32]) -> bool {
    voice_activity(window, SAMPLE_RATE_HZ).is_ok_and(|segments| !segments.is_empty())
}

/// Windows of a recording, each up to `window_samples`, cut where it is quiet.
fn windows(samples: &[f32], window_samples: usize) -> Vec<Range<usize>> {
    let mut windows = Vec::new();
    let mut start = 0;
    while start < samples.len() {
        let rest = &samples[start..];
        let length = if rest.len() <= window_samples {
            rest.len()
        } else {
            quietest(
                rest,
                window_samples - window_samples / CUT_SHARE..window_samples,
            )
        };
        windows.push(start..start + length);
        start += length;
    }
    windows
}

/// The middle of the quietest tenth of a second whose middle lies in a range.
fn quietest(samples: &[f32], range: Range<usize>) -> usize {
    const REACH: usize = SAMPLE_RATE_HZ as usize / 20;
    let power = |middle: usize| {
        let end = (middle + REACH).min(samples.len());
        let near = &samples[middle.saturating_sub(REACH)..end];
        near.iter().map(|sample| sample * sample).sum::<f32>()
    };
    let (last, mut best) = (range.end, (f32::INFINITY, range.end));
    for middle in range.step_by(HOP_SIZE) {
        let power = power(middle);
        if power < best.0 {
            best = (power, middle);
        }
    }
    best.1.clamp(1, last)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    /// Lengths in tenths of a second.
    #[track_caller]
    fn check_windows(samples: &[f32], expected: &[usize]) {
        let windows = windows(samples, 48_000);
        let lengths: Vec<usize> = windows.iter().map(|range| range.len() / 1600).collect();
        assert_eq!(lengths, expected);
        assert_eq!(windows.iter().map(Range::len).sum::<usize>(), samples.len());
    }

    #[test]
    fn long_recordings_are_cut_where_it_is_quiet() {
        check_windows(&[], &[]);
        check_windows(&[0.1; 16_000], &[10]);
        check_windows(&[0.1; 48_000], &[30]);
        let mut spoken = vec![0.1; 80_000];
        spoken[43_200..46_400].fill(0.0);
        check_windows(&spoken, &[27, 22]);
        check_windows(&vec![f32::NAN; 60_000], &[30, 7]);
    }
}
