//! How a station behaves, whatever it plays.

use std::time::Duration;

/// Options of a station.
#[derive(Debug, Clone, PartialEq)]
pub struct StationOptions {
    /// How far ahead of real time sound is rendered, at most. More survives longer stalls of the
    /// machine, less lets a change be heard sooner.
    pub lead: Duration,
    /// Time without a listener after which rendering pauses.
    pub rest_when_alone: Duration,
    /// Time without a listener after which the station ends.
    pub end_when_alone: Duration,
    /// Music that lies behind and can be saved.
    pub history: Duration,
    /// Opus bit rate in kbit/s.
    pub opus_kbps: u32,
    /// MP3 bit rate in kbit/s.
    pub mp3_kbps: u32,
}

impl Default for StationOptions {
    fn default() -> Self {
        Self {
            lead: Duration::from_millis(250),
            rest_when_alone: Duration::from_secs(30),
            end_when_alone: Duration::from_secs(300),
            history: Duration::from_secs(30 * 60),
            opus_kbps: 128,
            mp3_kbps: 192,
        }
    }
}
