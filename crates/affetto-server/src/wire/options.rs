//! What there is to choose from.

use affetto_engine::sense::MAX_FRAME_BYTES;
use affetto_engine::{choices, styles};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::App;

/// Everything that a client may choose from, with words for people.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Options {
    /// Genres with their tempo bands, then the styles that the user has trained.
    pub genres: Vec<GenreOption>,
    /// Textures.
    pub textures: Vec<Named>,
    /// Who writes the bars.
    pub writers: Vec<Described>,
    /// What the neural writer composes with.
    pub weights: Vec<Described>,
    /// What the music may do about a feeling.
    pub strategies: Vec<Described>,
    /// Kinds of concentration, for the strategy `focus`.
    pub focus_modes: Vec<Named>,
    /// How fast the music leads.
    pub paces: Vec<Described>,
    /// Settings for an occasion.
    pub presets: Vec<Described>,
    /// The cues that may be pulled.
    pub cues: Vec<CueOption>,
    /// What a listener may say about the music that plays.
    pub feedback: Vec<Described>,
    /// Roles of the instruments.
    pub roles: Vec<String>,
    /// What this server senses besides words.
    pub sensors: Sensors,
    /// Limits of this server.
    pub limits: Limits,
    /// Version of the program.
    pub version: String,
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Named {
    /// Name in requests.
    pub name: String,
    /// Name for people.
    pub label: String,
}

/// A choice with a sentence about it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Described {
    /// Name in requests.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// What it does.
    pub description: String,
}

/// A genre.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GenreOption {
    /// Name in requests.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// Slowest tempo, in quarter notes a minute.
    pub tempo_min: f64,
    /// Fastest tempo.
    pub tempo_max: f64,
}

/// A cue that may be pulled from −1 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CueOption {
    /// Name in requests.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// What −1 sounds like.
    pub low: String,
    /// What 1 sounds like.
    pub high: String,
}

/// What this server senses besides words.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Sensors {
    /// Whether it listens to voices.
    pub voice: bool,
    /// Whether it looks at faces.
    pub face: bool,
    /// Whether it reads videos, which needs ffmpeg.
    pub video: bool,
    /// Whether it understands what a voice says, which needs a speech recogniser.
    pub transcript: bool,
}

/// Limits of this server.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Limits {
    /// Longest text in bytes.
    pub text_max_bytes: usize,
    /// Largest MIDI file in bytes.
    pub midi_max_bytes: usize,
    /// Largest primer in bytes.
    pub primer_max_bytes: usize,
    /// Most stations at once.
    pub max_stations: usize,
    /// Most minutes of a station that can be saved.
    pub save_max_minutes: u64,
    /// Most pieces kept.
    pub max_pieces: usize,
    /// Largest recording in bytes.
    pub audio_max_bytes: usize,
    /// Longest recording in seconds.
    pub audio_max_seconds: f64,
    /// Largest picture or video in bytes.
    pub picture_max_bytes: usize,
    /// Largest frame of continuous sensing in bytes.
    pub frame_max_bytes: usize,
    /// Most pictures looked at in a second of continuous sensing.
    pub max_frames_per_second: f64,
}

impl Options {
    pub(crate) fn of(app: &App) -> Self {
        let settings = app.engine.settings();
        let own = choices::own_styles(styles::folder().as_deref());
        let own = own.into_iter().map(|(style, genre)| GenreOption {
            name: style.clone(),
            label: style,
            tempo_min: genre.tempo_min,
            tempo_max: genre.tempo_max,
        });
        let genres = choices::genres().into_iter().map(|genre| GenreOption {
            name: genre.name.into(),
            label: genre.label.into(),
            tempo_min: genre.tempo_min,
            tempo_max: genre.tempo_max,
        });
        let genres = genres.chain(own);
        let cues = choices::CUES.iter().map(|cue| CueOption {
            name: cue.name.into(),
            label: cue.label.into(),
            low: cue.low.into(),
            high: cue.high.into(),
        });
        Self {
            genres: genres.collect(),
            textures: named(choices::TEXTURES),
            writers: described(choices::WRITERS),
            weights: described(choices::WEIGHTS),
            strategies: described(choices::STRATEGIES),
            focus_modes: named(choices::FOCUS_MODES),
            paces: described(choices::PACES),
            presets: described(choices::PRESETS),
            cues: cues.collect(),
            feedback: described(choices::FEEDBACK),
            roles: choices::ROLES
                .iter()
                .map(|role| role.name().to_owned())
                .collect(),
            sensors: app.engine.sensors().into(),
            limits: Limits {
                text_max_bytes: settings.server.max_text_bytes,
                midi_max_bytes: settings.server.max_midi_bytes,
                primer_max_bytes: affetto_engine::request::MAX_PRIMER_BYTES,
                max_stations: app.stations.max(),
                save_max_minutes: settings.stations.history_minutes,
                max_pieces: crate::pieces::MAX_PIECES,
                audio_max_bytes: settings.senses.max_audio_bytes,
                audio_max_seconds: settings.senses.max_audio_seconds,
                picture_max_bytes: settings.senses.max_picture_bytes,
                frame_max_bytes: MAX_FRAME_BYTES.min(settings.senses.max_picture_bytes),
                max_frames_per_second: settings.senses.max_frames_per_second,
            },
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

impl From<affetto_engine::sense::Sensors> for Sensors {
    fn from(sensors: affetto_engine::sense::Sensors) -> Self {
        Self {
            voice: sensors.voice,
            face: sensors.face,
            video: sensors.video,
            transcript: sensors.transcript,
        }
    }
}

fn named(choices: &[choices::Choice]) -> Vec<Named> {
    let named = |choice: &choices::Choice| Named {
        name: choice.name.into(),
        label: choice.label.into(),
    };
    choices.iter().map(named).collect()
}

fn described(choices: &[choices::Choice]) -> Vec<Described> {
    let described = |choice: &choices::Choice| Described {
        name: choice.name.into(),
        label: choice.label.into(),
        description: choice.description.into(),
    };
    choices.iter().map(described).collect()
}
