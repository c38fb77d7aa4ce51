//! Decodes what a selection needs and hands it to the synthesizer as one SF2 stream.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use super::bank::{Bank, Sample, TYPE_VORBIS, text};
use super::playable::{MIN_LOOP_FRAMES, SampleShape, sanitize};
use super::select::PresetId;
use super::write::{PAD_FRAMES, Placed, Storage, frame};
use super::{SoundFont, vorbis};
use crate::Error;

/// Most threads that decode at a time.
const MAX_THREADS: usize = 4;

/// A decoded sample with its loop, unrolled where it was very short.
#[derive(Debug, Clone, Default)]
pub(super) struct Decoded {
    pub(super) pcm: Vec<i16>,
    pub(super) loop_start: usize,
    pub(super) loop_end: usize,
}

/// Loads `wanted`, taking PCM from `known` where it has it.
pub(super) fn load(
    bank: Arc<Bank>,
    wanted: BTreeSet<PresetId>,
    known: Option<&SoundFont>,
) -> Result<SoundFont, Error> {
    let mut selection = bank.select(&wanted);
    if selection.presets.is_empty() || selection.instruments.is_empty() {
        return Err(Error::font("none of the wanted presets has an instrument"));
    }
    let decoded = decode_all(&bank, &selection.samples, known)?;
    let shapes: Vec<_> = selection
        .samples
        .iter()
        .zip(&decoded)
        .map(|(index, decoded)| shape(&bank.samples[*index], decoded))
        .collect();
    sanitize(&mut selection, &shapes);

    let mut position = 0;
    let mut kept = BTreeMap::new();
    let mut placed = Vec::with_capacity(decoded.len());
    for (index, decoded) in selection.samples.iter().zip(&decoded) {
        let (loop_start, loop_end) = (decoded.loop_start, decoded.loop_end);
        let range = position..position + decoded.pcm.len();
        position = range.end + PAD_FRAMES;
        placed.push(place(&bank.samples[*index], decoded, &range));
        kept.insert(
            *index,
            Kept {
                range,
                loop_start,
                loop_end,
            },
        );
    }
    let name = [(*b"INAM", b"affetto".to_vec())];
    let frame = frame(&name, &selection, &placed, 2 * position, Storage::Pcm)?;
    drop(placed);
    let mut stream = frame
        .head
        .chain(PcmReader::new(decoded))
        .chain(&frame.tail[..]);
    let synth = rustysynth::SoundFont::new(&mut stream)
        .map_err(|error| Error::font(format!("the synthesizer refused it: {error}")))?;
    Ok(SoundFont {
        bank,
        loaded: wanted,
        kept: Arc::new(kept),
        synth: Arc::new(synth),
    })
}

fn shape(sample: &Sample, decoded: &Decoded) -> SampleShape {
    SampleShape {
        frames: decoded.pcm.len(),
        loop_start: decoded.loop_start,
        loop_end: decoded.loop_end,
        sample_rate_hz: sample.sample_rate_hz,
        pitch: sample.pitch,
    }
}

fn place<'a>(sample: &'a Sample, decoded: &Decoded, range: &Range<usize>) -> Placed<'a> {
    Placed {
        sample,
        start: range.start,
        end: range.end,
        loop_start: range.start + decoded.loop_start,
        loop_end: range.start + decoded.loop_end,
    }
}

/// Decodes samples on a few threads, in the order of `samples`.
fn decode_all(
    bank: &Bank,
    samples: &[usize],
    known: Option<&SoundFont>,
) -> Result<Vec<Decoded>, Error> {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS);
    // Every n-th sample goes to one thread: neighbors are of similar length.
    let work = |offset: usize| -> Result<Vec<Decoded>, Error> {
        let mut budget = bank.limits.max_total_frames / threads;
        let mut own = Vec::new();
        for index in samples.iter().skip(offset).step_by(threads) {
            let sample = &bank.samples[*index];
            let decoded = match known.and_then(|font| font.decoded(*index)) {
                Some(decoded) => decoded,
                None => {
                    let max_frames = budget.min(bank.limits.max_sample_frames);
                    with_loop(sample, decode(bank, sample, max_frames)?)
                }
            };
            budget = budget.saturating_sub(decoded.pcm.len());
            own.push(decoded);
        }
        Ok(own)
    };
    let mut parts = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|offset| scope.spawn(move || work(offset)))
            .collect();
        workers
            .into_iter()
            .map(|worker| {
                let result = worker.join();
                result.unwrap_or_else(|_| Err(Error::font("its samples could not be decoded")))
            })
            .map(|part| part.map(Vec::into_iter))
            .collect::<Result<Vec<_>, _>>()
    })?;
    Ok((0..samples.len())
        .filter_map(|index| parts[index % threads].next())
        .collect())
}

/// The PCM of one sample, at most `max_frames` long.
pub(super) fn decode(bank: &Bank, sample: &Sample, max_frames: usize) -> Result<Vec<i16>, Error> {
    let bytes = &bank.bytes[sample.bytes.clone()];
    let refuse = |reason| Error::Sample {
        name: text(&sample.name),
        reason,
    };
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    if sample.kind & TYPE_VORBIS != 0 {
        return vorbis::decode(bytes, max_frames).map_err(refuse);
    }
    if bytes.len() / 2 > max_frames {
        return Err(refuse(format!(
            "it has {} frames, at most {max_frames} fit",
            bytes.len() / 2
        )));
    }
    Ok(bytes
        .chunks_exact(2)
        .map(|frame| i16::from_le_bytes([frame[0], frame[1]]))
        .collect())
}

/// Puts the loop within the sample and repeats a short one.
fn with_loop(sample: &Sample, pcm: Vec<i16>) -> Decoded {
    let loop_end = (sample.loop_end as usize).min(pcm.len());
    let loop_start = (sample.loop_start as usize).min(loop_end);
    let length = loop_end - loop_start;
    if length == 0 || length >= MIN_LOOP_FRAMES {
        return Decoded {
            pcm,
            loop_start,
            loop_end,
        };
    }
    let repeats = MIN_LOOP_FRAMES.div_ceil(length);
    let mut unrolled = Vec::with_capacity(pcm.len() + repeats * length);
    unrolled.extend(&pcm[..loop_start]);
    for _ in 0..repeats {
        unrolled.extend(&pcm[loop_start..loop_end]);
    }
    unrolled.extend(&pcm[loop_end..]);
    Decoded {
        pcm: unrolled,
        loop_start,
        loop_end: loop_start + repeats * length,
    }
}

/// Where a decoded sample lies in the PCM of a loaded font.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    range: Range<usize>,
    loop_start: usize,
    loop_end: usize,
}

impl SoundFont {
    /// A copy of a sample already decoded.
    fn decoded(&self, sample: usize) -> Option<Decoded> {
        let kept = self.kept.get(&sample)?;
        let pcm = self.synth.get_wave_data().get(kept.range.clone())?.to_vec();
        Some(Decoded {
            pcm,
            loop_start: kept.loop_start,
            loop_end: kept.loop_end,
        })
    }
}

/// The samples of a font as bytes; every sample is freed once it was read.
struct PcmReader {
    samples: std::vec::IntoIter<Decoded>,
    current: Vec<i16>,
    at: usize,
    pad: usize,
}

impl PcmReader {
    fn new(samples: Vec<Decoded>) -> Self {
        Self {
            samples: samples.into_iter(),
            current: Vec::new(),
            at: 0,
            pad: 0,
        }
    }
}

impl Read for PcmReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        for frame in out.chunks_exact_mut(2) {
            while self.at == self.current.len() && self.pad == 0 {
                let Some(next) = self.samples.next() else {
                    return Ok(written);
                };
                (self.current, self.at, self.pad) = (next.pcm, 0, PAD_FRAMES);
            }
            let value = match self.current.get(self.at) {
                Some(value) => {
                    self.at += 1;
                    *value
                }
                None => {
                    self.pad -= 1;
                    0
                }
            };
            frame.copy_from_slice(&value.to_le_bytes());
            written += 2;
        }
        Ok(written)
    }
}
