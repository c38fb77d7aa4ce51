//! Checks of songs, sources and files.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::task::Poll;

use affetto_affect::Quadrant;
use affetto_library::{
    Descriptors, Entry, Error, Features, Feedback, FileRecord, FileState, Keyword, Mood,
    MoodOrigin, Playable, Reaction, Search, Song, SongId, Sound, Store, Words,
};

use crate::contract::{catalogue, folder, mood, named, placed};

type Checked = Result<(), Error>;

/// A record of a file.
fn heard(artist: &str, title: &str, path: &str, fingerprint: i64) -> Entry {
    let mut entry = named(artist, title);
    entry.info.path = Some(path.into());
    entry.file = Some(file(path, fingerprint));
    entry
}

fn file(path: &str, fingerprint: i64) -> FileRecord {
    FileRecord {
        path: path.into(),
        size: 5_000_000_000,
        modified_unix_ms: 1_700_000_000_123,
        fingerprint: Some(fingerprint),
        state: FileState::Done,
        analysis_version: 3,
        descriptors: None,
    }
}

fn like(listener: &str, song: SongId) -> Feedback {
    Feedback {
        listener: listener.into(),
        song,
        reaction: Reaction::Like,
        unix_s: 100,
        context: None,
    }
}

async fn all(store: &dyn Store) -> Result<Vec<Song>, Error> {
    let mut songs = Vec::new();
    let shown = store.for_each_song(&mut |song| songs.push(song)).await?;
    assert_eq!(shown, songs.len() as u64);
    Ok(songs)
}

async fn titles(store: &dyn Store) -> Result<Vec<String>, Error> {
    Ok(all(store)
        .await?
        .into_iter()
        .map(|s| s.info.title)
        .collect())
}

pub(crate) async fn a_song_reads_back(store: &dyn Store) -> Checked {
    let mut entry = heard(
        "Nina Simone",
        "Sinnerman",
        "/music/ü/sinnerman.flac",
        i64::MIN,
    );
    let info = &mut entry.info;
    info.album = Some("Pastel Blues".into());
    info.year = Some(1965);
    info.genre = Some("jazz".into());
    info.duration_s = Some(622.25);
    info.link = Some("https://example.org/1?a=b&c".into());
    info.mood = Some(mood(-0.25, 0.75));
    info.sound = Some(Sound {
        tempo_bpm: 144.5,
        tonic: 11,
        major: false,
        loudness_lufs: -11.25,
    });
    info.words = Some(Words {
        quadrants: [0.1, 0.5, 0.25, 0.15],
        language: Some("en".into()),
        keywords: vec![Keyword {
            text: "run to the rock".into(),
            weight: 0.5,
        }],
    });
    entry.features = Some(Features {
        energy: Some(0.5),
        ..Features::default()
    });
    let done = store
        .upsert(&folder(), std::slice::from_ref(&entry))
        .await?;
    assert_eq!((done.added, done.known), (1, 0));
    let song = store.song(done.songs[0]).await?.unwrap();
    assert_eq!(song.info, entry.info);
    assert_eq!(song.sources, ["/music"]);
    let known = store
        .file(Path::new("/music/ü/sinnerman.flac"))
        .await?
        .unwrap();
    assert_eq!(Some(known.record), entry.file);
    assert_eq!(known.song, Some(song.id));
    let mut shown = Vec::new();
    store
        .for_each_features(&mut |song, features| shown.push((song, features)))
        .await?;
    assert_eq!(shown, [(song, entry.features.unwrap())]);
    assert_eq!(store.song(SongId(-1)).await?, None);
    Ok(())
}

pub(crate) async fn a_song_is_known_once(store: &dyn Store) -> Checked {
    let deezer = [
        placed("The Beatles", "Help!", 0.5, 0.5),
        placed("Beyoncé", "Déjà Vu", 0.25, 0.5),
        placed("Beyoncé", "Déjà Vu - Remastered 2009", 0.25, 0.5),
    ];
    let first = store.upsert(&catalogue("deezer"), &deezer).await?;
    assert_eq!((first.added, first.known), (2, 1));
    let again = store.upsert(&catalogue("deezer"), &deezer).await?;
    assert_eq!((again.added, again.known), (0, 3));
    assert_eq!(again.songs, first.songs);
    let mut other = named("BEYONCE", "Deja Vu (feat. Jay-Z)");
    other.info.year = Some(2006);
    let files = [
        other,
        heard("Unknown Artist", "Track 01", "/music/1.mp3", 7),
    ];
    let third = store.upsert(&folder(), &files).await?;
    assert_eq!((third.added, third.known), (1, 1));
    assert_eq!(third.songs[0], first.songs[1]);
    let song = store.song(first.songs[1]).await?.unwrap();
    assert_eq!(song.sources, ["/music", "deezer"]);
    assert_eq!(
        song.info.title, "Deja Vu (feat. Jay-Z)",
        "a folder is trusted more"
    );
    assert_eq!(
        (song.info.year, song.info.mood),
        (Some(2006), Some(mood(0.25, 0.5)))
    );
    let summary = store.sources().await?;
    let counts: Vec<_> = summary
        .iter()
        .map(|s| (s.source.name.as_str(), s.songs))
        .collect();
    assert_eq!(counts, [("/music", 2), ("deezer", 2)]);
    Ok(())
}

pub(crate) async fn files_are_found_again_when_moved(store: &dyn Store) -> Checked {
    let before = [heard("Unknown", "Track 1", "/music/old.mp3", 42)];
    let first = store.upsert(&folder(), &before).await?;
    let after = [heard("Unknown", "Track 1", "/music/new.mp3", 42)];
    let second = store.upsert(&folder(), &after).await?;
    assert_eq!(first.songs, second.songs, "the same sound is the same song");
    assert_eq!(store.forget_files(&[Path::new("/music/old.mp3")]).await?, 0);
    let song = store.song(first.songs[0]).await?.unwrap();
    assert_eq!(song.info.path, Some(PathBuf::from("/music/new.mp3")));
    assert_eq!(store.forget_files(&[Path::new("/music/new.mp3")]).await?, 1);
    assert_eq!(store.song(first.songs[0]).await?, None);
    assert_eq!(store.files(None, 10).await?, []);
    Ok(())
}

pub(crate) async fn a_renamed_file_keeps_its_song(store: &dyn Store) -> Checked {
    let first = store
        .upsert(&folder(), &[heard("Nina", "Tpyo", "/music/1.mp3", 1)])
        .await?;
    let fixed = store
        .upsert(&folder(), &[heard("Nina", "Typo", "/music/1.mp3", 1)])
        .await?;
    assert_eq!(first.songs, fixed.songs);
    assert_eq!(titles(store).await?, ["Typo"]);
    // The name it had is free again.
    let other = store
        .upsert(&catalogue("c"), &[named("Nina", "Tpyo")])
        .await?;
    assert_eq!(other.added, 1);
    // Renamed to what the catalogue knows, it becomes that song and its own goes.
    let moved = store
        .upsert(&folder(), &[heard("Nina", "Tpyo", "/music/1.mp3", 1)])
        .await?;
    assert_eq!(moved.songs, other.songs);
    assert_eq!(titles(store).await?, ["Tpyo"]);
    Ok(())
}

pub(crate) async fn removing_a_source_restores_the_others(store: &dyn Store) -> Checked {
    let song = store
        .upsert(&catalogue("deezer"), &[placed("A", "One", 0.5, 0.5)])
        .await?
        .songs[0];
    let mut file = heard("A", "One", "/music/1.mp3", 1);
    file.info.mood = Some(Mood {
        origin: MoodOrigin::Sound,
        ..mood(-0.5, -0.5)
    });
    store
        .upsert(&folder(), &[file, heard("A", "Two", "/music/2.mp3", 2)])
        .await?;
    let heard = store.song(song).await?.unwrap().info;
    assert_eq!(heard.mood.unwrap().valence, -0.5);
    assert_eq!(
        store.remove_source("/music").await?,
        1,
        "only the second song goes"
    );
    let left = store.song(song).await?.unwrap();
    assert_eq!(
        (left.info.mood, left.info.path),
        (Some(mood(0.5, 0.5)), None)
    );
    assert_eq!(left.sources, ["deezer"]);
    assert_eq!(store.files(None, 10).await?, []);
    assert_eq!(store.remove_source("nobody").await?, 0);
    assert_eq!(store.remove_source("deezer").await?, 1);
    assert_eq!(all(store).await?, []);
    assert_eq!(store.sources().await?, []);
    Ok(())
}

pub(crate) async fn songs_that_listeners_hold_stay(store: &dyn Store) -> Checked {
    let entries = [
        heard("A", "Liked", "/music/1.mp3", 1),
        heard("A", "Not", "/music/2.mp3", 2),
    ];
    let songs = store.upsert(&folder(), &entries).await?.songs;
    store.add_feedback(&[like("me", songs[0])]).await?;
    assert_eq!(store.remove_source("/music").await?, 1);
    let left = store.song(songs[0]).await?.unwrap();
    assert_eq!((left.info.path, left.sources), (None, vec![]));
    // It is the same song when it comes back.
    let again = store.upsert(&folder(), &entries).await?;
    assert_eq!(again.songs[0], songs[0]);
    assert_ne!(again.songs[1], songs[1]);
    Ok(())
}

pub(crate) async fn numbers_are_never_given_again(store: &dyn Store) -> Checked {
    let first = store
        .upsert(&catalogue("c"), &[named("A", "One")])
        .await?
        .songs[0];
    store.remove_source("c").await?;
    let second = store
        .upsert(&catalogue("c"), &[named("A", "One")])
        .await?
        .songs[0];
    assert!(second > first, "{second} {first}");
    Ok(())
}

pub(crate) async fn wrong_records_change_nothing(store: &dyn Store) -> Checked {
    let mut gone = named("A", "Two");
    gone.song = Some(SongId(999));
    let mut torn = heard("A", "Two", "/music/2.mp3", 1);
    torn.info.path = Some("/music/3.mp3".into());
    let table = [
        (
            placed("A", "Two", 2.0, 0.0),
            "valence must be in -1..=1, but was 2",
        ),
        (named("A", ""), "title must be not empty, but was empty"),
        (gone, "there is no song 999"),
        (
            torn,
            "path must be the same in song and file, but was /music/2.mp3",
        ),
    ];
    for (wrong, expected) in table {
        let error = store
            .upsert(&folder(), &[named("A", "One"), wrong])
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(titles(store).await?, Vec::<String>::new(), "{expected}");
        assert_eq!(store.sources().await?, [], "{expected}");
    }
    let lost = like("me", SongId(5));
    assert!(matches!(
        store.add_feedback(&[lost]).await,
        Err(Error::NotFound { .. })
    ));
    Ok(())
}

pub(crate) async fn searches_find_and_page(store: &dyn Store) -> Checked {
    let mut jazz = heard("Björk", "Jóga", "/music/joga.mp3", 1);
    jazz.info.genre = Some("pop".into());
    jazz.info.album = Some("Homogenic".into());
    jazz.info.mood = Some(mood(0.5, -0.5));
    store.upsert(&folder(), &[jazz]).await?;
    let rest: Vec<Entry> = (0..30)
        .map(|i| placed("Zed", &format!("100% Song {i:02}"), -0.5, 0.5))
        .collect();
    store.upsert(&catalogue("c"), &rest).await?;
    let query = |text: &str| Search {
        text: text.into(),
        ..Search::default()
    };
    let table = [
        (query("JOGA bjork"), 1),
        (query("homogenic"), 1),
        (query("%"), 31),
        (query("_"), 31),
        (query("song 07"), 1),
        (query("song nowhere"), 0),
        (
            Search {
                genre: Some("pop".into()),
                ..query("")
            },
            1,
        ),
        (
            Search {
                quadrant: Some(Quadrant::Anger),
                ..query("")
            },
            30,
        ),
        (
            Search {
                quadrant: Some(Quadrant::Calmness),
                ..query("")
            },
            1,
        ),
        (
            Search {
                playable: Playable::Only,
                ..query("")
            },
            1,
        ),
        (
            Search {
                source: Some("c".into()),
                ..query("")
            },
            30,
        ),
        (
            Search {
                source: Some("c".into()),
                playable: Playable::Only,
                ..query("")
            },
            0,
        ),
    ];
    for (search, expected) in table {
        let page = store.search(&search).await?;
        assert_eq!(page.total, expected, "{search:?}");
        assert_eq!(page.songs.len() as u64, expected.min(50), "{search:?}");
    }
    let page = Search {
        offset: 29,
        limit: 5,
        ..query("")
    };
    let page = store.search(&page).await?;
    let titles: Vec<_> = page
        .songs
        .iter()
        .map(|song| song.info.title.as_str())
        .collect();
    assert_eq!(
        (titles.as_slice(), page.total),
        (["100% Song 28", "100% Song 29"].as_slice(), 31)
    );
    assert_eq!(page.songs[0].sources, ["c"]);
    Ok(())
}

pub(crate) async fn facets_count(store: &dyn Store) -> Checked {
    let mut one = placed("A", "One", 0.5, 0.5);
    one.info.genre = Some("rock".into());
    let mut two = heard("A", "Two", "/music/2.mp3", 2);
    two.info.genre = Some("rock".into());
    let mut three = placed("A", "Three", -0.5, -0.5);
    three.info.genre = Some("jazz".into());
    store.upsert(&folder(), &[one, two, three]).await?;
    let facets = store.facets().await?;
    assert_eq!((facets.songs, facets.playable), (3, 1));
    assert_eq!(facets.quadrants, [1, 0, 1, 0]);
    assert_eq!(
        facets.genres,
        [("rock".to_owned(), 2), ("jazz".to_owned(), 1)]
    );
    Ok(())
}

pub(crate) async fn all_songs_are_shown_in_order(store: &dyn Store) -> Checked {
    let many: Vec<Entry> = (0..4100)
        .map(|i| named("Many", &format!("Number {i}")))
        .collect();
    store.upsert(&catalogue("b"), &many).await?;
    store.upsert(&catalogue("a"), &many[..1]).await?;
    let songs = all(store).await?;
    assert_eq!(songs.len(), 4100);
    assert!(songs.is_sorted_by_key(|song| song.id));
    assert_eq!(songs[0].sources, ["a", "b"]);
    assert_eq!(songs[4099].sources, ["b"]);
    Ok(())
}

pub(crate) async fn files_are_listed_with_their_failures(store: &dyn Store) -> Checked {
    let failed = FileRecord {
        state: FileState::Failed {
            reason: "no sound in it".into(),
        },
        fingerprint: None,
        ..file("/music/b.mp3", 0)
    };
    store.record_files(std::slice::from_ref(&failed)).await?;
    store
        .upsert(&folder(), &[heard("A", "One", "/music/a.mp3", 1)])
        .await?;
    let listed = store.files(None, 10).await?;
    let paths: Vec<_> = listed
        .iter()
        .map(|f| f.record.path.to_str().unwrap())
        .collect();
    assert_eq!(paths, ["/music/a.mp3", "/music/b.mp3"]);
    assert_eq!((&listed[1].record, listed[1].song), (&failed, None));
    let rest = store.files(Some(Path::new("/music/a.mp3")), 10).await?;
    assert_eq!(rest, listed[1..]);
    // A file that fails later keeps its song; one that is heard at last gets one.
    let later = FileRecord {
        path: "/music/a.mp3".into(),
        ..failed
    };
    store.record_files(&[later]).await?;
    let known = store.file(Path::new("/music/a.mp3")).await?.unwrap();
    assert_eq!(known.song, listed[0].song);
    assert!(matches!(known.record.state, FileState::Failed { .. }));
    Ok(())
}

pub(crate) async fn descriptors_keep_their_version(store: &dyn Store) -> Checked {
    let with = |path: &str, version: u32, values: Vec<f32>| {
        let mut entry = heard("A", path, path, version.into());
        entry.file = entry.file.map(|file| FileRecord {
            descriptors: Some(Descriptors { version, values }),
            ..file
        });
        entry
    };
    let entries = [
        with("/music/1.mp3", 1, vec![1.0, -2.5]),
        with("/music/2.mp3", 2, vec![3.0]),
        with("/music/3.mp3", 2, vec![f32::MIN_POSITIVE]),
    ];
    let songs = store.upsert(&folder(), &entries).await?.songs;
    let mut shown = Vec::new();
    let count = store
        .for_each_descriptors(2, &mut |song, values| shown.push((song, values)))
        .await?;
    assert_eq!(count, 2);
    assert_eq!(
        shown,
        [(songs[1], vec![3.0]), (songs[2], vec![f32::MIN_POSITIVE])]
    );
    let known = store.file(Path::new("/music/1.mp3")).await?.unwrap();
    let expected = Descriptors {
        version: 1,
        values: vec![1.0, -2.5],
    };
    assert_eq!(known.record.descriptors, Some(expected));
    let wide = [with("/music/4.mp3", 1, vec![0.0; 5000])];
    assert!(matches!(
        store.upsert(&folder(), &wide).await,
        Err(Error::Field { .. })
    ));
    Ok(())
}

pub(crate) async fn a_call_dropped_midway_leaves_nothing(store: &dyn Store) -> Checked {
    let source = catalogue("c");
    let many: Vec<Entry> = (0..3000)
        .map(|i| named("Many", &format!("Number {i}")))
        .collect();
    for polls in [1, 2, 10, 100, 1000] {
        let mut call = store.upsert(&source, &many);
        let mut left = polls;
        let finished = poll_fn(|context| {
            left -= 1;
            match call.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending if left == 0 => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        });
        let finished = finished.await;
        drop(call);
        assert!(
            !finished,
            "the call is long enough to be dropped after {polls} polls"
        );
        assert_eq!(store.facets().await?.songs, 0, "after {polls} polls");
    }
    // And the store works as before.
    assert_eq!(store.upsert(&source, &many[..3]).await?.added, 3);
    Ok(())
}

pub(crate) async fn writers_at_once_make_one_song(store: &dyn Store) -> Checked {
    let entries: Vec<Entry> = (0..40)
        .map(|i| named("Both", &format!("Number {i}")))
        .collect();
    let mut reversed = entries.clone();
    reversed.reverse();
    let (a, b) = (catalogue("a"), catalogue("b"));
    let (a, b) = tokio::join!(store.upsert(&a, &entries), store.upsert(&b, &reversed));
    assert_eq!(a?.added + b?.added, 40);
    assert_eq!(all(store).await?.len(), 40);
    Ok(())
}
