//! The melodies that tohoilam's system has released, as an arm of the comparison: 30 an emotion,
//! monophonic, all of one emotion from one primer, so that intervals over pieces flatter.

use std::path::Path;

use affetto_affect::Quadrant;
use affetto_models::datasets::visit_files;
use affetto_music::{Score, midi};

use super::judges::Judge;
use super::metrics::Metrics;
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

/// The archive that holds them.
pub(crate) const ARCHIVE: &str = "tohoilam_models_and_outputs.tar.zst";

/// The released melodies with their quadrants; none where the archive is not in the folder.
///
/// # Errors
/// [`Error::Io`] when the archive cannot be read.
pub(crate) fn melodies(data: &Path) -> Result<Vec<(Score, Quadrant)>, Error> {
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

/// Adds what the judges make of the melodies: `tohoilam_mono_JUDGE_MEASURE`.
pub(crate) fn report(melodies: &[(Score, Quadrant)], judges: &[Judge], metrics: &mut Metrics) {
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
            format!("tohoilam_mono_{judge}_{measure}")
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
    }
}
