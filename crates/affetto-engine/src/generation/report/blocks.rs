//! A report as blocks that are written as Markdown and as HTML.

use std::fmt::Write as _;

use crate::describe::{STYLE, escaped};

/// One block of a report.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// A heading of the second level.
    Heading(String),
    /// A paragraph of plain text.
    Text(String),
    /// A table with its header.
    Table {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// A picture: file name below `plots/` and the SVG.
    Plot { file: String, svg: String },
    /// Music: caption, MIDI file and sound file, relative to the report.
    Music {
        caption: String,
        midi: String,
        sound: String,
    },
    /// A page beside the report.
    Link { caption: String, file: String },
}

/// The blocks as Markdown.
pub(super) fn markdown(title: &str, blocks: &[Block]) -> String {
    let mut text = format!("# {title}\n");
    for block in blocks {
        let _ = match block {
            Block::Heading(heading) => write!(text, "\n## {heading}\n"),
            Block::Text(paragraph) => write!(text, "\n{paragraph}\n"),
            Block::Table { header, rows } => {
                let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
                let rule = vec!["---".to_owned(); header.len()];
                let rows: String = rows.iter().map(|row| line(row)).collect();
                write!(text, "\n{}{}{rows}", line(header), line(&rule))
            }
            Block::Plot { file, .. } => write!(text, "\n![{file}](plots/{file})\n"),
            Block::Music {
                caption,
                midi,
                sound,
            } => write!(text, "\n- {caption}: [MIDI]({midi}), [sound]({sound})\n"),
            Block::Link { caption, file } => write!(text, "\n[{caption}]({file})\n"),
        };
    }
    text
}

/// The blocks as a page; pictures are in it, music is beside it.
pub(super) fn html(title: &str, blocks: &[Block]) -> String {
    let title = escaped(title);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body>\
         <h1>{title}</h1>"
    );
    for block in blocks {
        let _ = match block {
            Block::Heading(heading) => write!(page, "<h2>{}</h2>", escaped(heading)),
            Block::Text(paragraph) => write!(page, "<p>{}</p>", escaped(paragraph)),
            Block::Table { header, rows } => {
                let line = |cells: &[String], tag: &str| {
                    let cells = cells.iter().map(|cell| escaped(cell));
                    let cells: String =
                        cells.map(|cell| format!("<{tag}>{cell}</{tag}>")).collect();
                    format!("<tr>{cells}</tr>")
                };
                let rows: String = rows.iter().map(|row| line(row, "td")).collect();
                write!(page, "<table>{}{rows}</table>", line(header, "th"))
            }
            Block::Plot { svg, .. } => write!(page, "<div class=\"plots\">{svg}</div>"),
            Block::Music {
                caption,
                midi,
                sound,
            } => write!(
                page,
                "<p>{}: <a href=\"{midi}\">MIDI</a><br><audio controls preload=\"none\" \
                 src=\"{sound}\"></audio></p>",
                escaped(caption)
            ),
            Block::Link { caption, file } => {
                write!(page, "<p><a href=\"{file}\">{}</a></p>", escaped(caption))
            }
        };
    }
    page + "</body></html>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_written_twice() {
        let blocks = [
            Block::Heading("A < B".into()),
            Block::Table {
                header: vec!["x".into(), "y".into()],
                rows: vec![vec!["1".into(), "2 & 3".into()]],
            },
            Block::Plot {
                file: "a.svg".into(),
                svg: "<svg></svg>".into(),
            },
        ];
        assert_eq!(
            markdown("T", &blocks),
            "# T\n\n## A < B\n\n| x | y |\n| --- | --- |\n| 1 | 2 & 3 |\n\n![a.svg](plots/a.svg)\n"
        );
        let page = html("T", &blocks);
        for part in ["<h2>A &lt; B</h2>", "<td>2 &amp; 3</td>", "<svg></svg>"] {
            assert!(page.contains(part), "{page}");
        }
    }
}
