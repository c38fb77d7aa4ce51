//! What the report says: which metric stands in which table.

use std::collections::BTreeMap;

use affetto_models::Evaluation;

use super::blocks::Block;
use crate::Error;
use crate::experiments::plots::{IntervalRow, curves, interval_rows};
use crate::generation::{Curve, GenerationReport};

/// The judges and their mean, as metrics name them.
const JUDGES: [&str; 4] = ["emopia", "vgmidi", "tokens", "mean"];
const TEXTURES: [&str; 3] = ["mono", "poly", "band"];
/// Names and measures of the accuracies.
const MEASURES: [&str; 3] = ["quadrant", "arousal", "valence"];

/// Numbers by name, written for people.
struct Numbers<'a> {
    evaluation: &'a Evaluation,
}

impl Numbers<'_> {
    fn value(&self, name: &str) -> Option<f64> {
        self.evaluation.metrics.get(name).copied()
    }

    /// A number with its interval, or a dash.
    fn cell(&self, name: &str) -> String {
        let Some(value) = self.value(name) else {
            return "–".into();
        };
        match self.evaluation.intervals.get(name) {
            Some((low, high)) => format!("{value:.2} ({low:.2}–{high:.2})"),
            None => format!("{value:.2}"),
        }
    }

    /// A row of cells behind its name; `None` where there is no number at all.
    fn row(&self, name: String, metrics: &[String]) -> Option<Vec<String>> {
        let known = metrics.iter().any(|metric| self.value(metric).is_some());
        known.then(|| {
            let cells = metrics.iter().map(|metric| self.cell(metric));
            [name].into_iter().chain(cells).collect()
        })
    }
}

/// All blocks but music.
///
/// # Errors
/// [`Error::Internal`] when a plot cannot be drawn.
pub(super) fn blocks(report: &GenerationReport) -> Result<Vec<Block>, Error> {
    let evaluation = &report.evaluated.evaluation;
    let numbers = Numbers { evaluation };
    let mut blocks = vec![Block::Text(evaluation.protocol.clone())];
    blocks.extend(report.remarks.iter().cloned().map(Block::Text));
    for texture in TEXTURES {
        blocks.push(Block::Heading(format!("Heard as asked: {texture}")));
        blocks.push(accuracies(&numbers, report, texture));
        blocks.push(neutral(&numbers, report, texture));
        blocks.push(quadrants(&numbers, report, texture));
        let svg = interval_rows(&quadrant_rows(&numbers, report, texture))?;
        let file = format!("quadrant_{texture}.svg");
        blocks.push(Block::Plot { file, svg });
    }
    blocks.extend(over_the_plane(&numbers, report)?);
    blocks.extend(on_the_way(&numbers, report));
    blocks.extend(beside_real_music(&numbers, report));
    blocks.retain(|block| !matches!(block, Block::Table { rows, .. } if rows.is_empty()));
    Ok(blocks)
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Block {
    Block::Table {
        header: header.iter().map(|cell| (*cell).to_owned()).collect(),
        rows: rows.collect(),
    }
}

/// Who is judged in a texture, with what metrics put before and behind the judge and measure.
fn contenders(report: &GenerationReport, texture: &str) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let real = if texture == "mono" { "mono" } else { "poly" };
    for set in ["emopia", "vgmidi"] {
        let prefix = format!("real_{real}");
        all.push((format!("real {set}"), prefix, format!("on_{set}_")));
    }
    if texture == "mono" {
        let released = "tohoilam, released";
        all.push((released.into(), "tohoilam_mono".into(), String::new()));
    }
    let prefix = format!("tohoilam_networks_{texture}");
    all.push(("tohoilam's networks".into(), prefix, String::new()));
    for arm in &report.arms {
        for n in [1, 4] {
            all.push((
                format!("{arm}, N = {n}"),
                format!("{arm}_{texture}"),
                format!("n{n}"),
            ));
        }
    }
    all
}

/// The metric of a contender: `real_poly_JUDGE_on_SET_MEASURE`, `rules_poly_JUDGE_MEASURE_n4`.
fn metric((_, prefix, last): &(String, String, String), judge: &str, measure: &str) -> String {
    match last.as_str() {
        "" => format!("{prefix}_{judge}_{measure}"),
        set if set.starts_with("on_") => format!("{prefix}_{judge}_{set}{measure}"),
        n => format!("{prefix}_{judge}_{measure}_{n}"),
    }
}

fn accuracies(numbers: &Numbers<'_>, report: &GenerationReport, texture: &str) -> Block {
    let mut rows = Vec::new();
    for contender in contenders(report, texture) {
        for measure in MEASURES {
            let metrics = JUDGES.map(|judge| metric(&contender, judge, measure));
            rows.extend(numbers.row(format!("{}: {measure}", contender.0), &metrics));
            let shares = metrics.map(|metric| format!("{metric}_of_ceiling"));
            rows.extend(numbers.row(format!("{}: {measure} / ceiling", contender.0), &shares));
        }
    }
    table(
        &[
            "accuracy",
            "EMOPIA judge",
            "VGMIDI judge",
            "token judge",
            "mean",
        ],
        rows.into_iter(),
    )
}

fn neutral(numbers: &Numbers<'_>, report: &GenerationReport, texture: &str) -> Block {
    let mut rows = Vec::new();
    for contender in contenders(report, texture) {
        for view in ["neutral_velocity", "neutral_tempo", "adapted"] {
            let metrics =
                JUDGES.map(|judge| format!("{}_{view}", metric(&contender, judge, "quadrant")));
            let name = format!("{}: {}", contender.0, view.replace('_', " "));
            rows.extend(numbers.row(name, &metrics));
        }
    }
    let header = [
        "quadrant",
        "EMOPIA judge",
        "VGMIDI judge",
        "token judge",
        "mean",
    ];
    table(&header, rows.into_iter())
}

fn quadrants(numbers: &Numbers<'_>, report: &GenerationReport, texture: &str) -> Block {
    let quadrants = ["happiness", "anger", "sadness", "calmness"];
    let rows = contenders(report, texture)
        .into_iter()
        .filter_map(|contender| {
            let metrics = quadrants.map(|quadrant| metric(&contender, "mean", quadrant));
            numbers.row(contender.0.clone(), &metrics)
        });
    table(
        &["judges' mean", "happiness", "anger", "sadness", "calmness"],
        rows,
    )
}

fn quadrant_rows(
    numbers: &Numbers<'_>,
    report: &GenerationReport,
    texture: &str,
) -> Vec<IntervalRow> {
    let mut rows = Vec::new();
    for contender in contenders(report, texture) {
        for judge in &JUDGES[..3] {
            let name = metric(&contender, judge, "quadrant");
            let Some(value) = numbers.value(&name) else {
                continue;
            };
            let share = numbers.value(&format!("{name}_of_ceiling"));
            rows.push(IntervalRow {
                name: format!("{}, {judge}", contender.0),
                value,
                interval: numbers.evaluation.intervals.get(&name).copied(),
                mark: share
                    .filter(|share| *share > 0.0)
                    .map(|share| value / share),
            });
        }
    }
    rows
}

/// The grid: correlations, slopes, cross-talk and curves.
fn over_the_plane(numbers: &Numbers<'_>, report: &GenerationReport) -> Result<Vec<Block>, Error> {
    let mut rows = Vec::new();
    for arm in &report.arms {
        for texture in TEXTURES {
            for judge in JUDGES {
                let metrics = [
                    "arousal_spearman",
                    "arousal_spearman_neutral_velocity",
                    "valence_spearman",
                    "valence_spearman_neutral_velocity",
                    "arousal_slope",
                    "valence_slope",
                    "crosstalk_arousal_on_valence",
                    "crosstalk_valence_on_arousal",
                ]
                .map(|measure| format!("{arm}_{texture}_{judge}_grid_{measure}"));
                rows.extend(numbers.row(format!("{arm} {texture}, {judge}"), &metrics));
            }
        }
    }
    let header = [
        "requested against heard",
        "arousal ρ",
        "arousal ρ, velocity neutral",
        "valence ρ",
        "valence ρ, velocity neutral",
        "arousal slope",
        "valence slope",
        "arousal moves valence ρ",
        "valence moves arousal ρ",
    ];
    let mut blocks = vec![
        Block::Heading("Over the plane".into()),
        table(&header, rows.into_iter()),
    ];
    for axis in ["valence", "arousal"] {
        let of_axis = report.curves.iter().filter(|curve| curve.axis == axis);
        let series: Vec<_> = of_axis
            .map(
                |Curve {
                     arm,
                     texture,
                     points,
                     ..
                 }| (format!("{arm} {texture}"), points.clone()),
            )
            .collect();
        if !series.is_empty() {
            let svg = curves(&format!("{axis}, mean of the judges"), "asked", &series)?;
            let file = format!("grid_{axis}.svg");
            blocks.push(Block::Plot { file, svg });
        }
    }
    Ok(blocks)
}

/// A change of mood in the middle of a stream.
fn on_the_way(numbers: &Numbers<'_>, report: &GenerationReport) -> Vec<Block> {
    let mut rows = Vec::new();
    for arm in &report.arms {
        for texture in TEXTURES {
            for judge in JUDGES {
                let metrics = ["arousal_s", "valence_s", "arousal_size", "valence_size"]
                    .map(|measure| format!("{arm}_{texture}_{judge}_change_{measure}"));
                rows.extend(numbers.row(format!("{arm} {texture}, {judge}"), &metrics));
            }
        }
    }
    let header = [
        "a change is heard",
        "arousal, s",
        "valence, s",
        "arousal, by how much",
        "valence, by how much",
    ];
    let mut rough = Vec::new();
    for arm in &report.arms {
        for texture in TEXTURES {
            let metrics =
                ["roughness", "rough"].map(|measure| format!("{arm}_{texture}_change_{measure}"));
            rough.extend(numbers.row(format!("{arm} {texture}"), &metrics));
        }
    }
    let rough_header = [
        "bar line of the change",
        "step, real music = 1",
        "rougher than 95 % of real ones",
    ];
    vec![
        Block::Heading("A change of mood on the way".into()),
        Block::Text(
            "Seconds from the wish until the judges, who hear the last two bars (4 s) of streams at 120 bpm, have \
             gone half the way from before to after; half a bar of waiting for the bar line is counted. Below: \
             the step in pitch, number of notes and loudness at the bar line of the change, beside the steps \
             from bar to bar inside real music."
                .into(),
        ),
        table(&header, rows.into_iter()),
        table(&rough_header, rough.into_iter()),
    ]
}

/// Variety, distance, copying and genre.
fn beside_real_music(numbers: &Numbers<'_>, report: &GenerationReport) -> Vec<Block> {
    let of_arms = |names: &[&str]| {
        let mut rows = Vec::new();
        for arm in &report.arms {
            for texture in TEXTURES {
                let metrics: Vec<String> = names
                    .iter()
                    .map(|name| format!("{arm}_{texture}_{name}"))
                    .collect();
                rows.extend(numbers.row(format!("{arm} {texture}"), &metrics));
            }
        }
        rows
    };
    let variety = of_arms(&["variety_request", "variety_quadrant"]);
    let mut copying = of_arms(&["memorization", "memorization_longest"]);
    let real = ["memorization", "memorization_longest"].map(|name| format!("real_{name}"));
    copying.extend(numbers.row("real music held out".into(), &real));
    vec![
        Block::Heading("Variety".into()),
        Block::Text(
            "Mean distance of standardized features between pieces of one request (and of one quadrant, all \
             genres), over that between real clips of one quadrant: 1 is as varied as real music."
                .into(),
        ),
        table(&["", "one request", "one quadrant"], variety.into_iter()),
        Block::Heading("Distance to real music".into()),
        Block::Text(
            "Energy distance over standardized metrics between composed pieces and excerpts of real ones of the \
             same genre that the note model was not trained on, and between two parts of the real ones that \
             share no song (floor). In brackets the middle 95 % of 50 draws."
                .into(),
        ),
        table(&["", "distance", "floor"], distances(numbers, report).into_iter()),
        table(
            &["median (10–90 %)", "metric", "real", "composed"],
            quantiles(report).into_iter(),
        ),
        Block::Heading("Copying".into()),
        Block::Text(
            "Share of the 8-grams of intervals and times that are also in music that the note model was trained \
             on, and the longest run of them in steps."
                .into(),
        ),
        table(&["", "share", "longest"], copying.into_iter()),
        Block::Heading("Genre".into()),
        table(&["", "everything shown", "drums and instruments hidden"], genre(numbers, report).into_iter()),
    ]
}

fn distances(numbers: &Numbers<'_>, report: &GenerationReport) -> Vec<Vec<String>> {
    let keys = report.beside.keys();
    let rows = keys.filter_map(|key| {
        let metrics = [key.clone(), format!("{key}_floor")];
        numbers.row(key.replace('_', " "), &metrics)
    });
    rows.collect()
}

/// Median and outer tenths of every metric, real and composed.
fn quantiles(report: &GenerationReport) -> Vec<Vec<String>> {
    let names = crate::generation::quality::names();
    let mut rows = Vec::new();
    for (key, beside) in &report.beside {
        for (column, name) in names.iter().enumerate() {
            let of = |rows: &[Vec<Option<f64>>]| {
                let mut values: Vec<f64> = rows.iter().filter_map(|row| row[column]).collect();
                values.sort_by(f64::total_cmp);
                let last = values.len().checked_sub(1)?;
                let at = |share: f64| values[(share * last as f64).round() as usize];
                Some(format!("{:.2} ({:.2}–{:.2})", at(0.5), at(0.1), at(0.9)))
            };
            if let (Some(real), Some(composed)) = (of(&beside.real), of(&beside.composed)) {
                rows.push(vec![
                    key.replace('_', " "),
                    (*name).to_owned(),
                    real,
                    composed,
                ]);
            }
        }
    }
    rows
}

fn genre(numbers: &Numbers<'_>, report: &GenerationReport) -> Vec<Vec<String>> {
    let both = |name: &str| [name.to_owned(), format!("{name}_hidden")];
    let mut rows = Vec::new();
    for (caption, name) in [
        ("real songs, cross-validated", "real_genre_accuracy"),
        ("real songs, mean over genres", "real_genre_balanced"),
        ("always the most frequent genre", "real_genre_majority"),
    ] {
        rows.extend(numbers.row(caption.into(), &both(name)));
    }
    for arm in &report.arms {
        let prefix = format!("{arm}_band_genre");
        rows.extend(numbers.row(format!("{arm}, all"), &both(&prefix)));
        let named: BTreeMap<&str, ()> = numbers
            .evaluation
            .metrics
            .keys()
            .filter_map(|name| name.strip_prefix(&prefix)?.strip_prefix('_'))
            .filter(|genre| *genre != "hidden" && !genre.ends_with("_hidden"))
            .map(|genre| (genre, ()))
            .collect();
        for genre in named.keys() {
            let name = format!("{prefix}_{genre}");
            rows.extend(numbers.row(format!("{arm}, {genre}"), &both(&name)));
        }
    }
    rows
}
