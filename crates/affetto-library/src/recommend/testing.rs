//! Songs for tests.

use crate::{Keyword, Mood, MoodOrigin, Song, SongId, SongInfo, Sound, Words};

/// A song of which only the title and the artist are known; every song has its own artist.
pub(crate) fn song(id: i64) -> Song {
    Song {
        id: SongId(id),
        info: SongInfo {
            title: format!("Song {id}"),
            artist: format!("Artist {id}"),
            ..SongInfo::default()
        },
        sources: vec!["test".to_owned()],
    }
}

/// The same song placed on the plane.
pub(crate) fn at(mut song: Song, valence: f64, arousal: f64) -> Song {
    song.info.mood = Some(Mood {
        valence,
        arousal,
        valence_sd: 0.1,
        arousal_sd: 0.1,
        origin: MoodOrigin::Sound,
    });
    song
}

/// The same song by an artist.
pub(crate) fn by(mut song: Song, artist: &str) -> Song {
    song.info.artist = artist.to_owned();
    song
}

/// The same song with a tempo and a major key.
pub(crate) fn sounding(mut song: Song, tempo_bpm: f32, tonic: u8) -> Song {
    song.info.sound = Some(Sound {
        tempo_bpm,
        tonic,
        major: true,
        loudness_lufs: -14.0,
    });
    song
}

/// The same song with lyrics.
pub(crate) fn saying(mut song: Song, quadrants: [f32; 4], keywords: &[(&str, f32)]) -> Song {
    song.info.words = Some(Words {
        quadrants,
        language: Some("en".to_owned()),
        keywords: keywords
            .iter()
            .map(|&(text, weight)| Keyword {
                text: text.to_owned(),
                weight,
            })
            .collect(),
    });
    song
}

/// A grid of `side` × `side` songs over the plane, numbered from 1, five songs an artist.
pub(crate) fn grid(side: usize) -> Vec<Song> {
    let step = |i: usize| -0.95 + 1.9 * i as f64 / (side.max(2) - 1) as f64;
    (0..side * side)
        .map(|i| {
            let song = at(song(i as i64 + 1), step(i % side), step(i / side));
            let song = sounding(song, 80.0 + (i * 7 % 60) as f32, (i * 5 % 12) as u8);
            by(
                song,
                &format!("Artist {}", i * 13 % (side * side / 5).max(1)),
            )
        })
        .collect()
}
