//! Stations on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Point, Preferences, Primer, Sensed, StationRequest, Support};
use crate::stations::Playing;

/// A playing station.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Station {
    /// Names the station.
    pub id: String,
    /// What was asked for, with all changes since, without the file of the primer.
    pub request: StationRequest,
    /// What the listener's feedback has made of it, earlier feedback included.
    pub preferences: Preferences,
    /// The bars that the neural writer continues, where a primer was given.
    pub primer: Option<Primer>,
    /// What was sensed, where there was a text.
    pub sensed: Option<Sensed>,
    /// What the music is asked to express at present.
    pub asked: Point,
    /// Where it goes.
    pub goal: Point,
    /// Where to find help, when the text speaks of self-harm.
    pub support: Option<Support>,
    /// WebSocket with Opus packets and what is played.
    pub live_url: String,
    /// Ogg-Opus for any player.
    pub ogg_url: String,
    /// MP3 for any player.
    pub mp3_url: String,
    /// False once it has ended.
    pub playing: bool,
}

impl From<&Playing> for Station {
    fn from(playing: &Playing) -> Self {
        let id = &playing.id;
        let wish = playing.wish();
        let sensed = wish.understood.sensed.as_ref().map(Sensed::from);
        Self {
            id: id.clone(),
            primer: wish.understood.primer().map(Into::into),
            // Listeners are told of every change; the file would come along each time.
            request: StationRequest {
                primer: None,
                ..wish.request
            },
            preferences: wish.understood.preferences.into(),
            asked: playing.station.asked().into(),
            goal: wish.understood.plan.goal().into(),
            support: sensed.as_ref().and_then(|sensed| sensed.support.clone()),
            sensed,
            live_url: format!("/api/v1/stations/{id}/live"),
            ogg_url: format!("/stream.ogg?station={id}"),
            mp3_url: format!("/stream.mp3?station={id}"),
            playing: playing.station.ended().is_none(),
        }
    }
}

/// The stations that play.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StationList {
    /// Oldest first.
    pub stations: Vec<Station>,
}
