//! The library of songs over HTTP.

#![allow(clippy::unwrap_used, reason = "a test may fail on what must not be")]

mod common;

use affetto_server::Access;
use common::Server;

/// A server whose library holds a table of 20 songs.
fn server(folder: &std::path::Path) -> Server {
    let database = folder.join("library.sqlite").display().to_string();
    let mut csv = "title,artist,valence,arousal\n".to_owned();
    for index in 0..20 {
        csv += &format!(
            "Song {index},Artist {index},{},{}\n",
            f64::from(index % 5) / 2.0 - 1.0,
            f64::from(index / 5) / 1.5 - 1.0
        );
    }
    let path = folder.join("songs.csv");
    std::fs::write(&path, csv).unwrap();
    let mut settings = affetto_engine::Settings::default();
    settings.library.database.clone_from(&database);
    let engine = affetto_engine::Engine::new(settings).unwrap();
    engine
        .add_catalogue("csv", &path, None, &mut |_| ())
        .unwrap();
    let access = Access {
        token: None,
        loopback: true,
        tls: false,
    };
    Server::with(|settings| settings.library.database = database, access)
}

#[tokio::test]
async fn songs_are_listed_mapped_and_recommended() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().to_owned();
    // The library has a runtime of its own, which may not be waited for on this one.
    let server = tokio::task::spawn_blocking(move || server(&inside))
        .await
        .unwrap();
    let status = server.get("/api/v1/library").await.json();
    assert_eq!(
        (&status["songs"], &status["sources"][0]["name"]),
        (&20.into(), &"csv".into())
    );
    let page = server
        .get("/api/v1/songs?text=artist%2013&limit=5")
        .await
        .json();
    assert_eq!(page["total"], 1);
    let map = server.get("/api/v1/library/map").await.json();
    assert_eq!(map["ids"].as_array().unwrap().len(), 20);
    let asked = r#"{"text":"so happy today","strategy":"match","count":4}"#;
    let set = server.call("POST", "/api/v1/recommend", asked).await.json();
    assert_eq!(set["slots"].as_array().unwrap().len(), 4);
    let first = &set["slots"][0]["song"];
    assert!(first["because"].as_str().unwrap().starts_with("because"));
    assert!(set["sensed"]["valence"].as_f64().unwrap() > 0.0);
    let id = &first["song"]["id"];
    let path = format!("/api/v1/songs/{id}");
    assert_eq!(
        server.get(&path).await.json()["title"],
        first["song"]["title"]
    );
    let said = server
        .call(
            "POST",
            &format!("{path}/feedback"),
            r#"{"reaction":"dislike"}"#,
        )
        .await;
    assert_eq!(said.summary(), "204");
    let set = server.call("POST", "/api/v1/recommend", asked).await.json();
    assert_ne!(&set["slots"][0]["song"]["song"]["id"], id);
}

#[tokio::test]
async fn mistakes_have_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().to_owned();
    let server = tokio::task::spawn_blocking(move || server(&inside))
        .await
        .unwrap();
    for (method, path, body, expected) in [
        ("GET", "/api/v1/songs/999", "", "404 not_found"),
        ("GET", "/api/v1/songs/x", "", "404 not_found"),
        ("GET", "/api/v1/songs/1/audio", "", "404 not_found"),
        ("GET", "/api/v1/songs?quadrant=blue", "", "400 unknown_name"),
        ("GET", "/api/v1/songs?limit=many", "", "400 invalid_request"),
        (
            "POST",
            "/api/v1/recommend",
            r#"{"count":0}"#,
            "400 out_of_range",
        ),
        (
            "POST",
            "/api/v1/recommend",
            r#"{"mode":"smell"}"#,
            "400 unknown_name",
        ),
        (
            "POST",
            "/api/v1/songs/1/feedback",
            r#"{"reaction":"meh"}"#,
            "400 unknown_name",
        ),
        (
            "POST",
            "/api/v1/library/scan",
            r#"{"folder":"/nowhere/at/all"}"#,
            "404 not_found",
        ),
    ] {
        let answer = server.call(method, path, body).await;
        assert_eq!(answer.summary(), expected, "{method} {path}");
    }
    let status = server.get("/api/v1/library/scan").await.json();
    assert_eq!(status["running"], false);
}
