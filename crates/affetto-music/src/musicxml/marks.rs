//! What stands above the staff: chord symbols, tempo and rehearsal marks.

use super::rhythm::Grouping;
use super::spelling::{Spelling, spell, spell_class};
use super::xml::{Xml, decimal};
use super::{Bar, units};
use crate::{Chord, ChordQuality, Key, PitchClass, Score};

/// Chords and keys by time in units.
pub(super) struct Harmony {
    chords: Vec<(u32, u32, Chord)>,
    keys: Vec<(u32, Key)>,
}

impl Harmony {
    pub(super) fn new(score: &Score) -> Self {
        let chords = score.chords.iter().map(|span| {
            let end = span.onset.saturating_add(span.duration);
            (units(score, span.onset), units(score, end), span.chord)
        });
        let keys = score
            .keys
            .iter()
            .map(|change| (units(score, change.tick), change.key));
        Self {
            chords: chords.collect(),
            keys: keys.collect(),
        }
    }

    pub(super) fn chord_at(&self, unit: u32) -> Option<Chord> {
        let after = self.chords.partition_point(|chord| chord.0 <= unit);
        let &(_, end, chord) = self.chords.get(after.checked_sub(1)?)?;
        (unit < end).then_some(chord)
    }

    pub(super) fn key_at(&self, unit: u32) -> Key {
        let after = self.keys.partition_point(|key| key.0 <= unit);
        after
            .checked_sub(1)
            .map_or(Key::default(), |index| self.keys[index].1)
    }

    /// Whether no key is known.
    pub(super) fn has_no_key(&self) -> bool {
        self.keys.is_empty()
    }

    /// Writes the chord symbols that start in `start..end`, before the sign that starts there.
    pub(super) fn write(&self, xml: &mut Xml, start: u32, end: u32) {
        let first = self.chords.partition_point(|chord| chord.0 < start);
        for &(onset, _, chord) in self.chords[first..]
            .iter()
            .take_while(|chord| chord.0 < end)
        {
            harmony(xml, chord, self.key_at(onset), onset - start);
        }
    }

    pub(super) fn spell(&self, pitch: u8, onset: u32) -> Spelling {
        spell(pitch, self.chord_at(onset), self.key_at(onset))
    }
}

/// Tempo and rehearsal marks by time in units.
pub(super) struct Marks<'a> {
    sections: Vec<(u32, &'a str)>,
    /// Place, tempo, and whether it is shown.
    tempos: Vec<(u32, f64, bool)>,
}

impl<'a> Marks<'a> {
    /// Collects the marks. A performance bends its tempo all the time: people see changes of three
    /// percent and more, players (the programs) hear all.
    pub(super) fn new(score: &'a Score) -> Self {
        let sections = score
            .sections
            .iter()
            .map(|section| (units(score, section.tick), section.name.as_str()));
        let mut shown: Option<f64> = None;
        let tempos = score.tempos.iter().map(|change| {
            let bpm = change.bpm.get();
            let is_shown = shown.is_none_or(|shown| (bpm / shown - 1.0).abs() >= 0.03);
            shown = if is_shown { Some(bpm) } else { shown };
            (units(score, change.tick), bpm, is_shown)
        });
        Self {
            tempos: tempos.collect(),
            sections: sections.collect(),
        }
    }

    /// Writes the marks of a measure, at its start.
    pub(super) fn write(&self, xml: &mut Xml, bar: Bar) {
        let first = self
            .sections
            .partition_point(|section| section.0 < bar.start);
        for &(at, name) in self.sections[first..]
            .iter()
            .take_while(|mark| mark.0 < bar.end)
        {
            direction(xml, at - bar.start, None, |xml| xml.text("rehearsal", name));
        }
        let first = self.tempos.partition_point(|tempo| tempo.0 < bar.start);
        for &(at, bpm, is_shown) in self.tempos[first..]
            .iter()
            .take_while(|mark| mark.0 < bar.end)
        {
            let offset = at - bar.start;
            if is_shown {
                direction(xml, offset, Some(bpm), |xml| metronome(xml, bpm, bar));
            } else {
                sound(xml, bpm, offset);
            }
        }
    }
}

/// A direction some units into the measure, with the tempo it means, if any.
fn direction(xml: &mut Xml, offset: u32, bpm: Option<f64>, content: impl FnOnce(&mut Xml)) {
    xml.element("direction", &[("placement", "above")], |xml| {
        xml.element("direction-type", &[], content);
        if offset > 0 {
            xml.number("offset", offset);
        }
        if let Some(bpm) = bpm {
            xml.empty("sound", &[("tempo", &decimal(bpm))]);
        }
    });
}

/// A tempo that sounds without being shown.
fn sound(xml: &mut Xml, bpm: f64, offset: u32) {
    xml.element("sound", &[("tempo", &decimal(bpm))], |xml| {
        if offset > 0 {
            xml.number("offset", offset);
        }
    });
}

/// A metronome mark: dotted quarters in compound metres, else quarters.
fn metronome(xml: &mut Xml, bpm: f64, bar: Bar) {
    let is_dotted = Grouping::new(bar).beat == 36;
    xml.element("metronome", &[], |xml| {
        xml.text("beat-unit", "quarter");
        if is_dotted {
            xml.empty("beat-unit-dot", &[]);
        }
        let beats = if is_dotted { bpm / 1.5 } else { bpm };
        xml.number("per-minute", beats.round() as i64);
    });
}

/// A chord symbol some units into the sign that follows.
fn harmony(xml: &mut Xml, chord: Chord, key: Key, offset: u32) {
    let class = |xml: &mut Xml, name: &str, pitch_class: PitchClass| {
        let (step, alter) = spell_class(pitch_class, key);
        xml.element(name, &[], |xml| {
            xml.text(&format!("{name}-step"), step.encode_utf8(&mut [0; 4]));
            if alter != 0 {
                xml.number(&format!("{name}-alter"), alter);
            }
        });
    };
    xml.element("harmony", &[], |xml| {
        class(xml, "root", chord.root);
        xml.text_with(
            "kind",
            &[("text", chord.quality.symbol())],
            kind(chord.quality),
        );
        if let Some(bass) = chord.bass.filter(|&bass| bass != chord.root) {
            class(xml, "bass", bass);
        }
        if matches!(
            chord.quality,
            ChordQuality::MajorAdd9 | ChordQuality::MinorAdd9
        ) {
            xml.element("degree", &[("print-object", "no")], |xml| {
                xml.number("degree-value", 9);
                xml.number("degree-alter", 0);
                xml.text("degree-type", "add");
            });
        }
        if offset > 0 {
            xml.number("offset", offset);
        }
    });
}

/// MusicXML's name of a chord quality.
fn kind(quality: ChordQuality) -> &'static str {
    match quality {
        ChordQuality::Major | ChordQuality::MajorAdd9 => "major",
        ChordQuality::Minor | ChordQuality::MinorAdd9 => "minor",
        ChordQuality::Diminished => "diminished",
        ChordQuality::Augmented => "augmented",
        ChordQuality::Suspended2 => "suspended-second",
        ChordQuality::Suspended4 => "suspended-fourth",
        ChordQuality::Power => "power",
        ChordQuality::Dominant7 => "dominant",
        ChordQuality::Major7 => "major-seventh",
        ChordQuality::Minor7 => "minor-seventh",
        ChordQuality::HalfDiminished7 => "half-diminished",
        ChordQuality::Diminished7 => "diminished-seventh",
        ChordQuality::MinorMajor7 => "major-minor",
        ChordQuality::Major6 => "major-sixth",
        ChordQuality::Minor6 => "minor-sixth",
        ChordQuality::Dominant9 => "dominant-ninth",
    }
}
