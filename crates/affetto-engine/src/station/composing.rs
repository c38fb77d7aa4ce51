//! The composer as the source of a station's bars.

use affetto_affect::{Affect, Plan};
use affetto_compose::{Bar, Change, Composer, Request};

use super::parts::{Controls, Course, Source};
use crate::notes::{TIME_LIMIT, Writing};
use crate::{Engine, Error};

/// Bars by the composer.
#[derive(Clone)]
pub(super) struct ComposerSource {
    composer: Composer<Writing>,
    engine: Engine,
}

impl ComposerSource {
    pub(super) fn new(request: Request, engine: &Engine) -> Result<Self, Error> {
        Ok(Self {
            composer: engine.live_composer(request)?,
            engine: engine.clone(),
        })
    }
}

impl Source for ComposerSource {
    fn next_bar(&mut self) -> Bar {
        self.composer.next_bar()
    }

    fn change(&mut self, request: &Request) {
        let before = self.composer.request();
        let by = |r: &Request| (r.writer, r.sampling, r.weights.clone());
        if by(before) != by(request) || before.primer != request.primer {
            match self.engine.writing(request) {
                Ok(source) => self
                    .composer
                    .write_with(source.with_time_limit(TIME_LIMIT), request),
                Err(error) => tracing::warn!(%error, "the writer stays as it was"),
            }
        }
        for change in differences(self.composer.request(), request) {
            // Requests are checked where they come in; what the composer refuses all the same
            // changes nothing.
            if let Err(error) = self.composer.change(change) {
                tracing::warn!(%error, "the composer refused a change");
            }
        }
    }

    fn controls(&self) -> Controls {
        let live = self.composer.live_controls();
        Controls {
            bpm: live.bpm.get(),
            gain_db: live.gain_db,
            layers: live.layers,
        }
    }

    fn fork(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}

/// The changes that lead from one request to another. Seed, candidates and given chords cannot
/// change while music plays, and an encore once asked for is not taken back.
fn differences(from: &Request, to: &Request) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |differs: bool, change: Change| {
        if differs {
            changes.push(change);
        }
    };
    // The cap first: a target above the old one may lie below the new one.
    add(
        from.energy_cap != to.energy_cap,
        Change::EnergyCap(to.energy_cap),
    );
    add(from.target != to.target, Change::Target(to.target));
    add(from.genre != to.genre, Change::Genre(to.genre));
    add(from.texture != to.texture, Change::Texture(to.texture));
    add(from.cues != to.cues, Change::Cues(to.cues));
    add(
        from.target_offset != to.target_offset,
        Change::TargetOffset(to.target_offset),
    );
    add(from.encores < to.encores, Change::Encore);
    add(from.key != to.key, Change::Key(to.key));
    add(from.tempo != to.tempo, Change::Tempo(to.tempo));
    add(from.steady != to.steady, Change::Steady(to.steady));
    add(
        from.performance != to.performance,
        Change::Performance(to.performance),
    );
    changes
}

impl Course for Plan {
    fn target(&self, seconds: f64) -> Affect {
        Plan::target(self, seconds)
    }
}

#[cfg(test)]
mod tests {
    use affetto_compose::Genre;

    use super::*;

    #[test]
    fn only_what_differs_is_changed() {
        let from = Request::new(Affect::default());
        assert!(differences(&from, &from.clone()).is_empty());
        let to = Request {
            genre: Genre::Jazz,
            energy_cap: 0.2,
            ..from.clone()
        };
        assert_eq!(
            differences(&from, &to),
            [Change::EnergyCap(0.2), Change::Genre(Genre::Jazz)]
        );
        let encore = Request {
            encores: 1,
            ..from.clone()
        };
        assert_eq!(differences(&from, &encore), [Change::Encore]);
        assert!(differences(&encore, &from).is_empty());
    }
}
