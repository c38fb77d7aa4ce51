//! Which symbols may come next, so that no invalid bar can be sampled.

use super::symbol::{N_TOKENS, Token, pitch_of, step_of};
use super::voices::Voice;
use super::{UNITS_PER_QUARTER, symbol::neutral_key};
use affetto_music::Key;

/// Symbols after which a bar must close, so that its time is bounded.
pub const MAX_BAR_TOKENS: usize = 160;
/// Most notes that sound at once in the accompaniment.
const MAX_POLYPHONY: usize = 10;

/// Follows the symbols of one bar and says which may come next.
///
/// Bars close, places grow, notes end within the bar, one pitch never sounds twice at once in
/// a voice, melody and bass have one note at a time, and pitches stay in the range of the voice.
#[derive(Debug, Clone)]
pub struct Grammar {
    units: u8,
    key: Key,
    /// Voices that may play, with their ranges, in the order of [`Voice::ALL`].
    ranges: [Option<(u8, u8)>; 3],
    state: State,
    voice: Option<Voice>,
    at: u8,
    last_step: Option<u8>,
    /// When each pitch of the present voice is free again.
    free_at: [u8; 128],
    voice_free_at: u8,
    n_tokens: usize,
}

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing yet.
    Start,
    /// `Bar`.
    Opened,
    /// A chord.
    Harmony,
    /// A place for a change of chord.
    ChordPlace,
    /// A voice.
    Voice,
    /// A place for notes.
    NotePlace,
    /// A note.
    Note,
}

impl Grammar {
    /// Rules of a bar of `units` grid units in a key. `ranges` has lowest and highest MIDI pitch of
    /// each voice that may play, in the order of [`Voice::ALL`].
    #[must_use]
    pub fn new(units: u8, key: Option<Key>, ranges: [Option<(u8, u8)>; 3]) -> Self {
        Self {
            units,
            key: key.unwrap_or_else(neutral_key),
            ranges,
            state: State::Start,
            voice: None,
            at: 0,
            last_step: None,
            free_at: [0; 128],
            voice_free_at: 0,
            n_tokens: 0,
        }
    }

    /// Takes a symbol; whether it was allowed. What is not allowed changes nothing.
    pub fn push(&mut self, token: Token) -> bool {
        if !self.allows(token) {
            return false;
        }
        self.n_tokens += 1;
        match token {
            Token::Bar => self.state = State::Opened,
            Token::NoChord | Token::Chord { .. } => self.state = State::Harmony,
            Token::Voice(voice) => {
                self.state = State::Voice;
                self.voice = Some(voice);
                (self.at, self.voice_free_at) = (0, 0);
                self.free_at = [0; 128];
            }
            Token::Position(at) => {
                let in_voice = self.voice.is_some();
                self.state = if in_voice {
                    State::NotePlace
                } else {
                    State::ChordPlace
                };
                self.at = at;
                self.last_step = None;
            }
            Token::Note { step, duration } => {
                self.state = State::Note;
                let end = self.at + duration;
                self.free_at[usize::from(step)] = end;
                self.voice_free_at = self.voice_free_at.max(end);
                self.last_step = Some(step);
            }
        }
        true
    }

    /// Whether the bar may end here: the next symbol would be `Bar`.
    #[must_use]
    pub fn may_close(&self) -> bool {
        matches!(self.state, State::Harmony | State::Note)
    }

    /// Marks the symbols that may come next; `mask` has [`N_TOKENS`] places. [`Token::Bar`] stands
    /// for the end of the bar.
    pub fn mark(&self, mask: &mut [bool]) {
        for (id, allowed) in mask.iter_mut().enumerate().take(usize::from(N_TOKENS)) {
            *allowed = Token::from_id(id as u16).is_some_and(|token| match token {
                Token::Bar => self.may_close() || self.state == State::Start,
                token => self.allows(token),
            });
        }
    }

    fn allows(&self, token: Token) -> bool {
        let full = self.n_tokens >= MAX_BAR_TOKENS;
        match token {
            Token::Bar => self.state == State::Start,
            Token::NoChord | Token::Chord { .. } => {
                matches!(self.state, State::Opened | State::ChordPlace)
            }
            Token::Voice(voice) => {
                !full
                    && self.may_close()
                    && self.ranges[voice as usize].is_some()
                    && self.voice.is_none_or(|last| last < voice)
            }
            Token::Position(at) => !full && self.allows_position(at),
            Token::Note { step, duration } => self.allows_note(step, duration),
        }
    }

    fn allows_position(&self, at: u8) -> bool {
        if at >= self.units {
            return false;
        }
        match (self.state, self.voice) {
            (State::Harmony, None) => {
                at > self.at && u32::from(at).is_multiple_of(UNITS_PER_QUARTER)
            }
            (State::Voice, Some(_)) => true,
            (State::Note, Some(Voice::Chords)) => at > self.at,
            (State::Note, Some(_)) => at >= self.voice_free_at,
            _ => false,
        }
    }

    fn allows_note(&self, step: u8, duration: u8) -> bool {
        let Some(voice) = self.voice else {
            return false;
        };
        let Some((low, high)) = self.ranges[voice as usize] else {
            return false;
        };
        let pitch = pitch_of(step, self.key);
        let fits = (low..=high).contains(&pitch)
            && step_of(pitch, self.key) == step
            && u32::from(self.at) + u32::from(duration) <= u32::from(self.units)
            && self.free_at[usize::from(step)] <= self.at;
        let in_place = match self.state {
            State::NotePlace => true,
            State::Note => {
                voice == Voice::Chords
                    && self.n_tokens < MAX_BAR_TOKENS
                    && self.last_step.is_none_or(|last| step > last)
                    && self.sounding() < MAX_POLYPHONY
            }
            _ => false,
        };
        fits && in_place
    }

    fn sounding(&self) -> usize {
        self.free_at.iter().filter(|&&end| end > self.at).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::decode;
    use affetto_music::{Meter, Mode, PitchClass};
    use proptest::prelude::*;

    const RANGES: [Option<(u8, u8)>; 3] = [Some((55, 88)), Some((28, 55)), Some((36, 88))];

    /// Draws symbols blindly among those allowed and returns the closed bar.
    fn random_bar(units: u8, key: Key, mut numbers: impl FnMut() -> usize) -> Vec<u16> {
        let mut grammar = Grammar::new(units, Some(key), RANGES);
        assert!(grammar.push(Token::Bar));
        let (mut tokens, mut mask) = (vec![0], vec![false; usize::from(N_TOKENS)]);
        loop {
            grammar.mark(&mut mask);
            let allowed: Vec<u16> = (0..N_TOKENS).filter(|&id| mask[usize::from(id)]).collect();
            assert!(!allowed.is_empty(), "a dead end after {tokens:?}");
            let id = allowed[numbers() % allowed.len()];
            if id == 0 {
                return tokens;
            }
            assert!(grammar.push(Token::from_id(id).unwrap()));
            tokens.push(id);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_is_drawn_is_a_valid_bar(seed in 0..u64::MAX, tonic in 0..12_u8, beats in 2..6_u8) {
            let key = Key { tonic: PitchClass::new(tonic), mode: Mode::Major };
            let mut state = seed;
            let mut numbers = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize
            };
            let tokens = random_bar(beats * 12, key, &mut numbers);
            prop_assert!(tokens.len() <= MAX_BAR_TOKENS + 2);
            let bar = decode(&tokens, key);
            let meter = Meter { numerator: beats, denominator: 4 };
            for voice in Voice::ALL {
                let notes = &bar.voices[voice as usize];
                let (low, high) = RANGES[voice as usize].unwrap();
                for (index, note) in notes.iter().enumerate() {
                    prop_assert!((low..=high).contains(&note.pitch));
                    prop_assert!(note.onset + note.duration <= beats * 12);
                    for later in &notes[index + 1..] {
                        let over = later.onset < note.onset + note.duration;
                        prop_assert!(!over || (voice == Voice::Chords && later.pitch != note.pitch));
                    }
                }
            }
            prop_assert_eq!(meter.numerator, beats);
        }
    }
}
