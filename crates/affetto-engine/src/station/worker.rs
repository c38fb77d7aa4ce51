//! The thread of a station.
//!
//! 1. Take the wishes that came in; a changed wish gives up the bar that waits.
//! 2. Leave when stopped, or when nobody has listened for too long; rest while nobody listens.
//! 3. While less than the lead is rendered ahead of the clock: take the next bar where the last
//!    one ends, schedule a block, render, encode once, hand it to everybody.
//! 4. With time left, compose the bar after the present one.
//! 5. Sleep until the next block is due or a wish comes in.

use affetto_audio::loudness::{FIXED_GAIN_DB, live_gain_db};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use affetto_compose::Request;

use super::band::{Band, programs_of};
use super::director::{Director, Restart};
use super::options::StationOptions;
use super::pace::{BLOCK_FRAMES, Pacer, SAMPLE_RATE_HZ, duration_of};
use super::parts::{Course, Packets, Sound, Source};
use super::played::{Block, EndReason, Packet, PlayedBar, StationEvent};
use super::shared::Shared;

/// Most that loudness moves from beat to beat, in dB.
const GAIN_STEP_DB: f64 = 1.5;

/// What the thread is told.
pub(super) enum Command {
    /// Play something else.
    Change {
        request: Box<Request>,
        course: Arc<dyn Course>,
        restart: Restart,
    },
    /// Fade out, then end.
    Stop { fade: Duration, reason: EndReason },
    /// Somebody joined or left.
    Listeners,
}

/// Everything that a station needs to play, made inside its own thread.
pub(super) struct Instruments {
    pub(super) source: Box<dyn Source>,
    pub(super) sound: Box<dyn Sound>,
    pub(super) packets: Box<dyn Packets>,
}

/// The state of the thread.
pub(super) struct Worker {
    shared: Arc<Shared>,
    options: StationOptions,
    commands: Receiver<Command>,
    director: Director,
    band: Band,
    sound: Box<dyn Sound>,
    encoder: Box<dyn Packets>,
    pacer: Pacer,
    began: Instant,
    position: u64,
    present: Option<Arc<PlayedBar>>,
    alone_since: Option<Instant>,
    resting: bool,
    fade: Option<Fade>,
    loudness: Loudness,
}

/// Loudness on its way.
#[derive(Debug, Clone, Copy, Default)]
struct Loudness {
    now_db: f64,
    goal_db: f64,
    /// The beat of the last step: first sample of its bar and number in the bar.
    beat: Option<(u64, usize)>,
}

/// A fade-out under way.
struct Fade {
    from: u64,
    length: u64,
    reason: EndReason,
}

impl Worker {
    pub(super) fn new(
        shared: Arc<Shared>,
        options: StationOptions,
        commands: Receiver<Command>,
        instruments: Instruments,
        request: Request,
        course: Arc<dyn Course>,
        began: Instant,
    ) -> Self {
        let now = Instant::now();
        Self {
            pacer: Pacer::new(now, options.lead),
            director: Director::new(instruments.source, request, course),
            band: Band::new(),
            sound: instruments.sound,
            encoder: instruments.packets,
            position: 0,
            present: None,
            alone_since: Some(now),
            resting: false,
            fade: None,
            loudness: Loudness::default(),
            shared,
            options,
            commands,
            began,
        }
    }

    /// Plays until the station ends.
    pub(super) fn run(mut self) -> EndReason {
        loop {
            while let Some(command) = self.next_command() {
                self.obey(command);
            }
            if let Some(reason) = self.must_end() {
                return reason;
            }
            if self.resting {
                self.sleep(Duration::from_secs(1));
                continue;
            }
            let wait = self
                .pacer
                .wait(Instant::now(), self.position + BLOCK_FRAMES);
            if wait.is_zero() {
                if let Err(cause) = self.play_block() {
                    return EndReason::Failed(cause);
                }
            } else if self.director.is_ready() {
                self.sleep(wait);
            } else {
                self.compose_ahead();
            }
        }
    }

    fn next_command(&mut self) -> Option<Command> {
        match self.commands.try_recv() {
            Ok(command) => Some(command),
            Err(TryRecvError::Empty) => None,
            // Every handle is gone: nobody can listen or change anything any more.
            Err(TryRecvError::Disconnected) => self.fade.is_none().then(|| Command::Stop {
                fade: Duration::ZERO,
                reason: EndReason::Stopped,
            }),
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Change {
                request,
                course,
                restart,
            } => self.change(*request, course, restart),
            Command::Stop { fade, reason } => {
                if self.fade.is_none() {
                    let length = (fade.as_secs_f64() * SAMPLE_RATE_HZ as f64) as u64;
                    self.fade = Some(Fade {
                        from: self.position,
                        length,
                        reason,
                    });
                }
            }
            Command::Listeners => {}
        }
        self.watch_listeners();
    }

    fn change(&mut self, request: Request, course: Arc<dyn Course>, restart: Restart) {
        let controls = self
            .director
            .change(self.position, request, course, restart);
        self.shared.set_asked(self.director.target(self.position));
        if let Some(present) = self.present.clone() {
            self.loudness.goal_db = controls.gain_db;
            // What is rendered already cannot move; the next beat after it can.
            if self.band.steer(self.position, &controls)
                && let Some(moved) = self.band.retimed(&present)
            {
                self.announce(moved);
            }
        }
        self.shared.events.publish(StationEvent::Changed);
    }

    fn watch_listeners(&mut self) {
        let now = Instant::now();
        if self.shared.listeners() > 0 {
            self.alone_since = None;
            if self.resting {
                self.resting = false;
                self.pacer.resume(now, self.position);
            }
        } else {
            self.alone_since.get_or_insert(now);
        }
    }

    fn must_end(&mut self) -> Option<EndReason> {
        self.watch_listeners();
        if let Some(fade) = &self.fade
            && (self.resting || self.position >= fade.from + fade.length)
        {
            return Some(fade.reason.clone());
        }
        let alone = self
            .alone_since
            .map_or(Duration::ZERO, |since| since.elapsed());
        if alone >= self.options.end_when_alone {
            return Some(EndReason::Idle);
        }
        self.resting |= alone >= self.options.rest_when_alone;
        None
    }

    /// Waits, unless something is asked before.
    fn sleep(&mut self, time: Duration) {
        match self.commands.recv_timeout(time) {
            Ok(command) => self.obey(command),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.resting = true,
        }
    }

    fn compose_ahead(&mut self) {
        let start = self.band.bar_end() as u64;
        let programs = programs_of(self.director.prepare(start));
        self.sound.prepare(&programs);
    }

    fn play_block(&mut self) -> Result<(), String> {
        let end = self.position + BLOCK_FRAMES;
        self.band.schedule_block(self.position, self.sound.as_mut());
        while self.band.bar_end() < end as f64 {
            self.take_bar();
            if self.position == 0 {
                // Loading the first instruments is no delay of the music: it starts now.
                self.pacer.resume(Instant::now(), 0);
            }
            self.band.schedule_block(self.position, self.sound.as_mut());
        }
        self.follow_loudness();
        let mut samples = self.sound.render();
        self.fade_out(&mut samples);
        let opus = self.encoder.encode(&samples)?;
        let position = self.position;
        self.shared.blocks.publish(Block { position, samples });
        self.shared.packets.publish(Packet { position, opus });
        self.position = end;
        let now = Instant::now();
        self.pacer.ready(now, end);
        self.count(now);
        Ok(())
    }

    /// One step toward the wanted loudness with every beat.
    fn follow_loudness(&mut self) {
        let beat = self.band.beat_at(self.position);
        let Loudness {
            now_db,
            goal_db,
            beat: last,
        } = self.loudness;
        if beat != last {
            let now_db = now_db + (goal_db - now_db).clamp(-GAIN_STEP_DB, GAIN_STEP_DB);
            self.loudness = Loudness {
                now_db,
                goal_db,
                beat,
            };
            // A band gets louder with arousal by more than a station may; this takes the rest away.
            let arousal = self.director.target(self.position).a();
            let level_db = live_gain_db(arousal) - FIXED_GAIN_DB;
            self.sound.set_gain_db(now_db + level_db);
        }
    }

    fn take_bar(&mut self) {
        let start = self.band.bar_end() as u64;
        let bar = self.director.take(start);
        self.sound.require(&programs_of(&bar));
        self.loudness.goal_db = self.director.controls().gain_db;
        let played = self.band.take_bar(bar, self.sound.as_mut());
        self.shared.set_asked(played.asked);
        self.announce(played);
        self.shared.stats().bars += 1;
    }

    fn announce(&mut self, played: PlayedBar) {
        let played = Arc::new(played);
        self.present = Some(Arc::clone(&played));
        self.shared
            .remember(Arc::clone(&played), self.options.history);
        self.shared.events.publish(StationEvent::Bar(played));
    }

    fn fade_out(&self, samples: &mut Arc<[f32]>) {
        let Some(fade) = &self.fade else { return };
        let length = fade.length.max(1) as f32;
        let done = self.position.saturating_sub(fade.from);
        for (frame, pair) in Arc::make_mut(samples).chunks_mut(2).enumerate() {
            let left = 1.0 - (done + frame as u64) as f32 / length;
            // A raised cosine: no kink at either end.
            let gain = 0.5 - 0.5 * (std::f32::consts::PI * left.clamp(0.0, 1.0)).cos();
            pair.iter_mut().for_each(|sample| *sample *= gain);
        }
    }

    fn count(&mut self, now: Instant) {
        let mut stats = self.shared.stats();
        if stats.packets == 0 {
            stats.first_packet_ms = (now - self.began).as_secs_f64() * 1e3;
        }
        stats.packets += 1;
        stats.underruns = self.pacer.underruns;
        stats.max_lateness_ms = self.pacer.max_lateness.as_secs_f64() * 1e3;
        stats.max_compose_ms = self.director.slowest.as_secs_f64() * 1e3;
    }
}

/// Samples in a span of history, as a duration of sound.
pub(super) fn span(bar: &PlayedBar) -> Duration {
    duration_of(bar.end - bar.start)
}
