//! MP3 for players that know nothing else: encoded in a thread of its own, once a station, while
//! anybody takes it.

use std::sync::Arc;
use std::time::Duration;

use affetto_audio::encode::Mp3Stream;
use bytes::Bytes;

use super::encoding::{ByteStream, split};
use super::handle::{Listening, Station};
use super::pace::SAMPLE_RATE_HZ;
use super::shared::{KEPT_BLOCKS, Mp3State, Shared};
use crate::Error;

/// Blocks of 20 ms encoded at a time.
const BLOCKS_PER_CHUNK: usize = 5;

impl Station {
    /// Joins as a player of endless MP3, which begins with at least the last six seconds, as far
    /// as there are so many.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub fn mp3(&self) -> Result<ByteStream, Error> {
        let guard = self.join();
        let shared = self.shared();
        let mut state = shared.mp3();
        if !matches!(&*state, Mp3State::Running { .. }) {
            let chunks = Arc::new(super::fanout::Fanout::new(
                KEPT_BLOCKS / BLOCKS_PER_CHUNK,
                KEPT_BLOCKS / BLOCKS_PER_CHUNK,
            ));
            let blocks = self.listen_unencoded(Duration::from_secs(7)).feed;
            let worker = Worker {
                shared: Arc::clone(shared),
                chunks: Arc::clone(&chunks),
                blocks,
            };
            let kbps = self.options().mp3_kbps;
            std::thread::Builder::new()
                .name("mp3".into())
                .spawn(move || worker.run(kbps))
                .map_err(|error| Error::Internal(format!("no thread for MP3: {error}")))?;
            *state = Mp3State::Running {
                chunks,
                listeners: 0,
            };
        }
        let Mp3State::Running { chunks, listeners } = &mut *state else {
            return Err(Error::Internal("the MP3 encoder did not start".into()));
        };
        *listeners += 1;
        let feed = chunks.subscribe(usize::MAX);
        let leave = Leave(Arc::clone(shared));
        Ok(ByteStream::mp3(Listening::new(
            feed,
            guard,
            Some(Box::new(leave)),
        )))
    }
}

/// Counts a listener out.
struct Leave(Arc<Shared>);

impl Drop for Leave {
    fn drop(&mut self) {
        if let Mp3State::Running { listeners, .. } = &mut *self.0.mp3() {
            *listeners = listeners.saturating_sub(1);
        }
    }
}

struct Worker {
    shared: Arc<Shared>,
    chunks: Arc<super::fanout::Fanout<Bytes>>,
    blocks: super::fanout::Feed<super::Block>,
}

impl Worker {
    fn run(mut self, kbps: u32) {
        match self.encode(kbps) {
            Ok(Over::NobodyListens) => {}
            Ok(Over::StationEnded) => self.stop(),
            Err(error) => {
                tracing::error!(%error, "MP3 could not be encoded");
                self.stop();
            }
        }
    }

    fn encode(&mut self, kbps: u32) -> Result<Over, Error> {
        // The encoder cannot move between threads, so it is made in this one.
        let mut encoder = Mp3Stream::new(SAMPLE_RATE_HZ as u32, kbps)?;
        let (mut left, mut right, mut ready) = (Vec::new(), Vec::new(), Vec::new());
        let mut count = 0;
        while let Some(block) = self.blocks.next_blocking() {
            split(&block.samples, &mut left, &mut right);
            ready.extend(encoder.push(&left, &right)?);
            count += 1;
            if count % BLOCKS_PER_CHUNK == 0 && !ready.is_empty() {
                self.chunks.publish(std::mem::take(&mut ready).into());
                if self.nobody_listens() {
                    return Ok(Over::NobodyListens);
                }
            }
        }
        Ok(Over::StationEnded)
    }

    fn stop(&self) {
        *self.shared.mp3() = Mp3State::Stopped;
        self.chunks.close();
    }

    /// Whether everybody has gone; if so the encoder counts as stopped from then on.
    fn nobody_listens(&self) -> bool {
        let mut state = self.shared.mp3();
        let nobody = matches!(&*state, Mp3State::Running { listeners: 0, .. });
        if nobody {
            *state = Mp3State::Stopped;
            self.chunks.close();
        }
        nobody
    }
}

/// Why encoding is over.
enum Over {
    NobodyListens,
    StationEnded,
}
