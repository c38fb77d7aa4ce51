//! The symbols, and bars to and from them.

use affetto_music::{Chord, ChordQuality, Key, Mode, PitchClass};

use super::grid::{GridBar, GridNote};
use super::voices::Voice;
use super::{MAX_QUARTERS, UNITS_PER_QUARTER};

/// Places of an onset within a quarter note, in grid units: sixteenths and triplet eighths.
pub const POSITIONS_PER_QUARTER: [u8; 6] = [0, 3, 4, 6, 8, 9];
/// Lengths of notes in grid units, ascending.
pub const DURATIONS: [u8; 16] = [2, 3, 4, 6, 8, 9, 12, 15, 18, 21, 24, 30, 36, 42, 48, 72];

/// Pitches that can be written, counted from [`LOWEST`] semitones above the tonic nearest to MIDI
/// pitch 0.
const N_PITCHES: u16 = 96;
const LOWEST: i32 = 18;
const N_POSITIONS: u16 = POSITIONS_PER_QUARTER.len() as u16 * MAX_QUARTERS as u16;

/// Qualities that chords are written with; the others become the nearest of these.
const QUALITIES: [ChordQuality; 12] = [
    ChordQuality::Major,
    ChordQuality::Minor,
    ChordQuality::Diminished,
    ChordQuality::Augmented,
    ChordQuality::Suspended2,
    ChordQuality::Suspended4,
    ChordQuality::Power,
    ChordQuality::Dominant7,
    ChordQuality::Major7,
    ChordQuality::Minor7,
    ChordQuality::HalfDiminished7,
    ChordQuality::Diminished7,
];

const FIRST_VOICE: u16 = 1;
const FIRST_POSITION: u16 = FIRST_VOICE + Voice::ALL.len() as u16;
const NO_CHORD: u16 = FIRST_POSITION + N_POSITIONS;
const FIRST_CHORD: u16 = NO_CHORD + 1;
const FIRST_NOTE: u16 = FIRST_CHORD + 12 * QUALITIES.len() as u16;
/// Number of symbols; ids are in `0..N_TOKENS`.
pub const N_TOKENS: u16 = FIRST_NOTE + N_PITCHES * DURATIONS.len() as u16;

/// A symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// A bar begins (and the one before ends).
    Bar,
    /// What follows is played by this voice.
    Voice(Voice),
    /// What follows is at this place, in grid units from the start of the bar.
    Position(u8),
    /// No chord sounds from here on.
    NoChord,
    /// A chord from here on.
    Chord {
        /// Semitones of the root above the tonic, in `0..12`.
        degree: u8,
        /// One of the twelve that are written.
        quality: ChordQuality,
    },
    /// A note at the present place.
    Note {
        /// Place in the range of pitches, in `0..96`.
        step: u8,
        /// Length in grid units, one of [`DURATIONS`].
        duration: u8,
    },
}

impl Token {
    /// The symbol's number, in `0..`[`N_TOKENS`].
    #[must_use]
    pub fn id(self) -> u16 {
        match self {
            Self::Bar => 0,
            Self::Voice(voice) => FIRST_VOICE + voice as u16,
            Self::Position(at) => {
                let (quarter, within) = (u16::from(at) / 12, at % 12);
                let place = POSITIONS_PER_QUARTER.iter().position(|&p| p == within);
                FIRST_POSITION + quarter * 6 + place.unwrap_or(0) as u16
            }
            Self::NoChord => NO_CHORD,
            Self::Chord { degree, quality } => {
                let place = QUALITIES.iter().position(|&q| q == quality).unwrap_or(0);
                FIRST_CHORD + place as u16 * 12 + u16::from(degree % 12)
            }
            Self::Note { step, duration } => {
                let place = DURATIONS.iter().position(|&d| d == duration).unwrap_or(0);
                FIRST_NOTE + u16::from(step) * DURATIONS.len() as u16 + place as u16
            }
        }
    }

    /// The symbol of a number, if there is one.
    #[must_use]
    pub fn from_id(id: u16) -> Option<Self> {
        Some(match id {
            0 => Self::Bar,
            FIRST_VOICE..FIRST_POSITION => Self::Voice(Voice::ALL[usize::from(id - FIRST_VOICE)]),
            FIRST_POSITION..NO_CHORD => {
                let place = id - FIRST_POSITION;
                let within = POSITIONS_PER_QUARTER[usize::from(place % 6)];
                Self::Position((place / 6) as u8 * UNITS_PER_QUARTER as u8 + within)
            }
            NO_CHORD => Self::NoChord,
            FIRST_CHORD..FIRST_NOTE => Self::Chord {
                degree: ((id - FIRST_CHORD) % 12) as u8,
                quality: QUALITIES[usize::from((id - FIRST_CHORD) / 12)],
            },
            FIRST_NOTE..N_TOKENS => {
                let place = id - FIRST_NOTE;
                Self::Note {
                    step: (place / DURATIONS.len() as u16) as u8,
                    duration: DURATIONS[usize::from(place) % DURATIONS.len()],
                }
            }
            _ => return None,
        })
    }
}

/// The tonic nearest to MIDI pitch 0, in −5..=6, so that all keys use the same registers.
fn tonic(key: Key) -> i32 {
    let tonic = i32::from(key.tonic.get());
    if tonic > 6 { tonic - 12 } else { tonic }
}

/// The place of a MIDI pitch in the range of symbols, an octave off where it lies outside.
#[must_use]
pub(super) fn step_of(pitch: u8, key: Key) -> u8 {
    let step = i32::from(pitch) - tonic(key) - LOWEST;
    let most = i32::from(N_PITCHES) - 12;
    (match step {
        ..0 => step.rem_euclid(12),
        _ if step >= i32::from(N_PITCHES) => most + (step - most).rem_euclid(12),
        _ => step,
    }) as u8
}

/// The MIDI pitch of a place in the range of symbols.
#[must_use]
pub(super) fn pitch_of(step: u8, key: Key) -> u8 {
    (i32::from(step) + LOWEST + tonic(key)).clamp(0, 127) as u8
}

fn chord_token(chord: Option<Chord>, key: Key) -> Token {
    chord.map_or(Token::NoChord, |chord| Token::Chord {
        degree: key.tonic.interval_to(chord.root),
        quality: written(chord.quality),
    })
}

/// The nearest quality that is written.
fn written(quality: ChordQuality) -> ChordQuality {
    match quality {
        ChordQuality::MinorMajor7 | ChordQuality::Minor6 | ChordQuality::MinorAdd9 => {
            ChordQuality::Minor
        }
        ChordQuality::Major6 | ChordQuality::MajorAdd9 => ChordQuality::Major,
        ChordQuality::Dominant9 => ChordQuality::Dominant7,
        quality => quality,
    }
}

/// The symbols of a bar; begins with [`Token::Bar`].
#[must_use]
pub fn encode(bar: &GridBar, key: Key) -> Vec<u16> {
    let mut tokens = vec![Token::Bar];
    let first = bar.chords.first().filter(|(at, _)| *at == 0);
    tokens.push(chord_token(first.and_then(|(_, chord)| *chord), key));
    for &(at, chord) in bar.chords.iter().filter(|(at, _)| *at > 0) {
        tokens.extend([Token::Position(at), chord_token(chord, key)]);
    }
    for (voice, notes) in Voice::ALL.iter().zip(&bar.voices) {
        if notes.is_empty() {
            continue;
        }
        tokens.push(Token::Voice(*voice));
        for onset in notes.chunk_by(|a, b| a.onset == b.onset) {
            tokens.push(Token::Position(onset[0].onset));
            tokens.extend(onset.iter().map(|note| Token::Note {
                step: step_of(note.pitch, key),
                duration: note.duration,
            }));
        }
    }
    tokens.into_iter().map(Token::id).collect()
}

/// The bar that symbols stand for; what is out of order is left out.
#[must_use]
pub fn decode(tokens: &[u16], key: Key) -> GridBar {
    let mut bar = GridBar::default();
    let (mut voice, mut at) = (None, 0);
    for token in tokens.iter().filter_map(|&id| Token::from_id(id)) {
        match token {
            Token::Bar => {}
            Token::Voice(next) => (voice, at) = (Some(next), 0),
            Token::Position(next) => at = next,
            Token::NoChord => bar.chords.push((at, None)),
            Token::Chord { degree, quality } => {
                let root = key.tonic.transposed(i32::from(degree));
                bar.chords.push((at, Some(Chord::new(root, quality))));
            }
            Token::Note { step, duration } => {
                if let Some(voice) = voice {
                    bar.voices[voice as usize].push(GridNote {
                        onset: at,
                        pitch: pitch_of(step, key),
                        duration,
                    });
                }
            }
        }
    }
    bar
}

/// The key whose tonic lies where pitches are counted from, for tests and for plans without key.
#[must_use]
pub(super) fn neutral_key() -> Key {
    Key {
        tonic: PitchClass::new(0),
        mode: Mode::Major,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_id_is_one_symbol() {
        for id in 0..N_TOKENS {
            assert_eq!(Token::from_id(id).map(Token::id), Some(id));
        }
        assert_eq!(Token::from_id(N_TOKENS), None);
    }

    fn any_note() -> impl Strategy<Value = GridNote> {
        (0..4_u8, 0..6_usize, 24..108_u8, 0..16_usize).prop_map(|(quarter, place, pitch, d)| {
            GridNote {
                onset: quarter * 12 + POSITIONS_PER_QUARTER[place],
                pitch,
                duration: DURATIONS[d],
            }
        })
    }

    fn any_bar() -> impl Strategy<Value = GridBar> {
        let voice = || {
            proptest::collection::vec(any_note(), 0..12).prop_map(|mut notes| {
                notes.sort_unstable();
                notes.dedup();
                notes
            })
        };
        let chord = (0..12_u8, 0..QUALITIES.len())
            .prop_map(|(root, q)| Some(Chord::new(PitchClass::new(root), QUALITIES[q])));
        (
            proptest::collection::btree_map(1..4_u8, chord, 0..3),
            voice(),
            voice(),
            voice(),
        )
            .prop_map(|(changes, a, b, c)| GridBar {
                chords: std::iter::once((0, None))
                    .chain(changes.into_iter().map(|(beat, chord)| (beat * 12, chord)))
                    .collect(),
                voices: [a, b, c],
            })
    }

    proptest! {
        #[test]
        fn bars_come_back(bar in any_bar(), tonic in 0..12_u8) {
            let key = Key { tonic: PitchClass::new(tonic), mode: Mode::Minor };
            prop_assert_eq!(decode(&encode(&bar, key), key), bar);
        }

        #[test]
        fn transposed_music_has_the_same_symbols(bar in any_bar(), tonic in 0..6_i32) {
            let key = |tonic| Key { tonic: PitchClass::new(0).transposed(tonic), mode: Mode::Major };
            let mut moved = bar.clone();
            for note in moved.voices.iter_mut().flatten() {
                note.pitch += tonic as u8;
            }
            for (_, chord) in &mut moved.chords {
                *chord = chord.map(|c| Chord::new(c.root.transposed(tonic), c.quality));
            }
            prop_assert_eq!(encode(&moved, key(tonic)), encode(&bar, key(0)));
        }

        #[test]
        fn any_numbers_are_read(tokens in proptest::collection::vec(0..u16::MAX, 0..100)) {
            let bar = decode(&tokens, neutral_key());
            prop_assert!(bar.voices.iter().map(Vec::len).sum::<usize>() <= tokens.len());
        }
    }
}
