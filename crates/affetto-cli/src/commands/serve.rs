//! `affetto serve`.

use affetto_engine::Engine;
use affetto_engine::settings::parse_listen;
use affetto_server::{Started, serve};
use anyhow::{Context, Result};
use serde_json::json;

use crate::args::Serve;
use crate::output::Printer;

pub(crate) fn run(engine: Engine, printer: Printer, args: &Serve) -> Result<()> {
    let listen = match &args.listen {
        Some(text) => parse_listen(text)?,
        None => engine.settings().server.listen,
    };
    log(&engine);
    let runtime = tokio::runtime::Runtime::new().context("cannot start the server's threads")?;
    runtime.block_on(serve(
        engine,
        listen,
        |started| announce(printer, started),
        stop_signal(),
    ))?;
    Ok(())
}

fn log(engine: &Engine) {
    let filter = tracing_subscriber::EnvFilter::new(&engine.settings().server.log);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Says where the app is. The address goes to stdout so that scripts can read it.
fn announce(printer: Printer, started: &Started) {
    let json = json!({"url": started.url, "token": started.token});
    printer.result(&json, || started.url.clone());
    printer.say("Open this address in a browser. Press Ctrl-C to stop.");
    printer.say(format!(
        "Any player: {}/stream.ogg or {}/stream.mp3",
        started.base_url, started.base_url
    ));
    if started.token.is_some() {
        printer.say("This address is not loopback: clients need the token in the address above.");
    }
}

/// Waits for Ctrl-C or the signal that service managers send.
async fn stop_signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
