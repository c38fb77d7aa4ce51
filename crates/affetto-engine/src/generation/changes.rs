//! A change of mood in the middle of a stream: after how many seconds the judges hear it, and
//! whether the bar line of the change is rougher than bar lines inside real music.

use affetto_affect::Affect;
use affetto_compose::{Bar, Change, Genre, Length, Texture, bars_to_score};
use affetto_music::Score;
use rayon::prelude::*;

use super::Tick;
use super::arms::Arm;
use super::judges::Judge;
use super::metrics::Metrics;
use super::pieces::{Asked, CENTER};
use super::reference::{Reference, in_files};
use super::verdicts::MEAN;
use crate::request::DefaultStrategy;
use crate::{Engine, Error};

/// Tempo of every stream: with a tempo of its own, a mood could not be told by time.
const BPM: f64 = 120.0;
/// Seconds of a bar of four beats at [`BPM`].
const BAR_S: f64 = 2.0;
/// Bars before the change, and from it on.
const BEFORE: usize = 10;
const AFTER: usize = 12;
/// Bars that a judge hears at a time: those that ended last.
const WINDOW: usize = 2;
/// Windows at the end of each half that say what it sounds like once it has settled.
const SETTLED: usize = 4;
/// Pitch, notes and loudness: what a bar line is rough in.
const N_TRAITS: usize = 3;

/// A stream whose mood changed.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    /// 0 when valence changed, 1 when arousal did.
    axis: usize,
    /// 1 when it rose, −1 when it fell.
    direction: f64,
    bars: Vec<Bar>,
}

/// Names of the axes.
const AXES: [&str; 2] = ["valence", "arousal"];

/// Streams of an arm: each axis rises and falls on either side of the other, `seeds` times.
///
/// # Errors
/// As [`Engine::compose`].
pub(crate) fn compose(
    engine: &Engine,
    arm: &Arm,
    texture: Texture,
    seeds: u32,
    tick: &Tick<'_>,
) -> Result<Vec<Changed>, Error> {
    let sides = [-CENTER, CENTER];
    let all: Vec<_> = (0..u64::from(seeds))
        .flat_map(|seed| [0, 1].map(|axis| (seed, axis)))
        .flat_map(|(seed, axis)| sides.map(|from| (seed, axis, from)))
        .flat_map(|(seed, axis, from)| sides.map(|other| (seed, axis, from, other)))
        .collect();
    let stream = |(seed, axis, from, other): (u64, usize, f64, f64)| {
        let point = |moved: f64| match axis {
            0 => Affect::clamped(moved, other),
            _ => Affect::clamped(other, moved),
        };
        let bars = bars(engine, arm, texture, seed, [point(from), point(-from)])?;
        tick.one_done();
        Ok(Changed {
            axis,
            direction: -from.signum(),
            bars,
        })
    };
    all.into_par_iter().map(stream).collect()
}

/// How many streams [`compose`] makes.
pub(crate) fn n_streams(seeds: u32) -> u32 {
    8 * seeds
}

fn bars(
    engine: &Engine,
    arm: &Arm,
    texture: Texture,
    seed: u64,
    [from, to]: [Affect; 2],
) -> Result<Vec<Bar>, Error> {
    let asked = Asked {
        valence: from.v(),
        arousal: from.a(),
        genre: Genre::ALL[seed as usize % Genre::ALL.len()],
        texture,
        candidates: 4,
        seed,
    };
    let mut request = asked.request(arm);
    request.tempo = Some(BPM);
    let mut music = engine.understand(&request, DefaultStrategy::Match)?.music;
    music.length = Length::Endless;
    let mut composer = engine.composer(music)?;
    let mut bars: Vec<Bar> = (0..BEFORE).map(|_| composer.next_bar()).collect();
    composer.change(Change::Target(to))?;
    bars.extend((0..AFTER).map(|_| composer.next_bar()));
    Ok(bars)
}

/// Adds for each axis, every judge and their mean the seconds until half of the difference between
/// before and after is heard (`…_change_AXIS_s`), and that difference (`…_change_AXIS_size`). The
/// mean wait for the next bar line, half a bar, is counted.
pub(crate) fn report(
    judges: &[Judge],
    streams: &[Changed],
    metrics: &mut Metrics,
    name: &dyn Fn(&str, &str) -> String,
) {
    let heard: Vec<Vec<Vec<f64>>> = streams
        .par_iter()
        .map(|stream| judges.iter().map(|judge| hear(judge, stream)).collect())
        .collect();
    for (axis, of_axis) in AXES.into_iter().enumerate() {
        let chosen: Vec<usize> = (0..streams.len())
            .filter(|&stream| streams[stream].axis == axis)
            .collect();
        let names = judges.iter().map(|judge| judge.name).chain([MEAN]);
        for (index, judge) in names.enumerate() {
            let curve = |picked: &[usize]| {
                let of_stream = |&one: &usize| {
                    let by = &heard[chosen[one]];
                    by.get(index).cloned().unwrap_or_else(|| mean(by.iter()))
                };
                mean(picked.iter().map(of_stream).collect::<Vec<_>>().iter())
            };
            let mut add = |measure: &str, of: &dyn Fn(&[f64]) -> f64| {
                let name = name(judge, &format!("change_{of_axis}_{measure}"));
                metrics.add_resampled(name, chosen.len(), |picked| of(&curve(picked)));
            };
            add("s", &seconds_until_heard);
            add("size", &|curve| {
                let [before, after] = settled(curve);
                after - before
            });
        }
    }
}

/// What a judge hears in each window of a stream on the axis that changes, upwards where it rises.
fn hear(judge: &Judge, stream: &Changed) -> Vec<f64> {
    let windows = stream.bars.windows(WINDOW);
    windows
        .map(|bars| stream.direction * judge.hear(&bars_to_score(bars).1)[stream.axis])
        .collect()
}

/// The mean of curves of one length.
fn mean<'a>(curves: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let (mut sum, mut n) = (Vec::new(), 0.0);
    for curve in curves {
        sum.resize(curve.len(), 0.0);
        sum.iter_mut()
            .zip(curve)
            .for_each(|(sum, value)| *sum += value);
        n += 1.0;
    }
    sum.iter_mut().for_each(|sum| *sum /= n);
    sum
}

/// What is heard before the change and once it has settled.
fn settled(curve: &[f64]) -> [f64; 2] {
    let mean = |windows: &[f64]| windows.iter().sum::<f64>() / windows.len().max(1) as f64;
    // The last window of old bars alone ends where the change comes.
    let old = BEFORE + 1 - WINDOW;
    [
        mean(&curve[old - SETTLED..old]),
        mean(&curve[curve.len() - SETTLED..]),
    ]
}

/// Seconds from the wish until a curve has gone half its way; all that was heard where it never
/// does.
fn seconds_until_heard(curve: &[f64]) -> f64 {
    let [before, after] = settled(curve);
    let half = f64::midpoint(before, after);
    let old = BEFORE - WINDOW;
    let wait = BAR_S / 2.0;
    for (bars, pair) in curve[old..].windows(2).enumerate() {
        if after > before && pair[1] >= half {
            let share = ((half - pair[0]) / (pair[1] - pair[0])).clamp(0.0, 1.0);
            return wait + BAR_S * (bars as f64 + share);
        }
    }
    wait + BAR_S * AFTER as f64
}

/// Adds how rough the bar lines of changes are beside those inside real music of the same texture:
/// the ratio of medians (`…_change_roughness`), and the share above real music's 95th percentile
/// (`…_change_rough`), which is .05 where a change is as smooth as any bar line.
pub(crate) fn roughness(
    reference: &Reference,
    texture: Texture,
    streams: &[Changed],
    metrics: &mut Metrics,
    name: &str,
) {
    let real: Vec<[f64; N_TRAITS]> = match texture {
        Texture::Band => Genre::ALL
            .iter()
            .filter(|genre| in_files(**genre).is_some())
            .flat_map(|&genre| steps_inside(reference, texture, genre))
            .collect(),
        Texture::Mono | Texture::Poly => steps_inside(reference, texture, Genre::Pop),
    };
    let composed: Vec<[f64; N_TRAITS]> = streams
        .iter()
        .filter_map(|stream| {
            let of_bar = |bar: usize| traits(&bars_to_score(&stream.bars[bar..=bar]).1);
            Some(step(of_bar(BEFORE - 1)?, of_bar(BEFORE)?))
        })
        .collect();
    if real.len() < 20 || composed.is_empty() {
        return;
    }
    let deviation: [f64; N_TRAITS] = std::array::from_fn(|k| {
        let squares = real.iter().map(|step| step[k] * step[k]).sum::<f64>();
        (squares / real.len() as f64).sqrt().max(1e-9)
    });
    let size = |step: &[f64; N_TRAITS]| -> f64 {
        let squares = step.iter().zip(deviation).map(|(s, d)| (s / d).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let mut real: Vec<f64> = real.iter().map(size).collect();
    real.sort_by(f64::total_cmp);
    let composed: Vec<f64> = composed.iter().map(size).collect();
    let (middle, rough) = (real[real.len() / 2], real[real.len() * 95 / 100]);
    metrics.add_resampled(
        format!("{name}_change_roughness"),
        composed.len(),
        |chosen| {
            let mut sizes: Vec<f64> = chosen.iter().map(|&one| composed[one]).collect();
            sizes.sort_by(f64::total_cmp);
            sizes[sizes.len() / 2] / middle
        },
    );
    metrics.add_resampled(format!("{name}_change_rough"), composed.len(), |chosen| {
        let above = chosen.iter().filter(|&&one| composed[one] > rough);
        above.count() as f64 / chosen.len() as f64
    });
}

/// The steps from bar to bar inside real excerpts.
fn steps_inside(reference: &Reference, texture: Texture, genre: Genre) -> Vec<[f64; N_TRAITS]> {
    let inside = |score: &Score| -> Vec<[f64; N_TRAITS]> {
        let n_bars = score.bar_lines().len();
        let bars: Vec<_> = (0..n_bars)
            .map(|bar| traits(&score.slice_bars(bar, bar + 1)))
            .collect();
        let pairs = bars.windows(2);
        pairs
            .filter_map(|pair| Some(step(pair[0]?, pair[1]?)))
            .collect()
    };
    let excerpts = reference.excerpts(texture, genre);
    excerpts
        .par_iter()
        .flat_map_iter(|excerpt| inside(&excerpt.score))
        .collect()
}

/// Mean pitch, the logarithm of the number of notes, and mean velocity of a bar; `None` of one
/// without notes.
fn traits(bar: &Score) -> Option<[f64; N_TRAITS]> {
    let (sum, n) = bar.pitched_notes().fold(([0.0; 2], 0.0), |(sum, n), note| {
        let [pitch, velocity] = sum;
        let sum = [
            pitch + f64::from(note.pitch),
            velocity + f64::from(note.velocity),
        ];
        (sum, n + 1.0)
    });
    (n > 0.0).then(|| [sum[0] / n, f64::ln(n), sum[1] / n])
}

fn step(from: [f64; N_TRAITS], to: [f64; N_TRAITS]) -> [f64; N_TRAITS] {
    std::array::from_fn(|k| to[k] - from[k])
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;
    use crate::Settings;
    use crate::generation::arms::ARMS;
    use crate::generation::reference::PianoPiece;

    /// A curve that is 0 before the change and goes over to 1 in some windows.
    fn curve(windows: usize) -> Vec<f64> {
        let new = |k: usize| (k as f64 / windows as f64).min(1.0);
        let old = BEFORE + 1 - WINDOW;
        (0..old + AFTER)
            .map(|k| if k < old { 0.0 } else { new(k + 1 - old) })
            .collect()
    }

    #[test]
    fn the_time_is_that_of_half_the_way() {
        // A judge of two bars hears a sudden change after one bar of it, and a bar line is half
        // a bar away.
        assert_eq!(seconds_until_heard(&curve(2)), 3.0);
        assert_eq!(seconds_until_heard(&curve(4)), 5.0);
        let never = vec![0.5; BEFORE + 1 - WINDOW + AFTER];
        assert_eq!(seconds_until_heard(&never), 25.0);
    }

    #[test]
    fn changes_are_composed_and_measured() {
        let engine = Engine::new(Settings::default()).unwrap();
        let tick = Tick {
            done: 0.into(),
            all: 8,
            progress: &|_, _| (),
        };
        let streams = compose(&engine, &ARMS[0], Texture::Poly, 1, &tick).unwrap();
        assert_eq!(streams.len(), n_streams(1) as usize);
        let mut metrics = Metrics::default();
        let judges = Judge::all().unwrap();
        report(&judges, &streams, &mut metrics, &|judge, measure| {
            format!("{judge}_{measure}")
        });
        let value = |name: &str| metrics.get(name).unwrap();
        assert!(value("mean_change_arousal_size") > 0.1);
        assert!((1.0..=25.0).contains(&value("mean_change_arousal_s")));
        assert!(value("tokens_change_valence_s") > 0.0);
    }

    #[test]
    fn rough_is_what_real_music_does_not_do() {
        let bar = "C4:q E4:q G4:q E4:q ";
        let song = notation::parse(&bar.repeat(40)).unwrap();
        let reference = Reference {
            piano: vec![PianoPiece {
                score: song,
                is_trained: false,
            }],
            ..Reference::default()
        };
        let steps = steps_inside(&reference, Texture::Poly, Genre::Pop);
        assert_eq!(steps.len(), 15);
        assert!(steps.iter().all(|step| step == &[0.0; N_TRAITS]));
        assert_eq!(traits(&notation::parse("r:w").unwrap()), None);
    }
}
