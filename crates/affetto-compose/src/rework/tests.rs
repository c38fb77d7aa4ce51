//! Small cases in musical notation.

use std::ops::Range;

use affetto_affect::Affect;
use affetto_music::{Note, Role, Score, notation};

use super::*;
use crate::{Composer, FaultKind, Request, RuleSource, Texture, faults};

/// Four bars of a small band.
const BAND: &str = "tempo = 100; meter = 4/4; key = A minor
harmony = Am:w | F:w | C:w | G:w | Am:w | F:w | C:w | E7:w
melody = A4:q C5:q E5:h | F5:q E5:q C5:h | G4:q C5:q E5:h | D5:w | A4:q C5:q E5:h | F5:q E5:q C5:h | G4:q C5:q E5:h | G#4:w
chords(0) = [A3 C4 E4]:w | [A3 C4 F4]:w | [G3 C4 E4]:w | [G3 B3 D4]:w | [A3 C4 E4]:w | [A3 C4 F4]:w | [G3 C4 E4]:w | [G#3 B3 D4]:w
bass(33) = A2:w | F2:w | C3:w | G2:w | A2:w | F2:w | C3:w | E2:w";

fn composer() -> Composer<RuleSource> {
    Composer::new(Request::new(Affect::clamped(0.3, 0.2)), None).unwrap()
}

fn anew(score: &Score, bars: Range<usize>, roles: &[Role]) -> Score {
    let wanted = Rewriting {
        bars: std::slice::from_ref(&bars),
        roles,
        harmony: Harmony::Kept,
    };
    let made = rewrite(&mut composer(), score, wanted).unwrap();
    for (_, bar) in &made.bars {
        assert_eq!(faults(&bar.plan, &bar.parts), []);
        assert_eq!(faults(&bar.plan, &bar.performed), []);
    }
    splice(score, &made, Notes::Performed)
}

/// The notes that stay: those outside a stretch, and those of other roles.
fn rest(score: &Score, stretch: Range<u32>, roles: &[Role]) -> Vec<(Role, Note)> {
    let notes = score.tracks.iter();
    let notes = notes.flat_map(|track| track.notes.iter().map(|note| (track.role, *note)));
    notes
        .filter(|(role, note)| !stretch.contains(&note.onset) || !roles.contains(role))
        .collect()
}

#[track_caller]
fn check_rest(text: &str, bars: Range<usize>, roles: &[Role]) {
    let score = notation::parse(text).unwrap();
    let lines = score.bar_lines();
    let result = anew(&score, bars.clone(), roles);
    let stretch = lines[bars.start]..lines[bars.end];
    assert_eq!(
        rest(&result, stretch.clone(), roles),
        rest(&score, stretch, roles)
    );
    assert_ne!(result.tracks, score.tracks, "nothing is new");
    let marks = |score: &Score| (score.tempos.clone(), score.chords.clone(), score.length);
    assert_eq!(marks(&result), marks(&score));
}

#[test]
fn only_what_was_asked_for_changes() {
    use Role::{Bass, Chords, Melody};
    check_rest(BAND, 2..4, &[Melody, Chords, Bass]);
    check_rest(BAND, 2..4, &[Melody]);
    check_rest(BAND, 0..1, &[Chords]);
    check_rest(BAND, 7..8, &[Bass, Melody]);
    check_rest(BAND, 0..8, &[Melody, Chords, Bass]);
    check_rest(
        "meter = 3/4; melody = C5:h. | E5:h. | G5:h. | C5:h.",
        1..3,
        &[Melody],
    );
}

#[test]
fn a_piano_keeps_its_tune() {
    let text = "key = C major
other(0) = [C3 E4 C5]:h [C3 E4 D5]:h | [F3 A4 C5]:h [F3 A4 F5]:h | [G3 B4 D5]:w | [C3 E4 C5]:w";
    let score = notation::parse(text).unwrap();
    assert_eq!(
        Roles::of(&score).present().collect::<Vec<_>>(),
        [Role::Melody, Role::Chords]
    );
    let result = anew(&score, 1..2, &[Role::Chords]);
    let tune = |score: &Score| {
        let notes = score.tracks[0].notes.iter().copied();
        notes.filter(|note| note.pitch >= 72).collect::<Vec<_>>()
    };
    let kept = tune(&result);
    assert!(tune(&score).iter().all(|note| kept.contains(note)));
}

#[track_caller]
fn check_roles(text: &str, expected: &[Role], texture: Texture) {
    let roles = Roles::of(&notation::parse(text).unwrap());
    assert_eq!(roles.present().collect::<Vec<_>>(), expected);
    assert_eq!(roles.texture(), texture);
}

#[test]
fn roles_are_told_or_found() {
    use Role::{Bass, Chords, Drums, Melody, Pad};
    check_roles(BAND, &[Melody, Chords, Bass], Texture::Band);
    check_roles("C5:q E5:q", &[Melody], Texture::Mono);
    check_roles(
        "pad(48) = C4:w; drums = kick:q",
        &[Pad, Drums],
        Texture::Band,
    );
    check_roles("other(0) = [C3 C5]:w", &[Melody, Chords], Texture::Poly);
    check_roles(
        "other(33) = C2:w; other(0) = C5:w",
        &[Melody, Bass],
        Texture::Band,
    );
}

#[test]
fn notes_that_hang_over_are_not_cut() {
    let text = "key = C major; tempo = 100
melody = C5:w | E5:q r:h. | G4:w | C5:w";
    let mut score = notation::parse(text).unwrap();
    // The note of the second bar sounds half a bar into the third.
    score.tracks[0].notes[1].duration = 4 * 480 + 960;
    score.tracks[0].notes.retain(|note| note.pitch != 67);
    let result = anew(&score, 2..3, &[Role::Melody]);
    let hanging = score.tracks[0].notes[1];
    assert!(result.tracks[0].notes.contains(&hanging));
    let new = result.tracks[0].notes.iter();
    let new = new.filter(|note| (3840..5760).contains(&note.onset));
    assert!(new.clone().count() > 0);
    assert!(
        new.clone()
            .all(|note| note.onset >= hanging.end() && note.end() <= 5760)
    );
}

#[test]
fn early_notes_belong_to_the_next_bar() {
    let mut score = notation::parse("key = C major; melody = C5:w | E5:w | G5:w").unwrap();
    score.tracks[0].notes[2].onset -= 20;
    let early = score.tracks[0].notes[2];
    let result = anew(&score, 1..2, &[Role::Melody]);
    assert!(result.tracks[0].notes.contains(&early));
    let result = anew(&score, 2..3, &[Role::Melody]);
    assert!(!result.tracks[0].notes.contains(&early));
}

#[test]
fn the_same_seed_gives_the_same_notes() {
    let score = notation::parse(BAND).unwrap();
    let roles = [Role::Melody, Role::Chords];
    assert_eq!(anew(&score, 2..5, &roles), anew(&score, 2..5, &roles));
}

/// What is said to bars of the band.
#[track_caller]
fn check_refused(bars: Range<usize>, expected: &str) {
    let score = notation::parse(BAND).unwrap();
    let wanted = Rewriting {
        bars: std::slice::from_ref(&bars),
        roles: &[Role::Melody],
        harmony: Harmony::Kept,
    };
    let error = rewrite(&mut composer(), &score, wanted).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn bars_must_be_there() {
    check_refused(8..9, "bar to rewrite must be between 1 and 8, but was 9");
    check_refused(6..12, "bar to rewrite must be between 1 and 8, but was 12");
    check_refused(
        0..3000,
        "number of bars to rewrite must be between 1 and 2000, but was 3000",
    );
}

#[test]
fn every_metre_can_be_written() {
    for meter in [
        "2/4", "3/4", "5/4", "6/4", "6/8", "7/8", "9/8", "12/8", "3/8", "1/4",
    ] {
        let mut score = notation::parse("melody = C5:w+w+w+w+w+w").unwrap();
        let numbers: Vec<u8> = meter.split('/').map(|n| n.parse().unwrap()).collect();
        score.meters = vec![affetto_music::MeterChange {
            tick: 0,
            meter: affetto_music::Meter {
                numerator: numbers[0],
                denominator: numbers[1],
            },
        }];
        let wanted = Rewriting {
            bars: std::slice::from_ref(&(1..3)),
            roles: &[Role::Melody],
            harmony: Harmony::New,
        };
        let made = rewrite(&mut composer(), &score, wanted).unwrap();
        for (_, bar) in made.bars {
            let found = faults(&bar.plan, &bar.parts);
            let unclosed = |fault: &&crate::Fault| fault.kind == FaultKind::Unclosed;
            assert_eq!(found.iter().find(unclosed), None, "{meter}");
        }
    }
}

#[track_caller]
fn check_pivot(from: &str, to: &str, expected: &str) {
    let told = match pivot(from.parse().unwrap(), to.parse().unwrap()) {
        Pivot::Same => "same".to_owned(),
        Pivot::Common(chord) => chord.to_string(),
        Pivot::Dominant(chord) => format!("dominant {chord}"),
    };
    assert_eq!(told, expected, "{from} to {to}");
}

#[test]
fn keys_turn_on_a_common_chord() {
    check_pivot("C major", "C major", "same");
    check_pivot("C major", "G major", "Am");
    check_pivot("C major", "F major", "Dm");
    check_pivot("C major", "A minor", "Dm");
    check_pivot("A minor", "C major", "Dm");
    check_pivot("C major", "D major", "Em");
    check_pivot("C major", "A major", "dominant E7");
    check_pivot("C major", "F# major", "dominant Db7");
    check_pivot("E minor", "G minor", "dominant D7");
}

/// A bridge from a slow sad piece to a fast glad one: key, tempo and valence of each bar, with the
/// chords of the pivot and of the last bar.
#[track_caller]
fn check_bridge(n_bars: u32, expected: &[&str]) {
    let from = notation::parse("tempo = 80; key = C major; melody = C5:w | E5:w | G5:w | C5:w");
    let to = notation::parse("tempo = 120; key = G major; melody = G4:w | B4:w | D5:w | G4:w");
    let (from, to) = (from.unwrap(), to.unwrap());
    let (sad, glad) = (Affect::clamped(-0.5, -0.5), Affect::clamped(0.5, 0.5));
    let end = |score, mood| End { score, mood };
    let made = bridge(&mut composer(), end(&from, sad), end(&to, glad), n_bars).unwrap();
    let told = made.bars.iter().enumerate().map(|(index, bar)| {
        assert_eq!(faults(&bar.plan, &bar.parts), []);
        let plan = &bar.plan;
        let turns = index == made.crossing.pivot_bar || index + 1 == made.bars.len();
        let chords = plan.chords.iter().filter(|_| turns);
        let chords: String = chords.map(|span| format!(" {}", span.chord)).collect();
        let (bpm, valence) = (plan.bpm.get(), plan.target.v());
        format!("{} {bpm:.0} {valence:.2}{chords}", plan.key)
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn bridges_lead_over() {
    check_bridge(1, &["C major 100 0.00 Am D"]);
    check_bridge(2, &["C major 93 -0.17 Am", "G major 107 0.17 D"]);
    check_bridge(
        8,
        &[
            "C major 84 -0.39",
            "C major 89 -0.28",
            "C major 93 -0.17",
            "C major 98 -0.06 Am",
            "G major 102 0.06",
            "G major 107 0.17",
            "G major 111 0.28",
            "G major 116 0.39 D",
        ],
    );
}
