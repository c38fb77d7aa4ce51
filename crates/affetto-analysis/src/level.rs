//! How loud speech is while somebody speaks, and making it equally loud.
//!
//! After the idea of ITU-T P.56 (2011), method B: the level of active speech is the mean power of
//! the moments that are not pauses. We use windows of 20 ms instead of an envelope, and take for
//! pauses what lies more than 16 dB (the margin of P.56) below the loud moments.

/// Moments are this long.
const MOMENT_SECONDS: f64 = 0.02;
/// Pauses lie this far below the 90th percentile of all moments, in dB.
const MARGIN_DB: f32 = 16.0;
/// Below this nothing is amplified, in dB of full scale: dither and digital silence.
const SILENCE_DB: f32 = -80.0;
/// Most that [`normalize_level`] amplifies, in dB.
const MAX_GAIN_DB: f32 = 50.0;

/// Level of active speech in dB of full scale (a full-scale sine has −3); nothing for silence and
/// for less than 20 ms.
///
/// A constant offset does not count, and moments with what is not a number are left out.
#[must_use]
pub fn active_level_db(samples: &[f32], sample_rate_hz: u32) -> Option<f32> {
    let moment = ((f64::from(sample_rate_hz) * MOMENT_SECONDS) as usize).max(1);
    let mut powers: Vec<f32> = samples
        .chunks_exact(moment)
        .map(power_without_offset)
        .filter(|power| power.is_finite())
        .collect();
    powers.sort_by(f32::total_cmp);
    let loud = *powers.get(powers.len() * 9 / 10)?;
    let threshold = loud * 10_f32.powf(-MARGIN_DB / 10.0);
    let active = &powers[powers.partition_point(|power| *power < threshold)..];
    let mean = active.iter().map(|power| f64::from(*power)).sum::<f64>() / active.len() as f64;
    let level_db = 10.0 * mean.log10() as f32;
    (level_db > SILENCE_DB).then_some(level_db)
}

/// Brings active speech to a level in dB of full scale, e.g. −26; returns the factor that was
/// applied. Silence stays as it is, and nothing is amplified by more than 50 dB. Peaks may exceed
/// ±1: this is for analysis, not for playing.
pub fn normalize_level(samples: &mut [f32], sample_rate_hz: u32, target_db: f32) -> f32 {
    let Some(level_db) = active_level_db(samples, sample_rate_hz) else {
        return 1.0;
    };
    let gain = 10_f32.powf((target_db - level_db).min(MAX_GAIN_DB) / 20.0);
    samples.iter_mut().for_each(|sample| *sample *= gain);
    gain
}

/// Mean power around the mean.
pub(crate) fn power_without_offset(samples: &[f32]) -> f32 {
    let n = samples.len().max(1) as f32;
    let mean = samples.iter().sum::<f32>() / n;
    let squares = samples
        .iter()
        .map(|sample| (sample - mean) * (sample - mean));
    squares.sum::<f32>() / n
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    const RATE: u32 = 16_000;

    fn sine(amplitude: f32, n: usize) -> Vec<f32> {
        let at = |i: usize| amplitude * (TAU * 200.0 * i as f32 / RATE as f32).sin();
        (0..n).map(at).collect()
    }

    #[track_caller]
    fn check(samples: &[f32], expected_db: Option<f32>) {
        let actual = active_level_db(samples, RATE);
        match (actual, expected_db) {
            (Some(actual), Some(expected)) => {
                assert!(
                    (actual - expected).abs() < 0.2,
                    "{actual} dB, not {expected}"
                );
            }
            _ => assert_eq!(actual, expected_db),
        }
    }

    #[test]
    fn levels_of_known_sounds() {
        check(&sine(1.0, 16_000), Some(-3.01));
        check(&sine(0.004, 16_000), Some(-50.97));
        check(
            &sine(0.5, 16_000)
                .iter()
                .map(|s| s + 0.3)
                .collect::<Vec<_>>(),
            Some(-9.03),
        );
        check(&[], None);
        check(&[0.0; 16_000], None);
        check(&[f32::NAN; 16_000], None);
        check(&sine(1.0, 100), None);
    }

    #[test]
    fn pauses_do_not_count() {
        let mut spoken = sine(0.1, 16_000);
        spoken.extend([0.0; 48_000]);
        check(&spoken, Some(-23.01));
    }

    #[test]
    fn silence_is_not_amplified() {
        let mut silence = vec![1e-6; 16_000];
        assert_eq!(normalize_level(&mut silence, RATE, -26.0), 1.0);
        assert_eq!(silence, vec![1e-6; 16_000]);
    }

    proptest! {
        #[test]
        fn every_level_becomes_the_target(gain_db in -60.0_f32..0.0, target_db in -40.0_f32..-10.0) {
            let mut samples = sine(10_f32.powf(gain_db / 20.0), 8_000);
            normalize_level(&mut samples, RATE, target_db);
            let level = active_level_db(&samples, RATE).unwrap();
            let reachable = target_db.min(gain_db - 3.01 + MAX_GAIN_DB);
            prop_assert!((level - reachable).abs() < 0.1, "{level} dB, not {reachable}");
        }
    }
}
