//! Understanding a request: from what somebody typed or dialed to what the composer is asked for.

use affetto_affect::{Affect, Estimate, FocusMode, Pace, Plan, Preset, Strategy};
use affetto_compose::tokens::{PieceBar, grid_bars};
use affetto_compose::{
    CueOffsets, Genre, Length, PerformanceSettings, Request, Sampling, TargetOffset, Weights,
    Writer,
};
use affetto_music::{Bpm, Chord, midi};

use crate::feedback::Preferences;
use crate::sense::Sensed;
use crate::styles::{self, genre_or_style};
use crate::{Engine, Error};

/// What a caller says about mood and music, as typed; everything may be left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MusicRequest {
    /// How the listener feels, in words or emoji.
    pub text: Option<String>,
    /// How the listener feels, as their senses told already; instead of `text`.
    pub sensed: Option<Sensed>,
    /// Valence in −1..=1; with `arousal` instead of `text`.
    pub valence: Option<f64>,
    /// Arousal in −1..=1.
    pub arousal: Option<f64>,
    /// `match`, `lift`, `soothe`, `focus`, `goal` or `regulate`.
    pub strategy: Option<String>,
    /// `calm`, `inspiration` or `vigor`.
    pub focus_mode: Option<String>,
    /// `study`, `work`, `workout` or `reading`.
    pub preset: Option<String>,
    /// Where to go, valence and arousal in −1..=1.
    pub goal: Option<(f64, f64)>,
    /// `gentle`, `steady` or `quick`.
    pub pace: Option<String>,
    /// Genre, or a style of the user's own, by name.
    pub genre: Option<String>,
    /// `mono`, `poly` or `band`.
    pub texture: Option<String>,
    /// Highest arousal the music may express, in −1..=1.
    pub energy_cap: Option<f64>,
    /// Key by name, e.g. `F# minor`.
    pub key: Option<String>,
    /// Tempo in quarter notes a minute, in 10..=400.
    pub tempo: Option<f64>,
    /// Chord symbols separated by spaces, one a bar.
    pub chords: Option<String>,
    /// What the listener pulls by hand.
    pub cues: Option<CueOffsets>,
    /// Expressive performance.
    pub performance: Option<PerformanceSettings>,
    /// Length in bars, in 1..=2000.
    pub bars: Option<u32>,
    /// Length in seconds, in 1..=3600.
    pub seconds: Option<f64>,
    /// Candidates a bar, in 1..=16.
    pub candidates: Option<u32>,
    /// Seed.
    pub seed: Option<u64>,
    /// `rules` or `neural`.
    pub writer: Option<String>,
    /// `notes` or `free`: what the neural writer composes with.
    pub weights: Option<String>,
    /// How far emotion leads the neural writer, in 0..=4; 1 takes it as it is.
    pub guidance: Option<f64>,
    /// How much the neural writer dares, in 0.1..=3; 1 takes it as it is.
    pub variety: Option<f64>,
    /// MIDI file whose bars the neural writer continues, at most [`MAX_PRIMER_BYTES`] with at most
    /// [`MAX_PRIMER_NOTES`].
    pub primer: Option<Vec<u8>>,
    /// What the listener likes, as [`Engine::preferences`] says; the default leaves it out.
    pub preferences: Preferences,
}

/// What music does about a feeling when nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultStrategy {
    /// Express it: for pieces that somebody asks for by name.
    Match,
    /// Regulate it gently: for listening sessions.
    Regulate,
}

/// A request, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// What was sensed, where there was anything to sense.
    pub sensed: Option<Sensed>,
    /// Where the listener is.
    pub felt: Affect,
    /// The way across the plane.
    pub plan: Plan,
    /// What the composer is asked for; its target is where the plan starts.
    pub music: Request,
    /// The preferences that are part of `music`.
    pub preferences: Preferences,
}

/// The bars of a MIDI file, the last [`MAX_PRIMER_BARS`] where it is longer.
fn primer(bytes: &[u8]) -> Result<Vec<PieceBar>, Error> {
    const HINT: &str = "give a MIDI file with a melody or some bars of music";
    if bytes.len() > MAX_PRIMER_BYTES {
        return Err(Error::user_hint(
            "too_large",
            format!(
                "the primer has {} bytes, expected at most {MAX_PRIMER_BYTES}",
                bytes.len()
            ),
            HINT,
        ));
    }
    let score = midi::read(bytes)?;
    let n_notes: usize = score.tracks.iter().map(|track| track.notes.len()).sum();
    if n_notes > MAX_PRIMER_NOTES {
        return Err(Error::user_hint(
            "too_large",
            format!("the primer has {n_notes} notes, expected at most {MAX_PRIMER_NOTES}"),
            HINT,
        ));
    }
    let mut bars = grid_bars(&score);
    bars.retain(|bar| !bar.bar.is_empty());
    if bars.is_empty() {
        return Err(Error::user_hint(
            "no_notes",
            "the primer holds no notes",
            HINT,
        ));
    }
    Ok(bars.split_off(bars.len().saturating_sub(MAX_PRIMER_BARS)))
}

/// What of a MIDI file the neural writer continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrimerFacts {
    /// Bars that are continued: the last ones of the file.
    pub bars: usize,
    /// Their notes.
    pub notes: usize,
}

impl PrimerFacts {
    /// Reads a MIDI file as a primer.
    ///
    /// # Errors
    /// [`Error::User`] when the bytes are no MIDI file, hold no notes, or more than
    /// [`MAX_PRIMER_BYTES`] or [`MAX_PRIMER_NOTES`] allow.
    pub fn of(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self::of_bars(&primer(bytes)?))
    }

    fn of_bars(bars: &[PieceBar]) -> Self {
        let voices = bars.iter().flat_map(|bar| &bar.bar.voices);
        Self {
            bars: bars.len(),
            notes: voices.map(Vec::len).sum(),
        }
    }
}

impl Understood {
    /// The bars that the neural writer continues, where a primer was given.
    #[must_use]
    pub fn primer(&self) -> Option<PrimerFacts> {
        let bars = &self.music.primer;
        (!bars.is_empty()).then(|| PrimerFacts::of_bars(bars))
    }
}

/// Largest primer in bytes.
pub const MAX_PRIMER_BYTES: usize = 1024 * 1024;
/// Most notes of a primer.
pub const MAX_PRIMER_NOTES: usize = 50_000;
/// Most bars of a primer that are read.
const MAX_PRIMER_BARS: usize = 16;

impl Engine {
    /// Understands a request.
    ///
    /// # Errors
    /// [`Error::User`] naming the first value that is unknown or outside its range.
    pub fn understand(
        &self,
        request: &MusicRequest,
        default: DefaultStrategy,
    ) -> Result<Understood, Error> {
        let (sensed, estimate) = self.mood(request)?;
        let crisis = sensed.as_ref().is_some_and(|s| s.crisis);
        let preset = request
            .preset
            .as_deref()
            .map(str::parse::<Preset>)
            .transpose()?;
        let preset = preset.map(Preset::settings);
        let strategy = match (strategy(request)?, preset) {
            // Music for somebody in distress stays gentle, whatever else was asked.
            _ if crisis => Strategy::Soothe,
            (Some(Chosen::Strategy(strategy)), _) => strategy,
            (Some(Chosen::Regulate), _) => Strategy::for_stranger(&estimate),
            (None, Some(preset)) => preset.strategy,
            (None, None) if default == DefaultStrategy::Match => Strategy::Match,
            (None, None) => Strategy::for_stranger(&estimate),
        };
        let pace = request
            .pace
            .as_deref()
            .map(str::parse::<Pace>)
            .transpose()?;
        let pace = pace.or(preset.map(|p| p.pace)).unwrap_or_default();
        let preset_cap = preset.map_or(1.0, |p| p.energy_cap);
        let gentle_cap = if crisis { GENTLE_CAP } else { 1.0 };
        let asked_cap = in_range("energy cap", request.energy_cap.unwrap_or(1.0))?;
        let energy_cap = asked_cap.min(preset_cap).min(gentle_cap);
        let felt = estimate.mean;
        let start = if crisis {
            Strategy::Soothe.goal(felt)
        } else {
            felt
        };
        // Concentration needs no meeting phase: focus starts where it stays.
        let start = if let Strategy::Focus(mode) = strategy {
            mode.point()
        } else {
            start
        };
        let plan = Plan::new(start, strategy, pace).with_energy_cap(energy_cap);
        let steady = matches!(strategy, Strategy::Focus(_)) || preset.is_some_and(|p| p.steady);
        let music = self.music(request, plan.target(0.0), energy_cap, steady)?;
        Ok(Understood {
            sensed,
            felt,
            plan,
            music,
            preferences: request.preferences,
        })
    }

    /// Where the listener is: from their senses, from text, from two numbers, else the middle of
    /// the plane.
    fn mood(&self, request: &MusicRequest) -> Result<(Option<Sensed>, Estimate), Error> {
        if let Some(sensed) = &request.sensed {
            return Ok((Some(sensed.clone()), sensed.estimate));
        }
        if let Some(text) = &request.text {
            let sensed = self.sense_text(text)?;
            let estimate = sensed.estimate;
            return Ok((Some(sensed), estimate));
        }
        let point = match (request.valence, request.arousal) {
            (Some(valence), Some(arousal)) => Affect::new(valence, arousal)?,
            (None, None) => Affect::default(),
            _ => {
                return Err(Error::user(
                    "invalid_request",
                    "valence and arousal must be given together",
                ));
            }
        };
        Ok((None, Estimate::certain(point)))
    }

    /// The genre, who writes, and with which weights: a style of the user's own is written by the
    /// neural writer.
    fn style_of_writing(&self, request: &MusicRequest) -> Result<(Genre, Writer, Weights), Error> {
        let defaults = &self.settings().compose;
        let genre = request.genre.as_deref().unwrap_or(&defaults.genre);
        let (genre, style) = genre_or_style(styles::folder().as_deref(), genre)?;
        let asked = request.writer.as_deref().map(str::parse::<Writer>);
        let asked = asked.transpose()?;
        let Some(style) = style else {
            let writer = asked.map_or_else(|| defaults.writer.parse(), Ok)?;
            let weights = request.weights.as_deref().unwrap_or(&defaults.weights);
            return Ok((genre, writer, weights.parse()?));
        };
        if asked == Some(Writer::Rules) || request.weights.is_some() {
            return Err(Error::user_hint(
                "invalid_request",
                format!("{} is a style with weights of its own", style.name),
                "leave out writer and weights, or name a genre",
            ));
        }
        Ok((genre, Writer::Neural, Weights::Style(style.name)))
    }

    /// What the composer is asked for.
    fn music(
        &self,
        request: &MusicRequest,
        target: Affect,
        energy_cap: f64,
        steady: bool,
    ) -> Result<Request, Error> {
        let (defaults, plain) = (&self.settings().compose, Sampling::default());
        let length = match (request.bars, request.seconds) {
            (Some(bars), None) => Length::Bars(bars),
            (None, Some(seconds)) => Length::Seconds(seconds),
            (None, None) => Length::Bars(DEFAULT_BARS),
            (Some(_), Some(_)) => {
                return Err(Error::user(
                    "invalid_request",
                    "give the length in bars or in seconds, not both",
                ));
            }
        };
        let chords = request.chords.as_deref().unwrap_or_default();
        let chords: Result<Vec<Chord>, _> = chords
            .split([' ', ',', '|'])
            .filter(|c| !c.is_empty())
            .map(str::parse)
            .collect();
        let (genre, writer, weights) = self.style_of_writing(request)?;
        let mut music = Request {
            target,
            genre,
            texture: request
                .texture
                .as_deref()
                .unwrap_or(&defaults.texture)
                .parse()?,
            length,
            key: request.key.as_deref().map(str::parse).transpose()?,
            tempo: request.tempo.map(Bpm::new).transpose()?,
            chords: chords?,
            energy_cap,
            steady,
            cues: request.cues.unwrap_or_default(),
            target_offset: TargetOffset::default(),
            encores: 0,
            performance: request.performance.unwrap_or_default(),
            candidates: request.candidates.unwrap_or(defaults.candidates),
            seed: request.seed.unwrap_or(0),
            writer,
            weights,
            sampling: Sampling {
                guidance: request.guidance.unwrap_or(plain.guidance),
                temperature: request.variety.unwrap_or(plain.temperature),
                ..plain
            },
            primer: request
                .primer
                .as_deref()
                .map(primer)
                .transpose()?
                .unwrap_or_default(),
        };
        music.validate()?;
        request.preferences.apply(&mut music);
        Ok(music)
    }
}

/// Length of a piece when nobody says.
const DEFAULT_BARS: u32 = 16;
/// Highest arousal of music for somebody in distress.
pub const GENTLE_CAP: f64 = -0.2;

/// What was asked for by name.
enum Chosen {
    Strategy(Strategy),
    Regulate,
}

/// Reads strategy, focus mode and goal, which come in fields of their own.
fn strategy(request: &MusicRequest) -> Result<Option<Chosen>, Error> {
    let mode = request
        .focus_mode
        .as_deref()
        .map(str::parse::<FocusMode>)
        .transpose()?;
    let goal = request.goal.map(|(v, a)| Affect::new(v, a)).transpose()?;
    let strategy = match request.strategy.as_deref().map(str::trim) {
        None | Some("") => match (mode, goal) {
            (Some(mode), _) => Strategy::Focus(mode),
            (None, Some(goal)) => Strategy::Goal(goal),
            (None, None) => return Ok(None),
        },
        Some("regulate") => return Ok(Some(Chosen::Regulate)),
        Some("goal") => Strategy::Goal(goal.ok_or_else(|| {
            Error::user_hint(
                "invalid_request",
                "the strategy goal needs a goal",
                "give the point to go to, e.g. --goal 0.5,-0.4",
            )
        })?),
        Some("focus") if request.preset.is_some() && mode.is_none() => return Ok(None),
        Some("focus") => Strategy::Focus(mode.unwrap_or_default()),
        Some(name) => name.parse()?,
    };
    Ok(Some(Chosen::Strategy(strategy)))
}

fn in_range(what: &str, value: f64) -> Result<f64, Error> {
    if (-1.0..=1.0).contains(&value) {
        return Ok(value);
    }
    Err(Error::user(
        "out_of_range",
        format!("{what} must be between -1 and 1, but was {value}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    /// Writes what was understood as `V,A -> V,A strategy pace cap`.
    #[track_caller]
    fn check(change: impl FnOnce(&mut MusicRequest), default: DefaultStrategy, expected: &str) {
        let engine = Engine::new(Settings::default()).unwrap();
        let mut request = MusicRequest::default();
        change(&mut request);
        let answer = match engine.understand(&request, default) {
            Ok(understood) => {
                let (from, to) = (understood.plan.start(), understood.plan.goal());
                format!(
                    "{:.1},{:.1} -> {:.1},{:.1} {} {} {}",
                    from.v(),
                    from.a(),
                    to.v(),
                    to.a(),
                    understood.plan.strategy(),
                    understood.plan.pace().name(),
                    if understood.music.steady {
                        "steady"
                    } else {
                        "free"
                    },
                )
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(answer, expected);
    }

    fn point(v: f64, a: f64) -> impl Fn(&mut MusicRequest) {
        move |r| (r.valence, r.arousal) = (Some(v), Some(a))
    }

    #[test]
    fn a_stranger_is_regulated_gently() {
        let check = |v, a, expected| check(point(v, a), DefaultStrategy::Regulate, expected);
        check(-0.7, 0.7, "-0.7,0.7 -> 0.5,-0.5 soothe steady free");
        check(-0.7, -0.6, "-0.7,-0.6 -> 0.7,0.4 lift steady free");
        check(0.7, 0.6, "0.7,0.6 -> 0.7,0.6 match steady free");
        check(0.6, -0.5, "0.6,-0.5 -> 0.6,-0.5 match steady free");
    }

    #[test]
    fn pieces_match_unless_told() {
        let check = |change: &dyn Fn(&mut MusicRequest), expected| {
            check(change, DefaultStrategy::Match, expected);
        };
        check(&point(-0.7, 0.7), "-0.7,0.7 -> -0.7,0.7 match steady free");
        check(
            &|r| {
                point(-0.7, 0.7)(r);
                r.strategy = Some("regulate".into());
            },
            "-0.7,0.7 -> 0.5,-0.5 soothe steady free",
        );
        check(
            &|r| (r.strategy, r.focus_mode) = (Some("focus".into()), Some("vigor".into())),
            "0.5,0.7 -> 0.5,0.7 focus:vigor steady steady",
        );
        check(
            &|r| r.preset = Some("reading".into()),
            "0.3,-0.4 -> 0.3,-0.4 focus:calm gentle steady",
        );
        check(
            &|r| (r.goal, r.pace) = (Some((0.5, 0.2)), Some("quick".into())),
            "0.0,0.0 -> 0.5,0.2 goal:0.5,0.2 quick free",
        );
    }

    #[test]
    fn mistakes_name_the_value_and_the_range() {
        let check = |change: &dyn Fn(&mut MusicRequest), expected| {
            check(change, DefaultStrategy::Match, expected);
        };
        check(
            &point(7.0, 0.0),
            "valence must be between -1 and 1, but was 7",
        );
        check(
            &|r| r.valence = Some(0.1),
            "valence and arousal must be given together",
        );
        check(
            &|r| r.energy_cap = Some(2.0),
            "energy cap must be between -1 and 1, but was 2",
        );
        check(
            &|r| r.strategy = Some("goal".into()),
            "the strategy goal needs a goal",
        );
        check(
            &|r| r.tempo = Some(1e4),
            "tempo in bpm must be between 10 and 400, but was 10000",
        );
        check(
            &|r| r.text = Some("  ".into()),
            "the text is empty, expected between 1 and 20000 bytes",
        );
        check(
            &|r| r.text = Some("x".repeat(20_001)),
            "the text has 20001 bytes, expected between 1 and 20000",
        );
        check(
            &|r| (r.bars, r.seconds) = (Some(1), Some(1.0)),
            "give the length in bars or in seconds, not both",
        );
    }

    #[test]
    fn distress_is_met_gently() {
        let engine = Engine::new(Settings::default()).unwrap();
        let request = MusicRequest {
            text: Some("I want to kill myself".into()),
            strategy: Some("match".into()),
            genre: Some("metal".into()),
            ..MusicRequest::default()
        };
        let understood = engine.understand(&request, DefaultStrategy::Match).unwrap();
        assert!(understood.sensed.is_some_and(|s| s.crisis));
        assert!(understood.plan.start().a() <= 0.0 && understood.plan.start().v() >= 0.0);
        assert!(understood.music.energy_cap <= GENTLE_CAP);
    }
}
