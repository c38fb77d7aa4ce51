//! Plots of trainings as SVG, readable on light and dark pages: text and axes take the color of
//! the text around them, series have middle tones, nothing has a background.

use std::path::{Path, PathBuf};

use affetto_models::{Bin, Confusion};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos as HPosition, Pos, VPos};

use super::runs::{RunRecord, is_lower_better};
use crate::{Error, write_atomic};

/// Width and height of a panel in pixels.
const PANEL: (u32, u32) = (460, 320);
/// Stands for the color of the text around the plot until the SVG is finished.
const INK: RGBColor = RGBColor(1, 2, 3);
/// Colors of series, from Okabe & Ito (2008), middle tones.
const SERIES: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(160, 130, 0),
    RGBColor(86, 140, 200),
];
/// What makes the placeholder follow the page.
const STYLE: &str = "<style>svg{color:#222}\
    @media(prefers-color-scheme:dark){svg{color:#ddd}}</style>";

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Every plot of a run: pairs of a file name without folder and the SVG.
///
/// # Errors
/// [`Error::Internal`] when a plot cannot be drawn.
pub fn plots_of(run: &RunRecord) -> Result<Vec<(String, String)>, Error> {
    let mut plots = Vec::new();
    for stage in run.stages() {
        let name = format!("learning_{}.svg", plain(stage));
        plots.push((name, learning_curves(run, stage)?));
    }
    for (name, confusion) in &run.confusions {
        let file = format!("confusion_{}.svg", plain(name));
        plots.push((file, confusion_matrix(name, confusion)?));
    }
    for (name, bins) in &run.reliability {
        let file = format!("reliability_{}.svg", plain(name));
        plots.push((file, reliability_diagram(name, bins)?));
    }
    Ok(plots)
}

/// Writes every plot of a run into a folder and returns the paths.
///
/// # Errors
/// [`Error::Io`] when a file cannot be written.
pub fn write_plots(run: &RunRecord, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    std::fs::create_dir_all(folder).map_err(|source| Error::io("create", folder, source))?;
    let mut paths = Vec::new();
    for (name, svg) in plots_of(run)? {
        let path = folder.join(name);
        write_atomic(&path, svg.as_bytes())?;
        paths.push(path);
    }
    Ok(paths)
}

/// Where the plots of a run belong: a folder of its name beside its log.
#[must_use]
pub fn folder_of(run: &RunRecord) -> PathBuf {
    run.path.with_extension("")
}

fn plain(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// Losses on the left, metrics on the right, over the epochs of a stage.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn learning_curves(run: &RunRecord, stage: &str) -> Result<String, Error> {
    let names = run.curve_names(stage);
    let (losses, metrics): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| is_lower_better(name));
    let panels: Vec<(&str, Vec<&str>)> = [("losses", losses), ("metrics", metrics)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .collect();
    let width = PANEL.0 * panels.len().max(1) as u32;
    draw((width, PANEL.1), |root| {
        let areas = root.split_evenly((1, panels.len().max(1)));
        for (area, (title, names)) in areas.iter().zip(&panels) {
            let series: Vec<(String, Vec<(f64, f64)>)> = names
                .iter()
                .take(SERIES.len())
                .map(|name| ((*name).to_owned(), run.curve(stage, name)))
                .collect();
            lines(area, &format!("{title}, {stage}"), "epoch", &series)?;
        }
        Ok(())
    })
}

/// How often each class was taken for each: rows are what is so, columns what was said; darker
/// is a larger share of the row.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn confusion_matrix(title: &str, confusion: &Confusion) -> Result<String, Error> {
    let n = confusion.labels.len() as i32;
    let (cell, left, top) = (56, 96, 60);
    let size = ((left + n * cell + 20) as u32, (top + n * cell + 40) as u32);
    draw(size, |root| {
        root.draw(&Text::new(
            title.to_owned(),
            (10, 10),
            ("sans-serif", 18).into_font().color(&INK),
        ))?;
        for (i, row) in confusion.counts.iter().enumerate() {
            let sum: f64 = row.iter().map(|&count| f64::from(count)).sum();
            let y = top + i as i32 * cell;
            let label = small(HPosition::Right);
            root.draw(&Text::new(
                short(&confusion.labels[i]),
                (left - 6, y + cell / 2),
                label,
            ))?;
            let label = small(HPosition::Center);
            let place = (left + i as i32 * cell + cell / 2, top - 10);
            root.draw(&Text::new(short(&confusion.labels[i]), place, label))?;
            for (j, &count) in row.iter().enumerate() {
                let x = left + j as i32 * cell;
                let share = f64::from(count) / sum.max(1.0);
                let fill = SERIES[0].mix(0.05 + 0.75 * share).filled();
                root.draw(&Rectangle::new(
                    [(x, y), (x + cell - 2, y + cell - 2)],
                    fill,
                ))?;
                let place = (x + cell / 2, y + cell / 2);
                let text = format!("{count}");
                root.draw(&Text::new(text, place, small(HPosition::Center)))?;
            }
        }
        let place = (left, top + n * cell + 20);
        let caption = "rows: what is so, columns: what was said";
        root.draw(&Text::new(caption, place, small(HPosition::Left)))?;
        Ok(())
    })
}

/// Accuracy over confidence in bins; on the diagonal, probabilities mean what they say.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn reliability_diagram(title: &str, bins: &[Bin]) -> Result<String, Error> {
    draw((PANEL.0, PANEL.1), |root| {
        let mut chart = ChartBuilder::on(root)
            .caption(title, ("sans-serif", 18).into_font().color(&INK))
            .margin(12)
            .x_label_area_size(34)
            .y_label_area_size(44)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        mesh(&mut chart, "confidence", "accuracy")?;
        chart.draw_series(bins.iter().filter(|bin| bin.n > 0).map(|bin| {
            Rectangle::new(
                [(bin.low, 0.0), (bin.high, bin.accuracy)],
                SERIES[0].mix(0.6).filled(),
            )
        }))?;
        let points = bins.iter().filter(|bin| bin.n > 0);
        chart.draw_series(
            points.map(|bin| Circle::new((bin.confidence, bin.accuracy), 3, SERIES[1].filled())),
        )?;
        let diagonal = [(0.0, 0.0), (1.0, 1.0)];
        chart.draw_series(LineSeries::new(diagonal, INK.mix(0.6)))?;
        Ok(())
    })
}

/// Points of a cloud on the valence–arousal plane, at most some thousands of them drawn.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn plane_scatter(points: &[(f32, f32)]) -> Result<String, Error> {
    const MAX_POINTS: usize = 3000;
    let step = points.len().div_ceil(MAX_POINTS).max(1);
    draw((PANEL.0, PANEL.0), |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .x_label_area_size(34)
            .y_label_area_size(44)
            .build_cartesian_2d(-1.05..1.05, -1.05..1.05)?;
        mesh(&mut chart, "valence", "arousal")?;
        let shown = points.iter().step_by(step);
        chart.draw_series(shown.map(|&(valence, arousal)| {
            let place = (f64::from(valence), f64::from(arousal));
            Circle::new(place, 2, SERIES[0].mix(0.35).filled())
        }))?;
        Ok(())
    })
}

/// Bars of counts by name, the longest bar as wide as the plot.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn bars(counts: &[(String, usize)]) -> Result<String, Error> {
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1) as f64;
    let (row, left) = (22, 150);
    let height = (row * counts.len() as i32 + 12) as u32;
    draw((PANEL.0 + 100, height), |root| {
        let room = f64::from(PANEL.0) - f64::from(left) + 30.0;
        for (i, (name, count)) in counts.iter().enumerate() {
            let y = 6 + row * i as i32;
            let end = left + (room * *count as f64 / most) as i32;
            let place = (left - 8, y + row / 2);
            root.draw(&Text::new(short(name), place, small(HPosition::Right)))?;
            let fill = SERIES[0].mix(0.7).filled();
            root.draw(&Rectangle::new([(left, y + 3), (end, y + row - 3)], fill))?;
            let place = (end + 6, y + row / 2);
            root.draw(&Text::new(count.to_string(), place, small(HPosition::Left)))?;
        }
        Ok(())
    })
}

/// Lines over a common axis, named.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn curves(title: &str, x: &str, series: &[(String, Vec<(f64, f64)>)]) -> Result<String, Error> {
    draw((PANEL.0 + 100, PANEL.1 + 40), |root| {
        lines(root, title, x, series)
    })
}

/// A value with its interval on a scale from 0 to 1, and what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalRow {
    /// Name of the row.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Lower and upper end of its interval.
    pub interval: Option<(f64, f64)>,
    /// What it is compared with, drawn as a bar across the row.
    pub mark: Option<f64>,
}

/// Values from 0 to 1 as dots with their intervals, row by row.
///
/// # Errors
/// [`Error::Internal`] when the plot cannot be drawn.
pub fn interval_rows(rows: &[IntervalRow]) -> Result<String, Error> {
    let (row, left, width) = (22, 190, 320);
    let height = (row * rows.len() as i32 + 34) as u32;
    draw(((left + width + 70) as u32, height), |root| {
        let at = |value: f64| left + (f64::from(width) * value.clamp(0.0, 1.0)) as i32;
        let bottom = row * rows.len() as i32 + 6;
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let line = [(at(tick), 4), (at(tick), bottom)];
            root.draw(&PathElement::new(line, INK.mix(0.15)))?;
            let place = (at(tick), bottom + 12);
            root.draw(&Text::new(
                tick.to_string(),
                place,
                small(HPosition::Center),
            ))?;
        }
        for (i, entry) in rows.iter().enumerate() {
            let y = 6 + row * i as i32 + row / 2;
            let name: String = entry.name.chars().take(30).collect();
            root.draw(&Text::new(name, (left - 8, y), small(HPosition::Right)))?;
            if let Some(mark) = entry.mark {
                let line = [(at(mark), y - 8), (at(mark), y + 8)];
                root.draw(&PathElement::new(line, SERIES[1].stroke_width(3)))?;
            }
            if let Some((low, high)) = entry.interval {
                let line = [(at(low), y), (at(high), y)];
                root.draw(&PathElement::new(line, SERIES[0].stroke_width(2)))?;
            }
            root.draw(&Circle::new((at(entry.value), y), 4, SERIES[0].filled()))?;
            let text = format!("{:.2}", entry.value);
            let place = (left + width + 12, y);
            root.draw(&Text::new(text, place, small(HPosition::Left)))?;
        }
        Ok(())
    })
}

type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

fn lines(area: &Area<'_>, title: &str, x: &str, series: &[(String, Vec<(f64, f64)>)]) -> Drawn {
    let points = || series.iter().flat_map(|(_, points)| points);
    let range = |side: fn(&(f64, f64)) -> f64| {
        let (low, high) = points()
            .map(side)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low.is_finite() && high > low {
            (low, high)
        } else {
            (0.0, if high.is_finite() { high.max(1.0) } else { 1.0 })
        }
    };
    let ((x_low, x_high), (y_low, y_high)) = (range(|p| p.0), range(|p| p.1));
    let margin = (y_high - y_low) * 0.05;
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18).into_font().color(&INK))
        .margin(12)
        .x_label_area_size(34)
        .y_label_area_size(52)
        .build_cartesian_2d(x_low..x_high, y_low - margin..y_high + margin)?;
    mesh(&mut chart, x, "")?;
    for ((name, points), color) in series.iter().zip(SERIES) {
        let line = LineSeries::new(points.iter().copied(), color.stroke_width(2));
        chart
            .draw_series(line)?
            .label(name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .label_font(small(HPosition::Left))
        .draw()
}

type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

fn mesh(chart: &mut Chart<'_, '_>, x: &str, y: &str) -> Drawn {
    chart
        .configure_mesh()
        .x_desc(x)
        .y_desc(y)
        .x_labels(6)
        .y_labels(6)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .axis_desc_style(("sans-serif", 14).into_font().color(&INK))
        .axis_style(INK.mix(0.7))
        .bold_line_style(INK.mix(0.15))
        .light_line_style(TRANSPARENT)
        .draw()
}

fn small(side: HPosition) -> TextStyle<'static> {
    let font = ("sans-serif", 13).into_font().color(&INK);
    font.pos(Pos::new(side, VPos::Center))
}

fn short(name: &str) -> String {
    if name.chars().count() <= 18 {
        return name.to_owned();
    }
    name.chars().take(17).chain(['…']).collect()
}

fn draw(size: (u32, u32), paint: impl FnOnce(&Area<'_>) -> Drawn) -> Result<String, Error> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        paint(&root)
            .and_then(|()| root.present())
            .map_err(|error| Error::Internal(format!("cannot draw a plot: {error}")))?;
    }
    let svg = svg.replace("#010203", "currentColor");
    Ok(match svg.find('>') {
        // The first tag is the opening one of the picture.
        Some(end) => format!("{}{STYLE}{}", &svg[..=end], &svg[end + 1..]),
        None => svg,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(svg: &str, expected: &[&str]) {
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("prefers-color-scheme:dark") && !svg.contains("#010203"));
        for text in expected {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
    }

    #[test]
    fn plots_hold_their_names_and_numbers() {
        let confusion = Confusion::of(&["glad", "sad & low"], [(0, 0), (1, 0), (1, 1)]);
        check(
            &confusion_matrix("four <classes>", &confusion).unwrap(),
            &["glad", "sad &amp; low", "four &lt;classes&gt;"],
        );
        let bin = Bin {
            low: 0.5,
            high: 1.0,
            n: 3,
            confidence: 0.8,
            accuracy: 0.7,
        };
        check(
            &reliability_diagram("faces", &[bin]).unwrap(),
            &["confidence", "accuracy", "<circle"],
        );
        check(&plane_scatter(&[(0.5, -0.5); 9000]).unwrap(), &["valence"]);
        let rows = [
            ("joy".to_owned(), 12),
            ("a name that is far too long".into(), 0),
        ];
        check(&bars(&rows).unwrap(), &["joy", "12", "a name that is fa…"]);
        check(&bars(&[]).unwrap(), &[]);
        let series = [("heard".to_owned(), vec![(-1.0, -0.5), (1.0, 0.5)])];
        check(
            &curves("valence", "asked", &series).unwrap(),
            &["asked", "heard"],
        );
        let row = IntervalRow {
            name: "rules".into(),
            value: 0.456,
            interval: Some((0.4, 0.5)),
            mark: Some(0.7),
        };
        check(
            &interval_rows(&[row]).unwrap(),
            &["rules", "0.46", "<circle"],
        );
    }
}
