//! A library from its first song to a set that was learnt from.

use std::path::Path;

use affetto_audio::Pcm;
use affetto_audio::encode::{Format, Tags, encode};

use super::feedback::reaction;
use super::recommend::{Bridges, SetMusic, SongRequest};
use super::scan::{Depth, ScanOptions};
use super::*;
use crate::{MusicRequest, Settings};

fn engine(folder: &Path) -> Engine {
    let mut settings = Settings::default();
    settings.library.database = folder.join("library.sqlite").display().to_string();
    Engine::new(settings).unwrap()
}

/// A table of 40 songs that cover the plane; every fourth has lyrics.
fn table(folder: &Path) -> PathBuf {
    let mut csv = "title,artist,valence,arousal,lyrics\n".to_owned();
    for index in 0..40 {
        let (valence, arousal) = (
            f64::from(index % 8) / 3.5 - 1.0,
            f64::from(index / 8) / 2.0 - 1.0,
        );
        let lyrics = match index % 4 {
            0 => "The rain is falling on my lonely heart",
            _ => "",
        };
        csv += &format!(
            "Song {index},Artist {},{valence:.3},{arousal},{lyrics}\n",
            index % 13
        );
    }
    let path = folder.join("songs.csv");
    std::fs::write(&path, csv).unwrap();
    path
}

fn asked(valence: f64, arousal: f64) -> SongRequest {
    SongRequest {
        mood: MusicRequest {
            valence: Some(valence),
            arousal: Some(arousal),
            strategy: Some("match".into()),
            ..MusicRequest::default()
        },
        count: Some(5),
        bridges: Bridges::Never,
        ..SongRequest::default()
    }
}

#[test]
fn a_table_becomes_a_set_with_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let empty = engine.recommend(&asked(0.5, 0.5)).unwrap_err();
    assert!(empty.to_string().contains("no songs"), "{empty}");
    let added = engine
        .add_catalogue("csv", &table(folder.path()), None, &mut |_| ())
        .unwrap();
    assert_eq!((added.rows, added.added, added.left_out), (40, 40, 0));
    let set = engine.recommend(&asked(-0.8, -0.8)).unwrap();
    assert_eq!(set.songs().count(), 5);
    let first = set.songs().next().unwrap();
    assert!(first.heard.v() < 0.0 && first.heard.a() < 0.0, "{first:?}");
    assert!(first.because.starts_with("because"), "{}", first.because);
    let sum: f64 = first.parts.iter().map(|(_, part)| part).sum();
    assert!(
        (sum - first.score).abs() < 1e-6,
        "{sum} is not {}",
        first.score
    );
    // Once more the same list changes nothing.
    let again = engine
        .add_catalogue("csv", &table(folder.path()), None, &mut |_| ())
        .unwrap();
    assert_eq!((again.added, again.known), (0, 40));
}

#[test]
fn a_plan_leads_from_where_the_listener_is() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let csv = table(folder.path());
    engine
        .add_catalogue("csv", &csv, None, &mut |_| ())
        .unwrap();
    let mut request = asked(-0.7, -0.5);
    request.mood.strategy = Some("iso".into());
    request.count = Some(8);
    let set = engine.recommend(&request).unwrap();
    assert_eq!(set.strategy, "iso");
    let valence: Vec<f64> = set.songs().map(|song| song.heard.v()).collect();
    assert!(valence[0] < -0.2 && valence[7] > 0.2, "{valence:?}");
    assert!(set.plan.len() > 2 && set.plan[0].t_seconds == 0.0);
    assert!(
        set.slots
            .iter()
            .all(|slot| matches!(slot.music, SetMusic::Song(_)))
    );
}

#[test]
fn a_dislike_is_remembered_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let csv = table(folder.path());
    engine
        .add_catalogue("csv", &csv, None, &mut |_| ())
        .unwrap();
    let songs = engine.songs().unwrap();
    let first = |engine: &Engine| {
        let set = engine.recommend(&asked(0.6, 0.2)).unwrap();
        set.songs().next().unwrap().song.id
    };
    let disliked = first(&engine);
    let dislike = reaction("dislike", None, None).unwrap();
    songs.react(disliked, dislike, None).unwrap();
    assert_ne!(first(&engine), disliked);
    assert!(songs.export_listener().unwrap().contains("dislike"));
    songs.erase_listener().unwrap();
    assert_eq!(first(&engine), disliked);
    assert!(!songs.export_listener().unwrap().contains("dislike"));
    assert!(songs.react(SongId(4711), dislike, None).is_err());
}

#[test]
fn a_rating_moves_the_song_and_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let csv = table(folder.path());
    engine
        .add_catalogue("csv", &csv, None, &mut |_| ())
        .unwrap();
    let songs = engine.songs().unwrap();
    let song = songs.search(&Search::default()).unwrap().songs[0].clone();
    let rated = reaction("rated", None, Some((0.9, -0.9))).unwrap();
    songs.react(song.id, rated, None).unwrap();
    let mood = songs.song(song.id).unwrap().info.mood.unwrap();
    assert_eq!((mood.valence, mood.arousal), (0.9, -0.9));
    let csv = songs.labels_csv().unwrap();
    assert_eq!(csv.lines().count(), 2);
    assert!(csv.contains(&song.info.title), "{csv}");
}

#[test]
fn a_folder_is_heard_once_and_bad_files_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let music = folder.path().join("music");
    std::fs::create_dir(&music).unwrap();
    let mut pcm = Pcm::silence(22_050, 22_050 * 4);
    for (index, frame) in pcm.left.iter_mut().enumerate() {
        *frame = 0.3 * (index as f32 * 440.0 * std::f32::consts::TAU / 22_050.0).sin();
    }
    pcm.right.clone_from(&pcm.left);
    let wav = encode(&pcm, Format::Wav, &Tags::default()).unwrap();
    std::fs::write(music.join("Some One - A Tone.wav"), &wav).unwrap();
    std::fs::write(music.join("Some One - A Tone.txt"), "I am so happy today").unwrap();
    std::fs::write(music.join("zero.mp3"), b"").unwrap();
    let options = ScanOptions {
        places: vec![music.clone()],
        depth: Depth::Full,
    };
    let report = engine.scan(&options, &mut |_| ()).unwrap();
    assert_eq!((report.files, report.heard, report.added), (2, 1, 1));
    assert_eq!(report.failed.len(), 1);
    assert!(report.failed[0].0.ends_with("zero.mp3"));
    let again = engine.scan(&options, &mut |_| ()).unwrap();
    assert_eq!((again.heard, again.unchanged), (0, 2));
    let songs = engine.songs().unwrap();
    let song = songs.search(&Search::default()).unwrap().songs[0].clone();
    assert_eq!(
        (&*song.info.title, &*song.info.artist),
        ("A Tone", "Some One")
    );
    assert!(song.info.mood.is_some() && song.info.words.is_some());
    assert_eq!(songs.failed_files().unwrap().len(), 1);
    // A lost drive forgets nothing; a removed file is forgotten.
    std::fs::rename(&music, folder.path().join("away")).unwrap();
    assert!(engine.scan(&options, &mut |_| ()).is_err());
    std::fs::rename(folder.path().join("away"), &music).unwrap();
    std::fs::remove_file(music.join("Some One - A Tone.wav")).unwrap();
    assert_eq!(engine.scan(&options, &mut |_| ()).unwrap().gone, 1);
    assert_eq!(songs.facets().unwrap().songs, 0);
}
