//! The composer: bar after bar from a request that may change.

use std::sync::Arc;

use affetto_affect::Affect;
use affetto_music::{Bpm, Note, Role};

use crate::choose::{self, Candidate};
use crate::correction::Correction;
use crate::loops::LoopDetector;
use crate::perform::{perform_with, rubato};
use crate::plan::{Planner, TEMPO_SLEW};
use crate::random::stream;
use crate::validate::faults;
use crate::{
    Bar, BarContext, BarPlan, BarSource, Change, Error, Layers, Listener, Part, Request,
    RuleSource, piece, rules,
};

/// Bars kept for context, for the listening model and for what is quoted.
const HISTORY: usize = 32;
/// Bars the listening model hears, with the candidate.
const HEARD_BARS: usize = 8;
/// Loudness between the softest and the loudest dynamics, in dB.
const DYNAMICS_DB: f64 = 8.0;
/// Most that loudness moves from beat to beat, in dB.
const GAIN_STEP_DB: f64 = 1.5;

/// Composes bars: plans, has candidates proposed, throws faulty ones out, lets the listening model
/// choose.
///
/// A composer is a value: a clone goes on exactly as the original, so whoever streams can keep the
/// one from before an uncommitted bar and return to it when a wish comes in. Memory is bounded
/// whatever the length.
#[derive(Clone)]
pub struct Composer<S = RuleSource> {
    planner: Planner,
    source: S,
    listener: Option<Arc<dyn Listener>>,
    history: Vec<Bar>,
    loops: LoopDetector,
    correction: Correction,
    plain_bars: u64,
}

/// What can be changed while a composed bar sounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiveControls {
    /// Tempo.
    pub bpm: Bpm,
    /// Loudness over that of the last composed bar, in dB, in −8..=8.
    pub gain_db: f64,
    /// Who plays; roles that the bar has no notes for stay silent whatever this says.
    pub layers: Layers,
}

impl LiveControls {
    /// One beat closer to a goal: tempo by at most 4 %, loudness by at most 1.5 dB, layers at once.
    #[must_use]
    pub fn step(self, goal: Self) -> Self {
        let (now, most) = (self.bpm.get(), 1.0 + TEMPO_SLEW);
        Self {
            bpm: Bpm::clamped(goal.bpm.get().clamp(now / most, now * most)),
            gain_db: self.gain_db
                + (goal.gain_db - self.gain_db).clamp(-GAIN_STEP_DB, GAIN_STEP_DB),
            layers: goal.layers,
        }
    }
}

impl Composer {
    /// A composer by rule for a request; without a listener the first good candidate is taken.
    ///
    /// # Errors
    /// What [`Request::validate`] refuses.
    pub fn new(request: Request, listener: Option<Arc<dyn Listener>>) -> Result<Self, Error> {
        Self::with_source(request, listener, RuleSource)
    }
}

impl<S: BarSource> Composer<S> {
    /// A composer whose bars another source proposes.
    ///
    /// # Errors
    /// What [`Request::validate`] refuses.
    pub fn with_source(
        request: Request,
        listener: Option<Arc<dyn Listener>>,
        source: S,
    ) -> Result<Self, Error> {
        request.validate()?;
        Ok(Self {
            planner: Planner::new(request),
            source,
            listener,
            history: Vec::new(),
            loops: LoopDetector::default(),
            correction: Correction::default(),
            plain_bars: 0,
        })
    }

    /// The request as changed so far.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.planner.request
    }

    /// Whether a finite piece has come to its end. [`Self::next_bar`] goes on with closing bars.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.planner.is_over()
    }

    /// How many bars so far had no candidate that passed the validator, so that a plain bar was
    /// played; 0 with the source by rule.
    #[must_use]
    pub fn plain_bars(&self) -> u64 {
        self.plain_bars
    }

    /// Takes a wish. Loudness, tempo and layers follow from the next beat by
    /// [`Self::live_controls`], density from the next bar, mode and genre from the next phrase.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a number outside its range; nothing has changed then.
    pub fn change(&mut self, change: Change) -> Result<(), Error> {
        let mut planner = self.planner.clone();
        planner.change(change);
        planner.request.validate()?;
        self.planner = planner;
        Ok(())
    }

    /// Lets another source write from the next bar on; the request says which from now on.
    pub fn write_with(&mut self, source: S, request: &Request) {
        self.source = source;
        let own = &mut self.planner.request;
        (own.writer, own.sampling) = (request.writer, request.sampling);
        own.weights.clone_from(&request.weights);
        own.primer.clone_from(&request.primer);
    }

    /// What tempo, loudness and layers should be by now, for a player that goes there with
    /// [`LiveControls::step`] from beat to beat while the last composed bar sounds.
    #[must_use]
    pub fn live_controls(&self) -> LiveControls {
        let goal = self.planner.live_goal();
        let written = self
            .history
            .last()
            .map_or(goal.cues.dynamics, |bar| bar.plan.cues.dynamics);
        LiveControls {
            bpm: goal.bpm,
            gain_db: DYNAMICS_DB * (goal.cues.dynamics - written),
            layers: goal.layers,
        }
    }

    /// The next bar. Never fails: when no candidate passes the validator, a plain bar comes.
    pub fn next_bar(&mut self) -> Bar {
        let mut plan = self.planner.advance();
        plan.aim = self.correction.aim(plan.target);
        self.harmonize(&mut plan);
        let next = (!self.planner.is_over()).then(|| self.planner.clone().advance());
        let request = &self.planner.request;
        // A tempo that was asked for is kept.
        if request.tempo.is_none() {
            plan.rubato = rubato(&plan, request.performance, next.is_none());
        }
        self.bar_for(plan, next.as_ref(), &[])
    }

    /// A bar for a plan that somebody else made; the composer's own plan stays where it is.
    ///
    /// `beside` plays along: its roles are taken even where they rest, its notes are heard and
    /// remembered, and the answer does not hold them.
    pub(crate) fn bar_for(
        &mut self,
        plan: BarPlan,
        next: Option<&BarPlan>,
        beside: &[Part],
    ) -> Bar {
        let candidates = self.candidates(&plan, next, beside);
        let scores: Vec<f64> = candidates
            .iter()
            .map(|candidate| choose::score(&plan, &self.history, candidate))
            .collect();
        let mut rng = stream(&[self.planner.request.seed, plan.index, u64::MAX]);
        let chosen = if scores.len() > 1 {
            choose::draw(&scores, &mut rng)
        } else {
            0
        };
        let candidate = match candidates.into_iter().nth(chosen) {
            Some(candidate) => candidate,
            None => {
                self.plain_bars += 1;
                self.plain(&plan, beside)
            }
        };
        let Candidate {
            parts,
            performed,
            heard,
        } = candidate;
        let mut bar = Bar {
            plan,
            parts,
            performed,
            heard,
        };
        if beside.is_empty() {
            self.remember(&bar);
        } else {
            self.remember(&together(&bar, beside));
        }
        // Only now: a bar that is quoted later is balanced anew.
        balance_drums(&mut bar, self.planner.request.cues.drums);
        bar
    }

    /// Lets the source choose the chords where they are open.
    fn harmonize(&mut self, plan: &mut BarPlan) {
        if !self.planner.leaves_harmony_open(plan) {
            return;
        }
        let mut rng = stream(&[self.planner.request.seed, plan.index, u64::MAX - 1]);
        let context = BarContext {
            history: &self.history,
            next: None,
            melody: &[],
        };
        if let Some(chords) = self.source.harmonize(plan, &context, &mut rng) {
            self.planner.harmonized(&chords);
            plan.chords = chords;
        }
    }

    /// Takes a bar into the memory of what sounded before the next one.
    pub(crate) fn remember(&mut self, bar: &Bar) {
        if self.history.len() == HISTORY {
            self.history.remove(0);
        }
        self.history.push(bar.clone());
        self.correction.hear(&self.history);
        self.loops.push(&bar.parts);
        if self.loops.is_stuck() {
            self.loops.reset();
            self.planner.refresh();
        }
    }

    /// The candidates without faults. The first one is the same whatever their number.
    fn candidates(
        &mut self,
        plan: &BarPlan,
        next: Option<&BarPlan>,
        beside: &[Part],
    ) -> Vec<Candidate> {
        let request = &self.planner.request;
        let (seed, settings) = (request.seed, request.performance);
        // Without ears there is nothing to choose by.
        let count = if self.listener.is_some() {
            request.candidates
        } else {
            1
        };
        let mut rngs: Vec<_> = (0..u64::from(count))
            .map(|number| stream(&[seed, plan.index, number]))
            .collect();
        let context = BarContext {
            history: &self.history,
            next,
            melody: beside
                .iter()
                .find(|part| part.role == Role::Melody)
                .map_or(&[], |part| &part.notes),
        };
        let proposed = self.source.propose_all(plan, &context, &mut rngs);
        let mut found = Vec::new();
        for mut parts in proposed {
            leave_out(&mut parts, beside);
            if !faults(plan, &parts).is_empty() {
                continue;
            }
            let timing = |note: &Note| self.source.stroke_timing(plan, &context, note);
            let performed = perform_with(plan, &parts, settings, seed, &timing);
            let performed = if faults(plan, &performed).is_empty() {
                performed
            } else {
                parts.clone()
            };
            let heard = self.hear(plan, &parts, &performed, beside);
            found.push(Candidate {
                parts,
                performed,
                heard,
            });
        }
        found
    }

    /// What the listening model hears in the last bars with a candidate at their end.
    fn hear(
        &self,
        plan: &BarPlan,
        parts: &[Part],
        performed: &[Part],
        beside: &[Part],
    ) -> Option<Affect> {
        let listener = self.listener.as_ref()?;
        let candidate = Bar {
            plan: plan.clone(),
            parts: parts.to_vec(),
            performed: performed.to_vec(),
            heard: None,
        };
        let candidate = together(&candidate, beside);
        let from = self.history.len().saturating_sub(HEARD_BARS - 1);
        let bars = self.history[from..].iter().chain([&candidate]);
        Some(listener.hear(&piece::performed_score(bars)))
    }

    fn plain(&self, plan: &BarPlan, beside: &[Part]) -> Candidate {
        let mut parts = rules::fallback(plan);
        leave_out(&mut parts, beside);
        Candidate {
            performed: parts.clone(),
            heard: self.hear(plan, &parts, &parts, beside),
            parts,
        }
    }
}

/// Leaves out the roles that somebody else plays.
fn leave_out(parts: &mut Vec<Part>, beside: &[Part]) {
    parts.retain(|part| beside.iter().all(|other| other.role != part.role));
}

/// A bar with what is played beside it.
fn together(bar: &Bar, beside: &[Part]) -> Bar {
    let mut bar = bar.clone();
    for parts in [&mut bar.parts, &mut bar.performed] {
        parts.extend(beside.iter().filter(|part| !part.notes.is_empty()).cloned());
    }
    bar
}

/// Change of the drums' channel volume, as a share, when the listener wants no less or no more.
const DRUMS_PULL: f64 = 0.5;

/// Mixes the drums as the listener wants them, whoever wrote them.
fn balance_drums(bar: &mut Bar, wanted: f64) {
    let parts = bar.parts.iter_mut().chain(&mut bar.performed);
    for part in parts.filter(|part| part.role == Role::Drums) {
        let volume = f64::from(part.volume) * (1.0 + DRUMS_PULL * wanted);
        part.volume = volume.round().clamp(0.0, 127.0) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Genre, Length};
    use affetto_music::Score;

    struct Deaf;

    impl Listener for Deaf {
        fn hear(&self, _score: &Score) -> Affect {
            Affect::default()
        }
    }

    #[test]
    fn the_first_candidate_is_the_same_however_many_follow() {
        let first = |candidates: u32| {
            let mut request = Request::new(Affect::clamped(0.4, 0.4));
            request.candidates = candidates;
            let mut composer = Composer::new(request, Some(Arc::new(Deaf))).unwrap();
            let plan = composer.planner.advance();
            let found = composer.candidates(&plan, None, &[]);
            assert_eq!(found.len(), candidates as usize);
            found[0].parts.clone()
        };
        assert_eq!(first(1), first(4));
    }

    /// Proposes nothing that may be played.
    #[derive(Clone)]
    struct Broken;

    impl BarSource for Broken {
        fn propose(
            &mut self,
            plan: &BarPlan,
            context: &BarContext<'_>,
            rng: &mut rand_pcg::Pcg64Mcg,
        ) -> Vec<Part> {
            let mut parts = RuleSource.propose(plan, context, rng);
            for note in parts.iter_mut().flat_map(|part| &mut part.notes) {
                note.duration += plan.ticks();
            }
            parts
        }
    }

    /// Volumes of the drums over many bars of a genre that quotes its bars often.
    fn drum_volumes(wanted: f64) -> std::collections::BTreeSet<u8> {
        let mut request = Request::new(Affect::clamped(0.4, 0.4));
        (request.genre, request.length) = (Genre::HipHop, Length::Endless);
        request.cues.drums = wanted;
        let mut composer = Composer::new(request, None).unwrap();
        let bars: Vec<Bar> = (0..96).map(|_| composer.next_bar()).collect();
        let parts = bars.iter().flat_map(|bar| &bar.performed);
        let drums = parts.filter(|part| part.role == Role::Drums);
        drums.map(|part| part.volume).collect()
    }

    #[test]
    fn quoted_drums_are_not_turned_down_again() {
        let scaled = |volume: u8| (f64::from(volume) * 0.75).round() as u8;
        let expected = drum_volumes(0.0).into_iter().map(scaled).collect();
        assert_eq!(drum_volumes(-0.5), expected);
    }

    #[test]
    fn the_music_never_stops() {
        let request = Request::new(Affect::clamped(-0.4, 0.4));
        let mut composer = Composer::with_source(request, None, Broken).unwrap();
        for _ in 0..40 {
            let bar = composer.next_bar();
            assert_eq!(faults(&bar.plan, &bar.parts), []);
            assert!(bar.parts.iter().any(|part| !part.notes.is_empty()));
        }
        assert_eq!(composer.plain_bars(), 40);
    }
}
