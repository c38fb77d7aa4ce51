//! Styles that a user has trained: weights of the note model under a name, beside the pulled models.

use std::path::{Path, PathBuf};

use affetto_compose::Genre;
use affetto_models::{WeightsFile, note_model};
use serde::{Deserialize, Serialize};

use crate::{Error, models};

/// Folder of styles in the folder of models.
const FOLDER: &str = "styles";
/// Longest name.
const MAX_NAME: usize = 40;
/// Most styles that are listed.
const MAX_STYLES: usize = 200;
/// Where the metadata of weights tells of the style.
const KEY: &str = "style";

/// A style that a user has trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Style {
    /// Its name, which requests give as genre.
    pub name: String,
    /// The genre whose band, tempo and form it uses.
    pub base_genre: String,
}

impl Style {
    /// The genre whose band it uses.
    ///
    /// # Errors
    /// [`Error::User`] for a genre that there is not.
    pub fn genre(&self) -> Result<Genre, Error> {
        Ok(self.base_genre.parse()?)
    }
}

/// The folder of styles; nothing where the system names no folder.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    models::folder().map(|folder| folder.join(FOLDER))
}

/// Checks the name of a style: letters, digits, `-` and `_`, at most 40, not that of a genre.
///
/// # Errors
/// [`Error::User`] saying what is wrong with it.
pub fn check_name(name: &str) -> Result<(), Error> {
    let shown: String = name.chars().take(MAX_NAME).collect();
    let refuse = |reason: String| {
        Err(Error::user_hint(
            "invalid_name",
            reason,
            "give another name with --genre",
        ))
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_plain) {
        return refuse(format!(
            "the name of a style {shown:?} has {} bytes, expected 1 to {MAX_NAME} letters, digits, - or _",
            name.len()
        ));
    }
    if name.parse::<Genre>().is_ok() {
        return refuse(format!("{shown} is a genre already"));
    }
    Ok(())
}

/// The file of a style.
#[must_use]
pub fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.safetensors"))
}

/// Keeps trained weights as a style; where.
///
/// # Errors
/// [`Error::User`] for a name that cannot be, [`Error::Io`] when nothing can be written.
pub(crate) fn save(
    mut weights: WeightsFile,
    style: &Style,
    folder: &Path,
) -> Result<PathBuf, Error> {
    check_name(&style.name)?;
    let told = serde_json::to_value(style)
        .map_err(|error| Error::Internal(format!("a style is no JSON: {error}")))?;
    if let Some(config) = weights.metadata.config.as_object_mut() {
        config.insert(KEY.to_owned(), told);
    }
    let path = path(folder, &style.name);
    weights.save(&path)?;
    Ok(path)
}

/// The weights of a style and what they say of it.
///
/// # Errors
/// [`Error::User`] where there is no such style or the file is none of a style.
pub(crate) fn load(folder: Option<&Path>, name: &str) -> Result<(Style, WeightsFile), Error> {
    let file = folder.map(|folder| path(folder, name));
    let file = file.filter(|file| check_name(name).is_ok() && file.is_file());
    let Some(file) = file else {
        return Err(unknown(folder, name));
    };
    let weights = WeightsFile::load(&file)?;
    weights.expect_task(note_model::TASK, note_model::FEATURE_VERSION)?;
    let told = weights.metadata.config.get(KEY).cloned();
    let style = told.and_then(|told| serde_json::from_value::<Style>(told).ok());
    let style = style.filter(|style| style.name == name && style.genre().is_ok());
    match style {
        Some(style) => Ok((style, weights)),
        None => Err(weights
            .refused(format!("they do not say that they are the style {name}"))
            .into()),
    }
}

/// The styles in a folder by name. Files that are none are left out.
#[must_use]
pub fn list(folder: Option<&Path>) -> Vec<Style> {
    let names = names(folder).into_iter();
    let styles = names.filter_map(|name| load(folder, &name).ok());
    styles.map(|(style, _)| style).collect()
}

/// The names of files in the folder.
fn names(folder: Option<&Path>) -> Vec<String> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let files = entries.into_iter().flatten().flatten();
    let mut names: Vec<String> = files
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = name.strip_suffix(".safetensors")?;
            check_name(name).is_ok().then(|| name.to_owned())
        })
        .collect();
    names.sort_unstable();
    names.truncate(MAX_STYLES);
    names
}

/// What a name of a genre stands for: a genre, or the style of a user.
///
/// # Errors
/// [`Error::User`] for an unknown name, with the genres and styles that there are.
pub(crate) fn genre_or_style(
    folder: Option<&Path>,
    name: &str,
) -> Result<(Genre, Option<Style>), Error> {
    if let Ok(genre) = name.parse::<Genre>() {
        return Ok((genre, None));
    }
    let (style, _) = load(folder, name)?;
    Ok((style.genre()?, Some(style)))
}

fn unknown(folder: Option<&Path>, name: &str) -> Error {
    let plain = match name.parse::<Genre>() {
        Err(error) => error.to_string(),
        Ok(genre) => format!("{genre} is a genre, not a style"),
    };
    let styles = names(folder);
    let styles = if styles.is_empty() {
        String::new()
    } else {
        format!("; own styles: {}", styles.join(", "))
    };
    Error::user_hint(
        "unknown_genre",
        format!("{plain}{styles}"),
        "affetto train notes --genre NAME --data FOLDER makes a style of your own",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        let found = check_name(name).err().map(|error| error.to_string());
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some(expected)) => assert!(found.contains(expected), "{found}"),
            (found, expected) => panic!("{name}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn names_of_styles() {
        check("tango_1920-x", None);
        check("jazz", Some("is a genre already"));
        check("Hip_Hop", Some("is a genre already"));
        check("", Some("has 0 bytes, expected 1 to 40"));
        check("../x", Some("letters, digits, - or _"));
        check("tän", Some("letters, digits, - or _"));
        check(&"x".repeat(41), Some("has 41 bytes"));
    }

    #[track_caller]
    fn check_lookup(folder: &Path, name: &str, expected: &str) {
        let found = match genre_or_style(Some(folder), name) {
            Ok((genre, style)) => format!("{genre} {}", style.map_or_else(String::new, |s| s.name)),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn styles_are_kept_found_and_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let weights = note_model::embedded().unwrap();
        let style = Style {
            name: "tango".to_owned(),
            base_genre: "jazz".to_owned(),
        };
        check_lookup(
            folder.path(),
            "tango",
            "unknown genre \"tango\", expected one of: blues",
        );
        save(weights.clone(), &style, folder.path()).unwrap();
        check_lookup(folder.path(), "tango", "jazz tango");
        check_lookup(folder.path(), "Rock", "rock ");
        check_lookup(folder.path(), "polka", "own styles: tango");
        check_lookup(folder.path(), "../tango", "unknown genre");
        weights.save(&path(folder.path(), "other")).unwrap();
        check_lookup(
            folder.path(),
            "other",
            "do not say that they are the style other",
        );
        assert_eq!(list(Some(folder.path())), [style]);
        assert_eq!(list(None), []);
    }
}
