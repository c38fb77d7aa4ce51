//! Drums: the groove of the section, fills into the next, crashes on the first beat.

use affetto_music::Note;
use rand_pcg::Pcg64Mcg;

use super::select::{DRUMS, pattern, symbols, unit};
use super::stage::{SIXTEENTH, Stage, energy};
use crate::Genre;
use crate::genre::steps::steps;
use crate::genre::{Drum, Groove, Lane};
use crate::random::{chance, mix, pick};

/// The drums of a bar.
pub(super) fn notes(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let Some(groove) = groove(stage) else {
        return Vec::new();
    };
    if stage.ends() {
        return last_stroke(stage, groove);
    }
    let fill = fill(stage, rng);
    let cut = fill.map_or(stage.sixteenths, |(_, length)| stage.sixteenths - length);
    let mut found = Vec::new();
    for lane in groove.lanes {
        play(stage, lane, 0..cut, &mut found, rng);
    }
    match fill {
        Some((Fill::Table(lanes), _)) => {
            for lane in lanes {
                play(stage, lane, cut..stage.sixteenths, &mut found, rng);
            }
        }
        Some((Fill::Build, _)) => build(stage, cut, &mut found),
        None => {}
    }
    if crashes(stage) {
        crash(&mut found);
    }
    found
}

fn groove<'a>(stage: &Stage<'_>) -> Option<&'a Groove> {
    let grooves = stage.profile.band.grooves;
    let uses: Vec<_> = grooves
        .iter()
        .map(|groove| {
            (
                groove.when,
                groove
                    .lanes
                    .iter()
                    .map(|(_, bars)| symbols(bars))
                    .min()
                    .unwrap_or(0),
            )
        })
        .collect();
    pattern(stage, DRUMS, &uses).map(|index| &grooves[index])
}

#[derive(Clone, Copy)]
pub(super) enum Fill {
    /// A fill of the genre.
    Table(&'static [Lane]),
    /// A roll that grows into a stronger section.
    Build,
}

/// The fill that ends this bar and its length in sixteenths.
pub(super) fn fill(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Option<(Fill, u32)> {
    let plan = stage.plan;
    let phrase_end = plan.phrase_bar + 1 == plan.phrase_bars;
    let small = chance(rng, 0.35) && phrase_end;
    let table = stage.profile.band.fills;
    if table.is_empty() || plan.steady || stage.sixteenths < 8 || !(plan.fill || small) {
        return None;
    }
    let lanes = Fill::Table(pick(rng, table));
    if !plan.fill || stage.energy < 0.35 {
        return Some((lanes, 4));
    }
    let rises = stage
        .next
        .is_some_and(|next| energy(next) > stage.energy + 0.08);
    let builds = matches!(
        plan.genre,
        Genre::Pop | Genre::Disco | Genre::Rock | Genre::Metal
    );
    if rises && builds {
        return Some((Fill::Build, 8));
    }
    let whole = chance(rng, 0.3) && stage.energy > 0.7 && stage.sixteenths == 16;
    Some((lanes, if whole { 16 } else { 8 }))
}

/// Plays a lane in a stretch of sixteenths.
pub(super) fn play(
    stage: &Stage<'_>,
    (drum, bars): &Lane,
    within: std::ops::Range<u32>,
    found: &mut Vec<Note>,
    rng: &mut Pcg64Mcg,
) {
    for step in steps(bars, stage.plan.phrase_bar, stage.sixteenths) {
        if !within.contains(&step.start) || thinned(stage, *drum, step.start) {
            continue;
        }
        let velocity = match step.symbol.to_digit(10) {
            Some(loud) => 10 + 12 * loud as u8,
            // A ghost comes and goes, and is forgotten in quiet bars.
            None if chance(rng, 0.2 + 0.6 * stage.plan.cues.density) => 36,
            None => continue,
        };
        found.push(strike(stage, *drum, step.start, velocity));
    }
}

/// Whether a sparse bar leaves a stroke of the cymbals between the eighths out.
fn thinned(stage: &Stage<'_>, drum: Drum, sixteenth: u32) -> bool {
    let cymbal = matches!(
        drum,
        Drum::Hat | Drum::Ride | Drum::Shaker | Drum::Tambourine
    );
    // In eighth-note shuffles the odd sixteenths are the triplets: they stay.
    let shuffles = stage.profile.swing.unit == 8 && stage.profile.swing.ratio > 0.55;
    cymbal && !shuffles && !sixteenth.is_multiple_of(2) && stage.plan.cues.density < 0.35
}

fn strike(stage: &Stage<'_>, drum: Drum, sixteenth: u32, velocity: u8) -> Note {
    let pitch = match drum {
        // The timpani of the orchestra kit are tuned: F at key 41 and upwards.
        Drum::Timpani => {
            let root = stage
                .spans()
                .first()
                .map_or(stage.plan.key.tonic, |span| span.chord.root);
            Drum::Timpani.key() + (root.get() + 7) % 12
        }
        drum => drum.key(),
    };
    Note {
        onset: sixteenth * SIXTEENTH,
        duration: SIXTEENTH,
        pitch,
        velocity,
    }
}

/// Sixteenths on the snare that grow, over quarters on the kick.
pub(super) fn build(stage: &Stage<'_>, from: u32, found: &mut Vec<Note>) {
    let length = (stage.sixteenths - from).max(1);
    for sixteenth in from..stage.sixteenths {
        let grown = 60 + (55 * (sixteenth - from) / length) as u8;
        found.push(strike(stage, Drum::Snare, sixteenth, grown));
        if (sixteenth - from).is_multiple_of(4) {
            found.push(strike(stage, Drum::Kick, sixteenth, 104));
        }
    }
}

/// Whether a crash opens the bar.
pub(super) fn crashes(stage: &Stage<'_>) -> bool {
    let plan = stage.plan;
    let least = match plan.genre {
        Genre::Ambient | Genre::Classical => return false,
        Genre::Jazz | Genre::Reggae | Genre::Blues | Genre::Country | Genre::HipHop => 0.6,
        _ => 0.42,
    };
    let Some(before) = stage.history.last() else {
        return false;
    };
    let starts = before.plan.fill || before.plan.section != plan.section;
    plan.phrase_bar == 0 && starts && !plan.steady && stage.energy >= least
}

/// Puts a crash and a kick on the first beat in place of the other cymbals.
pub(super) fn crash(found: &mut Vec<Note>) {
    let cymbals = [Drum::Hat, Drum::Open, Drum::Ride, Drum::Pedal].map(Drum::key);
    found.retain(|note| note.onset > 0 || !cymbals.contains(&note.pitch));
    for (drum, velocity) in [(Drum::Crash, 100), (Drum::Kick, 112)] {
        found.push(Note {
            onset: 0,
            duration: SIXTEENTH,
            pitch: drum.key(),
            velocity,
        });
    }
}

/// The end of the piece: what the groove plays on its first beat, with a crash in loud music.
fn last_stroke(stage: &Stage<'_>, groove: &Groove) -> Vec<Note> {
    let mut found = Vec::new();
    for (drum, bars) in groove.lanes {
        let first = steps(bars, 0, stage.sixteenths)
            .into_iter()
            .find(|step| step.start == 0);
        if let Some(loud) = first.and_then(|step| step.symbol.to_digit(10)) {
            found.push(strike(stage, *drum, 0, 10 + 12 * loud as u8));
        }
    }
    let soft = matches!(stage.plan.genre, Genre::Ambient | Genre::Classical);
    if stage.energy > 0.42 && !soft && unit(mix(&[stage.plan.groove, 7])) < 0.8 {
        crash(&mut found);
    }
    found
}
