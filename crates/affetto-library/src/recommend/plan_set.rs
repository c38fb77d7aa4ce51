//! Sets that follow a plan: which song when, and where composed music has to lead over.

use affetto_affect::{Affect, Plan};

use super::Error;
use super::analyses::Target;
use super::ranker::{Ranked, Ranker, covariance_on_the_way};
use super::search::Partial;
use crate::SongId;

/// The most slots of a set: a day of singles.
pub const MAX_SLOTS: usize = 400;
/// Usual length of a bridge in bars of four beats.
const BRIDGE_BARS: f64 = 16.0;

/// How long a set is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SetLength {
    /// This many slots.
    Songs(usize),
    /// At least this many minutes.
    Minutes(f64),
}

/// Whether composed music may stand between songs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bridges {
    /// Songs only.
    Never,
    /// Where no song follows well.
    #[default]
    WhereNeeded,
}

/// What a set should be.
#[derive(Debug, Clone, PartialEq)]
pub struct SetRequest {
    /// Where the music should be when.
    pub plan: Plan,
    /// How long it is.
    pub length: SetLength,
    /// Share of the set after which the plan is at its goal, in 0..=1, where the set is longer than
    /// the plan. A plan of a few minutes would be over with the first song; so it is stretched,
    /// never hurried. Default 0.7.
    pub lead_share: f64,
    /// Whether composed music may stand between songs.
    pub bridges: Bridges,
    /// Score of a song below which a bridge is better, in nats, below 0. Default −4: a sure song
    /// that is 2.8 times the tolerance off the plan, or less where it does not follow well either.
    pub bridge_below: f64,
    /// Slots in which no artist comes twice, as far as there are others. Default 4.
    pub artist_gap: usize,
    /// The song that is playing, from which the set goes on.
    pub after: Option<SongId>,
}

impl SetRequest {
    /// A set with the default options.
    #[must_use]
    pub fn new(plan: Plan, length: SetLength) -> Self {
        Self {
            plan,
            length,
            lead_share: 0.7,
            bridges: Bridges::WhereNeeded,
            bridge_below: -4.0,
            artist_gap: 4,
            after: None,
        }
    }
}

/// Composed music from one point to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compose {
    /// Where it starts: the song before, or else the plan.
    pub from: Affect,
    /// Where it ends: the song after, or else the plan.
    pub to: Affect,
    /// Tempo at its start in beats a minute, of the song before; `None` where free.
    pub from_tempo_bpm: Option<f32>,
    /// Tempo at its end, of the song after.
    pub to_tempo_bpm: Option<f32>,
    /// Key at its start: pitch class of the tonic and whether it is major.
    pub from_key: Option<(u8, bool)>,
    /// Key at its end.
    pub to_key: Option<(u8, bool)>,
    /// How long it should be, in seconds.
    pub duration_s: f64,
}

/// What fills a slot.
#[derive(Debug, Clone, PartialEq)]
pub enum SlotMusic {
    /// A song.
    Song(Ranked),
    /// A bridge of composed music.
    Compose(Compose),
}

/// A slot of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// When it starts, in seconds from the start of the set.
    pub start_s: f64,
    /// Where the music should be then.
    pub target: Target,
    /// What plays.
    pub music: SlotMusic,
}

/// Songs and bridges in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlannedSet {
    /// The slots, from the first to the last.
    pub slots: Vec<Slot>,
    /// Sum of the scores of its songs, and of [`SetRequest::bridge_below`] a bridge.
    pub total: f64,
}

impl PlannedSet {
    /// The songs in their order.
    pub fn songs(&self) -> impl Iterator<Item = &Ranked> {
        self.slots.iter().filter_map(|slot| match &slot.music {
            SlotMusic::Song(song) => Some(song),
            SlotMusic::Compose(_) => None,
        })
    }
}

impl Ranker<'_> {
    /// Plans a set: a beam search over the best songs of each slot's target.
    ///
    /// No song comes twice, no artist within the gap where there are others, the same input gives
    /// the same set. A library without songs gives bridges alone, or nothing where these are not
    /// wanted.
    ///
    /// # Errors
    /// [`Error::SetLength`] for a set of no or more than [`MAX_SLOTS`] slots.
    pub fn plan_set(&self, request: &SetRequest) -> Result<PlannedSet, Error> {
        let slot_s = self.snapshot.median_duration_s;
        let n = slot_count(request.length, slot_s)?;
        let set_s = match request.length {
            SetLength::Songs(_) => n as f64 * slot_s,
            SetLength::Minutes(minutes) => minutes * 60.0,
        };
        let targets: Vec<Target> = (0..n)
            .map(|i| self.slot_target(request, i as f64 * slot_s, set_s))
            .collect();
        let best = self.search(&targets, request);
        let mut set = self.finish(best, &targets, request, slot_s);
        if let SetLength::Minutes(minutes) = request.length {
            trim(&mut set, minutes * 60.0);
        }
        Ok(set)
    }

    /// Where the music should be in a slot; see [`SetRequest::lead_share`].
    fn slot_target(&self, request: &SetRequest, start_s: f64, set_s: f64) -> Target {
        let plan = &request.plan;
        let lead_s = request.lead_share.clamp(0.0, 1.0) * set_s;
        let stretch = if lead_s > plan.duration_s() {
            plan.duration_s() / lead_s
        } else {
            1.0
        };
        let point = plan.target(start_s * stretch);
        let way = self.felt.estimate.mean.distance(plan.goal());
        let done = if way > 0.0 {
            self.felt.estimate.mean.distance(point) / way
        } else {
            0.0
        };
        Target {
            point,
            covariance: covariance_on_the_way(&self.felt.estimate, done),
        }
    }

    /// Turns positions into slots, and songs that do not follow into bridges.
    fn finish(
        &self,
        best: Partial,
        targets: &[Target],
        request: &SetRequest,
        slot_s: f64,
    ) -> PlannedSet {
        let mut start_s = 0.0;
        let mut slots = Vec::with_capacity(best.chosen.len());
        for (slot, &song) in best.chosen.iter().enumerate() {
            let target = targets[slot];
            let (music, duration_s) = match song {
                Some(i) => {
                    let song = self.ranked(i, &target, best.context[slot]);
                    let duration_s = f64::from(self.snapshot.duration_s[i]);
                    (SlotMusic::Song(song), duration_s)
                }
                None => {
                    let bridge = self.bridge(&best.chosen, targets, slot, request, slot_s);
                    (SlotMusic::Compose(bridge), bridge.duration_s)
                }
            };
            slots.push(Slot {
                start_s,
                target,
                music,
            });
            start_s += duration_s;
        }
        PlannedSet {
            slots,
            total: best.total,
        }
    }

    fn bridge(
        &self,
        chosen: &[Option<usize>],
        targets: &[Target],
        slot: usize,
        request: &SetRequest,
        slot_s: f64,
    ) -> Compose {
        let playing = request.after.and_then(|song| self.snapshot.position(song));
        let before = if slot == 0 { playing } else { chosen[slot - 1] };
        let after = chosen.get(slot + 1).copied().flatten();
        let end = targets.get(slot + 1).unwrap_or(&targets[slot]);
        let place = |song: Option<usize>, target: &Target| {
            song.map_or(target.point, |i| self.heard_place(i).mean)
        };
        let sound = |song: Option<usize>| song.and_then(|i| self.snapshot.sound[i]);
        let (from, to) = (sound(before), sound(after));
        let tempo_bpm = from.or(to).map_or(100.0, |s| f64::from(s.tempo_bpm));
        let between = before.is_some() && after.is_some();
        Compose {
            from: place(before, &targets[slot]),
            to: place(after, end),
            from_tempo_bpm: from.map(|s| s.tempo_bpm),
            to_tempo_bpm: to.map(|s| s.tempo_bpm),
            from_key: from.map(|s| (s.tonic, s.major)),
            to_key: to.map(|s| (s.tonic, s.major)),
            duration_s: if between {
                BRIDGE_BARS * 4.0 * 60.0 / tempo_bpm
            } else {
                slot_s
            },
        }
    }
}

/// How many slots a set has.
fn slot_count(length: SetLength, slot_s: f64) -> Result<usize, Error> {
    let n = match length {
        SetLength::Songs(n) => n,
        // Songs may be shorter than usual, so a few more are planned than are needed.
        SetLength::Minutes(m) if m > 0.0 => {
            ((m * 60.0 / slot_s * 1.25).ceil() as usize).saturating_add(1)
        }
        SetLength::Minutes(_) => 0,
    };
    if (1..=MAX_SLOTS).contains(&n) {
        Ok(n)
    } else {
        Err(Error::SetLength {
            max: MAX_SLOTS,
            actual: n,
        })
    }
}

/// Leaves out what starts after the end.
fn trim(set: &mut PlannedSet, end_s: f64) {
    set.slots.retain(|slot| slot.start_s < end_s);
}
