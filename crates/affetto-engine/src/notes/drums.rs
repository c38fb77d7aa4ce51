//! Learnt drum patterns: the weights as the patterns of the composer, and the composer's own tables
//! to compare them with.

use affetto_compose::genre::{Drum, Lane, profile, steps::steps};
use affetto_compose::{DrumHit, DrumPattern, DrumPatterns, DrumRole, Genre};
use affetto_models::WeightsFile;
use affetto_models::drum_patterns::{BarKind, N_STEPS, RuleBar, VOICE_KEYS, patterns};

use crate::Error;

/// The patterns in weights, for the composer.
///
/// # Errors
/// [`Error::User`] for weights that do not fit.
pub(crate) fn drum_patterns(weights: &WeightsFile) -> Result<DrumPatterns, Error> {
    let mut found = Vec::new();
    for pattern in patterns(weights)? {
        found.push(DrumPattern {
            genre: pattern.style.parse()?,
            role: match pattern.kind {
                BarKind::Beat => DrumRole::Beat,
                BarKind::Fill => DrumRole::Fill,
            },
            energy: pattern.energy,
            share: f64::from(pattern.share),
            hits: (pattern.hits.iter())
                .map(|hit| DrumHit {
                    step: hit.step,
                    key: hit.key,
                    probability: f64::from(hit.probability),
                    velocity: f64::from(hit.velocity),
                    offset_ms: f64::from(hit.offset_ms),
                    deviation_ms: f64::from(hit.deviation_ms),
                })
                .collect(),
        });
    }
    Ok(DrumPatterns::new(found))
}

/// The bars of the rule tables of all genres, as far as they use the voices of the patterns.
pub(crate) fn rule_bars() -> Vec<RuleBar> {
    let mut found = Vec::new();
    for &genre in Genre::ALL {
        let band = &profile(genre).band;
        let beats = band.grooves.iter().map(|groove| groove.lanes);
        let beats = beats.map(|lanes| (BarKind::Beat, lanes));
        let fills = band.fills.iter().map(|lanes| (BarKind::Fill, *lanes));
        for (kind, lanes) in beats.chain(fills) {
            let n_bars = lanes.iter().map(|(_, bars)| bars.len()).max().unwrap_or(0);
            for bar in 0..n_bars as u32 {
                found.push(RuleBar {
                    style: genre.name().to_owned(),
                    kind,
                    strokes: strokes(lanes, bar),
                });
            }
        }
    }
    found
}

fn strokes(lanes: &[Lane], bar: u32) -> Vec<(u8, u8)> {
    let mut found = Vec::new();
    for (drum, bars) in lanes {
        let key = match drum {
            Drum::Clap => Drum::Snare.key(),
            other => other.key(),
        };
        let struck = steps(bars, bar, N_STEPS as u32);
        let struck = struck.iter().filter(|_| VOICE_KEYS.contains(&key));
        found.extend(struck.map(|step| (step.start as u8, key)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_patterns_cover_the_genres_that_were_recorded() {
        let weights = affetto_models::drum_patterns::embedded().unwrap();
        let patterns = drum_patterns(&weights).unwrap();
        let without: Vec<Genre> = Genre::ALL
            .iter()
            .copied()
            .filter(|&genre| !patterns.has(genre))
            .collect();
        assert_eq!(without, [Genre::Classical, Genre::Reggae, Genre::Ambient]);
    }

    #[test]
    fn rule_tables_become_bars() {
        let bars = rule_bars();
        let disco = |bar: &&RuleBar| bar.style == "disco" && bar.kind == BarKind::Beat;
        let four_on_the_floor = [0, 4, 8, 12].map(|step| (step, Drum::Kick.key()));
        let mut disco = bars.iter().filter(disco);
        assert!(disco.any(|bar| {
            four_on_the_floor
                .iter()
                .all(|stroke| bar.strokes.contains(stroke))
        }));
    }
}
