//! Speed of every step from font to file: `cargo bench -p affetto-audio`.
//!
//! The piece is ten seconds of a dense band: drums in 16ths, three chordal tracks, pad, bass and
//! melody at 128 bpm, rendered by the embedded font at 48 kHz with reverb and chorus.

use affetto_audio::encode::{Format, Tags, encode};
use affetto_audio::live::{LiveEvent, LiveSettings, LiveSynth};
use affetto_audio::loudness::{Loudness, measure, set_loudness};
use affetto_audio::render::{RenderLimits, RenderSettings, presets_of, render_score};
use affetto_audio::soundfont::{Presets, SoundFont};
use affetto_audio::{Error, Pcm};
use affetto_music::{Bpm, Note, Role, Score, TempoChange, Track};
use divan::Bencher;

fn main() {
    divan::main();
}

/// Ten seconds at 128 bpm: 21 quarter notes.
const QUARTERS: u32 = 21;

fn track(role: Role, program: u8, channel: u8, step: u32, pitches: &[u8]) -> Track {
    let mut track = Track::new(role.name(), role, program, channel);
    for onset in (0..QUARTERS * 480).step_by(step as usize) {
        track.notes.extend(pitches.iter().map(|pitch| Note {
            onset,
            duration: step,
            pitch: *pitch,
            velocity: 60 + (onset / step % 4 * 15) as u8,
        }));
    }
    track
}

fn band() -> Score {
    let mut score = Score {
        tempos: vec![TempoChange {
            tick: 0,
            bpm: Bpm::clamped(128.0),
        }],
        tracks: vec![
            track(Role::Melody, 73, 0, 240, &[76]),
            track(Role::Chords, 0, 1, 120, &[57, 60, 64]),
            track(Role::Chords, 25, 2, 120, &[57, 60, 64]),
            track(Role::Chords, 4, 3, 120, &[69, 72, 76]),
            track(Role::Pad, 48, 4, 1920, &[45, 57, 60, 64]),
            track(Role::Bass, 33, 5, 240, &[33]),
            track(Role::Drums, 0, 9, 120, &[42]),
            track(Role::Drums, 0, 9, 480, &[36, 38]),
        ],
        ..Score::default()
    };
    score.close();
    score
}

fn render(polyphony: usize) -> Result<Pcm, Error> {
    let score = band();
    let font = SoundFont::embedded(&presets_of(&score))?;
    let settings = RenderSettings {
        polyphony,
        ..RenderSettings::default()
    };
    render_score(&score, &font, &settings, &RenderLimits::default())
}

#[divan::bench(sample_count = 3)]
fn load_all_presets() -> Result<SoundFont, Error> {
    SoundFont::embedded(&Presets::All)
}

#[divan::bench(sample_count = 5)]
fn load_band() -> Result<SoundFont, Error> {
    SoundFont::embedded(&presets_of(&band()))
}

#[divan::bench(args = [64, 256], sample_count = 5)]
fn render_ten_seconds(bencher: Bencher<'_, '_>, polyphony: usize) {
    let score = band();
    let font = SoundFont::embedded(&presets_of(&score));
    let settings = RenderSettings {
        polyphony,
        ..RenderSettings::default()
    };
    bencher.bench(|| {
        let font = font.as_ref().map_err(ToString::to_string)?;
        render_score(&score, font, &settings, &RenderLimits::default())
            .map_err(|error| error.to_string())
    });
}

#[divan::bench(sample_count = 5)]
fn live_ten_seconds(bencher: Bencher<'_, '_>) {
    let font = SoundFont::embedded(&presets_of(&band()));
    bencher.bench(|| {
        let font = font.as_ref().map_err(ToString::to_string)?;
        let mut synth =
            LiveSynth::new(font, LiveSettings::default()).map_err(|error| error.to_string())?;
        for step in 0..80_u64 {
            for pitch in [45, 57, 60, 64] {
                let (frame, channel) = (step * 6_000, 1);
                synth.schedule(
                    frame,
                    LiveEvent::NoteOn {
                        channel,
                        pitch,
                        velocity: 90,
                    },
                );
                synth.schedule(frame + 5_900, LiveEvent::NoteOff { channel, pitch });
            }
        }
        let (mut left, mut right) = ([0.0; 960], [0.0; 960]);
        for _ in 0..500 {
            synth.process(&mut left, &mut right);
        }
        Ok::<f32, String>(left[0])
    });
}

#[divan::bench(sample_count = 5)]
fn measure_ten_seconds(bencher: Bencher<'_, '_>) {
    let pcm = render(64).unwrap_or_default();
    bencher.bench(|| measure(&pcm));
}

#[divan::bench(sample_count = 5)]
fn set_loudness_of_ten_seconds(bencher: Bencher<'_, '_>) {
    let pcm = render(64).unwrap_or_default();
    bencher
        .with_inputs(|| pcm.clone())
        .bench_values(|mut pcm| set_loudness(&mut pcm, Loudness::default()));
}

#[divan::bench(args = Format::ALL, sample_count = 5)]
fn encode_ten_seconds(bencher: Bencher<'_, '_>, format: Format) {
    let pcm = render(64).unwrap_or_default();
    bencher.bench(|| encode(&pcm, format, &Tags::default()));
}
