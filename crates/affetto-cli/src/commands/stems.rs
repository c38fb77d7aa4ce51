//! `--stems`: each track as files of its own.

use std::path::{Path, PathBuf};

use affetto_engine::stems::{NamedFile, Score};
use affetto_engine::{Engine, Error, FileFormat, write_atomic};

use crate::args::{LoudnessArg, StemArgs, StemFormat};

impl StemArgs {
    /// Writes the stems of a piece into a folder and tells their paths.
    ///
    /// # Errors
    /// [`Error`] when they cannot be rendered or written.
    pub(super) fn write(
        &self,
        engine: &Engine,
        score: &Score,
        folder: &Path,
        loudness: LoudnessArg,
    ) -> Result<Vec<PathBuf>, Error> {
        std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
        let mut paths = Vec::new();
        let mut write = |file: NamedFile| {
            let path = folder.join(&file.name);
            write_atomic(&path, &file.bytes)?;
            paths.push(path);
            Ok(())
        };
        engine.stem_files(score, self.stem_format.into(), loudness.into(), &mut write)?;
        Ok(paths)
    }
}

impl From<StemFormat> for FileFormat {
    fn from(format: StemFormat) -> Self {
        match format {
            StemFormat::Wav => Self::Wav,
            StemFormat::Flac => Self::Flac,
            StemFormat::Mp3 => Self::Mp3,
            StemFormat::Opus => Self::Opus,
        }
    }
}
