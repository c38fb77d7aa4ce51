//! Bars of a piece composed anew, the rest left as it is.

use std::ops::Range;

use affetto_compose::rework::{Harmony, Notes, Rewriting, Roles, rewrite, splice};
use affetto_compose::{Genre, Writer};
use affetto_music::{Role, Score, midi};

use crate::request::{DefaultStrategy, MusicRequest};
use crate::{Engine, Error, Piece};

/// What of a piece is composed anew, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Redo {
    /// Bars from 1, e.g. `"9-12"` or `"3,7-8"`.
    pub bars: String,
    /// Roles that stay, e.g. `["drums", "bass"]`.
    pub keep: Vec<String>,
    /// Roles that are written, all others staying; instead of `keep`.
    pub only: Vec<String>,
    /// Chords of the new bars. Chords of the request count as new ones.
    pub harmony: Harmony,
}

impl Engine {
    /// Composes bars of a MIDI file anew and leaves the rest untouched to the tick. The mood is that
    /// of the request, else what the in-loop listening model hears in the piece; key, tempo, metre
    /// and players are the piece's. The same request gives the same bytes.
    ///
    /// # Errors
    /// [`Error::User`] for bytes that are no MIDI file or hold no notes, bars and roles that the
    /// piece does not have, and whatever is wrong with the request.
    pub fn redo_midi(
        &self,
        bytes: &[u8],
        redo: &Redo,
        request: &MusicRequest,
    ) -> Result<Piece, Error> {
        let performed = midi::read(bytes)?;
        self.redo(&performed, None, redo, request)
    }

    /// Composes bars of a composed piece anew, as [`Self::redo_midi`] does; the result is a piece
    /// of its own.
    ///
    /// # Errors
    /// As [`Self::redo_midi`].
    pub fn redo_piece(
        &self,
        piece: &Piece,
        redo: &Redo,
        request: &MusicRequest,
    ) -> Result<Piece, Error> {
        let genre = piece.understood.music.genre.name().to_owned();
        let request = MusicRequest {
            genre: request.genre.clone().or(Some(genre)),
            ..request.clone()
        };
        self.redo(&piece.performed, Some(&piece.score), redo, &request)
    }

    fn redo(
        &self,
        performed: &Score,
        written: Option<&Score>,
        redo: &Redo,
        request: &MusicRequest,
    ) -> Result<Piece, Error> {
        let bars = bars(&redo.bars)?;
        let present = Roles::of(performed);
        let roles = roles(&present, redo)?;
        refuse_what_the_piece_tells(request)?;
        let is_new = redo.harmony == Harmony::New || request.chords.is_some();
        let harmony = if is_new { Harmony::New } else { redo.harmony };
        refuse_clash(&present, &roles, harmony)?;
        let listener = self.listener()?;
        let has_mood =
            request.text.is_some() || request.sensed.is_some() || request.valence.is_some();
        let mut request = request.clone();
        if !has_mood {
            let heard = listener.hear(performed);
            (request.valence, request.arousal) = (Some(heard.v()), Some(heard.a()));
        }
        request.genre = request.genre.or_else(|| genre_of(performed));
        request.texture = Some(present.texture().name().to_owned());
        let mut understood = self.understand(&request, DefaultStrategy::Match)?;
        understood.music.target = understood.plan.goal();
        let mut composer = self.composer(understood.music.clone())?;
        let wanted = Rewriting {
            bars: &bars,
            roles: &roles,
            harmony,
        };
        let made = rewrite(&mut composer, performed, wanted)?;
        let notes = if has_mood {
            Notes::Performed
        } else {
            Notes::Leveled
        };
        let mut performed = splice(performed, &made, notes);
        let mut score = match written {
            Some(score) => splice(score, &made, Notes::Written),
            None => performed.quantized(GRID_STEPS),
        };
        let requested = understood.music.target;
        let stretch = bars.first().map_or(0, |b| b.start)..bars.last().map_or(0, |b| b.end);
        let heard = listener.hear(&performed.slice_bars(stretch.start, stretch.end));
        let comment = comment(redo, &roles, &understood.music);
        for score in [&mut score, &mut performed] {
            score.comments.push(comment.clone());
        }
        Ok(Piece {
            title: performed.title.clone().unwrap_or_else(|| "Untitled".into()),
            requested,
            heard: Some(heard),
            bars: performed.bar_lines().len() - 1,
            score,
            performed,
            understood,
        })
    }
}

/// Steps of a quarter note to which the notation of a file is brought: sixteenths and triplets.
pub(crate) const GRID_STEPS: u32 = 12;
/// What comments of composed pieces begin with.
const COMPOSED_BY: &str = "Composed by affetto";

/// The genre that a piece of ours says it has.
pub(crate) fn genre_of(score: &Score) -> Option<String> {
    let ours = score
        .comments
        .iter()
        .filter(|comment| comment.starts_with(COMPOSED_BY));
    let mut words = ours.flat_map(|comment| comment.split(", "));
    let genre = words.find_map(|word| word.parse::<Genre>().ok())?;
    Some(genre.name().to_owned())
}

/// Reads bars as people count them into sorted stretches from 0; those that touch become one.
fn bars(text: &str) -> Result<Vec<Range<usize>>, Error> {
    let refuse = || {
        let text: String = text.chars().take(80).collect();
        Error::user_hint(
            "invalid_request",
            format!("cannot read the bars {text:?}"),
            "give bars from 1 on with the last one included, e.g. 9-12 or 3,7-8",
        )
    };
    let mut ranges = Vec::new();
    for word in text.split(',') {
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| refuse());
        let (from, to) = (number(from)? as usize, number(to)? as usize);
        if from == 0 || to < from {
            return Err(refuse());
        }
        ranges.push(from - 1..to);
    }
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    Ok(joined)
}

/// The roles that are written.
fn roles(present: &Roles, redo: &Redo) -> Result<Vec<Role>, Error> {
    let has: Vec<Role> = present.present().collect();
    if has.is_empty() {
        return Err(Error::user_hint(
            "no_notes",
            "the piece holds no notes",
            "give a MIDI file with some bars of music",
        ));
    }
    if !redo.keep.is_empty() && !redo.only.is_empty() {
        return Err(Error::user(
            "invalid_request",
            "say which roles to keep or which to write, not both",
        ));
    }
    let listed = |roles: &[Role]| {
        let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
        names.join(", ")
    };
    let read = |name: &String| {
        let role = Role::from_name(name).ok_or_else(|| {
            let name: String = name.chars().take(40).collect();
            Error::user(
                "unknown_name",
                format!(
                    "unknown role {name:?}, expected one of: {}",
                    listed(Role::ALL)
                ),
            )
        })?;
        if has.contains(&role) {
            return Ok(role);
        }
        Err(Error::user(
            "unknown_name",
            format!("the piece has no {}; it has: {}", role.name(), listed(&has)),
        ))
    };
    let named: Vec<Role> = redo
        .keep
        .iter()
        .chain(&redo.only)
        .map(read)
        .collect::<Result<_, _>>()?;
    let written: Vec<Role> = has
        .iter()
        .copied()
        .filter(|role| redo.only.is_empty() != named.contains(role))
        .collect();
    if written.is_empty() {
        return Err(Error::user(
            "invalid_request",
            format!(
                "nothing is left to write: the piece has {}, and all of it is kept",
                listed(&has)
            ),
        ));
    }
    Ok(written)
}

/// Key, tempo, texture, length and what comes before are the piece's.
fn refuse_what_the_piece_tells(request: &MusicRequest) -> Result<(), Error> {
    let given = [
        ("a key", request.key.is_some()),
        ("a tempo", request.tempo.is_some()),
        ("a texture", request.texture.is_some()),
        (
            "a length",
            request.bars.is_some() || request.seconds.is_some(),
        ),
        ("a primer", request.primer.is_some()),
    ];
    refuse_given(
        &given,
        "bars of a piece are composed anew",
        "leave it out: it is that of the piece",
    )
}

/// Refuses the first of several things that was given although pieces decide it.
pub(crate) fn refuse_given(
    given: &[(&str, bool)],
    place: &str,
    hint: &'static str,
) -> Result<(), Error> {
    match given.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((what, _)) => Err(Error::user_hint(
            "invalid_request",
            format!("{what} cannot be asked for where {place}"),
            hint,
        )),
    }
}

/// New chords need everybody who plays pitches to follow.
fn refuse_clash(present: &Roles, written: &[Role], harmony: Harmony) -> Result<(), Error> {
    let stays = |role: &Role| *role != Role::Drums && !written.contains(role);
    match present.present().find(stays) {
        Some(role) if harmony == Harmony::New => Err(Error::user_hint(
            "invalid_request",
            format!("new chords would clash with the {} that stays", role.name()),
            "keep drums alone, or keep the chords of the piece",
        )),
        _ => Ok(()),
    }
}

/// What was done to a piece.
fn comment(redo: &Redo, roles: &[Role], music: &affetto_compose::Request) -> String {
    let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
    let writer = match music.writer {
        Writer::Rules => "rule source",
        Writer::Neural => "note model",
    };
    format!(
        "Bars {} composed anew by affetto {} ({writer}, {} candidates a bar): {}, valence,arousal {:.2},{:.2}, seed {}",
        redo.bars,
        env!("CARGO_PKG_VERSION"),
        music.candidates,
        names.join("+"),
        music.target.v(),
        music.target.a(),
        music.seed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileFormat, LoudnessMode, Settings};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let told = bars(text).map_or_else(|error| error.to_string(), |bars| format!("{bars:?}"));
        assert_eq!(told, expected);
    }

    #[test]
    fn bars_are_read_as_people_count_them() {
        check("9-12", "[8..12]");
        check("3", "[2..3]");
        check("7-8, 3", "[2..3, 6..8]");
        check("1-4,5-6,3-5", "[0..6]");
        for wrong in ["", "0", "4-3", "x", "1-", "1-2-3", "-1", "99999999999"] {
            check(wrong, &format!("cannot read the bars {wrong:?}"));
        }
    }

    fn engine() -> Engine {
        Engine::new(Settings::default()).unwrap()
    }

    fn piece(engine: &Engine, texture: &str) -> Piece {
        let request = MusicRequest {
            valence: Some(0.4),
            arousal: Some(0.5),
            bars: Some(8),
            candidates: Some(1),
            texture: Some(texture.into()),
            ..MusicRequest::default()
        };
        engine.compose(&request).unwrap()
    }

    fn once() -> MusicRequest {
        MusicRequest {
            candidates: Some(2),
            seed: Some(7),
            ..MusicRequest::default()
        }
    }

    /// Notes outside bars 3 and 4, and those of kept roles.
    fn rest(score: &Score, kept: &[Role]) -> Vec<(Role, affetto_music::Note)> {
        let lines = score.bar_lines();
        let tracks = score.tracks.iter();
        let notes =
            tracks.flat_map(|track| track.notes.iter().map(move |note| (track.role, *note)));
        notes
            .filter(|(role, note)| {
                kept.contains(role) || !(lines[2]..lines[4]).contains(&note.onset)
            })
            .collect()
    }

    #[test]
    fn a_file_changes_only_where_asked() {
        let engine = engine();
        for (texture, keep) in [
            ("band", vec!["drums", "bass"]),
            ("poly", vec![]),
            ("mono", vec![]),
        ] {
            let piece = piece(&engine, texture);
            let bytes = engine
                .export(&piece, FileFormat::Midi, LoudnessMode::Asked)
                .unwrap();
            let redo = Redo {
                bars: "3-4".into(),
                keep: keep.iter().map(ToString::to_string).collect(),
                ..Redo::default()
            };
            let anew = engine.redo_midi(&bytes, &redo, &once()).unwrap();
            let kept: Vec<Role> = keep
                .iter()
                .filter_map(|name| Role::from_name(name))
                .collect();
            assert_eq!(rest(&anew.performed, &kept), rest(&piece.performed, &kept));
            assert_ne!(anew.performed.tracks, piece.performed.tracks);
            assert_eq!(anew.bars, 8);
            let again = engine.redo_midi(&bytes, &redo, &once()).unwrap();
            let midi = |piece| engine.export(piece, FileFormat::Midi, LoudnessMode::Asked);
            assert_eq!(midi(&anew).unwrap(), midi(&again).unwrap());
            let read = midi::read(&midi(&anew).unwrap()).unwrap();
            assert_eq!(read.tracks, anew.performed.tracks);
        }
    }

    #[test]
    fn a_composed_piece_gets_new_bars_in_both_its_scores() {
        let engine = engine();
        let piece = piece(&engine, "band");
        let redo = Redo {
            bars: "3-4".into(),
            only: vec!["melody".into()],
            ..Redo::default()
        };
        let anew = engine.redo_piece(&piece, &redo, &once()).unwrap();
        let kept: Vec<Role> = Role::ALL[1..].to_vec();
        for (new, old) in [
            (&anew.score, &piece.score),
            (&anew.performed, &piece.performed),
        ] {
            assert_eq!(rest(new, &kept), rest(old, &kept));
            assert_ne!(new.tracks, old.tracks);
        }
    }

    /// What is said to a wish about a band of eight bars.
    #[track_caller]
    fn check_refused(change: impl Fn(&mut Redo, &mut MusicRequest), expected: &str) {
        let engine = engine();
        let score = affetto_music::notation::parse(
            "key = C major; melody = C5:w | E5:w | G5:w; bass(33) = C2:w | C2:w | C2:w",
        );
        let bytes = midi::write(&score.unwrap());
        let mut redo = Redo {
            bars: "2".into(),
            ..Redo::default()
        };
        let mut request = once();
        change(&mut redo, &mut request);
        let error = engine.redo_midi(&bytes, &redo, &request).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn mistakes_are_named() {
        check_refused(
            |redo, _| redo.bars = "9-12".into(),
            "bar to rewrite must be between 1 and 3, but was 9",
        );
        check_refused(
            |redo, _| redo.keep = vec!["kazoo".into()],
            "unknown role \"kazoo\", expected one of: melody, counter, chords, pad, bass, drums, other",
        );
        check_refused(
            |redo, _| redo.only = vec!["drums".into()],
            "the piece has no drums; it has: melody, bass",
        );
        check_refused(
            |redo, _| redo.keep = vec!["melody".into(), "bass".into()],
            "nothing is left to write: the piece has melody, bass, and all of it is kept",
        );
        check_refused(
            |_, request| request.key = Some("D".into()),
            "a key cannot be asked for where bars of a piece are composed anew",
        );
        check_refused(
            |redo, request| {
                redo.only = vec!["bass".into()];
                request.chords = Some("F G".into());
            },
            "new chords would clash with the melody that stays",
        );
    }

    #[test]
    fn files_without_notes_are_refused() {
        let redo = Redo {
            bars: "1".into(),
            ..Redo::default()
        };
        let empty = midi::write(&Score::default());
        let error = engine().redo_midi(&empty, &redo, &once()).unwrap_err();
        assert_eq!(error.to_string(), "the piece holds no notes");
        let error = engine().redo_midi(b"MThd", &redo, &once()).unwrap_err();
        assert!(error.to_string().starts_with("not a readable MIDI file"));
    }
}
