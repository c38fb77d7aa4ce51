//! Bars of a piece composed anew.

use std::ops::Range;

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Chord, Role, Score};

use super::CONTEXT_BARS;
use super::read::{Reader, layers};
use crate::harmony::{self, PhraseHarmony, cadence_of};
use crate::random::mix;
use crate::tokens::MAX_QUARTERS;
use crate::{Bar, BarPlan, BarSource, Composer, Error, Part, Request};

/// Which chords the new bars have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Harmony {
    /// Those of the piece.
    #[default]
    Kept,
    /// The request's chords, or the composer's where it gives none.
    New,
}

/// What is composed anew.
#[derive(Debug, Clone, Copy)]
pub struct Rewriting<'a> {
    /// Bars from 0, sorted, neither overlapping nor touching.
    pub bars: &'a [Range<usize>],
    /// The roles that are written; all others stay.
    pub roles: &'a [Role],
    /// Chords of the new bars.
    pub harmony: Harmony,
}

/// Bars composed anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewritten {
    /// The stretches, from 0.
    pub ranges: Vec<Range<usize>>,
    /// The roles that were written.
    pub roles: Vec<Role>,
    /// The bars with their numbers from 0; they hold the written roles only.
    pub bars: Vec<(usize, Bar)>,
    /// Whether the chords are new too.
    pub harmony: Harmony,
}

/// Composes bars of a score anew, by the source, the ears and the request of a composer that has
/// composed nothing yet. Key, metre, tempo, texture and, unless told otherwise, chords are those of
/// the score; mood, genre, cues and seed those of the request.
///
/// # Errors
/// [`Error::OutOfRange`] for bars outside the score, more than [`Request::MAX_BARS`] new ones, and
/// bars shorter than a quarter note or longer than six.
pub fn rewrite<S: BarSource>(
    composer: &mut Composer<S>,
    score: &Score,
    wanted: Rewriting<'_>,
) -> Result<Rewritten, Error> {
    let request = composer.request().clone();
    let reader = Reader::new(score, &request);
    check(&reader, wanted.bars)?;
    let plans = plans(&reader, &request, wanted);
    let mut bars = Vec::new();
    let (mut at, last) = match (wanted.bars.first(), wanted.bars.last()) {
        (Some(first), Some(last)) => (first.start.saturating_sub(CONTEXT_BARS), last.end),
        _ => (0, 0),
    };
    let mut planned = plans.iter().peekable();
    while at < last {
        match planned.next_if(|(bar, _)| *bar == at) {
            Some((_, plan)) => {
                let after = planned.peek().filter(|(bar, _)| *bar == at + 1);
                let after = match after {
                    Some((_, plan)) => Some(plan.clone()),
                    None => (at + 1 < reader.n_bars()).then(|| reader.bar(at + 1).plan),
                };
                let beside = beside(&reader, at, wanted.roles);
                bars.push((at, composer.bar_for(plan.clone(), after.as_ref(), &beside)));
            }
            None => composer.remember(&reader.bar(at)),
        }
        at += 1;
    }
    Ok(Rewritten {
        ranges: wanted.bars.to_vec(),
        roles: wanted.roles.to_vec(),
        bars,
        harmony: wanted.harmony,
    })
}

/// Refuses bars that are not there or that no source can write.
fn check(reader: &Reader<'_>, ranges: &[Range<usize>]) -> Result<(), Error> {
    let refuse = |what, min: f64, max: f64, actual: f64| {
        Err(Error::OutOfRange {
            what,
            min,
            max,
            actual,
        })
    };
    let n_bars = reader.n_bars();
    let count: usize = ranges.iter().map(Range::len).sum();
    if count > Request::MAX_BARS as usize {
        let most = f64::from(Request::MAX_BARS);
        return refuse("number of bars to rewrite", 1.0, most, count as f64);
    }
    for range in ranges {
        if range.end > n_bars || range.start >= range.end {
            let wrong = if range.start >= n_bars {
                range.start + 1
            } else {
                range.end
            };
            return refuse("bar to rewrite", 1.0, n_bars as f64, wrong as f64);
        }
        for bar in range.clone() {
            let ticks = reader.meter(bar).bar_ticks(TICKS_PER_QUARTER);
            let quarters = f64::from(ticks) / f64::from(TICKS_PER_QUARTER);
            let most = f64::from(MAX_QUARTERS);
            if !(1.0..=most).contains(&quarters) {
                let what = "length in quarter notes of a bar to rewrite";
                return refuse(what, 1.0, most, quarters);
            }
        }
    }
    Ok(())
}

/// The plans of the new bars.
fn plans(reader: &Reader<'_>, request: &Request, wanted: Rewriting<'_>) -> Vec<(usize, BarPlan)> {
    let mut plans = Vec::new();
    let mut given = 0;
    for range in wanted.bars {
        let playing = playing(reader, range, wanted.roles);
        let mut fresh = Vec::new();
        if wanted.harmony == Harmony::New {
            fresh = new_chords(reader, request, range, given);
            given += range.len() as u64;
        }
        for bar in range.clone() {
            let mut plan = reader.plan(bar);
            plan.layers = layers(playing.iter().copied());
            if let Some(chords) = fresh.get(bar - range.start) {
                plan.chords = harmony::spans(chords, plan.meter, TICKS_PER_QUARTER);
            }
            plans.push((bar, plan));
        }
    }
    for index in 0..plans.len() {
        let (bar, plan) = &plans[index];
        let ends = plan.phrase_bar + 1 == plan.phrase_bars || bar + 1 == reader.n_bars();
        let before = index.checked_sub(1).map(|before| &plans[before]);
        let before = match before.filter(|(before, _)| before + 1 == *bar) {
            Some((_, plan)) => Some(plan.clone()),
            None => bar.checked_sub(1).map(|before| reader.plan(before)),
        };
        if ends && !plan.steady {
            let chords = before
                .iter()
                .chain([plan])
                .map(chords_of)
                .collect::<Vec<_>>();
            plans[index].1.cadence = cadence_of(&chords, plan.key.tonic);
        }
    }
    plans
}

fn chords_of(plan: &BarPlan) -> Vec<Chord> {
    plan.chords.iter().map(|span| span.chord).collect()
}

/// Who of those to be written plays in a stretch; all of them where nobody did.
fn playing(reader: &Reader<'_>, range: &Range<usize>, roles: &[Role]) -> Vec<Role> {
    let parts = range.clone().flat_map(|bar| reader.parts(bar));
    let mut heard: Vec<Role> = parts
        .filter(|part| !part.notes.is_empty() && roles.contains(&part.role))
        .map(|part| part.role)
        .collect();
    heard.sort_unstable();
    heard.dedup();
    if heard.is_empty() {
        heard = roles.to_vec();
    }
    heard
}

/// Chords for a stretch, phrase by phrase; `given` bars of the request's own were used before.
fn new_chords(
    reader: &Reader<'_>,
    request: &Request,
    range: &Range<usize>,
    given: u64,
) -> Vec<Vec<Chord>> {
    let mut chords: Vec<Vec<Chord>> = Vec::new();
    while chords.len() < range.len() {
        let bar = range.start + chords.len();
        let plan = reader.plan(bar);
        let left = (range.len() - chords.len()) as u32;
        let (phrase, _) = harmony::phrase(&PhraseHarmony {
            genre: request.genre,
            key: plan.key,
            letter: plan.section,
            tune: mix(&[plan.tune.seed, u64::from(plan.tune.phrase)]),
            section_bar: plan.phrase_bar,
            bars: (plan.phrase_bars - plan.phrase_bar).min(left),
            closes_section: false,
            closes_piece: range.end == reader.n_bars() && left <= plan.phrase_bars,
            steady: request.steady,
            chords: &request.chords,
            bars_before: given + chords.len() as u64,
        });
        chords.extend(phrase);
    }
    chords
}

/// What those who stay play in a bar. Roles that the piece does not have stay silent.
fn beside(reader: &Reader<'_>, bar: usize, written: &[Role]) -> Vec<Part> {
    let mut parts = reader.parts(bar);
    parts.retain(|part| !written.contains(&part.role));
    for &role in Role::ALL {
        let is_there = parts.iter().any(|part| part.role == role);
        if !is_there && !written.contains(&reader.roles.of_part(role)) {
            parts.push(Part {
                name: String::new(),
                role,
                program: 0,
                volume: 100,
                pan: 64,
                notes: Vec::new(),
            });
        }
    }
    parts
}
