//! Feedback, what is learnt from it, and primers, through the door that clients use.

#![expect(clippy::unwrap_used, reason = "tests may")]

use std::path::Path;

use affetto_engine::request::{MAX_PRIMER_BYTES, PrimerFacts};
use affetto_engine::sense::Correction;
use affetto_engine::{
    Affect, Covariance, CueOffsets, Engine, Estimate, Feedback, MusicRequest, Preferences, Sense,
    Settings,
};
use affetto_music::midi;

fn engine(path: &Path) -> Engine {
    let mut settings = Settings::default();
    settings.senses.profile = path.to_owned();
    Engine::new(settings).unwrap()
}

fn numbers(wishes: &Preferences) -> String {
    let Preferences {
        valence,
        arousal,
        density,
        tension,
        drums,
    } = wishes;
    format!("{valence} {arousal} {density} {tension} {drums}")
}

/// What a station and the profile of a stranger hold after words.
#[track_caller]
fn check(words: &str, station: &str, profile: &str) {
    let (mut now, mut lasting) = (Preferences::default(), Preferences::default());
    for word in words.split_whitespace() {
        let feedback = word.parse().unwrap();
        now = now.steered(feedback);
        lasting = lasting.learnt(feedback, &now);
    }
    assert_eq!(numbers(&now), station, "the station after {words}");
    assert_eq!(numbers(&lasting), profile, "the profile after {words}");
}

#[test]
fn words_move_a_station_much_and_the_profile_little() {
    check("", "0 0 0 0 0", "0 0 0 0 0");
    check("too-busy", "0 0 -0.35 0 0", "0 0 -0.1 0 0");
    check("too-empty", "0 0 0.35 0 0", "0 0 0.1 0 0");
    check("too-sad", "0.35 0 0 0 0", "0.1 0 0 0 0");
    check("too-happy", "-0.35 0 0 0 0", "-0.1 0 0 0 0");
    check("too-calm", "0 0.35 0 0 0", "0 0.1 0 0 0");
    check("too-wild", "0 -0.35 0 0 0", "0 -0.1 0 0 0");
    check("too-tense", "0 0 0 -0.35 0", "0 0 0 -0.1 0");
    check("less-drums", "0 0 0 0 -0.35", "0 0 0 0 -0.1");
    check("more-drums less-drums", "0 0 0 0 0", "0 0 0 0 -0.004");
    check("too-sad too-busy", "0.35 0 -0.35 0 0", "0.096 0 -0.1 0 0");
    check("more-like-this", "0 0 0 0 0", "0 0 0 0 0");
    check("too-sad more-like-this", "0.35 0 0 0 0", "0.163 0 0 0 0");
}

#[test]
fn no_number_of_words_leaves_the_bounds() {
    let many = "too-wild ".repeat(100);
    check(&many, "0 -1 0 0 0", "0 -0.6 0 0 0");
    let approved = many + &"more-like-this ".repeat(50);
    check(&approved, "0 -1 0 0 0", "0 -0.6 0 0 0");
}

#[test]
fn old_wishes_fade_as_new_ones_come() {
    let mut wishes = Preferences {
        drums: -0.5,
        ..Preferences::default()
    };
    for feedback in [Feedback::TooSad, Feedback::TooHappy].repeat(50) {
        wishes = wishes.learnt(feedback, &Preferences::default());
    }
    assert_eq!(wishes.drums, 0.0);
}

#[test]
fn wishes_are_added_to_the_sliders_and_the_target() {
    let engine = Engine::new(Settings::default()).unwrap();
    let preferences = Preferences {
        valence: 0.5,
        density: 0.5,
        drums: -1.0,
        ..Preferences::default()
    };
    let request = MusicRequest {
        cues: Some(CueOffsets {
            density: 0.8,
            ..CueOffsets::default()
        }),
        preferences,
        ..MusicRequest::default()
    };
    let understood = engine.understand_station(&request).unwrap();
    let music = &understood.music;
    assert_eq!((music.cues.density, music.cues.drums), (1.0, -1.0));
    assert_eq!(music.target_offset.valence, 0.3);
    assert_eq!(preferences.words(), ["less drums", "happier", "more notes"]);
    let plain = engine.understand_station(&MusicRequest::default()).unwrap();
    assert_eq!(plain.music.cues, CueOffsets::default());
    let again = engine.understand_feedback(&request, &understood, Feedback::MoreLikeThis);
    assert_eq!(again.unwrap().music.encores, 1);
}

#[test]
fn names_are_read_loosely_and_unknown_ones_told() {
    assert_eq!("Too_Busy".parse::<Feedback>().unwrap(), Feedback::TooBusy);
    let refused = "boring".parse::<Feedback>().unwrap_err().to_string();
    assert!(
        refused.starts_with("unknown feedback \"boring\", expected one of: more-like-this, "),
        "{refused}"
    );
}

#[test]
fn preferences_live_beside_corrections() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("listener.json");
    let first = engine(&path);
    let wrong = Correction {
        sense: Sense::Face,
        sensed: Estimate::from_gaussian(
            Affect::clamped(0.8, 0.2),
            Covariance::independent(0.2, 0.2),
        ),
        truth: Affect::clamped(-0.6, -0.4),
    };
    let learnt = first.correct(&wrong).unwrap();
    let stranger = Preferences::default();
    first.learn(Feedback::LessDrums, &stranger).unwrap();
    let liked = first.learn(Feedback::TooSad, &stranger).unwrap();
    assert_eq!((liked.valence, liked.drums), (0.1, -0.096));
    let second = engine(&path);
    assert_eq!(second.preferences(), liked);
    assert_eq!(second.reliabilities(), learnt);
    second.forget_corrections().unwrap();
    assert_eq!(engine(&path).preferences(), liked);
    second.forget_preferences().unwrap();
    assert!(engine(&path).preferences().is_neutral());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("preferences"), "{text}");
}

/// What is said of a MIDI file as a primer.
#[track_caller]
fn check_primer(bytes: &[u8], expected: &str) {
    let answer = match PrimerFacts::of(bytes) {
        Ok(facts) => format!("{} bars {} notes", facts.bars, facts.notes),
        Err(error) => error.to_string(),
    };
    assert!(answer.contains(expected), "{answer}");
}

#[test]
fn primers_are_read_within_limits() {
    let tune = |bars: usize| {
        let text = vec!["C4:q D4:q E4:q F4:q"; bars].join(" | ");
        midi::write(&affetto_music::notation::parse(&format!("melody = {text}")).unwrap())
    };
    check_primer(&tune(2), "2 bars 8 notes");
    check_primer(&tune(40), "16 bars 64 notes");
    check_primer(b"RIFF", "MIDI");
    check_primer(&tune(2)[..40], "the primer holds no notes");
    check_primer(
        &midi::write(&affetto_music::Score::default()),
        "the primer holds no notes",
    );
    check_primer(
        &vec![0; MAX_PRIMER_BYTES + 1],
        "the primer has 1048577 bytes, expected at most 1048576",
    );
    check_primer(
        &tune(12_501),
        "the primer has 50004 notes, expected at most 50000",
    );
}
