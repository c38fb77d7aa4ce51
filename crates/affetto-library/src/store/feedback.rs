//! Reactions of listeners, appended and never changed.

use affetto_affect::Affect;

use super::read;
use super::sql::{Row, Tx, params, unreadable};
use super::types::{Feedback, FeedbackEvent, Reaction, check_listener};
use crate::{Error, SongId};

/// Longest list of reactions at once.
const MAX_LISTED: u32 = 10_000;

/// Stores reactions.
pub(super) async fn add(tx: &mut Tx, feedback: &[Feedback]) -> Result<(), Error> {
    let sql = "INSERT INTO feedback (listener, song, kind, at_s, valence, arousal, unix_s, \
               context_valence, context_arousal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    for event in feedback {
        check_listener(&event.listener)?;
        let (kind, at_s, point) = columns(event.reaction)?;
        read::require_song(tx, event.song).await?;
        let values = params![
            &event.listener,
            event.song.0,
            kind,
            at_s,
            point.map(Affect::v),
            point.map(Affect::a),
            event.unix_s,
            event.context.map(Affect::v),
            event.context.map(Affect::a),
        ];
        tx.run(sql, values).await?;
    }
    Ok(())
}

type Columns = (&'static str, Option<f64>, Option<Affect>);

/// A reaction as its kind, seconds and point.
fn columns(reaction: Reaction) -> Result<Columns, Error> {
    let plain = |kind| Ok((kind, None, None));
    let placed = |kind, v, a| Ok((kind, None, Some(point(v, a)?)));
    match reaction {
        Reaction::Like => plain("like"),
        Reaction::Dislike => plain("dislike"),
        Reaction::Skip { at_s } if at_s >= 0.0 && at_s.is_finite() => {
            Ok(("skip", Some(at_s), None))
        }
        Reaction::Skip { at_s } => Err(Error::field("at_s", "at least 0 and finite", at_s)),
        Reaction::Finish => plain("finish"),
        Reaction::Replay => plain("replay"),
        Reaction::TooSad => plain("too_sad"),
        Reaction::TooHappy => plain("too_happy"),
        Reaction::TooCalm => plain("too_calm"),
        Reaction::TooWild => plain("too_wild"),
        Reaction::Rated { valence, arousal } => placed("rated", valence, arousal),
        Reaction::FeltBefore { valence, arousal } => placed("felt_before", valence, arousal),
        Reaction::FeltAfter { valence, arousal } => placed("felt_after", valence, arousal),
    }
}

/// A checked point of the plane.
pub(super) fn point(valence: f64, arousal: f64) -> Result<Affect, Error> {
    Affect::new(valence, arousal).map_err(|_| {
        let actual = format!("{valence}, {arousal}");
        Error::field("valence and arousal", "in -1..=1", actual)
    })
}

fn reaction(row: &Row) -> Result<Reaction, Error> {
    let kind = row.text("kind")?;
    let placed =
        || -> Result<(f64, f64), Error> { Ok((row.real("valence")?, row.real("arousal")?)) };
    Ok(match kind.as_str() {
        "like" => Reaction::Like,
        "dislike" => Reaction::Dislike,
        "skip" => Reaction::Skip {
            at_s: row.real("at_s")?,
        },
        "finish" => Reaction::Finish,
        "replay" => Reaction::Replay,
        "too_sad" => Reaction::TooSad,
        "too_happy" => Reaction::TooHappy,
        "too_calm" => Reaction::TooCalm,
        "too_wild" => Reaction::TooWild,
        "rated" | "felt_before" | "felt_after" => {
            let (valence, arousal) = placed()?;
            match kind.as_str() {
                "rated" => Reaction::Rated { valence, arousal },
                "felt_before" => Reaction::FeltBefore { valence, arousal },
                _ => Reaction::FeltAfter { valence, arousal },
            }
        }
        _ => return Err(unreadable("kind", kind)),
    })
}

/// Reactions after a number.
pub(super) async fn list(
    tx: &mut Tx,
    listener: Option<&str>,
    after: i64,
    limit: u32,
) -> Result<Vec<FeedbackEvent>, Error> {
    let limit = limit.min(MAX_LISTED);
    let rows = match listener {
        Some(listener) => {
            let sql = "SELECT id, listener, song, kind, at_s, valence, arousal, unix_s, \
                       context_valence, context_arousal FROM feedback \
                       WHERE listener = $1 AND id > $2 ORDER BY id LIMIT $3";
            tx.rows(sql, params![listener, after, limit]).await?
        }
        None => {
            let sql = "SELECT id, listener, song, kind, at_s, valence, arousal, unix_s, \
                       context_valence, context_arousal FROM feedback \
                       WHERE id > $1 ORDER BY id LIMIT $2";
            tx.rows(sql, params![after, limit]).await?
        }
    };
    rows.iter().map(event).collect()
}

fn event(row: &Row) -> Result<FeedbackEvent, Error> {
    let context = (row.real_opt("context_valence")?).zip(row.real_opt("context_arousal")?);
    Ok(FeedbackEvent {
        id: row.int("id")?,
        feedback: Feedback {
            listener: row.text("listener")?,
            song: SongId(row.int("song")?),
            reaction: reaction(row)?,
            unix_s: row.int("unix_s")?,
            context: context.map(|(v, a)| Affect::clamped(v, a)),
        },
    })
}
