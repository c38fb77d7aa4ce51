//! The logs of trainings: found, read, compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use affetto_models::{Bin, Confusion, RunEntry, TrainingEvent};
use serde::Serialize;

use crate::Error;

/// How deep folders are searched for logs.
const MAX_DEPTH: usize = 6;
/// The longest log that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;
/// Folders without logs of ours, but with many files.
const SKIPPED: [&str; 3] = ["target", "node_modules", "checkpoints"];

/// Whether a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It wrote its last line.
    Finished,
    /// It is still at work, or was stopped; it can be resumed.
    Unfinished,
}

impl RunStatus {
    /// `"finished"` or `"unfinished"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Unfinished => "unfinished",
        }
    }
}

/// A report on the way, with the seconds of work until then.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoggedEvent {
    /// Seconds of work since the start.
    pub seconds: f64,
    /// The report.
    pub event: TrainingEvent,
}

/// One run, read from its log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunRecord {
    /// The run's name.
    pub run: String,
    /// The task, e.g. `"face-emotion"`.
    pub task: String,
    /// The log.
    pub path: PathBuf,
    /// Version of Affetto.
    pub version: String,
    /// Seconds since 1970-01-01 UTC.
    pub started: u64,
    /// Seconds of work until the last line.
    pub seconds: f64,
    /// Whether it came to its end.
    pub status: RunStatus,
    /// The whole configuration.
    pub config: serde_json::Value,
    /// SHA-256 over the items.
    pub data: String,
    /// Number of items trained on.
    pub n_items: usize,
    /// `"cpu"` or `"gpu"`.
    pub device: String,
    /// Threads.
    pub n_threads: usize,
    /// Metrics at the end; those of the last validation where there was no end.
    pub metrics: BTreeMap<String, f64>,
    /// Files written.
    pub files: Vec<PathBuf>,
    /// Lines that could not be read, such as one cut off by a kill.
    pub n_unreadable: usize,
    /// Every report on the way.
    #[serde(skip)]
    pub events: Vec<LoggedEvent>,
    /// Confusion matrices by name.
    #[serde(skip)]
    pub confusions: BTreeMap<String, Confusion>,
    /// Reliability diagrams by name.
    #[serde(skip)]
    pub reliability: BTreeMap<String, Vec<Bin>>,
}

impl RunRecord {
    /// Reads a log; `None` where the file is no log of a run.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let to_io = |source| Error::io("read", path, source);
        let file = File::open(path).map_err(to_io)?;
        let mut record: Option<Self> = None;
        for line in BufReader::new(file.take(MAX_BYTES)).split(b'\n') {
            let line = line.map_err(to_io)?;
            let entry = serde_json::from_slice::<RunEntry>(&line).ok();
            match &mut record {
                None => {
                    record = entry.and_then(|entry| Self::from_start(path, entry));
                    if record.is_none() {
                        return Ok(None);
                    }
                }
                Some(record) => match entry {
                    Some(entry) => record.add(entry),
                    None => record.n_unreadable += usize::from(!line.is_empty()),
                },
            }
        }
        Ok(record)
    }

    fn from_start(path: &Path, entry: RunEntry) -> Option<Self> {
        let RunEntry::Start {
            run,
            task,
            version,
            started,
            config,
            data,
            n_items,
            device,
            n_threads,
        } = entry
        else {
            return None;
        };
        Some(Self {
            run,
            task,
            path: path.to_path_buf(),
            version,
            started,
            seconds: 0.0,
            status: RunStatus::Unfinished,
            config,
            data,
            n_items,
            device: device.to_string(),
            n_threads,
            metrics: BTreeMap::new(),
            files: Vec::new(),
            n_unreadable: 0,
            events: Vec::new(),
            confusions: BTreeMap::new(),
            reliability: BTreeMap::new(),
        })
    }

    fn add(&mut self, entry: RunEntry) {
        match entry {
            RunEntry::Start { .. } => self.n_unreadable += 1,
            RunEntry::Event { seconds, event } => {
                self.seconds = seconds;
                if event.epoch.is_some() {
                    self.metrics.clone_from(&event.values);
                }
                self.events.push(LoggedEvent { seconds, event });
            }
            RunEntry::End {
                seconds,
                metrics,
                files,
                confusions,
                reliability,
            } => {
                self.seconds = seconds;
                self.status = RunStatus::Finished;
                self.metrics = metrics;
                self.files = files;
                self.confusions = confusions;
                self.reliability = reliability;
            }
        }
    }

    /// The configuration as pairs of dotted names and values, e.g. `training.seed` and `1`.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let mut flat = BTreeMap::new();
        flatten("", &self.config, &mut flat);
        flat
    }

    /// The values of a metric over the validations of a stage: pairs of epoch and value.
    #[must_use]
    pub fn curve(&self, stage: &str, metric: &str) -> Vec<(f64, f64)> {
        let events = self.events.iter().map(|logged| &logged.event);
        events
            .filter(|event| event.stage == stage)
            .filter_map(|event| Some((event.epoch? as f64, *event.values.get(metric)?)))
            .collect()
    }

    /// The stages with validations, in the order of their first one.
    #[must_use]
    pub fn stages(&self) -> Vec<&str> {
        let mut stages: Vec<&str> = Vec::new();
        for logged in self.events.iter().filter(|l| l.event.epoch.is_some()) {
            if !stages.contains(&logged.event.stage.as_str()) {
                stages.push(&logged.event.stage);
            }
        }
        stages
    }

    /// The names of what a stage's validations measured.
    #[must_use]
    pub fn curve_names(&self, stage: &str) -> BTreeSet<&str> {
        let events = self.events.iter().map(|logged| &logged.event);
        events
            .filter(|event| event.stage == stage && event.epoch.is_some())
            .flat_map(|event| event.values.keys().map(String::as_str))
            .collect()
    }
}

pub(crate) fn flatten(
    prefix: &str,
    value: &serde_json::Value,
    into: &mut BTreeMap<String, String>,
) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let name = if prefix.is_empty() {
                    name.clone()
                } else {
                    format!("{prefix}.{name}")
                };
                flatten(&name, value, into);
            }
        }
        serde_json::Value::String(text) => {
            into.insert(prefix.to_owned(), text.clone());
        }
        other => {
            into.insert(prefix.to_owned(), other.to_string());
        }
    }
}

/// The runs below some folders, oldest first: every log in a folder called `runs`.
///
/// # Errors
/// [`Error::Io`] when a folder or log that was named cannot be read.
pub fn find_runs(folders: &[PathBuf]) -> Result<Vec<RunRecord>, Error> {
    let mut found = Vec::new();
    for folder in folders {
        if folder.is_file() {
            found.extend(RunRecord::read(folder)?);
        } else {
            let entries =
                std::fs::read_dir(folder).map_err(|source| Error::io("read", folder, source))?;
            drop(entries);
            search(folder, MAX_DEPTH, &mut found)?;
        }
    }
    found.sort_by(|a, b| (a.started, &a.run, &a.path).cmp(&(b.started, &b.run, &b.path)));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

fn search(folder: &Path, depth: usize, found: &mut Vec<RunRecord>) -> Result<(), Error> {
    let is_log_folder = folder.file_name().is_some_and(|name| name == "runs");
    // A folder that may not be read holds no run of ours.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth > 0 && !name.starts_with('.') && !SKIPPED.contains(&&*name) {
            search(&path, depth - 1, found)?;
        } else if kind.is_file() && is_log_folder && name.ends_with(".jsonl") {
            found.extend(RunRecord::read(&path)?);
        }
    }
    Ok(())
}

/// The run with a name, or whose name begins so where only one does.
///
/// # Errors
/// [`Error::User`] when none or several fit.
pub fn find_run<'a>(runs: &'a [RunRecord], name: &str) -> Result<&'a RunRecord, Error> {
    if let Some(run) = runs.iter().find(|run| run.run == name) {
        return Ok(run);
    }
    let fitting: Vec<&RunRecord> = runs
        .iter()
        .filter(|run| run.run.starts_with(name))
        .collect();
    match fitting[..] {
        [run] => Ok(run),
        [] => Err(Error::user_hint(
            "unknown_name",
            format!("there is no run called {name}"),
            "affetto runs list shows what is there",
        )),
        _ => Err(Error::user(
            "unknown_name",
            format!("{} runs begin with {name}", fitting.len()),
        )),
    }
}

/// Whether less of a metric is better: losses, errors, scores that count mistakes.
#[must_use]
pub fn is_lower_better(metric: &str) -> bool {
    const LOWER: [&str; 9] = [
        "loss",
        "ece",
        "brier",
        "nll",
        "error",
        "rmse",
        "mae",
        "risk",
        "abstained",
    ];
    metric
        .split(['_', '.', '/'])
        .any(|part| LOWER.contains(&part))
}

/// The run that is best in a metric; `None` when no run has it.
#[must_use]
pub fn best_run<'a>(runs: &'a [RunRecord], metric: &str) -> Option<&'a RunRecord> {
    let sign = if is_lower_better(metric) { -1.0 } else { 1.0 };
    let measured = runs.iter().filter_map(|run| {
        let value = sign * run.metrics.get(metric)?;
        value.is_finite().then_some((value, run))
    });
    measured
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, run)| run)
}

/// What differs between runs: parameters, metrics and facts by name, a value for each run.
#[must_use]
pub fn compare(runs: &[&RunRecord]) -> BTreeMap<String, Vec<Option<String>>> {
    let sides: Vec<BTreeMap<String, String>> = runs.iter().map(|run| side(run)).collect();
    let names: BTreeSet<&String> = sides.iter().flat_map(BTreeMap::keys).collect();
    let rows = names.into_iter().map(|name| {
        let values: Vec<Option<String>> =
            sides.iter().map(|side| side.get(name).cloned()).collect();
        (name.clone(), values)
    });
    rows.filter(|(_, values)| values.windows(2).any(|pair| pair[0] != pair[1]))
        .collect()
}

fn side(run: &RunRecord) -> BTreeMap<String, String> {
    let parameters = run.parameters().into_iter();
    let mut side: BTreeMap<String, String> = parameters
        .map(|(name, value)| (format!("config {name}"), value))
        .collect();
    for (name, value) in &run.metrics {
        side.insert(format!("metric {name}"), format!("{value:.4}"));
    }
    side.insert("data".into(), run.data.chars().take(12).collect());
    side.insert("items".into(), run.n_items.to_string());
    side.insert("seconds".into(), format!("{:.0}", run.seconds));
    side.insert("status".into(), run.status.name().into());
    side.insert("task".into(), run.task.clone());
    side.insert("version".into(), run.version.clone());
    side
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, lines: &[String]) -> PathBuf {
        let folder = folder.join("deep/runs");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.jsonl"));
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    }

    fn start(name: &str, started: u64, rate: f64) -> String {
        format!(
            r#"{{"type":"start","run":"{name}","task":"tiny","version":"0","started":{started},"config":{{"training":{{"rate":{rate}}}}},"data":"abc","n_items":3,"device":"cpu","n_threads":1}}"#
        )
    }

    fn epoch(epoch: usize, accuracy: f64) -> String {
        format!(
            r#"{{"type":"event","seconds":{epoch},"stage":"train","step":{epoch},"n_steps":2,"epoch":{epoch},"values":{{"accuracy":{accuracy}}}}}"#
        )
    }

    fn end(accuracy: f64) -> String {
        format!(
            r#"{{"type":"end","seconds":9.5,"metrics":{{"accuracy":{accuracy},"ece":0.1}},"files":[]}}"#
        )
    }

    fn runs() -> (tempfile::TempDir, Vec<RunRecord>) {
        let folder = tempfile::tempdir().unwrap();
        let first = [
            start("tiny-1", 5, 0.1),
            epoch(1, 0.4),
            epoch(2, 0.7),
            end(0.7),
        ];
        write(folder.path(), "tiny-1", &first);
        let cut = "{\"type\":\"ev".to_owned();
        write(
            folder.path(),
            "tiny-2",
            &[start("tiny-2", 3, 0.2), epoch(1, 0.5), cut],
        );
        write(folder.path(), "other", &["{\"a\":1}".to_owned()]);
        let runs = find_runs(&[folder.path().to_path_buf()]).unwrap();
        (folder, runs)
    }

    #[test]
    fn logs_are_found_and_read() {
        let (_folder, runs) = runs();
        let names: Vec<&str> = runs.iter().map(|run| run.run.as_str()).collect();
        assert_eq!(names, ["tiny-2", "tiny-1"]);
        assert_eq!(
            (runs[0].status, runs[0].n_unreadable),
            (RunStatus::Unfinished, 1)
        );
        assert_eq!(runs[0].metrics["accuracy"], 0.5);
        assert_eq!((runs[1].seconds, runs[1].metrics["ece"]), (9.5, 0.1));
        assert_eq!(runs[1].curve("train", "accuracy"), [(1.0, 0.4), (2.0, 0.7)]);
        assert_eq!(runs[1].stages(), ["train"]);
        assert_eq!(runs[1].parameters()["training.rate"], "0.1");
    }

    #[test]
    fn runs_are_chosen_and_compared() {
        let (_folder, runs) = runs();
        assert_eq!(find_run(&runs, "tiny-2").unwrap().run, "tiny-2");
        assert!(
            find_run(&runs, "tiny")
                .unwrap_err()
                .to_string()
                .contains("2 runs")
        );
        assert!(find_run(&runs, "x").is_err());
        assert_eq!(best_run(&runs, "accuracy").unwrap().run, "tiny-1");
        assert!(best_run(&runs, "nothing").is_none());
        let rows = compare(&[&runs[0], &runs[1]]);
        let values = |name: &str| rows[name].clone();
        assert_eq!(
            values("config training.rate"),
            [Some("0.2".to_owned()), Some("0.1".to_owned())]
        );
        assert_eq!(values("metric ece"), [None, Some("0.1000".to_owned())]);
        assert!(!rows.contains_key("data"));
    }

    #[track_caller]
    fn check_lower(metric: &str, expected: bool) {
        assert_eq!(is_lower_better(metric), expected, "{metric}");
    }

    #[test]
    fn losses_are_better_low() {
        check_lower("validation_loss", true);
        check_lower("ravdess_ece", true);
        check_lower("accuracy_7", false);
        check_lower("ferplus_accuracy_8", false);
        check_lower("emobank_dev_r_valence", false);
    }
}
