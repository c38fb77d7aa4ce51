//! The corpus of one's own style: a folder of MIDI files, some songs held out, the map from emotion
//! to attributes taken from the weights that are gone on from.

use std::path::Path;

use affetto_compose::Genre;
use affetto_models::note_model::{NoteCorpus, NoteTrainingConfig};
use affetto_models::{ItemHash, WeightsFile};

use super::plan::AttributePlan;
use super::prepare::{Preparation, read_pieces};
use super::{Licences, prepare::HoldOut};
use crate::Error;

/// Share of the songs that are held out.
const HELD_OUT: f64 = 0.15;
/// Fewest songs of a style.
const MIN_SONGS: usize = 2;

/// Prepares a folder for a style; also the genre whose band it will use: the given one, else the one
/// that most folders are named after, else the one whose bars are most like these.
///
/// # Errors
/// [`Error::User`] when fewer than two songs can be learned from or the weights cannot be used.
pub(crate) fn style_corpus(
    data: &Path,
    base: Option<Genre>,
    from: &WeightsFile,
) -> Result<(NoteCorpus, Genre), Error> {
    if !data.is_dir() {
        return Err(Error::user_hint(
            "invalid_request",
            format!("{} is no folder", data.display()),
            "give a folder of MIDI files with --data",
        ));
    }
    let plan = AttributePlan::from_weights(from)?;
    let base = match base {
        Some(genre) => genre,
        None => {
            let read = read(data, None)?;
            let named = read.genres.iter().max_by_key(|(_, n)| **n);
            named.map_or_else(|| plan.nearest(&read.plan), |(genre, _)| *genre)
        }
    };
    let Preparation {
        mut corpus,
        plan: own,
        ..
    } = read(data, Some(base))?;
    hold_out(&mut corpus, data)?;
    corpus.arrays = plan.with_means(&own, base).arrays();
    Ok((corpus, base))
}

fn read(data: &Path, genre: Option<Genre>) -> Result<Preparation, Error> {
    let mut preparation = Preparation::new(HoldOut::Nothing, genre);
    read_pieces(&mut preparation, data, Licences::All, &mut |_| {})?;
    Ok(preparation)
}

/// Holds out the songs with the smallest hashes, and leaves their melodies out of the training.
fn hold_out(corpus: &mut NoteCorpus, data: &Path) -> Result<(), Error> {
    let melody_of = |name: &str| name.strip_suffix(" (melody)").map(str::to_owned);
    let mut names: Vec<String> = corpus.songs.iter().map(|song| song.name.clone()).collect();
    names.retain(|name| melody_of(name).is_none());
    names.sort_by_key(|name| ItemHash::of(name.as_bytes()).tail());
    names.dedup();
    if names.len() < MIN_SONGS {
        return Err(Error::user_hint(
            "no_notes",
            format!(
                "{} songs below {} can be learned from, expected at least {MIN_SONGS}",
                names.len(),
                data.display()
            ),
            "a style needs some dozen MIDI files of at least four bars",
        ));
    }
    let n = (names.len() as f64 * HELD_OUT).round().max(1.0) as usize;
    let held_out = &names[..n];
    for song in &mut corpus.songs {
        let melody = melody_of(&song.name);
        if held_out.contains(&song.name) {
            song.is_held_out = true;
        } else if melody.is_some_and(|name| held_out.contains(&name)) {
            song.weight = 0.0;
        }
    }
    Ok(())
}

/// Settings that suit a style: the size of the weights gone on from, a few hundred steps.
///
/// # Errors
/// [`Error::User`] for weights that do not tell their size.
pub(crate) fn style_config(from: &WeightsFile) -> Result<NoteTrainingConfig, Error> {
    let size = |name: &str| {
        let size = from.metadata.config["network"][name].as_u64();
        let size = size.and_then(|size| usize::try_from(size).ok());
        size.ok_or_else(|| from.refused(format!("they do not tell their {name}")))
    };
    let mut config = NoteTrainingConfig::default();
    config.model.n_layers = size("n_layers")?;
    config.model.width = size("width")?;
    config.model.n_heads = size("n_heads")?;
    config.model.feed_width = size("feed_width")?;
    config.model.context = size("context")?;
    // Six times 40 steps of eight windows: about ten minutes on a processor core.
    config.n_windows = 320;
    config.n_validation = 32;
    config.training.n_epochs = 6;
    config.training.patience = 2;
    config.training.learning_rate = 8e-4;
    config.training.average = 0.95;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use affetto_models::{RunOptions, note_model};
    use affetto_music::{midi, notation};

    use super::*;
    use crate::styles;
    use crate::train::{CrossValidation, StyleRequest, TrainRequest, TrainingTask, train};

    /// Six songs of eight bars.
    fn songs(folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        let bars = [
            "C4:q D4:q E4:q F4:q",
            "C4:h G4:q F4:q",
            "E4:q E4:q G4:h",
            "A4:q G4:q F4:q C4:q",
            "G4:h D4:h",
            "C5:q A4:h F4:q",
        ];
        for (number, bar) in bars.iter().enumerate() {
            let text = format!("melody = {}", [*bar; 8].join(" | "));
            let bytes = midi::write(&notation::parse(&text).unwrap());
            std::fs::write(folder.join(format!("{number}.mid")), bytes).unwrap();
        }
    }

    /// Weights of a network small enough for a test.
    fn small_weights(corpus: &NoteCorpus, out: &Path) -> std::path::PathBuf {
        let mut config = NoteTrainingConfig::default();
        let model = &mut config.model;
        (model.n_layers, model.width, model.n_heads) = (1, 16, 2);
        (model.feed_width, model.context) = (32, 64);
        (config.n_windows, config.n_validation) = (8, 4);
        config.training.n_epochs = 1;
        let options = RunOptions::default();
        let report = note_model::train(corpus, None, out, &config, &options, &mut |_| {});
        report.unwrap().files[0].clone()
    }

    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().flatten() {
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &to);
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
    }

    #[test]
    fn a_style_is_learned_kept_and_resumed_to_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        songs(&path("mine"));
        let embedded = note_model::embedded().unwrap();
        let (corpus, base) = style_corpus(&path("mine"), Some(Genre::Jazz), &embedded).unwrap();
        assert_eq!(base, Genre::Jazz);
        let held_out = corpus.songs.iter().filter(|song| song.is_held_out).count();
        assert_eq!(held_out, 1);
        let settings = path("settings.json");
        let text = r#"{"n_windows": 16, "n_validation": 4, "training": {"n_epochs": 2, "learning_rate": 0.01}}"#;
        std::fs::write(&settings, text).unwrap();
        let mut request = TrainRequest {
            task: TrainingTask::Notes,
            data: path("mine"),
            out: path("out"),
            config: Some(settings),
            seed: None,
            cross_validation: CrossValidation::Skip,
            run: RunOptions {
                checkpoint_every: 1,
                report_every: 1,
                ..RunOptions::default()
            },
            mlflow: None,
            clean: None,
            from: Some(small_weights(&corpus, &path("base"))),
            style: Some(StyleRequest {
                name: "tango".to_owned(),
                base_genre: Some("jazz".to_owned()),
                folder: path("styles"),
            }),
        };
        let mut stopped = false;
        let trained = train(&request, &mut |event| {
            if event.stage == "train" && event.step == 3 && !stopped {
                stopped = true;
                copy(&path("out"), &path("stopped"));
            }
        });
        let metrics = trained.unwrap().report.metrics;
        assert!(metrics["held_out_loss"] < metrics["held_out_loss_before"]);
        let whole = std::fs::read(styles::path(&path("styles"), "tango")).unwrap();
        let (style, weights) = styles::load(Some(&path("styles")), "tango").unwrap();
        assert_eq!(style.base_genre, "jazz");
        assert_eq!(
            AttributePlan::from_weights(&weights)
                .unwrap()
                .arrays()
                .len(),
            3
        );
        assert!(stopped);
        (request.out, request.run.resume) = (path("stopped"), true);
        train(&request, &mut |_| {}).unwrap();
        let resumed = std::fs::read(styles::path(&path("styles"), "tango")).unwrap();
        assert_eq!(resumed, whole);
    }

    #[track_caller]
    fn check_refused(data: &Path, expected: &str) {
        let embedded = note_model::embedded().unwrap();
        let error = style_corpus(data, None, &embedded).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn too_little_is_refused_and_the_nearest_genre_found() {
        let folder = tempfile::tempdir().unwrap();
        check_refused(&folder.path().join("none"), "is no folder");
        check_refused(folder.path(), "can be learned from");
        let one = folder.path().join("one");
        songs(&one);
        for number in 1..6 {
            std::fs::remove_file(one.join(format!("{number}.mid"))).unwrap();
        }
        check_refused(&one, "1 songs below");
        let blues = folder.path().join("blues");
        songs(&blues);
        let embedded = note_model::embedded().unwrap();
        let (_, named) = style_corpus(&blues, None, &embedded).unwrap();
        assert_eq!(named, Genre::Blues);
    }
}
