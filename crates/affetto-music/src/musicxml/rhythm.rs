//! Lengths as written: which signs, where to split, what to beam, where triplet brackets stand.

use super::{Bar, bar_units};

/// A written length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    /// MusicXML note type, e.g. `"eighth"`.
    pub(super) name: &'static str,
    /// Whether a dot follows.
    pub(super) is_dotted: bool,
    /// Whether three stand in the time of two.
    pub(super) is_triplet: bool,
    /// Number of beams or flags.
    pub(super) beams: u8,
}

/// Types with their length in units (24 a quarter) and beams.
const TYPES: [(&str, u32, u8); 7] = [
    ("breve", 192, 0),
    ("whole", 96, 0),
    ("half", 48, 0),
    ("quarter", 24, 0),
    ("eighth", 12, 1),
    ("16th", 6, 2),
    ("32nd", 3, 3),
];

/// Triplet types with their length in units and beams.
const TRIPLETS: [(&str, u32, u8); 6] = [
    ("half", 32, 0),
    ("quarter", 16, 0),
    ("eighth", 8, 1),
    ("16th", 4, 2),
    ("32nd", 2, 3),
    ("64th", 1, 4),
];

/// The single sign of a length, if there is one.
pub(super) fn sign(length: u32) -> Option<Sign> {
    let plain = TYPES.iter().find_map(|&(name, plain, beams)| {
        let is_dotted = plain > 3 && length == plain * 3 / 2;
        (length == plain || is_dotted).then_some(Sign {
            name,
            is_dotted,
            is_triplet: false,
            beams,
        })
    });
    plain.or_else(|| {
        let &(name, _, beams) = TRIPLETS.iter().find(|(_, triplet, _)| *triplet == length)?;
        Some(Sign {
            name,
            is_dotted: false,
            is_triplet: true,
            beams,
        })
    })
}

/// How a measure is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grouping {
    /// Length of a beat in units: what beams do not cross.
    pub(super) beat: u32,
    /// Half of the measure, where it is worth showing (4/4).
    half: Option<u32>,
    /// Whether beats divide in three (6/8).
    is_compound: bool,
}

impl Grouping {
    /// The grouping of a measure by its metre.
    pub(super) fn new(bar: Bar) -> Self {
        let is_compound = bar.meter.denominator >= 8 && bar.meter.numerator.is_multiple_of(3);
        let unit = bar.meter.beat_ticks(super::DIVISIONS);
        let beat = match (is_compound, unit) {
            (true, _) => 3 * unit,
            (false, 48..) => 24,
            (false, _) => unit,
        };
        let half = (bar_units(bar.meter) == 96 && !is_compound).then_some(48);
        Self {
            beat: beat.max(3),
            half,
            is_compound,
        }
    }

    /// Whether a note may be written as one sign from `at` (units in the measure).
    fn fits(self, at: u32, length: u32) -> bool {
        let Some(sign) = sign(length) else {
            return false;
        };
        let end = at + length;
        if sign.is_triplet {
            return match length {
                1 => true,
                16 | 32 => {
                    at.is_multiple_of(16) && at / 48 == (end - 1) / 48 || at / 24 == (end - 1) / 24
                }
                4 | 8 => at.is_multiple_of(length) && at / 24 == (end - 1) / 24,
                _ => at.is_multiple_of(length),
            };
        }
        if self.is_compound {
            let stays = at / self.beat == (end - 1) / self.beat;
            let whole_beats = at.is_multiple_of(self.beat) && length.is_multiple_of(self.beat);
            let step = if sign.is_dotted {
                length / 3
            } else {
                length.min(self.beat / 3)
            };
            return whole_beats || stays && at.is_multiple_of(step.max(1));
        }
        if self.half.is_some_and(|half| at < half && end > half) && !at.is_multiple_of(24) {
            return false;
        }
        if sign.is_dotted {
            let step = length / 3 * 2;
            return at.is_multiple_of(step.min(24)) || end.is_multiple_of(step.min(24));
        }
        at.is_multiple_of((length / 2).clamp(1, 24)) || at.is_multiple_of(length)
    }

    /// Whether a rest may be written as one sign: never across a stronger beat than its start.
    fn fits_rest(self, at: u32, length: u32) -> bool {
        let Some(sign) = sign(length) else {
            return false;
        };
        if sign.is_dotted {
            return self.is_compound && at.is_multiple_of(self.beat) && length == self.beat;
        }
        self.fits(at, length) && (sign.is_triplet || at.is_multiple_of(length))
    }

    /// The strongest place within `at..at + length` to split at.
    fn split_place(self, at: u32, length: u32) -> u32 {
        let end = at + length;
        let levels = [
            self.half.unwrap_or(self.beat),
            self.beat,
            24,
            12,
            6,
            3,
            8,
            4,
            2,
            1,
        ];
        for level in levels {
            let (first, last) = ((at / level + 1) * level, (end - 1) / level * level);
            if first < end {
                return if at.is_multiple_of(level) {
                    last
                } else {
                    first
                };
            }
        }
        at + 1
    }

    /// Splits a length from `at` into lengths that have one sign each.
    pub(super) fn split(self, at: u32, length: u32, is_rest: bool) -> Vec<u32> {
        let fits = if is_rest {
            self.fits_rest(at, length)
        } else {
            self.fits(at, length)
        };
        if length <= 1 || fits {
            return vec![length];
        }
        let place = self.split_place(at, length);
        let mut parts = self.split(at, place - at, is_rest);
        parts.extend(self.split(place, at + length - place, is_rest));
        parts
    }
}

/// Where a triplet bracket starts or stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Start,
    Stop,
}

/// Brackets over signs given as (place in the measure, length, sign): a group ends at the first
/// multiple of an eighth that it fills; a group that never gets there has none.
pub(super) fn brackets(signs: &[(u32, u32, Option<Sign>)]) -> Vec<Option<Bracket>> {
    let mut brackets = vec![None; signs.len()];
    let mut open: Option<usize> = None;
    for (index, &(at, length, sign)) in signs.iter().enumerate() {
        if !sign.is_some_and(|sign| sign.is_triplet) {
            open = None;
            continue;
        }
        let start = *open.get_or_insert(index);
        if (at + length).is_multiple_of(12) {
            if index > start && signs[start].0.is_multiple_of(12) {
                (brackets[start], brackets[index]) = (Some(Bracket::Start), Some(Bracket::Stop));
            }
            open = None;
        }
    }
    brackets
}

/// The state of one beam at a note: MusicXML's words.
pub(super) type Beam = &'static str;

/// Beams of signs given as (place in the measure, beams; 0 for rests and longer notes), level by
/// level; notes are beamed within a beat.
pub(super) fn beams(signs: &[(u32, u8)], beat: u32) -> Vec<Vec<Beam>> {
    let joins = |a: usize, b: usize, level: u8| {
        signs[a].0 / beat == signs[b].0 / beat && signs[a].1 >= level && signs[b].1 >= level
    };
    (0..signs.len())
        .map(|index| {
            let before = |level| index > 0 && joins(index - 1, index, level);
            let after = |level| index + 1 < signs.len() && joins(index, index + 1, level);
            if !before(1) && !after(1) {
                return Vec::new();
            }
            (1..=signs[index].1)
                .map(|level| match (before(level), after(level)) {
                    (true, true) => "continue",
                    (true, false) => "end",
                    (false, true) => "begin",
                    (false, false) if before(1) => "backward hook",
                    (false, false) => "forward hook",
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Meter;

    #[track_caller]
    fn check(meter: (u8, u8), at: u32, length: u32, expected: &[u32]) {
        let meter = Meter {
            numerator: meter.0,
            denominator: meter.1,
        };
        let grouping = Grouping::new(Bar {
            start: 0,
            end: bar_units(meter),
            meter,
        });
        assert_eq!(grouping.split(at, length, false), expected);
    }

    #[test]
    fn splits_in_common_time() {
        check((4, 4), 0, 96, &[96]);
        check((4, 4), 0, 60, &[48, 12]);
        check((4, 4), 12, 24, &[24]);
        check((4, 4), 36, 24, &[12, 12]);
        check((4, 4), 24, 48, &[48]);
        check((4, 4), 12, 84, &[36, 48]);
        check((4, 4), 0, 18, &[18]);
        check((4, 4), 6, 18, &[18]);
        check((4, 4), 0, 30, &[24, 6]);
    }

    #[test]
    fn splits_in_other_metres() {
        check((3, 4), 0, 72, &[72]);
        check((3, 4), 12, 60, &[12, 48]);
        check((6, 8), 0, 36, &[36]);
        check((6, 8), 24, 24, &[12, 12]);
        check((6, 8), 0, 72, &[72]);
        check((12, 8), 36, 72, &[72]);
        check((5, 4), 0, 120, &[96, 24]);
    }

    #[test]
    fn splits_triplets() {
        check((4, 4), 8, 16, &[16]);
        check((4, 4), 0, 32, &[32]);
        check((4, 4), 16, 16, &[16]);
        check((4, 4), 16, 24, &[8, 16]);
    }

    #[test]
    fn every_length_adds_up() {
        for meter in [
            (4, 4),
            (3, 4),
            (6, 8),
            (7, 8),
            (5, 16),
            (2, 2),
            (3, 32),
            (9, 8),
        ] {
            let meter = Meter {
                numerator: meter.0,
                denominator: meter.1,
            };
            let end = bar_units(meter);
            let grouping = Grouping::new(Bar {
                start: 0,
                end,
                meter,
            });
            for at in 0..end {
                for length in 1..=end - at {
                    for is_rest in [false, true] {
                        let parts = grouping.split(at, length, is_rest);
                        assert_eq!(parts.iter().sum::<u32>(), length);
                        assert!(parts.iter().all(|&part| sign(part).is_some()), "{parts:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn beams_within_a_beat() {
        let beams = beams(&[(0, 1), (12, 2), (18, 2), (24, 1), (36, 0)], 24);
        assert_eq!(beams[0], ["begin"]);
        assert_eq!(beams[1], ["continue", "begin"]);
        assert_eq!(beams[2], ["end", "end"]);
        assert!(beams[3].is_empty() && beams[4].is_empty());
    }
}
