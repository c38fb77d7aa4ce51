//! The search for a set: partial sets grow slot by slot, and the best few are kept.

use std::collections::BTreeSet;

use super::analyses::Target;
use super::context::{diversity, flow, spacing};
use super::plan_set::{Bridges, SetRequest};
use super::ranker::{Ranked, Ranker};
use super::scan::{Scored, turn};
use super::score::ScoreParts;

/// Partial sets that are kept while searching.
const BEAM: usize = 8;
/// Songs that are tried for each slot and partial set.
const CANDIDATES: usize = 32;
/// The most songs that are looked through to find other artists.
const MOST_CANDIDATES: usize = 2048;
/// How many of the last chosen songs a song is compared with for diversity.
const LOOK_BACK: usize = 12;

/// A set in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Partial {
    /// Position of the song of each slot, `None` for a bridge.
    pub(crate) chosen: Vec<Option<usize>>,
    /// The parts of each that depend on the songs before.
    pub(crate) context: Vec<ScoreParts>,
    /// Sum of the scores.
    pub(crate) total: f64,
}

/// A song for a slot, scored without the songs before.
struct Candidate {
    position: usize,
    alone: Ranked,
}

/// A way to grow a partial set by a slot.
struct Step {
    total: f64,
    /// Decides among equals.
    turn: u64,
    /// Which partial set grows.
    parent: usize,
    song: Option<usize>,
    context: ScoreParts,
}

/// A slot with what was played before it.
struct Moment<'a> {
    before: &'a [Option<usize>],
    recent: &'a [usize],
    planned_step: f64,
}

impl Ranker<'_> {
    /// The best set that the search finds: a beam search over the best songs of each slot.
    pub(crate) fn search(&self, targets: &[Target], request: &SetRequest) -> Partial {
        let mut beam = vec![Partial::default()];
        let lists = self.slot_candidates(targets, request);
        for (slot, list) in lists.iter().enumerate() {
            let planned_step = match slot {
                0 => 0.0,
                slot => targets[slot].point.distance(targets[slot - 1].point),
            };
            beam = self.extend(beam, planned_step, list, request);
        }
        beam.into_iter().next().unwrap_or_default()
    }

    /// Candidates of each slot: enough songs, and enough artists to keep them apart.
    fn slot_candidates(&self, targets: &[Target], request: &SetRequest) -> Vec<Vec<Candidate>> {
        let n_songs = CANDIDATES + targets.len();
        let n_artists = request.artist_gap.saturating_add(targets.len() + 1);
        let mut count = n_songs;
        let lists = loop {
            let lists = self.candidates(targets, count);
            let enough = |list: &Vec<Scored>| self.n_artists(list) >= n_artists;
            if lists.iter().all(enough) || count >= MOST_CANDIDATES.min(self.snapshot.len()) {
                break lists;
            }
            count *= 4;
        };
        let candidate = |position: usize, target: &Target| Candidate {
            position,
            alone: self.ranked(position, target, ScoreParts::default()),
        };
        let pairs = lists.iter().zip(targets);
        pairs
            .map(|(list, target)| {
                let kept = self.thinned(list, n_songs, n_artists);
                kept.into_iter().map(|i| candidate(i, target)).collect()
            })
            .collect()
    }

    fn n_artists(&self, list: &[Scored]) -> usize {
        let artists = list.iter().map(|&(i, _)| self.snapshot.artist[i]);
        artists.collect::<BTreeSet<u32>>().len()
    }

    /// The first songs, and after them the best of each artist that is still missing.
    fn thinned(&self, list: &[Scored], n_songs: usize, n_artists: usize) -> Vec<usize> {
        let mut artists = BTreeSet::new();
        let mut kept = Vec::new();
        for (rank, &(i, _)) in list.iter().enumerate() {
            let new = artists.len() < n_artists && artists.insert(self.snapshot.artist[i]);
            if rank < n_songs || new {
                kept.push(i);
            }
        }
        kept
    }

    fn extend(
        &self,
        beam: Vec<Partial>,
        planned_step: f64,
        list: &[Candidate],
        request: &SetRequest,
    ) -> Vec<Partial> {
        let mut next: Vec<Step> = Vec::new();
        for (parent, partial) in beam.iter().enumerate() {
            self.push_songs(&mut next, parent, partial, planned_step, list, request);
            if request.bridges == Bridges::WhereNeeded {
                next.push(bridge(parent, partial, request));
            }
        }
        let order = |a: &Step, b: &Step| {
            let total = b.total.total_cmp(&a.total);
            total.then((a.parent, a.turn).cmp(&(b.parent, b.turn)))
        };
        next.sort_unstable_by(order);
        next.truncate(BEAM);
        if next.is_empty() {
            return beam;
        }
        next.into_iter()
            .map(|step| grown(&beam[step.parent], &step))
            .collect()
    }

    fn push_songs(
        &self,
        next: &mut Vec<Step>,
        parent: usize,
        partial: &Partial,
        planned_step: f64,
        list: &[Candidate],
        request: &SetRequest,
    ) {
        let playing = request.after.and_then(|song| self.snapshot.position(song));
        let playing = playing.map(Some).into_iter();
        let before: Vec<Option<usize>> = playing.chain(partial.chosen.iter().copied()).collect();
        let recent = before.iter().rev().take(LOOK_BACK).copied();
        let recent: Vec<usize> = recent.flatten().collect();
        let moment = Moment {
            before: &before,
            recent: &recent,
            planned_step,
        };
        for candidate in self.free(list, &before, request) {
            let context = self.context(candidate.position, &moment, request);
            let total = candidate.alone.total + context.total(&self.weights);
            next.push(Step {
                total: partial.total + total,
                turn: turn(self.options.seed, candidate.alone.song.0),
                parent,
                song: Some(candidate.position),
                context,
            });
        }
    }

    /// Songs that are not in the set yet, of artists that may come; of any where there is no other.
    fn free<'c>(
        &self,
        list: &'c [Candidate],
        before: &[Option<usize>],
        request: &SetRequest,
    ) -> Vec<&'c Candidate> {
        let free = |c: &&Candidate| !before.contains(&Some(c.position));
        let apart =
            |c: &&Candidate| spacing(self.snapshot, before, c.position, request.artist_gap) == 0.0;
        let all = || list.iter().filter(free);
        let found: Vec<&Candidate> = all().filter(apart).take(CANDIDATES).collect();
        if found.is_empty() {
            all().take(CANDIDATES).collect()
        } else {
            found
        }
    }

    /// The parts of a song that depend on the songs before.
    fn context(&self, song: usize, moment: &Moment, request: &SetRequest) -> ScoreParts {
        let last = moment.before.last().copied().flatten();
        let planned = moment.planned_step;
        ScoreParts {
            diversity: diversity(self.snapshot, moment.recent, song),
            spacing: spacing(self.snapshot, moment.before, song, request.artist_gap),
            flow: last.map_or(0.0, |last| flow(self.snapshot, last, song, planned)),
            ..ScoreParts::default()
        }
    }
}

/// A bridge counts as much as the worst song that is still good; two in a row count twice, so that
/// they come only where there is nothing else.
fn bridge(parent: usize, partial: &Partial, request: &SetRequest) -> Step {
    let again = partial.chosen.last() == Some(&None);
    let below = request.bridge_below.min(0.0);
    Step {
        total: partial.total + if again { 2.0 * below } else { below },
        turn: u64::MAX,
        parent,
        song: None,
        context: ScoreParts::default(),
    }
}

fn grown(partial: &Partial, step: &Step) -> Partial {
    let mut partial = partial.clone();
    partial.chosen.push(step.song);
    partial.context.push(step.context);
    partial.total = step.total;
    partial
}
