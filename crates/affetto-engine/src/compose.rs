//! Composing pieces, and writing them as files.

use std::sync::Arc;

use affetto_affect::Affect;
use affetto_audio::Pcm;
use affetto_audio::encode::{self, Format, Tags};
use affetto_audio::loudness::{Loudness, set_loudness};
use affetto_audio::render::{RenderLimits, RenderSettings, presets_of};
use affetto_compose::rework::Roles;
use affetto_compose::{Bar, Change, Length, Listener, Weights, Writer, bars_to_score};
use affetto_music::{Role, Score, midi, musicxml};

use crate::request::{DefaultStrategy, MusicRequest, Understood};
use crate::{Engine, Error, FileFormat};

/// A composed piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Title, e.g. `"Pop in A minor"`.
    pub title: String,
    /// The request, understood.
    pub understood: Understood,
    /// What was asked of the music, on average over the piece.
    pub requested: Affect,
    /// What the in-loop listening model heard, on average; `None` for music nobody listened to.
    pub heard: Option<Affect>,
    /// The notes on the grid, for notation.
    pub score: Score,
    /// The notes as performed, for MIDI and audio.
    pub performed: Score,
    /// Number of bars.
    pub bars: usize,
}

impl Piece {
    /// A piece out of consecutive bars; `understood` says what they were composed for.
    #[must_use]
    pub fn from_bars(bars: &[Bar], understood: Understood, title: Option<String>) -> Self {
        let (mut score, mut performed) = bars_to_score(bars);
        let key = score
            .keys
            .first()
            .map_or_else(String::new, |k| format!(" in {}", k.key));
        let title = title.unwrap_or_else(|| {
            let genre = affetto_compose::genre::profile(understood.music.genre).label;
            format!("{genre}{key}")
        });
        let requested =
            mean(bars.iter().map(|bar| bar.plan.target)).unwrap_or(understood.music.target);
        // The first bars were heard with little context, so they do not count where there are more.
        let settled = if bars.len() > SETTLED_BARS {
            &bars[SETTLED_BARS / 2..]
        } else {
            bars
        };
        let heard = mean(settled.iter().filter_map(|bar| bar.heard));
        let comment = description(&understood, requested, heard);
        for made in [&mut score, &mut performed] {
            made.title = Some(title.clone());
            made.comments = vec![comment.clone()];
        }
        Self {
            title,
            understood,
            requested,
            heard,
            score,
            performed,
            bars: bars.len(),
        }
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.performed.duration_seconds()
    }

    /// Key of the first bar, e.g. `"A minor"`.
    #[must_use]
    pub fn key(&self) -> String {
        self.score
            .keys
            .first()
            .map_or_else(String::new, |change| change.key.to_string())
    }

    /// Tempo of the first bar in quarter notes a minute.
    #[must_use]
    pub fn tempo_bpm(&self) -> f64 {
        self.score
            .tempos
            .first()
            .map_or(120.0, |change| change.bpm.get())
    }

    /// The roles that play.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        Roles::of(&self.performed).present().collect()
    }

    /// How the piece was made, for tags.
    #[must_use]
    pub fn tags(&self) -> Tags {
        Tags {
            title: Some(self.title.clone()),
            artist: Some("Affetto".into()),
            comment: self.score.comments.first().cloned(),
            request: Some(request_tag(&self.understood)),
            seed: Some(self.understood.music.seed),
            model: Some(format!(
                "{}; symbolic-emotion in loop",
                written_by(&self.understood)
            )),
            software: Some(concat!("affetto ", env!("CARGO_PKG_VERSION")).into()),
            ..Tags::default()
        }
    }
}

/// The request in the words of the command line, so that it can be asked for again.
fn request_tag(understood: &Understood) -> String {
    let (music, start) = (&understood.music, understood.plan.start());
    format!(
        "--valence {:.3} --arousal {:.3} --strategy {} --genre {} --texture {} --candidates {}",
        start.v(),
        start.a(),
        understood.plan.strategy(),
        music.genre,
        music.texture,
        music.candidates
    )
}

/// What wrote the bars.
fn written_by(understood: &Understood) -> String {
    match (understood.music.writer, &understood.music.weights) {
        (Writer::Rules, _) => "rule source".to_owned(),
        (Writer::Neural, Weights::Style(name)) => format!("note model, own style {name}"),
        (Writer::Neural, weights) => format!("note model, weights {weights}"),
    }
}

/// Bars after which the listening model has heard enough.
const SETTLED_BARS: usize = 8;

fn mean(points: impl Iterator<Item = Affect>) -> Option<Affect> {
    let points: Vec<Affect> = points.collect();
    let n = points.len() as f64;
    let sum = |axis: fn(Affect) -> f64| points.iter().map(|&p| axis(p)).sum::<f64>() / n;
    (!points.is_empty()).then(|| Affect::clamped(sum(Affect::v), sum(Affect::a)))
}

/// How a piece was made: request, seed and what composed and chose it.
fn description(understood: &Understood, requested: Affect, heard: Option<Affect>) -> String {
    let music = &understood.music;
    let heard = heard.map_or_else(String::new, |h| {
        format!(", heard {:.2},{:.2}", h.v(), h.a())
    });
    let shaped = if understood.preferences.is_neutral() {
        ""
    } else {
        ", shaped by the preferences of its listener"
    };
    format!(
        "Composed by affetto {} ({}, {} candidates a bar): valence,arousal {:.2},{:.2}{heard}, strategy {}, {}, {}, seed {}{shaped}",
        env!("CARGO_PKG_VERSION"),
        written_by(understood),
        music.candidates,
        requested.v(),
        requested.a(),
        understood.plan.strategy(),
        music.genre,
        music.texture,
        music.seed,
    )
}

impl Engine {
    /// Composes a piece. The same request gives the same piece.
    ///
    /// # Errors
    /// [`Error::User`] naming the first value that is unknown or outside its range.
    pub fn compose(&self, request: &MusicRequest) -> Result<Piece, Error> {
        let understood = self.understand(request, DefaultStrategy::Match)?;
        let bars = self.compose_bars(&understood)?;
        Ok(Piece::from_bars(&bars, understood, None))
    }

    /// Composes the bars of a finite piece along its way across the plane.
    pub(crate) fn compose_bars(&self, understood: &Understood) -> Result<Vec<Bar>, Error> {
        let mut composer = self.composer(understood.music.clone())?;
        let mut bars = Vec::new();
        let mut elapsed_s = 0.0;
        while !composer.is_over() {
            composer.change(Change::Target(along(understood, elapsed_s)))?;
            let bar = composer.next_bar();
            let quarters =
                f64::from(bar.plan.ticks()) / f64::from(affetto_music::score::TICKS_PER_QUARTER);
            elapsed_s += quarters * bar.plan.bpm.seconds_per_quarter();
            bars.push(bar);
        }
        Ok(bars)
    }

    /// The ear that chooses among candidates.
    ///
    /// # Errors
    /// [`Error::Internal`] when the weights inside the program cannot be read.
    pub fn listener(&self) -> Result<Arc<dyn Listener>, Error> {
        Ok(self.in_loop()?)
    }

    /// Writes a piece in a format.
    ///
    /// # Errors
    /// [`Error::User`] when the SoundFont cannot be used or the format was left out of this build.
    pub fn export(
        &self,
        piece: &Piece,
        format: FileFormat,
        loudness: LoudnessMode,
    ) -> Result<Vec<u8>, Error> {
        match format {
            FileFormat::Midi => Ok(midi::write(&piece.performed)),
            FileFormat::MusicXml => {
                Ok(musicxml::write(&piece.score, musicxml::Layout::FullScore)?.into_bytes())
            }
            FileFormat::LeadSheet => {
                Ok(musicxml::write(&piece.score, musicxml::Layout::LeadSheet)?.into_bytes())
            }
            audio => {
                let pcm = self.render_score(&piece.performed, loudness)?;
                encode(&pcm, audio, &piece.tags())
            }
        }
    }

    /// Renders a MIDI file as audio.
    ///
    /// # Errors
    /// [`Error::User`] when the bytes are no MIDI file, are longer than an hour, or the format is
    /// no audio format.
    pub fn render(
        &self,
        midi_bytes: &[u8],
        format: FileFormat,
        loudness: LoudnessMode,
    ) -> Result<Vec<u8>, Error> {
        if !format.is_audio() {
            return Err(Error::user(
                "unknown_format",
                format!("cannot render to {format}: expected one of: wav, flac, mp3, opus"),
            ));
        }
        let score = midi::read(midi_bytes)?;
        let pcm = self.render_score(&score, loudness)?;
        let tags = Tags {
            title: score.title.clone(),
            comment: score.comments.first().cloned(),
            ..Tags::default()
        };
        encode(&pcm, format, &tags)
    }

    /// Renders a MIDI file as plain sound.
    ///
    /// # Errors
    /// [`Error::User`] when the bytes are no MIDI file or are longer than an hour.
    pub fn render_midi(&self, midi_bytes: &[u8], loudness: LoudnessMode) -> Result<Pcm, Error> {
        self.render_score(&midi::read(midi_bytes)?, loudness)
    }

    /// Renders a score at the asked loudness, 48 kHz.
    ///
    /// # Errors
    /// [`Error::User`] when the SoundFont cannot be used or the score is longer than an hour.
    pub fn render_score(&self, score: &Score, loudness: LoudnessMode) -> Result<Pcm, Error> {
        let sound = &self.settings().sound;
        let font = self.soundfont(&presets_of(score))?;
        let settings = RenderSettings {
            polyphony: sound.polyphony,
            ..RenderSettings::default()
        };
        let mut pcm =
            affetto_audio::render::render_score(score, &font, &settings, &RenderLimits::default())?;
        set_loudness(&mut pcm, self.loudness(loudness))?;
        Ok(pcm)
    }

    /// The loudness of a mode in numbers.
    pub(crate) fn loudness(&self, mode: LoudnessMode) -> Loudness {
        match mode {
            LoudnessMode::Normalized => Loudness::Target {
                lufs: self.settings().sound.loudness_lufs,
            },
            LoudnessMode::Asked => Loudness::Asked,
        }
    }

    /// Composes `count` pieces with seeds counting up from the request's, handing each to `each`.
    ///
    /// # Errors
    /// As [`Engine::compose`], and whatever `each` returns.
    pub fn compose_many(
        &self,
        request: &MusicRequest,
        count: u32,
        mut each: impl FnMut(u32, Piece) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let first = request.seed.unwrap_or(0);
        for number in 0..count {
            let seed = Some(first.wrapping_add(u64::from(number)));
            each(
                number,
                self.compose(&MusicRequest {
                    seed,
                    ..request.clone()
                })?,
            )?;
        }
        Ok(())
    }
}

/// Loudness of exported audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoudnessMode {
    /// The configured integrated loudness.
    #[default]
    Normalized,
    /// As soft or loud as the music asks.
    Asked,
}

/// Where a piece should be on the plane after some seconds. A piece whose plan is longer than
/// itself still arrives: the way is passed in three quarters of its length.
fn along(understood: &Understood, elapsed_s: f64) -> Affect {
    let plan = &understood.plan;
    let whole_s = match understood.music.length {
        Length::Seconds(seconds) => seconds,
        Length::Bars(bars) => f64::from(bars) * TYPICAL_BAR_S,
        Length::Endless => return plan.target(elapsed_s),
    };
    let speed = (plan.duration_s() / (0.75 * whole_s)).max(1.0);
    plan.target(elapsed_s * speed)
}

/// Length of a bar in seconds, roughly: four beats at 110 bpm.
const TYPICAL_BAR_S: f64 = 2.2;

pub(crate) fn encode(pcm: &Pcm, format: FileFormat, tags: &Tags) -> Result<Vec<u8>, Error> {
    let format = match format {
        FileFormat::Wav => Format::Wav,
        FileFormat::Flac => Format::Flac,
        FileFormat::Mp3 => Format::Mp3,
        FileFormat::Opus => Format::Opus,
        notes => return Err(Error::Internal(format!("{notes} is no audio format"))),
    };
    Ok(encode::encode(pcm, format, tags)?)
}
