//! POP909: a MIDI file whose metre says nothing, with beats, chords and key in text files beside.

use std::collections::BTreeMap;

use affetto_music::score::{KeyChange, MeterChange, TICKS_PER_QUARTER, TempoChange};
use affetto_music::{Bpm, Chord, ChordQuality, ChordSpan, Key, Meter, Role, Score, midi};

use super::{PassedOver, Piece, PieceSet, Visited, base_name};
use crate::{Error, ItemHash};

/// Most songs that wait for the rest of their files.
const MAX_WAITING: usize = 5_000;
/// Longest list of beats.
const MAX_BEATS: usize = 20_000;

/// Whether a file is one of the annotations that are read.
pub(super) fn is_annotation(name: &str) -> bool {
    ["beat_midi.txt", "chord_midi.txt", "key_audio.txt"].contains(&name)
}

/// The files of each song, until all four are there.
#[derive(Default)]
pub(super) struct Songs {
    waiting: BTreeMap<String, Files>,
}

#[derive(Default)]
struct Files {
    midi: Option<(String, Vec<u8>)>,
    beats: Option<String>,
    chords: Option<String>,
    key: Option<String>,
}

impl Songs {
    /// Takes a file and visits its song once it is complete.
    pub(super) fn take(
        &mut self,
        path: &str,
        bytes: &[u8],
        visitor: &mut dyn FnMut(Visited) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(number) = path.rsplit('/').nth(1) else {
            return Ok(());
        };
        if self.waiting.len() >= MAX_WAITING {
            return Ok(());
        }
        let files = self.waiting.entry(number.to_owned()).or_default();
        let text = || Some(String::from_utf8_lossy(bytes).into_owned());
        match base_name(path) {
            "beat_midi.txt" => files.beats = text(),
            "chord_midi.txt" => files.chords = text(),
            "key_audio.txt" => files.key = text(),
            _ => files.midi = Some((path.to_owned(), bytes.to_vec())),
        }
        let Files {
            midi: Some((path, bytes)),
            beats: Some(beats),
            chords: Some(chords),
            key: Some(key),
        } = files
        else {
            return Ok(());
        };
        let visited = song(number, path, bytes, beats, chords, key);
        self.waiting.remove(number);
        visitor(visited)
    }
}

fn song(number: &str, path: &str, bytes: &[u8], beats: &str, chords: &str, key: &str) -> Visited {
    let refuse = |reason: String| PassedOver {
        path: path.to_owned(),
        reason,
    };
    let played = midi::read(bytes).map_err(|error| refuse(error.to_string()))?;
    let beats = Beats::parse(beats).ok_or_else(|| refuse("its beats cannot be read".into()))?;
    Ok(Piece {
        set: PieceSet::Pop909,
        path: path.to_owned(),
        song: number.to_owned(),
        genre: Some("pop".to_owned()),
        affect: None,
        has_beats: true,
        hash: ItemHash::of(bytes),
        score: on_beats(&played, &beats, chords, key),
    })
}

/// Times of beats, and which of them are downbeats.
struct Beats {
    seconds: Vec<f64>,
    /// Quarter notes of a bar.
    per_bar: u32,
    /// Beats before the first downbeat.
    before: u32,
}

impl Beats {
    /// Lines of time, accent and downbeat.
    fn parse(text: &str) -> Option<Self> {
        let mut rows: Vec<(f64, bool)> = Vec::new();
        for line in text.lines().take(MAX_BEATS) {
            let mut numbers = line.split_whitespace().map(str::parse::<f64>);
            let (seconds, _, downbeat) = (
                numbers.next()?.ok()?,
                numbers.next()?.ok()?,
                numbers.next()?.ok()?,
            );
            if !seconds.is_finite() || rows.last().is_some_and(|(last, _)| *last >= seconds) {
                return None;
            }
            rows.push((seconds, downbeat > 0.5));
        }
        let downbeats: Vec<usize> = (0..rows.len()).filter(|&i| rows[i].1).collect();
        let mut counts = BTreeMap::new();
        for pair in downbeats.windows(2) {
            *counts.entry(pair[1] - pair[0]).or_insert(0) += 1;
        }
        let per_bar = counts.into_iter().max_by_key(|(_, n)| *n)?.0 as u32;
        let sound = rows.len() >= 8 && (2..=6).contains(&per_bar);
        sound.then(|| Self {
            seconds: rows.iter().map(|row| row.0).collect(),
            per_bar,
            before: downbeats[0] as u32,
        })
    }

    /// Ticks at a time; the first downbeat is at the start of a bar.
    fn ticks(&self, seconds: f64) -> u32 {
        let beats = &self.seconds;
        let after = beats
            .partition_point(|&beat| beat <= seconds)
            .clamp(1, beats.len() - 1);
        let (from, to) = (beats[after - 1], beats[after]);
        let beat = after as f64 - 1.0 + (seconds - from) / (to - from);
        let pickup = (self.per_bar - self.before % self.per_bar) % self.per_bar;
        ((beat + f64::from(pickup)) * f64::from(TICKS_PER_QUARTER))
            .round()
            .max(0.0) as u32
    }

    fn bpm(&self) -> Bpm {
        let mut steps: Vec<f64> = self
            .seconds
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect();
        steps.sort_by(f64::total_cmp);
        Bpm::clamped(60.0 / steps[steps.len() / 2])
    }
}

/// The song with bars and beats where the annotation has them.
fn on_beats(played: &Score, beats: &Beats, chords: &str, key: &str) -> Score {
    let mut score = Score {
        tempos: vec![TempoChange {
            tick: 0,
            bpm: beats.bpm(),
        }],
        meters: vec![MeterChange {
            tick: 0,
            meter: Meter {
                numerator: beats.per_bar as u8,
                denominator: 4,
            },
        }],
        ..Score::default()
    };
    for track in &played.tracks {
        let mut moved = track.clone();
        moved.role = match track.name.trim() {
            "MELODY" => Role::Melody,
            "BRIDGE" => Role::Counter,
            _ => Role::Chords,
        };
        for note in &mut moved.notes {
            let onset = beats.ticks(played.seconds_at(note.onset));
            let end = beats.ticks(played.seconds_at(note.end()));
            (note.onset, note.duration) = (onset, end.saturating_sub(onset).max(1));
        }
        score.tracks.push(moved);
    }
    score.close();
    score.chords = chord_spans(chords, beats);
    let key = key.split_whitespace().last().and_then(parse_key);
    score.keys.extend(key.map(|key| KeyChange { tick: 0, key }));
    score
}

/// `Gb:maj` or `A:min`.
fn parse_key(label: &str) -> Option<Key> {
    let (tonic, mode) = label.split_once(':')?;
    let mode = if mode.starts_with("min") {
        "minor"
    } else {
        "major"
    };
    format!("{tonic} {mode}").parse().ok()
}

fn chord_spans(text: &str, beats: &Beats) -> Vec<ChordSpan> {
    let mut spans: Vec<ChordSpan> = Vec::new();
    for line in text.lines().take(MAX_BEATS) {
        let mut words = line.split_whitespace();
        let (Some(from), Some(to), Some(label)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let (Ok(from), Ok(to)) = (from.parse(), to.parse()) else {
            continue;
        };
        let (from, to) = (beats.ticks(from), beats.ticks(to));
        let onset = spans
            .last()
            .map_or(from, |last| from.max(last.onset + last.duration));
        if let Some(chord) = parse_chord(label)
            && to > onset
        {
            spans.push(ChordSpan {
                onset,
                duration: to - onset,
                chord,
            });
        }
    }
    spans
}

/// Chord labels after Harte et al. (2005): `B:maj7`, `Bb:min7`, `G:sus4(b7)`, `D:maj/3`, `N`.
fn parse_chord(label: &str) -> Option<Chord> {
    let (root, quality) = label.split_once(':')?;
    let quality = quality.split(['/', '(']).next().unwrap_or(quality);
    let quality = match quality {
        "maj" => ChordQuality::Major,
        "min" => ChordQuality::Minor,
        "dim" => ChordQuality::Diminished,
        "aug" => ChordQuality::Augmented,
        "sus2" => ChordQuality::Suspended2,
        "sus4" => ChordQuality::Suspended4,
        "7" | "9" | "11" | "13" => ChordQuality::Dominant7,
        "maj7" | "maj9" => ChordQuality::Major7,
        "min7" | "min9" | "min11" => ChordQuality::Minor7,
        "hdim7" => ChordQuality::HalfDiminished7,
        "dim7" => ChordQuality::Diminished7,
        "maj6" => ChordQuality::Major6,
        "min6" => ChordQuality::Minor6,
        "minmaj7" => ChordQuality::MinorMajor7,
        _ => return None,
    };
    Some(Chord::new(root.parse().ok()?, quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_chord(label: &str, expected: Option<&str>) {
        let actual = parse_chord(label).map(|chord| chord.to_string());
        assert_eq!(actual.as_deref(), expected);
    }

    #[test]
    fn labels_of_chords_and_keys() {
        check_chord("B:maj7", Some("Bmaj7"));
        check_chord("C:min7", Some("Cm7"));
        check_chord("G:sus4(b7)", Some("Gsus4"));
        check_chord("D:maj/3", Some("D"));
        check_chord("N", None);
        check_chord("C:odd", None);
        assert_eq!(parse_key("A:min").unwrap().to_string(), "A minor");
        assert_eq!(parse_key("nothing"), None);
    }

    #[test]
    fn beats_make_bars() {
        // A pickup of one beat, then bars of three, half a second a beat.
        let lines: Vec<String> = (0..10)
            .map(|i| format!("{} 0.0 {}", f64::from(i) * 0.5, u8::from(i % 3 == 1)))
            .collect();
        let beats = Beats::parse(&lines.join("\n")).unwrap();
        assert_eq!((beats.per_bar, beats.before), (3, 1));
        assert_eq!(beats.ticks(0.5), 3 * 480);
        assert_eq!(beats.ticks(0.0), 2 * 480);
        assert_eq!(beats.ticks(0.75), 3 * 480 + 240);
        assert_eq!(beats.ticks(5.0), 12 * 480);
        assert!((beats.bpm().get() - 120.0).abs() < 1e-9);
        assert!(Beats::parse("1 0 0\n1 0 0").is_none());
        assert!(Beats::parse("").is_none());
    }

    #[test]
    fn a_song_waits_for_all_its_files() {
        let mut songs = Songs::default();
        let score = affetto_music::notation::parse("melody = C4:q D4:q E4:q F4:q").unwrap();
        let lines: Vec<String> = (0..10)
            .map(|i| format!("{} 0.0 {}", f64::from(i) * 0.5, u8::from(i % 4 == 0)))
            .collect();
        let files = [
            ("P/1/1.mid", midi::write(&score)),
            ("P/1/chord_midi.txt", b"0.0 1.0 C:maj\n1.0 2.0 N\n".to_vec()),
            ("P/1/key_audio.txt", b"0.0 9.0 C:maj\n".to_vec()),
            ("P/1/beat_midi.txt", lines.join("\n").into_bytes()),
        ];
        let mut visited = Vec::new();
        for (path, bytes) in &files {
            let mut keep = |piece: Visited| {
                visited.push(piece.unwrap());
                Ok(())
            };
            songs.take(path, bytes, &mut keep).unwrap();
        }
        assert_eq!(visited.len(), 1);
        let score = &visited[0].score;
        let onsets: Vec<u32> = score.pitched_notes().map(|note| note.onset).collect();
        assert_eq!(onsets, [0, 480, 960, 1440]);
        assert_eq!((score.chords.len(), score.chords[0].duration), (1, 960));
    }
}
