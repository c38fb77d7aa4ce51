//! Folders of recordings: what their names and places say, equal files, files that cannot be
//! decoded, and the mel spectrograms of a few.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use affetto_analysis::{MelOptions, MelSpectrogram};
use affetto_audio::decode::{DecodeOptions, decode_mono};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::{Distribution, PartDescription, Sample, lower_name, relative};
use crate::ItemHash;

/// Endings of names of recordings.
const ENDINGS: [&str; 11] = [
    ".wav", ".aiff", ".aif", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".webm", ".m4a", ".mka",
];
/// The largest recording that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;
/// Recordings that are decoded, spread evenly over all; decoding thousands takes minutes.
const N_DECODED: usize = 120;
/// Spectrograms that are shown.
const N_SHOWN: usize = 10;
/// Longest stretch that is decoded, in seconds.
const MAX_SECONDS: f64 = 600.0;
/// Samples a second that are decoded to.
const SAMPLE_RATE_HZ: u32 = 16_000;
/// Widest spectrogram, in frames.
const MAX_FRAMES: usize = 400;
/// Sounds that never get louder than this (root mean square of 10 ms) hold nothing.
const SILENT: f32 = 1e-4;
/// Range of a spectrogram below its loudest place, in natural logarithms of power: 80 dB.
const RANGE: f32 = 18.4;

/// Whether a file is a recording, by its name.
pub(super) fn is_sound(path: &Path) -> bool {
    let name = lower_name(path);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Describes recordings.
pub(super) fn describe_sounds(root: &Path, sounds: &[PathBuf]) -> PartDescription {
    let mut part = PartDescription {
        kind: "recordings",
        name: "recordings".into(),
        n_items: sounds.len(),
        ..PartDescription::default()
    };
    let step = sounds.len().div_ceil(N_DECODED).max(1);
    let shown_step = sounds.len().div_ceil(N_SHOWN).max(1);
    let mut seen: HashMap<ItemHash, String> = HashMap::new();
    let (mut folders, mut endings) = (BTreeMap::new(), BTreeMap::new());
    let (mut n_bytes, mut n_decoded, mut seconds) = (0_usize, 0_u32, 0.0_f64);
    for (i, path) in sounds.iter().enumerate() {
        let item = relative(root, path);
        let folder = item
            .rsplit_once(['/', '\\'])
            .map_or("", |(folder, _)| folder);
        *folders.entry(folder.to_owned()).or_insert(0) += 1;
        let ending = lower_name(path)
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        *endings.entry(ending).or_insert(0) += 1;
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                part.faults.add(item, None, reason);
                continue;
            }
        };
        n_bytes += bytes.len();
        let hash = ItemHash::of(&bytes);
        if let Some(other) = seen.get(&hash) {
            let reason = format!("the same bytes as {other}");
            part.duplicates.add(item, Some(hash), reason);
            continue;
        }
        seen.insert(hash, item.clone());
        if !i.is_multiple_of(step) {
            continue;
        }
        let options = DecodeOptions {
            sample_rate_hz: SAMPLE_RATE_HZ,
            max_seconds: MAX_SECONDS,
        };
        match decode_mono(&bytes, &options) {
            Ok(samples) if is_silent(&samples) => {
                part.faults.add(item, Some(hash), "silent".into());
            }
            Ok(samples) => {
                n_decoded += 1;
                seconds += samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
                let is_shown = i / step * step % shown_step < step;
                if is_shown && part.samples.len() < N_SHOWN {
                    part.samples.push(Sample {
                        caption: item,
                        png: spectrogram(&samples),
                        text: None,
                    });
                }
            }
            Err(error) => part.faults.add(item, Some(hash), error.to_string()),
        }
    }
    part.facts.push(("bytes".into(), n_bytes.to_string()));
    part.facts
        .push(("decoded to look at".into(), n_decoded.to_string()));
    let mean = seconds / f64::from(n_decoded.max(1));
    part.facts
        .push(("mean length of those".into(), format!("{mean:.2} s")));
    for (name, counts) in [("folder", folders), ("ending", endings)] {
        let mut distribution = Distribution::new(name, counts);
        distribution.counts.truncate(30);
        part.distributions.push(distribution);
    }
    part
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path)
        .map_err(|error| error.to_string())?
        .len();
    if size == 0 || size > MAX_BYTES {
        return Err(format!("{size} bytes, expected 1..={MAX_BYTES}"));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}

fn is_silent(samples: &[f32]) -> bool {
    let loudness = |block: &[f32]| {
        (block.iter().map(|x| x * x).sum::<f32>() / block.len().max(1) as f32).sqrt()
    };
    samples.chunks(160).map(loudness).fold(0.0, f32::max) < SILENT
}

/// A mel spectrogram as PNG, low tones at the bottom; `None` where there is nothing to draw.
fn spectrogram(samples: &[f32]) -> Option<Vec<u8>> {
    let mut mel = MelSpectrogram::new(MelOptions::default()).ok()?;
    let n_mels = mel.n_mels();
    let frames = mel.process(samples).ok()?;
    let n_frames = (frames.len() / n_mels.max(1)).min(MAX_FRAMES);
    if n_frames == 0 {
        return None;
    }
    let frames = &frames[..n_frames * n_mels];
    let loudest = frames.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut pixels = vec![0_u8; n_frames * n_mels];
    for (frame, row) in frames.chunks_exact(n_mels).enumerate() {
        for (band, power) in row.iter().enumerate() {
            let share = ((power - loudest) / RANGE + 1.0).clamp(0.0, 1.0);
            pixels[(n_mels - 1 - band) * n_frames + frame] = (share * 255.0) as u8;
        }
    }
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(
            &pixels,
            n_frames as u32,
            n_mels as u32,
            ExtendedColorType::L8,
        )
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::describe;

    /// A mono WAV file of 16-bit samples.
    fn wav(samples: &[i16]) -> Vec<u8> {
        let n = 2 * samples.len() as u32;
        let mut bytes = b"RIFF".to_vec();
        bytes.extend((36 + n).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16_u32.to_le_bytes());
        bytes.extend([1, 0, 1, 0]);
        bytes.extend(16_000_u32.to_le_bytes());
        bytes.extend(32_000_u32.to_le_bytes());
        bytes.extend([2, 0, 16, 0]);
        bytes.extend(b"data");
        bytes.extend(n.to_le_bytes());
        samples.iter().for_each(|s| bytes.extend(s.to_le_bytes()));
        bytes
    }

    #[test]
    fn recordings_are_heard() {
        let folder = tempfile::tempdir().unwrap();
        let tone: Vec<i16> = (0..8000)
            .map(|i| ((i * 997) % 20_000 - 10_000) as i16)
            .collect();
        let files = [
            ("a.wav", wav(&tone)),
            ("b.wav", wav(&tone)),
            ("c.wav", wav(&[0; 8000])),
            ("d.mp3", b"no sound".to_vec()),
            ("e.wav", Vec::new()),
        ];
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let description = describe(folder.path(), &mut |_| {}).unwrap();
        let part = &description.parts[0];
        assert_eq!((part.n_items, part.duplicates.n, part.faults.n), (5, 1, 3));
        assert_eq!(part.samples.len(), 1);
        assert!(
            part.samples[0]
                .png
                .as_ref()
                .unwrap()
                .starts_with(b"\x89PNG")
        );
    }
}
