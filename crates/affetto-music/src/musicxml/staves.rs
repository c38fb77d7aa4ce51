//! Which parts, staves and voices the notes of a score stand in.

use super::drums::drum;
use super::rhythm::Grouping;
use super::{Bar, units};
use crate::{Note, Role, Score, Track};

/// Most voices of a staff; more are shortened into these.
const MAX_VOICES: usize = 4;

/// Notes of one voice that start and end together, in grid units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) onset: u32,
    pub(super) end: u32,
    /// Ascending.
    pub(super) pitches: Vec<u8>,
}

/// A clef.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clef {
    pub(super) sign: &'static str,
    pub(super) line: Option<u8>,
    /// Octaves that the notes sound above (or below) what is written.
    pub(super) octaves: i32,
}

impl Clef {
    const TREBLE: Self = Self {
        sign: "G",
        line: Some(2),
        octaves: 0,
    };
    const BASS: Self = Self {
        sign: "F",
        line: Some(4),
        octaves: 0,
    };
    const PERCUSSION: Self = Self {
        sign: "percussion",
        line: None,
        octaves: 0,
    };

    /// The clef that needs the fewest ledger lines.
    fn for_register(mean_pitch: f64, program: u8) -> Self {
        let is_guitar = (24..32).contains(&program);
        match mean_pitch {
            ..41.0 => Self {
                octaves: -1,
                ..Self::BASS
            },
            48.0..62.0 if is_guitar => Self {
                octaves: -1,
                ..Self::TREBLE
            },
            ..57.0 => Self::BASS,
            ..88.0 => Self::TREBLE,
            _ => Self {
                octaves: 1,
                ..Self::TREBLE
            },
        }
    }
}

/// A staff: voices of events that do not overlap, each in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Staff {
    pub(super) clef: Clef,
    pub(super) voices: Vec<Vec<Event>>,
}

/// A part of the document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    /// Sound of the part; `None` where it comes from no track.
    pub(super) track: Option<&'a Track>,
    pub(super) is_drums: bool,
    pub(super) staves: Vec<Staff>,
}

/// A part for each track with notes; one empty part where there is none.
pub(super) fn full_score<'a>(score: &'a Score, bars: &[Bar]) -> Vec<Part<'a>> {
    let tracks = score.tracks.iter().filter(|track| !track.notes.is_empty());
    let mut parts: Vec<Part<'_>> = tracks
        .enumerate()
        .map(|(index, track)| {
            let notes = on_grid(score, track.notes.iter().copied(), bars);
            let mut staves = if track.is_drums() {
                vec![drum_staff(&notes, bars)]
            } else {
                pitched_staves(&notes, track.program)
            };
            let last = bars.last().map_or(0, |bar| bar.end);
            for staff in staves.iter_mut().filter(|_| !track.is_drums()) {
                lengthen(&mut staff.voices, last);
            }
            let name = match track.name.trim() {
                "" => format!("Part {}", index + 1),
                name => name.to_owned(),
            };
            Part {
                name,
                track: Some(track),
                is_drums: track.is_drums(),
                staves,
            }
        })
        .collect();
    if parts.is_empty() {
        let staves = vec![Staff {
            clef: Clef::TREBLE,
            voices: vec![Vec::new()],
        }];
        parts.push(Part {
            name: "Music".to_owned(),
            track: None,
            is_drums: false,
            staves,
        });
    }
    parts
}

/// One staff with the tune.
pub(super) fn lead_sheet<'a>(score: &'a Score, bars: &[Bar]) -> Part<'a> {
    let has_tune = |track: &&Track| track.role == Role::Melody && !track.notes.is_empty();
    let track = score.tracks.iter().find(has_tune);
    let notes = match track {
        Some(track) => on_grid(score, track.notes.iter().copied(), bars),
        None => on_grid(score, score.pitched_notes().copied(), bars),
    };
    let tune = top_line(&notes);
    let clef = Clef::for_register(mean_pitch(&tune), track.map_or(0, |track| track.program));
    let mut voices = vec![events(&tune)];
    lengthen(&mut voices, bars.last().map_or(0, |bar| bar.end));
    let staves = vec![Staff { clef, voices }];
    Part {
        name: "Melody".to_owned(),
        track,
        is_drums: false,
        staves,
    }
}

/// Notes in grid units within the measures, sorted, without overlaps of one pitch.
fn on_grid(score: &Score, notes: impl Iterator<Item = Note>, bars: &[Bar]) -> Vec<Note> {
    let last = bars.last().map_or(0, |bar| bar.end);
    let mut track = Track::new("", Role::Other, 0, 0);
    track.notes = notes
        .filter_map(|note| {
            let onset = units(score, note.onset);
            let end = units(score, note.end())
                .min(last)
                .max(onset.saturating_add(1));
            let pitch = note.pitch.min(127);
            (onset < last).then_some(Note {
                onset,
                pitch,
                duration: end - onset,
                ..note
            })
        })
        .collect();
    track.cut_overlaps();
    track.notes
}

/// The highest note at each time: lower notes that start under it are left out.
fn top_line(notes: &[Note]) -> Vec<Note> {
    let mut line: Vec<Note> = Vec::new();
    for chord in notes.chunk_by(|a, b| a.onset == b.onset) {
        let top = chord[chord.len() - 1];
        match line.last_mut() {
            Some(last) if last.end() > top.onset && last.pitch > top.pitch => continue,
            Some(last) => last.duration = last.duration.min(top.onset - last.onset),
            None => {}
        }
        line.push(top);
    }
    line
}

fn mean_pitch(notes: &[Note]) -> f64 {
    if notes.is_empty() {
        return 60.0;
    }
    notes.iter().map(|note| f64::from(note.pitch)).sum::<f64>() / notes.len() as f64
}

/// One staff, or two for a keyboard that plays in both registers.
fn pitched_staves(notes: &[Note], program: u8) -> Vec<Staff> {
    let staff = |notes: &[Note], clef| Staff {
        clef,
        voices: voices(events(notes)),
    };
    // Pianos, celesta, organs and harp.
    let is_keyboard = matches!(program, 0..=8 | 16..=20 | 46);
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for chord in notes.chunk_by(|a, b| a.onset == b.onset) {
        let split = split_hands(chord);
        lower.extend_from_slice(&chord[..split]);
        upper.extend_from_slice(&chord[split..]);
    }
    let least = notes.len() / 20;
    if is_keyboard && upper.len() > least && lower.len() > least {
        return vec![staff(&upper, Clef::TREBLE), staff(&lower, Clef::BASS)];
    }
    vec![staff(notes, Clef::for_register(mean_pitch(notes), program))]
}

/// How many notes of a chord (ascending) the left hand takes: each note is at home on its side of
/// middle C, a hand reaches an octave, and the hands part where there is room.
fn split_hands(chord: &[Note]) -> usize {
    let pitches: Vec<i32> = chord.iter().map(|note| i32::from(note.pitch)).collect();
    let stretch = |hand: &[i32]| match hand {
        [first, .., last] => (last - first - 12).max(0) * 4,
        _ => 0,
    };
    let cost = |split: usize| {
        let (left, right) = pitches.split_at(split);
        let away: i32 = left.iter().map(|pitch| (pitch - 59).max(0)).sum::<i32>()
            + right.iter().map(|pitch| (60 - pitch).max(0)).sum::<i32>();
        let room = match (left.last(), right.first()) {
            (Some(low), Some(high)) => (high - low).min(12),
            _ => 4,
        };
        2 * away + stretch(left) + stretch(right) - room
    };
    (0..=pitches.len())
        .min_by_key(|&split| cost(split))
        .unwrap_or(0)
}

/// Groups notes that start and end together, in order of onset, the highest first.
fn events(notes: &[Note]) -> Vec<Event> {
    let mut sorted = notes.to_vec();
    sorted.sort_by_key(|note| (note.onset, note.end(), note.pitch));
    let mut events: Vec<Event> = sorted
        .chunk_by(|a, b| (a.onset, a.end()) == (b.onset, b.end()))
        .map(|chord| Event {
            onset: chord[0].onset,
            end: chord[0].end(),
            pitches: chord.iter().map(|note| note.pitch).collect(),
        })
        .collect();
    events.sort_by_key(|event| {
        (
            event.onset,
            std::cmp::Reverse(event.pitches.last().copied()),
        )
    });
    events
}

/// Spreads events over voices: each goes to the first voice that is free, upper notes first.
///
/// Where all voices are busy, the one that ends first is cut short, or takes the notes in.
fn voices(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut voices: Vec<Vec<Event>> = vec![Vec::new()];
    for event in events {
        let is_free = |voice: &Vec<Event>| voice.last().is_none_or(|last| last.end <= event.onset);
        if let Some(index) = voices.iter().position(is_free) {
            voices[index].push(event);
        } else if voices.len() < MAX_VOICES {
            voices.push(vec![event]);
        } else {
            squeeze(&mut voices, event);
        }
    }
    voices
}

/// Puts an event into the voice whose last event ends first.
fn squeeze(voices: &mut [Vec<Event>], event: Event) {
    let ends = |voice: &&mut Vec<Event>| voice.last().map(|last| last.end);
    let Some(voice) = voices.iter_mut().min_by_key(ends) else {
        return;
    };
    match voice.last_mut() {
        Some(last) if last.onset == event.onset => {
            last.pitches.extend(event.pitches);
            last.pitches.sort_unstable();
            last.pitches.dedup();
            return;
        }
        Some(last) => last.end = last.end.min(event.onset),
        None => {}
    }
    voice.push(event);
}

/// Writes notes shorter than a sixteenth (or the triplet of one) as such, as far as their voice has
/// room: detached playing is no matter of 32nd rests.
fn lengthen(voices: &mut [Vec<Event>], last: u32) {
    for voice in voices {
        for index in 0..voice.len() {
            let next = voice.get(index + 1).map_or(last, |next| next.onset);
            let event = &mut voice[index];
            let step = match event.onset {
                onset if onset.is_multiple_of(6) => 6,
                onset if onset.is_multiple_of(4) => 4,
                _ => continue,
            };
            event.end = event.end.max(next.min(event.onset + step));
        }
    }
}

/// Drums: hands above, feet below; a stroke is written up to the next in its voice or the beat's
/// end, since percussion keys have no length.
fn drum_staff(notes: &[Note], bars: &[Bar]) -> Staff {
    let (feet, hands): (Vec<Note>, Vec<Note>) =
        notes.iter().partition(|note| drum(note.pitch).is_foot);
    let voices: Vec<Vec<Event>> = [hands, feet]
        .iter()
        .filter(|notes| !notes.is_empty())
        .map(|notes| strokes(notes, bars))
        .collect();
    let voices = if voices.is_empty() {
        vec![Vec::new()]
    } else {
        voices
    };
    Staff {
        clef: Clef::PERCUSSION,
        voices,
    }
}

/// Strokes of one voice with the lengths they are written with.
fn strokes(notes: &[Note], bars: &[Bar]) -> Vec<Event> {
    let chords: Vec<&[Note]> = notes.chunk_by(|a, b| a.onset == b.onset).collect();
    let nexts = chords
        .iter()
        .skip(1)
        .map(|chord| chord[0].onset)
        .chain([u32::MAX]);
    chords
        .iter()
        .zip(nexts)
        .map(|(chord, next)| {
            let onset = chord[0].onset;
            let index = bars
                .partition_point(|bar| bar.end <= onset)
                .min(bars.len() - 1);
            let bar = bars[index];
            let beat = Grouping::new(bar).beat;
            let beat_end = bar.start + ((onset - bar.start) / beat + 1) * beat;
            let pitches = chord.iter().map(|note| note.pitch).collect();
            Event {
                onset,
                end: next.min(beat_end).min(bar.end),
                pitches,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_hands(pitches: &[u8], left: usize) {
        let chord: Vec<Note> = pitches
            .iter()
            .map(|&pitch| Note {
                onset: 0,
                pitch,
                duration: 24,
                velocity: 80,
            })
            .collect();
        assert_eq!(split_hands(&chord), left);
    }

    #[test]
    fn hands_part_around_middle_c() {
        check_hands(&[48, 52, 55, 60], 3);
        check_hands(&[48, 60, 64, 67], 1);
        check_hands(&[60, 64, 67], 0);
        check_hands(&[57, 60, 64], 1);
        check_hands(&[36, 48], 2);
        check_hands(&[36, 52, 59], 1);
        check_hands(&[72], 0);
    }

    #[test]
    fn crowded_voices_are_squeezed() {
        let note = |onset, end, pitch| Event {
            onset,
            end,
            pitches: vec![pitch],
        };
        let voices = voices(
            (0..6)
                .map(|i| note(i, 24 + u32::from(i as u8), 60 + i as u8))
                .collect(),
        );
        assert_eq!(voices.len(), MAX_VOICES);
        for voice in &voices {
            assert!(
                voice.windows(2).all(|pair| pair[0].end <= pair[1].onset),
                "{voice:?}"
            );
            assert!(voice.iter().all(|event| event.onset < event.end));
        }
    }
}
