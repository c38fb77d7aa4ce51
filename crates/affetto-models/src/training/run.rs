//! A run: its options, its log as JSON lines, its checkpoints.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::device::DeviceChoice;
use super::events::{Progress, TrainingEvent, TrainingReport};
use super::fit::Validation;
use crate::datasets::CleaningList;
use crate::metrics::{Bin, Confusion};
use crate::weights::write_atomically;
use crate::{Error, ItemHash};

/// How a training runs; but for the cleaning list, nothing here changes its result on the
/// processor.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOptions {
    /// Go on from the checkpoints in the output folder, where there are any. Default false.
    pub resume: bool,
    /// Threads that compute parts of a batch; more than the configuration has shards are idle.
    /// Default 1.
    pub n_threads: usize,
    /// Where to compute. Default the processor.
    pub device: DeviceChoice,
    /// Steps between two checkpoints; 0 writes one after each epoch alone. Default 100.
    pub checkpoint_every: usize,
    /// Steps between two reports; 0 reports after each epoch alone. Default 10.
    pub report_every: usize,
    /// Items that are not trained on; they do change the result. Default none.
    pub cleaning: CleaningList,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            resume: false,
            n_threads: 1,
            device: DeviceChoice::Cpu,
            checkpoint_every: 100,
            report_every: 10,
            cleaning: CleaningList::default(),
        }
    }
}

/// One line of a run's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEntry {
    /// What is run; the first line.
    Start {
        /// The run's name, which is also the name of its log.
        run: String,
        /// The task, e.g. `"text-emotion"`.
        task: String,
        /// Version of Affetto.
        version: String,
        /// Seconds since 1970-01-01 UTC.
        started: u64,
        /// The whole configuration, seed included.
        config: serde_json::Value,
        /// SHA-256 over the hashes of the items, in hexadecimal.
        data: String,
        /// Number of items trained on.
        n_items: usize,
        /// Where it computes.
        device: DeviceChoice,
        /// Threads.
        n_threads: usize,
    },
    /// A report on the way.
    Event {
        /// Seconds of work since the start.
        seconds: f64,
        /// The report.
        #[serde(flatten)]
        event: TrainingEvent,
    },
    /// What came out; the last line. A log without it belongs to a run that was stopped.
    End {
        /// Seconds of work.
        seconds: f64,
        /// Metrics by name.
        metrics: BTreeMap<String, f64>,
        /// Files written.
        files: Vec<PathBuf>,
        /// Confusion matrices by name.
        #[serde(default)]
        confusions: BTreeMap<String, Confusion>,
        /// Reliability diagrams by name.
        #[serde(default)]
        reliability: BTreeMap<String, Vec<Bin>>,
    },
}

/// What a run is about.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSubject {
    /// The task, e.g. `"face-emotion"`; folders and logs are named by it.
    pub task: &'static str,
    /// The whole configuration.
    pub config: serde_json::Value,
    /// SHA-256 over the items in hexadecimal, see [`RunSubject::new`].
    pub data: String,
    /// Number of items trained on.
    pub n_items: usize,
}

impl RunSubject {
    /// From a configuration and the hashes of the items, whose order does not count.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] when the configuration cannot be written as JSON.
    pub fn new(
        task: &'static str,
        config: &impl Serialize,
        items: impl IntoIterator<Item = ItemHash>,
    ) -> Result<Self, Error> {
        let config = serde_json::to_value(config).map_err(|error| Error::InvalidSetting {
            name: "configuration",
            actual: error.to_string(),
            expected: "something that JSON can hold",
        })?;
        let mut hashes: Vec<ItemHash> = items.into_iter().collect();
        hashes.sort_unstable();
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.bytes()).collect();
        Ok(Self {
            task,
            config,
            data: ItemHash::of(&bytes).to_string(),
            n_items: hashes.len(),
        })
    }
}

/// One run of a training: `OUT/runs/RUN.jsonl`, `OUT/checkpoints/TASK.STAGE` and a callback.
pub struct Run<'a> {
    out: PathBuf,
    subject: RunSubject,
    options: RunOptions,
    identity: String,
    stage: String,
    path: PathBuf,
    log: File,
    started: Instant,
    before: Duration,
    best: Option<(usize, Validation)>,
    progress: &'a mut Progress<'a>,
}

impl<'a> Run<'a> {
    /// Starts a run, or takes up the one that was stopped in this folder when the options say so.
    ///
    /// # Errors
    /// [`Error::Io`] when the log cannot be written, [`Error::Checkpoint`] when the run to take
    /// up has another configuration or other data.
    pub fn start(
        out: &Path,
        subject: RunSubject,
        options: &RunOptions,
        progress: &'a mut Progress<'_>,
    ) -> Result<Self, Error> {
        let facts = format!("{} {} {}", subject.config, subject.data, options.device);
        let identity = ItemHash::of(facts.as_bytes()).to_string();
        let marker = out
            .join("checkpoints")
            .join(format!("{}.run", subject.task));
        let stopped = if options.resume {
            stopped_run(&marker, &identity)?
        } else {
            None
        };
        if stopped.is_none() {
            // What an older run left behind belongs to another configuration or is started anew.
            remove_checkpoints(out, subject.task);
        }
        let folder = out.join("runs");
        std::fs::create_dir_all(&folder).map_err(|source| Error::io(&folder, source))?;
        let name = match &stopped {
            Some(name) => name.clone(),
            None => free_name(&folder, subject.task),
        };
        let path = folder.join(format!("{name}.jsonl"));
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|source| Error::io(&path, source))?;
        let mut run = Self {
            out: out.to_path_buf(),
            options: options.clone(),
            identity,
            stage: "train".into(),
            path,
            log,
            started: Instant::now(),
            before: Duration::ZERO,
            best: None,
            progress,
            subject,
        };
        if run.log_bytes()? == 0 {
            run.write_start(name.clone())?;
        }
        let marked = format!("{name}\n{}\n", run.identity);
        write_atomically(&marker, marked.as_bytes())?;
        Ok(run)
    }

    fn write_start(&mut self, run: String) -> Result<(), Error> {
        let entry = RunEntry::Start {
            run,
            task: self.subject.task.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            started: seconds_since_1970(),
            config: self.subject.config.clone(),
            data: self.subject.data.clone(),
            n_items: self.subject.n_items,
            device: self.options.device,
            n_threads: self.options.n_threads,
        };
        self.write(&entry)
    }

    /// The options of the run.
    #[must_use]
    pub fn options(&self) -> &RunOptions {
        &self.options
    }

    /// Names what comes next, e.g. `"fold 2"`; the first stage is `"train"`.
    pub fn stage(&mut self, name: &str) {
        name.clone_into(&mut self.stage);
    }

    /// What is being done.
    #[must_use]
    pub fn stage_name(&self) -> &str {
        &self.stage
    }

    /// Reports to the log and to the caller.
    ///
    /// # Errors
    /// [`Error::Io`] when the log cannot be written.
    pub fn event(&mut self, event: &TrainingEvent) -> Result<(), Error> {
        let mut event = event.clone();
        // JSON has no word for what is not a number.
        event.values.retain(|_, value| value.is_finite());
        (self.progress)(&event);
        let seconds = self.seconds();
        self.write(&RunEntry::Event { seconds, event })
    }

    /// The epoch that the last fit chose, from 1, with its validation loss and metrics.
    #[must_use]
    pub fn best(&self) -> Option<(usize, f64, &BTreeMap<String, f64>)> {
        let (epoch, validation) = self.best.as_ref()?;
        Some((*epoch, validation.loss, &validation.metrics))
    }

    /// Ends the run: the last line of the log, and no checkpoints any more. The report gets the
    /// path of the log and the configuration beside the weights.
    ///
    /// # Errors
    /// [`Error::Io`] when something cannot be written.
    pub fn finish(mut self, mut report: TrainingReport) -> Result<TrainingReport, Error> {
        let finite = report.metrics.iter().filter(|(_, value)| value.is_finite());
        let entry = RunEntry::End {
            seconds: self.seconds(),
            metrics: finite.map(|(name, value)| (name.clone(), *value)).collect(),
            files: report.files.clone(),
            confusions: report.confusions.clone(),
            reliability: report.reliability.clone(),
        };
        self.write(&entry)?;
        remove_checkpoints(&self.out, self.subject.task);
        report.log = Some(self.path);
        Ok(report)
    }

    pub(super) fn set_best(&mut self, best: Option<(usize, Validation)>) {
        self.best = best;
    }

    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// Seconds of work since the start, those before a stop included.
    pub(super) fn seconds(&self) -> f64 {
        (self.before + self.started.elapsed()).as_secs_f64()
    }

    pub(super) fn checkpoint_path(&self) -> PathBuf {
        let stage: String = self
            .stage
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let name = format!("{}.{stage}", self.subject.task);
        self.out.join("checkpoints").join(name)
    }

    pub(super) fn log_bytes(&mut self) -> Result<u64, Error> {
        self.log
            .seek(std::io::SeekFrom::End(0))
            .map_err(|source| Error::io(&self.path, source))
    }

    /// Drops what was logged after a checkpoint, since it is about to be done again.
    pub(super) fn rewind(&mut self, log_bytes: u64, seconds: f64) -> Result<(), Error> {
        if self.log_bytes()? > log_bytes {
            self.log
                .set_len(log_bytes)
                .map_err(|source| Error::io(&self.path, source))?;
        }
        self.before = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        self.started = Instant::now();
        Ok(())
    }

    fn write(&mut self, entry: &RunEntry) -> Result<(), Error> {
        let to_io = |source| Error::io(&self.path, source);
        let line = serde_json::to_string(entry).map_err(|error| to_io(error.into()))?;
        self.log
            .write_all(format!("{line}\n").as_bytes())
            .map_err(to_io)
    }
}

/// Removes the checkpoints of a task, and their folder where nothing else is in it.
fn remove_checkpoints(out: &Path, task: &str) {
    let folder = out.join("checkpoints");
    let prefix = format!("{task}.");
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // One that stays behind is refused when it does not fit.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let _ = std::fs::remove_dir(&folder);
}

/// The name of the run that was stopped, where its marker is there.
fn stopped_run(marker: &Path, identity: &str) -> Result<Option<String>, Error> {
    let Ok(text) = std::fs::read_to_string(marker) else {
        return Ok(None);
    };
    let mut lines = text.lines();
    let (name, known) = (lines.next(), lines.next());
    let sound = |name: &&str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match (name.filter(sound), known) {
        (Some(name), Some(known)) if known == identity => Ok(Some(name.to_owned())),
        _ => Err(Error::Checkpoint {
            path: marker.to_path_buf(),
            reason: "it belongs to another configuration or other data; train without resuming"
                .into(),
        }),
    }
}

/// `TASK-20261121-105300`, with a number where that is taken.
fn free_name(folder: &Path, task: &str) -> String {
    let base = format!("{task}-{}", timestamp(seconds_since_1970()));
    let is_free = |name: &String| !folder.join(format!("{name}.jsonl")).exists();
    let numbered = (2..).map(|n: u32| format!("{base}-{n}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .find(is_free)
        .unwrap_or(base)
}

fn seconds_since_1970() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

/// UTC as `YYYYMMDD-HHMMSS`; the date by Hinnant (2013), "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`.
fn timestamp(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + 400 * era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        assert_eq!(timestamp(seconds), expected);
    }

    #[test]
    fn times_are_utc() {
        check(0, "19700101-000000");
        check(951_782_400, "20000229-000000");
        check(1_795_258_380, "20261121-105300");
        check(4_107_542_399, "21000228-235959");
    }

    fn subject(seed: u64) -> RunSubject {
        let items = [ItemHash::of(b"b"), ItemHash::of(b"a")];
        RunSubject::new("tiny", &serde_json::json!({"seed": seed}), items).unwrap()
    }

    #[test]
    fn the_order_of_items_does_not_count() {
        let items = [ItemHash::of(b"a"), ItemHash::of(b"b")];
        let other = RunSubject::new("tiny", &serde_json::json!({"seed": 1}), items).unwrap();
        assert_eq!(other, subject(1));
        assert_eq!(other.n_items, 2);
    }

    #[test]
    fn log_is_json_lines_and_reads_back() {
        let out = tempfile::tempdir().unwrap();
        let mut ignore = |_: &TrainingEvent| {};
        let mut run =
            Run::start(out.path(), subject(1), &RunOptions::default(), &mut ignore).unwrap();
        let event = TrainingEvent {
            stage: "train".into(),
            step: 1,
            n_steps: 2,
            epoch: Some(1),
            values: BTreeMap::from([("loss".into(), 0.5), ("odd".into(), f64::NAN)]),
        };
        run.event(&event).unwrap();
        let report = TrainingReport {
            metrics: BTreeMap::from([("accuracy".into(), 0.9)]),
            ..TrainingReport::default()
        };
        let report = run.finish(report).unwrap();
        let text = std::fs::read_to_string(report.log.unwrap()).unwrap();
        let entries: Vec<RunEntry> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(matches!(&entries[0], RunEntry::Start { task, n_items: 2, .. } if task == "tiny"));
        let RunEntry::Event { event, .. } = &entries[1] else {
            panic!("{text}")
        };
        assert_eq!(event.values, BTreeMap::from([("loss".into(), 0.5)]));
        assert!(matches!(&entries[2], RunEntry::End { metrics, .. } if metrics["accuracy"] == 0.9));
        assert!(!out.path().join("checkpoints").exists());
    }

    #[test]
    fn another_configuration_is_not_taken_up() {
        let out = tempfile::tempdir().unwrap();
        let resume = RunOptions {
            resume: true,
            ..RunOptions::default()
        };
        let start = |seed, options: &RunOptions| {
            let mut ignore = |_: &TrainingEvent| {};
            Run::start(out.path(), subject(seed), options, &mut ignore).map(|run| run.path)
        };
        let first = start(1, &RunOptions::default()).unwrap();
        assert_eq!(start(1, &resume).unwrap(), first);
        let error = start(2, &resume).unwrap_err().to_string();
        assert!(error.contains("another configuration"), "{error}");
        assert_ne!(start(1, &RunOptions::default()).unwrap(), first);
    }
}
