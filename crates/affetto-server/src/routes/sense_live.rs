//! The WebSocket of continuous sensing: sound and pictures from the client, estimates back, and a
//! station that follows. Frames are used in memory and dropped.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use affetto_engine::sense::{HeardSegment, MAX_FRAME_BYTES, Seen, SenseSession, Sensed};
use affetto_engine::{Affect, Engine, Error, Sense};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use serde_json::json;

use crate::body::parse;
use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::stations::Playing;
use crate::wire::{
    CorrectionRequest, FusedNow, Impression, Problem, SenseCommand, SenseMessage, SensedFace,
    SensedNow,
};

/// Kind byte of a frame with sound.
const SOUND_FRAME: u8 = 1;
/// Kind byte of a frame with a picture.
const PICTURE_FRAME: u8 = 2;
/// Samples a second of sound.
const SAMPLE_RATE_HZ: usize = 16_000;
/// Most sound that waits to be heard, in samples: a client that sends faster than real time, or a
/// server that cannot keep up, loses sound rather than memory.
const MAX_WAITING_SAMPLES: usize = 20 * SAMPLE_RATE_HZ;
/// Longest silence of a client before the socket closes.
const IDLE_LIMIT: Duration = Duration::from_secs(60);
/// Longest that a client may take to say what is switched on.
const START_LIMIT: Duration = Duration::from_secs(10);
/// Longest that one message may take to leave.
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// Mistakes that a client may make.
const MAX_MISTAKES: u32 = 20;
/// Shortest time between two changes of a station.
const STEER_EVERY: Duration = Duration::from_secs(4);
/// Smallest distance on the plane that a station follows: less is noise.
const STEER_FROM: f64 = 0.12;

/// Senses a voice, a face or both, continuously.
///
/// The first frame is a text frame with a [`SenseCommand`] `start`; binary frames follow: a byte `1`
/// and 16-kHz mono sound as 16-bit little-endian samples, or a byte `2` and a picture of at most
/// 1 MiB. The server answers with [`SenseMessage`]s. Pictures beyond the rate that the options name
/// are skipped. Nothing of it is kept.
#[utoipa::path(
    get,
    path = "/api/v1/sense/live",
    tag = "sense",
    responses(
        (status = SWITCHING_PROTOCOLS, description = "A WebSocket; its text frames are SenseMessage", body = SenseMessage),
        (status = "4XX", body = Problem)
    )
)]
pub(crate) async fn live(
    State(app): State<App>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    app.engine.require_sensors()?;
    let upgrade = upgrade.map_err(|_| {
        ApiError::new("upgrade_required", "this address is a WebSocket")
            .hint("a single recording or picture goes to /api/v1/sense/speech or /face")
    })?;
    let place = app.sense_place()?;
    let limit = MAX_FRAME_BYTES + 1;
    let upgrade = upgrade.max_message_size(limit).max_frame_size(limit);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _place = place;
        let mut client = Client {
            socket,
            mistakes: 0,
        };
        let code = match client.serve(&app).await {
            Leave::Gone => return,
            Leave::Stopped => close_code::NORMAL,
            Leave::Shutdown => close_code::AWAY,
            Leave::Refused => close_code::POLICY,
        };
        let close = CloseFrame {
            code,
            reason: "".into(),
        };
        let _ = client.send(Message::Close(Some(close))).await;
    }))
}

/// Why a connection ends.
enum Leave {
    /// The client has gone, or takes nothing any more.
    Gone,
    /// The client said so.
    Stopped,
    /// The server ends.
    Shutdown,
    /// Too many mistakes, or too long a silence.
    Refused,
}

/// One connected page.
struct Client {
    socket: WebSocket,
    mistakes: u32,
}

/// Sound and picture that wait to be sensed.
#[derive(Default)]
struct Waiting {
    samples: Vec<f32>,
    /// The newest picture; older ones that nobody got to look at are dropped.
    picture: Option<Bytes>,
}

/// What one round of sensing gave.
struct Round {
    heard: Vec<HeardSegment>,
    seen: Option<ApiResult<Seen>>,
    fused: Option<Sensed>,
    held: bool,
    at_s: f64,
}

/// What is switched on.
struct On {
    session: Shared,
    steering: Option<Steering>,
}

/// What an estimate moves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Steers {
    Station,
    Nothing,
}

/// A session that work threads and this task take turns with.
type Shared = Arc<Mutex<SenseSession>>;

impl Client {
    async fn serve(&mut self, app: &App) -> Leave {
        let began = Instant::now();
        let between = 1.0 / app.engine.settings().senses.max_frames_per_second;
        let mut on: Option<On> = None;
        let mut waiting = Waiting::default();
        let mut last_round: Option<Instant> = None;
        let mut work = None;
        let mut heard_from = Instant::now();
        loop {
            let limit = if on.is_some() {
                IDLE_LIMIT
            } else {
                START_LIMIT
            };
            let pause = last_round.map_or(0.0, |at| between - at.elapsed().as_secs_f64());
            let due = tokio::time::sleep(Duration::from_secs_f64(pause.max(0.0)));
            let is_due = work.is_none() && !waiting.is_empty();
            let step = tokio::select! {
                biased;
                () = app.stopped() => Err(Leave::Shutdown),
                round = finished(&mut work) => {
                    work = None;
                    self.answer(app, round, &mut on).await
                }
                message = self.socket.recv() => {
                    heard_from = Instant::now();
                    match message {
                        Some(Ok(Message::Binary(frame))) if on.is_some() => {
                            self.take(&frame, &mut waiting).await
                        }
                        Some(Ok(Message::Binary(_))) => self.complain(&not_started()).await,
                        Some(Ok(Message::Text(text))) => {
                            self.obey(app, &mut on, text.as_bytes(), began).await
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                        _ => Err(Leave::Gone),
                    }
                }
                () = due, if is_due => {
                    last_round = Some(Instant::now());
                    let waited = std::mem::take(&mut waiting);
                    work = on.as_ref().map(|on| {
                        Box::pin(round(app.clone(), Arc::clone(&on.session), waited, began))
                    });
                    Ok(())
                }
                () = tokio::time::sleep(limit.saturating_sub(heard_from.elapsed())) => {
                    Err(Leave::Refused)
                }
            };
            if let Err(leave) = step {
                return leave;
            }
        }
    }

    /// Takes a binary frame.
    async fn take(&mut self, frame: &Bytes, waiting: &mut Waiting) -> Result<(), Leave> {
        let problem = match frame.first() {
            Some(&SOUND_FRAME) => waiting.add_sound(&frame[1..]),
            Some(&PICTURE_FRAME) => {
                waiting.picture = Some(frame.slice(1..));
                Ok(())
            }
            other => Err(ApiError::new(
                "invalid_request",
                format!("a binary frame begins with 1 (sound) or 2 (picture), but was {other:?}"),
            )),
        };
        match problem {
            Ok(()) => Ok(()),
            Err(error) => self.complain(&error).await,
        }
    }

    /// Does what a text frame says.
    async fn obey(
        &mut self,
        app: &App,
        on: &mut Option<On>,
        text: &[u8],
        began: Instant,
    ) -> Result<(), Leave> {
        let command = match parse::<SenseCommand>(text) {
            Ok(command) => command,
            Err(error) => return self.complain(&error).await,
        };
        let done = match command {
            SenseCommand::Stop {} => return Err(Leave::Stopped),
            SenseCommand::Start { senses, station } => match begin(app, senses, station).await {
                Ok((senses, begun)) => {
                    *on = Some(begun);
                    Ok(Some(SenseMessage::Started { senses }))
                }
                Err(error) => Err(error),
            },
            command => {
                let session = on.as_ref().map(|on| Arc::clone(&on.session));
                app.work(move |engine| command_session(engine, session.as_ref(), command, began))
                    .await
            }
        };
        match done {
            Ok(Some(message)) => self.tell(&message).await,
            Ok(None) => Ok(()),
            Err(error) => self.complain(&error).await,
        }
    }

    /// Tells what a round of sensing gave, and lets the station follow.
    async fn answer(
        &mut self,
        app: &App,
        round: ApiResult<Round>,
        on: &mut Option<On>,
    ) -> Result<(), Leave> {
        let round = match round {
            Ok(round) => round,
            Err(error) => return self.complain(&error).await,
        };
        for segment in &round.heard {
            self.tell(&voice(segment, round.at_s)).await?;
        }
        match &round.seen {
            Some(Ok(seen)) => self.tell(&face(seen, round.at_s)).await?,
            Some(Err(error)) => self.complain(error).await?,
            None => {}
        }
        let (Some(fused), Some(on)) = (&round.fused, on) else {
            return Ok(());
        };
        if let Some(steering) = &mut on.steering
            && let Err(error) = steering.follow(app, &on.session, fused, round.held).await
        {
            on.steering = None;
            self.complain(&error).await?;
        }
        let steers = if on.steering.is_some() {
            Steers::Station
        } else {
            Steers::Nothing
        };
        self.tell(&fused_now(fused, round.at_s, round.held, steers))
            .await
    }

    /// Tells a mistake; after too many the client is let go.
    async fn complain(&mut self, error: &ApiError) -> Result<(), Leave> {
        self.mistakes += 1;
        self.tell(&SenseMessage::Error {
            code: error.code.into(),
            message: error.message.clone(),
        })
        .await?;
        if self.mistakes > MAX_MISTAKES {
            return Err(Leave::Refused);
        }
        Ok(())
    }

    async fn tell(&mut self, message: &SenseMessage) -> Result<(), Leave> {
        // Plain structs of numbers and strings always serialize.
        let Ok(text) = serde_json::to_string(message) else {
            return Ok(());
        };
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Leave> {
        match tokio::time::timeout(SEND_LIMIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Leave::Gone),
        }
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.samples.is_empty() && self.picture.is_none()
    }

    /// Takes in 16-bit little-endian samples.
    fn add_sound(&mut self, bytes: &[u8]) -> ApiResult<()> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(ApiError::new(
                "invalid_request",
                format!("sound has 2 bytes a sample, but {} came", bytes.len()),
            ));
        }
        if self.samples.len() + pairs.len() > MAX_WAITING_SAMPLES {
            return Err(ApiError::new(
                "too_fast",
                "sound comes faster than it can be heard, some of it was dropped",
            ));
        }
        let samples = pairs
            .iter()
            .map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0);
        self.samples.extend(samples);
        Ok(())
    }
}

/// Begins a session, and finds the station that shall follow.
async fn begin(
    app: &App,
    senses: Vec<String>,
    station: Option<String>,
) -> ApiResult<(Vec<String>, On)> {
    let senses: Vec<Sense> = senses
        .iter()
        .map(|name| name.parse().map_err(Error::from))
        .collect::<Result<_, Error>>()?;
    let station = station.map(|id| app.stations.get(&id)).transpose()?;
    let session = app
        .work(move |engine| Ok(engine.start_sensing(&senses)?))
        .await?;
    let names = session.senses();
    let names = names.iter().map(|sense| sense.name().to_owned()).collect();
    let session = Arc::new(Mutex::new(session));
    let steering = station.map(Steering::new);
    Ok((names, On { session, steering }))
}

/// Senses what has waited, on a work thread.
async fn round(app: App, session: Shared, waiting: Waiting, began: Instant) -> ApiResult<Round> {
    app.work(move |_| {
        let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
        let at_s = began.elapsed().as_secs_f64();
        let heard = if waiting.samples.is_empty() {
            Vec::new()
        } else {
            session.hear(&waiting.samples, at_s)?
        };
        let seen = waiting
            .picture
            .map(|picture| session.see(&picture, at_s).map_err(ApiError::from));
        let told = !heard.is_empty() || seen.as_ref().is_some_and(Result::is_ok);
        Ok(Round {
            heard,
            seen,
            fused: if told { session.fused(at_s) } else { None },
            held: session.is_held(),
            at_s,
        })
    })
    .await
}

/// The end of work that may be under way; never where there is none.
async fn finished<T>(work: &mut Option<std::pin::Pin<Box<impl Future<Output = T>>>>) -> T {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

/// Corrects, dials or releases; the answer is what is believed then.
fn command_session(
    engine: &Engine,
    session: Option<&Shared>,
    command: SenseCommand,
    began: Instant,
) -> ApiResult<Option<SenseMessage>> {
    if let SenseCommand::Correct {
        sense,
        sensed: Some(sensed),
        valence,
        arousal,
    } = command
    {
        let correction = CorrectionRequest {
            sense,
            sensed,
            valence,
            arousal,
        };
        engine.correct(&correction.into_correction()?)?;
        return Ok(None);
    }
    let session = session.ok_or_else(not_started)?;
    let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
    match command {
        SenseCommand::Correct {
            sense,
            valence,
            arousal,
            ..
        } => {
            let sense: Sense = sense.parse().map_err(Error::from)?;
            let truth = Affect::new(valence, arousal).map_err(Error::from)?;
            session.correct(sense, truth)?;
        }
        SenseCommand::Dial { valence, arousal } => {
            session.dial(Affect::new(valence, arousal).map_err(Error::from)?);
        }
        SenseCommand::Release {} => session.release(),
        SenseCommand::Start { .. } | SenseCommand::Stop {} => {}
    }
    let at_s = began.elapsed().as_secs_f64();
    let held = session.is_held();
    Ok(session
        .fused(at_s)
        .map(|fused| fused_now(&fused, at_s, held, Steers::Nothing)))
}

fn not_started() -> ApiError {
    ApiError::new("invalid_request", "expected a start frame first")
}

fn voice(segment: &HeardSegment, at_s: f64) -> SenseMessage {
    let reason = segment.sensed.is_none().then_some("nobody speaks");
    SenseMessage::Sensed(Box::new(SensedNow {
        sense: Sense::Voice.name().into(),
        at_s,
        impression: Impression::new(segment.sensed.as_ref(), reason),
        start_s: Some(segment.start_s),
        end_s: Some(segment.end_s),
        faces: Vec::new(),
    }))
}

fn face(seen: &Seen, at_s: f64) -> SenseMessage {
    SenseMessage::Sensed(Box::new(SensedNow {
        sense: Sense::Face.name().into(),
        at_s,
        impression: Impression::new(seen.sensed.as_ref(), seen.reason),
        start_s: None,
        end_s: None,
        faces: seen.faces.iter().map(SensedFace::from).collect(),
    }))
}

fn fused_now(fused: &Sensed, at_s: f64, held: bool, steers: Steers) -> SenseMessage {
    SenseMessage::Fused(Box::new(FusedNow {
        at_s,
        impression: Impression::new(Some(fused), None),
        held,
        steering: steers == Steers::Station,
    }))
}

/// A station that follows what is sensed. Its own slew limits smooth every change.
struct Steering {
    playing: Arc<Playing>,
    /// The mood that the station was asked for when it was last looked at; another one now means
    /// that the listener dialed.
    known: Mood,
    followed: Option<(Affect, Instant)>,
}

/// The mood of a station's request.
type Mood = (Option<String>, Option<f64>, Option<f64>);

impl Steering {
    fn new(playing: Arc<Playing>) -> Self {
        Self {
            known: mood_of(&playing),
            playing,
            followed: None,
        }
    }

    async fn follow(
        &mut self,
        app: &App,
        session: &Shared,
        fused: &Sensed,
        held: bool,
    ) -> ApiResult<()> {
        if self.playing.station.ended().is_some() {
            return Err(ApiError::new("unknown_station", "the station has ended"));
        }
        let now = mood_of(&self.playing);
        if now != self.known {
            // The listener's own dial always wins.
            self.known = now;
            let felt = self.playing.wish().understood.felt;
            session
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .dial(felt);
            self.followed = Some((felt, Instant::now()));
            return Ok(());
        }
        let mean = fused.estimate.mean;
        let is_news = match self.followed {
            None => true,
            Some((last, _)) if held => last != mean,
            Some((last, at)) => mean.distance(last) >= STEER_FROM && at.elapsed() >= STEER_EVERY,
        };
        if !is_news {
            return Ok(());
        }
        let playing = Arc::clone(&self.playing);
        let patch = json!({"valence": mean.v(), "arousal": mean.a()});
        app.work(move |engine| playing.change(engine, &patch))
            .await?;
        self.known = mood_of(&self.playing);
        self.followed = Some((mean, Instant::now()));
        Ok(())
    }
}

fn mood_of(playing: &Playing) -> Mood {
    let request = playing.wish().request;
    (request.text, request.valence, request.arousal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_that_waits_is_bounded() {
        let mut waiting = Waiting::default();
        let second = vec![0; 2 * SAMPLE_RATE_HZ];
        for _ in 0..20 {
            waiting.add_sound(&second).unwrap();
        }
        assert_eq!(waiting.add_sound(&second).unwrap_err().code, "too_fast");
        assert_eq!(waiting.samples.len(), MAX_WAITING_SAMPLES);
        let odd = Waiting::default().add_sound(&[0, 1, 2]).unwrap_err();
        assert_eq!(odd.message, "sound has 2 bytes a sample, but 3 came");
        let mut loud = Waiting::default();
        loud.add_sound(&[0x00, 0x80, 0xff, 0x7f]).unwrap();
        assert_eq!(loud.samples, [-1.0, 32_767.0 / 32_768.0]);
    }
}
