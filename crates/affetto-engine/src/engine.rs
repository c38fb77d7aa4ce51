//! The engine: settings, SoundFont and models, each loaded once, on first use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use affetto_audio::SoundFont;
use affetto_audio::soundfont::Presets;
use affetto_compose::{DrumPatterns, Weights};
use affetto_models::WeightsFile;
use affetto_models::drum_patterns;
use affetto_models::note_model;
use affetto_models::symbolic_emotion::{SymbolicEmotion, Which};
use affetto_models::text_emotion::TextEmotion;
use affetto_models::text_encoder::TextEncoder;

use crate::listener::InLoop;
use crate::models::PulledModel;
use crate::notes::Network;
use crate::sense::Profile;
use crate::songs::Songs;
use crate::{Error, Settings, styles};

/// Note models that are kept loaded; with more, all are forgotten and loaded anew when asked for.
const MAX_NOTE_MODELS: usize = 8;

/// Everything that use cases share. Cheap to clone; clones share what is loaded.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    font: Mutex<Option<SoundFont>>,
    in_loop: OnceLock<Arc<InLoop>>,
    everything: OnceLock<SymbolicEmotion>,
    text: OnceLock<TextEmotion>,
    notes: Mutex<BTreeMap<Weights, Arc<Network>>>,
    drums: OnceLock<Arc<DrumPatterns>>,
    profile: Profile,
    songs: Mutex<Option<Arc<Songs>>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine with these settings; nothing is loaded yet.
    ///
    /// # Errors
    /// [`Error::User`] when a setting is outside its range.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        settings.validate()?;
        Ok(Self {
            shared: Arc::new(Shared {
                settings,
                font: Mutex::new(None),
                in_loop: OnceLock::new(),
                everything: OnceLock::new(),
                text: OnceLock::new(),
                notes: Mutex::default(),
                drums: OnceLock::new(),
                profile: Profile::default(),
                songs: Mutex::default(),
            }),
        })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// The SoundFont with at least these presets decoded. Presets stay decoded for later calls.
    ///
    /// # Errors
    /// [`Error::User`] when the configured file is no SoundFont.
    pub fn soundfont(&self, presets: &Presets) -> Result<SoundFont, Error> {
        let mut font = self
            .shared
            .font
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let grown = match font.take() {
            Some(loaded) if loaded.has(presets) => loaded,
            Some(loaded) => loaded.with_presets(presets)?,
            None => {
                let path = &self.shared.settings.sound.soundfont;
                if path.as_os_str().is_empty() {
                    SoundFont::embedded(presets)?
                } else {
                    SoundFont::from_path(path, presets).map_err(|error| {
                        Error::user_hint(
                            "invalid_sound",
                            format!("{}: {error}", path.display()),
                            "give an SF2 or SF3 file with --soundfont, or none to use the one inside",
                        )
                    })?
                }
            }
        };
        Ok(font.insert(grown).clone())
    }

    /// The model of typed text: with the sentence encoder where that has been pulled, else the
    /// small one. An encoder that cannot be used is logged and left aside.
    pub(crate) fn text_model(&self) -> Result<&TextEmotion, Error> {
        load_once(&self.shared.text, || {
            let path = crate::models::folder()
                .map(|folder| PulledModel::TextEncoder.path(&folder))
                .filter(|path| path.is_file());
            if let Some(path) = path {
                match TextEncoder::load(&path).and_then(|e| TextEmotion::with_encoder(Arc::new(e)))
                {
                    Ok(model) => return Ok(model),
                    Err(error) => tracing::warn!("the small text model serves: {error}"),
                }
            }
            TextEmotion::load_embedded().cloned()
        })
    }

    /// The listening model that chooses among candidates.
    pub(crate) fn in_loop(&self) -> Result<Arc<InLoop>, Error> {
        let load =
            || SymbolicEmotion::load_embedded(Which::InLoop).map(|m| Arc::new(InLoop::new(m)));
        load_once(&self.shared.in_loop, load).cloned()
    }

    /// The note model that writes music with a choice of weights; [`Weights::Notes`] are the
    /// configured ones, or those inside the program.
    ///
    /// # Errors
    /// [`Error::User`] when there are no such weights or they cannot be used.
    pub(crate) fn note_model(&self, choice: &Weights) -> Result<Arc<Network>, Error> {
        let notes = || self.shared.notes.lock();
        let loaded = notes().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = loaded.get(choice) {
            return Ok(Arc::clone(model));
        }
        drop(loaded);
        let path = &self.shared.settings.compose.notes;
        let weights = match choice {
            Weights::Notes if path.as_os_str().is_empty() => note_model::embedded()?,
            Weights::Notes => WeightsFile::load(path)?,
            Weights::Free => note_model::embedded_free()?.ok_or_else(|| {
                Error::user_hint(
                    "missing_model",
                    "this build holds no weights from permissively licensed data",
                    "train them: affetto data prepare notes --free, affetto train notes, and name the file in compose.notes",
                )
            })?,
            Weights::Style(name) => styles::load(styles::folder().as_deref(), name)?.1,
        };
        let model = Arc::new(Network::from_weights(&weights)?);
        let mut loaded = notes().unwrap_or_else(PoisonError::into_inner);
        if loaded.len() >= MAX_NOTE_MODELS {
            loaded.clear();
        }
        loaded.insert(choice.clone(), Arc::clone(&model));
        Ok(model)
    }

    /// What drummers play.
    ///
    /// # Errors
    /// [`Error::Internal`] when the weights inside the program cannot be read.
    pub(crate) fn drum_patterns(&self) -> Result<Arc<DrumPatterns>, Error> {
        if self.shared.drums.get().is_none() {
            let patterns = crate::notes::drum_patterns(&drum_patterns::embedded()?)?;
            let _ = self.shared.drums.set(Arc::new(patterns));
        }
        let loaded = self.shared.drums.get().cloned();
        loaded.ok_or_else(|| Error::Internal("the drum patterns vanished after loading".into()))
    }

    /// The place of the open library.
    pub(crate) fn open_songs(&self) -> MutexGuard<'_, Option<Arc<Songs>>> {
        let open = self.shared.songs.lock();
        open.unwrap_or_else(PoisonError::into_inner)
    }

    /// The listener's profile.
    pub(crate) fn profile(&self) -> &Profile {
        &self.shared.profile
    }

    /// The listening model behind `judge`, trained on everything open.
    pub(crate) fn hearing_model(&self) -> Result<&SymbolicEmotion, Error> {
        load_once(&self.shared.everything, || {
            SymbolicEmotion::load_embedded(Which::Everything)
        })
    }
}

/// Loads a model on first use. Two threads may load at once; one result is kept.
fn load_once<T>(
    cell: &OnceLock<T>,
    load: impl FnOnce() -> Result<T, affetto_models::Error>,
) -> Result<&T, Error> {
    if cell.get().is_none() {
        let _ = cell.set(load()?);
    }
    cell.get()
        .ok_or_else(|| Error::Internal("a model vanished after loading".into()))
}
