//! Writes a selection of presets as a SoundFont file, with 16-bit PCM samples (SF2) or Ogg Vorbis
//! ones (SF3). Source: SoundFont Technical Specification 2.04, sections 4 to 7.

use super::bank::{GEN_INSTRUMENT, GEN_SAMPLE_ID, Sample, TYPE_VORBIS, Zone};
use super::select::Selection;
use crate::Error;

/// Zero frames after every sample (section 6.1 asks for at least 46).
pub(super) const PAD_FRAMES: usize = 46;

/// A sample where it lies in the new file.
#[derive(Debug, Clone)]
pub(super) struct Placed<'a> {
    /// The header as read.
    pub(super) sample: &'a Sample,
    /// Start, end and loop points as they stand in the header: frames of `smpl` for PCM; bytes and
    /// frames from the sample's start for Vorbis.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) loop_start: usize,
    pub(super) loop_end: usize,
}

/// How the samples of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Pcm,
    Vorbis,
}

/// A file without its samples: they go between `head` and `tail`.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    pub(super) head: Vec<u8>,
    pub(super) tail: Vec<u8>,
}

/// Everything around the samples of a file.
///
/// # Errors
/// [`Error::SoundFont`] when a table outgrows what the format can number.
pub(super) fn frame(
    info: &[([u8; 4], Vec<u8>)],
    selection: &Selection,
    placed: &[Placed<'_>],
    smpl_bytes: usize,
    storage: Storage,
) -> Result<Frame, Error> {
    let info = info_list(info, storage);
    let pdta = pdta_list(selection, placed, storage)?;
    let sdta_bytes = 4 + 8 + smpl_bytes;
    let total = 4 + info.len() + 8 + sdta_bytes + pdta.len();

    let mut head = b"RIFF".to_vec();
    put_size(&mut head, total)?;
    head.extend(b"sfbk");
    head.extend(&info);
    head.extend(b"LIST");
    put_size(&mut head, sdta_bytes)?;
    head.extend(b"sdtasmpl");
    put_size(&mut head, smpl_bytes)?;
    Ok(Frame { head, tail: pdta })
}

fn put_size(out: &mut Vec<u8>, size: usize) -> Result<(), Error> {
    out.extend(number(size, "size in bytes")?.to_le_bytes());
    Ok(())
}

fn number(value: usize, what: &str) -> Result<u32, Error> {
    u32::try_from(value).map_err(|_| Error::font(format!("its {what} is {value}, beyond 2³² − 1")))
}

fn chunk(id: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = id.to_vec();
    // Tables hold at most 2¹⁶ records of at most 46 bytes and info texts come from chunks.
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
    out
}

fn list(kind: [u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut content = kind.to_vec();
    content.extend(chunks.iter().flatten());
    chunk(*b"LIST", &content)
}

fn info_list(info: &[([u8; 4], Vec<u8>)], storage: Storage) -> Vec<u8> {
    let version: [u8; 4] = match storage {
        Storage::Pcm => [2, 0, 1, 0],
        Storage::Vorbis => [3, 0, 1, 0],
    };
    let mut chunks = vec![chunk(*b"ifil", &version)];
    for (id, data) in info.iter().filter(|(id, _)| id != b"ifil") {
        let mut text = data.clone();
        // Texts are zero-terminated and of even length (section 5).
        text.truncate(
            text.iter()
                .rposition(|b| *b != 0)
                .map_or(0, |last| last + 1),
        );
        text.push(0);
        text.resize(text.len().next_multiple_of(2), 0);
        chunks.push(chunk(*id, &text));
    }
    list(*b"INFO", &chunks)
}

/// The three tables that describe zones, for presets or for instruments.
#[derive(Default)]
struct ZoneTables {
    bags: Vec<u8>,
    generators: Vec<u8>,
    modulators: Vec<u8>,
}

impl ZoneTables {
    fn next_bag(&self) -> Result<u16, Error> {
        index(self.bags.len() / 4, "zones")
    }

    fn open_bag(&mut self) -> Result<(), Error> {
        let generator = index(self.generators.len() / 4, "generators")?;
        let modulator = index(self.modulators.len() / 10, "modulators")?;
        self.bags.extend(generator.to_le_bytes());
        self.bags.extend(modulator.to_le_bytes());
        Ok(())
    }

    fn push(&mut self, zone: &Zone, target: u16) -> Result<(), Error> {
        self.open_bag()?;
        let named = zone
            .target
            .map(|to| index(to, "targets").map(|to| (target, to)))
            .transpose()?;
        for (operator, amount) in zone.generators.iter().copied().chain(named) {
            self.generators.extend(operator.to_le_bytes());
            self.generators.extend(amount.to_le_bytes());
        }
        self.modulators.extend(zone.modulators.iter().flatten());
        Ok(())
    }

    /// Adds the terminal records and makes chunks.
    fn close(mut self, names: [&[u8; 4]; 3]) -> Result<[Vec<u8>; 3], Error> {
        self.open_bag()?;
        self.generators.extend([0; 4]);
        self.modulators.extend([0; 10]);
        Ok([
            chunk(*names[0], &self.bags),
            chunk(*names[1], &self.modulators),
            chunk(*names[2], &self.generators),
        ])
    }
}

fn index(value: usize, what: &str) -> Result<u16, Error> {
    u16::try_from(value).map_err(|_| Error::font(format!("it has {value} {what}, beyond 65535")))
}

fn pdta_list(
    selection: &Selection,
    placed: &[Placed<'_>],
    storage: Storage,
) -> Result<Vec<u8>, Error> {
    let mut phdr = Vec::new();
    let mut zones = ZoneTables::default();
    for preset in &selection.presets {
        phdr.extend(preset.name);
        for field in [preset.program, preset.bank, zones.next_bag()?] {
            phdr.extend(field.to_le_bytes());
        }
        phdr.extend([0; 12]);
        preset
            .zones
            .iter()
            .try_for_each(|zone| zones.push(zone, GEN_INSTRUMENT))?;
    }
    phdr.extend(terminal(b"EOP"));
    phdr.extend([0; 4]);
    phdr.extend(zones.next_bag()?.to_le_bytes());
    phdr.extend([0; 12]);
    let [pbag, pmod, pgen] = zones.close([b"pbag", b"pmod", b"pgen"])?;

    let mut inst = Vec::new();
    let mut zones = ZoneTables::default();
    for instrument in &selection.instruments {
        inst.extend(instrument.name);
        inst.extend(zones.next_bag()?.to_le_bytes());
        instrument
            .zones
            .iter()
            .try_for_each(|zone| zones.push(zone, GEN_SAMPLE_ID))?;
    }
    inst.extend(terminal(b"EOI"));
    inst.extend(zones.next_bag()?.to_le_bytes());
    let [ibag, imod, igen] = zones.close([b"ibag", b"imod", b"igen"])?;

    let chunks = [
        chunk(*b"phdr", &phdr),
        pbag,
        pmod,
        pgen,
        chunk(*b"inst", &inst),
        ibag,
        imod,
        igen,
        chunk(*b"shdr", &sample_headers(placed, storage)?),
    ];
    Ok(list(*b"pdta", &chunks))
}

fn terminal(name: &[u8; 3]) -> [u8; 20] {
    std::array::from_fn(|at| name.get(at).copied().unwrap_or(0))
}

fn sample_headers(placed: &[Placed<'_>], storage: Storage) -> Result<Vec<u8>, Error> {
    let mut shdr = Vec::new();
    for at in placed {
        shdr.extend(at.sample.name);
        for field in [at.start, at.end, at.loop_start, at.loop_end] {
            shdr.extend(number(field, "sample position")?.to_le_bytes());
        }
        shdr.extend(at.sample.sample_rate_hz.to_le_bytes());
        shdr.extend([at.sample.pitch, at.sample.correction.cast_unsigned()]);
        // Stereo partners may have been cut away, so every sample stands for itself.
        let kind: u16 = match storage {
            Storage::Pcm => 1,
            Storage::Vorbis => 1 | TYPE_VORBIS,
        };
        shdr.extend([0, 0]);
        shdr.extend(kind.to_le_bytes());
    }
    shdr.extend(terminal(b"EOS"));
    shdr.extend([0; 26]);
    Ok(shdr)
}
