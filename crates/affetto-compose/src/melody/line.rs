//! The line: pitches for the onsets of a bar.
//!
//! A dynamic program (Viterbi) finds the cheapest path through the pitches in range: chord tones
//! where the beat is strong or the note long, steps rather than leaps, dissonances left by step,
//! the contour of the motif, the goal of a cadence (tendencies of melody after Huron 2006, "Sweet
//! Anticipation", and Temperley 2007, "Music and Probability"). A little noise makes candidates
//! differ.

use affetto_music::{Chord, ChordQuality, PitchClass};
use rand_pcg::Pcg64Mcg;

use crate::random::unit;

/// A note to be given a pitch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Length in sixteenths.
    pub(crate) slots: u32,
    /// How strong the beat is: 0 between eighths, 1 off-beat eighth, 2 beat, 3 middle or start.
    pub(crate) strength: u8,
    /// The sounding chord.
    pub(crate) chord: Chord,
    /// Height that the motif wants, in scale steps above the center.
    pub(crate) height: i32,
    /// Pitch classes asked for, as bits; 0 for no wish.
    pub(crate) goal: u16,
}

/// What holds for the whole bar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// Lowest and highest pitch.
    pub(crate) range: (u8, u8),
    /// Pitch at height 0.
    pub(crate) center: f64,
    /// Scale tones as semitones above the tonic.
    pub(crate) scale: [u8; 7],
    pub(crate) tonic: PitchClass,
    /// Prefer the five tones without semitones.
    pub(crate) pentatonic: f64,
    /// Willingness to use blue notes, 0..=1.
    pub(crate) blue: f64,
    /// Willingness to use chromatic neighbors, 0..=1.
    pub(crate) chromatic: f64,
    /// Dissonance allowed, 0..=1.
    pub(crate) tension: f64,
    /// Cost factor of leaps: 1 usual, less for wide lines.
    pub(crate) stepwise: f64,
    /// Broken chords are as cheap as steps.
    pub(crate) arpeggio: f64,
    /// Liking for repeated pitches, 0..=1.
    pub(crate) repeated: f64,
    /// How much the motif's contour counts.
    pub(crate) loyalty: f64,
    /// Size of the noise that makes candidates differ.
    pub(crate) noise: f64,
}

/// Pitches for the places, one each; the pitch before the bar continues into it.
pub(crate) fn pitches(
    places: &[Place],
    before: Option<u8>,
    manner: &Manner,
    rng: &mut Pcg64Mcg,
) -> Vec<u8> {
    let columns: Vec<Vec<Choice>> = places
        .iter()
        .map(|place| options(place, manner, rng))
        .collect();
    let mut costs: Vec<f64> = Vec::new();
    let mut back: Vec<Vec<usize>> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let mut links = vec![0; column.len()];
        let mut totals = Vec::with_capacity(column.len());
        for (at, option) in column.iter().enumerate() {
            let (cost, link) = match (index, before) {
                (0, None) => (0.0, 0),
                (0, Some(pitch)) => (0.6 * interval_cost(pitch, option.pitch, manner, false), 0),
                _ => cheapest(&columns[index - 1], &costs, option, places, index, manner),
            };
            links[at] = link;
            totals.push(cost + option.cost);
        }
        costs = totals;
        back.push(links);
    }
    trace(&columns, &costs, &back)
}

/// A pitch that a place may take.
#[derive(Debug, Clone, Copy)]
struct Choice {
    pitch: u8,
    /// Scale step counted from pitch 0.
    step: i32,
    cost: f64,
    consonant: bool,
    outside: bool,
}

fn options(place: &Place, manner: &Manner, rng: &mut Pcg64Mcg) -> Vec<Choice> {
    let (low, high) = manner.range;
    let scale = chord_scale(manner, place.chord);
    let center = step_of(manner.center.round() as i32, manner, &scale);
    let mut found: Vec<Choice> = Vec::with_capacity(24);
    for pitch in low..=high {
        let (cost, consonant, outside) = tone_cost(pitch, place, manner, &scale);
        let noise = unit(rng) * manner.noise;
        if outside && manner.chromatic + manner.blue < 0.06 && !consonant {
            continue;
        }
        let step = step_of(i32::from(pitch), manner, &scale);
        let away = (step - center - place.height).abs();
        let distance = 0.11 * f64::from(away) + 0.02 * f64::from(away * away);
        found.push(Choice {
            pitch,
            step,
            cost: cost + distance * manner.loyalty + noise,
            consonant,
            outside,
        });
    }
    found
}

/// The scale with the chord's own tones in it: A minor over E7 has G sharp in place of G.
fn chord_scale(manner: &Manner, chord: Chord) -> [u8; 7] {
    let mut scale = manner.scale;
    for tone in chord.pitch_classes() {
        let degree = manner.tonic.interval_to(tone);
        if scale.contains(&degree) {
            continue;
        }
        // Leading tones raise the degree below them, other strangers lower the one above.
        let above_root = chord.root.interval_to(tone);
        let raised = above_root == 4 || chord.quality.tones().get(2) == Some(&6) && above_root == 0;
        let origin = if raised {
            (degree + 11) % 12
        } else {
            (degree + 1) % 12
        };
        if let Some(altered) = scale.iter_mut().find(|step| **step == origin) {
            *altered = degree;
        }
    }
    scale.sort_unstable();
    scale
}

/// Number of the scale step a pitch stands on or just above.
fn step_of(pitch: i32, manner: &Manner, scale: &[u8; 7]) -> i32 {
    let above = pitch - i32::from(manner.tonic.get());
    let (octave, degree) = (above.div_euclid(12), above.rem_euclid(12));
    octave * 7
        + scale
            .iter()
            .filter(|&&step| i32::from(step) <= degree)
            .count() as i32
}

/// Cost of a pitch for itself, whether it is consonant and whether it is outside the scale.
fn tone_cost(pitch: u8, place: &Place, manner: &Manner, scale: &[u8; 7]) -> (f64, bool, bool) {
    let class = PitchClass::new(pitch);
    let degree = manner.tonic.interval_to(class);
    let above_root = place.chord.root.interval_to(class);
    let in_chord =
        place.chord.contains(class) || implied_third(place.chord, above_root, manner, scale);
    let in_scale = scale.contains(&degree);
    let weight = match (place.strength, place.slots) {
        (3, _) | (_, 6..) => 1.0,
        (2, _) | (_, 4..) => 0.75,
        (1, _) => 0.22,
        _ => 0.1,
    } * (1.1 - 0.5 * manner.tension);
    let clash = place
        .chord
        .pitch_classes()
        .any(|tone| tone.interval_to(class) == 1);
    let blue = matches!(degree, 3 | 6 | 10) && manner.blue > 0.0;
    let mut cost = if in_chord {
        0.0
    } else if in_scale {
        weight * if clash { 2.4 } else { 1.1 }
    } else if blue {
        weight + 1.6 * (1.0 - manner.blue)
    } else {
        2.2 * weight + 2.6 - 3.0 * manner.chromatic - 0.4 * manner.tension
    };
    if in_scale && !in_chord && !is_pentatonic(degree, manner) {
        cost += 0.7 * manner.pentatonic;
    }
    if place.goal != 0 && place.goal & (1 << class.get()) == 0 {
        cost += 6.0;
    }
    (cost, in_chord, !in_scale && !in_chord)
}

/// Over a power chord the third of the scale sounds as a chord tone.
fn implied_third(chord: Chord, above_root: u8, manner: &Manner, scale: &[u8; 7]) -> bool {
    chord.quality == ChordQuality::Power
        && matches!(above_root, 3 | 4)
        && scale.contains(
            &manner
                .tonic
                .interval_to(chord.root.transposed(i32::from(above_root))),
        )
}

fn is_pentatonic(degree: u8, manner: &Manner) -> bool {
    if manner.scale.contains(&4) {
        matches!(degree, 0 | 2 | 4 | 7 | 9)
    } else {
        matches!(degree, 0 | 3 | 5 | 7 | 10)
    }
}

/// The best predecessor of a pitch: its total cost with the move, and its index.
fn cheapest(
    previous: &[Choice],
    costs: &[f64],
    option: &Choice,
    places: &[Place],
    index: usize,
    manner: &Manner,
) -> (f64, usize) {
    let wanted = places[index].height - places[index - 1].height;
    let mut best = (f64::INFINITY, 0);
    for (at, (before, cost)) in previous.iter().zip(costs).enumerate() {
        if *cost >= best.0 {
            continue;
        }
        let both = before.consonant && option.consonant;
        let mut total = cost + interval_cost(before.pitch, option.pitch, manner, both);
        let moved = (i32::from(option.pitch) - i32::from(before.pitch)).abs();
        if !before.consonant && moved > 2 {
            total += 1.2;
        }
        if (before.outside || option.outside) && !(1..=2).contains(&moved) {
            total += 1.5 * (1.0 - 0.6 * manner.blue);
        }
        let off = f64::from((option.step - before.step - wanted).abs());
        total += 0.28 * manner.loyalty * off;
        if total < best.0 {
            best = (total, at);
        }
    }
    best
}

/// Cost of moving from one pitch to another.
fn interval_cost(from: u8, to: u8, manner: &Manner, both_chord_tones: bool) -> f64 {
    let size = (i32::from(to) - i32::from(from)).unsigned_abs() as usize;
    const COST: [f64; 13] = [
        0.0, 0.05, 0.0, 0.4, 0.5, 0.8, 1.5, 0.9, 1.4, 1.6, 2.4, 2.8, 2.2,
    ];
    let cost = match COST.get(size) {
        Some(0.0) if size == 0 => return 0.6 - 1.1 * manner.repeated,
        Some(cost) => *cost,
        None => 3.0 + 0.4 * (size - 12) as f64,
    };
    let broken = both_chord_tones && (3..=9).contains(&size);
    cost * manner.stepwise * if broken { 1.0 - manner.arpeggio } else { 1.0 }
}

/// Follows the cheapest path back.
fn trace(columns: &[Vec<Choice>], costs: &[f64], back: &[Vec<usize>]) -> Vec<u8> {
    let best = costs
        .iter()
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(b.1))
        .map(|(index, _)| index);
    let Some(mut at) = best else {
        return Vec::new();
    };
    let mut path = Vec::with_capacity(columns.len());
    for (column, links) in columns.iter().zip(back).rev() {
        path.push(column[at].pitch);
        at = links[at];
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manner() -> Manner {
        Manner {
            range: (60, 81),
            center: 67.0,
            scale: [0, 2, 4, 5, 7, 9, 11],
            tonic: PitchClass::new(0),
            pentatonic: 0.0,
            blue: 0.0,
            chromatic: 0.0,
            tension: 0.2,
            stepwise: 1.0,
            arpeggio: 0.0,
            repeated: 0.1,
            loyalty: 1.0,
            noise: 0.0,
        }
    }

    fn places(chord: &str, heights: &[i32], goal: u16) -> Vec<Place> {
        let chord = chord.parse().unwrap();
        let mut places: Vec<Place> = heights
            .iter()
            .enumerate()
            .map(|(index, &height)| Place {
                slots: 2,
                strength: [3, 1, 2, 1][index % 4],
                chord,
                height,
                goal: 0,
            })
            .collect();
        places.last_mut().unwrap().goal = goal;
        places
    }

    #[track_caller]
    fn check(chord: &str, heights: &[i32], goal: u16, expected: &str) {
        let line = pitches(
            &places(chord, heights, goal),
            None,
            &manner(),
            &mut crate::random::stream(&[1]),
        );
        let names: Vec<String> = line
            .iter()
            .map(|&p| format!("{}{}", PitchClass::new(p), p / 12 - 1))
            .collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn lines_walk_between_chord_tones_and_reach_their_goal() {
        check("C", &[0, 1, 2, 3, 4], 0, "G4 B4 C5 D5 E5");
        check("G7", &[0, 1, 0, -1, -2], 1 << 7, "G4 A4 G4 F4 G4");
    }

    #[test]
    fn lines_keep_to_their_range() {
        let wild = places("F", &[40, -40, 40, -40, 40, -40], 0);
        let line = pitches(&wild, Some(70), &manner(), &mut crate::random::stream(&[2]));
        assert!(
            line.iter().all(|pitch| (60..=81).contains(pitch)),
            "{line:?}"
        );
    }

    #[test]
    fn chord_tones_alter_the_scale() {
        let manner = Manner {
            scale: [0, 2, 3, 5, 7, 8, 10],
            tonic: PitchClass::new(9),
            ..manner()
        };
        assert_eq!(
            chord_scale(&manner, "E7".parse().unwrap()),
            [0, 2, 3, 5, 7, 8, 11]
        );
        assert_eq!(
            chord_scale(&manner, "Bb".parse().unwrap()),
            [0, 1, 3, 5, 7, 8, 10]
        );
    }
}
