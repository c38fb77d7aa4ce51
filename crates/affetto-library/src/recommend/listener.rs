//! What is known of one listener: taste, how they hear songs, what they weigh, what helps them.

use std::collections::BTreeMap;

use affetto_affect::Affect;
use serde::{Deserialize, Serialize};

use super::approach::{ApproachBandit, reward};
use super::feedback::{Feedback, FeedbackKind, HeardSong, SelfReport};
use super::score::{Part, ScoreParts, ScoreWeights};
use super::taste::{Votes, vote};
use crate::Reaction;

/// Version of the stored state; another one is not read but learnt again from the feedback.
const VERSION: u32 = 1;

/// How far "too sad" and the like put a song from where it should be.
const COMPLAINT_STEP: f64 = 0.35;
/// How unsure that is.
const COMPLAINT_SD: f64 = 0.3;
/// How unsure a listener's rating is: people repeat their own ratings to about this.
const RATING_SD: f64 = 0.15;
/// How far a listener's hearing may differ from others', before anything is known.
const GLOBAL_SD: f64 = 0.2;

/// Precision of the prior of a learnt weight, about its default.
const WEIGHT_PRECISION: f64 = 16.0;
/// The parts that are comparisons with the listener, whose weights are learnt.
const LEARNT: [Part; 4] = [Part::Mood, Part::Words, Part::Themes, Part::Taste];

/// A number that is not known exactly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Belief {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Belief {
    fn around_zero(sd: f64) -> Self {
        Self {
            mean: 0.0,
            variance: sd * sd,
        }
    }
}

/// What is remembered of a song.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct SongMemory {
    pub(crate) votes: Votes,
    pub(crate) played_at_s: Option<f64>,
    pub(crate) skipped_at_s: Option<f64>,
    /// How the listener hears it beyond the general difference: valence, arousal.
    pub(crate) offsets: Option<[Belief; 2]>,
}

/// A weight that is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct LearntWeight {
    part: Part,
    change: f64,
    precision: f64,
}

/// All that is learnt of a listener; plain state that can be stored.
///
/// Everything follows from the [`Feedback`] in its order: forgetting exactly is learning again
/// from what is left ([`ListenerModel::from_feedback`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListenerModel {
    version: u32,
    pub(crate) songs: BTreeMap<i64, SongMemory>,
    pub(crate) artists: BTreeMap<String, Votes>,
    pub(crate) genres: BTreeMap<String, Votes>,
    global: [Belief; 2],
    weights: Vec<LearntWeight>,
    /// Which approach helps.
    pub approaches: ApproachBandit,
}

impl Default for ListenerModel {
    fn default() -> Self {
        let weight = |part| LearntWeight {
            part,
            change: 0.0,
            precision: WEIGHT_PRECISION,
        };
        Self {
            version: VERSION,
            songs: BTreeMap::new(),
            artists: BTreeMap::new(),
            genres: BTreeMap::new(),
            global: [Belief::around_zero(GLOBAL_SD); 2],
            weights: LEARNT.map(weight).to_vec(),
            approaches: ApproachBandit::default(),
        }
    }
}

impl ListenerModel {
    /// Learns from all feedback, oldest first.
    #[must_use]
    pub fn from_feedback<'a>(feedback: impl IntoIterator<Item = &'a Feedback>) -> Self {
        let mut model = Self::default();
        feedback.into_iter().for_each(|event| model.learn(event));
        model
    }

    /// Whether stored state is of this version; else it is to be learnt again from the feedback.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Learns from one more event. Values that are not numbers teach nothing.
    pub fn learn(&mut self, feedback: &Feedback) {
        if !feedback.at_s.is_finite() {
            return;
        }
        match &feedback.what {
            FeedbackKind::Session(report) => self.learn_session(report),
            FeedbackKind::Song { song, reaction } => {
                self.learn_taste(song, reaction, feedback.at_s);
                self.learn_weights(song, reaction);
                self.learn_hearing(song, reaction);
            }
        }
    }

    /// Forgets a song: its votes, plays and place. What it taught about artist, genre and weights
    /// stays; without its feedback, [`ListenerModel::from_feedback`] forgets that too.
    pub fn forget_song(&mut self, id: i64) {
        self.songs.remove(&id);
    }

    /// How differently from others this listener hears all songs: valence, arousal.
    #[must_use]
    pub fn hearing_offset(&self) -> [f64; 2] {
        self.global.map(|belief| belief.mean)
    }

    /// The weights of the score for this listener, from those that are asked for.
    #[must_use]
    pub fn weights(&self, asked: &ScoreWeights) -> ScoreWeights {
        self.weights.iter().fold(*asked, |weights, learnt| {
            let weight = weights.get(learnt.part) * (1.0 + learnt.change).clamp(0.2, 3.0);
            weights.with(learnt.part, weight)
        })
    }

    fn learn_taste(&mut self, song: &HeardSong, reaction: &Reaction, now_s: f64) {
        let vote = vote(reaction, song.duration_s);
        let memory = self.songs.entry(song.id).or_default();
        memory.played_at_s = Some(memory.played_at_s.map_or(now_s, |at| at.max(now_s)));
        if matches!(reaction, Reaction::Skip { .. }) {
            memory.skipped_at_s = memory.played_at_s;
        }
        if vote == 0.0 {
            return;
        }
        memory.votes.add(vote, now_s);
        let artist = self.artists.entry(song.artist.clone()).or_default();
        artist.add(vote, now_s);
        if let Some(genre) = &song.genre {
            self.genres
                .entry(genre.clone())
                .or_default()
                .add(vote, now_s);
        }
    }

    /// One step of Bayesian logistic regression of liking on the parts of the score, with a
    /// diagonal Gaussian for the weights (Chapelle & Li 2011, algorithm 3), about the defaults.
    fn learn_weights(&mut self, song: &HeardSong, reaction: &Reaction) {
        let (Some(parts), vote) = (&song.parts, vote(reaction, song.duration_s)) else {
            return;
        };
        if vote == 0.0 || LEARNT.iter().any(|&part| !parts.get(part).is_finite()) {
            return;
        }
        let liked = if vote > 0.0 { 1.0 } else { 0.0 };
        let strength = vote.abs().min(1.0);
        let expected = self.expected_liking(parts);
        for weight in &mut self.weights {
            let x = parts.get(weight.part).clamp(-2.0, 2.0);
            weight.precision += strength * expected * (1.0 - expected) * x * x;
            weight.change += strength * (liked - expected) * x / weight.precision;
            weight.change = weight.change.clamp(-0.8, 2.0);
        }
    }

    fn expected_liking(&self, parts: &ScoreParts) -> f64 {
        let term = |w: &LearntWeight| (1.0 + w.change) * parts.get(w.part).clamp(-2.0, 2.0);
        // A song that is as right as can be is liked 3 times in 4.
        let log_odds = 3.0_f64.ln() + self.weights.iter().map(term).sum::<f64>();
        1.0 / (1.0 + (-log_odds).exp())
    }

    fn learn_session(&mut self, report: &SelfReport) {
        let point = |p: [f64; 2]| Affect::clamped(p[0], p[1]);
        let (before, after) = (point(report.before), point(report.after));
        let reward = reward(before, after, point(report.wanted));
        self.approaches.learn(before, report.approach, reward);
    }

    /// Learns how the listener hears: song = model + general offset + own offset + noise.
    fn learn_hearing(&mut self, song: &HeardSong, reaction: &Reaction) {
        let Some(place) = song.place.filter(|p| p.iter().all(|x| x.is_finite())) else {
            return;
        };
        let own = |axis: usize| Belief::around_zero(place[2 + axis].clamp(0.02, 1.0));
        let memory = self.songs.entry(song.id).or_default();
        for (axis, heard, sd) in heard_at(song, reaction).into_iter().flatten() {
            let offsets = memory.offsets.get_or_insert([own(0), own(1)]);
            let (global, own) = (&mut self.global[axis], &mut offsets[axis]);
            observe(global, own, heard - place[axis], sd);
        }
    }
}

/// Where a reaction says that the listener hears a song: axis, value, standard deviation.
fn heard_at(song: &HeardSong, reaction: &Reaction) -> [Option<(usize, f64, f64)>; 2] {
    let beyond = |axis: usize, sign: f64| {
        let wanted = song.target.map(|t| t[axis]).filter(|t| t.is_finite());
        let value = wanted.map(|t| (t + sign * COMPLAINT_STEP).clamp(-1.0, 1.0));
        [value.map(|value| (axis, value, COMPLAINT_SD)), None]
    };
    match *reaction {
        Reaction::TooSad => beyond(0, -1.0),
        Reaction::TooHappy => beyond(0, 1.0),
        Reaction::TooWild => beyond(1, 1.0),
        Reaction::TooCalm => beyond(1, -1.0),
        Reaction::Rated { valence, arousal } => [(0, valence), (1, arousal)].map(|(axis, x)| {
            let value = x.clamp(-1.0, 1.0);
            (!value.is_nan()).then_some((axis, value, RATING_SD))
        }),
        _ => [None, None],
    }
}

/// Shares a difference between two causes by their variances: a Kalman update of a sum, in which
/// the dependence that it makes between the two is dropped (assumed density filtering).
fn observe(global: &mut Belief, own: &mut Belief, difference: f64, sd: f64) {
    let surprise = difference - global.mean - own.mean;
    let variance = global.variance + own.variance + sd * sd;
    for belief in [global, own] {
        let gain = belief.variance / variance;
        belief.mean += gain * surprise;
        belief.variance *= 1.0 - gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(id: i64, artist: &str) -> HeardSong {
        HeardSong {
            id,
            artist: artist.to_owned(),
            genre: Some("folk".to_owned()),
            duration_s: Some(200.0),
            place: Some([0.2, 0.1, 0.3, 0.3]),
            target: Some([0.3, 0.2]),
            parts: Some(ScoreParts {
                mood: -0.5,
                words: 0.8,
                ..ScoreParts::default()
            }),
        }
    }

    fn model(reactions: &[(i64, Reaction)]) -> ListenerModel {
        let event = |(i, &(id, reaction)): (usize, &(i64, Reaction))| {
            Feedback::song(i as f64, heard(id, "a"), reaction)
        };
        let events: Vec<Feedback> = reactions.iter().enumerate().map(event).collect();
        ListenerModel::from_feedback(&events)
    }

    #[test]
    fn complaints_move_the_songs_place() {
        let offset = |reaction| model(&[(1, reaction)]).songs[&1].offsets.unwrap();
        assert!(offset(Reaction::TooSad)[0].mean < -0.05);
        assert!(offset(Reaction::TooHappy)[0].mean > 0.05);
        assert!(offset(Reaction::TooWild)[1].mean > 0.05);
        assert!(offset(Reaction::TooCalm)[1].mean < -0.05);
        assert_eq!(offset(Reaction::TooSad)[1].mean, 0.0);
    }

    #[test]
    fn ratings_of_many_songs_move_all() {
        let rated = Reaction::Rated {
            valence: 0.7,
            arousal: 0.1,
        };
        let songs: Vec<_> = (0..40).map(|id| (id, rated)).collect();
        let model = model(&songs);
        let [valence, arousal] = model.hearing_offset();
        assert!(
            (valence - 0.5).abs() < 0.1 && arousal.abs() < 0.02,
            "{valence}"
        );
    }

    #[test]
    fn what_predicts_liking_weighs_more() {
        let liked = model(&vec![(1, Reaction::Like); 20]);
        let asked = ScoreWeights::default();
        assert!(liked.weights(&asked).words > asked.words);
        let disliked = model(&vec![(1, Reaction::Dislike); 20]);
        assert!(disliked.weights(&asked).words < asked.words);
        assert_eq!(disliked.weights(&asked).flow, asked.flow);
    }

    #[test]
    fn state_goes_there_and_back() {
        let model = model(&[(1, Reaction::Like), (2, Reaction::Skip { at_s: 3.0 })]);
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<ListenerModel>(&text).unwrap(), model);
        assert!(model.is_current());
    }

    #[test]
    fn unlearning_is_learning_without() {
        let all = [
            Feedback::song(1.0, heard(1, "a"), Reaction::Like),
            Feedback::song(2.0, heard(2, "b"), Reaction::TooSad),
        ];
        let without = all.iter().filter(|event| event.song_id() != Some(2));
        let mut once = ListenerModel::default();
        once.learn(&all[0]);
        assert_eq!(ListenerModel::from_feedback(without), once);
        once.forget_song(1);
        assert!(once.songs.is_empty());
    }

    #[test]
    fn hostile_values_teach_nothing_harmful() {
        let bad = HeardSong {
            place: Some([f64::NAN, 0.0, -1.0, 0.0]),
            target: Some([f64::NAN; 2]),
            duration_s: Some(-1.0),
            parts: Some(ScoreParts {
                mood: f64::NAN,
                ..ScoreParts::default()
            }),
            ..heard(1, "")
        };
        let rated = Reaction::Rated {
            valence: f64::NAN,
            arousal: 9.0,
        };
        let reactions = [rated, Reaction::TooSad, Reaction::Like];
        let mut events: Vec<_> = reactions
            .map(|r| Feedback::song(0.0, bad.clone(), r))
            .into();
        events.push(Feedback::song(0.0, heard(1, ""), rated));
        events.push(Feedback::song(f64::NAN, heard(1, ""), Reaction::Like));
        let model = ListenerModel::from_feedback(&events);
        let offsets = model.songs[&1].offsets.unwrap();
        assert!(
            offsets
                .iter()
                .all(|b| b.mean.is_finite() && b.variance > 0.0)
        );
        assert!(model.weights(&ScoreWeights::default()).validate().is_ok());
    }
}
