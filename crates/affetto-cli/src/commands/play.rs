//! `affetto play`: through the speakers.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use affetto_engine::files::read_limited;
use affetto_engine::{DefaultStrategy, Engine, Error, LoudnessMode};
use anyhow::{Context, Result};
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};

use crate::args::Play;
use crate::output::Printer;

/// Sample rate of everything that the engine renders.
const SAMPLE_RATE_HZ: u32 = 48_000;
/// Blocks between the music and the speakers: 160 ms, so that a change of mood is heard soon.
const BLOCKS: usize = 8;
/// Frames of one block: 20 ms.
const BLOCK_FRAMES: usize = 960;

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Play) -> Result<()> {
    let speakers = Speakers::open()?;
    let limit = args
        .minutes
        .map(|minutes| Duration::from_secs_f64(minutes.clamp(0.0, 1e6) * 60.0));
    match &args.file {
        Some(path) => {
            let midi = read_limited(path, engine.settings().server.max_midi_bytes)?;
            let pcm = engine.render_midi(&midi, LoudnessMode::Normalized)?;
            printer.say(format!("{}: {:.0} s", path.display(), pcm.seconds()));
            speakers.play(
                pcm.interleaved()
                    .chunks(2 * BLOCK_FRAMES)
                    .map(<[f32]>::to_vec),
                limit,
            )
        }
        None => {
            let understood = engine.understand(
                &args.mood.request(engine, printer)?,
                DefaultStrategy::Regulate,
            )?;
            let station = engine.start_station(&understood)?;
            let mut sound = station.listen_unencoded(Duration::ZERO);
            printer.say("Press Ctrl-C to stop.");
            speakers.play(
                std::iter::from_fn(|| Some(sound.next_blocking()?.samples.to_vec())),
                limit,
            )
        }
    }
}

/// The default output device, fed block by block.
struct Speakers {
    blocks: SyncSender<Vec<f32>>,
    _stream: cpal::Stream,
}

impl Speakers {
    fn open() -> Result<Self> {
        let missing = || {
            Error::user_hint(
                "no_speakers",
                "no sound output was found",
                "check that a sound device is connected",
            )
        };
        let device = cpal::default_host()
            .default_output_device()
            .ok_or_else(missing)?;
        let config = cpal::StreamConfig {
            channels: 2,
            sample_rate: SAMPLE_RATE_HZ,
            buffer_size: cpal::BufferSize::Default,
        };
        let (blocks, inbox) = sync_channel(BLOCKS);
        let mut source = Source {
            inbox,
            block: Vec::new(),
            at: 0,
        };
        let stream = device
            .build_output_stream(
                config,
                move |output: &mut [f32], _| source.fill(output),
                |error| tracing::warn!(%error, "sound output"),
                None,
            )
            .context("the sound output takes no stereo at 48 kHz")?;
        stream.play().context("the sound output does not start")?;
        Ok(Self {
            blocks,
            _stream: stream,
        })
    }

    /// Plays interleaved stereo blocks until they or the time are over.
    fn play(&self, sound: impl Iterator<Item = Vec<f32>>, limit: Option<Duration>) -> Result<()> {
        let start = Instant::now();
        for block in sound {
            if limit.is_some_and(|limit| start.elapsed() >= limit) {
                break;
            }
            self.blocks
                .send(block)
                .context("the sound output went away")?;
        }
        // What is on its way is heard out.
        std::thread::sleep(Duration::from_millis(20 * BLOCKS as u64));
        Ok(())
    }
}

/// What the sound callback reads from; it neither waits nor allocates.
struct Source {
    inbox: Receiver<Vec<f32>>,
    block: Vec<f32>,
    at: usize,
}

impl Source {
    fn fill(&mut self, output: &mut [f32]) {
        for sample in output {
            if self.at == self.block.len() {
                match self.inbox.try_recv() {
                    Ok(block) => (self.block, self.at) = (block, 0),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                        *sample = 0.0;
                        continue;
                    }
                }
            }
            *sample = self.block.get(self.at).copied().unwrap_or(0.0);
            self.at += 1;
        }
    }
}
