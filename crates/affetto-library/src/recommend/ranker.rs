//! A listener's question put to a library: every song's score at any point.

use affetto_affect::{Affect, Covariance, Estimate};

use super::Error;
use super::analyses::{
    AnalysisMode, Said, Target, Themes, acoustic, acoustic_kernel, semantic, textual,
};
use super::listener::{ListenerModel, SongMemory};
use super::lyrics::NO_LYRICS;
use super::scan::{Kernel, Scored, best_by_mood};
use super::score::{ScoreParts, ScoreWeights};
use super::snapshot::{Place, Run, Snapshot, UNKNOWN};
use super::taste::{ARTIST, GENRE, SONG, Votes};
use crate::SongId;

/// What a song costs right after it was played, in nats, and how long that takes to fade to a
/// third, in seconds: a day. Ours.
const PLAYED: (f64, f64) = (3.0, 86_400.0);
/// The same of a skip, on top: a week.
const SKIPPED: (f64, f64) = (2.0, 7.0 * 86_400.0);

/// How a question is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct RankOptions {
    /// What is compared. Default: all that there is.
    pub mode: AnalysisMode,
    /// Weights of the score, before what was learnt of the listener.
    pub weights: ScoreWeights,
    /// The present in seconds, by the clock of the feedback. Default 0.
    pub now_s: f64,
    /// Decides among songs that are equally good. Default 0.
    pub seed: u64,
}

impl Default for RankOptions {
    fn default() -> Self {
        Self {
            mode: AnalysisMode::All,
            weights: ScoreWeights::default(),
            now_s: 0.0,
            seed: 0,
        }
    }
}

/// What a listener feels and said.
#[derive(Debug, Clone, PartialEq)]
pub struct Felt {
    /// Where they are on the plane.
    pub estimate: Estimate,
    /// What they said; `None` where they said nothing.
    pub said: Option<Said>,
}

/// On what a song was ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Sound alone: nothing was said, or the song has no lyrics, or only sound was asked for.
    Sound,
    /// Sound and the emotion of its words.
    SoundAndWords,
    /// Sound, the emotion of its words and what they are about.
    SoundWordsAndThemes,
}

/// A song with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Which song.
    pub song: SongId,
    /// Where this listener hears it.
    pub place: Place,
    /// Its parts, unweighted.
    pub parts: ScoreParts,
    /// Σ weight · part, in nats.
    pub total: f64,
    /// On what it was ranked.
    pub basis: Basis,
}

/// A question put to a library, prepared so that it can be asked for many points.
#[derive(Debug)]
pub struct Ranker<'a> {
    pub(crate) snapshot: &'a Snapshot,
    listener: &'a ListenerModel,
    pub(crate) felt: &'a Felt,
    pub(crate) options: RankOptions,
    /// With what was learnt and what the mode leaves out.
    pub(crate) weights: ScoreWeights,
    pub(crate) themes: Option<Themes>,
    /// Words and themes of each entry of the lyrics; empty where nothing is compared.
    lyrics_parts: Vec<[f32; 2]>,
    /// Likeness of themes of each entry of the lyrics; `None` where it has no keywords.
    likeness: Vec<Option<f32>>,
    artist_taste: Vec<f32>,
    genre_taste: Vec<f32>,
    /// Weighted parts that do not depend on the target; −∞ for songs of `remembered`.
    bias: Vec<f32>,
    /// Songs of which the listener model knows more than their artist and genre.
    remembered: Vec<usize>,
    remembered_bias: Vec<f32>,
}

impl<'a> Ranker<'a> {
    /// Prepares a question: one pass over the library.
    ///
    /// # Errors
    /// [`Error::Weight`] where a weight is negative or not finite.
    pub fn new(
        snapshot: &'a Snapshot,
        listener: &'a ListenerModel,
        felt: &'a Felt,
        options: &RankOptions,
    ) -> Result<Self, Error> {
        options.weights.validate()?;
        let weights = listener.weights(&options.weights).for_mode(options.mode);
        let said = felt.said.as_ref();
        let themes = said
            .filter(|_| options.mode == AnalysisMode::All)
            .and_then(|said| Themes::new(&snapshot.lyrics, &said.keywords));
        let mut ranker = Self {
            snapshot,
            listener,
            felt,
            options: options.clone(),
            weights,
            themes,
            lyrics_parts: Vec::new(),
            likeness: Vec::new(),
            artist_taste: Vec::new(),
            genre_taste: Vec::new(),
            bias: Vec::new(),
            remembered: Vec::new(),
            remembered_bias: Vec::new(),
        };
        ranker.prepare_taste();
        ranker.prepare_lyrics();
        ranker.prepare_bias();
        Ok(ranker)
    }

    /// The best songs for a point, best first, without regard to what is played around them.
    ///
    /// No song that is left out has a better score than one that is not, up to 0.0001 nats of
    /// rounding.
    #[must_use]
    pub fn rank(&self, target: &Target, count: usize) -> Vec<Ranked> {
        let found = self.candidates(std::slice::from_ref(target), count);
        let positions = found.iter().flatten();
        let mut ranked: Vec<Ranked> = positions
            .map(|&(i, _)| self.ranked(i, target, ScoreParts::default()))
            .collect();
        // Stable: equals stay in the order of the seed.
        ranked.sort_by(|a, b| b.total.total_cmp(&a.total));
        ranked
    }

    /// The parts of a song's score at a point without songs before; `None` where it is not here.
    #[must_use]
    pub fn score(&self, song: SongId, target: &Target) -> Option<Ranked> {
        let i = self.snapshot.position(song)?;
        Some(self.ranked(i, target, ScoreParts::default()))
    }

    /// The weights in use: those asked for, with what was learnt of the listener and the mode.
    #[must_use]
    pub fn weights(&self) -> &ScoreWeights {
        &self.weights
    }

    /// The best positions for each target with their scores without context.
    pub(crate) fn candidates(&self, targets: &[Target], count: usize) -> Vec<Vec<Scored>> {
        let seed = self.options.seed;
        let kernel = |t: usize, run: &Run| self.kernel(&targets[t], run);
        let n = targets.len();
        let mut found = best_by_mood(self.snapshot, &self.bias, n, count, seed, kernel);
        for (found, target) in found.iter_mut().zip(targets) {
            for (&i, &bias) in self.remembered.iter().zip(&self.remembered_bias) {
                let mood = self.weights.mood * acoustic(target, &self.heard_place(i));
                found.push((i, mood as f32 + bias));
            }
            found.sort_unstable_by(|a, b| super::scan::better_first(self.snapshot, seed, a, b));
            found.truncate(count);
        }
        found
    }

    /// A song with the parts of its context filled in.
    pub(crate) fn ranked(&self, i: usize, target: &Target, context: ScoreParts) -> Ranked {
        let parts = ScoreParts {
            mood: acoustic(target, &self.heard_place(i)),
            ..context
        };
        let parts = self.with_standing_parts(i, parts);
        Ranked {
            song: self.snapshot.ids[i],
            place: self.heard_place(i),
            parts,
            total: parts.total(&self.weights),
            basis: self.basis(i),
        }
    }

    /// Where this listener hears a song: the calibrated place, moved by what they told.
    pub(crate) fn heard_place(&self, i: usize) -> Place {
        let place = self.snapshot.place_at(i);
        let [global_v, global_a] = self.listener.hearing_offset();
        let (v, a) = (place.mean.v() + global_v, place.mean.a() + global_a);
        let Some([own_v, own_a]) = self.memory(i).and_then(|memory| memory.offsets) else {
            return Place {
                mean: Affect::clamped(v, a),
                ..place
            };
        };
        Place {
            mean: Affect::clamped(v + own_v.mean, a + own_a.mean),
            valence_sd: own_v
                .variance
                .sqrt()
                .clamp(0.02, place.valence_sd.max(0.02)),
            arousal_sd: own_a
                .variance
                .sqrt()
                .clamp(0.02, place.arousal_sd.max(0.02)),
        }
    }

    /// The target of a listener who feels like this and stays there.
    #[must_use]
    pub fn here(&self) -> Target {
        Target {
            point: self.felt.estimate.mean,
            covariance: self.felt.estimate.covariance,
        }
    }

    fn memory(&self, i: usize) -> Option<&SongMemory> {
        self.listener.songs.get(&self.snapshot.ids[i].0)
    }

    fn kernel(&self, target: &Target, run: &Run) -> Kernel {
        let (precision, constant) = acoustic_kernel(target, run.valence_sd, run.arousal_sd);
        let [dv, da] = self.listener.hearing_offset();
        let weight = self.weights.mood;
        Kernel {
            valence: target.point.v() as f32,
            arousal: target.point.a() as f32,
            shift: [dv as f32, da as f32],
            p_valence: (weight * precision.0) as f32,
            p_arousal: (weight * precision.1) as f32,
            p_cross: (weight * precision.2) as f32,
            constant: (weight * constant) as f32,
        }
    }

    fn basis(&self, i: usize) -> Basis {
        let has_lyrics = self.snapshot.lyrics_of[i] != NO_LYRICS;
        if !has_lyrics || self.felt.said.is_none() || self.options.mode == AnalysisMode::Audio {
            Basis::Sound
        } else if self.likeness(i).is_some() {
            Basis::SoundWordsAndThemes
        } else {
            Basis::SoundAndWords
        }
    }

    fn likeness(&self, i: usize) -> Option<f64> {
        let entry = self.snapshot.lyrics_of[i] as usize;
        self.likeness.get(entry).copied().flatten().map(f64::from)
    }

    /// Compares what was said with all lyrics, in the order of their memory.
    fn prepare_lyrics(&mut self) {
        let said = self.felt.said.as_ref();
        let Some(said) = said.filter(|_| self.options.mode != AnalysisMode::Audio) else {
            return;
        };
        let lyrics = &self.snapshot.lyrics;
        let entries = 0..lyrics.len() as u32;
        if let Some(themes) = &self.themes {
            let likeness = |entry| themes.likeness_of(lyrics.keywords(entry));
            let likeness = entries.clone().map(likeness);
            self.likeness = likeness.map(|l| l.map(|l| l as f32)).collect();
        }
        let known = self.likeness.iter().flatten();
        let (sum, n) = known.fold((0.0, 0.0), |(sum, n), &f| (sum + f64::from(f), n + 1.0));
        let usual_likeness = if n > 0.0 { sum / n } else { 0.0 };
        let usual_words = lyrics.mean_quadrants();
        let parts = |entry: u32| {
            let words = textual(&said.quadrants, lyrics.quadrants(entry), usual_words);
            let likeness = self.likeness.get(entry as usize).copied().flatten();
            let themes = likeness.map_or(0.0, |l| semantic(l.into(), usual_likeness));
            [words as f32, themes as f32]
        };
        self.lyrics_parts = entries.map(parts).collect();
    }

    /// The parts that depend on neither target nor context.
    fn with_standing_parts(&self, i: usize, parts: ScoreParts) -> ScoreParts {
        let [words, themes] = self.lyrics_parts(i);
        let memory = self.memory(i);
        let now_s = self.options.now_s;
        let own = SONG.taste(memory.map(|memory| &memory.votes), now_s);
        ScoreParts {
            words,
            themes,
            taste: own + f64::from(self.group_taste(i)),
            freshness: memory.map_or(0.0, |memory| freshness(memory, now_s)),
            ..parts
        }
    }

    /// Words and themes of a song; 0 where it has no lyrics or nothing is compared.
    fn lyrics_parts(&self, i: usize) -> [f64; 2] {
        let entry = self.snapshot.lyrics_of[i] as usize;
        let parts = self.lyrics_parts.get(entry).copied();
        parts.unwrap_or_default().map(f64::from)
    }

    fn group_taste(&self, i: usize) -> f32 {
        let genre = self.snapshot.genre[i];
        let genre = if genre == UNKNOWN {
            0.0
        } else {
            self.genre_taste[genre as usize]
        };
        self.artist_taste[self.snapshot.artist[i] as usize] + genre
    }

    fn prepare_taste(&mut self) {
        let now_s = self.options.now_s;
        self.artist_taste = vec![0.0; self.snapshot.artists.len()];
        for (name, votes) in &self.listener.artists {
            if let Some(id) = self.snapshot.artists.id(name) {
                self.artist_taste[id as usize] = ARTIST.taste(Some(votes), now_s) as f32;
            }
        }
        self.genre_taste = vec![0.0; self.snapshot.genres.len()];
        for (name, votes) in &self.listener.genres {
            if let Some(id) = self.snapshot.genres.id(name) {
                self.genre_taste[id as usize] = GENRE.taste(Some::<&Votes>(votes), now_s) as f32;
            }
        }
    }

    fn prepare_bias(&mut self) {
        let weight = self.weights.taste as f32;
        let n = self.snapshot.len();
        let mut bias: Vec<f32> = (0..n).map(|i| weight * self.group_taste(i)).collect();
        if !self.lyrics_parts.is_empty() {
            for (i, bias) in bias.iter_mut().enumerate() {
                let [words, themes] = self.lyrics_parts(i);
                *bias += (self.weights.words * words + self.weights.themes * themes) as f32;
            }
        }
        let known = self.listener.songs.keys();
        let known = known.filter_map(|&id| self.snapshot.position(SongId(id)));
        self.remembered = known.collect();
        for &i in &self.remembered {
            let standing = self.with_standing_parts(i, ScoreParts::default());
            self.remembered_bias
                .push(standing.total(&self.weights) as f32);
            bias[i] = f32::NEG_INFINITY;
        }
        self.bias = bias;
    }
}

/// What it costs that a song was played or skipped lately, in nats, at most 0.
fn freshness(memory: &SongMemory, now_s: f64) -> f64 {
    let cost = |at_s: Option<f64>, (cost, fading_s): (f64, f64)| {
        at_s.map_or(0.0, |at_s| {
            cost * (-(now_s - at_s).max(0.0) / fading_s).exp()
        })
    };
    let cost = cost(memory.played_at_s, PLAYED) + cost(memory.skipped_at_s, SKIPPED);
    if cost.is_finite() { -cost } else { 0.0 }
}

/// The covariance of a target on the way: as sure as the plan is the further it has led from where
/// the listener seems to be.
pub(crate) fn covariance_on_the_way(felt: &Estimate, share: f64) -> Covariance {
    let left = (1.0 - share.clamp(0.0, 1.0)).powi(2);
    let felt = felt.covariance;
    Covariance::clamped(left * felt.valence, left * felt.arousal, left * felt.cross)
}
