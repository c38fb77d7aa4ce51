//! Voicings: which octave each tone of a chord takes, with the least motion from the last chord.

use affetto_music::{Chord, PitchClass};

use crate::genre::Voicing;

/// What a voicing has to respect.
#[derive(Debug, Clone)]
pub(super) struct Seat<'a> {
    /// How the genre spreads chords.
    pub(super) style: Voicing,
    /// Number of voices wanted.
    pub(super) voices: usize,
    /// Lowest and highest pitch.
    pub(super) range: (u8, u8),
    /// Where the middle of the chord likes to be.
    pub(super) center: u8,
    /// The chord before.
    pub(super) previous: &'a [u8],
    /// Pitches of the tune above it.
    pub(super) tune: &'a [u8],
}

/// The pitches of a chord, lowest first; at least one and at most as many as it has tones.
pub(super) fn voice(chord: Chord, seat: &Seat<'_>) -> Vec<u8> {
    if seat.style == Voicing::Power {
        return power(chord, seat);
    }
    let tones = tones(chord, seat);
    let mut best: Option<(f64, Vec<u8>)> = None;
    for bottom in seat.range.0..=seat.range.1 {
        let Some(first) = tones
            .iter()
            .position(|&tone| tone == PitchClass::new(bottom))
        else {
            continue;
        };
        let close = stack(&tones, first, bottom);
        for candidate in spreads(&close, seat.style) {
            let fits = candidate
                .iter()
                .all(|pitch| (seat.range.0..=seat.range.1).contains(pitch));
            let cost = cost(&candidate, seat);
            if fits && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, candidate));
            }
        }
    }
    best.map_or_else(
        || vec![super::stage::nearest(chord.root, seat.center, seat.range)],
        |(_, pitches)| pitches,
    )
}

/// Root, fifth and octave as low as the guitar allows.
fn power(chord: Chord, seat: &Seat<'_>) -> Vec<u8> {
    let root = super::stage::nearest(
        chord.root,
        seat.range.0 + 5,
        (seat.range.0, seat.range.0 + 11),
    );
    let fifth = chord
        .quality
        .tones()
        .iter()
        .copied()
        .find(|tone| (6..=8).contains(tone))
        .unwrap_or(7);
    let mut pitches = vec![root, root + fifth];
    if seat.voices > 2 {
        pitches.push(root + 12);
    }
    pitches
}

/// The tones to play: the colourful ones first, cut to the number of voices.
fn tones(chord: Chord, seat: &Seat<'_>) -> Vec<PitchClass> {
    let all = chord.quality.tones();
    let role = |tone: u8| match tone {
        3 | 4 => 0,
        9..=11 => 1,
        2 | 5 => 2,
        0 => 3,
        _ => 4,
    };
    let mut order: Vec<u8> = all.to_vec();
    if seat.style == Voicing::Rootless && all.len() >= 4 {
        order.retain(|&tone| tone != 0);
        if !order.contains(&2) && !all.contains(&6) {
            order.push(2);
        }
    }
    if all.len() <= 3 {
        // A triad without its root or fifth is another chord.
        order.sort_unstable();
    } else {
        order.sort_by_key(|&tone| role(tone));
    }
    order.truncate(seat.voices.max(1));
    order
        .iter()
        .map(|&tone| chord.root.transposed(i32::from(tone)))
        .collect()
}

/// The tones in close position upwards from the first.
fn stack(tones: &[PitchClass], first: usize, bottom: u8) -> Vec<u8> {
    let start = tones[first];
    let mut pitches: Vec<u8> = tones
        .iter()
        .map(|tone| bottom + start.interval_to(*tone))
        .collect();
    pitches.sort_unstable();
    pitches
}

/// A close position and its open relatives, as the style allows.
fn spreads(close: &[u8], style: Voicing) -> Vec<Vec<u8>> {
    let lowered = |index_from_top: usize| -> Option<Vec<u8>> {
        let index = close.len().checked_sub(index_from_top)?;
        let mut pitches = close.to_vec();
        pitches[index] = pitches[index].checked_sub(12)?;
        pitches.sort_unstable();
        Some(pitches)
    };
    let drop_two = (close.len() >= 3).then(|| lowered(2)).flatten();
    match style {
        Voicing::Open => drop_two
            .into_iter()
            .chain((close.len() < 3).then(|| close.to_vec()))
            .collect(),
        Voicing::Rootless => std::iter::once(close.to_vec()).chain(drop_two).collect(),
        Voicing::Triads | Voicing::Power => vec![close.to_vec()],
    }
}

fn cost(pitches: &[u8], seat: &Seat<'_>) -> f64 {
    let distance = |from: &[u8], to: &[u8]| -> f64 {
        from.iter()
            .map(|a| f64::from(to.iter().map(|b| a.abs_diff(*b)).min().unwrap_or(0)))
            .sum()
    };
    let motion = distance(pitches, seat.previous) + distance(seat.previous, pitches);
    // Voices that all move one way sound like one voice.
    let same_way = pitches.len() == seat.previous.len()
        && (pitches.iter().zip(seat.previous).all(|(a, b)| a > b)
            || pitches.iter().zip(seat.previous).all(|(a, b)| a < b));
    let parallel = if same_way { 3.0 } else { 0.0 };
    let middle =
        pitches.iter().map(|&pitch| f64::from(pitch)).sum::<f64>() / pitches.len().max(1) as f64;
    let away = (middle - f64::from(seat.center)).abs();
    let mud = pitches
        .windows(2)
        .filter(|pair| pair[0] < 52 && pair[1] - pair[0] < 4)
        .count() as f64;
    motion + parallel + 0.9 * away + 4.0 * mud + clash(pitches, seat.tune)
}

/// Voices that rub against the tune or lie above it.
fn clash(pitches: &[u8], tune: &[u8]) -> f64 {
    let Some(&lowest) = tune.iter().min() else {
        return 0.0;
    };
    let rub = |pitch: u8| {
        tune.iter().fold(0.0, |sum, &note| {
            sum + match pitch.abs_diff(note) {
                0 => 2.0,
                1 => 6.0,
                2 => 1.0,
                _ => 0.0,
            }
        })
    };
    pitches
        .iter()
        .map(|&pitch| {
            rub(pitch)
                + if pitch > lowest {
                    2.0 + 0.5 * f64::from(pitch - lowest)
                } else {
                    0.0
                }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Voices a row of chords one after the other and writes the pitches.
    #[track_caller]
    fn check(style: Voicing, voices: usize, chords: &str, expected: &str) {
        let mut previous = Vec::new();
        let mut written = Vec::new();
        for text in chords.split_whitespace() {
            let seat = Seat {
                style,
                voices,
                range: (48, 76),
                center: 60,
                previous: &previous,
                tune: &[],
            };
            let pitches = voice(text.parse().expect(text), &seat);
            written.push(
                pitches
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" "),
            );
            previous = pitches;
        }
        assert_eq!(written.join(" | "), expected, "{chords}");
    }

    #[test]
    fn chords_move_little() {
        check(
            Voicing::Triads,
            3,
            "C F G C",
            "55 60 64 | 57 60 65 | 55 59 62 | 55 60 64",
        );
        check(
            Voicing::Triads,
            3,
            "Am F C G",
            "57 60 64 | 57 60 65 | 55 60 64 | 55 59 62",
        );
        check(
            Voicing::Rootless,
            4,
            "Dm7 G7 Cmaj7",
            "53 57 60 64 | 53 57 59 62 | 52 55 59 62",
        );
    }

    #[test]
    fn voices_keep_below_the_tune() {
        let tune = [60];
        let seat = Seat {
            style: Voicing::Triads,
            voices: 3,
            range: (48, 76),
            center: 60,
            previous: &[],
            tune: &tune,
        };
        let pitches = voice("C".parse().expect("a chord"), &seat);
        assert!(pitches.iter().all(|&pitch| pitch <= 60), "{pitches:?}");
    }

    #[test]
    fn power_chords_lie_low() {
        let seat = Seat {
            style: Voicing::Power,
            voices: 3,
            range: (40, 64),
            center: 48,
            previous: &[],
            tune: &[],
        };
        assert_eq!(voice("E5".parse().expect("a chord"), &seat), [40, 47, 52]);
        assert_eq!(voice("D".parse().expect("a chord"), &seat), [50, 57, 62]);
    }
}
