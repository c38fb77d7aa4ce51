//! Recordings with their labels: our manifest, and the layouts of the published corpora.
//!
//! Without a `manifest.csv` every audio file below the folder is looked at, and its corpus is told
//! by its name: RAVDESS (Livingstone & Russo 2018), EmoDB (Burkhardt et al. 2005), CREMA-D (Cao et
//! al. 2014), TESS (Pichora-Fuller & Dupuis 2020), SAVEE (Haq & Jackson 2009), nEMO (Christop
//! 2024); IEMOCAP (Busso et al. 2008) by the text files of its `EmoEvaluation` folders.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::labels::wide_class;
use crate::Error;

/// Folders are searched this deep.
const MAX_DEPTH: usize = 8;
/// More recordings than this are not read.
const MAX_FILES: usize = 200_000;
/// The largest text file of labels that is read, in bytes.
const MAX_LABEL_BYTES: u64 = 8 << 20;
/// What audio files are called.
const EXTENSIONS: [&str; 9] = [
    "wav", "flac", "mp3", "ogg", "opus", "webm", "m4a", "aiff", "aif",
];

/// One labeled recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Name of the corpus in lower case.
    pub(crate) corpus: String,
    /// Who speaks; names of different corpora differ.
    pub(crate) speaker: String,
    /// Wide class; `None` for an emotion that the model does not know, e.g. boredom.
    pub(crate) class: Option<usize>,
    /// `"strong"`, `"normal"` or empty.
    pub(crate) intensity: String,
}

/// A row of `manifest.csv`; other columns are not needed.
#[derive(Deserialize)]
struct ManifestRow {
    corpus: String,
    file: String,
    speaker: String,
    emotion: String,
    #[serde(default)]
    intensity: String,
}

/// The labeled recordings of a folder, sorted by corpus and path.
///
/// Reads `manifest.csv` here or in `speech/`; without one, whatever published layout is there.
///
/// # Errors
/// [`Error::MissingData`] when there is neither, [`Error::Io`] and [`Error::Data`] for a manifest
/// that cannot be read.
pub(crate) fn read_recordings(data: &Path) -> Result<Vec<Recording>, Error> {
    let nested = data.join("speech");
    let found = [data, &nested]
        .into_iter()
        .find(|folder| folder.join("manifest.csv").is_file());
    let mut recordings = match found {
        Some(folder) => read_manifest(folder)?,
        None => read_layouts(data)?,
    };
    if recordings.is_empty() {
        return Err(Error::MissingData {
            path: data.to_path_buf(),
            expected: "manifest.csv, or recordings named as RAVDESS, EmoDB, CREMA-D, TESS, SAVEE, \
                       nEMO or IEMOCAP name them"
                .into(),
        });
    }
    recordings.sort_by(|a, b| (&a.corpus, &a.path).cmp(&(&b.corpus, &b.path)));
    Ok(recordings)
}

fn read_manifest(folder: &Path) -> Result<Vec<Recording>, Error> {
    let path = folder.join("manifest.csv");
    let file = File::open(&path).map_err(|source| Error::io(&path, source))?;
    let rows = csv::Reader::from_reader(file).into_deserialize::<ManifestRow>();
    rows.take(MAX_FILES)
        .enumerate()
        .map(|(i, row)| {
            let line = i as u64 + 2;
            let row = row.map_err(|error| Error::data(&path, line, error.to_string()))?;
            let inside = Path::new(&row.file)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            if !inside {
                let reason = format!("expected a file below this folder, but was {}", row.file);
                return Err(Error::data(&path, line, reason));
            }
            Ok(Recording {
                path: folder.join(&row.file),
                corpus: row.corpus.to_lowercase(),
                speaker: row.speaker,
                class: wide_class(&row.emotion),
                intensity: row.intensity,
            })
        })
        .collect()
}

/// Recordings of the published layouts below a folder.
fn read_layouts(folder: &Path) -> Result<Vec<Recording>, Error> {
    let (mut audio, mut evaluations) = (Vec::new(), Vec::new());
    walk(folder, 0, &mut |path| {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        if EXTENSIONS.contains(&&*extension.to_lowercase()) {
            audio.push(path);
        } else if extension == "txt" && parent_name(&path) == "EmoEvaluation" {
            evaluations.push(path);
        }
        audio.len() < MAX_FILES
    })?;
    let iemocap = read_iemocap(&evaluations)?;
    let recordings = audio.into_iter().filter_map(|path| {
        let stem = path.file_stem()?.to_str()?.to_owned();
        let folder = parent_name(&path);
        let named = match iemocap.get(&stem) {
            Some(emotion) => iemocap_name(&stem, emotion),
            None => by_name(&stem, &folder),
        };
        named.map(|named| Recording {
            path,
            speaker: format!("{}_{}", named.corpus, named.speaker),
            corpus: named.corpus.to_owned(),
            class: wide_class(&named.emotion),
            intensity: named.intensity.to_owned(),
        })
    });
    Ok(recordings.collect())
}

fn parent_name(path: &Path) -> String {
    let parent = path.parent().and_then(Path::file_name).unwrap_or_default();
    parent.to_string_lossy().into_owned()
}

/// Visits every file below a folder until `visit` says no; links are not followed.
fn walk(
    folder: &Path,
    depth: usize,
    visit: &mut impl FnMut(PathBuf) -> bool,
) -> Result<bool, Error> {
    let entries = std::fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    let mut paths = Vec::new();
    for entry in entries.take(MAX_FILES) {
        let entry = entry.map_err(|source| Error::io(folder, source))?;
        let kind = entry
            .file_type()
            .map_err(|source| Error::io(&entry.path(), source))?;
        paths.push((entry.path(), kind.is_dir(), kind.is_file()));
    }
    paths.sort();
    for (path, is_folder, is_file) in paths {
        let go_on = match (is_folder, is_file) {
            (true, _) if depth < MAX_DEPTH => walk(&path, depth + 1, visit)?,
            (false, true) => visit(path),
            _ => true,
        };
        if !go_on {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a file name says.
#[derive(Debug, PartialEq)]
struct Named {
    corpus: &'static str,
    speaker: String,
    emotion: String,
    intensity: &'static str,
}

fn named(corpus: &'static str, speaker: &str, emotion: &str) -> Named {
    Named {
        corpus,
        speaker: speaker.to_owned(),
        emotion: emotion.to_lowercase(),
        intensity: "",
    }
}

/// Reads the corpus, speaker and emotion from a file name, in the order of the strictest pattern.
fn by_name(stem: &str, folder: &str) -> Option<Named> {
    ravdess_name(stem)
        .or_else(|| emodb_name(stem))
        .or_else(|| underscored_name(stem))
        .or_else(|| savee_name(stem, folder))
}

/// `03-01-06-01-02-01-12`: modality, channel, emotion, intensity, statement, repetition, actor.
fn ravdess_name(stem: &str) -> Option<Named> {
    const EMOTIONS: [&str; 8] = super::labels::SPEECH_CLASSES_8;
    let parts: Vec<&str> = stem.split('-').collect();
    let sound = parts.len() == 7
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
    // Channel 02 is song, which is another task.
    if !sound || parts[1] != "01" {
        return None;
    }
    let emotion = parts[2].parse::<usize>().ok()?.checked_sub(1)?;
    let intensity = match parts[3] {
        "02" => "strong",
        _ => "normal",
    };
    Some(Named {
        intensity,
        ..named("ravdess", parts[6], EMOTIONS.get(emotion)?)
    })
}

/// `03a01Fa`: speaker, text, emotion by its German initial, version.
fn emodb_name(stem: &str) -> Option<Named> {
    let bytes = stem.as_bytes();
    let digit = |i: usize| bytes[i].is_ascii_digit();
    let sound = stem.is_ascii()
        && (bytes.len() == 6 || bytes.len() == 7)
        && [0, 1, 3, 4].into_iter().all(digit)
        && bytes[2].is_ascii_lowercase();
    if !sound {
        return None;
    }
    let emotion = match bytes[5] {
        b'W' => "angry",
        b'L' => "boredom",
        b'E' => "disgust",
        b'A' => "fear",
        b'F' => "happy",
        b'T' => "sad",
        b'N' => "neutral",
        _ => return None,
    };
    Some(named("emodb", &stem[..2], emotion))
}

/// CREMA-D `1001_DFA_ANG_XX`, TESS `OAF_back_angry`, nEMO `EB0_anger_10`.
fn underscored_name(stem: &str) -> Option<Named> {
    let parts: Vec<&str> = stem.split('_').collect();
    match parts[..] {
        [actor, _, emotion, level] if actor.len() == 4 && actor.parse::<u16>().is_ok() => {
            Some(Named {
                intensity: if level == "HI" { "strong" } else { "" },
                ..named("crema_d", actor, emotion)
            })
        }
        [speaker @ ("OAF" | "YAF" | "OA" | "YA"), _, emotion] => {
            Some(named("tess", &speaker[..2], emotion))
        }
        [speaker, emotion, number]
            if speaker.len() == 3
                && number.parse::<u16>().is_ok()
                && wide_class(emotion).is_some() =>
        {
            Some(named("nemo", speaker, emotion))
        }
        _ => None,
    }
}

/// `DC_a01`, or `a01` in a folder `DC`: speaker, emotion by its initial, sentence.
fn savee_name(stem: &str, folder: &str) -> Option<Named> {
    let (speaker, rest) = stem.split_once('_').unwrap_or((folder, stem));
    let letters = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let known = ["DC", "JE", "JK", "KL"].contains(&speaker);
    let sound = known && rest.len() == letters.len() + 2;
    let initial = ["a", "d", "f", "h", "n", "sa", "su"].contains(&letters);
    (sound && initial).then(|| named("savee", speaker, letters))
}

/// `Ses01F_impro01_F000`: the speaker is the session with the last sex.
fn iemocap_name(stem: &str, emotion: &str) -> Option<Named> {
    let session = stem.get(..5)?;
    let sex = stem.rsplit_once('_')?.1.get(..1)?;
    Some(named("iemocap", &format!("{session}{sex}"), emotion))
}

/// The emotion of each utterance from `EmoEvaluation/*.txt`.
///
/// Lines of interest: `[start - end]<tab>utterance<tab>emotion<tab>[valence, arousal, dominance]`.
fn read_iemocap(paths: &[PathBuf]) -> Result<BTreeMap<String, String>, Error> {
    let mut emotions = BTreeMap::new();
    for path in paths {
        let size = std::fs::metadata(path)
            .map_err(|source| Error::io(path, source))?
            .len();
        if size > MAX_LABEL_BYTES {
            let reason = format!("expected at most {MAX_LABEL_BYTES} bytes, but it has {size}");
            return Err(Error::data(path, 0, reason));
        }
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        for line in String::from_utf8_lossy(&bytes).lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            if let [time, utterance, emotion, ..] = cells[..]
                && time.starts_with('[')
                && utterance.starts_with("Ses")
            {
                emotions.insert(utterance.to_owned(), emotion.to_owned());
            }
        }
    }
    Ok(emotions)
}

#[cfg(test)]
mod tests {
    use super::super::labels::SPEECH_CLASSES_8;
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        let path = Path::new(path);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let found = by_name(stem, &parent_name(path)).map_or("none".to_owned(), |named| {
            let class = wide_class(&named.emotion).map_or("unknown", |c| SPEECH_CLASSES_8[c]);
            format!(
                "{} {} {class} {}",
                named.corpus, named.speaker, named.intensity
            )
        });
        assert_eq!(found.trim_end(), expected);
    }

    #[test]
    fn published_names() {
        check(
            "Actor_12/03-01-06-02-02-01-12.wav",
            "ravdess 12 fear strong",
        );
        check(
            "Actor_12/03-01-02-01-02-01-12.wav",
            "ravdess 12 calm normal",
        );
        check("Actor_12/03-02-06-01-02-01-12.wav", "none");
        check("03-01-09-01-02-01-12.wav", "none");
        check("wav/03a01Fa.wav", "emodb 03 happy");
        check("wav/16b10Lb.wav", "emodb 16 unknown");
        check("wav/16b10Xb.wav", "none");
        check("1001_DFA_ANG_XX.wav", "crema_d 1001 angry");
        check("1091_WSI_SAD_HI.wav", "crema_d 1091 sad strong");
        check("OAF_back_ps.wav", "tess OA surprise");
        check("YAF_yearn_sad.wav", "tess YA sad");
        check("EB0_anger_10.wav", "nemo EB0 angry");
        check("DC_su03.wav", "savee DC surprise");
        check("KL/sa15.wav", "savee KL sad");
        check("XX/sa15.wav", "none");
        check("holiday.wav", "none");
        check("äöü__.wav", "none");
    }

    #[test]
    fn manifest_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("speech")).unwrap();
        let path = folder.path().join("speech/manifest.csv");
        let head = "corpus,file,speaker,sex,lang,emotion,intensity\n";
        let rows = "urdu,urdu/b.opus,u1,M,ur,angry,\nRAVDESS,ravdess/a.opus,r1,F,en,bored,strong\n";
        std::fs::write(&path, format!("{head}{rows}")).unwrap();
        let found = read_recordings(folder.path()).unwrap();
        assert_eq!((found.len(), &*found[0].corpus), (2, "ravdess"));
        assert_eq!((found[0].class, &*found[0].intensity), (None, "strong"));
        assert_eq!((found[1].class, &*found[1].speaker), (Some(4), "u1"));
        std::fs::write(&path, format!("{head}a,../b,c,M,ur,angry,\n")).unwrap();
        let error = read_recordings(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 2: expected a file below"), "{error}");
    }

    #[test]
    fn iemocap_sessions_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let dialog = folder.path().join("Session1/dialog/EmoEvaluation");
        let wav = folder.path().join("Session1/sentences/wav/Ses01F_impro01");
        std::fs::create_dir_all(&dialog).unwrap();
        std::fs::create_dir_all(&wav).unwrap();
        let text = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n\
                    [6.2901 - 8.2357]\tSes01F_impro01_F000\tang\t[2.5, 2.5, 2.5]\n\
                    C-E2:\tNeutral;\t()\n\
                    [9.0 - 9.5]\tSes01F_impro01_M001\txxx\t[2.5, 2.5, 2.5]\n";
        std::fs::write(dialog.join("Ses01F_impro01.txt"), text).unwrap();
        for name in ["Ses01F_impro01_F000", "Ses01F_impro01_M001"] {
            std::fs::write(wav.join(format!("{name}.wav")), b"").unwrap();
        }
        let found = read_recordings(folder.path()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].class, wide_class("angry"));
        assert_eq!(found[0].speaker, "iemocap_Ses01F");
        assert_eq!(
            (found[1].class, &*found[1].speaker),
            (None, "iemocap_Ses01M")
        );
    }

    #[test]
    fn nothing_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_recordings(folder.path()).unwrap_err().to_string();
        assert!(error.contains("manifest.csv"), "{error}");
    }
}
