//! Music as tokens, for a model that writes it one symbol after the other.
//!
//! A bar is `Bar`, its chords (`Chord`, then `Position Chord` for each change), and its voices
//! (`Voice`, then `Position Note…` for each onset), always in that order; the next `Bar` closes it.
//! Pitches and chords are relative to the tonic, so that one song teaches all twelve keys (the
//! functional representation of Huang, Chen and Yang 2024). Pitch and length are one symbol, and
//! everything that holds for a whole bar (mode, metre, valence, arousal, genre, attributes) is no
//! symbol at all but a [`Condition`]: sequences are about a third as long as with REMI (Huang and
//! Yang 2020).
//!
//! - [`Token`] is a symbol, [`encode`] and [`decode`] go between a [`GridBar`] and symbols.
//! - [`Grammar`] says which symbols may come next.
//! - [`grid_bars`] puts a score on the grid, with voices for its tracks ([`voices`]).

mod condition;
mod grammar;
mod grid;
mod symbol;
mod voices;

pub use condition::{
    ATTRIBUTES, Condition, ConditionGroup, N_ATTRIBUTES, N_CONDITION, attribute_values,
};
pub use grammar::{Grammar, MAX_BAR_TOKENS};
pub use grid::{GridBar, GridNote, PieceBar, grid_bars, snapped};
pub use symbol::{DURATIONS, N_TOKENS, POSITIONS_PER_QUARTER, Token, decode, encode};
pub use voices::{Voice, track_voices, voices};

/// Grid units of a quarter note: sixteenths are 3, triplet eighths 4.
pub const UNITS_PER_QUARTER: u32 = 12;
/// Longest bar that can be written, in quarter notes.
pub const MAX_QUARTERS: u32 = 6;
