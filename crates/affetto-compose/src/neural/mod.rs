//! The neural bar source: a model that has learnt from music writes chords, melody, bass and
//! accompaniment; learnt patterns add drums, rules the pads and instruments.
//!
//! Every symbol is sampled among those that the [`Grammar`] allows, so a bar cannot be invalid.
//! Candidates are written side by side, because a model reads its weights once for all of them.
//! Guidance (Ho and Salimans 2022) leads away from what the model would write without emotion.

mod context;
mod harmony;
mod sampling;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use affetto_affect::Affect;
use affetto_music::{ChordSpan, Note, Role};
use rand_pcg::Pcg64Mcg;

use crate::arrange::{accompany, instrument, part};
use crate::perform::StrokeTiming;
use crate::rules::quoted_bar;
use crate::tokens::{
    Condition, Grammar, GridBar, N_ATTRIBUTES, PieceBar, Token, Voice, decode, encode,
};
use crate::{
    BarContext, BarPlan, BarSource, DrumPatterns, Genre, Layers, Part, RuleSource, Texture,
};
use context::{Written, condition_of};
pub use sampling::Sampling;
use sampling::{Draw, mixed};

/// Ticks of a grid unit.
const TICKS_PER_UNIT: u32 =
    affetto_music::score::TICKS_PER_QUARTER / crate::tokens::UNITS_PER_QUARTER;
/// Velocity on the grid; the performance brings dynamics.
const NEUTRAL_VELOCITY: u8 = 80;

/// A network that continues symbols, and the map from emotion to attributes that was fitted with it.
pub trait NoteModel: Send + Sync {
    /// What it has read.
    type Memory: Clone + Send;
    /// A condition as the network wants it.
    type Condition: Clone + Send;

    /// Symbols that it can remember.
    fn context(&self) -> usize;
    /// Nothing read yet.
    fn memory(&self) -> Self::Memory;
    /// Prepares a condition, once a bar.
    fn condition(&self, condition: &Condition) -> Self::Condition;
    /// Reads symbols and gives the logits of the next one. Never reads beyond [`Self::context`].
    fn read(
        &self,
        memory: &mut Self::Memory,
        tokens: &[u16],
        condition: &Self::Condition,
    ) -> Vec<f32>;
    /// Reads one symbol in each row and gives the logits of all rows, one after the other.
    fn step(&self, rows: &mut [Row<'_, Self>], logits: &mut Vec<f32>);
    /// Normalized attributes of bars that express a point in a genre and texture.
    fn attributes(&self, target: Affect, genre: Genre, texture: Texture) -> [f64; N_ATTRIBUTES];
}

/// One of several texts that are continued at once.
pub struct Row<'a, M: NoteModel + ?Sized> {
    /// What it has read.
    pub memory: &'a mut M::Memory,
    /// What it reads now.
    pub token: u16,
    /// For which bar.
    pub condition: &'a M::Condition,
}

/// Composes bars with a [`NoteModel`].
pub struct NeuralSource<M: NoteModel> {
    model: Arc<M>,
    sampling: Sampling,
    /// Bars that come before the first, to be continued.
    primer: Arc<[PieceBar]>,
    /// Share of a bar's duration that writing it may take; the rules write it then.
    time_limit: Option<f64>,
    /// What drummers play; the rules drum where there is nothing.
    drums: Arc<DrumPatterns>,
    read: Option<Read<M>>,
}

impl<M: NoteModel> Clone for NeuralSource<M> {
    fn clone(&self) -> Self {
        Self {
            model: Arc::clone(&self.model),
            sampling: self.sampling,
            primer: Arc::clone(&self.primer),
            time_limit: self.time_limit,
            drums: Arc::clone(&self.drums),
            read: self.read.clone(),
        }
    }
}

impl<M: NoteModel> fmt::Debug for NeuralSource<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeuralSource")
            .field("sampling", &self.sampling)
            .finish_non_exhaustive()
    }
}

/// Bars that the model has read, with emotion and without.
struct Read<M: NoteModel> {
    bars: Vec<Written>,
    with: M::Memory,
    without: Option<M::Memory>,
    n_tokens: usize,
}

impl<M: NoteModel> Clone for Read<M> {
    fn clone(&self) -> Self {
        Self {
            bars: self.bars.clone(),
            with: self.with.clone(),
            without: self.without.clone(),
            n_tokens: self.n_tokens,
        }
    }
}

impl<M: NoteModel> NeuralSource<M> {
    /// A source with a model.
    #[must_use]
    pub fn new(model: Arc<M>, sampling: Sampling) -> Self {
        Self {
            model,
            sampling,
            primer: Arc::new([]),
            time_limit: None,
            drums: Arc::default(),
            read: None,
        }
    }

    /// Bars to be continued, as [`crate::tokens::grid_bars`] makes them.
    #[must_use]
    pub fn with_primer(mut self, bars: Vec<PieceBar>) -> Self {
        self.primer = bars.into();
        self
    }

    /// Patterns for the drums of bands.
    #[must_use]
    pub fn with_drums(mut self, drums: Arc<DrumPatterns>) -> Self {
        self.drums = drums;
        self
    }

    /// Leaves a bar to the rules that takes longer than this share of its duration to write, for
    /// music that is played while it is written. What is written then depends on the clock.
    #[must_use]
    pub fn with_time_limit(mut self, share: f64) -> Self {
        self.time_limit = Some(share);
        self
    }

    /// Starts the time that writing the bar may take.
    fn clock(&self, plan: &BarPlan) -> Clock {
        let quarters = f64::from(plan.ticks()) / f64::from(affetto_music::score::TICKS_PER_QUARTER);
        let seconds = quarters * plan.bpm.seconds_per_quarter();
        Clock {
            started: Instant::now(),
            limit: (self.time_limit).map(|share| Duration::from_secs_f64(share * seconds)),
        }
    }

    /// What the planned bar shall be.
    fn condition(&self, plan: &BarPlan) -> Condition {
        let asked = self.model.attributes(plan.aim, plan.genre, plan.texture);
        condition_of(plan, context::voices_of(plan), context::pulled(plan, asked))
    }

    /// Reads the bars before, as many as there is room for: what was read already stays read.
    fn catch_up(&mut self, plan: &BarPlan, context: &BarContext<'_>) -> Read<M> {
        let wanted = context::written(&self.primer, context.history, plan);
        let room = self
            .model
            .context()
            .saturating_sub(crate::tokens::MAX_BAR_TOKENS + 8);
        let guided = self.sampling.is_guided();
        let kept = self.read.take().filter(|read| {
            let fits = read.without.is_some() == guided;
            // The bars that were read must still be the last ones but for those that came since.
            fits && read.n_tokens <= room && context::starts(&wanted, &read.bars).is_some()
        });
        let mut read = match kept {
            Some(mut read) => {
                let from = context::starts(&wanted, &read.bars).unwrap_or(0);
                for bar in wanted.get(from + read.bars.len()..).unwrap_or_default() {
                    self.read_bar(&mut read, bar);
                }
                read
            }
            None => self.read_anew(&wanted, room / 2),
        };
        if read.n_tokens > room {
            read = self.read_anew(&wanted, room / 2);
        }
        self.read = Some(read.clone());
        read
    }

    /// Reads the last bars up to a number of symbols.
    fn read_anew(&self, bars: &[Written], room: usize) -> Read<M> {
        let mut n = 0;
        let fitting = bars.iter().rev().take_while(|bar| {
            n += bar.tokens.len();
            n <= room
        });
        let from = bars.len() - fitting.count();
        let mut read = Read {
            bars: Vec::new(),
            with: self.model.memory(),
            without: self.sampling.is_guided().then(|| self.model.memory()),
            n_tokens: 0,
        };
        for bar in &bars[from..] {
            self.read_bar(&mut read, bar);
        }
        read
    }

    fn read_bar(&self, read: &mut Read<M>, bar: &Written) {
        let condition = self.model.condition(&bar.condition);
        self.model.read(&mut read.with, &bar.tokens, &condition);
        if let Some(without) = &mut read.without {
            let condition = self.model.condition(&bar.condition.without_emotion());
            self.model.read(without, &bar.tokens, &condition);
        }
        read.n_tokens += bar.tokens.len();
        read.bars.push(bar.clone());
    }

    /// Writes candidates side by side; `None` when time ran out.
    fn write(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rngs: &mut [Pcg64Mcg],
    ) -> Option<Vec<GridBar>> {
        let clock = self.clock(plan);
        if clock.is_late() {
            return None;
        }
        let read = self.catch_up(plan, context);
        let condition = self.condition(plan);
        let with = self.model.condition(&condition);
        let without = self.model.condition(&condition.without_emotion());
        let opening = opening(plan);
        let mut first = read.clone();
        let mut first_logits = self.model.read(&mut first.with, &opening, &with);
        if let Some(memory) = &mut first.without {
            let plain = self.model.read(memory, &opening, &without);
            mixed(&mut first_logits, &plain, self.sampling.guidance);
        }
        let ranges = context::ranges(plan);
        let mut drafts: Vec<Draft<M>> = rngs
            .iter_mut()
            .map(|rng| {
                Draft::new(
                    plan,
                    &opening,
                    ranges,
                    &first,
                    &first_logits,
                    self.sampling,
                    rng,
                )
            })
            .collect();
        let mut logits = Vec::new();
        let n = usize::from(crate::tokens::N_TOKENS);
        while drafts.iter().any(|draft| draft.is_open()) {
            if clock.is_late() {
                return None;
            }
            let mut rows = Vec::new();
            for draft in drafts.iter_mut().filter(|draft| draft.is_open()) {
                let token = draft.last();
                rows.push(Row {
                    memory: &mut draft.with,
                    token,
                    condition: &with,
                });
                if let Some(memory) = &mut draft.without {
                    rows.push(Row {
                        memory,
                        token,
                        condition: &without,
                    });
                }
            }
            self.model.step(&mut rows, &mut logits);
            let each = if self.sampling.is_guided() { 2 * n } else { n };
            let open = drafts
                .iter_mut()
                .zip(rngs.iter_mut())
                .filter(|(draft, _)| draft.is_open());
            for ((draft, rng), logits) in open.zip(logits.chunks_mut(each)) {
                let (main, plain) = logits.split_at_mut(n);
                if !plain.is_empty() {
                    mixed(main, plain, self.sampling.guidance);
                }
                draft.push(main, self.sampling, rng);
            }
        }
        Some(
            drafts
                .iter()
                .map(|draft| decode(&draft.tokens, plan.key))
                .collect(),
        )
    }
}

/// Says when writing has taken too long.
struct Clock {
    started: Instant,
    limit: Option<Duration>,
}

impl Clock {
    fn is_late(&self) -> bool {
        self.limit
            .is_some_and(|limit| self.started.elapsed() >= limit)
    }
}

/// The symbols that the plan decides: the bar and its chords.
fn opening(plan: &BarPlan) -> Vec<u16> {
    encode(&context::harmony_of(plan), plan.key)
}

/// A candidate on the way.
struct Draft<M: NoteModel> {
    grammar: Grammar,
    tokens: Vec<u16>,
    with: M::Memory,
    without: Option<M::Memory>,
    is_closed: bool,
    draw: Draw,
}

impl<M: NoteModel> Draft<M> {
    fn new(
        plan: &BarPlan,
        opening: &[u16],
        ranges: [Option<(u8, u8)>; 3],
        read: &Read<M>,
        logits: &[f32],
        sampling: Sampling,
        rng: &mut Pcg64Mcg,
    ) -> Self {
        let units = plan.ticks() / TICKS_PER_UNIT;
        let mut grammar = Grammar::new(units.min(72) as u8, Some(plan.key), ranges);
        for token in opening.iter().filter_map(|&id| Token::from_id(id)) {
            grammar.push(token);
        }
        let mut draft = Self {
            grammar,
            tokens: opening.to_vec(),
            with: read.with.clone(),
            without: read.without.clone(),
            is_closed: false,
            draw: Draw::default(),
        };
        draft.push(&mut logits.to_vec(), sampling, rng);
        draft
    }

    fn is_open(&self) -> bool {
        !self.is_closed
    }

    fn last(&self) -> u16 {
        self.tokens.last().copied().unwrap_or(0)
    }

    /// Draws the next symbol.
    fn push(&mut self, logits: &mut [f32], sampling: Sampling, rng: &mut Pcg64Mcg) {
        let id = self.draw.next(logits, &self.grammar, sampling, rng);
        match Token::from_id(id) {
            Some(token) if token != Token::Bar && self.grammar.push(token) => self.tokens.push(id),
            _ => self.is_closed = true,
        }
    }
}

impl<M: NoteModel> BarSource for NeuralSource<M> {
    fn propose(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<Part> {
        let mut all = self.propose_all(plan, context, std::slice::from_mut(rng));
        all.pop().unwrap_or_default()
    }

    fn harmonize(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Option<Vec<ChordSpan>> {
        if !harmony::is_learnt(plan.genre) {
            return None;
        }
        match harmony::again(plan, context.history) {
            Some(chords) => Some(chords.to_vec()),
            None => self.draw_chords(plan, context, rng),
        }
    }

    fn propose_all(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rngs: &mut [Pcg64Mcg],
    ) -> Vec<Vec<Part>> {
        if let Some(bar) = quoted_bar(plan, context.history)
            && bar.plan.layers == plan.layers
        {
            return vec![bar.parts.clone()];
        }
        // The rules shall write what they would have written had nobody tried before them.
        let mut untouched = rngs.first().cloned();
        let Some(written) = self.write(plan, context, rngs) else {
            return untouched
                .iter_mut()
                .map(|rng| RuleSource.propose(plan, context, rng))
                .collect();
        };
        written
            .iter()
            .zip(rngs)
            .map(|(bar, rng)| parts(plan, bar, context, &self.drums, rng))
            .collect()
    }

    fn stroke_timing(
        &self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        note: &Note,
    ) -> Option<StrokeTiming> {
        self.drums.timing(plan, context, note)
    }
}

/// The rules or a model, as a request chooses.
pub enum AnySource<M: NoteModel> {
    /// Musical knowledge.
    Rules(RuleSource),
    /// A model that has learnt from music.
    Neural(Box<NeuralSource<M>>),
}

impl<M: NoteModel> Clone for AnySource<M> {
    fn clone(&self) -> Self {
        match self {
            Self::Rules(source) => Self::Rules(*source),
            Self::Neural(source) => Self::Neural(source.clone()),
        }
    }
}

impl<M: NoteModel> AnySource<M> {
    /// See [`NeuralSource::with_time_limit`]; rules are always in time.
    #[must_use]
    pub fn with_time_limit(self, share: f64) -> Self {
        match self {
            Self::Neural(source) => Self::Neural(Box::new(source.with_time_limit(share))),
            rules => rules,
        }
    }

    fn source(&mut self) -> &mut dyn BarSource {
        match self {
            Self::Rules(source) => source,
            Self::Neural(source) => source.as_mut(),
        }
    }
}

impl<M: NoteModel> BarSource for AnySource<M> {
    fn harmonize(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Option<Vec<ChordSpan>> {
        self.source().harmonize(plan, context, rng)
    }

    fn propose(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<Part> {
        self.source().propose(plan, context, rng)
    }

    fn propose_all(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rngs: &mut [Pcg64Mcg],
    ) -> Vec<Vec<Part>> {
        self.source().propose_all(plan, context, rngs)
    }

    fn stroke_timing(
        &self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        note: &Note,
    ) -> Option<StrokeTiming> {
        match self {
            Self::Rules(source) => source.stroke_timing(plan, context, note),
            Self::Neural(source) => source.stroke_timing(plan, context, note),
        }
    }
}

/// A written bar with instruments, and what patterns and rules add to it.
fn parts(
    plan: &BarPlan,
    bar: &GridBar,
    context: &BarContext<'_>,
    drums: &DrumPatterns,
    rng: &mut Pcg64Mcg,
) -> Vec<Part> {
    let mut parts = Vec::new();
    for voice in Voice::ALL {
        let notes: Vec<Note> = bar.voices[voice as usize]
            .iter()
            .map(|note| Note {
                onset: u32::from(note.onset) * TICKS_PER_UNIT,
                pitch: note.pitch,
                duration: u32::from(note.duration) * TICKS_PER_UNIT,
                velocity: NEUTRAL_VELOCITY,
            })
            .collect();
        if !notes.is_empty() {
            let role = voice.role();
            parts.push(part(&instrument(plan, role, context.history), role, notes));
        }
    }
    if plan.texture == Texture::Band {
        let drummed = plan
            .layers
            .drums
            .then(|| drums.part(plan, context, rng))
            .flatten();
        let layers = Layers {
            pad: plan.layers.pad,
            drums: plan.layers.drums && drummed.is_none(),
            ..Layers::default()
        };
        let rest = BarPlan {
            layers,
            ..plan.clone()
        };
        let tune = parts.iter().find(|part| part.role == Role::Melody);
        let tune = tune.map_or(context.melody, |part| &part.notes).to_vec();
        parts.extend(accompany(&rest, &tune, context, rng));
        parts.extend(drummed);
    }
    parts
}

#[cfg(test)]
mod tests;
