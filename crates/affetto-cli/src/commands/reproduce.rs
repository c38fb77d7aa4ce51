//! `affetto reproduce`.

use std::path::PathBuf;

use affetto_engine::reproduce::{Reproduced, reproduce};
use affetto_engine::train::CrossValidation;
use anyhow::Result;
use serde_json::json;

use super::train::{describe, request, show};
use crate::args::Reproduce;
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, args: &Reproduce, config: Option<PathBuf>) -> Result<()> {
    let request = request(args.task, &args.options, config, CrossValidation::Skip)?;
    let bar = printer.progress(0, "reproducing");
    let reproduced = reproduce(&request, &mut |event| show(&bar, event));
    bar.finish_and_clear();
    let reproduced = reproduced?;
    for warning in &reproduced.trained.warnings {
        printer.say(format!("warning: {warning}"));
    }
    let trained = &reproduced.trained;
    let json = json!({
        "report": trained.report,
        "cross_validation": trained.cross_validation.as_ref().map(|c| &c.evaluation),
        "evaluation": reproduced.evaluation.as_ref().map(|e| &e.evaluation),
        "card": reproduced.card,
        "data_page": reproduced.page,
        "config": trained.config,
        "plots": trained.plots,
        "warnings": trained.warnings,
    });
    printer.result(&json, || summary(&reproduced));
    Ok(())
}

fn summary(reproduced: &Reproduced) -> String {
    let mut text = describe(&reproduced.trained);
    if let Some(evaluated) = &reproduced.evaluation {
        let rows: Vec<Vec<String>> = evaluated
            .evaluation
            .metrics
            .iter()
            .map(|(name, value)| vec![name.clone(), format!("{value:.3}")])
            .collect();
        text += &format!("\n\n{}", table(&["not seen in training", "value"], &rows));
    }
    let (card, page) = (reproduced.card.display(), reproduced.page.display());
    format!("{text}\nmodel card {card}, data {page}")
}
