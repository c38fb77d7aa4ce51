//! Melody: the tune of a bar.
//!
//! [`tune`] takes the theme of the plan, lays its motif over the bar at the density asked for, and
//! finds pitches that follow the motif's contour over the bar's chords.

mod line;
mod motif;
mod rhythm;

use affetto_music::{Chord, Note, Role};
use rand_pcg::Pcg64Mcg;

use crate::genre::{self, MelodyHints, Profile};
use crate::random::{chance, mix, pick, stream, unit};
use crate::{BarContext, BarPlan, Cadence, Texture, ThemeUse};
use line::{Manner, Place};
use motif::{Figure, Motif, Theme};
use rhythm::{Grid, SLOT};

/// Lowest and highest pitch of a melody.
pub(crate) const RANGE: (u8, u8) = (55, 88);

/// How the tune's return differs from its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variation {
    None,
    /// Long notes are turned or broken.
    Ornamented,
    /// One or two notes fewer.
    Thinned,
    /// One or two notes more.
    Filled,
    /// The second half goes another way.
    Redirected,
    /// The bar sits a step or two elsewhere.
    Moved,
}

/// The melody of the planned bar: one voice, sorted, inside the bar.
pub(crate) fn tune(plan: &BarPlan, context: &BarContext<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    if !plan.layers.melody {
        return Vec::new();
    }
    let profile = genre::profile(plan.genre);
    let seed = match plan.theme {
        ThemeUse::State | ThemeUse::Vary => plan.tune.seed,
        ThemeUse::New => mix(&[
            plan.tune.seed,
            plan.index - u64::from(plan.phrase_bar.min(plan.index as u32)),
            3,
        ]),
    };
    let theme = Theme::new(
        seed,
        &profile.melody,
        profile.scales.pentatonic,
        plan.meter,
        plan.texture,
    );
    let ending = context.next.is_none() && plan.phrase_bar + 1 >= plan.phrase_bars;
    let figure = theme.figure(plan.phrase_bar, plan.phrase_bars, plan.tune.phrase);
    let mut motif = theme.motif(figure);
    let mut own = stream(&[
        seed,
        u64::from(plan.tune.pass),
        u64::from(plan.tune.phrase),
        u64::from(plan.phrase_bar),
        9,
    ]);
    let variation = variation(plan, &mut own);
    vary(&mut motif, variation, &mut own);
    let sketch = Sketch {
        plan,
        profile,
        theme: &theme,
        figure,
        variation,
        ending,
    };
    let slots = sketch.onsets(&motif, context, rng);
    let places = sketch.places(&slots, &motif);
    let pitches = line::pitches(&places, last_pitch(context), &sketch.manner(), rng);
    let mut notes = sketch.notes(&slots, &pitches);
    if variation == Variation::Ornamented {
        ornament(&mut notes, plan, &sketch.manner());
    }
    notes
}

/// Which variation the bar's return gets; the first statement has none.
fn variation(plan: &BarPlan, rng: &mut Pcg64Mcg) -> Variation {
    use Variation as V;
    match plan.theme {
        ThemeUse::State | ThemeUse::New => V::None,
        ThemeUse::Vary => pick(
            rng,
            &[
                V::None,
                V::Ornamented,
                V::Ornamented,
                V::Thinned,
                V::Filled,
                V::Redirected,
                V::Moved,
            ],
        ),
    }
}

fn vary(motif: &mut Motif, variation: Variation, rng: &mut Pcg64Mcg) {
    match variation {
        Variation::Redirected => {
            let turn = pick(rng, &[-3_i8, -2, 2, 3]);
            for (slot, height) in motif.heights.iter_mut().enumerate() {
                *height += if slot % 16 >= 8 { turn } else { 0 };
            }
        }
        Variation::Moved => {
            let shift = pick(rng, &[-2_i8, -1, 1, 2]);
            motif.heights.iter_mut().for_each(|height| *height += shift);
        }
        _ => {}
    }
}

/// The last pitch of the tune before this bar.
fn last_pitch(context: &BarContext<'_>) -> Option<u8> {
    let melody = |bar: &crate::Bar| {
        bar.parts
            .iter()
            .find(|part| part.role == Role::Melody)
            .and_then(|part| part.notes.last().map(|n| n.pitch))
    };
    context.history.iter().rev().take(4).find_map(melody)
}

/// Everything that shapes one bar of melody.
struct Sketch<'a> {
    plan: &'a BarPlan,
    profile: &'a Profile,
    theme: &'a Theme,
    figure: Figure,
    variation: Variation,
    /// Last bar of the piece.
    ending: bool,
}

impl Sketch<'_> {
    fn hints(&self) -> &MelodyHints {
        &self.profile.melody
    }

    fn bar_slots(&self) -> u32 {
        self.plan.ticks() / SLOT
    }

    fn grid(&self) -> Grid {
        let fine = self.hints().grid >= 4 || self.plan.cues.density > 0.85;
        // A sixteenth shorter than an eighth of a second is not singable.
        if fine && self.plan.bpm.get() * (1.15 - 0.25 * self.plan.cues.density) < 110.0 {
            Grid::Sixteenths
        } else {
            Grid::Eighths
        }
    }

    /// Onset slots of the bar with the length of each.
    fn onsets(
        &self,
        motif: &Motif,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<(u8, u32)> {
        let count = self.count(motif, rng);
        if self.figure == Figure::Close {
            return self.closing_onsets(motif, count, context, rng);
        }
        let onsets = motif.rhythm.onsets(count, self.grid());
        let breath = !self.plan.steady && chance(rng, self.hints().rests * 0.6);
        self.with_lengths(&onsets, if breath { 2 } else { 0 })
    }

    /// About how many notes the bar gets.
    fn count(&self, motif: &Motif, rng: &mut Pcg64Mcg) -> usize {
        let (low, high) = self.hints().notes_per_beat;
        let beats = f64::from(self.bar_slots()) / 4.0;
        let density = self.plan.cues.density;
        let texture = match self.plan.texture {
            Texture::Mono => 1.25,
            Texture::Poly => 1.1,
            Texture::Band => 1.0,
        };
        let swing = match self.plan.theme {
            ThemeUse::State => 0.0,
            ThemeUse::Vary => 0.5,
            ThemeUse::New => 1.2,
        };
        let varied = match self.variation {
            Variation::Thinned => -1.4,
            Variation::Filled => 1.4,
            _ => 0.0,
        };
        let usual = (low + (high - low) * density) * beats * texture * (1.0 + motif.pace);
        // Not every place of the grid is filled: rhythm lives on the gaps.
        let fullest = beats
            * if self.grid() == Grid::Sixteenths {
                3.2
            } else {
                1.75
            };
        let count = usual.min(fullest) + varied + swing * (unit(rng) - 0.5);
        count.round().max(1.0) as usize
    }

    /// The last bar of a phrase: a few notes into a long one, a breath, perhaps an upbeat.
    fn closing_onsets(
        &self,
        motif: &Motif,
        count: usize,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<(u8, u32)> {
        let slots = self.bar_slots() as u8;
        let middle = if slots.is_multiple_of(8) {
            slots / 2
        } else {
            slots / 3 * 2
        };
        let goal = match count {
            _ if self.ending => {
                if count < 7 {
                    0
                } else {
                    4
                }
            }
            0..=2 => 0,
            3..=4 => middle / 2,
            _ => middle,
        };
        let mut onsets: Vec<u8> = motif
            .rhythm
            .onsets(count, self.grid())
            .into_iter()
            .filter(|&slot| slot < goal)
            .collect();
        onsets.push(goal);
        let follows = context.next.is_some_and(|next| next.layers.melody);
        let upbeat = follows && self.theme.pickup && self.plan.cues.density > 0.2;
        let busy = self.plan.steady || self.plan.cues.density > 0.7;
        let upbeats: &[u8] = match (upbeat, busy) {
            (true, true) => &[6, 4, 2],
            (true, false) if chance(rng, 0.5) => &[4, 2],
            (true, false) => &[2],
            (false, true) if follows => &[4, 2],
            (false, _) => &[],
        };
        let from = goal + 4;
        onsets.extend(
            upbeats
                .iter()
                .map(|back| slots.saturating_sub(*back))
                .filter(|&slot| slot >= from),
        );
        let breath = if self.plan.steady || self.ending || !upbeats.is_empty() {
            0
        } else {
            2 + (self.hints().rests * 8.0 * (1.0 - 0.5 * self.plan.cues.density)).round() as u32
        };
        self.with_lengths(&onsets, breath)
    }

    /// Lengths up to the next onset; the bar's last `breath` slots stay silent where a note allows.
    fn with_lengths(&self, onsets: &[u8], breath: u32) -> Vec<(u8, u32)> {
        let end = self.bar_slots();
        let next = |index: usize| onsets.get(index + 1).map_or(end, |&slot| u32::from(slot));
        let mut lengths: Vec<(u8, u32)> = onsets
            .iter()
            .enumerate()
            .map(|(index, &slot)| (slot, next(index).saturating_sub(u32::from(slot)).max(1)))
            .collect();
        if let Some((_, last)) = lengths.last_mut() {
            *last = last.saturating_sub(breath).max((*last).min(2));
        }
        lengths
    }

    /// The places of the notes: chord, beat and wish for each onset.
    fn places(&self, slots: &[(u8, u32)], motif: &Motif) -> Vec<Place> {
        let goal = self.goal_index(slots);
        slots
            .iter()
            .enumerate()
            .map(|(index, &(slot, length))| Place {
                slots: length,
                strength: self.strength(slot),
                chord: self.chord_at(u32::from(slot) * SLOT),
                height: i32::from(motif.heights[usize::from(slot) % motif.heights.len()])
                    + self.anchor(),
                goal: if Some(index) == goal { self.goal() } else { 0 },
            })
            .collect()
    }

    /// Which note is the goal of the phrase: the longest of its last bar.
    fn goal_index(&self, slots: &[(u8, u32)]) -> Option<usize> {
        let last = self.figure == Figure::Close || self.ending;
        let longest = slots
            .iter()
            .enumerate()
            .max_by_key(|(index, (_, length))| (*length, *index));
        longest.filter(|_| last).map(|(index, _)| index)
    }

    /// Pitch classes that end the phrase well, as bits.
    fn goal(&self) -> u16 {
        let tonic = self.plan.key.tonic;
        let bit = |degree: i32| 1_u16 << tonic.transposed(degree).get();
        let third = if self.plan.scale.degrees().contains(&4) {
            4
        } else {
            3
        };
        match self.plan.cadence {
            Some(Cadence::Authentic | Cadence::Plagal) => bit(0),
            Some(Cadence::Half) => bit(2) | bit(7) | bit(11),
            Some(Cadence::Deceptive) => bit(0) | bit(third),
            None => self
                .plan
                .chords
                .last()
                .map_or(0, |span| chord_bits(span.chord)),
        }
    }

    fn chord_at(&self, tick: u32) -> Chord {
        let sounding = self
            .plan
            .chords
            .iter()
            .rev()
            .find(|span| span.onset <= tick);
        sounding.map_or_else(
            || crate::harmony::tonic_chord(self.plan.genre, self.plan.key),
            |span| span.chord,
        )
    }

    fn strength(&self, slot: u8) -> u8 {
        let compound = self.plan.meter.denominator == 8;
        let (strong, beat) = if compound { (6, 6) } else { (8, 4) };
        match slot {
            0 => 3,
            slot if slot % strong == 0 => {
                if compound {
                    2
                } else {
                    3
                }
            }
            slot if slot % beat == 0 => 2,
            slot if slot % 2 == 0 => 1,
            _ => 0,
        }
    }

    /// Where the bar sits in the arch of the phrase, in scale steps: questions rise, answers come
    /// home; bright music arches higher, dark music sinks.
    fn anchor(&self) -> i32 {
        let plan = self.plan;
        let x = f64::from(plan.phrase_bar) / f64::from(plan.phrase_bars.max(2) - 1);
        let answer = plan.tune.phrase > 0;
        let peak = if answer { 2.6 } else { 2.0 } + plan.target.a();
        let slope = 1.2 * plan.target.v() - if answer { 1.0 } else { 0.0 };
        let arch = peak * (std::f64::consts::PI * x).sin() + slope * x;
        arch.round() as i32 + i32::from(self.theme.seat)
    }

    fn manner(&self) -> Manner {
        let (plan, hints) = (self.plan, self.hints());
        let register = 0.8 * plan.cues.register
            + match plan.section {
                'A' => 0.0,
                'B' => 2.0,
                _ => 3.0,
            };
        let wide = f64::from(u8::from(plan.texture == Texture::Mono)) * 3.0 + 2.0 * plan.target.a();
        let low = (f64::from(hints.range.0) + register - wide).max(f64::from(RANGE.0));
        let low = if plan.texture == Texture::Poly {
            low.max(60.0)
        } else {
            low
        }
        .min(68.0);
        let high =
            (f64::from(hints.range.1) + register + wide).clamp(low + 14.0, f64::from(RANGE.1));
        let noise = match plan.theme {
            ThemeUse::State => 0.25,
            ThemeUse::Vary => 0.5,
            ThemeUse::New => 0.9,
        };
        Manner {
            range: (low as u8, high as u8),
            center: (low + high) / 2.0 - 1.0,
            scale: plan.scale.degrees(),
            tonic: plan.key.tonic,
            pentatonic: f64::from(u8::from(self.theme.pentatonic)),
            blue: self.profile.scales.blue_notes,
            chromatic: (hints.chromatic * (1.0 + plan.cues.tension) + 0.05 * plan.cues.tension)
                .min(1.0),
            tension: plan.cues.tension,
            stepwise: 0.7 + 0.6 * hints.stepwise - 0.25 * plan.target.a(),
            arpeggio: if plan.texture == Texture::Mono {
                0.75
            } else {
                0.35
            },
            repeated: hints.repeated,
            loyalty: if plan.theme == ThemeUse::New {
                0.7
            } else {
                1.0
            },
            noise,
        }
    }

    fn notes(&self, slots: &[(u8, u32)], pitches: &[u8]) -> Vec<Note> {
        // Velocities are relative here: 80 is neutral, the performance brings dynamics.
        let base = 78.0;
        slots
            .iter()
            .zip(pitches)
            .map(|(&(slot, length), &pitch)| Note {
                onset: u32::from(slot) * SLOT,
                duration: length * SLOT,
                pitch,
                velocity: (base + 3.0 * f64::from(self.strength(slot))).clamp(1.0, 127.0) as u8,
            })
            .collect()
    }
}

/// Pitch classes of a chord as bits.
fn chord_bits(chord: Chord) -> u16 {
    chord
        .pitch_classes()
        .fold(0, |bits, tone| bits | (1 << tone.get()))
}

/// Turns a note of a quarter or more into note, upper neighbor, note.
fn ornament(notes: &mut Vec<Note>, plan: &BarPlan, manner: &Manner) {
    let Some(index) = notes
        .iter()
        .position(|note| note.duration >= 4 * SLOT && note.duration <= 8 * SLOT)
    else {
        return;
    };
    let note = notes[index];
    let neighbor = (note.pitch + 1..=note.pitch + 2).find(|&pitch| {
        let degree = manner
            .tonic
            .interval_to(affetto_music::PitchClass::new(pitch));
        manner.scale.contains(&degree) && pitch <= manner.range.1
    });
    let Some(neighbor) = neighbor else { return };
    let unit = if note.duration >= 6 * SLOT || plan.bpm.get() > 110.0 {
        2 * SLOT
    } else {
        SLOT
    };
    if note.duration < 2 * unit + unit {
        return;
    }
    let turned = [
        Note {
            duration: unit,
            ..note
        },
        Note {
            onset: note.onset + unit,
            duration: unit,
            pitch: neighbor,
            velocity: note.velocity.saturating_sub(4).max(1),
        },
        Note {
            onset: note.onset + 2 * unit,
            duration: note.duration - 2 * unit,
            ..note
        },
    ];
    notes.splice(index..=index, turned);
}
