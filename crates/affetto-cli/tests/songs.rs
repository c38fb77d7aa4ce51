//! Songs through the outermost door: from a table or a folder to a playlist.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn affetto(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("affetto").expect("the program is built");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AFFETTO_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("AFFETTO_DATA", folder)
        .args(arguments)
        .output()
        .expect("it runs")
}

#[track_caller]
fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = affetto(folder, &[arguments, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{said}");
    serde_json::from_slice(&output.stdout).expect("stdout is JSON")
}

/// Runs a command that fails and returns what it said.
#[track_caller]
fn fails(folder: &Path, arguments: &[&str], status: i32) -> String {
    let output = affetto(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}\n{said}");
    assert!(said.contains("hint: "), "{said}");
    said
}

fn table(folder: &Path) {
    let mut csv = "title,artist,valence,arousal,link\n".to_owned();
    for index in 0..24 {
        let (valence, arousal) = (
            f64::from(index % 6) / 2.5 - 1.0,
            f64::from(index / 6) / 1.5 - 1.0,
        );
        csv += &format!(
            "Song {index},Artist {index},{valence},{arousal},https://example.org/{index}\n"
        );
    }
    std::fs::write(folder.join("songs.csv"), csv).expect("it writes");
}

#[test]
fn from_a_table_to_a_playlist() {
    let folder = tempfile::tempdir().expect("it works");
    let folder = folder.path();
    let empty = fails(folder, &["recommend", "--mood", "happy"], 1);
    assert!(empty.contains("the library has no songs"), "{empty}");
    table(folder);
    let added = json(folder, &["catalogue", "add", "csv", "--data", "songs.csv"]);
    assert_eq!(
        (&added["added"], &added["left_out"]),
        (&24.into(), &0.into())
    );
    let asked = [
        "recommend",
        "--mood",
        "so sad and tired",
        "--strategy",
        "iso",
    ];
    let set = json(
        folder,
        &[&asked[..], &["--count", "6", "-o", "set.m3u8"]].concat(),
    );
    assert!(set["sensed"]["valence"].as_f64().expect("a number") < 0.0);
    let songs = set["songs"].as_array().expect("a list");
    assert_eq!(songs.len(), 6);
    for name in [
        "id", "title", "artist", "source", "valence", "arousal", "score", "parts", "because",
    ] {
        assert!(!songs[0][name].is_null(), "{name} is missing: {}", songs[0]);
    }
    let plan = set["plan"].as_array().expect("a list");
    assert_eq!(plan[0]["t_seconds"], 0.0);
    assert!(plan.last().expect("a point")["valence"].as_f64() > plan[0]["valence"].as_f64());
    let playlist = std::fs::read_to_string(folder.join("set.m3u8")).expect("it was written");
    assert!(playlist.starts_with("#EXTM3U"), "{playlist}");
    assert_eq!(playlist.matches("https://example.org/").count(), 6);
}

#[test]
fn what_is_said_counts_and_can_be_erased() {
    let folder = tempfile::tempdir().expect("it works");
    let folder = folder.path();
    table(folder);
    json(folder, &["catalogue", "add", "csv", "--data", "songs.csv"]);
    let asked = [
        "recommend",
        "--valence",
        "0.5",
        "--arousal",
        "0.3",
        "--strategy",
        "match",
        "--count",
        "1",
    ];
    let first = |folder: &Path| json(folder, &asked)["songs"][0]["id"].to_string();
    let song = first(folder);
    json(folder, &["feedback", &song, "dislike"]);
    assert_ne!(first(folder), song);
    json(
        folder,
        &[
            "feedback",
            &song,
            "rated",
            "--valence",
            "-1",
            "--arousal",
            "-1",
        ],
    );
    let labels = affetto(folder, &["library", "labels"]).stdout;
    assert_eq!(String::from_utf8_lossy(&labels).lines().count(), 2);
    json(folder, &["library", "erase"]);
    assert_eq!(first(folder), song);
}

#[test]
fn a_folder_with_a_bad_file_is_heard() {
    let folder = tempfile::tempdir().expect("it works");
    let folder = folder.path();
    let music = folder.join("music");
    std::fs::create_dir(&music).expect("it works");
    let composed = [
        "compose",
        "--mood",
        "calm",
        "--bars",
        "2",
        "-o",
        "music/A - Calm.wav",
    ];
    assert!(affetto(folder, &composed).status.success());
    std::fs::write(music.join("lying.flac"), b"fLaC, but not really").expect("it writes");
    let report = json(folder, &["library", "scan", "music"]);
    assert_eq!((&report["heard"], &report["added"]), (&1.into(), &1.into()));
    assert_eq!(report["failed"].as_array().expect("a list").len(), 1);
    let again = json(folder, &["library", "scan", "music"]);
    assert_eq!(
        (&again["heard"], &again["unchanged"]),
        (&0.into(), &2.into())
    );
    let listed = json(folder, &["library", "list", "--playable"]);
    assert_eq!(listed["total"], 1);
    let song = &listed["songs"][0];
    assert!(
        song["arousal"].is_number() && song["seconds"].as_f64() > Some(1.0),
        "{song}"
    );
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().expect("it works");
    let folder = folder.path();
    for (arguments, status, expected) in [
        (
            &["catalogue", "add", "nope", "--data", "x"][..],
            2,
            "unknown catalogue \"nope\"",
        ),
        (
            &["catalogue", "add", "deezer", "--data", "x"],
            1,
            "cannot read x",
        ),
        (&["catalogue", "remove", "nope"], 1, "there is no source"),
        (&["library", "scan", "missing"], 1, "missing"),
        (&["feedback", "7", "like"], 1, "there is no song 7"),
        (&["feedback", "7", "meh"], 2, "unknown reaction \"meh\""),
        (
            &["recommend", "--mood", "x", "-o", "set.doc"],
            2,
            "m3u8, xspf, jspf",
        ),
    ] {
        let said = fails(folder, arguments, status);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    std::fs::write(
        folder.join("bad.sqlite"),
        b"this is no database, but a text file",
    )
    .expect("it writes");
    let said = fails(
        folder,
        &["library", "status", "--database", "bad.sqlite"],
        1,
    );
    assert!(said.contains("bad.sqlite"), "{said}");
}
