//! Speech to text: Whisper models that the user pulls once and that listen on this machine only.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use affetto_models::transcription::{Transcriber, TranscriptionOptions, Whisper};
use sha2::{Digest, Sha256};

pub use affetto_models::transcription::Transcript;

use crate::{Engine, Error, models};

/// Where the models are published.
const PUBLISHER: &str = "https://huggingface.co";
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Which of the published models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhisperSize {
    /// 39 million parameters, 154 MB: clear speech.
    Tiny,
    /// 74 million parameters, 293 MB: better with noise, accents and languages.
    Base,
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Published {
    name: &'static str,
    n_bytes: u64,
    sha256: &'static str,
}

/// Both models share one tokenizer.
const TOKENIZER: Published = Published {
    name: "tokenizer.json",
    n_bytes: 2_480_466,
    sha256: "27fc476bfe7f17299480be2273fc0608e4d5a99aba2ab5dec5374b4482d1a566",
};

/// The files of [`WhisperSize::Tiny`] at its revision.
const TINY: [Published; 4] = [
    Published {
        name: "config.json",
        n_bytes: 1_983,
        sha256: "ffdccec4f3211f4c63310f2b7098f309fe70f3952cedc5e4d11e43f5b2379b98",
    },
    Published {
        name: "generation_config.json",
        n_bytes: 3_747,
        sha256: "a5d5325911f16e74001a72fa13d6e208eee51548f994646de1f4b4cc8b35b512",
    },
    TOKENIZER,
    Published {
        name: "model.safetensors",
        n_bytes: 151_061_672,
        sha256: "7ebd0e69e78190ffe1438491fa05cc1f5c1aa3a4c4db3bc1723adbb551ea2395",
    },
];

/// The files of [`WhisperSize::Base`] at its revision.
const BASE: [Published; 4] = [
    Published {
        name: "config.json",
        n_bytes: 1_983,
        sha256: "a153c53883a6799b6f056b4a8d1a515c9926d03994682ba88a7616618d7da0c1",
    },
    Published {
        name: "generation_config.json",
        n_bytes: 3_807,
        sha256: "444b3f636d2fff89dd9ecf549e2a085b61f7ff0fa0246d4628bac6a3b8cc9ba4",
    },
    TOKENIZER,
    Published {
        name: "model.safetensors",
        n_bytes: 290_403_936,
        sha256: "07cadb9f25677c8d50df603e66a98fbd842cce45047139baeb16e6219a1e807b",
    },
];

impl WhisperSize {
    /// Both, the better one first.
    pub const ALL: [Self; 2] = [Self::Base, Self::Tiny];

    /// Its name on the command line and of its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tiny => "whisper-tiny",
            Self::Base => "whisper-base",
        }
    }

    fn files(self) -> &'static [Published] {
        match self {
            Self::Tiny => &TINY,
            Self::Base => &BASE,
        }
    }

    fn revision(self) -> &'static str {
        match self {
            Self::Tiny => "169d4a4341b33bc18d8881c4b69c2e104e1cc0af",
            Self::Base => "e37978b90ca9030d5170a5c07aadb050351a65bb",
        }
    }
}

/// The folder of a model that is in a folder of models.
#[must_use]
pub fn find(models: &Path) -> Option<PathBuf> {
    let folders = WhisperSize::ALL.map(|size| models.join(size.name()));
    folders
        .into_iter()
        .find(|folder| folder.join("model.safetensors").is_file())
}

/// Gets a published model over the network, checks the SHA-256 of every file and puts it into a
/// folder of models: all or nothing. `progress` is told how many bytes of how many are there.
///
/// # Errors
/// [`Error::User`] when the network or the publisher does not give the files as they were
/// published, [`Error::Io`] when they cannot be written.
pub fn pull(
    size: WhisperSize,
    models: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PathBuf, Error> {
    let (name, revision) = (size.name(), size.revision());
    let address = format!("{PUBLISHER}/openai/{name}/resolve/{revision}");
    download(&address, size.files(), &models.join(name), progress)
}

/// Copies a model from a folder with the published files, which may be of the user's own training,
/// into a folder of models, once it is known to load: all or nothing.
///
/// # Errors
/// [`Error::User`] when it is no Whisper model, [`Error::Io`] when it cannot be copied.
pub fn pull_from(size: WhisperSize, source: &Path, models: &Path) -> Result<PathBuf, Error> {
    load(source)?;
    let folder = models.join(size.name());
    all_or_nothing(&folder, |place| {
        for file in size.files() {
            let from = source.join(file.name);
            if from.exists() {
                std::fs::copy(&from, place.join(file.name))
                    .map_err(|error| Error::io("copy", &from, error))?;
            }
        }
        Ok(())
    })?;
    Ok(folder)
}

/// Makes a folder whole beside its final place, then moves it there.
fn all_or_nothing(
    folder: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<(), Error> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    let io = |error| Error::io("write", folder, error);
    std::fs::create_dir_all(parent).map_err(io)?;
    let place = tempfile::tempdir_in(parent).map_err(io)?;
    fill(place.path())?;
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(io)?;
    }
    std::fs::rename(place.path(), folder).map_err(io)
}

fn download(
    address: &str,
    files: &[Published],
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PathBuf, Error> {
    let config = ureq::Agent::config_builder().timeout_connect(Some(CONNECT_TIMEOUT));
    let agent: ureq::Agent = config.build().into();
    let n_total: u64 = files.iter().map(|file| file.n_bytes).sum();
    let mut n_done = 0;
    all_or_nothing(folder, |place| {
        for file in files {
            let url = format!("{address}/{}", file.name);
            let refuse = |reason: String| {
                Error::user_hint(
                    "no_download",
                    format!("cannot download {url}: {reason}"),
                    "check the network, or give a folder with the files with --from",
                )
            };
            let answer = agent.get(&url).call();
            let mut answer = answer.map_err(|error| refuse(error.to_string()))?;
            // One byte more than published, so that a longer file is noticed.
            let reader = answer.body_mut().as_reader().take(file.n_bytes + 1);
            let path = place.join(file.name);
            let sha256 = write_hashed(reader, &path, &mut |n_bytes| {
                progress(n_done + n_bytes, n_total);
            })
            .map_err(|error| refuse(error.to_string()))?;
            if sha256 != file.sha256 {
                let expected = file.sha256;
                return Err(refuse(format!(
                    "its SHA-256 is {sha256}, expected {expected}"
                )));
            }
            n_done += file.n_bytes;
        }
        Ok(())
    })?;
    Ok(folder.to_owned())
}

/// Writes what is read; returns its SHA-256 in hexadecimal.
fn write_hashed(
    mut reader: impl Read,
    path: &Path,
    progress: &mut dyn FnMut(u64),
) -> std::io::Result<String> {
    let mut file = std::fs::File::create(path)?;
    let (mut hash, mut n_bytes) = (Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let n = reader.read(&mut chunk)?;
        if n == 0 {
            break;
        }
        hash.update(&chunk[..n]);
        file.write_all(&chunk[..n])?;
        n_bytes += n as u64;
        progress(n_bytes);
    }
    file.sync_all()?;
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn load(folder: &Path) -> Result<Whisper, Error> {
    Whisper::load(folder).map_err(|error| match error {
        affetto_models::Error::Io { path, source } => Error::io("read", &path, source),
        other => Error::user_hint(
            "invalid_model",
            other.to_string(),
            "pull it again with affetto models pull whisper-base",
        ),
    })
}

/// The model that was used last, with its folder: a new one is found without a restart.
static LOADED: Mutex<Option<(PathBuf, Arc<Whisper>)>> = Mutex::new(None);

fn loaded(folder: PathBuf) -> Result<Arc<Whisper>, Error> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, whisper)) = &*loaded
        && *known == folder
    {
        return Ok(Arc::clone(whisper));
    }
    let whisper = Arc::new(load(&folder)?);
    *loaded = Some((folder, Arc::clone(&whisper)));
    Ok(whisper)
}

impl Engine {
    /// Whether a speech recognizer has been pulled.
    #[must_use]
    pub fn has_transcriber(&self) -> bool {
        models::folder().is_some_and(|folder| find(&folder).is_some())
    }

    /// What is said in a recording of mono speech at 16 kHz; nothing where no recognizer has been
    /// pulled, so that only the tone of voice counts. Listens on this machine only and keeps
    /// nothing. The first five minutes are listened to.
    ///
    /// # Errors
    /// [`Error::User`] or [`Error::Io`] when the pulled model cannot be used.
    pub fn transcribe(&self, samples: &[f32]) -> Result<Option<Transcript>, Error> {
        let Some(folder) = models::folder().and_then(|folder| find(&folder)) else {
            return Ok(None);
        };
        let transcript = loaded(folder)?.transcribe(samples, &TranscriptionOptions::default());
        let transcript = transcript.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Some(transcript))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    use super::*;

    /// Serves `content` for every request; returns its address.
    fn serve(content: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    content.len()
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(content).unwrap();
            }
        });
        address
    }

    fn hello(name: &'static str) -> Published {
        Published {
            name,
            n_bytes: 5,
            sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        }
    }

    #[test]
    fn files_are_downloaded_and_checked() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("models/whisper-tiny");
        let mut told = Vec::new();
        let files = [hello("a"), hello("b")];
        let mut progress = |done, total| told.push((done, total));
        download(&serve(b"hello"), &files, &folder, &mut progress).unwrap();
        assert_eq!(std::fs::read(folder.join("b")).unwrap(), b"hello");
        assert_eq!(told, [(5, 10), (10, 10)]);
    }

    #[test]
    fn what_was_not_published_is_refused_and_nothing_is_left() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("whisper-tiny");
        for content in [&b"hullo"[..], b"hello and more", b"hell"] {
            let files = [hello("a")];
            let error = download(&serve(content), &files, &folder, &mut |_, _| ()).unwrap_err();
            assert!(error.to_string().contains("its SHA-256 is"), "{error}");
        }
        let error = download("http://127.0.0.1:1", &[hello("a")], &folder, &mut |_, _| ());
        assert!(error.unwrap_err().to_string().contains("cannot download"));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn folders_are_copied_when_they_hold_a_model() {
        let tiny =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../affetto-models/test_data/whisper");
        let models = tempfile::tempdir().unwrap();
        assert_eq!(find(models.path()), None);
        let folder = pull_from(WhisperSize::Tiny, &tiny, models.path()).unwrap();
        assert_eq!(find(models.path()), Some(folder.clone()));
        let whisper = loaded(folder.clone()).unwrap();
        assert!(Arc::ptr_eq(&whisper, &loaded(folder).unwrap()));
        let error = pull_from(WhisperSize::Base, models.path(), models.path()).unwrap_err();
        assert!(error.to_string().contains("config.json"), "{error}");
        assert_eq!(std::fs::read_dir(models.path()).unwrap().count(), 1);
    }
}
