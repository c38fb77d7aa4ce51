//! Who writes the bars of a request.

use affetto_compose::{AnySource, Composer, NeuralSource, Request, RuleSource, Writer};

use super::Network;
use crate::{Engine, Error};

/// The rules or the note model.
pub(crate) type Writing = AnySource<Network>;

impl Engine {
    /// A composer for a request, with the ear that chooses among candidates.
    ///
    /// # Errors
    /// [`Error::User`] for a number outside its range or weights that cannot be used.
    pub(crate) fn composer(&self, request: Request) -> Result<Composer<Writing>, Error> {
        let writing = self.writing(&request)?;
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
                let source = NeuralSource::new(self.note_model()?, request.sampling);
                let source = source.with_primer(request.primer.clone());
                Writing::Neural(Box::new(source))
            }
        })
    }
}
