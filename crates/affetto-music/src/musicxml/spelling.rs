//! Which letter and accidental a pitch is written with.
//!
//! Names stand on the line of fifths, … B♭ F C G D A E B F♯ …, with C at 0 (Temperley 2001, "The
//! Cognition of Basic Musical Structures", ch. 5). A tone of the chord that sounds is spelled above
//! the chord's root; other pitches take the name nearest to the key.

use crate::{Chord, Key, Mode, PitchClass};

/// A written pitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling {
    /// Letter of the note, `'A'` to `'G'`.
    pub(super) step: char,
    /// Sharps (positive) or flats (negative), in −2..=2.
    pub(super) alter: i32,
    /// Octave of the letter; middle C starts octave 4.
    pub(super) octave: i32,
}

/// Place on the line of fifths of the name that a pitch class has in a key.
///
/// Around the tonic lie three names to the flat side and eight to the sharp side in minor, four and
/// seven in major, so that leading tones are sharps of the degree below.
fn place_in_key(pitch_class: PitchClass, key: Key) -> i32 {
    let center = i32::from(key.fifths());
    let lowest = match key.mode {
        Mode::Major => center - 4,
        Mode::Minor => center - 3,
    };
    let place = i32::from(pitch_class.get()) * 7;
    lowest + (place - lowest).rem_euclid(12)
}

/// Steps on the line of fifths from the root of a chord to a tone some semitones above it.
fn tone_place(chord: Chord, semitones: u8) -> Option<i32> {
    if !chord.quality.tones().contains(&semitones) {
        return None;
    }
    let has = |tone| chord.quality.tones().contains(&tone);
    Some(match semitones {
        0 => 0,
        2 => 2,
        3 => -3,
        4 => 4,
        5 => -1,
        6 => -6,
        7 => 1,
        8 => 8,
        9 if has(3) && has(6) => -9,
        9 => 3,
        10 => -2,
        _ => 5,
    })
}

/// Place on the line of fifths of a pitch class under a chord in a key.
fn place(pitch_class: PitchClass, chord: Option<Chord>, key: Key) -> i32 {
    let tone = chord.and_then(|chord| {
        let root = place_in_key(chord.root, key);
        Some(root + tone_place(chord, chord.root.interval_to(pitch_class))?)
    });
    // Beyond these lie B♯♯ and F♭♭.
    tone.filter(|place| (-8..=12).contains(place))
        .unwrap_or_else(|| place_in_key(pitch_class, key))
}

/// Letter and alteration of a place on the line of fifths.
fn name(place: i32) -> (char, i32) {
    let letters = ['F', 'C', 'G', 'D', 'A', 'E', 'B'];
    (
        letters[(place + 1).rem_euclid(7) as usize],
        (place + 1).div_euclid(7),
    )
}

/// Letter and alteration of a pitch class, as for a chord's root.
pub(super) fn spell_class(pitch_class: PitchClass, key: Key) -> (char, i32) {
    name(place_in_key(pitch_class, key))
}

/// Spells a pitch under a chord in a key; octaves below 0, which the format lacks, are raised.
pub(super) fn spell(pitch: u8, chord: Option<Chord>, key: Key) -> Spelling {
    let (step, alter) = name(place(PitchClass::new(pitch), chord, key));
    let natural = i32::from(pitch) - alter;
    Spelling {
        step,
        alter,
        octave: (natural.div_euclid(12) - 1).clamp(0, 9),
    }
}

/// Alteration of a letter by a key signature.
pub(super) fn signature_alter(step: char, key: Key) -> i32 {
    let fifths = i32::from(key.fifths());
    let index = "FCGDAEB".find(step).map_or(0, |index| index as i32);
    if index < fifths {
        1
    } else if fifths < 0 && 6 - index < -fifths {
        -1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, chord: &str, pitches: &[u8], expected: &str) {
        let chord = (!chord.is_empty()).then(|| chord.parse().unwrap());
        let names: Vec<String> = pitches
            .iter()
            .map(|&pitch| {
                let spelling = spell(pitch, chord, key.parse().unwrap());
                let sign = ["bb", "b", "", "#", "##"][(spelling.alter + 2) as usize];
                format!("{}{sign}{}", spelling.step, spelling.octave)
            })
            .collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn scales() {
        check("C", "", &[60, 61, 63, 66, 68, 70], "C4 C#4 Eb4 F#4 Ab4 Bb4");
        check("Am", "", &[56, 61, 63, 66, 70], "G#3 C#4 Eb4 F#4 Bb4");
        check("Db", "", &[61, 63, 65, 66, 60, 59], "Db4 Eb4 F4 Gb4 C4 Cb4");
        check("F#m", "", &[54, 65, 66, 68], "F#3 E#4 F#4 G#4");
        check("Bbm", "", &[54, 57, 59, 61], "Gb3 A3 Cb4 Db4");
    }

    #[test]
    fn chord_tones() {
        check("C", "E7", &[56, 62], "G#3 D4");
        check("C", "Fm", &[56, 60], "Ab3 C4");
        check("Am", "G#dim7", &[56, 59, 62, 65], "G#3 B3 D4 F4");
        check("Bb", "Gb7", &[54, 58, 61, 64], "Gb3 Bb3 Db4 Fb4");
        check("C", "Caug", &[68], "G#4");
    }

    #[test]
    fn signatures() {
        assert_eq!(signature_alter('F', "G".parse().unwrap()), 1);
        assert_eq!(signature_alter('C', "G".parse().unwrap()), 0);
        assert_eq!(signature_alter('B', "F".parse().unwrap()), -1);
        assert_eq!(signature_alter('E', "F".parse().unwrap()), 0);
        assert_eq!(signature_alter('G', "Db".parse().unwrap()), -1);
        assert_eq!(signature_alter('F', "Db".parse().unwrap()), 0);
    }
}
