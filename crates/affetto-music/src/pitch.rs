//! Pitches and pitch classes in twelve-tone equal temperament.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A pitch without its octave: 0 = C, 1 = C♯/D♭ … 11 = B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PitchClass(u8);

impl PitchClass {
    /// The pitch class of any pitch number, modulo 12.
    #[must_use]
    pub fn new(pitch: u8) -> Self {
        Self(pitch % 12)
    }

    /// 0 = C … 11 = B, in `0..12`.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// The pitch class some semitones higher (or lower, when negative).
    #[must_use]
    pub fn transposed(self, semitones: i32) -> Self {
        Self((i32::from(self.0) + semitones).rem_euclid(12) as u8)
    }

    /// Semitones upwards from `self` to `other`, in `0..12`.
    #[must_use]
    pub fn interval_to(self, other: Self) -> u8 {
        (12 + other.0 - self.0) % 12
    }

    /// Name with sharps, e.g. `"F#"`.
    #[must_use]
    pub fn sharp_name(self) -> &'static str {
        [
            "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
        ][usize::from(self.0)]
    }

    /// Name with flats, e.g. `"Gb"`.
    #[must_use]
    pub fn flat_name(self) -> &'static str {
        [
            "C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B",
        ][usize::from(self.0)]
    }
}

impl fmt::Display for PitchClass {
    /// The commoner spelling of each: C Db D Eb E F F# G Ab A Bb B.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 == 6 {
            self.sharp_name()
        } else {
            self.flat_name()
        })
    }
}

impl FromStr for PitchClass {
    type Err = Error;

    /// Reads a letter A–G (either case) followed by any number up to two of `#`/`♯` or `b`/`♭`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Notation {
            kind: "pitch class",
            actual: text.chars().take(40).collect(),
            expected: "a letter A to G with up to two # or b, such as F# or Bb",
        };
        let mut letters = text.chars();
        let natural: i32 = match letters.next().ok_or_else(refuse)?.to_ascii_uppercase() {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return Err(refuse()),
        };
        let mut shift = 0;
        for (index, accidental) in letters.enumerate() {
            shift += match accidental {
                '#' | '♯' => 1,
                'b' | '♭' => -1,
                _ => return Err(refuse()),
            };
            if index >= 2 {
                return Err(refuse());
            }
        }
        Ok(Self((natural + shift).rem_euclid(12) as u8))
    }
}
