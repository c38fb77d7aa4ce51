//! Voices: which notes of a score are its melody, its bass and its accompaniment.

use affetto_music::{Note, Role, Score, Track};

/// What a note belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// The tune, one note at a time.
    Melody,
    /// The lowest line of a band, one note at a time.
    Bass,
    /// Everything else that has pitch.
    Chords,
}

impl Voice {
    /// All voices in the order in which they are written.
    pub const ALL: [Self; 3] = [Self::Melody, Self::Bass, Self::Chords];

    /// The role that it has in a band.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Melody => Role::Melody,
            Self::Bass => Role::Bass,
            Self::Chords => Role::Chords,
        }
    }
}

/// Lowest pitch that a melody goes to where it has to be found among the notes of a piano.
const LOWEST_MELODY: u8 = 55;
/// General MIDI programs of basses.
const BASSES: std::ops::Range<u8> = 32..40;
/// Words in track names that tell a melody.
const MELODY_NAMES: [&str; 6] = ["melod", "vocal", "voice", "lead", "sing", "vox"];
/// Sounds that play no notes: effects from General MIDI's 121st program on.
const FIRST_EFFECT: u8 = 120;

/// The notes of each voice, in the order of [`Voice::ALL`], sorted.
///
/// Roles and names of tracks count where they tell; a single track, or two of one piano, is split
/// by its upper line (the skyline of Uitdenbogerd and Zobel 1998).
#[must_use]
pub fn voices(score: &Score) -> [Vec<Note>; 3] {
    let Some(found) = track_voices(score) else {
        let tracks: Vec<&Track> = pitched(score).map(|(_, track)| track).collect();
        return piano(&tracks);
    };
    let mut voices: [Vec<Note>; 3] = Default::default();
    for (track, voice) in score.tracks.iter().zip(found) {
        if let Some(voice) = voice {
            voices[voice as usize].extend(&track.notes);
        }
    }
    voices[Voice::Melody as usize] = one_at_a_time(&voices[Voice::Melody as usize], Line::Upper);
    voices[Voice::Bass as usize] = one_at_a_time(&voices[Voice::Bass as usize], Line::Lower);
    voices[Voice::Chords as usize].sort_unstable();
    voices
}

/// The voice of each track, `None` for drums, effects and tracks without notes; no answer for the
/// tracks of one piano, which hold several voices.
#[must_use]
pub fn track_voices(score: &Score) -> Option<Vec<Option<Voice>>> {
    let (places, tracks): (Vec<usize>, Vec<&Track>) = pitched(score).unzip();
    let melody = melody_track(&tracks);
    let is_band = tracks.iter().any(|track| is_bass(track)) || tracks.len() > 3;
    if melody.is_none() && !is_band {
        return None;
    }
    let melody = melody.or_else(|| likely_melody(&tracks));
    let bass = bass_track(&tracks, melody);
    let mut voices = vec![None; score.tracks.len()];
    for (index, place) in places.into_iter().enumerate() {
        voices[place] = Some(match index {
            _ if Some(index) == melody => Voice::Melody,
            _ if Some(index) == bass => Voice::Bass,
            _ => Voice::Chords,
        });
    }
    Some(voices)
}

/// The tracks that play notes with pitch, with their places in the score.
fn pitched(score: &Score) -> impl Iterator<Item = (usize, &Track)> {
    let plays = |track: &Track| {
        !track.is_drums() && !track.notes.is_empty() && track.program < FIRST_EFFECT
    };
    let tracks = score.tracks.iter().enumerate();
    tracks.filter(move |(_, track)| plays(track))
}

fn is_bass(track: &Track) -> bool {
    track.role == Role::Bass || BASSES.contains(&track.program)
}

/// The track that says that it is the melody.
fn melody_track(tracks: &[&Track]) -> Option<usize> {
    let by_role = tracks.iter().position(|track| track.role == Role::Melody);
    by_role.or_else(|| {
        tracks.iter().position(|track| {
            let name = track.name.to_lowercase();
            MELODY_NAMES.iter().any(|known| name.contains(known)) && !is_bass(track)
        })
    })
}

/// The track most like a tune: high, seldom two notes at once, and playing for much of the time.
fn likely_melody(tracks: &[&Track]) -> Option<usize> {
    let likeness = |track: &Track| {
        let n = track.notes.len() as f64;
        let onsets = track.notes.chunk_by(|a, b| a.onset == b.onset).count() as f64;
        let mean = track
            .notes
            .iter()
            .map(|note| f64::from(note.pitch))
            .sum::<f64>()
            / n;
        let alone = onsets / n;
        let register = 1.0 - ((mean - 72.0) / 20.0).abs().min(1.0);
        3.0 * alone + register + (n / 400.0).min(1.0)
    };
    (0..tracks.len())
        .filter(|&index| !is_bass(tracks[index]))
        .max_by(|&a, &b| likeness(tracks[a]).total_cmp(&likeness(tracks[b])))
}

/// The bass by program or role, else the lowest of at least three tracks.
fn bass_track(tracks: &[&Track], melody: Option<usize>) -> Option<usize> {
    let others = || (0..tracks.len()).filter(move |&index| Some(index) != melody);
    let named = others()
        .filter(|&index| is_bass(tracks[index]))
        .max_by_key(|&index| tracks[index].notes.len());
    let mean = |index: usize| {
        let notes = &tracks[index].notes;
        notes.iter().map(|note| f64::from(note.pitch)).sum::<f64>() / notes.len() as f64
    };
    named.or_else(|| {
        let lowest = others().min_by(|&a, &b| mean(a).total_cmp(&mean(b)))?;
        (tracks.len() >= 3 && mean(lowest) < 52.0).then_some(lowest)
    })
}

/// Melody and accompaniment of a piano.
fn piano(tracks: &[&Track]) -> [Vec<Note>; 3] {
    let mut notes: Vec<Note> = tracks
        .iter()
        .flat_map(|track| track.notes.iter().copied())
        .collect();
    notes.sort_unstable();
    let (mut melody, mut rest) = (Vec::<Note>::new(), Vec::new());
    for onset in notes.chunk_by(|a, b| a.onset == b.onset) {
        let (top, others) = onset
            .split_last()
            .map_or((None, onset), |(t, o)| (Some(t), o));
        rest.extend(others);
        let Some(&top) = top else { continue };
        // An accompaniment that moves below a held tune is no tune.
        let held = melody.last().is_some_and(|last: &Note| {
            last.end() > top.onset + (last.duration / 4) && last.pitch > top.pitch + 4
        });
        if top.pitch >= LOWEST_MELODY && !held {
            melody.push(top);
        } else {
            rest.push(top);
        }
    }
    rest.sort_unstable();
    [one_at_a_time(&melody, Line::Upper), Vec::new(), rest]
}

/// Which of two notes that start together stays.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    Upper,
    Lower,
}

/// Notes one at a time: each ends where the next starts.
fn one_at_a_time(notes: &[Note], line: Line) -> Vec<Note> {
    let mut sorted = notes.to_vec();
    sorted.sort_unstable();
    let mut single: Vec<Note> = sorted
        .chunk_by(|a, b| a.onset == b.onset)
        .filter_map(|onset| match line {
            Line::Upper => onset.last(),
            Line::Lower => onset.first(),
        })
        .copied()
        .collect();
    for index in 1..single.len() {
        let next = single[index].onset;
        let note = &mut single[index - 1];
        note.duration = note.duration.min(next - note.onset);
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tracks as `name program: notes`, with the expected numbers of notes a voice.
    #[track_caller]
    fn check(tracks: &[(&str, u8, &[u8])], expected: [usize; 3]) {
        let mut score = Score::default();
        for (index, (name, program, pitches)) in tracks.iter().enumerate() {
            let mut track = Track::new(*name, Role::Other, *program, index as u8);
            track.notes = pitches
                .iter()
                .enumerate()
                .map(|(i, &pitch)| Note {
                    onset: i as u32 * 480,
                    pitch,
                    duration: 480,
                    velocity: 80,
                })
                .collect();
            score.tracks.push(track);
        }
        score.close();
        assert_eq!(voices(&score).map(|notes| notes.len()), expected);
    }

    #[test]
    fn tracks_become_voices() {
        let tune: &[u8] = &[72, 74, 76, 77];
        let low: &[u8] = &[36, 43, 36, 43];
        let middle: &[u8] = &[60, 62, 64, 60];
        check(&[("MELODY", 0, tune), ("PIANO", 0, middle)], [4, 0, 4]);
        check(&[("", 33, low), ("", 73, tune), ("", 0, middle)], [4, 4, 4]);
        check(&[("right", 0, tune), ("left", 0, low)], [4, 0, 4]);
        check(&[("", 0, tune)], [4, 0, 0]);
        check(&[("", 0, low)], [0, 0, 4]);
        check(&[("rain", 122, tune)], [0, 0, 0]);
        check(&[], [0, 0, 0]);
    }

    #[test]
    fn melodies_have_one_note_at_a_time() {
        let note = |onset, pitch, duration| Note {
            onset,
            pitch,
            duration,
            velocity: 80,
        };
        let notes = [note(0, 72, 960), note(0, 76, 480), note(240, 79, 480)];
        let upper = vec![note(0, 76, 240), note(240, 79, 480)];
        assert_eq!(one_at_a_time(&notes, Line::Upper), upper);
        let lower = vec![note(0, 72, 240), note(240, 79, 480)];
        assert_eq!(one_at_a_time(&notes, Line::Lower), lower);
    }
}
