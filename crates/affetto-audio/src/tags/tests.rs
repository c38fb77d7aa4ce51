//! Tags that we and lofty wrote come back; broken ones give a note.

use std::io::Cursor;

use lofty::config::WriteOptions;
use lofty::tag::{TagExt, TagType};
use proptest::prelude::*;

use super::*;
use crate::Pcm;
use crate::encode::{Format, Tags, encode};

fn ours(format: Format) -> Vec<u8> {
    let tags = Tags {
        title: Some("Abendlied – für S.".to_owned()),
        artist: Some("Affetto".to_owned()),
        ..Tags::default()
    };
    encode(&Pcm::silence(48_000, 24_000), format, &tags).unwrap()
}

fn test_file(name: &str) -> Vec<u8> {
    let path = format!("{}/test_data/tones/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn read(bytes: &[u8]) -> ReadTags {
    read_tags(Cursor::new(bytes))
}

#[test]
fn our_own_tags_come_back() {
    for format in Format::ALL {
        let found = read(&ours(format));
        assert_eq!(found.note, None, "{format:?}");
        assert_eq!(
            found.tags.title.as_deref(),
            Some("Abendlied – für S."),
            "{format:?}"
        );
        assert_eq!(found.tags.artist.as_deref(), Some("Affetto"), "{format:?}");
    }
}

/// All items, written as that format's players do.
fn tagged(bytes: Vec<u8>, kind: TagType) -> Vec<u8> {
    let mut tag = Tag::new(kind);
    for (key, value) in [
        (ItemKey::TrackTitle, "Im Tal"),
        (ItemKey::TrackArtist, "Die Vier"),
        (ItemKey::AlbumTitle, "Wege"),
        (ItemKey::Genre, "Folk"),
        (ItemKey::RecordingDate, "1999-05-01"),
        (ItemKey::TrackNumber, "7"),
        (ItemKey::ReplayGainTrackGain, "-6.30 dB"),
        (ItemKey::ReplayGainTrackPeak, "0.98"),
        (ItemKey::UnsyncLyrics, "Erste Zeile\nzweite Zeile"),
    ] {
        tag.insert_text(key, value.to_owned());
    }
    let mut file = Cursor::new(bytes);
    tag.save_to(&mut file, WriteOptions::default()).unwrap();
    file.into_inner()
}

#[track_caller]
fn check_all(bytes: Vec<u8>, kind: TagType) {
    let found = read(&tagged(bytes, kind));
    assert_eq!(found.note, None);
    let expected = SongTags {
        title: Some("Im Tal".to_owned()),
        artist: Some("Die Vier".to_owned()),
        album: Some("Wege".to_owned()),
        genre: Some("Folk".to_owned()),
        year: Some(1999),
        track_number: Some(7),
        replay_gain_db: Some(-6.3),
        replay_gain_peak: Some(0.98),
        lyrics: Some("Erste Zeile\nzweite Zeile".to_owned()),
    };
    assert_eq!(found.tags, expected);
}

#[test]
fn everything_is_read_from_every_kind() {
    check_all(ours(Format::Mp3), TagType::Id3v2);
    check_all(test_file("tone.mp3"), TagType::Id3v2);
    check_all(ours(Format::Flac), TagType::VorbisComments);
    check_all(test_file("tone.ogg"), TagType::VorbisComments);
    check_all(ours(Format::Opus), TagType::VorbisComments);
    check_all(test_file("tone.m4a"), TagType::Mp4Ilst);
    check_all(test_file("tone.aiff"), TagType::Id3v2);
    check_all(ours(Format::Wav), TagType::Id3v2);
}

#[test]
fn other_files_have_none_and_say_so() {
    for bytes in [&b""[..], b"hello", &[0; 4000], b"\x89PNG\r\n\x1a\n1234"] {
        let found = read(bytes);
        assert_eq!(found.tags, SongTags::default());
        assert!(found.note.is_some());
    }
    let words = TagNote::UnknownFormat.to_string();
    assert_eq!(words, "no tags are read from this kind of file");
}

#[test]
fn cut_off_tags_do_not_panic() {
    let files = [
        tagged(ours(Format::Mp3), TagType::Id3v2),
        tagged(ours(Format::Flac), TagType::VorbisComments),
        tagged(test_file("tone.m4a"), TagType::Mp4Ilst),
        tagged(ours(Format::Opus), TagType::VorbisComments),
    ];
    for file in files {
        for n_bytes in (0..file.len().min(3000)).step_by(37) {
            read(&file[..n_bytes]);
        }
    }
}

#[test]
fn a_length_of_gigabytes_is_not_believed() {
    // A Vorbis comment whose one item claims 4 GiB.
    let mut flac = b"fLaC\x84\x00\x00\x0c".to_vec();
    flac.extend([0, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(read(&flac).tags, SongTags::default());
    // An ID3v2 frame of 256 MB.
    let mut mp3 = b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fTIT2\x7f\x7f\x7f\x7f\x00\x00\x03".to_vec();
    mp3.extend([b'a'; 500]);
    assert_eq!(read(&mp3).tags.title, None);
}

#[test]
fn texts_and_numbers_are_tamed() {
    assert_eq!(
        shortened(" a\u{0}b\r\nc\u{7} ", 10).as_deref(),
        Some("ab\nc")
    );
    assert_eq!(shortened("äöü", 2).as_deref(), Some("äö"));
    assert_eq!(shortened(" \n", 9), None);
    assert_eq!(leading_number("7/12"), Some(7));
    assert_eq!(leading_number("99999999999"), None);
    assert_eq!(leading_number("x"), None);
    assert_eq!(decibels("+2.5 dB"), Some(2.5));
    assert_eq!(decibels("-6,3 dB"), None);
    assert_eq!(decibels("inf"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_tags_never_panic(
        changes in proptest::collection::vec((0_usize..600, any::<u8>()), 1..12),
        kind in 0_usize..4,
    ) {
        let mut file = match kind {
            0 => tagged(ours(Format::Mp3), TagType::Id3v2),
            1 => tagged(ours(Format::Flac), TagType::VorbisComments),
            2 => tagged(test_file("tone.m4a"), TagType::Mp4Ilst),
            _ => ours(Format::Wav),
        };
        for (at, byte) in changes {
            let n = file.len();
            file[at % n] = byte;
        }
        let found = read(&file).tags;
        prop_assert!(found.title.is_none_or(|title| title.chars().count() <= MAX_TEXT_CHARS));
    }
}
