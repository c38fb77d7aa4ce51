//! The real program through its outermost door: exit status, stdout and stderr.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn affetto(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("affetto").expect("the program is built");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AFFETTO_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("AFFETTO_DATA", folder)
        .env("NO_COLOR", "1");
    command
}

/// Runs a command line in an empty folder and expects its exit status and a part of its stderr.
#[track_caller]
fn check(line: &str, status: i32, stderr: &str) {
    let folder = tempfile::tempdir().expect("it works");
    std::fs::write(folder.path().join("broken.mid"), b"MThd, but not really").expect("it works");
    std::fs::write(folder.path().join("broken.sf2"), b"RIFF").expect("it works");
    let output = affetto(folder.path())
        .args(words(line))
        .output()
        .expect("it works");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{line}\n{said}");
    assert!(
        said.contains(stderr),
        "{line}\nsaid:     {said}\nexpected: {stderr}"
    );
    if status != 0 {
        assert!(said.contains("hint: "), "{line} gave no hint:\n{said}");
    }
}

/// Splits a command line at spaces, keeping what stands in double quotes together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, piece) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Runs a command line that succeeds and returns its JSON.
#[track_caller]
fn json(folder: &Path, line: &str) -> Value {
    let output = affetto(folder)
        .args(words(line))
        .output()
        .expect("it works");
    assert!(
        output.status.success(),
        "{line}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: no JSON: {e}"))
}

#[test]
fn wrong_usage_is_status_2_and_names_the_value() {
    check(
        "compose --valence 7 --arousal 0 -o a.mid",
        2,
        "valence must be between -1 and 1, but was 7",
    );
    check("compose --valence=-0.7 -o a.mid", 2, "--arousal");
    check(
        "compose --mood sad --genre polka -o a.mid",
        2,
        "unknown genre \"polka\", expected one of: blues",
    );
    check(
        "compose --mood sad --texture choir -o a.mid",
        2,
        "expected one of: mono, poly, band",
    );
    check(
        "compose --mood sad --strategy cheer -o a.mid",
        2,
        "unknown strategy \"cheer\"",
    );
    check(
        "compose --mood sad --key H -o a.mid",
        2,
        "cannot read key \"H\"",
    );
    check(
        "compose --mood sad --chords \"Am Xy\" -o a.mid",
        2,
        "cannot read chord \"Xy\"",
    );
    check(
        "compose --mood sad --tempo 1000 -o a.mid",
        2,
        "between 10 and 400, but was 1000",
    );
    check(
        "compose --mood sad --bars 0 -o a.mid",
        2,
        "number of bars must be between 1 and 2000, but was 0",
    );
    check(
        "compose --mood sad --candidates 99 -o a.mid",
        2,
        "between 1 and 16, but was 99",
    );
    check(
        "compose --mood sad -o a.doc",
        2,
        "cannot write a.doc: expected an ending out of",
    );
    check("compose --mood \"\" -o a.mid", 2, "the text is empty");
    check("compose --mood sad", 2, "--output");
    check("compose --redo 1-2", 2, "<FILE>");
    check("compose --keep drums -o a.mid", 2, "--redo");
    check("compose --redo 1 --bars 4 broken.mid", 2, "--bars");
    check("compose --bridge broken.mid", 2, "2 values required");
    check("compose --join -o a.mid", 2, "--bridge");
    check("render broken.mid", 2, "--output");
    check(
        "sense text \"  \"",
        2,
        "the text is empty, expected between 1 and 20000 bytes",
    );
    check(
        "serve --listen nonsense",
        2,
        "cannot listen on \"nonsense\"",
    );
    check("polka", 2, "unrecognized subcommand 'polka'");
}

#[test]
fn failures_are_status_1() {
    check("judge broken.mid", 1, "not a readable MIDI file");
    check(
        "evaluate face-emotion --data . --weights missing.safetensors",
        1,
        "missing.safetensors",
    );
    check(
        "evaluate text-emotion --data . --weights broken.mid",
        1,
        "broken.mid",
    );
    check("compose --redo 1 broken.mid", 1, "not a readable MIDI file");
    check("compose --redo 1 missing.mid", 1, "cannot read missing.mid");
    check(
        "compose --bridge broken.mid broken.mid",
        1,
        "not a readable MIDI file",
    );
    check("judge missing.mid", 1, "cannot read missing.mid");
    check("render broken.mid -o a.wav", 1, "not a readable MIDI file");
    check(
        "compose --mood sad -o no/such/folder/a.mid",
        1,
        "cannot write no/such/folder/a.mid",
    );
    check(
        "compose --mood sad --bars 1 -o a.wav --soundfont broken.sf2",
        1,
        "broken.sf2",
    );
    check(
        "sense text hello --config missing.toml",
        1,
        "cannot read missing.toml",
    );
}

#[test]
fn long_text_is_refused() {
    let folder = tempfile::tempdir().expect("it works");
    let text = "sad ".repeat(2_500_000);
    let output = affetto(folder.path())
        .args(["sense", "text", "-"])
        .write_stdin(text)
        .output()
        .expect("it works");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected between 1 and 20000"));
}

#[test]
fn sensing_has_the_documented_shape() {
    let folder = tempfile::tempdir().expect("it works");
    let sensed = json(folder.path(), "sense text \"so happy today\" --json");
    for key in ["valence", "arousal", "valence_sd", "arousal_sd"] {
        assert!(sensed[key].is_f64(), "{key} is missing in {sensed}");
    }
    let emotions = ["happiness", "anger", "sadness", "calmness"];
    let sum: f64 = emotions
        .iter()
        .map(|name| sensed["emotions"][name].as_f64().expect("it works"))
        .sum();
    assert!((sum - 1.0).abs() < 1e-3, "the quadrants sum to {sum}");
    assert!(sensed["valence"].as_f64().expect("it works") > 0.0);
    let labels = sensed["labels"].as_object().expect("labels are there");
    assert!(labels["joy"].as_f64() > Some(0.3), "{labels:?}");
}

/// Three seconds of silence as WAV.
fn silence() -> Vec<u8> {
    let mut file = b"RIFF\x24\x77\x01\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend(b"\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\x77\x01\0");
    file.extend(vec![0; 96_000]);
    file
}

/// A gray PNG of one pixel.
const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\
    \0\0\0\nIDAT\x78\xda\x63\x68\0\0\0\x82\0\x81\xda\x45\x08\x3b\0\0\0\0IEND\xae\x42\x60\x82";

#[test]
fn what_cannot_be_sensed_is_said_in_the_documented_shape() {
    let folder = tempfile::tempdir().expect("it works");
    std::fs::write(folder.path().join("silence.txt"), silence()).expect("it works");
    std::fs::write(folder.path().join("pixel.txt"), PIXEL).expect("it works");
    let heard = json(folder.path(), "sense speech silence.txt --json");
    let seen = json(folder.path(), "sense face pixel.txt --json");
    for answer in [&heard, &seen] {
        assert_eq!(answer["abstained"], true, "{answer}");
        assert!(
            answer["reason"].is_string() && answer["valence"].is_null(),
            "{answer}"
        );
    }
    assert!(heard["segments"].is_array() && heard["transcript"].is_null());
    assert!(seen["faces"].is_array());
    let both = json(folder.path(), "sense face pixel.txt pixel.txt --json");
    assert_eq!(both.as_array().map(Vec::len), Some(2));
}

#[test]
fn files_that_tell_nothing_are_named() {
    let folder = tempfile::tempdir().expect("it works");
    std::fs::write(folder.path().join("pixel.png"), PIXEL).expect("it works");
    let output = affetto(folder.path())
        .args(words("compose --face pixel.png -o a.mid"))
        .output()
        .expect("it works");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("nothing can be said about the mood; the face: "),
        "{said}"
    );
    check("sense speech broken.mid", 1, "broken.mid");
    check("sense face broken.mid", 1, "broken.mid");
    check("sense speech missing.wav", 1, "cannot read missing.wav");
    check("sense face", 2, "<FILE>");
    check(
        "sense face --camera /dev/none",
        1,
        "there is no camera at /dev/none",
    );
    check(
        "compose --valence 0 --arousal 0 --face a.png -o a.mid",
        2,
        "--face",
    );
    check("serve --tls-cert a.pem", 2, "--tls-key");
    check(
        "serve --listen 0 --tls-cert a.pem --tls-key b.pem",
        1,
        "a.pem cannot be used for HTTPS",
    );
}

#[test]
fn composing_has_the_documented_shape_and_writes_every_format() {
    let folder = tempfile::tempdir().expect("it works");
    let files = [
        "mid",
        "musicxml",
        "lead.musicxml",
        "wav",
        "flac",
        "opus",
        "mp3",
    ];
    let outputs: String = files
        .iter()
        .map(|ending| format!(" -o a.{ending}"))
        .collect();
    let line = format!(
        "compose --valence -0.7 --arousal=0.4 --genre rock --bars 2 --seed 5 --json{outputs}"
    );
    let made = json(folder.path(), &line);
    assert_eq!(made["requested"]["valence"], -0.7);
    assert_eq!(made["bars"], 2);
    assert_eq!(made["seed"], 5);
    assert_eq!(made["candidates"], 4);
    assert!(made["sensed"].is_null() && made["heard"]["arousal"].is_f64());
    assert!(
        made["seconds"].as_f64().expect("it works") > 1.0
            && made["tempo_bpm"].is_f64()
            && made["key"].is_string()
    );
    let starts: [(&str, &[u8]); 7] = [
        ("mid", b"MThd"),
        ("musicxml", b"<?xml"),
        ("lead.musicxml", b"<?xml"),
        ("wav", b"RIFF"),
        ("flac", b"fLaC"),
        ("opus", b"OggS"),
        ("mp3", b"ID3"),
    ];
    for (ending, start) in starts {
        let bytes = std::fs::read(folder.path().join(format!("a.{ending}"))).expect("it works");
        assert!(
            bytes.starts_with(start),
            "a.{ending} starts with {:?}",
            &bytes[..4]
        );
    }
}

#[test]
fn same_seed_same_bytes() {
    let folder = tempfile::tempdir().expect("it works");
    let line = "compose --mood \"a bit blue\" --genre jazz --bars 4 --seed 3 --json";
    json(folder.path(), &format!("{line} -o a.mid -o a.wav"));
    json(folder.path(), &format!("{line} -o b.mid -o b.wav"));
    for ending in ["mid", "wav"] {
        let read = |name: &str| {
            std::fs::read(folder.path().join(format!("{name}.{ending}"))).expect("it works")
        };
        assert!(read("a") == read("b"), "two runs differ in their {ending}");
    }
}

#[test]
fn pieces_are_worked_on() {
    let folder = tempfile::tempdir().expect("it works");
    let here = folder.path();
    json(
        here,
        "compose --valence 0.4 --arousal 0.3 --bars 4 --candidates 1 -o a.mid --json",
    );
    json(
        here,
        "compose --valence -0.4 --arousal -0.3 --bars 4 --candidates 1 --seed 1 -o b.mid --json",
    );
    let redone = json(
        here,
        "compose --redo 2-3 --keep bass --candidates 1 --seed 3 a.mid --json",
    );
    assert_eq!(redone["bars"], 4);
    let read = |name: &str| std::fs::read(here.join(name)).expect("it was written");
    assert_ne!(read("a-redo.mid"), read("a.mid"));
    let line = "compose --bridge a.mid b.mid --bars 2 --candidates 1 --join --json";
    let bridged = json(here, line);
    assert_eq!(
        (&bridged["bridge_bars"], &bridged["piece"]["bars"]),
        (&2.into(), &10.into())
    );
    assert!(read("a-to-b.mid").starts_with(b"MThd"));
    let folder = here.join("tracks");
    affetto(here)
        .args(words("render a.mid --stems tracks --stem-format flac"))
        .assert()
        .success();
    let names = std::fs::read_dir(folder).expect("it is there");
    let names: Vec<String> = names
        .map(|entry| {
            entry
                .expect("it is there")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let with = |ending: &str| names.iter().filter(|name| name.ends_with(ending)).count();
    assert!(
        with(".mid") >= 2 && with(".mid") == with(".flac"),
        "{names:?}"
    );
}

#[test]
fn counting_numbers_the_files() {
    let folder = tempfile::tempdir().expect("it works");
    let line =
        "compose --valence 0.5 --arousal 0.5 --bars 1 --takes 3 --seed 10 --json -o idea.mid";
    let made = json(folder.path(), line);
    let seeds: Vec<_> = made
        .as_array()
        .expect("it works")
        .iter()
        .map(|p| p["seed"].as_u64().expect("it works"))
        .collect();
    assert_eq!(seeds, [10, 11, 12]);
    for number in 1..=3 {
        assert!(folder.path().join(format!("idea-{number}.mid")).is_file());
    }
}

#[test]
fn a_profile_shapes_pieces_until_it_is_left_out_or_forgotten() {
    let folder = tempfile::tempdir().expect("it works");
    let line = "compose --valence 0.5 --arousal 0.5 --genre rock --bars 4 --json -o";
    let piece = |options: &str| {
        let made = json(folder.path(), &format!("{line} a.mid {options}"));
        let bytes = std::fs::read(folder.path().join("a.mid")).expect("it was written");
        (made["preferences"].clone(), bytes)
    };
    let plain = piece("");
    assert_eq!(plain.0["words"], serde_json::json!([]));
    let profile = r#"{"version":1,"senses":{},"preferences":{"drums":-0.6,"arousal":-0.3}}"#;
    std::fs::write(folder.path().join("listener.json"), profile).expect("it works");
    let shown = json(folder.path(), "profile show --json");
    assert_eq!(shown["preferences"]["drums"], -0.6);
    assert_eq!(shown["doubt"]["face"], 1.0);
    let said = affetto(folder.path())
        .args(words(&format!("{line} b.mid")))
        .output()
        .expect("it works");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let expected = "Shaped by your preferences (less drums, calmer); --no-profile leaves them out.";
    assert!(said.contains(expected), "{said}");
    let shaped = piece("");
    assert_ne!(shaped.1, plain.1);
    assert_eq!(shaped, piece(""), "the same profile gives the same bytes");
    assert_eq!(piece("--no-profile"), plain);
    json(folder.path(), "profile forget preferences --json");
    assert_eq!(piece(""), plain);
}

#[test]
fn what_was_composed_can_be_judged_and_rendered() {
    let folder = tempfile::tempdir().expect("it works");
    json(
        folder.path(),
        "compose --valence 0.8 --arousal 0.8 --bars 4 --json -o a.mid",
    );
    let judged = json(folder.path(), "judge a.mid --json");
    assert_eq!(judged["path"], "a.mid");
    assert!(judged["valence"].is_f64() && judged["quadrant"].is_string());
    assert!(
        judged.as_object().expect("it works").len() > 20,
        "the features are there by name"
    );
    let rendered = json(folder.path(), "render a.mid -o a.flac --json");
    assert!(rendered["bytes"].as_u64().expect("it works") > 10_000);
}

#[test]
fn a_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("it works");
    let address = taken.local_addr().expect("it works");
    check(
        &format!("serve --listen {address}"),
        1,
        &address.port().to_string(),
    );
}

#[test]
fn completions_and_manual_are_printed() {
    let folder = tempfile::tempdir().expect("it works");
    for line in [
        "completions bash",
        "completions zsh",
        "completions fish",
        "man",
    ] {
        let output = affetto(folder.path())
            .args(words(line))
            .output()
            .expect("it works");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("compose"),
            "{line}"
        );
    }
}
