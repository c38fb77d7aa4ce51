//! A SoundFont of a few kilobytes made in code, so that tests need no file.

use std::f64::consts::TAU;

use super::bank::{Instrument, Preset, Sample, Zone};
use super::select::{DRUM_BANK, Selection};
use super::write::{Placed, Storage, frame};

/// Sample rate of its samples.
const SAMPLE_RATE_HZ: u32 = 44_100;

/// The bytes of an SF2 file with two presets: program 0 "Sine", a looped sine wave of pitch A4
/// (69) at −6 dBFS with a release of 0.1 s, and drum kit 0 "Clicks", a decaying burst of 0.05 s on
/// every key. For tests of this and other crates: no file, no decoding, loads in microseconds.
///
/// # Panics
/// Never: its tables are far below the format's limits.
#[must_use]
pub fn test_font() -> Vec<u8> {
    let (sine, clicks) = (sine(), clicks());
    let samples = [sample("sine", 69), sample("click", 60)];
    let clicks_start = sine.len() + 46;
    let placed = [
        Placed {
            sample: &samples[0],
            start: 0,
            end: sine.len(),
            loop_start: 441,
            loop_end: 4851,
        },
        Placed {
            sample: &samples[1],
            start: clicks_start,
            end: clicks_start + clicks.len(),
            loop_start: clicks_start,
            loop_end: clicks_start,
        },
    ];
    let selection = Selection {
        presets: vec![preset("Sine", 0, 0), preset("Clicks", DRUM_BANK, 1)],
        instruments: vec![
            instrument("Sine", &[(38, (-3986_i16).cast_unsigned()), (54, 1)], 0),
            instrument("Clicks", &[(56, 0)], 1),
        ],
        samples: vec![0, 1],
    };
    let pause = [0_i16; 46];
    let pcm: Vec<u8> = [&sine, &pause[..], &clicks, &pause[..]]
        .concat()
        .into_iter()
        .flat_map(i16::to_le_bytes)
        .collect();
    let info = [(*b"INAM", b"test".to_vec())];
    // The tables hold a handful of records, so that the format's limits are out of reach.
    let frame = frame(&info, &selection, &placed, pcm.len(), Storage::Pcm).unwrap_or_default();
    [frame.head, pcm, frame.tail].concat()
}

/// 48.5 periods of 440 Hz; the loop covers 44 of them.
fn sine() -> Vec<i16> {
    let value = |frame: u32| (f64::from(frame) * TAU * 440.0 / f64::from(SAMPLE_RATE_HZ)).sin();
    (0..4861)
        .map(|frame| (value(frame) * 16_384.0) as i16)
        .collect()
}

fn clicks() -> Vec<i16> {
    let decay = |frame: i32| (f64::from(-frame) / 400.0).exp() * 12_000.0;
    (0..2205)
        .map(|frame| decay(frame) as i16 * if frame / 8 % 2 == 0 { 1 } else { -1 })
        .collect()
}

fn name(text: &str) -> [u8; 20] {
    std::array::from_fn(|at| text.as_bytes().get(at).copied().unwrap_or(0))
}

fn sample(text: &str, pitch: u8) -> Sample {
    Sample {
        name: name(text),
        bytes: 0..0,
        loop_start: 0,
        loop_end: 0,
        sample_rate_hz: SAMPLE_RATE_HZ,
        pitch,
        correction: 0,
        kind: 1,
    }
}

fn preset(text: &str, bank: u16, instrument: usize) -> Preset {
    let zone = Zone {
        target: Some(instrument),
        ..Zone::default()
    };
    Preset {
        name: name(text),
        program: 0,
        bank,
        zones: vec![zone],
    }
}

fn instrument(text: &str, generators: &[(u16, u16)], sample: usize) -> Instrument {
    let zone = Zone {
        generators: generators.to_vec(),
        target: Some(sample),
        ..Zone::default()
    };
    Instrument {
        name: name(text),
        zones: vec![zone],
    }
}
