//! The synthesizer as the instruments of a station.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use affetto_audio::SoundFont;
use affetto_audio::loudness::{Limiter, LimiterSettings};
use affetto_audio::render::{RenderSettings, Renderer};
use affetto_audio::soundfont::{PresetId, Presets};

use super::pace::BLOCK_FRAMES;
use super::parts::{Sound, SoundEvent};
use crate::{Engine, Error};

/// Frames of one block.
const FRAMES: usize = BLOCK_FRAMES as usize;
/// The channel of General MIDI percussion.
const DRUM_CHANNEL: u8 = 9;
/// The fixed gain of a station: the median over all genres and moods then lies at −18 LUFS.
const FIXED_GAIN_DB: f64 = 6.0;
/// Longest that playing waits for instruments that are still being decoded: less than the lead.
const PATIENCE: Duration = Duration::from_millis(120);

/// Renders a station's notes.
pub(super) struct SynthSound {
    engine: Engine,
    renderer: Renderer,
    limiter: Limiter,
    waiting: Vec<(u64, SoundEvent)>,
    position: u64,
    gain: f32,
    gain_goal: f32,
    loading: Option<Receiver<Result<SoundFont, Error>>>,
    wanted: BTreeSet<PresetId>,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl SynthSound {
    pub(super) fn new(engine: &Engine) -> Result<Self, Error> {
        let font = engine.soundfont(&Presets::Only(BTreeSet::new()))?;
        let polyphony = engine.settings().sound.live_polyphony;
        let settings = RenderSettings { polyphony, ..RenderSettings::default() };
        Ok(Self {
            engine: engine.clone(),
            renderer: Renderer::new(&font, settings)?,
            limiter: Limiter::new(LimiterSettings::default())?,
            waiting: Vec::new(),
            position: 0,
            gain: linear(0.0),
            gain_goal: linear(0.0),
            loading: None,
            wanted: BTreeSet::new(),
            left: vec![0.0; FRAMES],
            right: vec![0.0; FRAMES],
        })
    }

    fn take_font(&mut self, font: Result<SoundFont, Error>) {
        self.loading = None;
        let taken = font.and_then(|font| Ok(self.renderer.set_font(&font)?));
        if let Err(error) = taken {
            // What is loaded already goes on playing; General MIDI's fallbacks stand in.
            tracing::warn!(%error, "instruments could not be loaded");
        }
    }

    fn apply(&mut self, event: SoundEvent) {
        let renderer = &mut self.renderer;
        match event {
            SoundEvent::NoteOff { channel, pitch } => renderer.note_off(channel, pitch),
            SoundEvent::Program { channel, program } => renderer.program(channel, program),
            SoundEvent::Volume { channel, value } => renderer.volume(channel, value),
            SoundEvent::Pan { channel, value } => renderer.pan(channel, value),
            SoundEvent::NoteOn { channel, pitch, velocity } => {
                renderer.note_on(channel, pitch, velocity);
            }
        }
    }

    fn render_notes(&mut self) {
        self.waiting.sort_unstable();
        let mut done = 0;
        for (position, event) in std::mem::take(&mut self.waiting) {
            let at = (position.saturating_sub(self.position) as usize).min(FRAMES);
            if at > done {
                self.renderer.render_block(&mut self.left[done..at], &mut self.right[done..at]);
                done = at;
            }
            self.apply(event);
        }
        self.renderer.render_block(&mut self.left[done..], &mut self.right[done..]);
        self.position += BLOCK_FRAMES;
    }

    /// Moves the gain to its goal by a straight line over the block.
    fn amplify(&mut self) {
        let step = (self.gain_goal - self.gain) / FRAMES as f32;
        for (frame, (left, right)) in self.left.iter_mut().zip(&mut self.right).enumerate() {
            let gain = self.gain + step * frame as f32;
            *left *= gain;
            *right *= gain;
        }
        self.gain = self.gain_goal;
    }
}

impl Sound for SynthSound {
    fn prepare(&mut self, programs: &[(u8, u8)]) {
        let missing = programs.iter().filter(|(c, p)| !self.renderer.has_program(*c, *p));
        let missing: BTreeSet<PresetId> = missing.map(|(c, p)| preset(*c, *p)).collect();
        if missing.is_empty() || (self.loading.is_some() && missing.is_subset(&self.wanted)) {
            return;
        }
        self.wanted.extend(missing);
        let (engine, presets) = (self.engine.clone(), Presets::Only(self.wanted.clone()));
        let (sender, receiver) = channel();
        let load = move || {
            // Nobody waits any more where the station has ended.
            let _ = sender.send(engine.soundfont(&presets));
        };
        match std::thread::Builder::new().name("instruments".into()).spawn(load) {
            Ok(_) => self.loading = Some(receiver),
            Err(error) => tracing::warn!(%error, "no thread to load instruments"),
        }
    }

    fn require(&mut self, programs: &[(u8, u8)]) {
        self.prepare(programs);
        let Some(loading) = &self.loading else { return };
        // Before the first sound there is nothing to interrupt.
        let patience = if self.position == 0 { Duration::from_secs(30) } else { PATIENCE };
        if let Ok(font) = loading.recv_timeout(patience) {
            self.take_font(font);
        }
    }

    fn schedule(&mut self, position: u64, event: SoundEvent) {
        self.waiting.push((position, event));
    }

    fn set_gain_db(&mut self, gain_db: f64) {
        self.gain_goal = linear(gain_db);
    }

    fn render(&mut self) -> Arc<[f32]> {
        if let Some(loading) = &self.loading {
            match loading.try_recv() {
                Ok(font) => self.take_font(font),
                Err(TryRecvError::Disconnected) => self.loading = None,
                Err(TryRecvError::Empty) => {}
            }
        }
        self.render_notes();
        self.amplify();
        self.limiter.process(&mut self.left, &mut self.right);
        self.left.iter().zip(&self.right).flat_map(|(left, right)| [*left, *right]).collect()
    }
}

fn preset(channel: u8, program: u8) -> PresetId {
    if channel == DRUM_CHANNEL { PresetId::drums(program) } else { PresetId::melodic(program) }
}

fn linear(gain_db: f64) -> f32 {
    10_f64.powf((FIXED_GAIN_DB + gain_db.clamp(-24.0, 12.0)) / 20.0) as f32
}
