//! A set of songs for a mood: sensed, planned over time, ranked, explained.

use affetto_affect::{Affect, Estimate, Plan, Strategy};
use affetto_library::recommend::{
    AnalysisMode, Approach, Change, Explanation, Felt, Part, RankOptions, Ranked, Ranker, Said,
    SetLength, SetRequest, Slot, SlotMusic, WeightedKeyword,
};
pub use affetto_library::recommend::{Bridges, Compose};
use affetto_library::{Song, SongId};

use super::{Songs, now_s};
use crate::request::{DefaultStrategy, MusicRequest};
use crate::sense::{KeywordOptions, Sensed};
use crate::{Engine, Error};

/// Most songs of a set.
pub const MAX_SONGS: usize = 200;
/// Longest set in minutes.
pub const MAX_MINUTES: f64 = 600.0;
/// Songs of a set when nobody says.
const USUAL_SONGS: usize = 10;
/// Alternatives that are named for each song.
const ALTERNATIVES: usize = 3;
/// The points that tell a plan.
const PLAN_POINTS: usize = 13;
/// Keywords of what was said.
const KEYWORDS: usize = 10;

/// What songs somebody asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SongRequest {
    /// The mood, and what music should do about it. The strategy may also be `iso`: start where
    /// the listener is and lead from there, step by step.
    pub mood: MusicRequest,
    /// How many songs, in 1..=[`MAX_SONGS`]; default 10.
    pub count: Option<usize>,
    /// Instead: how many minutes, above 0 and at most [`MAX_MINUTES`].
    pub minutes: Option<f64>,
    /// `audio`, `text` (sound and the emotion of the lyrics) or `all` (what they are about, too);
    /// default all.
    pub mode: Option<String>,
    /// The song that plays now, from which the set goes on.
    pub after: Option<SongId>,
    /// Whether composed music may stand where no song follows well.
    pub bridges: Bridges,
}

/// A set of songs.
#[derive(Debug, Clone, PartialEq)]
pub struct SongSet {
    /// What was sensed, where there was anything to sense.
    pub sensed: Option<Sensed>,
    /// Where the listener is.
    pub felt: Affect,
    /// How they are led: the name of the strategy.
    pub strategy: String,
    /// The way across the plane.
    pub plan: Vec<PlanPoint>,
    /// What plays, in order.
    pub slots: Vec<SetSlot>,
}

/// A moment of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanPoint {
    /// Seconds from the start of the set.
    pub t_seconds: f64,
    /// Where the music should be then.
    pub point: Affect,
}

/// What plays for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct SetSlot {
    /// Seconds from the start of the set.
    pub start_s: f64,
    /// Where the music should be then.
    pub target: Affect,
    /// What it is.
    pub music: SetMusic,
}

/// A song, or composed music.
#[derive(Debug, Clone, PartialEq)]
pub enum SetMusic {
    /// A song with its reasons.
    Song(Box<ChosenSong>),
    /// Music to be composed.
    Compose(Compose),
}

/// A song with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenSong {
    /// The song.
    pub song: Song,
    /// Where this listener hears it, in quantiles of the library.
    pub heard: Affect,
    /// Standard deviations of that: valence, arousal.
    pub sd: [f64; 2],
    /// The sum of its parts, in nats: 0.7 more are twice as likely a fit.
    pub score: f64,
    /// The parts by name, weighted: their sum is the score.
    pub parts: Vec<(&'static str, f64)>,
    /// A sentence in English that begins with "because".
    pub because: String,
    /// What nearly was chosen instead, nearest first, with how much worse it is.
    pub alternatives: Vec<(Song, f64, Option<String>)>,
}

impl SongSet {
    /// The songs in their order.
    pub fn songs(&self) -> impl Iterator<Item = &ChosenSong> {
        self.slots.iter().filter_map(|slot| match &slot.music {
            SetMusic::Song(song) => Some(&**song),
            SetMusic::Compose(_) => None,
        })
    }
}

impl Engine {
    /// Recommends songs for a mood.
    ///
    /// Without a strategy the way is the one that helped this listener most in such a mood, and
    /// what helps most people where nothing is known yet.
    ///
    /// # Errors
    /// [`Error::User`] for a value that is unknown or outside its range, or a library without
    /// songs; as [`Engine::songs`] and [`Engine::understand`].
    pub fn recommend(&self, request: &SongRequest) -> Result<SongSet, Error> {
        let songs = self.songs()?;
        let snapshot = songs.snapshot()?;
        if snapshot.is_empty() {
            return Err(Error::user_hint(
                "empty_library",
                "the library has no songs",
                "add some: affetto library scan FOLDER, affetto catalogue add NAME --data FILE, or let Affetto compose an album with affetto library starter",
            ));
        }
        let listener = songs.listener()?;
        let length = length(request)?;
        let mode = mode(request.mode.as_deref())?;
        let (led, sensed, estimate) = self.led(request, &listener.approaches)?;
        let felt = Felt {
            estimate,
            said: self.said_in_words(&request.mood, sensed.as_ref())?,
        };
        let options = RankOptions {
            mode,
            now_s: now_s() as f64,
            seed: request.mood.seed.unwrap_or(0),
            ..RankOptions::default()
        };
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options)?;
        let asked = SetRequest {
            bridges: request.bridges,
            after: request.after,
            ..SetRequest::new(led.plan, length)
        };
        let planned = ranker.plan_set(&asked)?;
        let slots = planned.slots.iter();
        let slots: Vec<SetSlot> = slots
            .map(|slot| told(&songs, &ranker, slot))
            .collect::<Result<_, _>>()?;
        Ok(SongSet {
            sensed,
            felt: felt.estimate.mean,
            strategy: led.name,
            plan: way(&planned.slots),
            slots,
        })
    }

    /// How the listener is led: as they ask, else as has helped.
    fn led(
        &self,
        request: &SongRequest,
        approaches: &affetto_library::recommend::ApproachBandit,
    ) -> Result<(Led, Option<Sensed>, Estimate), Error> {
        let mut mood = request.mood.clone();
        let iso = mood.strategy.as_deref().map(str::trim) == Some("iso");
        if iso {
            mood.strategy = Some("regulate".into());
        }
        let asked = mood.strategy.is_some()
            || mood.focus_mode.is_some()
            || mood.preset.is_some()
            || mood.goal.is_some();
        let understood = self.understand(&mood, DefaultStrategy::Match)?;
        let sensed = understood.sensed;
        let estimate = sensed
            .as_ref()
            .map_or_else(|| Estimate::certain(understood.felt), |s| s.estimate);
        let in_distress = sensed.as_ref().is_some_and(|sensed| sensed.crisis);
        let led = if asked || in_distress {
            let name = if iso {
                "iso".into()
            } else {
                name_of(understood.plan.strategy())
            };
            Led {
                plan: understood.plan,
                name,
            }
        } else {
            let seed = mood.seed.unwrap_or_else(|| now_s().cast_unsigned());
            let approach = approaches.choose(&estimate, seed);
            let pace = understood.plan.pace();
            Led {
                plan: approach.plan(estimate.mean, pace),
                name: approach_name(approach).into(),
            }
        };
        Ok((led, sensed, estimate))
    }

    /// What was said in words, where words were sensed.
    fn said_in_words(
        &self,
        mood: &MusicRequest,
        sensed: Option<&Sensed>,
    ) -> Result<Option<Said>, Error> {
        let (Some(text), Some(sensed)) = (&mood.text, sensed) else {
            return Ok(None);
        };
        let options = KeywordOptions {
            n_keywords: KEYWORDS,
            ..KeywordOptions::default()
        };
        let keywords = self.keywords(text, &options)?;
        Ok(Some(Said {
            quadrants: sensed.estimate.quadrants,
            keywords: keywords
                .into_iter()
                .map(|keyword| WeightedKeyword {
                    text: keyword.text,
                    weight: f64::from(keyword.significance),
                    vector: Vec::new(),
                })
                .collect(),
        }))
    }
}

/// A plan with the name of its strategy.
struct Led {
    plan: Plan,
    name: String,
}

fn name_of(strategy: Strategy) -> String {
    match strategy {
        Strategy::Focus(mode) => format!("focus, {}", mode.name()),
        Strategy::Match => "match".into(),
        Strategy::Lift => "lift".into(),
        Strategy::Soothe => "soothe".into(),
        Strategy::Goal(_) => "goal".into(),
    }
}

fn approach_name(approach: Approach) -> &'static str {
    match approach {
        Approach::Match => "match",
        Approach::Lift => "lift",
        Approach::LiftAtOnce => "lift at once",
        Approach::Soothe => "soothe",
        Approach::SootheAtOnce => "soothe at once",
    }
}

fn length(request: &SongRequest) -> Result<SetLength, Error> {
    let out_of_range = |message: String| Err(Error::user("out_of_range", message));
    match (request.count, request.minutes) {
        (Some(_), Some(_)) => Err(Error::user(
            "invalid_request",
            "give either a number of songs or minutes, not both",
        )),
        (None, Some(minutes)) if !(minutes > 0.0 && minutes <= MAX_MINUTES) => out_of_range(
            format!("minutes must be above 0 and at most {MAX_MINUTES}, but was {minutes}"),
        ),
        (Some(count), None) if !(1..=MAX_SONGS).contains(&count) => out_of_range(format!(
            "the number of songs must be between 1 and {MAX_SONGS}, but was {count}"
        )),
        (None, Some(minutes)) => Ok(SetLength::Minutes(minutes)),
        (count, None) => Ok(SetLength::Songs(count.unwrap_or(USUAL_SONGS))),
    }
}

fn mode(name: Option<&str>) -> Result<AnalysisMode, Error> {
    match name.unwrap_or("all") {
        "audio" => Ok(AnalysisMode::Audio),
        "text" => Ok(AnalysisMode::AudioText),
        "all" => Ok(AnalysisMode::All),
        other => Err(Error::user(
            "unknown_name",
            format!("unknown mode {other:?}, expected one of: audio, text, all"),
        )),
    }
}

/// The way across the plane as the slots are asked for it.
fn way(slots: &[Slot]) -> Vec<PlanPoint> {
    let step = slots.len().div_ceil(PLAN_POINTS).max(1);
    let last = slots.len().saturating_sub(1);
    let shown = slots
        .iter()
        .enumerate()
        .filter(|(index, _)| index % step == 0 || *index == last);
    shown
        .map(|(_, slot)| PlanPoint {
            t_seconds: slot.start_s,
            point: slot.target.point,
        })
        .collect()
}

/// What would have put another song on top.
fn in_words(change: Change) -> String {
    match change {
        Change::Target { point, .. } => format!(
            "a target of valence {:+.2}, arousal {:+.2}",
            point.v(),
            point.a()
        ),
        Change::Without(part) => format!("leaving out {}", part.name()),
    }
}

/// A slot as it is shown.
fn told(songs: &Songs, ranker: &Ranker<'_>, slot: &Slot) -> Result<SetSlot, Error> {
    let music = match &slot.music {
        SlotMusic::Compose(compose) => SetMusic::Compose(*compose),
        SlotMusic::Song(ranked) => {
            let explained = ranker.explain(ranked, &slot.target, ALTERNATIVES);
            SetMusic::Song(Box::new(chosen(songs, ranked, &explained)?))
        }
    };
    Ok(SetSlot {
        start_s: slot.start_s,
        target: slot.target.point,
        music,
    })
}

fn chosen(songs: &Songs, ranked: &Ranked, explained: &Explanation) -> Result<ChosenSong, Error> {
    let parts = Part::ALL.map(|part| (part.name(), explained.weighted.get(part)));
    let alternatives = explained
        .alternatives
        .iter()
        .map(|other| {
            let change = other.change.map(in_words);
            Ok((songs.song(other.song.song)?, other.behind, change))
        })
        .collect::<Result<_, Error>>()?;
    Ok(ChosenSong {
        song: songs.song(ranked.song)?,
        heard: ranked.place.mean,
        sd: [ranked.place.valence_sd, ranked.place.arousal_sd],
        score: ranked.total,
        parts: parts.to_vec(),
        because: explained.because.clone(),
        alternatives,
    })
}
