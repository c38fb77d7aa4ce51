//! Parity with the reference, layer by layer, on a tiny random model (`test_data/whisper/make.py`).

use std::path::{Path, PathBuf};

use burn::tensor::Tensor;
use safetensors::tensor::SafeTensors;

use super::config::WhisperConfig;
use super::generation::Generator;
use super::tokens::Tokens;
use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/whisper")
}

fn tiny() -> Whisper {
    Whisper::load(&folder()).unwrap()
}

fn golden(name: &str) -> Vec<f32> {
    let bytes = std::fs::read(folder().join("golden.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let words = tensors.tensor(name).unwrap().data().chunks_exact(4);
    words
        .map(|word| f32::from_le_bytes(word.try_into().unwrap()))
        .collect()
}

fn golden_tokens(name: &str) -> Vec<u32> {
    golden(name).into_iter().map(f32::to_bits).collect()
}

/// Both compute in 32 bits, in another order: differences stay far below what changes a choice.
#[track_caller]
fn check(name: &str, actual: &[f32], tolerance: f32) {
    let expected = golden(name);
    assert_eq!(actual.len(), expected.len(), "{name}");
    for (i, (a, b)) in actual.iter().zip(&expected).enumerate() {
        let off = (a - b).abs();
        assert!(off <= tolerance, "{name}[{i}]: {a} instead of {b}");
    }
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

#[test]
fn the_front_end_equals_the_reference() {
    let mel = tiny().mel(&golden("samples")).unwrap();
    check("mel", &mel, 1e-3);
}

#[test]
fn every_encoder_layer_equals_the_reference() {
    let whisper = tiny();
    let (encoder, _) = whisper.parts();
    let states = encoder.states(golden("mel"));
    check("encoder_state_0", &numbers(states[0].clone()), 1e-4);
    check("encoder_state_1", &numbers(states[1].clone()), 1e-4);
    check("encoder", &numbers(encoder.forward(golden("mel"))), 1e-4);
}

#[test]
fn the_decoder_equals_the_reference_step_by_step_and_at_once() {
    let whisper = tiny();
    let (encoder, decoder) = whisper.parts();
    let sound = encoder.forward(golden("mel"));
    let given = golden_tokens("given");
    let mut scores = Vec::new();
    let mut state = decoder.start(&sound);
    for token in &given {
        scores.extend(decoder.step(&mut state, &[*token]).unwrap());
    }
    check("scores", &scores, 1e-3);
    let mut state = decoder.start(&sound);
    decoder.step(&mut state, &given[..3]).unwrap();
    let last = decoder.step(&mut state, &given[3..]).unwrap();
    let whole = golden("scores");
    let expected = &whole[whole.len() - last.len()..];
    for (a, b) in last.iter().zip(expected) {
        assert!((a - b).abs() < 1e-3, "{a} instead of {b}");
    }
}

#[test]
fn greedy_generation_equals_the_reference() {
    let whisper = tiny();
    let (encoder, decoder) = whisper.parts();
    let config = WhisperConfig::load(&folder()).unwrap();
    let tokens = Tokens::load(&folder(), &config).unwrap();
    let prompt = tokens.prompt(tokens.language("de"));
    assert_eq!(prompt, golden_tokens("given")[..4]);
    let mut state = decoder.start(&encoder.forward(golden("mel")));
    let scores = decoder.step(&mut state, &prompt).unwrap();
    let generator = Generator {
        decoder,
        tokens: &tokens,
        config: &config,
    };
    let chosen = golden_tokens("chosen");
    let generated = generator.greedy(&state, &scores, chosen.len()).unwrap();
    assert_eq!(generated.tokens, chosen);
}

#[test]
fn signs_are_found() {
    let config = WhisperConfig::load(&folder()).unwrap();
    let tokens = Tokens::load(&folder(), &config).unwrap();
    let codes: Vec<&str> = tokens.languages.iter().map(|(_, code)| &**code).collect();
    assert_eq!(codes, ["en", "de", "haw"]);
    assert_eq!(tokens.language("fr"), None);
    assert_eq!(tokens.no_speech, Some(tokens.end + 9));
    assert_eq!(tokens.text(&[tokens.end, 39, 40, tokens.end + 1]), "HI");
    assert_eq!(tokens.text(&[]), "");
}

#[test]
fn a_recording_gives_a_transcript_within_the_limits() {
    let whisper = tiny();
    let mut samples = golden("samples").repeat(4);
    let options = TranscriptionOptions {
        max_tokens: 5,
        ..TranscriptionOptions::default()
    };
    let transcript = whisper.transcribe(&samples, &options).unwrap();
    assert_eq!(transcript.seconds, 2.8);
    assert!(["en", "de", "haw"].contains(&transcript.language.as_deref().unwrap()));
    assert!(transcript.mean_log_probability < 0.0);
    assert!((0.0..=1.0).contains(&transcript.no_speech_probability));
    assert_eq!(whisper.transcribe(&samples, &options).unwrap(), transcript);
    let cut = TranscriptionOptions {
        max_seconds: 1.0,
        language: Some("de".to_owned()),
        ..options
    };
    let transcript = whisper.transcribe(&samples, &cut).unwrap();
    assert_eq!(
        (transcript.seconds, transcript.language.as_deref()),
        (1.0, Some("de"))
    );
    samples.fill(0.0);
    let silence = whisper.transcribe(&samples, &cut).unwrap();
    assert_eq!((&*silence.text, silence.no_speech_probability), ("", 1.0));
    assert_eq!(whisper.transcribe(&[], &cut).unwrap().text, "");
}

/// A copy of the tiny model's folder with one file changed.
fn changed(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in WHISPER_FILES {
        std::fs::copy(folder().join(file), copy.path().join(file)).unwrap();
    }
    let mut bytes = std::fs::read(folder().join(name)).unwrap();
    change(&mut bytes);
    std::fs::write(copy.path().join(name), bytes).unwrap();
    copy
}

#[track_caller]
fn check_refused(name: &str, change: impl FnOnce(&mut Vec<u8>), expected: &str) {
    let copy = changed(name, change);
    let error = Whisper::load(copy.path()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

fn replace(from: &'static str, to: &'static str) -> impl FnOnce(&mut Vec<u8>) {
    move |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).unwrap();
        assert!(text.contains(from));
        *bytes = text.replace(from, to).into_bytes();
    }
}

#[test]
fn folders_that_are_no_whisper_are_refused() {
    let config = "config.json";
    check_refused(
        config,
        |bytes| bytes.truncate(40),
        "config.json holds no usable weights",
    );
    check_refused(
        config,
        replace("\"d_model\": 32", "\"d_model\": 99999"),
        "d_model must be between 1 and 1280, but was 99999",
    );
    check_refused(
        config,
        replace(
            "\"decoder_attention_heads\": 4",
            "\"decoder_attention_heads\": 5",
        ),
        "d_model 32 must be a multiple of 5 heads",
    );
    check_refused(
        config,
        replace("\"encoder_layers\": 2", "\"encoder_layers\": 3"),
        "model.encoder.layers.2.self_attn_layer_norm.weight is missing",
    );
    check_refused(
        config,
        replace("\"encoder_ffn_dim\": 64", "\"encoder_ffn_dim\": 65"),
        "must have shape [65",
    );
    check_refused(
        "tokenizer.json",
        replace("<|startoftranscript|>", "<|somethingelse|>"),
        "no token <|startoftranscript|>",
    );
    check_refused(
        "tokenizer.json",
        |bytes| bytes.clear(),
        "tokenizer.json holds no usable",
    );
    let weights = "model.safetensors";
    check_refused(
        weights,
        |bytes| bytes.truncate(100_000),
        "model.safetensors",
    );
    check_refused(weights, |bytes| bytes.truncate(5), "model.safetensors");
    check_refused(
        weights,
        |bytes| bytes[..8].fill(0xFF),
        "its header must have up to",
    );
    check_refused(
        weights,
        |bytes| {
            let n = bytes.len();
            bytes[n - 2_000_usize..].fill(0xFF);
        },
        "NaN",
    );
    let missing = tempfile::tempdir().unwrap();
    let error = Whisper::load(missing.path()).unwrap_err().to_string();
    assert!(error.contains("config.json"), "{error}");
}
