//! Bundles that the tests write themselves: what they hold is read, what is damaged is refused.

use std::collections::BTreeMap;

use affetto_music::{Note, Score, Track};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::cells::Recurrent;
use super::*;

/// Width of the cells of test networks.
const WIDTH: usize = 5;

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [&varint(field << 3 | 2), &varint(value.len() as u64), value].concat()
}

/// A block with one restart; keys share nothing.
fn block(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (key, value) in entries {
        block.extend(varint(0));
        block.extend(varint(key.len() as u64));
        block.extend(varint(value.len() as u64));
        block.extend(key);
        block.extend(value);
    }
    block.extend([0, 0, 0, 0, 1, 0, 0, 0]);
    block
}

/// A table of one block, whose kind is `kind`.
fn table(entries: &[(Vec<u8>, Vec<u8>)], kind: u8) -> Vec<u8> {
    let data = block(entries);
    let place = |offset: usize, n: usize| [varint(offset as u64), varint(n as u64)].concat();
    let index = block(&[(b"z".to_vec(), place(0, data.len()))]);
    let mut table = data.clone();
    table.extend([kind, 0, 0, 0, 0]);
    let at = table.len();
    table.extend(&index);
    table.extend([0; 5]);
    let mut footer = [place(0, 0), place(at, index.len())].concat();
    footer.resize(40, 0);
    footer.extend(0xdb47_7524_8b80_fb57_u64.to_le_bytes());
    table.extend(footer);
    table
}

/// A checkpoint of tensors with the values of `test_data/magenta/make.py`.
fn checkpoint(tensors: &[(String, Vec<usize>)]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut index = Vec::new();
    let mut entries = Vec::new();
    for (t, (name, shape)) in tensors.iter().enumerate() {
        let sizes = shape.iter().map(|&n| bytes(2, &number(1, n as u64)));
        let shape_message = sizes.collect::<Vec<_>>().concat();
        let entry = [bytes(1, name.as_bytes()), bytes(2, &shape_message)].concat();
        index.extend(bytes(1, &entry));
        let n = shape.iter().product::<usize>();
        let value = |i: usize| 0.6 * (1.7 * t as f64 + 0.9 * i as f64).sin();
        let floats = (0..n).flat_map(|i| (value(i) as f32).to_le_bytes());
        let floats = bytes(5, &floats.collect::<Vec<_>>());
        let slice = [bytes(1, name.as_bytes()), bytes(2, &[]), bytes(3, &floats)].concat();
        entries.push((name.clone().into_bytes(), bytes(2, &slice)));
    }
    entries.insert(0, (Vec::new(), bytes(1, &index)));
    entries
}

fn bundle_of(generator: &str, table: &[u8]) -> Vec<u8> {
    let details = [bytes(1, generator.as_bytes()), bytes(2, b"a network")].concat();
    [bytes(1, &details), bytes(2, table), bytes(3, b"a graph")].concat()
}

fn tensors(n_in: usize, n_out: usize, is_attentive: bool) -> Vec<(String, Vec<usize>)> {
    let mut tensors = vec![
        ("fully_connected/biases".to_owned(), vec![n_out]),
        ("fully_connected/weights".to_owned(), vec![WIDTH, n_out]),
    ];
    let mut add = |scope: &str, shape: &[usize]| {
        let name = format!("rnn/multi_rnn_cell/{scope}");
        tensors.push((name, shape.to_vec()));
    };
    let first = if is_attentive {
        let scope = "cell_0/attention_cell_wrapper";
        add(&format!("{scope}/attention/attn_v"), &[WIDTH]);
        add(&format!("{scope}/attention/attn_w"), &[1, 1, WIDTH, WIDTH]);
        for (part, sizes) in [
            ("", [n_in + WIDTH, n_in]),
            ("/attention", [2 * WIDTH, WIDTH]),
            ("/attn_output_projection", [2 * WIDTH, WIDTH]),
        ] {
            add(&format!("{scope}{part}/kernel"), &sizes);
            add(&format!("{scope}{part}/bias"), &sizes[1..]);
        }
        scope
    } else {
        "cell_0"
    };
    for (cell, n_in) in [(first, n_in), ("cell_1", WIDTH)] {
        let sizes = [n_in + WIDTH, 4 * WIDTH];
        add(&format!("{cell}/basic_lstm_cell/kernel"), &sizes);
        add(&format!("{cell}/basic_lstm_cell/bias"), &sizes[1..]);
    }
    tensors
}

fn melody_bundle() -> Vec<u8> {
    let entries = checkpoint(&tensors(74, 40, true));
    bundle_of("attention_rnn", &table(&entries, 0))
}

fn polyphony_bundle() -> Vec<u8> {
    let entries = checkpoint(&tensors(259, 259, false));
    bundle_of("polyphony", &table(&entries, 0))
}

/// A primer of two bars' beginning: three notes of D major.
fn primer() -> Score {
    let mut track = Track::new("primer", Role::Melody, 0, 0);
    track.notes = [(0, 62), (240, 66), (480, 69)]
        .map(|(onset, pitch)| Note {
            onset,
            pitch,
            duration: 240,
            velocity: 80,
        })
        .to_vec();
    let mut score = Score {
        tracks: vec![track],
        ..Score::default()
    };
    score.close();
    score
}

#[test]
fn both_networks_go_on_from_a_primer() {
    for bundle in [melody_bundle(), polyphony_bundle()] {
        let model = MagentaModel::from_bytes(&bundle, "test").unwrap();
        let options = MagentaOptions::default();
        let score = model.compose(&primer(), &options).unwrap();
        assert_eq!(score, model.compose(&primer(), &options).unwrap());
        let other = MagentaOptions { seed: 1, ..options };
        assert_ne!(score, model.compose(&primer(), &other).unwrap());
        let notes = &score.tracks[0].notes;
        let first: Vec<u8> = notes.iter().take(3).map(|note| note.pitch).collect();
        assert_eq!(first, [62, 66, 69]);
        assert!(notes.len() > 5, "{} notes", notes.len());
        assert_eq!(score.length, 70 * 120);
        assert!(notes.iter().all(|note| note.end() <= 70 * 120));
        if model.is_monophonic() {
            assert!(notes.windows(2).all(|two| two[0].end() <= two[1].onset));
        }
        assert!(model.compose(&Score::default(), &options).is_ok());
    }
}

/// Logits after fifty inputs, against the formulas of `test_data/magenta/make.py`.
#[track_caller]
fn check_logits(name: &str, network: &Recurrent, n_in: usize) {
    let expected = include_str!("../../test_data/magenta/logits.json");
    let expected: BTreeMap<String, Vec<f32>> = serde_json::from_str(expected).unwrap();
    let mut state = network.start();
    let mut logits = Vec::new();
    for k in 0..50 {
        let input = |i: usize| (0.3 * f64::from(k) + 0.2 * i as f64).cos() as f32;
        logits = network.step(&(0..n_in).map(input).collect::<Vec<_>>(), &mut state);
    }
    for (actual, expected) in logits.iter().zip(&expected[name]) {
        assert!(
            (actual - expected).abs() < 2e-4,
            "{actual} is not {expected}"
        );
    }
}

#[test]
fn networks_compute_what_their_formulas_say() {
    let bundle = Bundle::from_bytes(&melody_bundle()).unwrap();
    check_logits(
        "attentive",
        &Recurrent::attentive(&bundle, 74, 40).unwrap(),
        74,
    );
    let bundle = Bundle::from_bytes(&polyphony_bundle()).unwrap();
    check_logits("plain", &Recurrent::plain(&bundle, 259, 259).unwrap(), 259);
}

#[test]
fn options_out_of_range_are_refused() {
    let model = MagentaModel::from_bytes(&melody_bundle(), "test").unwrap();
    let default = MagentaOptions::default();
    #[track_caller]
    fn check(model: &MagentaModel, options: MagentaOptions, expected: &str) {
        let error = model.compose(&primer(), &options).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let steps = |n_steps| MagentaOptions { n_steps, ..default };
    check(&model, steps(0), "steps must be 1..=4096, but was 0");
    check(&model, steps(5_000), "but was 5000");
    check(&model, steps(5), "primer steps must be no more than");
    for temperature in [0.0, -1.0, f64::NAN, 11.0] {
        let options = MagentaOptions {
            temperature,
            ..default
        };
        check(&model, options, "temperature must be 0.05..=10");
    }
}

#[track_caller]
fn check_refused(bundle: &[u8], expected: &str) {
    let error = MagentaModel::from_bytes(bundle, "test").unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn damaged_bundles_are_refused() {
    check_refused(&[], "no checkpoint");
    check_refused(&[0xff; 40], "more than ten bytes");
    check_refused(&bytes(2, b"short"), "expected 48");
    check_refused(&bytes(2, &[7; 80]), "does not end as");
    check_refused(&[0x0b], "of kind 3");
    check_refused(&vec![0; (16 << 20) + 1], "more than 16777216 bytes");
    let whole = melody_bundle();
    check_refused(&whole[..whole.len() / 2], "more bytes, but there are");
    let entries = checkpoint(&tensors(74, 40, true));
    check_refused(
        &bundle_of("drums", &table(&entries, 0)),
        "\"drums\", expected",
    );
    check_refused(
        &bundle_of("attention_rnn", &table(&entries, 1)),
        "of kind 1",
    );
    check_refused(&bundle_of("polyphony", &table(&entries, 0)), "is missing");
    let narrow = checkpoint(&tensors(73, 40, true));
    check_refused(
        &bundle_of("attention_rnn", &table(&narrow, 0)),
        "expected [79, 74]",
    );
    let mut short = entries.clone();
    short[1].1 = bytes(2, &bytes(1, b"fully_connected/biases"));
    check_refused(
        &bundle_of("attention_rnn", &table(&short, 0)),
        "of shape [40] has 0 values",
    );
    let mut huge = entries;
    let sizes = bytes(2, &bytes(2, &number(1, u64::MAX)));
    let entry = [bytes(1, b"fully_connected/biases"), sizes].concat();
    huge[0].1 = bytes(1, &bytes(1, &entry));
    check_refused(
        &bundle_of("attention_rnn", &table(&huge, 0)),
        "has 40 values",
    );
}

#[test]
fn changed_bytes_never_panic() {
    let whole = polyphony_bundle();
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    for _ in 0..300 {
        let mut bytes = whole.clone();
        // The ends hold the structure, the middle mostly weights.
        let n = bytes.len();
        let place = match rng.random_range(0..3) {
            0 => rng.random_range(0..400),
            1 => n - 1 - rng.random_range(0..400),
            _ => rng.random_range(0..n),
        };
        bytes[place] = rng.random();
        if let Ok(model) = MagentaModel::from_bytes(&bytes, "test") {
            let _ = model.compose(
                &Score::default(),
                &MagentaOptions {
                    n_steps: 2,
                    ..MagentaOptions::default()
                },
            );
        }
    }
}
