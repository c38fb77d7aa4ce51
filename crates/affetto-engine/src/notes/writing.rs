//! Who writes the bars of a request.

use affetto_compose::{
    BarContext, BarPlan, BarSource, Composer, NeuralSource, Part, Request, RuleSource, Writer,
};
use rand_pcg::Pcg64Mcg;

use super::Network;
use crate::{Engine, Error};

/// The rules or the note model.
#[derive(Debug, Clone)]
pub(crate) enum Writing {
    Rules(RuleSource),
    Neural(Box<NeuralSource<Network>>),
}

impl BarSource for Writing {
    fn propose(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<Part> {
        match self {
            Self::Rules(source) => source.propose(plan, context, rng),
            Self::Neural(source) => source.propose(plan, context, rng),
        }
    }

    fn propose_all(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rngs: &mut [Pcg64Mcg],
    ) -> Vec<Vec<Part>> {
        match self {
            Self::Rules(source) => source.propose_all(plan, context, rngs),
            Self::Neural(source) => source.propose_all(plan, context, rngs),
        }
    }
}

impl Engine {
    /// A composer for a request, with the ear that chooses among candidates.
    ///
    /// # Errors
    /// [`Error::User`] for a number outside its range or weights that cannot be used.
    pub(crate) fn composer(&self, request: Request) -> Result<Composer<Writing>, Error> {
        let writing = match request.writer {
            Writer::Rules => Writing::Rules(RuleSource),
            Writer::Neural => {
                let source = NeuralSource::new(self.note_model()?, request.sampling);
                let source = source.with_primer(request.primer.clone());
                Writing::Neural(Box::new(source))
            }
        };
        let listener = self.listener()?;
        Ok(Composer::with_source(request, Some(listener), writing)?)
    }
}
