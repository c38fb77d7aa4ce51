//! Renders MIDI files and says how much processor time everything took (of all threads together,
//! so that a busy machine counts less) and how loud they came out.
//!
//! `cargo run --release -p affetto-audio --example render -- POLYPHONY FONT OUT A.mid B.mid …`
//! FONT is a file or `-` for the font in the program; OUT names the format of the last file.
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::path::Path;

use affetto_audio::SoundFont;
use affetto_audio::encode::{Format, Tags, encode};
use affetto_audio::loudness::{Loudness, measure, set_loudness};
use affetto_audio::render::{RenderLimits, RenderSettings, presets_of, render_score};
use affetto_music::midi;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [polyphony, font, out, files @ ..] = args.as_slice() else {
        return Err("expected POLYPHONY FONT OUT FILE…".into());
    };
    let settings = RenderSettings {
        polyphony: polyphony.parse()?,
        ..RenderSettings::default()
    };
    let format = Format::ALL
        .into_iter()
        .find(|format| out.ends_with(format.extension()))
        .ok_or("expected an ending of a sound file")?;
    for file in files {
        let score = midi::read(&std::fs::read(file)?)?;
        let presets = presets_of(&score);
        let start = cpu_seconds();
        let font = match font.as_str() {
            "-" => SoundFont::embedded(&presets)?,
            path => SoundFont::from_path(Path::new(path), &presets)?,
        };
        let loaded = cpu_seconds() - start;
        let start = cpu_seconds();
        let mut pcm = render_score(&score, &font, &settings, &RenderLimits::default())?;
        let rendered = cpu_seconds() - start;
        let raw = measure(&pcm)?;
        let start = cpu_seconds();
        set_loudness(&mut pcm, Loudness::default())?;
        let leveled = cpu_seconds() - start;
        let final_level = measure(&pcm)?;
        let start = cpu_seconds();
        let bytes = encode(&pcm, format, &Tags::default())?;
        let encoded = cpu_seconds() - start;
        std::fs::write(out, bytes)?;
        println!(
            "{file}: {:.1} s; load {loaded:.3} s for {} presets, {:.1} MB; render {:.1} x, level \
             {:.0} x, encode {:.0} x; {:.1} LUFS {:.1} dBTP raw, {:.1} LUFS {:.2} dBTP at last",
            pcm.seconds(),
            font.loaded().len(),
            font.pcm_bytes() as f64 / 1e6,
            pcm.seconds() / rendered,
            pcm.seconds() / leveled,
            pcm.seconds() / encoded,
            raw.lufs.unwrap_or(f64::NEG_INFINITY),
            raw.true_peak_dbtp,
            final_level.lufs.unwrap_or(f64::NEG_INFINITY),
            final_level.true_peak_dbtp,
        );
    }
    Ok(())
}

/// Processor time of this process so far, in steps of 10 ms; 0 where there is no `/proc`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15 count ticks of 10 ms in the program and in the system for it.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
