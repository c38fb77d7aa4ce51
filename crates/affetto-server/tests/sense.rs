//! Sensing through the router and through real sockets: shapes, limits, hostile input, HTTPS.

#![allow(clippy::unwrap_used, reason = "a test may fail on what must not be")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use affetto_engine::{Engine, Settings};
use affetto_server::{Access, ServeOptions, Started};
use common::Server;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A server that keeps its listener's profile in a folder of its own.
fn server(folder: &tempfile::TempDir, change: impl FnOnce(&mut Settings)) -> Server {
    let access = Access {
        loopback: true,
        ..Access::default()
    };
    let profile = folder.path().join("listener.json");
    Server::with(
        |settings| {
            settings.senses.profile = profile;
            change(settings);
        },
        access,
    )
}

fn plain() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder, |_| {});
    (folder, server)
}

/// A WAV file of 16-bit mono sound.
fn wav(sample_rate_hz: u32, samples: impl Iterator<Item = i16>) -> Vec<u8> {
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = u32::try_from(data.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(sample_rate_hz.to_le_bytes());
    file.extend((2 * sample_rate_hz).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

/// A gray PNG of one pixel.
const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\
    \0\0\0\nIDAT\x78\xda\x63\x68\0\0\0\x82\0\x81\xda\x45\x08\x3b\0\0\0\0IEND\xae\x42\x60\x82";

#[tokio::test]
async fn options_say_what_is_sensed() {
    let (_folder, with) = plain();
    let options = with.get("/api/v1/options").await;
    assert_eq!(options.json()["sensors"]["voice"], true);
    assert_eq!(options.json()["sensors"]["face"], true);
    assert!(options.json()["limits"]["picture_max_bytes"].is_u64());
    assert!(
        options
            .header("permissions-policy")
            .contains("microphone=(self)")
    );
    let folder = tempfile::tempdir().unwrap();
    let without = server(&folder, |settings| settings.senses.sensors = false);
    let options = without.get("/api/v1/options").await;
    let off = json!({"voice": false, "face": false, "video": false, "transcript": false});
    assert_eq!(options.json()["sensors"], off);
    assert!(options.header("permissions-policy").contains("camera=(), "));
    for uri in ["/api/v1/sense/speech", "/api/v1/sense/face"] {
        let refused = without.post_bytes(uri, PIXEL.to_vec()).await;
        assert_eq!(refused.summary(), "403 sensors_off", "{uri}");
    }
    assert_eq!(
        without.get("/api/v1/sense/live").await.summary(),
        "403 sensors_off"
    );
    let text = without
        .call("POST", "/api/v1/sense/text", r#"{"text":"happy"}"#)
        .await;
    assert_eq!(text.summary(), "200");
}

#[tokio::test]
async fn words_have_a_source_and_a_question_where_they_are_vague() {
    let (_folder, server) = plain();
    let clear = server
        .call("POST", "/api/v1/sense/text", r#"{"text":"happy day"}"#)
        .await;
    assert_eq!(clear.json()["senses_used"], json!(["words"]));
    assert!(clear.json().as_object().unwrap().contains_key("question"));
}

#[tokio::test]
async fn silence_and_an_empty_picture_are_abstained_from() {
    let (_folder, server) = plain();
    let silence = wav(16_000, std::iter::repeat_n(0, 48_000));
    let heard = server.post_bytes("/api/v1/sense/speech", silence).await;
    assert_eq!(heard.summary(), "200", "{:?}", heard.body);
    let seen = server
        .post_bytes("/api/v1/sense/face", PIXEL.to_vec())
        .await;
    assert_eq!(seen.summary(), "200", "{:?}", seen.body);
    for answer in [heard.json(), seen.json()] {
        assert_eq!(answer["abstained"], true, "{answer}");
        assert!(!answer["reason"].as_str().unwrap().is_empty());
        for number in ["valence", "arousal", "valence_sd", "arousal_sd", "emotions"] {
            assert!(answer[number].is_null(), "{number} in {answer}");
        }
        assert_eq!(answer["senses_used"], json!([]));
    }
    assert!(heard.json()["segments"].is_array());
    assert!(heard.json()["transcript"].is_null());
    assert!(heard.json()["transcript_reason"].is_string());
    assert_eq!(seen.json()["faces"], json!([]));
    assert_eq!(seen.json()["pictures"], 1);
}

#[tokio::test]
async fn corrections_are_learnt_and_forgotten() {
    let (folder, server) = plain();
    let uri = "/api/v1/sense/correct";
    let sensed = r#"{"valence":0.8,"arousal":0.2,"valence_sd":0.2,"arousal_sd":0.2}"#;
    let body = format!(r#"{{"sense":"face","sensed":{sensed},"valence":-0.6,"arousal":-0.4}}"#);
    let learnt = server.call("POST", uri, &body).await;
    assert_eq!(learnt.summary(), "200", "{:?}", learnt.body);
    assert!(learnt.json()["face"].as_f64().unwrap() > 1.5);
    assert_eq!(learnt.json()["voice"], 1.0);
    assert!(folder.path().join("listener.json").is_file());
    let wrong = [
        (r#""face""#, r#""nose""#, "400 unknown_name"),
        ("-0.6", "-6", "400 out_of_range"),
        (
            r#""valence_sd":0.2"#,
            r#""valence_sd":-1"#,
            "400 out_of_range",
        ),
        (
            r#""arousal_sd":0.2"#,
            r#""arousal_sd":1e99"#,
            "400 out_of_range",
        ),
        (r#""sensed""#, r#""picture""#, "400 invalid_request"),
    ];
    for (from, to, expected) in wrong {
        let answer = server.call("POST", uri, &body.replace(from, to)).await;
        assert_eq!(answer.summary(), expected, "{to}");
    }
    assert_eq!(server.call("DELETE", uri, "").await.summary(), "204");
}

#[tokio::test]
async fn hostile_bytes_get_clear_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder, |settings| {
        settings.senses.max_audio_bytes = 1024 * 1024;
        settings.senses.max_picture_bytes = 1024 * 1024;
        settings.senses.max_audio_seconds = 5.0;
    });
    let tone = |seconds: usize| {
        wav(
            8_000,
            (0..8_000 * seconds).map(|i| if i % 40 < 20 { 9_000 } else { -9_000 }),
        )
    };
    let mut lying = tone(1);
    lying[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut huge = PIXEL.to_vec();
    // 10000 × 10000 pixels, it says.
    huge[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
    let (speech, face) = ("/api/v1/sense/speech", "/api/v1/sense/face");
    let refused: &[(&str, Vec<u8>, u16)] = &[
        (speech, Vec::new(), 400),
        (face, Vec::new(), 400),
        (speech, b"this is no sound".to_vec(), 415),
        (face, b"this is no picture".to_vec(), 415),
        (speech, PIXEL.to_vec(), 415),
        (face, tone(1), 415),
        (speech, tone(20), 413),
        (speech, vec![0; 2 * 1024 * 1024], 413),
        (face, vec![0; 2 * 1024 * 1024], 413),
        (face, b"#EXTM3U\nfile:///etc/passwd\n".to_vec(), 415),
    ];
    for (uri, bytes, expected) in refused {
        let answer = server.post_bytes(uri, bytes.clone()).await;
        let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(12)]).into();
        assert_eq!(
            answer.status.as_u16(),
            *expected,
            "{uri} {start:?} {:?}",
            answer.body
        );
        let error = answer.json();
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
    for (uri, bytes) in [(face, huge), (speech, lying)] {
        let answer = server.post_bytes(uri, bytes).await;
        assert!(answer.status.as_u16() < 500, "{uri} {:?}", answer.body);
    }
}

#[tokio::test]
async fn single_pictures_come_at_a_bounded_rate() {
    let (_folder, server) = plain();
    let mut refused = 0;
    for _ in 0..60 {
        let answer = server.post_bytes("/api/v1/sense/face", Vec::new()).await;
        match answer.summary().as_str() {
            "429 too_fast" => refused += 1,
            "400 empty_picture" => {}
            other => panic!("{other}"),
        }
    }
    assert!(refused >= 30, "{refused} of 60 were refused");
}

/// A server on a free port, with what it announced.
async fn start(change: impl FnOnce(&mut Settings)) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.senses.profile = folder.path().join("listener.json");
    change(&mut settings);
    let engine = Engine::new(settings).unwrap();
    let options = ServeOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        first: None,
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(affetto_server::serve(
        engine,
        options,
        move |started: &Started| {
            let _ = tell.send(started.clone());
        },
        async {
            let _ = stopped.await;
        },
    ));
    let started = told.await.unwrap();
    Running {
        started,
        stop,
        serving,
        _folder: folder,
    }
}

struct Running {
    started: Started,
    stop: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<Result<(), affetto_engine::Error>>,
    _folder: tempfile::TempDir,
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

impl Running {
    async fn connect(&self) -> Socket {
        let url = self.started.base_url.replace("http", "ws") + "/api/v1/sense/live";
        tokio_tungstenite::connect_async(url).await.unwrap().0
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        self.serving.await.unwrap().unwrap();
    }
}

/// The next text frame as JSON; null once the socket is closed.
async fn next(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(30), socket.next())
            .await
            .unwrap();
        match message {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Value::Null,
            Some(Ok(_)) => {}
        }
    }
}

async fn say(socket: &mut Socket, json: Value) {
    socket
        .send(Message::Text(json.to_string().into()))
        .await
        .unwrap();
}

async fn frame(socket: &mut Socket, kind: u8, payload: &[u8]) {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(payload);
    // A server that had enough closes: what is sent after that is its to refuse.
    let _ = socket.send(Message::Binary(bytes.into())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_answered_and_the_dial_wins() {
    let server = start(|_| {}).await;
    let mut socket = server.connect().await;
    say(
        &mut socket,
        json!({"type": "start", "senses": ["face", "voice"]}),
    )
    .await;
    let started = next(&mut socket).await;
    assert_eq!(
        started,
        json!({"type": "started", "senses": ["face", "voice"]})
    );
    frame(&mut socket, 2, PIXEL).await;
    let sensed = next(&mut socket).await;
    assert_eq!(sensed["type"], "sensed", "{sensed}");
    assert_eq!(sensed["sense"], "face");
    assert_eq!(sensed["abstained"], true);
    assert!(sensed["valence"].is_null() && sensed["reason"].is_string());
    say(
        &mut socket,
        json!({"type": "dial", "valence": -0.5, "arousal": 0.25}),
    )
    .await;
    let fused = next(&mut socket).await;
    assert_eq!(fused["type"], "fused");
    assert_eq!(
        (&fused["valence"], &fused["arousal"]),
        (&json!(-0.5), &json!(0.25))
    );
    assert_eq!(
        (&fused["held"], &fused["question"]),
        (&json!(true), &Value::Null)
    );
    say(&mut socket, json!({"type": "release"})).await;
    assert_eq!(next(&mut socket).await["held"], false);
    say(&mut socket, json!({"type": "stop"})).await;
    assert_eq!(next(&mut socket).await, Value::Null);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_and_too_many_end_it() {
    let server = start(|settings| settings.senses.max_live = 1).await;
    let mut socket = server.connect().await;
    let url = server.started.base_url.replace("http", "ws") + "/api/v1/sense/live";
    let second = tokio_tungstenite::connect_async(url).await;
    assert!(second.unwrap_err().to_string().contains("429"));
    let wrong = [
        (json!({"type": "release"}), "invalid_request"),
        (
            json!({"type": "correct", "sense": "face", "valence": 0, "arousal": 0}),
            "invalid_request",
        ),
        (json!({"type": "start", "senses": []}), "invalid_request"),
        (json!({"type": "start", "senses": ["nose"]}), "unknown_name"),
        (
            json!({"type": "start", "senses": ["face"], "station": "x"}),
            "unknown_station",
        ),
        (json!({"type": "begin"}), "invalid_request"),
    ];
    for (said, code) in wrong {
        say(&mut socket, said.clone()).await;
        let error = next(&mut socket).await;
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code)),
            "{said}"
        );
    }
    say(&mut socket, json!({"type": "start", "senses": ["voice"]})).await;
    assert_eq!(next(&mut socket).await["type"], "started");
    for (kind, payload) in [(7, &b"abc"[..]), (1, b"abc"), (2, PIXEL)] {
        frame(&mut socket, kind, payload).await;
        assert_eq!(next(&mut socket).await["type"], "error", "{kind}");
    }
    say(
        &mut socket,
        json!({"type": "correct", "sense": "face", "valence": 0, "arousal": 0}),
    )
    .await;
    assert_eq!(next(&mut socket).await["code"], "nothing_sensed");
    for _ in 0..30 {
        if socket.send(Message::Binary(vec![9].into())).await.is_err() {
            break;
        }
    }
    while next(&mut socket).await != Value::Null {}
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_faster_than_real_time_is_dropped_not_kept() {
    let server = start(|_| {}).await;
    let mut socket = server.connect().await;
    say(&mut socket, json!({"type": "start", "senses": ["voice"]})).await;
    assert_eq!(next(&mut socket).await["type"], "started");
    let ten_seconds = vec![0; 2 * 16_000 * 10];
    for _ in 0..30 {
        frame(&mut socket, 1, &ten_seconds).await;
    }
    let stop = json!({"type": "stop"}).to_string();
    let _ = socket.send(Message::Text(stop.into())).await;
    let mut too_fast = 0;
    loop {
        let message = next(&mut socket).await;
        if message.is_null() {
            break;
        }
        too_fast += usize::from(message["code"] == "too_fast");
    }
    eprintln!("five minutes of sound at once: {too_fast} frames were refused");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialed_point_steers_the_station() {
    let server = start(|_| {}).await;
    let base = server.started.base_url.clone();
    let made = post(
        &base,
        "/api/v1/stations",
        r#"{"valence":0.6,"arousal":0.5,"seed":1}"#,
    )
    .await;
    let id = made["id"].as_str().unwrap().to_owned();
    let mut socket = server.connect().await;
    say(
        &mut socket,
        json!({"type": "start", "senses": ["face"], "station": id}),
    )
    .await;
    assert_eq!(next(&mut socket).await["type"], "started");
    say(
        &mut socket,
        json!({"type": "dial", "valence": -0.5, "arousal": -0.25}),
    )
    .await;
    assert_eq!(next(&mut socket).await["type"], "fused");
    // The station follows with the next frame that is sensed.
    frame(&mut socket, 2, PIXEL).await;
    loop {
        let message = next(&mut socket).await;
        if message["type"] == "fused" {
            assert_eq!(message["steering"], true);
            break;
        }
    }
    let station = get(&base, &format!("/api/v1/stations/{id}")).await;
    assert_eq!(station["request"]["valence"], -0.5, "{station}");
    assert_eq!(station["request"]["arousal"], -0.25);
    server.stop().await;
}

async fn get(base: &str, path: &str) -> Value {
    plain_http(base, &format!("GET {path} HTTP/1.1\r\n"), "").await
}

async fn post(base: &str, path: &str, body: &str) -> Value {
    let head = format!(
        "POST {path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    plain_http(base, &head, body).await
}

/// One request over a socket of its own; the answer's JSON.
async fn plain_http(base: &str, head: &str, body: &str) -> Value {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("{head}host: {address}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let (from, to) = (body.find('{').unwrap(), body.rfind('}').unwrap());
    serde_json::from_str(&body[from..=to]).unwrap()
}
