//! The seams of the composer: who proposes bars and who listens to them.

use affetto_affect::Affect;
use affetto_music::{ChordSpan, Note, Score};
use rand_pcg::Pcg64Mcg;

use crate::perform::StrokeTiming;
use crate::{Bar, BarPlan, Part};

/// What a bar source may look at besides the plan.
#[derive(Debug)]
pub struct BarContext<'a> {
    /// The bars before, oldest first; at least the last eight where there are so many.
    pub history: &'a [Bar],
    /// The plan of the bar after this one, as far as it is known.
    pub next: Option<&'a BarPlan>,
    /// The melody of this bar where it is already composed, in ticks from the start of the bar.
    pub melody: &'a [Note],
}

/// Proposes the notes of bars.
pub trait BarSource: Send {
    /// One candidate for the planned bar, on the grid, not yet performed.
    ///
    /// Must return in a small part of the bar's duration and must not fail: an empty bar is the
    /// worst it may answer.
    fn propose(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<Part>;

    /// The chords of the planned bar, in ticks from its start and covering it, by a source that
    /// writes harmony; `None` keeps those of the plan. Asked before any candidate.
    fn harmonize(
        &mut self,
        _plan: &BarPlan,
        _context: &BarContext<'_>,
        _rng: &mut Pcg64Mcg,
    ) -> Option<Vec<ChordSpan>> {
        None
    }

    /// Candidates for the planned bar, at most one for each generator; the first is the same
    /// whatever their number. Sources that write several as fast as one do so here.
    fn propose_all(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rngs: &mut [Pcg64Mcg],
    ) -> Vec<Vec<Part>> {
        rngs.iter_mut()
            .map(|rng| self.propose(plan, context, rng))
            .collect()
    }

    /// When a drummer plays a stroke of the planned bar, where the source has learnt that.
    fn stroke_timing(
        &self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        note: &Note,
    ) -> Option<StrokeTiming> {
        let _ = (plan, context, note);
        None
    }
}

/// Hears what a stretch of music expresses.
pub trait Listener: Send + Sync {
    /// The point that the music expresses, for a stretch of some bars.
    fn hear(&self, score: &Score) -> Affect;
}
