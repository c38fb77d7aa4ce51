//! Round trips: what was encoded is decoded and compared.

use std::f64::consts::TAU;
use std::io::Cursor;

use ogg::PacketReader;
use proptest::prelude::*;

use super::opus::decoder::OpusDecoder;
use super::*;

const RATE: u32 = 48_000;

/// 440 Hz on the left, 660 Hz on the right, with a swell.
fn chord(n_frames: usize) -> Pcm {
    let tone = |hz: f64| {
        move |frame: usize| {
            let t = frame as f64 / f64::from(RATE);
            (0.4 * (TAU * hz * t).sin() * (1.0 - (-5.0 * t).exp())) as f32
        }
    };
    let channel = |hz| (0..n_frames).map(tone(hz)).collect();
    Pcm {
        sample_rate_hz: RATE,
        left: channel(440.0),
        right: channel(660.0),
    }
}

fn tags() -> Tags {
    Tags {
        title: Some("Sad disco — für Elise".to_owned()),
        artist: Some("Affetto".to_owned()),
        comment: Some("in A minor".to_owned()),
        request: Some("valence -0.6, arousal 0.5".to_owned()),
        seed: Some(42),
        model: Some("symbolic-emotion 1".to_owned()),
        software: Some("affetto 0.1.0".to_owned()),
        date: None,
    }
}

/// Root mean square of a difference, relative to the signal's.
fn error_ratio(expected: &[f32], actual: &[f32]) -> f64 {
    let square = |samples: &mut dyn Iterator<Item = f64>| samples.map(|s| s * s).sum::<f64>();
    let mut differences = expected
        .iter()
        .zip(actual)
        .map(|(a, b)| f64::from(*a) - f64::from(*b));
    let signal = square(&mut expected.iter().map(|s| f64::from(*s)));
    (square(&mut differences) / signal.max(1e-9)).sqrt()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[track_caller]
fn check_tags(bytes: &[u8]) {
    for text in [
        "Sad disco — für Elise",
        "Affetto",
        "in A minor",
        "42",
        "affetto 0.1.0",
    ] {
        assert!(contains(bytes, text), "no \"{text}\"");
    }
    assert!(contains(bytes, "valence -0.6, arousal 0.5") && contains(bytes, "symbolic-emotion 1"));
}

#[test]
fn wav_comes_back() {
    let pcm = chord(10_000);
    let bytes = encode(&pcm, Format::Wav, &tags()).unwrap();
    check_tags(&bytes);
    let mut reader = hound::WavReader::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(
        (reader.spec().sample_rate, reader.spec().channels),
        (RATE, 2)
    );
    let samples: Vec<f32> = reader
        .samples::<i16>()
        .map(|sample| f32::from(sample.unwrap()) / 32_767.0)
        .collect();
    assert_eq!(samples.len(), 20_000);
    assert!(error_ratio(&pcm.interleaved(), &samples) < 2e-4);
    let riff = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    assert_eq!(riff + 8, bytes.len());
}

#[test]
fn flac_comes_back() {
    let pcm = chord(10_000);
    let bytes = encode(&pcm, Format::Flac, &tags()).unwrap();
    check_tags(&bytes);
    let mut reader = claxon::FlacReader::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(reader.streaminfo().sample_rate, RATE);
    assert_eq!(
        reader.get_tag("TITLE").next(),
        Some("Sad disco — für Elise")
    );
    assert_eq!(reader.get_tag("SEED").next(), Some("42"));
    let samples: Vec<i16> = reader
        .samples()
        .map(|sample| i16::try_from(sample.unwrap()).unwrap())
        .collect();
    assert_eq!(samples, to_i16(&pcm, 1.0));
}

#[cfg(feature = "mp3")]
#[test]
fn mp3_is_a_chain_of_frames_behind_its_tag() {
    let pcm = chord(48_000);
    let bytes = encode(&pcm, Format::Mp3, &tags()).unwrap();
    check_tags(&bytes);
    assert_eq!(&bytes[..3], b"ID3");
    let tag = bytes[6..10]
        .iter()
        .fold(0, |size, byte| size << 7 | usize::from(*byte));
    // MPEG-1 layer III at 192 kbit/s and 48 kHz: every frame has 576 bytes.
    let frames = &bytes[10 + tag..];
    assert_eq!(frames.len() % 576, 0);
    assert!(
        frames
            .chunks(576)
            .all(|frame| frame[0] == 0xFF && frame[1] & 0xFE == 0xFA)
    );
    assert!(
        (42..=45).contains(&(frames.len() / 576)),
        "{}",
        frames.len() / 576
    );
}

#[cfg(feature = "mp3")]
#[test]
fn mp3_streams_the_same_whatever_the_blocks() {
    let pcm = chord(9_600);
    let stream = |block: usize| {
        let mut stream = Mp3Stream::new(RATE, 128).unwrap();
        let mut out = Vec::new();
        for (left, right) in pcm.left.chunks(block).zip(pcm.right.chunks(block)) {
            out.extend(stream.push(left, right).unwrap());
        }
        out.extend(stream.finish().unwrap());
        out
    };
    assert_eq!(stream(960), stream(9_600));
    let error = Mp3Stream::new(RATE, 100).unwrap_err().to_string();
    assert!(
        error.starts_with("MP3 bit rate in kbit/s must be one of 32, 40"),
        "{error}"
    );
}

/// Decodes an Ogg-Opus file as RFC 7845 asks for; interleaved.
fn decode_opus(bytes: &[u8]) -> (Vec<u8>, Vec<f32>) {
    let mut reader = PacketReader::new(Cursor::new(bytes));
    let head = reader.read_packet().unwrap().unwrap().data;
    assert_eq!(&head[..8], b"OpusHead");
    let pre_skip = usize::from(u16::from_le_bytes([head[10], head[11]]));
    let tags = reader.read_packet().unwrap().unwrap().data;
    let mut decoder = OpusDecoder::new();
    let mut pcm = Vec::new();
    let mut end = 0;
    while let Some(packet) = reader.read_packet().unwrap() {
        pcm.extend(decoder.decode(&packet.data));
        end = packet.absgp_page() as usize;
    }
    pcm.truncate(2 * end);
    pcm.drain(..2 * pre_skip);
    (tags, pcm)
}

#[test]
fn opus_comes_back_at_the_same_length() {
    for n_frames in [1, 959, 960, 48_000] {
        let pcm = chord(n_frames);
        let (tags, decoded) = decode_opus(&encode(&pcm, Format::Opus, &tags()).unwrap());
        check_tags(&tags);
        assert_eq!(decoded.len(), 2 * n_frames);
        if n_frames == 48_000 {
            let ratio = error_ratio(&pcm.interleaved(), &decoded);
            assert!(ratio < 0.1, "{ratio}");
        }
    }
}

#[test]
fn opus_wants_48_khz_and_20_ms() {
    let mut pcm = chord(960);
    pcm.sample_rate_hz = 44_100;
    let error = encode(&pcm, Format::Opus, &Tags::default())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "sample rate in Hz must be 48000 for Opus, but was 44100"
    );
    let mut stream = OpusStream::new(OpusSettings::default()).unwrap();
    let error = stream
        .encode(&[0.0; 100], &[0.0; 100])
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "Opus block in frames must be between 960 and 960, but was 100"
    );
}

#[test]
fn an_endless_opus_stream_can_be_joined_late() {
    let pcm = chord(48_000);
    let mut stream = OpusStream::new(OpusSettings::default()).unwrap();
    let mut muxer = OggOpusMuxer::new(stream.pre_skip(), 5, &tags()).unwrap();
    let mut late = muxer.headers().to_vec();
    let mut pages = 0;
    for (left, right) in pcm.left.chunks(960).zip(pcm.right.chunks(960)) {
        let page = muxer.push(stream.encode(left, right).unwrap()).unwrap();
        pages += usize::from(!page.is_empty());
        if pages > 4 {
            late.extend(page);
        }
    }
    assert_eq!(pages, 10);
    let mut reader = PacketReader::new(Cursor::new(&late));
    let mut decoder = OpusDecoder::new();
    let mut n_frames = 0;
    while let Some(packet) = reader.read_packet().unwrap() {
        if !packet.data.starts_with(b"Opus") {
            n_frames += decoder.decode(&packet.data).len() / 2;
        }
    }
    assert_eq!(n_frames, 6 * 5 * 960);
}

#[test]
fn the_same_sound_gives_the_same_bytes() {
    let pcm = chord(5_000);
    for format in Format::ALL {
        if cfg!(feature = "mp3") || format != Format::Mp3 {
            let bytes = || encode(&pcm, format, &tags()).unwrap();
            assert_eq!(bytes(), bytes(), "{format:?}");
        }
    }
}

#[test]
fn nothing_and_what_is_no_number_can_be_encoded() {
    let bad = [f32::NAN, f32::INFINITY, -1e30, 7.0].repeat(300);
    let bad = Pcm {
        sample_rate_hz: RATE,
        left: bad.clone(),
        right: bad,
    };
    for pcm in [Pcm::silence(RATE, 0), bad] {
        for format in Format::ALL {
            if cfg!(feature = "mp3") || format != Format::Mp3 {
                encode(&pcm, format, &Tags::default()).unwrap();
            }
        }
    }
}

#[track_caller]
fn check_icy(title: &str, expected: &str) {
    let block = icy_block(Some(title));
    assert_eq!(block.len(), 1 + 16 * usize::from(block[0]));
    let text = String::from_utf8(block[1..].to_vec()).unwrap();
    assert_eq!(text.trim_end_matches('\0'), expected);
}

#[test]
fn icy_titles_are_quoted() {
    check_icy("Am F C G", "StreamTitle='Am F C G';");
    check_icy("Don't stop; now", "StreamTitle='Don’t stop, now';");
    check_icy("", "StreamTitle='';");
    assert_eq!(icy_block(None), [0]);
    assert_eq!(icy_block(Some(&"é".repeat(5000)))[0], 255);
}

proptest! {
    #[test]
    fn icy_blocks_can_be_taken_out_again(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..20),
        interval in 1_usize..40,
    ) {
        let mut interleaver = IcyInterleaver::new(interval);
        interleaver.set_title("Blue");
        let sent: Vec<u8> = pieces.iter().flat_map(|piece| interleaver.push(piece)).collect();
        let mut heard: Vec<u8> = Vec::new();
        let mut rest = &sent[..];
        while rest.len() > interval {
            heard.extend(&rest[..interval]);
            let block = 1 + 16 * usize::from(rest[interval]);
            rest = &rest[interval + block..];
        }
        heard.extend(rest);
        prop_assert_eq!(heard, pieces.concat());
    }
}
