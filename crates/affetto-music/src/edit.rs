//! Cutting, joining and shifting scores.

use crate::{
    Bpm, Chord, ChordSpan, Key, KeyChange, Meter, MeterChange, Score, Section, TempoChange,
};

impl Score {
    /// The bars `from..to` (numbered from 0, as in [`Score::bar_lines`]) as a score of their own.
    ///
    /// Notes belong to the bar of their onset and end with the slice; the tempo, metre, key and chord
    /// in force at the start of the slice start it. Tracks stay, also those left without notes. Bars
    /// behind the end of the score are left out.
    #[must_use]
    pub fn slice_bars(&self, from: usize, to: usize) -> Self {
        let lines = self.bar_lines();
        let line = |bar: usize| lines.get(bar).or(lines.last()).copied().unwrap_or(0);
        let (start, end) = (line(from), line(to.max(from)));
        let mut slice = Self {
            length: end - start,
            tracks: self.tracks.clone(),
            ..self.clone()
        };
        for track in &mut slice.tracks {
            track
                .notes
                .retain(|note| (start..end).contains(&note.onset));
            for note in &mut track.notes {
                note.duration = note.duration.min(end - note.onset);
                note.onset -= start;
            }
        }
        slice.tempos = cut(&self.tempos, start, end, |change| &mut change.tick);
        slice.meters = cut(&self.meters, start, end, |change| &mut change.tick);
        slice.keys = cut(&self.keys, start, end, |change| &mut change.tick);
        slice
            .sections
            .retain(|section| (start..end).contains(&section.tick));
        for section in &mut slice.sections {
            section.tick -= start;
        }
        let sounds = |span: &&ChordSpan| span.onset < end && chord_end(span) > start;
        slice.chords = self
            .chords
            .iter()
            .filter(sounds)
            .map(|span| cut_chord(span, start, end))
            .collect();
        slice
    }

    /// The score some semitones higher (or lower, when negative), with its keys and chords.
    ///
    /// Notes that would leave `0..128` move by octaves until they are inside. Drums stay.
    #[must_use]
    pub fn transposed(&self, semitones: i32) -> Self {
        let mut score = self.clone();
        for track in score.tracks.iter_mut().filter(|track| !track.is_drums()) {
            for note in &mut track.notes {
                note.pitch = folded(i64::from(note.pitch) + i64::from(semitones));
            }
            track.notes.sort_unstable();
        }
        for KeyChange { key, .. } in &mut score.keys {
            *key = Key {
                tonic: key.tonic.transposed(semitones % 12),
                ..*key
            };
        }
        for ChordSpan { chord, .. } in &mut score.chords {
            *chord = Chord {
                root: chord.root.transposed(semitones % 12),
                bass: chord.bass.map(|bass| bass.transposed(semitones % 12)),
                ..*chord
            };
        }
        score
    }

    /// The score with onsets and ends at the nearest of `steps` steps of a quarter note (4 for
    /// sixteenths, 12 for sixteenths and triplets). Notes last at least a step; notes of one pitch
    /// that come to overlap are cut by [`Track::cut_overlaps`](crate::Track::cut_overlaps).
    #[must_use]
    pub fn quantized(&self, steps: u32) -> Self {
        let (resolution, steps) = (u64::from(self.ticks_per_quarter), u64::from(steps.max(1)));
        let step = |tick: u32| (u64::from(tick) * steps + resolution / 2) / resolution.max(1);
        let tick = |step: u64| u32::try_from(step * resolution / steps).unwrap_or(u32::MAX);
        let mut score = self.clone();
        for track in &mut score.tracks {
            for note in &mut track.notes {
                let (start, end) = (step(note.onset), step(note.end()));
                note.onset = tick(start);
                note.duration = (tick(end.max(start + 1)) - note.onset).max(1);
            }
            track.cut_overlaps();
        }
        score.close();
        score
    }

    /// The score with another resolution, in `1..=32767` ticks a quarter; times are rounded.
    #[must_use]
    pub fn with_resolution(&self, ticks_per_quarter: u32) -> Self {
        let wanted = ticks_per_quarter.clamp(1, 32767);
        let (from, to) = (u64::from(self.ticks_per_quarter.max(1)), u64::from(wanted));
        let scale =
            |tick: u32| u32::try_from((u64::from(tick) * to + from / 2) / from).unwrap_or(u32::MAX);
        let mut score = self.clone();
        score.ticks_per_quarter = wanted;
        score.length = scale(self.length);
        for note in score.tracks.iter_mut().flat_map(|track| &mut track.notes) {
            let end = scale(note.end());
            note.onset = scale(note.onset);
            note.duration = (end - note.onset).max(1);
        }
        score.move_marks(scale);
        for span in &mut score.chords {
            let end = scale(chord_end(span));
            *span = ChordSpan {
                onset: scale(span.onset),
                duration: end - scale(span.onset),
                ..*span
            };
        }
        score.close();
        score
    }

    /// Appends a score at the end of this one's last bar.
    ///
    /// Its tracks join those of the same name, role, program and channel; others are added. Its
    /// tempo, metre and key come into force; what it leaves to the default is stated.
    pub fn append(&mut self, other: &Self) {
        let mut other = other.with_resolution(self.ticks_per_quarter);
        let start = self.bar_lines().last().copied().unwrap_or(0);
        if start > 0 {
            other.state_defaults();
        }
        let place = |tick: u32| tick.saturating_add(start);
        other.move_marks(place);
        for mut track in other.tracks {
            for note in &mut track.notes {
                note.onset = place(note.onset);
            }
            let same = |known: &&mut crate::Track| {
                (&known.name, known.role, known.program, known.channel)
                    == (&track.name, track.role, track.program, track.channel)
            };
            match self.tracks.iter_mut().find(same) {
                Some(known) => known.notes.append(&mut track.notes),
                None => self.tracks.push(track),
            }
        }
        self.tempos.retain(|change| change.tick < start);
        self.meters.retain(|change| change.tick < start);
        self.keys.retain(|change| change.tick < start);
        self.tempos.append(&mut other.tempos);
        self.meters.append(&mut other.meters);
        self.keys.append(&mut other.keys);
        self.sections.append(&mut other.sections);
        self.chords.retain(|span| span.onset < start);
        self.chords
            .extend(other.chords.iter().map(|span| ChordSpan {
                onset: place(span.onset),
                ..*span
            }));
        self.length = place(other.length);
        self.close();
    }

    /// Writes the tempo and metre at the start where they are left to the default.
    fn state_defaults(&mut self) {
        if self.tempos.first().is_none_or(|change| change.tick > 0) {
            self.tempos.insert(
                0,
                TempoChange {
                    tick: 0,
                    bpm: Bpm::clamped(120.0),
                },
            );
        }
        if self.meters.first().is_none_or(|change| change.tick > 0) {
            self.meters.insert(
                0,
                MeterChange {
                    tick: 0,
                    meter: Meter::COMMON,
                },
            );
        }
    }

    /// Moves tempos, metres, keys and sections.
    fn move_marks(&mut self, place: impl Fn(u32) -> u32) {
        let tempos = self.tempos.iter_mut().map(|TempoChange { tick, .. }| tick);
        let meters = self.meters.iter_mut().map(|MeterChange { tick, .. }| tick);
        let keys = self.keys.iter_mut().map(|KeyChange { tick, .. }| tick);
        let sections = self.sections.iter_mut().map(|Section { tick, .. }| tick);
        for tick in tempos.chain(meters).chain(keys).chain(sections) {
            *tick = place(*tick);
        }
    }
}

/// Changes within a stretch and the one in force at its start, counted from there.
fn cut<T: Copy>(changes: &[T], start: u32, end: u32, tick: fn(&mut T) -> &mut u32) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for &change in changes {
        let mut change = change;
        let place = tick(&mut change);
        if *place >= end {
            break;
        }
        if *place <= start {
            kept.clear();
        }
        *place = place.saturating_sub(start);
        kept.push(change);
    }
    kept
}

/// The part of a chord within a stretch, counted from its start.
fn cut_chord(span: &ChordSpan, start: u32, end: u32) -> ChordSpan {
    let onset = span.onset.max(start);
    let duration = chord_end(span).min(end) - onset;
    ChordSpan {
        onset: onset - start,
        duration,
        ..*span
    }
}

fn chord_end(span: &ChordSpan) -> u32 {
    span.onset.saturating_add(span.duration)
}

/// A pitch moved by octaves into `0..128`.
fn folded(pitch: i64) -> u8 {
    let class = pitch.rem_euclid(12);
    let inside = match pitch {
        ..0 => class,
        0..128 => pitch,
        _ => 108 + class + if class < 8 { 12 } else { 0 },
    };
    inside as u8
}

#[cfg(test)]
mod tests {
    use crate::{Score, notation};

    /// Edits a piece in the notation and prints the result.
    #[track_caller]
    fn check(text: &str, edit: impl Fn(&Score) -> Score, expected: &str) {
        assert_eq!(
            notation::print(&edit(&notation::parse(text).unwrap())),
            expected
        );
    }

    #[test]
    fn slices() {
        let piece = "key = Am; harmony = Am:w+h F:h; C4:w | D4:h E4:h~ | E4:h F4:h";
        let middle = "key = A minor\nharmony = Am:h F:h\nmelody = D4:h E4:h";
        check(piece, |score| score.slice_bars(1, 2), middle);
        check(
            piece,
            |score| score.slice_bars(2, 9),
            "key = A minor\nmelody = r:h F4:h",
        );
        check(
            piece,
            |score| score.slice_bars(0, 3),
            &notation::print(&notation::parse(piece).unwrap()),
        );
        check(
            piece,
            |score| score.slice_bars(2, 1),
            "key = A minor\nmelody = ",
        );
    }

    #[test]
    fn transposes() {
        let piece = "key = Am; harmony = Am/C:w; C4:h G9:h; drums = kick:w";
        let up = "key = C minor\nharmony = Cm/Eb:w\nmelody = Eb4:h Bb8:h\ndrums = kick:w";
        check(piece, |score| score.transposed(3), up);
        check("C4:w", |score| score.transposed(i32::MAX), "melody = G9:w");
        check("C-1:w", |score| score.transposed(-1), "melody = B-1:w");
    }

    #[test]
    fn quantizes() {
        check(
            "r:7 C4:231 D4:255 E4:10",
            |score| score.quantized(4),
            "melody = C4:e D4:e E4:s",
        );
        check(
            "C4:e3 D4:e3 E4:e3",
            |score| score.quantized(12),
            "melody = C4:e3 D4:e3 E4:e3",
        );
    }

    #[test]
    fn changes_resolution() {
        let piece = notation::parse("harmony = F:q. C:e; C4:q. D4:e3").unwrap();
        let coarse = piece.with_resolution(24);
        assert_eq!(
            (
                coarse.tracks[0].notes[1].onset,
                coarse.tracks[0].notes[1].duration
            ),
            (36, 8)
        );
        assert_eq!(coarse.with_resolution(480), piece);
    }

    #[test]
    fn appends() {
        let mut piece = notation::parse("tempo = 90; C4:w D4:h").unwrap();
        piece.append(&notation::parse("melody = E4:w; bass = C2:w; harmony = C:w").unwrap());
        let notes = "harmony = r:w | r:w | C:w";
        let printed = notation::print(&piece);
        assert!(
            printed.contains(notes) && printed.contains("melody = C4:w | D4:h r:h | E4:w"),
            "{printed}"
        );
        let tempos: Vec<_> = piece
            .tempos
            .iter()
            .map(|change| (change.tick, change.bpm.get()))
            .collect();
        assert_eq!(tempos, [(0, 90.0), (3840, 120.0)]);
        assert_eq!((piece.length, piece.tracks.len()), (5760, 2));
        let mut empty = Score::default();
        let one = notation::parse("C4:w").unwrap();
        empty.append(&one);
        assert_eq!(empty, one);
    }
}
