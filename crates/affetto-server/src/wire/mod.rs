//! The types of the wire, and their conversion by hand from and to the plain types of the engine.

mod bar;
mod feedback;
mod options;
mod piece;
mod request;
mod sense;
mod sense_live;
mod songs;
mod station;

pub use bar::{Bar, ChordSpan, Cues, LiveMessage, Note};
pub use feedback::{FeedbackRequest, Preferences, Primer};
pub use options::{CueOption, Described, GenreOption, Limits, Named, Options, Sensors};
pub use piece::{Files, Judged, Piece, PieceList, RedoRequest, SaveRequest};
pub use request::{CueOffsets, PieceRequest, Point, StationRequest};
pub use sense::{
    AnswerChoice, CorrectionRequest, Emotions, FaceSensed, Impression, Question, Reading, Resource,
    Sensed, SensedFace, SensedPoint, SpeechSegment, SpeechSensed, Support, TextRequest, Trust,
};
pub use sense_live::{FusedNow, SenseCommand, SenseMessage, SensedNow};
pub use songs::{
    AlternativeSong, Count, FailedFile, LibraryStatus, PlanMoment, RecommendRequest,
    Recommendation, Recommended, RecommendedSlot, ScanRequest, ScanStatus, Song, SongBridge,
    SongFeedbackRequest, SongMap, SongPage, SongQuery,
};
pub use station::{Station, StationList};

use serde::Serialize;
use utoipa::ToSchema;

/// What a failed request answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The error.
    pub error: ProblemDetail,
}

/// An error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemDetail {
    /// Stable name in snake case.
    #[schema(example = "unknown_genre")]
    pub code: String,
    /// What was wrong, with the value and what is allowed.
    pub message: String,
    /// What to do instead, if there is more to say.
    pub hint: Option<String>,
    /// Names this request in the server's log.
    pub request_id: String,
}

/// Whether the server is well.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: a server that is not well does not answer.
    #[schema(example = "ok")]
    pub status: String,
    /// Version of the program.
    pub version: String,
}
