//! Tags that listeners give songs (Last.fm and the like), and the moods that follow from them.
//!
//! A tag is a mood when it is a word of an emotion vocabulary or stands beside one in the table
//! below; other tags (genres, places, "seen live") say nothing here. A song's mood is the mean of
//! its tags' points by weight.

use std::collections::HashMap;
use std::sync::OnceLock;

use affetto_affect::{Label, LabelSet};

use super::input::Input;
use super::moods::{DEEZER, WORD, mood};
use super::table::{self, Format, Report, Row, give};
use super::{CatalogueRow, Limits};
use crate::names::fold;
use crate::{Error, Mood, MoodOrigin, SongInfo};

/// A tag with the label of a vocabulary that stands for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TagLabel {
    /// Folded: lower case, no accents, no punctuation.
    pub tag: &'static str,
    /// The vocabulary.
    pub set: &'static LabelSet,
    /// The label in it.
    pub label: &'static str,
}

/// A row: vocabulary, label, and the tags that it stands for, parted by commas, after the mood
/// words of MIREX's clusters (Hu & Downie 2007), GEMS (Zentner et al. 2008) and frequent tags of
/// Last.fm.
type Group = (&'static LabelSet, &'static str, &'static str);

const GROUPS: &[Group] = &[
    (
        LabelSet::FER,
        "happy",
        "happy, happiness, happy music, feel good, feelgood, good mood, cheerful, \
         cheery, jolly, merry, sunny, summer, positive, bright",
    ),
    (
        LabelSet::FER,
        "sad",
        "sad, sad songs, sad song, depressing, depressed, depressive, gloomy, sorrow, \
         sorrowful, mournful, unhappy, tearjerker, heartbreaking, makes me cry, crying",
    ),
    (
        LabelSet::FER,
        "angry",
        "angry, angry music, aggressive, rage, furious, violent, hostile, brutal, \
         pissed off",
    ),
    (
        LabelSet::FER,
        "fear",
        "scary, creepy, fear, fearful, horror, terrifying, frightening",
    ),
    (LabelSet::FER, "disgust", "disgust, disgusting"),
    (LabelSet::FER, "surprise", "surprise, surprising"),
    (
        LabelSet::GOEMOTIONS,
        "amusement",
        "funny, fun, humorous, humor, humour, silly, witty, quirky, playful, whimsical, \
         comedy",
    ),
    (LabelSet::GOEMOTIONS, "anger", "anger"),
    (LabelSet::GOEMOTIONS, "annoyance", "annoying"),
    (
        LabelSet::GOEMOTIONS,
        "caring",
        "caring, warm, comforting, gentle",
    ),
    (LabelSet::GOEMOTIONS, "confusion", "confused, confusing"),
    (LabelSet::GOEMOTIONS, "curiosity", "curious, intriguing"),
    (
        LabelSet::GOEMOTIONS,
        "desire",
        "sexy, sensual, desire, seductive, passionate, passion",
    ),
    (
        LabelSet::GOEMOTIONS,
        "disappointment",
        "disappointed, bitter, brooding",
    ),
    (
        LabelSet::GOEMOTIONS,
        "excitement",
        "exciting, excited, excitement, rousing, rowdy, boisterous, euphoric, ecstatic",
    ),
    (LabelSet::GOEMOTIONS, "gratitude", "grateful, thankful"),
    (
        LabelSet::GOEMOTIONS,
        "grief",
        "grief, tragic, despair, anguish, miserable, funeral",
    ),
    (LabelSet::GOEMOTIONS, "joy", "joy, joyful, joyous"),
    (
        LabelSet::GOEMOTIONS,
        "love",
        "love, love songs, love song, romantic, romance",
    ),
    (
        LabelSet::GOEMOTIONS,
        "nervousness",
        "nervous, anxious, anxiety, restless, volatile",
    ),
    (
        LabelSet::GOEMOTIONS,
        "optimism",
        "optimistic, optimism, hope, hopeful, inspiring, inspirational, encouraging",
    ),
    (
        LabelSet::GOEMOTIONS,
        "pride",
        "proud, confident, triumphant",
    ),
    (LabelSet::GOEMOTIONS, "relief", "relief, relieved"),
    (LabelSet::GOEMOTIONS, "remorse", "regret, remorse"),
    (
        LabelSet::GOEMOTIONS,
        "sadness",
        "sadness, melancholy, melancholic, melancholia, melancolia, lonely, loneliness, \
         heartbreak, broken heart, bleak",
    ),
    (
        LabelSet::GEMS,
        "wonder",
        "wonder, magical, enchanting, amazing",
    ),
    (
        LabelSet::GEMS,
        "transcendence",
        "transcendent, spiritual, sublime, ethereal, heavenly",
    ),
    (
        LabelSet::GEMS,
        "tenderness",
        "tender, tenderness, sweet, delicate, soft, intimate",
    ),
    (
        LabelSet::GEMS,
        "nostalgia",
        "nostalgia, nostalgic, wistful, bittersweet, longing, autumnal, sentimental, \
         poignant, dreamy, pensive, reflective",
    ),
    (
        LabelSet::GEMS,
        "peacefulness",
        "peaceful, peace, serene, serenity, tranquil, soothing, meditative, meditation",
    ),
    (
        LabelSet::GEMS,
        "power",
        "powerful, epic, majestic, heroic, anthemic",
    ),
    (
        LabelSet::GEMS,
        "joyful activation",
        "party, party music, dance party, lively, danceable, bouncy",
    ),
    (
        LabelSet::GEMS,
        "tension",
        "tense, tension, intense, dark, sinister, ominous, menacing, visceral",
    ),
    (
        LabelSet::SPOTIFY_MOODS,
        "Calm",
        "calm, calming, calmness, chill, chillout, chill out, chilled, relax, relaxed, \
         relaxing, relaxation, mellow, quiet, laid back, laidback, easy, sleep, sleepy, \
         lullaby",
    ),
    (
        LabelSet::SPOTIFY_MOODS,
        "Energetic",
        "energetic, energy, upbeat, uplifting, dynamic, driving, workout, running, \
         motivational, fiery",
    ),
];

/// All tags that are moods, with their labels.
pub fn tag_labels() -> impl Iterator<Item = TagLabel> {
    GROUPS.iter().flat_map(|&(set, label, tags)| {
        let tags = tags.split(", ");
        tags.map(move |tag| TagLabel { tag, set, label })
    })
}

/// The label that a tag stands for; case, accents and punctuation do not matter.
#[must_use]
pub fn tag_label(tag: &str) -> Option<&'static Label> {
    static LABELS: OnceLock<HashMap<&'static str, &'static Label>> = OnceLock::new();
    let labels = LABELS.get_or_init(|| {
        let found = tag_labels().filter_map(|row| {
            let index = row.set.index_of(row.label).ok()?;
            Some((row.tag, row.set.labels.get(index)?))
        });
        found.collect()
    });
    labels.get(fold(tag).as_str()).copied()
}

const TAGS: Format = Format {
    name: "table of tags",
    delimiter: b',',
    required: &["artist", "title", "tag"],
};

/// Reads a CSV of tags with the columns `artist`, `title`, `tag` and, where there is one,
/// `weight` (at least 0, as Last.fm counts them up to 100; by default 100), a row a tag, in any
/// order. The rows of one song become one; songs without a tag that is a mood have no mood.
///
/// # Errors
/// As [`super::Catalogue::read`].
pub fn read_tags(
    input: &Input<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(CatalogueRow),
) -> Result<Report, Error> {
    let mut songs: Vec<Tagged> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut report = Report::default();
    let file = input.require("tags.csv", limits)?;
    table::read(file, &TAGS, limits, &mut report, &mut |row| {
        let (artist, title) = (row.text("artist")?, row.text("title")?);
        let number = *numbers
            .entry(format!("{artist}\t{title}"))
            .or_insert(songs.len());
        if number == songs.len() {
            songs.push(Tagged::new(artist, title));
        }
        songs[number].add(row)
    })?;
    report.rows = 0;
    for song in songs {
        report.count(give(song.into_row(), each));
    }
    Ok(report)
}

/// A song with the sums over its tags.
struct Tagged {
    artist: String,
    title: String,
    tags: f64,
    weight: f64,
    sums: (f64, f64),
    squares: (f64, f64),
}

impl Tagged {
    fn new(artist: &str, title: &str) -> Self {
        Self {
            artist: artist.to_owned(),
            title: title.to_owned(),
            tags: 0.0,
            weight: 0.0,
            sums: (0.0, 0.0),
            squares: (0.0, 0.0),
        }
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), String> {
        let label = tag_label(row.text("tag")?);
        let weight = row.number_opt("weight")?.unwrap_or(100.0);
        if !(0.0..=1e9).contains(&weight) {
            return Err(format!("weight is {weight}, not in 0..=1e9"));
        }
        if let (Some(label), true) = (label, weight > 0.0) {
            let (v, a) = (label.point().v(), label.point().a());
            self.tags += 1.0;
            self.weight += weight;
            self.sums = (self.sums.0 + weight * v, self.sums.1 + weight * a);
            self.squares = (
                self.squares.0 + weight * v * v,
                self.squares.1 + weight * a * a,
            );
        }
        Ok(())
    }

    /// One word is as vague as a word; many that agree are as good as Deezer's many, and what
    /// they disagree comes on top.
    fn mood(&self) -> Option<Mood> {
        if self.tags == 0.0 {
            return None;
        }
        let mean = (self.sums.0 / self.weight, self.sums.1 / self.weight);
        let sd = |word: f64, many: f64, square: f64, mean: f64| {
            let disagreement = (square / self.weight - mean * mean).max(0.0);
            (many * many + (word * word - many * many) / self.tags + disagreement).sqrt()
        };
        let spread = (
            sd(WORD.0, DEEZER.0, self.squares.0, mean.0),
            sd(WORD.1, DEEZER.1, self.squares.1, mean.1),
        );
        Some(mood(mean, spread, MoodOrigin::Tags))
    }

    fn into_row(self) -> CatalogueRow {
        let mood = self.mood();
        CatalogueRow {
            info: SongInfo {
                title: self.title,
                artist: self.artist,
                mood,
                ..SongInfo::default()
            },
            ..CatalogueRow::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use affetto_affect::Quadrant;

    use super::*;

    #[test]
    fn every_tag_has_one_label_that_exists() {
        let mut seen = BTreeSet::new();
        for row in tag_labels() {
            assert!(row.set.index_of(row.label).is_ok(), "{row:?}");
            assert_eq!(fold(row.tag), row.tag, "tags are folded");
            assert!(seen.insert(row.tag), "{} comes twice", row.tag);
        }
        assert!(seen.len() > 150);
    }

    #[test]
    fn tags_lie_in_their_quadrants() {
        for (tag, expected) in [
            ("Feel-Good", Some(Quadrant::Happiness)),
            ("energetic", Some(Quadrant::Happiness)),
            ("AGGRESSIVE", Some(Quadrant::Anger)),
            ("dark", Some(Quadrant::Anger)),
            ("Melancholic", Some(Quadrant::Sadness)),
            ("sad songs", Some(Quadrant::Sadness)),
            ("chill-out", Some(Quadrant::Calmness)),
            ("Relaxing", Some(Quadrant::Calmness)),
            ("death metal", None),
            ("seen live", None),
        ] {
            let quadrant = tag_label(tag).map(|label| label.point().quadrant());
            assert_eq!(quadrant, expected, "{tag}");
        }
    }

    #[test]
    fn tags_of_a_song_become_its_mood() {
        let text = "artist,title,tag,weight\n\
                    A,One,sad,100\nB,Two,happy,50\nA,One,rock,80\nA,One,melancholy,100\n\
                    C,Three,rock,10\nB,Two,sad,x\nB,Two,sad,-1\n";
        let mut rows = Vec::new();
        let files = [("tags.csv", text.as_bytes())];
        let limits = Limits::default();
        let report = read_tags(&Input::Bytes(&files), &limits, &mut |row| rows.push(row)).unwrap();
        assert_eq!((report.rows, report.bad), (3, 2));
        let moods: Vec<_> = rows.iter().map(|row| row.info.mood).collect();
        let (one, two) = (moods[0].unwrap(), moods[1].unwrap());
        assert!(one.valence < -0.5 && one.arousal < 0.0, "{one:?}");
        assert!(
            one.valence_sd < two.valence_sd,
            "two tags that agree are surer"
        );
        assert_eq!(moods[2], None);
    }
}
