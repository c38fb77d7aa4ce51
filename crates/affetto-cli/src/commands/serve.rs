//! `affetto serve`.

use affetto_engine::request::GENTLE_CAP;
use affetto_engine::settings::parse_listen;
use affetto_engine::{Engine, Error, Settings};
use affetto_server::wire::StationRequest;
use affetto_server::{ServeOptions, Started, serve};
use anyhow::{Context, Result};
use serde_json::json;

use crate::args::Serve;
use crate::output::Printer;

/// Puts what was said on the command line over the settings.
pub(crate) fn apply(args: &Serve, settings: &mut Settings) {
    if args.no_sensors {
        settings.senses.sensors = false;
    }
    if let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) {
        settings.server.tls_cert.clone_from(cert);
        settings.server.tls_key.clone_from(key);
    }
}

/// What the server shall play from the start, if anything.
fn first_station(
    engine: &Engine,
    printer: Printer,
    args: &Serve,
) -> Result<Option<StationRequest>, Error> {
    let Some(sensed) = args.source.sensed(engine, printer)? else {
        let text = args.source.mood.clone();
        return Ok(text.map(|text| StationRequest {
            text: Some(text),
            ..StationRequest::default()
        }));
    };
    let mean = sensed.estimate.mean;
    let mut request = StationRequest {
        valence: Some(mean.v()),
        arousal: Some(mean.a()),
        ..StationRequest::default()
    };
    if sensed.crisis {
        // The numbers alone would not tell the station to stay gentle.
        request.text.clone_from(&args.source.mood);
        request.strategy = Some("soothe".into());
        request.energy_cap = Some(GENTLE_CAP);
    }
    Ok(Some(request))
}

pub(crate) fn run(engine: Engine, printer: Printer, args: &Serve) -> Result<()> {
    let listen = match &args.listen {
        Some(text) => parse_listen(text)?,
        None => engine.settings().server.listen,
    };
    log(&engine);
    let options = ServeOptions {
        listen,
        first: first_station(&engine, printer, args)?,
    };
    let runtime = tokio::runtime::Runtime::new().context("cannot start the server's threads")?;
    runtime.block_on(serve(
        engine,
        options,
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
