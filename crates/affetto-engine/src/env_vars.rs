//! Every environment variable that the program reads.

/// Path of the configuration file.
pub const CONFIG: &str = "AFFETTO_CONFIG";
/// Address to listen on, e.g. `127.0.0.1:7377`.
pub const LISTEN: &str = "AFFETTO_LISTEN";
/// Access token for addresses other than loopback.
pub const TOKEN: &str = "AFFETTO_TOKEN";
/// Path of an SF2 or SF3 file to use instead of the one inside the program.
pub const SOUNDFONT: &str = "AFFETTO_SOUNDFONT";
/// Most stations that may play at once.
pub const MAX_STATIONS: &str = "AFFETTO_MAX_STATIONS";
/// Folder of pulled models.
pub const MODELS: &str = "AFFETTO_MODELS";
/// What is logged, e.g. `info` or `affetto_server=debug`.
pub const LOG: &str = "AFFETTO_LOG";
/// Database of songs: an SQLite file or a `postgres://` URL.
pub const DATABASE: &str = "AFFETTO_DATABASE";
/// Set to anything: voices and faces are not sensed.
pub const NO_SENSORS: &str = "AFFETTO_NO_SENSORS";
/// Folder for what the program keeps for its user: models pulled later, the listener's profile.
pub const DATA: &str = "AFFETTO_DATA";
