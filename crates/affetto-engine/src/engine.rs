//! The engine: settings, SoundFont and models, each loaded once, on first use.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use affetto_audio::SoundFont;
use affetto_audio::soundfont::Presets;
use affetto_models::WeightsFile;
use affetto_models::note_model;
use affetto_models::symbolic_emotion::{SymbolicEmotion, Which};
use affetto_models::text_emotion::TextEmotion;
use affetto_models::text_encoder::TextEncoder;

use crate::listener::InLoop;
use crate::models::PulledModel;
use crate::notes::Network;
use crate::sense::Profile;
use crate::{Error, Settings};

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
    notes: OnceLock<Arc<Network>>,
    profile: Profile,
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
                notes: OnceLock::new(),
                profile: Profile::default(),
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

    /// The note model that writes music: the configured weights, or those inside the program.
    ///
    /// # Errors
    /// [`Error::User`] when the configured weights cannot be used.
    pub(crate) fn note_model(&self) -> Result<Arc<Network>, Error> {
        if self.shared.notes.get().is_none() {
            let path = &self.shared.settings.compose.notes;
            let weights = if path.as_os_str().is_empty() {
                note_model::embedded()?
            } else {
                WeightsFile::load(path)?
            };
            let _ = self
                .shared
                .notes
                .set(Arc::new(Network::from_weights(&weights)?));
        }
        let loaded = self.shared.notes.get().cloned();
        loaded.ok_or_else(|| Error::Internal("a model vanished after loading".into()))
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
