//! What people can listen to: examples of every arm, and pairs that mean the same feeling.

use affetto_affect::Quadrant;
use affetto_compose::{Genre, Texture};
use affetto_models::shuffled_indices;
use affetto_models::symbolic_emotion::{Item, MusicSet};
use affetto_music::Score;

use super::arms::Arm;
use super::pieces::{Composed, center};
use super::verdicts::sides;
use super::views::{JUDGED_S, beginning};
use super::{Example, Pair};

/// Genre of the examples of bands.
const EXAMPLE_GENRE: Genre = Genre::Pop;
/// Pairs for each quadrant.
const PAIRS: usize = 3;

/// One piece of every quadrant; of melodies none.
pub(super) fn examples(arm: &Arm, composed: &[Composed]) -> Vec<Example> {
    let of_quadrant = |&quadrant: &Quadrant| {
        let mut there = meant(composed, quadrant);
        let piece = there
            .clone()
            .find(|piece| piece.asked.genre == EXAMPLE_GENRE)
            .or_else(|| there.next())?;
        let texture = piece.asked.texture;
        (texture != Texture::Mono).then(|| Example {
            name: format!("{}_{texture}_{}", arm.name, quadrant.name()),
            caption: format!(
                "{}, {texture}, {}, {}",
                arm.name,
                piece.asked.genre,
                quadrant.name()
            ),
            score: piece.score.clone(),
        })
    };
    Quadrant::ALL.iter().filter_map(of_quadrant).collect()
}

/// Pairs of piano pieces: of the first two arms, or of the only one and real clips.
pub(super) fn pairs(pianos: &[(&str, Vec<Composed>)], real: &[Item]) -> Vec<Pair> {
    let Some((first, composed)) = pianos.first() else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for &quadrant in &Quadrant::ALL {
        let (name, others): (&str, Vec<&Score>) = match pianos.get(1) {
            Some((second, others)) => {
                let others = meant(others, quadrant);
                (second, others.map(|piece| &piece.score).collect())
            }
            None => ("real", clips(real, quadrant)),
        };
        let own = meant(composed, quadrant).map(|piece| &piece.score);
        for (own, other) in own.zip(others).take(PAIRS) {
            pairs.push(Pair {
                feeling: quadrant.name().into(),
                names: [(*first).into(), name.into()],
                scores: [own, other].map(|score| beginning(score, JUDGED_S)),
            });
        }
    }
    pairs
}

fn meant(composed: &[Composed], quadrant: Quadrant) -> impl Iterator<Item = &Composed> + Clone {
    let at = center(quadrant);
    composed
        .iter()
        .filter(move |piece| [piece.asked.valence, piece.asked.arousal] == at)
}

/// Real performances of a quadrant in random order.
fn clips(real: &[Item], quadrant: Quadrant) -> Vec<&Score> {
    let of_quadrant: Vec<&Item> = real
        .iter()
        .filter(|item| item.set == MusicSet::Emopia)
        .filter(|item| item.labels.map(|label| label > 0.0) == sides(quadrant))
        .collect();
    let order = shuffled_indices(of_quadrant.len(), 0);
    order
        .into_iter()
        .map(|item| &of_quadrant[item].score)
        .collect()
}
