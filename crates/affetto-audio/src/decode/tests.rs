//! What our encoders and others wrote is decoded and compared; what is broken is refused.

use std::f64::consts::TAU;
use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::Pcm;
use crate::encode::{Format, Tags, encode};

const RATE: u32 = 48_000;

/// 440 Hz on both sides, so that mono is the same.
fn tone(n_frames: usize) -> Pcm {
    let channel: Vec<f32> = sine(n_frames, RATE);
    Pcm {
        sample_rate_hz: RATE,
        left: channel.clone(),
        right: channel,
    }
}

fn sine(n: usize, rate_hz: u32) -> Vec<f32> {
    let at = |i: usize| (0.4 * (TAU * 440.0 * i as f64 / f64::from(rate_hz)).sin()) as f32;
    (0..n).map(at).collect()
}

fn options() -> DecodeOptions {
    DecodeOptions::default()
}

/// The sound must be the 440-Hz tone for all of its length but the edges; phase may differ where
/// codecs delay.
#[track_caller]
fn check_tone(samples: &[f32], expected_seconds: f64, tolerance_seconds: f64) {
    let seconds = samples.len() as f64 / 16_000.0;
    assert!(
        (seconds - expected_seconds).abs() <= tolerance_seconds,
        "{seconds} s instead of {expected_seconds} s"
    );
    let edge = 1_600;
    let middle = &samples[edge..samples.len() - edge];
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (i, sample) in middle.iter().enumerate() {
        let (sample, phase) = (f64::from(*sample), TAU * 440.0 * i as f64 / 16_000.0);
        re += sample * phase.cos();
        im += sample * phase.sin();
        power += sample * sample;
    }
    let n = middle.len() as f64;
    let amplitude = 2.0 * re.hypot(im) / n;
    let rms = (power / n).sqrt();
    assert!((amplitude - 0.4).abs() < 0.03, "amplitude {amplitude}");
    let rest = (rms * rms - amplitude * amplitude / 2.0).max(0.0).sqrt();
    assert!(rest < 0.03, "noise {rest}");
}

#[track_caller]
fn check_format(format: Format, tolerance_seconds: f64) {
    let bytes = encode(&tone(RATE as usize), format, &Tags::default()).unwrap();
    let sound = decode(&bytes, &options()).unwrap();
    check_tone(&sound.samples, 1.0, tolerance_seconds);
    assert_eq!(sound.notes, []);
    assert_eq!(sound.sample_rate_hz, 16_000);
}

#[test]
fn our_wav_comes_back() {
    check_format(Format::Wav, 0.0);
}

#[test]
fn our_flac_comes_back() {
    check_format(Format::Flac, 0.0);
}

#[test]
fn our_opus_comes_back() {
    check_format(Format::Opus, 1e-4);
}

#[cfg(feature = "mp3")]
#[test]
fn our_mp3_comes_back() {
    // Shine pads to whole frames and writes no note of it.
    check_format(Format::Mp3, 0.11);
}

#[test]
fn opus_is_in_step_at_every_rate() {
    let bytes = encode(&tone(RATE as usize), Format::Opus, &Tags::default()).unwrap();
    for sample_rate_hz in [8_000, 16_000, 22_050, 44_100, 48_000] {
        let options = DecodeOptions {
            sample_rate_hz,
            ..options()
        };
        let samples = decode_mono(&bytes, &options).unwrap();
        let expected = sine(sample_rate_hz as usize, sample_rate_hz);
        assert!(samples.len().abs_diff(expected.len()) <= 1);
        let edge = sample_rate_hz as usize / 10;
        for i in edge..expected.len() - edge {
            let off = (samples[i] - expected[i]).abs();
            assert!(
                off < 0.05,
                "{sample_rate_hz} Hz: sample {i} is off by {off}"
            );
        }
    }
}

/// A WAV file as hound writes it.
fn wav(channels: u16, bits_per_sample: u16, sample_rate: u32, n_frames: usize) -> Vec<u8> {
    let float = bits_per_sample == 32;
    let spec = hound::WavSpec {
        channels,
        sample_rate,
        bits_per_sample,
        sample_format: if float {
            hound::SampleFormat::Float
        } else {
            hound::SampleFormat::Int
        },
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    let full = f64::from(1_u32 << (bits_per_sample - 1)) - 1.0;
    for sample in sine(n_frames, sample_rate) {
        for _ in 0..channels {
            if float {
                writer.write_sample(sample).unwrap();
            } else {
                writer
                    .write_sample((f64::from(sample) * full) as i32)
                    .unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

#[test]
fn wav_of_many_kinds() {
    for (channels, bits, rate) in [
        (1, 8, 8_000),
        (1, 16, 16_000),
        (2, 24, 44_100),
        (6, 16, 48_000),
        (1, 32, 96_000),
        (2, 16, 11_025),
    ] {
        let bytes = wav(channels, bits, rate, rate as usize);
        let samples = decode_mono(&bytes, &options()).unwrap();
        check_tone(&samples, 1.0, 1e-4);
    }
}

/// The product of channels and bytes overflows inside symphonia-format-riff 0.6.1.
#[test]
fn a_count_of_channels_that_overflows_is_an_error() {
    let mut bytes = wav(1, 16, 16_000, 1_000);
    bytes[22..24].fill(0xFF);
    assert!(decode_mono(&bytes, &options()).is_err());
}

#[test]
fn what_is_not_a_number_is_silence() {
    let mut bytes = wav(1, 32, 16_000, 1_000);
    let n = bytes.len();
    bytes[n - 4_000..].fill(0xFF);
    let samples = decode_mono(&bytes, &options()).unwrap();
    assert_eq!(samples, vec![0.0; 1_000]);
}

/// A file of `test_data/tones`, which ffmpeg and Chromium wrote: a tone of 0.6 s or, where a
/// browser recorded it, about 0.9 s.
fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/test_data/tones/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

#[track_caller]
fn check_fixture(name: &str, seconds: f64, tolerance_seconds: f64) {
    let sound = decode(&fixture(name), &options()).unwrap();
    check_tone(&sound.samples, seconds, tolerance_seconds);
    assert_eq!(sound.notes, [], "{name}");
}

#[test]
fn files_of_other_writers() {
    // Lossless formats and those that note their delay are exact; AAC has up to 2,112 frames of
    // it, MP3 as much, and WebM pads to whole packets.
    for (name, tolerance_seconds) in [
        ("tone.flac", 0.0),
        ("tone.aiff", 0.0),
        ("tone_alaw.wav", 0.0),
        ("tone_stream.wav", 0.0),
        ("tone_alac.m4a", 0.0),
        ("tone.opus", 1e-4),
        ("tone.ogg", 2e-3),
        ("tone_vorbis.mka", 0.03),
        ("tone.webm", 0.03),
        ("tone_live.webm", 0.03),
        ("tone_video.webm", 0.03),
        ("tone_opus.mp4", 0.03),
        ("tone.mp3", 0.06),
        ("tone.m4a", 0.1),
        ("tone_faststart.m4a", 0.1),
        ("tone_fragmented.mp4", 0.1),
        ("tone.aac", 0.1),
    ] {
        check_fixture(name, 0.6, tolerance_seconds);
    }
}

#[test]
fn what_a_browser_records() {
    check_fixture("tone_browser.webm", 0.9, 0.1);
}

#[test]
fn two_streams_in_one_file_are_read_one_after_another() {
    let twice = fixture("tone.opus").repeat(2);
    let samples = decode_mono(&twice, &options()).unwrap();
    assert!(
        (samples.len() as f64 / 16_000.0 - 1.2).abs() < 0.03,
        "{}",
        samples.len()
    );
}

#[test]
fn every_cut_of_every_file_gives_sound_or_a_reason() {
    // Formats with an index at the end, and files of a single page or cluster, are lost by a cut.
    let mut heard = Vec::new();
    for entry in
        std::fs::read_dir(format!("{}/test_data/tones", env!("CARGO_MANIFEST_DIR"))).unwrap()
    {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let mut longest = 0.0_f64;
        for share in 0..24 {
            let cut = &bytes[..bytes.len() * share / 24];
            match decode(cut, &options()) {
                Ok(sound) => longest = longest.max(sound.seconds()),
                Err(error) => assert!(error.to_string().len() > 20, "{error}"),
            }
        }
        if longest > 0.4 {
            heard.push(path);
        }
    }
    assert!(heard.len() >= 3, "{heard:?}");
}

#[track_caller]
fn check_refused(bytes: &[u8], expected: &str) {
    let error = decode(bytes, &options()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn files_that_are_no_sound_are_named() {
    check_refused(b"", "an empty file");
    check_refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "found a PNG picture");
    check_refused(b"\xff\xd8\xff\xe0\0\x10JFIF\0", "found a JPEG picture");
    check_refused(b"%PDF-1.7\n", "found a PDF document");
    check_refused(b"PK\x03\x04\x14\0\0\0", "found a ZIP archive");
    check_refused(b"MThd\0\0\0\x06\0\x01", "holds notes but no sound");
    check_refused(b"RIFF\x10\0\0\0WEBPVP8 ", "found a WebP picture");
    check_refused(b"RIFF\x10\0\0\0sfbkLIST", "found a SoundFont");
    check_refused(b"{\"valence\": 0.3, \"arousal\": 0.1}", "found text");
    check_refused(
        "so ein schöner Tag, ja wirklich schön heute".as_bytes(),
        "found text",
    );
    check_refused(&[0; 500], "begins with \"\\x00");
    check_refused(b"Og", "begins with \"Og\"");
}

#[test]
fn a_lying_name_does_not_matter_but_a_lying_header_does() {
    // A picture behind the header of a WAV file is no sound.
    let mut liar = wav(1, 16, 16_000, 0)[..12].to_vec();
    liar.extend(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert!(decode(&liar, &options()).is_err());
    assert!(decode(b"fLaC\x89PNG\r\n\x1a\n", &options()).is_err());
    assert!(
        decode(
            b"OggS\0\x02 and nothing else that would be a page",
            &options()
        )
        .is_err()
    );
}

#[test]
fn what_is_too_long_is_refused_with_the_limit() {
    let options = DecodeOptions {
        max_seconds: 0.5,
        ..options()
    };
    let error = decode(&wav(1, 16, 16_000, 16_000), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sound is longer than 0.5 s; cut it, or allow more"
    );
}

#[test]
fn options_are_checked() {
    for (sample_rate_hz, max_seconds) in [(0, 10.0), (16_000, 0.0), (16_000, f64::NAN)] {
        let options = DecodeOptions {
            sample_rate_hz,
            max_seconds,
        };
        let error = decode(&wav(1, 16, 16_000, 100), &options).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { .. }), "{error}");
    }
}

#[test]
fn a_file_that_was_cut_off_gives_what_is_there_and_says_so() {
    let formats: &[Format] = &[Format::Wav, Format::Flac, Format::Opus];
    for format in formats {
        // Our Opus pages hold a second each, of which only whole ones are read.
        let bytes = encode(&tone(4 * RATE as usize), *format, &Tags::default()).unwrap();
        let sound = decode(&bytes[..bytes.len() / 2], &options()).unwrap();
        let seconds = sound.seconds();
        assert!((0.9..2.6).contains(&seconds), "{format:?}: {seconds} s");
        assert!(
            !sound.notes.is_empty() || *format == Format::Opus,
            "{format:?}"
        );
    }
}

#[test]
fn empty_sound_is_no_error() {
    assert_eq!(decode_mono(&wav(1, 16, 16_000, 0), &options()).unwrap(), []);
}

#[test]
fn blocks_are_bounded_and_their_sum_is_the_whole() {
    let bytes = wav(2, 16, 44_100, 5 * 44_100);
    let whole = decode_mono(&bytes, &options()).unwrap();
    let mut reader = MonoReader::open(Cursor::new(&bytes), &options()).unwrap();
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block().unwrap() {
        assert!((1..16_384).contains(&block.len()), "{}", block.len());
        samples.extend_from_slice(block);
    }
    assert_eq!(samples, whole);
    assert_eq!(reader.seconds(), 5.0);
    assert!(reader.next_block().unwrap().is_none());
}

/// All files of `test_data/tones`.
fn fixtures() -> Vec<Vec<u8>> {
    let folder = format!("{}/test_data/tones", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("tone")
        })
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

proptest! {
    // PROPTEST_CASES=100000 makes a long run of this.
    #[test]
    fn damage_never_panics(
        file in 0_usize..1_000,
        cut in 0.0..1.0_f64,
        flips in proptest::collection::vec((0.0..1.0_f64, any::<u8>(), 0_u8..8), 0..20),
    ) {
        let mut files = fixtures();
        let n_files = files.len();
        let mut bytes = files.swap_remove(file % n_files);
        bytes.truncate((cut.sqrt() * bytes.len() as f64) as usize + 1);
        let n = bytes.len();
        for (place, value, kind) in flips {
            // Headers are short; half of the damage goes there.
            let reach = if kind < 4 { n.min(400) } else { n };
            let place = (place * reach as f64) as usize;
            bytes[place] = match kind % 4 {
                0 => value,
                1 => 0xFF,
                2 => 0,
                _ => bytes[place] ^ (1 << (value % 8)),
            };
        }
        let options = DecodeOptions { max_seconds: 20.0, ..options() };
        if let Ok(samples) = decode_mono(&bytes, &options) {
            prop_assert!(samples.iter().all(|sample| sample.is_finite()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_length_keeps_its_duration(n in 0_usize..20_000, rate in 8_000_u32..48_000) {
        let samples = decode_mono(&wav(1, 16, rate, n), &options()).unwrap();
        prop_assert_eq!(samples.len() as u64, (n as u64 * 16_000).div_ceil(rate.into()));
    }
}

/// A Sun AU file of a header and samples.
fn au(encoding: u32, rate_hz: u32, n_channels: u32, data: &[u8]) -> Vec<u8> {
    let mut file = b".snd".to_vec();
    for word in [28, data.len() as u32, encoding, rate_hz, n_channels] {
        file.extend(word.to_be_bytes());
    }
    file.extend(b"name");
    file.extend(data);
    file
}

/// The tone with one encoding; every sample is encoded by `bytes`.
#[track_caller]
fn check_au<const N: usize>(encoding: u32, bytes: impl Fn(f64) -> [u8; N]) {
    let data: Vec<u8> = sine(16_000, 16_000)
        .into_iter()
        .flat_map(|sample| [bytes(f64::from(sample)), bytes(f64::from(sample))])
        .flatten()
        .collect();
    let sound = decode(&au(encoding, 16_000, 2, &data), &options()).unwrap();
    check_tone(&sound.samples, 1.0, 0.0);
    assert_eq!(sound.notes, []);
}

/// µ-law as ITU-T G.711 (1988), table 2, has it: the logarithm by segments, all bits inverted.
fn mu_law(sample: f64) -> [u8; 1] {
    let magnitude = (sample.abs() * 32_635.0) as u32 + 132;
    let segment = magnitude.ilog2().saturating_sub(7).min(7);
    let step = (magnitude >> (segment + 3)) & 15;
    let sign = if sample < 0.0 { 0x80 } else { 0 };
    [!(sign | (segment << 4) as u8 | step as u8)]
}

/// A-law as ITU-T G.711 (1988), table 1, has it: even bits inverted.
fn a_law(sample: f64) -> [u8; 1] {
    let magnitude = (sample.abs() * 4_095.0) as u32;
    let segment = magnitude.max(1).ilog2().saturating_sub(4).min(7);
    let step = (magnitude >> segment.max(1)) & 15;
    let sign = if sample < 0.0 { 0 } else { 0x80 };
    [(sign | (segment << 4) as u8 | step as u8) ^ 0x55]
}

#[test]
fn sun_au_is_decoded() {
    check_au(1, mu_law);
    check_au(2, |sample| [(sample * 127.0).round() as i8 as u8]);
    check_au(3, |sample| ((sample * 32_767.0) as i16).to_be_bytes());
    check_au(4, |sample| {
        let [_, high, middle, low] = ((sample * 8_388_607.0) as i32).to_be_bytes();
        [high, middle, low]
    });
    check_au(5, |sample| {
        ((sample * 2_147_483_647.0) as i32).to_be_bytes()
    });
    check_au(6, |sample| (sample as f32).to_be_bytes());
    check_au(7, f64::to_be_bytes);
    check_au(27, a_law);
}

#[test]
fn sun_au_of_unknown_length_is_read_to_its_end() {
    let data: Vec<u8> = sine(16_000, 16_000)
        .into_iter()
        .flat_map(|sample| ((sample * 32_767.0) as i16).to_be_bytes())
        .collect();
    let mut file = au(3, 16_000, 1, &data);
    file[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
    check_tone(&decode(&file, &options()).unwrap().samples, 1.0, 0.0);
}

#[test]
fn broken_sun_au_is_refused_or_cut() {
    let refused = |file: &[u8], expected: &str| {
        let error = decode(file, &options()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(b".snd", "cut off");
    refused(&au(23, 8_000, 1, &[0; 100]), "encoding 23");
    refused(&au(3, 0, 1, &[0; 100]), "sample rate");
    refused(&au(3, 8_000, 0, &[0; 100]), "number of channels");
    refused(&au(3, 8_000, 1_000_000, &[0; 100]), "number of channels");
    let mut far = au(3, 8_000, 1, &[0; 100]);
    far[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
    refused(&far, "offset of the samples");
    let mut short = au(3, 16_000, 1, &[0; 32_000]);
    short.truncate(16_000);
    let sound = decode(&short, &options()).unwrap();
    assert!(matches!(sound.notes[..], [Note::Shorter { .. }]));
}

#[test]
fn files_can_be_searched() {
    // Silence, then the tone: from the middle on there is nothing but tone.
    let mut pcm = tone(8 * RATE as usize);
    pcm.left[..4 * RATE as usize].fill(0.0);
    pcm.right[..4 * RATE as usize].fill(0.0);
    for format in Format::ALL {
        let bytes = encode(&pcm, format, &Tags::default()).unwrap();
        let mut reader = MonoReader::open(Cursor::new(&bytes), &options()).unwrap();
        assert_eq!(reader.seek(5.0), Found::Yes, "{format:?}");
        let mut samples = Vec::new();
        while let Some(block) = reader.next_block().unwrap() {
            samples.extend_from_slice(block);
        }
        check_tone(&samples, 3.0, 0.3);
    }
}

#[test]
fn loudness_is_that_of_all_channels() {
    // The same sine on both sides is 3 dB louder than on one side alone (ITU-R BS.1770-4), though
    // mixed to mono it would be 6 dB.
    let both = tone(4 * RATE as usize);
    let mut left = both.clone();
    left.right.fill(0.0);
    let lufs = |pcm: &Pcm, format| {
        let bytes = encode(pcm, format, &Tags::default()).unwrap();
        let mut reader = MonoReader::open(Cursor::new(&bytes), &options()).unwrap();
        reader.measure_loudness().unwrap();
        while reader.next_block().unwrap().is_some() {}
        reader.loudness().unwrap()
    };
    for format in [Format::Wav, Format::Opus] {
        let (both, left) = (lufs(&both, format), lufs(&left, format));
        let difference = both.integrated_lufs.unwrap() - left.integrated_lufs.unwrap();
        assert!((difference - 3.01).abs() < 0.2, "{format:?}: {difference}");
        assert!((both.true_peak_dbtp - 20.0 * 0.4_f64.log10()).abs() < 0.2);
    }
}
