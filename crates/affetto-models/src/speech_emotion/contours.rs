//! How a voice moves: the shape of the spectrum, cepstra, loudness and pitch from frame to frame.
//!
//! The low-level descriptors of the field (Eyben et al. 2016, "The Geneva Minimalistic Acoustic
//! Parameter Set"), as far as mel frames hold them.

use super::frames::{Frames, MIDDLE_LOG_F0, N_MELS, VOICED, band_center_hz, energies};

/// Descriptors of the shape of the spectrum, see [`Contours::shapes`].
pub(crate) const N_SHAPES: usize = 11;
/// Cepstral coefficients, from the first on: the zeroth is the level.
pub(crate) const N_CEPSTRA: usize = 20;
/// Frames this much below the loudest are no speech, in nepers of power (26 dB).
const SPEECH_RANGE: f32 = 6.0;
/// The share of the power, by square roots, below the roll-off.
const ROLL_OFF: f32 = 0.85;
/// Frames on each side of the median that smooths the pitch.
const MEDIAN_HALF: usize = 2;
/// Ranges of bands in Hz: below and above 1 kHz (alpha ratio), below and above 2 kHz (Hammarberg
/// index), around the first formant (slopes).
const BANDS_HZ: [(f32, f32); 6] = [
    (50.0, 1_000.0),
    (1_000.0, 5_000.0),
    (0.0, 2_000.0),
    (2_000.0, 5_000.0),
    (60.0, 500.0),
    (500.0, 1_500.0),
];

/// The contours of an utterance.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Contours {
    /// Number of frames of 10 ms.
    pub(crate) n_frames: usize,
    /// Power in nepers below the loudest; tilt, center and spread of the spectrum; roll-off;
    /// flatness; flux; alpha ratio; Hammarberg index; slopes below 500 Hz and from there to
    /// 1.5 kHz. `[n_frames, N_SHAPES]`
    pub(crate) shapes: Vec<f32>,
    /// Cosine transform of the bands, `[n_frames, N_CEPSTRA]`
    pub(crate) cepstra: Vec<f32>,
    /// Logarithm of the fundamental frequency against 170 Hz, smoothed; 0 where there is no
    /// voice.
    pub(crate) log_f0: Vec<f32>,
    /// In 0..=1, near 1 for voiced speech.
    pub(crate) voicing: Vec<f32>,
}

impl Contours {
    /// The contours of some frames.
    pub(crate) fn of(frames: &Frames) -> Self {
        let loudness = energies(frames);
        let top = quantile(&sorted(&loudness), 0.98);
        let tables = Tables::new();
        let mut contours = Self {
            n_frames: frames.len(),
            voicing: frames.rows().map(|row| row[N_MELS + 1]).collect(),
            ..Self::default()
        };
        let mut last = None;
        for (row, loudness) in frames.rows().zip(&loudness) {
            let bands = &row[..N_MELS];
            let shape = tables.shape(bands, loudness - top, last);
            contours.shapes.extend(shape);
            contours.cepstra.extend(tables.cepstra(bands));
            last = Some(bands);
        }
        contours.log_f0 = smooth_pitch(frames);
        contours
    }

    /// The loudness of a frame in nepers below the loudest.
    pub(crate) fn loudness(&self, i: usize) -> f32 {
        self.shapes[i * N_SHAPES]
    }

    /// Whether a frame has a pitch.
    pub(crate) fn is_voiced(&self, i: usize) -> bool {
        self.voicing[i] > VOICED
    }

    /// Whether a frame is loud enough to be speech.
    pub(crate) fn is_speech(&self, i: usize) -> bool {
        self.loudness(i) > -SPEECH_RANGE
    }
}

/// What all frames need.
struct Tables {
    /// Places of the bands in −1..=1.
    places: [f32; N_MELS],
    /// `[N_MELS, N_CEPSTRA]`
    cosines: Vec<f32>,
    ranges: [std::ops::Range<usize>; 6],
}

impl Tables {
    fn new() -> Self {
        let middle = (N_MELS - 1) as f32 / 2.0;
        let cosine = |band: usize, k: usize| {
            let angle = std::f32::consts::PI / N_MELS as f32 * (band as f32 + 0.5) * k as f32;
            angle.cos() * (2.0 / N_MELS as f32).sqrt()
        };
        let cosines = (0..N_MELS).flat_map(|band| (1..=N_CEPSTRA).map(move |k| cosine(band, k)));
        let centers: [f32; N_MELS] = std::array::from_fn(band_center_hz);
        let place = |hz: f32| centers.partition_point(|&center| center < hz);
        Self {
            places: std::array::from_fn(|band| (band as f32 - middle) / middle),
            cosines: cosines.collect(),
            ranges: BANDS_HZ.map(|(low, high)| place(low)..place(high)),
        }
    }

    fn shape(&self, bands: &[f32], loudness: f32, last: Option<&[f32]>) -> [f32; N_SHAPES] {
        // Roots of the power, so that one loud band does not stand for all.
        let roots: [f32; N_MELS] = std::array::from_fn(|band| (0.5 * bands[band]).exp());
        let total: f32 = roots.iter().sum::<f32>().max(1e-9);
        let power: f32 = roots.iter().map(|root| root * root).sum();
        let mean = bands.iter().sum::<f32>() / N_MELS as f32;
        let moment = |power: i32| -> f32 {
            let pairs = self.places.iter().zip(&roots);
            pairs.map(|(x, root)| x.powi(power) * root).sum::<f32>() / total
        };
        let center = moment(1);
        let mut sum = 0.0;
        let below = roots.iter().take_while(|&&root| {
            sum += root;
            sum < ROLL_OFF * total
        });
        let roll_off = below.count() as f32 / N_MELS as f32;
        let flux = last.map_or(0.0, |last| {
            let before = last.iter().sum::<f32>() / N_MELS as f32;
            let pairs = bands.iter().zip(last);
            let changes = pairs.map(|(now, then)| ((now - mean) - (then - before)).abs());
            changes.sum::<f32>() / N_MELS as f32
        });
        let [low, high, voice, hiss, first, second] = &self.ranges;
        let log_power = |range: &std::ops::Range<usize>| {
            let sum: f32 = roots[range.clone()].iter().map(|root| root * root).sum();
            sum.max(1e-9).ln()
        };
        let peak = |range: &std::ops::Range<usize>| {
            bands[range.clone()]
                .iter()
                .copied()
                .fold(f32::NEG_INFINITY, f32::max)
        };
        let tilt = slope(&self.places, bands);
        [
            loudness,
            tilt,
            center,
            (moment(2) - center * center).max(0.0).sqrt(),
            roll_off,
            mean - (power / N_MELS as f32).max(1e-9).ln(),
            flux,
            log_power(low) - log_power(high),
            peak(voice) - peak(hiss),
            slope(&self.places[first.clone()], &bands[first.clone()]),
            slope(&self.places[second.clone()], &bands[second.clone()]),
        ]
    }

    fn cepstra(&self, bands: &[f32]) -> [f32; N_CEPSTRA] {
        let mut cepstra = [0.0; N_CEPSTRA];
        for (band, cosines) in bands.iter().zip(self.cosines.chunks_exact(N_CEPSTRA)) {
            for (cell, cosine) in cepstra.iter_mut().zip(cosines) {
                *cell += band * cosine;
            }
        }
        cepstra
    }
}

/// The slope of the straight line through points, by least squares; 0 where there is no line.
pub(crate) fn slope(x: &[f32], y: &[f32]) -> f32 {
    let n = x.len().max(1) as f32;
    let (x_mean, y_mean) = (x.iter().sum::<f32>() / n, y.iter().sum::<f32>() / n);
    let (mut product, mut square) = (0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        product += (x - x_mean) * (y - y_mean);
        square += (x - x_mean) * (x - x_mean);
    }
    product / square.max(1e-9)
}

/// The pitch of voiced frames as the median of their voiced neighbors: octave errors go.
fn smooth_pitch(frames: &Frames) -> Vec<f32> {
    let mut smooth = vec![0.0; frames.len()];
    let voiced: Vec<(usize, f32)> = frames
        .rows()
        .enumerate()
        .filter(|(_, row)| row[N_MELS + 1] > VOICED)
        .map(|(i, row)| (i, row[N_MELS] - MIDDLE_LOG_F0))
        .collect();
    for (k, &(i, _)) in voiced.iter().enumerate() {
        let end = (k + MEDIAN_HALF + 1).min(voiced.len());
        let around = &voiced[k.saturating_sub(MEDIAN_HALF)..end];
        let heights: Vec<f32> = around.iter().map(|(_, height)| *height).collect();
        smooth[i] = quantile(&sorted(&heights), 0.5);
    }
    smooth
}

/// The values in ascending order.
pub(crate) fn sorted(values: &[f32]) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    sorted
}

/// The value below which a share of the sorted values lies; 0 for none.
pub(crate) fn quantile(sorted: &[f32], share: f32) -> f32 {
    let last = sorted.len().saturating_sub(1);
    let place = (share * last as f32).round() as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_long_as_the_frames() {
        for n in [0, 1, 50] {
            let found = Contours::of(&Frames::of_values(n, |i, c| {
                ((i * 31 + c * 7) % 13) as f32 / 13.0
            }));
            assert_eq!(found.shapes.len(), n * N_SHAPES);
            assert_eq!(found.cepstra.len(), n * N_CEPSTRA);
            assert_eq!((found.log_f0.len(), found.voicing.len()), (n, n));
            assert!(found.shapes.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn a_flat_spectrum_has_no_shape() {
        let found = Contours::of(&Frames::of_values(
            3,
            |_, c| if c < N_MELS { 2.0 } else { 0.0 },
        ));
        let shape = &found.shapes[N_SHAPES..2 * N_SHAPES];
        for (place, value) in shape.iter().enumerate() {
            let expected = match place {
                // The spread of evenly spaced places, the roll-off, and the number of bands below
                // and above 1 kHz speak of the bands alone.
                3 | 4 | 7 => continue,
                _ => 0.0,
            };
            assert!((value - expected).abs() < 1e-4, "{place}: {value}");
        }
        assert!(found.cepstra.iter().all(|value| value.abs() < 1e-3));
    }

    #[test]
    fn one_octave_error_is_smoothed_away() {
        let pitch = |i: usize| MIDDLE_LOG_F0 + if i == 10 { 0.7 } else { 0.1 };
        let found = Contours::of(&Frames::of_values(20, |i, c| match c {
            N_MELS => pitch(i),
            c if c > N_MELS => 0.9,
            _ => 0.0,
        }));
        assert!(
            found
                .log_f0
                .iter()
                .all(|height| (height - 0.1).abs() < 1e-5)
        );
        assert!((slope(&[0.0, 1.0, 2.0], &[1.0, 3.0, 5.0]) - 2.0).abs() < 1e-6);
    }
}
