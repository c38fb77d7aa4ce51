//! Prints the descriptors of sound files as CSV, and how long that took to the terminal:
//! `cargo run --release -p affetto-analysis --example describe -- [--quick] FILE…`.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]
#![expect(clippy::print_stderr, reason = "an example talks to the terminal")]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;

use affetto_analysis::song::{DESCRIPTOR_NAMES, Depth, Listener};

fn main() -> Result<(), Box<dyn Error>> {
    let mut depth = Depth::Full;
    let mut listener = Listener::new()?;
    let (mut n_songs, mut seconds) = (0_u32, 0.0);
    println!("file,{}", DESCRIPTOR_NAMES.join(","));
    for path in std::env::args().skip(1) {
        if path == "--quick" {
            depth = Depth::Quick;
            continue;
        }
        match listener.listen(BufReader::new(File::open(&path)?), depth) {
            Ok(heard) => {
                let values = heard.features.descriptors.as_slice();
                let texts: Vec<String> = values.iter().map(f32::to_string).collect();
                println!("{path},{}", texts.join(","));
                n_songs += 1;
                seconds += heard.seconds;
            }
            Err(error) => eprintln!("{path}: {error}"),
        }
    }
    if let (Some(spent), true) = (processor_seconds(), n_songs > 0) {
        let each = spent / f64::from(n_songs);
        eprintln!(
            "{n_songs} songs, {seconds:.0} s of sound: {spent:.2} s of processor time, {each:.3} s each"
        );
    }
    Ok(())
}

/// Processor time of this program, in user and system mode, where the system tells it: fields 14
/// and 15 of `/proc/self/stat` (proc(5)), in hundredths of a second.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11);
    let mut next = || times.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / 100.0)
}
