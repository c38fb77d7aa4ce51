//! Catalogues: published lists of songs, with moods or with features from which moods follow.
//!
//! [`Catalogue`] names those that are known with their files; every reader streams rows to the
//! caller, counts rows it cannot read with the first few reasons, and has limits on all lengths.

mod emomusic;
mod generic;
mod history;
mod input;
mod mir;
mod moods;
mod spotify;
mod table;
mod tags;
mod tohoilam;

use std::fmt;
use std::str::FromStr;

use crate::{Entry, Error, Features, SongInfo};

pub use generic::read_csv;
pub use history::{Play, read_history};
pub use input::{Input, Limits};
pub use table::Report;
pub use tags::{TagLabel, read_tags, tag_label, tag_labels};

/// One song of a catalogue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CatalogueRow {
    /// The catalogue's own name of the song, where it has one.
    pub item: Option<String>,
    /// What it says.
    pub info: SongInfo,
    /// Features in Spotify's manner, for a classifier of moods.
    pub features: Option<Features>,
    /// The word for its mood, as the catalogue writes it: a class to train on.
    pub label: Option<String>,
    /// Its lyrics, for a model that reads them; they are not stored.
    pub lyrics: Option<String>,
}

impl From<CatalogueRow> for Entry {
    fn from(row: CatalogueRow) -> Self {
        Self {
            item: row.item,
            info: row.info,
            features: row.features,
            ..Self::default()
        }
    }
}

/// A published catalogue with a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Catalogue {
    /// 18 644 songs placed by listeners' tags (Delbouys et al. 2018).
    Deezer,
    /// 767 choruses of pop songs, rated by listeners (Zhang et al. 2018).
    Pmemo,
    /// 686 Spotify tracks with a mood of four and features.
    SpotifyMoods,
    /// 1994 popular songs with features, no moods.
    Spotify2000,
    /// Top hits of 2000 to 2019 with features, no moods.
    TopHits,
    /// 900 clips by quadrant (Panda, Malheiro & Paiva 2018).
    Taffc,
    /// 744 songs of free archives, rated by listeners (Soleymani et al. 2013).
    Emomusic,
    /// The 4519 songs of tohoilam's system with its predicted moods, which say next to nothing.
    Tohoilam4519,
}

impl Catalogue {
    /// All, in their listing order.
    pub const ALL: [Self; 8] = [
        Self::Deezer,
        Self::Pmemo,
        Self::SpotifyMoods,
        Self::Spotify2000,
        Self::TopHits,
        Self::Taffc,
        Self::Emomusic,
        Self::Tohoilam4519,
    ];

    /// The name on the command line and of its source in a store, e.g. `"deezer"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deezer => "deezer",
            Self::Pmemo => "pmemo",
            Self::SpotifyMoods => "spotify-moods",
            Self::Spotify2000 => "spotify-2000",
            Self::TopHits => "top-hits",
            Self::Taffc => "taffc",
            Self::Emomusic => "emomusic",
            Self::Tohoilam4519 => "tohoilam-4519",
        }
    }

    /// Its files, as published; each may also be compressed as `.zst`, and the parts of Deezer's
    /// need not all be there.
    #[must_use]
    pub fn files(self) -> &'static [&'static str] {
        match self {
            Self::Deezer => mir::DEEZER_FILES,
            Self::Pmemo => &[mir::PMEMO_FILE],
            Self::SpotifyMoods => &["data_moods.csv"],
            Self::Spotify2000 => &["spotify_2000.csv"],
            Self::TopHits => &["top_hits_spotify_2000_2019.csv"],
            Self::Taffc => &[mir::TAFFC_FILE],
            Self::Emomusic => &emomusic::FILES,
            Self::Tohoilam4519 => &["tohoilam_songs_4519.json"],
        }
    }

    /// The terms under which it was published, as far as they are stated.
    #[must_use]
    pub fn licence(self) -> &'static str {
        match self {
            Self::Deezer => "for research; no licence stated",
            Self::Pmemo => "MIT",
            Self::Taffc | Self::Emomusic => "for research",
            Self::SpotifyMoods | Self::Spotify2000 | Self::TopHits | Self::Tohoilam4519 => {
                "none stated"
            }
        }
    }

    /// Who published it, to find it and to cite it.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::Deezer => {
                "Delbouys et al. (2018), Music mood detection based on audio and lyrics with deep \
                 neural nets, ISMIR; repository deezer/deezer_mood_detection_dataset"
            }
            Self::Pmemo => {
                "Zhang et al. (2018), The PMEmo dataset for music emotion recognition, ICMR; \
                 repository HuiZhangDB/PMEmo"
            }
            Self::SpotifyMoods => "a public table of 686 Spotify tracks, data_moods.csv",
            Self::Spotify2000 => "a public table, Spotify - All Time Top 2000s Mega Dataset",
            Self::TopHits => "a public table, Top Hits Spotify from 2000-2019",
            Self::Taffc => {
                "Panda, Malheiro & Paiva (2018), Novel audio features for music emotion \
                 recognition, IEEE Transactions on Affective Computing; mir.dei.uc.pt"
            }
            Self::Emomusic => {
                "Soleymani et al. (2013), 1000 songs for emotional analysis of music, CrowdMM; \
                 cvml.unige.ch/databases/emoMusic"
            }
            Self::Tohoilam4519 => "the list of songs of tohoilam's music recommendation system",
        }
    }

    /// Reads it song by song.
    ///
    /// # Errors
    /// [`Error::NotFound`] when a file is missing, [`Error::Io`] when one cannot be read,
    /// [`Error::Format`] when one is something else, [`Error::TooLarge`] over a limit. Rows that
    /// cannot be read are no error: the report counts them.
    pub fn read(
        self,
        input: &Input<'_>,
        limits: &Limits,
        each: &mut dyn FnMut(CatalogueRow),
    ) -> Result<Report, Error> {
        match self {
            Self::Deezer => mir::read_deezer(input, limits, each),
            Self::Pmemo => mir::read_pmemo(input, limits, each),
            Self::SpotifyMoods => spotify::read_moods(input, limits, each),
            Self::Spotify2000 => spotify::read_2000(input, limits, each),
            Self::TopHits => spotify::read_top_hits(input, limits, each),
            Self::Taffc => mir::read_taffc(input, limits, each),
            Self::Emomusic => emomusic::read(input, limits, each),
            Self::Tohoilam4519 => tohoilam::read(input, limits, each),
        }
    }
}

impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Catalogue {
    type Err = Error;

    /// Reads a name; case does not matter.
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL
            .into_iter()
            .find(|catalogue| catalogue.name().eq_ignore_ascii_case(text.trim()));
        known.ok_or_else(|| Error::unknown_name("catalogue", text, &Self::ALL.map(Self::name)))
    }
}
