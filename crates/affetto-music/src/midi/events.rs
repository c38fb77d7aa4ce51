//! The bytes of a file as events with absolute ticks, with what midly refuses repaired.

use midly::num::{u4, u7, u28};
use midly::{EventIter, MidiMessage, TrackEvent, TrackEventKind, TrackIter};

use super::MAX_QUARTERS;
use crate::Error;

/// What the header chunk says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Ticks a quarter note, in `1..=32767`.
    pub(super) ticks_per_quarter: u32,
    /// Whether ticks are fractions of a second, so that tempo events do not count.
    pub(super) is_smpte: bool,
}

/// Reads the header and gives the track chunks that follow it.
///
/// The header may stand within the first 512 bytes, as in RIFF and MacBinary files.
pub(super) fn chunks(bytes: &[u8]) -> Result<(Header, TrackIter<'_>), Error> {
    let refuse = |reason: String| Error::Midi { reason };
    let start = bytes
        .windows(4)
        .take(512)
        .position(|window| window == b"MThd")
        .ok_or_else(|| refuse("no MThd header in the first 512 bytes".to_owned()))?;
    let header: &[u8; 14] = bytes[start..].first_chunk().ok_or_else(|| {
        refuse(format!(
            "header cut off after {} bytes",
            bytes.len() - start
        ))
    })?;
    let length = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    let format = u16::from_be_bytes([header[8], header[9]]);
    if format > 1 {
        return Err(refuse(format!("format is {format}, expected 0 or 1")));
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX).max(6);
    let rest = bytes
        .get(start.saturating_add(8).saturating_add(length)..)
        .unwrap_or(&[]);
    Ok((resolution([header[12], header[13]])?, TrackIter::new(rest)))
}

/// Reads the division of the header: ticks a quarter, or frames a second and ticks a frame.
fn resolution([high, low]: [u8; 2]) -> Result<Header, Error> {
    let is_smpte = high & 0x80 != 0;
    let ticks_per_quarter = if is_smpte {
        u32::from(high.wrapping_neg()) * u32::from(low) / 2
    } else {
        u32::from(u16::from_be_bytes([high, low]))
    };
    if !(1..=32767).contains(&ticks_per_quarter) {
        let reason = format!("ticks per quarter must be 1 to 32767, but was {ticks_per_quarter}");
        return Err(Error::Midi { reason });
    }
    Ok(Header {
        ticks_per_quarter,
        is_smpte,
    })
}

/// The events of one chunk with their ticks.
pub(super) struct Events<'a> {
    inner: EventIter<'a>,
    tick: u32,
    last: u32,
}

impl<'a> Events<'a> {
    /// Starts at tick 0 and ends before what lies beyond the longest score.
    pub(super) fn new(inner: EventIter<'a>, ticks_per_quarter: u32) -> Self {
        Self {
            inner,
            tick: 0,
            last: ticks_per_quarter.saturating_mul(MAX_QUARTERS),
        }
    }

    /// The next event, repaired where midly refuses it.
    fn next_event(&mut self) -> Option<TrackEvent<'a>> {
        let (unread, status) = (self.inner.unread(), self.inner.running_status());
        if let Some(Ok(event)) = self.inner.next() {
            return Some(event);
        }
        let (event, status, rest) = repair(unread, status)?;
        self.inner = EventIter::new(rest);
        *self.inner.running_status_mut() = status;
        Some(event)
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = (u32, TrackEventKind<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let event = self.next_event()?;
        self.tick = self.tick.saturating_add(event.delta.as_int());
        (self.tick <= self.last).then_some((self.tick, event.kind))
    }
}

/// Reads an event that breaks the standard: a channel message with data bytes above 127 (clamped,
/// but a note with such a key is left out), a system message or a meta event with too little data
/// (both skipped). Gives the event, the running status after it and the bytes that follow.
fn repair(bytes: &[u8], running: Option<u8>) -> Option<(TrackEvent<'_>, Option<u8>, &[u8])> {
    let (delta, rest) = variable_length(bytes)?;
    let (status, data) = match rest.split_first()? {
        (&first, after) if first >= 0x80 => (first, after),
        _ => (running?, rest),
    };
    let nothing = TrackEventKind::Escape(&[]);
    let (kind, running, rest) = match status {
        0x80..=0xEF => {
            let length = if matches!(status >> 4, 0xC | 0xD) {
                1
            } else {
                2
            };
            let (data, rest) = data.split_at_checked(length)?;
            (
                channel_message(status, data).unwrap_or(nothing),
                Some(status),
                rest,
            )
        }
        0xF2 => (nothing, None, data.get(2..)?),
        0xF1 | 0xF3 => (nothing, None, data.get(1..)?),
        0xFF => {
            let (length, rest) = variable_length(data.get(1..)?)?;
            (nothing, None, rest.get(usize::try_from(length).ok()?..)?)
        }
        0xF4..=0xF6 | 0xF8..=0xFE => (nothing, running, data),
        _ => return None,
    };
    Some((
        TrackEvent {
            delta: u28::from(delta),
            kind,
        },
        running,
        rest,
    ))
}

/// A channel message from bytes of which one is above 127; `None` where nothing sensible is left.
fn channel_message(status: u8, data: &[u8]) -> Option<TrackEventKind<'static>> {
    let &first = data.first()?;
    let second = u7::from(data.get(1).map_or(0, |&byte| byte.min(127)));
    let key = u7::try_from(first);
    let message = match status >> 4 {
        0x8 => MidiMessage::NoteOff {
            key: key?,
            vel: second,
        },
        0x9 => MidiMessage::NoteOn {
            key: key?,
            vel: second,
        },
        0xB => MidiMessage::Controller {
            controller: key?,
            value: second,
        },
        0xC => MidiMessage::ProgramChange {
            program: u7::from(first.min(127)),
        },
        _ => return None,
    };
    Some(TrackEventKind::Midi {
        channel: u4::from(status & 15),
        message,
    })
}

/// Reads a number of up to four bytes of seven bits, the highest first.
fn variable_length(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().take(4).enumerate() {
        value = value << 7 | u32::from(byte & 0x7F);
        if byte < 0x80 || index == 3 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[(u32, &str)]) {
        let events: Vec<(u32, String)> = Events::new(EventIter::new(bytes), 480)
            .map(|(tick, kind)| (tick, format!("{kind:?}").replace("channel: u4", "")))
            .collect();
        assert_eq!(events.len(), expected.len(), "{events:?}");
        for ((tick, text), (expected_tick, part)) in events.iter().zip(expected) {
            assert_eq!(tick, expected_tick, "{text}");
            assert!(text.contains(part), "{text} lacks {part}");
        }
    }

    #[test]
    fn running_status() {
        check(
            &[0, 0x90, 60, 80, 96, 60, 0],
            &[(0, "NoteOn"), (96, "NoteOn")],
        );
    }

    #[test]
    fn velocity_above_127_is_clamped() {
        check(
            &[1, 0x90, 60, 200, 1, 61, 80],
            &[(1, "vel: u7(127)"), (2, "vel: u7(80)")],
        );
    }

    #[test]
    fn key_above_127_is_left_out() {
        check(
            &[1, 0x90, 200, 80, 1, 0x80, 61, 80],
            &[(1, "Escape"), (2, "NoteOff")],
        );
    }

    #[test]
    fn realtime_and_empty_meta_are_skipped() {
        check(
            &[
                1, 0x90, 60, 80, 1, 0xF8, 1, 61, 80, 1, 0xFF, 0x59, 0, 1, 0x90, 62, 80,
            ],
            &[
                (1, "NoteOn"),
                (2, "Escape"),
                (3, "NoteOn"),
                (4, "Escape"),
                (5, "NoteOn"),
            ],
        );
    }

    #[test]
    fn nonsense_ends_the_track() {
        check(
            &[0, 0x90, 60, 80, 0, 0xFF, 0x2F, 0x80],
            &[(0, "NoteOn"), (0, "EndOfTrack")],
        );
        check(&[0, 60, 80, 0, 0x90, 60, 80], &[]);
        check(&[0xFF; 9], &[]);
    }

    #[test]
    fn divisions() {
        let header = |ticks_per_quarter, is_smpte| {
            Ok(Header {
                ticks_per_quarter,
                is_smpte,
            })
        };
        assert_eq!(resolution([1, 0xE0]), header(480, false));
        assert_eq!(resolution([0xE7, 40]), header(500, true));
        assert!(resolution([0, 0]).is_err());
        assert!(resolution([0x80, 0]).is_err());
        assert_eq!(resolution([0x80, 255]), header(16320, true));
    }
}
