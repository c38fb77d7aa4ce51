//! The document: header, part list, and the measures of each part.

use super::drums::drum;
use super::marks::{Harmony, Marks};
use super::measure::{Accidentals, Written, write_voice};
use super::rhythm::Bracket;
use super::spelling::Spelling;
use super::staves::{Clef, Event, Part, Staff};
use super::xml::{Xml, decimal};
use super::{Bar, DIVISIONS, bar_units};
use crate::{Mode, Score};

/// Voices are numbered from 1 on the first staff and from 5 on the second.
const VOICES_A_STAFF: usize = 4;

/// Writes the whole document.
pub(super) fn write(score: &Score, bars: &[Bar], parts: &[Part<'_>]) -> String {
    let mut xml = Xml::new();
    let harmony = Harmony::new(score);
    let marks = Marks::new(score);
    xml.element("score-partwise", &[("version", "4.0")], |xml| {
        header(xml, score);
        xml.element("part-list", &[], |xml| {
            for (index, part) in parts.iter().enumerate() {
                list_part(xml, index, part);
            }
        });
        for (index, part) in parts.iter().enumerate() {
            let id = format!("P{}", index + 1);
            xml.element("part", &[("id", &id)], |xml| {
                let mut writer = PartWriter {
                    xml,
                    harmony: &harmony,
                    marks: &marks,
                    part,
                    index,
                };
                for number in 0..bars.len() {
                    writer.measure(bars, number);
                }
            });
        }
    });
    xml.finish()
}

fn header(xml: &mut Xml, score: &Score) {
    if let Some(title) = &score.title {
        xml.element("work", &[], |xml| xml.text("work-title", title));
    }
    xml.element("identification", &[], |xml| {
        xml.element("encoding", &[], |xml| xml.text("software", "Affetto"));
        if !score.comments.is_empty() {
            xml.element("miscellaneous", &[], |xml| {
                for comment in &score.comments {
                    xml.text_with("miscellaneous-field", &[("name", "comment")], comment);
                }
            });
        }
    });
}

/// Id of the instrument of a part: one, or one for each percussion key.
fn instrument_id(part_index: usize, key: Option<u8>) -> String {
    format!(
        "P{}-I{}",
        part_index + 1,
        key.map_or(1, |key| u32::from(key) + 1)
    )
}

fn list_part(xml: &mut Xml, index: usize, part: &Part<'_>) {
    let keys: Vec<Option<u8>> = if part.is_drums {
        let pitches = part
            .staves
            .iter()
            .flat_map(|staff| staff.voices.iter().flatten());
        let mut keys: Vec<u8> = pitches
            .flat_map(|event| event.pitches.iter().copied())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().map(Some).collect()
    } else {
        vec![None]
    };
    let id = format!("P{}", index + 1);
    xml.element("score-part", &[("id", &id)], |xml| {
        xml.text("part-name", &part.name);
        for &key in &keys {
            let name = key.map_or(part.name.as_str(), |key| drum(key).name);
            xml.element(
                "score-instrument",
                &[("id", &instrument_id(index, key))],
                |xml| {
                    xml.text("instrument-name", name);
                },
            );
        }
        for &key in &keys {
            midi_instrument(xml, index, part, key);
        }
    });
}

/// How a part sounds in MIDI: channel and program from 1, volume in percent, pan in degrees.
fn midi_instrument(xml: &mut Xml, index: usize, part: &Part<'_>, key: Option<u8>) {
    let Some(track) = part.track else { return };
    xml.element(
        "midi-instrument",
        &[("id", &instrument_id(index, key))],
        |xml| {
            let channel = if part.is_drums {
                10
            } else {
                i64::from(track.channel & 15) + 1
            };
            xml.number("midi-channel", channel);
            xml.number("midi-program", i64::from(track.program.min(127)) + 1);
            if let Some(key) = key {
                xml.number("midi-unpitched", i64::from(key) + 1);
            }
            xml.text(
                "volume",
                &decimal(f64::from(track.volume.min(127)) * 100.0 / 127.0),
            );
            xml.text(
                "pan",
                &decimal((f64::from(track.pan.min(127)) - 64.0) * 90.0 / 64.0),
            );
        },
    );
}

/// Writes the measures of a part.
struct PartWriter<'a> {
    xml: &'a mut Xml,
    harmony: &'a Harmony,
    marks: &'a Marks<'a>,
    part: &'a Part<'a>,
    index: usize,
}

impl PartWriter<'_> {
    fn measure(&mut self, bars: &[Bar], number: usize) {
        let bar = bars[number];
        let is_short = bar.end - bar.start != bar_units(bar.meter);
        let text = (number + 1).to_string();
        let mut attributes = vec![("number", text.as_str())];
        if is_short {
            attributes.push(("implicit", "yes"));
        }
        self.xml.open("measure", &attributes);
        self.attributes(bars, number);
        if self.index == 0 {
            self.marks.write(self.xml, bar);
        }
        let mut is_first = true;
        for (index, staff) in self.part.staves.iter().enumerate() {
            self.staff(staff, index, bar, &mut is_first);
        }
        if number + 1 == bars.len() {
            self.xml
                .element("barline", &[("location", "right")], |xml| {
                    xml.text("bar-style", "light-heavy");
                });
        }
        self.xml.close("measure");
    }

    /// Key, metre and clefs where they are new.
    fn attributes(&mut self, bars: &[Bar], number: usize) {
        let bar = bars[number];
        let before = number.checked_sub(1).map(|index| bars[index]);
        let key = self.harmony.key_at(bar.start);
        let has_key = before.is_none_or(|before| self.harmony.key_at(before.start) != key);
        let has_meter = before.is_none_or(|before| before.meter != bar.meter);
        if !has_key && !has_meter {
            return;
        }
        let is_key_known = !self.harmony.has_no_key();
        let (part, is_first) = (self.part, before.is_none());
        self.xml.element("attributes", &[], |xml| {
            if is_first {
                xml.number("divisions", DIVISIONS);
            }
            if has_key && !part.is_drums {
                xml.element("key", &[], |xml| {
                    xml.number("fifths", key.fifths());
                    if is_key_known {
                        let is_minor = key.mode == Mode::Minor;
                        xml.text("mode", if is_minor { "minor" } else { "major" });
                    }
                });
            }
            if has_meter {
                xml.element("time", &[], |xml| {
                    xml.number("beats", bar.meter.numerator);
                    xml.number("beat-type", bar.meter.denominator);
                });
            }
            if is_first {
                clefs(xml, &part.staves);
            }
        });
    }

    /// The voices of a staff, each after a step back to the start of the measure.
    fn staff(&mut self, staff: &Staff, index: usize, bar: Bar, is_first: &mut bool) {
        let voices: Vec<Vec<Written<'_>>> = staff
            .voices
            .iter()
            .enumerate()
            .map(|(number, events)| match write_voice(events, bar) {
                rest if number > 0 && rest.iter().all(|sign| sign.event.is_none()) => Vec::new(),
                signs => signs,
            })
            .collect();
        let accidentals = self.accidentals(&voices, bar);
        for (number, (signs, accidentals)) in voices.iter().zip(&accidentals).enumerate() {
            if signs.is_empty() {
                continue;
            }
            if !*is_first {
                self.xml.element("backup", &[], |xml| {
                    xml.number("duration", bar.end - bar.start)
                });
            }
            let place = Place {
                voice: index * VOICES_A_STAFF + number + 1,
                staff: (self.part.staves.len() > 1).then_some(index + 1),
                is_upper: number == 0,
            };
            for (sign, accidentals) in signs.iter().zip(accidentals) {
                if *is_first && self.index == 0 {
                    let start = bar.start + sign.at;
                    self.harmony.write(self.xml, start, start + sign.length);
                }
                self.sign(sign, accidentals, place);
            }
            *is_first = false;
        }
    }

    /// The accidentals of each note of each sign of each voice.
    fn accidentals(
        &self,
        voices: &[Vec<Written<'_>>],
        bar: Bar,
    ) -> Vec<Vec<Vec<Option<&'static str>>>> {
        let mut needed: Vec<Vec<Vec<Option<&'static str>>>> = voices
            .iter()
            .map(|signs| {
                let heads = |sign: &Written<'_>| sign.event.map_or(0, |event| event.pitches.len());
                signs.iter().map(|sign| vec![None; heads(sign)]).collect()
            })
            .collect();
        if self.part.is_drums {
            return needed;
        }
        let mut order: Vec<(u32, usize, usize)> = Vec::new();
        for (voice, signs) in voices.iter().enumerate() {
            order.extend(
                signs
                    .iter()
                    .enumerate()
                    .map(|(index, sign)| (sign.at, voice, index)),
            );
        }
        order.sort_unstable();
        let mut state = Accidentals::new(self.harmony.key_at(bar.start));
        for (_, voice, index) in order {
            let sign = &voices[voice][index];
            let Some(event) = sign.event.filter(|_| !sign.is_tied_back) else {
                continue;
            };
            for (head, &pitch) in event.pitches.iter().enumerate() {
                let spelling = self.harmony.spell(pitch, event.onset);
                needed[voice][index][head] = state.need(spelling);
            }
        }
        needed
    }

    /// A note, chord or rest.
    fn sign(&mut self, sign: &Written<'_>, accidentals: &[Option<&'static str>], place: Place) {
        let Some(event) = sign.event else {
            let attributes: &[_] = if place.is_upper {
                &[]
            } else {
                &[("print-object", "no")]
            };
            let is_measure = sign.sign.is_none();
            self.xml.element("note", attributes, |xml| {
                let measure: &[_] = if is_measure {
                    &[("measure", "yes")]
                } else {
                    &[]
                };
                xml.empty("rest", measure);
                xml.number("duration", sign.length);
                note_end(xml, sign, place, None, true, |_| {});
            });
            return;
        };
        for (head, accidental) in accidentals.iter().enumerate() {
            self.head(sign, event, head, *accidental, place);
        }
    }

    /// One note of a sign.
    fn head(
        &mut self,
        sign: &Written<'_>,
        event: &Event,
        head: usize,
        accidental: Option<&'static str>,
        place: Place,
    ) {
        let pitch = event.pitches[head];
        let is_drum = self.part.is_drums;
        let spelling = self.harmony.spell(pitch, event.onset);
        let instrument = is_drum.then(|| instrument_id(self.index, Some(pitch)));
        self.xml.element("note", &[], |xml| {
            if head > 0 {
                xml.empty("chord", &[]);
            }
            if is_drum {
                unpitched(xml, pitch);
            } else {
                pitched(xml, spelling);
            }
            xml.number("duration", sign.length);
            for (is_tied, kind) in [(sign.is_tied_back, "stop"), (sign.is_tied_on, "start")] {
                if is_tied {
                    xml.empty("tie", &[("type", kind)]);
                }
            }
            if let Some(id) = &instrument {
                xml.empty("instrument", &[("id", id)]);
            }
            let cross = is_drum && drum(pitch).is_cross;
            note_end(xml, sign, place, accidental, head == 0, |xml| {
                if cross {
                    xml.text("notehead", "x");
                }
            });
        });
    }
}

/// Voice and staff of a note.
#[derive(Debug, Clone, Copy)]
struct Place {
    voice: usize,
    /// `None` where the part has one staff.
    staff: Option<usize>,
    /// Whether this is the first voice of its staff, whose rests are shown.
    is_upper: bool,
}

/// What follows duration, ties and instrument in a note; beams and brackets on its first head only.
fn note_end(
    xml: &mut Xml,
    sign: &Written<'_>,
    place: Place,
    accidental: Option<&'static str>,
    is_first_head: bool,
    notehead: impl FnOnce(&mut Xml),
) {
    xml.text("voice", &place.voice.to_string());
    if let Some(written) = sign.sign {
        xml.text("type", written.name);
        if written.is_dotted {
            xml.empty("dot", &[]);
        }
        if let Some(accidental) = accidental {
            xml.text("accidental", accidental);
        }
        if written.is_triplet {
            xml.element("time-modification", &[], |xml| {
                xml.number("actual-notes", 3);
                xml.number("normal-notes", 2);
            });
        }
    }
    notehead(xml);
    if let Some(staff) = place.staff {
        xml.text("staff", &staff.to_string());
    }
    if is_first_head {
        for (level, beam) in sign.beams.iter().enumerate() {
            xml.text_with("beam", &[("number", &(level + 1).to_string())], beam);
        }
    }
    notations(xml, sign, is_first_head);
}

/// Ties and triplet brackets as drawn.
fn notations(xml: &mut Xml, sign: &Written<'_>, is_first_head: bool) {
    let bracket = sign.bracket.filter(|_| is_first_head);
    if !sign.is_tied_back && !sign.is_tied_on && bracket.is_none() {
        return;
    }
    xml.element("notations", &[], |xml| {
        if sign.is_tied_back {
            xml.empty("tied", &[("type", "stop")]);
        }
        if sign.is_tied_on {
            xml.empty("tied", &[("type", "start")]);
        }
        match bracket {
            Some(Bracket::Start) => {
                xml.empty(
                    "tuplet",
                    &[("type", "start"), ("number", "1"), ("bracket", "yes")],
                );
            }
            Some(Bracket::Stop) => xml.empty("tuplet", &[("type", "stop"), ("number", "1")]),
            None => {}
        }
    });
}

fn pitched(xml: &mut Xml, spelling: Spelling) {
    xml.element("pitch", &[], |xml| {
        xml.text("step", spelling.step.encode_utf8(&mut [0; 4]));
        if spelling.alter != 0 {
            xml.number("alter", spelling.alter);
        }
        xml.number("octave", spelling.octave);
    });
}

fn unpitched(xml: &mut Xml, key: u8) {
    let drum = drum(key);
    xml.element("unpitched", &[], |xml| {
        xml.text("display-step", drum.step.encode_utf8(&mut [0; 4]));
        xml.number("display-octave", drum.octave);
    });
}

fn clefs(xml: &mut Xml, staves: &[Staff]) {
    if staves.len() > 1 {
        xml.number("staves", staves.len() as i64);
    }
    for (index, staff) in staves.iter().enumerate() {
        let number = (index + 1).to_string();
        let attributes = [("number", number.as_str())];
        let Clef {
            sign,
            line,
            octaves,
        } = staff.clef;
        xml.element(
            "clef",
            if staves.len() > 1 { &attributes } else { &[] },
            |xml| {
                xml.text("sign", sign);
                if let Some(line) = line {
                    xml.number("line", line);
                }
                if octaves != 0 {
                    xml.number("clef-octave-change", octaves);
                }
            },
        );
    }
}
