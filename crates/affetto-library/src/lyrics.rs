//! Lyrics: plain text and timed `.lrc` files, as sections of lines.
//!
//! An `.lrc` line is `[mm:ss.xx]text`, with several stamps where it is sung several times;
//! `[offset:ms]` shifts all of them, positive values making them earlier. A line without stamps in
//! a timed file and `[ar:…]`-like tags are not sung. In both formats empty lines and headings such
//! as `[Chorus]` part the sections.

use crate::Error;

/// Longest text in bytes; the longest songs have some 10 000.
const MAX_BYTES: usize = 1 << 20;
/// Most lines, repeated ones counted as often as they are sung.
const MAX_LINES: usize = 10_000;
/// Latest time of a line in seconds: a day.
const MAX_TIME_S: f64 = 86_400.0;

/// The lyrics of a song.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lyrics {
    /// The sections in the order of the song, none of them without lines.
    pub sections: Vec<Section>,
}

/// Lines that belong together, such as a verse.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// What the text calls it, e.g. `"Chorus"`.
    pub heading: Option<String>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// When it begins in seconds from the start of the song, at least 0, where that is known.
    pub start_s: Option<f64>,
    /// Its words, not empty.
    pub text: String,
}

impl Lyrics {
    /// Reads lyrics, timed or plain: a text with a time stamp at the start of any line is timed.
    ///
    /// # Errors
    /// [`Error::TooLarge`] over 1 MiB or 10 000 lines.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            return Err(Error::too_large("lyrics", "1 MiB"));
        }
        let text = text.trim_start_matches('\u{feff}');
        let timed = text.lines().any(|line| stamp(line.trim()).is_some());
        let lines = if timed {
            timed_lines(text)?
        } else {
            plain_lines(text)?
        };
        Ok(Self {
            sections: sections(lines),
        })
    }

    /// Reads lyrics from bytes: UTF-8 or UTF-16 with its mark, else Windows-1252.
    ///
    /// # Errors
    /// As [`Lyrics::parse`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > 2 * MAX_BYTES {
            return Err(Error::too_large("lyrics", "1 MiB"));
        }
        Self::parse(&decoded(bytes))
    }

    /// All lines as text, sections apart by an empty line.
    #[must_use]
    pub fn text(&self) -> String {
        let sections: Vec<String> = self.sections.iter().map(Section::text).collect();
        sections.join("\n\n")
    }

    /// Whether nothing is sung.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }
}

impl Section {
    /// Its lines as text.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

fn decoded(bytes: &[u8]) -> String {
    let units = |from: fn([u8; 2]) -> u16| -> String {
        let (pairs, _) = bytes[2..].as_chunks::<2>();
        char::decode_utf16(pairs.iter().map(|pair| from(*pair)))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => crate::text::decoded(bytes),
    }
}

/// What a line of a file is.
#[derive(Debug, Clone, PartialEq)]
enum Item {
    Gap,
    Heading(String),
    Line(Line),
}

fn plain_lines(text: &str) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for line in text.lines() {
        items.push(item(line.trim(), None));
        check_count(&items)?;
    }
    Ok(items)
}

fn check_count(items: &[Item]) -> Result<(), Error> {
    if items.len() > MAX_LINES {
        return Err(Error::too_large("lyrics", "10000 lines"));
    }
    Ok(())
}

fn item(text: &str, start_s: Option<f64>) -> Item {
    if text.is_empty() {
        return Item::Gap;
    }
    match heading(text) {
        Some(heading) => Item::Heading(heading.to_owned()),
        None => Item::Line(Line {
            start_s,
            text: text.to_owned(),
        }),
    }
}

/// The heading that a whole line in brackets is.
fn heading(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    let plain = !inner.is_empty() && !inner.contains(['[', ']']);
    plain.then_some(inner)
}

/// The lines of an `.lrc` file by time. Lines of the same time keep their order.
fn timed_lines(text: &str) -> Result<Vec<Item>, Error> {
    let mut offset_s = 0.0;
    let mut timed: Vec<(f64, Item)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(offset) = offset(line) {
            offset_s = offset;
            continue;
        }
        let (times, rest) = stamps(line);
        for time in times {
            timed.push((time, item(&without_word_stamps(rest), Some(time))));
            if timed.len() > MAX_LINES {
                return Err(Error::too_large("lyrics", "10000 lines"));
            }
        }
    }
    timed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let shifted = timed.into_iter().map(|(time, item)| match item {
        Item::Line(line) => Item::Line(Line {
            start_s: Some((time - offset_s).max(0.0)),
            ..line
        }),
        other => other,
    });
    Ok(shifted.collect())
}

/// The value of `[offset:±ms]` in seconds.
fn offset(line: &str) -> Option<f64> {
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let (name, value) = inner.split_once(':')?;
    if !name.trim().eq_ignore_ascii_case("offset") {
        return None;
    }
    let milliseconds: f64 = value.trim().parse().ok()?;
    let plausible = milliseconds.abs() <= MAX_TIME_S * 1000.0;
    Some(if plausible {
        milliseconds / 1000.0
    } else {
        0.0
    })
}

/// The stamps that a line begins with, and what follows.
fn stamps(mut line: &str) -> (Vec<f64>, &str) {
    let mut times = Vec::new();
    while let Some((time, rest)) = stamp(line) {
        times.push(time);
        line = rest.trim_start();
    }
    (times, line)
}

/// One stamp `[mm:ss]`, `[mm:ss.xx]`, `[mm:ss:xx]` or `[hh:mm:ss.xx]` in seconds, and the rest.
fn stamp(line: &str) -> Option<(f64, &str)> {
    let (inner, rest) = line.strip_prefix('[')?.split_once(']')?;
    Some((time_s(inner)?, rest))
}

fn time_s(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let whole = |part: &str| -> Option<f64> {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok())?
    };
    let time = match parts.as_slice() {
        [minutes, seconds] => whole(minutes)? * 60.0 + second_part(seconds)?,
        // Some programs write the hundredths after a colon, some write hours before it.
        [minutes, seconds, hundredths] if !hundredths.contains('.') => {
            whole(minutes)? * 60.0 + whole(seconds)? + whole(hundredths)? / 100.0
        }
        [hours, minutes, seconds] => {
            whole(hours)? * 3600.0 + whole(minutes)? * 60.0 + second_part(seconds)?
        }
        _ => return None,
    };
    (time <= MAX_TIME_S).then_some(time)
}

/// Seconds with or without a fraction.
fn second_part(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = plain.then(|| text.parse().ok())??;
    (seconds < 100.0).then_some(seconds)
}

/// A line without the stamps of single words, `<mm:ss.xx>`.
fn without_word_stamps(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find('<') {
        let (before, after) = rest.split_at(open);
        text.push_str(before);
        rest = match after[1..].split_once('>') {
            Some((inner, end)) if time_s(inner).is_some() => end,
            _ => {
                text.push('<');
                &after[1..]
            }
        };
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines in sections; gaps and headings begin a new one.
fn sections(items: Vec<Item>) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for item in items {
        let fresh = match item {
            Item::Line(line) => {
                if let Some(section) = sections.last_mut() {
                    section.lines.push(line);
                }
                continue;
            }
            Item::Gap => {
                // A gap right after a heading parts nothing.
                let open = sections
                    .last()
                    .is_some_and(|section| section.lines.is_empty());
                if open {
                    continue;
                }
                Section::default()
            }
            Item::Heading(heading) => Section {
                heading: Some(heading),
                lines: Vec::new(),
            },
        };
        sections.push(fresh);
    }
    sections.retain(|section| !section.lines.is_empty());
    sections
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sections as `heading: line / line`, apart by ` | `, with times where there are.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let lyrics = Lyrics::parse(text).unwrap();
        let shown: Vec<String> = lyrics.sections.iter().map(show).collect();
        assert_eq!(shown.join(" | "), expected);
    }

    fn show(section: &Section) -> String {
        let lines: Vec<String> = section
            .lines
            .iter()
            .map(|line| match line.start_s {
                Some(start) => format!("{start:.2} {}", line.text),
                None => line.text.clone(),
            })
            .collect();
        let lines = lines.join(" / ");
        match &section.heading {
            Some(heading) => format!("{heading}: {lines}"),
            None => lines,
        }
    }

    #[test]
    fn plain_text_falls_into_sections() {
        check("one\ntwo\n\n\nthree\n", "one / two | three");
        check(
            "[Verse 1]\none\n[Chorus]\n\ntwo",
            "Verse 1: one | Chorus: two",
        );
        check("one\r\n  \r\ntwo", "one | two");
        check("[Chorus]\n[Verse]\none [softly]", "Verse: one [softly]");
        check("\u{feff}\n\n", "");
    }

    #[test]
    fn timed_lines_come_in_order() {
        check(
            "[ar:Nobody]\n[00:02.50]two\n[00:01]one",
            "1.00 one / 2.50 two",
        );
        check(
            "[00:01.00][00:05.00]again\n[00:03.00]once",
            "1.00 again / 3.00 once / 5.00 again",
        );
        check("[00:01]one\n[00:02]\n[00:03]two", "1.00 one | 3.00 two");
        check("[01:00:50]a\n[1:00:00.5]b", "60.50 a / 3600.50 b");
        check(
            "[00:01]one\nnot timed\n[00:02][Chorus]\n[00:03]two",
            "1.00 one | Chorus: 3.00 two",
        );
        check("[00:01]<00:01.10>one <00:01.90>word <3", "1.00 one word <3");
    }

    #[test]
    fn an_offset_shifts_all_lines() {
        check(
            "[offset:+500]\n[00:01]one\n[00:00.2]zero",
            "0.00 zero / 0.50 one",
        );
        check("[00:01]one\n[offset: -250]", "1.25 one");
        check("[offset:x]\n[00:01]one", "1.00 one");
    }

    #[test]
    fn bytes_of_old_files_are_read() {
        let utf16: Vec<u8> = [0xfeff_u16]
            .into_iter()
            .chain("[00:01]über".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            utf16.as_slice(),
            b"[00:01]\xfcber",
            "[00:01]über".as_bytes(),
        ] {
            let lyrics = Lyrics::from_bytes(bytes).unwrap();
            assert_eq!(lyrics.text(), "über");
        }
    }

    #[test]
    fn limits_hold() {
        let stamps = "[00:01]".repeat(11_000);
        let table = [
            (
                "x".repeat(2 << 20),
                "lyrics may have at most 1 MiB, but has more",
            ),
            (
                "a\n".repeat(10_001),
                "lyrics may have at most 10000 lines, but has more",
            ),
            (stamps, "lyrics may have at most 10000 lines, but has more"),
        ];
        for (text, expected) in table {
            assert_eq!(Lyrics::parse(&text).unwrap_err().to_string(), expected);
        }
        check(
            "[99999999:00]late\n[00:99999]later",
            "[99999999:00]late / [00:99999]later",
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\[\\]:<>.0-9a-z\\n é]{0,200}") {
            let lyrics = Lyrics::parse(&text).unwrap();
            for section in &lyrics.sections {
                prop_assert!(!section.lines.is_empty());
                prop_assert!(section.lines.iter().all(|line| !line.text.is_empty()));
            }
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Lyrics::from_bytes(&bytes).is_ok());
        }
    }
}
