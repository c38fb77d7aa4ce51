//! The live synthesizer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ramp::Ramp;
use crate::Error;
use crate::loudness::{FIXED_GAIN_DB, Limiter, LimiterSettings, db_to_gain};
use crate::render::{RenderSettings, Renderer};
use crate::soundfont::SoundFont;

/// Channels of a MIDI port.
const N_CHANNELS: usize = 16;
/// Events for which room is made beforehand: some bars of a dense band.
const QUEUE_CAPACITY: usize = 4096;

/// How a station is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiveSettings {
    /// The synthesizer's settings; default [`RenderSettings::live`].
    pub render: RenderSettings,
    /// Gain after the synthesizer in dB; default [`FIXED_GAIN_DB`], about −18 LUFS.
    pub gain_db: f64,
    /// The limiter's settings; its sample rate is taken from `render`.
    pub limiter: LimiterSettings,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            render: RenderSettings::live(),
            gain_db: FIXED_GAIN_DB,
            limiter: LimiterSettings::default(),
        }
    }
}

/// Something that happens at a frame. Channels are in `0..16`, 9 plays drums; what lies above a
/// range is clamped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LiveEvent {
    /// A note ends.
    NoteOff {
        /// Channel.
        channel: u8,
        /// Pitch in `0..128`.
        pitch: u8,
    },
    /// All notes of a channel end.
    NotesOff {
        /// Channel.
        channel: u8,
    },
    /// Later notes are played by another instrument or drum kit.
    Program {
        /// Channel.
        channel: u8,
        /// Program in `0..128`.
        program: u8,
    },
    /// A channel's volume in the mix, at once: for the start, before notes.
    Volume {
        /// Channel.
        channel: u8,
        /// Controller 7 in `0..128`; 100 is usual.
        volume: u8,
    },
    /// A channel's place.
    Pan {
        /// Channel.
        channel: u8,
        /// Controller 10 in `0..128`; 64 is the middle.
        pan: u8,
    },
    /// A channel's gain moves: layers come and go.
    ChannelGain {
        /// Channel.
        channel: u8,
        /// Linear gain in 0..=1.
        gain: f32,
        /// How long it takes, in frames.
        frames: u32,
    },
    /// The gain of everything moves: dynamics of the station, volume.
    Gain {
        /// Gain in dB in −120..=24 in place of [`LiveSettings::gain_db`].
        gain_db: f64,
        /// How long it takes, in frames.
        frames: u32,
    },
    /// Everything fades, after the limiter: start, stop, sleep timer.
    Fade {
        /// Linear gain in 0..=1: 0 is silence, 1 is full.
        gain: f32,
        /// How long it takes, in frames.
        frames: u32,
    },
    /// A note starts.
    NoteOn {
        /// Channel.
        channel: u8,
        /// Pitch in `0..128`.
        pitch: u8,
        /// Velocity in `1..128`.
        velocity: u8,
    },
}

impl LiveEvent {
    /// Order among events of one frame: notes end before settings change before notes start.
    fn rank(&self) -> u8 {
        match self {
            Self::NoteOff { .. } | Self::NotesOff { .. } => 0,
            Self::NoteOn { .. } => 2,
            _ => 1,
        }
    }
}

/// An event in the queue: by frame, then rank, then in the order of scheduling.
#[derive(Debug, Clone, Copy)]
struct Scheduled {
    key: (u64, u8, u64),
    event: LiveEvent,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// Plays scheduled events block by block, level and limited.
///
/// Time is counted in frames from the first one that [`LiveSynth::process`] gives. An event
/// changes the synthesizer at its frame, which sounds from the next synthesizer block of 64 frames
/// on and leaves [`LiveSynth::latency_frames`] later. Real-time use: `new`, `set_font` and
/// `cancel_from` allocate, and `schedule` does when more than 4096 events wait; `process` does not.
#[derive(Debug)]
pub struct LiveSynth {
    renderer: Renderer,
    limiter: Limiter,
    queue: BinaryHeap<Reverse<Scheduled>>,
    n_scheduled: u64,
    position: u64,
    channel_gains: [Ramp; N_CHANNELS],
    gain: Ramp,
    fade: Ramp,
}

impl LiveSynth {
    /// A silent station at frame 0, faded in.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a setting is not in its range.
    pub fn new(font: &SoundFont, settings: LiveSettings) -> Result<Self, Error> {
        Error::check_range("gain in dB", settings.gain_db, -120.0..=24.0)?;
        let limiter = LimiterSettings {
            sample_rate_hz: settings.render.sample_rate_hz,
            ..settings.limiter
        };
        Ok(Self {
            renderer: Renderer::new(font, settings.render)?,
            limiter: Limiter::new(limiter)?,
            queue: BinaryHeap::with_capacity(QUEUE_CAPACITY),
            n_scheduled: 0,
            position: 0,
            channel_gains: [Ramp::at(1.0); N_CHANNELS],
            gain: Ramp::at(db_to_gain(settings.gain_db)),
            fade: Ramp::at(1.0),
        })
    }

    /// The next frame that will be rendered.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Frames between an event and its sound in the output: the limiter's look-ahead.
    #[must_use]
    pub fn latency_frames(&self) -> usize {
        self.limiter.latency_frames()
    }

    /// The font it plays.
    #[must_use]
    pub fn font(&self) -> &SoundFont {
        self.renderer.font()
    }

    /// Events that wait.
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        self.queue.len()
    }

    /// Schedules an event; one for a frame that is over happens at once.
    pub fn schedule(&mut self, frame: u64, event: LiveEvent) {
        let key = (frame, event.rank(), self.n_scheduled);
        self.n_scheduled += 1;
        self.queue.push(Reverse(Scheduled { key, event }));
    }

    /// Drops what was scheduled from a frame on, but for the ends of notes, so that a new plan can
    /// take its place and nothing hangs. Notes that will have started before `frame` keep their
    /// ends; the ends of notes that were dropped do no harm.
    pub fn cancel_from(&mut self, frame: u64) {
        self.queue
            .retain(|Reverse(scheduled)| scheduled.key.0 < frame || scheduled.event.rank() == 0);
    }

    /// Plays later notes with another font; see [`Renderer::set_font`].
    ///
    /// # Errors
    /// None is expected: the settings were checked by [`LiveSynth::new`].
    pub fn set_font(&mut self, font: &SoundFont) -> Result<(), Error> {
        self.renderer.set_font(font)
    }

    /// Renders the next frames into both channels, equally long (the shorter one counts): finite,
    /// below the limiter's ceiling.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let n_frames = left.len().min(right.len());
        let (left, right) = (&mut left[..n_frames], &mut right[..n_frames]);
        let mut done = 0;
        while done < n_frames {
            self.play_due();
            let frames = self.frames_until_change().min(n_frames - done);
            let (left, right) = (
                &mut left[done..done + frames],
                &mut right[done..done + frames],
            );
            self.move_channel_gains(frames as u32);
            self.renderer.render_block(left, right);
            self.gain.apply(left, right);
            done += frames;
            self.position += frames as u64;
        }
        self.limiter.process(left, right);
        self.fade.apply(left, right);
    }

    /// Plays the events whose time has come.
    fn play_due(&mut self) {
        while let Some(Reverse(next)) = self.queue.peek() {
            if next.key.0 > self.position {
                break;
            }
            if let Some(Reverse(due)) = self.queue.pop() {
                self.play(due.event);
            }
        }
    }

    fn play(&mut self, event: LiveEvent) {
        match event {
            LiveEvent::NoteOn {
                channel,
                pitch,
                velocity,
            } => self.renderer.note_on(channel, pitch, velocity),
            LiveEvent::NoteOff { channel, pitch } => self.renderer.note_off(channel, pitch),
            LiveEvent::NotesOff { channel } => self.renderer.notes_off(channel),
            LiveEvent::Program { channel, program } => self.renderer.program(channel, program),
            LiveEvent::Volume { channel, volume } => self.renderer.volume(channel, volume),
            LiveEvent::Pan { channel, pan } => self.renderer.pan(channel, pan),
            LiveEvent::ChannelGain {
                channel,
                gain,
                frames,
            } => {
                let channel = channel.min(15);
                let ramp = &mut self.channel_gains[usize::from(channel)];
                ramp.go(gain.clamp(0.0, 1.0), frames);
                if frames == 0 {
                    self.renderer.expression(channel, ramp.value());
                }
            }
            LiveEvent::Gain { gain_db, frames } => {
                self.gain
                    .go(db_to_gain(gain_db.clamp(-120.0, 24.0)), frames);
            }
            LiveEvent::Fade { gain, frames } => self.fade.go(gain.clamp(0.0, 1.0), frames),
        }
    }

    /// Frames that can be rendered in one go: up to the next event, and one synthesizer block at a
    /// time while a channel's gain moves.
    fn frames_until_change(&self) -> usize {
        let moving = self.channel_gains.iter().any(|ramp| !ramp.rests());
        let step = if moving {
            Renderer::BLOCK_FRAMES - (self.position % Renderer::BLOCK_FRAMES as u64) as usize
        } else {
            usize::MAX
        };
        let next = self.queue.peek().map_or(usize::MAX, |Reverse(next)| {
            usize::try_from(next.key.0 - self.position).unwrap_or(usize::MAX)
        });
        step.min(next)
    }

    fn move_channel_gains(&mut self, frames: u32) {
        for (channel, ramp) in (0_u8..).zip(&mut self.channel_gains) {
            if !ramp.rests() {
                let gain = ramp.advance(frames);
                self.renderer.expression(channel, gain);
            }
        }
    }
}
