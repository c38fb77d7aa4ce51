//! Tokens a second of the note model on one core, with random weights, at a context of 400.
//!
//! `cargo run --release -p affetto-models --example note_decode`
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::collections::BTreeMap;
use std::time::Instant;

use affetto_models::note_model::{
    FEATURE_VERSION, InferenceOptions, Kernel, Memory, NoteModel, NoteShape, Precision, Row, TASK,
};
use affetto_models::{Array, Metadata, TrainingItems, WeightsFile};
use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Tokens that are remembered while times are taken.
const CONTEXT: usize = 400;
/// Steps of one timing; the memory is cut back after them.
const N_STEPS: usize = 4;
/// Timings of each line; the fastest counts, since other programs can only slow it down.
const N_ROUNDS: usize = 60;

/// Layers, width, and width of the middle of the feed-forward part.
const SIZES: [[usize; 3]; 3] = [[6, 192, 768], [6, 256, 1_024], [8, 384, 1_536]];

fn main() -> Result<()> {
    println!("layers width  million  precision  kernel        rows  tokens/s  read tokens/s");
    for [n_layers, width, feed_width] in SIZES {
        let shape = NoteShape {
            n_layers,
            width,
            n_heads: 4,
            feed_width,
            n_vocabulary: 1_300,
            n_condition: 48,
            context: 512,
        };
        let weights = random_weights(&shape)?;
        let fastest = Kernel::detect();
        let int8 = Kernel::available()
            .into_iter()
            .map(|k| (Precision::Int8, k));
        for (precision, kernel) in int8.chain([(Precision::F32, fastest)]) {
            let options = InferenceOptions { precision, kernel };
            let model = NoteModel::from_file(&weights, &options)?;
            for n_rows in [1, 8] {
                let (stepped, read) = measure(&model, n_rows)?;
                println!(
                    "{n_layers:6} {width:5} {:8.2}  {:9}  {:12} {n_rows:5} {stepped:9.0} {read:14.0}",
                    shape.n_parameters() as f64 / 1e6,
                    format!("{precision:?}"),
                    kernel.name(),
                );
            }
        }
    }
    Ok(())
}

/// Tokens a second of stepping with some rows, and of reading a piece into one memory.
fn measure(model: &NoteModel, n_rows: usize) -> Result<(f64, f64)> {
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mut token = || rng.random_range(0..model.n_vocabulary() as u16);
    let condition = model.condition(&vec![0.3; model.n_condition()])?;
    let piece: Vec<_> = (0..CONTEXT).map(|_| (token(), &condition)).collect();
    let mut memory = model.memory();
    let mut read = f64::INFINITY;
    for _ in 0..N_ROUNDS / 10 {
        memory.truncate(0);
        let start = Instant::now();
        model.read(&mut memory, &piece)?;
        read = read.min(start.elapsed().as_secs_f64());
    }
    let mut memories: Vec<Memory> = vec![memory; n_rows];
    let mut logits = Vec::new();
    let mut fastest = f64::INFINITY;
    for _ in 0..N_ROUNDS {
        let start = Instant::now();
        for _ in 0..N_STEPS {
            let mut rows: Vec<Row<'_>> = memories
                .iter_mut()
                .map(|memory| Row {
                    memory,
                    token: token(),
                    condition: &condition,
                })
                .collect();
            model.step(&mut rows, &mut logits)?;
        }
        fastest = fastest.min(start.elapsed().as_secs_f64());
        memories
            .iter_mut()
            .for_each(|memory| memory.truncate(CONTEXT));
    }
    Ok(((N_STEPS * n_rows) as f64 / fastest, CONTEXT as f64 / read))
}

fn random_weights(shape: &NoteShape) -> Result<WeightsFile> {
    let mut rng = Pcg64Mcg::seed_from_u64(2);
    let mut arrays = BTreeMap::new();
    for (name, sizes) in shape.arrays() {
        let spread = if name.contains("norm") { 1.0 } else { 0.06 };
        let n = sizes.iter().product();
        let values = (0..n).map(|_| rng.random_range(-spread..spread)).collect();
        arrays.insert(name, Array::new(sizes, values)?);
    }
    let metadata = Metadata {
        task: TASK.into(),
        feature_version: FEATURE_VERSION,
        config: serde_json::json!({ "network": shape }),
        labels: BTreeMap::new(),
    };
    Ok(WeightsFile::new(metadata, arrays, TrainingItems::full([])))
}
