//! The report of a comparison: Markdown and a page with plots, numbers as JSON and CSV, and
//! music to listen to.

mod blocks;
mod contents;
mod listening;

use std::path::{Path, PathBuf};

use affetto_music::Score;
use affetto_music::midi;

use super::GenerationReport;
use crate::{Engine, Error, FileFormat, LoudnessMode, write_atomic};
use blocks::Block;

/// Title of the report.
const TITLE: &str = "Composed music, measured";

impl Engine {
    /// Writes a report into a folder: `report.md`, `report.html`, `metrics.json`, `pieces.csv`, plots,
    /// examples and a page of blind pairs. Returns the paths of the main files.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written, [`Error::User`] when the SoundFont cannot be
    /// used.
    pub fn write_generation_report(
        &self,
        report: &GenerationReport,
        out: &Path,
    ) -> Result<Vec<PathBuf>, Error> {
        for folder in ["plots", "examples", "listening"] {
            let folder = out.join(folder);
            std::fs::create_dir_all(&folder)
                .map_err(|source| Error::io("create", &folder, source))?;
        }
        let mut blocks = contents::blocks(report)?;
        for block in &blocks {
            if let Block::Plot { file, svg } = block {
                write_atomic(&out.join("plots").join(file), svg.as_bytes())?;
            }
        }
        blocks.extend(self.examples(report, out)?);
        blocks.extend(listening::write(self, report, out)?);
        let json = serde_json::to_string_pretty(&report.evaluated.evaluation)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let files = [
            ("report.md", blocks::markdown(TITLE, &blocks)),
            ("report.html", blocks::html(TITLE, &blocks)),
            ("metrics.json", json),
        ];
        let mut written = Vec::new();
        for (name, text) in files {
            let path = out.join(name);
            write_atomic(&path, text.as_bytes())?;
            written.push(path);
        }
        let pieces = out.join("pieces.csv");
        report.evaluated.write_predictions(&pieces)?;
        written.push(pieces);
        Ok(written)
    }

    /// Writes the examples as MIDI and sound.
    fn examples(&self, report: &GenerationReport, out: &Path) -> Result<Vec<Block>, Error> {
        let mut blocks = vec![Block::Heading("Examples".into())];
        for example in &report.examples {
            let midi = format!("examples/{}.mid", example.name);
            let sound = format!("examples/{}.opus", example.name);
            write_atomic(&out.join(&midi), &midi::write(&example.score))?;
            write_atomic(&out.join(&sound), &self.sound(&example.score)?)?;
            blocks.push(Block::Music {
                caption: example.caption.clone(),
                midi,
                sound,
            });
        }
        Ok(blocks)
    }

    /// A score as Opus, at the configured loudness.
    fn sound(&self, score: &Score) -> Result<Vec<u8>, Error> {
        self.render(
            &midi::write(score),
            FileFormat::Opus,
            LoudnessMode::Normalized,
        )
    }
}
