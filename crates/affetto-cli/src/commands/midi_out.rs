//! `affetto play --midi-port`: music as MIDI messages to another program or instrument.
//!
//! Messages stand on the sample clock and are sent when their moment comes: a station's blocks are
//! paced by real time, so the arrival of the first one sets the clock, and everything is sent a
//! constant moment later. Nothing is left sounding, however the music ends.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use affetto_engine::files::read_limited;
use affetto_engine::station::{Feed, PlayedBar, SAMPLE_RATE_HZ, StationEvent};
use affetto_engine::stems::{self, Score};
use affetto_engine::{DefaultStrategy, Engine, Error, midi_channel};
use anyhow::{Context, Result};

use crate::args::Play;
use crate::output::Printer;

/// What is added to every moment, so that blocks that come late make no note late.
const LATENCY: Duration = Duration::from_millis(100);
/// Longest sleep, so that an interrupt is answered soon.
const NAP: Duration = Duration::from_millis(50);
/// Controllers that end all sound on a channel, now and with releases (MIDI 1.0).
const SILENCING: [u8; 2] = [120, 123];
/// MIDI channels.
const CHANNELS: u8 = 16;

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Play, port: &str) -> Result<()> {
    let sink = connect(port)?;
    let limit = args
        .minutes
        .map(|minutes| Duration::from_secs_f64(minutes.clamp(0.0, 1e6) * 60.0));
    let mut player = Player::new(sink, limit);
    player.watch_interrupt()?;
    match &args.file {
        Some(path) => {
            let midi = read_limited(path, engine.settings().server.max_midi_bytes)?;
            let score = stems::read(&midi)?;
            printer.say(format!(
                "{}: {:.0} s",
                path.display(),
                score.duration_seconds()
            ));
            player.add_score(&score);
            player.play_out();
        }
        None => {
            let mood = args.mood.request(engine, printer)?;
            let understood = engine.understand(&mood, DefaultStrategy::Regulate)?;
            let station = engine.start_station(&understood)?;
            let bars = bars(station.events());
            let mut sound = station.listen_unencoded(Duration::ZERO);
            printer.say("Press Ctrl-C to stop.");
            while let Some(block) = sound.next_blocking() {
                for bar in bars.try_iter() {
                    player.add_bar(&bar);
                }
                let frames = block.samples.len() as u64 / 2;
                if !player.send_until(block.position, block.position + frames) {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// The bars of a station as they are decided, from a thread that ends with it.
fn bars(mut events: Feed<StationEvent>) -> Receiver<Arc<PlayedBar>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        while let Some(event) = events.next_blocking() {
            if let StationEvent::Bar(bar) = event
                && sender.send(bar).is_err()
            {
                return;
            }
        }
    });
    receiver
}

/// Opens the output port whose name contains some text.
fn connect(wanted: &str) -> Result<midir::MidiOutputConnection> {
    let output = midir::MidiOutput::new("affetto").context("MIDI is not available")?;
    let ports: Vec<_> = output
        .ports()
        .into_iter()
        .map(|port| (output.port_name(&port).unwrap_or_default(), port))
        .collect();
    let like = |name: &str| name.to_lowercase().contains(&wanted.to_lowercase());
    let Some((_, port)) = ports.iter().find(|(name, _)| like(name)) else {
        let names: Vec<_> = ports.iter().map(|(name, _)| name.as_str()).collect();
        let known = if names.is_empty() {
            "there is none".to_owned()
        } else {
            format!("there are: {}", names.join(", "))
        };
        return Err(Error::user_hint(
            "no_midi_port",
            format!("no MIDI port is called {wanted:?}; {known}"),
            "start the program or connect the instrument that shall play, and give a part of its name",
        )
        .into());
    };
    output
        .connect(port, "affetto")
        .map_err(|error| anyhow::anyhow!("the MIDI port does not open: {error}"))
}

/// Where messages go.
trait Sink {
    fn send(&mut self, message: &[u8]);
}

impl Sink for midir::MidiOutputConnection {
    fn send(&mut self, message: &[u8]) {
        if let Err(error) = Self::send(self, message) {
            tracing::warn!(%error, "MIDI output");
        }
    }
}

/// When a message is due: sample, and within a sample settings, ends, then starts of notes.
type Place = (u64, u8, u64);

/// Sends messages when they are due.
struct Player<S: Sink> {
    sink: S,
    messages: BTreeMap<Place, [u8; 3]>,
    /// Counts messages, so that those of one moment keep their order.
    count: u64,
    /// Places of the starts of notes of each bar, with their ends.
    of_bar: HashMap<u64, Vec<(Place, Place)>>,
    programs: [Option<u8>; CHANNELS as usize],
    /// When sample 0 is due.
    origin: Option<Instant>,
    /// The first sample that has not been passed.
    now: u64,
    end: Option<u64>,
    interrupted: Arc<AtomicBool>,
}

impl<S: Sink> Player<S> {
    fn new(sink: S, limit: Option<Duration>) -> Self {
        Self {
            sink,
            messages: BTreeMap::new(),
            count: 0,
            of_bar: HashMap::new(),
            programs: [None; CHANNELS as usize],
            origin: None,
            now: 0,
            end: limit.map(|limit| samples(limit.as_secs_f64())),
            interrupted: Arc::default(),
        }
    }

    /// From now on Ctrl-C ends the music instead of the program.
    fn watch_interrupt(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("signals cannot be watched")?;
        let flag = Arc::clone(&self.interrupted);
        std::thread::spawn(move || {
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                flag.store(true, Ordering::Relaxed);
            }
        });
        Ok(())
    }

    fn add(&mut self, sample: u64, order: u8, message: [u8; 3]) -> Place {
        self.count += 1;
        let place = (sample, order, self.count);
        self.messages.insert(place, message);
        place
    }

    /// A note; it lasts at least a sample.
    fn add_note(
        &mut self,
        (start, end): (u64, u64),
        channel: u8,
        pitch: u8,
        velocity: u8,
    ) -> (Place, Place) {
        let on = self.add(
            start,
            2,
            [0x90 | channel, pitch & 127, velocity.clamp(1, 127)],
        );
        let off = self.add(end.max(start + 1), 1, [0x80 | channel, pitch & 127, 64]);
        (on, off)
    }

    /// Instrument, volume and place of a channel, where the instrument changed.
    fn add_settings(&mut self, sample: u64, channel: u8, (program, volume, pan): (u8, u8, u8)) {
        let known = &mut self.programs[usize::from(channel)];
        if known.replace(program) != Some(program) {
            // A program change has one data byte; the third is left away when it is sent.
            self.add(sample, 0, [0xC0 | channel, program & 127, 0]);
            self.add(sample, 0, [0xB0 | channel, 7, volume & 127]);
            self.add(sample, 0, [0xB0 | channel, 10, pan & 127]);
        }
    }

    fn add_score(&mut self, score: &Score) {
        for track in &score.tracks {
            let channel = if track.is_drums() {
                9
            } else {
                track.channel & 15
            };
            self.add_settings(0, channel, (track.program, track.volume, track.pan));
            for note in &track.notes {
                let sample = |tick: u32| samples(score.seconds_at(tick));
                let times = (sample(note.onset), sample(note.end()));
                self.add_note(times, channel, note.pitch, note.velocity);
            }
        }
    }

    /// A bar of a station; one that is known takes the place of what of it has not sounded yet.
    fn add_bar(&mut self, bar: &PlayedBar) {
        let index = bar.bar.plan.index;
        for (on, off) in self.of_bar.remove(&index).unwrap_or_default() {
            if self.messages.remove(&on).is_some() {
                self.messages.remove(&off);
            }
        }
        let start = bar.start.max(self.now);
        for part in &bar.bar.performed {
            let settings = (part.program, part.volume, part.pan);
            self.add_settings(start, midi_channel(part.role), settings);
        }
        let now = self.now;
        let ahead = bar.notes.iter().filter(|note| note.start >= now);
        let notes = ahead
            .map(|note| {
                let channel = midi_channel(note.role);
                self.add_note((note.start, note.end), channel, note.pitch, note.velocity)
            })
            .collect();
        self.of_bar.insert(index, notes);
        self.of_bar.retain(|&known, _| known + 4 > index);
    }

    /// Sends what is due before `end`; the block that ends there has just arrived. False when the
    /// music is to end.
    fn send_until(&mut self, start: u64, end: u64) -> bool {
        if self.origin.is_none() {
            let past = Duration::from_secs_f64(start as f64 / SAMPLE_RATE_HZ as f64);
            let now = Instant::now() + LATENCY;
            self.origin = Some(now.checked_sub(past).unwrap_or(now));
        }
        while let Some(entry) = self.messages.first_entry() {
            let place = *entry.key();
            if place.0 >= end {
                break;
            }
            let message = entry.remove();
            if !self.wait(place.0) {
                return false;
            }
            send(&mut self.sink, &message);
        }
        self.now = self.now.max(end);
        self.wait(end.saturating_sub(samples(LATENCY.as_secs_f64())))
    }

    /// Sends everything.
    fn play_out(&mut self) {
        let end = self
            .messages
            .last_key_value()
            .map_or(0, |(place, _)| place.0 + 1);
        self.send_until(0, end);
    }

    /// Waits until a sample is due; false when the music is to end before.
    fn wait(&self, sample: u64) -> bool {
        if self.end.is_some_and(|end| sample >= end) {
            return false;
        }
        let Some(origin) = self.origin else {
            return true;
        };
        let due = origin + Duration::from_secs_f64(sample as f64 / SAMPLE_RATE_HZ as f64);
        loop {
            if self.interrupted.load(Ordering::Relaxed) {
                return false;
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(NAP));
        }
    }
}

impl<S: Sink> Drop for Player<S> {
    fn drop(&mut self) {
        let ends: Vec<[u8; 3]> = self
            .messages
            .values()
            .filter(|message| message[0] & 0xF0 == 0x80)
            .copied()
            .collect();
        for message in ends {
            self.sink.send(&message);
        }
        for channel in 0..CHANNELS {
            for controller in SILENCING {
                self.sink.send(&[0xB0 | channel, controller, 0]);
            }
        }
    }
}

/// Sends a message with as many bytes as it has.
fn send(sink: &mut impl Sink, message: &[u8; 3]) {
    let length = if message[0] & 0xF0 == 0xC0 { 2 } else { 3 };
    sink.send(&message[..length]);
}

fn samples(seconds: f64) -> u64 {
    (seconds * SAMPLE_RATE_HZ as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers what was sent and when.
    #[derive(Default, Clone)]
    struct Tape(Arc<std::sync::Mutex<Vec<(Instant, Vec<u8>)>>>);

    impl Sink for Tape {
        fn send(&mut self, message: &[u8]) {
            let mut tape = self.0.lock().unwrap();
            tape.push((Instant::now(), message.to_vec()));
        }
    }

    /// What is sent of two short notes over a long one, with seconds from the start.
    fn taped(limit: Option<Duration>) -> Vec<(f64, Vec<u8>)> {
        let tape = Tape::default();
        let mut player = Player::new(tape.clone(), limit);
        player.add_settings(0, 0, (73, 100, 64));
        for (times, pitch) in [((0, 12_000), 72), ((12_000, 24_000), 72), ((0, 24_000), 48)] {
            player.add_note(times, 0, pitch, 80);
        }
        player.play_out();
        drop(player);
        let sent = tape.0.lock().unwrap();
        let start = sent[0].0;
        sent.iter()
            .map(|(at, message)| ((*at - start).as_secs_f64(), message.clone()))
            .collect()
    }

    #[test]
    fn notes_come_in_time_and_end() {
        let sent = taped(None);
        let starts: Vec<_> = sent
            .iter()
            .filter(|(_, message)| message[0] & 0xF0 == 0x90)
            .map(|(at, message)| (*at, message[1]))
            .collect();
        let pitches: Vec<u8> = starts.iter().map(|start| start.1).collect();
        assert_eq!(pitches, [72, 48, 72]);
        // A busy machine may be late, never early.
        assert!((0.249..5.0).contains(&starts[2].0), "{starts:?}");
        let ends = sent.iter().filter(|(_, message)| message[0] & 0xF0 == 0x80);
        assert_eq!(ends.count(), 3);
        let silenced = sent.iter().rev().take(32);
        assert!(
            silenced
                .clone()
                .all(|(_, message)| message[0] & 0xF0 == 0xB0)
        );
        assert_eq!(sent[0].1, [0xC0, 73]);
    }

    #[test]
    fn what_is_cut_off_is_let_go_of() {
        let sent = taped(Some(Duration::from_millis(100)));
        let count = |kind: u8| sent.iter().filter(|(_, m)| m[0] & 0xF0 == kind).count();
        assert_eq!(count(0x90), 2);
        assert!(count(0x80) >= 2);
    }
}
