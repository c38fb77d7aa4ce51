//! Bytes as a sound file of any kind: what is decoded is bounded, in range, and the same in blocks.

#![no_main]

use std::io::Cursor;

use affetto_audio::decode::{DecodeOptions, MonoReader, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = DecodeOptions { max_seconds: 20.0, ..DecodeOptions::default() };
    let Ok(sound) = decode(bytes, &options) else { return };
    assert!(sound.seconds() <= options.max_seconds);
    assert!(sound.samples.iter().all(|sample| sample.is_finite()));
    for note in &sound.notes {
        assert!(!note.to_string().is_empty());
    }
    let mut reader = MonoReader::open(Cursor::new(bytes), &options).expect("it opened before");
    let mut n_samples = 0;
    while let Some(block) = reader.next_block().expect("it was decoded before") {
        assert!(!block.is_empty());
        n_samples += block.len();
    }
    assert_eq!(n_samples, sound.samples.len());
});
