//! Bytes as a SoundFont: what loads can be played, and every sample that leaves is a number.

#![no_main]

use std::sync::Arc;

use affetto_audio::SoundFont;
use affetto_audio::render::{RenderSettings, Renderer};
use affetto_audio::soundfont::{Bank, Limits, Presets};
use libfuzzer_sys::fuzz_target;

/// Small, so that executions are fast: real fonts get 64 times as much.
const LIMITS: Limits = Limits { max_sample_frames: 1 << 16, max_total_frames: 1 << 18 };

fuzz_target!(|bytes: &[u8]| {
    let Ok(bank) = Bank::parse(bytes.to_vec(), LIMITS) else { return };
    let Ok(font) = SoundFont::from_bank(Arc::new(bank), &Presets::All) else { return };
    let mut renderer = Renderer::new(&font, RenderSettings::live()).expect("settings in range");
    let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
    let presets: Vec<_> = font.loaded().iter().take(4).copied().collect();
    for preset in presets {
        let channel = if preset.bank < 128 { 0 } else { 9 };
        renderer.program(channel, preset.program.min(127) as u8);
        for pitch in [0, 60, 127] {
            renderer.note_on(channel, pitch, 100);
            renderer.render_block(&mut left, &mut right);
            assert!(left.iter().chain(&right).all(|sample| sample.is_finite()));
        }
    }
});
