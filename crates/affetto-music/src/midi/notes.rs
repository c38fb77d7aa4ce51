//! Note-on and note-off messages paired to notes, and the controller values around them.

use std::collections::BTreeMap;

use crate::Note;

/// A message of one channel that matters to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// A key goes down, with its velocity in `1..128`.
    On(u8, u8),
    /// A key goes up.
    Off(u8),
    /// A control takes a value in `0..128`.
    Set(Control, u8),
}

/// What a channel can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Control {
    /// General MIDI program.
    Program,
    /// Controller 7.
    Volume,
    /// Controller 10.
    Pan,
    /// Controller 64; down from 64 on.
    Sustain,
}

/// A message with its time and channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChannelEvent {
    pub(super) tick: u32,
    pub(super) channel: u8,
    pub(super) message: Message,
}

/// Values of the controls of all channels over time.
#[derive(Debug, Default)]
pub(super) struct Controls(BTreeMap<(u8, Control), Vec<(u32, u8)>>);

impl Controls {
    /// Collects all settings; of several at one tick the last counts.
    pub(super) fn new<'a>(events: impl Iterator<Item = &'a ChannelEvent>) -> Self {
        let mut values: BTreeMap<_, Vec<(u32, u8)>> = BTreeMap::new();
        for event in events {
            if let Message::Set(control, value) = event.message {
                values
                    .entry((event.channel, control))
                    .or_default()
                    .push((event.tick, value));
            }
        }
        for ((_, control), changes) in &mut values {
            changes.sort_by_key(|&(tick, _)| tick);
            if *control == Control::Sustain {
                changes.dedup_by_key(|&mut (_, value)| value >= 64);
            }
        }
        Self(values)
    }

    /// The value in force at a tick, if it was ever set by then.
    pub(super) fn at(&self, channel: u8, control: Control, tick: u32) -> Option<u8> {
        let changes = self.0.get(&(channel, control))?;
        let after = changes.partition_point(|&(change, _)| change <= tick);
        after.checked_sub(1).map(|index| changes[index].1)
    }

    /// The first tick from `tick` on at which the pedal of a channel is up.
    fn pedal_up(&self, channel: u8, tick: u32) -> Option<u32> {
        let changes = self.0.get(&(channel, Control::Sustain))?;
        let after = changes.partition_point(|&(change, _)| change <= tick);
        if after
            .checked_sub(1)
            .is_none_or(|index| changes[index].1 < 64)
        {
            return Some(tick);
        }
        changes[after..]
            .iter()
            .find(|(_, value)| *value < 64)
            .map(|&(change, _)| change)
    }

    /// Lengthens notes that end while the pedal is down, to its release or `end`.
    pub(super) fn hold(&self, channel: u8, notes: &mut [Note], end: u32) {
        if !self.0.contains_key(&(channel, Control::Sustain)) {
            return;
        }
        for note in notes {
            let release = self.pedal_up(channel, note.end()).unwrap_or(end);
            note.duration = release.max(note.end()) - note.onset;
        }
    }
}

/// A key that is down.
#[derive(Debug, Clone, Copy)]
struct Down {
    onset: u32,
    velocity: u8,
    /// Whether its onset ended another note of the pitch, whose note-off is still to come.
    is_off_due: bool,
}

/// Pairs the messages of one chunk, in file order, to notes by channel.
///
/// A note-on ends a note of that pitch still sounding. The note-off of the ended note may follow at
/// the same tick and is then ignored. What is still down at the end lasts to `end`.
pub(super) fn pair(events: &[ChannelEvent], end: u32) -> BTreeMap<u8, Vec<Note>> {
    let mut down: BTreeMap<(u8, u8), Down> = BTreeMap::new();
    let mut notes: BTreeMap<u8, Vec<Note>> = BTreeMap::new();
    let mut finish = |channel: u8, pitch: u8, key: Down, tick: u32| {
        let duration = (tick - key.onset).max(1);
        let note = Note {
            onset: key.onset,
            pitch,
            duration,
            velocity: key.velocity,
        };
        notes.entry(channel).or_default().push(note);
    };
    for &ChannelEvent {
        tick,
        channel,
        message,
    } in events
    {
        match message {
            Message::On(pitch, velocity) => {
                let mut key = Down {
                    onset: tick,
                    velocity,
                    is_off_due: false,
                };
                if let Some(old) = down.remove(&(channel, pitch)) {
                    key.is_off_due = true;
                    if old.onset == tick {
                        key.velocity = velocity.max(old.velocity);
                    } else {
                        finish(channel, pitch, old, tick);
                    }
                }
                down.insert((channel, pitch), key);
            }
            Message::Off(pitch) => match down.get_mut(&(channel, pitch)) {
                Some(key) if key.is_off_due && key.onset == tick => key.is_off_due = false,
                Some(&mut key) => {
                    down.remove(&(channel, pitch));
                    finish(channel, pitch, key, tick);
                }
                None => {}
            },
            Message::Set(..) => {}
        }
    }
    for ((channel, pitch), key) in down {
        finish(channel, pitch, key, end.max(key.onset));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `tick+pitch` (on) and `tick-pitch` (off); expects `pitch@onset..end`.
    #[track_caller]
    fn check(messages: &str, expected: &str) {
        let events: Vec<ChannelEvent> = messages
            .split_whitespace()
            .map(|word| {
                let sign = word.find(['+', '-']).unwrap();
                let (tick, pitch) = (
                    word[..sign].parse().unwrap(),
                    word[sign + 1..].parse().unwrap(),
                );
                let message = match &word[sign..=sign] {
                    "+" => Message::On(pitch, 80),
                    _ => Message::Off(pitch),
                };
                ChannelEvent {
                    tick,
                    channel: 0,
                    message,
                }
            })
            .collect();
        let mut notes = pair(&events, 100).remove(&0).unwrap_or_default();
        notes.sort_unstable();
        let text: Vec<String> = notes
            .iter()
            .map(|n| format!("{}@{}..{}", n.pitch, n.onset, n.end()))
            .collect();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn two_notes() {
        check("0+60 10-60 10+62 20-62", "60@0..10 62@10..20");
    }

    #[test]
    fn repeated_note_starts_before_the_first_ends() {
        check("0+60 10+60 10-60 20-60", "60@0..10 60@10..20");
    }

    #[test]
    fn overlap_ends_at_the_second_onset() {
        check("0+60 10+60 15-60 20-60", "60@0..10 60@10..15");
    }

    #[test]
    fn unison_is_one_note() {
        check("0+60 0+60 10-60 20-60", "60@0..10");
    }

    #[test]
    fn zero_length_lasts_a_tick() {
        check("5+60 5-60", "60@5..6");
        check("5+60 5+60 5-60 5-60", "60@5..6");
    }

    #[test]
    fn stray_note_off_is_ignored() {
        check("0-60 5+60 9-60 9-60", "60@5..9");
    }

    #[test]
    fn hanging_note_lasts_to_the_end() {
        check("5+60", "60@5..100");
    }
}
