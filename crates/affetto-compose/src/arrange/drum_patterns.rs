//! Drums from patterns that were learnt from drummers: a groove that stays for a section, strokes
//! that come and go in it, fills where phrases end, and the timing of each stroke.

use affetto_music::{Note, Role};
use rand_pcg::Pcg64Mcg;

use super::drums::{Fill, build, crash, crashes, fill};
use super::select::{DRUMS, instrument, unit};
use super::stage::{SIXTEENTH, Stage, energy};
use super::{drums, part, tidy};
use crate::genre::Drum;
use crate::perform::StrokeTiming;
use crate::random::{mix, unit as draw};
use crate::{BarContext, BarPlan, Genre, Part};

/// Sixteenths of the bars that patterns are for.
const N_STEPS: u32 = 16;
/// Levels of energy.
const N_ENERGIES: usize = 3;
/// Energy of a bar from which on the second and third level play, in 0..=1.
const LEVELS: [f64; N_ENERGIES - 1] = [0.45, 0.68];
/// Strokes that are likelier are always played.
const CERTAIN: f64 = 0.85;
/// Strokes that are less likely are never played.
const UNLIKELY: f64 = 0.1;
/// How much the lot that decides about a stroke moves from bar to bar.
const VARIATION: f64 = 0.14;
/// A crash that is less likely marks a beginning; the plan knows where those are.
const CRASH_RIDES: f64 = 0.5;
/// The drums that keep time.
const KEEPS_TIME: [Drum; 3] = [Drum::Hat, Drum::Pedal, Drum::Ride];
/// Loudest stroke as written.
const MAX_VELOCITY: f64 = 120.0;
/// Fewest strokes of a fill.
const MIN_FILL: usize = 2;

/// What a pattern is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrumRole {
    /// Keeps the groove.
    Beat,
    /// Leads into the next phrase.
    Fill,
}

/// One stroke of a pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrumHit {
    /// Sixteenth of the bar, in `0..16`; where eighths swing, the first three of four are triplets.
    pub step: u8,
    /// General MIDI percussion key.
    pub key: u8,
    /// How often it is played, in 0..=1.
    pub probability: f64,
    /// Mean velocity, in 1..=127.
    pub velocity: f64,
    /// How much later than the rest of the kit, in ms.
    pub offset_ms: f64,
    /// Standard deviation of that, in ms.
    pub deviation_ms: f64,
}

/// A bar that drummers play.
#[derive(Debug, Clone, PartialEq)]
pub struct DrumPattern {
    /// In which genre.
    pub genre: Genre,
    /// What for.
    pub role: DrumRole,
    /// Level of energy, in `0..3`.
    pub energy: usize,
    /// How often it is played among those of its genre, role and energy.
    pub share: f64,
    /// The strokes.
    pub hits: Vec<DrumHit>,
}

/// Patterns of all genres that there are any of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrumPatterns {
    patterns: Vec<DrumPattern>,
}

impl DrumPatterns {
    /// Patterns to play from. Strokes outside a bar or of other keys than those of a drum kit
    /// (27 to 87), and patterns without strokes, are left out.
    #[must_use]
    pub fn new(mut patterns: Vec<DrumPattern>) -> Self {
        let fits = |hit: &DrumHit| u32::from(hit.step) < N_STEPS && (27..=87).contains(&hit.key);
        for pattern in &mut patterns {
            pattern.hits.retain(fits);
        }
        patterns.retain(|pattern| !pattern.hits.is_empty());
        Self { patterns }
    }

    /// Whether a genre has a beat.
    #[must_use]
    pub fn has(&self, genre: Genre) -> bool {
        let mut patterns = self.patterns.iter();
        patterns.any(|pattern| pattern.genre == genre && pattern.role == DrumRole::Beat)
    }

    /// The drums of a bar, or `None` where there is nothing to play from: for genres without a
    /// beat, bars of other lengths than four quarters and the end of the music.
    pub(crate) fn part(
        &self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Option<Part> {
        let stage = Stage::new(plan, &[], context);
        let beat = self.pattern(&stage, DrumRole::Beat)?;
        if stage.ends() || stage.ticks != N_STEPS * SIXTEENTH {
            return None;
        }
        let fill = fill(&stage, rng);
        let mut found = strokes(&stage, beat, rng);
        match fill {
            Some((Fill::Build, length)) => {
                let cut = stage.sixteenths - length;
                found.retain(|note| note.onset < cut * SIXTEENTH);
                build(&stage, cut, &mut found);
            }
            Some((Fill::Table(lanes), length)) => {
                let cut = stage.sixteenths - length;
                let learnt = self.pattern(&stage, DrumRole::Fill);
                let learnt = learnt.map(|pattern| strokes(&stage, pattern, rng));
                let mut over = learnt.unwrap_or_default();
                over.retain(|note| note.onset >= cut * SIXTEENTH);
                if over.len() < MIN_FILL {
                    over.clear();
                    for lane in lanes {
                        drums::play(&stage, lane, cut..stage.sixteenths, &mut over, rng);
                    }
                }
                found.retain(|note| note.onset < cut * SIXTEENTH);
                found.append(&mut over);
            }
            None => {}
        }
        if crashes(&stage) {
            crash(&mut found);
        }
        let chosen = instrument(plan, Role::Drums, context.history);
        Some(part(&chosen, Role::Drums, tidy::tidy(found, stage.ticks)))
    }

    /// When drummers play a stroke of this bar; nothing for strokes that are in no pattern of it.
    pub(crate) fn timing(
        &self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        note: &Note,
    ) -> Option<StrokeTiming> {
        let stage = Stage::new(plan, &[], context);
        if stage.ticks != N_STEPS * SIXTEENTH {
            return None;
        }
        let patterns = [DrumRole::Beat, DrumRole::Fill].map(|role| self.pattern(&stage, role));
        let same =
            |hit: &&DrumHit| u32::from(hit.step) * SIXTEENTH == note.onset && hit.key == note.pitch;
        let mut hits = patterns.into_iter().flatten();
        let hit = hits.find_map(|pattern| pattern.hits.iter().find(same))?;
        Some(StrokeTiming {
            offset_ms: hit.offset_ms,
            deviation_ms: hit.deviation_ms,
        })
    }

    /// The pattern of a bar: a beat stays while section and energy do, fills differ.
    fn pattern(&self, stage: &Stage<'_>, role: DrumRole) -> Option<&DrumPattern> {
        let level = level(stage);
        let of_role = || {
            let genre = stage.plan.genre;
            let patterns = self.patterns.iter();
            patterns.filter(move |pattern| pattern.genre == genre && pattern.role == role)
        };
        let nearest = of_role()
            .map(|p| p.energy)
            .min_by_key(|e| e.abs_diff(level))?;
        let choices = || of_role().filter(|pattern| pattern.energy == nearest);
        let place = match role {
            DrumRole::Beat => u64::from(u32::from(stage.plan.section)),
            DrumRole::Fill => stage.plan.index,
        };
        let all: f64 = choices().map(|pattern| pattern.share).sum();
        let lot = mix(&[stage.plan.groove, DRUMS, role as u64, place]);
        let mut left = unit(lot) * all;
        let chosen = choices().find(|pattern| {
            left -= pattern.share;
            left < 0.0
        });
        chosen.or_else(|| choices().next_back())
    }
}

/// The level of energy of the bar that began the phrase: a groove does not change within it.
fn level(stage: &Stage<'_>) -> usize {
    let plan = stage.plan;
    let before = stage.history.len().checked_sub(plan.phrase_bar as usize);
    let first = before.and_then(|index| stage.history.get(index));
    let first = first.filter(|bar| bar.plan.phrase_bar == 0 && bar.plan.section == plan.section);
    let energy = first.map_or(stage.energy, |bar| energy(&bar.plan));
    LEVELS.iter().filter(|&&from| energy >= from).count()
}

/// The strokes of a pattern in a bar: the certain ones, and of the others those that the section
/// has drawn, with a little chance in each bar.
fn strokes(stage: &Stage<'_>, pattern: &DrumPattern, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let plan = stage.plan;
    let section = u64::from(u32::from(plan.section));
    let mut struck: Vec<&DrumHit> = Vec::new();
    for hit in &pattern.hits {
        // Who keeps time plays all strokes of a kind or none.
        let keeps_time = KEEPS_TIME.iter().any(|drum| drum.key() == hit.key);
        let step = u64::from(if keeps_time { hit.step % 4 } else { hit.step });
        let place = [plan.groove, section, DRUMS, step, u64::from(hit.key)];
        let lot = unit(mix(&place)) + VARIATION * (draw(rng) - 0.5);
        let marks = hit.key == Drum::Crash.key() && hit.probability < CRASH_RIDES;
        let is_drawn = hit.probability >= UNLIKELY && lot < sharpened(hit.probability);
        if !marks && (hit.probability > CERTAIN || is_drawn) {
            struck.push(hit);
        }
    }
    playable(&mut struck);
    let note = |hit: &&DrumHit| Note {
        onset: u32::from(hit.step) * SIXTEENTH,
        duration: SIXTEENTH,
        pitch: hit.key,
        velocity: loudness(hit).round().clamp(1.0, MAX_VELOCITY) as u8,
    };
    struck.iter().map(note).collect()
}

/// A chance nearer to what is usual.
fn sharpened(probability: f64) -> f64 {
    let (yes, no) = (probability.powi(2), (1.0 - probability).powi(2));
    yes / (yes + no)
}

/// The velocity of a stroke on a General MIDI kit. The pads that drummers were recorded on answer
/// to the foot more softly than such kits do.
fn loudness(hit: &DrumHit) -> f64 {
    let gain = if hit.key == Drum::Kick.key() {
        1.65
    } else if [Drum::Hat, Drum::Pedal]
        .iter()
        .any(|hat| hat.key() == hit.key)
    {
        1.1
    } else {
        1.0
    };
    gain * hit.velocity
}

/// Leaves the likeliest strokes that two hands and two feet can play at once: the hi-hat is closed,
/// open or pressed.
fn playable(struck: &mut Vec<&DrumHit>) {
    let is = |hit: &DrumHit, drums: &[Drum]| drums.iter().any(|drum| drum.key() == hit.key);
    let hats = [Drum::Hat, Drum::Open, Drum::Pedal];
    struck.sort_by(|a, b| {
        let order = a.step.cmp(&b.step);
        order.then(b.probability.total_cmp(&a.probability))
    });
    let (mut step, mut n_hands, mut n_hats) = (u8::MAX, 0, 0);
    struck.retain(|hit| {
        if hit.step != step {
            (step, n_hands, n_hats) = (hit.step, 0, 0);
        }
        let hand = u32::from(!is(hit, &[Drum::Kick, Drum::Pedal]));
        let hat = u32::from(is(hit, &hats));
        let plays = n_hands + hand <= 2 && n_hats + hat <= 1;
        if plays {
            (n_hands, n_hats) = (n_hands + hand, n_hats + hat);
        }
        plays
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;
    use crate::{Texture, arrange};

    fn hit(step: u8, drum: Drum, probability: f64) -> DrumHit {
        DrumHit {
            step,
            key: drum.key(),
            probability,
            velocity: 90.0,
            offset_ms: 4.0,
            deviation_ms: 3.0,
        }
    }

    #[track_caller]
    fn check_playable(hits: &[DrumHit], expected: &[(u8, Drum)]) {
        let mut struck: Vec<&DrumHit> = hits.iter().collect();
        playable(&mut struck);
        let mut found: Vec<_> = struck.iter().map(|hit| (hit.step, hit.key)).collect();
        found.sort_unstable();
        let mut expected: Vec<_> = expected.iter().map(|(s, drum)| (*s, drum.key())).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_drummer_has_two_hands() {
        let all = [
            hit(0, Drum::Kick, 0.9),
            hit(0, Drum::Ride, 0.5),
            hit(0, Drum::Snare, 0.9),
            hit(0, Drum::Low, 0.2),
            hit(4, Drum::Hat, 0.4),
            hit(4, Drum::Open, 0.6),
            hit(4, Drum::Pedal, 0.3),
        ];
        let expected = [
            (0, Drum::Kick),
            (0, Drum::Ride),
            (0, Drum::Snare),
            (4, Drum::Open),
        ];
        check_playable(&all, &expected);
        check_playable(&[], &[]);
    }

    fn patterns() -> DrumPatterns {
        let beat = |energy, drum| DrumPattern {
            genre: Genre::Rock,
            role: DrumRole::Beat,
            energy,
            share: 0.5,
            hits: vec![
                hit(0, Drum::Kick, 0.95),
                hit(8, drum, 0.5),
                hit(12, Drum::Snare, 0.05),
                hit(16, Drum::Kick, 1.0),
            ],
        };
        DrumPatterns::new(vec![
            beat(0, Drum::Rim),
            beat(0, Drum::Snare),
            beat(2, Drum::Low),
        ])
    }

    fn plan(energy: f64, section: char, index: u64) -> BarPlan {
        let mut plan = arrange::tests::plan(Genre::Rock, Texture::Band, energy, &[]);
        (plan.section, plan.index) = (section, index);
        plan
    }

    #[test]
    fn strokes_follow_their_chances_and_the_section() {
        let patterns = patterns();
        let context = BarContext {
            history: &[],
            next: None,
            melody: &[],
        };
        let mut seen = std::collections::BTreeSet::new();
        let mut n_steady = 0;
        for section in 'A'..='Z' {
            let mut bars = (0..8).map(|index| {
                let mut rng = stream(&[index]);
                let part = patterns.part(&plan(0.2, section, index), &context, &mut rng);
                let notes = part.unwrap().notes;
                notes.iter().map(|n| (n.onset, n.pitch)).collect::<Vec<_>>()
            });
            let first = bars.next().unwrap();
            // The certain stroke is always there, the unlikely one and that beyond the bar never.
            assert_eq!(first[0], (0, Drum::Kick.key()));
            assert!(first.iter().all(|(onset, _)| *onset < 1440));
            n_steady += usize::from(bars.all(|bar| bar == first));
            seen.extend(first);
        }
        assert!(
            n_steady >= 16,
            "{n_steady} of 26 sections keep their strokes"
        );
        assert_eq!(seen.len(), 3, "both patterns of the level are played");
    }

    #[track_caller]
    fn check_level(energy: f64, expected: Option<Drum>) {
        let patterns = patterns();
        let context = BarContext {
            history: &[],
            next: None,
            melody: &[],
        };
        let plan = plan(energy, 'A', 0);
        let note = |drum: Drum| Note {
            onset: 8 * SIXTEENTH,
            duration: SIXTEENTH,
            pitch: drum.key(),
            velocity: 80,
        };
        let drums = [Drum::Low, Drum::Kick];
        let found = drums
            .into_iter()
            .find(|drum| patterns.timing(&plan, &context, &note(*drum)).is_some());
        assert_eq!(found, expected);
    }

    #[test]
    fn energy_chooses_the_level_and_genres_without_patterns_are_left_to_the_rules() {
        check_level(0.1, None);
        check_level(0.9, Some(Drum::Low));
        assert!(patterns().has(Genre::Rock) && !patterns().has(Genre::Ambient));
        let context = BarContext {
            history: &[],
            next: None,
            melody: &[],
        };
        let jazz = arrange::tests::plan(Genre::Jazz, Texture::Band, 0.5, &[]);
        assert!(
            patterns()
                .part(&jazz, &context, &mut stream(&[1]))
                .is_none()
        );
    }
}
