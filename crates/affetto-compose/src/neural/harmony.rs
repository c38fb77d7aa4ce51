//! Chords by the model: the first symbols of a bar, before anybody plays.

use affetto_music::{ChordSpan, Mode};
use rand_pcg::Pcg64Mcg;

use super::sampling::Draw;
use super::{NeuralSource, NoteModel, TICKS_PER_UNIT, context, mixed};
use crate::tokens::{Grammar, Token, decode};
use crate::{Bar, BarContext, BarPlan, Genre};

/// Most chords of a bar.
const MAX_CHORDS: usize = 4;
/// Tension of a plan from which a chord may borrow a tone from outside the scale.
const BORROWING: f64 = 0.55;

/// Whether the model has learnt how the genre's chords go; there was nothing to learn from for the
/// others, whose harmony is the planner's.
pub(super) fn is_learnt(genre: Genre) -> bool {
    !matches!(
        genre,
        Genre::Blues | Genre::Metal | Genre::Reggae | Genre::Ambient
    )
}

/// The chords of this place when the tune was last played, so that a section that returns is known
/// again.
pub(super) fn again<'a>(plan: &BarPlan, history: &'a [Bar]) -> Option<&'a [ChordSpan]> {
    let place = |plan: &BarPlan| {
        let tune = (plan.tune.seed, plan.tune.phrase);
        (tune, plan.phrase_bar, plan.phrase_bars, plan.genre)
    };
    let same = |bar: &&Bar| {
        place(&bar.plan) == place(plan) && (bar.plan.key, bar.plan.meter) == (plan.key, plan.meter)
    };
    let bar = history.iter().rev().find(same)?;
    Some(&bar.plan.chords)
}

impl<M: NoteModel> NeuralSource<M> {
    /// Draws the chords of a bar; `None` when the model writes none in time.
    pub(super) fn draw_chords(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Option<Vec<ChordSpan>> {
        let clock = self.clock(plan);
        if clock.is_late() {
            return None;
        }
        let mut read = self.catch_up(plan, context);
        let condition = self.condition(plan);
        let with = self.model.condition(&condition);
        let without = self.model.condition(&condition.without_emotion());
        let units = plan.ticks() / TICKS_PER_UNIT;
        let mut grammar = Grammar::new(units.min(72) as u8, Some(plan.key), context::ranges(plan));
        let (mut tokens, mut n_chords) = (vec![Token::Bar.id()], 0);
        grammar.push(Token::Bar);
        let mut draw = Draw::default();
        while n_chords < MAX_CHORDS && !clock.is_late() {
            let last = &tokens[tokens.len() - 1..];
            let mut logits = self.model.read(&mut read.with, last, &with);
            if let Some(memory) = &mut read.without {
                let plain = self.model.read(memory, last, &without);
                mixed(&mut logits, &plain, self.sampling.guidance);
            }
            for (id, logit) in logits.iter_mut().enumerate() {
                if !Token::from_id(id as u16).is_some_and(|token| suits(plan, token)) {
                    *logit = f32::NEG_INFINITY;
                }
            }
            let id = draw.next(&logits, &grammar, self.sampling, rng);
            let token = Token::from_id(id)?;
            if !matches!(token, Token::Position(_) | Token::Chord { .. }) || !grammar.push(token) {
                break;
            }
            n_chords += usize::from(matches!(token, Token::Chord { .. }));
            tokens.push(id);
        }
        spans(&tokens, plan)
    }
}

/// The chords of drawn symbols, covering the bar.
fn spans(tokens: &[u16], plan: &BarPlan) -> Option<Vec<ChordSpan>> {
    let bar = decode(tokens, plan.key);
    let mut spans: Vec<ChordSpan> = Vec::new();
    for (at, chord) in bar.chords {
        let (onset, chord) = (u32::from(at) * TICKS_PER_UNIT, chord?);
        // A chord that is struck again is held.
        if spans.last().is_none_or(|last| last.chord != chord) {
            spans.push(ChordSpan {
                onset,
                duration: 0,
                chord,
            });
        }
    }
    let mut end = plan.ticks();
    for span in spans.iter_mut().rev() {
        span.duration = end - span.onset;
        end = span.onset;
    }
    (spans.first()?.onset == 0).then_some(spans)
}

/// Whether a symbol may stand among the chords of a bar: their tones are those of the scale, but
/// for the dominant of a minor key, for one borrowed tone where tension is wanted, and for two in
/// jazz.
fn suits(plan: &BarPlan, token: Token) -> bool {
    let Token::Chord { degree, quality } = token else {
        return token != Token::NoChord;
    };
    let outside = quality
        .tones()
        .iter()
        .map(|tone| (degree + tone) % 12)
        .filter(|tone| !plan.scale.degrees().contains(tone))
        .filter(|&tone| !(plan.key.mode == Mode::Minor && degree == 7 && tone == 11))
        .count();
    let borrowed = match plan.genre {
        Genre::Jazz => 2,
        _ => usize::from(plan.cues.tension > BORROWING),
    };
    outside <= borrowed
}

#[cfg(test)]
mod tests {
    use affetto_music::{Chord, ChordQuality, Key, PitchClass};

    use super::*;
    use crate::arrange::tests::plan;
    use crate::tokens::encode;
    use crate::{Scale, Texture};

    fn planned(mode: Mode, tension: f64) -> BarPlan {
        let tonic = PitchClass::new(9);
        let mut plan = plan(
            Genre::Pop,
            Texture::Band,
            0.5,
            &[Chord::new(tonic, ChordQuality::Minor)],
        );
        plan.key = Key { tonic, mode };
        plan.scale = match mode {
            Mode::Minor => Scale::Aeolian,
            Mode::Major => Scale::Ionian,
        };
        plan.cues.tension = tension;
        plan
    }

    #[track_caller]
    fn check(mode: Mode, tension: f64, degree: u8, quality: ChordQuality, expected: bool) {
        let token = Token::Chord { degree, quality };
        assert_eq!(suits(&planned(mode, tension), token), expected);
    }

    #[test]
    fn chords_suit_the_scale() {
        use ChordQuality::{Dominant7, Major, Minor};
        check(Mode::Major, 0.2, 0, Major, true);
        check(Mode::Major, 0.2, 9, Minor, true);
        check(Mode::Major, 0.2, 5, Minor, false);
        check(Mode::Major, 0.8, 5, Minor, true);
        check(Mode::Major, 0.2, 7, Dominant7, true);
        check(Mode::Minor, 0.2, 7, Major, true);
        check(Mode::Minor, 0.2, 0, Major, false);
        check(Mode::Minor, 0.2, 8, Major, true);
    }

    #[test]
    fn chords_cover_the_bar() {
        let plan = planned(Mode::Minor, 0.2);
        let mut bar = context::harmony_of(&plan);
        let second = Chord::new(PitchClass::new(5), ChordQuality::Major);
        bar.chords.push((24, Some(second)));
        let spans = spans(&encode(&bar, plan.key), &plan).unwrap();
        let places: Vec<(u32, u32)> = spans.iter().map(|s| (s.onset, s.duration)).collect();
        let half = plan.ticks() / 2;
        assert_eq!(places, [(0, half), (half, half)]);
        assert_eq!(spans[1].chord, second);
    }
}
