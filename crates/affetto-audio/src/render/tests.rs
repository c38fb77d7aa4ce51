//! Tests of rendering with the font made in code.

use affetto_music::{Bpm, Note, Role, Score, TempoChange, Track};

use super::*;
use crate::soundfont::{Presets, SoundFont, test_font};
use crate::{Error, Pcm};

const RATE: u32 = 48_000;

fn font() -> SoundFont {
    SoundFont::from_bytes(test_font(), &Presets::All).unwrap()
}

fn dry() -> RenderSettings {
    RenderSettings {
        effects: Effects::Off,
        ..RenderSettings::default()
    }
}

/// Notes as (onset, duration, pitch) in ticks of 1/480 quarter.
fn score(role: Role, notes: &[(u32, u32, u8)]) -> Score {
    let mut track = Track::new("t", role, 0, 0);
    track.notes = notes
        .iter()
        .map(|(onset, duration, pitch)| Note {
            onset: *onset,
            duration: *duration,
            pitch: *pitch,
            velocity: 100,
        })
        .collect();
    let mut score = Score {
        tracks: vec![track],
        ..Score::default()
    };
    score.close();
    score
}

fn render(score: &Score) -> Pcm {
    render_score(score, &font(), &dry(), &RenderLimits::default()).unwrap()
}

/// First frame that is not silent.
fn onset(pcm: &Pcm) -> Option<usize> {
    pcm.left.iter().position(|sample| sample.abs() > 1e-4)
}

/// Rising zero crossings a second between two frames.
fn pitch_hz(pcm: &Pcm, from: usize, to: usize) -> f64 {
    let crossings = pcm.left[from..to]
        .windows(2)
        .filter(|w| w[0] < 0.0 && w[1] >= 0.0)
        .count();
    crossings as f64 / ((to - from) as f64 / f64::from(RATE))
}

#[track_caller]
fn check_pitch(pitch: u8, expected_hz: f64) {
    let pcm = render(&score(Role::Melody, &[(0, 1920, pitch)]));
    let heard = pitch_hz(&pcm, 4_800, 91_200);
    assert!(
        (heard - expected_hz).abs() < 2.0,
        "pitch {pitch}: {heard} Hz"
    );
}

#[test]
fn pitches_sound_at_their_frequencies() {
    check_pitch(69, 440.0);
    check_pitch(57, 220.0);
    check_pitch(81, 880.0);
    check_pitch(60, 261.6);
}

#[track_caller]
fn check_onset(tick: u32, bpm: f64, expected_seconds: f64) {
    let mut score = score(Role::Melody, &[(tick, 480, 69)]);
    score.tempos = vec![TempoChange {
        tick: 0,
        bpm: Bpm::new(bpm).unwrap(),
    }];
    let at = onset(&render(&score)).unwrap() as f64;
    let expected = expected_seconds * f64::from(RATE);
    let late = at - expected;
    assert!(
        (0.0..=80.0).contains(&late),
        "{late} frames late at {expected}"
    );
}

#[test]
fn notes_start_within_a_block_of_their_time() {
    check_onset(0, 120.0, 0.0);
    check_onset(480, 120.0, 0.5);
    check_onset(480, 60.0, 1.0);
    check_onset(1440, 90.0, 2.0);
    check_onset(7, 400.0, 7.0 / 480.0 * 0.15);
}

#[test]
fn tempo_changes_are_followed() {
    let mut score = score(Role::Melody, &[(960, 480, 69)]);
    let tempo = |tick, bpm| TempoChange {
        tick,
        bpm: Bpm::new(bpm).unwrap(),
    };
    score.tempos = vec![tempo(0, 60.0), tempo(480, 240.0)];
    let at = onset(&render(&score)).unwrap() as f64 / f64::from(RATE);
    assert!((1.25..1.252).contains(&at), "{at} s");
}

#[test]
fn the_tail_ends_with_silence() {
    let pcm = render(&score(Role::Melody, &[(0, 480, 69)]));
    // Half a second of note, a tenth of release, and the block in which silence was noticed.
    assert!((0.6..1.0).contains(&pcm.seconds()), "{} s", pcm.seconds());
    assert!(
        pcm.left[pcm.n_frames() - 100..]
            .iter()
            .all(|sample| sample.abs() < 1e-4)
    );
}

#[test]
fn drums_play_on_the_drum_channel_whatever_theirs_is() {
    let pcm = render(&score(Role::Drums, &[(0, 120, 36)]));
    assert!(pcm.peak() > 0.03, "{}", pcm.peak());
    // A click of 0.05 s, not a sine that lasts.
    assert!(pcm.left[4_800..].iter().all(|sample| sample.abs() < 1e-3));
}

#[test]
fn stems_add_up_to_the_whole() {
    let mut whole = score(Role::Melody, &[(0, 480, 69), (480, 480, 72)]);
    whole
        .tracks
        .extend(score(Role::Drums, &[(0, 120, 36), (480, 120, 38)]).tracks);
    let stems = render_stems(&whole, &font(), &dry(), &RenderLimits::default()).unwrap();
    let mix = render(&whole);
    for frame in 0..mix.n_frames() {
        let sum: f32 = stems.iter().map(|stem| stem.left[frame]).sum();
        assert!((sum - mix.left[frame]).abs() < 1e-4, "frame {frame}");
    }
}

#[test]
fn the_same_score_gives_the_same_samples() {
    let score = score(Role::Melody, &[(0, 480, 69), (0, 480, 76)]);
    assert_eq!(render(&score), render(&score));
}

#[test]
fn an_empty_score_is_silence() {
    assert_eq!(render(&Score::default()).peak(), 0.0);
}

#[test]
fn too_long_and_out_of_range_is_refused() {
    let long = score(Role::Melody, &[(480 * 2 * 3601, 480, 69)]);
    let error = render_score(&long, &font(), &dry(), &RenderLimits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "length of the score in seconds must be between 0 and 3600, but was 3601.5"
    );
    let settings = RenderSettings {
        sample_rate_hz: 8000,
        ..dry()
    };
    assert!(matches!(settings.validate(), Err(Error::OutOfRange { .. })));
    let settings = RenderSettings {
        polyphony: 257,
        ..dry()
    };
    assert!(matches!(settings.validate(), Err(Error::OutOfRange { .. })));
}

#[test]
fn a_change_of_font_lets_notes_ring_out_without_a_click() {
    let mut renderer = Renderer::new(&font(), dry()).unwrap();
    renderer.note_on(0, 69, 100);
    let mut pcm = Pcm::silence(RATE, 48_000);
    renderer.render_block(&mut pcm.left[..24_000], &mut pcm.right[..24_000]);
    renderer.set_font(&font()).unwrap();
    renderer.render_block(&mut pcm.left[24_000..], &mut pcm.right[24_000..]);
    let jump = pcm
        .left
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(0.0, f32::max);
    // The steepest slope of a sine of 440 Hz at this level.
    let steepest = pcm.peak() * (std::f32::consts::TAU * 440.0 / RATE as f32);
    assert!(jump < 1.2 * steepest, "{jump} against {steepest}");
    assert!(
        pcm.left[24_000..26_000]
            .iter()
            .any(|sample| sample.abs() > 0.01)
    );
    assert!(pcm.left[40_000..].iter().all(|sample| sample.abs() < 1e-4));
}

#[test]
fn expression_scales_linearly() {
    let level = |gain| {
        let mut renderer = Renderer::new(&font(), dry()).unwrap();
        renderer.expression(0, gain);
        renderer.note_on(0, 69, 100);
        let mut pcm = Pcm::silence(RATE, 4_800);
        renderer.render_block(&mut pcm.left, &mut pcm.right);
        pcm.peak()
    };
    let full = level(1.0);
    for gain in [0.5, 0.25, 0.1] {
        assert!((level(gain) / full - gain).abs() < 0.005, "{gain}");
    }
    assert_eq!(level(f32::NAN), 0.0);
}
