//! Why a song was chosen, what nearly was, and what would have changed it.

use affetto_affect::{Affect, Quadrant};

use super::analyses::{Target, acoustic_kernel};
use super::ranker::{Basis, Ranked, Ranker};
use super::score::{Part, ScoreParts};
use super::snapshot::Place;
use crate::SongId;

/// A part speaks for or against a song from here on, in weighted nats.
const NOTABLE: f64 = 0.15;
/// How far the target is moved at most when looking for a change.
const FARTHEST: f64 = 2.0;
/// Step of that search on the plane.
const STEP: f64 = 0.02;

/// The smallest change that would have put another song on top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Another target point, this far away on the plane.
    Target {
        /// Where the target would have to be.
        point: Affect,
        /// Distance from where it is.
        distance: f64,
    },
    /// Without this part of the score.
    Without(Part),
}

/// A song that was nearly chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternative {
    /// The song with its score for the same slot.
    pub song: Ranked,
    /// How much worse its score is, in nats; may be below 0 where a set as a whole was better
    /// without it.
    pub behind: f64,
    /// What would put it above the chosen song and the other alternatives; `None` where no single
    /// change does.
    pub change: Option<Change>,
}

/// Why a song was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The song.
    pub song: SongId,
    /// Where this listener hears it, with the uncertainty.
    pub place: Place,
    /// Where it should be.
    pub target: Target,
    /// Its parts times their weights, in nats: their sum is the score.
    pub weighted: ScoreParts,
    /// On what it was ranked.
    pub basis: Basis,
    /// A sentence in English that begins with "because".
    pub because: String,
    /// The nearest alternatives, the best first.
    pub alternatives: Vec<Alternative>,
}

impl Ranker<'_> {
    /// Explains a song that was chosen for a target, with up to `count` alternatives.
    ///
    /// Alternatives are compared without the songs around them; `chosen` keeps the parts that it
    /// was chosen with.
    #[must_use]
    pub fn explain(&self, chosen: &Ranked, target: &Target, count: usize) -> Explanation {
        let mut field: Vec<Ranked> = self.rank(target, count.saturating_add(1));
        field.retain(|song| song.song != chosen.song);
        field.truncate(count);
        let alone = self.score(chosen.song, target).unwrap_or(*chosen);
        let alternatives = (0..field.len()).map(|i| {
            let rivals: Vec<&Ranked> = others(&field, i).chain([&alone]).collect();
            Alternative {
                song: field[i],
                behind: alone.total - field[i].total,
                change: self.smallest_change(&field[i], &rivals, target),
            }
        });
        Explanation {
            song: chosen.song,
            place: chosen.place,
            target: *target,
            weighted: self.weighted(&chosen.parts),
            basis: chosen.basis,
            because: self.because(chosen, target),
            alternatives: alternatives.collect(),
        }
    }

    fn weighted(&self, parts: &ScoreParts) -> ScoreParts {
        let weighted = |part: Part| self.weights.get(part) * parts.get(part);
        ScoreParts {
            mood: weighted(Part::Mood),
            words: weighted(Part::Words),
            themes: weighted(Part::Themes),
            taste: weighted(Part::Taste),
            freshness: weighted(Part::Freshness),
            diversity: weighted(Part::Diversity),
            spacing: weighted(Part::Spacing),
            flow: weighted(Part::Flow),
        }
    }

    /// The sentence: the mood, then what else speaks for the song, then what speaks against it.
    fn because(&self, chosen: &Ranked, target: &Target) -> String {
        let weighted = self.weighted(&chosen.parts);
        let mut notable: Vec<(Part, f64)> = Part::ALL
            .into_iter()
            .filter(|&part| part != Part::Mood)
            .map(|part| (part, weighted.get(part)))
            .filter(|(_, nats)| nats.abs() >= NOTABLE)
            .collect();
        notable.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let reasons = |sign: f64| {
            let chosen_parts = notable.iter().filter(move |(_, nats)| nats * sign > 0.0);
            chosen_parts
                .take(2)
                .map(move |&(part, _)| self.reason(part, sign, chosen))
        };
        let mut reasons_for = vec![mood_reason(chosen, target)];
        reasons_for.extend(reasons(1.0));
        let mut text = format!("because {}", joined(&reasons_for));
        let against: Vec<String> = reasons(-1.0).collect();
        if !against.is_empty() {
            text += &format!(", although {}", joined(&against));
        }
        if self.felt.said.is_some() && chosen.basis == Basis::Sound {
            text += " (ranked by sound, without lyrics)";
        }
        text
    }

    fn reason(&self, part: Part, sign: f64, chosen: &Ranked) -> String {
        let text = match (part, sign > 0.0) {
            (Part::Words, true) => "its words feel like yours",
            (Part::Words, false) => "its words feel different from yours",
            (Part::Themes, true) => return self.shared_theme(chosen),
            (Part::Themes, false) => "it is about something else",
            (Part::Taste, true) => "it is to your taste",
            (Part::Taste, false) => "it was not to your taste before",
            (Part::Freshness, _) => "you heard it not long ago",
            (Part::Diversity, _) => "it is much like another song of the set",
            (Part::Spacing, _) => "its artist was heard just before",
            (Part::Flow, _) => "it is a step from the song before",
            (Part::Mood, _) => "its mood fits",
        };
        text.to_owned()
    }

    /// The pair of keywords that are most alike, in words.
    fn shared_theme(&self, chosen: &Ranked) -> String {
        let lyrics = &self.snapshot.lyrics;
        let pair = || {
            let entry = self.snapshot.lyrics_of[self.snapshot.position(chosen.song)?];
            let closest = self.themes.as_ref()?.closest(lyrics.keywords(entry))?;
            let said = &self.felt.said.as_ref()?.keywords;
            let usable = said
                .iter()
                .filter(|k| k.weight.is_finite() && k.weight > 0.0);
            let said = usable.map(|k| k.text.as_str()).nth(closest.1)?;
            Some((lyrics.term_text(closest.0), said))
        };
        match pair() {
            Some((sung, said)) if sung.eq_ignore_ascii_case(said.trim()) => {
                format!("it is about \"{sung}\" as well")
            }
            Some((sung, said)) => format!("it is about \"{sung}\", near your \"{said}\""),
            None => "it is about the same".to_owned(),
        }
    }

    fn smallest_change(
        &self,
        song: &Ranked,
        rivals: &[&Ranked],
        target: &Target,
    ) -> Option<Change> {
        let moved = self.nearest_target(song, rivals, target);
        moved.or_else(|| self.part_to_drop(song, rivals))
    }

    /// A target from which the song is the best of these: the nearest on straight lines towards it
    /// and along the steepest gains over each rival.
    fn nearest_target(&self, song: &Ranked, rivals: &[&Ranked], target: &Target) -> Option<Change> {
        let start = target.point;
        let towards = |point: Affect| (point.v() - start.v(), point.a() - start.a());
        let mut directions = vec![towards(song.place.mean)];
        directions.extend(rivals.iter().map(|rival| {
            let (gain, loss) = (slope(&song.place, target), slope(&rival.place, target));
            (gain.0 - loss.0, gain.1 - loss.1)
        }));
        let found = directions.iter().filter_map(|&(dv, da)| {
            let length = dv.hypot(da);
            let steps = (FARTHEST / STEP) as usize;
            let at = |i: usize| {
                let way = STEP * i as f64 / length;
                Affect::clamped(start.v() + way * dv, start.a() + way * da)
            };
            let reached = (1..=steps).map(at);
            let mut reached = reached.filter(|&point| self.is_best(song, rivals, point, target));
            (length > 0.0).then(|| reached.next()).flatten()
        });
        let nearest = found.min_by(|a, b| start.distance(*a).total_cmp(&start.distance(*b)))?;
        Some(Change::Target {
            point: nearest,
            distance: start.distance(nearest),
        })
    }

    fn is_best(&self, song: &Ranked, rivals: &[&Ranked], point: Affect, target: &Target) -> bool {
        let moved = Target { point, ..*target };
        let total = |song: &Ranked| {
            let mood = super::analyses::acoustic(&moved, &song.place);
            song.total + self.weights.mood * (mood - song.parts.mood)
        };
        rivals.iter().all(|rival| total(song) > total(rival))
    }

    /// The part without which the song is the best of these: the least important one.
    fn part_to_drop(&self, song: &Ranked, rivals: &[&Ranked]) -> Option<Change> {
        let part = Part::ALL.into_iter().rev().find(|&part| {
            let without =
                |song: &Ranked| song.total - self.weights.get(part) * song.parts.get(part);
            rivals.iter().all(|rival| without(song) > without(rival))
        });
        part.map(Change::Without)
    }
}

fn others(field: &[Ranked], i: usize) -> impl Iterator<Item = &Ranked> {
    let rest = field.iter().enumerate().filter(move |&(j, _)| j != i);
    rest.map(|(_, song)| song)
}

/// Direction in which a song's mood part rises fastest when the target moves.
fn slope(place: &Place, target: &Target) -> (f64, f64) {
    let ((pv, pa, pc), _) = acoustic_kernel(target, place.valence_sd, place.arousal_sd);
    let dv = place.mean.v() - target.point.v();
    let da = place.mean.a() - target.point.a();
    (pv * dv + pc * da, pc * dv + pa * da)
}

fn mood_reason(chosen: &Ranked, target: &Target) -> String {
    let (mean, point) = (chosen.place.mean, target.point);
    let mood = match mean.quadrant() {
        Quadrant::Happiness => "bright and lively",
        Quadrant::Anger => "tense and strong",
        Quadrant::Sadness => "dark and quiet",
        Quadrant::Calmness => "warm and calm",
    };
    let fit = match mean.distance(point) {
        d if d < 0.15 => "just where the plan is",
        d if d < 0.35 => "close to the plan",
        d if d < 0.7 => "not far from the plan",
        _ => "the nearest there is to the plan",
    };
    let unsure = chosen.place.valence_sd.max(chosen.place.arousal_sd) > 0.4;
    let sounds = if unsure { "probably sounds" } else { "sounds" };
    format!("it {sounds} {mood}, {fit}")
}

/// "a", "a and b", "a, b and c".
fn joined(reasons: &[String]) -> String {
    match reasons {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use affetto_affect::{Covariance, Estimate, QuadrantProbabilities};

    use super::super::analyses::Said;
    use super::super::feedback::{Feedback, HeardSong};
    use super::super::listener::ListenerModel;
    use super::super::lyrics::WeightedKeyword;
    use super::super::ranker::{Felt, RankOptions};
    use super::super::snapshot::{Snapshot, artist_key};
    use super::super::testing::{grid, saying};
    use super::*;
    use crate::Reaction;

    fn felt(v: f64, a: f64) -> Felt {
        let point = Affect::clamped(v, a);
        Felt {
            estimate: Estimate::from_gaussian(point, Covariance::independent(0.2, 0.2)),
            said: None,
        }
    }

    #[test]
    fn a_change_changes_the_choice() {
        let snapshot = Snapshot::new(&grid(20));
        let (listener, felt) = (ListenerModel::default(), felt(0.3, -0.2));
        let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
        let target = ranker.here();
        let top = ranker.rank(&target, 1)[0];
        let explanation = ranker.explain(&top, &target, 5);
        assert_eq!(explanation.alternatives.len(), 5);
        let mut changes = 0;
        for alternative in &explanation.alternatives {
            assert!(alternative.behind >= -1e-4);
            if let Some(Change::Target { point, distance }) = alternative.change {
                changes += 1;
                assert!((distance - point.distance(target.point)).abs() < 1e-12);
                let moved = Target { point, ..target };
                let score = |song| ranker.score(song, &moved).unwrap().total;
                assert!(score(alternative.song.song) > score(top.song));
            }
        }
        assert!(changes >= 4, "{changes}");
    }

    #[test]
    fn taste_is_the_part_to_drop() {
        let songs = grid(20);
        let target = Target::certain(Affect::clamped(0.3, -0.2));
        let snapshot = Snapshot::new(&songs);
        let (nobody, felt) = (ListenerModel::default(), felt(0.3, -0.2));
        let options = RankOptions {
            now_s: 1e7,
            ..RankOptions::default()
        };
        let before = Ranker::new(&snapshot, &nobody, &felt, &options).unwrap();
        let second = before.rank(&target, 2)[1];
        let song = songs.iter().find(|song| song.id == second.song).unwrap();
        let heard = HeardSong {
            id: song.id.0,
            artist: artist_key(&song.info.artist),
            genre: None,
            duration_s: None,
            place: None,
            target: None,
            parts: None,
        };
        let likes = [9e6, 9.1e6].map(|at_s| Feedback::song(at_s, heard.clone(), Reaction::Like));
        let listener = ListenerModel::from_feedback(&likes);
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options).unwrap();
        let top = ranker.rank(&target, 1)[0];
        assert_eq!(top.song, second.song);
        let explanation = ranker.explain(&top, &target, 3);
        assert!(
            explanation.because.contains("to your taste"),
            "{}",
            explanation.because
        );
        let total: f64 = Part::ALL
            .map(|part| explanation.weighted.get(part))
            .iter()
            .sum();
        assert!((total - top.total).abs() < 1e-9);
    }

    #[test]
    fn the_sentence_names_the_theme() {
        let mut songs = grid(5);
        for song in songs.iter_mut().skip(1) {
            *song = saying(song.clone(), [0.1, 0.2, 0.6, 0.1], &[("city", 1.0)]);
        }
        songs[12] = saying(songs[12].clone(), [0.0, 0.0, 1.0, 0.0], &[("rain", 1.0)]);
        let snapshot = Snapshot::new(&songs);
        let mut felt = felt(0.0, 0.0);
        felt.said = Some(Said {
            quadrants: QuadrantProbabilities::from_weights([0.0, 0.0, 1.0, 0.0]).unwrap(),
            keywords: vec![WeightedKeyword {
                text: "Rain".to_owned(),
                weight: 1.0,
                vector: Vec::new(),
            }],
        });
        let listener = ListenerModel::default();
        let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
        let target = ranker.here();
        let because = |id| {
            let song = ranker.score(SongId(id), &target).unwrap();
            ranker.explain(&song, &target, 1).because
        };
        assert!(
            because(13).contains("it is about \"rain\" as well"),
            "{}",
            because(13)
        );
        assert!(because(1).contains("ranked by sound"), "{}", because(1));
        assert!(because(2).contains("something else"), "{}", because(2));
    }
}
