//! A plain-text notation of scores that a musician can read and type, for tests.
//!
//! ```text
//! tempo = 96
//! meter = 3/4
//! key = A minor
//! harmony = Am:h. | E7:h.
//! melody = A4:q C5:e. B4:s A4:q | G#4:h.
//! chords(4) = [A3 C4 E4]:h. | r:q [G#3 D4]:q@60 r:q
//! drums = kick:e hat:e snare:e hat:e hat:e3 hat:e3 hat:e3
//! ```
//!
//! - Words are separated by spaces; parts by line breaks or `;`. A part without a name is the melody,
//!   so `"C4:q E4:q G4:h"` is a score. Parts of one name and program are voices of one track.
//! - A part is a role with an optional General MIDI program, or `tempo`, `meter`, `key`, or `harmony`
//!   with chord symbols.
//! - Durations: `w h q e s t` for whole to thirty-second note, `.` for a dot, `3` for a triplet, a
//!   number for ticks, `+` for a tie (`h+e`). A word without one keeps the last.
//! - `[…]` is a chord, `r` a rest, `@60` a velocity (80 without), `~` a tie to the next word.
//! - `|` is a bar check: the bar must be full.
//!
//! [`parse`] and [`print`] are inverses for what can be written here: one tempo, metre and key, no
//! sections, tracks of different role and program with the usual volume and pan.

use std::fmt::Write as _;

use crate::score::TICKS_PER_QUARTER;
use crate::{
    Bpm, ChordSpan, Error, KeyChange, Meter, MeterChange, Note, PitchClass, Role, Score,
    TempoChange, Track,
};

/// Velocity of a note that names none.
const VELOCITY: u8 = 80;

/// Letters of the undotted durations with their ticks.
const LETTERS: [(char, u32); 6] = [
    ('w', 4 * TICKS_PER_QUARTER),
    ('h', 2 * TICKS_PER_QUARTER),
    ('q', TICKS_PER_QUARTER),
    ('e', TICKS_PER_QUARTER / 2),
    ('s', TICKS_PER_QUARTER / 4),
    ('t', TICKS_PER_QUARTER / 8),
];

/// Names for drum keys, the first of a key being printed.
const DRUMS: [(&str, u8); 11] = [
    ("kick", 36),
    ("stick", 37),
    ("snare", 38),
    ("clap", 39),
    ("hat", 42),
    ("pedal", 44),
    ("open", 46),
    ("tom", 47),
    ("crash", 49),
    ("ride", 51),
    ("shaker", 70),
];

/// Longest notation that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Longest single duration, in ticks.
const MAX_DURATION: u32 = 1 << 20;

/// Reads a score in this notation.
///
/// # Errors
/// [`Error::Notation`] with the word that is wrong, or the bar check that fails.
pub fn parse(text: &str) -> Result<Score, Error> {
    if text.len() > MAX_BYTES {
        return Err(refuse("score", "", "at most one megabyte of text"));
    }
    let mut score = Score::default();
    for part in text
        .split(['\n', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (name, content) = part.split_once('=').unwrap_or(("melody", part));
        let (name, content) = (name.trim(), content.trim());
        match name {
            "tempo" => score.tempos.push(TempoChange {
                tick: 0,
                bpm: tempo(content)?,
            }),
            "meter" => score.meters.push(MeterChange {
                tick: 0,
                meter: meter(content)?,
            }),
            "key" => score.keys.push(KeyChange {
                tick: 0,
                key: content.parse()?,
            }),
            "harmony" => harmony(content, &mut score)?,
            _ => voice(name, content, &mut score)?,
        }
    }
    score.close();
    Ok(score)
}

/// Prints a score in this notation, a part a line.
///
/// Overlapping notes of a track are spread over several parts of its name.
#[must_use]
pub fn print(score: &Score) -> String {
    let mut lines = Vec::new();
    lines.extend(
        score
            .tempos
            .first()
            .map(|change| format!("tempo = {}", change.bpm.get())),
    );
    lines.extend(score.meters.first().map(|change| {
        format!(
            "meter = {}/{}",
            change.meter.numerator, change.meter.denominator
        )
    }));
    lines.extend(
        score
            .keys
            .first()
            .map(|change| format!("key = {}", change.key)),
    );
    let bars = score.bar_lines();
    if !score.chords.is_empty() {
        let words = score.chords.iter().map(|span| Word {
            onset: span.onset,
            duration: span.duration,
            text: span.chord.to_string(),
            suffix: String::new(),
        });
        lines.push(format!(
            "harmony = {}",
            print_words(words, score.length, &bars)
        ));
    }
    for track in &score.tracks {
        let name = match track.program {
            0 => track.role.name().to_owned(),
            program => format!("{}({program})", track.role.name()),
        };
        for voice in voices(track) {
            lines.push(format!(
                "{name} = {}",
                print_words(voice.into_iter(), score.length, &bars)
            ));
        }
    }
    lines.join("\n")
}

/// A refused text, cut to forty characters.
fn refuse(kind: &'static str, actual: &str, expected: &'static str) -> Error {
    Error::Notation {
        kind,
        actual: actual.chars().take(40).collect(),
        expected,
    }
}

fn tempo(text: &str) -> Result<Bpm, Error> {
    let bpm = text
        .parse()
        .map_err(|_| refuse("tempo", text, "beats a minute, such as 96"))?;
    Bpm::new(bpm)
}

fn meter(text: &str) -> Result<Meter, Error> {
    let read = || {
        let (numerator, denominator) = text.split_once('/')?;
        let meter = Meter {
            numerator: numerator.parse().ok()?,
            denominator: denominator.parse().ok()?,
        };
        let is_known = (1..=32).contains(&meter.numerator)
            && meter.denominator.is_power_of_two()
            && meter.denominator <= 32;
        is_known.then_some(meter)
    };
    read().ok_or_else(|| refuse("meter", text, "beats over note value, such as 3/4"))
}

/// Where a part has come to, and what its words leave out.
struct Cursor<'a> {
    tick: u32,
    duration: u32,
    bars: Vec<u32>,
    part: &'a str,
}

impl<'a> Cursor<'a> {
    fn new(score: &Score, part: &'a str) -> Self {
        let meter = score
            .meters
            .first()
            .map_or(Meter::COMMON, |change| change.meter);
        let bar = meter.bar_ticks(TICKS_PER_QUARTER);
        Self {
            tick: 0,
            duration: TICKS_PER_QUARTER,
            bars: vec![bar],
            part,
        }
    }

    /// Checks that a bar is full here.
    fn check_bar(&self) -> Result<(), Error> {
        if self
            .bars
            .first()
            .is_some_and(|&bar| self.tick.is_multiple_of(bar))
        {
            return Ok(());
        }
        let place = format!("{} at tick {}", self.part, self.tick);
        Err(refuse("bar", &place, "a full bar before |"))
    }

    /// Steps over a duration and gives where it starts.
    fn advance(&mut self, duration: Option<&str>) -> Result<u32, Error> {
        if let Some(text) = duration {
            self.duration = ticks(text)
                .filter(|ticks| (1..=MAX_DURATION).contains(ticks))
                .ok_or_else(|| refuse("duration", text, "such as q, e., s3, h+e or 240"))?;
        }
        let onset = self.tick;
        self.tick = onset
            .checked_add(self.duration)
            .ok_or_else(|| refuse("part", self.part, "fewer than 2^32 ticks"))?;
        Ok(onset)
    }
}

/// Reads a duration in ticks.
fn ticks(text: &str) -> Option<u32> {
    text.split('+').try_fold(0_u32, |sum, part| {
        if let Ok(ticks) = part.parse::<u32>() {
            return sum.checked_add(ticks);
        }
        let mut letters = part.chars();
        let letter = letters.next()?;
        let &(_, plain) = LETTERS.iter().find(|(known, _)| *known == letter)?;
        let ticks = match letters.as_str() {
            "" => plain,
            "." => plain * 3 / 2,
            "3" => plain * 2 / 3,
            _ => return None,
        };
        sum.checked_add(ticks)
    })
}

/// Reads a line of chord symbols.
fn harmony(content: &str, score: &mut Score) -> Result<(), Error> {
    let mut cursor = Cursor::new(score, "harmony");
    let mut tied = false;
    for word in content.split_whitespace() {
        if word == "|" {
            cursor.check_bar()?;
            continue;
        }
        let (word, ties) = word
            .strip_suffix('~')
            .map_or((word, false), |word| (word, true));
        let (symbol, duration) = word
            .split_once(':')
            .map_or((word, None), |(symbol, ticks)| (symbol, Some(ticks)));
        let onset = cursor.advance(duration)?;
        if symbol != "r" {
            let chord = symbol.parse()?;
            match score
                .chords
                .last_mut()
                .filter(|last| tied && last.chord == chord)
            {
                Some(last) => last.duration += cursor.duration,
                None => score.chords.push(ChordSpan {
                    onset,
                    duration: cursor.duration,
                    chord,
                }),
            }
        }
        tied = ties;
    }
    score.length = score.length.max(cursor.tick);
    Ok(())
}

/// Reads a line of notes into the track of its name.
fn voice(name: &str, content: &str, score: &mut Score) -> Result<(), Error> {
    let track = track_index(name, &mut score.tracks)?;
    let mut cursor = Cursor::new(score, name);
    let mut notes: Vec<Note> = Vec::new();
    let mut tied: Vec<usize> = Vec::new();
    for word in words(content) {
        if word == "|" {
            cursor.check_bar()?;
            continue;
        }
        let word = ReadWord::new(word)?;
        let onset = cursor.advance(word.duration)?;
        let mut next_tied = Vec::new();
        for &pitch in &word.pitches {
            let index = match tied.iter().find(|&&index| notes[index].pitch == pitch) {
                Some(&index) => {
                    notes[index].duration += cursor.duration;
                    index
                }
                None => {
                    let duration = cursor.duration;
                    notes.push(Note {
                        onset,
                        pitch,
                        duration,
                        velocity: word.velocity,
                    });
                    notes.len() - 1
                }
            };
            next_tied.push(index);
        }
        tied = if word.ties { next_tied } else { Vec::new() };
    }
    score.tracks[track].notes.extend(notes);
    score.length = score.length.max(cursor.tick);
    Ok(())
}

/// The track of a name such as `bass(33)`, made where it is new.
fn track_index(name: &str, tracks: &mut Vec<Track>) -> Result<usize, Error> {
    let read = || {
        let (role, program) = match name.split_once('(') {
            Some((role, rest)) => (role, rest.strip_suffix(')')?.parse().ok()?),
            None => (name, 0),
        };
        Some((Role::from_name(role)?, program)).filter(|(_, program)| *program < 128)
    };
    let (role, program): (Role, u8) = read().ok_or_else(|| {
        refuse(
            "part name",
            name,
            "tempo, meter, key, harmony or a role such as bass(33)",
        )
    })?;
    let known = tracks
        .iter()
        .position(|track| (track.role, track.program) == (role, program));
    if let Some(index) = known {
        return Ok(index);
    }
    let channel = match role {
        Role::Drums => 9,
        _ => {
            let pitched = tracks.iter().filter(|track| !track.is_drums()).count() % 15;
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15][pitched]
        }
    };
    tracks.push(Track::new(role.name(), role, program, channel));
    Ok(tracks.len() - 1)
}

/// Splits at spaces outside of brackets.
fn words(content: &str) -> impl Iterator<Item = &str> {
    let mut is_inside = false;
    content
        .split(move |c: char| {
            is_inside = (is_inside || c == '[') && c != ']';
            c.is_whitespace() && !is_inside
        })
        .filter(|word| !word.is_empty())
}

/// A word of a voice, taken apart.
struct ReadWord<'a> {
    pitches: Vec<u8>,
    duration: Option<&'a str>,
    velocity: u8,
    ties: bool,
}

impl<'a> ReadWord<'a> {
    fn new(word: &'a str) -> Result<Self, Error> {
        let expected = "a pitch, [pitches], r or |, such as C4:q, [C4 E4]:h@60 or r:e";
        let (rest, ties) = word
            .strip_suffix('~')
            .map_or((word, false), |rest| (rest, true));
        let (rest, velocity) = match rest.split_once('@') {
            Some((rest, velocity)) => (rest, velocity.parse().ok()),
            None => (rest, Some(VELOCITY)),
        };
        let velocity = velocity
            .filter(|velocity| (1..128).contains(velocity))
            .ok_or_else(|| refuse("velocity", word, "1 to 127 after @"))?;
        let (sound, duration) = rest
            .split_once(':')
            .map_or((rest, None), |(sound, ticks)| (sound, Some(ticks)));
        let inner = sound
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']'));
        let pitches = match (sound, inner) {
            ("r", _) => Some(Vec::new()),
            (_, Some(inner)) => inner.split_whitespace().map(pitch).collect(),
            (_, None) => pitch(sound).map(|pitch| vec![pitch]),
        };
        let pitches = pitches.ok_or_else(|| refuse("note", word, expected))?;
        Ok(Self {
            pitches,
            duration,
            velocity,
            ties,
        })
    }
}

/// Reads `C4`, `Bb-1`, a drum's name or a MIDI pitch number.
fn pitch(text: &str) -> Option<u8> {
    if let Some(&(_, key)) = DRUMS.iter().find(|(name, _)| *name == text) {
        return Some(key);
    }
    if let Ok(number) = text.parse::<u8>() {
        return (number < 128).then_some(number);
    }
    let split = text.find(|c: char| c == '-' || c.is_ascii_digit())?;
    let class: PitchClass = text[..split].parse().ok()?;
    let octave: i32 = text[split..]
        .parse()
        .ok()
        .filter(|octave| (-1..=9).contains(octave))?;
    // B# and Cb are spelled in the octave of their letter.
    let shift = match text.get(..2) {
        Some("B#") if class.get() == 0 => 12,
        Some("Cb") if class.get() == 11 => -12,
        _ => 0,
    };
    let number = (octave + 1) * 12 + i32::from(class.get()) + shift;
    u8::try_from(number).ok().filter(|number| *number < 128)
}

/// Writes a pitch as [`parse`] reads it.
fn pitch_name(pitch: u8, is_drum: bool) -> String {
    match DRUMS.iter().find(|(_, key)| is_drum && *key == pitch) {
        Some((name, _)) => (*name).to_owned(),
        None if is_drum => pitch.to_string(),
        None => format!("{}{}", PitchClass::new(pitch), i32::from(pitch) / 12 - 1),
    }
}

/// A sound to print.
struct Word {
    onset: u32,
    duration: u32,
    text: String,
    suffix: String,
}

/// Spreads the notes of a track over voices without overlap; notes that start, end and sound alike
/// are one chord.
fn voices(track: &Track) -> Vec<Vec<Word>> {
    let mut notes = track.notes.clone();
    notes.sort_by_key(|note| (note.onset, note.duration, note.velocity, note.pitch));
    let mut voices: Vec<Vec<Word>> = Vec::new();
    for chord in notes
        .chunk_by(|a, b| (a.onset, a.duration, a.velocity) == (b.onset, b.duration, b.velocity))
    {
        let names: Vec<String> = chord
            .iter()
            .map(|note| pitch_name(note.pitch, track.is_drums()))
            .collect();
        let text = if names.len() == 1 {
            names.concat()
        } else {
            format!("[{}]", names.join(" "))
        };
        let Note {
            onset,
            duration,
            velocity,
            ..
        } = chord[0];
        let suffix = if velocity == VELOCITY {
            String::new()
        } else {
            format!("@{velocity}")
        };
        let word = Word {
            onset,
            duration,
            text,
            suffix,
        };
        let is_free = |voice: &&mut Vec<Word>| {
            voice
                .last()
                .is_none_or(|last| last.onset + last.duration <= onset)
        };
        match voices.iter_mut().find(is_free) {
            Some(voice) => voice.push(word),
            None => voices.push(vec![word]),
        }
    }
    if voices.is_empty() {
        voices.push(Vec::new());
    }
    voices
}

/// Prints sounds with rests between them and to the end, cut at the bar lines.
fn print_words(words: impl Iterator<Item = Word>, length: u32, bars: &[u32]) -> String {
    let mut line = Line {
        text: String::new(),
        tick: 0,
        bars,
    };
    for word in words {
        line.push("r", "", word.onset.saturating_sub(line.tick), false);
        line.push(&word.text, &word.suffix, word.duration, true);
    }
    line.push("r", "", length.saturating_sub(line.tick), false);
    line.text.trim_end().to_owned()
}

/// A line being printed.
struct Line<'a> {
    text: String,
    tick: u32,
    bars: &'a [u32],
}

impl Line<'_> {
    /// Appends a sound or rest, with ties where it crosses a bar line.
    fn push(&mut self, sound: &str, suffix: &str, mut duration: u32, is_tied: bool) {
        while duration > 0 {
            let next = self.bars.partition_point(|&bar| bar <= self.tick);
            let room = self.bars.get(next).map_or(u32::MAX, |&bar| bar - self.tick);
            let part = duration.min(room);
            duration -= part;
            let tie = if is_tied && duration > 0 { "~" } else { "" };
            let bar = if part == room && self.bars.len() > next + 1 {
                "| "
            } else {
                ""
            };
            let letters = letters(part);
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{sound}:{letters}{suffix}{tie} {bar}");
            self.tick += part;
        }
    }
}

/// Writes a duration as [`parse`] reads it: one letter where possible, tied ones, else ticks.
fn letters(ticks: u32) -> String {
    let mut known: Vec<(u32, String)> = Vec::new();
    for (letter, plain) in LETTERS {
        known.push((plain * 3 / 2, format!("{letter}.")));
        known.push((plain, letter.to_string()));
    }
    for (letter, plain) in LETTERS {
        known.push((plain * 2 / 3, format!("{letter}3")));
    }
    let single = known.iter().find(|(length, _)| *length == ticks);
    if let Some((_, name)) = single {
        return name.clone();
    }
    let mut pairs = known.iter().flat_map(|a| known.iter().map(move |b| (a, b)));
    match pairs.find(|(a, b)| a.0 > b.0 && a.0 + b.0 == ticks) {
        Some(((_, a), (_, b))) => format!("{a}+{b}"),
        None => ticks.to_string(),
    }
}
