//! The listener's profile: how far each sense can be trusted, learnt from corrections, and what
//! they like, learnt from feedback.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use affetto_affect::{Affect, Estimate, Reliabilities, Reliability, Sense};
use serde::{Deserialize, Serialize};

use crate::feedback::Preferences;
use crate::files::{read_limited, write_atomic};
use crate::{Engine, Error, folders};

/// A listener's word against that of a sense.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correction {
    /// The sense that erred, or did not.
    pub sense: Sense,
    /// What it said, as it was answered.
    pub sensed: Estimate,
    /// What the listener says.
    pub truth: Affect,
}

/// Version of the file.
const VERSION: u32 = 1;
/// Largest file that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The file: two numbers for each sense, five for the preferences, and nothing else. Files from
/// before there were preferences have none.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    senses: BTreeMap<String, Parts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preferences: Option<Wishes>,
}

/// [`Preferences`] in the file.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Wishes {
    valence: f64,
    arousal: f64,
    density: f64,
    tension: f64,
    drums: f64,
}

/// Shape and scale of the inverse-gamma distribution of a sense's factor.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Parts {
    shape: f64,
    scale: f64,
}

/// What was learnt about the listener.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Learnt {
    reliabilities: Reliabilities,
    pub(crate) preferences: Preferences,
}

/// The profile in memory, read on first use.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    loaded: Mutex<Option<Learnt>>,
}

impl Profile {
    fn get(&self, path: Option<&Path>) -> Learnt {
        *self
            .loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| read(path))
    }

    /// Changes the profile and stores it; what cannot be stored still counts until the end.
    fn change(
        &self,
        path: Option<&Path>,
        change: impl FnOnce(&mut Learnt),
    ) -> Result<Learnt, Error> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let learnt = loaded.get_or_insert_with(|| read(path));
        change(learnt);
        if let Some(path) = path {
            write(path, learnt)?;
        }
        Ok(*learnt)
    }
}

impl Engine {
    /// How far each sense can be trusted for this listener.
    #[must_use]
    pub fn reliabilities(&self) -> Reliabilities {
        self.learnt().reliabilities
    }

    /// Learns from a correction, and stores what was learnt: two numbers for the sense.
    ///
    /// # Errors
    /// [`Error::Io`] when the listener's profile cannot be written; the correction then counts
    /// until the program ends.
    pub fn correct(&self, correction: &Correction) -> Result<Reliabilities, Error> {
        let Correction {
            sense,
            sensed,
            truth,
        } = correction;
        let learnt = self.change_profile(|learnt| {
            let reliability = learnt.reliabilities.of_mut(*sense);
            // What was answered was scaled; the model's own doubt is what is judged.
            let raw = sensed.widened(1.0 / reliability.factor());
            reliability.correct(&raw, *truth);
        })?;
        Ok(learnt.reliabilities)
    }

    /// Forgets all corrections.
    ///
    /// # Errors
    /// As [`Engine::correct`].
    pub fn forget_corrections(&self) -> Result<(), Error> {
        self.change_profile(|learnt| learnt.reliabilities = Reliabilities::default())?;
        Ok(())
    }

    pub(crate) fn learnt(&self) -> Learnt {
        self.profile().get(self.profile_path().as_deref())
    }

    pub(crate) fn change_profile(&self, change: impl FnOnce(&mut Learnt)) -> Result<Learnt, Error> {
        self.profile()
            .change(self.profile_path().as_deref(), change)
    }

    fn profile_path(&self) -> Option<PathBuf> {
        let configured = &self.settings().senses.profile;
        if configured.as_os_str().is_empty() {
            folders::data_folder().map(|folder| folder.join("listener.json"))
        } else {
            Some(configured.clone())
        }
    }
}

/// Reads a profile; one that is not there, or not to be understood, is the one of a stranger.
fn read(path: Option<&Path>) -> Learnt {
    let Some(path) = path.filter(|path| path.exists()) else {
        return Learnt::default();
    };
    let parsed = read_limited(path, MAX_BYTES)
        .map_err(|error| error.to_string())
        .and_then(|bytes| parse(&bytes));
    parsed.unwrap_or_else(|reason| {
        tracing::warn!(path = %path.display(), reason, "the listener's profile is not used");
        Learnt::default()
    })
}

fn parse(bytes: &[u8]) -> Result<Learnt, String> {
    let stored: Stored = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if stored.version != VERSION {
        return Err(format!(
            "it has version {}, expected {VERSION}",
            stored.version
        ));
    }
    let mut reliabilities = Reliabilities::default();
    for sense in Sense::ALL {
        let Some(parts) = stored.senses.get(sense.name()) else {
            continue;
        };
        *reliabilities.of_mut(sense) = Reliability::from_parts(parts.shape, parts.scale)
            .ok_or_else(|| format!("the numbers of {sense} are out of range: {parts:?}"))?;
    }
    let Wishes {
        valence,
        arousal,
        density,
        tension,
        drums,
    } = stored.preferences.unwrap_or_default();
    let preferences = Preferences {
        valence,
        arousal,
        density,
        tension,
        drums,
    };
    if let Some((name, value)) = preferences.fault() {
        return Err(format!(
            "the preference {name} must be between -1 and 1, but was {value}"
        ));
    }
    Ok(Learnt {
        reliabilities,
        preferences,
    })
}

fn write(path: &Path, learnt: &Learnt) -> Result<(), Error> {
    let senses = Sense::ALL.map(|sense| {
        let (shape, scale) = learnt.reliabilities.of(sense).to_parts();
        (sense.name().to_owned(), Parts { shape, scale })
    });
    let stored = Stored {
        version: VERSION,
        senses: senses.into(),
        preferences: (!learnt.preferences.is_neutral()).then_some(Wishes {
            valence: learnt.preferences.valence,
            arousal: learnt.preferences.arousal,
            density: learnt.preferences.density,
            tension: learnt.preferences.tension,
            drums: learnt.preferences.drums,
        }),
    };
    let mut bytes = serde_json::to_vec_pretty(&stored)
        .map_err(|error| Error::Internal(format!("the profile cannot be written: {error}")))?;
    bytes.push(b'\n');
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|source| Error::io("write", path, source))?;
    }
    write_atomic(path, &bytes)
}

#[cfg(test)]
mod tests {
    use affetto_affect::Covariance;

    use super::*;
    use crate::Settings;

    fn engine(path: &Path) -> Engine {
        let mut settings = Settings::default();
        settings.senses.profile = path.to_owned();
        Engine::new(settings).unwrap()
    }

    fn wrong(sense: Sense) -> Correction {
        let mean = Affect::clamped(0.8, 0.2);
        Correction {
            sense,
            sensed: Estimate::from_gaussian(mean, Covariance::independent(0.2, 0.2)),
            truth: Affect::clamped(-0.6, -0.4),
        }
    }

    #[test]
    fn corrections_outlive_the_program_and_can_be_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("listener.json");
        let first = engine(&path);
        assert_eq!(first.reliabilities(), Reliabilities::default());
        let learnt = first.correct(&wrong(Sense::Face)).unwrap();
        assert!(learnt.face.factor() > 1.5);
        assert_eq!(learnt.voice, Reliability::default());
        let second = engine(&path);
        assert_eq!(second.reliabilities(), learnt);
        second.forget_corrections().unwrap();
        assert_eq!(engine(&path).reliabilities(), Reliabilities::default());
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("shape").count(), 3, "{text}");
        assert!(text.len() < 400, "nothing but numbers is stored: {text}");
        let names: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "no temporary file stays: {names:?}");
    }

    #[test]
    fn what_was_answered_is_judged_by_the_model_s_own_doubt() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listener.json");
        let engine = engine(&path);
        for _ in 0..3 {
            let mut correction = wrong(Sense::Words);
            // The same error each time, answered with the doubt that was learnt so far.
            correction.sensed = engine.reliabilities().words.apply(correction.sensed);
            engine.correct(&correction).unwrap();
        }
        let mut expected = Reliability::default();
        for _ in 0..3 {
            expected.correct(&wrong(Sense::Words).sensed, wrong(Sense::Words).truth);
        }
        let difference = engine.reliabilities().words.factor() - expected.factor();
        assert!(difference.abs() < 1e-9);
    }

    #[track_caller]
    fn check(stored: &str, expected: &str) {
        let answer = match parse(stored.as_bytes()) {
            Ok(learnt) => {
                let drums = learnt.preferences.drums;
                format!("{:.2} {drums}", learnt.reliabilities.face.factor())
            }
            Err(reason) => reason,
        };
        assert!(
            answer.contains(expected),
            "{answer:?} does not contain {expected:?}"
        );
    }

    #[test]
    fn a_broken_profile_is_that_of_a_stranger() {
        check(r#"{"version":1,"senses":{}}"#, "1.00 0");
        check(
            r#"{"version":1,"senses":{"face":{"shape":5,"scale":8}}}"#,
            "2.00 0",
        );
        check(
            r#"{"version":1,"senses":{},"preferences":{"drums":-0.125}}"#,
            "1.00 -0.125",
        );
        check(
            r#"{"version":1,"senses":{},"preferences":{"tension":7}}"#,
            "the preference tension must be between -1 and 1, but was 7",
        );
        check(
            r#"{"version":2,"senses":{}}"#,
            "it has version 2, expected 1",
        );
        check(
            r#"{"version":1,"senses":{"face":{"shape":-5,"scale":8}}}"#,
            "out of range",
        );
        check("[", "EOF");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listener.json");
        std::fs::write(&path, vec![b'x'; 2 * MAX_BYTES]).unwrap();
        assert_eq!(engine(&path).reliabilities(), Reliabilities::default());
    }
}
