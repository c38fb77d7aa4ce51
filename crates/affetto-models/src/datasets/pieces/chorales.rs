//! Bach chorales as grids of four voices, a row for each sixteenth.

use affetto_music::{Note, Role, Score, Track};

use super::{PassedOver, Piece, PieceSet, Visited};
use crate::{Error, ItemHash};

/// Ticks of a row at 480 a quarter note.
const ROW: u32 = 120;
/// Rows of a quarter note: a pitch that stays is struck again there.
const QUARTER: usize = 4;
/// Longest chorale, in rows.
const MAX_ROWS: usize = 10_000;
const VOICES: [(&str, Role); 4] = [
    ("Soprano", Role::Melody),
    ("Alto", Role::Chords),
    ("Tenor", Role::Chords),
    ("Bass", Role::Bass),
];

/// Visits the chorales of a file.
pub(super) fn visit(
    path: &str,
    bytes: &[u8],
    visitor: &mut dyn FnMut(Visited) -> Result<(), Error>,
) -> Result<(), Error> {
    type Splits = std::collections::BTreeMap<String, Vec<Vec<Vec<i32>>>>;
    let splits: Splits = match serde_json::from_slice(bytes) {
        Ok(splits) => splits,
        Err(error) => {
            return visitor(Err(PassedOver {
                path: path.to_owned(),
                reason: error.to_string(),
            }));
        }
    };
    for (split, chorales) in splits {
        for (number, rows) in chorales.iter().enumerate() {
            let song = format!("{split} {number}");
            let hash = ItemHash::of(format!("{rows:?}").as_bytes());
            visitor(Ok(Piece {
                set: PieceSet::Chorales,
                path: format!("{path}/{song}"),
                song,
                genre: Some("classical".to_owned()),
                affect: None,
                has_beats: true,
                hash,
                score: score(&rows[..rows.len().min(MAX_ROWS)]),
            }))?;
        }
    }
    Ok(())
}

fn score(rows: &[Vec<i32>]) -> Score {
    let mut score = Score::default();
    for (voice, (name, role)) in VOICES.into_iter().enumerate() {
        let mut track = Track::new(name, role, 0, voice as u8);
        for (index, row) in rows.iter().enumerate() {
            let pitch = row.get(voice).and_then(|&pitch| u8::try_from(pitch).ok());
            let Some(pitch) = pitch.filter(|&pitch| (1..128).contains(&pitch)) else {
                continue;
            };
            let onset = index as u32 * ROW;
            match track.notes.last_mut() {
                Some(last)
                    if last.pitch == pitch
                        && last.end() == onset
                        && !index.is_multiple_of(QUARTER) =>
                {
                    last.duration += ROW;
                }
                _ => track.notes.push(Note {
                    onset,
                    pitch,
                    duration: ROW,
                    velocity: 80,
                }),
            }
        }
        score.tracks.push(track);
    }
    score.length = rows.len() as u32 * ROW;
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_voices() {
        let rows = vec![vec![65, 60, 57, 53]; 4];
        let mut all = rows.clone();
        all.extend(vec![vec![67, 60, 57, -1]; 2]);
        let score = score(&all);
        let lengths: Vec<Vec<u32>> = (score.tracks.iter())
            .map(|track| track.notes.iter().map(|note| note.duration / ROW).collect())
            .collect();
        assert_eq!(lengths, [vec![4, 2], vec![4, 2], vec![4, 2], vec![4]]);
    }
}
