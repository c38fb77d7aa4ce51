//! What a live station plays: scheduled notes → synthesizer → gain → limiter → fade.

mod ramp;
mod synth;

#[cfg(test)]
mod tests;

pub use synth::{LiveEvent, LiveSettings, LiveSynth};
