//! A data set as one HTML page that needs nothing else, and as a cleaning list.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use affetto_models::datasets::{
    self, CleaningList, Description, Findings, PartDescription, Sample,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::experiments::plots::{bars, plane_scatter};
use crate::{Error, write_atomic};

/// Findings of a kind that are shown for each part; the cleaning list has more.
const SHOWN: usize = 12;
/// Values of a column that are shown.
const MAX_BARS: usize = 30;

/// Style of the page, for light and dark.
pub(crate) const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;\
padding:0 1rem;color:#222;background:#fff}h1,h2{line-height:1.2}h2{margin-top:3rem;border-top:1px \
solid #8884;padding-top:1rem}table{border-collapse:collapse}td,th{padding:.15rem .8rem .15rem 0;\
text-align:left;vertical-align:top}th{font-weight:600}.bad{color:#a33}.samples{display:flex;\
flex-wrap:wrap;gap:.8rem}.samples figure{margin:0;max-width:18rem}.samples img{image-rendering:\
pixelated;min-width:96px}figcaption{font-size:.85em;opacity:.8}.plots{display:flex;flex-wrap:wrap;\
gap:1.5rem}svg{max-width:100%;height:auto}@media(prefers-color-scheme:dark){body{color:#ddd;\
background:#181818}.bad{color:#e88}}";

/// Describes a file or folder of data, or a corpus of notes; `watch` hears of each file before it is
/// read.
///
/// # Errors
/// [`Error::User`] when the path cannot be read.
pub fn describe(path: &Path, watch: &mut dyn FnMut(&Path)) -> Result<Description, Error> {
    if crate::notes::is_corpus(path) {
        watch(path);
        return crate::notes::describe(path);
    }
    Ok(datasets::describe(path, watch)?)
}

/// Writes a description as a page, and its faults and leaks as a cleaning list beside it where a
/// path for that is given.
///
/// # Errors
/// [`Error::Io`] when a file cannot be written.
pub fn write(
    description: &Description,
    page: &Path,
    cleaning: Option<&Path>,
) -> Result<Vec<PathBuf>, Error> {
    write_atomic(page, page_of(description)?.as_bytes())?;
    let mut written = vec![page.to_path_buf()];
    if let Some(path) = cleaning {
        CleaningList::write(path, description.findings())?;
        written.push(path.to_path_buf());
    }
    Ok(written)
}

/// The page of a description.
///
/// # Errors
/// [`Error::Internal`] when a plot cannot be drawn.
pub fn page_of(description: &Description) -> Result<String, Error> {
    let title = escaped(&description.path.display().to_string());
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body>\
         <h1>{title}</h1>{}",
        summary(description)
    );
    for part in &description.parts {
        html += &part_of(part)?;
    }
    if !description.others.is_empty() {
        html += "<h2>Files that nothing here reads</h2><p>";
        let names = description.others.iter().take(200);
        let names: Vec<String> = names
            .map(|path| escaped(&path.display().to_string()))
            .collect();
        html += &names.join("<br>");
        html += "</p>";
    }
    html += "</body></html>\n";
    Ok(html)
}

fn summary(description: &Description) -> String {
    let mut rows = String::new();
    for part in &description.parts {
        let bad = |findings: &Findings| match findings.n {
            0 => "0".to_owned(),
            n => format!("<span class=\"bad\">{n}</span>"),
        };
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&part.name),
            part.kind,
            part.n_items,
            bad(&part.duplicates),
            bad(&part.faults),
            bad(&part.leaks)
        );
    }
    format!(
        "<table><tr><th>part</th><th>kind</th><th>items</th><th>duplicates</th><th>faults</th>\
         <th>leaks</th></tr>{rows}</table>"
    )
}

fn part_of(part: &PartDescription) -> Result<String, Error> {
    let mut html = format!("<h2>{}</h2><table>", escaped(&part.name));
    let _ = write!(html, "<tr><th>items</th><td>{}</td></tr>", part.n_items);
    for (name, value) in &part.facts {
        let (name, value) = (escaped(name), escaped(value));
        let _ = write!(html, "<tr><th>{name}</th><td>{value}</td></tr>");
    }
    html += "</table><div class=\"plots\">";
    for distribution in &part.distributions {
        let shown = &distribution.counts[..distribution.counts.len().min(MAX_BARS)];
        let _ = write!(
            html,
            "<figure><figcaption>{}</figcaption>{}</figure>",
            escaped(&distribution.name),
            bars(shown)?
        );
    }
    if !part.plane.is_empty() {
        html += "<figure><figcaption>valence and arousal</figcaption>";
        html += &plane_scatter(&part.plane)?;
        html += "</figure>";
    }
    html += "</div>";
    if !part.samples.is_empty() {
        html += "<h3>Some items</h3><div class=\"samples\">";
        part.samples
            .iter()
            .for_each(|sample| html += &figure(sample));
        html += "</div>";
    }
    let kinds = [
        ("Duplicates within a split", &part.duplicates),
        ("Faults", &part.faults),
        ("Leaks between splits", &part.leaks),
    ];
    for (title, findings) in kinds {
        html += &findings_of(title, findings);
    }
    Ok(html)
}

fn figure(sample: &Sample) -> String {
    let picture = sample.png.as_ref().map_or_else(String::new, |png| {
        let data = STANDARD.encode(png);
        format!("<img alt=\"\" src=\"data:image/png;base64,{data}\">")
    });
    let text = sample.text.as_deref().map(escaped).unwrap_or_default();
    let caption = escaped(&sample.caption);
    format!("<figure>{picture}{text}<figcaption>{caption}</figcaption></figure>")
}

fn findings_of(title: &str, findings: &Findings) -> String {
    if findings.n == 0 {
        return String::new();
    }
    let mut html = format!("<h3 class=\"bad\">{title}: {}</h3><table>", findings.n);
    for finding in findings.listed.iter().take(SHOWN) {
        let (item, reason) = (escaped(&finding.item), escaped(&finding.reason));
        let _ = write!(html, "<tr><td>{item}</td><td>{reason}</td></tr>");
    }
    html += "</table>";
    if findings.n > SHOWN {
        let _ = write!(html, "<p>and {} more</p>", findings.n - SHOWN);
    }
    html
}

pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_was_found() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let mut train = "label\tV\tA\ttext\n".to_owned();
        for i in 0..12 {
            let label = if i % 2 == 0 { "joy" } else { "<b>sad</b>" };
            train += &format!("{label}\t{}\t3\ttext {i}\n", 1 + i % 5);
        }
        std::fs::write(data.join("set_train.tsv"), &train).unwrap();
        let dev = "label\tV\tA\ttext\njoy\t1\t2\ttext 3\n";
        std::fs::write(data.join("set_dev.tsv"), dev).unwrap();
        std::fs::write(data.join("notes.md"), "x").unwrap();
        let description = describe(&data, &mut |_| {}).unwrap();
        let (page, list) = (
            folder.path().join("page.html"),
            folder.path().join("clean.csv"),
        );
        write(&description, &page, Some(&list)).unwrap();
        let html = std::fs::read_to_string(&page).unwrap();
        for part in [
            "&lt;b&gt;sad&lt;/b&gt;",
            "Leaks between splits: 1",
            "notes.md",
            "<svg",
        ] {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("<b>sad"));
        assert_eq!(CleaningList::read(&list).unwrap().len(), 1);
    }
}
