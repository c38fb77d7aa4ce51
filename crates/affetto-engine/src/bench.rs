//! Measuring speed on the machine at hand.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use affetto_compose::{Request, Writer};
use affetto_music::midi;
use affetto_music::score::TICKS_PER_QUARTER;

use crate::compose::{LoudnessMode, Piece};
use crate::request::{DefaultStrategy, MusicRequest};
use crate::{Engine, Error, FileFormat};

/// Speeds; each is the median over the runs asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchReport {
    /// Composing and writing MIDI and WAV of one minute of a band, in seconds.
    pub minute_seconds: f64,
    /// Largest memory of the process so far, in MB; `None` where the system does not say.
    pub peak_memory_mb: Option<f64>,
    /// Composing alone with four candidates: seconds of music for each second of work.
    pub compose_times_real_time: f64,
    /// Writing bars of the same band by the neural writer, with four candidates.
    pub neural: BarSpeed,
    /// Rendering alone: seconds of music for each second of work.
    pub render_times_real_time: f64,
    /// The same for fluidsynth on the same file and SoundFont; `None` where it is not installed.
    pub fluidsynth_times_real_time: Option<f64>,
    /// Estimating a mood from a sentence, in milliseconds.
    pub sense_ms: f64,
    /// Judging a minute of music, in milliseconds.
    pub judge_ms: f64,
}

/// How fast the bars of a piece come, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarSpeed {
    /// Seconds of music for each second of work.
    pub times_real_time: f64,
    /// From nothing to the first bar, in milliseconds.
    pub first_bar_ms: f64,
    /// The 99th percentile of the share of its duration that writing a bar takes.
    pub p99_share: f64,
}

impl Engine {
    /// Measures everything, `runs` times each.
    ///
    /// # Errors
    /// [`Error::Io`] when a temporary file cannot be written.
    pub fn bench(&self, runs: u32) -> Result<BenchReport, Error> {
        let request = minute_of_band();
        let piece = self.compose(&request)?;
        let music_s = piece.seconds();
        let folder =
            tempfile::tempdir().map_err(|e| Error::io("create", "temporary folder".as_ref(), e))?;
        let minute_seconds = median(runs, || {
            let piece = self.compose(&request)?;
            for (name, format) in [("a.mid", FileFormat::Midi), ("a.wav", FileFormat::Wav)] {
                let bytes = self.export(&piece, format, LoudnessMode::Normalized)?;
                crate::write_atomic(&folder.path().join(name), &bytes)?;
            }
            Ok(())
        })?;
        let peak_memory_mb = peak_memory_mb();
        let compose_s = median(runs, || self.compose(&request).map(drop))?;
        let render_s = median(runs, || {
            self.render_score(&piece.performed, LoudnessMode::Asked)
                .map(drop)
        })?;
        let sense_s = median(runs, || {
            self.sense_text("so done with today, but hopeful").map(drop)
        })?;
        let judge_s = median(runs, || self.judge_score(&piece.performed).map(drop))?;
        let fluidsynth_s = self.fluidsynth(runs, folder.path(), &piece)?;
        Ok(BenchReport {
            minute_seconds,
            peak_memory_mb,
            compose_times_real_time: music_s / compose_s,
            neural: self.bar_speed(Writer::Neural)?,
            render_times_real_time: music_s / render_s,
            fluidsynth_times_real_time: fluidsynth_s.map(|seconds| music_s / seconds),
            sense_ms: sense_s * 1e3,
            judge_ms: judge_s * 1e3,
        })
    }

    /// Writes a minute of a band, bar after bar.
    fn bar_speed(&self, writer: Writer) -> Result<BarSpeed, Error> {
        let understood = self.understand(&minute_of_band(), DefaultStrategy::Match)?;
        let request = Request {
            writer,
            ..understood.music
        };
        let mut before = Instant::now();
        let mut composer = self.composer(request)?;
        let (mut music_s, mut work, mut shares) = (0.0, Vec::new(), Vec::new());
        while !composer.is_over() {
            let plan = composer.next_bar().plan;
            let seconds = f64::from(plan.ticks()) / f64::from(TICKS_PER_QUARTER)
                * plan.bpm.seconds_per_quarter();
            let took = before.elapsed().as_secs_f64();
            work.push(took);
            music_s += seconds;
            shares.push(took / seconds);
            before = Instant::now();
        }
        shares.sort_by(f64::total_cmp);
        Ok(BarSpeed {
            times_real_time: music_s / work.iter().sum::<f64>(),
            first_bar_ms: work[0] * 1e3,
            p99_share: shares[(shares.len() - 1) * 99 / 100],
        })
    }

    /// Seconds fluidsynth takes for the same file with the same font, or `None` without it.
    fn fluidsynth(&self, runs: u32, folder: &Path, piece: &Piece) -> Result<Option<f64>, Error> {
        let quiet = |command: &mut Command| {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
        };
        if quiet(Command::new("fluidsynth").arg("--version")).is_err() {
            return Ok(None);
        }
        let (song, wav, embedded) = (
            folder.join("b.mid"),
            folder.join("b.wav"),
            folder.join("font.sf3"),
        );
        crate::write_atomic(&song, &midi::write(&piece.performed))?;
        let configured = &self.settings().sound.soundfont;
        let font = if configured.as_os_str().is_empty() {
            crate::write_atomic(&embedded, affetto_audio::soundfont::embedded_bytes())?;
            embedded
        } else {
            configured.clone()
        };
        let seconds = median(runs, || {
            let mut command = Command::new("fluidsynth");
            command
                .args(["-ni", "-r", "48000", "-F"])
                .arg(&wav)
                .arg(&font)
                .arg(&song);
            quiet(&mut command)
                .map(drop)
                .map_err(|e| Error::io("run", "fluidsynth".as_ref(), e))
        })?;
        Ok(Some(seconds))
    }
}

/// One minute of a band of five tracks.
fn minute_of_band() -> MusicRequest {
    MusicRequest {
        valence: Some(0.7),
        arousal: Some(0.6),
        seconds: Some(60.0),
        seed: Some(1),
        ..MusicRequest::default()
    }
}

/// Median seconds over some runs of a piece of work.
fn median(runs: u32, mut work: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut seconds = Vec::new();
    for _ in 0..runs.max(1) {
        let start = Instant::now();
        work()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}

/// Largest resident memory of this process so far, from Linux's `/proc`.
pub(crate) fn peak_memory_mb() -> Option<f64> {
    memory_mb("VmHWM:")
}

/// Resident memory of this process now.
pub(crate) fn resident_memory_mb() -> Option<f64> {
    memory_mb("VmRSS:")
}

/// One line of `/proc/self/status` in MB.
fn memory_mb(line: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(line))?;
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse::<f64>()
        .ok()
        .map(|kb| kb / 1024.0)
}
