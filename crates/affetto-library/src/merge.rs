//! What several sources say of one song, made into one record.

use std::cmp::Ordering;

use crate::store::SourceKind;
use crate::{Features, Mood, SongInfo};

/// What one source says of a song.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    /// How far the source is trusted.
    pub(crate) kind: SourceKind,
    /// Its name.
    pub(crate) source: String,
    /// Its own name of the record, e.g. a path.
    pub(crate) item: String,
    /// The record.
    pub(crate) info: SongInfo,
    /// Features, where it is a table of such.
    pub(crate) features: Option<Features>,
}

/// The record that holds: each field is the first one given, from the most trusted source on; the
/// mood is the one of the most trusted origin and then the surest.
///
/// The order of `said` does not matter. `None` when nobody says anything.
pub(crate) fn merge(
    said: &mut [Said],
    rated: Option<Mood>,
) -> Option<(SongInfo, Option<Features>)> {
    said.sort_by(|a, b| (a.kind, &a.source, &a.item).cmp(&(b.kind, &b.source, &b.item)));
    let (first, rest) = said.split_first()?;
    let mut info = first.info.clone();
    let mut features = first.features;
    for other in rest {
        fill(&mut info, &other.info);
        features = features.or(other.features);
    }
    let moods = said.iter().filter_map(|said| said.info.mood).chain(rated);
    info.mood = moods.min_by(by_trust);
    Some((info, features))
}

/// Fills what is unknown from another record; the mood is decided elsewhere.
fn fill(info: &mut SongInfo, other: &SongInfo) {
    fn take<T: Clone>(field: &mut Option<T>, other: Option<&T>) {
        if field.is_none() {
            *field = other.cloned();
        }
    }
    take(&mut info.album, other.album.as_ref());
    take(&mut info.year, other.year.as_ref());
    take(&mut info.genre, other.genre.as_ref());
    take(&mut info.duration_s, other.duration_s.as_ref());
    take(&mut info.path, other.path.as_ref());
    take(&mut info.link, other.link.as_ref());
    take(&mut info.sound, other.sound.as_ref());
    take(&mut info.words, other.words.as_ref());
}

/// The more trusted mood first, then the surer one.
fn by_trust(a: &Mood, b: &Mood) -> Ordering {
    let spread = |mood: &Mood| mood.valence_sd * mood.arousal_sd;
    (a.origin.cmp(&b.origin)).then(spread(a).total_cmp(&spread(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MoodOrigin;

    fn said(kind: SourceKind, source: &str, change: impl Fn(&mut SongInfo)) -> Said {
        let mut info = SongInfo {
            title: format!("title of {source}"),
            artist: "Artist".into(),
            ..SongInfo::default()
        };
        change(&mut info);
        Said {
            kind,
            source: source.into(),
            item: String::new(),
            info,
            features: None,
        }
    }

    fn mood(valence: f64, sd: f64, origin: MoodOrigin) -> Mood {
        Mood {
            valence,
            arousal: 0.0,
            valence_sd: sd,
            arousal_sd: sd,
            origin,
        }
    }

    #[test]
    fn fields_come_from_the_most_trusted_that_has_them() {
        let mut all = [
            said(SourceKind::Catalogue, "pmemo", |s| s.year = Some(1999)),
            said(SourceKind::Catalogue, "deezer", |s| {
                s.album = Some("D".into())
            }),
            said(SourceKind::Folder, "music", |s| s.album = Some("F".into())),
        ];
        let (info, _) = merge(&mut all, None).unwrap();
        assert_eq!(info.title, "title of music");
        assert_eq!(info.album.as_deref(), Some("F"));
        assert_eq!(info.year, Some(1999));
    }

    #[test]
    fn moods_go_by_origin_then_by_certainty() {
        use MoodOrigin::{Listener, Ratings, Tags};
        let table = [
            (
                vec![mood(0.1, 0.5, Tags), mood(0.2, 0.9, Ratings)],
                None,
                0.2,
            ),
            (vec![mood(0.1, 0.5, Tags), mood(0.2, 0.4, Tags)], None, 0.2),
            (
                vec![mood(0.1, 0.5, Ratings)],
                Some(mood(0.3, 0.9, Listener)),
                0.3,
            ),
        ];
        for (moods, rated, expected) in table {
            let mut all: Vec<Said> = moods
                .iter()
                .enumerate()
                .map(|(i, m)| said(SourceKind::Catalogue, &i.to_string(), |s| s.mood = Some(*m)))
                .collect();
            let (info, _) = merge(&mut all, rated).unwrap();
            assert_eq!(info.mood.map(|m| m.valence), Some(expected));
        }
    }

    #[test]
    fn the_order_of_sources_does_not_matter() {
        let a = said(SourceKind::Catalogue, "a", |s| {
            s.genre = Some("jazz".into())
        });
        let b = said(SourceKind::Catalogue, "b", |s| s.genre = Some("pop".into()));
        let one = merge(&mut [a.clone(), b.clone()], None);
        assert_eq!(one, merge(&mut [b, a], None));
        assert_eq!(merge(&mut [], None), None);
    }
}
