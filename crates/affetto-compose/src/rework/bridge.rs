//! Bars that lead from one piece to another.

use affetto_affect::Affect;
use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Bpm, Chord, ChordQuality, Key, Mode, Role, Score};

use super::CONTEXT_BARS;
use super::read::{Reader, layers};
use crate::cues::{capped, cues};
use crate::harmony::{self, PhraseHarmony, dominant_chord};
use crate::plan::scale;
use crate::random::mix;
use crate::tokens::MAX_QUARTERS;
use crate::{Bar, BarPlan, BarSource, Cadence, Composer, Error, Part, Request, genre};

/// Bars at the end of one piece and the start of the other that tell tempo and players.
const EDGE_BARS: usize = 8;
/// Bars whose middle tempo counts, so that a last bar that slows down does not.
const TEMPO_BARS: usize = 4;

/// One side of a bridge.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    /// The piece.
    pub score: &'a Score,
    /// What it expresses where the bridge meets it.
    pub mood: Affect,
}

/// How a bridge gets from key to key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pivot {
    /// Both pieces have one key.
    Same,
    /// By a triad that belongs to both keys.
    Common(Chord),
    /// By the dominant of the new key, since no triad belongs to both.
    Dominant(Chord),
}

/// What a bridge goes between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// Keys.
    pub keys: (Key, Key),
    /// Tempi.
    pub tempi: (Bpm, Bpm),
    /// Moods.
    pub moods: (Affect, Affect),
    /// The way from key to key.
    pub pivot: Pivot,
    /// The bar with the pivot, from 0.
    pub pivot_bar: usize,
}

/// A composed bridge.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    /// The bars.
    pub bars: Vec<Bar>,
    /// What they go between.
    pub crossing: Crossing,
}

/// The chord by which one key turns into another: a triad of both, best one that leads to the
/// dominant of the new key (Piston 1941, "Harmony", on modulation); else that dominant.
#[must_use]
pub fn pivot(from: Key, to: Key) -> Pivot {
    if from == to {
        return Pivot::Same;
    }
    let old = triads(from);
    let common = triads(to).into_iter().find(|chord| old.contains(chord));
    common.map_or_else(
        || Pivot::Dominant(Chord::new(to.tonic.transposed(7), ChordQuality::Dominant7)),
        Pivot::Common,
    )
}

/// Major and minor triads of a key (natural minor), those that lead to its dominant first.
fn triads(key: Key) -> [Chord; 6] {
    use ChordQuality::{Major as M, Minor as N};
    let degrees = match key.mode {
        Mode::Major => [(2, N), (5, M), (9, N), (0, M), (4, N), (7, M)],
        Mode::Minor => [(5, N), (8, M), (0, N), (3, M), (10, M), (7, N)],
    };
    degrees.map(|(degree, quality)| Chord::new(key.tonic.transposed(degree), quality))
}

/// Composes bars that lead from the end of one piece to the start of another, by the source, the
/// ears and the request of a composer that has composed nothing yet. Tempo and mood move from bar
/// to bar; the first half has key, metre, players and texture of the old piece, the second those of
/// the new; the last bar stands on the new dominant.
///
/// # Errors
/// [`Error::OutOfRange`] for no bars or more than [`Request::MAX_BARS`], and for pieces whose bars
/// there are shorter than a quarter note or longer than six.
pub fn bridge<S: BarSource>(
    composer: &mut Composer<S>,
    from: End<'_>,
    to: End<'_>,
    n_bars: u32,
) -> Result<Bridge, Error> {
    within(
        "bars of a bridge",
        f64::from(n_bars),
        1.0,
        f64::from(Request::MAX_BARS),
    )?;
    let request = composer.request().clone();
    let whole = from.score.bar_lines().len() - 1;
    let last = from
        .score
        .slice_bars(whole.saturating_sub(CONTEXT_BARS), whole);
    let first = to.score.slice_bars(0, CONTEXT_BARS);
    let sides = [Reader::new(&last, &request), Reader::new(&first, &request)];
    let plan = Planning::new(&sides, &request, (from.mood, to.mood), n_bars as usize)?;
    let plans = plan.bars();
    for bar in 0..sides[0].n_bars() {
        composer.remember(&sides[0].bar(bar));
    }
    let arrival = sides[1].bar(0).plan;
    let mut bars = Vec::new();
    for (index, planned) in plans.iter().enumerate() {
        let next = plans.get(index + 1).unwrap_or(&arrival);
        let mut bar = composer.bar_for(planned.clone(), Some(next), &[]);
        let Bar {
            parts, performed, ..
        } = &mut bar;
        for part in parts.iter_mut().chain(performed) {
            borrow_instrument(part, &sides);
        }
        bars.push(bar);
    }
    Ok(Bridge {
        bars,
        crossing: plan.crossing,
    })
}

fn within(what: &'static str, actual: f64, min: f64, max: f64) -> Result<(), Error> {
    if (min..=max).contains(&actual) {
        return Ok(());
    }
    Err(Error::OutOfRange {
        what,
        min,
        max,
        actual,
    })
}

/// A role plays on the instrument that it has in the old piece, else on that of the new one.
fn borrow_instrument(part: &mut Part, sides: &[Reader<'_>; 2]) {
    for side in sides {
        let role = side.roles.of_part(part.role);
        if let Some(track) = side.roles.home(role).map(|home| &side.score.tracks[home]) {
            part.name.clone_from(&track.name);
            (part.program, part.volume, part.pan) = (track.program, track.volume, track.pan);
            return;
        }
    }
}

/// What the plans of a bridge are made from.
struct Planning<'a> {
    sides: &'a [Reader<'a>; 2],
    request: &'a Request,
    n_bars: usize,
    crossing: Crossing,
}

impl<'a> Planning<'a> {
    fn new(
        sides: &'a [Reader<'a>; 2],
        request: &'a Request,
        moods: (Affect, Affect),
        n_bars: usize,
    ) -> Result<Self, Error> {
        let bars = [sides[0].n_bars().saturating_sub(1), 0];
        for (side, bar) in sides.iter().zip(bars) {
            within(
                "number of bars beside a bridge",
                side.n_bars() as f64,
                1.0,
                f64::MAX,
            )?;
            let ticks = side.meter(bar).bar_ticks(TICKS_PER_QUARTER);
            let quarters = f64::from(ticks) / f64::from(TICKS_PER_QUARTER);
            let what = "length in quarter notes of the bars beside a bridge";
            within(what, quarters, 1.0, f64::from(MAX_QUARTERS))?;
        }
        let keys = (sides[0].key(bars[0]), sides[1].key(bars[1]));
        let n = sides[0].n_bars();
        let tempi = (
            middle_tempo(&sides[0], n.saturating_sub(TEMPO_BARS)..n),
            middle_tempo(&sides[1], 0..sides[1].n_bars().min(TEMPO_BARS)),
        );
        Ok(Self {
            sides,
            request,
            n_bars,
            crossing: Crossing {
                keys,
                tempi,
                moods,
                pivot: pivot(keys.0, keys.1),
                pivot_bar: n_bars.saturating_sub(1) / 2,
            },
        })
    }

    fn bars(&self) -> Vec<BarPlan> {
        let chords = self.chords();
        let roles = [self.playing(0), self.playing(1)];
        let bars = chords.iter().enumerate();
        bars.map(|(bar, chords)| self.bar(bar, chords, &roles))
            .collect()
    }

    /// 0 up to the pivot, 1 behind it.
    fn side(&self, bar: usize) -> usize {
        usize::from(bar > self.crossing.pivot_bar)
    }

    fn bar(&self, bar: usize, chords: &[Chord], roles: &[Vec<Role>; 2]) -> BarPlan {
        let (side, share) = (self.side(bar), (bar + 1) as f64 / (self.n_bars + 1) as f64);
        let between = |from: f64, to: f64| from + (to - from) * share;
        let Crossing {
            keys, tempi, moods, ..
        } = self.crossing;
        let target = Affect::clamped(
            between(moods.0.v(), moods.1.v()),
            between(moods.0.a(), moods.1.a()),
        );
        let target = capped(target, self.request.energy_cap);
        let cues = cues(target, &self.request.cues);
        let key = if side == 0 { keys.0 } else { keys.1 };
        let beside = &self.sides[side];
        let like = beside.plan(if side == 0 { beside.n_bars() - 1 } else { 0 });
        let last = bar + 1 == self.n_bars;
        let start = self.sides[0].n_bars() + bar;
        BarPlan {
            index: start as u64,
            section: 'B',
            phrase_bar: bar as u32 % like.phrase_bars,
            key,
            scale: scale(
                genre::profile(self.request.genre),
                key.mode,
                cues.brightness,
            ),
            bpm: Bpm::clamped(between(tempi.0.get(), tempi.1.get())),
            target,
            aim: target,
            cues,
            chords: harmony::spans(chords, like.meter, TICKS_PER_QUARTER),
            layers: layers(roles[side].iter().copied()),
            fill: last && !self.request.steady,
            cadence: last.then_some(Cadence::Half),
            ..like
        }
    }

    /// The chords of each bar: old key, pivot, new key, new dominant.
    fn chords(&self) -> Vec<Vec<Chord>> {
        let Crossing {
            keys,
            pivot,
            pivot_bar,
            ..
        } = self.crossing;
        let behind = self.n_bars - pivot_bar - 1;
        let mut bars = self.phrase(keys.0, pivot_bar, 0);
        match pivot {
            Pivot::Same => bars.extend(self.phrase(keys.0, 1, pivot_bar as u32)),
            Pivot::Common(chord) | Pivot::Dominant(chord) => bars.push(vec![chord]),
        }
        bars.extend(self.phrase(keys.1, behind.saturating_sub(1), 0));
        let dominant = dominant_chord(self.request.genre, keys.1);
        match (behind, bars.last_mut()) {
            (0, Some(only)) => {
                only.truncate(1);
                only.push(dominant);
            }
            _ => bars.push(vec![dominant]),
        }
        bars
    }

    /// So many bars of the genre's harmony in a key, from a bar of its progression on.
    fn phrase(&self, key: Key, bars: usize, section_bar: u32) -> Vec<Vec<Chord>> {
        if bars == 0 {
            return Vec::new();
        }
        let (chords, _) = harmony::phrase(&PhraseHarmony {
            genre: self.request.genre,
            key,
            letter: 'A',
            tune: mix(&[self.request.seed, 36]),
            section_bar,
            bars: bars as u32,
            closes_section: false,
            closes_piece: false,
            steady: true,
            chords: &[],
            bars_before: 0,
        });
        chords
    }

    /// Who plays beside the bridge.
    fn playing(&self, side: usize) -> Vec<Role> {
        let beside = &self.sides[side];
        let n = beside.n_bars();
        let bars = if side == 0 {
            n.saturating_sub(EDGE_BARS)..n
        } else {
            0..n.min(EDGE_BARS)
        };
        let parts = bars.flat_map(|bar| beside.parts(bar));
        let mut roles: Vec<Role> = parts
            .filter(|part| !part.notes.is_empty())
            .map(|part| part.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

/// The middle one of the tempi of some bars.
fn middle_tempo(side: &Reader<'_>, bars: std::ops::Range<usize>) -> Bpm {
    let mut tempi: Vec<f64> = bars.map(|bar| side.bpm(bar).get()).collect();
    tempi.sort_by(f64::total_cmp);
    let middle = tempi.get(tempi.len() / 2).copied();
    middle.map_or(Bpm::clamped(120.0), Bpm::clamped)
}
