//! Writes pieces as MIDI files, whole and one role each, to measure levels with
//! `scripts/levels.py`.
//!
//! `cargo run -p affetto-compose --example stems -- FOLDER BARS`
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::path::Path;

use affetto_affect::Affect;
use affetto_compose::{Genre, Length, Request, Texture, compose};
use affetto_music::Score;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let folder = args.first().map_or(".", String::as_str);
    let bars = args.get(1).map_or("16", String::as_str).parse()?;
    std::fs::create_dir_all(folder)?;
    for &genre in Genre::ALL {
        for (mood, valence, arousal) in [
            ("joy", 0.7, 0.7),
            ("anger", -0.7, 0.7),
            ("sad", -0.7, -0.6),
            ("calm", 0.7, -0.6),
        ] {
            for seed in 0..2 {
                let mut request = Request::new(Affect::new(valence, arousal)?);
                (request.genre, request.texture, request.seed) = (genre, Texture::Band, seed);
                request.length = Length::Bars(bars);
                let piece = compose(&request, None)?;
                let name = format!("{}_{mood}_{seed}", genre.name());
                write(folder, &name, "all", &piece.performed)?;
                for track in &piece.performed.tracks {
                    let stem = Score {
                        tracks: vec![track.clone()],
                        ..piece.performed.clone()
                    };
                    write(folder, &name, track.role.name(), &stem)?;
                    println!(
                        "{name} {} {} {} {}",
                        track.role.name(),
                        track.program,
                        track.volume,
                        track.name
                    );
                }
            }
        }
    }
    Ok(())
}

fn write(
    folder: &str,
    name: &str,
    stem: &str,
    score: &Score,
) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = affetto_music::midi::write(score);
    std::fs::write(Path::new(folder).join(format!("{name}.{stem}.mid")), bytes)?;
    Ok(())
}
