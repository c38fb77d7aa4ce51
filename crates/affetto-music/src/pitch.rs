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

#[cfg(test)]
mod tests {
    use super::PitchClass;

    #[track_caller]
    fn check(text: &str, expected: Option<u8>) {
        assert_eq!(
            text.parse::<PitchClass>().ok().map(PitchClass::get),
            expected,
            "{text}"
        );
    }

    #[test]
    fn reads_names() {
        for (text, expected) in [
            ("C", 0),
            ("c", 0),
            ("C#", 1),
            ("Db", 1),
            ("d♭", 1),
            ("D##", 4),
            ("Fb", 4),
            ("E#", 5),
            ("F♯", 6),
            ("Gb", 6),
            ("Cb", 11),
            ("B#", 0),
            ("Abb", 7),
            ("b", 11),
            ("bb", 10),
        ] {
            check(text, Some(expected));
        }
    }

    #[test]
    fn refuses_other_text() {
        for text in ["", "H", "C###", "C b", "Cm", "1", "♯", "é"] {
            check(text, None);
        }
    }

    #[test]
    fn displays_what_it_reads() {
        for number in 0..12 {
            let class = PitchClass::new(number);
            assert_eq!(class.to_string().parse(), Ok(class));
            assert_eq!(class.sharp_name().parse(), Ok(class));
            assert_eq!(class.flat_name().parse(), Ok(class));
        }
        assert_eq!(PitchClass::new(66).to_string(), "F#");
    }

    #[test]
    fn intervals() {
        let (c, a) = (PitchClass::new(0), PitchClass::new(9));
        assert_eq!(
            (c.interval_to(a), a.interval_to(c), c.interval_to(c)),
            (9, 3, 0)
        );
        assert_eq!(c.transposed(-3), a);
        assert_eq!(a.transposed(27), c);
    }
}
