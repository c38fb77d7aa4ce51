//! HTTPS with a certificate of one's own, through a real socket.

#![allow(clippy::unwrap_used, reason = "a test may fail on what must not be")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use affetto_engine::{Engine, Error, Settings};
use affetto_server::{ServeOptions, Started};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("test_data/tls")
        .join(name)
}

async fn serve(
    cert: PathBuf,
    key: PathBuf,
    started: impl FnOnce(&Started),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let mut settings = Settings::default();
    settings.server.tls_cert = cert;
    settings.server.tls_key = key;
    let options = ServeOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        first: None,
    };
    affetto_server::serve(Engine::new(settings)?, options, started, stop).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_trusts_the_certificate_is_served() {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(serve(
        file("cert.pem"),
        file("key.pem"),
        move |started: &Started| {
            let _ = tell.send(started.clone());
        },
        async {
            let _ = stopped.await;
        },
    ));
    let started = told.await.unwrap();
    assert!(
        started.url.starts_with("https://127.0.0.1:"),
        "{}",
        started.url
    );

    // A client that says nothing keeps nobody waiting.
    let _silent = TcpStream::connect(started.address).await.unwrap();
    // One that speaks plain HTTP gets no answer in plain text.
    let mut plain = TcpStream::connect(started.address).await.unwrap();
    plain
        .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut refused = Vec::new();
    let _ = plain.read_to_end(&mut refused).await;
    assert!(!refused.starts_with(b"HTTP/1.1 200"));

    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("cert.pem")).unwrap())
        .unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(started.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, stream).await.unwrap();
    let request = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"ok\""),
        "{answer}"
    );
    let _ = stop.send(());
    serving.await.unwrap().unwrap();
}

#[track_caller]
fn check(result: Result<(), Error>, expected: &str) {
    let message = result.unwrap_err().to_string();
    assert!(
        message.contains(expected),
        "{message:?} does not contain {expected:?}"
    );
}

#[tokio::test]
async fn files_that_are_no_certificate_are_named() {
    let never = || std::future::pending();
    let missing = serve(file("none.pem"), file("key.pem"), |_| {}, never()).await;
    check(missing, "none.pem cannot be used for HTTPS");
    let swapped = serve(file("key.pem"), file("key.pem"), |_| {}, never()).await;
    check(
        swapped,
        "key.pem cannot be used for HTTPS: it holds no certificate",
    );
    let no_key = serve(file("cert.pem"), file("cert.pem"), |_| {}, never()).await;
    check(no_key, "cert.pem cannot be used for HTTPS");
    let half = serve(file("cert.pem"), PathBuf::new(), |_| {}, never()).await;
    check(half, "HTTPS needs a certificate and its key");
}
