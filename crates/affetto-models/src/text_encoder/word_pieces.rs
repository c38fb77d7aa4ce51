//! Texts → windows of word pieces (WordPiece, Wu et al. 2016), through the `tokenizers` crate.

use tokenizers::Tokenizer;

use crate::Error;

/// Tokens of one window, the two marks at its ends included: what the encoder was trained on.
pub(crate) const MAX_WINDOW: usize = 128;
/// Windows of one text that are read; of a longer text, so many spread evenly over it.
pub(crate) const MAX_WINDOWS: usize = 16;

/// Turns texts into the numbers of their word pieces.
#[derive(Debug, Clone)]
pub(crate) struct WordPieces {
    tokenizer: Tokenizer,
    start: u32,
    end: u32,
    unknown: u32,
    /// Tokens of one window, its marks included.
    most: usize,
}

impl WordPieces {
    /// Reads a `tokenizer.json`; its words must be below `n_words`, a window has no more tokens
    /// than there are positions.
    pub(crate) fn from_json(
        json: &str,
        n_words: usize,
        n_positions: usize,
    ) -> Result<Self, String> {
        let mut tokenizer =
            Tokenizer::from_bytes(json.as_bytes()).map_err(|error| error.to_string())?;
        // Its own padding and truncation are for batches of a fixed length.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| error.to_string())?;
        let find = |word: &str| {
            tokenizer
                .token_to_id(word)
                .filter(|&id| (id as usize) < n_words)
                .ok_or_else(|| format!("the tokenizer has no {word}"))
        };
        let (start, end, unknown) = (find("[CLS]")?, find("[SEP]")?, find("[UNK]")?);
        let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        if largest as usize >= n_words {
            return Err(format!(
                "word {largest} of the tokenizer, expected 0..{n_words}"
            ));
        }
        Ok(Self {
            tokenizer,
            start,
            end,
            unknown,
            most: n_positions.min(MAX_WINDOW),
        })
    }

    /// The windows of a text, each of at most [`MAX_WINDOW`] word pieces with its marks; none
    /// where the text has no word.
    ///
    /// A text that fits is one window. A longer one is cut between sentences where it can be.
    pub(crate) fn windows(&self, text: &str) -> Result<Vec<Vec<u32>>, Error> {
        let room = self.most - 2;
        let whole = self.encode(text)?;
        if whole.len() <= room {
            return Ok(if whole.is_empty() {
                Vec::new()
            } else {
                vec![self.marked(&whole)]
            });
        }
        let mut windows: Vec<Vec<u32>> = Vec::new();
        let mut open: Vec<u32> = Vec::new();
        for sentence in text.split_inclusive(['.', '!', '?', '…', '\n', '。', ';']) {
            for piece in self.encode(sentence)?.chunks(room) {
                if open.len() + piece.len() > room {
                    windows.push(self.marked(&open));
                    open.clear();
                }
                open.extend(piece);
            }
        }
        if !open.is_empty() {
            windows.push(self.marked(&open));
        }
        Ok(evenly(windows, MAX_WINDOWS))
    }

    /// The word pieces of a text as one window, cut after `most` pieces, marks included.
    pub(crate) fn first_window(&self, text: &str, most: usize) -> Result<Vec<u32>, Error> {
        let mut pieces = self.encode(text)?;
        pieces.truncate(most.min(self.most).saturating_sub(2));
        Ok(self.marked(&pieces))
    }

    /// The share of the pieces of a window that are known words, in 0..=1; 0 where there is none.
    pub(crate) fn known_share(&self, window: &[u32]) -> f32 {
        let n_pieces = window.len().saturating_sub(2);
        let n_unknown = window.iter().filter(|&&id| id == self.unknown).count();
        if n_pieces == 0 {
            return 0.0;
        }
        (n_pieces - n_unknown.min(n_pieces)) as f32 / n_pieces as f32
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|error| Error::Weights {
            origin: "the tokenizer of the text encoder".into(),
            reason: error.to_string(),
        })?;
        Ok(encoding.get_ids().to_vec())
    }

    fn marked(&self, pieces: &[u32]) -> Vec<u32> {
        let mut window = Vec::with_capacity(pieces.len() + 2);
        window.push(self.start);
        window.extend(pieces);
        window.push(self.end);
        window
    }
}

/// At most `most` of the windows, the first and the last among them.
fn evenly(windows: Vec<Vec<u32>>, most: usize) -> Vec<Vec<u32>> {
    let n = windows.len();
    if n <= most {
        return windows;
    }
    let mut chosen: Vec<usize> = (0..most).map(|i| i * (n - 1) / (most - 1)).collect();
    chosen.dedup();
    let mut windows = windows;
    chosen
        .into_iter()
        .map(|i| std::mem::take(&mut windows[i]))
        .collect()
}
