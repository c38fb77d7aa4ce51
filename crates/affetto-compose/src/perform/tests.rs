//! What a performance keeps, changes and can leave out.

use affetto_affect::Affect;
use affetto_music::{Note, Role};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::BarContext;
use crate::arrange::tests::{any_plan, plan, tune};
use crate::arrange::{accompany, part};
use crate::genre::profile;
use crate::validate::faults;

const OFF: PerformanceSettings = PerformanceSettings {
    dynamics: false,
    timing: false,
    swing: false,
    articulation: false,
};

fn melody(plan: &BarPlan, notes: &[(u32, u32)]) -> Vec<Part> {
    let notes = notes.iter().map(|&(onset, duration)| Note {
        onset,
        duration,
        pitch: 72,
        velocity: 80,
    });
    vec![part(
        &profile(plan.genre).band.palette.melody[0],
        Role::Melody,
        notes.collect(),
    )]
}

/// Plays a tune in quarters and eighths on one pitch and lists onset and length of each note.
#[track_caller]
fn check(
    genre: Genre,
    settings: PerformanceSettings,
    notes: &[(u32, u32)],
    expected: &[(u32, u32)],
) {
    let plan = plan(genre, Texture::Band, 0.5, &["C".parse().expect("a chord")]);
    let played = perform(&plan, &melody(&plan, notes), settings, 1);
    let found: Vec<_> = played[0]
        .notes
        .iter()
        .map(|note| (note.onset, note.duration))
        .collect();
    assert_eq!(found, expected, "{genre}");
}

#[test]
fn switched_off_the_notes_stay_on_the_grid() {
    check(
        Genre::Jazz,
        OFF,
        &[(0, 240), (240, 240)],
        &[(0, 239), (240, 240)],
    );
    check(Genre::Pop, OFF, &[(0, 1920)], &[(0, 1919)]);
}

#[test]
fn swing_delays_the_second_eighth() {
    let swing = PerformanceSettings { swing: true, ..OFF };
    check(
        Genre::Blues,
        swing,
        &[(0, 240), (240, 240), (480, 480)],
        &[(0, 316), (317, 162), (480, 480)],
    );
    check(
        Genre::Pop,
        swing,
        &[(0, 240), (240, 240)],
        &[(0, 239), (240, 240)],
    );
    check(
        Genre::HipHop,
        swing,
        &[(0, 120), (120, 120)],
        &[(0, 133), (134, 106)],
    );
}

#[test]
fn articulation_shortens_notes() {
    let articulation = PerformanceSettings {
        articulation: true,
        ..OFF
    };
    check(
        Genre::Pop,
        articulation,
        &[(0, 480), (480, 240)],
        &[(0, 384), (480, 192)],
    );
}

#[track_caller]
fn mean_velocity(arousal: f64, expected: std::ops::RangeInclusive<f64>) {
    let energy = (arousal + 1.0) / 2.0;
    let mut plan = plan(
        Genre::Pop,
        Texture::Poly,
        energy,
        &["C".parse().expect("a chord")],
    );
    plan.cues = crate::cues::cues(Affect::clamped(0.0, arousal), &crate::CueOffsets::default());
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let context = BarContext {
        history: &[],
        next: None,
        melody: &tune(),
    };
    let mut parts = accompany(&plan, &tune(), &context, &mut rng);
    parts.push(part(
        &profile(Genre::Pop).band.palette.melody[1],
        Role::Melody,
        tune(),
    ));
    let played = perform(&plan, &parts, PerformanceSettings::default(), 1);
    let velocities: Vec<f64> = played
        .iter()
        .flat_map(|part| &part.notes)
        .map(|n| f64::from(n.velocity))
        .collect();
    let mean = velocities.iter().sum::<f64>() / velocities.len() as f64;
    assert!(
        expected.contains(&mean),
        "arousal {arousal}: mean velocity {mean}"
    );
}

#[test]
fn loudness_follows_arousal_as_in_emopia() {
    mean_velocity(-0.7, 46.0..=60.0);
    mean_velocity(0.7, 70.0..=88.0);
}

#[test]
fn rubato_belongs_to_music_that_breathes() {
    let chord = ["C".parse().expect("a chord")];
    let mut bar = plan(Genre::Classical, Texture::Poly, 0.2, &chord);
    bar.phrase_bar = 3;
    let settings = PerformanceSettings::default();
    assert!(
        (0.85..0.98).contains(&rubato(&bar, settings, false)),
        "{}",
        rubato(&bar, settings, false)
    );
    assert!(rubato(&bar, settings, true) < 0.85);
    assert!((rubato(&bar, OFF, true) - 1.0).abs() < 1e-9);
    bar.steady = true;
    assert!((rubato(&bar, settings, true) - 1.0).abs() < 1e-9);
    let band = plan(Genre::Rock, Texture::Band, 0.7, &chord);
    assert!((rubato(&band, settings, false) - 1.0).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_performance_has_no_faults_and_loses_no_note(
        plan in any_plan(),
        seed: u64,
        switches: (bool, bool, bool, bool),
    ) {
        let settings = PerformanceSettings {
            dynamics: switches.0,
            timing: switches.1,
            swing: switches.2,
            articulation: switches.3,
        };
        let ticks = plan.ticks();
        let melody: Vec<Note> = tune().into_iter().filter(|note| note.end() <= ticks).collect();
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let context = BarContext { history: &[], next: None, melody: &melody };
        let mut parts = accompany(&plan, &melody, &context, &mut rng);
        parts.push(part(&profile(plan.genre).band.palette.melody[0], Role::Melody, melody.clone()));
        let written = faults(&plan, &parts);
        prop_assert!(written.is_empty(), "written: {}", written[0]);
        let played = perform(&plan, &parts, settings, seed);
        let found = faults(&plan, &played);
        prop_assert!(found.is_empty(), "{}: {}", plan.genre, found[0]);
        for (before, after) in parts.iter().zip(&played) {
            prop_assert_eq!(before.notes.len(), after.notes.len());
        }
        prop_assert_eq!(played, perform(&plan, &parts, settings, seed));
    }
}
