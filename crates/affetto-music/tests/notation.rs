//! The plain-text notation: read, printed, and both inverse.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use affetto_music::{Note, Role, Score, Track, notation};
use proptest::collection::vec;
use proptest::prelude::*;

/// Reads a score and lists its notes as `onset+duration pitch`, a track a line.
#[track_caller]
fn check(text: &str, expected: &str) {
    let score = notation::parse(text).unwrap();
    let lines: Vec<String> = score
        .tracks
        .iter()
        .map(|track| {
            let note = |n: &Note| format!("{}+{} {}", n.onset, n.duration, n.pitch);
            track.notes.iter().map(note).collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_eq!(lines.join("; "), expected);
    assert_eq!(notation::parse(&notation::print(&score)).unwrap(), score);
}

#[test]
fn notes() {
    check("C4:q E4:q G4:h", "0+480 60, 480+480 64, 960+960 67");
    check(
        "c4 F#4 Gb4 B#3 Cb4 C-1:e G9",
        "0+480 60, 480+480 66, 960+480 66, 1440+480 60, 1920+480 59, 2400+240 0, 2640+240 127",
    );
}

#[test]
fn durations() {
    check("C4:w", "0+1920 60");
    check(
        "C4:q. C4:e3 C4:h+e C4:37",
        "0+720 60, 720+160 60, 880+1200 60, 2080+37 60",
    );
}

#[test]
fn rests_chords_and_ties() {
    check("r:q [C4 E4]:q", "480+480 60, 480+480 64");
    check("C4:w~ | C4:h r:h", "0+2880 60");
    check("[C4 E4]:h~ [C4 F4]:h", "0+1920 60, 0+960 64, 960+960 65");
    check("C4:h C4:h", "0+960 60, 960+960 60");
}

#[test]
fn parts() {
    check(
        "melody = C5:h; bass(33) = C2:w; melody = r:q G4:q",
        "0+960 72, 480+480 67; 0+1920 36",
    );
    check(
        "drums = kick:e hat snare 81",
        "0+240 36, 240+240 42, 480+240 38, 720+240 81",
    );
}

#[test]
fn velocity() {
    let score = notation::parse("C4:q@33 D4:q").unwrap();
    assert_eq!(score.tracks[0].notes[0].velocity, 33);
    assert_eq!(score.tracks[0].notes[1].velocity, 80);
}

/// Checks how a text is refused.
#[track_caller]
fn refused(text: &str, expected: &str) {
    let message = notation::parse(text).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
}

#[test]
fn refusals() {
    refused("H4:q", "cannot read note \"H4:q\"");
    refused("C4:x", "cannot read duration \"x\"");
    refused("C4:0", "cannot read duration \"0\"");
    refused("C4:q@0", "cannot read velocity");
    refused("C10:q", "cannot read note");
    refused("[C4 E4:q", "cannot read note");
    refused("C4:q | D4:q", "cannot read bar \"melody at tick 480\"");
    refused("banjo = C4:q", "cannot read part name \"banjo\"");
    refused(
        "tempo = 4000",
        "tempo in bpm must be between 10 and 400, but was 4000",
    );
    refused("meter = 3/5", "cannot read meter");
    refused("harmony = Xm:q", "cannot read chord");
    refused("C4:999999999", "cannot read duration");
}

#[test]
fn prints_as_people_write() {
    let text = "\
tempo = 96
meter = 3/4
key = A minor
harmony = Am:h. | E7/G#:h.
melody = A4:q C5:e. B4:s A4:q~ | A4:q [D4 G#4]:h@60
melody = E4:h. | r:h.
drums = kick:q snare:q hat:e3 hat:e3 hat:e3 | kick:h.";
    let score = notation::parse(text).unwrap();
    assert_eq!(
        notation::print(&score),
        text.replace("E7/G#", "E7/Ab").replace("G#4", "Ab4")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn print_then_parse_is_the_identity(
        melody in vec((0..64_u32, 1..40_u32, 0..128_u8, 1..128_u8), 0..30),
        drums in vec((0..10_000_u32, 1..2_000_u32, 0..128_u8, 1..128_u8), 0..30),
    ) {
        let mut score = Score::default();
        for (notes, unit, role, channel) in [(melody, 80, Role::Melody, 0), (drums, 1, Role::Drums, 9)] {
            let mut track = Track::new(role.name(), role, 0, channel);
            track.notes.extend(notes.into_iter().map(|(onset, duration, pitch, velocity)| Note {
                onset: onset * unit, duration: duration * unit, pitch, velocity,
            }));
            track.cut_overlaps();
            score.tracks.push(track);
        }
        score.close();
        prop_assert_eq!(notation::parse(&notation::print(&score)).unwrap(), score);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[A-Hr0-9:.~|@+\\[\\]= ;()qweh-]{0,60}", any in ".{0,60}") {
        drop(notation::parse(&text));
        drop(notation::parse(&any));
    }
}
