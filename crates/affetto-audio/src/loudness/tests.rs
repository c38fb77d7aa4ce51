//! Signals of known loudness, and signals that a limiter fears.

use std::f64::consts::TAU;

use super::*;

const RATE: u32 = 48_000;

fn stereo(seconds: f64, sample: impl Fn(f64) -> f64) -> Pcm {
    let n_frames = (seconds * f64::from(RATE)) as usize;
    let left: Vec<f32> = (0..n_frames)
        .map(|frame| sample(frame as f64 / f64::from(RATE)) as f32)
        .collect();
    Pcm {
        sample_rate_hz: RATE,
        right: left.clone(),
        left,
    }
}

fn sine(hz: f64, dbfs: f64, seconds: f64) -> Pcm {
    let gain = f64::from(db_to_gain(dbfs));
    stereo(seconds, |t| gain * (TAU * hz * t).sin())
}

#[track_caller]
fn check_lufs(pcm: &Pcm, expected: f64, tolerance: f64) {
    let lufs = measure(pcm).unwrap().lufs.unwrap();
    assert!(
        (lufs - expected).abs() <= tolerance,
        "{lufs} LUFS, expected {expected}"
    );
}

/// EBU Tech 3341 (2016), table 1, test cases 1 to 4: stereo sines of 1 kHz, ±0.1 LU.
#[test]
fn the_meter_passes_the_minimum_requirements() {
    check_lufs(&sine(1000.0, -23.0, 20.0), -23.0, 0.1);
    check_lufs(&sine(1000.0, -33.0, 20.0), -33.0, 0.1);
    let steps = |levels: &[(f64, f64)]| {
        let parts: Vec<_> = levels
            .iter()
            .map(|(dbfs, seconds)| sine(1000.0, *dbfs, *seconds))
            .collect();
        let left: Vec<f32> = parts.iter().flat_map(|part| part.left.clone()).collect();
        Pcm {
            sample_rate_hz: RATE,
            right: left.clone(),
            left,
        }
    };
    check_lufs(
        &steps(&[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)]),
        -23.0,
        0.1,
    );
    let gated = [
        (-72.0, 10.0),
        (-36.0, 10.0),
        (-23.0, 60.0),
        (-36.0, 10.0),
        (-72.0, 10.0),
    ];
    check_lufs(&steps(&gated), -23.0, 0.1);
}

#[track_caller]
fn check_target(mut pcm: Pcm, target: f64) {
    let n_frames = pcm.n_frames();
    set_loudness(&mut pcm, Loudness::Target { lufs: target }).unwrap();
    assert_eq!(pcm.n_frames(), n_frames);
    let measured = measure(&pcm).unwrap();
    let lufs = measured.lufs.unwrap();
    assert!(
        (lufs - target).abs() <= 1.0,
        "{lufs} LUFS, expected {target}"
    );
    assert!(
        measured.true_peak_dbtp <= CEILING_DBTP,
        "{} dBTP",
        measured.true_peak_dbtp
    );
}

/// Decaying hits, twice a second: peaks far above the loudness.
fn hits(seconds: f64) -> Pcm {
    stereo(seconds, |t| {
        (TAU * 90.0 * t).sin() * (-14.0 * (t % 0.5)).exp() * 0.2
    })
}

#[test]
fn targets_are_met_within_one_lu_below_the_ceiling() {
    check_target(sine(440.0, -40.0, 5.0), EXPORT_LUFS);
    check_target(sine(440.0, -1.0, 5.0), EXPORT_LUFS);
    check_target(sine(440.0, 12.0, 5.0), -23.0);
    check_target(hits(10.0), EXPORT_LUFS);
    check_target(hits(10.0), -12.0);
}

#[test]
fn silence_stays_silent_and_short_sounds_are_not_boosted() {
    let mut silence = Pcm::silence(RATE, 48_000);
    set_loudness(&mut silence, Loudness::default()).unwrap();
    assert_eq!(silence.peak(), 0.0);
    let mut short = sine(440.0, -40.0, 0.1);
    let before = short.peak();
    set_loudness(&mut short, Loudness::default()).unwrap();
    assert!((short.peak() - before).abs() < 1e-3);
}

#[test]
fn asked_loudness_keeps_dynamics() {
    let loudness = |dbfs| {
        let mut pcm = sine(440.0, dbfs, 3.0);
        set_loudness(&mut pcm, Loudness::Asked).unwrap();
        measure(&pcm).unwrap().lufs.unwrap()
    };
    assert!((loudness(-30.0) - loudness(-40.0) - 10.0).abs() < 0.1);
}

#[test]
fn targets_out_of_range_are_refused() {
    let error =
        set_loudness(&mut sine(440.0, -20.0, 1.0), Loudness::Target { lufs: 3.0 }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "loudness in LUFS must be between -40 and -6, but was 3"
    );
}

/// Numbers in −1..=1 that look random.
fn noise(frame: u64) -> f64 {
    let mixed = (frame + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

#[track_caller]
fn check_ceiling(name: &str, sample: impl Fn(u64) -> f64) {
    let mut pcm = stereo(1.0, |t| sample((t * f64::from(RATE)).round() as u64));
    limit(&mut pcm).unwrap();
    let peak = measure(&pcm).unwrap().true_peak_dbtp;
    assert!(peak <= CEILING_DBTP, "{name}: {peak} dBTP");
    assert!(pcm.left.iter().all(|sample| sample.is_finite()));
}

#[test]
fn no_signal_passes_the_ceiling() {
    check_ceiling("noise at +12 dB", |n| 4.0 * noise(n));
    check_ceiling("noise of two levels", |n| {
        if noise(n) > 0.0 { 3.0 } else { -3.0 }
    });
    check_ceiling("sudden noise", |n| {
        noise(n) * if n / 4800 % 2 == 0 { 0.01 } else { 8.0 }
    });
    check_ceiling("single frames", |n| if n % 1000 == 0 { 50.0 } else { 0.0 });
    check_ceiling("pairs of frames", |n| {
        [9.0, 9.0, 0.0][(n % 997).min(2) as usize]
    });
    check_ceiling("square wave", |n| if n / 50 % 2 == 0 { 2.0 } else { -2.0 });
    check_ceiling("quarter of the sample rate", |n| {
        2.0 * (TAU * (n as f64 + 0.5) / 4.0).sin()
    });
    check_ceiling("near half of the sample rate", |n| {
        4.0 * (TAU * n as f64 * 0.49).sin()
    });
    check_ceiling("steps of growing level", |n| noise(n) * (n as f64 / 100.0));
    check_ceiling("enormous", |n| 1e30 * noise(n));
    check_ceiling("no numbers", |n| {
        if n % 7 == 0 { f64::NAN } else { f64::INFINITY }
    });
}

#[test]
fn quiet_sound_passes_unchanged() {
    let pcm = sine(440.0, -10.0, 1.0);
    let mut limited = pcm.clone();
    limit(&mut limited).unwrap();
    let differ = pcm
        .left
        .iter()
        .zip(&limited.left)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(differ < 1e-6, "{differ}");
}

#[test]
fn blocks_of_any_size_give_the_same_stream() {
    let pcm = sine(440.0, 6.0, 0.5);
    let whole = {
        let mut own = pcm.clone();
        let mut limiter = Limiter::new(LimiterSettings::default()).unwrap();
        limiter.process(&mut own.left, &mut own.right);
        own
    };
    let mut own = pcm;
    let mut limiter = Limiter::new(LimiterSettings::default()).unwrap();
    for (left, right) in own.left.chunks_mut(37).zip(own.right.chunks_mut(37)) {
        limiter.process(left, right);
    }
    assert_eq!(own, whole);
}

/// Loudness of a live station, given that the synthesizer plays as loud as measured.
#[track_caller]
fn check_live(intensity: f64, synth_lufs: f64, expected: f64) {
    let heard = synth_lufs + live_gain_db(intensity);
    assert!((heard - expected).abs() < 1.0, "{heard} LUFS");
}

#[test]
fn intensity_moves_live_loudness_by_four_lu() {
    check_live(0.7, -25.3, LIVE_LUFS + 2.8);
    check_live(0.0, -29.7, LIVE_LUFS);
    check_live(-0.7, -35.9, LIVE_LUFS - 2.8);
    assert_eq!(live_gain_db(-7.0), live_gain_db(-1.0));
    assert_eq!(live_gain_db(f64::NAN), live_gain_db(0.0));
}

/// The meter of songs must agree with the crate's own, of loudness and of true peak; pieces and
/// their sizes must not matter.
#[test]
fn songs_are_measured_alike() {
    // 11,025 Hz sampled beside its crests: the true peak lies 3 dB above the samples.
    let between = stereo(5.0, |t| 0.5 * (TAU * 12_000.0 * t + 0.8).sin());
    let tones = stereo(5.0, |t| {
        0.3 * (TAU * 997.0 * t).sin() + 0.2 * (TAU * 6_131.0 * t).cos() * (0.7 * t).sin()
    });
    for pcm in [between, tones, sine(440.0, -40.0, 5.0)] {
        let expected = measure(&pcm).unwrap();
        let mut meter = LoudnessMeter::default();
        for piece in pcm.interleaved().chunks(2 * 1151) {
            meter.add(piece, 2, RATE);
        }
        let found = meter.loudness();
        let off = found.integrated_lufs.unwrap() - expected.lufs.unwrap();
        assert!(off.abs() < 1e-6, "{off} LU");
        let off = found.true_peak_dbtp - expected.true_peak_dbtp;
        assert!(off.abs() < 0.2, "{off} dB");
    }
}

#[test]
fn replay_gain_brings_songs_to_its_reference() {
    let pcm = sine(1000.0, -23.0, 5.0);
    let mut meter = LoudnessMeter::default();
    meter.add(&pcm.interleaved(), 2, RATE);
    let loudness = meter.loudness();
    assert!((loudness.replay_gain_db().unwrap() - 5.0).abs() < 0.1);
    assert!((loudness.replay_gain_peak() - 0.0708).abs() < 0.001);
    assert!(loudness.range_lu < 0.1);
}

#[test]
fn odd_sound_is_measured_or_left_out() {
    let mut meter = LoudnessMeter::default();
    assert_eq!(meter.loudness().integrated_lufs, None);
    meter.add(&[f32::NAN, f32::INFINITY, 1e30], 1, RATE);
    meter.add(&[0.5; 100], 0, RATE);
    meter.add(&[0.5; 100], 1, 1);
    meter.add(&[0.5; 99], 2, RATE);
    meter.add(&[0.5; 96_000], 6, 44_100);
    meter.add(&[0.1; 96_000], 1, 8_000);
    let loudness = meter.loudness();
    assert!(loudness.integrated_lufs.is_some_and(f64::is_finite));
    assert!(loudness.true_peak_dbtp.is_finite() && loudness.range_lu >= 0.0);
}
