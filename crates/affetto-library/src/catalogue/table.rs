//! Tables of songs: columns by name, rows that cannot be read counted with their reasons.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::{CatalogueRow, Limits};
use crate::Error;
use crate::error::shown;
use crate::text::decoded;

/// How many reasons a report keeps.
const MAX_REASONS: usize = 5;
/// Most columns of a table.
const MAX_COLUMNS: usize = 1000;
/// What the CSV reader may hold beside the row it reads.
const READ_AHEAD: u64 = 16 << 10;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Rows that became songs, or plays of a history.
    pub rows: u64,
    /// Rows that could not be read.
    pub bad: u64,
    /// Why not: the first five, each with the number of its row, the first row after the names of
    /// the columns being 1.
    pub reasons: Vec<String>,
}

impl Report {
    /// Counts a row; why it is bad, if it is.
    pub(super) fn count(&mut self, result: Result<(), String>) {
        match result {
            Ok(()) => self.rows += 1,
            Err(reason) => {
                self.bad += 1;
                if self.reasons.len() < MAX_REASONS {
                    let row = self.rows + self.bad;
                    self.reasons.push(format!("row {row}: {reason}"));
                }
            }
        }
    }

    /// Fails once more rows were counted than may be.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), Error> {
        if self.rows + self.bad > limits.max_rows {
            let limit = format!("{} rows", limits.max_rows);
            return Err(Error::too_large("a table of songs", limit));
        }
        Ok(())
    }
}

/// One row with the names of its columns.
pub(super) struct Row<'a> {
    names: &'a [String],
    fields: Vec<String>,
}

impl Row<'_> {
    /// A text that must be there, trimmed.
    pub(super) fn text(&self, name: &str) -> Result<&str, String> {
        self.text_opt(name)
            .ok_or_else(|| format!("{name} is empty"))
    }

    /// A text, trimmed; `None` when it is empty or the table has no such column.
    pub(super) fn text_opt(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().position(|known| known == name)?;
        let text = self.fields.get(index)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A number that must be there and finite.
    pub(super) fn number(&self, name: &str) -> Result<f64, String> {
        number(name, self.text(name)?)
    }

    /// A number; `None` when it is empty.
    pub(super) fn number_opt(&self, name: &str) -> Result<Option<f64>, String> {
        self.text_opt(name)
            .map(|text| number(name, text))
            .transpose()
    }

    /// A feature, times a factor; `None` when it is empty or no number.
    pub(super) fn feature(&self, name: &str, factor: f64) -> Option<f32> {
        let value = self.number_opt(name).ok().flatten()?;
        Some((value * factor) as f32)
    }

    /// A small whole number; `None` when it is empty or something else.
    pub(super) fn small(&self, name: &str) -> Option<u8> {
        self.text_opt(name)?.parse().ok()
    }

    /// A year, the first four digits of a date; `None` when it is empty or something else.
    pub(super) fn year(&self, name: &str) -> Option<u16> {
        let year = self.text_opt(name)?.get(..4)?.parse().ok()?;
        (1000..=9999).contains(&year).then_some(year)
    }
}

fn number(name: &str, text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("{name} is no number: \"{}\"", shown(text))),
    }
}

/// How a table is written.
pub(super) struct Format {
    /// Its name in errors.
    pub(super) name: &'static str,
    /// Between fields.
    pub(super) delimiter: u8,
    /// Columns that must be there, in lower case.
    pub(super) required: &'static [&'static str],
}

/// Reads a table row by row. Names of columns are compared in lower case.
pub(super) fn read(
    source: Box<dyn Read + '_>,
    format: &Format,
    limits: &Limits,
    report: &mut Report,
    each: &mut dyn FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), Error> {
    let budget = Rc::new(Cell::new(limits.max_row_bytes.saturating_add(READ_AHEAD)));
    let source = Budgeted {
        inner: source,
        left: Rc::clone(&budget),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(format.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(source);
    let mut record = csv::ByteRecord::new();
    let failed = |error: csv::Error| Error::format(format.name, error);
    reader.read_byte_record(&mut record).map_err(failed)?;
    let names = names(&record, format)?;
    loop {
        budget.set(limits.max_row_bytes.saturating_add(READ_AHEAD));
        if !reader.read_byte_record(&mut record).map_err(failed)? {
            return Ok(());
        }
        let result = if record.len() > names.len() {
            let (actual, expected) = (record.len(), names.len());
            Err(format!("it has {actual} fields instead of {expected}"))
        } else {
            let fields = record.iter().map(decoded).collect();
            each(&Row {
                names: &names,
                fields,
            })
        };
        report.count(result);
        report.check(limits)?;
    }
}

/// The names of the columns in lower case.
fn names(record: &csv::ByteRecord, format: &Format) -> Result<Vec<String>, Error> {
    if record.len() > MAX_COLUMNS {
        return Err(Error::too_large("a table", "1000 columns"));
    }
    let names: Vec<String> = record
        .iter()
        .map(|name| {
            decoded(name)
                .trim_start_matches('\u{feff}')
                .trim()
                .to_lowercase()
        })
        .collect();
    for required in format.required {
        if !names.iter().any(|name| name == required) {
            let reason = format!("it has no column \"{required}\"");
            return Err(Error::format(format.name, reason));
        }
    }
    Ok(names)
}

/// A reader that fails when a row is longer than it may be.
struct Budgeted<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.get().checked_sub(read as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("a row is longer than the limit")),
        }
        Ok(read)
    }
}

/// Gives a song on, if it is one.
pub(super) fn give(row: CatalogueRow, each: &mut dyn FnMut(CatalogueRow)) -> Result<(), String> {
    row.info.validate().map_err(|error| error.to_string())?;
    each(row);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: Format = Format {
        name: "test table",
        delimiter: b',',
        required: &["title"],
    };

    fn check(text: &[u8], limits: &Limits) -> (Vec<String>, Result<Report, String>) {
        let mut titles = Vec::new();
        let mut report = Report::default();
        let result = read(Box::new(text), &FORMAT, limits, &mut report, &mut |row| {
            titles.push(row.text("title")?.to_owned());
            row.number("n").map(drop)
        });
        (titles, result.map(|()| report).map_err(|e| e.to_string()))
    }

    #[test]
    fn rows_are_read_or_counted() {
        let text = b"\xef\xbb\xbfTitle,N\n a ,1\nb,x\n,3\n\"c\nd\",4\nEinst\xfcrzende \x93x\x94,5\ne,6,7\nf\n";
        let (titles, report) = check(text, &Limits::default());
        let report = report.unwrap();
        assert_eq!(titles, ["a", "b", "c\nd", "Einstürzende “x”", "f"]);
        assert_eq!((report.rows, report.bad), (3, 4));
        assert_eq!(
            report.reasons,
            [
                "row 2: n is no number: \"x\"",
                "row 3: title is empty",
                "row 6: it has 3 fields instead of 2",
                "row 7: n is empty",
            ]
        );
    }

    #[test]
    fn what_is_no_such_table_is_refused() {
        let limits = Limits {
            max_rows: 2,
            max_row_bytes: 1000,
            ..Limits::default()
        };
        let long = format!("title\n\"{}", "x\n".repeat(100_000));
        for (text, expected) in [
            ("", "this is no test table: it has no column \"title\""),
            (
                "name,n\n",
                "this is no test table: it has no column \"title\"",
            ),
            (
                "title\n1\n2\n3\n",
                "a table of songs may have at most 2 rows, but has more",
            ),
            (
                &long,
                "this is no test table: a row is longer than the limit",
            ),
        ] {
            let (_, result) = check(text.as_bytes(), &limits);
            assert_eq!(result.unwrap_err(), expected);
        }
    }
}
