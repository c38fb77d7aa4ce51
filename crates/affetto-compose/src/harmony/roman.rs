//! Naming chords by Roman numerals.

use affetto_music::{Chord, ChordQuality, Key};

const DEGREES: [&str; 12] = [
    "I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII",
];
const BASSES: [&str; 12] = [
    "1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7",
];

/// The Roman numeral of a chord in a key, e.g. `"ii7"`, `"bVII"`, `"V/7"`.
///
/// Degrees count from the major scale in both modes, upper case has a major third, lower case a
/// minor one, and a bass is a degree behind the stroke: the notation of
/// [`crate::genre::numeral::numeral`], which reads it back.
#[must_use]
pub fn roman(chord: Chord, key: Key) -> String {
    use ChordQuality as Q;
    let (minor, suffix) = match chord.quality {
        Q::Major => (false, ""),
        Q::Minor => (true, ""),
        Q::Diminished => (true, "°"),
        Q::Augmented => (false, "+"),
        Q::Suspended2 => (false, "sus2"),
        Q::Suspended4 => (false, "sus4"),
        Q::Power => (false, "5"),
        Q::Dominant7 => (false, "7"),
        Q::Major7 => (false, "maj7"),
        Q::Minor7 => (true, "7"),
        Q::HalfDiminished7 => (true, "ø7"),
        Q::Diminished7 => (true, "°7"),
        Q::MinorMajor7 => (true, "mMaj7"),
        Q::Major6 => (false, "6"),
        Q::Minor6 => (true, "6"),
        Q::Dominant9 => (false, "9"),
        Q::MajorAdd9 => (false, "add9"),
        Q::MinorAdd9 => (true, "add9"),
    };
    let degree = DEGREES[usize::from(key.tonic.interval_to(chord.root))];
    let degree = if minor {
        degree.replace('I', "i").replace('V', "v")
    } else {
        degree.to_owned()
    };
    let bass = chord.bass.map_or(String::new(), |bass| {
        format!("/{}", BASSES[usize::from(key.tonic.interval_to(bass))])
    });
    format!("{degree}{suffix}{bass}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genre::numeral::numeral;
    use affetto_music::PitchClass;

    #[track_caller]
    fn check(key: &str, chords: &str, expected: &str) {
        let key: Key = key.parse().unwrap();
        let names: Vec<String> = chords
            .split_whitespace()
            .map(|chord| roman(chord.parse().unwrap(), key))
            .collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn chords_get_their_numerals() {
        check("C major", "C Dm7 G7 Am F/C", "I ii7 V7 vi IV/1");
        check("A minor", "Am G F E7 Bm7b5", "i bVII bVI V7 iiø7");
        check("Eb major", "Eb Abm Db D7 Adim7", "I iv bVII VII7 #iv°7");
    }

    #[test]
    fn every_numeral_reads_back() {
        for &quality in ChordQuality::ALL {
            for root in 0..12 {
                let key = Key {
                    tonic: PitchClass::new(3),
                    ..Key::default()
                };
                let mut chord = Chord::new(PitchClass::new(root), quality);
                chord.bass = (root % 2 == 0).then(|| PitchClass::new(root + 5));
                let name = roman(chord, key);
                assert_eq!(numeral(&name, key.tonic), Some(chord), "{name}");
            }
        }
    }
}
