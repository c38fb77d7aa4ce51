//! Songs on the wire.

use std::collections::BTreeMap;

use affetto_engine::songs::recommend::{Bridges, ChosenSong, SetMusic, SongRequest, SongSet};
use affetto_engine::songs::{self, SongId};
use affetto_engine::{MusicRequest, Quadrant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Point, Sensed};

/// A song.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Song {
    /// Its number in the library.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Artists.
    pub artist: String,
    /// Album.
    pub album: Option<String>,
    /// Year of release.
    pub year: Option<u16>,
    /// Genre in lower case.
    pub genre: Option<String>,
    /// Length in seconds.
    pub seconds: Option<f64>,
    /// Whether its sound is here: then `GET /api/v1/songs/{id}/audio` plays it.
    pub playable: bool,
    /// Where it can be opened elsewhere.
    pub link: Option<String>,
    /// Place on the plane, as its most trusted source says.
    pub mood: Option<Point>,
    /// Tempo in beats a minute.
    pub tempo_bpm: Option<f32>,
    /// Loudness in LUFS.
    pub loudness_lufs: Option<f32>,
    /// Names of the sources that know it.
    pub sources: Vec<String>,
}

impl From<&songs::Song> for Song {
    fn from(song: &songs::Song) -> Self {
        let info = &song.info;
        Self {
            id: song.id.0,
            title: info.title.clone(),
            artist: info.artist.clone(),
            album: info.album.clone(),
            year: info.year,
            genre: info.genre.clone(),
            seconds: info.duration_s,
            playable: info.path.is_some(),
            link: info.link.clone(),
            mood: info.mood.map(|mood| mood.point().into()),
            tempo_bpm: info.sound.map(|sound| sound.tempo_bpm),
            loudness_lufs: info.sound.map(|sound| sound.loudness_lufs),
            sources: song.sources.clone(),
        }
    }
}

/// Which songs are listed.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SongQuery {
    /// Words that title, artist or album contain.
    pub text: Option<String>,
    /// Genre.
    pub genre: Option<String>,
    /// `happiness`, `anger`, `sadness` or `calmness`.
    pub quadrant: Option<String>,
    /// Name of a source that knows the song.
    pub source: Option<String>,
    /// `true` for songs whose sound is here.
    pub playable: Option<bool>,
    /// How many songs are passed over, in the order of artist and title.
    pub offset: Option<u64>,
    /// Most songs, at most 1000; 50 when left out.
    pub limit: Option<u64>,
}

impl SongQuery {
    /// What the engine is asked for.
    ///
    /// # Errors
    /// [`affetto_engine::Error::User`] for an unknown quadrant.
    pub(crate) fn into_search(self) -> Result<songs::Search, affetto_engine::Error> {
        let usual = songs::Search::default();
        let quadrant = self.quadrant.as_deref().map(str::parse::<Quadrant>);
        Ok(songs::Search {
            text: self.text.unwrap_or_default(),
            genre: self.genre.map(|genre| genre.to_lowercase()),
            quadrant: quadrant.transpose()?,
            playable: match self.playable {
                Some(true) => songs::Playable::Only,
                _ => songs::Playable::Any,
            },
            source: self.source,
            offset: self.offset.unwrap_or(0),
            limit: self.limit.unwrap_or(usual.limit),
        })
    }
}

/// A page of songs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SongPage {
    /// The songs.
    pub songs: Vec<Song>,
    /// How many there are on all pages.
    pub total: u64,
}

/// What the library holds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LibraryStatus {
    /// All songs.
    pub songs: u64,
    /// Songs whose sound is here.
    pub playable: u64,
    /// Songs by quadrant; the others have no place on the plane.
    pub quadrants: BTreeMap<String, u64>,
    /// The most frequent genres.
    pub genres: Vec<Count>,
    /// Who names songs.
    pub sources: Vec<Count>,
}

/// A name with how many songs it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// The name.
    pub name: String,
    /// How many songs.
    pub songs: u64,
}

impl LibraryStatus {
    /// The status from what the engine counts.
    #[must_use]
    pub fn of(facets: songs::Facets, sources: Vec<songs::SourceSummary>) -> Self {
        let quadrants = Quadrant::ALL.iter().zip(facets.quadrants);
        let genres = facets.genres.into_iter();
        let sources = sources.into_iter();
        Self {
            songs: facets.songs,
            playable: facets.playable,
            quadrants: quadrants
                .map(|(quadrant, n)| (quadrant.name().to_owned(), n))
                .collect(),
            genres: genres.map(|(name, songs)| Count { name, songs }).collect(),
            sources: sources
                .map(|summary| Count {
                    name: summary.source.name,
                    songs: summary.songs,
                })
                .collect(),
        }
    }
}

/// All songs that have a place, as columns of one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct SongMap {
    /// Numbers of the songs.
    pub ids: Vec<i64>,
    /// Valence of each in quantiles of the library, in −1..=1.
    pub valence: Vec<f32>,
    /// Arousal of each in quantiles of the library, in −1..=1.
    pub arousal: Vec<f32>,
}

/// What songs somebody asks for.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RecommendRequest {
    /// How the listener feels, in words or emoji.
    pub text: Option<String>,
    /// Valence; with `arousal` instead of `text`.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub valence: Option<f64>,
    /// Arousal.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub arousal: Option<f64>,
    /// `match`, `lift`, `soothe`, `focus`, `goal`, `regulate` or `iso`; without one, what helped
    /// this listener.
    pub strategy: Option<String>,
    /// `calm`, `inspiration` or `vigor`, for the strategy `focus`.
    pub focus_mode: Option<String>,
    /// Where to go, for the strategy `goal`.
    pub goal: Option<Point>,
    /// `gentle`, `steady` or `quick`.
    pub pace: Option<String>,
    /// How many songs; 10 when neither this nor `minutes` is given.
    #[schema(minimum = 1, maximum = 200)]
    pub count: Option<usize>,
    /// Instead: how many minutes.
    pub minutes: Option<f64>,
    /// `audio`, `text` or `all`.
    pub mode: Option<String>,
    /// Number of the song that plays now, from which the set goes on.
    pub after: Option<i64>,
    /// Whether composed music may stand where no song follows well.
    pub bridges: bool,
    /// Seed of what is left to chance.
    pub seed: Option<u64>,
}

impl RecommendRequest {
    /// What the engine is asked for.
    #[must_use]
    pub fn into_request(self) -> SongRequest {
        SongRequest {
            mood: MusicRequest {
                text: self.text,
                valence: self.valence,
                arousal: self.arousal,
                strategy: self.strategy,
                focus_mode: self.focus_mode,
                goal: self.goal.map(|goal| (goal.valence, goal.arousal)),
                pace: self.pace,
                seed: self.seed,
                ..MusicRequest::default()
            },
            count: self.count,
            minutes: self.minutes,
            mode: self.mode,
            after: self.after.map(SongId),
            bridges: match self.bridges {
                true => Bridges::WhereNeeded,
                false => Bridges::Never,
            },
        }
    }
}

/// A set of songs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Recommended {
    /// What was sensed, where there was anything to sense.
    pub sensed: Option<Sensed>,
    /// Where the listener is.
    pub felt: Point,
    /// How they are led.
    pub strategy: String,
    /// The way across the plane.
    pub plan: Vec<PlanMoment>,
    /// What plays, in order.
    pub slots: Vec<RecommendedSlot>,
}

/// A moment of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct PlanMoment {
    /// Seconds from the start.
    pub t_seconds: f64,
    /// Valence then.
    pub valence: f64,
    /// Arousal then.
    pub arousal: f64,
}

/// What plays for a while: a song, or composed music.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecommendedSlot {
    /// Seconds from the start.
    pub start_s: f64,
    /// Where the music should be then.
    pub target: Point,
    /// The song; `null` where music is composed.
    pub song: Option<Recommendation>,
    /// The bridge; `null` where a song plays.
    pub bridge: Option<SongBridge>,
}

/// A song with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Recommendation {
    /// The song.
    pub song: Song,
    /// Where this listener hears it, in quantiles of the library.
    pub heard: Point,
    /// Standard deviation of its valence.
    pub valence_sd: f64,
    /// Standard deviation of its arousal.
    pub arousal_sd: f64,
    /// Sum of the parts, in nats.
    pub score: f64,
    /// The parts by name, weighted.
    pub parts: BTreeMap<String, f64>,
    /// A sentence that begins with "because".
    pub because: String,
    /// What nearly was chosen instead, nearest first.
    pub alternatives: Vec<AlternativeSong>,
}

/// A song that was nearly chosen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlternativeSong {
    /// The song.
    pub song: Song,
    /// How much worse its score is, in nats.
    pub behind: f64,
    /// What would have put it first, in words.
    pub change: Option<String>,
}

/// Composed music between songs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct SongBridge {
    /// Where it starts.
    pub from: Point,
    /// Where it ends.
    pub to: Point,
    /// How long it should be, in seconds.
    pub seconds: f64,
}

impl From<&SongSet> for Recommended {
    fn from(set: &SongSet) -> Self {
        let plan = set.plan.iter().map(|moment| PlanMoment {
            t_seconds: moment.t_seconds,
            valence: moment.point.v(),
            arousal: moment.point.a(),
        });
        let slots = set.slots.iter().map(|slot| {
            let (song, bridge) = match &slot.music {
                SetMusic::Song(song) => (Some(Recommendation::from(&**song)), None),
                SetMusic::Compose(compose) => (
                    None,
                    Some(SongBridge {
                        from: compose.from.into(),
                        to: compose.to.into(),
                        seconds: compose.duration_s,
                    }),
                ),
            };
            RecommendedSlot {
                start_s: slot.start_s,
                target: slot.target.into(),
                song,
                bridge,
            }
        });
        Self {
            sensed: set.sensed.as_ref().map(Sensed::from),
            felt: set.felt.into(),
            strategy: set.strategy.clone(),
            plan: plan.collect(),
            slots: slots.collect(),
        }
    }
}

impl From<&ChosenSong> for Recommendation {
    fn from(chosen: &ChosenSong) -> Self {
        let parts = chosen.parts.iter();
        let alternatives = chosen.alternatives.iter();
        Self {
            song: Song::from(&chosen.song),
            heard: chosen.heard.into(),
            valence_sd: chosen.sd[0],
            arousal_sd: chosen.sd[1],
            score: chosen.score,
            parts: parts
                .map(|(name, value)| ((*name).to_owned(), *value))
                .collect(),
            because: chosen.because.clone(),
            alternatives: alternatives
                .map(|(song, behind, change)| AlternativeSong {
                    song: Song::from(song),
                    behind: *behind,
                    change: change.clone(),
                })
                .collect(),
        }
    }
}

/// What a listener says to a song.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SongFeedbackRequest {
    /// `like`, `dislike`, `skip`, `finish`, `replay`, `too-sad`, `too-happy`, `too-calm`,
    /// `too-wild` or `rated`.
    #[schema(example = "like")]
    pub reaction: String,
    /// With `skip`: after how many seconds of the song.
    #[serde(default)]
    pub at_seconds: Option<f64>,
    /// With `rated`: where the listener puts the song.
    #[serde(default)]
    pub point: Option<Point>,
    /// The point that the song was recommended for.
    #[serde(default)]
    pub target: Option<Point>,
}

/// What is to be heard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanRequest {
    /// Folder on the machine of the server.
    #[schema(example = "/home/me/Music")]
    pub folder: String,
    /// Whether two windows of 30 s of each song are enough for now.
    #[serde(default)]
    pub quick: bool,
}

/// How far the last scan is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScanStatus {
    /// Whether it is running.
    pub running: bool,
    /// Files that are to be heard.
    pub all: u64,
    /// Of these, done or failed.
    pub done: u64,
    /// Songs that are new in the library, once it has ended.
    pub added: Option<u64>,
    /// Files that cannot be heard, the first 100, once it has ended.
    pub failed: Vec<FailedFile>,
    /// Why it stopped before its end.
    pub problem: Option<String>,
}

/// A file that cannot be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FailedFile {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl From<crate::scans::ScanState> for ScanStatus {
    fn from(state: crate::scans::ScanState) -> Self {
        let report = state.report.as_ref();
        let failed = report.into_iter().flat_map(|report| &report.failed);
        Self {
            running: state.is_running,
            all: state.progress.all,
            done: state.progress.done,
            added: report.map(|report| report.added),
            failed: failed
                .map(|(path, reason)| FailedFile {
                    path: path.display().to_string(),
                    reason: reason.clone(),
                })
                .collect(),
            problem: state.problem,
        }
    }
}
