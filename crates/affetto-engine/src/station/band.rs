//! The band: bars become events for the instruments, block by block.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use affetto_compose::{Bar, Layers, Part};
use affetto_music::Role;

use super::pace::BLOCK_FRAMES;
use super::parts::{Controls, Sound, SoundEvent};
use super::played::PlayedBar;
use super::timeline::BarClock;

/// The channel of General MIDI percussion.
const DRUM_CHANNEL: u8 = 9;

/// Plays bars, one after the other without a gap.
pub(super) struct Band {
    channels: Vec<Channel>,
    clock: Option<BarClock>,
    /// Notes of the present bar, by tick, the next one last.
    waiting: Vec<WaitingNote>,
    /// Ends of sounding notes: position, channel, pitch, number of the start they belong to.
    ends: BinaryHeap<Reverse<(u64, u8, u8, u64)>>,
    /// For each channel and pitch the number of the start that sounds, 0 for silence.
    sounding: Box<[[u64; 128]; 16]>,
    starts: u64,
    layers: Layers,
    /// Factor on the tempo of the present bar.
    rubato: f64,
}

/// What one MIDI channel is set to.
#[derive(Debug, Clone, PartialEq)]
struct Channel {
    number: u8,
    role: Role,
    name: String,
    program: u8,
    volume: u8,
    pan: u8,
    /// Bar that used it last.
    used: u64,
}

#[derive(Debug, Clone, Copy)]
struct WaitingNote {
    tick: u32,
    end: u32,
    channel: u8,
    role: Role,
    pitch: u8,
    velocity: u8,
}

impl Band {
    pub(super) fn new() -> Self {
        Self {
            channels: Vec::new(),
            clock: None,
            waiting: Vec::new(),
            ends: BinaryHeap::new(),
            sounding: Box::new([[0; 128]; 16]),
            starts: 0,
            layers: Layers::default(),
            rubato: 1.0,
        }
    }

    /// Where the present bar ends, in samples; 0 before the first bar.
    pub(super) fn bar_end(&self) -> f64 {
        self.clock.as_ref().map_or(0.0, BarClock::end)
    }

    /// Takes the next bar, which starts where the present one ends.
    pub(super) fn take_bar(&mut self, bar: Bar, sound: &mut dyn Sound) -> PlayedBar {
        let plan = &bar.plan;
        let wanted = plan.bpm.get();
        let bpm = self
            .clock
            .as_ref()
            .map_or(wanted, |clock| clock.last_bpm() / self.rubato);
        let beat = plan
            .meter
            .beat_ticks(affetto_music::score::TICKS_PER_QUARTER);
        // A beat has passed since the last step of the tempo.
        let first = super::timeline::step_toward(bpm, wanted);
        let start = self.bar_end();
        self.rubato = plan.rubato;
        let (first, wanted) = (first * self.rubato, wanted * self.rubato);
        let clock = BarClock::new(start, plan.ticks(), beat, first, wanted);
        self.layers = plan.layers;
        self.waiting.clear();
        let position = start.ceil() as u64;
        for part in &bar.performed {
            let channel = self.channel_for(part, plan.index, position, sound);
            self.waiting
                .extend(part.notes.iter().map(|note| WaitingNote {
                    tick: note.onset,
                    end: note.end(),
                    channel,
                    role: part.role,
                    pitch: note.pitch & 127,
                    velocity: note.velocity.clamp(1, 127),
                }));
        }
        self.waiting
            .sort_by_key(|note| Reverse((note.tick, note.channel, note.pitch)));
        let played = PlayedBar::new(bar, &clock);
        self.clock = Some(clock);
        played
    }

    /// Follows changed controls from `position` on; answers whether the present bar's times moved.
    pub(super) fn steer(&mut self, position: u64, controls: &Controls) -> bool {
        self.layers = controls.layers;
        let rubato = self.rubato;
        self.clock
            .as_mut()
            .is_some_and(|clock| clock.steer(position, controls.bpm * rubato))
    }

    /// The present bar with the times it has now.
    pub(super) fn retimed(&self, played: &PlayedBar) -> Option<PlayedBar> {
        self.clock
            .as_ref()
            .map(|clock| PlayedBar::new(played.bar.clone(), clock))
    }

    /// The beat at a position: first sample of its bar and number in the bar.
    pub(super) fn beat_at(&self, position: u64) -> Option<(u64, usize)> {
        let clock = self.clock.as_ref()?;
        Some((clock.sample(0) as u64, clock.beat_at(position)))
    }

    /// Schedules what happens in the block from `position`, up to the end of the present bar.
    pub(super) fn schedule_block(&mut self, position: u64, sound: &mut dyn Sound) {
        let block_end = position + BLOCK_FRAMES;
        self.silence_layers(position, sound);
        while let Some(note) = self.waiting.last().copied() {
            let Some(clock) = &self.clock else { break };
            let start = (clock.sample(note.tick).round() as u64).max(position);
            if start >= block_end {
                break;
            }
            let end = (clock.sample(note.end).round() as u64).max(start + 1);
            self.waiting.pop();
            self.end_notes_until(start, position, sound);
            if self.plays(note.role) {
                self.start_note(note, start, end, sound);
            }
        }
        self.end_notes_until(block_end - 1, position, sound);
    }

    fn start_note(&mut self, note: WaitingNote, start: u64, end: u64, sound: &mut dyn Sound) {
        let WaitingNote {
            channel,
            pitch,
            velocity,
            ..
        } = note;
        let slot = &mut self.sounding[usize::from(channel)][usize::from(pitch)];
        if *slot != 0 {
            sound.schedule(start, SoundEvent::NoteOff { channel, pitch });
        }
        self.starts += 1;
        *slot = self.starts;
        self.ends.push(Reverse((end, channel, pitch, self.starts)));
        sound.schedule(
            start,
            SoundEvent::NoteOn {
                channel,
                pitch,
                velocity,
            },
        );
    }

    /// Ends every note that is due up to and including `until`.
    fn end_notes_until(&mut self, until: u64, position: u64, sound: &mut dyn Sound) {
        while let Some(Reverse((end, channel, pitch, start))) = self.ends.peek().copied() {
            if end > until {
                return;
            }
            self.ends.pop();
            let slot = &mut self.sounding[usize::from(channel)][usize::from(pitch)];
            if *slot == start {
                *slot = 0;
                sound.schedule(end.max(position), SoundEvent::NoteOff { channel, pitch });
            }
        }
    }

    /// Ends the notes of layers that were just taken out.
    fn silence_layers(&mut self, position: u64, sound: &mut dyn Sound) {
        for index in 0..self.channels.len() {
            let (channel, role) = (self.channels[index].number, self.channels[index].role);
            if self.plays(role) {
                continue;
            }
            for pitch in 0..128_u8 {
                let slot = &mut self.sounding[usize::from(channel)][usize::from(pitch)];
                if *slot != 0 {
                    *slot = 0;
                    sound.schedule(position, SoundEvent::NoteOff { channel, pitch });
                }
            }
        }
    }

    fn plays(&self, role: Role) -> bool {
        match role {
            Role::Melody => self.layers.melody,
            Role::Counter => self.layers.counter,
            Role::Chords => self.layers.chords,
            Role::Pad => self.layers.pad,
            Role::Bass => self.layers.bass,
            Role::Drums => self.layers.drums,
            Role::Other => true,
        }
    }

    /// The channel for a part, set up for it from `position` on.
    fn channel_for(&mut self, part: &Part, bar: u64, position: u64, sound: &mut dyn Sound) -> u8 {
        let index = self.find_channel(part);
        let channel = &mut self.channels[index];
        let number = channel.number;
        if channel.program != part.program {
            let program = part.program & 127;
            sound.schedule(
                position,
                SoundEvent::Program {
                    channel: number,
                    program,
                },
            );
        }
        if channel.volume != part.volume {
            let value = part.volume & 127;
            sound.schedule(
                position,
                SoundEvent::Volume {
                    channel: number,
                    value,
                },
            );
        }
        if channel.pan != part.pan {
            sound.schedule(
                position,
                SoundEvent::Pan {
                    channel: number,
                    value: part.pan & 127,
                },
            );
        }
        let Part {
            name,
            role,
            program,
            volume,
            pan,
            ..
        } = part.clone();
        *channel = Channel {
            number,
            role,
            name,
            program,
            volume,
            pan,
            used: bar,
        };
        number
    }

    /// The place of a part's channel: its own from earlier, else a new one, else the one that has
    /// been idle for longest. Another program takes another channel, so that what still rings is
    /// not cut.
    fn find_channel(&mut self, part: &Part) -> usize {
        let drums = part.role == Role::Drums;
        let own = |channel: &Channel| {
            if drums {
                channel.number == DRUM_CHANNEL
            } else {
                channel.role == part.role
                    && channel.name == part.name
                    && channel.program == part.program
            }
        };
        if let Some(index) = self.channels.iter().position(own) {
            return index;
        }
        let free = (0..16)
            .filter(|number| (*number == DRUM_CHANNEL) == drums)
            .find(|number| {
                self.channels
                    .iter()
                    .all(|channel| channel.number != *number)
            });
        if let Some(number) = free {
            // No real setting is 255, so the first use sets everything.
            let (role, name) = (part.role, part.name.clone());
            let unset = u8::MAX;
            let new = Channel {
                number,
                role,
                name,
                program: unset,
                volume: unset,
                pan: unset,
                used: 0,
            };
            self.channels.push(new);
            return self.channels.len() - 1;
        }
        let pitched = self
            .channels
            .iter()
            .enumerate()
            .filter(|(_, c)| c.number != DRUM_CHANNEL);
        pitched
            .min_by_key(|(_, channel)| channel.used)
            .map_or(0, |(index, _)| index)
    }
}

/// Programs that a bar needs: pairs of channel kind (9 for drums, else 0) and program.
pub(super) fn programs_of(bar: &Bar) -> Vec<(u8, u8)> {
    let channel = |part: &Part| {
        if part.role == Role::Drums {
            DRUM_CHANNEL
        } else {
            0
        }
    };
    bar.performed
        .iter()
        .map(|part| (channel(part), part.program & 127))
        .collect()
}

/// A shared bar for history and listeners.
pub(super) type SharedBar = Arc<PlayedBar>;
