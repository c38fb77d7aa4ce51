//! The synthesizer as the instruments of a station.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use affetto_audio::SoundFont;
use affetto_audio::live::{LiveEvent, LiveSettings, LiveSynth};
use affetto_audio::loudness::FIXED_GAIN_DB;
use affetto_audio::render::RenderSettings;
use affetto_audio::soundfont::{PresetId, Presets};

use super::pace::BLOCK_FRAMES;
use super::parts::{Sound, SoundEvent};
use crate::{Engine, Error};

/// Frames of one block.
const FRAMES: usize = BLOCK_FRAMES as usize;
/// The channel of General MIDI percussion.
const DRUM_CHANNEL: u8 = 9;
/// Longest that playing waits for instruments that are still being decoded: less than the lead.
const PATIENCE: Duration = Duration::from_millis(120);
/// The same before the first sound, when there is nothing to interrupt.
const FIRST_PATIENCE: Duration = Duration::from_secs(30);
/// Time in which loudness moves, in frames: 50 ms, no click and no delay.
const GAIN_FRAMES: u32 = 2400;

/// Renders a station's notes with the live synthesizer.
pub(super) struct SynthSound {
    engine: Engine,
    /// Made with the instruments of the first bar.
    synth: Option<LiveSynth>,
    settings: LiveSettings,
    /// Instruments under way.
    loading: Option<Receiver<Result<SoundFont, Error>>>,
    wanted: BTreeSet<PresetId>,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl SynthSound {
    pub(super) fn new(engine: &Engine) -> Self {
        let polyphony = engine.settings().sound.live_polyphony;
        let render = RenderSettings {
            polyphony,
            ..RenderSettings::live()
        };
        let settings = LiveSettings {
            render,
            ..LiveSettings::default()
        };
        Self {
            engine: engine.clone(),
            synth: None,
            settings,
            loading: None,
            wanted: BTreeSet::new(),
            left: vec![0.0; FRAMES],
            right: vec![0.0; FRAMES],
        }
    }

    fn take_font(&mut self, font: Result<SoundFont, Error>) {
        self.loading = None;
        if let Err(error) = font.and_then(|font| self.play_with(&font)) {
            // What is loaded already goes on playing; General MIDI's fallbacks stand in.
            tracing::warn!(%error, "instruments could not be loaded");
        }
    }
}

impl SynthSound {
    fn play_with(&mut self, font: &SoundFont) -> Result<(), Error> {
        match &mut self.synth {
            Some(synth) => synth.set_font(font)?,
            None => self.synth = Some(LiveSynth::new(font, self.settings)?),
        }
        Ok(())
    }

    fn has(&self, presets: &BTreeSet<PresetId>) -> bool {
        let presets = Presets::Only(presets.clone());
        self.synth
            .as_ref()
            .is_some_and(|synth| synth.font().has(&presets))
    }
}

impl Sound for SynthSound {
    fn prepare(&mut self, programs: &[(u8, u8)]) {
        let needed: BTreeSet<PresetId> = programs.iter().map(|(c, p)| preset(*c, *p)).collect();
        let under_way = self.loading.is_some() && needed.is_subset(&self.wanted);
        if under_way || self.has(&needed) {
            return;
        }
        self.wanted.extend(needed);
        let (engine, presets) = (self.engine.clone(), Presets::Only(self.wanted.clone()));
        let (sender, receiver) = channel();
        let load = move || {
            // Nobody waits any more where the station has ended.
            let _ = sender.send(engine.soundfont(&presets));
        };
        match std::thread::Builder::new()
            .name("instruments".into())
            .spawn(load)
        {
            Ok(_) => self.loading = Some(receiver),
            Err(error) => tracing::warn!(%error, "no thread to load instruments"),
        }
    }

    fn require(&mut self, programs: &[(u8, u8)]) {
        self.prepare(programs);
        let Some(loading) = &self.loading else { return };
        let patience = if self.synth.is_none() {
            FIRST_PATIENCE
        } else {
            PATIENCE
        };
        if let Ok(font) = loading.recv_timeout(patience) {
            self.take_font(font);
        }
    }

    fn schedule(&mut self, position: u64, event: SoundEvent) {
        let event = match event {
            SoundEvent::NoteOff { channel, pitch } => LiveEvent::NoteOff { channel, pitch },
            SoundEvent::Program { channel, program } => LiveEvent::Program { channel, program },
            SoundEvent::Volume { channel, value } => LiveEvent::Volume {
                channel,
                volume: value,
            },
            SoundEvent::Pan { channel, value } => LiveEvent::Pan {
                channel,
                pan: value,
            },
            SoundEvent::NoteOn {
                channel,
                pitch,
                velocity,
            } => LiveEvent::NoteOn {
                channel,
                pitch,
                velocity,
            },
        };
        if let Some(synth) = &mut self.synth {
            synth.schedule(position, event);
        }
    }

    fn set_gain_db(&mut self, gain_db: f64) {
        let gain_db = FIXED_GAIN_DB + gain_db;
        if let Some(synth) = &mut self.synth {
            synth.schedule(
                synth.position(),
                LiveEvent::Gain {
                    gain_db,
                    frames: GAIN_FRAMES,
                },
            );
        }
    }

    fn render(&mut self) -> Arc<[f32]> {
        if let Some(loading) = &self.loading {
            match loading.try_recv() {
                Ok(font) => self.take_font(font),
                Err(TryRecvError::Disconnected) => self.loading = None,
                Err(TryRecvError::Empty) => {}
            }
        }
        match &mut self.synth {
            Some(synth) => synth.process(&mut self.left, &mut self.right),
            None => [&mut self.left, &mut self.right]
                .into_iter()
                .for_each(|side| side.fill(0.0)),
        }
        self.left
            .iter()
            .zip(&self.right)
            .flat_map(|(left, right)| [*left, *right])
            .collect()
    }
}

/// The presets behind pairs of channel and program.
pub(super) fn presets_of(programs: &[(u8, u8)]) -> Presets {
    Presets::Only(
        programs
            .iter()
            .map(|(channel, program)| preset(*channel, *program))
            .collect(),
    )
}

fn preset(channel: u8, program: u8) -> PresetId {
    if channel == DRUM_CHANNEL {
        PresetId::drums(program)
    } else {
        PresetId::melodic(program)
    }
}
