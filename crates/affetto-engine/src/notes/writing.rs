//! Who writes the bars of a request.

use affetto_compose::{AnySource, Composer, NeuralSource, Request, RuleSource, Writer};

use super::Network;
use crate::{Engine, Error};

/// Share of a bar's duration that writing it may take in live music: one bar is ahead, and the
/// other half is for performing and rendering it.
pub(crate) const TIME_LIMIT: f64 = 0.5;

/// The rules or the note model.
pub(crate) type Writing = AnySource<Network>;

impl Engine {
    /// A composer for a request, with the ear that chooses among candidates.
    ///
    /// # Errors
    /// [`Error::User`] for a number outside its range or weights that cannot be used.
    pub(crate) fn composer(&self, request: Request) -> Result<Composer<Writing>, Error> {
        let writing = self.writing(&request)?;
        self.composer_with(request, writing)
    }

    /// A composer for a request whose music is played while it is written: a bar that takes too
    /// long comes from the rules.
    ///
    /// # Errors
    /// As [`Self::composer`].
    pub(crate) fn live_composer(&self, request: Request) -> Result<Composer<Writing>, Error> {
        let writing = self.writing(&request)?.with_time_limit(TIME_LIMIT);
        self.composer_with(request, writing)
    }

    fn composer_with(
        &self,
        request: Request,
        writing: Writing,
    ) -> Result<Composer<Writing>, Error> {
        let listener = self.listener()?;
        Ok(Composer::with_source(request, Some(listener), writing)?)
    }

    /// Who writes the bars of a request.
    ///
    /// # Errors
    /// [`Error::User`] for weights that cannot be used.
    pub(crate) fn writing(&self, request: &Request) -> Result<Writing, Error> {
        Ok(match request.writer {
            Writer::Rules => Writing::Rules(RuleSource),
            Writer::Neural => {
                let source =
                    NeuralSource::new(self.note_model(&request.weights)?, request.sampling);
                let source = source.with_primer(request.primer.clone());
                let source = source.with_drums(self.drum_patterns()?);
                Writing::Neural(Box::new(source))
            }
        })
    }
}
