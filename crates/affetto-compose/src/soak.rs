//! Long runs: thousands of bars with moods that wander, counted for faults.

use affetto_affect::Affect;

use crate::loops::LoopDetector;
use crate::random::{pick, stream, unit};
use crate::validate::{Fault, faults};
use crate::{BarSource, Change, Composer, Error, Genre};

/// Bars between changes of mood.
const MOOD_BARS: u64 = 48;
/// Faults kept in a report.
const KEPT_FAULTS: usize = 20;

/// What a long run showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoakReport {
    /// Bars composed.
    pub bars: u64,
    /// Faults found in written and performed parts; must be 0.
    pub faults: u64,
    /// The first of them.
    pub first_faults: Vec<Fault>,
    /// Bars for which no candidate passed the validator.
    pub plain_bars: u64,
    /// Bars without a note.
    pub silent_bars: u64,
    /// Largest share of repeated 4-bar windows in any 64 bars, in 0..=1.
    pub max_repeated: f64,
    /// Mean of that share over the run, in 0..=1.
    pub mean_repeated: f64,
    /// Most notes in a bar.
    pub max_notes: usize,
}

/// Composes so many bars; mood and now and then genre wander with the seed of the composer's
/// request, whose length shall be [`crate::Length::Endless`].
///
/// # Errors
/// What [`Composer::change`] refuses.
pub fn soak<S: BarSource>(
    composer: &mut Composer<S>,
    bars: u64,
    mut each: impl FnMut(u64),
) -> Result<SoakReport, Error> {
    let seed = composer.request().seed;
    let mut report = SoakReport::default();
    let mut loops = LoopDetector::default();
    for index in 0..bars {
        if index % MOOD_BARS == MOOD_BARS - 1 {
            wander(composer, seed, index)?;
        }
        let bar = composer.next_bar();
        let found = faults(&bar.plan, &bar.parts)
            .into_iter()
            .chain(faults(&bar.plan, &bar.performed));
        for fault in found {
            report.faults += 1;
            if report.first_faults.len() < KEPT_FAULTS {
                report.first_faults.push(fault);
            }
        }
        loops.push(&bar.parts);
        let notes: usize = bar.parts.iter().map(|part| part.notes.len()).sum();
        report.silent_bars += u64::from(notes == 0);
        report.max_notes = report.max_notes.max(notes);
        let repeated = loops.repeated();
        report.max_repeated = report.max_repeated.max(repeated);
        report.mean_repeated += repeated / bars as f64;
        report.bars += 1;
        each(index);
    }
    report.plain_bars = composer.plain_bars();
    Ok(report)
}

fn wander<S: BarSource>(composer: &mut Composer<S>, seed: u64, index: u64) -> Result<(), Error> {
    let mut rng = stream(&[seed, index, 91]);
    let point = Affect::clamped(2.0 * unit(&mut rng) - 1.0, 2.0 * unit(&mut rng) - 1.0);
    composer.change(Change::Target(point))?;
    if unit(&mut rng) < 0.2 {
        composer.change(Change::Genre(pick(&mut rng, Genre::ALL)))?;
    }
    Ok(())
}
