//! Bytes as a weights file: refused or read, never a panic, whatever the header promises.

#![no_main]

use affetto_models::WeightsFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = WeightsFile::from_bytes(bytes, "fuzzed bytes");
});
