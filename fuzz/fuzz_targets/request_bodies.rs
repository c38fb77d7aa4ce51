//! Bytes as the body of each request: what reads is understood or refused, and never panics.

#![no_main]

use std::sync::LazyLock;

use affetto_engine::{DefaultStrategy, Engine, Settings};
use affetto_server::wire::{
    CorrectionRequest, PieceRequest, SaveRequest, SenseCommand, StationRequest, TextRequest,
};
use libfuzzer_sys::fuzz_target;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Settings::default()).expect("the defaults are in their ranges"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = serde_json::from_slice::<StationRequest>(bytes) {
        if let Ok(patch) = serde_json::from_slice(bytes) {
            drop(StationRequest::default().patched(&patch));
        }
        drop(ENGINE.understand_station(&request.into_music()));
    }
    if let Ok(request) = serde_json::from_slice::<PieceRequest>(bytes) {
        drop(ENGINE.understand(&request.into_music(), DefaultStrategy::Match));
    }
    if let Ok(request) = serde_json::from_slice::<TextRequest>(bytes) {
        drop(ENGINE.sense_text(&request.text));
    }
    if let Ok(request) = serde_json::from_slice::<CorrectionRequest>(bytes) {
        drop(request.into_correction());
    }
    drop(serde_json::from_slice::<SenseCommand>(bytes));
    drop(serde_json::from_slice::<SaveRequest>(bytes));
});
