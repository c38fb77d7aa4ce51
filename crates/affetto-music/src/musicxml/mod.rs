//! MusicXML 4.0 (score-partwise) out of a score, as text.
//!
//! The score should be on the grid: onsets and durations of straight or triplet values. Whatever
//! comes is rounded to 24ths of a quarter note, in which every measure of every voice adds up
//! exactly. What is written:
//! - a part for each track with notes (full score), or the tune with chord symbols (lead sheet);
//! - measures with keys, metres, tempo marks, rehearsal marks for sections and `<harmony>` for
//!   chords, in the first part;
//! - notes in voices without overlap, split at bar lines and where their length has no single sign,
//!   with ties, dots, triplet brackets and beams; spelled by chord and key; with accidentals;
//! - two staves for keyboards that reach both, split by hand around middle C;
//! - drums as unpitched percussion with one instrument a key.

mod document;
mod drums;
mod marks;
mod measure;
mod rhythm;
mod spelling;
mod staves;
mod xml;

use crate::{Error, Meter, Score};

/// Which parts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layout {
    /// Every track with notes.
    #[default]
    FullScore,
    /// One staff: the tune (the melody track, else the top line of everything pitched) under its
    /// chord symbols.
    LeadSheet,
}

/// Units a quarter note in which everything is counted: `<divisions>`.
const DIVISIONS: u32 = 24;

/// Most measures that are written, four hours at 120 bpm in 4/4.
pub const MAX_MEASURES: usize = 8192;

/// A measure of the grid, in units from the start of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bar {
    start: u32,
    end: u32,
    meter: Meter,
}

/// Writes a score as a MusicXML 4.0 document.
///
/// # Errors
/// [`Error::OutOfRange`] for a metre that is none, or a score longer than [`MAX_MEASURES`].
pub fn write(score: &Score, layout: Layout) -> Result<String, Error> {
    let bars = bars(score)?;
    let parts = match layout {
        Layout::FullScore => staves::full_score(score, &bars),
        Layout::LeadSheet => vec![staves::lead_sheet(score, &bars)],
    };
    Ok(document::write(score, &bars, &parts))
}

/// Ticks in grid units, rounded.
fn units(score: &Score, tick: u32) -> u32 {
    let resolution = u64::from(score.ticks_per_quarter.max(1));
    let units = (u64::from(tick) * u64::from(DIVISIONS) + resolution / 2) / resolution;
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The measures of a score, at least one.
fn bars(score: &Score) -> Result<Vec<Bar>, Error> {
    let range = |what, max, actual| Error::OutOfRange {
        what,
        min: 1.0,
        max,
        actual,
    };
    for change in &score.meters {
        let Meter {
            numerator,
            denominator,
        } = change.meter;
        if !(1..=32).contains(&numerator) {
            return Err(range("beats in a bar", 32.0, numerator.into()));
        }
        if !denominator.is_power_of_two() || denominator > 32 {
            return Err(range("note value of a beat", 32.0, denominator.into()));
        }
    }
    let shortest = score
        .meters
        .iter()
        .map(|change| change.meter)
        .chain([Meter::COMMON]);
    let shortest = shortest.map(bar_units).min().unwrap_or(1);
    let length = units(score, score.length);
    if length / shortest.min(bar_units(Meter::COMMON)) > 64 * MAX_MEASURES as u32 {
        let measures = f64::from(length / shortest);
        return Err(range(
            "measures for MusicXML",
            MAX_MEASURES as f64,
            measures,
        ));
    }
    let mut bars = Vec::new();
    let (mut start, mut meter) = (0, Meter::COMMON);
    let mut changes = score.meters.iter().peekable();
    while start < length || bars.is_empty() {
        while let Some(change) = changes.next_if(|change| units(score, change.tick) <= start) {
            meter = change.meter;
        }
        let full = start + bar_units(meter);
        let end = changes
            .peek()
            .map_or(full, |change| full.min(units(score, change.tick)));
        bars.push(Bar { start, end, meter });
        start = end;
    }
    if bars.len() > MAX_MEASURES {
        return Err(range(
            "measures for MusicXML",
            MAX_MEASURES as f64,
            bars.len() as f64,
        ));
    }
    Ok(bars)
}

/// Length of a measure in units.
fn bar_units(meter: Meter) -> u32 {
    meter.bar_ticks(DIVISIONS)
}
