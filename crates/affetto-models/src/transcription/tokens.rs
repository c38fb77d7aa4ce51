//! Tokens and text, and the tokens that are signs and not words.

use std::path::Path;

use tokenizers::Tokenizer;

use super::config::WhisperConfig;
use super::load::read_limited;
use crate::Error;

/// Largest tokenizer file in bytes; the published one has 2.5 MB.
const MAX_BYTES: u64 = 32 << 20;

/// The tokenizer of one model with its signs.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    /// Ends a transcript.
    pub(super) end: u32,
    start: u32,
    transcribe: Option<u32>,
    without_timestamps: Option<u32>,
    /// Says that nobody speaks.
    pub(super) no_speech: Option<u32>,
    /// Signs of languages with their codes; none where the model knows only English.
    pub(super) languages: Vec<(u32, String)>,
    /// From here on every token is a sign: end, languages, tasks, times.
    first_sign: u32,
}

impl Tokens {
    pub(super) fn load(folder: &Path, config: &WhisperConfig) -> Result<Self, Error> {
        let path = folder.join("tokenizer.json");
        let refuse = |reason: String| Error::Weights {
            origin: path.display().to_string(),
            reason,
        };
        let bytes = read_limited(&path, MAX_BYTES)?;
        let tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| refuse(error.to_string()))?;
        let n_tokens = config.n_tokens as u32;
        let find = |sign: &str| tokenizer.token_to_id(sign).filter(|id| *id < n_tokens);
        let need = |sign: &str| find(sign).ok_or_else(|| refuse(format!("no token {sign}")));
        let (end, start) = (need("<|endoftext|>")?, need("<|startoftranscript|>")?);
        let without_timestamps = find("<|notimestamps|>");
        // The sign for no speech has changed its name twice, never its place.
        let no_speech = find("<|nospeech|>")
            .or_else(|| find("<|nocaptions|>"))
            .or_else(|| without_timestamps.and_then(|id| id.checked_sub(1)));
        Ok(Self {
            end,
            start,
            transcribe: find("<|transcribe|>"),
            without_timestamps,
            no_speech,
            languages: languages(&tokenizer, start, n_tokens),
            first_sign: end,
            tokenizer,
        })
    }

    /// What a transcript without times begins with.
    pub(super) fn prompt(&self, language: Option<u32>) -> Vec<u32> {
        let mut prompt = vec![self.start];
        if let Some(language) = language {
            prompt.push(language);
            prompt.extend(self.transcribe);
        }
        prompt.extend(self.without_timestamps);
        prompt
    }

    /// What languages are told apart after.
    pub(super) fn start(&self) -> u32 {
        self.start
    }

    /// The sign of a language by its code.
    pub(super) fn language(&self, code: &str) -> Option<u32> {
        let known = self.languages.iter().find(|(_, known)| known == code);
        known.map(|(id, _)| *id)
    }

    /// Whether a token is a sign that is never part of the words.
    pub(super) fn is_sign(&self, token: u32) -> bool {
        token >= self.first_sign
    }

    /// The text of tokens, signs left out.
    pub(super) fn text(&self, tokens: &[u32]) -> String {
        let words: Vec<u32> = tokens
            .iter()
            .copied()
            .filter(|id| !self.is_sign(*id))
            .collect();
        // Bytes that are no text come out as U+FFFD; nothing else can fail for known ids.
        self.tokenizer.decode(&words, true).unwrap_or_default()
    }
}

/// The signs `<|en|>`, `<|de|>` …: they follow the start, up to the first longer sign.
fn languages(tokenizer: &Tokenizer, start: u32, n_tokens: u32) -> Vec<(u32, String)> {
    let code = |id: u32| {
        let token = tokenizer.id_to_token(id)?;
        let code = token.strip_prefix("<|")?.strip_suffix("|>")?;
        let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
        is_code.then(|| (id, code.to_owned()))
    };
    (start + 1..n_tokens).map_while(code).collect()
}
