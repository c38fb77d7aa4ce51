//! A composer and an instrument for tests: quarter notes and sines.

use std::f32::consts::TAU;
use std::sync::{Arc, Mutex};

use affetto_affect::Affect;
use affetto_compose::{
    Bar, BarPlan, Cues, Genre, Layers, Part, Request, Scale, Texture, ThemeUse, Tune,
};
use affetto_music::{Bpm, Key, Meter, Mode, Note, PitchClass, Role};

use super::pace::BLOCK_FRAMES;
use super::parts::{Controls, Course, Packets, Sound, SoundEvent, Source};
use super::worker::Instruments;

/// All layers on.
pub(super) const ALL: Layers = Layers {
    melody: true,
    counter: true,
    chords: true,
    pad: true,
    bass: true,
    drums: true,
};

/// Four quarter notes a bar; the tempo of the request, else 120. Panics at a bar when told so.
#[derive(Clone)]
pub(super) struct Quarters {
    pub(super) index: u64,
    pub(super) request: Request,
    pub(super) panic_at: Option<u64>,
}

impl Quarters {
    pub(super) fn new() -> Self {
        Self {
            index: 0,
            request: Request::new(Affect::default()),
            panic_at: None,
        }
    }

    fn bpm(&self) -> Bpm {
        self.request.tempo.unwrap_or(Bpm::clamped(120.0))
    }

    fn layers(&self) -> Layers {
        Layers {
            melody: self.request.cues.layers > -0.5,
            ..ALL
        }
    }
}

/// A bar of quarter notes.
pub(super) fn bar(index: u64, bpm: Bpm, layers: Layers, target: Affect) -> Bar {
    let notes = (0..4)
        .map(|beat| Note {
            onset: beat * 480,
            duration: 480,
            pitch: 60,
            velocity: 100,
        })
        .collect();
    let part = Part {
        name: "Tune".into(),
        role: Role::Melody,
        program: 0,
        volume: 100,
        pan: 64,
        notes,
    };
    let cues = Cues {
        brightness: 0.0,
        tempo: 0.5,
        density: 0.5,
        register: 0.0,
        dynamics: 0.5,
        articulation: 1.0,
        tension: 0.0,
        layers: 1.0,
    };
    let plan = BarPlan {
        index,
        genre: Genre::Pop,
        texture: Texture::Mono,
        section: 'A',
        phrase_bar: 0,
        phrase_bars: 4,
        key: Key {
            tonic: PitchClass::new(0),
            mode: Mode::Major,
        },
        scale: Scale::Ionian,
        meter: Meter::COMMON,
        bpm,
        target,
        aim: target,
        cues,
        chords: Vec::new(),
        layers,
        fill: false,
        cadence: None,
        theme: ThemeUse::New,
        steady: false,
        groove: 0,
        rubato: 1.0,
        tune: Tune::default(),
    };
    Bar {
        plan,
        parts: vec![part.clone()],
        performed: vec![part],
        heard: None,
    }
}

impl Source for Quarters {
    fn next_bar(&mut self) -> Bar {
        assert_ne!(Some(self.index), self.panic_at, "told to");
        self.index += 1;
        bar(
            self.index - 1,
            self.bpm(),
            self.layers(),
            self.request.target,
        )
    }

    fn change(&mut self, request: &Request) {
        self.request = request.clone();
    }

    fn controls(&self) -> Controls {
        Controls {
            bpm: self.bpm().get(),
            gain_db: 0.0,
            layers: self.layers(),
        }
    }

    fn fork(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}

/// What a [`Sines`] was told, with positions.
pub(super) type Log = Arc<Mutex<Vec<(u64, SoundEvent)>>>;

/// Sines at the pitches that sound; remembers every event.
#[derive(Default)]
pub(super) struct Sines {
    pub(super) log: Log,
    position: u64,
    waiting: Vec<(u64, SoundEvent)>,
    on: Vec<u8>,
}

impl Sound for Sines {
    fn prepare(&mut self, _programs: &[(u8, u8)]) {}

    fn require(&mut self, _programs: &[(u8, u8)]) {}

    fn schedule(&mut self, position: u64, event: SoundEvent) {
        let block = self.position..self.position + BLOCK_FRAMES;
        assert!(
            block.contains(&position),
            "{event:?} at {position} is not in {block:?}"
        );
        self.log.lock().unwrap().push((position, event));
        self.waiting.push((position, event));
    }

    fn set_gain_db(&mut self, _gain_db: f64) {}

    fn render(&mut self) -> Arc<[f32]> {
        self.waiting.sort();
        for (_, event) in self.waiting.drain(..) {
            match event {
                SoundEvent::NoteOn { pitch, .. } => self.on.push(pitch),
                SoundEvent::NoteOff { pitch, .. } => self.on.retain(|other| *other != pitch),
                _ => {}
            }
        }
        let frames = self.position..self.position + BLOCK_FRAMES;
        self.position += BLOCK_FRAMES;
        frames
            .flat_map(|frame| {
                let time = frame as f32 / 48_000.0;
                let tone = |pitch: &u8| {
                    let hertz = 440.0 * 2_f32.powf((f32::from(*pitch) - 69.0) / 12.0);
                    0.2 * (TAU * hertz * time).sin()
                };
                let sample: f32 = self.on.iter().map(tone).sum();
                [sample, sample]
            })
            .collect()
    }
}

/// Packets that hold the loudest sample as text.
pub(super) struct Peaks;

impl Packets for Peaks {
    fn encode(&mut self, block: &[f32]) -> Result<bytes::Bytes, String> {
        let peak = block
            .iter()
            .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        Ok(peak.to_string().into())
    }
}

/// Stays where it is.
pub(super) struct Stay(pub(super) Affect);

impl Course for Stay {
    fn target(&self, _seconds: f64) -> Affect {
        self.0
    }
}

/// Instruments of a test station.
pub(super) fn instruments(source: Quarters, log: &Log) -> Instruments {
    let sound = Sines {
        log: Arc::clone(log),
        ..Sines::default()
    };
    Instruments {
        source: Box::new(source),
        sound: Box::new(sound),
        packets: Box::new(Peaks),
    }
}
