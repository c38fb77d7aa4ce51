//! Whole scores to sound.

use std::collections::BTreeMap;
use std::thread;

use affetto_music::{Role, Score, Track};

use super::renderer::{DRUM_CHANNEL, SILENCE, preset_of};
use super::{RenderSettings, Renderer};
use crate::soundfont::{PresetId, Presets, SoundFont};
use crate::{Error, Pcm};

/// What a score may ask of [`render_score`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RenderLimits {
    /// Longest piece in seconds; an hour at 48 kHz takes 1.4 GB. Default 3600.
    pub max_seconds: f64,
    /// Longest wait for notes and reverb to die away after the end, in seconds. Default 10.
    pub max_tail_seconds: f64,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self {
            max_seconds: 3600.0,
            max_tail_seconds: 10.0,
        }
    }
}

/// Frames of silence after which the tail has ended.
const TAIL_BLOCK_FRAMES: usize = 4800;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    // In this order at one frame: a repeated pitch ends before it starts anew.
    Off,
    On { velocity: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    frame: usize,
    action: Action,
    channel: u8,
    pitch: u8,
}

/// The presets that a score's tracks ask for.
#[must_use]
pub fn presets_of(score: &Score) -> Presets {
    score.tracks.iter().map(preset_of_track).collect()
}

fn preset_of_track(track: &Track) -> PresetId {
    preset_of(channel_of(track), track.program.min(127))
}

fn channel_of(track: &Track) -> u8 {
    if track.role == Role::Drums {
        DRUM_CHANNEL
    } else {
        track.channel.min(15)
    }
}

/// Renders a score along its tempo map, until the last note and the reverb have died away.
/// Presets that `font` has not loaded are loaded for this call. Loudness is the synthesizer's own: see
/// `loudness`.
///
/// # Errors
/// [`Error::OutOfRange`] for settings out of range and for a score longer than the limit; errors
/// of the font when a preset cannot be decoded.
pub fn render_score(
    score: &Score,
    font: &SoundFont,
    settings: &RenderSettings,
    limits: &RenderLimits,
) -> Result<Pcm, Error> {
    let tracks: Vec<_> = score.tracks.iter().collect();
    render_tracks(score, &tracks, font, settings, limits)
}

/// Renders every track of a score by itself, all equally long; mixed together they are the whole,
/// but for voices stolen where the whole runs out of polyphony.
///
/// # Errors
/// As [`render_score`].
pub fn render_stems(
    score: &Score,
    font: &SoundFont,
    settings: &RenderSettings,
    limits: &RenderLimits,
) -> Result<Vec<Pcm>, Error> {
    let font = font.with_presets(&presets_of(score))?;
    let render = |track| render_tracks(score, &[track], &font, settings, limits);
    let mut stems = score
        .tracks
        .iter()
        .map(render)
        .collect::<Result<Vec<_>, _>>()?;
    let longest = stems.iter().map(Pcm::n_frames).max().unwrap_or(0);
    for stem in &mut stems {
        stem.left.resize(longest, 0.0);
        stem.right.resize(longest, 0.0);
    }
    Ok(stems)
}

fn render_tracks(
    score: &Score,
    tracks: &[&Track],
    font: &SoundFont,
    settings: &RenderSettings,
    limits: &RenderLimits,
) -> Result<Pcm, Error> {
    settings.validate()?;
    let rate = f64::from(settings.sample_rate_hz);
    let seconds = Clock::new(score).seconds_at(end_of(score));
    let what = "length of the score in seconds";
    Error::check_range(what, seconds, 0.0..=limits.max_seconds)?;

    let presets = tracks.iter().map(|track| preset_of_track(track)).collect();
    let font = if font.has(&presets) {
        font.clone()
    } else {
        font.with_presets(&presets)?
    };
    let mut parts = share_out(tracks)
        .iter()
        .map(|group| Part::new(score, group, &font, settings))
        .collect::<Result<Vec<_>, _>>()?;

    let n_frames = (seconds * rate).ceil() as usize;
    let mut pcm = Pcm::silence(settings.sample_rate_hz, n_frames);
    let channels = pcm.left.chunks_mut(CHUNK_FRAMES);
    for (left, right) in channels.zip(pcm.right.chunks_mut(CHUNK_FRAMES)) {
        render_chunk(&mut parts, left, right);
    }
    let max_tail = (limits.max_tail_seconds * rate) as usize;
    add_tail(&mut parts, &mut pcm, max_tail);
    Ok(pcm)
}

/// Groups of tracks that are rendered side by side. The number is fixed, so that the same score
/// gives the same samples whatever the number of processors; each costs a reverb of its own.
const N_PARTS: usize = 2;
/// Frames rendered between two meetings of the parts: 2 s at 48 kHz.
const CHUNK_FRAMES: usize = 96_000;

/// Shares tracks out by channel so that parts have about equally much to play.
fn share_out<'a>(tracks: &[&'a Track]) -> Vec<Vec<&'a Track>> {
    let mut channels: BTreeMap<u8, (u64, Vec<&Track>)> = BTreeMap::new();
    for track in tracks {
        let (work, group) = channels.entry(channel_of(track)).or_default();
        let durations = track.notes.iter().map(|note| u64::from(note.duration));
        *work += durations.sum::<u64>();
        group.push(track);
    }
    let mut channels: Vec<_> = channels.into_values().collect();
    channels.sort_by_key(|(work, _)| std::cmp::Reverse(*work));
    let mut parts: Vec<(u64, Vec<&Track>)> = vec![Default::default(); N_PARTS];
    for (work, group) in channels {
        if let Some(lightest) = parts.iter_mut().min_by_key(|part| part.0) {
            // A channel without notes still goes somewhere.
            lightest.0 += work.max(1);
            lightest.1.extend(group);
        }
    }
    let groups = parts.into_iter().map(|part| part.1);
    groups.filter(|group| !group.is_empty()).collect()
}

/// Some tracks with a synthesizer of their own. Reverb and chorus are linear, so parts add up to
/// what one synthesizer would give.
struct Part {
    renderer: Renderer,
    events: std::iter::Peekable<std::vec::IntoIter<Event>>,
    position: usize,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Part {
    fn new(
        score: &Score,
        tracks: &[&Track],
        font: &SoundFont,
        settings: &RenderSettings,
    ) -> Result<Self, Error> {
        let mut renderer = Renderer::new(font, *settings)?;
        for track in tracks {
            let channel = channel_of(track);
            renderer.program(channel, track.program);
            renderer.volume(channel, track.volume);
            renderer.pan(channel, track.pan);
        }
        let events = events(score, tracks, f64::from(settings.sample_rate_hz));
        Ok(Self {
            renderer,
            events: events.into_iter().peekable(),
            position: 0,
            left: Vec::new(),
            right: Vec::new(),
        })
    }

    /// Renders the next frames into its own buffers.
    fn render(&mut self, n_frames: usize) {
        self.left.resize(n_frames, 0.0);
        self.right.resize(n_frames, 0.0);
        let end = self.position + n_frames;
        let mut done = 0;
        while let Some(event) = self.events.next_if(|event| event.frame < end) {
            let until = done + (event.frame - self.position);
            let (left, right) = (&mut self.left[done..until], &mut self.right[done..until]);
            self.renderer.render_block(left, right);
            self.position = event.frame;
            done = until;
            match event.action {
                Action::Off => self.renderer.note_off(event.channel, event.pitch),
                Action::On { velocity } => {
                    self.renderer.note_on(event.channel, event.pitch, velocity);
                }
            }
        }
        let (left, right) = (&mut self.left[done..], &mut self.right[done..]);
        self.renderer.render_block(left, right);
        self.position = end;
    }

    /// Releases whatever still sounds.
    fn release(&mut self) {
        for channel in 0..16 {
            self.renderer.notes_off(channel);
        }
    }
}

/// Renders the next frames of all parts side by side and adds them up, always in the same order.
fn render_chunk(parts: &mut [Part], left: &mut [f32], right: &mut [f32]) {
    let n_frames = left.len();
    thread::scope(|scope| {
        let mut parts = parts.iter_mut();
        // The first part is ours, the others get threads.
        let own = parts.next();
        for part in parts {
            scope.spawn(|| part.render(n_frames));
        }
        if let Some(own) = own {
            own.render(n_frames);
        }
    });
    for part in parts {
        for (sum, own) in [(&mut *left, &part.left), (&mut *right, &part.right)] {
            for (sum, own) in sum.iter_mut().zip(own) {
                *sum += own;
            }
        }
    }
}

fn end_of(score: &Score) -> u32 {
    let notes = score.tracks.iter().flat_map(|track| &track.notes);
    notes
        .map(|note| note.end())
        .max()
        .unwrap_or(0)
        .max(score.length)
}

/// Notes of all tracks in order of time. Tracks that share a channel and hold the same pitch at
/// the same time end each other's notes, as they would in any MIDI player.
fn events(score: &Score, tracks: &[&Track], rate: f64) -> Vec<Event> {
    let clock = Clock::new(score);
    let frame = |tick| (clock.seconds_at(tick) * rate).round() as usize;
    let mut events = Vec::new();
    for track in tracks {
        let channel = channel_of(track);
        for note in &track.notes {
            let pitch = note.pitch.min(127);
            let velocity = note.velocity.clamp(1, 127);
            let on = frame(note.onset);
            // Even the shortest note ends after it began, else it would never end.
            let off = frame(note.end()).max(on + 1);
            let event = |frame, action| Event {
                frame,
                action,
                channel,
                pitch,
            };
            events.push(event(on, Action::On { velocity }));
            events.push(event(off, Action::Off));
        }
    }
    events.sort_unstable();
    events
}

/// Renders on until a block is silent.
fn add_tail(parts: &mut [Part], pcm: &mut Pcm, max_frames: usize) {
    let end = pcm.n_frames().saturating_add(max_frames);
    let mut released = false;
    while pcm.n_frames() < end {
        let from = pcm.n_frames();
        let to = (from + TAIL_BLOCK_FRAMES).min(end);
        pcm.left.resize(to, 0.0);
        pcm.right.resize(to, 0.0);
        let (left, right) = (&mut pcm.left[from..], &mut pcm.right[from..]);
        render_chunk(parts, left, right);
        if left
            .iter()
            .chain(right.iter())
            .all(|sample| sample.abs() < SILENCE)
        {
            break;
        }
        if !released {
            // Notes end in the first block at the latest; what hangs beyond it is let go.
            parts.iter_mut().for_each(Part::release);
            released = true;
        }
    }
}

/// Ticks to seconds in logarithmic time: [`Score::seconds_at`] walks the whole tempo map.
struct Clock {
    seconds_per_quarter: f64,
    ticks_per_quarter: f64,
    /// First tick, its time in seconds and the seconds of a quarter note from there on.
    segments: Vec<(u32, f64, f64)>,
}

impl Clock {
    fn new(score: &Score) -> Self {
        let ticks_per_quarter = f64::from(score.ticks_per_quarter.max(1));
        let mut clock = Self {
            seconds_per_quarter: 0.5,
            ticks_per_quarter,
            segments: Vec::new(),
        };
        for change in &score.tempos {
            let seconds = clock.seconds_at(change.tick);
            clock
                .segments
                .push((change.tick, seconds, change.bpm.seconds_per_quarter()));
        }
        clock
    }

    fn seconds_at(&self, tick: u32) -> f64 {
        let next = self.segments.partition_point(|segment| segment.0 <= tick);
        let (from, seconds, per_quarter) = next
            .checked_sub(1)
            .map_or((0, 0.0, self.seconds_per_quarter), |last| {
                self.segments[last]
            });
        seconds + f64::from(tick - from) / self.ticks_per_quarter * per_quarter
    }
}
