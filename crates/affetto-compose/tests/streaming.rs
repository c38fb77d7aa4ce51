//! Streams: wishes that come while the music plays.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;

use affetto_affect::Affect;
use affetto_compose::{
    AROUSAL_SLEW, Bar, Change, Composer, CueOffsets, Genre, Length, Listener, Request,
    TargetOffset, Texture, VALENCE_SLEW,
};
use affetto_music::{Bpm, Mode, Role, Score};

fn stream(genre: Genre, valence: f64, arousal: f64, seed: u64) -> Composer {
    let mut request = Request::new(Affect::clamped(valence, arousal));
    (request.genre, request.length, request.seed) = (genre, Length::Endless, seed);
    Composer::new(request, None).unwrap()
}

fn bars(composer: &mut Composer, count: usize) -> Vec<Bar> {
    (0..count).map(|_| composer.next_bar()).collect()
}

#[test]
fn the_first_bar_jumps_and_later_ones_move_under_the_slew_limits() {
    let mut composer = stream(Genre::Pop, 0.9, 0.9, 1);
    assert_eq!(composer.next_bar().plan.target, Affect::clamped(0.9, 0.9));
    composer
        .change(Change::Target(Affect::clamped(-0.9, -0.9)))
        .unwrap();
    let mut before = Affect::clamped(0.9, 0.9);
    let mut tempo = None;
    for bar in bars(&mut composer, 16) {
        let now = bar.plan.target;
        assert!((now.v() - before.v()).abs() < VALENCE_SLEW + 1e-9);
        assert!((now.a() - before.a()).abs() < AROUSAL_SLEW + 1e-9);
        before = now;
        let bpm = bar.plan.bpm.get();
        let most = 1.04_f64.powi(4) + 1e-9;
        assert!(
            tempo.is_none_or(|last: f64| bpm / last < most && last / bpm < most),
            "{tempo:?} {bpm}"
        );
        tempo = Some(bpm);
    }
    assert_eq!(before, Affect::clamped(-0.9, -0.9));
}

/// After how many bars the mode changed; the tonic must stay.
#[track_caller]
fn check_mode_change(genre: Genre, tempo: f64, already: usize, at_most: usize) {
    for seed in 0..12 {
        let mut composer = stream(genre, 0.7, 0.0, seed);
        composer
            .change(Change::Tempo(Some(Bpm::clamped(tempo))))
            .unwrap();
        let last = bars(&mut composer, already).pop().unwrap();
        assert_eq!(last.plan.key.mode, Mode::Major);
        composer
            .change(Change::Target(Affect::clamped(-0.7, 0.0)))
            .unwrap();
        let after = bars(&mut composer, 8);
        let changed = after
            .iter()
            .position(|bar| bar.plan.key.mode == Mode::Minor)
            .unwrap();
        assert!(changed < at_most, "seed {seed}: after {changed} bars");
        assert_eq!(after[changed].plan.phrase_bar, 0);
        assert_eq!(after[changed].plan.key.tonic, last.plan.key.tonic);
    }
}

#[test]
fn the_mode_changes_at_the_next_phrase_and_keeps_the_tonic() {
    check_mode_change(Genre::Pop, 124.0, 7, 4);
    check_mode_change(Genre::Rock, 140.0, 9, 4);
}

#[test]
fn slow_music_gets_a_bridge_instead_of_a_long_wait() {
    check_mode_change(Genre::Ambient, 50.0, 7, 2);
    check_mode_change(Genre::Jazz, 60.0, 7, 2);
}

#[test]
fn a_clone_goes_on_as_the_original() {
    let mut composer = stream(Genre::Jazz, 0.2, 0.3, 4);
    bars(&mut composer, 10);
    let mut kept = composer.clone();
    let thrown_away = composer.next_bar();
    assert_eq!(kept.next_bar(), thrown_away);
    assert_eq!(bars(&mut kept, 20), bars(&mut composer, 20));
}

#[test]
fn genre_waits_for_the_phrase_and_texture_for_the_next_bar() {
    let mut composer = stream(Genre::Pop, 0.2, 0.3, 4);
    bars(&mut composer, 7);
    composer.change(Change::Genre(Genre::Reggae)).unwrap();
    composer.change(Change::Texture(Texture::Mono)).unwrap();
    let after = bars(&mut composer, 5);
    assert!(
        after
            .iter()
            .all(|bar| bar.plan.texture == Texture::Mono && bar.parts.len() == 1)
    );
    let first = after
        .iter()
        .position(|bar| bar.plan.genre == Genre::Reggae)
        .unwrap();
    assert!(first < 4 && after[first].plan.phrase_bar == 0);
}

#[test]
fn an_offset_moves_the_target_under_the_cap() {
    let mut composer = stream(Genre::Pop, 0.2, 0.3, 4);
    bars(&mut composer, 2);
    let offset = TargetOffset {
        valence: -0.4,
        arousal: 0.5,
    };
    composer.change(Change::TargetOffset(offset)).unwrap();
    composer.change(Change::EnergyCap(0.6)).unwrap();
    let last = bars(&mut composer, 8).pop().unwrap();
    assert_eq!(last.plan.target, Affect::clamped(-0.2, 0.6));
}

#[test]
fn drums_come_and_go_with_the_next_bar() {
    let drums = |wanted: f64| {
        let mut composer = stream(Genre::Rock, 0.3, 0.2, 4);
        bars(&mut composer, 3);
        let cues = CueOffsets {
            drums: wanted,
            ..CueOffsets::default()
        };
        composer.change(Change::Cues(cues)).unwrap();
        let bar = composer.next_bar();
        let part = bar.performed.iter().find(|part| part.role == Role::Drums);
        part.map_or(0, |part| part.volume)
    };
    assert_eq!(drums(-1.0), 0);
    assert!(drums(-0.4) < drums(0.0) && drums(0.0) < drums(0.3));
}

#[test]
fn a_refused_wish_changes_nothing() {
    let mut composer = stream(Genre::Pop, 0.2, 0.3, 4);
    let before = composer.request().clone();
    let error = composer
        .change(Change::EnergyCap(f64::NAN))
        .unwrap_err()
        .to_string();
    assert_eq!(error, "energy cap must be between -1 and 1, but was NaN");
    let wild = CueOffsets {
        density: 3.0,
        ..CueOffsets::default()
    };
    assert!(composer.change(Change::Cues(wild)).is_err());
    assert_eq!(composer.request(), &before);
}

#[test]
fn tempo_and_loudness_follow_from_beat_to_beat() {
    let mut composer = stream(Genre::Rock, 0.2, -0.9, 4);
    bars(&mut composer, 3);
    let mut now = composer.live_controls();
    assert!(now.gain_db.abs() < 0.5, "{now:?}");
    composer
        .change(Change::Target(Affect::clamped(0.2, 0.9)))
        .unwrap();
    let goal = composer.live_controls();
    assert!(goal.gain_db > 3.0 && goal.bpm > now.bpm && goal.layers.drums);
    let stepped = now.step(goal);
    assert!(stepped.bpm.get() <= now.bpm.get() * 1.04 + 1e-9);
    for _ in 0..40 {
        now = now.step(goal);
    }
    assert!(
        (now.bpm.get() - goal.bpm.get()).abs() < 1e-6 && (now.gain_db - goal.gain_db).abs() < 1e-6
    );
}

#[test]
fn an_energy_cap_holds() {
    let mut composer = stream(Genre::Metal, 0.2, 0.9, 4);
    composer.change(Change::EnergyCap(-0.2)).unwrap();
    assert!(
        bars(&mut composer, 8)
            .iter()
            .all(|bar| bar.plan.target.a() <= -0.2)
    );
}

/// Hears arousal as the number of notes, and valence as the melody's height.
struct Ears;

impl Listener for Ears {
    fn hear(&self, score: &Score) -> Affect {
        let notes: Vec<_> = score.pitched_notes().collect();
        let mean =
            notes.iter().map(|note| f64::from(note.pitch)).sum::<f64>() / notes.len().max(1) as f64;
        Affect::clamped((mean - 68.0) / 8.0, notes.len() as f64 / 40.0 - 1.0)
    }
}

#[test]
fn listening_brings_the_music_closer_to_what_was_asked() {
    let distance = |candidates: u32| {
        let mut sum = 0.0;
        for seed in 0..6 {
            let mut request = Request::new(Affect::clamped(0.3, 0.3));
            (request.texture, request.candidates, request.seed) = (Texture::Mono, candidates, seed);
            request.length = Length::Bars(32);
            let piece = affetto_compose::compose(&request, Some(Arc::new(Ears))).unwrap();
            sum += piece.heard.unwrap().distance(request.target);
        }
        sum
    };
    let (one, eight) = (distance(1), distance(8));
    assert!(eight < one, "N = 1: {one}, N = 8: {eight}");
}
