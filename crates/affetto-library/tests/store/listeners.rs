//! Checks of what is stored about a person.

use affetto_affect::Affect;
use affetto_library::{Error, Feedback, MoodLabel, MoodOrigin, Playlist, Reaction, SongId, Store};

use crate::contract::{catalogue, named, placed};

type Checked = Result<(), Error>;

async fn three_songs(store: &dyn Store) -> Result<Vec<SongId>, Error> {
    let entries = [
        placed("A", "One", 0.5, 0.5),
        named("A", "Two"),
        named("A", "Three"),
    ];
    Ok(store.upsert(&catalogue("c"), &entries).await?.songs)
}

fn event(listener: &str, song: SongId, reaction: Reaction, unix_s: i64) -> Feedback {
    Feedback {
        listener: listener.into(),
        song,
        reaction,
        unix_s,
        context: Some(Affect::clamped(0.25, -0.5)),
    }
}

fn label(listener: &str, song: SongId, v: f64, a: f64) -> MoodLabel {
    MoodLabel {
        listener: listener.into(),
        song,
        point: Affect::clamped(v, a),
        unix_s: 7,
    }
}

fn playlist(listener: &str, name: &str, songs: &[SongId]) -> Playlist {
    Playlist {
        listener: listener.into(),
        name: name.into(),
        unix_s: 9,
        songs: songs.to_vec(),
    }
}

pub(crate) async fn feedback_is_appended(store: &dyn Store) -> Checked {
    let songs = three_songs(store).await?;
    let (valence, arousal) = (-0.5, 1.0);
    let reactions = [
        Reaction::Like,
        Reaction::Dislike,
        Reaction::Skip { at_s: 12.5 },
        Reaction::Finish,
        Reaction::Replay,
        Reaction::TooSad,
        Reaction::TooHappy,
        Reaction::TooCalm,
        Reaction::TooWild,
        Reaction::Rated { valence, arousal },
        Reaction::FeltBefore { valence, arousal },
        Reaction::FeltAfter { valence, arousal },
    ];
    let events: Vec<_> = (0..)
        .zip(reactions)
        .map(|(i, reaction)| event("me", songs[0], reaction, i))
        .collect();
    store.add_feedback(&events).await?;
    let without = Feedback {
        context: None,
        ..event("you", songs[1], Reaction::Like, 50)
    };
    store.add_feedback(std::slice::from_ref(&without)).await?;
    let mine = store.feedback(Some("me"), 0, 100).await?;
    let read: Vec<_> = mine.iter().map(|event| event.feedback.clone()).collect();
    assert_eq!(read, events);
    let rest = store.feedback(None, mine[10].id, 100).await?;
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[1].feedback, without);
    assert_eq!(store.feedback(Some("me"), 0, 3).await?, mine[..3]);
    for wrong in [
        Reaction::Skip { at_s: -1.0 },
        Reaction::Rated {
            valence: 2.0,
            arousal: 0.0,
        },
    ] {
        let both = [
            event("me", songs[0], Reaction::Like, 60),
            event("me", songs[0], wrong, 60),
        ];
        assert!(matches!(
            store.add_feedback(&both).await,
            Err(Error::Field { .. })
        ));
    }
    assert_eq!(
        store.feedback(None, 0, 100).await?.len(),
        13,
        "nothing of a wrong batch stays"
    );
    Ok(())
}

pub(crate) async fn labels_become_the_mood(store: &dyn Store) -> Checked {
    let songs = three_songs(store).await?;
    store.set_label(&label("me", songs[0], -0.5, -0.5)).await?;
    store.set_label(&label("you", songs[0], -1.0, 0.5)).await?;
    store.set_label(&label("me", songs[0], 0.0, -0.5)).await?;
    let mood = store.song(songs[0]).await?.unwrap().info.mood.unwrap();
    assert_eq!((mood.valence, mood.arousal), (-0.5, 0.0));
    assert_eq!(mood.origin, MoodOrigin::Listener);
    assert!(mood.valence_sd < 0.2);
    assert_eq!(store.labels(None, 10).await?.len(), 2);
    assert_eq!(store.labels(Some(songs[0]), 10).await?, []);
    for listener in ["me", "you"] {
        store.erase_listener(listener).await?;
    }
    let mood = store.song(songs[0]).await?.unwrap().info.mood.unwrap();
    assert_eq!((mood.valence, mood.origin), (0.5, MoodOrigin::Tags));
    let lost = label("me", SongId(999), 0.0, 0.0);
    assert!(matches!(
        store.set_label(&lost).await,
        Err(Error::NotFound { .. })
    ));
    Ok(())
}

pub(crate) async fn playlists_keep_their_order(store: &dyn Store) -> Checked {
    let songs = three_songs(store).await?;
    let order = [songs[2], songs[0], songs[2]];
    store
        .save_playlist(&playlist("me", "Évening", &order))
        .await?;
    store
        .save_playlist(&playlist("me", "Morning", &songs))
        .await?;
    store
        .save_playlist(&playlist("you", "Morning", &[]))
        .await?;
    let read = store.playlist("me", "Évening").await?.unwrap();
    assert_eq!(read.songs, order);
    store
        .save_playlist(&playlist("me", "Morning", &songs[..1]))
        .await?;
    let listed = store.playlists("me").await?;
    let mut counts: Vec<_> = listed.iter().map(|p| (p.name.as_str(), p.songs)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [("Morning", 1), ("Évening", 3)]);
    assert_eq!(store.playlist("me", "none").await?, None);
    store.remove_playlist("me", "Morning").await?;
    let again = store.remove_playlist("me", "Morning").await;
    assert!(matches!(again, Err(Error::NotFound { .. })));
    assert!(store.playlist("you", "Morning").await?.is_some());
    let lost = playlist("me", "Lost", &[songs[0], SongId(999)]);
    assert!(matches!(
        store.save_playlist(&lost).await,
        Err(Error::NotFound { .. })
    ));
    assert_eq!(store.playlist("me", "Lost").await?, None);
    Ok(())
}

pub(crate) async fn taste_is_kept(store: &dyn Store) -> Checked {
    assert_eq!(store.taste("me").await?, None);
    store.save_taste("me", "{\"a\":1}", 1).await?;
    store.save_taste("me", "{\"a\":2}", 2).await?;
    assert_eq!(store.taste("me").await?.as_deref(), Some("{\"a\":2}"));
    assert!(store.save_taste("", "{}", 1).await.is_err());
    Ok(())
}

pub(crate) async fn everything_about_a_person_is_exported_and_erased(store: &dyn Store) -> Checked {
    let songs = three_songs(store).await?;
    let skip = Reaction::Skip { at_s: 1.5 };
    store
        .add_feedback(&[event("me", songs[0], skip, 5)])
        .await?;
    store
        .add_feedback(&[event("you", songs[0], Reaction::Like, 6)])
        .await?;
    store.set_label(&label("me", songs[1], 0.5, 0.5)).await?;
    store
        .save_playlist(&playlist("me", "Evening", &songs[2..]))
        .await?;
    store.save_taste("me", "[1]", 1).await?;
    let export = store.export_listener("me").await?;
    let expected = format!(
        "{{\"listener\":\"me\",\"taste\":\"[1]\",\"feedback\":[{{\"song\":{{\"id\":{0},\"artist\":\"A\",\
         \"title\":\"One\"}},\"kind\":\"skip\",\"at_s\":1.5,\"unix_s\":5,\"context\":[0.25,-0.5]}}],\
         \"labels\":[{{\"song\":{{\"id\":{1},\"artist\":\"A\",\"title\":\"Two\"}},\"valence\":0.5,\
         \"arousal\":0.5,\"unix_s\":7}}],\"playlists\":[{{\"name\":\"Evening\",\"unix_s\":9,\"songs\":\
         [{{\"id\":{2},\"artist\":\"A\",\"title\":\"Three\"}}]}}]}}",
        songs[0], songs[1], songs[2]
    );
    assert_eq!(export, expected);
    store.remove_source("c").await?;
    assert_eq!(store.facets().await?.songs, 3, "listeners hold all three");
    store.erase_listener("me").await?;
    assert_eq!(
        store.facets().await?.songs,
        1,
        "the other listener holds one"
    );
    let empty = store.export_listener("me").await?;
    let nothing =
        "{\"listener\":\"me\",\"taste\":null,\"feedback\":[],\"labels\":[],\"playlists\":[]}";
    assert_eq!(empty, nothing);
    assert_eq!(store.feedback(Some("you"), 0, 10).await?.len(), 1);
    Ok(())
}
