//! Scratch: metrics of MIDI files.
use affetto_music::metrics::Summary;
fn main() {
    let mut files: Vec<_> = std::env::args().skip(1).collect();
    files.sort();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        let Ok(score) = affetto_music::midi::read(&bytes) else {
            continue;
        };
        if score.bar_lines().len() > 3000 {
            continue;
        }
        let s = Summary::of(&score, 0);
        print!("{file}");
        for (_, v) in s.named() {
            print!(",{}", v.map_or(String::new(), |v| format!("{v:.4}")))
        }
        println!();
    }
}
