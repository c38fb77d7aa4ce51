//! Scores on the grid of the symbols, bar by bar.

use affetto_music::chord_labels::{ChordLabelOptions, label_chords};
use affetto_music::key_finding::{KeyProfile, key_of};
use affetto_music::{
    BarAttributes, Bpm, Chord, ChordSpan, Key, Meter, Note, Score, bar_attributes,
};

use super::symbol::{DURATIONS, POSITIONS_PER_QUARTER};
use super::voices::{Voice, voices};
use super::{MAX_QUARTERS, UNITS_PER_QUARTER};

/// A note within a bar, in grid units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GridNote {
    /// Start from the beginning of the bar.
    pub onset: u8,
    /// MIDI pitch.
    pub pitch: u8,
    /// Length, one of [`DURATIONS`].
    pub duration: u8,
}

/// What is written in a bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridBar {
    /// Chords from their place on, in grid units; the first at 0, `None` where none sounds.
    pub chords: Vec<(u8, Option<Chord>)>,
    /// Notes of each voice in the order of [`Voice::ALL`], sorted.
    pub voices: [Vec<GridNote>; 3],
}

impl GridBar {
    /// Whether no voice plays.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.voices.iter().all(Vec::is_empty)
    }
}

/// A bar of a piece with what holds for it.
#[derive(Debug, Clone, PartialEq)]
pub struct PieceBar {
    /// The notes and chords.
    pub bar: GridBar,
    /// Key.
    pub key: Key,
    /// Metre.
    pub meter: Meter,
    /// Tempo.
    pub bpm: Bpm,
    /// What the bar is like.
    pub attributes: BarAttributes,
    /// Mean distance of its onsets from the grid, in grid units.
    pub grid_error: f64,
}

/// Puts a score on the grid. Notes are moved to the nearest place and cut at the end of their bar;
/// keys and chords are found where the score does not tell them. Bars longer than six quarter notes
/// are left out.
#[must_use]
pub fn grid_bars(score: &Score) -> Vec<PieceBar> {
    let lines = score.bar_lines();
    let attributes = bar_attributes(score);
    let found;
    let chords = if score.chords.is_empty() {
        found = label_chords(score, ChordLabelOptions::default());
        &found
    } else {
        &score.chords
    };
    let whole = key_of(score, KeyProfile::default()).key;
    let voices = voices(score);
    let mut bars = Vec::new();
    for (line, attributes) in lines.windows(2).zip(attributes) {
        let place = Place::new(score, line[0], line[1]);
        if place.units > MAX_QUARTERS * UNITS_PER_QUARTER || place.units < UNITS_PER_QUARTER {
            continue;
        }
        let mut bar = GridBar {
            chords: place.chords(chords),
            ..GridBar::default()
        };
        let (mut error, mut n) = (0.0, 0.0);
        for voice in Voice::ALL {
            let notes = &voices[voice as usize];
            let from = notes.partition_point(|note| note.onset < line[0]);
            let to = notes.partition_point(|note| note.onset < line[1]);
            for note in &notes[from..to] {
                error += place.error(note);
                n += 1.0;
            }
            bar.voices[voice as usize] = place.notes(voice, &notes[from..to]);
        }
        let key = score
            .keys
            .iter()
            .rev()
            .find(|change| change.tick <= line[0]);
        let tempo = score
            .tempos
            .iter()
            .rev()
            .find(|change| change.tick <= line[0]);
        bars.push(PieceBar {
            bar,
            key: key.map_or(whole, |change| change.key),
            meter: place.meter,
            bpm: tempo.map_or(Bpm::clamped(120.0), |change| change.bpm),
            attributes,
            grid_error: if n > 0.0 { error / n } else { 0.0 },
        });
    }
    bars
}

/// Notes of one bar, moved to the grid: `ticks` from the start of the bar at 480 a quarter note.
#[must_use]
pub fn snapped(voice: Voice, notes: &[Note], meter: Meter) -> Vec<GridNote> {
    let ticks = meter.bar_ticks(affetto_music::score::TICKS_PER_QUARTER);
    let place = Place {
        from: 0,
        ticks_per_unit: f64::from(affetto_music::score::TICKS_PER_QUARTER)
            / f64::from(UNITS_PER_QUARTER),
        units: ticks * UNITS_PER_QUARTER / affetto_music::score::TICKS_PER_QUARTER,
        meter,
    };
    place.notes(voice, notes)
}

/// Where a bar stands.
struct Place {
    from: u32,
    ticks_per_unit: f64,
    units: u32,
    meter: Meter,
}

impl Place {
    fn new(score: &Score, from: u32, to: u32) -> Self {
        let ticks_per_unit =
            f64::from(score.ticks_per_quarter.max(1)) / f64::from(UNITS_PER_QUARTER);
        let meter = score.meters.iter().rev().find(|change| change.tick <= from);
        Self {
            from,
            ticks_per_unit,
            units: (f64::from(to - from) / ticks_per_unit).round() as u32,
            meter: meter.map_or(Meter::COMMON, |change| change.meter),
        }
    }

    fn units_at(&self, tick: u32) -> f64 {
        f64::from(tick.saturating_sub(self.from)) / self.ticks_per_unit
    }

    /// The nearest place on the grid within the bar.
    fn position(&self, tick: u32) -> u8 {
        let at = self.units_at(tick);
        let quarter = (at / 12.0).floor();
        let within = at - quarter * 12.0;
        let nearest = POSITIONS_PER_QUARTER
            .iter()
            .map(|&place| f64::from(place))
            .chain([12.0])
            .min_by(|a, b| (a - within).abs().total_cmp(&(b - within).abs()))
            .unwrap_or(0.0);
        let place = quarter * 12.0 + nearest;
        let last = f64::from(self.units) - 12.0 + 9.0;
        (if place >= f64::from(self.units) {
            last
        } else {
            place
        }) as u8
    }

    fn error(&self, note: &Note) -> f64 {
        (self.units_at(note.onset) - f64::from(self.position(note.onset))).abs()
    }

    fn notes(&self, voice: Voice, notes: &[Note]) -> Vec<GridNote> {
        let mut placed: Vec<GridNote> = notes
            .iter()
            .map(|note| {
                let onset = self.position(note.onset);
                let most = self.units - u32::from(onset);
                let length = f64::from(note.duration) / self.ticks_per_unit;
                GridNote {
                    onset,
                    pitch: note.pitch,
                    duration: nearest_duration(length, most),
                }
            })
            .collect();
        placed.sort_unstable();
        // Of notes at one place with one pitch the longest stays.
        placed.reverse();
        placed.dedup_by_key(|note| (note.onset, note.pitch));
        if voice != Voice::Chords {
            keep_one_a_place(&mut placed, voice);
        }
        placed.reverse();
        cut_overlaps(&mut placed, voice);
        placed
    }

    /// Chords that sound in the bar, from beat to beat.
    fn chords(&self, spans: &[ChordSpan]) -> Vec<(u8, Option<Chord>)> {
        let mut chords: Vec<(u8, Option<Chord>)> = Vec::new();
        for quarter in 0..self.units.div_ceil(UNITS_PER_QUARTER) {
            let unit = quarter * UNITS_PER_QUARTER;
            let tick = self.from + (f64::from(unit) * self.ticks_per_unit).round() as u32;
            let until = spans.partition_point(|span| span.onset <= tick);
            let chord = until
                .checked_sub(1)
                .map(|index| spans[index])
                .filter(|span| span.onset + span.duration > tick)
                .map(|span| span.chord);
            if chords.last().is_none_or(|(_, last)| *last != chord) {
                chords.push((unit as u8, chord));
            }
        }
        chords
    }
}

/// Keeps the highest note of a place for a melody, the lowest for a bass; `notes` is sorted
/// downwards.
fn keep_one_a_place(notes: &mut Vec<GridNote>, voice: Voice) {
    if voice == Voice::Bass {
        let mut index = 0;
        while index + 1 < notes.len() {
            if notes[index].onset == notes[index + 1].onset {
                notes.remove(index);
            } else {
                index += 1;
            }
        }
    } else {
        notes.dedup_by_key(|note| note.onset);
    }
}

/// Ends each note where the next of its pitch starts, or of its voice where that has one at a time.
fn cut_overlaps(notes: &mut [GridNote], voice: Voice) {
    for index in 0..notes.len() {
        let note = notes[index];
        let next = notes[index + 1..].iter().find(|later| {
            later.onset > note.onset && (voice != Voice::Chords || later.pitch == note.pitch)
        });
        if let Some(next) = next {
            let most = next.onset - note.onset;
            if note.duration > most {
                notes[index].duration = nearest_duration(f64::from(most), u32::from(most));
            }
        }
    }
}

/// The length on the grid nearest to `length` (both in units), at most `most` where that is on the
/// grid.
fn nearest_duration(length: f64, most: u32) -> u8 {
    DURATIONS
        .into_iter()
        .filter(|&duration| u32::from(duration) <= most || duration == DURATIONS[0])
        .min_by(|a, b| {
            (f64::from(*a) - length)
                .abs()
                .total_cmp(&(f64::from(*b) - length).abs())
        })
        .unwrap_or(DURATIONS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(onset: u32, pitch: u8, duration: u32) -> Note {
        Note {
            onset,
            pitch,
            duration,
            velocity: 80,
        }
    }

    /// Notes as ticks of 480, expected as grid units.
    #[track_caller]
    fn check(voice: Voice, notes: &[(u32, u8, u32)], expected: &[(u8, u8, u8)]) {
        let notes: Vec<Note> = notes.iter().map(|&(o, p, d)| note(o, p, d)).collect();
        let actual: Vec<_> = snapped(voice, &notes, Meter::COMMON)
            .iter()
            .map(|note| (note.onset, note.pitch, note.duration))
            .collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn notes_on_the_grid() {
        check(
            Voice::Chords,
            &[(0, 60, 480), (480, 62, 240)],
            &[(0, 60, 12), (12, 62, 6)],
        );
        // Triplets and sixteenths, and a little off.
        check(
            Voice::Chords,
            &[
                (0, 60, 160),
                (160, 62, 160),
                (320, 64, 160),
                (490, 65, 118),
                (605, 67, 120),
            ],
            &[(0, 60, 4), (4, 62, 4), (8, 64, 4), (12, 65, 3), (15, 67, 3)],
        );
        // Cut at the bar's end.
        check(Voice::Chords, &[(1440, 60, 1920)], &[(36, 60, 12)]);
        // The last place before the end takes what rounds to the next bar.
        check(Voice::Chords, &[(1915, 60, 240)], &[(45, 60, 3)]);
        // One at a time.
        check(
            Voice::Melody,
            &[(0, 60, 960), (0, 64, 960), (480, 67, 480)],
            &[(0, 64, 12), (12, 67, 12)],
        );
        check(Voice::Bass, &[(0, 36, 960), (0, 43, 960)], &[(0, 36, 24)]);
        // One pitch twice.
        check(
            Voice::Chords,
            &[(0, 60, 960), (480, 60, 480)],
            &[(0, 60, 12), (12, 60, 12)],
        );
        check(Voice::Chords, &[(0, 60, 960), (5, 60, 480)], &[(0, 60, 24)]);
    }

    #[test]
    fn a_score_is_read_bar_by_bar() {
        let score = affetto_music::notation::parse(
            "meter = 3/4\nkey = A minor\nharmony = Am:h. | E7:h.\n\
             melody = A4:q C5:e. B4:s A4:q | G#4:h.\nchords(4) = [A3 C4 E4]:h. | [G#3 D4]:h.",
        );
        let bars = grid_bars(&score.unwrap());
        assert_eq!(bars.len(), 2);
        let first = &bars[0];
        assert_eq!(
            (first.meter.numerator, first.key.to_string().as_str()),
            (3, "A minor")
        );
        assert_eq!(first.bar.chords, [(0, Some("Am".parse().unwrap()))]);
        let melody: Vec<_> = first.bar.voices[0]
            .iter()
            .map(|n| (n.onset, n.pitch, n.duration))
            .collect();
        assert_eq!(
            melody,
            [(0, 69, 12), (12, 72, 9), (21, 71, 3), (24, 69, 12)]
        );
        assert_eq!(first.bar.voices[2].len(), 3);
        assert!(first.grid_error < 1e-9);
    }
}
