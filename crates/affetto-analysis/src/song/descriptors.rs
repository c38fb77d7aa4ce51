//! Descriptors: a song as a vector of named numbers.
//!
//! The first 57 are the columns of `gtzan_features_30_sec.csv`, a table of librosa's features of the
//! clips of Tzanetakis and Cook (2002), under the same names; what others add follows.

use super::chroma::N_CHROMA;
use super::spectral::N_CONTRAST_BANDS;
use super::stats::Moments;
use super::timbre::N_MFCC;
use super::{FeatureParts, SongKey, Tempo};

/// Version of the meaning of all numbers: vectors of different versions are never compared.
pub const DESCRIPTORS_VERSION: u32 = 1;
/// Numbers of [`Descriptors`] that stand in the GTZAN table, from the first on.
pub const N_GTZAN: usize = 17 + 2 * N_MFCC;
/// How many numbers there are.
pub const N_DESCRIPTORS: usize = N_GTZAN + 18 + 2 * N_CONTRAST_BANDS + N_CHROMA + 3;
/// Loudness in LUFS that stands for silence: the absolute gate of ITU-R BS.1770-4.
pub const SILENCE_LUFS: f32 = -70.0;

/// Name of each number, in order; the unit is in the name or in [`Descriptors`].
pub static DESCRIPTOR_NAMES: [&str; N_DESCRIPTORS] = [
    "chroma_stft_mean",
    "chroma_stft_var",
    "rms_mean",
    "rms_var",
    "spectral_centroid_mean",
    "spectral_centroid_var",
    "spectral_bandwidth_mean",
    "spectral_bandwidth_var",
    "rolloff_mean",
    "rolloff_var",
    "zero_crossing_rate_mean",
    "zero_crossing_rate_var",
    "harmony_mean",
    "harmony_var",
    "perceptr_mean",
    "perceptr_var",
    "tempo",
    "mfcc1_mean",
    "mfcc1_var",
    "mfcc2_mean",
    "mfcc2_var",
    "mfcc3_mean",
    "mfcc3_var",
    "mfcc4_mean",
    "mfcc4_var",
    "mfcc5_mean",
    "mfcc5_var",
    "mfcc6_mean",
    "mfcc6_var",
    "mfcc7_mean",
    "mfcc7_var",
    "mfcc8_mean",
    "mfcc8_var",
    "mfcc9_mean",
    "mfcc9_var",
    "mfcc10_mean",
    "mfcc10_var",
    "mfcc11_mean",
    "mfcc11_var",
    "mfcc12_mean",
    "mfcc12_var",
    "mfcc13_mean",
    "mfcc13_var",
    "mfcc14_mean",
    "mfcc14_var",
    "mfcc15_mean",
    "mfcc15_var",
    "mfcc16_mean",
    "mfcc16_var",
    "mfcc17_mean",
    "mfcc17_var",
    "mfcc18_mean",
    "mfcc18_var",
    "mfcc19_mean",
    "mfcc19_var",
    "mfcc20_mean",
    "mfcc20_var",
    "tempo_bpm",
    "tempo_confidence",
    "beat_rate_hz",
    "onset_rate_hz",
    "onset_strength_mean",
    "onset_strength_var",
    "spectral_flux_mean",
    "spectral_flux_var",
    "spectral_flatness_mean",
    "spectral_flatness_var",
    "percussive_share",
    "crest_db",
    "level_range_db",
    "tuning_semitones",
    "key_fifths",
    "key_mode",
    "key_confidence",
    "major_minus_minor",
    "contrast1_mean",
    "contrast1_var",
    "contrast2_mean",
    "contrast2_var",
    "contrast3_mean",
    "contrast3_var",
    "contrast4_mean",
    "contrast4_var",
    "contrast5_mean",
    "contrast5_var",
    "contrast6_mean",
    "contrast6_var",
    "contrast7_mean",
    "contrast7_var",
    "chroma_c",
    "chroma_c_sharp",
    "chroma_d",
    "chroma_d_sharp",
    "chroma_e",
    "chroma_f",
    "chroma_f_sharp",
    "chroma_g",
    "chroma_g_sharp",
    "chroma_a",
    "chroma_a_sharp",
    "chroma_b",
    "loudness_lufs",
    "loudness_range_lu",
    "true_peak_dbtp",
];

/// A song as numbers, each finite.
///
/// By name: `*_mean` and `*_var` are taken over frames of 2,048 samples every 512 at 22,050 Hz.
/// `chroma_stft` in 0..=1; `rms` of full scale; `spectral_centroid`, `spectral_bandwidth`, `rolloff`
/// in Hz; `zero_crossing_rate` in 0..=1; `harmony` and `perceptr` are the samples of the harmonic
/// and the percussive part; `tempo` and `tempo_bpm` in beats a minute; `mfcc*` in dB;
/// `onset_strength` in dB; `contrast*` in dB (see the module of spectra); `percussive_share` of the
/// power, in 0..=1; `key_fifths` is the signature in −6..=6 and `key_mode` 1 for major or −1 for
/// minor; `chroma_c` and so on are means over the song; the last three are EBU R 128 on all
/// channels, silence being −70.
///
/// Level: all but `rms_*`, `harmony_*`, `perceptr_*`, `mfcc1_mean`, `loudness_lufs` and
/// `true_peak_dbtp` stay as they are when a song is made louder without clipping.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptors {
    values: [f32; N_DESCRIPTORS],
}

impl Descriptors {
    /// See [`DESCRIPTORS_VERSION`].
    pub const VERSION: u32 = DESCRIPTORS_VERSION;

    /// Numbers that were stored; `None` when one of them is not finite or their number is wrong.
    #[must_use]
    pub fn from_slice(values: &[f32]) -> Option<Self> {
        let values: [f32; N_DESCRIPTORS] = values.try_into().ok()?;
        values
            .iter()
            .all(|value| value.is_finite())
            .then_some(Self { values })
    }

    /// All numbers, in the order of [`DESCRIPTOR_NAMES`].
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }

    /// The 57 numbers of the GTZAN table, in its order.
    #[must_use]
    pub fn gtzan(&self) -> &[f32] {
        &self.values[..N_GTZAN]
    }

    /// The number of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f32> {
        let index = DESCRIPTOR_NAMES.iter().position(|own| *own == name)?;
        Some(self.values[index])
    }

    /// Replaces what depends on all channels: integrated loudness in LUFS (`None` for silence),
    /// loudness range in LU, and true peak in dBTP.
    #[must_use]
    pub fn with_loudness(mut self, lufs: Option<f64>, range_lu: f64, peak_dbtp: f64) -> Self {
        let floor = f64::from(SILENCE_LUFS);
        let finite = |value: f64| if value.is_finite() { value } else { floor };
        let [.., loudness, range, peak] = &mut self.values;
        *loudness = finite(lufs.unwrap_or(floor)).max(floor) as f32;
        *range = if range_lu.is_finite() {
            range_lu as f32
        } else {
            0.0
        };
        *peak = finite(peak_dbtp).max(floor) as f32;
        self
    }

    pub(crate) fn new(parts: &FeatureParts, tempo: Tempo, key: &SongKey) -> Self {
        let mut list = List::default();
        push_gtzan(&mut list, parts, tempo);
        push_own(&mut list, parts, tempo, key);
        let mut values = [0.0; N_DESCRIPTORS];
        for (own, value) in values.iter_mut().zip(list.0) {
            *own = if value.is_finite() { value } else { 0.0 };
        }
        Self { values }.with_loudness(None, 0.0, f64::NEG_INFINITY)
    }
}

/// Numbers in the order of their names.
#[derive(Default)]
struct List(Vec<f32>);

impl List {
    fn both(&mut self, moments: &Moments) {
        self.0.extend([moments.mean(), moments.variance()]);
    }
}

fn push_gtzan(list: &mut List, parts: &FeatureParts, tempo: Tempo) {
    for moments in [
        &parts.chroma.all,
        &parts.dynamics.rms,
        &parts.spectral.centroid_hz,
        &parts.spectral.bandwidth_hz,
        &parts.spectral.rolloff_hz,
        &parts.dynamics.zero_crossing_rate,
        &parts.separated.harmonic,
        &parts.separated.percussive,
    ] {
        list.both(moments);
    }
    list.0.push(tempo.frame_bpm);
    parts.mfcc.iter().for_each(|moments| list.both(moments));
}

fn push_own(list: &mut List, parts: &FeatureParts, tempo: Tempo, key: &SongKey) {
    list.0.extend([
        tempo.bpm,
        tempo.confidence,
        parts.beat_rate_hz,
        parts.onset_rate_hz,
    ]);
    list.both(&parts.onset_strength);
    list.both(&parts.spectral.flux);
    list.both(&parts.spectral.flatness);
    let (harmonic, percussive) = (
        parts.separated.harmonic.power(),
        parts.separated.percussive.power(),
    );
    list.0.extend([
        percussive / (harmonic + percussive).max(f32::MIN_POSITIVE),
        parts.dynamics.crest_db,
        parts.dynamics.range_db,
        parts.tuning,
        f32::from(key.key.fifths()),
        key.mode_sign(),
        key.confidence,
        key.major_minus_minor,
    ]);
    for moments in &parts.spectral.contrast_db {
        list.both(moments);
    }
    list.0
        .extend(parts.chroma.classes.iter().map(Moments::mean));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names = DESCRIPTOR_NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), N_DESCRIPTORS);
        assert_eq!(DESCRIPTOR_NAMES[N_GTZAN - 1], "mfcc20_var");
    }

    #[test]
    fn stored_numbers_come_back() {
        let values: Vec<f32> = (0..N_DESCRIPTORS).map(|i| i as f32).collect();
        let descriptors = Descriptors::from_slice(&values).unwrap();
        assert_eq!(descriptors.as_slice(), values);
        assert_eq!(descriptors.get("tempo"), Some(16.0));
        assert_eq!(descriptors.get("mood"), None);
        assert_eq!(Descriptors::from_slice(&values[1..]), None);
        assert_eq!(Descriptors::from_slice(&[f32::NAN; N_DESCRIPTORS]), None);
    }
}
