//! Chords: a root, a quality and an optional bass, written as on a lead sheet (`Am7`, `F/C`).

use std::fmt;
use std::str::FromStr;

use crate::{Error, PitchClass};

macro_rules! qualities {
    ($($variant:ident, $symbol:literal, [$($tone:literal),+], $doc:literal;)+) => {
        /// Chord qualities.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ChordQuality {
            $(#[doc = $doc] $variant,)+
        }

        impl ChordQuality {
            /// All qualities, triads first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Chord tones as semitones above the root, root first, in `0..12`.
            #[must_use]
            pub fn tones(self) -> &'static [u8] {
                match self { $(Self::$variant => &[$($tone),+],)+ }
            }

            /// Suffix on a lead sheet, e.g. `"m7"`; empty for a major triad.
            #[must_use]
            pub fn symbol(self) -> &'static str {
                match self { $(Self::$variant => $symbol,)+ }
            }
        }
    };
}

qualities! {
    Major, "", [0, 4, 7], "Major triad.";
    Minor, "m", [0, 3, 7], "Minor triad.";
    Diminished, "dim", [0, 3, 6], "Diminished triad.";
    Augmented, "aug", [0, 4, 8], "Augmented triad.";
    Suspended2, "sus2", [0, 2, 7], "Suspended second.";
    Suspended4, "sus4", [0, 5, 7], "Suspended fourth.";
    Power, "5", [0, 7], "Root and fifth.";
    Dominant7, "7", [0, 4, 7, 10], "Dominant seventh.";
    Major7, "maj7", [0, 4, 7, 11], "Major seventh.";
    Minor7, "m7", [0, 3, 7, 10], "Minor seventh.";
    HalfDiminished7, "m7b5", [0, 3, 6, 10], "Half-diminished seventh.";
    Diminished7, "dim7", [0, 3, 6, 9], "Diminished seventh.";
    MinorMajor7, "mMaj7", [0, 3, 7, 11], "Minor triad with major seventh.";
    Major6, "6", [0, 4, 7, 9], "Major sixth.";
    Minor6, "m6", [0, 3, 7, 9], "Minor sixth.";
    Dominant9, "9", [0, 4, 7, 10, 2], "Dominant ninth.";
    MajorAdd9, "add9", [0, 4, 7, 2], "Major triad with ninth.";
    MinorAdd9, "madd9", [0, 3, 7, 2], "Minor triad with ninth.";
}

/// A chord symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The root.
    pub root: PitchClass,
    /// Which tones stand above the root.
    pub quality: ChordQuality,
    /// The lowest note where it is not the root.
    pub bass: Option<PitchClass>,
}

impl Chord {
    /// A chord in root position.
    #[must_use]
    pub fn new(root: PitchClass, quality: ChordQuality) -> Self {
        Self {
            root,
            quality,
            bass: None,
        }
    }

    /// Pitch classes of the chord, root first (the bass is not added).
    pub fn pitch_classes(self) -> impl Iterator<Item = PitchClass> {
        self.quality
            .tones()
            .iter()
            .map(move |&tone| self.root.transposed(i32::from(tone)))
    }

    /// Whether a pitch class is a chord tone (or the given bass).
    #[must_use]
    pub fn contains(self, pitch_class: PitchClass) -> bool {
        self.bass == Some(pitch_class) || self.pitch_classes().any(|tone| tone == pitch_class)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.root, self.quality.symbol())?;
        if let Some(bass) = self.bass {
            write!(f, "/{bass}")?;
        }
        Ok(())
    }
}

impl FromStr for Chord {
    type Err = Error;

    /// Reads a lead-sheet symbol: root, quality (`m`, `-`, `min`, `maj7`, `7`, `dim`, `°`, `ø` …),
    /// optional `/bass`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Notation {
            kind: "chord",
            actual: text.chars().take(40).collect(),
            expected: "a lead-sheet symbol such as Am, F#m7b5, Bbmaj7 or C/E",
        };
        let (symbol, bass) = match text.trim().split_once('/') {
            Some((symbol, bass)) => (symbol, Some(bass.parse().map_err(|_| refuse())?)),
            None => (text.trim(), None),
        };
        let split = symbol
            .char_indices()
            .skip(1)
            .find(|(_, c)| !matches!(c, '#' | '♯' | 'b' | '♭'))
            .map_or(symbol.len(), |(index, _)| index);
        let root = symbol
            .get(..split)
            .ok_or_else(refuse)?
            .parse()
            .map_err(|_| refuse())?;
        let quality = quality(&symbol[split..]).ok_or_else(refuse)?;
        Ok(Self {
            root,
            quality,
            bass,
        })
    }
}

/// Reads the part of a chord symbol after its root.
fn quality(suffix: &str) -> Option<ChordQuality> {
    if let Some(&exact) = ChordQuality::ALL.iter().find(|q| q.symbol() == suffix) {
        return Some(exact);
    }
    Some(match suffix {
        "M" | "maj" | "major" => ChordQuality::Major,
        "-" | "min" | "minor" => ChordQuality::Minor,
        "°" | "o" => ChordQuality::Diminished,
        "+" => ChordQuality::Augmented,
        "sus" => ChordQuality::Suspended4,
        "M7" | "Δ" | "Δ7" | "j7" => ChordQuality::Major7,
        "min7" | "-7" => ChordQuality::Minor7,
        "ø" | "ø7" | "min7b5" | "-7b5" => ChordQuality::HalfDiminished7,
        "°7" | "o7" => ChordQuality::Diminished7,
        "mM7" | "minMaj7" => ChordQuality::MinorMajor7,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Chord, ChordQuality};
    use crate::PitchClass;

    /// Reads a symbol; expects its pitch classes, the bass in front where it is not the root.
    #[track_caller]
    fn check(symbol: &str, expected: &[u8]) {
        let chord: Chord = symbol.parse().unwrap();
        let classes: Vec<u8> = chord
            .bass
            .into_iter()
            .chain(chord.pitch_classes())
            .map(PitchClass::get)
            .collect();
        assert_eq!(classes, expected, "{symbol}");
    }

    #[test]
    fn reads_lead_sheet_symbols() {
        for (symbol, expected) in [
            ("C", &[0, 4, 7][..]),
            ("Am", &[9, 0, 4]),
            ("A-", &[9, 0, 4]),
            ("Bb", &[10, 2, 5]),
            ("bb", &[10, 2, 5]),
            ("F#m7b5", &[6, 9, 0, 4]),
            ("F#ø", &[6, 9, 0, 4]),
            ("Bbmaj7", &[10, 2, 5, 9]),
            ("BbM7", &[10, 2, 5, 9]),
            ("BbΔ", &[10, 2, 5, 9]),
            ("G7", &[7, 11, 2, 5]),
            ("B°", &[11, 2, 5]),
            ("Bdim7", &[11, 2, 5, 8]),
            ("C+", &[0, 4, 8]),
            ("Dsus", &[2, 7, 9]),
            ("D5", &[2, 9]),
            ("C/E", &[4, 0, 4, 7]),
            ("Am7/G", &[7, 9, 0, 4, 7]),
            ("Cadd9", &[0, 4, 7, 2]),
            ("AmMaj7", &[9, 0, 4, 8]),
            (" C6 ", &[0, 4, 7, 9]),
        ] {
            check(symbol, expected);
        }
    }

    #[test]
    fn refuses_other_text() {
        for symbol in [
            "", "H", "Xm", "C/H", "C13b9#11", "C//E", "N.C.", "é", "/", "C/",
        ] {
            assert!(symbol.parse::<Chord>().is_err(), "{symbol}");
        }
    }

    #[test]
    fn displays_what_it_reads() {
        for &quality in ChordQuality::ALL {
            for root in (0..12).map(PitchClass::new) {
                for bass in [None, Some(root.transposed(7))] {
                    let chord = Chord {
                        root,
                        quality,
                        bass,
                    };
                    assert_eq!(chord.to_string().parse(), Ok(chord), "{chord}");
                }
            }
        }
    }

    #[test]
    fn contains_its_tones_and_bass() {
        let chord: Chord = "Am/G".parse().unwrap();
        let tones: Vec<u8> = (0..12)
            .filter(|&class| chord.contains(PitchClass::new(class)))
            .collect();
        assert_eq!(tones, [0, 4, 7, 9]);
    }
}
