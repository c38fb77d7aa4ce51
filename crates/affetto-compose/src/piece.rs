//! Whole pieces: from a request to scores, and from bars to scores.

use std::sync::Arc;

use affetto_affect::Affect;
use affetto_music::{
    Bpm, ChordSpan, Key, KeyChange, MeterChange, Note, Role, Score, Section, TempoChange, Track,
};

use crate::{Bar, BarPlan, Composer, Error, Length, Listener, Part, Request, Texture};

/// A finished piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Composition {
    /// The notes on the grid, for notation.
    pub score: Score,
    /// The notes as performed, for MIDI and audio; same length and tracks; the
    /// tempo map has the rubato of the performance.
    pub performed: Score,
    /// The plan of every bar.
    pub bars: Vec<BarPlan>,
    /// What the piece was to express, under the energy cap.
    pub target: Affect,
    /// What the listening model heard, averaged over the bars, if one listened.
    pub heard: Option<Affect>,
    /// The key of the first bar.
    pub key: Key,
    /// The tempo of the first bar.
    pub bpm: Bpm,
}

/// Composes a piece of finite length.
///
/// # Errors
/// What [`Request::validate`] refuses, and an endless length.
pub fn compose(
    request: &Request,
    listener: Option<Arc<dyn Listener>>,
) -> Result<Composition, Error> {
    if request.length == Length::Endless {
        return Err(Error::OutOfRange {
            what: "number of bars of a piece",
            min: 1.0,
            max: f64::from(Request::MAX_BARS),
            actual: f64::INFINITY,
        });
    }
    let mut composer = Composer::new(request.clone(), listener)?;
    let mut bars = Vec::new();
    while !composer.is_over() {
        bars.push(composer.next_bar());
    }
    let (score, performed) = bars_to_score(&bars);
    let first = bars.first().map(|bar| bar.plan.clone());
    Ok(Composition {
        score,
        performed,
        target: crate::cues::capped(request.target, request.energy_cap),
        heard: mean_heard(&bars),
        key: first.as_ref().map_or(Key::default(), |plan| plan.key),
        bpm: first.as_ref().map_or(Bpm::clamped(120.0), |plan| plan.bpm),
        bars: bars.into_iter().map(|bar| bar.plan).collect(),
    })
}

/// What was heard on average; the first bars, of which little was heard yet, count less.
fn mean_heard(bars: &[Bar]) -> Option<Affect> {
    let mut sum = (0.0, 0.0, 0.0);
    for (index, heard) in bars
        .iter()
        .enumerate()
        .filter_map(|(index, bar)| Some((index, bar.heard?)))
    {
        let weight = (index + 1).min(8) as f64;
        sum = (
            sum.0 + weight * heard.v(),
            sum.1 + weight * heard.a(),
            sum.2 + weight,
        );
    }
    (sum.2 > 0.0).then(|| Affect::clamped(sum.0 / sum.2, sum.1 / sum.2))
}

/// Scores of consecutive bars: as written and as performed.
///
/// Each role is a track on its own channel: melody 0, chords 1, pad 2, bass 3, counter 4, drums 9.
/// The hands of a solo piano ([`Texture::Poly`]) are one track of role [`Role::Other`] on channel 0.
/// Where the band changed on the way, a track keeps the first instrument of its role.
#[must_use]
pub fn bars_to_score(bars: &[Bar]) -> (Score, Score) {
    let written = score_of(bars.iter(), |bar| &bar.parts, |plan| plan.bpm);
    let performed = performed_score(bars.iter());
    (written, performed)
}

/// The performed score alone.
pub(crate) fn performed_score<'a>(bars: impl Iterator<Item = &'a Bar>) -> Score {
    score_of(bars, |bar| &bar.performed, BarPlan::performed_bpm)
}

fn score_of<'a>(
    bars: impl Iterator<Item = &'a Bar>,
    parts: impl Fn(&Bar) -> &[Part],
    tempo: impl Fn(&BarPlan) -> Bpm,
) -> Score {
    let mut score = Score::default();
    for bar in bars {
        let start = score.length;
        add_plan(&mut score, &bar.plan, tempo(&bar.plan), start);
        for part in parts(bar) {
            add_part(&mut score, part, bar.plan.texture, start);
        }
        score.length = start + bar.plan.ticks();
    }
    for track in &mut score.tracks {
        track.notes.sort_unstable();
        merge_unisons(&mut track.notes);
    }
    score.tracks.retain(|track| !track.notes.is_empty());
    score.tracks.sort_by_key(|track| order(track.role));
    score
}

/// Tempo, metre, key, section and chords of a bar, as far as they are news.
fn add_plan(score: &mut Score, plan: &BarPlan, bpm: Bpm, start: u32) {
    if score
        .tempos
        .last()
        .is_none_or(|change| (change.bpm.get() - bpm.get()).abs() > 0.01)
    {
        score.tempos.push(TempoChange { tick: start, bpm });
    }
    if score
        .meters
        .last()
        .is_none_or(|change| change.meter != plan.meter)
    {
        score.meters.push(MeterChange {
            tick: start,
            meter: plan.meter,
        });
    }
    if score
        .keys
        .last()
        .is_none_or(|change| change.key != plan.key)
    {
        score.keys.push(KeyChange {
            tick: start,
            key: plan.key,
        });
    }
    let begins = plan.phrase_bar == 0 && plan.tune.phrase == 0;
    let name = plan.section.to_string();
    if begins
        || score
            .sections
            .last()
            .is_none_or(|section| section.name != name)
    {
        score.sections.push(Section { tick: start, name });
    }
    score
        .chords
        .extend(plan.chords.iter().map(|span| ChordSpan {
            onset: start + span.onset,
            ..*span
        }));
}

fn add_part(score: &mut Score, part: &Part, texture: Texture, start: u32) {
    let (role, channel) = match texture {
        Texture::Poly if part.role != Role::Drums => (Role::Other, 0),
        _ => (part.role, channel(part.role)),
    };
    let at = score
        .tracks
        .iter()
        .position(|track| track.role == role)
        .unwrap_or_else(|| {
            let name = if role == Role::Other {
                "Piano"
            } else {
                part.name.as_str()
            };
            let mut track = Track::new(name, role, part.program, channel);
            (track.volume, track.pan) = (part.volume, part.pan);
            score.tracks.push(track);
            score.tracks.len() - 1
        });
    let moved = part.notes.iter().map(|note| Note {
        onset: start + note.onset,
        ..*note
    });
    score.tracks[at].notes.extend(moved);
}

/// The channel of a role.
#[must_use]
pub fn channel(role: Role) -> u8 {
    match role {
        Role::Melody | Role::Other => 0,
        Role::Chords => 1,
        Role::Pad => 2,
        Role::Bass => 3,
        Role::Counter => 4,
        Role::Drums => 9,
    }
}

fn order(role: Role) -> u8 {
    match role {
        Role::Melody => 0,
        Role::Other => 1,
        Role::Counter => 2,
        Role::Chords => 3,
        Role::Pad => 4,
        Role::Bass => 5,
        Role::Drums => 6,
    }
}

/// Where both hands of a piano strike one key, makes one note of it; where one strikes a key that
/// the other holds, lets go first.
fn merge_unisons(notes: &mut Vec<Note>) {
    let mut last: [Option<usize>; 128] = [None; 128];
    let mut kept: Vec<Note> = Vec::with_capacity(notes.len());
    for note in notes.drain(..) {
        let key = usize::from(note.pitch.min(127));
        if let Some(before) = last[key].map(|index| &mut kept[index])
            && before.end() > note.onset
        {
            if before.onset == note.onset {
                before.duration = before.duration.max(note.duration);
                before.velocity = before.velocity.max(note.velocity);
                continue;
            }
            before.duration = note.onset - before.onset;
        }
        last[key] = Some(kept.len());
        kept.push(note);
    }
    *notes = kept;
}
