//! A library as columns, ready for ranking.

use std::collections::HashMap;

use affetto_affect::{Affect, Covariance};

use super::Error;
use super::calibration::{Calibration, Neutral, UNKNOWN_SD};
use super::lyrics::{Lyrics, NO_LYRICS};
use super::scan::DescriptorIndex;
use crate::{Song, SongId, Sound};

/// Length of a song of unknown length in seconds: the usual length of a single.
const USUAL_DURATION_S: f32 = 210.0;

/// Deviations are kept in this many steps, so that songs with equal ones lie side by side.
const SD_STEPS: usize = 32;
/// The smallest of them.
const MIN_SD: f64 = 0.02;

/// What an album, genre or the like has for a number where it is unknown.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// Songs with the same deviations, at `start..end` of the columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) valence_sd: f64,
    pub(crate) arousal_sd: f64,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Songs as columns: what ranking needs of each, and nothing else.
///
/// Useful for: asking many times which songs fit. Not useful for: showing songs, or a library that
/// changes with every question (building costs a few microseconds a song).
///
/// A song is placed twice: *raw*, as its model says, and *calibrated*, in quantiles of this
/// library (see [`Calibration`]). Ranking uses the calibrated place. A song without a place is in
/// the middle and as uncertain as can be. A song whose number was seen before is left out.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(crate) ids: Vec<SongId>,
    pub(crate) valence: Vec<f32>,
    pub(crate) arousal: Vec<f32>,
    pub(crate) runs: Vec<Run>,
    run_of: Vec<u32>,
    raw: Vec<Option<RawMood>>,
    pub(crate) sound: Vec<Option<Sound>>,
    pub(crate) duration_s: Vec<f32>,
    pub(crate) artist: Vec<u32>,
    pub(crate) album: Vec<u32>,
    pub(crate) genre: Vec<u32>,
    pub(crate) lyrics_of: Vec<u32>,
    pub(crate) artists: Names,
    pub(crate) genres: Names,
    pub(crate) lyrics: Lyrics,
    pub(crate) descriptors: Option<DescriptorIndex>,
    /// Usual length of a song in seconds.
    pub(crate) median_duration_s: f64,
    positions: HashMap<SongId, u32>,
    calibration: [Calibration; 2],
}

/// A place as its model gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RawMood {
    valence: f32,
    arousal: f32,
    valence_sd: f32,
    arousal_sd: f32,
}

/// A song's place on the plane with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The mean.
    pub mean: Affect,
    /// Standard deviation of the valence, above 0.
    pub valence_sd: f64,
    /// Standard deviation of the arousal, above 0.
    pub arousal_sd: f64,
}

impl Place {
    /// The covariance: the axes are independent.
    #[must_use]
    pub fn covariance(&self) -> Covariance {
        Covariance::independent(self.valence_sd, self.arousal_sd)
    }
}

impl Snapshot {
    /// A snapshot of some songs, in which neutral is what their models call neutral.
    #[must_use]
    pub fn new<'a>(songs: impl IntoIterator<Item = &'a Song>) -> Self {
        Self::with_neutral(songs, Neutral::Kept)
    }

    /// A snapshot of some songs; see [`Neutral`].
    #[must_use]
    pub fn with_neutral<'a>(songs: impl IntoIterator<Item = &'a Song>, neutral: Neutral) -> Self {
        let mut builder = Builder::default();
        songs.into_iter().for_each(|song| builder.push(song));
        builder.finish(neutral)
    }

    /// The same snapshot with vectors for the keywords of its lyrics, asked for once a keyword in
    /// lower case; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Vector`] where a vector has another dimension than the first or is not finite.
    pub fn with_keyword_vectors(
        mut self,
        vector: impl FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<Self, Error> {
        self.lyrics.set_vectors(vector)?;
        Ok(self)
    }

    /// The same snapshot with descriptor vectors of one version, by which songs sound alike or
    /// not; `None` where a song has none.
    ///
    /// # Errors
    /// [`Error::Vector`] where a vector has another dimension than the first or is not finite.
    pub fn with_descriptors(
        mut self,
        vector: impl FnMut(SongId) -> Option<Vec<f32>>,
    ) -> Result<Self, Error> {
        self.descriptors = Some(DescriptorIndex::new(&self.ids, vector)?);
        Ok(self)
    }

    /// How many songs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether a song is in the snapshot.
    #[must_use]
    pub fn contains(&self, song: SongId) -> bool {
        self.positions.contains_key(&song)
    }

    /// The calibrated place of a song: quantiles of this library; `None` where it is not here.
    #[must_use]
    pub fn place(&self, song: SongId) -> Option<Place> {
        self.position(song).map(|i| self.place_at(i))
    }

    /// All songs with their places, in quantiles of the library.
    pub fn places(&self) -> impl Iterator<Item = (SongId, Place)> {
        let ids = self.ids.iter().enumerate();
        ids.map(|(i, &id)| (id, self.place_at(i)))
    }

    /// The place of a song as its model gave it; `None` where it is not here or has none.
    #[must_use]
    pub fn raw_place(&self, song: SongId) -> Option<Place> {
        self.raw[self.position(song)?].map(|raw| Place {
            mean: Affect::clamped(raw.valence.into(), raw.arousal.into()),
            valence_sd: raw.valence_sd.into(),
            arousal_sd: raw.arousal_sd.into(),
        })
    }

    /// Whether something is known of the lyrics of a song.
    #[must_use]
    pub fn has_lyrics(&self, song: SongId) -> bool {
        self.position(song)
            .is_some_and(|i| self.lyrics_of[i] != NO_LYRICS)
    }

    /// The songs that sound most like one of them by descriptor vector, with the cosine, the most
    /// alike first; empty without descriptors.
    #[must_use]
    pub fn similar(&self, song: SongId, count: usize) -> Vec<(SongId, f32)> {
        let (Some(i), Some(index)) = (self.position(song), &self.descriptors) else {
            return Vec::new();
        };
        let nearest = index.nearest(index.vector(i), count.saturating_add(1));
        let others = nearest.into_iter().filter(|&(other, _)| other != i);
        others
            .take(count)
            .map(|(other, cosine)| (self.ids[other], cosine))
            .collect()
    }

    /// From values of the model to quantiles of this library: valence, then arousal.
    #[must_use]
    pub fn calibration(&self) -> &[Calibration; 2] {
        &self.calibration
    }

    pub(crate) fn position(&self, song: SongId) -> Option<usize> {
        self.positions.get(&song).map(|&i| i as usize)
    }

    pub(crate) fn place_at(&self, i: usize) -> Place {
        let run = &self.runs[self.run_of[i] as usize];
        Place {
            mean: Affect::clamped(self.valence[i].into(), self.arousal[i].into()),
            valence_sd: run.valence_sd,
            arousal_sd: run.arousal_sd,
        }
    }
}

/// The usual length of a song of a library in seconds: the median.
fn median_duration_s(durations: &[f32]) -> f64 {
    let mut durations = durations.to_vec();
    if durations.is_empty() {
        return USUAL_DURATION_S.into();
    }
    let middle = durations.len() / 2;
    let (_, median, _) = durations.select_nth_unstable_by(middle, f32::total_cmp);
    f64::from(*median)
}

/// The name by which artists are told apart: the first of several, in lower case.
#[must_use]
pub fn artist_key(artist: &str) -> String {
    let first = artist.split(", ").next().unwrap_or(artist);
    first.trim().to_lowercase()
}

/// Names with a number each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    ids: HashMap<String, u32>,
}

impl Names {
    pub(crate) fn id(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    fn intern(&mut self, name: String) -> u32 {
        let next = self.ids.len() as u32;
        *self.ids.entry(name).or_insert(next)
    }
}

/// A song on its way into the columns.
struct Row {
    id: SongId,
    raw: Option<RawMood>,
    sound: Option<Sound>,
    duration_s: f32,
    artist: u32,
    album: u32,
    genre: u32,
    lyrics: u32,
}

#[derive(Default)]
struct Builder {
    rows: Vec<Row>,
    seen: HashMap<SongId, ()>,
    artists: Names,
    albums: HashMap<(u32, String), u32>,
    genres: Names,
    lyrics: Lyrics,
}

impl Builder {
    fn push(&mut self, song: &Song) {
        if self.seen.insert(song.id, ()).is_some() {
            return;
        }
        let info = &song.info;
        let artist = self.artists.intern(artist_key(&info.artist));
        let albums = &mut self.albums;
        let album = info.album.as_ref().map_or(UNKNOWN, |album| {
            let next = albums.len() as u32;
            *albums.entry((artist, album.to_lowercase())).or_insert(next)
        });
        let genre = info.genre.as_ref().map_or(UNKNOWN, |genre| {
            self.genres.intern(genre.trim().to_lowercase())
        });
        let words = info.words.as_ref();
        self.rows.push(Row {
            id: song.id,
            raw: info.mood.as_ref().and_then(raw_mood),
            sound: info.sound.filter(is_sound),
            duration_s: duration(info.duration_s),
            artist,
            album,
            genre,
            lyrics: words.map_or(NO_LYRICS, |words| self.lyrics.push(words)),
        });
    }

    fn finish(self, neutral: Neutral) -> Snapshot {
        let raws = || self.rows.iter().filter_map(|row| row.raw);
        let valences = Calibration::new(raws().map(|raw| raw.valence), neutral);
        let arousals = Calibration::new(raws().map(|raw| raw.arousal), neutral);
        let step = |axis: &Calibration, sd: Option<f32>| {
            sd_step(sd.map_or(UNKNOWN_SD, |sd| axis.quantile_sd(sd.into())))
        };
        let mut order: Vec<(usize, usize)> = Vec::with_capacity(self.rows.len());
        for (i, row) in self.rows.iter().enumerate() {
            let v = step(&valences, row.raw.map(|raw| raw.valence_sd));
            let a = step(&arousals, row.raw.map(|raw| raw.arousal_sd));
            order.push((v * SD_STEPS + a, i));
        }
        order.sort_unstable();
        let mut snapshot = Snapshot {
            calibration: [valences, arousals],
            artists: self.artists,
            genres: self.genres,
            lyrics: self.lyrics,
            ..Snapshot::default()
        };
        for (class, i) in order {
            snapshot.push(&self.rows[i], class);
        }
        snapshot.median_duration_s = median_duration_s(&snapshot.duration_s);
        snapshot
    }
}

impl Snapshot {
    /// Adds a row; rows come sorted by their class of deviations.
    fn push(&mut self, row: &Row, class: usize) {
        let i = self.ids.len();
        let [valences, arousals] = &self.calibration;
        let place = row.raw.map_or((0.0, 0.0), |raw| {
            let v = valences.quantile(raw.valence.into());
            (v as f32, arousals.quantile(raw.arousal.into()) as f32)
        });
        self.extend_runs(class, i);
        self.run_of.push((self.runs.len() - 1) as u32);
        self.positions.insert(row.id, i as u32);
        self.ids.push(row.id);
        self.valence.push(place.0);
        self.arousal.push(place.1);
        self.raw.push(row.raw);
        self.sound.push(row.sound);
        self.duration_s.push(row.duration_s);
        self.artist.push(row.artist);
        self.album.push(row.album);
        self.genre.push(row.genre);
        self.lyrics_of.push(row.lyrics);
    }

    fn extend_runs(&mut self, class: usize, i: usize) {
        let valence_sd = sd_of_step(class / SD_STEPS);
        let arousal_sd = sd_of_step(class % SD_STEPS);
        match self.runs.last_mut() {
            Some(run) if (run.valence_sd, run.arousal_sd) == (valence_sd, arousal_sd) => {
                run.end = i + 1;
            }
            _ => self.runs.push(Run {
                valence_sd,
                arousal_sd,
                start: i,
                end: i + 1,
            }),
        }
    }
}

/// The step of a deviation: steps are equal in the logarithm, 11 % apart.
fn sd_step(sd: f64) -> usize {
    let share = (sd.max(MIN_SD) / MIN_SD).ln() / (UNKNOWN_SD / MIN_SD).ln();
    ((share * (SD_STEPS - 1) as f64).round() as usize).min(SD_STEPS - 1)
}

fn sd_of_step(step: usize) -> f64 {
    MIN_SD * (UNKNOWN_SD / MIN_SD).powf(step as f64 / (SD_STEPS - 1) as f64)
}

fn raw_mood(mood: &crate::Mood) -> Option<RawMood> {
    let finite = mood.valence.is_finite() && mood.arousal.is_finite();
    let sd = |sd: f64| {
        let usable = sd.is_finite() && sd > 0.0;
        if usable { sd as f32 } else { UNKNOWN_SD as f32 }
    };
    finite.then(|| RawMood {
        valence: mood.valence as f32,
        arousal: mood.arousal as f32,
        valence_sd: sd(mood.valence_sd),
        arousal_sd: sd(mood.arousal_sd),
    })
}

fn is_sound(sound: &Sound) -> bool {
    sound.tempo_bpm.is_finite()
        && sound.tempo_bpm > 0.0
        && sound.tonic < 12
        && sound.loudness_lufs.is_finite()
}

fn duration(seconds: Option<f64>) -> f32 {
    match seconds {
        Some(s) if s.is_finite() && s > 0.0 => s as f32,
        _ => USUAL_DURATION_S,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, saying, song};
    use super::*;

    #[test]
    fn nothing_and_one() {
        assert!(Snapshot::new([]).is_empty());
        let one = Snapshot::new([&at(song(7), 0.5, -0.5)]);
        let place = one.place(SongId(7)).unwrap();
        assert!(place.mean.v() > 0.4 && place.mean.a() < -0.4);
        assert_eq!(one.place(SongId(8)), None);
    }

    #[test]
    fn an_unplaced_song_is_in_the_middle_and_unsure() {
        let snapshot = Snapshot::new([&song(1), &at(song(2), 0.9, 0.9)]);
        let place = snapshot.place(SongId(1)).unwrap();
        assert_eq!(place.mean, Affect::default());
        assert!(place.valence_sd > snapshot.place(SongId(2)).unwrap().valence_sd);
        assert_eq!(snapshot.raw_place(SongId(1)), None);
    }

    #[test]
    fn hostile_values_stay_finite() {
        let mut bad = at(song(1), f64::NAN, 1.0);
        bad.info.duration_s = Some(f64::NAN);
        let mut wide = at(song(2), 5.0, -7.0);
        if let Some(mood) = &mut wide.info.mood {
            mood.valence_sd = f64::NAN;
            mood.arousal_sd = -1.0;
        }
        let snapshot = Snapshot::new([&bad, &wide, &wide]);
        assert_eq!(snapshot.len(), 2);
        for id in [1, 2] {
            let place = snapshot.place(SongId(id)).unwrap();
            assert!(place.valence_sd > 0.0 && place.arousal_sd > 0.0);
            assert!(place.valence_sd.is_finite() && place.arousal_sd.is_finite());
        }
    }

    #[test]
    fn steps_of_deviations_go_there_and_back() {
        for step in 0..SD_STEPS {
            assert_eq!(sd_step(sd_of_step(step)), step);
        }
    }

    #[test]
    fn songs_that_sound_alike() {
        let songs = [song(1), song(2), song(3), song(4)];
        let vectors = [
            None,
            Some(vec![1.0, 0.0]),
            Some(vec![0.9, 0.1]),
            Some(vec![0.0, 1.0]),
        ];
        let snapshot = Snapshot::new(&songs);
        assert_eq!(snapshot.similar(SongId(2), 3), []);
        let snapshot = snapshot.with_descriptors(|id| vectors[id.0 as usize - 1].clone());
        let similar = snapshot.unwrap().similar(SongId(2), 3);
        let ids: Vec<i64> = similar.iter().map(|(id, _)| id.0).collect();
        assert_eq!(ids, [3, 4]);
    }

    #[test]
    fn keyword_vectors_of_other_dimensions_are_refused() {
        let songs = [saying(song(1), [0.25; 4], &[("rain", 0.5), ("sun", 0.5)])];
        let vector = |text: &str| Some(vec![1.0; text.len()]);
        let error = Snapshot::new(&songs)
            .with_keyword_vectors(vector)
            .unwrap_err();
        let expected =
            "expected a vector of 4 finite numbers for keyword \"sun\", but got 3 numbers";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn first_of_several_artists() {
        assert_eq!(artist_key("Nina Simone, Hal Mooney"), "nina simone");
        assert_eq!(artist_key(" ABBA "), "abba");
        assert_eq!(artist_key(""), "");
    }
}
