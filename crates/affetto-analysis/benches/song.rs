//! A song of 210 s: the whole analysis, and its parts. `cargo bench -p affetto-analysis`.
//!
//! Goals on one core: 1 s for the whole, 0.33 s for the quick one.

use std::io::Cursor;
use std::sync::LazyLock;

use affetto_analysis::fingerprint::Fingerprint;
use affetto_analysis::song::{Depth, Listener, SAMPLE_RATE_HZ, SongAnalyzer};
use affetto_audio::Pcm;
use affetto_audio::decode::{DecodeOptions, MonoReader};
use affetto_audio::encode::{Format, Tags, encode};
use divan::Bencher;

const SECONDS: f64 = 210.0;

/// Chords with strokes of noise, left and right different.
static SONG: LazyLock<Pcm> = LazyLock::new(|| {
    let mut state = 1_u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let n = (SECONDS * 44_100.0) as usize;
    let mut song = Pcm::silence(44_100, n);
    for i in 0..n {
        let t = i as f32 / 44_100.0;
        let since = t % 0.5;
        let root = [0.0, -4.0, 3.0, -2.0][(t / 2.0) as usize % 4];
        let mut sample = 0.3 * (-30.0 * since).exp() * noise();
        for pitch in [0.0, 3.0, 7.0, 12.0] {
            let hz = 220.0 * 2_f32.powf((root + pitch) / 12.0);
            let phase = std::f32::consts::TAU * (hz * t).fract();
            sample += 0.1 * (-2.0 * since).exp() * (phase.sin() + 0.4 * (3.0 * phase).sin());
        }
        song.left[i] = sample;
        song.right[i] = 0.7 * sample + 0.02 * noise();
    }
    song
});

static MP3: LazyLock<Vec<u8>> =
    LazyLock::new(|| encode(&SONG, Format::Mp3, &Tags::default()).expect("an MP3"));

static SAMPLES: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let mono: Vec<f32> = SONG.frames().map(|[l, r]| 0.5 * (l + r)).collect();
    affetto_audio::resample::resample(&mono, 44_100, SAMPLE_RATE_HZ).expect("samples")
});

fn main() {
    divan::main();
}

fn listen(bencher: Bencher<'_, '_>, depth: Depth) {
    let mut listener = Listener::new().expect("a listener");
    LazyLock::force(&MP3);
    bencher.bench_local(|| {
        listener
            .listen(Cursor::new(&MP3[..]), depth)
            .expect("a song")
    });
}

#[divan::bench(sample_count = 5)]
fn full_mp3_of_210_s(bencher: Bencher<'_, '_>) {
    listen(bencher, Depth::Full);
}

#[divan::bench(sample_count = 5)]
fn quick_mp3_of_210_s(bencher: Bencher<'_, '_>) {
    listen(bencher, Depth::Quick);
}

fn decode(bencher: Bencher<'_, '_>, sample_rate_hz: u32, prepare: fn(&mut MonoReader<'_>)) {
    LazyLock::force(&MP3);
    let options = DecodeOptions {
        sample_rate_hz,
        ..DecodeOptions::default()
    };
    bencher.bench_local(|| {
        let mut reader = MonoReader::open(Cursor::new(&MP3[..]), &options).expect("a reader");
        prepare(&mut reader);
        let mut n = 0;
        while let Some(block) = reader.next_block().expect("a block") {
            n += block.len();
        }
        n
    });
}

#[divan::bench(sample_count = 5)]
fn decode_only(bencher: Bencher<'_, '_>) {
    decode(bencher, 44_100, |_| ());
}

#[divan::bench(sample_count = 5)]
fn decode_and_resample(bencher: Bencher<'_, '_>) {
    decode(bencher, SAMPLE_RATE_HZ, |_| ());
}

#[divan::bench(sample_count = 5)]
fn decode_resample_and_loudness(bencher: Bencher<'_, '_>) {
    decode(bencher, SAMPLE_RATE_HZ, |reader| {
        reader.measure_loudness().expect("a meter");
    });
}

#[divan::bench(sample_count = 5)]
fn features(bencher: Bencher<'_, '_>) {
    let mut analyzer = SongAnalyzer::new().expect("an analyzer");
    LazyLock::force(&SAMPLES);
    bencher.bench_local(|| analyzer.analyze(&SAMPLES).expect("features"));
}

#[divan::bench(sample_count = 5)]
fn fingerprint_of_120_s(bencher: Bencher<'_, '_>) {
    LazyLock::force(&SAMPLES);
    bencher.bench_local(|| Fingerprint::of(&SAMPLES, SAMPLE_RATE_HZ).expect("a fingerprint"));
}
