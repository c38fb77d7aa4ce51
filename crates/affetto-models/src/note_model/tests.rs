//! Decoding against a plain forward pass without a cache, and what is refused.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::network::{NoteNetwork, Windows};
use super::*;
use crate::training::with_arrays;
use crate::{Array, Error, Metadata, TrainingItems, WeightsFile};

const SMALL: NoteShape = NoteShape {
    n_layers: 2,
    width: 36,
    n_heads: 3,
    feed_width: 50,
    n_vocabulary: 45,
    n_condition: 5,
    context: 64,
};

/// Random weights, large enough that every part matters.
fn random_weights(shape: &NoteShape, seed: u64) -> WeightsFile {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let arrays = shape.arrays().into_iter().map(|(name, sizes)| {
        let n = sizes.iter().product();
        let spread = match sizes.as_slice() {
            [_] => 0.5,
            _ if name == "embedding" => 0.6,
            _ => 2.0 / (sizes[0] as f32).sqrt(),
        };
        let middle = if name.contains("norm") { 1.0 } else { 0.0 };
        let values = (0..n)
            .map(|_| middle + rng.random_range(-spread..spread))
            .map(|x: f32| half::f16::from_f32(x).to_f32())
            .collect();
        (name, Array::new(sizes, values).unwrap())
    });
    let metadata = Metadata {
        task: TASK.into(),
        feature_version: FEATURE_VERSION,
        config: serde_json::json!({ "network": shape }),
        labels: BTreeMap::new(),
    };
    WeightsFile::new(metadata, arrays.collect(), TrainingItems::full([]))
}

fn random_tokens(shape: &NoteShape, n: usize) -> Vec<u16> {
    let mut rng = Pcg64Mcg::seed_from_u64(77);
    (0..n)
        .map(|_| rng.random_range(0..shape.n_vocabulary as u16))
        .collect()
}

fn conditions(model: &NoteModel) -> [ConditionVector; 2] {
    let values = |sign: f32| (0..model.n_condition()).map(move |i| sign * (i as f32 * 0.4 - 0.7));
    [1.0, -1.0].map(|sign| model.condition(&values(sign).collect::<Vec<_>>()).unwrap())
}

/// Tokens with conditions that change every five tokens.
fn conditioned<'a>(
    tokens: &[u16],
    conditions: &'a [ConditionVector; 2],
) -> Vec<(u16, &'a ConditionVector)> {
    let pairs = tokens.iter().enumerate();
    pairs
        .map(|(i, &token)| (token, &conditions[i / 5 % 2]))
        .collect()
}

fn with(precision: Precision, kernel: Kernel) -> InferenceOptions {
    InferenceOptions { precision, kernel }
}

fn load(weights: &WeightsFile, precision: Precision) -> NoteModel {
    NoteModel::from_file(weights, &with(precision, Kernel::detect())).unwrap()
}

/// The network as its definition says, in f64, all positions at once.
mod plain {
    use super::*;

    type Matrix = Vec<Vec<f64>>;

    fn array(weights: &WeightsFile, name: &str) -> Matrix {
        let array = &weights.arrays[name];
        let width = *array.shape.last().unwrap();
        let rows = array.values.chunks_exact(width);
        rows.map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect()
    }

    fn multiply(x: &[f64], matrix: &Matrix) -> Vec<f64> {
        let column = |o: usize| x.iter().zip(matrix).map(|(x, row)| x * row[o]).sum();
        (0..matrix[0].len()).map(column).collect()
    }

    fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| a + b).collect()
    }

    /// The error function by its series, which converges for all that is met here.
    fn erf(x: f64) -> f64 {
        if x.abs() > 5.0 {
            return x.signum();
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    fn gelu(x: &[f64]) -> Vec<f64> {
        x.iter()
            .map(|x| 0.5 * x * (1.0 + erf(x / 2.0_f64.sqrt())))
            .collect()
    }

    fn norm(x: &[f64], gain: &[f64]) -> Vec<f64> {
        let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
        x.iter()
            .zip(gain)
            .map(|(x, g)| x / (mean + 1e-5).sqrt() * g)
            .collect()
    }

    fn turned(row: &[f64], shape: &NoteShape, position: usize) -> Vec<f64> {
        let (width, half) = (shape.head_width(), shape.head_width() / 2);
        let mut out = row.to_vec();
        for head in 0..shape.n_heads {
            for i in 0..half {
                let angle = position as f64 / 10_000_f64.powf(2.0 * i as f64 / width as f64);
                let (a, b) = (row[head * width + i], row[head * width + i + half]);
                out[head * width + i] = a * angle.cos() - b * angle.sin();
                out[head * width + i + half] = b * angle.cos() + a * angle.sin();
            }
        }
        out
    }

    fn attention(rows: &[Vec<f64>], shape: &NoteShape, at: usize) -> Vec<f64> {
        let (d, width) = (shape.width, shape.head_width());
        let query = turned(&rows[at][..d], shape, at);
        let mut out = Vec::new();
        for head in 0..shape.n_heads {
            let part = head * width..(head + 1) * width;
            let scores: Vec<f64> = (0..=at)
                .map(|p| {
                    let key = turned(&rows[p][d..2 * d], shape, p);
                    let products = query[part.clone()].iter().zip(&key[part.clone()]);
                    (products.map(|(a, b)| a * b).sum::<f64>() / (width as f64).sqrt()).exp()
                })
                .collect();
            let total: f64 = scores.iter().sum();
            out.extend(part.map(|i| {
                let terms = scores.iter().zip(rows);
                terms
                    .map(|(score, row)| score / total * row[2 * d + i])
                    .sum::<f64>()
            }));
        }
        out
    }

    /// Logits of every position.
    pub(super) fn forward(
        weights: &WeightsFile,
        shape: &NoteShape,
        tokens: &[u16],
        conditions: &[Vec<f32>],
    ) -> Matrix {
        let of = |name: &str| array(weights, name);
        let layer = |i: usize, name: &str| array(weights, &format!("layers.{i}.{name}"));
        let mut x: Matrix = Vec::new();
        for (&token, values) in tokens.iter().zip(conditions) {
            let values: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
            let first = multiply(&values, &of("condition.0.weight"));
            let middle = gelu(&add(&first, &of("condition.0.bias")[0]));
            let second = multiply(&middle, &of("condition.1.weight"));
            let condition = add(&second, &of("condition.1.bias")[0]);
            x.push(add(&of("embedding")[usize::from(token)], &condition));
        }
        for i in 0..shape.n_layers {
            let gain = &layer(i, "norm_attention")[0];
            let qkv = layer(i, "qkv");
            let rows: Matrix = x.iter().map(|x| multiply(&norm(x, gain), &qkv)).collect();
            for (at, x) in x.iter_mut().enumerate() {
                let mixed = attention(&rows, shape, at);
                *x = add(x, &multiply(&mixed, &layer(i, "out")));
                let normed = norm(x, &layer(i, "norm_feed")[0]);
                let up = multiply(&normed, &layer(i, "up.weight"));
                let up = gelu(&add(&up, &layer(i, "up.bias")[0]));
                let down = multiply(&up, &layer(i, "down.weight"));
                *x = add(x, &add(&down, &layer(i, "down.bias")[0]));
            }
        }
        let (gain, embedding) = (of("norm"), of("embedding"));
        let logits = |x: &Vec<f64>| {
            let normed = norm(x, &gain[0]);
            let product = |row: &Vec<f64>| row.iter().zip(&normed).map(|(a, b)| a * b).sum();
            embedding.iter().map(product).collect()
        };
        x.iter().map(logits).collect()
    }
}

#[test]
fn f32_is_the_network_as_defined() {
    let weights = random_weights(&SMALL, 1);
    let model = load(&weights, Precision::F32);
    let tokens = random_tokens(&SMALL, 40);
    let values: Vec<Vec<f32>> = (0..40)
        .map(|t| (0..5).map(|i| (t / 7 + i) as f32 * 0.2 - 0.5).collect())
        .collect();
    let expected = plain::forward(&weights, &SMALL, &tokens, &values);
    let mut memory = model.memory();
    let mut logits = Vec::new();
    for ((&token, values), expected) in tokens.iter().zip(&values).zip(&expected) {
        let condition = &model.condition(values).unwrap();
        let row = Row {
            memory: &mut memory,
            token,
            condition,
        };
        model.step(&mut [row], &mut logits).unwrap();
        for (actual, expected) in logits.iter().zip(expected) {
            let error = (f64::from(*actual) - expected).abs();
            assert!(error < 2e-5, "{actual} is not {expected}");
        }
    }
}

/// What training computes and what inference computes are the same function.
#[test]
fn training_and_inference_agree() {
    let config = NoteModelConfig {
        n_layers: SMALL.n_layers,
        width: SMALL.width,
        n_heads: SMALL.n_heads,
        feed_width: SMALL.feed_width,
        context: SMALL.context,
    };
    let device = Device::default();
    let weights = random_weights(&SMALL, 5);
    let empty = NoteNetwork::new(&config, SMALL.n_vocabulary, SMALL.n_condition, &device);
    let network = with_arrays(empty, &weights, "").unwrap();
    let tokens = random_tokens(&SMALL, 40);
    let values = [0.3, -0.5, 1.0, 0.0, 0.7];
    let ids: Vec<i64> = tokens.iter().map(|&token| i64::from(token)).collect();
    let windows = Windows {
        tokens: Tensor::from_data(TensorData::new(ids, [1, 40]), &device),
        conditions: Tensor::from_data(TensorData::new(values.repeat(40), [1, 40, 5]), &device),
    };
    let trained = network.forward(windows, &[]).into_data();
    let trained: Vec<f32> = trained.try_to_vec().unwrap();
    let model = load(&weights, Precision::F32);
    let condition = &model.condition(&values).unwrap();
    let tokens: Vec<_> = tokens.iter().map(|&token| (token, condition)).collect();
    let logits = model.read(&mut model.memory(), &tokens).unwrap();
    let sum = logits.iter().map(|x| x.exp()).sum::<f32>().ln();
    let last = &trained[trained.len() - SMALL.n_vocabulary..];
    for (trained, logit) in last.iter().zip(&logits) {
        assert!(
            (trained - (logit - sum)).abs() < 1e-4,
            "{trained} is not {}",
            logit - sum
        );
    }
}

#[test]
fn bytes_are_close_to_f32() {
    let shape = NoteShape {
        width: 128,
        n_heads: 4,
        feed_width: 256,
        n_vocabulary: 300,
        ..SMALL
    };
    let weights = random_weights(&shape, 2);
    let read = |precision| {
        let model = load(&weights, precision);
        let conditions = conditions(&model);
        let tokens = random_tokens(&shape, 60);
        model
            .read(&mut model.memory(), &conditioned(&tokens, &conditions))
            .unwrap()
    };
    let (exact, close) = (read(Precision::F32), read(Precision::Int8));
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosine = dot(&exact, &close) / (dot(&exact, &exact) * dot(&close, &close)).sqrt();
    assert!(cosine > 0.999, "cosine {cosine}");
}

/// Reading at once, reading in parts, and stepping must give the same bits, whatever the kernel.
#[track_caller]
fn check_same_bits(precision: Precision) {
    let weights = random_weights(&SMALL, 3);
    let mut results = Vec::new();
    for kernel in Kernel::available() {
        let model = NoteModel::from_file(&weights, &with(precision, kernel)).unwrap();
        let conditions = conditions(&model);
        let tokens = random_tokens(&SMALL, 50);
        let tokens = conditioned(&tokens, &conditions);
        let mut memory = model.memory();
        results.push(model.read(&mut memory, &tokens).unwrap());
        assert_eq!((memory.len(), memory.room()), (50, 14));

        // Cut within a page, then read on.
        for cut in [33, 32, 1, 0] {
            memory.truncate(cut);
            assert_eq!(memory.len(), cut);
            results.push(model.read(&mut memory, &tokens[cut..]).unwrap());
        }
        // Step, with other rows beside that have other lengths.
        let mut memories: Vec<Memory> = (0..5).map(|_| model.memory()).collect();
        for (r, memory) in memories.iter_mut().enumerate().skip(1) {
            model.read(memory, &tokens[..3 * r]).unwrap();
        }
        let mut logits = Vec::new();
        for &(token, condition) in &tokens {
            let rows = memories.iter_mut().filter(|memory| memory.room() > 0);
            let mut rows: Vec<Row<'_>> = rows
                .map(|memory| Row {
                    memory,
                    token,
                    condition,
                })
                .collect();
            model.step(&mut rows, &mut logits).unwrap();
        }
        results.push(logits[..SMALL.n_vocabulary].to_vec());
    }
    for result in &results {
        assert_eq!(result, &results[0]);
    }
}

#[test]
fn bytes_give_the_same_bits_however_read() {
    check_same_bits(Precision::Int8);
}

#[test]
fn f32_gives_the_same_bits_however_read() {
    check_same_bits(Precision::F32);
}

#[test]
fn wrong_requests_are_refused_and_change_nothing() {
    let model = load(&random_weights(&SMALL, 4), Precision::Int8);
    let condition = &model.condition(&[0.0; 5]).unwrap();
    let mut memory = model.memory();
    #[track_caller]
    fn check<T>(result: Result<T, Error>, expected: &str) {
        let error = result.err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(model.read(&mut memory, &[]), "at least 1");
    check(
        model.read(&mut memory, &[(45, condition)]),
        "token is 45, expected less than 45",
    );
    check(
        model.read(&mut memory, &[(1, condition); 65]),
        "65 more were given, expected at most 64",
    );
    check(model.condition(&[0.0; 4]), "has 4 values, expected 5");
    check(model.condition(&[f32::NAN; 5]), "finite");
    let other = load(
        &random_weights(&NoteShape { width: 12, ..SMALL }, 4),
        Precision::Int8,
    );
    let strange = &other.condition(&[0.0; 5]).unwrap();
    check(
        model.read(&mut memory, &[(1, strange)]),
        "width 12, expected 36",
    );
    check(
        model.read(&mut other.memory(), &[(1, condition)]),
        "of another model",
    );
    let exact = load(&random_weights(&SMALL, 4), Precision::F32);
    let _ = exact.read(&mut exact.memory(), &[(1, condition)]).unwrap();
    let mut read_by_exact = exact.memory();
    check(
        model.read(&mut read_by_exact, &[(1, condition)]),
        "of another model",
    );
    assert!(memory.is_empty());
    model.read(&mut memory, &[(1, condition); 64]).unwrap();
    let mut empty = model.memory();
    let rows = [&mut empty, &mut memory];
    let mut rows = rows.map(|memory| Row {
        memory,
        token: 1,
        condition,
    });
    check(model.step(&mut rows, &mut Vec::new()), "at most 64 in all");
    assert!(empty.is_empty());
}

/// A weights file changed in one way must be refused with a reason.
#[track_caller]
fn check_refused(change: impl Fn(&mut WeightsFile), expected: &str) {
    let mut weights = random_weights(&SMALL, 5);
    change(&mut weights);
    let error = NoteModel::from_file(&weights, &InferenceOptions::default()).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

fn set_network(weights: &mut WeightsFile, key: &str, value: serde_json::Value) {
    weights.metadata.config["network"][key] = value;
}

#[test]
fn hostile_weights_are_refused() {
    check_refused(
        |w| w.metadata.task = "text-emotion".into(),
        "expected task notes",
    );
    check_refused(|w| w.metadata.feature_version = 99, "version 99");
    check_refused(
        |w| w.metadata.config = serde_json::json!([1]),
        "has no network",
    );
    check_refused(|w| set_network(w, "width", "wide".into()), "network");
    check_refused(|w| set_network(w, "colour", 1.into()), "unknown field");
    check_refused(
        |w| set_network(w, "width", 38.into()),
        "twice the number of heads",
    );
    check_refused(|w| set_network(w, "n_heads", 0.into()), "1..=16");
    check_refused(|w| set_network(w, "n_layers", u64::MAX.into()), "1..=16");
    check_refused(
        |w| set_network(w, "context", (1_u64 << 40).into()),
        "2..=4096",
    );
    check_refused(
        |w| set_network(w, "n_vocabulary", 70_000.into()),
        "2..=8192",
    );
    check_refused(
        |w| set_network(w, "n_layers", 3.into()),
        "layers.2.norm_attention is missing",
    );
    check_refused(
        |w| set_network(w, "feed_width", 51.into()),
        "expected [36, 51]",
    );
    check_refused(
        |w| drop(w.arrays.remove("layers.1.down.bias")),
        "is missing",
    );
    let transpose = |w: &mut WeightsFile| {
        if let Some(array) = w.arrays.get_mut("layers.0.qkv") {
            array.shape.reverse();
        }
    };
    check_refused(transpose, "[108, 36], expected [36, 108]");
}

#[test]
fn a_file_is_loaded_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.safetensors");
    random_weights(&SMALL, 6).save(&path).unwrap();
    let model = NoteModel::load(&path, &InferenceOptions::default()).unwrap();
    assert_eq!(model.shape(), &SMALL);
    assert_eq!(
        (model.n_vocabulary(), model.context(), model.n_condition()),
        (45, 64, 5)
    );
    assert_eq!(model.metadata().task, TASK);
    assert!(NoteModel::load(&folder.path().join("none"), &InferenceOptions::default()).is_err());
}

#[test]
fn weights_without_bounds_do_not_panic() {
    let mut weights = random_weights(&SMALL, 7);
    for array in weights.arrays.values_mut() {
        array.values.fill(60_000.0);
    }
    for precision in [Precision::Int8, Precision::F32] {
        let model = load(&weights, precision);
        let conditions = conditions(&model);
        let tokens = conditioned(&[1; 20], &conditions);
        assert_eq!(model.read(&mut model.memory(), &tokens).unwrap().len(), 45);
    }
}
