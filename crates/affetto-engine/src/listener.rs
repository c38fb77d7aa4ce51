//! The listening model of `affetto-models` as the ear of `affetto-compose`.

use affetto_affect::Affect;
use affetto_compose::Listener;
use affetto_models::symbolic_emotion::SymbolicEmotion;
use affetto_music::Score;

/// The in-loop listening model, trained on folds 0–2 only.
#[derive(Debug)]
pub(crate) struct InLoop {
    model: SymbolicEmotion,
}

impl InLoop {
    pub(crate) fn new(model: SymbolicEmotion) -> Self {
        Self { model }
    }
}

impl Listener for InLoop {
    fn hear(&self, score: &Score) -> Affect {
        self.model.hear(score).estimate.mean
    }
}
