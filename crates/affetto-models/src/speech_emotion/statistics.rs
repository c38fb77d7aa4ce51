//! Statistics of a whole utterance: what the classical systems of the field are built on (Eyben et
//! al. 2016, "The Geneva Minimalistic Acoustic Parameter Set"), in our own choice.

use super::frames::{Frames, MIDDLE_LOG_F0, N_MELS, VOICED, energies};

/// Mel bands in one group whose movement is measured.
const GROUP: usize = 4;
/// Frequencies at which the rhythm of the loudness is measured, in Hz.
const RHYTHM_HZ: [f32; 8] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];
/// Frames a second.
const FRAME_RATE_HZ: f32 = 100.0;
/// Number of statistics.
pub(crate) const N_STATISTICS: usize =
    2 * N_MELS + N_MELS / GROUP + 6 + 4 + 7 + 5 + RHYTHM_HZ.len();

/// The statistics of an utterance; all 0 where there is no frame.
///
/// In this order: mean and standard deviation of each band; mean absolute change of each group of
/// four bands; loudness (deviation, three quantiles below the top, mean change, skewness); tilt and
/// center of the spectrum with their deviations; pitch of voiced frames (mean, deviation, three
/// quantiles, mean change, slope, in nepers); voicing (mean, deviation, share, segments a second,
/// length of segments in s); strength of the rhythm at eight frequencies.
///
/// # Shapes
/// - returns: `[N_STATISTICS]`
pub(crate) fn statistics(frames: &Frames) -> Vec<f32> {
    let mut out = Vec::with_capacity(N_STATISTICS);
    if frames.len() == 0 {
        out.resize(N_STATISTICS, 0.0);
        return out;
    }
    bands(frames, &mut out);
    let loudness = energies(frames);
    loudness_statistics(&loudness, &mut out);
    spectrum_statistics(frames, &mut out);
    pitch_statistics(frames, &mut out);
    voicing_statistics(frames, &mut out);
    rhythm(&loudness, &mut out);
    out
}

fn bands(frames: &Frames, out: &mut Vec<f32>) {
    let n = frames.len() as f32;
    let (mut sum, mut square) = ([0.0_f32; N_MELS], [0.0_f32; N_MELS]);
    let mut change = [0.0_f32; N_MELS / GROUP];
    let mut last: Option<&[f32]> = None;
    for row in frames.rows() {
        for band in 0..N_MELS {
            sum[band] += row[band];
            square[band] += row[band] * row[band];
            if let Some(last) = last {
                change[band / GROUP] += (row[band] - last[band]).abs();
            }
        }
        last = Some(row);
    }
    out.extend(sum.iter().map(|sum| sum / n));
    out.extend(
        sum.iter()
            .zip(&square)
            .map(|(sum, square)| (square / n - (sum / n).powi(2)).max(0.0).sqrt()),
    );
    out.extend(change.iter().map(|change| change / (n * GROUP as f32)));
}

fn loudness_statistics(loudness: &[f32], out: &mut Vec<f32>) {
    let (mean, sd) = mean_sd(loudness);
    let sorted = sorted(loudness);
    let top = quantile(&sorted, 0.98);
    let cubes: f32 = loudness.iter().map(|x| (x - mean).powi(3)).sum();
    out.push(sd);
    out.extend([0.1, 0.5, 0.9].map(|share| quantile(&sorted, share) - top));
    out.push(mean_change(loudness));
    out.push(cubes / loudness.len() as f32 / (sd + 0.1).powi(3));
}

/// Tilt: the slope of a straight line through the bands. Center: the mean band by power.
fn spectrum_statistics(frames: &Frames, out: &mut Vec<f32>) {
    let middle = (N_MELS - 1) as f32 / 2.0;
    let (mut tilts, mut centers) = (Vec::new(), Vec::new());
    for row in frames.rows() {
        let (mut slope, mut norm, mut weighted, mut total) = (0.0, 0.0, 0.0, 1e-9);
        for (band, value) in row[..N_MELS].iter().enumerate() {
            let place = (band as f32 - middle) / middle;
            let power = (0.5 * value).exp();
            slope += place * value;
            norm += place * place;
            weighted += place * power;
            total += power;
        }
        tilts.push(slope / norm);
        centers.push(weighted / total);
    }
    for values in [tilts, centers] {
        let (mean, sd) = mean_sd(&values);
        out.extend([mean, sd]);
    }
}

fn pitch_statistics(frames: &Frames, out: &mut Vec<f32>) {
    let voiced: Vec<(f32, f32)> = frames
        .rows()
        .enumerate()
        .filter(|(_, row)| row[N_MELS + 1] > VOICED)
        .map(|(i, row)| (i as f32 / FRAME_RATE_HZ, row[N_MELS] - MIDDLE_LOG_F0))
        .collect();
    if voiced.len() < 2 {
        out.extend([0.0; 7]);
        return;
    }
    let heights: Vec<f32> = voiced.iter().map(|v| v.1).collect();
    let times: Vec<f32> = voiced.iter().map(|v| v.0).collect();
    let (mean, sd) = mean_sd(&heights);
    let (middle, _) = mean_sd(&times);
    let covariance: f32 = voiced.iter().map(|(t, h)| (t - middle) * (h - mean)).sum();
    let spread: f32 = times.iter().map(|t| (t - middle).powi(2)).sum();
    let sorted = sorted(&heights);
    out.extend([mean, sd]);
    out.extend([0.1, 0.5, 0.9].map(|share| quantile(&sorted, share)));
    out.push(mean_change(&heights));
    out.push((covariance / (spread + 0.1)).clamp(-3.0, 3.0));
}

fn voicing_statistics(frames: &Frames, out: &mut Vec<f32>) {
    let voicing: Vec<f32> = frames.rows().map(|row| row[N_MELS + 1]).collect();
    let (mean, sd) = mean_sd(&voicing);
    let n_voiced = voicing.iter().filter(|&&v| v > VOICED).count() as f32;
    let starts = voicing
        .windows(2)
        .filter(|pair| pair[0] <= VOICED && pair[1] > VOICED)
        .count() as f32;
    let seconds = voicing.len() as f32 / FRAME_RATE_HZ;
    out.extend([mean, sd, n_voiced / voicing.len() as f32]);
    out.extend([starts / seconds, n_voiced / FRAME_RATE_HZ / (starts + 1.0)]);
}

/// The strength of the loudness at some frequencies, by its Fourier sum.
fn rhythm(loudness: &[f32], out: &mut Vec<f32>) {
    let (mean, _) = mean_sd(loudness);
    for hz in RHYTHM_HZ {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (i, value) in loudness.iter().enumerate() {
            let (sin, cos) = (std::f32::consts::TAU * hz * i as f32 / FRAME_RATE_HZ).sin_cos();
            real += (value - mean) * cos;
            imaginary += (value - mean) * sin;
        }
        out.push((real * real + imaginary * imaginary).sqrt() / loudness.len() as f32);
    }
}

fn mean_sd(values: &[f32]) -> (f32, f32) {
    let n = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / n;
    let square = values.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n;
    (mean, square.sqrt())
}

fn mean_change(values: &[f32]) -> f32 {
    let changes = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    changes.sum::<f32>() / values.len().max(1) as f32
}

fn sorted(values: &[f32]) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted
}

/// The value below which a share of the sorted values lies.
fn quantile(sorted: &[f32], share: f32) -> f32 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((share * last as f32).round() as usize)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::frames::N_COLUMNS;
    use super::*;

    fn frames(n: usize, value: impl Fn(usize, usize) -> f32) -> Frames {
        let at = |i: usize| (0..N_COLUMNS).map(move |c| (i, c));
        Frames {
            values: (0..n).flat_map(at).map(|(i, c)| value(i, c)).collect(),
        }
    }

    #[test]
    fn as_many_as_promised() {
        for n in [0, 1, 2, 300] {
            let found = statistics(&frames(n, |i, c| ((i * 31 + c * 7) % 13) as f32 / 13.0));
            assert_eq!(found.len(), N_STATISTICS, "{n} frames");
            assert!(found.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn steady_sound_does_not_move() {
        let found = statistics(&frames(100, |_, c| if c < N_MELS { 1.0 } else { 0.0 }));
        assert!(found[..N_MELS].iter().all(|mean| (mean - 1.0).abs() < 1e-4));
        assert!(found[N_MELS..2 * N_MELS].iter().all(|sd| *sd < 1e-2));
        assert!(
            found[N_STATISTICS - RHYTHM_HZ.len()..]
                .iter()
                .all(|x| x.abs() < 1e-3)
        );
    }

    #[test]
    fn rhythm_is_found() {
        let beat = |i: usize| (std::f32::consts::TAU * 4.0 * i as f32 / 100.0).sin();
        let found = statistics(&frames(300, |i, c| if c < N_MELS { beat(i) } else { 0.0 }));
        let rhythm = &found[N_STATISTICS - RHYTHM_HZ.len()..];
        let best = (0..8)
            .max_by(|&a, &b| rhythm[a].total_cmp(&rhythm[b]))
            .unwrap();
        assert_eq!(RHYTHM_HZ[best], 4.0);
    }
}
