//! Every endpoint, with good and bad input, through the router without a socket.

#![allow(clippy::unwrap_used, reason = "a test may fail on what must not be")]

mod common;

use affetto_server::Access;
use axum::body::Body;
use base64::Engine as _;
use common::{Server, request};
use serde_json::Value;

#[tokio::test]
async fn health_and_options() {
    let server = Server::new();
    let health = server.get("/health").await.json();
    assert_eq!(health["status"], "ok");
    let options = server.get("/api/v1/options").await.json();
    assert_eq!(options["genres"].as_array().unwrap().len(), 11);
    assert_eq!(options["genres"][0]["name"], "blues");
    assert!(
        options["genres"][0]["tempo_min"].as_f64() < options["genres"][0]["tempo_max"].as_f64()
    );
    assert_eq!(options["limits"]["max_stations"], 3);
    assert_eq!(options["cues"][0]["low"], "darker");
}

#[tokio::test]
async fn every_answer_is_named_and_careful() {
    let server = Server::new();
    let (first, second) = (server.get("/health").await, server.get("/nowhere.js").await);
    assert_eq!(first.header("x-request-id").len(), 32);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(
        second.json()["error"]["request_id"],
        second.header("x-request-id")
    );
    for header in [
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
    ] {
        assert!(!first.header(header).is_empty(), "{header} is missing");
    }
}

#[tokio::test]
async fn a_text_is_sensed() {
    let server = Server::new();
    let sensed = server
        .call("POST", "/api/v1/sense/text", r#"{"text":"happy day"}"#)
        .await;
    assert_eq!(sensed.summary(), "200");
    let sensed = sensed.json();
    let sum: f64 = sensed["emotions"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_f64)
        .sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    assert!(sensed["valence_sd"].as_f64().unwrap() > 0.0);
    assert_eq!(sensed["support"], Value::Null);
    assert_eq!(sensed["warning"], Value::Null);
    let german = r#"{"text":"Ich bin heute sehr traurig und müde, nichts macht mir mehr Freude"}"#;
    let german = server
        .call("POST", "/api/v1/sense/text", german)
        .await
        .json();
    assert_eq!(german["language"], "deu");
    assert!(
        german["warning"].as_str().unwrap().contains("German"),
        "{german}"
    );
    let dark = server
        .call(
            "POST",
            "/api/v1/sense/text",
            r#"{"text":"I want to kill myself"}"#,
        )
        .await;
    assert!(
        !dark.json()["support"]["resources"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn mistakes_are_named_with_what_is_allowed() {
    let server = Server::new();
    let sense = "/api/v1/sense/text";
    let (stations, pieces) = ("/api/v1/stations", "/api/v1/pieces");
    let huge = format!(r#"{{"text":"{}"}}"#, "x".repeat(10 * 1024 * 1024));
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(30_000));
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            sense,
            r#"{"text":""}"#,
            "400 empty_text",
            "expected between 1 and 20000",
        ),
        (
            sense,
            r#"{"text":3}"#,
            "400 invalid_request",
            "text: invalid type: integer `3`, expected a string",
        ),
        (sense, "{}", "400 invalid_request", "missing field `text`"),
        (sense, &long, "413 text_too_long", "30000 bytes"),
        (sense, &huge, "413 too_large", "expected at most 65536"),
        (
            sense,
            r#"{"text":"#,
            "400 invalid_json",
            "EOF while parsing",
        ),
        (
            stations,
            r#"{"valence":7,"arousal":0}"#,
            "400 out_of_range",
            "valence must be between -1 and 1, but was 7",
        ),
        (
            stations,
            r#"{"genre":"polka"}"#,
            "400 unknown_genre",
            "unknown genre \"polka\", expected one of: blues",
        ),
        (
            stations,
            r#"{"strategy":"hope"}"#,
            "400 unknown_name",
            "unknown strategy \"hope\", expected one of: match",
        ),
        (
            stations,
            r#"{"genere":"jazz"}"#,
            "400 invalid_request",
            "unknown field `genere`, expected one of",
        ),
        (
            stations,
            r#"{"tempo":1e9}"#,
            "400 out_of_range",
            "tempo in bpm must be between 10 and 400",
        ),
        (
            stations,
            r#"{"energy_cap":-2}"#,
            "400 out_of_range",
            "energy cap must be between -1 and 1, but was -2",
        ),
        (
            stations,
            r#"{"cues":{"tempo":2}}"#,
            "400 out_of_range",
            "tempo offset must be between -1 and 1, but was 2",
        ),
        (stations, r#"{"seed":-1}"#, "400 invalid_request", "seed"),
        (stations, "[", "400 invalid_json", "no valid JSON"),
        (
            pieces,
            r#"{"bars":0}"#,
            "400 out_of_range",
            "number of bars must be between 1 and 2000, but was 0",
        ),
        (
            pieces,
            r#"{"bars":2,"seconds":2}"#,
            "400 invalid_request",
            "not both",
        ),
        (
            pieces,
            r#"{"key":"H flat"}"#,
            "400 invalid_notation",
            "H flat",
        ),
        (pieces, r#"{"chords":"Am Q"}"#, "400 invalid_notation", "Q"),
        (
            pieces,
            r#"{"candidates":99}"#,
            "400 out_of_range",
            "between 1 and 16, but was 99",
        ),
        (
            pieces,
            r#"{"texture":"choir"}"#,
            "400 unknown_name",
            "unknown texture \"choir\"",
        ),
    ];
    for (uri, body, expected, message) in cases {
        let answer = server.call("POST", uri, body).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!(answer.summary(), *expected, "{shown}: {:?}", answer.body);
        let error = &answer.json()["error"];
        let said = error["message"].as_str().unwrap();
        assert!(
            said.contains(message),
            "{shown}: {said:?} does not say {message:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let server = Server::new();
    let cases = [
        ("GET", "/api/v1/stations/none", "404 unknown_station"),
        ("PATCH", "/api/v1/stations/none", "404 unknown_station"),
        ("DELETE", "/api/v1/stations/none", "404 unknown_station"),
        ("POST", "/api/v1/stations/none/save", "404 unknown_station"),
        ("GET", "/api/v1/stations/none/live", "404 unknown_station"),
        ("GET", "/stream.ogg?station=none", "404 unknown_station"),
        ("GET", "/stream.mp3?station=none", "404 unknown_station"),
        ("GET", "/api/v1/pieces/none", "404 unknown_piece"),
        ("GET", "/api/v1/pieces/none.mid", "404 unknown_piece"),
        ("GET", "/api/v1/pieces/none.stems.zip", "404 unknown_piece"),
        ("POST", "/api/v1/pieces/none/redo", "404 unknown_piece"),
        ("DELETE", "/api/v1/pieces/none", "404 unknown_piece"),
        ("GET", "/api/v1/nothing", "404 not_found"),
        ("POST", "/nothing", "405 method_not_allowed"),
        ("PUT", "/api/v1/stations", "405 method_not_allowed"),
        ("GET", "/assets/none.js", "404 not_found"),
    ];
    for (method, uri, expected) in cases {
        let answer = server.call(method, uri, "{}").await;
        assert_eq!(answer.summary(), expected, "{method} {uri}");
    }
}

#[tokio::test]
async fn bodies_must_be_what_they_say() {
    let server = Server::new();
    let form = request("POST", "/api/v1/stations")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("genre=jazz"))
        .unwrap();
    assert_eq!(
        server.send(form).await.summary(),
        "415 unsupported_media_type"
    );
    let cross = request("POST", "/api/v1/stations")
        .header("origin", "https://evil.example")
        .body(Body::empty())
        .unwrap();
    assert_eq!(server.send(cross).await.summary(), "403 forbidden_origin");
}

#[tokio::test]
async fn elsewhere_than_on_loopback_a_token_is_needed() {
    let access = Access {
        token: Some("secret".into()),
        loopback: false,
        tls: false,
    };
    let server = Server::with(|_| {}, access);
    assert_eq!(
        server.get("/api/v1/options").await.summary(),
        "401 unauthorized"
    );
    assert_eq!(server.get("/").await.summary(), "401 unauthorized");
    let page = server.get("/?token=secret").await;
    assert_eq!(page.summary(), "200");
    assert!(
        page.header("set-cookie")
            .starts_with("affetto_token=secret; Path=/; HttpOnly")
    );
    assert_eq!(
        server.get("/api/v1/options?token=secret").await.summary(),
        "200"
    );
}

#[tokio::test]
async fn the_page_or_a_plain_one_is_shown() {
    let server = Server::new();
    for path in ["/", "/some/place"] {
        let page = server.get(path).await;
        assert_eq!(page.summary(), "200");
        assert!(String::from_utf8_lossy(&page.body).contains("<title>Affetto</title>"));
        assert!(page.header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn bars_of_a_piece_are_composed_anew() {
    let server = Server::new();
    let body = r#"{"valence":0.5,"arousal":0.4,"bars":4,"candidates":1}"#;
    let piece = server.call("POST", "/api/v1/pieces", body).await.json();
    let redo = format!("/api/v1/pieces/{}/redo", piece["id"].as_str().unwrap());
    let body = r#"{"bars":"2-3","only":["melody"],"seed":5}"#;
    let anew = server.call("POST", &redo, body).await;
    assert_eq!(anew.summary(), "201");
    let anew = anew.json();
    assert_ne!(anew["id"], piece["id"]);
    assert_eq!(
        (&anew["bars"], &anew["roles"]),
        (&piece["bars"], &piece["roles"])
    );
    for (body, expected) in [
        (r#"{"bars":"9"}"#, "400 out_of_range"),
        (r#"{"bars":"x"}"#, "400 invalid_request"),
        (r#"{"bars":"1","keep":["kazoo"]}"#, "400 unknown_name"),
        ("{}", "400 invalid_request"),
    ] {
        let answer = server.call("POST", &redo, body).await;
        assert_eq!(answer.summary(), expected, "{body}");
    }
}

#[tokio::test]
async fn stems_come_in_one_archive() {
    let server = Server::new();
    let body = r#"{"bars":1,"texture":"mono","tempo":200}"#;
    let piece = server.call("POST", "/api/v1/pieces", body).await.json();
    let stems = server.get(piece["files"]["stems"].as_str().unwrap()).await;
    assert_eq!(stems.summary(), "200");
    assert_eq!(stems.header("content-type"), "application/zip");
    assert!(
        stems
            .header("content-disposition")
            .ends_with(".stems.zip\"")
    );
    assert!(stems.body.starts_with(b"PK"));
}

#[tokio::test]
async fn pieces_are_composed_listed_fetched_and_forgotten() {
    let server = Server::new();
    let made = server
        .call(
            "POST",
            "/api/v1/pieces",
            r#"{"valence":0.5,"arousal":-0.4,"genre":"jazz","bars":2,"seed":7}"#,
        )
        .await;
    assert_eq!(made.summary(), "201", "{:?}", made.body);
    let piece = made.json();
    assert_eq!(
        (&piece["bars"], &piece["seed"], &piece["genre"]),
        (&2.into(), &7.into(), &"jazz".into())
    );
    assert!(piece["seconds"].as_f64().unwrap() > 1.0);
    assert!(piece["created_at"].as_str().unwrap().starts_with("20"));
    let id = piece["id"].as_str().unwrap();
    assert_eq!(
        server.get("/api/v1/pieces").await.json()["pieces"][0]["id"],
        *id
    );
    assert_eq!(
        server.get(&format!("/api/v1/pieces/{id}")).await.json(),
        piece
    );

    let midi = server.get(piece["files"]["mid"].as_str().unwrap()).await;
    assert!(midi.body.starts_with(b"MThd"));
    assert_eq!(midi.header("content-type"), "audio/midi");
    assert!(
        midi.header("content-disposition").ends_with(".mid\""),
        "{:?}",
        midi.headers
    );
    let unknown = server.get(&format!("/api/v1/pieces/{id}.exe")).await;
    assert_eq!(unknown.summary(), "400 unknown_format");

    let judged = server.post_bytes("/api/v1/judge", midi.body.to_vec()).await;
    assert_eq!(judged.summary(), "200", "{:?}", judged.body);
    assert!(judged.json()["features"].as_object().unwrap().len() >= 14);

    let gone = server
        .call("DELETE", &format!("/api/v1/pieces/{id}"), "")
        .await;
    assert_eq!(gone.summary(), "204");
    assert_eq!(
        server.get(&format!("/api/v1/pieces/{id}")).await.summary(),
        "404 unknown_piece"
    );
}

#[tokio::test]
async fn files_of_a_piece_are_valid_and_can_be_sought() {
    let server = Server::new();
    let made = server
        .call("POST", "/api/v1/pieces", r#"{"bars":1,"texture":"mono"}"#)
        .await
        .json();
    let file = |name: &str| made["files"][name].as_str().unwrap().to_owned();
    let wav = server.get(&file("wav")).await;
    assert_eq!(&wav.body[..4], b"RIFF", "{:?}", wav.summary());
    let loud = wav.body[44..]
        .chunks_exact(2)
        .any(|s| i16::from_le_bytes([s[0], s[1]]).abs() > 300);
    assert!(loud, "the rendered piece is silent");
    let part = request("GET", &file("wav"))
        .header("range", "bytes=0-3")
        .body(Body::empty())
        .unwrap();
    let part = server.send(part).await;
    assert_eq!(
        (part.status.as_u16(), part.body.as_ref()),
        (206, b"RIFF".as_ref())
    );
    for (name, magic) in [
        ("flac", "fLaC"),
        ("opus", "OggS"),
        ("musicxml", "<?xml"),
        ("lead_sheet", "<?xml"),
    ] {
        let answer = server.get(&file(name)).await;
        assert!(
            answer.body.starts_with(magic.as_bytes()),
            "{name}: {}",
            answer.summary()
        );
    }
}

#[tokio::test]
async fn midi_from_outside_is_rendered_or_refused() {
    let server = Server::new();
    let made = server
        .call("POST", "/api/v1/pieces", r#"{"bars":1,"texture":"mono"}"#)
        .await
        .json();
    let midi = server
        .get(made["files"]["mid"].as_str().unwrap())
        .await
        .body
        .to_vec();
    let audio = server
        .post_bytes("/api/v1/render?format=flac", midi.clone())
        .await;
    assert_eq!(&audio.body[..4], b"fLaC", "{}", audio.summary());
    assert_eq!(audio.header("content-type"), "audio/flac");

    for uri in ["/api/v1/judge", "/api/v1/render"] {
        let refused = |bytes: Vec<u8>| server.post_bytes(uri, bytes);
        assert_eq!(
            refused(b"no music".to_vec()).await.summary(),
            "400 invalid_midi",
            "{uri}"
        );
        assert_eq!(
            refused(Vec::new()).await.summary(),
            "400 invalid_midi",
            "{uri}"
        );
        let big = vec![0; 8 * 1024 * 1024 + 1];
        assert_eq!(refused(big).await.summary(), "413 too_large", "{uri}");
    }
    let format = server
        .post_bytes("/api/v1/render?format=ogg", midi.clone())
        .await;
    assert_eq!(format.summary(), "400 unknown_format");
    let loudness = server.post_bytes("/api/v1/render?loudness=max", midi).await;
    assert_eq!(loudness.summary(), "400 unknown_name");
}

#[tokio::test]
async fn answers_are_compressed_but_sound_is_not() {
    let server = Server::new();
    let zipped = |uri: String| {
        request("GET", &uri)
            .header("accept-encoding", "gzip")
            .body(Body::empty())
            .unwrap()
    };
    let options = server.send(zipped("/api/v1/options".into())).await;
    assert_eq!(options.header("content-encoding"), "gzip");
    let made = server
        .call("POST", "/api/v1/pieces", r#"{"bars":1,"texture":"mono"}"#)
        .await
        .json();
    let midi = server
        .send(zipped(made["files"]["mid"].as_str().unwrap().into()))
        .await;
    assert_eq!(midi.header("content-encoding"), "");
}

/// A MIDI file with one track and no notes.
const SILENCE: &[u8] = b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0MTrk\0\0\0\x04\0\xff\x2f\0";

#[tokio::test]
async fn primers_are_checked_and_continued() {
    let server = Server::new();
    let made = r#"{"bars":2,"texture":"mono"}"#;
    let made = server.call("POST", "/api/v1/pieces", made).await.json();
    let melody = server.get(made["files"]["mid"].as_str().unwrap()).await;
    let melody = melody.body.to_vec();
    let checked = server.post_bytes("/api/v1/primer", melody.clone()).await;
    assert_eq!(checked.summary(), "200", "{:?}", checked.body);
    assert!(checked.json()["notes"].as_u64().unwrap() > 2);
    for (bytes, expected) in [
        (SILENCE.to_vec(), "400 no_notes"),
        (b"RIFF".to_vec(), "400 invalid_midi"),
        (vec![0; 1_100_000], "413 too_large"),
    ] {
        let answer = server.post_bytes("/api/v1/primer", bytes).await;
        assert_eq!(answer.summary(), expected);
    }
    let compose = async |primer: &[u8]| {
        let primer = base64::engine::general_purpose::STANDARD.encode(primer);
        let body = serde_json::json!({"bars": 1, "texture": "mono", "writer": "neural",
            "candidates": 1, "primer": primer});
        server
            .call("POST", "/api/v1/pieces", &body.to_string())
            .await
    };
    let made = compose(&melody).await;
    assert_eq!(made.summary(), "201", "{:?}", made.body);
    assert_eq!(made.json()["primer"], checked.json());
    assert_eq!(made.json()["writer"], "neural");
    assert_eq!(compose(b"RIFF").await.summary(), "400 invalid_midi");
    let wrong = r#"{"primer":"not base64"}"#;
    let wrong = server.call("POST", "/api/v1/pieces", wrong).await;
    assert_eq!(wrong.summary(), "400 invalid_request");
}

/// `UPDATE=1 cargo test -p affetto-server openapi` writes the file anew.
#[test]
fn openapi_is_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let made = affetto_server::openapi();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        committed, made,
        "openapi.json is stale: run this test with UPDATE=1"
    );
    let description: Value = serde_json::from_str(&made).unwrap();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(description["info"]["title"], "Affetto");
}

/// What good bodies are spoiled with.
const NOISE: &[u8] = b"0-9e{}[]\",:\\n\xff";

/// A short version of the fuzz target: bytes of good bodies changed at random, through the door.
#[tokio::test(flavor = "multi_thread")]
async fn spoiled_bodies_never_hurt() {
    let server = Server::new();
    let made = server.call("POST", "/api/v1/stations", "{}").await.json();
    let station = format!("/api/v1/stations/{}", made["id"].as_str().unwrap());
    let bodies = [
        (
            "POST",
            "/api/v1/sense/text",
            r#"{"text":"sad 😢 and tired"}"#,
        ),
        (
            "PATCH",
            station.as_str(),
            r#"{"valence":0.5,"arousal":-1,"goal":{"valence":1,"arousal":0}}"#,
        ),
        (
            "PATCH",
            station.as_str(),
            r#"{"cues":{"tempo":0.5},"tempo":90,"key":"F# minor","genre":"jazz"}"#,
        ),
    ];
    let mut random = 1_u64;
    let mut next = |below: usize| {
        // Knuth's MMIX generator: any will do.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    for round in 0..200 {
        let (method, uri, body) = bodies[round % bodies.len()];
        let mut bytes = body.as_bytes().to_vec();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = NOISE[next(NOISE.len())],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, NOISE[next(NOISE.len())]),
            }
        }
        let spoiled = request(method, uri).header("content-type", "application/json");
        let answer = server
            .send(spoiled.body(Body::from(bytes.clone())).unwrap())
            .await;
        let shown = String::from_utf8_lossy(&bytes);
        assert!(
            answer.status.as_u16() < 500,
            "{} for {shown}",
            answer.summary()
        );
    }
    assert_eq!(server.get(&station).await.json()["playing"], true);
}
