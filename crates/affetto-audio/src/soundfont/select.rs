//! Which presets of a font are wanted, and the part of a font that they need.

use std::collections::{BTreeMap, BTreeSet};

use super::bank::{Bank, Instrument, Preset, Zone};

/// Bank of the drum kits; the program is the kit (SoundFont 2.04, section 7.2).
pub const DRUM_BANK: u16 = 128;

/// What a program change selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PresetId {
    /// 0 for the General MIDI instruments, [`DRUM_BANK`] for drum kits.
    pub bank: u16,
    /// Program in `0..128`.
    pub program: u16,
}

impl PresetId {
    /// A General MIDI instrument, program in `0..128`.
    #[must_use]
    pub const fn melodic(program: u8) -> Self {
        Self {
            bank: 0,
            program: program as u16,
        }
    }

    /// A drum kit; kit 0 is the standard kit.
    #[must_use]
    pub const fn drums(kit: u8) -> Self {
        Self {
            bank: DRUM_BANK,
            program: kit as u16,
        }
    }
}

/// A preset in a font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetInfo {
    /// What selects it.
    pub id: PresetId,
    /// Its name in the font.
    pub name: String,
}

/// The presets to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presets {
    /// Every preset of the font; a large font takes seconds and hundreds of megabytes.
    All,
    /// These, where the font has them; for the others the synthesizer's General MIDI fallback is
    /// loaded instead: the standard kit for a drum kit, the lowest preset of the font otherwise.
    Only(BTreeSet<PresetId>),
}

impl FromIterator<PresetId> for Presets {
    fn from_iter<I: IntoIterator<Item = PresetId>>(ids: I) -> Self {
        Self::Only(ids.into_iter().collect())
    }
}

/// A font cut down to some presets, with the samples' indices in the font it was cut from.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) presets: Vec<Preset>,
    pub(super) instruments: Vec<Instrument>,
    pub(super) samples: Vec<usize>,
}

impl Bank {
    /// All presets, in order of bank and program.
    #[must_use]
    pub fn presets(&self) -> Vec<PresetInfo> {
        let mut list: Vec<_> = self
            .presets
            .iter()
            .map(|preset| PresetInfo {
                id: id(preset),
                name: super::bank::text(&preset.name),
            })
            .collect();
        list.sort_by_key(|preset| preset.id);
        list
    }

    /// The presets that will really sound when `wanted` are asked for.
    pub(super) fn resolve(&self, wanted: &Presets) -> BTreeSet<PresetId> {
        let present: BTreeSet<_> = self.presets.iter().map(id).collect();
        let Presets::Only(wanted) = wanted else {
            return present;
        };
        wanted
            .iter()
            .filter_map(|id| fallback(&present, *id))
            .collect()
    }

    /// The presets and just the instruments and samples that they use, renumbered.
    pub(super) fn select(&self, wanted: &BTreeSet<PresetId>) -> Selection {
        let chosen = self
            .presets
            .iter()
            .filter(|preset| wanted.contains(&id(preset)));
        let mut presets: Vec<_> = chosen.cloned().collect();
        let used = renumber(presets.iter_mut().flat_map(|preset| &mut preset.zones));
        let mut instruments: Vec<_> = used
            .iter()
            .map(|index| self.instruments[*index].clone())
            .collect();
        let samples = renumber(instruments.iter_mut().flat_map(|i| &mut i.zones));
        Selection {
            presets,
            instruments,
            samples,
        }
    }
}

pub(super) fn id(preset: &Preset) -> PresetId {
    PresetId {
        bank: preset.bank,
        program: preset.program,
    }
}

/// The preset that a General MIDI synthesizer plays when `wanted` is missing.
fn fallback(present: &BTreeSet<PresetId>, wanted: PresetId) -> Option<PresetId> {
    let general = if wanted.bank < DRUM_BANK {
        PresetId { bank: 0, ..wanted }
    } else {
        PresetId::drums(0)
    };
    [wanted, general]
        .into_iter()
        .find(|id| present.contains(id))
        .or_else(|| present.first().copied())
}

/// Renumbers the targets of zones to 0, 1, 2 … and tells what they were, in ascending order.
fn renumber<'a>(zones: impl Iterator<Item = &'a mut Zone>) -> Vec<usize> {
    let mut targets: Vec<&mut usize> = zones.filter_map(|zone| zone.target.as_mut()).collect();
    let used: BTreeSet<usize> = targets.iter().map(|target| **target).collect();
    let new: BTreeMap<usize, usize> = used
        .iter()
        .enumerate()
        .map(|(new, old)| (*old, new))
        .collect();
    for target in &mut targets {
        **target = new[*target];
    }
    used.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: (u16, u16), expected: (u16, u16)) {
        let present = [(0, 4), (0, 40), (8, 40), (128, 0), (128, 8)]
            .map(|(bank, program)| PresetId { bank, program })
            .into();
        let found = fallback(
            &present,
            PresetId {
                bank: wanted.0,
                program: wanted.1,
            },
        );
        assert_eq!(found.map(|id| (id.bank, id.program)), Some(expected));
    }

    #[test]
    fn missing_presets_fall_back_as_in_general_midi() {
        check((0, 40), (0, 40));
        check((8, 40), (8, 40));
        check((9, 40), (0, 40));
        check((128, 8), (128, 8));
        check((128, 25), (128, 0));
        check((0, 99), (0, 4));
    }
}
