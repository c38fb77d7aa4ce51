//! Live stations through the router and through real sockets.

#![allow(clippy::unwrap_used, reason = "a test may fail on what must not be")]

mod common;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use affetto_engine::{Engine, Settings};
use affetto_server::Started;
use axum::body::Body;
use common::{Server, request};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

/// A band in the middle of the plane, from one seed.
const REQUEST: &str = r#"{"valence":0.6,"arousal":0.5,"genre":"pop","seed":1}"#;

async fn start(server: &Server) -> Value {
    let made = server.call("POST", "/api/v1/stations", REQUEST).await;
    assert_eq!(made.summary(), "201", "{:?}", made.body);
    made.json()
}

/// The body of a stream, until there are so many bytes; patient, since the machine may be busy.
async fn take(server: &Server, uri: &str, headers: &[(&str, &str)], bytes: usize) -> Vec<u8> {
    let mut asked = request("GET", uri);
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    let response = server.open(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status().as_u16(), 200);
    let mut chunks = response.into_body().into_data_stream();
    let mut taken = Vec::new();
    let until = tokio::time::Instant::now() + Duration::from_secs(30);
    while taken.len() < bytes {
        match tokio::time::timeout_at(until, chunks.next()).await {
            Ok(Some(chunk)) => taken.extend_from_slice(&chunk.unwrap()),
            Ok(None) => panic!("{uri} ended after {} bytes", taken.len()),
            Err(_) => panic!("{uri} stopped after {} bytes", taken.len()),
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_start_change_and_stop() {
    let server = Server::new();
    let station = start(&server).await;
    let id = station["id"].as_str().unwrap();
    assert_eq!(station["request"]["genre"], "pop");
    assert_eq!(station["goal"]["valence"], 0.6);
    assert_eq!(station["playing"], true);
    let uri = format!("/api/v1/stations/{id}");
    let changed = server
        .call("PATCH", &uri, r#"{"genre":"jazz","strategy":"soothe"}"#)
        .await;
    assert_eq!(changed.summary(), "200", "{:?}", changed.body);
    assert_eq!(changed.json()["request"]["genre"], "jazz");
    assert_eq!(changed.json()["request"]["seed"], 1);
    assert_eq!(changed.json()["goal"]["arousal"], -0.5);
    let refused = server.call("PATCH", &uri, r#"{"genre":"polka"}"#).await;
    assert_eq!(refused.summary(), "400 unknown_genre");
    assert_eq!(server.get(&uri).await.json()["request"]["genre"], "jazz");
    assert_eq!(server.call("DELETE", &uri, "").await.summary(), "204");
    assert_eq!(server.get(&uri).await.summary(), "404 unknown_station");
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_steers_the_station_and_shapes_later_music() {
    let server = Server::new();
    let station = start(&server).await;
    assert_eq!(station["preferences"]["words"], serde_json::json!([]));
    let uri = format!("/api/v1/stations/{}", station["id"].as_str().unwrap());
    let say = async |words: &str| {
        let body = serde_json::json!({"feedback": words}).to_string();
        server.call("POST", &format!("{uri}/feedback"), &body).await
    };
    let told = say("less-drums").await;
    assert_eq!(told.summary(), "200", "{:?}", told.body);
    assert_eq!(told.json()["preferences"]["drums"], -0.35);
    assert_eq!(say("too-sad").await.json()["preferences"]["valence"], 0.35);
    assert_eq!(say("more-like-this").await.summary(), "200");
    let refused = say("boring").await;
    assert_eq!(refused.summary(), "400 unknown_name");
    // What was said stays through other changes, and lasts a little.
    let changed = server.call("PATCH", &uri, r#"{"genre":"jazz"}"#).await;
    assert_eq!(changed.json()["preferences"]["drums"], -0.35);
    let lasting = server.get("/api/v1/preferences").await.json();
    let drums = lasting["drums"].as_f64().unwrap();
    assert!((-0.3..-0.1).contains(&drums), "{lasting}");
    assert_eq!(
        lasting["words"],
        serde_json::json!(["happier", "less drums"])
    );
    let later = start(&server).await;
    assert_eq!(later["preferences"]["drums"], lasting["drums"]);
    let piece = r#"{"bars":1,"texture":"mono"}"#;
    let piece = server.call("POST", "/api/v1/pieces", piece).await.json();
    assert_eq!(piece["preferences"], lasting);
    let plain = r#"{"bars":1,"texture":"mono","profile":false}"#;
    let plain = server.call("POST", "/api/v1/pieces", plain).await.json();
    assert_eq!(plain["preferences"]["drums"], 0.0);
    let forgot = server.call("DELETE", "/api/v1/preferences", "").await;
    assert_eq!(forgot.summary(), "204");
    let lasting = server.get("/api/v1/preferences").await.json();
    assert_eq!(lasting["valence"], 0.0);
    // The station that plays stays as it is.
    assert_eq!(server.get(&uri).await.json()["preferences"]["drums"], -0.35);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_without_a_profile_teaches_nothing() {
    let server = Server::new();
    let body = r#"{"genre":"pop","seed":1,"profile":false}"#;
    let station = server.call("POST", "/api/v1/stations", body).await.json();
    let uri = format!("/api/v1/stations/{}", station["id"].as_str().unwrap());
    let told = server
        .call(
            "POST",
            &format!("{uri}/feedback"),
            r#"{"feedback":"too-wild"}"#,
        )
        .await;
    assert_eq!(told.json()["preferences"]["arousal"], -0.35);
    let lasting = server.get("/api/v1/preferences").await.json();
    assert_eq!(lasting["arousal"], 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_are_limited() {
    let server = Server::new();
    for _ in 0..3 {
        start(&server).await;
    }
    let refused = server.call("POST", "/api/v1/stations", "{}").await;
    assert_eq!(refused.summary(), "429 too_many_stations");
    assert_eq!(
        server.get("/api/v1/stations").await.json()["stations"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ogg_flows_with_sound_in_it() {
    let server = Server::new();
    let station = start(&server).await;
    let uri = station["ogg_url"].as_str().unwrap();
    let began = Instant::now();
    let bytes = take(&server, uri, &[], 40_000).await;
    assert!(bytes.starts_with(b"OggS"));
    assert!(bytes[28..].starts_with(b"OpusHead"));
    // Silence would take minutes for that, music at 128 kbit/s takes seconds.
    eprintln!("40,000 bytes of Ogg-Opus after {:?}", began.elapsed());
}

#[cfg(feature = "mp3")]
#[tokio::test(flavor = "multi_thread")]
async fn mp3_flows_with_titles_and_a_burst() {
    let server = Server::new();
    let station = start(&server).await;
    take(&server, station["ogg_url"].as_str().unwrap(), &[], 32_000).await;
    let uri = station["mp3_url"].as_str().unwrap();
    let began = Instant::now();
    let bytes = take(&server, uri, &[("icy-metadata", "1")], 40_000).await;
    eprintln!("40,000 bytes of MP3 after {:?}", began.elapsed());
    assert_eq!((bytes[0], bytes[1] & 0xe0), (0xff, 0xe0), "no MP3 frame");
    let titled = &bytes[16_001..];
    assert!(
        titled.starts_with(b"StreamTitle='Affetto: pop in "),
        "{:?}",
        &titled[..64]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn players_without_a_station_get_one() {
    let server = Server::new();
    let bytes = take(&server, "/stream.ogg", &[], 4).await;
    assert!(bytes.starts_with(b"OggS"));
    assert_eq!(
        server.get("/api/v1/stations").await.json()["stations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_minutes_can_be_saved() {
    let server = Server::new();
    let station = start(&server).await;
    let id = station["id"].as_str().unwrap();
    let save = format!("/api/v1/stations/{id}/save");
    let refused = server.call("POST", &save, r#"{"minutes":99}"#).await;
    assert_eq!(refused.summary(), "400 out_of_range");
    take(&server, station["ogg_url"].as_str().unwrap(), &[], 20_000).await;
    let saved = server
        .call("POST", &save, r#"{"minutes":1,"title":"Evening"}"#)
        .await;
    assert_eq!(saved.summary(), "201", "{:?}", saved.body);
    let piece = saved.json();
    assert_eq!(piece["title"], "Evening");
    assert!(piece["bars"].as_u64().unwrap() >= 1);
    let midi = server.get(piece["files"]["mid"].as_str().unwrap()).await;
    assert!(midi.body.starts_with(b"MThd"));
    assert_eq!(
        midi.header("content-disposition"),
        "attachment; filename=\"evening.mid\""
    );
}

/// A server on a socket of its own, stopped by sending.
async fn serve() -> (
    SocketAddr,
    tokio::sync::oneshot::Sender<()>,
    tokio::task::JoinHandle<()>,
) {
    let engine = Engine::new(Settings::default()).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (bound, address) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(async move {
        let started = move |started: &Started| bound.send(started.address).unwrap();
        let stop = async move { stopped.await.unwrap_or_default() };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        affetto_server::serve(engine, listen.into(), started, stop)
            .await
            .unwrap();
    });
    (address.await.unwrap(), stop, serving)
}

/// One HTTP/1.1 exchange; the JSON of the answer.
async fn exchange(address: SocketAddr, method: &str, path: &str, body: &str) -> Value {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or(Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_socket_carries_packets_and_news() {
    let (address, stop, serving) = serve().await;
    let began = Instant::now();
    let station = exchange(address, "POST", "/api/v1/stations", REQUEST).await;
    let url = format!("ws://{address}{}", station["live_url"].as_str().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut first_packet = None;
    let (mut positions, mut loud) = (Vec::new(), 0);
    let mut bars = std::collections::BTreeMap::new();
    let mut hello = Value::Null;
    let mut changed = false;
    while bars.len() < 2 || positions.len() < 100 {
        match socket.next().await.unwrap().unwrap() {
            Message::Binary(frame) => {
                first_packet.get_or_insert(began.elapsed());
                assert_eq!(frame[0], 1);
                positions.push(u64::from_le_bytes(frame[1..9].try_into().unwrap()));
                loud += usize::from(frame.len() > 9 + 60);
                if positions.len() == 50 {
                    let path = format!("/api/v1/stations/{}", station["id"].as_str().unwrap());
                    exchange(address, "PATCH", &path, r#"{"cues":{"dynamics":0.5}}"#).await;
                }
            }
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                match message["type"].as_str().unwrap() {
                    "hello" => hello = message,
                    // A bar comes again when its times move.
                    "bar" => drop(bars.insert(message["index"].as_u64().unwrap(), message)),
                    "state" => changed |= message["request"]["cues"]["dynamics"] == 0.5,
                    _ => panic!("{message}"),
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(hello["position"], positions[0]);
    assert!(
        positions.windows(2).all(|pair| pair[1] == pair[0] + 960),
        "{positions:?}"
    );
    assert!(
        loud > 80,
        "only {loud} of {} packets sound",
        positions.len()
    );
    assert_eq!(bars[&0]["start"], 0);
    assert_eq!(bars[&1]["start"], bars[&0]["end"]);
    assert!(!bars[&0]["notes"].as_array().unwrap().is_empty());
    assert!(!bars[&0]["chords"][0]["roman"].as_str().unwrap().is_empty());
    assert!(changed, "the change was not told");
    eprintln!("first packet {:?} after POST", first_packet.unwrap());

    stop.send(()).unwrap();
    let (mut end, mut closed) = (Value::Null, None);
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => end = serde_json::from_str(&text).unwrap(),
            Message::Close(frame) => closed = frame,
            _ => {}
        }
    }
    assert_eq!(
        (&end["type"], &end["reason"]),
        (&"end".into(), &"the server is shutting down".into())
    );
    assert_eq!(u16::from(closed.unwrap().code), 1001);
    tokio::time::timeout(Duration::from_secs(3), serving)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let engine = Engine::new(Settings::default()).unwrap();
    let error = affetto_server::serve(engine, address.into(), |_| {}, std::future::pending()).await;
    let error = error.unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&format!("port {} is in use", address.port())),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--listen"));
}
