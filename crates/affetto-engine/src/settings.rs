//! Settings of the process. A flag is stronger than an environment variable, that is stronger
//! than `config.toml`, that is stronger than the default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, env_vars};

/// Every setting; `config.toml` in the repository shows each with its default.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where and how to serve.
    pub server: ServerSettings,
    /// How music sounds.
    pub sound: SoundSettings,
    /// What is composed when nothing else is asked.
    pub compose: ComposeSettings,
    /// Live stations.
    pub stations: StationSettings,
    /// How feelings are sensed.
    pub senses: SenseSettings,
    /// Where songs are kept.
    pub library: LibrarySettings,
}

/// Where and how to serve.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port. Any address but loopback needs a token.
    pub listen: SocketAddr,
    /// Token that clients must show when the address is not loopback; empty makes one at start.
    pub access_token: String,
    /// Largest text taken, in bytes, in 1..=1000000.
    pub max_text_bytes: usize,
    /// Largest MIDI file taken, in bytes, in 1..=67108864.
    pub max_midi_bytes: usize,
    /// PEM file with the certificate chain for HTTPS; empty serves plain HTTP.
    pub tls_cert: PathBuf,
    /// PEM file with the private key of the certificate.
    pub tls_key: PathBuf,
    /// What is logged: error, warn, info, debug, trace or a filter per module.
    pub log: String,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7377)),
            access_token: String::new(),
            max_text_bytes: 20_000,
            max_midi_bytes: 8 * 1024 * 1024,
            tls_cert: PathBuf::new(),
            tls_key: PathBuf::new(),
            log: "warn".into(),
        }
    }
}

/// How music sounds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundSettings {
    /// Path of an SF2 or SF3 SoundFont; empty uses the one inside the program.
    pub soundfont: PathBuf,
    /// Most notes at once in files, in 16..=256.
    pub polyphony: usize,
    /// Most notes at once in live stations, in 16..=256.
    pub live_polyphony: usize,
    /// Integrated loudness of exported audio in LUFS, in −40..=−8.
    pub loudness_lufs: f64,
}

impl Default for SoundSettings {
    fn default() -> Self {
        Self {
            soundfont: PathBuf::new(),
            polyphony: 128,
            live_polyphony: 64,
            loudness_lufs: -16.0,
        }
    }
}

/// What is composed when nothing else is asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComposeSettings {
    /// Genre.
    pub genre: String,
    /// Texture: mono, poly or band.
    pub texture: String,
    /// Candidates a bar, in 1..=16.
    pub candidates: u32,
    /// Who writes the bars: rules or neural.
    pub writer: String,
    /// Weights that the neural writer composes with: notes (all data) or free (permissively
    /// licensed data alone).
    pub weights: String,
    /// File of the weights called notes; empty for those inside the program.
    pub notes: PathBuf,
}

impl Default for ComposeSettings {
    fn default() -> Self {
        Self {
            genre: "pop".into(),
            texture: "band".into(),
            candidates: 4,
            writer: "rules".into(),
            weights: "notes".into(),
            notes: PathBuf::new(),
        }
    }
}

/// Live stations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StationSettings {
    /// Most stations that may play at once, in 1..=64.
    pub max: usize,
    /// Seconds without a listener after which a station ends, in 10..=86400.
    pub idle_seconds: u64,
    /// Minutes of played music kept for saving, in 1..=60.
    pub history_minutes: u64,
    /// Opus bit rate in kbit/s, in 32..=256.
    pub opus_kbps: u32,
    /// MP3 bit rate in kbit/s: 96, 128, 160, 192, 256 or 320.
    pub mp3_kbps: u32,
}

impl Default for StationSettings {
    fn default() -> Self {
        Self {
            max: 8,
            idle_seconds: 300,
            history_minutes: 30,
            opus_kbps: 128,
            mp3_kbps: 192,
        }
    }
}

/// How feelings are sensed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SenseSettings {
    /// Whether voices and faces may be sensed at all; words always may.
    pub sensors: bool,
    /// Largest recording taken over the network, in bytes, in 1024..=1073741824.
    pub max_audio_bytes: usize,
    /// Longest recording taken over the network, in seconds, in 1..=86400. Files named on the
    /// command line may have any length.
    pub max_audio_seconds: f64,
    /// Largest picture or video taken, in bytes, in 1024..=268435456.
    pub max_picture_bytes: usize,
    /// Most pictures looked at in a second of continuous sensing, in 1..=30; more are skipped.
    pub max_frames_per_second: f64,
    /// Most people that may be sensed continuously at once, in 1..=64.
    pub max_live: usize,
    /// File for what was learnt about this listener: how far each sense can be trusted, from
    /// corrections, and what they like in music, from feedback. Empty uses `listener.json` in the
    /// user's data folder. It holds eleven numbers, never a recording, a picture or a word.
    pub profile: PathBuf,
}

impl Default for SenseSettings {
    fn default() -> Self {
        Self {
            sensors: true,
            max_audio_bytes: 64 * 1024 * 1024,
            max_audio_seconds: 600.0,
            max_picture_bytes: 32 * 1024 * 1024,
            max_frames_per_second: 10.0,
            max_live: 4,
            profile: PathBuf::new(),
        }
    }
}

/// Where songs are kept.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LibrarySettings {
    /// Database of songs: an SQLite file, or a `postgres://` URL. Empty uses `library.sqlite` in
    /// the user's data folder.
    pub database: String,
}

impl Settings {
    /// Reads the configuration file and the environment.
    ///
    /// The file is the given one, else the one named by [`env_vars::CONFIG`], else
    /// `affetto/config.toml` in the user's configuration folder where that exists.
    ///
    /// # Errors
    /// [`Error::Io`] when a named file cannot be read; [`Error::User`] when a key is unknown or a
    /// value outside its range.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let named = file
            .map(Path::to_owned)
            .or_else(|| var(env_vars::CONFIG).map(PathBuf::from));
        let mut settings = match named.or_else(user_file) {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| Error::io("read", &path, source))?;
                Self::parse(&text).map_err(|error| match error {
                    Error::User {
                        code,
                        message,
                        hint,
                    } => Error::User {
                        code,
                        message: format!("{}: {message}", path.display()),
                        hint,
                    },
                    other => other,
                })?
            }
            None => Self::default(),
        };
        settings.apply_environment(var)?;
        settings.validate()?;
        Ok(settings)
    }

    /// Reads settings from TOML; what is not named keeps its default.
    ///
    /// # Errors
    /// [`Error::User`] for TOML that cannot be read, unknown keys and wrong types.
    pub fn parse(toml: &str) -> Result<Self, Error> {
        toml::from_str(toml).map_err(|error| {
            Error::user_hint(
                "invalid_config",
                error.to_string().trim().to_owned(),
                "config.toml in the repository shows every setting with its default",
            )
        })
    }

    /// Overrides settings from environment variables, read through `var`.
    fn apply_environment(&mut self, var: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
        if let Some(value) = var(env_vars::LISTEN) {
            self.server.listen = parse_listen(&value)?;
        }
        if let Some(value) = var(env_vars::TOKEN) {
            self.server.access_token = value;
        }
        if let Some(value) = var(env_vars::SOUNDFONT) {
            self.sound.soundfont = PathBuf::from(value);
        }
        if let Some(value) = var(env_vars::LOG) {
            self.server.log = value;
        }
        if let Some(value) = var(env_vars::DATABASE) {
            self.library.database = value;
        }
        if var(env_vars::NO_SENSORS).is_some() {
            self.senses.sensors = false;
        }
        if let Some(value) = var(env_vars::MAX_STATIONS) {
            self.stations.max = value.parse().map_err(|_| {
                Error::user(
                    "invalid_config",
                    format!(
                        "{} must be a whole number from 1 to 64, but was {value:?}",
                        env_vars::MAX_STATIONS
                    ),
                )
            })?;
        }
        Ok(())
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::User`] naming the first setting outside its range, with the range.
    pub fn validate(&self) -> Result<(), Error> {
        let senses = &self.senses;
        let ranges: [(&str, f64, f64, f64); 15] = [
            (
                "senses.max_audio_bytes",
                senses.max_audio_bytes as f64,
                1024.0,
                1_073_741_824.0,
            ),
            (
                "senses.max_audio_seconds",
                senses.max_audio_seconds,
                1.0,
                86_400.0,
            ),
            (
                "senses.max_picture_bytes",
                senses.max_picture_bytes as f64,
                1024.0,
                268_435_456.0,
            ),
            (
                "senses.max_frames_per_second",
                senses.max_frames_per_second,
                1.0,
                30.0,
            ),
            ("senses.max_live", senses.max_live as f64, 1.0, 64.0),
            (
                "server.max_text_bytes",
                self.server.max_text_bytes as f64,
                1.0,
                1e6,
            ),
            (
                "server.max_midi_bytes",
                self.server.max_midi_bytes as f64,
                1.0,
                67_108_864.0,
            ),
            ("sound.polyphony", self.sound.polyphony as f64, 16.0, 256.0),
            (
                "sound.live_polyphony",
                self.sound.live_polyphony as f64,
                16.0,
                256.0,
            ),
            ("sound.loudness_lufs", self.sound.loudness_lufs, -40.0, -8.0),
            (
                "compose.candidates",
                f64::from(self.compose.candidates),
                1.0,
                16.0,
            ),
            ("stations.max", self.stations.max as f64, 1.0, 64.0),
            (
                "stations.idle_seconds",
                self.stations.idle_seconds as f64,
                10.0,
                86_400.0,
            ),
            (
                "stations.history_minutes",
                self.stations.history_minutes as f64,
                1.0,
                60.0,
            ),
            (
                "stations.opus_kbps",
                f64::from(self.stations.opus_kbps),
                32.0,
                256.0,
            ),
        ];
        for (name, actual, min, max) in ranges {
            if !(min..=max).contains(&actual) {
                return Err(Error::user(
                    "invalid_config",
                    format!("setting {name} must be between {min} and {max}, but was {actual}"),
                ));
            }
        }
        if ![96, 128, 160, 192, 256, 320].contains(&self.stations.mp3_kbps) {
            return Err(Error::user(
                "invalid_config",
                format!(
                    "setting stations.mp3_kbps must be one of 96, 128, 160, 192, 256, 320, but was {}",
                    self.stations.mp3_kbps
                ),
            ));
        }
        let (cert, key) = (&self.server.tls_cert, &self.server.tls_key);
        if cert.as_os_str().is_empty() != key.as_os_str().is_empty() {
            return Err(Error::user_hint(
                "invalid_config",
                "HTTPS needs a certificate and its key, but one of them is missing",
                "give both --tls-cert and --tls-key, as PEM files",
            ));
        }
        self.compose.genre.parse::<affetto_compose::Genre>()?;
        self.compose.texture.parse::<affetto_compose::Texture>()?;
        self.compose.weights.parse::<affetto_compose::Weights>()?;
        Ok(())
    }
}

/// Reads an address such as `127.0.0.1:7377`, or a port alone for loopback.
///
/// # Errors
/// [`Error::User`] with an example.
pub fn parse_listen(text: &str) -> Result<SocketAddr, Error> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    text.replace("localhost", "127.0.0.1").parse().map_err(|_| {
        Error::user_hint(
            "invalid_config",
            format!("cannot listen on {text:?}"),
            "give an address with a port, such as 127.0.0.1:7377, or a port alone",
        )
    })
}

fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// `affetto/config.toml` in the user's configuration folder (XDG base directories), if it exists.
fn user_file() -> Option<PathBuf> {
    let folder = var("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    let path = folder.join("affetto").join("config.toml");
    path.is_file().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_file_shows_every_default() {
        let shipped = include_str!("../../../config.toml");
        assert_eq!(Settings::parse(shipped).unwrap(), Settings::default());
        // Every line that sets something is there, so a default that is added must be shown too.
        let shown = shipped.lines().filter(|line| line.contains(" = ")).count();
        assert_eq!(shown, 30, "config.toml must show every setting");
    }

    #[track_caller]
    fn check(toml: &str, expected: &str) {
        let result = Settings::parse(toml).and_then(|settings| settings.validate());
        let message = result
            .err()
            .map_or_else(|| "ok".into(), |error| error.to_string());
        assert!(
            message.contains(expected),
            "{message:?} does not contain {expected:?}"
        );
    }

    #[test]
    fn bad_settings_are_named() {
        check("", "ok");
        check(
            "[stations]\nmax = 0",
            "stations.max must be between 1 and 64, but was 0",
        );
        check("[stations]\nmp3_kbps = 100", "mp3_kbps must be one of");
        check(
            "[sound]\nloudness_lufs = 3",
            "sound.loudness_lufs must be between -40 and -8",
        );
        check(
            "[compose]\ngenre = \"polka\"",
            "unknown genre \"polka\", expected one of: blues",
        );
        check(
            "[compose]\nweights = \"mine\"",
            "unknown set of weights \"mine\", expected one of: notes, free",
        );
        check(
            "[server]\ntls_cert = \"a.pem\"",
            "HTTPS needs a certificate and its key",
        );
        check(
            "[senses]\nmax_live = 0",
            "senses.max_live must be between 1 and 64",
        );
        check("[server]\nport = 1", "unknown field `port`");
        check("[server", "TOML parse error");
    }

    #[test]
    fn environment_is_stronger_than_the_file() {
        let mut settings = Settings::parse("[server]\nlisten = \"127.0.0.1:1\"").unwrap();
        let value = |name: &str| (name == env_vars::LISTEN).then(|| "8080".to_owned());
        settings.apply_environment(value).unwrap();
        assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn addresses() {
        assert_eq!(parse_listen("7377").unwrap().to_string(), "127.0.0.1:7377");
        assert_eq!(
            parse_listen("localhost:80").unwrap().to_string(),
            "127.0.0.1:80"
        );
        assert!(parse_listen("nonsense").is_err());
        assert!(parse_listen("70000").is_err());
    }
}
