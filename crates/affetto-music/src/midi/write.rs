//! A score to bytes.

use super::{NO_CHORD, ROLE_PREFIX};
use crate::{Mode, Score, Track};

/// Largest time between two events that the format can say, in ticks.
const MAX_DELTA: u32 = 0x0FFF_FFFF;

/// Writes a Standard MIDI File of format 1: a conductor chunk with title, comments, tempos, metres,
/// keys, sections as markers and chords as cue points, then a chunk for each track.
///
/// Values out of range are clamped: pitch and program to 127, velocity to 1–127, the resolution to
/// 1–32767, key signatures to six accidentals. Overlaps of one pitch in a track are cut by
/// [`Track::cut_overlaps`]. The conductor lasts to the score's length.
#[must_use]
pub fn write(score: &Score) -> Vec<u8> {
    let tracks = &score.tracks[..score.tracks.len().min(usize::from(u16::MAX) - 1)];
    let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
    bytes.extend(((tracks.len() + 1) as u16).to_be_bytes());
    bytes.extend((score.ticks_per_quarter.clamp(1, 32767) as u16).to_be_bytes());
    conductor(score).write_to(&mut bytes, score.length);
    for track in tracks {
        chunk(track).write_to(&mut bytes, 0);
    }
    bytes
}

/// Events of a chunk: tick, order within the tick, status and data bytes.
#[derive(Default)]
struct Chunk(Vec<(u32, u8, Vec<u8>)>);

/// Numbers of the meta events used.
mod meta {
    pub(super) const TEXT: u8 = 0x01;
    pub(super) const NAME: u8 = 0x03;
    pub(super) const MARKER: u8 = 0x06;
    pub(super) const CUE_POINT: u8 = 0x07;
    pub(super) const END_OF_TRACK: u8 = 0x2F;
    pub(super) const TEMPO: u8 = 0x51;
    pub(super) const TIME_SIGNATURE: u8 = 0x58;
    pub(super) const KEY_SIGNATURE: u8 = 0x59;
}

impl Chunk {
    /// Adds a meta event. Settings stand before note-offs, these before note-ons.
    fn meta(&mut self, tick: u32, kind: u8, data: &[u8]) {
        let mut event = vec![0xFF, kind];
        push_variable_length(&mut event, data.len() as u32);
        event.extend(data);
        self.0.push((tick, 0, event));
    }

    /// Adds a meta event with text, unless it is empty.
    fn text(&mut self, tick: u32, kind: u8, text: &str) {
        if !text.is_empty() {
            self.meta(tick, kind, text.as_bytes());
        }
    }

    /// Adds a channel message.
    fn message(&mut self, tick: u32, order: u8, message: &[u8]) {
        self.0.push((tick, order, message.to_vec()));
    }

    /// Appends the chunk, which lasts to `end` or its last event.
    fn write_to(mut self, bytes: &mut Vec<u8>, end: u32) {
        self.0.sort_by_key(|&(tick, order, _)| (tick, order));
        let end = self.0.last().map_or(end, |&(tick, ..)| end.max(tick));
        self.meta(end, meta::END_OF_TRACK, &[]);
        bytes.extend(b"MTrk\0\0\0\0");
        let start = bytes.len();
        let mut now = 0;
        for (tick, _, event) in self.0 {
            while tick - now > MAX_DELTA {
                push_variable_length(bytes, MAX_DELTA);
                bytes.extend([0xFF, meta::TEXT, 0]);
                now += MAX_DELTA;
            }
            push_variable_length(bytes, tick - now);
            bytes.extend(event);
            now = tick;
        }
        let length = (bytes.len() - start) as u32;
        bytes[start - 4..start].copy_from_slice(&length.to_be_bytes());
    }
}

/// Appends a number of up to 28 bits in bytes of seven, the highest first.
fn push_variable_length(bytes: &mut Vec<u8>, value: u32) {
    for shift in [21, 14, 7] {
        if value >> shift > 0 {
            bytes.push((value >> shift) as u8 | 0x80);
        }
    }
    bytes.push(value as u8 & 0x7F);
}

/// The chunk of what counts for all tracks.
fn conductor(score: &Score) -> Chunk {
    let mut chunk = Chunk::default();
    chunk.text(0, meta::NAME, score.title.as_deref().unwrap_or(""));
    for comment in &score.comments {
        chunk.text(0, meta::TEXT, comment);
    }
    for change in &score.meters {
        let power = change.meter.denominator.max(1).ilog2() as u8;
        let data = [change.meter.numerator, power, 24, 8];
        chunk.meta(change.tick, meta::TIME_SIGNATURE, &data);
    }
    for change in &score.keys {
        let is_minor = u8::from(change.key.mode == Mode::Minor);
        let data = [change.key.fifths() as u8, is_minor];
        chunk.meta(change.tick, meta::KEY_SIGNATURE, &data);
    }
    for change in &score.tempos {
        let micros = (60e6 / change.bpm.get()).round() as u32;
        chunk.meta(change.tick, meta::TEMPO, &micros.to_be_bytes()[1..]);
    }
    for section in &score.sections {
        chunk.text(section.tick, meta::MARKER, &section.name);
    }
    let nexts = score
        .chords
        .iter()
        .skip(1)
        .map(|span| span.onset)
        .chain([score.length]);
    for (span, next) in score.chords.iter().zip(nexts) {
        chunk.text(span.onset, meta::CUE_POINT, &span.chord.to_string());
        let end = span.onset.saturating_add(span.duration);
        if end < next {
            chunk.text(end, meta::CUE_POINT, NO_CHORD);
        }
    }
    chunk
}

/// The chunk of a track.
fn chunk(track: &Track) -> Chunk {
    let channel = track.channel & 15;
    let mut chunk = Chunk::default();
    chunk.text(0, meta::NAME, &track.name);
    chunk.text(
        0,
        meta::TEXT,
        &format!("{ROLE_PREFIX}{}", track.role.name()),
    );
    chunk.message(0, 0, &[0xC0 | channel, track.program.min(127)]);
    chunk.message(0, 0, &[0xB0 | channel, 7, track.volume.min(127)]);
    chunk.message(0, 0, &[0xB0 | channel, 10, track.pan.min(127)]);
    let mut clean = track.clone();
    for note in &mut clean.notes {
        note.pitch = note.pitch.min(127);
        note.velocity = note.velocity.clamp(1, 127);
    }
    clean.cut_overlaps();
    for note in &clean.notes {
        chunk.message(note.onset, 2, &[0x90 | channel, note.pitch, note.velocity]);
        chunk.message(note.end(), 1, &[0x80 | channel, note.pitch, 64]);
    }
    chunk
}
