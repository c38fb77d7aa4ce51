//! Acoustic fingerprints: whether two files hold the same recording, however encoded.
//!
//! Chromaprint's algorithm 2 (Lukáš Lalinský 2011; after Ke, Hoiem and Sukthankar 2005, "Computer
//! vision for music identification", and Jang et al. 2009, "Pairwise boosted audio fingerprint"): a
//! word of 32 bits every eighth of a second, made of chroma. Encoding changes few of the bits; of
//! two different recordings every second one differs.

use rusty_chromaprint::{Configuration, Fingerprinter};

use crate::Error;

/// Longest stretch that is fingerprinted, in seconds, as AcoustID does it.
pub const FINGERPRINT_SECONDS: f64 = 120.0;
/// Seconds between two words: 4,096 / 3 samples at 11,025 Hz, in whole samples.
const WORD_SECONDS: f64 = 1365.0 / 11_025.0;
/// How far one recording may begin later than the other, in words: 10 s.
const MAX_SHIFT: usize = 80;
/// Fewer words than this in common (4 s) tell nothing.
const MIN_WORDS: usize = 32;
/// Share of different bits at which two recordings are strangers, by chance 0.5. Different pieces
/// in the same key come down to about 0.4 at their best shift.
const STRANGER: f64 = 0.36;
/// Samples that are handed over at once.
const CHUNK: usize = 16_384;

/// The fingerprint of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint {
    words: Vec<u32>,
}

impl Fingerprint {
    /// The fingerprint of mono samples, of their first 120 s; empty for less than about 3 s.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a rate outside 8,000..=192,000 Hz.
    pub fn of(samples: &[f32], sample_rate_hz: u32) -> Result<Self, Error> {
        let rate = f64::from(sample_rate_hz);
        Error::check_range("sample rate in Hz", rate, 8e3..=192e3)?;
        let n_samples = samples.len().min((FINGERPRINT_SECONDS * rate) as usize);
        let mut fingerprinter = Fingerprinter::new(&Configuration::preset_test2());
        fingerprinter
            .start(sample_rate_hz, 1)
            .map_err(|error| Error::Transform {
                reason: error.to_string(),
            })?;
        let mut chunk = Vec::with_capacity(CHUNK);
        for samples in samples[..n_samples].chunks(CHUNK) {
            chunk.clear();
            // `as` saturates, and turns what is not a number into 0.
            chunk.extend(samples.iter().map(|sample| (sample * 32_767.0) as i16));
            fingerprinter.consume(&chunk);
        }
        fingerprinter.finish();
        Ok(Self {
            words: fingerprinter.fingerprint().to_vec(),
        })
    }

    /// A fingerprint that was stored.
    #[must_use]
    pub fn from_words(words: Vec<u32>) -> Self {
        Self { words }
    }

    /// 32 bits for each eighth of a second, to be stored.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// A number that recordings with equal fingerprints share and others do not: finds exact
    /// duplicates, also where one is lossless compressed. FNV-1a of 128 bits (Fowler, Noll and Vo;
    /// RFC 9923); among a million songs two are confused by chance less than once in 10^26 times.
    /// `None` for an empty fingerprint, which says nothing.
    #[must_use]
    pub fn id(&self) -> Option<u128> {
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let bytes = self.words.iter().flat_map(|word| word.to_le_bytes());
        let hash = bytes.fold(BASIS, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(PRIME)
        });
        (!self.words.is_empty()).then_some(hash)
    }

    /// Length of what was fingerprinted in seconds, about.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.words.len() as f64 * WORD_SECONDS
    }
}

/// How likely two fingerprints are of one recording, in 0..=1: 1 where all bits are equal at the
/// best shift of up to 10 s, 0 where as many differ as between strangers. Above 0.5 they may be
/// taken for the same. 0 for less than 4 s in common.
#[must_use]
pub fn similar(a: &Fingerprint, b: &Fingerprint) -> f64 {
    let shifts = -(MAX_SHIFT as isize)..=MAX_SHIFT as isize;
    let different = shifts
        .filter_map(|shift| different_bits(&a.words, &b.words, shift))
        .fold(1.0, f64::min);
    (1.0 - different / STRANGER).max(0.0)
}

/// Share of different bits where `b` begins `shift` words after `a`.
fn different_bits(a: &[u32], b: &[u32], shift: isize) -> Option<f64> {
    let a = a.get(shift.max(0) as usize..)?;
    let b = b.get((-shift).max(0) as usize..)?;
    let n = a.len().min(b.len());
    // Beginnings and ends alone are often silence, which is alike everywhere.
    let enough = n >= MIN_WORDS && 2 * n >= a.len().max(b.len()).min(4 * MAX_SHIFT);
    let bits = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones());
    enough.then(|| f64::from(bits.sum::<u32>()) / (32.0 * n as f64))
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use affetto_audio::Pcm;
    use affetto_audio::decode::{DecodeOptions, decode_mono};
    use affetto_audio::encode::{Format, Tags, encode};
    use proptest::prelude::*;

    use super::*;

    const RATE: u32 = 48_000;

    /// A tune of eight seconds; each seed has other notes.
    fn tune(seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let mut next = move |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        let n_note = RATE as usize / 4;
        let mut samples = Vec::new();
        for _ in 0..32 {
            let pitches = [next(24) + 48, next(24) + 60];
            for i in 0..n_note {
                let seconds = i as f32 / RATE as f32;
                let decay = (-6.0 * seconds).exp();
                let tone = |pitch: u32| {
                    let hz = 440.0 * 2_f32.powf((pitch as f32 - 69.0) / 12.0);
                    (TAU * hz * seconds).sin() + 0.4 * (2.0 * TAU * hz * seconds).sin()
                };
                samples.push(0.2 * decay * pitches.iter().map(|p| tone(*p)).sum::<f32>());
            }
        }
        samples
    }

    fn fingerprint(samples: &[f32]) -> Fingerprint {
        Fingerprint::of(samples, RATE).unwrap()
    }

    fn recoded(samples: &[f32], format: Format) -> Fingerprint {
        let pcm = Pcm {
            sample_rate_hz: RATE,
            left: samples.to_vec(),
            right: samples.to_vec(),
        };
        let file = encode(&pcm, format, &Tags::default()).unwrap();
        let options = DecodeOptions {
            sample_rate_hz: 22_050,
            ..DecodeOptions::default()
        };
        Fingerprint::of(&decode_mono(&file, &options).unwrap(), 22_050).unwrap()
    }

    #[test]
    fn encoding_changes_little() {
        let samples = tune(1);
        let original = fingerprint(&samples);
        for format in [Format::Wav, Format::Flac, Format::Mp3, Format::Opus] {
            let alike = similar(&original, &recoded(&samples, format));
            assert!(alike > 0.8, "{format:?}: {alike}");
        }
    }

    #[test]
    fn lossless_copies_have_one_id() {
        let samples = tune(2);
        let (wav, flac) = (
            recoded(&samples, Format::Wav),
            recoded(&samples, Format::Flac),
        );
        assert_eq!(wav.id(), flac.id());
        assert!(wav.id().is_some());
        assert_ne!(wav.id(), recoded(&tune(3), Format::Wav).id());
    }

    #[test]
    fn other_pieces_are_strangers() {
        let prints: Vec<Fingerprint> = (10..18).map(|seed| fingerprint(&tune(seed))).collect();
        for (i, a) in prints.iter().enumerate() {
            assert_eq!(similar(a, a), 1.0);
            for b in &prints[i + 1..] {
                assert!(similar(a, b) < 0.5, "{}", similar(a, b));
            }
        }
    }

    #[test]
    fn a_late_start_is_found() {
        let samples = tune(4);
        let mut late = vec![0.0; RATE as usize * 2];
        late.extend_from_slice(&samples);
        let alike = similar(&fingerprint(&samples), &fingerprint(&late));
        assert!(alike > 0.6, "{alike}");
    }

    #[test]
    fn too_short_says_nothing() {
        let short = fingerprint(&[0.1; 1000]);
        assert_eq!((short.id(), similar(&short, &short)), (None, 0.0));
        assert!(Fingerprint::of(&[], 100).is_err());
        let broken = fingerprint(&[f32::NAN; 400_000]);
        assert!(similar(&broken, &broken) <= 1.0);
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_and_bounded(
            a in proptest::collection::vec(any::<u32>(), 0..200),
            b in proptest::collection::vec(any::<u32>(), 0..200),
        ) {
            let (a, b) = (Fingerprint::from_words(a), Fingerprint::from_words(b));
            let alike = similar(&a, &b);
            prop_assert!((0.0..=1.0).contains(&alike));
            prop_assert_eq!(alike, similar(&b, &a));
        }
    }
}
