//! What is said over the WebSocket of continuous sensing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Impression, SensedFace, SensedPoint};

/// A text frame from the client. Binary frames carry what is sensed: a byte `1` and 16-kHz mono
/// sound as 16-bit little-endian samples, or a byte `2` and a picture (PNG, JPEG or WebP).
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SenseCommand {
    /// The first frame: what is switched on. Sent again it replaces senses and station.
    Start {
        /// `voice`, `face`, or both.
        senses: Vec<String>,
        /// A station that shall follow what is sensed, within its slew limits; without one nothing
        /// is steered.
        #[serde(default)]
        station: Option<String>,
    },
    /// What a sense said is wrong, or right. After `start` it holds the point like `dial`.
    Correct {
        /// `voice`, `face` or `words` (also called `text`).
        sense: String,
        /// What it said, as it was answered; left out, what it said last on this socket.
        #[serde(default)]
        sensed: Option<SensedPoint>,
        /// Pleasantness, as the listener says.
        valence: f64,
        /// Activation, as the listener says.
        arousal: f64,
    },
    /// The listener's own dial: it wins until `release`.
    Dial {
        /// Pleasantness.
        valence: f64,
        /// Activation.
        arousal: f64,
    },
    /// The senses count again.
    Release {},
    /// The end.
    Stop {},
}

/// A text frame from the server.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SenseMessage {
    /// The senses are on; frames may be sent.
    Started {
        /// What is switched on: `voice`, `face`.
        senses: Vec<String>,
    },
    /// What one sense says now.
    Sensed(Box<SensedNow>),
    /// What all senses say together, over time.
    Fused(Box<FusedNow>),
    /// Something was not understood or not taken; sensing goes on unless the socket closes.
    Error {
        /// Stable name in snake case.
        code: String,
        /// What was wrong, with the value and what is allowed.
        message: String,
    },
}

/// What one sense says now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SensedNow {
    /// `voice` or `face`.
    pub sense: String,
    /// Seconds since the start.
    pub at_s: f64,
    /// The estimate, or why there is none.
    #[serde(flatten)]
    pub impression: Impression,
    /// Start of the window of a voice, in seconds of sound.
    pub start_s: Option<f64>,
    /// Its end.
    pub end_s: Option<f64>,
    /// The faces of a picture.
    pub faces: Vec<SensedFace>,
}

/// What all senses say together, over time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FusedNow {
    /// Seconds since the start.
    pub at_s: f64,
    /// The estimate.
    #[serde(flatten)]
    pub impression: Impression,
    /// Whether the listener's own dial holds it.
    pub held: bool,
    /// Whether a station follows.
    pub steering: bool,
}
