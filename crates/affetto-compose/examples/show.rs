//! Prints a piece so that a musician can read it: bar by bar section, chords and the notes of each
//! part with their lengths in sixteenths.
//!
//! `cargo run -p affetto-compose --example show -- GENRE TEXTURE VALENCE AROUSAL BARS SEED`
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use affetto_affect::Affect;
use affetto_compose::{Bar, Composer, Length, Request, roman};
use affetto_music::{PitchClass, Role};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg =
        |index: usize, default: &str| args.get(index).map_or(default.to_owned(), Clone::clone);
    let mut request = Request::new(Affect::new(arg(2, "0.6").parse()?, arg(3, "0.4").parse()?)?);
    request.genre = arg(0, "pop").parse()?;
    request.texture = arg(1, "band").parse()?;
    request.length = Length::Bars(arg(4, "16").parse()?);
    request.seed = arg(5, "1").parse()?;
    let mut composer = Composer::new(request, None)?;
    while !composer.is_over() {
        print(&composer.next_bar());
    }
    Ok(())
}

fn print(bar: &Bar) {
    let plan = &bar.plan;
    let chords: Vec<String> = plan
        .chords
        .iter()
        .map(|span| format!("{}={}", span.chord, roman(span.chord, plan.key)))
        .collect();
    println!(
        "{:3} {}{}/{} {} {:?} {:.0} bpm  {}  {:?} {:?} pass {}",
        plan.index,
        plan.section,
        plan.phrase_bar + 1,
        plan.phrase_bars,
        plan.key,
        plan.scale,
        plan.bpm.get(),
        chords.join(" "),
        plan.cadence,
        plan.theme,
        plan.tune.pass,
    );
    for part in &bar.parts {
        if part.role == Role::Drums {
            println!("      drums     {} hits", part.notes.len());
            continue;
        }
        let mut end = 0;
        let mut text = Vec::new();
        for note in &part.notes {
            if note.onset > end {
                text.push(format!("-:{}", (note.onset - end) / 120));
            }
            let octave = note.pitch / 12 - 1;
            text.push(format!(
                "{}{octave}:{}",
                PitchClass::new(note.pitch),
                note.duration / 120
            ));
            end = end.max(note.onset + note.duration);
        }
        println!("      {:9} {}", part.role.name(), text.join(" "));
    }
}
