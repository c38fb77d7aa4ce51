//! `affetto soak`: the long checks behind `cargo xtask soak`.

use affetto_engine::{Engine, Error};
use anyhow::Result;
use serde_json::Value;

use crate::args::Soak;
use crate::output::Printer;

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Soak) -> Result<()> {
    if let Some(minutes) = args.minutes {
        let report = engine.soak_station(minutes)?;
        printer.result(&Value::Null, || format!("{report:#?}"));
        return fail_if(report.stats.underruns > 0, "the station was late");
    }
    if let Some(pieces) = args.pieces {
        let bar = printer.progress(u64::from(pieces), "composing");
        let report = engine.soak_pieces(pieces, |_| bar.inc(1))?;
        bar.finish_and_clear();
        printer.result(&Value::Null, || format!("{report:#?}"));
        return fail_if(report.faults > 0, "the validator found faults");
    }
    let bars = args.bars.unwrap_or(10_000);
    let bar = printer.progress(bars, "composing");
    let report = engine.soak_bars(bars, args.writer, |_| bar.inc(1))?;
    bar.finish_and_clear();
    printer.result(&Value::Null, || format!("{report:#?}"));
    let growth = report
        .late_mb
        .zip(report.early_mb)
        .map_or(0.0, |(late, early)| late / early - 1.0);
    fail_if(report.composed.faults > 0, "the validator found faults")?;
    fail_if(growth > 0.05, "memory grew by more than 5 %")
}

fn fail_if(failed: bool, why: &str) -> Result<()> {
    if failed {
        Err(Error::user("soak_failed", why).into())
    } else {
        Ok(())
    }
}
