//! Encoding: packets for everybody, and byte streams for players.

use affetto_audio::encode::{OggOpusMuxer, OpusSettings, OpusStream, Tags};
use bytes::Bytes;

use super::handle::{Listening, Station};
use super::pace::BLOCK_FRAMES;
use super::parts::Packets;
use super::played::Packet;
use crate::Error;

/// Samples that a decoder of the packets gives before the first of the music.
pub const PRE_SKIP: u32 = 312;
/// What a player of the Ogg stream gets at once, so that its buffer is full.
const OGG_BURST: std::time::Duration = std::time::Duration::from_secs(2);
/// Packets in an Ogg page: a tenth of a second costs little space and little delay.
const PACKETS_PER_PAGE: usize = 5;

/// Opus packets by libopus.
pub(super) struct OpusPackets {
    stream: OpusStream,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl OpusPackets {
    pub(super) fn new(kbps: u32) -> Result<Self, Error> {
        let settings = OpusSettings {
            bitrate_bps: kbps * 1000,
            ..OpusSettings::default()
        };
        let frames = BLOCK_FRAMES as usize;
        let stream = OpusStream::new(settings)?;
        Ok(Self {
            stream,
            left: Vec::with_capacity(frames),
            right: Vec::with_capacity(frames),
        })
    }
}

impl Packets for OpusPackets {
    fn encode(&mut self, block: &[f32]) -> Result<Bytes, String> {
        split(block, &mut self.left, &mut self.right);
        let packet = self.stream.encode(&self.left, &self.right);
        packet.map(Bytes::from).map_err(|error| error.to_string())
    }
}

/// Interleaved samples as two channels.
pub(super) fn split(block: &[f32], left: &mut Vec<f32>, right: &mut Vec<f32>) {
    left.clear();
    right.clear();
    for pair in block.chunks_exact(2) {
        left.push(pair[0]);
        right.push(pair[1]);
    }
}

/// Bytes of an endless file for one listener; dropping it leaves the station.
pub struct ByteStream {
    kind: Kind,
}

enum Kind {
    Ogg {
        listening: Listening<Packet>,
        muxer: Box<OggOpusMuxer>,
        begun: bool,
    },
    #[cfg(feature = "mp3")]
    Mp3(Listening<Bytes>),
}

impl ByteStream {
    #[cfg(feature = "mp3")]
    pub(super) fn mp3(listening: Listening<Bytes>) -> Self {
        Self {
            kind: Kind::Mp3(listening),
        }
    }

    /// The next bytes, or `None` when the station has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<Bytes> {
        match &mut self.kind {
            #[cfg(feature = "mp3")]
            Kind::Mp3(listening) => listening.next().await,
            Kind::Ogg {
                listening,
                muxer,
                begun,
            } => {
                if !*begun {
                    *begun = true;
                    return Some(Bytes::copy_from_slice(muxer.headers()));
                }
                loop {
                    let packet = listening.next().await?;
                    match muxer.push(packet.opus.to_vec()) {
                        Ok(page) if page.is_empty() => {}
                        Ok(page) => return Some(page.into()),
                        Err(error) => {
                            tracing::error!(%error, "an Ogg page could not be written");
                            return None;
                        }
                    }
                }
            }
        }
    }
}

impl Station {
    /// Joins as a player of endless Ogg-Opus, which begins with the last two seconds.
    ///
    /// # Errors
    /// [`Error::Internal`]; not expected.
    pub fn ogg(&self) -> Result<ByteStream, Error> {
        let tags = Tags {
            title: Some("Affetto".into()),
            ..Tags::default()
        };
        let muxer = OggOpusMuxer::new(PRE_SKIP as u16, PACKETS_PER_PAGE, &tags)?;
        let listening = self.listen(OGG_BURST);
        Ok(ByteStream {
            kind: Kind::Ogg {
                listening,
                muxer: Box::new(muxer),
                begun: false,
            },
        })
    }

    /// Joins as a player of endless MP3.
    ///
    /// # Errors
    /// [`Error::User`]: this build was made without MP3.
    #[cfg(not(feature = "mp3"))]
    pub fn mp3(&self) -> Result<ByteStream, Error> {
        Err(Error::user_hint(
            "left_out",
            "this build has no MP3",
            "play /stream.ogg instead",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoder_skips_as_announced() {
        let stream = OpusStream::new(OpusSettings::default()).unwrap();
        assert_eq!(u32::from(stream.pre_skip()), PRE_SKIP);
    }
}
