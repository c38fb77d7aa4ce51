//! What is asked of an arm, and the pieces it composes.

use affetto_affect::Quadrant;
use affetto_compose::{Genre, Texture};
use affetto_music::Score;
use rayon::prelude::*;

use super::Tick;
use super::arms::Arm;
use crate::request::MusicRequest;
use crate::{Engine, Error};

/// Bars of each composed piece.
pub(crate) const BARS: u32 = 16;
/// How far the middle of a quadrant lies from the axes.
pub(crate) const CENTER: f64 = 0.6;
/// Targets on each axis of the grid.
pub(crate) const GRID: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];
/// Candidates a bar of the two runs: without and with choice by the listening model in the loop.
pub(crate) const CANDIDATES: [u32; 2] = [1, 4];

/// What one piece is asked to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Asked {
    pub(crate) valence: f64,
    pub(crate) arousal: f64,
    pub(crate) genre: Genre,
    pub(crate) texture: Texture,
    pub(crate) candidates: u32,
    pub(crate) seed: u64,
}

/// A piece with what it was asked to be.
#[derive(Debug, Clone)]
pub(crate) struct Composed {
    pub(crate) asked: Asked,
    /// As performed.
    pub(crate) score: Score,
}

impl Asked {
    pub(crate) fn request(&self, arm: &Arm) -> MusicRequest {
        let mut request = MusicRequest {
            valence: Some(self.valence),
            arousal: Some(self.arousal),
            genre: Some(self.genre.name().into()),
            texture: Some(self.texture.name().into()),
            bars: Some(BARS),
            candidates: Some(self.candidates),
            seed: Some(self.seed),
            ..MusicRequest::default()
        };
        (arm.choose)(&mut request);
        request
    }
}

/// The middles of the quadrants: valence and arousal.
pub(crate) fn center(quadrant: Quadrant) -> [f64; 2] {
    match quadrant {
        Quadrant::Happiness => [CENTER, CENTER],
        Quadrant::Anger => [-CENTER, CENTER],
        Quadrant::Sadness => [-CENTER, -CENTER],
        Quadrant::Calmness => [CENTER, -CENTER],
    }
}

/// Pieces at the middles of the quadrants, `pieces` each; genres go round with the seed.
pub(crate) fn at_centers(pieces: u32, texture: Texture, candidates: u32) -> Vec<Asked> {
    let points = Quadrant::ALL.iter().map(|&quadrant| center(quadrant));
    at_points(points, pieces, texture, candidates)
}

/// Pieces at the 25 points of the grid, `seeds` each; genres go round with the seed.
pub(crate) fn on_grid(seeds: u32, texture: Texture, candidates: u32) -> Vec<Asked> {
    let points = GRID
        .iter()
        .flat_map(|&valence| GRID.map(|arousal| [valence, arousal]));
    at_points(points, seeds, texture, candidates)
}

fn at_points(
    points: impl Iterator<Item = [f64; 2]>,
    seeds: u32,
    texture: Texture,
    candidates: u32,
) -> Vec<Asked> {
    let at_point = |[valence, arousal]: [f64; 2]| {
        (0..u64::from(seeds)).map(move |seed| Asked {
            valence,
            arousal,
            genre: Genre::ALL[seed as usize % Genre::ALL.len()],
            texture,
            candidates,
            seed,
        })
    };
    points.flat_map(at_point).collect()
}

/// Composes all pieces in parallel, in the order asked.
///
/// # Errors
/// As [`Engine::compose`].
pub(crate) fn compose_all(
    engine: &Engine,
    arm: &Arm,
    asked: &[Asked],
    tick: &Tick<'_>,
) -> Result<Vec<Composed>, Error> {
    let compose = |&asked: &Asked| {
        let score = engine.compose(&asked.request(arm))?.performed;
        tick.one_done();
        Ok(Composed { asked, score })
    };
    asked.par_iter().map(compose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quadrant_and_point_is_asked_as_often() {
        let centers = at_centers(22, Texture::Poly, 4);
        assert_eq!(centers.len(), 88);
        let sad = |asked: &&Asked| asked.valence < 0.0 && asked.arousal < 0.0;
        assert_eq!(centers.iter().filter(sad).count(), 22);
        let jazz = centers.iter().filter(|asked| asked.genre == Genre::Jazz);
        assert_eq!(jazz.count(), 8);
        let grid = on_grid(10, Texture::Band, 4);
        assert_eq!(grid.len(), 250);
        let corner = |asked: &&Asked| asked.valence == -1.0 && asked.arousal == 1.0;
        assert_eq!(grid.iter().filter(corner).count(), 10);
    }
}
