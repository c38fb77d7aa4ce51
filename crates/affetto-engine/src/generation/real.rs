//! Real labelled music that no judge was trained on: the ceiling of every judge.

use std::collections::BTreeSet;
use std::path::Path;

use affetto_compose::Texture;
use affetto_models::read_folds;
use affetto_models::symbolic_emotion::{Item, MusicSet, highest_line, read_items};
use affetto_music::Score;

use super::judges::Judge;
use super::metrics::Metrics;
use super::verdicts::{Piece, Verdicts};
use crate::Error;

/// The clips of the folds for composing, which no judge has met.
///
/// # Errors
/// When `folds.csv` or the clips are not below the folder.
pub(crate) fn held_out(data: &Path, judges: &[Judge]) -> Result<Vec<Item>, Error> {
    let folds = read_folds(&data.join("folds.csv"))?;
    let composing: BTreeSet<(&str, &str)> = folds
        .iter()
        .filter(|row| row.purpose == "compose")
        .map(|row| (&*row.set, &*row.file))
        .collect();
    let mut items = read_items(data)?;
    items.retain(|item| {
        composing.contains(&(item.set.name(), &*item.file))
            && !judges.iter().any(|judge| judge.has_seen(item.hash))
    });
    Ok(items)
}

/// Real music as a texture has it: the highest line alone where one melody is asked for. No
/// labelled music for bands exists; piano stands in for it.
pub(crate) fn in_texture(score: &Score, texture: Texture) -> Score {
    match texture {
        Texture::Mono => highest_line(score),
        Texture::Poly | Texture::Band => score.clone(),
    }
}

/// Adds what every judge makes of every set: `real_TEXTURE_JUDGE_on_SET_MEASURE`.
pub(crate) fn report(items: &[Item], judges: &[Judge], metrics: &mut Metrics) {
    for texture in [Texture::Mono, Texture::Poly] {
        for set in MusicSet::ALL {
            let of_set: Vec<&Item> = items.iter().filter(|item| item.set == set).collect();
            let scores: Vec<Score> = of_set
                .iter()
                .map(|item| in_texture(&item.score, texture))
                .collect();
            let pieces: Vec<Piece<'_>> = of_set
                .iter()
                .zip(&scores)
                .map(|(item, score)| Piece {
                    score,
                    meant: item.labels.map(|label| label > 0.0),
                    group: item.song.clone(),
                })
                .collect();
            if !pieces.is_empty() {
                let verdicts = Verdicts::of(judges, &pieces);
                verdicts.report(judges, metrics, &|judge, measure| {
                    format!("real_{texture}_{judge}_on_{}_{measure}", set.name())
                });
            }
        }
    }
}

/// The ceiling of a judge for a measure with its view: the mean over the judge's own sets.
pub(crate) fn ceiling(
    metrics: &Metrics,
    judge: &Judge,
    texture: Texture,
    measure: &str,
) -> Option<f64> {
    let texture = match texture {
        Texture::Mono => Texture::Mono,
        Texture::Poly | Texture::Band => Texture::Poly,
    };
    let of_set = |set: &MusicSet| {
        let name = format!("real_{texture}_{}_on_{}_{measure}", judge.name, set.name());
        metrics.get(&name)
    };
    let known: Vec<f64> = judge.home.iter().filter_map(of_set).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}
