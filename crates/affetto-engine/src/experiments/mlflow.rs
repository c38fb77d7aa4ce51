//! A client of an MLflow tracking server (its REST API, version 2.0): parameters, metrics by
//! step, plots and the model of a training.
//!
//! A server that cannot be reached must not cost a training: every failure is kept as a warning,
//! and after three in a row nothing more is sent until the end of the run.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use affetto_models::TrainingEvent;
use serde_json::{Value, json};
use ureq::Agent;

use crate::Error;

/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait for an artifact to be taken.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);
/// Failures in a row after which nothing more is sent.
const MAX_FAILURES: u32 = 3;
/// Most metrics and parameters of one request, as the API allows.
const MAX_METRICS: usize = 900;
const MAX_PARAMETERS: usize = 90;
/// The longest value of a parameter, in bytes, that every version of the server takes.
const MAX_VALUE: usize = 500;
/// Metrics are sent when so much time has passed since the last ones.
const INTERVAL: Duration = Duration::from_secs(2);
/// The largest artifact, in bytes.
const MAX_ARTIFACT: u64 = 256 << 20;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All went well.
    Finished,
    /// It broke off with an error.
    Failed,
}

/// One run on a tracking server.
#[derive(Debug)]
pub struct MlflowRun {
    agent: Agent,
    address: String,
    run_id: String,
    artifacts: Option<String>,
    waiting: Vec<Value>,
    sent: std::time::Instant,
    failures: u32,
    warnings: Vec<String>,
}

impl MlflowRun {
    /// Starts a run in an experiment, which is created where it is missing.
    ///
    /// # Errors
    /// [`Error::User`] when the address is no HTTP address or the server does not answer: at this
    /// moment nothing is lost by saying so.
    pub fn start(
        address: &str,
        experiment: &str,
        name: &str,
        parameters: &[(String, String)],
        tags: &[(String, String)],
    ) -> Result<Self, Error> {
        if !(address.starts_with("http://") || address.starts_with("https://")) {
            return Err(Error::user(
                "invalid_request",
                format!(
                    "the tracking server must be an http:// or https:// address, but was {address}"
                ),
            ));
        }
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build();
        let mut run = Self {
            agent: config.into(),
            address: address.trim_end_matches('/').to_owned(),
            run_id: String::new(),
            artifacts: None,
            waiting: Vec::new(),
            sent: std::time::Instant::now(),
            failures: 0,
            warnings: Vec::new(),
        };
        let unreachable = |reason: String| {
            Error::user_hint(
                "tracking_failed",
                format!("the tracking server {address} cannot be used: {reason}"),
                "start it, or leave --mlflow out: runs/ always has everything",
            )
        };
        run.create(experiment, name, tags).map_err(unreachable)?;
        for batch in parameters.chunks(MAX_PARAMETERS) {
            let params: Vec<Value> = batch
                .iter()
                .map(|(key, value)| json!({"key": key_of(key), "value": cut(value)}))
                .collect();
            let body = json!({"run_id": run.run_id, "params": params});
            run.attempt("log parameters", |run| run.post("runs/log-batch", &body));
        }
        Ok(run)
    }

    fn create(
        &mut self,
        experiment: &str,
        name: &str,
        tags: &[(String, String)],
    ) -> Result<(), String> {
        let experiment = self.experiment(experiment)?;
        let tags: Vec<Value> = tags
            .iter()
            .map(|(key, value)| json!({"key": key_of(key), "value": cut(value)}))
            .collect();
        let body = json!({
            "experiment_id": experiment,
            "run_name": name,
            "start_time": milliseconds(),
            "tags": tags,
        });
        let answer = self.post("runs/create", &body)?;
        let info = &answer["run"]["info"];
        let id = info["run_id"].as_str().ok_or("its answer has no run_id")?;
        self.run_id = id.to_owned();
        let artifacts = info["artifact_uri"].as_str();
        self.artifacts = artifacts
            .and_then(|uri| uri.strip_prefix("mlflow-artifacts:"))
            .map(|path| path.trim_start_matches('/').to_owned());
        Ok(())
    }

    /// The number of an experiment, made where it is missing.
    fn experiment(&self, name: &str) -> Result<String, String> {
        let path = format!(
            "experiments/get-by-name?experiment_name={}",
            percent_encoded(name)
        );
        let (status, answer) = self.get(&path)?;
        let found = answer["experiment"]["experiment_id"].as_str();
        if let (200, Some(id)) = (status, found) {
            return Ok(id.to_owned());
        }
        if status != 404 {
            return Err(complaint(status, &answer));
        }
        let answer = self.post("experiments/create", &json!({"name": name}))?;
        let id = answer["experiment_id"].as_str();
        id.map(str::to_owned)
            .ok_or_else(|| "its answer has no experiment_id".into())
    }

    /// The run's identity on the server.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.run_id
    }

    /// What could not be sent, in words.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Notes the values of a report; they are sent together every other second.
    pub fn event(&mut self, event: &TrainingEvent) {
        let timestamp = milliseconds();
        // Stages such as folds count their steps anew, so each has metrics of its own.
        let prefix = if event.stage == "train" {
            String::new()
        } else {
            format!("{}/", event.stage)
        };
        for (name, value) in event.values.iter().filter(|(_, value)| value.is_finite()) {
            self.waiting.push(json!({
                "key": key_of(&format!("{prefix}{name}")),
                "value": value,
                "timestamp": timestamp,
                "step": event.step,
            }));
        }
        if self.sent.elapsed() >= INTERVAL || self.waiting.len() >= MAX_METRICS {
            self.flush();
        }
    }

    /// Sends what is waiting.
    pub fn flush(&mut self) {
        self.sent = std::time::Instant::now();
        let waiting = std::mem::take(&mut self.waiting);
        for batch in waiting.chunks(MAX_METRICS) {
            let body = json!({"run_id": self.run_id, "metrics": batch});
            self.attempt("log metrics", |run| run.post("runs/log-batch", &body));
        }
    }

    /// Uploads a file into a folder of the run's artifacts (`""` is their root).
    pub fn artifact(&mut self, path: &Path, folder: &str) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(root) = self.artifacts.clone() else {
            self.warn(format!(
                "no place for {name}: the server does not take artifacts"
            ));
            return;
        };
        let parts = [root.as_str(), folder, &name];
        let place: Vec<String> = parts
            .iter()
            .flat_map(|part| part.split('/'))
            .filter(|part| !part.is_empty())
            .map(percent_encoded)
            .collect();
        let url = format!(
            "{}/api/2.0/mlflow-artifacts/artifacts/{}",
            self.address,
            place.join("/")
        );
        let path = path.to_path_buf();
        self.attempt("upload an artifact", |run| {
            let size = std::fs::metadata(&path).map_err(|error| error.to_string())?;
            if size.len() > MAX_ARTIFACT {
                return Err(format!("{} is too large", path.display()));
            }
            let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
            let request = run.agent.put(&url).config();
            let request = request.timeout_global(Some(UPLOAD_TIMEOUT)).build();
            let answer = request
                .send(&bytes[..])
                .map_err(|error| error.to_string())?;
            match answer.status().as_u16() {
                200..=299 => Ok(Value::Null),
                status => Err(format!("status {status}")),
            }
        });
    }

    /// Sends the last metrics and ends the run; returns what could not be sent.
    pub fn end(mut self, outcome: Outcome) -> Vec<String> {
        // The end is worth another attempt, also after failures.
        self.failures = 0;
        self.flush();
        let status = match outcome {
            Outcome::Finished => "FINISHED",
            Outcome::Failed => "FAILED",
        };
        let body = json!({
            "run_id": self.run_id,
            "status": status,
            "end_time": milliseconds(),
        });
        self.attempt("end the run", |run| run.post("runs/update", &body));
        self.warnings
    }

    fn attempt(&mut self, what: &str, work: impl FnOnce(&Self) -> Result<Value, String>) {
        if self.failures >= MAX_FAILURES {
            return;
        }
        match work(self) {
            Ok(_) => self.failures = 0,
            Err(reason) => {
                self.failures += 1;
                let rest = if self.failures == MAX_FAILURES {
                    "; nothing more is sent to it"
                } else {
                    ""
                };
                self.warn(format!(
                    "the tracking server could not {what}: {reason}{rest}"
                ));
            }
        }
    }

    fn warn(&mut self, warning: String) {
        tracing::warn!("{warning}");
        self.warnings.push(warning);
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/2.0/mlflow/{path}", self.address)
    }

    fn get(&self, path: &str) -> Result<(u16, Value), String> {
        let answer = self.agent.get(self.url(path)).call();
        read(answer)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.agent.post(self.url(path)).send_json(body);
        match read(answer)? {
            (200..=299, answer) => Ok(answer),
            (status, answer) => Err(complaint(status, &answer)),
        }
    }
}

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn read(answer: Answer) -> Result<(u16, Value), String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

fn complaint(status: u16, answer: &Value) -> String {
    let message = answer["message"].as_str().unwrap_or("no reason given");
    format!("status {status}, {}", cut(message))
}

fn milliseconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_millis() as u64)
}

/// Names that the server takes: letters, digits, `_`, `-`, `.`, space and `/`.
fn key_of(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-. /".contains(c);
    let name: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    name.chars().take(200).collect()
}

fn cut(value: &str) -> &str {
    let end = (0..=MAX_VALUE.min(value.len()))
        .rev()
        .find(|&end| value.is_char_boundary(end));
    &value[..end.unwrap_or(0)]
}

fn percent_encoded(text: impl AsRef<str>) -> String {
    let mut encoded = String::new();
    for byte in text.as_ref().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};

    use super::*;

    type Requests = Arc<Mutex<Vec<(String, Value)>>>;

    /// A server that answers `n` requests the way MLflow does, then goes away.
    fn fake(n: usize) -> (String, Requests, std::thread::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen: Requests = Arc::default();
        let log = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().take(n) {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut first, mut length) = (String::new(), 0);
                reader.read_line(&mut first).unwrap();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    let line = line.trim().to_lowercase();
                    if let Some(value) = line.strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    if line.is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let path = first.split(' ').nth(1).unwrap().to_owned();
                let (status, answer) = if path.contains("get-by-name") {
                    ("404 Not Found", json!({"message": "no such experiment"}))
                } else if path.ends_with("experiments/create") {
                    ("200 OK", json!({"experiment_id": "7"}))
                } else if path.ends_with("runs/create") {
                    let info =
                        json!({"run_id": "r1", "artifact_uri": "mlflow-artifacts:/7/r1/artifacts"});
                    ("200 OK", json!({"run": {"info": info}}))
                } else {
                    ("200 OK", json!({}))
                };
                log.lock().unwrap().push((path, body));
                let answer = answer.to_string();
                write!(
                    stream,
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                    answer.len()
                )
                .unwrap();
            }
        });
        (address, seen, thread)
    }

    fn event(stage: &str) -> TrainingEvent {
        TrainingEvent {
            stage: stage.into(),
            step: 3,
            n_steps: 9,
            epoch: None,
            values: BTreeMap::from([("loss".into(), 0.5), ("odd".into(), f64::NAN)]),
        }
    }

    fn start(address: &str) -> Result<MlflowRun, Error> {
        let parameters = [("training.seed".to_owned(), "1".to_owned())];
        MlflowRun::start(address, "affetto face", "run-1", &parameters, &[])
    }

    #[test]
    fn everything_arrives() {
        let (address, seen, thread) = fake(7);
        let mut run = start(&address).unwrap();
        assert_eq!(run.id(), "r1");
        run.event(&event("train"));
        run.event(&event("fold 1"));
        run.flush();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a plot.svg");
        std::fs::write(&path, "<svg/>").unwrap();
        run.artifact(&path, "plots");
        assert_eq!(run.end(Outcome::Finished), Vec::<String>::new());
        thread.join().unwrap();
        let seen = seen.lock().unwrap();
        let paths: Vec<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
        let expected = [
            "/api/2.0/mlflow/experiments/get-by-name?experiment_name=affetto%20face",
            "/api/2.0/mlflow/experiments/create",
            "/api/2.0/mlflow/runs/create",
            "/api/2.0/mlflow/runs/log-batch",
            "/api/2.0/mlflow/runs/log-batch",
            "/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/plots/a%20plot.svg",
            "/api/2.0/mlflow/runs/update",
        ];
        assert_eq!(paths, expected);
        assert_eq!(seen[3].1["params"][0]["key"], "training.seed");
        let metrics = seen[4].1["metrics"].as_array().unwrap();
        let keys: Vec<&str> = metrics.iter().map(|m| m["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["loss", "fold 1/loss"]);
        assert_eq!(seen[6].1["status"], "FINISHED");
    }

    #[test]
    fn a_server_that_goes_away_costs_a_warning() {
        let (address, _, thread) = fake(4);
        let mut run = start(&address).unwrap();
        thread.join().unwrap();
        for _ in 0..6 {
            run.event(&event("train"));
            run.flush();
        }
        assert_eq!(run.warnings().len(), 3, "{:?}", run.warnings());
        assert!(run.warnings()[2].ends_with("nothing more is sent to it"));
        assert_eq!(run.end(Outcome::Failed).len(), 4);
    }

    #[test]
    fn no_server_is_said_at_the_start() {
        let gone = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let error = start(&format!("http://{gone}")).unwrap_err().to_string();
        assert!(error.contains("cannot be used"), "{error}");
        let error = start("file:///tmp/x").unwrap_err().to_string();
        assert!(error.contains("http://"), "{error}");
    }

    #[test]
    fn names_and_values_are_made_to_fit() {
        assert_eq!(key_of("é_7 a/b:c"), "__7 a/b_c");
        assert_eq!(cut(&"ü".repeat(300)).len(), 500);
        assert_eq!(percent_encoded("a b/ü"), "a%20b%2F%C3%BC");
    }
}
