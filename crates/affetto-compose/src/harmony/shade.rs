//! Light and shade: how far harmony goes into its mode.
//!
//! Between the mode's two colors there are degrees. Dark minor avoids what sounds like the relative
//! major (its tonic, the subtonic, minor sevenths on the tonic) and takes the leading tone; bright
//! major avoids minor chords and the blues' dominant sevenths at rest; a major that is barely
//! bright turns to its minor chords. Valence moves with mode and key clarity (Eerola, Friberg &
//! Bresin 2013; measured on EMOPIA and VGMIDI: major-minus-minor correlation, key clarity).

use affetto_music::{Chord, ChordQuality, Key, Mode};
use rand_pcg::Pcg64Mcg;

use crate::Genre;
use crate::random::{chance, unit};

/// Another root where that serves the mood; `brightness` in −1..=1 as in the cues.
pub(super) fn root(
    chord: Chord,
    (genre, key): (Genre, Key),
    brightness: f64,
    rng: &mut Pcg64Mcg,
) -> Chord {
    use ChordQuality as Q;
    let (draw, which) = (unit(rng), unit(rng));
    let at = |degree: i32, quality| Chord::new(key.tonic.transposed(degree), quality);
    let dominant = || {
        at(
            7,
            if matches!(genre, Genre::Pop | Genre::Rock | Genre::Reggae) {
                Q::Major
            } else {
                Q::Dominant7
            },
        )
    };
    let power = chord.quality == Q::Power;
    let leading = if genre == Genre::Country { 0.4 } else { 0.75 };
    let dark = (-brightness - 0.15).max(0.0);
    let bright = (0.7 * (brightness - 0.4)).max(0.0);
    let veiled = if brightness > 0.0 {
        (0.35 - brightness).max(0.0)
    } else {
        0.0
    };
    match (key.mode, key.tonic.interval_to(chord.root)) {
        _ if power => chord,
        (Mode::Minor, 3) if draw < dark => at(if which < 0.6 { 5 } else { 0 }, Q::Minor),
        (Mode::Minor, 10) if draw < dark && which < leading => dominant(),
        (Mode::Minor, 10) if draw < dark => at(7, Q::Minor),
        (Mode::Major, 2) if draw < bright => at(5, Q::Major),
        (Mode::Major, 4) if draw < bright => at(7, Q::Major),
        (Mode::Major, 9) if draw < bright => at(if which < 0.6 { 0 } else { 5 }, Q::Major),
        (Mode::Major, 0) if draw < veiled && which < 0.6 => at(9, Q::Minor),
        (Mode::Major, 5) if draw < veiled => at(if which < 0.5 { 2 } else { 5 }, Q::Minor),
        _ => chord,
    }
}

/// The same root without the tones that blur the mode.
pub(super) fn quality(
    chord: Chord,
    (genre, key): (Genre, Key),
    brightness: f64,
    rng: &mut Pcg64Mcg,
) -> Chord {
    use ChordQuality as Q;
    let degree = key.tonic.interval_to(chord.root);
    let quality = match (key.mode, degree, chord.quality) {
        (Mode::Minor, 0 | 5, Q::Minor7 | Q::Minor6) if chance(rng, -1.1 * brightness) => {
            if matches!(genre, Genre::Jazz | Genre::Ambient) {
                Q::MinorAdd9
            } else {
                Q::Minor
            }
        }
        (Mode::Minor, 7, Q::Minor | Q::Minor7) if chance(rng, -brightness) => Q::Dominant7,
        (Mode::Minor, 8, Q::Major7) if chance(rng, -brightness) => Q::Major,
        (Mode::Major, 0 | 5, Q::Dominant7 | Q::Dominant9) if chance(rng, brightness) => Q::Major6,
        (_, _, other) => other,
    };
    Chord { quality, ..chord }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harmony::roman;

    /// The commonest answer of 200 draws for each chord.
    #[track_caller]
    fn check(genre: Genre, key: &str, brightness: f64, chords: &str, expected: &str) {
        let key: Key = key.parse().unwrap();
        let shaded = |text: &str| {
            let mut counts = std::collections::BTreeMap::new();
            for seed in 0..200 {
                let mut rng = crate::random::stream(&[seed]);
                let chord = root(text.parse().unwrap(), (genre, key), brightness, &mut rng);
                let chord = quality(chord, (genre, key), brightness, &mut rng);
                *counts.entry(roman(chord, key)).or_insert(0) += 1;
            }
            counts
                .into_iter()
                .max_by_key(|(_, count)| *count)
                .unwrap()
                .0
        };
        let names: Vec<String> = chords.split(' ').map(shaded).collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn dark_minor_hides_the_relative_major() {
        check(Genre::Pop, "A minor", -1.0, "Am C F G", "i iv bVI V");
        check(Genre::HipHop, "A minor", -1.0, "Am7 Fmaj7 Dm7", "i bVI iv");
    }

    #[test]
    fn mild_moods_leave_harmony_alone() {
        check(Genre::Pop, "A minor", -0.1, "Am C F G", "i bIII bVI bVII");
        check(Genre::Pop, "C major", 0.4, "C Am F G Dm", "I vi IV V ii");
    }

    #[test]
    fn bright_major_stays_major() {
        check(Genre::Blues, "A major", 1.0, "A7 D7 E7", "I6 IV6 V7");
    }
}
