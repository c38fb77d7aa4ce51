//! Long checks: thousands of bars and pieces, counted for faults and measured for memory.

use affetto_compose::{Composer, Genre, Length, Request, SoakReport, Texture, Writer, faults};

use crate::request::{DefaultStrategy, MusicRequest};
use crate::{Engine, Error};

/// What endless composing showed.
#[derive(Debug, Clone, PartialEq)]
pub struct EndlessReport {
    /// Faults, silence and repetition.
    pub composed: SoakReport,
    /// Resident memory after a tenth of the bars, in MB; `None` where the system does not say.
    pub early_mb: Option<f64>,
    /// Resident memory at the end, in MB.
    pub late_mb: Option<f64>,
}

/// What many pieces showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PiecesReport {
    /// Pieces composed.
    pub pieces: u32,
    /// Bars in all of them.
    pub bars: usize,
    /// Faults that the validator finds in written and performed notes; must be 0.
    pub faults: usize,
    /// The first of them.
    pub first_faults: Vec<String>,
}

impl Engine {
    /// Composes bars without end, one candidate each, while mood and genre wander.
    ///
    /// # Errors
    /// [`Error::User`] when the weights of the writer cannot be used.
    pub fn soak_bars(
        &self,
        bars: u64,
        writer: Writer,
        mut each: impl FnMut(u64),
    ) -> Result<EndlessReport, Error> {
        let understood = self.understand(&MusicRequest::default(), DefaultStrategy::Match)?;
        let request = Request {
            length: Length::Endless,
            writer,
            candidates: 1,
            ..understood.music
        };
        let writing = self.writing(&request)?;
        let mut composer = Composer::with_source(request, None, writing)?;
        let mut early_mb = None;
        let composed = affetto_compose::soak(&mut composer, bars, |index| {
            if index == bars / 10 {
                early_mb = crate::bench::resident_memory_mb();
            }
            each(index);
        })?;
        Ok(EndlessReport {
            composed,
            early_mb,
            late_mb: crate::bench::resident_memory_mb(),
        })
    }

    /// Composes pieces over all quadrants, genres and textures and validates every bar.
    ///
    /// # Errors
    /// As [`Engine::compose`].
    pub fn soak_pieces(
        &self,
        pieces: u32,
        mut each: impl FnMut(u32),
    ) -> Result<PiecesReport, Error> {
        const CORNERS: [(f64, f64); 4] = [(0.7, 0.6), (-0.6, 0.7), (-0.7, -0.6), (0.6, -0.6)];
        let mut report = PiecesReport::default();
        for number in 0..pieces {
            let (valence, arousal) = CORNERS[number as usize % CORNERS.len()];
            let request = MusicRequest {
                valence: Some(valence),
                arousal: Some(arousal),
                genre: Some(Genre::ALL[number as usize % Genre::ALL.len()].name().into()),
                texture: Some(
                    Texture::ALL[number as usize % Texture::ALL.len()]
                        .name()
                        .into(),
                ),
                bars: Some(8),
                seed: Some(u64::from(number)),
                ..MusicRequest::default()
            };
            let bars = self.compose_bars(&self.understand(&request, DefaultStrategy::Match)?)?;
            for bar in &bars {
                for fault in [&bar.parts, &bar.performed]
                    .into_iter()
                    .flat_map(|p| faults(&bar.plan, p))
                {
                    report.faults += 1;
                    if report.first_faults.len() < 20 {
                        report
                            .first_faults
                            .push(format!("piece {number}, bar {}: {fault:?}", bar.plan.index));
                    }
                }
            }
            report.pieces += 1;
            report.bars += bars.len();
            each(number);
        }
        Ok(report)
    }
}
