//! A score read as if its bars had been composed.

use std::borrow::Cow;

use affetto_music::chord_labels::{ChordLabelOptions, label_chords};
use affetto_music::key_finding::{KeyProfile, key_of};
use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Bpm, Chord, ChordQuality, ChordSpan, Key, Meter, Mode, Note, Role, Score};

use super::Roles;
use crate::bar::Tune;
use crate::cues::{capped, cues};
use crate::plan::scale;
use crate::random::mix;
use crate::{Bar, BarPlan, Layers, Part, Request, ThemeUse, genre};

/// Bars that are taken for a phrase.
const PHRASE_BARS: u32 = 4;

/// A score with what is needed to read its bars.
pub(super) struct Reader<'a> {
    pub(super) score: &'a Score,
    pub(super) roles: Roles,
    /// Ticks at which bars start, and the end of the last.
    pub(super) lines: Vec<u32>,
    chords: Cow<'a, [ChordSpan]>,
    /// The key of the whole, for scores that do not tell theirs.
    key: Key,
    request: &'a Request,
}

impl<'a> Reader<'a> {
    /// Keys and chords are found where the score does not tell them; genre, mood, cues and seed of
    /// the plans are those of `request`.
    pub(super) fn new(score: &'a Score, request: &'a Request) -> Self {
        let chords = if score.chords.is_empty() {
            Cow::Owned(label_chords(score, ChordLabelOptions::default()))
        } else {
            Cow::Borrowed(&score.chords[..])
        };
        Self {
            score,
            roles: Roles::of(score),
            lines: score.bar_lines(),
            chords,
            key: key_of(score, KeyProfile::default()).key,
            request,
        }
    }

    pub(super) fn n_bars(&self) -> usize {
        self.lines.len() - 1
    }

    /// A length in the score's ticks as ticks of composed bars.
    fn ticks(&self, ticks: u32) -> u32 {
        let per_quarter = u64::from(self.score.ticks_per_quarter.max(1));
        let scaled =
            (u64::from(ticks) * u64::from(TICKS_PER_QUARTER) + per_quarter / 2) / per_quarter;
        u32::try_from(scaled).unwrap_or(u32::MAX)
    }

    pub(super) fn meter(&self, bar: usize) -> Meter {
        let at = self.lines[bar];
        let change = self.score.meters.iter().rev().find(|c| c.tick <= at);
        change.map_or(Meter::COMMON, |change| change.meter)
    }

    pub(super) fn key(&self, bar: usize) -> Key {
        let at = self.lines[bar];
        let change = self.score.keys.iter().rev().find(|c| c.tick <= at);
        change.map_or(self.key, |change| change.key)
    }

    pub(super) fn bpm(&self, bar: usize) -> Bpm {
        let at = self.lines[bar];
        let change = self.score.tempos.iter().rev().find(|c| c.tick <= at);
        change.map_or(Bpm::clamped(120.0), |change| change.bpm)
    }

    /// The chords of a bar in composed ticks; what has none keeps the last, or takes the tonic.
    fn chords(&self, bar: usize) -> Vec<ChordSpan> {
        let (from, to) = (self.lines[bar], self.lines[bar + 1]);
        let first = self
            .chords
            .partition_point(|span| span.onset.saturating_add(span.duration) <= from);
        let length = self.meter(bar).bar_ticks(TICKS_PER_QUARTER);
        let mut spans: Vec<ChordSpan> = self.chords[first..]
            .iter()
            .take_while(|span| span.onset < to)
            .map(|span| ChordSpan {
                onset: self.ticks(span.onset.saturating_sub(from)),
                ..*span
            })
            .filter(|span| span.onset < length)
            .collect();
        spans.dedup_by_key(|span| span.onset);
        if spans.first().is_none_or(|span| span.onset > 0) {
            let before = first.checked_sub(1).map(|index| self.chords[index].chord);
            let chord = before.unwrap_or_else(|| tonic(self.key(bar)));
            let duration = 0;
            spans.insert(
                0,
                ChordSpan {
                    onset: 0,
                    duration,
                    chord,
                },
            );
        }
        for index in 0..spans.len() {
            let end = spans.get(index + 1).map_or(length, |next| next.onset);
            spans[index].duration = end - spans[index].onset;
        }
        spans
    }

    /// What every role plays in a bar, one part each in the order of [`Role::ALL`], also where it
    /// rests.
    pub(super) fn parts(&self, bar: usize) -> Vec<Part> {
        let mut parts: Vec<Part> = self.roles.present().map(|role| self.part(role)).collect();
        let (from, to) = (self.lines[bar], self.lines[bar + 1]);
        let length = self.meter(bar).bar_ticks(TICKS_PER_QUARTER);
        for (index, track) in self.score.tracks.iter().enumerate() {
            let first = track.notes.partition_point(|note| note.onset < from);
            let notes = track.notes[first..].iter();
            for note in notes.take_while(|note| note.onset < to) {
                let role = self.roles.role(index, note);
                let part = parts.iter_mut().find(|part| Some(part.role) == role);
                let onset = self.ticks(note.onset - from);
                let end = self.ticks(note.end().min(to) - from).min(length);
                if let (Some(part), true) = (part, onset < end) {
                    part.notes.push(Note {
                        onset,
                        duration: end - onset,
                        ..*note
                    });
                }
            }
        }
        for part in &mut parts {
            part.notes.sort_unstable();
        }
        parts
    }

    /// An empty part on the instrument of a role.
    fn part(&self, role: Role) -> Part {
        let track = self.roles.home(role).map(|index| &self.score.tracks[index]);
        Part {
            name: track.map_or_else(String::new, |track| track.name.clone()),
            role,
            program: track.map_or(0, |track| track.program),
            volume: track.map_or(100, |track| track.volume),
            pan: track.map_or(64, |track| track.pan),
            notes: Vec::new(),
        }
    }

    /// What a bar would have been planned as, with nobody playing.
    pub(super) fn plan(&self, bar: usize) -> BarPlan {
        let request = self.request;
        let target = capped(request.target, request.energy_cap);
        let (cues, key, index) = (
            cues(target, &request.cues),
            self.key(bar),
            u32::try_from(bar).unwrap_or(u32::MAX),
        );
        let at = self.lines[bar];
        let section = self.score.sections.iter().rev().find(|s| s.tick <= at);
        BarPlan {
            index: u64::from(index),
            genre: request.genre,
            texture: self.roles.texture(),
            section: section.and_then(|s| s.name.chars().next()).unwrap_or('A'),
            groove: mix(&[request.seed, 33]),
            phrase_bar: index % PHRASE_BARS,
            phrase_bars: PHRASE_BARS,
            key,
            scale: scale(genre::profile(request.genre), key.mode, cues.brightness),
            meter: self.meter(bar),
            bpm: self.bpm(bar),
            rubato: 1.0,
            target,
            aim: target,
            cues,
            chords: self.chords(bar),
            layers: Layers::default(),
            fill: false,
            cadence: None,
            theme: ThemeUse::New,
            tune: Tune {
                seed: mix(&[request.seed, 35]),
                phrase: index / PHRASE_BARS,
                pass: 0,
            },
            steady: request.steady,
        }
    }

    /// A bar as if it had been composed.
    pub(super) fn bar(&self, bar: usize) -> Bar {
        let mut parts = self.parts(bar);
        parts.retain(|part| !part.notes.is_empty());
        let mut plan = self.plan(bar);
        plan.layers = layers(parts.iter().map(|part| part.role));
        Bar {
            plan,
            performed: parts.clone(),
            parts,
            heard: None,
        }
    }
}

/// The layers that some roles are.
pub(super) fn layers(roles: impl Iterator<Item = Role>) -> Layers {
    let mut layers = Layers::default();
    for role in roles {
        match role {
            Role::Melody => layers.melody = true,
            Role::Counter => layers.counter = true,
            Role::Chords | Role::Other => layers.chords = true,
            Role::Pad => layers.pad = true,
            Role::Bass => layers.bass = true,
            Role::Drums => layers.drums = true,
        }
    }
    layers
}

/// The triad on the tonic.
fn tonic(key: Key) -> Chord {
    let quality = match key.mode {
        Mode::Major => ChordQuality::Major,
        Mode::Minor => ChordQuality::Minor,
    };
    Chord::new(key.tonic, quality)
}
