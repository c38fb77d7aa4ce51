//! What can be said about songs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::FeelArgs;

/// Which songs are recommended.
#[derive(Debug, Args)]
pub(crate) struct Recommend {
    #[command(flatten)]
    pub(crate) feel: FeelArgs,
    /// How many songs, from 1 to 200 [default: 10]
    #[arg(long, value_name = "N", conflicts_with = "minutes")]
    pub(crate) count: Option<usize>,
    /// Instead: how many minutes of songs
    #[arg(long, value_name = "M")]
    pub(crate) minutes: Option<f64>,
    /// What is compared: the sound, also the emotion of the lyrics (text), also what they are about
    /// (all)
    #[arg(long, value_enum, default_value_t = ModeArg::All)]
    pub(crate) mode: ModeArg,
    /// Mark where composed music should stand between songs that do not follow each other well
    #[arg(long)]
    pub(crate) bridges: bool,
    /// Write a playlist; the ending says how: m3u8, xspf, jspf
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// Sound
    Audio,
    /// Sound and the emotion of the lyrics
    Text,
    /// Sound, emotion of the lyrics and what they are about
    All,
}

/// What a listener thinks of a song.
#[derive(Debug, Args)]
pub(crate) struct SongFeedback {
    /// Number of the song, as recommend and library list show it
    pub(crate) song: i64,
    /// like, dislike, skip, finish, replay, too-sad, too-happy, too-calm, too-wild or rated
    pub(crate) reaction: String,
    /// With skip: after how many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) after: Option<f64>,
    /// With rated: pleasantness of the song from -1 to 1
    #[arg(
        long,
        value_name = "V",
        allow_negative_numbers = true,
        requires = "arousal"
    )]
    pub(crate) valence: Option<f64>,
    /// With rated: activation of the song from -1 to 1
    #[arg(
        long,
        value_name = "A",
        allow_negative_numbers = true,
        requires = "valence"
    )]
    pub(crate) arousal: Option<f64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Catalogue {
    /// Add a list of songs, or bring it up to date
    #[command(after_help = "Examples:
  affetto catalogue add deezer --data deezer_mood_train.csv.zst
  affetto catalogue add csv --data mine.csv --name mine
")]
    Add {
        /// Which list; affetto catalogue list shows all that can be read
        catalogue: String,
        /// The file, plain or packed as .zst, or the folder with the files
        #[arg(long, value_name = "PATH")]
        data: PathBuf,
        /// Name of the source in the library, for lists of your own [default: that of the list]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// List what can be read, and what has been added
    List,
    /// Remove what a source said; songs that only it knew go with it
    Remove {
        /// Name of the source
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Library {
    /// Hear the sound files of folders: what is new or changed. Files are only read
    #[command(after_help = "Examples:
  affetto library scan ~/Music
  affetto library scan --quick ~/Music   (three times as fast; a scan without --quick does the rest)
")]
    Scan {
        /// Folders or files
        #[arg(required = true, value_name = "DIR")]
        places: Vec<PathBuf>,
        /// Hear two windows of 30 s of each song instead of all of it
        #[arg(long)]
        quick: bool,
    },
    /// Let Affetto compose an album, so that there is something to play
    Starter,
    /// List files that could not be heard, with the reason
    Failed,
    /// How many songs there are of each kind
    Status,
    /// List songs
    #[command(after_help = "Examples:
  affetto library list --text \"nina simone\"
  affetto library list --quadrant calmness --playable
")]
    List(ListSongs),
    /// Write what you rated by hand as CSV to standard output
    Labels,
    /// Write everything that is kept about you as JSON to standard output
    Export,
    /// Erase everything about you: feedback, ratings, taste and playlists
    Erase,
}

/// Which songs are listed.
#[derive(Debug, Args)]
pub(crate) struct ListSongs {
    /// Words that title, artist or album contain
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub(crate) text: String,
    /// Genre
    #[arg(long, value_name = "G")]
    pub(crate) genre: Option<String>,
    /// happiness, anger, sadness or calmness
    #[arg(long, value_name = "Q")]
    pub(crate) quadrant: Option<String>,
    /// Name of a source that knows the song
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Only songs whose sound is here
    #[arg(long)]
    pub(crate) playable: bool,
    /// Pass over so many songs
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: u64,
    /// Most songs shown
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u64,
}
