//! Keys: a tonic and a mode.

use std::fmt;
use std::str::FromStr;

use crate::{Error, PitchClass};

/// Major or minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Ionian, 0 2 4 5 7 9 11.
    #[default]
    Major,
    /// Natural minor (Aeolian), 0 2 3 5 7 8 10, with the leading tone where harmony asks for it.
    Minor,
}

impl Mode {
    /// Scale degrees as semitones above the tonic (natural minor for minor).
    #[must_use]
    pub fn degrees(self) -> [u8; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
        }
    }
}

/// A key: tonic and mode, written `C major` or `F# minor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Key {
    /// The tonic.
    pub tonic: PitchClass,
    /// Major or minor.
    pub mode: Mode,
}

impl Key {
    /// Sharps (positive) or flats (negative) of the key signature, in −6..=6.
    #[must_use]
    pub fn fifths(self) -> i8 {
        let relative_major = match self.mode {
            Mode::Major => self.tonic,
            Mode::Minor => self.tonic.transposed(3),
        };
        let steps = (i32::from(relative_major.get()) * 7).rem_euclid(12);
        (if steps > 6 { steps - 12 } else { steps }) as i8
    }

    /// Whether a pitch class belongs to the major or natural minor scale of the key.
    #[must_use]
    pub fn contains(self, pitch_class: PitchClass) -> bool {
        self.mode
            .degrees()
            .contains(&self.tonic.interval_to(pitch_class))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
        };
        let tonic = if self.fifths() < 0 {
            self.tonic.flat_name()
        } else {
            self.tonic.sharp_name()
        };
        write!(f, "{tonic} {mode}")
    }
}

impl FromStr for Key {
    type Err = Error;

    /// Reads `C`, `Am`, `F# minor`, `Bb major`, `c min`, `Ebmaj`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Notation {
            kind: "key",
            actual: text.chars().take(40).collect(),
            expected: "a tonic and a mode, such as \"C major\", \"F# minor\" or \"Am\"",
        };
        let trimmed = text.trim();
        let split = trimmed
            .char_indices()
            .skip(1)
            .find(|(_, c)| !matches!(c, '#' | '♯' | 'b' | '♭'))
            .map_or(trimmed.len(), |(index, _)| index);
        let tonic = trimmed
            .get(..split)
            .ok_or_else(refuse)?
            .parse()
            .map_err(|_| refuse())?;
        let rest = trimmed[split..].trim();
        let mode = match rest {
            "m" => Mode::Minor,
            "" | "M" => Mode::Major,
            _ => match rest.to_ascii_lowercase().as_str() {
                "maj" | "major" => Mode::Major,
                "min" | "minor" => Mode::Minor,
                _ => return Err(refuse()),
            },
        };
        Ok(Self { tonic, mode })
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::PitchClass;

    #[track_caller]
    fn check(text: &str, name: &str, fifths: i8) {
        let key: Key = text.parse().unwrap();
        assert_eq!(
            (key.to_string().as_str(), key.fifths()),
            (name, fifths),
            "{text}"
        );
        assert_eq!(name.parse(), Ok(key));
    }

    #[test]
    fn reads_and_displays() {
        for (text, name, fifths) in [
            ("C", "C major", 0),
            ("Am", "A minor", 0),
            ("F# minor", "F# minor", 3),
            ("Bb major", "Bb major", -2),
            ("c min", "C minor", -3),
            ("Ebmaj", "Eb major", -3),
            ("G", "G major", 1),
            ("d minor", "D minor", -1),
            ("Db", "Db major", -5),
            ("C#", "Db major", -5),
            ("G#m", "G# minor", 5),
            ("Gb", "F# major", 6),
            ("Ebm", "D# minor", 6),
            ("Bbm", "Bb minor", -5),
            ("CM", "C major", 0),
            ("  E MINOR ", "E minor", 1),
            ("B", "B major", 5),
            ("Cb", "B major", 5),
        ] {
            check(text, name, fifths);
        }
    }

    #[test]
    fn refuses_other_text() {
        for text in [
            "",
            "H major",
            "C dorian",
            "C major minor",
            "m",
            "C  mi nor",
            "é",
            "C#b#",
        ] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }

    #[test]
    fn contains_its_scale() {
        let scale = |text: &str| -> Vec<u8> {
            let key: Key = text.parse().unwrap();
            (0..12)
                .filter(|&class| key.contains(PitchClass::new(class)))
                .collect()
        };
        assert_eq!(scale("C"), [0, 2, 4, 5, 7, 9, 11]);
        assert_eq!(scale("Am"), scale("C"));
        assert_eq!(scale("D"), [1, 2, 4, 6, 7, 9, 11]);
    }
}
