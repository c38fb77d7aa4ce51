//! Music that leads from one piece to another.

pub use affetto_compose::rework::{Crossing, Pivot};
use affetto_compose::rework::{End, Roles, bridge};
pub use affetto_compose::roman;
use affetto_music::{Score, Track, midi};

use crate::redo::{GRID_STEPS, genre_of, refuse_given};
use crate::request::{DefaultStrategy, MusicRequest};
use crate::{Affect, Engine, Error, Piece};

/// Bars at the end of one piece and the start of the other that are heard.
const HEARD_BARS: usize = 8;
/// Bars of a bridge when nobody says.
const DEFAULT_BARS: u32 = 8;
/// MIDI channels of a file.
const CHANNELS: u8 = 16;
/// The channel of percussion.
const DRUM_CHANNEL: u8 = 9;

/// A bridge between two pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridged {
    /// The bridge alone.
    pub piece: Piece,
    /// Keys, tempi, moods and the chord on which the key turns.
    pub crossing: Crossing,
    from: Score,
    to: Score,
}

impl Engine {
    /// Composes bars (8 when the request does not say) that lead from the end of one MIDI file to
    /// the start of another: tempo and mood go bar by bar from what the in-loop model hears in the
    /// last eight bars of the one to the first eight of the other, the key turns on a chord of both
    /// keys. Genre, seed, writer and candidates are the request's; where it names no genre, that of
    /// the first piece if affetto composed it.
    ///
    /// # Errors
    /// [`Error::User`] for bytes that are no MIDI file or hold no notes, a number of bars outside
    /// 1..=2000, and a request for what the two pieces decide.
    pub fn bridge(&self, from: &[u8], to: &[u8], request: &MusicRequest) -> Result<Bridged, Error> {
        refuse_what_the_pieces_tell(request)?;
        let from = read("first", from)?;
        let to = read("second", to)?;
        let listener = self.listener()?;
        let whole = from.bar_lines().len() - 1;
        let last = from.slice_bars(whole.saturating_sub(HEARD_BARS), whole);
        let moods = (
            listener.hear(&last),
            listener.hear(&to.slice_bars(0, HEARD_BARS)),
        );
        let mut request = request.clone();
        (request.valence, request.arousal) = (Some(moods.0.v()), Some(moods.0.a()));
        request.goal = Some((moods.1.v(), moods.1.a()));
        request.genre = request.genre.or_else(|| genre_of(&from));
        request.texture = Some(Roles::of(&last).texture().name().to_owned());
        let bars = *request.bars.get_or_insert(DEFAULT_BARS);
        let understood = self.understand(&request, DefaultStrategy::Match)?;
        let mut composer = self.composer(understood.music.clone())?;
        let end = |score, mood: Affect| End { score, mood };
        let made = bridge(&mut composer, end(&from, moods.0), end(&to, moods.1), bars)?;
        let title = format!(
            "From {} to {}",
            title(&from, "one piece"),
            title(&to, "another")
        );
        let mut piece = Piece::from_bars(&made.bars, understood, Some(title));
        for score in [&mut piece.score, &mut piece.performed] {
            sit_at(score, &from);
        }
        Ok(Bridged {
            piece,
            crossing: made.crossing,
            from,
            to,
        })
    }
}

impl Bridged {
    /// Both pieces with the bridge between them as one piece.
    ///
    /// # Errors
    /// [`Error::User`] when the instruments need more MIDI channels than a file has.
    pub fn joined(&self) -> Result<Piece, Error> {
        let performed = join([&self.from, &self.piece.performed, &self.to])?;
        let score = join([
            &self.from.quantized(GRID_STEPS),
            &self.piece.score,
            &self.to.quantized(GRID_STEPS),
        ])?;
        Ok(Piece {
            bars: performed.bar_lines().len() - 1,
            score,
            performed,
            ..self.piece.clone()
        })
    }
}

fn read(which: &str, bytes: &[u8]) -> Result<Score, Error> {
    let score = midi::read(bytes)?;
    if Roles::of(&score).present().next().is_some() {
        return Ok(score);
    }
    Err(Error::user_hint(
        "no_notes",
        format!("the {which} piece holds no notes"),
        "give MIDI files with some bars of music",
    ))
}

fn title<'a>(score: &'a Score, else_called: &'a str) -> &'a str {
    score.title.as_deref().unwrap_or(else_called)
}

/// Mood, key, tempo, texture and what comes before are those of the pieces.
fn refuse_what_the_pieces_tell(request: &MusicRequest) -> Result<(), Error> {
    let is_mood = request.text.is_some()
        || request.sensed.is_some()
        || request.valence.is_some()
        || request.goal.is_some()
        || request.strategy.is_some();
    let given = [
        ("a mood", is_mood),
        ("a key", request.key.is_some()),
        ("a tempo", request.tempo.is_some()),
        ("a texture", request.texture.is_some()),
        ("chords", request.chords.is_some()),
        ("a length in seconds", request.seconds.is_some()),
        ("a primer", request.primer.is_some()),
    ];
    refuse_given(
        &given,
        "a bridge is composed",
        "leave it out: both pieces tell it",
    )
}

/// Tracks that play on an instrument of the old piece take its place there.
fn sit_at(score: &mut Score, old: &Score) {
    for track in &mut score.tracks {
        let same = |known: &&Track| {
            (&known.name, known.program, known.is_drums())
                == (&track.name, track.program, track.is_drums())
        };
        if let Some(known) = old.tracks.iter().find(same) {
            (track.role, track.channel) = (known.role, known.channel);
        }
    }
}

/// Scores one after the other; tracks with other instruments get channels of their own.
fn join(scores: [&Score; 3]) -> Result<Score, Error> {
    let [first, rest @ ..] = scores;
    let mut whole = first.clone();
    for score in rest {
        let mut next = score.clone();
        for track in &mut next.tracks {
            find_channel(track, &whole.tracks)?;
            // What comes later must not take the channel again.
            let mut seat = track.clone();
            seat.notes.clear();
            let same = |known: &Track| {
                (&known.name, known.role, known.program, known.channel)
                    == (&seat.name, seat.role, seat.program, seat.channel)
            };
            if !whole.tracks.iter().any(same) {
                whole.tracks.push(seat);
            }
        }
        whole.append(&next);
    }
    whole.tracks.retain(|track| !track.notes.is_empty());
    Ok(whole)
}

/// Puts a track on a channel where nobody plays another instrument.
fn find_channel(track: &mut Track, others: &[Track]) -> Result<(), Error> {
    if track.is_drums() {
        let kit = others.iter().find(|other| other.is_drums());
        track.program = kit.map_or(track.program, |kit| kit.program);
        track.channel = DRUM_CHANNEL;
        return Ok(());
    }
    let sound = |track: &Track| (track.program, track.volume, track.pan);
    let own = sound(track);
    let is_free = |channel: u8| {
        let there = others.iter().filter(|other| other.channel == channel);
        channel != DRUM_CHANNEL && there.into_iter().all(|other| sound(other) == own)
    };
    let taken = std::iter::once(track.channel).chain(0..CHANNELS);
    let Some(channel) = taken.into_iter().find(|&channel| is_free(channel)) else {
        return Err(Error::user_hint(
            "too_many_channels",
            format!("both pieces and the bridge need more than {CHANNELS} MIDI channels"),
            "write the bridge as a file of its own, without --join",
        ));
    };
    track.channel = channel;
    Ok(())
}

#[cfg(test)]
mod tests {
    use affetto_music::{Role, notation};

    use super::*;
    use crate::{FileFormat, LoudnessMode, Settings};

    const SLOW: &str = "tempo = 72; key = A minor
melody(73) = A4:h E4:h | C5:h A4:h | D5:h C5:h | B4:w | A4:h E4:h | C5:h A4:h | B4:h G#4:h | A4:w
bass(32) = A2:w | A2:w | D3:w | E3:w | A2:w | A2:w | E3:w | A2:w";
    const FAST: &str = "tempo = 140; key = C major
melody(0) = C5:e E5:e G5:e E5:e C5:e E5:e G5:e E5:e | F5:e A5:e C5:e A5:e F5:e A5:e C5:e A5:e
chords(24) = [C4 E4 G4]:q [C4 E4 G4]:q [C4 E4 G4]:q [C4 E4 G4]:q | [F4 A4 C4]:q [F4 A4 C4]:q [F4 A4 C4]:q [F4 A4 C4]:q";

    fn bytes(text: &str) -> Vec<u8> {
        midi::write(&notation::parse(text).unwrap())
    }

    fn engine() -> Engine {
        Engine::new(Settings::default()).unwrap()
    }

    fn once() -> MusicRequest {
        MusicRequest {
            candidates: Some(2),
            bars: Some(4),
            ..MusicRequest::default()
        }
    }

    #[test]
    fn a_bridge_goes_from_tempo_to_tempo_and_mood_to_mood() {
        let made = engine()
            .bridge(&bytes(SLOW), &bytes(FAST), &once())
            .unwrap();
        assert_eq!(made.piece.bars, 4);
        let tempi: Vec<f64> = made
            .piece
            .performed
            .tempos
            .iter()
            .map(|change| change.bpm.get().round())
            .collect();
        assert_eq!(tempi, [86.0, 99.0, 113.0, 126.0]);
        let (from, to) = made.crossing.moods;
        assert!(from.a() < to.a(), "{from:?} {to:?}");
        assert_eq!(made.crossing.keys.1.to_string(), "C major");
    }

    #[test]
    fn joined_pieces_stay_what_they_are() {
        let made = engine()
            .bridge(&bytes(SLOW), &bytes(FAST), &once())
            .unwrap();
        let whole = made.joined().unwrap();
        assert_eq!(whole.bars, 8 + 4 + 2);
        let notes = |score: &Score, from: u32, to: u32| {
            let notes = score.tracks.iter().flat_map(|track| {
                let program = track.program;
                track
                    .notes
                    .iter()
                    .map(move |note| (note.onset, note.pitch, note.duration, program))
            });
            let mut notes: Vec<_> = notes
                .filter(|note| (from..to).contains(&note.0))
                .map(|note| (note.0 - from, note.1, note.2, note.3))
                .collect();
            notes.sort_unstable();
            notes
        };
        let bar = 1920;
        let (slow, fast) = (
            notation::parse(SLOW).unwrap(),
            notation::parse(FAST).unwrap(),
        );
        let performed = &whole.performed;
        assert_eq!(notes(performed, 0, 8 * bar), notes(&slow, 0, 8 * bar));
        assert_eq!(
            notes(performed, 12 * bar, 14 * bar),
            notes(&fast, 0, 2 * bar)
        );
        let mut sounds: Vec<_> = performed
            .tracks
            .iter()
            .map(|track| (track.channel, track.program))
            .collect();
        sounds.sort_unstable();
        sounds.dedup();
        let n = sounds.len();
        sounds.dedup_by_key(|sound| sound.0);
        assert_eq!(sounds.len(), n, "two instruments share a channel");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let engine = engine();
        let midi = || {
            let made = engine.bridge(&bytes(SLOW), &bytes(FAST), &once()).unwrap();
            let piece = made.joined().unwrap();
            engine
                .export(&piece, FileFormat::Midi, LoudnessMode::Asked)
                .unwrap()
        };
        assert_eq!(midi(), midi());
    }

    #[track_caller]
    fn check(change: impl Fn(&mut MusicRequest), second: &[u8], expected: &str) {
        let mut request = once();
        change(&mut request);
        let error = engine().bridge(&bytes(SLOW), second, &request).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn mistakes_are_named() {
        let fast = bytes(FAST);
        let empty = midi::write(&Score::default());
        check(|_| {}, &empty, "the second piece holds no notes");
        check(
            |request| request.bars = Some(0),
            &fast,
            "number of bars must be between 1 and 2000, but was 0",
        );
        check(
            |request| request.text = Some("sad".into()),
            &fast,
            "a mood cannot be asked for where a bridge is composed",
        );
    }

    #[test]
    fn drums_share_their_channel() {
        let mut drums = Track::new("Drums", Role::Drums, 8, 3);
        find_channel(&mut drums, &[Track::new("Kit", Role::Drums, 0, 9)]).unwrap();
        assert_eq!((drums.channel, drums.program), (9, 0));
    }
}
