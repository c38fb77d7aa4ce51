//! Writes pieces as MIDI files for measuring: genres × five moods × seeds.
//!
//! `cargo run --release -p affetto-compose --example batch -- DIR TEXTURE SEEDS [written|performed]`

use std::path::PathBuf;

use affetto_affect::Affect;
use affetto_compose::{Genre, Length, Request, Texture, compose};

const MOODS: [(f64, f64); 5] = [
    (0.7, 0.7),
    (-0.7, 0.7),
    (-0.7, -0.7),
    (0.7, -0.7),
    (0.0, 0.0),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg =
        |index: usize, default: &str| args.get(index).map_or(default.to_owned(), Clone::clone);
    let dir = PathBuf::from(arg(0, "pieces"));
    let texture: Texture = arg(1, "band").parse()?;
    std::fs::create_dir_all(&dir)?;
    for &genre in Genre::ALL {
        for (mood, (valence, arousal)) in (1..).zip(MOODS) {
            for seed in 0..arg(2, "4").parse()? {
                let mut request = Request::new(Affect::new(valence, arousal)?);
                (request.genre, request.texture, request.seed) = (genre, texture, seed);
                request.length = Length::Bars(32);
                let piece = compose(&request, None)?;
                let score = if arg(3, "performed") == "written" {
                    &piece.score
                } else {
                    &piece.performed
                };
                let bytes = affetto_music::midi::write(score);
                std::fs::write(
                    dir.join(format!("{}_Q{mood}_{seed}.mid", genre.name())),
                    bytes,
                )?;
            }
        }
    }
    Ok(())
}
