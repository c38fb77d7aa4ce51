//! The whole of the voice model on synthetic speech: windows, abstention, training.

use std::path::Path;

use proptest::prelude::*;

use super::inference::{SpeechAbstention, SpeechEmotion, SpeechEstimate};
use super::stream::{SpeechStream, WINDOW};
use super::*;
use crate::{EvaluationOptions, RunOptions};

const RATE: usize = SPEECH_SAMPLE_RATE_HZ as usize;

/// Vowels: harmonics of a gliding pitch in syllables of a quarter of a second.
fn voice(n_samples: usize, f0_hz: f32, syllables_hz: f32) -> Vec<f32> {
    let mut phase = 0.0_f32;
    (0..n_samples)
        .map(|i| {
            let t = i as f32 / RATE as f32;
            let glide = 1.0 + 0.1 * (std::f32::consts::TAU * 0.7 * t).sin();
            phase = (phase + f0_hz * glide / RATE as f32).fract();
            let tone: f32 = (1..=12)
                .map(|k| (std::f32::consts::TAU * phase * k as f32).sin() / k as f32)
                .sum();
            let gate = 0.6 - 0.4 * (std::f32::consts::TAU * syllables_hz * t).cos();
            let noise = ((i * 7919) % 1009) as f32 / 504.5 - 1.0;
            0.1 * gate * tone + 1e-4 * noise
        })
        .collect()
}

fn shipped() -> &'static SpeechEmotion {
    SpeechEmotion::load_embedded().unwrap()
}

fn estimate(samples: &[f32]) -> SpeechEstimate {
    shipped().estimate(samples).unwrap()
}

#[track_caller]
fn check_windows(n_samples: usize, expected: &str) {
    let found = estimate(&voice(n_samples, 150.0, 4.0));
    let words: Vec<String> = found
        .segments
        .iter()
        .map(|segment| format!("{:.2}-{:.2}", segment.start_s, segment.end_s))
        .collect();
    assert_eq!(words.join(" "), expected, "{n_samples} samples");
    assert!(found.segments.iter().all(|segment| segment.sense.is_some()));
    let reason = found.abstained.map(SpeechAbstention::reason);
    assert_eq!(found.overall.is_some(), reason.is_none(), "{reason:?}");
}

#[test]
fn windows_lose_nothing() {
    check_windows(0, "");
    check_windows(RATE / 2 - 1, "");
    check_windows(RATE / 2, "0.00-0.50");
    check_windows(2 * RATE - 1, "0.00-2.00");
    check_windows(2 * RATE, "0.00-2.00");
    check_windows(WINDOW - 1, "0.00-8.00");
    check_windows(WINDOW, "0.00-8.00");
    check_windows(WINDOW + 1, "0.00-8.00 4.00-8.00");
    check_windows(12 * RATE, "0.00-8.00 4.00-12.00");
    check_windows(13 * RATE, "0.00-8.00 4.00-12.00 8.00-13.00");
}

#[test]
fn a_stream_says_what_the_whole_says() {
    let samples = voice(14 * RATE + 77, 200.0, 3.0);
    let whole = estimate(&samples);
    let mut stream = SpeechStream::new(shipped());
    let mut segments = Vec::new();
    for piece in samples.chunks(3_001) {
        segments.extend(stream.push(piece).unwrap());
    }
    let end = stream.finish().unwrap();
    segments.extend(end.segments);
    assert_eq!(segments, whole.segments);
    assert_eq!(end.overall, whole.overall);
}

#[track_caller]
fn check_abstains(samples: &[f32], expected: SpeechAbstention) {
    let found = estimate(samples);
    assert_eq!(
        (found.overall.is_none(), found.abstained),
        (true, Some(expected))
    );
}

#[test]
fn what_is_no_voice_is_not_guessed() {
    check_abstains(&[], SpeechAbstention::TooShort);
    check_abstains(&voice(RATE / 4, 150.0, 4.0), SpeechAbstention::TooShort);
    check_abstains(&vec![0.0; 3 * RATE], SpeechAbstention::Silence);
    check_abstains(&vec![f32::NAN; 3 * RATE], SpeechAbstention::Silence);
    let mut state = 1_u32;
    let noise: Vec<f32> = (0..3 * RATE)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 * 0.1 - 0.1
        })
        .collect();
    check_abstains(&noise, SpeechAbstention::NoVoice);
}

#[test]
fn loudness_does_not_matter() {
    let loud = voice(3 * RATE, 180.0, 4.0);
    let quiet: Vec<f32> = loud.iter().map(|sample| 0.02 * sample).collect();
    let (a, b) = (estimate(&loud), estimate(&quiet));
    let pairs = a
        .overall
        .unwrap()
        .emotions4
        .into_iter()
        .zip(b.overall.unwrap().emotions4);
    for (a, b) in pairs {
        assert!((a - b).abs() < 0.1, "{a} {b}");
    }
}

#[test]
fn answers_are_whole() {
    let sense = estimate(&voice(5 * RATE, 220.0, 5.0)).overall.unwrap();
    assert!((sense.emotions4.iter().sum::<f32>() - 1.0).abs() < 1e-3);
    assert!((sense.labels.iter().map(|label| label.1).sum::<f32>() - 1.0).abs() < 1e-3);
    assert!(sense.labels.is_sorted_by(|a, b| a.1 >= b.1));
    assert_eq!(sense.labels.len(), SPEECH_CLASSES_8.len());
    let sd = sense.estimate.covariance.valence_sd();
    assert!((0.05..1.5).contains(&sd), "{sd}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn any_sound_is_answered(samples in prop::collection::vec(any::<f32>(), 0..20_000)) {
        let found = estimate(&samples);
        prop_assert_eq!(found.overall.is_some(), found.abstained.is_none());
        if let Some(sense) = found.overall {
            prop_assert!(sense.emotions4.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}

/// Two corpora of made-up voices: high and quick is happy, low and slow is sad.
fn write_corpus(folder: &Path) {
    let mut manifest = "corpus,file,speaker,emotion,intensity\n".to_owned();
    for corpus in ["one", "two"] {
        for speaker in 0..4 {
            for take in 0..4 {
                let happy = take % 2 == 0;
                let (f0, rate) = if happy { (260.0, 6.0) } else { (100.0, 2.0) };
                let name = format!("{corpus}_{speaker}_{take}.wav");
                let length = RATE + 900 * speaker + 2_000 * take;
                let samples = voice(length, f0 + 5.0 * speaker as f32, rate);
                write_wav(&folder.join(&name), &samples);
                let emotion = if happy { "happy" } else { "sad" };
                manifest.push_str(&format!("{corpus},{name},{corpus}{speaker},{emotion},\n"));
            }
        }
    }
    std::fs::write(folder.join("manifest.csv"), manifest).unwrap();
}

/// 16-bit PCM in the smallest RIFF there is.
fn write_wav(path: &Path, samples: &[f32]) {
    let n_bytes = 2 * samples.len() as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + n_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend((RATE as u32).to_le_bytes());
    bytes.extend((2 * RATE as u32).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(n_bytes.to_le_bytes());
    let to_i16 = |sample: &f32| (sample.clamp(-1.0, 1.0) * 32_767.0) as i16;
    bytes.extend(
        samples
            .iter()
            .flat_map(|sample| to_i16(sample).to_le_bytes()),
    );
    std::fs::write(path, bytes).unwrap();
}

fn tiny() -> SpeechTrainingConfig {
    let mut config = SpeechTrainingConfig {
        network: SpeechNetworkConfig {
            stem: [4, 4, 4],
            width: 16,
            dilations: vec![1],
            statistics: 16,
            hidden: 16,
        },
        crop_frames: 64,
        never_held_out: vec!["two".into()],
        n_folds: 2,
        ..SpeechTrainingConfig::default()
    };
    config.training.n_epochs = 12;
    config.training.batch_size = 8;
    config.training.learning_rate = 0.01;
    config.training.average = 0.5;
    config
}

#[test]
fn training_learns_measures_and_repeats_itself() {
    let data = tempfile::tempdir().unwrap();
    write_corpus(data.path());
    let options = RunOptions::default();
    let train_once = || {
        let out = tempfile::tempdir().unwrap();
        let report = train(data.path(), out.path(), &tiny(), &options, &mut |_| {}).unwrap();
        assert!(report.metrics["one_ua_4"] > 0.9, "{:?}", report.metrics);
        assert!(!report.metrics.contains_key("two_ua_4"));
        // The same sounds stand in both corpora, and an item counts once.
        assert_eq!(report.n_items, 16);
        std::fs::read(&report.files[0]).unwrap()
    };
    let first = train_once();
    assert_eq!(first, train_once());
    let weights = crate::WeightsFile::from_bytes(&first, "test").unwrap();
    let model = SpeechEmotion::from_weights(&weights).unwrap();
    let seen = EvaluationOptions {
        include_seen: true,
        ..EvaluationOptions::default()
    };
    let found = evaluate(&model, data.path(), &seen).unwrap();
    assert!(found.evaluation.metrics["two_ua_all"] > 0.9);
    assert_eq!(
        (found.rows.len(), found.evaluation.n_seen_left_out),
        (32, 0)
    );
    let error = evaluate(&model, data.path(), &EvaluationOptions::default());
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("32 items were used")
    );
}

#[test]
fn corpora_are_left_out_whole() {
    let data = tempfile::tempdir().unwrap();
    write_corpus(data.path());
    let out = tempfile::tempdir().unwrap();
    let config = SpeechTrainingConfig {
        never_held_out: Vec::new(),
        ..tiny()
    };
    let options = RunOptions::default();
    let run = || cross_validate(data.path(), out.path(), &config, &options, &mut |_| {}).unwrap();
    let found = run();
    // Each of the 32 recordings once with its speaker, once with its corpus.
    assert_eq!(found.rows.len(), 64);
    let metrics = &found.evaluation.metrics;
    assert!(metrics["one_ua_4"] > 0.9, "{metrics:?}");
    assert!(metrics["two_left_out_ua_4"] > 0.9, "{metrics:?}");
    assert!(metrics.contains_key("two_left_out_ece"), "{metrics:?}");
    // What was said is kept: nothing is fitted again.
    assert_eq!(run().evaluation.metrics, *metrics);
}
