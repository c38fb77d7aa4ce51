//! Whether probabilities mean what they say.

use serde::{Deserialize, Serialize};

use super::scaling::argmax;

/// Number of bins of a reliability diagram, as Guo et al. (2017).
pub const N_BINS: usize = 15;

/// One bar of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lower end of the probabilities, exclusive (but 0 belongs to the first bin).
    pub low: f64,
    /// Upper end, inclusive.
    pub high: f64,
    /// Number of items.
    pub n: usize,
    /// Mean probability of the said class; 0 without items.
    pub confidence: f64,
    /// Share of the items that were said right; 0 without items.
    pub accuracy: f64,
}

/// The reliability of the most likely class, in bins of equal width (Guo et al. 2017, "On
/// Calibration of Modern Neural Networks", section 2).
///
/// # Shapes
/// - `probabilities`: `[n_items][n_classes]`, each summing to 1
/// - `truths`: `[n_items]`, each below `n_classes`
/// - returns: [`N_BINS`] bins
#[must_use]
pub fn reliability<P: AsRef<[f32]>>(probabilities: &[P], truths: &[usize]) -> Vec<Bin> {
    let mut bins: Vec<Bin> = (0..N_BINS)
        .map(|i| Bin {
            low: i as f64 / N_BINS as f64,
            high: (i + 1) as f64 / N_BINS as f64,
            n: 0,
            confidence: 0.0,
            accuracy: 0.0,
        })
        .collect();
    for (row, &truth) in probabilities.iter().zip(truths) {
        let row = row.as_ref();
        let said = argmax(row);
        let Some(&confidence) = row.get(said) else {
            continue;
        };
        let confidence = f64::from(confidence);
        let place = (confidence * N_BINS as f64).ceil() as usize;
        let bin = &mut bins[place.clamp(1, N_BINS) - 1];
        bin.n += 1;
        bin.confidence += confidence;
        bin.accuracy += f64::from(u8::from(said == truth));
    }
    for bin in bins.iter_mut().filter(|bin| bin.n > 0) {
        bin.confidence /= bin.n as f64;
        bin.accuracy /= bin.n as f64;
    }
    bins
}

/// The mean distance between confidence and accuracy, weighted by items, in 0..=1 (Naeini et al.
/// 2015); not a number without items.
#[must_use]
pub fn expected_calibration_error(bins: &[Bin]) -> f64 {
    let n: usize = bins.iter().map(|bin| bin.n).sum();
    let gaps = bins
        .iter()
        .map(|bin| bin.n as f64 * (bin.confidence - bin.accuracy).abs());
    gaps.sum::<f64>() / n as f64
}

/// The expected calibration error of questions that are answered yes or no, each with the
/// probability of yes and whether it is so; not a number without questions.
#[must_use]
pub fn binary_calibration_error(answers: impl Iterator<Item = (f32, bool)>) -> f64 {
    let (rows, truths): (Vec<[f32; 2]>, Vec<usize>) = answers
        .map(|(p, so)| ([1.0 - p, p], usize::from(so)))
        .unzip();
    expected_calibration_error(&reliability(&rows, &truths))
}

/// The mean squared distance between the probabilities and what is so, summed over the classes,
/// in 0..=2 (Brier 1950); not a number without items.
///
/// # Shapes
/// As [`reliability`].
#[must_use]
pub fn brier_score<P: AsRef<[f32]>>(probabilities: &[P], truths: &[usize]) -> f64 {
    let score = |(row, &truth): (&P, &usize)| {
        let squares = row.as_ref().iter().enumerate().map(|(class, &p)| {
            let so = f64::from(u8::from(class == truth));
            (f64::from(p) - so).powi(2)
        });
        squares.sum::<f64>()
    };
    let scores = probabilities.iter().zip(truths).map(score);
    scores.sum::<f64>() / probabilities.len().min(truths.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_confidence_and_accuracy() {
        // Confidences .55 (right), .65 (wrong), 1 (right).
        let rows = [[0.55, 0.45], [0.35, 0.65], [0.0, 1.0]];
        let bins = reliability(&rows, &[0, 0, 1]);
        assert_eq!(bins.len(), N_BINS);
        assert_eq!((bins[8].n, bins[9].n, bins[14].n), (1, 1, 1));
        assert_eq!((bins[8].accuracy, bins[9].accuracy), (1.0, 0.0));
        let expected = (0.45 + 0.65 + 0.0) / 3.0;
        assert!((expected_calibration_error(&bins) - expected).abs() < 1e-6);
        let expected = (2.0 * 0.45_f64.powi(2) + 2.0 * 0.65_f64.powi(2)) / 3.0;
        assert!((brier_score(&rows, &[0, 0, 1]) - expected).abs() < 1e-6);
    }

    #[test]
    fn questions_of_two_answers() {
        let answers = [(0.75, true), (0.25, false), (0.75, true), (0.75, false)];
        assert!(binary_calibration_error(answers.into_iter()) < 1e-6);
        assert!(binary_calibration_error([(0.9, false)].into_iter()) > 0.8);
    }

    #[test]
    fn edges_have_a_bin() {
        let bins = reliability(&[vec![0.0_f32], vec![f32::NAN], vec![2.0], vec![]], &[0; 4]);
        assert_eq!(bins.iter().map(|bin| bin.n).sum::<usize>(), 3);
        assert!(expected_calibration_error(&[]).is_nan());
    }
}
