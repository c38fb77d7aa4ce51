//! MIDI files: what is written reads back the same, and nothing that is read can hurt.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use affetto_music::{
    Bpm, Chord, ChordQuality, ChordSpan, Key, KeyChange, Meter, MeterChange, Mode, Note,
    PitchClass, Role, Score, Section, TempoChange, Track, midi,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

/// Text as the reader gives it: trimmed, no control characters.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zäß♯0-9:/]{1,12}( [a-z]{1,5})?"
}

fn tracks() -> impl Strategy<Value = Vec<Track>> {
    let note = (0..100_000_u32, 1..5_000_u32, 0..128_u8, 1..128_u8).prop_map(
        |(onset, duration, pitch, velocity)| Note {
            onset,
            pitch,
            duration,
            velocity,
        },
    );
    let sound = (0..128_u8, 0..16_u8, 0..128_u8, 0..128_u8);
    let track = (
        prop::option::of(text()),
        0..Role::ALL.len(),
        sound,
        vec(note, 0..60),
    )
        .prop_map(|(name, role, (program, channel, volume, pan), notes)| {
            let name = name.unwrap_or_default();
            let mut track = Track {
                volume,
                pan,
                notes,
                ..Track::new(name, Role::ALL[role], program, channel)
            };
            track.cut_overlaps();
            track
        });
    vec(track, 0..6)
}

fn chord() -> impl Strategy<Value = Chord> {
    (
        0..12_u8,
        0..ChordQuality::ALL.len(),
        prop::option::of(0..12_u8),
    )
        .prop_map(|(root, quality, bass)| Chord {
            root: PitchClass::new(root),
            quality: ChordQuality::ALL[quality],
            bass: bass.map(PitchClass::new),
        })
}

fn key() -> impl Strategy<Value = Key> {
    (0..12_u8, any::<bool>()).prop_map(|(tonic, is_minor)| Key {
        tonic: PitchClass::new(tonic),
        mode: if is_minor { Mode::Minor } else { Mode::Major },
    })
}

fn scores() -> impl Strategy<Value = Score> {
    let texts = (
        prop::option::of(text()),
        vec(text(), 0..3),
        vec((0..90_000_u32, text()), 0..4),
    );
    let maps = (
        btree_map(0..90_000_u32, 150_000..6_000_000_u32, 0..5),
        btree_map(0..90_000_u32, (1..33_u8, 0..6_u32), 0..4),
        btree_map(0..90_000_u32, key(), 0..4),
    );
    let chords = (
        btree_set(0..90_000_u32, 0..8),
        vec((chord(), 1..20_000_u32), 8),
    );
    (
        texts,
        maps,
        chords,
        tracks(),
        4..2_000_u32,
        100_000..200_000_u32,
    )
        .prop_map(
            |(
                (title, comments, sections),
                (tempos, meters, keys),
                chords,
                tracks,
                resolution,
                length,
            )| {
                let (onsets, chords) = chords;
                let ends = onsets.iter().skip(1).copied().chain([length]);
                let mut score = Score {
                    title,
                    comments,
                    ticks_per_quarter: resolution,
                    tempos: tempos
                        .into_iter()
                        .map(|(tick, micros)| TempoChange {
                            tick,
                            bpm: Bpm::clamped(60e6 / f64::from(micros)),
                        })
                        .collect(),
                    meters: meters
                        .into_iter()
                        .map(|(tick, (numerator, power))| MeterChange {
                            tick,
                            meter: Meter {
                                numerator,
                                denominator: 1 << power,
                            },
                        })
                        .collect(),
                    keys: keys
                        .into_iter()
                        .map(|(tick, key)| KeyChange { tick, key })
                        .collect(),
                    chords: onsets
                        .iter()
                        .zip(ends)
                        .zip(chords)
                        .map(|((&onset, end), (chord, duration))| ChordSpan {
                            onset,
                            duration: duration.min(end - onset),
                            chord,
                        })
                        .collect(),
                    sections: sections
                        .into_iter()
                        .map(|(tick, name)| Section { tick, name })
                        .collect(),
                    length,
                    tracks,
                };
                score.sections.sort_by_key(|section| section.tick);
                score.close();
                score
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn write_then_read_is_the_identity(score in scores()) {
        prop_assert_eq!(midi::read(&midi::write(&score)).unwrap(), score);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..600)) {
        drop(midi::read(&bytes));
        let mut file = b"MThd\0\0\0\x06\0\x01\0\x02\x01\xE0MTrk\0\0\xFF\xFF".to_vec();
        file.extend(bytes);
        check_reads_back(&file);
    }

    #[test]
    fn mutated_files_never_panic(
        score in scores(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        keep in any::<prop::sample::Index>(),
    ) {
        let mut bytes = midi::write(&score);
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        bytes.truncate(bytes.len() - keep.index(bytes.len()) / 4);
        check_reads_back(&bytes);
    }
}

/// Whatever can be read obeys the score's rules, and writes and reads back the same.
fn check_reads_back(bytes: &[u8]) {
    let options = midi::ReadOptions {
        sustain: midi::Sustain::Extends,
    };
    for score in [midi::read(bytes), midi::read_with(bytes, options)]
        .into_iter()
        .flatten()
    {
        for note in score.tracks.iter().flat_map(|track| &track.notes) {
            assert!(note.pitch < 128 && (1..128).contains(&note.velocity) && note.duration > 0);
            assert!(note.end() <= score.length);
        }
        assert!(score.bar_lines().last() >= Some(&score.length));
        assert!(score.duration_seconds().is_finite());
        let again = midi::read(&midi::write(&score)).unwrap();
        assert_eq!(again.tracks, score.tracks);
        assert_eq!(again.tempos, score.tempos);
        assert_eq!(again.chords, score.chords);
    }
}

/// A file of one format-0 chunk.
fn file(format: u8, resolution: [u8; 2], events: &[u8]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
    bytes.extend([format, 0, 1, resolution[0], resolution[1]]);
    bytes.extend(b"MTrk");
    bytes.extend((events.len() as u32).to_be_bytes());
    bytes.extend(events);
    bytes
}

/// Checks the tracks of a file as `channel program volume role: pitch@onset+duration …`.
#[track_caller]
fn check_tracks(bytes: &[u8], expected: &[&str]) {
    let score = midi::read(bytes).unwrap();
    let lines: Vec<String> = score
        .tracks
        .iter()
        .map(|track| {
            let notes: String = track
                .notes
                .iter()
                .map(|note| format!(" {}@{}+{}", note.pitch, note.onset, note.duration))
                .collect();
            format!(
                "{} {} {} {}:{notes}",
                track.channel,
                track.program,
                track.volume,
                track.role.name()
            )
        })
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn format_0_is_split_by_channel_and_program() {
    let events = [
        0, 0xC0, 5, 0, 0xB0, 7, 90, 0, 0x90, 60, 80, 48, 60, 0, // program 5
        0, 0xC0, 6, 0, 0x90, 62, 80, 48, 62, 0, // then program 6
        0, 0x99, 36, 100, 24, 0x89, 36, 0, // drums
        0, 0xFF, 0x2F, 0,
    ];
    let expected = [
        "0 5 90 other: 60@0+48",
        "0 6 90 other: 62@48+48",
        "9 0 100 drums: 36@96+24",
    ];
    check_tracks(&file(0, [0, 96], &events), &expected);
}

#[test]
fn names_of_roles_are_roles() {
    let events = b"\0\xFF\x03\x06MELODY\0\x90\x3C\x50\x60\x3C\0";
    check_tracks(&file(0, [0, 96], events), &["0 0 100 melody: 60@0+96"]);
}

#[test]
fn smpte_time_is_120_bpm() {
    // 25 frames a second, 40 ticks a frame: 1000 ticks a second.
    let events = b"\0\xFF\x51\x03\x01\x00\x00\0\x90\x3C\x50\x87\x68\x3C\0";
    let score = midi::read(&file(0, [0xE7, 40], events)).unwrap();
    assert_eq!(score.tempos, []);
    assert_eq!(score.duration_seconds(), 1.0);
}

#[test]
fn sustain_extends_where_asked() {
    let events = [
        0, 0xB0, 64, 127, 0, 0x90, 60, 80, 10, 60, 0, 10, 60, 80, 10, 60, 0, 30, 0xB0, 64,
        0, //
        0, 0x90, 62, 80, 10, 62, 0,
    ];
    let bytes = file(0, [0, 96], &events);
    check_tracks(&bytes, &["0 0 100 other: 60@0+10 60@20+10 62@60+10"]);
    let options = midi::ReadOptions {
        sustain: midi::Sustain::Extends,
    };
    let held = midi::read_with(&bytes, options).unwrap();
    let durations: Vec<u32> = held.tracks[0]
        .notes
        .iter()
        .map(|note| note.duration)
        .collect();
    assert_eq!(durations, [20, 40, 10]);
}

/// Checks how a file is refused.
#[track_caller]
fn check_refused(bytes: &[u8], expected: &str) {
    let message = midi::read(bytes).unwrap_err().to_string();
    assert_eq!(message, format!("not a readable MIDI file: {expected}"));
}

#[test]
fn refusals_say_why() {
    check_refused(b"", "no MThd header in the first 512 bytes");
    check_refused(b"RIFFxxxxWAVE", "no MThd header in the first 512 bytes");
    check_refused(b"MThd\0\0", "header cut off after 6 bytes");
    check_refused(&file(2, [0, 96], &[]), "format is 2, expected 0 or 1");
    check_refused(
        &file(0, [0, 0], &[]),
        "ticks per quarter must be 1 to 32767, but was 0",
    );
    check_refused(
        &vec![0; midi::MAX_BYTES + 1],
        "more than 16777216 bytes (16777217 or more)",
    );
    let many = [
        file(1, [0, 96], &[]),
        b"MTrk\0\0\0\0".repeat(midi::MAX_TRACKS),
    ]
    .concat();
    check_refused(&many, "more than 512 tracks (513 or more)");
    let crowded = file(
        0,
        [0, 96],
        &[
            &[0, 0x90, 60, 80][..],
            &[0, 60, 80].repeat(midi::MAX_EVENTS),
        ]
        .concat(),
    );
    check_refused(&crowded, "more than 2000000 events");
}

#[test]
fn ends_before_absurd_lengths() {
    let events = [0, 0x90, 60, 80, 96, 60, 0, 0xFF, 0xFF, 0xFF, 0x7F, 60, 80];
    let score = midi::read(&file(0, [0, 1], &events)).unwrap();
    assert_eq!(score.length, 96);
}

#[test]
fn long_silences_are_written() {
    let mut score = Score {
        ticks_per_quarter: 32767,
        length: 3 << 29,
        ..Score::default()
    };
    let mut track = Track::new("late", Role::Melody, 0, 0);
    track.notes.push(Note {
        onset: 3 << 28,
        duration: 3 << 28,
        pitch: 60,
        velocity: 80,
    });
    score.tracks.push(track);
    assert_eq!(midi::read(&midi::write(&score)).unwrap(), score);
}
