//! Tests of live playing with the font made in code.

use super::*;
use crate::loudness::{CEILING_DBTP, measure};
use crate::render::{Effects, RenderSettings};
use crate::soundfont::{Presets, SoundFont, test_font};
use crate::{Error, Pcm};

const RATE: u32 = 48_000;
const BLOCK: usize = 960;

fn station() -> LiveSynth {
    let font = SoundFont::from_bytes(test_font(), &Presets::All).unwrap();
    let render = RenderSettings {
        effects: Effects::Off,
        ..RenderSettings::live()
    };
    let settings = LiveSettings {
        render,
        gain_db: 0.0,
        ..LiveSettings::default()
    };
    LiveSynth::new(&font, settings).unwrap()
}

fn on(channel: u8, pitch: u8) -> LiveEvent {
    LiveEvent::NoteOn {
        channel,
        pitch,
        velocity: 100,
    }
}

/// Plays whole blocks of 20 ms.
fn play(synth: &mut LiveSynth, n_blocks: usize) -> Pcm {
    let mut pcm = Pcm::silence(RATE, n_blocks * BLOCK);
    for (left, right) in pcm.left.chunks_mut(BLOCK).zip(pcm.right.chunks_mut(BLOCK)) {
        synth.process(left, right);
    }
    pcm
}

/// Largest second difference from `from` on: a click stands out of a sine's.
fn roughness(pcm: &Pcm, from: usize) -> f32 {
    let bend = |w: &[f32]| (w[2] - 2.0 * w[1] + w[0]).abs();
    pcm.left[from..].windows(3).map(bend).fold(0.0, f32::max)
}

/// Plays a held note while `event` happens; asserts that it bends no more than the note itself.
#[track_caller]
fn check_no_click(event: LiveEvent) {
    let note = |event: Option<LiveEvent>| {
        let mut synth = station();
        synth.schedule(0, on(0, 69));
        if let Some(event) = event {
            synth.schedule(24_321, event);
        }
        play(&mut synth, 50)
    };
    let (calm, changed) = (
        roughness(&note(None), 2_000),
        roughness(&note(Some(event)), 2_000),
    );
    assert!(changed < 1.5 * calm, "{event:?}: {changed} against {calm}");
}

#[test]
fn changes_do_not_click() {
    let frames = 4_800;
    check_no_click(LiveEvent::Gain {
        gain_db: -20.0,
        frames,
    });
    check_no_click(LiveEvent::Gain {
        gain_db: 3.0,
        frames,
    });
    check_no_click(LiveEvent::Fade { gain: 0.0, frames });
    check_no_click(LiveEvent::ChannelGain {
        channel: 0,
        gain: 0.1,
        frames,
    });
    check_no_click(LiveEvent::ChannelGain {
        channel: 0,
        gain: 0.0,
        frames,
    });
    check_no_click(LiveEvent::Volume {
        channel: 1,
        volume: 0,
    });
    check_no_click(LiveEvent::NotesOff { channel: 0 });
    check_no_click(LiveEvent::Program {
        channel: 0,
        program: 5,
    });
}

#[track_caller]
fn check_onset(frame: u64) {
    let mut synth = station();
    synth.schedule(frame, on(9, 60));
    let latency = synth.latency_frames();
    let pcm = play(&mut synth, 20);
    let onset = pcm
        .left
        .iter()
        .position(|sample| sample.abs() > 1e-3)
        .unwrap();
    let late = onset as i64 - frame as i64 - latency as i64;
    assert!(
        (0..=64).contains(&late),
        "frame {frame}: {late} frames late"
    );
}

#[test]
fn notes_sound_within_a_synthesizer_block() {
    for frame in [0, 1, 63, 64, 959, 960, 961, 5_000, 9_599] {
        check_onset(frame);
    }
}

#[test]
fn events_of_one_frame_end_notes_before_they_start_them() {
    let mut synth = station();
    synth.schedule(0, on(0, 69));
    synth.schedule(9_600, on(0, 69));
    synth.schedule(
        9_600,
        LiveEvent::NoteOff {
            channel: 0,
            pitch: 69,
        },
    );
    let pcm = play(&mut synth, 50);
    assert!(pcm.left[40_000..].iter().any(|sample| sample.abs() > 0.01));
}

#[test]
fn a_cancelled_plan_is_not_played_and_nothing_hangs() {
    let mut synth = station();
    synth.schedule(0, on(0, 69));
    synth.schedule(
        12_000,
        LiveEvent::NoteOff {
            channel: 0,
            pitch: 69,
        },
    );
    synth.schedule(20_000, on(0, 76));
    synth.cancel_from(10_000);
    assert_eq!(synth.n_waiting(), 2);
    let pcm = play(&mut synth, 50);
    assert!(pcm.left[..11_000].iter().any(|sample| sample.abs() > 0.01));
    assert!(pcm.left[20_000..].iter().all(|sample| sample.abs() < 1e-3));
}

#[test]
fn fading_out_ends_in_silence_and_in_again_in_sound() {
    let mut synth = station();
    synth.schedule(0, on(0, 69));
    synth.schedule(
        9_600,
        LiveEvent::Fade {
            gain: 0.0,
            frames: 4_800,
        },
    );
    synth.schedule(
        28_800,
        LiveEvent::Fade {
            gain: 1.0,
            frames: 4_800,
        },
    );
    let pcm = play(&mut synth, 50);
    assert!(pcm.left[15_360..28_000].iter().all(|sample| *sample == 0.0));
    assert!(pcm.left[40_000..].iter().any(|sample| sample.abs() > 0.05));
}

#[test]
fn loud_music_stays_below_the_ceiling() {
    let mut synth = station();
    synth.schedule(
        0,
        LiveEvent::Gain {
            gain_db: 24.0,
            frames: 0,
        },
    );
    for beat in 0..10 {
        for pitch in 48..72 {
            synth.schedule(beat * 4_800, on(0, pitch));
            synth.schedule(beat * 4_800, on(9, pitch));
        }
    }
    let pcm = play(&mut synth, 60);
    let peak = measure(&pcm).unwrap().true_peak_dbtp;
    assert!(peak <= CEILING_DBTP && peak > -3.0, "{peak} dBTP");
}

#[test]
fn blocks_of_any_size_give_the_same_sound() {
    let sound = |block: usize| {
        let mut synth = station();
        synth.schedule(100, on(0, 69));
        synth.schedule(
            5_000,
            LiveEvent::ChannelGain {
                channel: 0,
                gain: 0.2,
                frames: 3_000,
            },
        );
        synth.schedule(
            9_000,
            LiveEvent::NoteOff {
                channel: 0,
                pitch: 69,
            },
        );
        let mut pcm = Pcm::silence(RATE, 19_200);
        for (left, right) in pcm.left.chunks_mut(block).zip(pcm.right.chunks_mut(block)) {
            synth.process(left, right);
        }
        pcm
    };
    let (small, large) = (sound(64), sound(960));
    let differ = small
        .left
        .iter()
        .zip(&large.left)
        .map(|(a, b)| (a - b).abs());
    assert!(differ.fold(0.0, f32::max) < 1e-5);
}

#[test]
fn odd_values_are_clamped_or_refused() {
    let mut synth = station();
    for event in [
        on(200, 200),
        LiveEvent::Gain {
            gain_db: f64::NAN,
            frames: 10,
        },
        LiveEvent::ChannelGain {
            channel: 99,
            gain: f32::NAN,
            frames: 10,
        },
        LiveEvent::Fade {
            gain: f32::INFINITY,
            frames: 10,
        },
        LiveEvent::Program {
            channel: 99,
            program: 255,
        },
    ] {
        synth.schedule(0, event);
    }
    assert!(
        play(&mut synth, 5)
            .left
            .iter()
            .all(|sample| sample.is_finite())
    );
    let font = synth.font().clone();
    let settings = LiveSettings {
        gain_db: 90.0,
        ..LiveSettings::default()
    };
    assert!(matches!(
        LiveSynth::new(&font, settings),
        Err(Error::OutOfRange { .. })
    ));
}
