//! Roman numerals: progressions as musicians write them, read into chords of a key.

use affetto_music::{Chord, ChordQuality, PitchClass};

/// Reads a progression such as `"I V vi IV"` or `"ii7 V7 | Imaj7"` over a tonic: bars of chords.
///
/// - Without `|` every word is one bar; with `|` bars stand between the strokes and the words of
///   a bar share it evenly.
/// - Degrees count from the **major** scale in every mode, so minor is written with flats:
///   `"i bVII bVI V"`.
/// - Upper case is a major third, lower case a minor third. Suffixes: `7` (`V7` dominant, `ii7`
///   minor seventh), `maj7`, `6`, `9`, `add9`, `sus2`, `sus4`, `5` (power chord), `°`, `°7`, `ø7`,
///   `+`, `mMaj7`.
/// - `/3`, `/b7` and so on put a degree of the major scale on the tonic into the bass.
///
/// `None` if a word is no numeral.
#[must_use]
pub fn progression(text: &str, tonic: PitchClass) -> Option<Vec<Vec<Chord>>> {
    let words = |bar: &str| -> Option<Vec<Chord>> {
        bar.split_whitespace()
            .map(|word| numeral(word, tonic))
            .collect()
    };
    if text.contains('|') {
        text.split('|')
            .filter(|bar| !bar.trim().is_empty())
            .map(words)
            .collect()
    } else {
        text.split_whitespace().map(words).collect()
    }
}

/// Reads one numeral such as `"bVII"` or `"iiø7"` over a tonic; see [`progression`].
#[must_use]
pub fn numeral(text: &str, tonic: PitchClass) -> Option<Chord> {
    let (symbol, bass) = match text.split_once('/') {
        Some((symbol, bass)) => (symbol, Some(tonic.transposed(degree(bass)?))),
        None => (text, None),
    };
    let (shift, rest) = accidental(symbol);
    let letters = rest.chars().take_while(|c| "IViv".contains(*c)).count();
    let (roman, suffix) = rest.split_at(letters);
    let steps = scale_step(&roman.to_ascii_uppercase())?;
    let minor = roman.chars().all(char::is_lowercase);
    let quality = quality(minor, suffix)?;
    Some(Chord {
        root: tonic.transposed(steps + shift),
        quality,
        bass,
    })
}

/// Semitones of a degree such as `"b7"` above the tonic.
fn degree(text: &str) -> Option<i32> {
    let (shift, rest) = accidental(text);
    let number: usize = rest.parse().ok()?;
    Some(MAJOR.get(number.checked_sub(1)?)? + shift)
}

/// Splits a leading `b` or `#` off.
fn accidental(text: &str) -> (i32, &str) {
    match text.as_bytes().first() {
        Some(b'b') => (-1, &text[1..]),
        Some(b'#') => (1, &text[1..]),
        _ => (0, text),
    }
}

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];

/// Semitones of a numeral above the tonic in major.
fn scale_step(roman: &str) -> Option<i32> {
    let names = ["I", "II", "III", "IV", "V", "VI", "VII"];
    names
        .iter()
        .position(|&name| name == roman)
        .map(|index| MAJOR[index])
}

fn quality(minor: bool, suffix: &str) -> Option<ChordQuality> {
    Some(match (minor, suffix) {
        (false, "") => ChordQuality::Major,
        (true, "") => ChordQuality::Minor,
        (false, "7") => ChordQuality::Dominant7,
        (true, "7") => ChordQuality::Minor7,
        (false, "6") => ChordQuality::Major6,
        (true, "6") => ChordQuality::Minor6,
        (false, "add9") => ChordQuality::MajorAdd9,
        (true, "add9") => ChordQuality::MinorAdd9,
        (false, "9") => ChordQuality::Dominant9,
        (false, "maj7") => ChordQuality::Major7,
        (true, "mMaj7") => ChordQuality::MinorMajor7,
        (true, "°") => ChordQuality::Diminished,
        (true, "°7") => ChordQuality::Diminished7,
        (true, "ø7") => ChordQuality::HalfDiminished7,
        (false, "+") => ChordQuality::Augmented,
        (false, "sus2") => ChordQuality::Suspended2,
        (false, "sus4") => ChordQuality::Suspended4,
        (_, "5") => ChordQuality::Power,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let bars = progression(text, PitchClass::new(0)).expect(text);
        let written: Vec<String> = bars
            .iter()
            .map(|bar| {
                bar.iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(written.join(" | "), expected, "{text}");
    }

    #[test]
    fn numerals_become_chords_of_c() {
        check("I V vi IV", "C | G | Am | F");
        check("i bVII bVI V", "Cm | Bb | Ab | G");
        check("| ii7 V7 | Imaj7 |", "Dm7 G7 | Cmaj7");
        check("iiø7 V7 i6", "Dm7b5 | G7 | Cm6");
        check("I I/7 vii°7/b7 #iv°7", "C | C/B | Bdim7/Bb | F#dim7");
        check(
            "I5 bII5 i5 IVadd9 Vsus4 V9 V+",
            "C5 | Db5 | C5 | Fadd9 | Gsus4 | G9 | Gaug",
        );
    }

    #[test]
    fn what_is_no_numeral_is_refused() {
        for text in ["H", "VIII", "Iq", "i9", "I/8", "b", "I/"] {
            assert_eq!(numeral(text, PitchClass::new(0)), None, "{text}");
        }
    }
}
