//! What a band plays, checked bar by bar and by properties over all genres.

use affetto_affect::Affect;
use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Chord, ChordSpan, Key, Meter, Mode, Note, PitchClass, Role};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::genre::{numeral, profile};
use crate::{Bar, Cues, Genre, Layers, Scale, ThemeUse, Tune};

/// A plan at an energy in the middle of a phrase, one chord or two to the bar.
pub(crate) fn plan(genre: Genre, texture: Texture, energy: f64, chords: &[Chord]) -> BarPlan {
    let profile = profile(genre);
    let meter = Meter::COMMON;
    let ticks = meter.bar_ticks(TICKS_PER_QUARTER);
    let each = ticks / chords.len().max(1) as u32;
    BarPlan {
        index: 0,
        genre,
        texture,
        section: 'A',
        groove: 1,
        phrase_bar: 0,
        phrase_bars: 4,
        key: Key {
            tonic: PitchClass::new(0),
            mode: Mode::Major,
        },
        scale: Scale::Ionian,
        meter,
        bpm: profile.tempo.at(energy),
        rubato: 1.0,
        target: Affect::clamped(0.2, 2.0 * energy - 1.0),
        aim: Affect::clamped(0.2, 2.0 * energy - 1.0),
        cues: Cues {
            brightness: 0.3,
            tempo: energy,
            density: energy,
            register: 0.0,
            dynamics: energy,
            articulation: 0.8,
            tension: 0.3,
            layers: energy,
        },
        chords: chords
            .iter()
            .enumerate()
            .map(|(index, &chord)| ChordSpan {
                onset: index as u32 * each,
                duration: each,
                chord,
            })
            .collect(),
        layers: Layers {
            melody: true,
            counter: true,
            chords: true,
            pad: true,
            bass: true,
            drums: true,
        },
        fill: false,
        cadence: None,
        theme: ThemeUse::New,
        tune: Tune::default(),
        steady: false,
    }
}

/// A tune of four notes on the beats.
pub(crate) fn tune() -> Vec<Note> {
    let pitches = [72, 76, 74, 71];
    let notes = pitches.iter().enumerate().map(|(index, &pitch)| Note {
        onset: index as u32 * 480,
        duration: 480,
        pitch,
        velocity: 80,
    });
    notes.collect()
}

/// Plays some bars over a progression, each with its history.
fn bars(genre: Genre, texture: Texture, energy: f64, progression: &str, seed: u64) -> Vec<Bar> {
    let chords = numeral::progression(progression, PitchClass::new(0)).expect(progression);
    let plans: Vec<BarPlan> = chords
        .iter()
        .enumerate()
        .map(|(index, chords)| BarPlan {
            index: index as u64,
            phrase_bar: index as u32 % 4,
            groove: seed,
            fill: index % 4 == 3,
            ..plan(genre, texture, energy, chords)
        })
        .collect();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut history: Vec<Bar> = Vec::new();
    let melody = tune();
    for (index, plan) in plans.iter().enumerate() {
        let context = BarContext {
            history: &history,
            next: plans.get(index + 1),
            melody: &melody,
        };
        let parts = accompany(plan, &melody, &context, &mut rng);
        history.push(Bar {
            plan: plan.clone(),
            parts,
            performed: Vec::new(),
            heard: None,
        });
    }
    history
}

fn role_notes(bar: &Bar, role: Role) -> &[Note] {
    bar.parts
        .iter()
        .find(|part| part.role == role)
        .map_or(&[], |part| part.notes.as_slice())
}

/// Writes a part as sixteenths: pitches at their onset joined by `+`, `.` for none.
fn written(notes: &[Note]) -> String {
    let beats = (0..4).map(|beat| {
        let cells = (0..4).map(|cell| {
            let onset = (beat * 4 + cell) * 120;
            let here: Vec<String> = notes
                .iter()
                .filter(|note| note.onset == onset)
                .map(|note| note.pitch.to_string())
                .collect();
            if here.is_empty() {
                ".".to_owned()
            } else {
                here.join("+")
            }
        });
        cells.collect::<Vec<_>>().join(" ")
    });
    beats.collect::<Vec<_>>().join(" | ")
}

#[track_caller]
fn check_bass(genre: Genre, energy: f64, progression: &str, expected: &[&str]) {
    let bars = bars(genre, Texture::Band, energy, progression, 1);
    let lines: Vec<String> = bars
        .iter()
        .map(|bar| written(role_notes(bar, Role::Bass)))
        .collect();
    assert_eq!(lines, expected, "{genre} {progression}");
}

#[test]
fn reggae_drops_the_first_beat() {
    for seed in 0..8 {
        let bars = bars(Genre::Reggae, Texture::Band, 0.3, "I IV I IV", seed);
        let kicks: Vec<u32> = role_notes(&bars[1], Role::Drums)
            .iter()
            .filter(|n| n.pitch == 36)
            .map(|n| n.onset)
            .collect();
        assert_eq!(kicks, [960], "the one-drop has its kick on beat three only");
        let skank = role_notes(&bars[1], Role::Chords);
        assert!(
            skank.iter().all(|note| note.onset % 480 >= 240),
            "chords fall between the beats"
        );
    }
}

#[test]
fn disco_kicks_on_every_beat_even_when_sad() {
    for energy in [0.05, 0.4, 0.9] {
        let bars = bars(Genre::Disco, Texture::Band, energy, "i iv", 3);
        let kicks: Vec<u32> = role_notes(&bars[0], Role::Drums)
            .iter()
            .filter(|n| n.pitch == 36)
            .map(|n| n.onset)
            .collect();
        assert_eq!(kicks, [0, 480, 960, 1440]);
    }
}

#[test]
fn country_bass_alternates_root_and_fifth() {
    check_bass(
        Genre::Country,
        0.25,
        "I V",
        &[
            "36 . . . | . . . . | 43 . . . | . . 41 .",
            "43 . . . | . . . . | 50 . . . | . . 47 .",
        ],
    );
}

#[test]
fn walking_bass_plays_every_beat_and_leads_into_roots() {
    let bars = bars(Genre::Jazz, Texture::Band, 0.75, "ii7 V7 Imaj7 Imaj7", 5);
    for bar in &bars[..3] {
        let onsets: Vec<u32> = role_notes(bar, Role::Bass)
            .iter()
            .map(|note| note.onset)
            .collect();
        assert!(
            [0, 480, 960, 1440].iter().all(|beat| onsets.contains(beat)),
            "{onsets:?}"
        );
        let first = role_notes(bar, Role::Bass)[0].pitch;
        assert_eq!(PitchClass::new(first), bar.plan.chords[0].chord.root);
    }
}

#[test]
fn mono_has_no_accompaniment() {
    assert!(
        bars(Genre::Pop, Texture::Mono, 0.5, "I V", 0)
            .iter()
            .all(|bar| bar.parts.is_empty())
    );
}

#[test]
fn grooves_stay_from_bar_to_bar() {
    for &genre in Genre::ALL {
        for seed in 0..6 {
            let bars = bars(genre, Texture::Band, 0.6, "I I I I I I I I", seed);
            let onsets = |bar: &Bar| -> Vec<u32> {
                let mut ticks: Vec<u32> = role_notes(bar, Role::Drums)
                    .iter()
                    .map(|note| note.onset)
                    .collect();
                ticks.dedup();
                ticks
            };
            // Bars at the same place of two phrases, without fills.
            for index in 0..3 {
                let (first, second) = (onsets(&bars[index]), onsets(&bars[index + 4]));
                let shared = first.iter().filter(|tick| second.contains(tick)).count();
                let all = first.len().max(second.len()).max(1);
                assert!(
                    shared * 3 >= all * 2,
                    "{genre} {seed}: {first:?} {second:?}"
                );
            }
            let names = |bar: &Bar| -> Vec<String> {
                bar.parts.iter().map(|part| part.name.clone()).collect()
            };
            assert!(
                bars.iter().all(|bar| names(bar) == names(&bars[0])),
                "{genre} {seed}"
            );
        }
    }
}

fn range(part: &Part, texture: Texture) -> (u8, u8) {
    match (part.role, texture) {
        (Role::Chords, Texture::Poly) => LEFT_HAND_RANGE,
        (Role::Other, Texture::Poly) => (50, 100),
        (Role::Chords, _) => (POWER_RANGE.0, CHORD_RANGE.1 + 12),
        (Role::Counter, _) => COUNTER_RANGE,
        (Role::Pad, _) => PAD_RANGE,
        (Role::Bass, _) => BASS_RANGE,
        _ => (0, 127),
    }
}

/// Faults of a part by the rules of the bar.
fn faults(part: &Part, texture: Texture, ticks: u32) -> Option<String> {
    let (low, high) = range(part, texture);
    for (index, note) in part.notes.iter().enumerate() {
        if note.end() > ticks || note.duration == 0 || note.velocity == 0 || note.velocity > 127 {
            return Some(format!("{}: {note:?} in a bar of {ticks}", part.name));
        }
        if part.role != Role::Drums && !(low..=high).contains(&note.pitch) {
            return Some(format!("{}: {note:?} outside {low}..={high}", part.name));
        }
        let overlaps = |other: &&Note| other.pitch == note.pitch && other.onset < note.end();
        if part.notes[index + 1..].iter().any(|other| overlaps(&other)) {
            return Some(format!("{}: {note:?} overlaps", part.name));
        }
    }
    (!part.notes.is_sorted()).then(|| format!("{}: not sorted", part.name))
}

prop_compose! {
    pub(crate) fn any_plan()(
        genre in prop::sample::select(Genre::ALL),
        texture in prop::sample::select(vec![Texture::Poly, Texture::Band]),
        energy in 0.0..=1.0_f64,
        density in 0.0..=1.0_f64,
        groove: u64,
        place in (0..8_u32, prop::sample::select(vec!['A', 'B', 'C'])),
        meter in prop::sample::select(vec![(4, 4), (3, 4), (6, 8), (7, 8), (1, 32), (5, 16)]),
        chords in prop::collection::vec((0..12_u8, 0..affetto_music::ChordQuality::ALL.len()), 1..4),
        flags: (bool, bool, bool),
    ) -> BarPlan {
        let chords: Vec<Chord> = chords
            .into_iter()
            .map(|(root, quality)| Chord::new(PitchClass::new(root), affetto_music::ChordQuality::ALL[quality]))
            .collect();
        let mut plan = plan(genre, texture, energy, &chords);
        plan.cues.density = density;
        plan.groove = groove;
        (plan.phrase_bar, plan.section) = place;
        plan.meter = Meter { numerator: meter.0, denominator: meter.1 };
        (plan.fill, plan.steady) = (flags.0, flags.1);
        plan.cadence = flags.2.then_some(crate::Cadence::Authentic);
        plan
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn bars_are_whole(plans in prop::collection::vec(any_plan(), 1..5), seed: u64) {
        let melody = tune();
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut history = Vec::new();
        for (index, plan) in plans.iter().enumerate() {
            let context = BarContext { history: &history, next: plans.get(index + 1), melody: &melody };
            let parts = accompany(plan, &melody, &context, &mut rng);
            for part in &parts {
                let fault = faults(part, plan.texture, plan.ticks());
                prop_assert!(fault.is_none(), "{}: {}", plan.genre, fault.unwrap_or_default());
            }
            if plan.texture == Texture::Poly {
                let all: Vec<Note> = parts.iter().flat_map(|part| part.notes.clone()).chain(melody.clone()).collect();
                for (i, a) in all.iter().enumerate() {
                    for b in &all[i + 1..] {
                        let together = a.pitch == b.pitch && a.onset < b.end() && b.onset < a.end();
                        prop_assert!(!together, "two fingers on one key: {a:?} {b:?}");
                    }
                }
            }
            history.push(Bar { plan: plan.clone(), parts, performed: Vec::new(), heard: None });
        }
    }
}
