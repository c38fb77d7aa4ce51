//! Makes a selection safe to play: values that a file may claim but that no synthesizer should see
//! are clamped, so that hostile fonts sound odd instead of ending the program.

use std::ops::RangeInclusive;

use super::bank::Zone;
use super::select::Selection;

/// Loops are unrolled to at least this many frames: the synthesizer steps back by one loop a frame
/// at most, so a loop must be longer than the largest step. 512 is nine octaves up.
pub(super) const MIN_LOOP_FRAMES: usize = 512;

const START_OFFSET: [u16; 2] = [0, 4];
const END_OFFSET: [u16; 2] = [1, 12];
const LOOP_START_OFFSET: [u16; 2] = [2, 45];
const LOOP_END_OFFSET: [u16; 2] = [3, 50];
const KEY_RANGE: u16 = 43;
const COARSE_TUNE: u16 = 51;
const FINE_TUNE: u16 = 52;
const SAMPLE_MODES: u16 = 54;
const SCALE_TUNING: u16 = 56;
const OVERRIDING_ROOT_KEY: u16 = 58;

/// Generators that move the pitch, with the value that leaves it alone.
const PITCH: [u16; 6] = [5, 6, 7, COARSE_TUNE, FINE_TUNE, SCALE_TUNING];
const NEUTRAL: [u16; 6] = [0, 0, 0, 0, 0, 100];

/// Twelve octaves above a sample's own pitch; nothing audible is further.
const MAX_CENTS: i32 = 14_400;

/// Ranges of generators (SoundFont 2.04, section 8.1.3) whose excess gives endless or no numbers.
/// Fine tune is wider than the standard's ±99 because fonts use it so.
const RANGES: [(u16, RangeInclusive<i16>); 14] = [
    (5, -12000..=12000),
    (6, -12000..=12000),
    (7, -12000..=12000),
    (8, 1500..=13500),
    (9, 0..=960),
    (10, -12000..=12000),
    (11, -12000..=12000),
    (13, -960..=960),
    (29, 0..=1000),
    (37, 0..=1440),
    (48, 0..=1440),
    (COARSE_TUNE, -120..=120),
    (FINE_TUNE, -1200..=1200),
    (SCALE_TUNING, 0..=1200),
];

/// What the checks need to know of a decoded sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct SampleShape {
    pub(super) frames: usize,
    pub(super) loop_start: usize,
    pub(super) loop_end: usize,
    pub(super) sample_rate_hz: u32,
    pub(super) pitch: u8,
}

/// Clamps generators and drops offsets and loops that leave the samples; zones of empty samples go.
pub(super) fn sanitize(selection: &mut Selection, shapes: &[SampleShape]) {
    for zone in selection
        .presets
        .iter_mut()
        .flat_map(|preset| &mut preset.zones)
    {
        clamp(zone, |range| {
            // Preset zones add to the instrument's, so their values may go either way.
            let width = range.end().saturating_sub((*range.start()).min(0));
            -width..=width
        });
    }
    let extra_cents = limit_preset_pitch(selection);
    for instrument in &mut selection.instruments {
        instrument
            .zones
            .iter_mut()
            .for_each(|zone| clamp(zone, Clone::clone));
        let global = instrument
            .zones
            .first()
            .filter(|zone| zone.target.is_none())
            .cloned();
        let playable = |zone: &Zone| zone.target.is_none_or(|target| shapes[target].frames > 1);
        instrument.zones.retain(playable);
        for zone in &mut instrument.zones {
            if let Some(target) = zone.target {
                limit_pitch(zone, global.as_ref(), shapes[target]);
                fit(zone, global.as_ref(), shapes[target], extra_cents);
            }
        }
        // Offsets now stand in the zones themselves.
        if let Some(zone) = instrument
            .zones
            .first_mut()
            .filter(|zone| zone.target.is_none())
        {
            zone.generators
                .retain(|(operator, _)| !is_offset(*operator));
        }
    }
}

/// Pitch that preset zones can add, in cents; zones that add absurdly much lose it all.
fn limit_preset_pitch(selection: &mut Selection) -> i32 {
    let mut highest = 0;
    for zone in selection
        .presets
        .iter_mut()
        .flat_map(|preset| &mut preset.zones)
    {
        let cents = pitch_depth(|operator| value(zone, operator)) + tune(zone);
        if cents > MAX_CENTS {
            zone.generators
                .retain(|(operator, _)| !PITCH.contains(operator));
        } else {
            highest = highest.max(cents);
        }
    }
    // A global zone adds to another, so both count.
    2 * highest
}

fn clamp(zone: &mut Zone, range_of: impl Fn(&RangeInclusive<i16>) -> RangeInclusive<i16>) {
    for (operator, amount) in &mut zone.generators {
        if let Some((_, range)) = RANGES.iter().find(|(of, _)| of == operator) {
            let range = range_of(range);
            let value = amount.cast_signed().clamp(*range.start(), *range.end());
            *amount = value.cast_unsigned();
        }
    }
}

fn value(zone: &Zone, operator: u16) -> Option<i16> {
    let found = zone.generators.iter().rev().find(|(of, _)| *of == operator);
    found.map(|(_, amount)| amount.cast_signed())
}

fn tune(zone: &Zone) -> i32 {
    let of = |operator| i32::from(value(zone, operator).unwrap_or(0));
    100 * of(COARSE_TUNE).abs() + of(FINE_TUNE).abs() + 127 * of(SCALE_TUNING).abs()
}

/// Cents by which LFOs and the modulation envelope can raise the pitch.
fn pitch_depth(value: impl Fn(u16) -> Option<i16>) -> i32 {
    [5, 6, 7]
        .into_iter()
        .map(|operator| i32::from(value(operator).unwrap_or(0)).abs())
        .sum()
}

fn is_offset(operator: u16) -> bool {
    [START_OFFSET, END_OFFSET, LOOP_START_OFFSET, LOOP_END_OFFSET]
        .as_flattened()
        .contains(&operator)
}

/// The value of a generator in a zone or else in the global zone before it.
fn inherited(zone: &Zone, global: Option<&Zone>, operator: u16) -> Option<i16> {
    value(zone, operator).or_else(|| global.and_then(|global| value(global, operator)))
}

/// Takes a zone's tuning away where it would go absurdly high.
fn limit_pitch(zone: &mut Zone, global: Option<&Zone>, shape: SampleShape) {
    if highest_cents(|operator| inherited(zone, global, operator), shape) > MAX_CENTS {
        zone.generators
            .retain(|(operator, _)| !PITCH.contains(operator));
        zone.generators.extend(PITCH.into_iter().zip(NEUTRAL));
    }
}

/// Puts the zone's offsets and loop within the sample.
fn fit(zone: &mut Zone, global: Option<&Zone>, shape: SampleShape, extra_cents: i32) {
    let get = |operator| inherited(zone, global, operator);
    let offset = |[fine, coarse]: [u16; 2]| {
        i64::from(get(fine).unwrap_or(0)) + 32768 * i64::from(get(coarse).unwrap_or(0))
    };
    let at = |position: usize, by: [u16; 2]| {
        usize::try_from(position as i64 + offset(by))
            .ok()
            .filter(|at| *at <= shape.frames)
    };
    let start = at(0, START_OFFSET);
    let end = at(shape.frames, END_OFFSET);
    let loop_start = at(shape.loop_start, LOOP_START_OFFSET);
    let loop_end = at(shape.loop_end, LOOP_END_OFFSET);
    let span = start.zip(end).is_some_and(|(start, end)| start < end);
    let loops = loop_start.zip(loop_end).is_some_and(|(from, to)| {
        let cents = highest_cents(get, shape).saturating_add(extra_cents);
        from < to && largest_step(cents, shape.sample_rate_hz) < (to - from) as f64
    });

    let mut keep = Vec::new();
    for (pair, valid) in [
        (START_OFFSET, span),
        (END_OFFSET, span),
        (LOOP_START_OFFSET, loops),
        (LOOP_END_OFFSET, loops),
    ] {
        let values = pair.map(|operator| (operator, get(operator).unwrap_or(0).cast_unsigned()));
        keep.extend(
            values
                .into_iter()
                .filter(|(_, amount)| valid && *amount != 0),
        );
    }
    if !loops && get(SAMPLE_MODES).unwrap_or(0) != 0 {
        keep.push((SAMPLE_MODES, 0));
    }
    zone.generators
        .retain(|(operator, _)| !is_offset(*operator) && (loops || *operator != SAMPLE_MODES));
    zone.generators.extend(keep);
}

fn highest_cents(get: impl Fn(u16) -> Option<i16>, shape: SampleShape) -> i32 {
    let root = match get(OVERRIDING_ROOT_KEY) {
        Some(root) if root >= 0 => i32::from(root),
        _ => i32::from(shape.pitch),
    };
    let key = get(KEY_RANGE).map_or(127, |range| i32::from(range.cast_unsigned() >> 8).min(127));
    let of = |operator, default| i32::from(get(operator).unwrap_or(default));
    // 127 cents is the largest correction a sample header can ask for.
    of(SCALE_TUNING, 100) * (key - root)
        + 100 * of(COARSE_TUNE, 0)
        + of(FINE_TUNE, 0)
        + 127
        + pitch_depth(&get)
}

/// Frames of the sample that one frame of output can step over, at the lowest output rate.
fn largest_step(cents: i32, sample_rate_hz: u32) -> f64 {
    f64::from(sample_rate_hz) / crate::render::MIN_SAMPLE_RATE_HZ as f64
        * (f64::from(cents) / 1200.0).exp2()
}
