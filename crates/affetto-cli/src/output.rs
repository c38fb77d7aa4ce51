//! What is printed where: data on stdout, talk on stderr.

use std::io::{IsTerminal, Write};

use affetto_engine::Error;
use indicatif::{ProgressBar, ProgressStyle};

/// Decides what is printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    /// Print results as JSON.
    pub(crate) json: bool,
    /// No talk.
    pub(crate) quiet: bool,
}

impl Printer {
    /// Prints a result on stdout: as JSON when that was asked for, else the given text.
    pub(crate) fn result(self, json: &serde_json::Value, text: impl FnOnce() -> String) {
        let line = if self.json { json.to_string() } else { text() };
        // A reader that went away, such as `head`, is no failure of ours.
        let _ = writeln!(std::io::stdout().lock(), "{}", line.trim_end());
    }

    /// Says something about the work on stderr.
    pub(crate) fn say(self, text: impl AsRef<str>) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
        }
    }

    /// A progress bar on stderr, hidden when nobody watches.
    pub(crate) fn progress(self, length: u64, what: &str) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(length);
        let style = "{msg} {bar:30} {pos}/{len} {elapsed} left {eta}";
        bar.set_style(
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message(what.to_owned());
        bar
    }
}

/// Prints an error with its hint on stderr and says the exit status it deserves: 2 for wrong
/// usage, 1 for everything else.
pub(crate) fn report(error: &anyhow::Error) -> u8 {
    let mut stderr = std::io::stderr().lock();
    let mut chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Some errors tell their cause themselves.
    chain.dedup_by(|cause, told| told.ends_with(cause.as_str()));
    let _ = writeln!(stderr, "error: {}", chain.join(": "));
    let ours = error.downcast_ref::<Error>();
    if let Some(hint) = ours.and_then(Error::hint) {
        let _ = writeln!(stderr, "hint: {hint}");
    } else {
        let _ = writeln!(stderr, "hint: affetto --help shows what can be asked");
    }
    match ours {
        Some(Error::User { code, .. }) if is_usage(code) => 2,
        _ => 1,
    }
}

/// Mistakes in what was typed, as opposed to files that cannot be used.
fn is_usage(code: &str) -> bool {
    const USAGE: &[&str] = &[
        "unknown_genre",
        "unknown_name",
        "out_of_range",
        "invalid_notation",
        "empty_text",
        "text_too_long",
        "unknown_format",
        "invalid_request",
        "invalid_config",
    ];
    USAGE.contains(&code)
}

/// Lays out rows as aligned columns, numbers to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let columns = header.len();
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain([header[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, &width)| {
            if cell.parse::<f64>().is_ok() {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(header.to_vec())];
    lines.extend(
        rows.iter()
            .map(|row| line(row.iter().map(String::as_str).collect())),
    );
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align() {
        let rows = vec![
            vec!["a".into(), "1.5".into()],
            vec!["long name".into(), "12.25".into()],
        ];
        let expected = "name       value\na            1.5\nlong name  12.25";
        assert_eq!(table(&["name", "value"], &rows), expected);
    }

    #[test]
    fn mistakes_are_told_from_failures() {
        assert!(is_usage("unknown_genre"));
        assert!(!is_usage("invalid_midi"));
    }
}
