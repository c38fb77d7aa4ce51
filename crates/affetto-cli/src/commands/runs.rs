//! `affetto runs`.

use affetto_engine::experiments::plots::{folder_of, write_plots};
use affetto_engine::experiments::runs::{
    RunRecord, best_run, compare, find_run, find_runs, is_lower_better,
};
use anyhow::Result;
use serde_json::json;

use crate::args::{Runs, RunsCommand};
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, args: &Runs) -> Result<()> {
    let runs = find_runs(&args.folder)?;
    match args.command.as_ref().unwrap_or(&RunsCommand::List) {
        RunsCommand::List => {
            printer.result(&json!({"runs": runs}), || list(&runs));
        }
        RunsCommand::Show { run } => {
            let run = find_run(&runs, run)?;
            let events: Vec<_> = run
                .events
                .iter()
                .filter(|e| e.event.epoch.is_some())
                .collect();
            let json = json!({"run": run, "parameters": run.parameters(), "epochs": events});
            printer.result(&json, || show(run));
        }
        RunsCommand::Compare { runs: names } => {
            let chosen = names
                .iter()
                .map(|name| find_run(&runs, name))
                .collect::<Result<Vec<_>, _>>()?;
            let rows = compare(&chosen);
            let names: Vec<&str> = chosen.iter().map(|run| run.run.as_str()).collect();
            let json = json!({"runs": names, "differences": rows});
            printer.result(&json, || differences(&names, rows));
        }
        RunsCommand::Best { metric } => {
            let best = best_run(&runs, metric).ok_or_else(|| {
                affetto_engine::Error::user_hint(
                    "unknown_name",
                    format!("no run measured {metric}"),
                    "affetto runs list shows what was measured",
                )
            })?;
            let wanted = if is_lower_better(metric) {
                "lowest"
            } else {
                "highest"
            };
            let json = json!({"metric": metric, "wanted": wanted, "run": best});
            printer.result(&json, || format!("{wanted} {metric}\n{}", show(best)));
        }
        RunsCommand::Plot { run, output } => {
            let run = find_run(&runs, run)?;
            let folder = output.clone().unwrap_or_else(|| folder_of(run));
            let files = write_plots(run, &folder)?;
            printer.result(&json!({"files": files}), || {
                let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
                names.join("\n")
            });
        }
    }
    Ok(())
}

fn list(runs: &[RunRecord]) -> String {
    if runs.is_empty() {
        return "no runs here; affetto train writes them into OUT/runs".into();
    }
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let metrics: Vec<String> = run
                .metrics
                .iter()
                .take(3)
                .map(|(name, value)| format!("{name} {value:.3}"))
                .collect();
            vec![
                run.run.clone(),
                run.status.name().into(),
                format!("{:.0}", run.seconds),
                run.n_items.to_string(),
                metrics.join(", "),
            ]
        })
        .collect();
    table(&["run", "status", "seconds", "items", "metrics"], &rows)
}

fn show(run: &RunRecord) -> String {
    let mut rows = vec![
        vec!["run".into(), run.run.clone()],
        vec!["task".into(), run.task.clone()],
        vec!["status".into(), run.status.name().into()],
        vec!["seconds".into(), format!("{:.0}", run.seconds)],
        vec!["items".into(), run.n_items.to_string()],
        vec!["data".into(), run.data.clone()],
        vec!["device".into(), run.device.clone()],
        vec!["log".into(), run.path.display().to_string()],
    ];
    for (name, value) in &run.metrics {
        rows.push(vec![format!("metric {name}"), format!("{value:.4}")]);
    }
    for (name, value) in run.parameters() {
        rows.push(vec![format!("config {name}"), value]);
    }
    table(&["what", "value"], &rows)
}

fn differences(
    names: &[&str],
    rows: std::collections::BTreeMap<String, Vec<Option<String>>>,
) -> String {
    let header: Vec<&str> = std::iter::once("differs")
        .chain(names.iter().copied())
        .collect();
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, values)| {
            let values = values
                .into_iter()
                .map(|value| value.unwrap_or_else(|| "-".into()));
            std::iter::once(name).chain(values).collect()
        })
        .collect();
    table(&header, &rows)
}
