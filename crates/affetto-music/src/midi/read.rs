//! Bytes to a score.

use std::collections::BTreeMap;

use midly::{MetaMessage, MidiMessage, TrackEventKind};

use super::events::{self, Events};
use super::notes::{ChannelEvent, Control, Controls, Message, pair};
use super::{MAX_BYTES, MAX_COMMENTS, MAX_EVENTS, MAX_TEXT, MAX_TRACKS, ROLE_PREFIX};
use crate::{
    Bpm, ChordSpan, Error, Key, KeyChange, Meter, MeterChange, Mode, Note, PitchClass, Role, Score,
    Section, TempoChange, Track,
};

/// Whether the sustain pedal (controller 64) lengthens notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sustain {
    /// Notes last as long as their keys are down: for analysis.
    #[default]
    Ignored,
    /// Notes last until the pedal is up or their pitch is struck again: for listening.
    Extends,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What the sustain pedal does; ignored by default.
    pub sustain: Sustain,
}

/// Reads a Standard MIDI File by the rules of [this module](super).
///
/// # Errors
/// [`Error::Midi`] where the header is missing or wrong, or a limit of this module is exceeded.
pub fn read(bytes: &[u8]) -> Result<Score, Error> {
    read_with(bytes, ReadOptions::default())
}

/// Reads a Standard MIDI File with options.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], options: ReadOptions) -> Result<Score, Error> {
    within("bytes", bytes.len(), MAX_BYTES)?;
    let (header, track_chunks) = events::chunks(bytes)?;
    let mut common = Common::default();
    let mut chunks = Vec::new();
    let mut room = MAX_EVENTS;
    for chunk in track_chunks {
        let Ok(chunk) = chunk else { break };
        within("tracks", chunks.len() + 1, MAX_TRACKS)?;
        let events = Events::new(chunk, header.ticks_per_quarter);
        let is_first = chunks.is_empty();
        chunks.push(Chunk::read(events, is_first, &mut common, &mut room)?);
    }
    if header.is_smpte {
        common.tempos.clear();
    }
    let mut score = Score {
        ticks_per_quarter: header.ticks_per_quarter,
        ..Score::default()
    };
    if let Some(conductor) = chunks.first().filter(|chunk| !chunk.has_notes()) {
        score.title = Some(conductor.name.clone()).filter(|name| !name.is_empty());
        if chunks[1..].iter().all(|chunk| chunk.role.is_some()) {
            score.length = conductor.end;
        }
        score.comments = std::mem::take(&mut common.comments);
    }
    let everywhere = Controls::new(chunks.iter().flat_map(|chunk| &chunk.events));
    for chunk in chunks {
        chunk.add_tracks(&everywhere, options, &mut score.tracks)?;
    }
    score.close();
    common.finish(&mut score);
    Ok(score)
}

/// Refuses what exceeds a limit.
fn within(what: &str, actual: usize, max: usize) -> Result<(), Error> {
    if actual <= max {
        return Ok(());
    }
    Err(Error::Midi {
        reason: format!("more than {max} {what} ({actual} or more)"),
    })
}

/// What counts for all tracks wherever it stands.
#[derive(Default)]
struct Common {
    tempos: Vec<TempoChange>,
    meters: Vec<MeterChange>,
    keys: Vec<KeyChange>,
    sections: Vec<Section>,
    cues: Vec<(u32, String)>,
    comments: Vec<String>,
}

impl Common {
    /// Takes a meta event in; what is out of range is left out.
    fn add(&mut self, tick: u32, meta: MetaMessage<'_>) {
        match meta {
            MetaMessage::Tempo(micros) if micros.as_int() > 0 => {
                let bpm = Bpm::clamped(60e6 / f64::from(micros.as_int()));
                self.tempos.push(TempoChange { tick, bpm });
            }
            MetaMessage::TimeSignature(numerator, power, ..)
                if (1..=32).contains(&numerator) && power <= 5 =>
            {
                let meter = Meter {
                    numerator,
                    denominator: 1 << power,
                };
                self.meters.push(MeterChange { tick, meter });
            }
            MetaMessage::KeySignature(fifths, is_minor) if (-7..=7).contains(&fifths) => {
                let major = PitchClass::default().transposed(i32::from(fifths) * 7);
                let key = if is_minor {
                    Key {
                        tonic: major.transposed(-3),
                        mode: Mode::Minor,
                    }
                } else {
                    Key {
                        tonic: major,
                        mode: Mode::Major,
                    }
                };
                self.keys.push(KeyChange { tick, key });
            }
            MetaMessage::Marker(name) => {
                let name = text(name);
                if !name.is_empty() {
                    self.sections.push(Section { tick, name });
                }
            }
            MetaMessage::CuePoint(cue) => self.cues.push((tick, text(cue))),
            _ => {}
        }
    }

    /// Sorts everything into the score, whose length must be known; what lies behind it is dropped.
    fn finish(mut self, score: &mut Score) {
        keep_last(&mut self.tempos, |change| change.tick);
        keep_last(&mut self.meters, |change| change.tick);
        keep_last(&mut self.keys, |change| change.tick);
        keep_last(&mut self.cues, |cue| cue.0);
        self.sections.sort_by_key(|section| section.tick);
        let ends = self
            .cues
            .iter()
            .skip(1)
            .map(|cue| cue.0)
            .chain([score.length]);
        for (&(onset, ref cue), end) in self.cues.iter().zip(ends) {
            let end = end.min(score.length);
            if let (Ok(chord), true) = (cue.parse(), onset < end) {
                score.chords.push(ChordSpan {
                    onset,
                    duration: end - onset,
                    chord,
                });
            }
        }
        self.tempos.retain(|change| change.tick <= score.length);
        self.meters.retain(|change| change.tick <= score.length);
        self.keys.retain(|change| change.tick <= score.length);
        self.sections.retain(|section| section.tick <= score.length);
        score.tempos = self.tempos;
        score.meters = self.meters;
        score.keys = self.keys;
        score.sections = self.sections;
    }
}

/// Sorts by tick and keeps the last of those at one tick.
fn keep_last<T>(changes: &mut Vec<T>, tick: impl Fn(&T) -> u32) {
    changes.sort_by_key(&tick);
    changes.reverse();
    changes.dedup_by_key(|change| tick(change));
    changes.reverse();
}

/// Bytes of a text event: UTF-8, else Latin-1; without control characters, trimmed and cut.
fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(4 * MAX_TEXT)];
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) if error.error_len().is_none() && bytes.len() == 4 * MAX_TEXT => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    clean.trim().chars().take(MAX_TEXT).collect()
}

/// One track chunk.
struct Chunk {
    name: String,
    role: Option<Role>,
    events: Vec<ChannelEvent>,
    end: u32,
}

impl Chunk {
    /// Reads the events of a chunk; `room` is how many more may be kept.
    fn read(
        source: Events<'_>,
        is_first: bool,
        common: &mut Common,
        room: &mut usize,
    ) -> Result<Self, Error> {
        let mut chunk = Self {
            name: String::new(),
            role: None,
            events: Vec::new(),
            end: 0,
        };
        for (tick, kind) in source {
            chunk.end = tick;
            match kind {
                TrackEventKind::Midi { channel, message } => {
                    let Some(message) = message_of(message) else {
                        continue;
                    };
                    chunk.events.push(ChannelEvent {
                        tick,
                        channel: channel.as_int(),
                        message,
                    });
                }
                TrackEventKind::Meta(MetaMessage::EndOfTrack) => break,
                TrackEventKind::Meta(MetaMessage::TrackName(name)) if chunk.name.is_empty() => {
                    chunk.name = text(name);
                }
                TrackEventKind::Meta(MetaMessage::Text(bytes)) if tick == 0 => {
                    chunk.add_text(text(bytes), is_first, common);
                }
                TrackEventKind::Meta(meta) => common.add(tick, meta),
                _ => continue,
            }
            *room = room.checked_sub(1).ok_or_else(|| Error::Midi {
                reason: format!("more than {MAX_EVENTS} events"),
            })?;
        }
        Ok(chunk)
    }

    /// A text at tick 0: a comment in the first chunk, perhaps the role elsewhere.
    fn add_text(&mut self, text: String, is_first: bool, common: &mut Common) {
        if is_first {
            if !text.is_empty() && common.comments.len() < MAX_COMMENTS {
                common.comments.push(text);
            }
        } else if let Some(role) = text.strip_prefix(ROLE_PREFIX) {
            self.role = Role::from_name(role);
        }
    }

    /// Whether any key goes down.
    fn has_notes(&self) -> bool {
        self.events
            .iter()
            .any(|event| matches!(event.message, Message::On(..)))
    }

    /// Splits the chunk by channel and program and appends its tracks.
    ///
    /// Settings of the chunk itself count before those that other chunks make on its channel.
    fn add_tracks(
        self,
        everywhere: &Controls,
        options: ReadOptions,
        tracks: &mut Vec<Track>,
    ) -> Result<(), Error> {
        let own = Controls::new(self.events.iter());
        let value = |channel, control, tick| {
            own.at(channel, control, tick)
                .or_else(|| everywhere.at(channel, control, tick))
        };
        let mut parts: BTreeMap<(u8, u8), Vec<Note>> = BTreeMap::new();
        for (channel, mut notes) in pair(&self.events, self.end) {
            if options.sustain == Sustain::Extends {
                everywhere.hold(channel, &mut notes, self.end);
            }
            for note in notes {
                let program = value(channel, Control::Program, note.onset).unwrap_or(0);
                parts.entry((channel, program)).or_default().push(note);
            }
        }
        if let (true, Some(_), Some(event)) = (parts.is_empty(), self.role, self.events.first()) {
            let program = value(event.channel, Control::Program, self.end).unwrap_or(0);
            parts.insert((event.channel, program), Vec::new());
        }
        within(
            "tracks after splitting by program",
            tracks.len() + parts.len(),
            MAX_TRACKS,
        )?;
        for ((channel, program), notes) in parts {
            let mut track = Track::new(self.name.clone(), self.role(channel), program, channel);
            track.notes = notes;
            track.cut_overlaps();
            let start = track.notes.first().map_or(self.end, |note| note.onset);
            track.volume = value(channel, Control::Volume, start).unwrap_or(track.volume);
            track.pan = value(channel, Control::Pan, start).unwrap_or(track.pan);
            tracks.push(track);
        }
        Ok(())
    }

    /// What a track of this chunk does in the band.
    fn role(&self, channel: u8) -> Role {
        let guess = if channel == 9 {
            Some(Role::Drums)
        } else {
            Role::from_name(&self.name)
        };
        self.role.or(guess).unwrap_or(Role::Other)
    }
}

/// The messages that matter to a score.
fn message_of(message: MidiMessage) -> Option<Message> {
    Some(match message {
        MidiMessage::NoteOn { key, vel } if vel > 0 => Message::On(key.as_int(), vel.as_int()),
        MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
            Message::Off(key.as_int())
        }
        MidiMessage::ProgramChange { program } => Message::Set(Control::Program, program.as_int()),
        MidiMessage::Controller { controller, value } => {
            let control = match controller.as_int() {
                7 => Control::Volume,
                10 => Control::Pan,
                64 => Control::Sustain,
                _ => return None,
            };
            Message::Set(control, value.as_int())
        }
        _ => return None,
    })
}
