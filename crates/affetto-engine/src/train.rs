//! Training the models that ship, from data on disk: configuration, run, tracking, plots.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use affetto_models::audio_emotion::{self, AudioEmotion, AudioTrainingConfig};
use affetto_models::datasets::CleaningList;
use affetto_models::drum_patterns::{self, DrumTrainingConfig};
use affetto_models::face_emotion::{self, FaceEmotion, FaceTrainingConfig};
use affetto_models::genre::{self, GenreModel, GenreTrainingConfig};
use affetto_models::note_model::{self, NoteTrainingConfig};
use affetto_models::speech_emotion::{self, SpeechEmotion, SpeechTrainingConfig};
use affetto_models::symbolic_emotion::{self, SymbolicEmotionConfig};
use affetto_models::text_emotion::{self, TextEmotion, TextTrainingConfig, TunedTrainingConfig};
use affetto_models::text_encoder::TextEncoder;
use affetto_models::{
    Evaluated, EvaluationOptions, RunOptions, TrainingEvent, TrainingReport, WeightsFile,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::experiments::card::CardFacts;
use crate::experiments::facts;
use crate::experiments::mlflow::{MlflowRun, Outcome};
use crate::experiments::plots;
use crate::experiments::runs::{RunRecord, flatten};
use crate::models::{PulledModel, folder};
use crate::notes;
use crate::styles::{self, Style};
use crate::{Error, write_atomic};

/// File of the configuration beside the weights.
const CONFIG_FILE: &str = "config.toml";
/// The longest configuration file that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// What can be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingTask {
    /// Valence, arousal and emotions of typed text.
    TextEmotion,
    /// The last layers of the pulled sentence encoder, for the same.
    TextEncoder,
    /// Valence, arousal and quadrant of notes: the four listening models and the token judge.
    SymbolicEmotion,
    /// Valence, arousal and emotions of voices.
    SpeechEmotion,
    /// Valence, arousal and expression of faces.
    FaceEmotion,
    /// Music, symbol by symbol.
    Notes,
    /// What drummers play, by style and energy.
    Drums,
    /// Valence, arousal and induced emotions of recordings.
    AudioEmotion,
    /// The genre of recordings.
    Genre,
}

impl TrainingTask {
    /// Every task.
    pub const ALL: [Self; 9] = [
        Self::TextEmotion,
        Self::TextEncoder,
        Self::SymbolicEmotion,
        Self::SpeechEmotion,
        Self::FaceEmotion,
        Self::Notes,
        Self::Drums,
        Self::AudioEmotion,
        Self::Genre,
    ];

    /// The name on the command line and in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TextEmotion => "text-emotion",
            Self::TextEncoder => "text-encoder",
            Self::SymbolicEmotion => "symbolic-emotion",
            Self::SpeechEmotion => "speech-emotion",
            Self::FaceEmotion => "face-emotion",
            Self::Notes => "notes",
            Self::Drums => "drums",
            Self::AudioEmotion => "audio-emotion",
            Self::Genre => "genre",
        }
    }

    /// Whether the task is measured by cross-validation; others have frozen splits.
    #[must_use]
    pub fn has_cross_validation(self) -> bool {
        match self {
            Self::TextEmotion
            | Self::TextEncoder
            | Self::FaceEmotion
            | Self::Notes
            | Self::Drums
            | Self::AudioEmotion
            | Self::Genre => false,
            Self::SymbolicEmotion | Self::SpeechEmotion => true,
        }
    }

    /// What every model card of the task says.
    pub(crate) fn card_facts(self) -> &'static CardFacts {
        match self {
            Self::TextEmotion | Self::TextEncoder => &facts::TEXT,
            Self::SymbolicEmotion => &facts::SYMBOLIC,
            Self::SpeechEmotion => &facts::SPEECH,
            Self::FaceEmotion => &facts::FACE,
            Self::Notes => &facts::NOTES,
            Self::Drums => &facts::DRUMS,
            Self::AudioEmotion => &facts::AUDIO,
            Self::Genre => &facts::GENRE,
        }
    }
}

/// Whether a training is measured by cross-validation as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossValidation {
    /// Over all folds, before the shipped models are trained.
    Run,
    /// Not at all.
    Skip,
}

/// What to train, from what, and how.
#[derive(Debug, Clone)]
pub struct TrainRequest {
    /// What to train.
    pub task: TrainingTask,
    /// Folder with the data.
    pub data: PathBuf,
    /// Folder for weights, configuration, logs and checkpoints.
    pub out: PathBuf,
    /// TOML or JSON with settings of the task's configuration; what it leaves out keeps its
    /// default.
    pub config: Option<PathBuf>,
    /// Seed in place of the configured one.
    pub seed: Option<u64>,
    /// Whether to cross-validate first.
    pub cross_validation: CrossValidation,
    /// Threads, device, checkpoints.
    pub run: RunOptions,
    /// Address of an MLflow server to log to.
    pub mlflow: Option<String>,
    /// A list of items to leave out, as `affetto data describe` writes it.
    pub clean: Option<PathBuf>,
    /// Weights to go on from, for the note model.
    pub from: Option<PathBuf>,
    /// A style of one's own to train the note model to, from a folder of MIDI files.
    pub style: Option<StyleRequest>,
}

/// A style of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleRequest {
    /// Its name; see [`styles::check_name`].
    pub name: String,
    /// The genre whose band and tempo it uses; without one the data tells.
    pub base_genre: Option<String>,
    /// Where styles are kept; see [`styles::folder`].
    pub folder: PathBuf,
}

/// What a training made.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Files and metrics.
    pub report: TrainingReport,
    /// Cross-validation over frozen folds, where that was asked for.
    pub cross_validation: Option<Evaluated>,
    /// The configuration beside the weights.
    pub config: PathBuf,
    /// Plots of the run.
    pub plots: Vec<PathBuf>,
    /// What went wrong beside the training, such as a tracking server that went away.
    pub warnings: Vec<String>,
}

/// Trains a model and writes its weights, its configuration, its log and plots into a folder. The
/// same configuration and data give the same weights on the processor.
///
/// # Errors
/// [`Error::User`] when the folder lacks what the task needs, a row or setting cannot be
/// understood, the tracking server does not answer at the start, or cross-validation is asked for
/// where frozen splits take its place.
pub fn train(
    request: &TrainRequest,
    progress: &mut dyn FnMut(&TrainingEvent),
) -> Result<Trained, Error> {
    if let Some(style) = &request.style {
        styles::check_name(&style.name)?;
        if request.task != TrainingTask::Notes {
            return Err(Error::user_hint(
                "invalid_request",
                format!("{} has no styles", request.task.name()),
                "give --genre with affetto train notes alone",
            ));
        }
    }
    let out = &request.out;
    std::fs::create_dir_all(out).map_err(|source| Error::io("create", out, source))?;
    let job = Job::read(request)?;
    let mut request = request.clone();
    if let Some(path) = &request.clean {
        request.run.cleaning = CleaningList::read(path)?;
    }
    let request = &request;
    if request.cross_validation == CrossValidation::Run && !request.task.has_cross_validation() {
        let task = request.task.name();
        return Err(Error::user_hint(
            "invalid_request",
            format!("{task} is measured on frozen splits, not by cross-validation"),
            format!("leave out --cross-validate and run affetto evaluate {task}"),
        ));
    }
    let mut tracked = match &request.mlflow {
        None => None,
        Some(address) => Some(track(address, request, &job)?),
    };
    let result = carry_out(request, &job, &mut |event| {
        if let Some(run) = &mut tracked {
            run.event(event);
        }
        progress(event);
    });
    let mut trained = match result {
        Ok(trained) => trained,
        Err(error) => {
            if let Some(run) = tracked {
                run.end(Outcome::Failed);
            }
            return Err(error);
        }
    };
    if let Some(mut run) = tracked {
        let step = trained.report.n_items;
        run.event(&TrainingEvent {
            stage: "result".into(),
            step,
            n_steps: step,
            epoch: None,
            values: trained.report.metrics.clone(),
        });
        for plot in &trained.plots {
            run.artifact(plot, "plots");
        }
        for file in trained.report.files.iter().chain([&trained.config]) {
            run.artifact(file, "model");
        }
        if let Some(log) = &trained.report.log {
            run.artifact(log, "");
        }
        trained.warnings = run.end(Outcome::Finished);
    }
    Ok(trained)
}

fn track(address: &str, request: &TrainRequest, job: &Job) -> Result<MlflowRun, Error> {
    let mut parameters = std::collections::BTreeMap::new();
    flatten("", &job.to_json()?, &mut parameters);
    parameters.insert("device".into(), request.run.device.to_string());
    parameters.insert("threads".into(), request.run.n_threads.to_string());
    let parameters: Vec<(String, String)> = parameters.into_iter().collect();
    let task = request.task.name();
    let tags = [
        (
            "affetto.version".to_owned(),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
        ("affetto.task".to_owned(), task.to_owned()),
    ];
    let name = request
        .out
        .file_name()
        .map_or(task.into(), |name| name.to_string_lossy());
    MlflowRun::start(
        address,
        &format!("affetto {task}"),
        &name,
        &parameters,
        &tags,
    )
}

fn carry_out(
    request: &TrainRequest,
    job: &Job,
    progress: &mut dyn FnMut(&TrainingEvent),
) -> Result<Trained, Error> {
    let config = request.out.join(CONFIG_FILE);
    write_atomic(&config, job.to_toml()?.as_bytes())?;
    let cross_validation = match request.cross_validation {
        CrossValidation::Skip => None,
        CrossValidation::Run => job.cross_validate(request, progress)?,
    };
    let report = job.train(request, progress)?;
    let record = match &report.log {
        None => None,
        Some(log) => RunRecord::read(log)?,
    };
    let plots = match record {
        None => Vec::new(),
        Some(run) => plots::write_plots(&run, &plots::folder_of(&run))?,
    };
    Ok(Trained {
        report,
        cross_validation,
        config,
        plots,
        warnings: Vec::new(),
    })
}

/// A task with its configuration.
enum Job {
    Text(TextTrainingConfig),
    Encoder(TunedTrainingConfig),
    Symbolic(SymbolicEmotionConfig),
    Speech(SpeechTrainingConfig),
    Face(FaceTrainingConfig),
    Notes(NoteTrainingConfig),
    Drums(DrumTrainingConfig),
    Audio(AudioTrainingConfig),
    Genre(GenreTrainingConfig),
}

impl Job {
    fn read(request: &TrainRequest) -> Result<Self, Error> {
        let path = request.config.as_deref();
        let seed = request.seed;
        Ok(match request.task {
            TrainingTask::TextEmotion => {
                Self::Text(seeded(path, seed, |c: &mut TextTrainingConfig| {
                    &mut c.training.seed
                })?)
            }
            TrainingTask::TextEncoder => {
                Self::Encoder(seeded(path, seed, |c: &mut TunedTrainingConfig| {
                    &mut c.training.seed
                })?)
            }
            // Kernel ridge regression has a closed form: there is nothing random to seed.
            TrainingTask::SymbolicEmotion => Self::Symbolic(read_config(path)?),
            TrainingTask::FaceEmotion => {
                Self::Face(seeded(path, seed, |c: &mut FaceTrainingConfig| {
                    &mut c.training.seed
                })?)
            }
            TrainingTask::Notes => {
                let usual = match &request.style {
                    Some(_) => notes::style_config(&going_on_from(request)?)?,
                    None => NoteTrainingConfig::default(),
                };
                let mut config = read_config_over(path, usual)?;
                config.training.seed = seed.unwrap_or(config.training.seed);
                Self::Notes(config)
            }
            TrainingTask::Drums => {
                Self::Drums(seeded(path, seed, |c: &mut DrumTrainingConfig| {
                    &mut c.seed
                })?)
            }
            TrainingTask::AudioEmotion => {
                Self::Audio(seeded(path, seed, |c: &mut AudioTrainingConfig| {
                    &mut c.seed
                })?)
            }
            TrainingTask::Genre => {
                Self::Genre(seeded(path, seed, |c: &mut GenreTrainingConfig| {
                    &mut c.seed
                })?)
            }
            TrainingTask::SpeechEmotion => {
                Self::Speech(seeded(path, seed, |c: &mut SpeechTrainingConfig| {
                    &mut c.training.seed
                })?)
            }
        })
    }

    fn train(
        &self,
        request: &TrainRequest,
        progress: &mut dyn FnMut(&TrainingEvent),
    ) -> Result<TrainingReport, Error> {
        let (data, out, run) = (&*request.data, &*request.out, &request.run);
        Ok(match self {
            Self::Text(config) => text_emotion::train(data, out, config, run, progress)?,
            Self::Encoder(config) => {
                text_emotion::train_tuned(data, &encoder()?, out, config, run, progress)?
            }
            Self::Symbolic(config) => symbolic_emotion::train(data, out, config, run, progress)?,
            Self::Speech(config) => speech_emotion::train(data, out, config, run, progress)?,
            Self::Face(config) => face_emotion::train(data, out, config, run, progress)?,
            Self::Notes(config) if request.style.is_some() => {
                train_style(request, config, progress)?
            }
            Self::Notes(config) => {
                let corpus = notes::corpus(data, out)?;
                let from = request.from.as_deref().map(WeightsFile::load).transpose()?;
                note_model::train(&corpus, from.as_ref(), out, config, run, progress)?
            }
            Self::Drums(config) => {
                drum_patterns::train(data, &notes::rule_bars(), out, config, run, progress)?
            }
            Self::Audio(config) => audio_emotion::train(data, out, config, run, progress)?,
            Self::Genre(config) => genre::train(data, out, config, run, progress)?,
        })
    }

    fn cross_validate(
        &self,
        request: &TrainRequest,
        progress: &mut dyn FnMut(&TrainingEvent),
    ) -> Result<Option<Evaluated>, Error> {
        Ok(match self {
            Self::Text(_)
            | Self::Encoder(_)
            | Self::Face(_)
            | Self::Notes(_)
            | Self::Drums(_)
            | Self::Audio(_)
            | Self::Genre(_) => None,
            Self::Speech(config) => {
                let (data, out, run) = (&*request.data, &*request.out, &request.run);
                Some(speech_emotion::cross_validate(
                    data, out, config, run, progress,
                )?)
            }
            Self::Symbolic(config) => {
                let options = EvaluationOptions::default();
                Some(symbolic_emotion::cross_validate(
                    config,
                    &request.data,
                    &options,
                    progress,
                )?)
            }
        })
    }

    fn to_json(&self) -> Result<serde_json::Value, Error> {
        let json = match self {
            Self::Text(config) => serde_json::to_value(config),
            Self::Encoder(config) => serde_json::to_value(config),
            Self::Symbolic(config) => serde_json::to_value(config),
            Self::Speech(config) => serde_json::to_value(config),
            Self::Face(config) => serde_json::to_value(config),
            Self::Notes(config) => serde_json::to_value(config),
            Self::Drums(config) => serde_json::to_value(config),
            Self::Audio(config) => serde_json::to_value(config),
            Self::Genre(config) => serde_json::to_value(config),
        };
        json.map_err(|error| Error::Internal(format!("a configuration is no JSON: {error}")))
    }

    fn to_toml(&self) -> Result<String, Error> {
        fn text(config: &impl Serialize) -> Result<String, toml::ser::Error> {
            toml::to_string_pretty(config)
        }
        let toml = match self {
            Self::Text(config) => text(config),
            Self::Encoder(config) => text(config),
            Self::Symbolic(config) => text(config),
            Self::Speech(config) => text(config),
            Self::Face(config) => text(config),
            Self::Notes(config) => text(config),
            Self::Drums(config) => text(config),
            Self::Audio(config) => text(config),
            Self::Genre(config) => text(config),
        };
        toml.map_err(|error| Error::user("invalid_config", format!("it cannot be saved: {error}")))
    }
}

/// The weights that a style goes on from: the given ones, else those inside the program.
fn going_on_from(request: &TrainRequest) -> Result<WeightsFile, Error> {
    Ok(match &request.from {
        Some(path) => WeightsFile::load(path)?,
        None => note_model::embedded()?,
    })
}

/// Trains the note model to a style of one's own and keeps it under its name.
fn train_style(
    request: &TrainRequest,
    config: &NoteTrainingConfig,
    progress: &mut dyn FnMut(&TrainingEvent),
) -> Result<TrainingReport, Error> {
    let Some(style) = &request.style else {
        return Err(Error::Internal("a style was lost".into()));
    };
    let base = style.base_genre.as_deref().map(str::parse).transpose()?;
    let from = going_on_from(request)?;
    let (corpus, base) = notes::style_corpus(&request.data, base, &from)?;
    let (out, run) = (&*request.out, &request.run);
    let mut report = note_model::train(&corpus, Some(&from), out, config, run, progress)?;
    let weights = WeightsFile::load(&out.join("notes.safetensors"))?;
    let kept = Style {
        name: style.name.clone(),
        base_genre: base.name().to_owned(),
    };
    report
        .files
        .push(styles::save(weights, &kept, &style.folder)?);
    Ok(report)
}

/// The pulled sentence encoder.
fn encoder() -> Result<TextEncoder, Error> {
    let path = folder().map(|folder| PulledModel::TextEncoder.path(&folder));
    match path.filter(|path| path.is_file()) {
        Some(path) => Ok(TextEncoder::load(&path)?),
        None => Err(Error::user_hint(
            "missing_model",
            "the sentence encoder has not been pulled",
            "run affetto models pull text-encoder",
        )),
    }
}

/// Reads a configuration and puts another seed in its place, where one is asked for.
fn seeded<C: Default + Serialize + DeserializeOwned>(
    path: Option<&Path>,
    seed: Option<u64>,
    place: fn(&mut C) -> &mut u64,
) -> Result<C, Error> {
    let mut config = read_config(path)?;
    if let Some(seed) = seed {
        *place(&mut config) = seed;
    }
    Ok(config)
}

/// Reads a configuration, TOML or, where the name ends in `.json`, JSON, over the default one.
fn read_config<C: Default + Serialize + DeserializeOwned>(path: Option<&Path>) -> Result<C, Error> {
    read_config_over(path, C::default())
}

/// Reads a configuration over a usual one.
fn read_config_over<C: Serialize + DeserializeOwned>(
    path: Option<&Path>,
    usual: C,
) -> Result<C, Error> {
    let Some(path) = path else {
        return Ok(usual);
    };
    let to_io = |source| Error::io("read", path, source);
    let size = std::fs::metadata(path).map_err(to_io)?.len();
    if size > MAX_CONFIG_BYTES {
        return Err(Error::user(
            "invalid_config",
            format!(
                "{} has {size} bytes, expected at most {MAX_CONFIG_BYTES}",
                path.display()
            ),
        ));
    }
    let text = std::fs::read_to_string(path).map_err(to_io)?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    parse_config(&text, is_json, &usual).map_err(|reason| {
        Error::user(
            "invalid_config",
            format!("{}: {}", path.display(), reason.trim_end()),
        )
    })
}

fn parse_config<C: Serialize + DeserializeOwned>(
    text: &str,
    is_json: bool,
    usual: &C,
) -> Result<C, String> {
    let given: serde_json::Value = if is_json {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        toml::from_str(text).map_err(|error| error.to_string())?
    };
    let mut whole = serde_json::to_value(usual).map_err(|error| error.to_string())?;
    lay_over(&mut whole, given);
    serde_json::from_value(whole).map_err(|error| error.to_string())
}

/// Replaces what is given, field by field.
fn lay_over(whole: &mut serde_json::Value, given: serde_json::Value) {
    match (whole, given) {
        (serde_json::Value::Object(whole), serde_json::Value::Object(given)) => {
            for (name, value) in given {
                lay_over(whole.entry(name).or_insert(serde_json::Value::Null), value);
            }
        }
        (whole, given) => *whole = given,
    }
}

/// Evaluates what a training wrote on items of the same folder that it has not seen; `None` for a
/// task without such items, or where nothing is left.
///
/// # Errors
/// When the weights or the data cannot be read.
pub(crate) fn evaluate_trained(
    task: TrainingTask,
    report: &TrainingReport,
    data: &Path,
) -> Result<Option<Evaluated>, Error> {
    let Some(weights) = report.files.first() else {
        return Ok(None);
    };
    let options = EvaluationOptions::default();
    let evaluated = match task {
        TrainingTask::TextEmotion => {
            text_emotion::evaluate(&TextEmotion::load(weights)?, data, &options)
        }
        TrainingTask::TextEncoder => {
            let tuned = WeightsFile::load(weights)?;
            let model = TextEmotion::with_tuned(&tuned, Arc::new(encoder()?))?;
            text_emotion::evaluate(&model, data, &options)
        }
        TrainingTask::FaceEmotion => {
            face_emotion::evaluate(&FaceEmotion::load(weights)?, data, &options)
        }
        TrainingTask::SpeechEmotion => {
            speech_emotion::evaluate(&SpeechEmotion::load(weights)?, data, &options)
        }
        TrainingTask::AudioEmotion => {
            audio_emotion::evaluate(&AudioEmotion::load(weights)?, data, &options)
        }
        TrainingTask::Genre => genre::evaluate(&GenreModel::load(weights)?, data, &options),
        // Four files, each for its own use: cross-validation measures the method.
        TrainingTask::SymbolicEmotion => return Ok(None),
        // Losses on what is held out are metrics of their trainings.
        TrainingTask::Notes | TrainingTask::Drums => return Ok(None),
    };
    match evaluated {
        Ok(evaluated) => Ok(Some(evaluated)),
        Err(affetto_models::Error::NothingLeft { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: Result<(u64, usize), &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let read = read_config::<TextTrainingConfig>(Some(&path));
        match (read, expected) {
            (Ok(config), Ok(expected)) => {
                assert_eq!((config.training.seed, config.n_hidden), expected);
            }
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "{error}");
            }
            (read, _) => panic!("{read:?}"),
        }
    }

    #[test]
    fn settings_left_out_keep_their_defaults() {
        check("a.toml", "", Ok((1, 128)));
        check("a.toml", "n_hidden = 7\n[training]\nseed = 5", Ok((5, 7)));
        check("a.json", r#"{"training": {"seed": 9}}"#, Ok((9, 128)));
        check("a.toml", "hidden = 7", Err("unknown field `hidden`"));
        check("a.json", "n_hidden = 7", Err("a.json"));
        assert!(read_config::<TextTrainingConfig>(Some(Path::new("no/such"))).is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let config = TextTrainingConfig::default();
        std::fs::write(&path, Job::Text(config.clone()).to_toml().unwrap()).unwrap();
        assert_eq!(
            read_config::<TextTrainingConfig>(Some(&path)).unwrap(),
            config
        );
        let config = FaceTrainingConfig::default();
        std::fs::write(&path, Job::Face(config.clone()).to_toml().unwrap()).unwrap();
        assert_eq!(
            read_config::<FaceTrainingConfig>(Some(&path)).unwrap(),
            config
        );
        let config = SymbolicEmotionConfig::default();
        std::fs::write(&path, Job::Symbolic(config.clone()).to_toml().unwrap()).unwrap();
        assert_eq!(
            read_config::<SymbolicEmotionConfig>(Some(&path)).unwrap(),
            config
        );
    }

    #[test]
    fn frozen_splits_are_not_cross_validated() {
        let folder = tempfile::tempdir().unwrap();
        let request = TrainRequest {
            task: TrainingTask::TextEmotion,
            data: folder.path().into(),
            out: folder.path().join("out"),
            config: None,
            seed: None,
            cross_validation: CrossValidation::Run,
            run: RunOptions::default(),
            mlflow: None,
            clean: None,
            from: None,
            style: None,
        };
        let error = train(&request, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("frozen splits"), "{error}");
    }
}
