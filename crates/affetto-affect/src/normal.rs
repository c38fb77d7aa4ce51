//! The normal distribution in one and two dimensions.

use std::f64::consts::{PI, TAU};

/// Beyond this many standard deviations the tails are below the resolution of an `f64` near 1.
const TAIL: f64 = 8.5;

/// Nodes (positive half) and weights of the 10-point Gauss–Legendre rule (Abramowitz & Stegun
/// 1964, table 25.4).
const GAUSS_LEGENDRE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// Probability that a standard normal variable is below `x`, in 0..=1.
///
/// The series of Marsaglia (2004), "Evaluating the normal distribution", section 3; absolute
/// error below 1e-14.
#[must_use]
pub(crate) fn cdf(x: f64) -> f64 {
    if x.is_nan() || x < -TAIL {
        return 0.0;
    }
    if x > TAIL {
        return 1.0;
    }
    let (mut sum, mut previous, mut term, mut i) = (x, f64::NAN, x, 1.0);
    while sum != previous {
        previous = sum;
        i += 2.0;
        term *= x * x / i;
        sum += term;
    }
    (0.5 + sum * (-0.5 * x * x).exp() / TAU.sqrt()).clamp(0.0, 1.0)
}

/// The `x` below which a standard normal variable lies with probability `p`; ±8.5 at the ends.
#[must_use]
pub(crate) fn quantile(p: f64) -> f64 {
    bisect(-TAIL, TAIL, |x| cdf(x) - p)
}

/// Where an increasing function crosses zero between `low` and `high`.
pub(crate) fn bisect(mut low: f64, mut high: f64, increasing: impl Fn(f64) -> f64) -> f64 {
    // 60 halvings of a range below 20 leave less than 1e-16.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if increasing(middle) < 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    0.5 * (low + high)
}

/// Probability that both of two standard normal variables with this correlation are positive
/// after shifting them by `h` and `k`: P(X > −h, Y > −k), in 0..=1.
///
/// Plackett (1954), "A reduction formula for normal multivariate integrals", in the form with
/// the angle asin ρ (Drezner & Wesolowsky 1990; Genz 2004): Φ(h)Φ(k) plus an integral over one
/// angle, by a Gauss–Legendre rule of ten points on each quarter of the angle. Error below 1e-7
/// for |ρ| ≤ 0.99.
#[must_use]
pub(crate) fn positive_orthant(h: f64, k: f64, correlation: f64) -> f64 {
    let angle = correlation.asin();
    let density = |theta: f64| {
        let (sin, cos) = theta.sin_cos();
        (-(h * h + k * k - 2.0 * h * k * sin) / (2.0 * cos * cos)).exp()
    };
    let quarters = 4;
    let half_width = angle / f64::from(2 * quarters);
    let integral: f64 = (0..quarters)
        .map(|quarter| {
            let middle = half_width * f64::from(2 * quarter + 1);
            let pair = |&(node, weight): &(f64, f64)| {
                weight * (density(middle - half_width * node) + density(middle + half_width * node))
            };
            half_width * GAUSS_LEGENDRE.iter().map(pair).sum::<f64>()
        })
        .sum();
    (cdf(h) * cdf(k) + integral / (2.0 * PI)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_cdf(x: f64, expected: f64) {
        assert!((cdf(x) - expected).abs() < 1e-12, "{x}: {}", cdf(x));
    }

    #[test]
    fn known_values() {
        check_cdf(0.0, 0.5);
        check_cdf(1.0, 0.841_344_746_068_543);
        check_cdf(-1.96, 0.024_997_895_148_220_4);
        check_cdf(5.0, 0.999_999_713_348_428);
        check_cdf(f64::INFINITY, 1.0);
        check_cdf(f64::NEG_INFINITY, 0.0);
    }

    #[test]
    fn orthant_of_centered_variables_is_sheppards() {
        // Sheppard (1899): 1/4 + asin ρ / 2π.
        for correlation in [-0.99, -0.7, -0.2, 0.0, 0.4, 0.8, 0.95, 0.99_f64] {
            let expected = 0.25 + correlation.asin() / TAU;
            let actual = positive_orthant(0.0, 0.0, correlation);
            assert!(
                (actual - expected).abs() < 1e-9,
                "{correlation}: {actual} {expected}"
            );
        }
    }

    /// The same probability by the trapezoidal rule over one variable.
    fn by_summing(h: f64, k: f64, correlation: f64) -> f64 {
        let steps = 5_000;
        let width = (h + TAIL) / f64::from(steps);
        let rest = (1.0 - correlation * correlation).sqrt();
        let f = |x: f64| (-0.5 * x * x).exp() / TAU.sqrt() * cdf((k + correlation * x) / rest);
        let inner: f64 = (1..steps).map(|i| f(-h + width * f64::from(i))).sum();
        width * (inner + 0.5 * (f(-h) + f(TAIL)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn orthant_agrees_with_summing(h in -4.0..4.0, k in -4.0..4.0, r in -0.99..0.99) {
            let difference = positive_orthant(h, k, r) - by_summing(h, k, r);
            prop_assert!(difference.abs() < 1e-6, "{}", difference);
        }

        #[test]
        fn quantile_inverts(p in 1e-6..0.999_999) {
            prop_assert!((cdf(quantile(p)) - p).abs() < 1e-12);
        }
    }
}
