//! Statistics of a whole utterance: what the classical systems of the field are built on (Schuller
//! et al. 2013, "The INTERSPEECH 2013 computational paralinguistics challenge"; Eyben et al. 2016),
//! in our own choice.

use super::contours::{Contours, N_CEPSTRA, N_SHAPES, quantile, sorted};
use super::frames::{Frames, N_MELS};

/// Mel bands in one group whose movement is measured.
const GROUP: usize = 4;
/// Frequencies at which the rhythm of the loudness is measured, in Hz.
const RHYTHM_HZ: [f32; 12] = [
    1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0,
];
/// Cepstra whose course over the utterance is measured.
const COURSE_CEPSTRA: usize = 8;
/// Frames a second.
const FRAME_RATE_HZ: f32 = 100.0;
/// Quantiles of the shapes.
const QUANTILES: [f32; 3] = [0.1, 0.5, 0.9];
/// Fewer voiced frames than this say nothing of a voice.
const MIN_VOICED: usize = 6;
/// Statistics of the loudness, the pitch and the voicing.
const N_LOUDNESS: usize = 9;
const N_PITCH: usize = 18;
const N_VOICING: usize = 15;
/// Number of statistics.
pub(crate) const N_STATISTICS: usize = 3 * N_MELS
    + N_MELS / GROUP
    + N_SHAPES * (6 + 6 + 2 + 3)
    + N_CEPSTRA * (3 + 2)
    + COURSE_CEPSTRA * 3
    + N_LOUDNESS
    + N_PITCH
    + N_VOICING
    + RHYTHM_HZ.len();

/// The statistics of an utterance; all 0 where there is no frame.
///
/// In this order: mean and standard deviation of each band, mean absolute change of each group of
/// four bands, mean of each band over voiced frames; shapes of the spectrum over all, voiced and
/// unvoiced frames and by thirds of the utterance; cepstra likewise; loudness; pitch; voicing;
/// strength of the rhythm at some frequencies. The length of the utterance is not among them.
///
/// # Shapes
/// - returns: `[N_STATISTICS]`
pub(crate) fn statistics(frames: &Frames) -> Vec<f32> {
    statistics_of(frames, &Contours::of(frames))
}

/// As [`statistics`], where the contours are known.
pub(crate) fn statistics_of(frames: &Frames, contours: &Contours) -> Vec<f32> {
    let mut out = Vec::with_capacity(N_STATISTICS);
    let n = contours.n_frames;
    if n == 0 {
        out.resize(N_STATISTICS, 0.0);
        return out;
    }
    let all: Vec<usize> = (0..n).collect();
    let voiced: Vec<usize> = (0..n).filter(|&i| contours.is_voiced(i)).collect();
    let unvoiced: Vec<usize> = (0..n)
        .filter(|&i| contours.is_speech(i) && !contours.is_voiced(i))
        .collect();
    // A whisper has no voiced frames: then all frames stand for them.
    let voice = if voiced.len() < MIN_VOICED {
        &all
    } else {
        &voiced
    };
    bands(frames, &all, voice, &mut out);
    let shapes = Table {
        values: &contours.shapes,
        width: N_SHAPES,
    };
    shapes.moments(&all, &mut out);
    shapes.quantiles(&all, &mut out);
    shapes.change(&mut out);
    shapes.moments(voice, &mut out);
    shapes.quantiles(voice, &mut out);
    shapes.slopes(voice, &mut out);
    shapes.moments(&unvoiced, &mut out);
    shapes.thirds(N_SHAPES, &mut out);
    let cepstra = Table {
        values: &contours.cepstra,
        width: N_CEPSTRA,
    };
    cepstra.moments(&all, &mut out);
    cepstra.change(&mut out);
    cepstra.moments(voice, &mut out);
    cepstra.thirds(COURSE_CEPSTRA, &mut out);
    let loudness: Vec<f32> = (0..n).map(|i| contours.loudness(i)).collect();
    loudness_statistics(&loudness, &mut out);
    pitch_statistics(contours, &voiced, &mut out);
    voicing_statistics(contours, voice, &mut out);
    rhythm(&loudness, &mut out);
    out
}

/// Values of some columns by frame.
struct Table<'a> {
    /// `[n_frames, width]`
    values: &'a [f32],
    width: usize,
}

impl Table<'_> {
    fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.width..][..self.width]
    }

    fn means(&self, frames: &[usize]) -> Vec<f32> {
        let mut sums = vec![0.0; self.width];
        for &i in frames {
            add(&mut sums, self.row(i));
        }
        let n = frames.len().max(1) as f32;
        sums.iter_mut().for_each(|sum| *sum /= n);
        sums
    }

    /// Means, then standard deviations.
    fn moments(&self, frames: &[usize], out: &mut Vec<f32>) {
        let means = self.means(frames);
        let mut squares = vec![0.0; self.width];
        for &i in frames {
            for ((square, value), mean) in squares.iter_mut().zip(self.row(i)).zip(&means) {
                *square += (value - mean) * (value - mean);
            }
        }
        let n = frames.len().max(1) as f32;
        out.extend(means);
        out.extend(squares.iter().map(|square| (square / n).sqrt()));
    }

    fn quantiles(&self, frames: &[usize], out: &mut Vec<f32>) {
        for column in 0..self.width {
            let values: Vec<f32> = frames.iter().map(|&i| self.row(i)[column]).collect();
            let sorted = sorted(&values);
            out.extend(QUANTILES.map(|share| quantile(&sorted, share)));
        }
    }

    /// Mean absolute changes from frame to frame.
    fn change(&self, out: &mut Vec<f32>) {
        let mut sums = vec![0.0; self.width];
        let n_frames = self.values.len() / self.width;
        for i in 1..n_frames {
            for (column, sum) in sums.iter_mut().enumerate() {
                *sum += (self.row(i)[column] - self.row(i - 1)[column]).abs();
            }
        }
        let n = n_frames.saturating_sub(1).max(1) as f32;
        out.extend(sums.iter().map(|sum| sum / n));
    }

    /// Slopes over time, a second.
    fn slopes(&self, frames: &[usize], out: &mut Vec<f32>) {
        let means = self.means(frames);
        let second = |i: usize| i as f32 / FRAME_RATE_HZ;
        let middle = frames.iter().map(|&i| second(i)).sum::<f32>() / frames.len().max(1) as f32;
        let spread: f32 = frames.iter().map(|&i| (second(i) - middle).powi(2)).sum();
        let mut products = vec![0.0; self.width];
        for &i in frames {
            for ((product, value), mean) in products.iter_mut().zip(self.row(i)).zip(&means) {
                *product += (second(i) - middle) * (value - mean);
            }
        }
        out.extend(products.iter().map(|product| product / (spread + 0.1)));
    }

    /// The means of the thirds of the utterance against the mean of the whole.
    fn thirds(&self, n_columns: usize, out: &mut Vec<f32>) {
        let n = self.values.len() / self.width;
        let all: Vec<usize> = (0..n).collect();
        let means = self.means(&all);
        for third in 0..3 {
            let part = &all[third * n / 3..(third + 1) * n / 3];
            let own = match part {
                [] => means.clone(),
                part => self.means(part),
            };
            let pairs = own.iter().zip(&means).take(n_columns);
            out.extend(pairs.map(|(own, mean)| own - mean));
        }
    }
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

fn bands(frames: &Frames, all: &[usize], voice: &[usize], out: &mut Vec<f32>) {
    let values: Vec<f32> = frames
        .rows()
        .flat_map(|row| row[..N_MELS].iter().copied())
        .collect();
    let bands = Table {
        values: &values,
        width: N_MELS,
    };
    bands.moments(all, out);
    let mut changes = Vec::with_capacity(N_MELS);
    bands.change(&mut changes);
    let groups = changes.chunks_exact(GROUP);
    out.extend(groups.map(|group| group.iter().sum::<f32>() / GROUP as f32));
    out.extend(bands.means(voice));
}

fn loudness_statistics(loudness: &[f32], out: &mut Vec<f32>) {
    let (mean, sd) = mean_sd(loudness);
    let sorted = sorted(loudness);
    out.push(sd);
    out.extend([0.1, 0.25, 0.5, 0.75, 0.9].map(|share| quantile(&sorted, share)));
    out.push(mean_change(loudness));
    out.push(central_moment(loudness, mean, 3) / (sd + 0.1).powi(3));
    let curve = Table {
        values: loudness,
        width: 1,
    };
    let all: Vec<usize> = (0..loudness.len()).collect();
    curve.slopes(&all, out);
}

/// Mean, deviation, seven quantiles and two ranges of them; movement: mean, deviation, share that
/// rises; slope and bend over time; skewness and kurtosis. In nepers.
fn pitch_statistics(contours: &Contours, voiced: &[usize], out: &mut Vec<f32>) {
    if voiced.len() < MIN_VOICED {
        out.extend([0.0; N_PITCH]);
        return;
    }
    let heights: Vec<f32> = voiced.iter().map(|&i| contours.log_f0[i]).collect();
    let (mean, sd) = mean_sd(&heights);
    let sorted = sorted(&heights);
    let quantiles = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95].map(|share| quantile(&sorted, share));
    out.extend([mean, sd]);
    out.extend(quantiles);
    out.extend([quantiles[5] - quantiles[1], quantiles[6] - quantiles[3]]);
    let steps = voiced.windows(2).zip(heights.windows(2));
    let moves: Vec<f32> = steps
        .filter(|(frames, _)| frames[1] == frames[0] + 1)
        .map(|(_, heights)| heights[1] - heights[0])
        .collect();
    let n_moves = moves.len().max(1) as f32;
    let sizes: f32 = moves.iter().map(|step| step.abs()).sum();
    let rising = moves.iter().filter(|&&step| step > 0.0).count();
    out.extend([sizes / n_moves, mean_sd(&moves).1, rising as f32 / n_moves]);
    out.extend(line_and_bend(voiced, &heights, mean));
    out.push(central_moment(&heights, mean, 3) / (sd + 0.02).powi(3));
    out.push(central_moment(&heights, mean, 4) / (sd + 0.02).powi(4));
}

/// Least squares of a line and a parabola: the coefficients of t and t², t in seconds from the
/// middle.
fn line_and_bend(frames: &[usize], heights: &[f32], mean: f32) -> [f32; 2] {
    let n = frames.len() as f32;
    let seconds: Vec<f32> = frames.iter().map(|&i| i as f32 / FRAME_RATE_HZ).collect();
    let middle = seconds.iter().sum::<f32>() / n;
    let square = seconds.iter().map(|t| (t - middle).powi(2)).sum::<f32>() / n;
    // Normal equations of two columns, with a little ridge for short voices.
    let (mut a, mut b, mut c, mut p, mut q) = (0.1, 0.0, 0.1, 0.0, 0.0);
    for (t, height) in seconds.iter().zip(heights) {
        let line = t - middle;
        let bend = line * line - square;
        a += line * line;
        b += line * bend;
        c += bend * bend;
        p += line * (height - mean);
        q += bend * (height - mean);
    }
    let determinant = a * c - b * b;
    [(c * p - b * q) / determinant, (a * q - b * p) / determinant].map(|x| x.clamp(-3.0, 3.0))
}

/// Voicing of all frames (mean, deviation, share); voiced segments a second, their mean length,
/// deviation and longest in s; gaps between them (mean, deviation); voicing of voiced frames
/// (mean, deviation, three quantiles); share of speech.
fn voicing_statistics(contours: &Contours, voice: &[usize], out: &mut Vec<f32>) {
    let n = contours.n_frames;
    let (mean, sd) = mean_sd(&contours.voicing);
    let (mut lengths, mut gaps) = (Vec::new(), Vec::new());
    let mut start = 0;
    let mut n_voiced = 0.0;
    for i in 1..=n {
        let before = contours.is_voiced(i - 1);
        n_voiced += if before { 1.0 } else { 0.0 };
        if i == n || contours.is_voiced(i) != before {
            let seconds = (i - start) as f32 / FRAME_RATE_HZ;
            // Silence before the first and after the last segment is no gap.
            match before {
                true => lengths.push(seconds),
                false if start > 0 && i < n => gaps.push(seconds),
                false => {}
            }
            start = i;
        }
    }
    let seconds = n as f32 / FRAME_RATE_HZ;
    let n_segments = lengths.len() as f32;
    out.extend([mean, sd, n_voiced / n as f32, n_segments / seconds]);
    out.push(n_voiced / FRAME_RATE_HZ / (n_segments + 1.0));
    out.push(mean_sd(&lengths).1);
    out.push(lengths.iter().copied().fold(0.0, f32::max));
    let (gap, gap_sd) = mean_sd(&gaps);
    out.extend([gap, gap_sd]);
    let values: Vec<f32> = voice.iter().map(|&i| contours.voicing[i]).collect();
    let (mean, sd) = mean_sd(&values);
    let sorted = sorted(&values);
    out.extend([mean, sd]);
    out.extend(QUANTILES.map(|share| quantile(&sorted, share)));
    let n_speech = (0..n).filter(|&i| contours.is_speech(i)).count();
    out.push(n_speech as f32 / n as f32);
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
    (mean, central_moment(values, mean, 2).sqrt())
}

fn central_moment(values: &[f32], mean: f32, power: i32) -> f32 {
    let powers: f32 = values.iter().map(|x| (x - mean).powi(power)).sum();
    powers / values.len().max(1) as f32
}

fn mean_change(values: &[f32]) -> f32 {
    let changes = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    changes.sum::<f32>() / values.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_promised() {
        for n in [0, 1, 2, 300] {
            for voicing in [0.0, 0.9] {
                let found = statistics(&Frames::of_values(n, |i, c| match c {
                    c if c > N_MELS => voicing,
                    _ => ((i * 31 + c * 7) % 13) as f32 / 13.0,
                }));
                assert_eq!(found.len(), N_STATISTICS, "{n} frames");
                assert!(found.iter().all(|value| value.is_finite()));
            }
        }
    }

    #[test]
    fn steady_sound_does_not_move() {
        let found = statistics(&Frames::of_values(
            100,
            |_, c| if c < N_MELS { 1.0 } else { 0.0 },
        ));
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
        let found = statistics(&Frames::of_values(300, |i, c| {
            if c < N_MELS { beat(i) } else { 0.0 }
        }));
        let rhythm = &found[N_STATISTICS - RHYTHM_HZ.len()..];
        let best = (0..RHYTHM_HZ.len())
            .max_by(|&a, &b| rhythm[a].total_cmp(&rhythm[b]))
            .unwrap();
        assert_eq!(RHYTHM_HZ[best], 4.0);
    }

    #[test]
    fn a_rising_voice_rises() {
        let found = statistics(&Frames::of_values(100, |i, c| match c {
            N_MELS => 5.0 + 0.005 * i as f32,
            c if c > N_MELS => 0.9,
            _ => 0.0,
        }));
        let pitch = &found[N_STATISTICS - RHYTHM_HZ.len() - N_VOICING - N_PITCH..];
        // The line rises by half a neper a second; the ends are flattened a little.
        assert!((pitch[14] - 0.5).abs() < 0.02, "{pitch:?}");
        assert!(pitch[13] > 0.9, "{pitch:?}");
    }
}
