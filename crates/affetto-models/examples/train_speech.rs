//! Trains and measures the voice model from the command line.
//!
//! - `train_speech folds DATA OUT [CONFIG.json]`: every speaker and every corpus held out once.
//! - `train_speech train DATA OUT [CONFIG.json]`: the weights that ship; uses the folds in OUT.
//! - `train_speech latency [WEIGHTS]`: how long the shipped or other weights take for 8 s of sound.
//!
//! Progress goes to stderr, what was measured to stdout as JSON. Runs that were stopped are taken
//! up again.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use affetto_models::speech_emotion::{SpeechEmotion, SpeechTrainingConfig, cross_validate, train};
use affetto_models::{RunOptions, TrainingEvent};
use anyhow::{Context, bail};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let text = match arguments[..] {
        ["latency"] => latency(SpeechEmotion::load_embedded()?)?,
        ["latency", weights] => latency(&SpeechEmotion::load(Path::new(weights))?)?,
        [mode, data, out, ref config @ ..] => run(mode, [data, out], config)?,
        _ => bail!("say latency, or folds or train, then DATA OUT [CONFIG.json]"),
    };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

fn run(mode: &str, [data, out]: [&str; 2], config: &[&str]) -> anyhow::Result<String> {
    let (data, out) = (Path::new(data), Path::new(out));
    let config: SpeechTrainingConfig = match config.first() {
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| (*path).to_owned())?;
            serde_json::from_slice(&bytes)?
        }
        None => SpeechTrainingConfig::default(),
    };
    let options = RunOptions {
        resume: true,
        report_every: 0,
        ..RunOptions::default()
    };
    let mut show = |event: &TrainingEvent| {
        let epoch = event.epoch.unwrap_or_default();
        let (stage, values) = (&event.stage, &event.values);
        // A terminal that is gone must not stop a training.
        let _ = writeln!(
            std::io::stderr(),
            "{stage} {}/{} {epoch} {values:?}",
            event.step,
            event.n_steps
        );
    };
    Ok(match mode {
        "folds" => {
            let found = cross_validate(data, out, &config, &options, &mut show)?;
            found.write_predictions(&out.join("folds.csv"))?;
            serde_json::to_string_pretty(&found.evaluation)?
        }
        "train" => serde_json::to_string_pretty(&train(data, out, &config, &options, &mut show)?)?,
        other => bail!("expected folds, train or latency, but was {other}"),
    })
}

/// Median and 95 % quantile of the time for 8 s of a voice-like sound, one at a time.
fn latency(model: &SpeechEmotion) -> anyhow::Result<String> {
    let sound: Vec<f32> = (0..8 * 16_000)
        .map(|i| {
            let t = i as f32 / 16_000.0;
            let phase = std::f32::consts::TAU * (160.0 * t + 3.0 * (2.0 * t).sin());
            let tone: f32 = (1..=12).map(|k| (phase * k as f32).sin() / k as f32).sum();
            0.1 * tone * (0.6 - 0.4 * (25.0 * t).cos())
        })
        .collect();
    let mut times = Vec::new();
    for _ in 0..60 {
        let start = Instant::now();
        let found = model.estimate(&sound)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(found.overall.is_some(), "no voice was heard");
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[(share * (times.len() - 1) as f64).round() as usize];
    Ok(format!(
        "8 s of speech: p50 {:.1} ms, p95 {:.1} ms",
        at(0.5),
        at(0.95)
    ))
}
