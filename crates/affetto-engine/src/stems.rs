//! Stems: every track of a piece as a MIDI file and a sound file of its own.

use std::io::{Cursor, Write as _};

use affetto_audio::Pcm;
use affetto_audio::encode::Tags;
use affetto_audio::loudness::{CEILING_DBTP, db_to_gain, gain_db};
use affetto_audio::render::{RenderLimits, RenderSettings, presets_of, render_score};
pub use affetto_music::Score;
use affetto_music::{Role, Track, midi};
use zip::write::FileOptions;

use crate::compose::encode;
use crate::{Engine, Error, FileFormat, LoudnessMode, Piece};

/// One track by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Stem {
    /// Name for files: number, role and instrument, e.g. `"1-melody-flute"`.
    pub name: String,
    /// The track alone in a score that is otherwise the piece.
    pub score: Score,
    /// Its sound. All stems begin together, are equally long, and add up to the piece before its
    /// peaks are limited.
    pub sound: Pcm,
}

/// A file with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// Name without folder.
    pub name: String,
    /// Contents.
    pub bytes: Vec<u8>,
}

/// Reads a MIDI file.
///
/// # Errors
/// [`Error::User`] when the bytes are none.
pub fn read(bytes: &[u8]) -> Result<Score, Error> {
    Ok(midi::read(bytes)?)
}

impl Engine {
    /// Renders each track of a score by itself, 48 kHz, and hands one after the other to `each`. One
    /// gain, that which brings the whole to its loudness, holds for all stems; it is lowered where a
    /// stem would clip. Every track is rendered twice, so that no more than one is in memory beside
    /// the whole.
    ///
    /// # Errors
    /// [`Error::User`] when the SoundFont cannot be used, the score holds no notes or is longer than
    /// an hour, and whatever `each` returns.
    pub fn stems(
        &self,
        score: &Score,
        loudness: LoudnessMode,
        each: &mut dyn FnMut(Stem) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut score = score.clone();
        score.close();
        score.tracks.retain(|track| !track.notes.is_empty());
        if score.tracks.is_empty() {
            return Err(Error::user_hint(
                "no_notes",
                "the piece holds no notes",
                "give a MIDI file with some bars of music",
            ));
        }
        let settings = RenderSettings {
            polyphony: self.settings().sound.polyphony,
            ..RenderSettings::default()
        };
        let font = self.soundfont(&presets_of(&score))?;
        let alone = |track: &Track| Score {
            tracks: vec![track.clone()],
            ..score.clone()
        };
        let render = |alone: &Score| {
            render_score(alone, &font, &settings, &RenderLimits::default()).map_err(Error::from)
        };
        let (mut whole, mut peak) = (Pcm::default(), 0.0_f32);
        for track in &score.tracks {
            let sound = render(&alone(track))?;
            peak = peak.max(sound.peak());
            add(&mut whole, sound);
        }
        let gain = gain_db(&whole, self.loudness(loudness))?.map_or(1.0, db_to_gain);
        let gain = gain.min(db_to_gain(CEILING_DBTP) / peak.max(f32::MIN_POSITIVE));
        let n_frames = whole.n_frames();
        drop(whole);
        for (index, track) in score.tracks.iter().enumerate() {
            let score = alone(track);
            let mut sound = render(&score)?;
            sound.left.resize(n_frames, 0.0);
            sound.right.resize(n_frames, 0.0);
            sound.scale(gain);
            each(Stem {
                name: name(index + 1, track.role, &track.name),
                score,
                sound,
            })?;
        }
        Ok(())
    }

    /// The stems as files, one after the other: MIDI and, in an audio format, sound.
    ///
    /// # Errors
    /// As [`Self::stems`], and for a format that is no audio format.
    pub fn stem_files(
        &self,
        score: &Score,
        format: FileFormat,
        loudness: LoudnessMode,
        each: &mut dyn FnMut(NamedFile) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !format.is_audio() {
            return Err(Error::user(
                "unknown_format",
                format!("stems cannot sound as {format}: expected one of: wav, flac, mp3, opus"),
            ));
        }
        self.stems(score, loudness, &mut |stem| {
            let tags = Tags {
                title: Some(stem.name.clone()),
                comment: stem.score.comments.first().cloned(),
                ..Tags::default()
            };
            each(NamedFile {
                name: format!("{}.mid", stem.name),
                bytes: midi::write(&stem.score),
            })?;
            each(NamedFile {
                name: format!("{}.{}", stem.name, format.ending()),
                bytes: encode(&stem.sound, format, &tags)?,
            })
        })
    }

    /// The stems of a piece as one ZIP archive with MIDI and FLAC files.
    ///
    /// # Errors
    /// As [`Self::stems`].
    pub fn stems_archive(&self, piece: &Piece) -> Result<Vec<u8>, Error> {
        let mut archive = Archive::new();
        let mode = LoudnessMode::Normalized;
        self.stem_files(&piece.performed, FileFormat::Flac, mode, &mut |file| {
            archive.add(&file)
        })?;
        archive.finish()
    }
}

/// Files in one ZIP archive, stored as they are, since sound does not shrink. The same files give
/// the same bytes.
struct Archive(zip::ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn new() -> Self {
        Self(zip::ZipWriter::new(Cursor::new(Vec::new())))
    }

    fn add(&mut self, file: &NamedFile) -> Result<(), Error> {
        let options = FileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default());
        self.0
            .start_file(file.name.as_str(), options)
            .map_err(|error| archive_fault(&error))?;
        let written = self.0.write_all(&file.bytes);
        written.map_err(|error| archive_fault(&error))
    }

    fn finish(mut self) -> Result<Vec<u8>, Error> {
        let written = self.0.finish().map_err(|error| archive_fault(&error))?;
        Ok(written.into_inner())
    }
}

fn archive_fault(error: &dyn std::fmt::Display) -> Error {
    Error::Internal(format!("cannot write a ZIP archive: {error}"))
}

/// Adds a sound to a sum, which grows to its length.
fn add(sum: &mut Pcm, sound: Pcm) {
    sum.sample_rate_hz = sound.sample_rate_hz;
    for (sum, side) in [(&mut sum.left, sound.left), (&mut sum.right, sound.right)] {
        sum.resize(sum.len().max(side.len()), 0.0);
        for (sum, sample) in sum.iter_mut().zip(side) {
            *sum += sample;
        }
    }
}

/// A name that every file system takes.
fn name(number: usize, role: Role, instrument: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let instrument: String = instrument.chars().take(40).map(plain).collect();
    let words = instrument.split('-').filter(|word| !word.is_empty());
    let mut parts = vec![number.to_string(), role.name().to_owned()];
    parts.extend(words.filter(|word| *word != role.name()).map(str::to_owned));
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use affetto_audio::render::render_score;
    use affetto_music::notation;

    use super::*;
    use crate::Settings;

    const BAND: &str = "tempo = 120
melody(73) = C5:q E5:q G5:h | F5:q E5:q C5:h
chords(0) = [C4 E4 G4]:w | [F4 A4 C5]:w
bass(33) = C2:h G2:h | F2:h C2:h
drums = kick:q snare:q kick:q snare:q | kick:q snare:q kick:q snare:q";

    fn engine() -> Engine {
        Engine::new(Settings::default()).unwrap()
    }

    #[test]
    fn stems_add_up_to_the_mix_before_mastering() {
        let engine = engine();
        let score = notation::parse(BAND).unwrap();
        let font = engine.soundfont(&presets_of(&score)).unwrap();
        let settings = RenderSettings {
            polyphony: engine.settings().sound.polyphony,
            ..RenderSettings::default()
        };
        let limits = RenderLimits::default();
        let mut mix = render_score(&score, &font, &settings, &limits).unwrap();
        let (mut sum, mut peak, mut lengths) = (Pcm::default(), 0.0_f32, Vec::new());
        let mut each = |stem: Stem| {
            peak = peak.max(stem.sound.peak());
            lengths.push(stem.sound.n_frames());
            add(&mut sum, stem.sound);
            Ok(())
        };
        engine
            .stems(&score, LoudnessMode::Normalized, &mut each)
            .unwrap();
        let gain = sum.peak() / mix.peak();
        mix.scale(gain);
        assert_eq!(lengths.len(), 4);
        lengths.dedup();
        assert_eq!(lengths.len(), 1, "the stems are not equally long");
        assert!(sum.n_frames() >= mix.n_frames());
        for (stems, whole) in sum.left.iter().zip(&mix.left) {
            assert!((stems - whole).abs() < 1e-3, "{stems} {whole}");
        }
        assert!(peak <= db_to_gain(CEILING_DBTP) + 1e-6, "{peak}");
    }

    #[test]
    fn files_add_up_to_the_piece() {
        let score = notation::parse(BAND).unwrap();
        let mut files = Vec::new();
        let mut each = |file| {
            files.push(file);
            Ok(())
        };
        engine()
            .stem_files(&score, FileFormat::Wav, LoudnessMode::Asked, &mut each)
            .unwrap();
        let (notes, sounds): (Vec<&NamedFile>, Vec<&NamedFile>) =
            files.iter().partition(|file| file.name.ends_with(".mid"));
        assert!(notes[0].name.starts_with("1-melody"), "{}", notes[0].name);
        let mut tracks = Vec::new();
        for file in &notes {
            let read = midi::read(&file.bytes).unwrap();
            assert_eq!((read.length, &read.tempos), (score.length, &score.tempos));
            tracks.extend(read.tracks);
        }
        assert_eq!(tracks, score.tracks);
        // Comments differ in length by the names of the stems.
        let mut sizes: Vec<usize> = sounds.iter().map(|file| file.bytes.len() / 1000).collect();
        sizes.dedup();
        assert_eq!(sizes.len(), 1, "the sound files are not equally long");
        let mut archive = Archive::new();
        files.iter().for_each(|file| archive.add(file).unwrap());
        let mut read = zip::ZipArchive::new(Cursor::new(archive.finish().unwrap())).unwrap();
        assert_eq!(read.len(), 8);
        assert_eq!(read.by_index(0).unwrap().name(), files[0].name);
    }

    #[track_caller]
    fn check(number: usize, role: Role, instrument: &str, expected: &str) {
        assert_eq!(name(number, role, instrument), expected);
    }

    #[test]
    fn names_suit_file_systems() {
        check(1, Role::Melody, "Flute", "1-melody-flute");
        check(2, Role::Bass, "../Electric bass", "2-bass-electric");
        check(3, Role::Drums, "", "3-drums");
    }
}
