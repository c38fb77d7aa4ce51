//! The live WebSocket: Opus packets and what is played, from server to client.

use std::sync::Arc;
use std::time::Duration;

use affetto_engine::station::{EndReason, Feed, Listening, Packet, StationEvent};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::response::Response;

use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::stations::Playing;
use crate::wire::{Bar, LiveMessage, Problem, Station};

/// Kind byte of a frame that carries an Opus packet.
const OPUS_FRAME: u8 = 1;
/// Where a listener starts behind the live edge: what the page's player buffers.
const BURST: Duration = Duration::from_millis(200);
/// Bars that a listener who joins is told about.
const RETOLD_BARS: usize = 16;
/// Longest that one frame may take to leave; a listener who is slower has vanished.
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// Largest frame taken from a client, who has nothing to say.
const MAX_CLIENT_FRAME: usize = 4096;

/// Listens to a station.
///
/// Binary frames: one byte `1`, the 48-kHz position of the packet's first sample as `u64` little
/// endian, then one Opus packet of 20 ms, stereo. Text frames: [`LiveMessage`] as JSON.
#[utoipa::path(
    get,
    path = "/api/v1/stations/{id}/live",
    tag = "stations",
    params(("id" = String, Path, description = "Name of the station")),
    responses(
        (status = SWITCHING_PROTOCOLS, description = "A WebSocket; its text frames are LiveMessage", body = LiveMessage),
        (status = "4XX", body = Problem)
    )
)]
pub(crate) async fn live(
    State(app): State<App>,
    Path(id): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    let playing = app.stations.get(&id)?;
    let upgrade = upgrade.map_err(|_| {
        ApiError::new("upgrade_required", "this address is a WebSocket")
            .hint("players that know no WebSocket take /stream.ogg or /stream.mp3")
    })?;
    let upgrade = upgrade
        .max_message_size(MAX_CLIENT_FRAME)
        .max_frame_size(MAX_CLIENT_FRAME);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let listener = Listener { socket, playing };
        listener.serve(&app).await;
    }))
}

/// One connected page.
struct Listener {
    socket: WebSocket,
    playing: Arc<Playing>,
}

/// Why a connection ends.
enum Leave {
    /// The client has gone, or takes nothing any more.
    Gone,
    /// The station or the server ends.
    End(EndReason),
}

impl Listener {
    async fn serve(mut self, app: &App) {
        let leave = self.play(app).await;
        if let Leave::End(reason) = leave {
            let code = match reason {
                EndReason::Failed(_) => close_code::ERROR,
                EndReason::Shutdown => close_code::AWAY,
                EndReason::Stopped | EndReason::Idle => close_code::NORMAL,
            };
            let reason = reason.message();
            let _ = self
                .tell(&LiveMessage::End {
                    reason: reason.clone(),
                })
                .await;
            let close = CloseFrame {
                code,
                reason: reason.into(),
            };
            let _ = self.send(Message::Close(Some(close))).await;
        }
    }

    async fn play(&mut self, app: &App) -> Leave {
        // News first: a bar decided between the two would otherwise be told by nobody.
        let mut events = self.playing.station.events();
        let mut packets = self.playing.station.listen(BURST);
        let Some(first) = packets.next().await else {
            return self.ended();
        };
        if let Err(leave) = self.greet(&first).await {
            return leave;
        }
        loop {
            let step = tokio::select! {
                biased;
                () = app.stopped() => Err(Leave::End(EndReason::Shutdown)),
                frame = self.socket.recv() => match frame {
                    // Pings are answered by the library, everything else is ignored.
                    Some(Ok(message)) if !matches!(message, Message::Close(_)) => Ok(()),
                    _ => Err(Leave::Gone),
                },
                sent = next(&mut events, &mut packets) => self.pass_on(sent).await,
            };
            if let Err(leave) = step {
                return leave;
            }
        }
    }

    async fn greet(&mut self, first: &Packet) -> Result<(), Leave> {
        self.tell(&LiveMessage::Hello {
            sample_rate: 48_000,
            channels: 2,
            pre_skip: affetto_engine::station::PRE_SKIP,
            position: first.position,
        })
        .await?;
        let history = self.playing.station.history();
        let from = history.len().saturating_sub(RETOLD_BARS);
        for bar in &history[from..] {
            self.tell(&LiveMessage::Bar(Box::new(Bar::from(bar.as_ref()))))
                .await?;
        }
        self.send(frame(first)).await
    }

    async fn pass_on(&mut self, news: News) -> Result<(), Leave> {
        match news {
            News::Packet(Some(packet)) => self.send(frame(&packet)).await,
            News::Event(Some(StationEvent::Bar(bar))) => {
                self.tell(&LiveMessage::Bar(Box::new(Bar::from(bar.as_ref()))))
                    .await
            }
            News::Event(Some(StationEvent::Changed)) => {
                let station = Station::from(self.playing.as_ref());
                self.tell(&LiveMessage::State(Box::new(station))).await
            }
            News::Event(Some(StationEvent::End(reason))) => Err(Leave::End(reason)),
            News::Packet(None) | News::Event(None) => Err(self.ended()),
        }
    }

    fn ended(&self) -> Leave {
        Leave::End(self.playing.station.ended().unwrap_or(EndReason::Stopped))
    }

    async fn tell(&mut self, message: &LiveMessage) -> Result<(), Leave> {
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

/// What a listener is to get.
enum News {
    Packet(Option<Packet>),
    Event(Option<StationEvent>),
}

/// The next of either; news come before sound, because they tell what will sound.
async fn next(events: &mut Feed<StationEvent>, packets: &mut Listening<Packet>) -> News {
    tokio::select! {
        biased;
        event = events.next() => News::Event(event),
        packet = packets.next() => News::Packet(packet),
    }
}

fn frame(packet: &Packet) -> Message {
    let mut bytes = Vec::with_capacity(9 + packet.opus.len());
    bytes.push(OPUS_FRAME);
    bytes.extend_from_slice(&packet.position.to_le_bytes());
    bytes.extend_from_slice(&packet.opus);
    Message::Binary(bytes.into())
}
