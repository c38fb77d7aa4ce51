//! How long a sentence of at most twenty words takes, with and without the sentence encoder;
//! percentiles over sentences on one core.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p affetto-models --example text_latency -- [ENCODER]`,
//! where ENCODER is the file that `affetto models pull text-encoder` wrote.
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use affetto_models::text_emotion::TextEmotion;
use affetto_models::text_encoder::TextEncoder;
use anyhow::Result;

/// Times that each sentence is read.
const N_ROUNDS: usize = 25;

/// From three words to twenty.
const SENTENCES: [&str; 8] = [
    "so tired today",
    "can't wait for the weekend!!",
    "it rained all day and i stayed in bed with a book",
    "work was a mess, nobody listened and now i have to stay late",
    "feeling calm after a long walk by the lake with my dog",
    "i know i should be happy for her but honestly it just makes me feel so lonely",
    "We finally finished the project, the whole team went out to celebrate and we danced until three in the morning",
    "not sure what to think about the news, everyone seems worried and i can't stop reading it before going to bed",
];

fn main() -> Result<()> {
    let small = TextEmotion::load_embedded()?;
    measure("without the encoder", small)?;
    if let Some(path) = std::env::args().nth(1) {
        let encoder = TextEncoder::load(Path::new(&path))?;
        measure(
            "with the encoder",
            &TextEmotion::with_encoder(Arc::new(encoder))?,
        )?;
    }
    Ok(())
}

fn measure(name: &str, model: &TextEmotion) -> Result<()> {
    let mut times = Vec::with_capacity(N_ROUNDS * SENTENCES.len());
    // The first round warms caches up and is not counted.
    for round in 0..=N_ROUNDS {
        for sentence in SENTENCES {
            let start = Instant::now();
            model.estimate(sentence)?;
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let percentile = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name}: p50 {:.2} ms, p95 {:.2} ms, longest {:.2} ms, {} readings",
        percentile(0.5),
        percentile(0.95),
        percentile(1.0),
        times.len()
    );
    Ok(())
}
