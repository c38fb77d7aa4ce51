//! Everything about a model in one go: look at the data, cross-validate, train, evaluate, write
//! the model card.

use std::path::{Path, PathBuf};

use affetto_models::{Evaluated, TrainingEvent};

use crate::describe;
use crate::experiments::card::Card;
use crate::experiments::runs::RunRecord;
use crate::train::{CrossValidation, TrainRequest, Trained, evaluate_trained, train};
use crate::{Error, write_atomic};

/// The card beside the weights.
const CARD_FILE: &str = "README.md";
/// The page about the data beside the weights.
const DATA_FILE: &str = "data.html";
/// Faults and leaks that were found in the data.
const CLEANING_FILE: &str = "data_faults.csv";

/// What reproducing made.
#[derive(Debug, Clone, PartialEq)]
pub struct Reproduced {
    /// The training with its cross-validation.
    pub trained: Trained,
    /// The new weights on items that they have not seen, where there are any.
    pub evaluation: Option<Evaluated>,
    /// The model card.
    pub card: PathBuf,
    /// The page about the data.
    pub page: PathBuf,
}

/// Looks at the data, cross-validates where the task has that, trains, evaluates the new weights
/// and writes `README.md`, `data.html` and `data_faults.csv` beside them.
///
/// What the look at the data finds is reported, not left out: for that, give it as `--clean`.
///
/// # Errors
/// As [`train`].
pub fn reproduce(
    request: &TrainRequest,
    progress: &mut dyn FnMut(&TrainingEvent),
) -> Result<Reproduced, Error> {
    let out = &request.out;
    std::fs::create_dir_all(out).map_err(|source| Error::io("create", out, source))?;
    let mut n_files = 0;
    let description = describe::describe(&request.data, &mut |_: &Path| {
        n_files += 1;
        progress(&stage("data", n_files));
    })?;
    let page = out.join(DATA_FILE);
    describe::write(&description, &page, Some(&out.join(CLEANING_FILE)))?;
    let request = TrainRequest {
        cross_validation: if request.task.has_cross_validation() {
            CrossValidation::Run
        } else {
            CrossValidation::Skip
        },
        ..request.clone()
    };
    let trained = train(&request, progress)?;
    progress(&stage("evaluation", 1));
    let evaluation = evaluate_trained(request.task, &trained.report, &request.data)?;
    let run = match &trained.report.log {
        None => None,
        Some(log) => RunRecord::read(log)?,
    };
    let config = std::fs::read_to_string(&trained.config)
        .map_err(|source| Error::io("read", &trained.config, source))?;
    let markdown = Card {
        facts: request.task.card_facts(),
        report: &trained.report,
        description: Some(&description),
        run: run.as_ref(),
        cross_validation: trained.cross_validation.as_ref().map(|c| &c.evaluation),
        evaluation: evaluation.as_ref().map(|e| &e.evaluation),
        config: &config,
    }
    .to_markdown();
    let card = out.join(CARD_FILE);
    write_atomic(&card, markdown.as_bytes())?;
    Ok(Reproduced {
        trained,
        evaluation,
        card,
        page,
    })
}

fn stage(name: &str, step: usize) -> TrainingEvent {
    TrainingEvent {
        stage: name.into(),
        step,
        n_steps: step,
        epoch: None,
        values: std::collections::BTreeMap::new(),
    }
}
