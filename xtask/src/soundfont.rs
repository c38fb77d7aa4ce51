//! `cargo xtask soundfont`: makes the default SoundFont from Debian's `fluidr3mono-gm-soundfont`.
//!
//! The same source and encoder give the same bytes: the Ogg serial number is fixed and no date or
//! path is written.

use std::fs;
use std::io::{self, Write};
use std::num::{NonZeroU8, NonZeroU32};
use std::path::{Path, PathBuf};

use affetto_audio::soundfont::{Bank, Limits, PresetId, Presets, SampleAudio, SoundFont};
use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisEncoderBuilder};

/// Where Debian's package puts the font.
const SOURCE: &str = "/usr/share/sounds/sf3/FluidR3Mono_GM.sf3";
/// Where it goes, from the root of the repository.
const TARGET: &str = "assets/soundfont/affetto-gm.sf3";
/// Standard, room, power, electronic, TR-808, jazz, brush and orchestra kit (General MIDI 2).
const DRUM_KITS: [u8; 8] = [0, 8, 16, 24, 25, 32, 40, 48];
/// Vorbis quality 0, about 64 kbit/s for mono at 44.1 kHz.
const QUALITY: f32 = 0.0;
/// Largest font that we carry in the program.
const MAX_BYTES: usize = 10_000_000;
/// Any constant serves: it only has to be the same every time.
const OGG_SERIAL: i32 = 0x0AFF_E770;

/// What `cargo xtask soundfont` reads and writes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The font to cut down, from Debian's package fluidr3mono-gm-soundfont.
    #[arg(long, default_value = SOURCE)]
    source: PathBuf,
    /// The file to write.
    #[arg(long, default_value = TARGET)]
    target: PathBuf,
}

/// Makes the font, checks that it loads and says what it is.
pub(crate) fn run(options: &Options) -> Result<()> {
    let bytes = fs::read(&options.source).with_context(|| {
        format!(
            "cannot read {}; hint: apt-get install fluidr3mono-gm-soundfont",
            options.source.display()
        )
    })?;
    let bank = Bank::parse(bytes, Limits::default())?;
    let presets = wanted(&bank)?;
    let note = "Affetto GM: 128 instruments and 8 drum kits of the following font, its samples \
                encoded anew as Vorbis q0.\n\n";
    let font = bank.to_sf3(&presets, note, |sample| {
        encode(sample).map_err(|error| affetto_audio::Error::Sample {
            name: sample.name.clone(),
            reason: format!("{error:#}"),
        })
    })?;
    ensure!(
        font.len() <= MAX_BYTES,
        "the font has {} bytes, at most {MAX_BYTES}",
        font.len()
    );
    write(&options.target, &font)?;
    report(&bank, &presets, font, &options.target)
}

fn wanted(bank: &Bank) -> Result<Presets> {
    let wanted: Vec<_> = (0..128)
        .map(PresetId::melodic)
        .chain(DRUM_KITS.into_iter().map(PresetId::drums))
        .collect();
    let present: Vec<_> = bank.presets().into_iter().map(|preset| preset.id).collect();
    if let Some(missing) = wanted.iter().find(|id| !present.contains(id)) {
        bail!(
            "the font has no bank {} program {}",
            missing.bank,
            missing.program
        );
    }
    Ok(wanted.into_iter().collect())
}

fn encode(sample: &SampleAudio) -> Result<Vec<u8>> {
    let rate = NonZeroU32::new(sample.sample_rate_hz).context("its sample rate is 0")?;
    let mut builder =
        VorbisEncoderBuilder::new_with_serial(rate, NonZeroU8::MIN, Vec::new(), OGG_SERIAL);
    builder.bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr {
        target_quality: QUALITY,
    });
    let mut encoder = builder.build()?;
    let pcm: Vec<f32> = sample
        .pcm
        .iter()
        .map(|value| f32::from(*value) / 32_768.0)
        .collect();
    for block in pcm.chunks(4096) {
        encoder.encode_audio_block([block])?;
    }
    Ok(encoder.finish()?)
}

fn write(target: &Path, font: &[u8]) -> Result<()> {
    fs::write(target, font).with_context(|| format!("cannot write {}", target.display()))
}

fn report(source: &Bank, presets: &Presets, font: Vec<u8>, target: &Path) -> Result<()> {
    let digest: String = Sha256::digest(&font)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let size = font.len();
    let mut out = io::stdout().lock();
    let loaded = SoundFont::from_bytes(font, &Presets::All)?;
    for preset in loaded.presets() {
        writeln!(
            out,
            "{:>3}:{:<3} {}",
            preset.id.bank, preset.id.program, preset.name
        )?;
    }
    writeln!(
        out,
        "{} of {} samples",
        source.n_samples(presets),
        source.n_samples(&Presets::All)
    )?;
    writeln!(out, "{} bytes of PCM", loaded.pcm_bytes())?;
    writeln!(out, "{size} bytes in {}", target.display())?;
    writeln!(out, "SHA-256 {digest}")?;
    Ok(())
}
