//! Bytes as a picture: refused or read, never a panic, whatever size the header promises.

#![no_main]

use affetto_models::face_emotion::Picture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Picture::from_bytes(bytes);
});
