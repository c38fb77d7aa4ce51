//! `affetto render`.

use affetto_engine::files::read_limited;
use affetto_engine::{Engine, FileFormat, write_atomic};
use anyhow::Result;
use serde_json::json;

use crate::args::Render;
use crate::output::Printer;

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Render) -> Result<()> {
    let midi = read_limited(&args.file, engine.settings().server.max_midi_bytes)?;
    for path in &args.output {
        let bytes = engine.render(&midi, FileFormat::of(path)?, args.loudness.into())?;
        write_atomic(path, &bytes)?;
        let json = json!({"path": path, "bytes": bytes.len()});
        printer.result(&json, || {
            format!("{}  {} bytes", path.display(), bytes.len())
        });
    }
    if let Some(folder) = &args.stems.stems {
        let score = affetto_engine::stems::read(&midi)?;
        for path in args.stems.write(engine, &score, folder, args.loudness)? {
            let json = json!({"path": path});
            printer.result(&json, || path.display().to_string());
        }
    }
    Ok(())
}
