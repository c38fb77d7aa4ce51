//! How the scales of catalogues become moods, and how sure each is.
//!
//! The standard deviations were measured where two catalogues name the same songs (root mean
//! square of the differences after the mappings below): Deezer against PMEmo .29 and .29 for
//! valence and arousal (13 songs), against TAFFC .34 and .22 (19 songs); the words of the Spotify
//! table against Deezer .64 and .31 (50 songs); tohoilam's predictions against Deezer .59 and .46
//! at correlations of −.02 and −.07 (232 songs).

use affetto_affect::{Affect, Label};

use crate::{Mood, MoodOrigin};

/// Standard deviations of valence and arousal.
pub(super) type Spread = (f64, f64);

/// Means of ten or more raters of a study.
pub(super) const RATED: Spread = (0.2, 0.2);
/// Deezer's points from tags.
pub(super) const DEEZER: Spread = (0.35, 0.3);
/// A quadrant: a uniform square has .29, and some songs stand in the wrong one.
pub(super) const QUADRANT: Spread = (0.35, 0.35);
/// A word out of four or of a listener.
pub(super) const WORD: Spread = (0.55, 0.4);
/// Predictions that say next to nothing: wider than the spread of music itself.
pub(super) const GUESSED: Spread = (0.8, 0.8);

/// Z-scores at which [`squashed`] reaches tanh(1) = .76: the most positive songs of Deezer stand
/// at 1.5.
const Z_SCALE: f64 = 1.5;

/// A z-score as a coordinate in −1..=1: tanh(z / 1.5), which keeps the order and the sign.
pub(super) fn squashed(z: f64) -> f64 {
    (z / Z_SCALE).tanh()
}

/// A rating on a scale as a coordinate in −1..=1.
pub(super) fn scaled(rating: f64, lowest: f64, highest: f64) -> f64 {
    2.0 * (rating - lowest) / (highest - lowest) - 1.0
}

/// A mood at a point; what is outside the plane is left to the check of the row.
pub(super) fn mood(point: (f64, f64), spread: Spread, origin: MoodOrigin) -> Mood {
    Mood {
        valence: point.0,
        arousal: point.1,
        valence_sd: spread.0,
        arousal_sd: spread.1,
        origin,
    }
}

/// The mood that a word stands for.
pub(super) fn of_label(label: &Label) -> Mood {
    let point: Affect = label.point();
    mood((point.v(), point.a()), WORD, MoodOrigin::Tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_keep_order_sign_and_ends() {
        assert!((squashed(1.5) - 0.762).abs() < 1e-3);
        assert_eq!((squashed(0.0), squashed(-3.0)), (0.0, -squashed(3.0)));
        assert_eq!((scaled(1.0, 1.0, 9.0), scaled(9.0, 1.0, 9.0)), (-1.0, 1.0));
        assert_eq!(scaled(0.5, 0.0, 1.0), 0.0);
    }
}
