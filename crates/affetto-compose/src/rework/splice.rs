//! New bars put into a score, with sound joints.

use std::ops::Range;

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{ChordSpan, Note, Role, Score};

use super::rewrite::{Harmony, Rewritten};
use super::roles::Roles;
use crate::Part;

/// Which notes of the new bars are taken, and how loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// As written on the grid.
    Written,
    /// As performed.
    Performed,
    /// As performed, on average as loud as what they replace.
    Leveled,
}

/// Shortest notes that are left when a joint cuts them, as parts of a quarter note.
const SHORTEST: u32 = 16;
/// How far before a bar line a note of the next bar may be played, as parts of a quarter note.
const EARLY: u32 = 8;

/// Puts new bars into the score that they were composed for. Everything else stays to the tick:
/// the other bars, and in the new ones the roles that were not written.
///
/// A note belongs to the bar of its onset, but one that starts up to a thirty-second note before a
/// bar line and sounds mostly after it belongs to the next. New notes give way: they end with their
/// bar, start after what still sounds from the bar before in their line or on their pitch, and end
/// before what stays on their pitch.
#[must_use]
pub fn splice(score: &Score, rewritten: &Rewritten, notes: Notes) -> Score {
    let roles = Roles::of(score);
    let lines = score.bar_lines();
    let mut result = score.clone();
    for range in &rewritten.ranges {
        let stretch = lines[range.start]..lines[range.end];
        let seam = Seam {
            score,
            roles: &roles,
            written: &rewritten.roles,
            stretch,
        };
        let shift = if notes == Notes::Leveled {
            seam.louder(rewritten, range)
        } else {
            [0; N_ROLES]
        };
        seam.remove(&mut result);
        let kept = seam.near(&result);
        for (bar, made) in rewritten.bars.iter().filter(|(bar, _)| range.contains(bar)) {
            let parts = match notes {
                Notes::Written => &made.parts,
                Notes::Performed | Notes::Leveled => &made.performed,
            };
            let bounds = lines[*bar]..lines[bar + 1];
            for part in parts {
                seam.add(&mut result, &kept, part, &bounds, shift);
            }
            if rewritten.harmony == Harmony::New && !score.chords.is_empty() {
                let chords = made.plan.chords.iter().map(|span| {
                    let (onset, end) = (span.onset, span.onset + span.duration);
                    let (onset, end) = (seam.tick(onset, &bounds), seam.tick(end, &bounds));
                    ChordSpan {
                        onset,
                        duration: end - onset,
                        chord: span.chord,
                    }
                });
                replace_chords(&mut result.chords, chords.collect(), &bounds);
            }
        }
    }
    for track in &mut result.tracks {
        track.cut_overlaps();
    }
    result
}

const N_ROLES: usize = Role::ALL.len();

/// A stretch of a score with its edges.
struct Seam<'a> {
    score: &'a Score,
    roles: &'a Roles,
    written: &'a [Role],
    /// First tick and the first behind it.
    stretch: Range<u32>,
}

impl Seam<'_> {
    /// Whether a note is replaced.
    fn goes(&self, track: usize, note: &Note) -> bool {
        let role = self.roles.role(track, note);
        let early = self.score.ticks_per_quarter / EARLY;
        let is_next = |line: u32| {
            note.onset < line && line - note.onset <= early && note.end() - line > line - note.onset
        };
        let from = note.onset >= self.stretch.start || is_next(self.stretch.start);
        let to = note.onset < self.stretch.end && !is_next(self.stretch.end);
        from && to && role.is_some_and(|role| self.written.contains(&role))
    }

    fn remove(&self, result: &mut Score) {
        for (index, track) in result.tracks.iter_mut().enumerate() {
            track.notes.retain(|note| !self.goes(index, note));
        }
    }

    /// The notes of each track that sound in the stretch.
    fn near(&self, result: &Score) -> Vec<Vec<Note>> {
        let near = |note: &&Note| note.onset < self.stretch.end && note.end() > self.stretch.start;
        let tracks = result.tracks.iter();
        tracks
            .map(|track| track.notes.iter().filter(near).copied().collect())
            .collect()
    }

    /// How much louder each role must be to be as loud as before, in steps of velocity.
    fn louder(&self, rewritten: &Rewritten, range: &Range<usize>) -> [i32; N_ROLES] {
        let mut before = [(0, 0); N_ROLES];
        for (index, track) in self.score.tracks.iter().enumerate() {
            for note in track.notes.iter().filter(|note| self.goes(index, note)) {
                if let Some(role) = self.roles.role(index, note) {
                    count(&mut before[role as usize], note);
                }
            }
        }
        let mut after = [(0, 0); N_ROLES];
        let bars = rewritten.bars.iter().filter(|(bar, _)| range.contains(bar));
        for part in bars.flat_map(|(_, bar)| &bar.performed) {
            let role = self.roles.of_part(part.role);
            for note in &part.notes {
                count(&mut after[role as usize], note);
            }
        }
        std::array::from_fn(|role| match (before[role], after[role]) {
            ((old, n_old @ 1..), (new, n_new @ 1..)) => old / n_old - new / n_new,
            _ => 0,
        })
    }

    /// A tick of a composed bar as a tick of the score, inside its bar.
    fn tick(&self, tick: u32, bar: &Range<u32>) -> u32 {
        let per_quarter = u64::from(self.score.ticks_per_quarter);
        let half = u64::from(TICKS_PER_QUARTER / 2);
        let scaled = (u64::from(tick) * per_quarter + half) / u64::from(TICKS_PER_QUARTER);
        let scaled = u32::try_from(scaled).unwrap_or(u32::MAX);
        bar.start.saturating_add(scaled).min(bar.end)
    }

    /// Adds what a role plays in a bar to the track that has most of it; `kept` holds the notes of
    /// each track that stay.
    fn add(
        &self,
        result: &mut Score,
        kept: &[Vec<Note>],
        part: &Part,
        bar: &Range<u32>,
        louder: [i32; N_ROLES],
    ) {
        let role = self.roles.of_part(part.role);
        let Some(home) = self
            .roles
            .home(role)
            .filter(|_| self.written.contains(&role))
        else {
            return;
        };
        let line = matches!(role, Role::Melody | Role::Bass);
        let shortest = (self.score.ticks_per_quarter / SHORTEST).max(1);
        let kept = kept[home].iter();
        let kept: Vec<Note> = kept
            .filter(|note| note.onset < bar.end && note.end() > bar.start)
            .copied()
            .collect();
        let hangs = |other: &Note| {
            other.onset < self.stretch.start && line && self.roles.role(home, other) == Some(role)
        };
        for note in &part.notes {
            let (onset, end) = (self.tick(note.onset, bar), self.tick(note.end(), bar));
            let velocity = i32::from(note.velocity) + louder[role as usize];
            let mut fitted = Note {
                onset,
                duration: end.saturating_sub(onset),
                pitch: note.pitch,
                velocity: velocity.clamp(1, 127) as u8,
            };
            let shortest = shortest.min(fitted.duration);
            give_way(&mut fitted, &kept, hangs);
            if fitted.duration >= shortest.max(1) {
                result.tracks[home].notes.push(fitted);
            }
        }
    }
}

fn count(sum: &mut (i32, i32), note: &Note) {
    sum.0 += i32::from(note.velocity);
    sum.1 += 1;
}

/// Starts a note after what sounds on its pitch, or hangs over in its line, and ends it before what
/// starts on its pitch; nothing is left of it where there is no room.
fn give_way(note: &mut Note, others: &[Note], hangs: impl Fn(&Note) -> bool) {
    let end = note.end();
    let near = others.iter().filter(|other| other.onset < end);
    let busy = near
        .clone()
        .filter(|other| other.onset <= note.onset && (other.pitch == note.pitch || hangs(other)))
        .map(|other| other.end())
        .max()
        .unwrap_or(0);
    let onset = note.onset.max(busy);
    let next = near
        .filter(|other| other.pitch == note.pitch && other.onset > note.onset)
        .map(|other| other.onset)
        .min()
        .unwrap_or(end);
    note.onset = onset;
    note.duration = next.min(end).saturating_sub(onset);
}

/// Puts chords in the place of those of a stretch, which are cut at its edges.
fn replace_chords(chords: &mut Vec<ChordSpan>, new: Vec<ChordSpan>, stretch: &Range<u32>) {
    let mut kept: Vec<ChordSpan> = Vec::with_capacity(chords.len() + new.len());
    for span in chords.drain(..) {
        let end = span.onset.saturating_add(span.duration);
        if span.onset < stretch.start {
            kept.push(ChordSpan {
                duration: end.min(stretch.start) - span.onset,
                ..span
            });
        }
        if end > stretch.end {
            let onset = span.onset.max(stretch.end);
            kept.push(ChordSpan {
                onset,
                duration: end - onset,
                ..span
            });
        }
    }
    kept.extend(new.into_iter().filter(|span| span.duration > 0));
    kept.sort_unstable_by_key(|span| span.onset);
    *chords = kept;
}
