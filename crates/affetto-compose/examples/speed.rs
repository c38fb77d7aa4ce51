//! Measures composing: seconds of music a second, on one core, with a listener that takes half a
//! millisecond for each candidate.
//!
//! `cargo run --release -p affetto-compose --example speed`
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use affetto_affect::Affect;
use affetto_compose::{Genre, Length, Listener, Request, compose};
use affetto_music::Score;

struct SlowEars;

impl Listener for SlowEars {
    fn hear(&self, score: &Score) -> Affect {
        let begin = Instant::now();
        let notes = score.pitched_notes().count();
        while begin.elapsed() < Duration::from_micros(500) {
            std::hint::spin_loop();
        }
        Affect::clamped(0.0, notes as f64 / 400.0 - 1.0)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for candidates in [1, 4, 8] {
        let (mut music, mut work) = (0.0, Duration::ZERO);
        for &genre in Genre::ALL {
            let mut request = Request::new(Affect::clamped(0.3, 0.6));
            (request.genre, request.candidates, request.length) =
                (genre, candidates, Length::Bars(64));
            let begin = Instant::now();
            let piece = compose(&request, Some(Arc::new(SlowEars)))?;
            work += begin.elapsed();
            music += piece.performed.duration_seconds();
        }
        println!(
            "N = {candidates}: {:.0} x real time",
            music / work.as_secs_f64()
        );
    }
    Ok(())
}
