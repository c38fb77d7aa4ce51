//! Binding an address and serving until told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use affetto_engine::{Engine, Error};
use tokio::net::TcpListener;

use crate::tls::{self, TlsListener};
use crate::wire::StationRequest;
use crate::{Access, Service};

/// How long open connections may take to end once the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Where to serve, and what to play at once.
#[derive(Debug, Clone, PartialEq)]
pub struct ServeOptions {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A station to start with; it is the one that players get who name none.
    pub first: Option<StationRequest>,
}

impl From<SocketAddr> for ServeOptions {
    fn from(listen: SocketAddr) -> Self {
        Self {
            listen,
            first: None,
        }
    }
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The bound address, with the real port where 0 was asked for.
    pub address: SocketAddr,
    /// What to open in a browser, with the token where one is needed.
    pub url: String,
    /// The same without the token and without a stroke at the end.
    pub base_url: String,
    /// The token that clients must show, if any.
    pub token: Option<String>,
}

/// Serves until `stop` resolves, then ends every station and connection.
///
/// On any address but loopback clients must show a token: the configured one, else one made now.
/// `started` is called once the address is bound. Where the settings name a certificate, HTTPS is
/// served, and nothing else.
///
/// # Errors
/// [`Error::User`] when the address cannot be bound, naming it, when the certificate cannot be
/// used, or the first station is not to be understood, and [`Error::Internal`] when the system
/// takes the socket away.
pub async fn serve(
    engine: Engine,
    options: ServeOptions,
    started: impl FnOnce(&Started),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let listen = options.listen;
    let access = access(&engine, listen);
    let files = &engine.settings().server;
    let acceptor = if files.tls_cert.as_os_str().is_empty() {
        None
    } else {
        Some(tls::acceptor(&files.tls_cert, &files.tls_key)?)
    };
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| cannot_listen(listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(listen, &error))?;
    let service = Service::new(engine.clone(), access.clone());
    if let Some(request) = options.first {
        service.play(request).await?;
    }
    let router = service.router();
    started(&announcement(address, &access));
    warm_up(engine);

    let (stopped, mut has_stopped) = tokio::sync::watch::channel(false);
    let graceful = async move {
        stop.await;
        service.stop();
        // The receiver outlives this future.
        let _ = stopped.send(true);
    };
    let serving = async move {
        match acceptor {
            Some(acceptor) => {
                let listener = TlsListener::new(listener, address, acceptor);
                let server = axum::serve(listener, router);
                server.with_graceful_shutdown(graceful).await
            }
            None => {
                let server = axum::serve(listener, router);
                server.with_graceful_shutdown(graceful).await
            }
        }
    };
    let overdue = async {
        // An error means that serving ended by itself, which the other branch reports.
        if has_stopped.wait_for(|stopped| *stopped).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serving => {
            served.map_err(|error| Error::Internal(format!("the server's socket failed: {error}")))
        }
        () = overdue => Ok(()),
    }
}

/// Loads in the background what the first listener would wait for.
fn warm_up(engine: Engine) {
    // Not waited for: a failure comes again, and is told, when somebody needs what is missing.
    drop(tokio::task::spawn_blocking(move || {
        if let Err(error) = engine.warm_up() {
            tracing::warn!(%error, "cannot load ahead what stations need");
        }
    }));
}

fn access(engine: &Engine, listen: SocketAddr) -> Access {
    let configured = engine.settings().server.access_token.trim();
    let loopback = listen.ip().is_loopback();
    let token = match configured {
        "" if loopback => None,
        // 122 random bits from the system.
        "" => Some(uuid::Uuid::new_v4().simple().to_string()),
        token => Some(token.to_owned()),
    };
    Access {
        token,
        loopback,
        tls: !engine.settings().server.tls_cert.as_os_str().is_empty(),
    }
}

fn announcement(address: SocketAddr, access: &Access) -> Started {
    // The unspecified address means every network of this machine; this machine is one of them.
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    let scheme = if access.tls { "https" } else { "http" };
    let base_url = format!("{scheme}://{host}:{}", address.port());
    let url = match &access.token {
        Some(token) => format!("{base_url}/?token={token}"),
        None => format!("{base_url}/"),
    };
    Started {
        address,
        url,
        base_url,
        token: access.token.clone(),
    }
}

fn cannot_listen(listen: SocketAddr, error: &std::io::Error) -> Error {
    let port = listen.port();
    match error.kind() {
        std::io::ErrorKind::AddrInUse => Error::user_hint(
            "port_in_use",
            format!("cannot listen on {listen}: port {port} is in use"),
            format!(
                "choose another with --listen, e.g. --listen {}, or end the program that uses it",
                SocketAddr::new(listen.ip(), port.checked_add(1).unwrap_or(0))
            ),
        ),
        std::io::ErrorKind::PermissionDenied => Error::user_hint(
            "port_not_allowed",
            format!("cannot listen on {listen}: port {port} needs more rights"),
            "choose a port from 1024 on with --listen",
        ),
        _ => Error::user_hint(
            "cannot_listen",
            format!("cannot listen on {listen}: {error}"),
            "choose an address of this machine with --listen",
        ),
    }
}
