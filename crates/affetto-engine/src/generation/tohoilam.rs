//! tohoilam's system as an arm of the comparison: the melodies that it has released, 30 an emotion,
//! all of one emotion from one primer, so that intervals over pieces flatter; and new pieces by its
//! networks, each as long as those of the other arms and begun by the first bar of a released
//! melody of its emotion, with the velocities that the system gives them.

use std::path::Path;

use affetto_affect::Quadrant;
use affetto_compose::Texture;
use affetto_models::datasets::visit_files;
use affetto_models::magenta::{MagentaModel, MagentaOptions};
use affetto_music::{Score, midi};
use rayon::prelude::*;

use super::judges::Judge;
use super::metrics::Metrics;
use super::pieces::BARS;
use super::verdicts::{Piece, Verdicts, sides};
use crate::Error;

/// Folders of the release and what each was made to express; those of augmented training are not
/// the system's final ones.
const FOLDERS: [(&str, Quadrant); 4] = [
    ("1_30_happiness", Quadrant::Happiness),
    ("1_30_angry", Quadrant::Anger),
    ("1_30_sadness", Quadrant::Sadness),
    ("1_30_calmness", Quadrant::Calmness),
];

/// Pieces, and what each is meant to express.
type Meant = Vec<(Score, Quadrant)>;

/// The archive that holds them.
pub(crate) const ARCHIVE: &str = "tohoilam_models_and_outputs.tar.zst";

/// The released melodies with their quadrants; none where the archive is not in the folder.
///
/// # Errors
/// [`Error::Io`] when the archive cannot be read.
pub(crate) fn melodies(data: &Path) -> Result<Meant, Error> {
    let archive = data.join(ARCHIVE);
    let mut melodies = Vec::new();
    if !archive.exists() {
        return Ok(melodies);
    }
    visit_files(
        &archive,
        &|path| quadrant(path).is_some(),
        &mut |path, bytes| {
            if let (Some(quadrant), Ok(score)) = (quadrant(path), midi::read(bytes)) {
                melodies.push((score, quadrant));
            }
        },
    )?;
    Ok(melodies)
}

/// The quadrant of the folder that a MIDI file lies in.
fn quadrant(path: &Path) -> Option<Quadrant> {
    let ending = path.extension()?.to_str()?;
    let folder = path.parent()?.file_name()?.to_str()?;
    let known = FOLDERS.iter().find(|(name, _)| *name == folder)?;
    ["mid", "midi"].contains(&ending).then_some(known.1)
}

/// `n_pieces` pieces for each emotion and texture by the networks of the bundles; none where the
/// archive is not in the folder.
///
/// # Errors
/// [`Error`] when the archive cannot be read or a bundle is damaged.
pub(crate) fn composed(
    data: &Path,
    melodies: &[(Score, Quadrant)],
    n_pieces: u32,
) -> Result<[(Texture, Meant); 2], Error> {
    let mut by_texture = [(Texture::Mono, Vec::new()), (Texture::Poly, Vec::new())];
    let archive = data.join(ARCHIVE);
    if !archive.exists() {
        return Ok(by_texture);
    }
    let mut bundles = Vec::new();
    let is_bundle = |path: &Path| path.extension().is_some_and(|ending| ending == "mag");
    visit_files(&archive, &is_bundle, &mut |path, bytes| {
        bundles.push((
            bundle(path),
            MagentaModel::from_bytes(bytes, &path.display().to_string()),
        ));
    })?;
    for (quadrant, network) in bundles {
        let network = network?;
        let place = usize::from(!network.is_monophonic());
        if let Some(quadrant) = quadrant {
            by_texture[place]
                .1
                .extend(pieces_by(&network, quadrant, melodies, n_pieces)?);
        }
    }
    Ok(by_texture)
}

/// Pieces of one network.
fn pieces_by(
    network: &MagentaModel,
    quadrant: Quadrant,
    melodies: &[(Score, Quadrant)],
    n_pieces: u32,
) -> Result<Meant, Error> {
    let released: Vec<&Score> = melodies
        .iter()
        .filter(|(_, of)| *of == quadrant)
        .map(|(score, _)| score)
        .collect();
    (0..u64::from(n_pieces))
        .into_par_iter()
        .map(|seed| {
            let begun = released.get(seed as usize % released.len().max(1));
            let primer = begun.map_or_else(Score::default, |score| score.slice_bars(0, 1));
            let options = MagentaOptions {
                n_steps: 16 * BARS as usize,
                seed,
                ..MagentaOptions::default()
            };
            let mut score = network.compose(&primer, &options)?;
            let notes = score.tracks.iter_mut().flat_map(|track| &mut track.notes);
            notes.for_each(|note| note.velocity = velocity(quadrant).unwrap_or(note.velocity));
            Ok((score, quadrant))
        })
        .collect()
}

/// The velocity that the system writes over all notes of an emotion.
fn velocity(quadrant: Quadrant) -> Option<u8> {
    match quadrant {
        Quadrant::Happiness => Some(90),
        Quadrant::Anger => None,
        Quadrant::Sadness => Some(80),
        Quadrant::Calmness => Some(20),
    }
}

/// The quadrant that a bundle is named after.
fn bundle(path: &Path) -> Option<Quadrant> {
    match path.file_stem()?.to_str()? {
        "Happiness" => Some(Quadrant::Happiness),
        "Anger" => Some(Quadrant::Anger),
        "Sadness" => Some(Quadrant::Sadness),
        "Calmness" => Some(Quadrant::Calmness),
        _ => None,
    }
}

/// Adds what the judges make of pieces: `NAME_JUDGE_MEASURE`.
pub(crate) fn report(
    name: &str,
    melodies: &[(Score, Quadrant)],
    judges: &[Judge],
    metrics: &mut Metrics,
) {
    let pieces: Vec<Piece<'_>> = melodies
        .iter()
        .enumerate()
        .map(|(index, (score, quadrant))| Piece {
            score,
            meant: sides(*quadrant),
            group: index.to_string(),
        })
        .collect();
    if !pieces.is_empty() {
        let verdicts = Verdicts::of(judges, &pieces);
        verdicts.report(judges, metrics, &|judge, measure| {
            format!("{name}_{judge}_{measure}")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Quadrant>) {
        assert_eq!(quadrant(Path::new(path)), expected);
    }

    #[test]
    fn folders_tell_the_quadrant() {
        check("tohoilam/generated/1_30_angry/1.mid", Some(Quadrant::Anger));
        check("tohoilam/generated/1_30_sadness_augmented/1.mid", None);
        check("tohoilam/generated/1_30_calmness/readme.txt", None);
        check("1.mid", None);
    }

    #[test]
    fn nothing_there_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(melodies(folder.path()).unwrap().is_empty());
        let composed = composed(folder.path(), &[], 3).unwrap();
        assert!(composed.iter().all(|(_, pieces)| pieces.is_empty()));
    }
}
