//! The tables of a SoundFont (presets, instruments, samples) as plain data, read from untrusted
//! bytes. Source: SoundFont Technical Specification 2.04 (E-mu 2006), section 7; for compressed
//! samples the SF3 extension of MuseScore (sample type bit 0x10, Ogg Vorbis in `smpl`, `start` and
//! `end` in bytes, loop points in frames from the sample's start).

use std::borrow::Cow;
use std::ops::Range;

use super::riff::{self, Chunk};
use crate::Error;

/// Generator that names the instrument of a preset zone (section 8.1.2).
pub(super) const GEN_INSTRUMENT: u16 = 41;
/// Generator that names the sample of an instrument zone.
pub(super) const GEN_SAMPLE_ID: u16 = 53;
/// Sample type bit of SF3: the sample is Ogg Vorbis.
pub(super) const TYPE_VORBIS: u16 = 0x10;
/// Sample type bit: the sample lies in a ROM that we do not have.
pub(super) const TYPE_ROM: u16 = 0x8000;

/// Sample rates beyond this are taken for it; the standard allows 50,000 Hz.
const MAX_SAMPLE_RATE_HZ: u32 = 384_000;

/// What a file may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest single sample in frames. Default 2²⁴: six minutes at 44.1 kHz.
    pub max_sample_frames: usize,
    /// Frames of all samples loaded together. Default 2²⁸: 512 MiB of 16-bit PCM.
    pub max_total_frames: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_sample_frames: 1 << 24,
            max_total_frames: 1 << 28,
        }
    }
}

/// A stretch of keys and velocities with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Zone {
    /// Operator and amount, without the one that names the target.
    pub(super) generators: Vec<(u16, u16)>,
    /// Modulators as in the file; our synthesizer ignores them, others do not.
    pub(super) modulators: Vec<[u8; 10]>,
    /// Index of the instrument or sample; `None` in a global zone.
    pub(super) target: Option<usize>,
}

/// A preset: what a program change selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Preset {
    pub(super) name: [u8; 20],
    pub(super) program: u16,
    pub(super) bank: u16,
    pub(super) zones: Vec<Zone>,
}

/// An instrument: samples over the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instrument {
    pub(super) name: [u8; 20],
    pub(super) zones: Vec<Zone>,
}

/// A sample header. Loop points count from the sample's start in frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) name: [u8; 20],
    /// Where its bytes lie in the file.
    pub(super) bytes: Range<usize>,
    pub(super) loop_start: u32,
    pub(super) loop_end: u32,
    pub(super) sample_rate_hz: u32,
    pub(super) pitch: u8,
    pub(super) correction: i8,
    pub(super) kind: u16,
}

/// A parsed font: tables, and the file's bytes for the samples.
#[derive(Debug, Clone)]
pub struct Bank {
    pub(super) bytes: Cow<'static, [u8]>,
    pub(super) info: Vec<([u8; 4], Vec<u8>)>,
    pub(super) presets: Vec<Preset>,
    pub(super) instruments: Vec<Instrument>,
    pub(super) samples: Vec<Sample>,
    pub(super) limits: Limits,
}

impl Bank {
    /// Reads the tables of an SF2 or SF3 file; no sample is decoded.
    ///
    /// # Errors
    /// [`Error::SoundFont`] for what is not a SoundFont, is cut short or points outside itself.
    pub fn parse(bytes: impl Into<Cow<'static, [u8]>>, limits: Limits) -> Result<Self, Error> {
        let bytes = bytes.into();
        let lists = top_lists(&bytes)?;
        let info = list(&lists, b"INFO")?;
        let sdta = list(&lists, b"sdta")?;
        let pdta = list(&lists, b"pdta")?;
        let smpl = part(sdta, b"smpl")?;
        let samples = samples(part(pdta, b"shdr")?, smpl)?;
        let instruments = instruments(pdta, samples.len())?;
        let presets = presets(pdta, instruments.len())?;
        let info = info
            .iter()
            .map(|chunk| (chunk.id, chunk.data.to_vec()))
            .collect();
        drop(lists);
        Ok(Self {
            bytes,
            info,
            presets,
            instruments,
            samples,
            limits,
        })
    }
}

type Lists<'a> = Vec<([u8; 4], Vec<Chunk<'a>>)>;

fn list<'l, 'a>(lists: &'l Lists<'a>, name: &[u8; 4]) -> Result<&'l [Chunk<'a>], Error> {
    let found = lists.iter().find(|list| list.0 == *name);
    found
        .map(|list| list.1.as_slice())
        .ok_or_else(|| missing(name))
}

fn part<'a>(among: &[Chunk<'a>], name: &[u8; 4]) -> Result<Chunk<'a>, Error> {
    among
        .iter()
        .find(|chunk| chunk.id == *name)
        .copied()
        .ok_or_else(|| missing(name))
}

fn missing(name: &[u8; 4]) -> Error {
    Error::font(format!("there is no {} chunk", name.escape_ascii()))
}

fn top_lists(bytes: &[u8]) -> Result<Lists<'_>, Error> {
    if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"sfbk" {
        let start = bytes[..bytes.len().min(12)].escape_ascii().to_string();
        return Err(Error::font(format!(
            "it must start with RIFF, a size and sfbk, but starts with \"{start}\""
        )));
    }
    // The RIFF size is ignored: what counts is what is there.
    riff::chunks(&bytes[12..], 12)?
        .iter()
        .filter(|chunk| chunk.id == *b"LIST")
        .map(riff::list)
        .collect()
}

/// Records of a fixed size, the terminal one included.
fn records<'a>(pdta: &[Chunk<'a>], name: &[u8; 4], size: usize) -> Result<Vec<&'a [u8]>, Error> {
    let chunk = part(pdta, name)?;
    if chunk.data.is_empty() || !chunk.data.len().is_multiple_of(size) {
        return Err(Error::font(format!(
            "chunk {} has {} bytes, expected a multiple of {size}, at least {size}",
            name.escape_ascii(),
            chunk.data.len()
        )));
    }
    Ok(chunk.data.chunks_exact(size).collect())
}

/// Splits `items` at the indices of consecutive records; the last record only ends its forerunner.
fn spans(starts: &[usize], len: usize, what: &str) -> Result<Vec<Range<usize>>, Error> {
    let mut spans = Vec::with_capacity(starts.len());
    for pair in starts.windows(2) {
        if pair[0] > pair[1] || pair[1] > len {
            return Err(Error::font(format!(
                "{what} {} to {} do not lie within 0 to {len} in ascending order",
                pair[0], pair[1]
            )));
        }
        spans.push(pair[0]..pair[1]);
    }
    Ok(spans)
}

fn indices(records: &[&[u8]], at: usize) -> Vec<usize> {
    records
        .iter()
        .map(|record| usize::from(riff::read_u16(record, at)))
        .collect()
}

fn presets(pdta: &[Chunk<'_>], n_instruments: usize) -> Result<Vec<Preset>, Error> {
    let headers = records(pdta, b"phdr", 38)?;
    let zones = zones(
        pdta,
        [b"pbag", b"pgen", b"pmod"],
        GEN_INSTRUMENT,
        n_instruments,
    )?;
    let spans = spans(&indices(&headers, 24), zones.len(), "preset zones")?;
    let presets: Vec<_> = headers
        .iter()
        .zip(spans)
        .map(|(header, span)| Preset {
            name: name(header),
            program: riff::read_u16(header, 20),
            bank: riff::read_u16(header, 22),
            zones: usable(&zones[span]),
        })
        .collect();
    if presets.is_empty() {
        return Err(Error::font("it has no presets"));
    }
    Ok(presets)
}

fn instruments(pdta: &[Chunk<'_>], n_samples: usize) -> Result<Vec<Instrument>, Error> {
    let headers = records(pdta, b"inst", 22)?;
    let zones = zones(pdta, [b"ibag", b"igen", b"imod"], GEN_SAMPLE_ID, n_samples)?;
    let spans = spans(&indices(&headers, 20), zones.len(), "instrument zones")?;
    let make = |(header, span): (&&[u8], Range<usize>)| Instrument {
        name: name(header),
        zones: usable(&zones[span]),
    };
    Ok(headers.iter().zip(spans).map(make).collect())
}

/// Keeps a leading global zone and the zones that have a target (section 7.3: others are ignored).
fn usable(zones: &[Zone]) -> Vec<Zone> {
    let keep = |(index, zone): &(usize, &Zone)| *index == 0 || zone.target.is_some();
    zones
        .iter()
        .enumerate()
        .filter(keep)
        .map(|(_, zone)| zone.clone())
        .collect()
}

fn zones(
    pdta: &[Chunk<'_>],
    [bags, generators, modulators]: [&[u8; 4]; 3],
    target: u16,
    n_targets: usize,
) -> Result<Vec<Zone>, Error> {
    let bags = records(pdta, bags, 4)?;
    let generators = records(pdta, generators, 4)?;
    // Modulators are optional here: they are only carried along.
    let modulators = records(pdta, modulators, 10).unwrap_or_default();
    let spans = spans(&indices(&bags, 0), generators.len(), "generators")?;
    let modulator_starts = indices(&bags, 2);
    spans
        .into_iter()
        .zip(modulator_starts.windows(2))
        .map(|(span, m)| {
            let own = modulators.get(m[0]..m[1]).unwrap_or_default();
            zone(&generators[span], own, target, n_targets)
        })
        .collect()
}

fn zone(
    generators: &[&[u8]],
    modulators: &[&[u8]],
    target: u16,
    n_targets: usize,
) -> Result<Zone, Error> {
    let mut zone = Zone::default();
    for record in generators {
        let (operator, amount) = (riff::read_u16(record, 0), riff::read_u16(record, 2));
        if operator != target {
            zone.generators.push((operator, amount));
            continue;
        }
        if usize::from(amount) >= n_targets {
            return Err(Error::font(format!(
                "a zone refers to {} {amount}, but there are {n_targets}",
                if target == GEN_SAMPLE_ID {
                    "sample"
                } else {
                    "instrument"
                }
            )));
        }
        // Nothing may follow the target (section 8.1.2).
        zone.target = Some(usize::from(amount));
        break;
    }
    zone.modulators = modulators
        .iter()
        .filter_map(|record| (*record).try_into().ok())
        .collect();
    Ok(zone)
}

fn samples(shdr: Chunk<'_>, smpl: Chunk<'_>) -> Result<Vec<Sample>, Error> {
    if !shdr.data.len().is_multiple_of(46) {
        return Err(Error::font(format!(
            "chunk shdr has {} bytes, expected a multiple of 46",
            shdr.data.len()
        )));
    }
    let mut records: Vec<_> = shdr.data.chunks_exact(46).collect();
    records.pop();
    records
        .into_iter()
        .map(|record| sample(record, &smpl))
        .collect()
}

fn sample(record: &[u8], smpl: &Chunk<'_>) -> Result<Sample, Error> {
    let kind = riff::read_u16(record, 44);
    let [start, end, loop_start, loop_end] = [20, 24, 28, 32].map(|at| riff::read_u32(record, at));
    let vorbis = kind & TYPE_VORBIS != 0;
    let unit = if vorbis { 1 } else { 2 };
    let from = start as usize * unit;
    let to = end as usize * unit;
    let name = name(record);
    // Samples in ROM, and empty ones, have no bytes here; they stay silent instead of refusing the font.
    let absent = kind & TYPE_ROM != 0 || start == end;
    if !absent && (from > to || to > smpl.data.len()) {
        return Err(Error::Sample {
            name: text(&name),
            reason: format!(
                "bytes {from} to {to} do not lie within 0 to {} in ascending order",
                smpl.data.len()
            ),
        });
    }
    let base = if vorbis { 0 } else { start };
    Ok(Sample {
        name,
        bytes: if absent {
            0..0
        } else {
            smpl.offset + from..smpl.offset + to
        },
        loop_start: loop_start.saturating_sub(base),
        loop_end: loop_end.saturating_sub(base),
        sample_rate_hz: riff::read_u32(record, 36).clamp(100, MAX_SAMPLE_RATE_HZ),
        pitch: record[40],
        correction: i8::from_le_bytes([record[41]]),
        kind,
    })
}

fn name(record: &[u8]) -> [u8; 20] {
    std::array::from_fn(|index| record[index])
}

/// A fixed-size name as text: up to the first zero, without what is not printable.
pub(super) fn text(name: &[u8]) -> String {
    let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
    let printable = |b: &u8| {
        if (32..127).contains(b) {
            char::from(*b)
        } else {
            '?'
        }
    };
    name[..end]
        .iter()
        .map(printable)
        .collect::<String>()
        .trim()
        .to_owned()
}
