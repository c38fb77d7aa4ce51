//! The synthesizer behind safe types.

use rustysynth::{Synthesizer, SynthesizerSettings};

use super::{Effects, RenderSettings};
use crate::Error;
use crate::soundfont::{PresetId, SoundFont};

/// Lowest output sample rate.
pub const MIN_SAMPLE_RATE_HZ: u32 = 16_000;
/// Highest output sample rate.
pub const MAX_SAMPLE_RATE_HZ: u32 = 192_000;
/// Channels of a MIDI port.
const N_CHANNELS: usize = 16;
/// Channel that plays drum kits.
pub(super) const DRUM_CHANNEL: u8 = 9;

/// MIDI controllers that renderers understand (MIDI 1.0 Detailed Specification, table III).
const VOLUME: i32 = 7;
const VOLUME_FINE: i32 = 39;
const PAN: i32 = 10;
const EXPRESSION: i32 = 11;
const EXPRESSION_FINE: i32 = 43;
const REVERB_SEND: i32 = 91;
const CHORUS_SEND: i32 = 93;
const ALL_SOUND_OFF: i32 = 120;
const ALL_NOTES_OFF: i32 = 123;

/// What a channel was told, so that a new synthesizer can be told the same.
#[derive(Debug, Clone, Copy)]
struct Channel {
    program: u8,
    volume: u8,
    pan: u8,
    expression: f32,
    sends: Option<[u8; 2]>,
}

const DEFAULT_CHANNEL: Channel = Channel {
    program: 0,
    volume: 100,
    pan: 64,
    expression: 1.0,
    sends: None,
};

/// Plays notes and renders them block by block.
///
/// Real-time use: [`Renderer::new`] and [`Renderer::set_font`] allocate; every other call,
/// [`Renderer::render_block`] included, does not. Time is counted in synthesizer blocks of 64
/// frames: a note sounds from the next multiple of 64 frames on, so callers who want accurate
/// onsets render up to the onset first and are then at most 64 frames (1.3 ms at 48 kHz) late.
#[derive(Debug)]
pub struct Renderer {
    settings: RenderSettings,
    font: SoundFont,
    synth: Synthesizer,
    /// A synthesizer with the font before: its notes ring out.
    leaving: Option<Leaving>,
    channels: [Channel; N_CHANNELS],
}

#[derive(Debug)]
struct Leaving {
    synth: Synthesizer,
    left: Vec<f32>,
    right: Vec<f32>,
    frames_left: usize,
}

impl Renderer {
    /// Frames in which the synthesizer works.
    pub const BLOCK_FRAMES: usize = 64;

    /// A silent renderer; every channel plays program 0 at volume 100 in the middle.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a setting is not in its range.
    pub fn new(font: &SoundFont, settings: RenderSettings) -> Result<Self, Error> {
        settings.validate()?;
        Ok(Self {
            settings,
            synth: synthesizer(font, &settings)?,
            font: font.clone(),
            leaving: None,
            channels: [DEFAULT_CHANNEL; N_CHANNELS],
        })
    }

    /// How it renders.
    #[must_use]
    pub fn settings(&self) -> &RenderSettings {
        &self.settings
    }

    /// The font it plays.
    #[must_use]
    pub fn font(&self) -> &SoundFont {
        &self.font
    }

    /// Starts a note of a channel in `0..16` (9 plays drums) with pitch and velocity in `0..128`;
    /// velocity 0 stops it. Values above are clamped.
    pub fn note_on(&mut self, channel: u8, pitch: u8, velocity: u8) {
        if velocity == 0 {
            return self.note_off(channel, pitch);
        }
        let (pitch, velocity) = (pitch.min(127).into(), velocity.min(127).into());
        self.synth.note_on(channel.min(15).into(), pitch, velocity);
    }

    /// Releases a note; it rings out as its instrument does.
    pub fn note_off(&mut self, channel: u8, pitch: u8) {
        let (channel, pitch) = (channel.min(15).into(), pitch.min(127).into());
        self.synth.note_off(channel, pitch);
        if let Some(leaving) = &mut self.leaving {
            leaving.synth.note_off(channel, pitch);
        }
    }

    /// Changes the instrument of later notes; on channel 9 the drum kit. A preset that is not
    /// loaded falls back as [`crate::soundfont::Presets::Only`] says: see [`Renderer::has_program`].
    pub fn program(&mut self, channel: u8, program: u8) {
        let (channel, program) = (channel.min(15), program.min(127));
        self.channels[usize::from(channel)].program = program;
        self.synth
            .process_midi_message(channel.into(), 0xC0, program.into(), 0);
    }

    /// Whether the preset that belongs to `program` is loaded.
    #[must_use]
    pub fn has_program(&self, channel: u8, program: u8) -> bool {
        let wanted = preset_of(channel, program);
        self.font
            .sounding(wanted)
            .is_some_and(|id| self.font.loaded().contains(&id))
    }

    /// Sets a channel's volume in `0..128` (controller 7; the gain is its square). Ramped over one
    /// block of 64 frames.
    pub fn volume(&mut self, channel: u8, volume: u8) {
        let (channel, volume) = (channel.min(15), volume.min(127));
        self.channels[usize::from(channel)].volume = volume;
        self.control(channel, VOLUME, volume.into());
        self.control(channel, VOLUME_FINE, 0);
    }

    /// Sets a channel's place in `0..128`, 64 being the middle (controller 10).
    pub fn pan(&mut self, channel: u8, pan: u8) {
        let (channel, pan) = (channel.min(15), pan.min(127));
        self.channels[usize::from(channel)].pan = pan;
        self.control(channel, PAN, pan.into());
    }

    /// Sets a channel's linear gain in 0..=1 beside its volume, with 14 bits of resolution
    /// (controller 11; General MIDI squares the controller, so its root is sent).
    pub fn expression(&mut self, channel: u8, gain: f32) {
        let channel = channel.min(15);
        let gain = if gain.is_finite() {
            gain.clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.channels[usize::from(channel)].expression = gain;
        let value = (gain.sqrt() * 16_383.0).round() as i32;
        self.control(channel, EXPRESSION, value >> 7);
        self.control(channel, EXPRESSION_FINE, value & 127);
    }

    /// Sets how much of a channel goes to reverb and chorus, each in `0..128` (controllers 91, 93).
    /// General MIDI's defaults are 40 and 0.
    pub fn sends(&mut self, channel: u8, reverb: u8, chorus: u8) {
        let channel = channel.min(15);
        let sends = [reverb.min(127), chorus.min(127)];
        self.channels[usize::from(channel)].sends = Some(sends);
        self.control(channel, REVERB_SEND, sends[0].into());
        self.control(channel, CHORUS_SEND, sends[1].into());
    }

    /// Releases all notes of a channel.
    pub fn notes_off(&mut self, channel: u8) {
        self.control(channel.min(15), ALL_NOTES_OFF, 0);
        if let Some(leaving) = &mut self.leaving {
            leaving
                .synth
                .note_off_all_channel(channel.min(15).into(), false);
        }
    }

    /// Silences a channel at once, without release. Reverb rings on.
    pub fn sound_off(&mut self, channel: u8) {
        self.control(channel.min(15), ALL_SOUND_OFF, 0);
        if let Some(leaving) = &mut self.leaving {
            leaving
                .synth
                .note_off_all_channel(channel.min(15).into(), true);
        }
    }

    /// Silences everything, effects included; programs and volumes stay.
    pub fn reset(&mut self) {
        self.synth.reset();
        self.leaving = None;
        self.repeat_settings();
    }

    /// Plays later notes with another font, usually the same with more presets
    /// ([`SoundFont::with_presets`]). Sounding notes are released and ring out for at most ten
    /// seconds in the font before. Allocates: prepare the font elsewhere and call this between
    /// blocks; making the synthesizer takes well under a millisecond.
    ///
    /// # Errors
    /// None is expected: the settings were checked by [`Renderer::new`].
    pub fn set_font(&mut self, font: &SoundFont) -> Result<(), Error> {
        let synth = synthesizer(font, &self.settings)?;
        let mut old = std::mem::replace(&mut self.synth, synth);
        old.note_off_all(false);
        self.leaving = Some(Leaving {
            synth: old,
            left: vec![0.0; MAX_LEAVING_FRAMES],
            right: vec![0.0; MAX_LEAVING_FRAMES],
            frames_left: 10 * self.settings.sample_rate_hz as usize,
        });
        self.font = font.clone();
        self.repeat_settings();
        Ok(())
    }

    /// Renders the next frames into both channels (the shorter one counts). Samples are finite and
    /// usually within −1..=1; louder music exceeds that, so a limiter comes next.
    pub fn render_block(&mut self, left: &mut [f32], right: &mut [f32]) {
        let n_frames = left.len().min(right.len());
        let (left, right) = (&mut left[..n_frames], &mut right[..n_frames]);
        self.synth.render(left, right);
        self.add_leaving(left, right);
        for sample in left.iter_mut().chain(right) {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
    }

    fn add_leaving(&mut self, left: &mut [f32], right: &mut [f32]) {
        let Some(leaving) = &mut self.leaving else {
            return;
        };
        let mut loudest = 0.0_f32;
        for (left, right) in left
            .chunks_mut(MAX_LEAVING_FRAMES)
            .zip(right.chunks_mut(MAX_LEAVING_FRAMES))
        {
            let n_frames = left.len();
            let own = (
                &mut leaving.left[..n_frames],
                &mut leaving.right[..n_frames],
            );
            leaving.synth.render(own.0, own.1);
            for (out, own) in left
                .iter_mut()
                .zip(own.0)
                .chain(right.iter_mut().zip(own.1))
            {
                *out += *own;
                loudest = loudest.max(own.abs());
            }
        }
        leaving.frames_left = leaving.frames_left.saturating_sub(left.len());
        if loudest < SILENCE || leaving.frames_left == 0 {
            self.leaving = None;
        }
    }

    fn control(&mut self, channel: u8, controller: i32, value: i32) {
        self.synth
            .process_midi_message(channel.into(), 0xB0, controller, value);
    }

    /// Tells the synthesizer again what its channels were told.
    fn repeat_settings(&mut self) {
        for (index, channel) in (0_u8..).zip(self.channels) {
            self.program(index, channel.program);
            self.volume(index, channel.volume);
            self.pan(index, channel.pan);
            self.expression(index, channel.expression);
            if let Some([reverb, chorus]) = channel.sends {
                self.sends(index, reverb, chorus);
            }
        }
    }
}

/// Frames of the buffer through which a leaving synthesizer is added.
const MAX_LEAVING_FRAMES: usize = 1024;
/// Level below which sound counts as silence: −90 dBFS, below 16-bit resolution.
pub(super) const SILENCE: f32 = 3.16e-5;

/// The preset that a program change on a channel selects.
pub(super) fn preset_of(channel: u8, program: u8) -> PresetId {
    if channel == DRUM_CHANNEL {
        PresetId::drums(program)
    } else {
        PresetId::melodic(program)
    }
}

fn synthesizer(font: &SoundFont, settings: &RenderSettings) -> Result<Synthesizer, Error> {
    let rate = i32::try_from(settings.sample_rate_hz).unwrap_or(i32::MAX);
    let mut inner = SynthesizerSettings::new(rate);
    inner.maximum_polyphony = settings.polyphony;
    inner.block_size = Renderer::BLOCK_FRAMES;
    inner.enable_reverb_and_chorus = settings.effects == Effects::On;
    Synthesizer::new(font.synth(), &inner).map_err(|error| Error::font(error.to_string()))
}
