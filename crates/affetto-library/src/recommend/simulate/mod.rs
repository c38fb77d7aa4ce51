//! Listeners that are made up, to see whether learning helps before anyone is asked.
//!
//! A simulated listener hears songs where people put them, not where a catalogue does, has a taste
//! and a mood that moves, and shows only what a real one would: an uncertain mood before a
//! session, and reactions. What moves them is never seen by a ranker. These are assumptions, not
//! people: a good result shows that learning works, not that a listener is happier.

mod listener;

use std::collections::BTreeMap;

use affetto_affect::{Affect, Estimate, Pace, Plan};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::approach::Approach;
use super::feedback::{Feedback, HeardSong};
use super::listener::ListenerModel;
use super::plan_set::{Bridges, SetLength, SetRequest, SlotMusic};
use super::ranker::{Felt, RankOptions, Ranked, Ranker};
use super::snapshot::Snapshot;
use super::tohoilam::{TohoilamSong, tohoilam_rank};
use super::{AnalysisMode, RecommendError, Target};
use crate::{Song, SongId};

use listener::{DAY_S, Listener};

pub use listener::Dynamics;

/// What chooses the songs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Any song.
    Random,
    /// The songs that most other simulated listeners like.
    Popular,
    /// The formula of tohoilam's system on the same catalogue.
    Tohoilam,
    /// Ours without learning.
    Frozen,
    /// Ours.
    Learning,
}

impl Policy {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Random,
        Self::Popular,
        Self::Tohoilam,
        Self::Frozen,
        Self::Learning,
    ];
}

/// A simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Listeners, above 0. Default 20.
    pub listeners: usize,
    /// Sessions of each, one a day. Default 30.
    pub sessions: usize,
    /// Songs a session. Default 8.
    pub songs: usize,
    /// How music moves them.
    pub dynamics: Dynamics,
    /// Makes the same listeners for every policy.
    pub seed: u64,
}

impl Simulation {
    /// The default size.
    #[must_use]
    pub fn new(dynamics: Dynamics, seed: u64) -> Self {
        Self {
            listeners: 20,
            sessions: 30,
            songs: 8,
            dynamics,
            seed,
        }
    }
}

/// How a policy did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Mean over all songs of: probability that the listener likes the best song that there was at
    /// that moment, less that of the chosen one; in 0..=1.
    pub regret: f64,
    /// The same over the last third of the sessions.
    pub late_regret: f64,
    /// Mean distance on the plane gained towards where the listener wanted to be, a session.
    pub gain: f64,
    /// Share of songs that were skipped.
    pub skips: f64,
}

/// A world: a catalogue as the ranker sees it, and the truth.
#[derive(Debug)]
pub struct World<'a> {
    songs: Vec<&'a Song>,
    snapshot: Snapshot,
    truth: Vec<Affect>,
    tohoilam: Vec<TohoilamSong>,
    by_id: BTreeMap<SongId, usize>,
}

impl<'a> World<'a> {
    /// A world of the songs whose truth is known.
    #[must_use]
    pub fn new(songs: &'a [Song], truth: impl Fn(SongId) -> Option<Affect>) -> Self {
        let known = songs
            .iter()
            .filter_map(|song| Some((song, truth(song.id)?)));
        let (songs, truth): (Vec<&Song>, Vec<Affect>) = known.unzip();
        let first_window = |song: &Song| {
            let mood = song.info.mood;
            mood.map_or_else(Affect::default, |m| Affect::clamped(m.valence, m.arousal))
        };
        let tohoilam = songs.iter().map(|song| TohoilamSong {
            id: song.id,
            first_window: first_window(song),
            lyrics: None,
            keywords: 0.0,
        });
        Self {
            tohoilam: tohoilam.collect(),
            snapshot: Snapshot::new(songs.iter().copied()),
            by_id: songs
                .iter()
                .zip(0..)
                .map(|(song, i)| (song.id, i))
                .collect(),
            songs,
            truth,
        }
    }

    /// Lets simulated listeners hear what a policy chooses.
    ///
    /// # Errors
    /// Those of [`Ranker::plan_set`].
    pub fn run(&self, policy: Policy, simulation: &Simulation) -> Result<Outcome, RecommendError> {
        let popular = match policy {
            Policy::Popular => self.popular(simulation),
            _ => Vec::new(),
        };
        let mut tally = Tally::default();
        if self.songs.is_empty() {
            return Ok(tally.outcome());
        }
        for i in 0..simulation.listeners {
            let seed = simulation.seed.wrapping_add(1000 * i as u64);
            let mut listener = Listener::new(simulation.dynamics, seed);
            let mut model = ListenerModel::default();
            for session in 0..simulation.sessions {
                let late = session * 3 >= simulation.sessions * 2;
                let mut course = Course {
                    policy,
                    popular: &popular,
                    now_s: session as f64 * DAY_S,
                    seed: seed.wrapping_add(session as u64),
                    late,
                };
                self.session(
                    &mut listener,
                    &mut model,
                    &mut course,
                    simulation.songs,
                    &mut tally,
                )?;
            }
        }
        Ok(tally.outcome())
    }

    fn session(
        &self,
        listener: &mut Listener,
        model: &mut ListenerModel,
        course: &mut Course,
        n: usize,
        tally: &mut Tally,
    ) -> Result<(), RecommendError> {
        listener.begin();
        let felt = listener.seem();
        let choice = self.choose(course, model, &felt, listener.goal, n)?;
        let before = listener.mood;
        let mut played = vec![false; self.songs.len()];
        for (song, chosen) in choice.songs {
            let liking = |i: usize| listener.liking(self.songs[i], self.truth[i], course.now_s);
            let free = (0..self.songs.len()).filter(|&i| !played[i]);
            let best = free.map(liking).fold(0.0, f64::max);
            tally.heard(best - liking(song), course.late);
            played[song] = true;
            let (reaction, skipped) =
                listener.hear(self.songs[song], self.truth[song], course.now_s);
            tally.skips += f64::from(u8::from(skipped));
            if course.policy == Policy::Learning {
                let chosen = chosen.as_ref().map(|(ranked, target)| (ranked, target));
                let heard = HeardSong::new(self.songs[song], &self.snapshot, chosen);
                model.learn(&Feedback::song(course.now_s, heard, reaction));
            }
        }
        tally.gain += before.distance(listener.goal) - listener.mood.distance(listener.goal);
        tally.sessions += 1.0;
        if let (Policy::Learning, Some(approach)) = (course.policy, choice.approach) {
            let report = listener.report(approach, before);
            model.learn(&Feedback::session(course.now_s, report));
        }
        Ok(())
    }

    fn choose(
        &self,
        course: &Course,
        model: &ListenerModel,
        felt: &Estimate,
        goal: Affect,
        n: usize,
    ) -> Result<Choice, RecommendError> {
        let plain = |songs: Vec<usize>| Choice {
            songs: songs.into_iter().map(|i| (i, None)).collect(),
            approach: None,
        };
        let mut rng = Pcg64Mcg::seed_from_u64(course.seed ^ 0x5eed);
        match course.policy {
            Policy::Random => {
                let mut order: Vec<(u64, usize)> =
                    (0..self.songs.len()).map(|i| (rng.random(), i)).collect();
                order.sort_unstable();
                Ok(plain(order.into_iter().take(n).map(|(_, i)| i).collect()))
            }
            Policy::Popular => Ok(plain(course.popular.iter().copied().take(n).collect())),
            Policy::Tohoilam => {
                let list = tohoilam_rank(&self.tohoilam, felt.mean, n);
                Ok(plain(list.iter().map(|id| self.by_id[id]).collect()))
            }
            Policy::Frozen | Policy::Learning => self.choose_ours(course, model, felt, goal, n),
        }
    }

    fn choose_ours(
        &self,
        course: &Course,
        model: &ListenerModel,
        felt: &Estimate,
        goal: Affect,
        n: usize,
    ) -> Result<Choice, RecommendError> {
        let approach = match course.policy {
            Policy::Learning => model.approaches.choose(felt, course.seed),
            _ => Approach::for_stranger(felt),
        };
        let felt = Felt {
            estimate: *felt,
            said: None,
        };
        let options = RankOptions {
            mode: AnalysisMode::Audio,
            now_s: course.now_s,
            seed: course.seed,
            ..RankOptions::default()
        };
        let ranker = Ranker::new(&self.snapshot, model, &felt, &options)?;
        let plan = towards(approach, felt.estimate.mean, goal);
        let mut request = SetRequest::new(plan, SetLength::Songs(n));
        request.bridges = Bridges::Never;
        let set = ranker.plan_set(&request)?;
        let songs = set.slots.iter().filter_map(|slot| match &slot.music {
            SlotMusic::Song(song) => Some((self.by_id[&song.song], Some((*song, slot.target)))),
            SlotMusic::Compose(_) => None,
        });
        Ok(Choice {
            songs: songs.collect(),
            approach: Some(approach),
        })
    }

    /// The songs that other listeners like most on average, the most liked first.
    fn popular(&self, simulation: &Simulation) -> Vec<usize> {
        let mut sums = vec![0.0; self.songs.len()];
        for i in 0..50 {
            let seed = simulation.seed.wrapping_add(777_000 + i);
            let mut other = Listener::new(simulation.dynamics, seed);
            other.begin();
            for (song, sum) in sums.iter_mut().enumerate() {
                *sum += other.liking(self.songs[song], self.truth[song], 0.0);
            }
        }
        let mut order: Vec<usize> = (0..self.songs.len()).collect();
        order.sort_by(|&a, &b| sums[b].total_cmp(&sums[a]).then(a.cmp(&b)));
        order
    }
}

/// The plan of an approach to where the listener said that they want to be.
fn towards(approach: Approach, felt: Affect, goal: Affect) -> Plan {
    match approach {
        Approach::Lift | Approach::Soothe => {
            Plan::new(felt, affetto_affect::Strategy::Goal(goal), Pace::Steady)
        }
        Approach::LiftAtOnce | Approach::SootheAtOnce => {
            Plan::new(goal, affetto_affect::Strategy::Goal(goal), Pace::Steady)
        }
        Approach::Match => approach.plan(felt, Pace::Steady),
    }
}

/// A session as a policy sees it.
struct Course<'p> {
    policy: Policy,
    popular: &'p [usize],
    now_s: f64,
    seed: u64,
    late: bool,
}

/// Songs of a session, with what the ranker thought of each.
struct Choice {
    songs: Vec<(usize, Option<(Ranked, Target)>)>,
    approach: Option<Approach>,
}

#[derive(Default)]
struct Tally {
    songs: f64,
    regret: f64,
    late_songs: f64,
    late_regret: f64,
    skips: f64,
    sessions: f64,
    gain: f64,
}

impl Tally {
    fn heard(&mut self, regret: f64, late: bool) {
        self.songs += 1.0;
        self.regret += regret;
        if late {
            self.late_songs += 1.0;
            self.late_regret += regret;
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            regret: self.regret / self.songs.max(1.0),
            late_regret: self.late_regret / self.late_songs.max(1.0),
            gain: self.gain / self.sessions.max(1.0),
            skips: self.skips / self.songs.max(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::grid;
    use super::*;

    fn run(policy: Policy, dynamics: Dynamics) -> Outcome {
        let songs = grid(15);
        let mood = |id: SongId| songs[id.0 as usize - 1].info.mood;
        let world = World::new(&songs, |id| {
            mood(id).map(|mood| Affect::clamped(mood.valence, mood.arousal))
        });
        let simulation = Simulation {
            listeners: 3,
            sessions: 6,
            ..Simulation::new(dynamics, 3)
        };
        world.run(policy, &simulation).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_outcome() {
        let outcome = run(Policy::Learning, Dynamics::Contagion);
        assert_eq!(outcome, run(Policy::Learning, Dynamics::Contagion));
        assert!((0.0..=1.0).contains(&outcome.regret) && outcome.gain.is_finite());
    }

    #[test]
    fn ours_beats_chance() {
        for dynamics in [Dynamics::Contagion, Dynamics::Contrast] {
            let (ours, random) = (run(Policy::Frozen, dynamics), run(Policy::Random, dynamics));
            assert!(
                ours.regret < random.regret,
                "{dynamics:?}: {ours:?} {random:?}"
            );
        }
    }

    #[test]
    fn an_empty_world() {
        let world = World::new(&[], |_| None);
        let outcome = world.run(Policy::Learning, &Simulation::new(Dynamics::Contagion, 1));
        assert_eq!(outcome.unwrap().regret, 0.0);
    }
}
