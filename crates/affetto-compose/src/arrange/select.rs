//! Choosing patterns and instruments so that they stay: by hash of groove and section.

use affetto_music::Role;

use super::stage::{Stage, energy};
use crate::genre::{Instrument, Place, Use, profile};
use crate::random::mix;
use crate::{Bar, BarPlan, Genre, Texture};

/// The piano of the piano texture.
pub(super) const PIANO: Instrument = Instrument {
    name: "Piano",
    program: 0,
    volume: 100,
    pan: 64,
    mood: (0.0, 0.5),
};

/// The instrument that a role plays on in a bar: by mood and groove, and the same as in the bar
/// before unless the genre or the groove changed or, at the start of a phrase, the mood left it.
#[must_use]
pub fn instrument(plan: &BarPlan, role: Role, history: &[Bar]) -> Instrument {
    if plan.texture == Texture::Poly {
        return PIANO;
    }
    let choices = profile(plan.genre).band.palette.of(role);
    let Some((best, cost)) = best_instrument(plan, role, choices) else {
        return PIANO;
    };
    let kept = history
        .last()
        .filter(|bar| bar.plan.groove == plan.groove)
        .and_then(|bar| {
            let part = bar.parts.iter().find(|part| part.role == role)?;
            choices
                .iter()
                .find(|choice| choice.program == part.program && choice.name == part.name)
        });
    match kept {
        Some(kept) if plan.phrase_bar != 0 || misfit(plan, role, kept) < cost + 0.3 => *kept,
        _ => best,
    }
}

fn best_instrument(
    plan: &BarPlan,
    role: Role,
    choices: &[Instrument],
) -> Option<(Instrument, f64)> {
    let costs = choices
        .iter()
        .map(|choice| (*choice, misfit(plan, role, choice)));
    costs.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// How badly an instrument suits the mood, with the taste of the groove.
fn misfit(plan: &BarPlan, role: Role, choice: &Instrument) -> f64 {
    let taste = unit(mix(&[plan.groove, role as u64, u64::from(choice.program)]));
    0.45 * (plan.cues.brightness - choice.mood.0).abs()
        + (energy(plan) - choice.mood.1).abs()
        + 0.45 * taste
}

/// What the choices of the comping player are mixed with.
pub(super) const COMPING: u64 = 2;

/// What the choices of the drummer are mixed with.
pub(super) const DRUMS: u64 = 5;

/// Index of the pattern for this bar among some, or `None` if there are none.
///
/// Of those that suit energy, place and metre the one with the highest hash of groove and section
/// wins, so that a change of energy changes the choice only where it must.
pub(super) fn pattern(stage: &Stage<'_>, salt: u64, patterns: &[(Use, usize)]) -> Option<usize> {
    let plan = stage.plan;
    let wide = plan.section == 'A';
    // Music without a groove changes its figure with the half phrase, a comping jazz player always.
    let half = match plan.genre {
        Genre::Jazz if salt == COMPING => plan.phrase_bar,
        Genre::Classical => {
            2 * plan.phrase_bar / plan.phrase_bars.max(1) + 2 * (plan.tune.phrase % 2)
        }
        _ => 0,
    };
    // Drummers keep their groove in all sections but those that have grooves of their own.
    let section = if salt == DRUMS {
        0
    } else {
        u64::from(u32::from(plan.section))
    };
    let place = |when: &Use| match when.place {
        Place::Any => true,
        Place::Verse => wide,
        Place::Chorus => !wide,
    };
    let length = |symbols: usize| symbols == stage.sixteenths as usize;
    let fits_meter = patterns.iter().any(|(_, symbols)| length(*symbols));
    let gap = |when: &Use| {
        (when.energy.0 - stage.energy)
            .max(stage.energy - when.energy.1)
            .max(0.0)
    };
    patterns
        .iter()
        .enumerate()
        .filter(|(_, (when, symbols))| place(when) && (!fits_meter || length(*symbols)))
        .map(|(index, (when, _))| {
            let hash = unit(mix(&[
                plan.groove,
                section,
                salt + 16 * u64::from(half),
                index as u64,
            ]));
            (index, gap(when) * 100.0 - hash)
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(index, _)| index)
}

/// Sixteenths that a bar of a pattern is meant for.
pub(super) fn symbols(bars: &[&str]) -> usize {
    bars.first().map_or(0, |text| {
        text.chars().filter(|c| !c.is_whitespace()).count()
    })
}

/// A hash as a number in 0..1.
pub(super) fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}
