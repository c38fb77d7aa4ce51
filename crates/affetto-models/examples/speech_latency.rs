//! How long 8 s of speech take; percentiles over runs on one core.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p affetto-models --example speech_latency -- [WEIGHTS]`
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::path::Path;
use std::time::Instant;

use affetto_models::speech_emotion::SpeechEmotion;

fn main() -> anyhow::Result<()> {
    let weights = std::env::args().nth(1);
    let text = match weights {
        Some(weights) => latency(&SpeechEmotion::load(Path::new(&weights))?)?,
        None => latency(SpeechEmotion::load_embedded()?)?,
    };
    println!("{text}");
    Ok(())
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
