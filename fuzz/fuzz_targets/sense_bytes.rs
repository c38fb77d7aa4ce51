//! Bytes as a recording, as a picture, and as frames of continuous sensing: they are sensed,
//! abstained from or refused, and never panic.

#![no_main]

use std::sync::LazyLock;

use affetto_engine::{Engine, Media, Sense, Settings};
use libfuzzer_sys::fuzz_target;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut settings = Settings::default();
    settings.senses.max_audio_seconds = 30.0;
    Engine::new(settings).expect("the settings are in their ranges")
});

fuzz_target!(|bytes: &[u8]| {
    drop(ENGINE.sense_speech(Media::Bytes(bytes)));
    drop(ENGINE.sense_face(Media::Bytes(bytes)));
    let Ok(mut session) = ENGINE.start_sensing(&[Sense::Voice, Sense::Face]) else {
        return;
    };
    let samples: Vec<f32> = bytes.iter().map(|byte| f32::from(*byte) / 128.0 - 1.0).collect();
    drop(session.hear(&samples, 0.0));
    drop(session.see(bytes, 0.5));
    drop(session.fused(1.0));
});
