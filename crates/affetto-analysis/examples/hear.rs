//! Decodes a sound file in blocks, prints how long it is and how long that took, and the same for
//! mel spectrograms and voice activity of windows of 8 s:
//! `cargo run --release -p affetto-analysis --example hear FILE`.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::time::{Duration, Instant};

use affetto_analysis::{MelOptions, MelSpectrogram, VoiceDetector};
use affetto_audio::decode::{DecodeOptions, MonoReader};

const WINDOW: usize = 8 * 16_000;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a sound file")?;
    let start = Instant::now();
    let mut reader =
        MonoReader::open(BufReader::new(File::open(path)?), &DecodeOptions::default())?;
    let mut mel = MelSpectrogram::new(MelOptions::default())?;
    let mut detector = VoiceDetector::new(16_000)?;
    let (mut window, mut frames) = (Vec::with_capacity(2 * WINDOW), Vec::new());
    let (mut n_windows, mut n_voiced) = (0_u32, 0);
    let (mut mel_time, mut voice_time) = (Duration::ZERO, Duration::ZERO);
    while let Some(block) = reader.next_block()? {
        window.extend_from_slice(block);
        if window.len() < WINDOW {
            continue;
        }
        let before = Instant::now();
        mel.process_into(&window[..WINDOW], &mut frames)?;
        mel_time += before.elapsed();
        let before = Instant::now();
        let segments = detector.segments(&window[..WINDOW])?;
        voice_time += before.elapsed();
        n_voiced += segments.iter().map(ExactSizeIterator::len).sum::<usize>();
        n_windows += 1;
        window.drain(..WINDOW);
    }
    let total = start.elapsed();
    println!(
        "{}: {:.1} s of sound",
        reader.format_name(),
        reader.seconds()
    );
    for note in reader.notes() {
        println!("note: {note}");
    }
    let each = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(n_windows.max(1));
    println!(
        "decoding: {:.1} ms for 8 s",
        each(total - mel_time - voice_time)
    );
    println!("mel spectrogram: {:.1} ms for 8 s", each(mel_time));
    println!("voice activity: {:.1} ms for 8 s", each(voice_time));
    println!("voice in {:.1} s", n_voiced as f64 / 16_000.0);
    Ok(())
}
