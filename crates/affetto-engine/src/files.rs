//! Files that leave the engine: formats by ending, and writing so that nothing is ever half there.

use std::fmt;
use std::io::Write;
use std::path::Path;

use crate::Error;

/// What a piece can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileFormat {
    /// Standard MIDI File, as performed.
    Midi,
    /// MusicXML 4.0, full score, as written.
    MusicXml,
    /// MusicXML 4.0, melody and chord symbols.
    LeadSheet,
    /// WAV, 16 bit.
    Wav,
    /// FLAC, 16 bit.
    Flac,
    /// MP3.
    Mp3,
    /// Opus in Ogg.
    Opus,
}

impl FileFormat {
    /// All formats with their file endings and media types.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Midi, "mid", "audio/midi"),
        (
            Self::LeadSheet,
            "lead.musicxml",
            "application/vnd.recordare.musicxml+xml",
        ),
        (
            Self::MusicXml,
            "musicxml",
            "application/vnd.recordare.musicxml+xml",
        ),
        (Self::Wav, "wav", "audio/wav"),
        (Self::Flac, "flac", "audio/flac"),
        (Self::Mp3, "mp3", "audio/mpeg"),
        (Self::Opus, "opus", "audio/ogg"),
    ];

    /// The format that a file name's ending asks for.
    ///
    /// # Errors
    /// [`Error::User`] naming the known endings.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        let ends = |ending: &str| name.ends_with(&format!(".{ending}"));
        if ends("midi") {
            return Ok(Self::Midi);
        }
        Self::ALL
            .iter()
            .find(|(_, ending, _)| ends(ending))
            .map(|(format, ..)| *format)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|(_, ending, _)| *ending).collect();
                Error::user(
                    "unknown_format",
                    format!(
                        "cannot write {}: expected an ending out of: {}",
                        path.display(),
                        known.join(", ")
                    ),
                )
            })
    }

    /// The file ending without its leading dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(format, ..)| *format == self)
            .map_or("", |(_, ending, _)| ending)
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(format, ..)| *format == self)
            .map_or("", |(.., media)| media)
    }

    /// Whether it is sound rather than notes.
    #[must_use]
    pub fn is_audio(self) -> bool {
        matches!(self, Self::Wav | Self::Flac | Self::Mp3 | Self::Opus)
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.ending())
    }
}

/// Writes a whole file or nothing: into a temporary file beside it first, then renamed.
///
/// # Errors
/// [`Error::Io`] with the path when the folder is missing, closed or full.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let fail = |source| Error::io("write", path, source);
    let mut file = tempfile::Builder::new()
        .prefix(".affetto-")
        .tempfile_in(folder)
        .map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    set_readable(file.as_file()).map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

/// Temporary files are private; what a user asked for is readable as files usually are.
#[cfg(unix)]
fn set_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// [`Error::Io`] when it cannot be read, [`Error::User`] when it is larger.
pub fn read_limited(path: &Path, limit: usize) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::io("read", path, source);
    let size = std::fs::metadata(path).map_err(fail)?.len();
    if size > limit as u64 {
        return Err(Error::user(
            "file_too_large",
            format!("{} has {size} bytes, allowed are {limit}", path.display()),
        ));
    }
    std::fs::read(path).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let format = FileFormat::of(Path::new(name));
        assert_eq!(
            format.map_or_else(|e| e.to_string(), |f| f.to_string()),
            expected
        );
    }

    #[test]
    fn endings_name_formats() {
        check("a.mid", "mid");
        check("folder.wav/A.MIDI", "mid");
        check("a.musicxml", "musicxml");
        check("a.lead.musicxml", "lead.musicxml");
        check("a.b.opus", "opus");
        check(
            "a.doc",
            "cannot write a.doc: expected an ending out of: mid, lead.musicxml, musicxml, wav, flac, mp3, opus",
        );
        check(
            "wav",
            "cannot write wav: expected an ending out of: mid, lead.musicxml, musicxml, wav, flac, mp3, opus",
        );
    }

    #[test]
    fn writing_replaces_a_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mid");
        write_atomic(&path, b"first, long").unwrap();
        write_atomic(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no temporary file stays"
        );
        let missing = folder.path().join("no/such/a.mid");
        assert!(
            write_atomic(&missing, b"x")
                .unwrap_err()
                .to_string()
                .contains("cannot write")
        );
    }

    #[test]
    fn reading_is_limited() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, [0; 11]).unwrap();
        assert!(
            read_limited(&path, 10)
                .unwrap_err()
                .to_string()
                .contains("11 bytes, allowed are 10")
        );
        assert_eq!(read_limited(&path, 11).unwrap().len(), 11);
    }
}
