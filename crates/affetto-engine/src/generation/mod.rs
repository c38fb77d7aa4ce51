//! Composed music, measured: by judges that never met the composer, beside real music and the
//! system that started this project.
//!
//! - [`arms`]: who composes; [`pieces`]: what each is asked for
//! - [`judges`] hear [`views`] of a piece; [`verdicts`] counts what was meant
//! - [`real`] and [`tohoilam`]: what the judges make of other music
//! - [`grid`]: requested against heard over the plane; [`changes`]: a change of mood on the way
//! - [`reference`]: real music of the same genre; [`quality`]: how far composed music is from it,
//!   whether it varies and whether it copies; [`genres`]: whether its genre is recognized
//! - [`report`]: all of it as a report; [`listen`]: what people can listen to

mod arms;
mod changes;
mod distance;
mod genres;
mod grid;
mod judges;
mod listen;
mod metrics;
mod pieces;
mod quality;
mod real;
mod reference;
mod report;
mod statistics;
mod tohoilam;
mod verdicts;
mod views;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use affetto_compose::Texture;
use affetto_models::symbolic_emotion::Item;
use affetto_models::{Evaluated, Evaluation, ItemHash};
use affetto_music::Score;
use rayon::prelude::*;

use crate::{Engine, Error};
use arms::{ARMS, Arm, arms};
use genres::Recognizers;
use grid::Grid;
use judges::Judge;
use metrics::Metrics;
use pieces::{BARS, CANDIDATES, Composed, at_centers, compose_all, on_grid};
use quality::{Beside, Copying};
use real::in_texture;
use reference::Reference;
use verdicts::{MEAN, Piece, Verdicts};
use views::{JUDGED_S, View};

/// What to measure, and how thoroughly.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationOptions {
    /// Folder with the MIDI sets and `folds.csv`.
    pub data: PathBuf,
    /// Pieces a quadrant, texture and number of candidates, in 1..=1000; more are steadier and
    /// slower. 100 give at least 25 a genre.
    pub pieces: u32,
    /// Names of the arms that compose; empty for all.
    pub arms: Vec<String>,
}

/// What was measured, and what a report shows of it.
#[derive(Debug, Clone)]
pub struct GenerationReport {
    /// The numbers, and one row a piece.
    pub evaluated: Evaluated,
    /// What is missing and why.
    pub remarks: Vec<String>,
    arms: Vec<&'static str>,
    curves: Vec<Curve>,
    /// Rows beside those of real music, by the name of their distance.
    beside: BTreeMap<String, Beside>,
    examples: Vec<Example>,
    pairs: Vec<Pair>,
}

/// What is heard on an axis over what is asked on it, the judges' mean.
#[derive(Debug, Clone)]
struct Curve {
    arm: &'static str,
    texture: Texture,
    axis: &'static str,
    points: Vec<(f64, f64)>,
}

/// A piece to listen to.
#[derive(Debug, Clone)]
struct Example {
    /// Name of its files.
    name: String,
    caption: String,
    score: Score,
}

/// Two pieces that mean the same feeling, for people to compare.
#[derive(Debug, Clone)]
struct Pair {
    feeling: String,
    names: [String; 2],
    scores: [Score; 2],
}

/// Counts pieces that are done.
pub(crate) struct Tick<'a> {
    done: AtomicUsize,
    all: usize,
    progress: &'a (dyn Fn(usize, usize) + Sync),
}

impl Tick<'_> {
    fn one_done(&self) {
        (self.progress)(self.done.fetch_add(1, Ordering::Relaxed) + 1, self.all);
    }
}

/// Everything that is collected on the way.
struct Bench<'a> {
    engine: &'a Engine,
    judges: Vec<Judge>,
    tick: Tick<'a>,
    metrics: Metrics,
    rows: Vec<Vec<String>>,
}

impl Engine {
    /// Composes pieces at the middles of the quadrants and on a grid of the plane, in every texture,
    /// and measures what three judges hear, beside real music and tohoilam's released melodies.
    ///
    /// The judges are trained on folds 3–4, the listening model in the loop on folds 0–2, so they
    /// share neither weights nor songs. `progress` hears how many pieces of how many are composed.
    ///
    /// # Errors
    /// [`Error::User`] for options outside their range, an unknown arm, or a folder without the
    /// labelled clips.
    pub fn evaluate_generation(
        &self,
        options: &GenerationOptions,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<GenerationReport, Error> {
        let pieces = within("pieces", options.pieces, 1000)?;
        let arms = match options.arms.as_slice() {
            [] => ARMS.to_vec(),
            names => arms(names)?,
        };
        let seeds = pieces.div_ceil(10);
        let of_texture =
            4 * CANDIDATES.len() as u32 * pieces + 25 * seeds + changes::n_streams(seeds);
        let of_arm = Texture::ALL.len() as u32 * of_texture;
        let mut bench = Bench::new(self, of_arm as usize * arms.len(), progress)?;
        let mut remarks = Vec::new();
        let real = real::held_out(&options.data, &bench.judges)?;
        real::report(&real, &bench.judges, &mut bench.metrics);
        let melodies = tohoilam::melodies(&options.data)?;
        if melodies.is_empty() {
            let archive = tohoilam::ARCHIVE;
            remarks.push(format!(
                "tohoilam's melodies are left out: {archive} is not there"
            ));
        }
        let Bench {
            judges, metrics, ..
        } = &mut bench;
        tohoilam::report("tohoilam_mono", &melodies, judges, metrics);
        for (texture, pieces) in tohoilam::composed(&options.data, &melodies, pieces)? {
            let name = format!("tohoilam_networks_{texture}");
            tohoilam::report(&name, &pieces, judges, metrics);
        }
        let model = self.note_model(&affetto_compose::Weights::Notes)?;
        let has_read = |file| model.has_read(file);
        let real_music = RealMusic::read(&options.data, &real, &has_read, metrics, &mut remarks)?;
        let (mut curves, mut beside) = (Vec::new(), BTreeMap::new());
        let (mut examples, mut pianos) = (Vec::new(), Vec::new());
        for arm in &arms {
            for &texture in Texture::ALL {
                let mut composed = Vec::new();
                for candidates in CANDIDATES {
                    composed = bench.at_centers(arm, texture, candidates, pieces)?;
                }
                let (grid, on_grid) = bench.on_grid(arm, texture, seeds)?;
                let compared =
                    real_music.compare(arm, texture, &composed, &on_grid, &mut bench.metrics);
                beside.extend(compared);
                bench.changes(arm, texture, seeds, &real_music.reference)?;
                curves.extend(
                    ["valence", "arousal"]
                        .into_iter()
                        .zip(0..)
                        .map(|(axis, index)| Curve {
                            arm: arm.name,
                            texture,
                            axis,
                            points: grid.curve(index),
                        }),
                );
                examples.extend(listen::examples(arm, &composed));
                if texture == Texture::Poly {
                    pianos.push((arm.name, composed));
                }
            }
        }
        let protocol = format!(
            "pieces of {BARS} bars, judged on their first {JUDGED_S} s at most; {pieces} at the middle of each \
             quadrant and {seeds} at each of 25 points, genres going round with the seed; {} streams whose mood changes; judges trained on folds \
             3-4, candidates chosen by the model of folds 0-2; ceilings on folds 0-2, by songs, bands against real \
             piano; 95 % percentile bootstrap over pieces",
            changes::n_streams(seeds)
        );
        Ok(GenerationReport {
            evaluated: bench.finish("generation", options.data.display().to_string(), protocol),
            remarks,
            arms: arms.iter().map(|arm| arm.name).collect(),
            curves,
            beside,
            examples,
            pairs: listen::pairs(&pianos, &real),
        })
    }

    /// The grid alone, composed by the rules: `seeds` pieces for each of 25 points of the plane and
    /// texture.
    ///
    /// # Errors
    /// [`Error::User`] when `seeds` is not in 1..=100.
    pub fn evaluate_composing(
        &self,
        seeds: u32,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Evaluated, Error> {
        let seeds = within("seeds", seeds, 100)?;
        let n_pieces = Texture::ALL.len() * 25 * seeds as usize;
        let mut bench = Bench::new(self, n_pieces, progress)?;
        for &texture in Texture::ALL {
            bench.on_grid(&ARMS[0], texture, seeds)?;
        }
        let protocol = format!(
            "5 x 5 grid of targets, {n_pieces} pieces of {BARS} bars, judged on their first {JUDGED_S} s at most, \
             4 candidates a bar chosen by the in-loop model (folds 0-2), judges trained on folds 3-4 only; 95 % \
             percentile bootstrap over pieces; genres go round with the seed"
        );
        Ok(bench.finish("composing", "composed pieces".into(), protocol))
    }
}

/// Real music that composed music is compared with, and what was learnt from it.
struct RealMusic<'a> {
    reference: Reference,
    /// The labelled clips that no judge has met.
    items: &'a [Item],
    copying: Option<Copying>,
    recognizers: Option<Recognizers>,
}

impl<'a> RealMusic<'a> {
    fn read(
        data: &Path,
        items: &'a [Item],
        has_read: &dyn Fn(ItemHash) -> bool,
        metrics: &mut Metrics,
        remarks: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let reference = Reference::read(data, items, has_read)?;
        let copying = Copying::new(&reference, metrics);
        let recognizers = Recognizers::new(&reference, metrics);
        if recognizers.is_none() {
            remarks.push("genres are not recognized: songs of two genres are not there".into());
        }
        Ok(Self {
            reference,
            items,
            copying,
            recognizers,
        })
    }

    /// Compares what an arm composed in a texture, four candidates a bar, with real music.
    fn compare(
        &self,
        arm: &Arm,
        texture: Texture,
        at_centers: &[Composed],
        on_grid: &[Composed],
        metrics: &mut Metrics,
    ) -> BTreeMap<String, Beside> {
        let name = format!("{}_{texture}", arm.name);
        let centers: Vec<&Composed> = at_centers.iter().collect();
        let all: Vec<&Composed> = at_centers.iter().chain(on_grid).collect();
        let clips: Vec<_> = self
            .items
            .par_iter()
            .map(|item| {
                let score = in_texture(&item.score, texture);
                let meant = item.labels.map(|label| label > 0.0);
                (quality::features(&score), meant, item.song.clone())
            })
            .collect();
        quality::variety(&clips, &centers, metrics, &format!("{name}_variety"));
        let beside = quality::distances(&self.reference, texture, &all, metrics, &name);
        if let Some(copying) = &self.copying {
            let scores: Vec<&Score> = all.iter().map(|piece| &piece.score).collect();
            copying.report(&scores, metrics, &name);
        }
        if let (Some(recognizers), Texture::Band) = (&self.recognizers, texture) {
            recognizers.report(&all, metrics, &name);
        }
        beside
    }
}

impl<'a> Bench<'a> {
    fn new(
        engine: &'a Engine,
        all: usize,
        progress: &'a (dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, Error> {
        let tick = Tick {
            done: AtomicUsize::new(0),
            all,
            progress,
        };
        Ok(Self {
            engine,
            judges: Judge::all()?,
            tick,
            metrics: Metrics::default(),
            rows: Vec::new(),
        })
    }

    /// Composes at the middles of the quadrants and counts what the judges hear as meant.
    fn at_centers(
        &mut self,
        arm: &Arm,
        texture: Texture,
        candidates: u32,
        pieces: u32,
    ) -> Result<Vec<Composed>, Error> {
        let asked = at_centers(pieces, texture, candidates);
        let composed = compose_all(self.engine, arm, &asked, &self.tick)?;
        let judged: Vec<Piece<'_>> = composed
            .iter()
            .enumerate()
            .map(|(index, piece)| Piece {
                score: &piece.score,
                meant: [piece.asked.valence > 0.0, piece.asked.arousal > 0.0],
                group: index.to_string(),
            })
            .collect();
        let verdicts = Verdicts::of(&self.judges, &judged);
        let name = |judge: &str, measure: &str| {
            format!("{}_{texture}_{judge}_{measure}_n{candidates}", arm.name)
        };
        verdicts.report(&self.judges, &mut self.metrics, &name);
        self.of_ceilings(texture, &name);
        self.add_rows(arm, &composed, &verdicts.heard[0]);
        Ok(composed)
    }

    /// Adds every accuracy as a share of the judge's ceiling.
    fn of_ceilings(&mut self, texture: Texture, name: &dyn Fn(&str, &str) -> String) {
        for measure in ["quadrant", "arousal", "valence"] {
            for suffix in View::ALL.map(View::suffix) {
                let mut ceilings = Vec::new();
                for judge in &self.judges {
                    let with_view = format!("{measure}{suffix}");
                    let ceiling = real::ceiling(&self.metrics, judge, texture, &with_view);
                    ceilings.extend(ceiling.map(|ceiling| (judge.name, ceiling)));
                }
                if ceilings.is_empty() {
                    continue;
                }
                let n = ceilings.len() as f64;
                let mean = ceilings.iter().map(|(_, ceiling)| ceiling).sum::<f64>() / n;
                ceilings.push((MEAN, mean));
                for (judge, ceiling) in ceilings {
                    let of = format!("{}{suffix}", name(judge, measure));
                    if let Some(value) = self.metrics.get(&of) {
                        self.metrics
                            .add(format!("{of}_of_ceiling"), value / ceiling);
                    }
                }
            }
        }
    }

    /// Composes on the grid and compares requested with heard.
    fn on_grid(
        &mut self,
        arm: &Arm,
        texture: Texture,
        seeds: u32,
    ) -> Result<(Grid, Vec<Composed>), Error> {
        let [_, candidates] = CANDIDATES;
        let asked = on_grid(seeds, texture, candidates);
        let composed = compose_all(self.engine, arm, &asked, &self.tick)?;
        let grid = Grid::of(&self.judges, &composed);
        let name = |judge: &str, measure: &str| format!("{}_{texture}_{judge}_{measure}", arm.name);
        grid.report(&self.judges, &mut self.metrics, &name);
        self.add_rows(arm, &composed, &grid.heard[0]);
        Ok((grid, composed))
    }

    /// Lets the mood change in streams and measures when that is heard and how rough it is.
    fn changes(
        &mut self,
        arm: &Arm,
        texture: Texture,
        seeds: u32,
        reference: &Reference,
    ) -> Result<(), Error> {
        let streams = changes::compose(self.engine, arm, texture, seeds, &self.tick)?;
        let of_texture = format!("{}_{texture}", arm.name);
        let name = |judge: &str, measure: &str| format!("{of_texture}_{judge}_{measure}");
        changes::report(&self.judges, &streams, &mut self.metrics, &name);
        changes::roughness(reference, texture, &streams, &mut self.metrics, &of_texture);
        Ok(())
    }

    /// One row a piece: what was asked, and what each judge heard.
    fn add_rows(&mut self, arm: &Arm, composed: &[Composed], heard: &[Vec<[f64; 2]>]) {
        for (index, Composed { asked, .. }) in composed.iter().enumerate() {
            let mut row = vec![
                arm.name.to_owned(),
                asked.texture.to_string(),
                asked.genre.to_string(),
                asked.candidates.to_string(),
                asked.seed.to_string(),
                asked.valence.to_string(),
                asked.arousal.to_string(),
            ];
            for by in heard {
                row.extend(by[index].map(|value| format!("{value:.4}")));
            }
            self.rows.push(row);
        }
    }

    fn finish(self, task: &str, data: String, protocol: String) -> Evaluated {
        let asked = "arm texture genre candidates seed valence arousal".split(' ');
        let heard = self
            .judges
            .iter()
            .flat_map(|judge| ["valence", "arousal"].map(|axis| format!("{}_{axis}", judge.name)));
        Evaluated {
            evaluation: Evaluation {
                task: task.into(),
                data,
                protocol,
                n: self.rows.len(),
                n_seen_left_out: 0,
                metrics: self.metrics.values,
                intervals: self.metrics.intervals,
                ..Evaluation::default()
            },
            header: asked.map(str::to_owned).chain(heard).collect(),
            rows: self.rows,
        }
    }
}

/// A number in 1..=`most`.
fn within(what: &str, value: u32, most: u32) -> Result<u32, Error> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    Err(Error::user(
        "out_of_range",
        format!("{what} must be between 1 and {most}, but was {value}"),
    ))
}

#[cfg(test)]
mod tests;
