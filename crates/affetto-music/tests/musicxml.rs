//! MusicXML: measures add up in every voice whatever the notes, and small pieces look as expected.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use affetto_music::musicxml::{self, Layout};
use affetto_music::{Meter, MeterChange, Note, Role, Score, Section, Track, notation};
use proptest::collection::vec;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

/// One `<note>`, `<backup>` or the start of a measure, as far as the tests look at it.
#[derive(Debug, Default, Clone)]
struct Element {
    name: String,
    is_chord: bool,
    is_rest: bool,
    duration: u32,
    voice: String,
    text: String,
}

/// Reads a document as a flat list of its measures' contents.
fn elements(document: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(document);
    let (mut list, mut open): (Vec<Element>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                if matches!(name.as_str(), "measure" | "note" | "backup" | "part") {
                    list.push(Element {
                        name: name.clone(),
                        ..Element::default()
                    });
                }
                if name == "rest" {
                    list.last_mut().unwrap().is_rest = true;
                }
                open.push(name);
            }
            Event::Empty(empty) => {
                let Some(last) = list.last_mut() else {
                    continue;
                };
                last.is_chord |= empty.name().as_ref() == "chord";
                last.is_rest |= empty.name().as_ref() == "rest";
                if empty.name().as_ref() == "tie" {
                    last.text += "~";
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let text = text.to_string();
                let (Some(last), Some(name)) = (list.last_mut(), open.last()) else {
                    continue;
                };
                match name.as_str() {
                    "duration" => last.duration = text.parse().unwrap(),
                    "voice" => last.voice = text,
                    "step" | "octave" | "type" => last.text += &text,
                    "alter" => last.text += if text == "1" { "#" } else { "b" },
                    _ => {}
                }
            }
            Event::Eof => return list,
            _ => {}
        }
    }
}

/// Checks that every voice of every measure fills the measure; gives the number of measures.
#[track_caller]
fn check_full(document: &str, measure: impl Fn(usize) -> u32) -> usize {
    let (mut number, mut count) = (0, 0);
    let mut sums: Vec<(String, u32)> = Vec::new();
    let mut now = 0_u32;
    let end = Element {
        name: "measure".to_owned(),
        ..Element::default()
    };
    for element in elements(document).into_iter().chain([end]) {
        match element.name.as_str() {
            "part" | "measure" => {
                for (voice, sum) in sums.drain(..) {
                    assert_eq!(sum, measure(number - 1), "measure {number} voice {voice}");
                }
                let is_part = element.name == "part";
                (number, now) = (if is_part { 0 } else { number + 1 }, 0);
                count += usize::from(!is_part);
            }
            "backup" => {
                now = now.checked_sub(element.duration).unwrap();
                assert_eq!(now, 0);
            }
            _ if element.is_chord => {}
            _ => {
                now += element.duration;
                match sums.last_mut().filter(|(voice, _)| *voice == element.voice) {
                    Some((_, sum)) => *sum += element.duration,
                    None => sums.push((element.voice, element.duration)),
                }
            }
        }
    }
    count - 1
}

/// Writes a piece in the notation and lists its notes: `type` letters as in the document.
#[track_caller]
fn check(text: &str, layout: Layout, expected: &str) {
    let score = notation::parse(text).unwrap();
    let document = musicxml::write(&score, layout).unwrap();
    let words: Vec<String> = elements(&document)
        .into_iter()
        .filter(|element| matches!(element.name.as_str(), "note" | "measure"))
        .skip(1)
        .map(|element| match element.name.as_str() {
            "measure" => "|".to_owned(),
            _ if element.is_rest => format!("r{}", element.text),
            _ if element.is_chord => format!("+{}", element.text),
            _ => element.text,
        })
        .collect();
    assert_eq!(words.join(" "), expected);
}

#[test]
fn notes_and_rests() {
    check(
        "C4:q r:q F#4:h",
        Layout::FullScore,
        "C4quarter rquarter F#4half",
    );
    check(
        "C4:q. D4:e r:h",
        Layout::FullScore,
        "C4quarter D4eighth rhalf",
    );
}

#[test]
fn ties_over_bar_lines_and_odd_lengths() {
    check(
        "r:h. C4:h r:h.",
        Layout::FullScore,
        "rhalf rquarter C4~quarter | C4~quarter rquarter rhalf",
    );
    check(
        "C4:h+e r:q.",
        Layout::FullScore,
        "C4~half C4~eighth reighth rquarter",
    );
}

#[test]
fn triplets() {
    check(
        "C4:e3 D4:e3 E4:e3 r:h.",
        Layout::FullScore,
        "C4eighth D4eighth E4eighth rquarter rhalf",
    );
    let score = notation::parse("C4:e3 D4:e3 E4:e3").unwrap();
    let document = musicxml::write(&score, Layout::FullScore).unwrap();
    assert_eq!(document.matches("<tuplet type=\"start\"").count(), 1);
    assert_eq!(document.matches("<tuplet type=\"stop\"").count(), 1);
}

#[test]
fn detached_notes_are_written_as_sixteenths() {
    check(
        "C4:60 r:60 D4:60 E4:60 r:h.",
        Layout::FullScore,
        "C416th D432nd E432nd reighth rquarter rhalf",
    );
}

#[test]
fn chords_and_voices() {
    check("[C4 E4]:h G4:h", Layout::FullScore, "C4half +E4half G4half");
    check(
        "melody(40) = G5:w; melody(40) = C5:h D5:h",
        Layout::FullScore,
        "G5whole C5half D5half",
    );
}

#[test]
fn piano_has_two_staves() {
    let score = notation::parse("chords = [C3 E3 G3 C5]:w").unwrap();
    let document = musicxml::write(&score, Layout::FullScore).unwrap();
    assert!(document.contains("<staves>2</staves>"));
    assert_eq!(document.matches("<staff>1</staff>").count(), 1);
    assert_eq!(document.matches("<staff>2</staff>").count(), 3);
    check_full(&document, |_| 96);
}

#[test]
fn lead_sheet_is_the_top_line_with_chords() {
    let text = "key = Dm; harmony = Dm:h A7/C#:h; other = [D4 F4 A4]:h C#5:h; bass = D2:w";
    check(text, Layout::LeadSheet, "A4half C#5half");
    let document = musicxml::write(&notation::parse(text).unwrap(), Layout::LeadSheet).unwrap();
    let start = document.find("   <harmony>").unwrap();
    let end = document.rfind("</harmony>").unwrap() + "</harmony>".len();
    let harmony: String = document[start..end]
        .lines()
        .filter(|l| {
            l.contains("harmony")
                || l.contains("kind")
                || l.contains("root-")
                || l.contains("bass-")
        })
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("");
    assert_eq!(
        harmony,
        "<harmony><root-step>D</root-step><kind text=\"m\">minor</kind></harmony>\
         <harmony><root-step>A</root-step><kind text=\"7\">dominant</kind>\
         <bass-step>C</bass-step><bass-alter>1</bass-alter></harmony>"
    );
}

#[test]
fn drums_are_unpitched() {
    let score = notation::parse("drums = [kick hat]:q hat:q [snare hat]:q hat:q").unwrap();
    let document = musicxml::write(&score, Layout::FullScore).unwrap();
    assert_eq!(document.matches("<unpitched>").count(), 6);
    assert_eq!(document.matches("<score-instrument").count(), 3);
    assert!(document.contains("<midi-unpitched>43</midi-unpitched>"));
    assert_eq!(document.matches("<notehead>x</notehead>").count(), 4);
    check_full(&document, |_| 96);
}

#[test]
fn accidentals_hold_until_the_bar_line() {
    let score = notation::parse("key = G; F4:q F#4:q F4:q F4:q | F#4:w").unwrap();
    let document = musicxml::write(&score, Layout::FullScore).unwrap();
    let accidentals: Vec<&str> = document
        .lines()
        .filter_map(|line| line.trim().strip_prefix("<accidental>"))
        .collect();
    assert_eq!(
        accidentals,
        [
            "natural</accidental>",
            "sharp</accidental>",
            "natural</accidental>"
        ]
    );
}

#[test]
fn marks_stand_once() {
    let mut score =
        notation::parse("tempo = 96.5; melody = C4:w | D4:w; bass = C2:w D2:w").unwrap();
    score.sections.push(Section {
        tick: 1920,
        name: "B & <C>".to_owned(),
    });
    score.title = Some("A\u{1}B".to_owned());
    let document = musicxml::write(&score, Layout::FullScore).unwrap();
    assert_eq!(document.matches("<sound tempo=\"96.5\"/>").count(), 1);
    assert_eq!(
        document
            .matches("<rehearsal>B &amp; &lt;C&gt;</rehearsal>")
            .count(),
        1
    );
    assert!(document.contains("<work-title>AB</work-title>"));
}

#[test]
fn empty_score_is_a_measure_of_rest() {
    check("", Layout::FullScore, "r");
    check("", Layout::LeadSheet, "r");
}

#[test]
fn refusals() {
    let mut score = notation::parse("C4:w").unwrap();
    score.length = u32::MAX;
    let message = musicxml::write(&score, Layout::FullScore)
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("measures for MusicXML must be between 1 and 8192"),
        "{message}"
    );
    let meter = Meter {
        numerator: 0,
        denominator: 4,
    };
    score.meters.push(MeterChange { tick: 0, meter });
    let message = musicxml::write(&score, Layout::FullScore)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "beats in a bar must be between 1 and 32, but was 0"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_voice_of_every_measure_is_full(
        notes in vec((0..20_000_u32, 1..4_000_u32, 0..128_u8, 1..128_u8, 0..3_usize), 0..80),
        meter in (1..13_u8, 0..5_u32),
        resolution in prop::sample::select(vec![480_u32, 96, 1024, 7]),
        program in 0..128_u8,
    ) {
        let meter = Meter { numerator: meter.0, denominator: 1 << meter.1 };
        let mut score = Score { ticks_per_quarter: resolution, ..Score::default() };
        score.meters.push(MeterChange { tick: 0, meter });
        score.tracks.push(Track::new("A", Role::Other, program, 0));
        score.tracks.push(Track::new("B", Role::Drums, 0, 9));
        score.tracks.push(Track::new("C", Role::Melody, 40, 1));
        for (onset, duration, pitch, velocity, track) in notes {
            score.tracks[track].notes.push(Note { onset, duration, pitch, velocity });
        }
        score.close();
        for layout in [Layout::FullScore, Layout::LeadSheet] {
            match musicxml::write(&score, layout) {
                Ok(document) => {
                    check_full(&document, |_| meter.bar_ticks(24));
                }
                Err(error) => prop_assert!(error.to_string().contains("measures"), "{}", error),
            }
        }
    }
}

#[test]
fn a_metre_that_changes_within_a_bar_shortens_it() {
    let mut score = notation::parse("C4:w D4:w E4:w").unwrap();
    let meter = Meter {
        numerator: 3,
        denominator: 4,
    };
    score.meters.push(MeterChange { tick: 2400, meter });
    let document = musicxml::write(&score, Layout::FullScore).unwrap();
    check_full(&document, |number| [96, 24, 72, 72, 72][number]);
    assert_eq!(document.matches("implicit=\"yes\"").count(), 1);
}
