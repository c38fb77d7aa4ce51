//! The model and its weights file.

use std::path::Path;
use std::sync::OnceLock;

use affetto_analysis::song::{DESCRIPTORS_VERSION, N_GTZAN};

use super::TASK;
use crate::softmax_regression::SoftmaxRegression;
use crate::standard::Standard;
use crate::{Array, Error, Metadata, TrainingItems, WeightsFile};

/// Tells the genre of a recording by its descriptors.
#[derive(Debug, Clone, PartialEq)]
pub struct GenreModel {
    standard: Standard,
    regression: SoftmaxRegression,
    genres: Vec<String>,
    items: TrainingItems,
}

impl GenreModel {
    pub(super) fn new(
        standard: Standard,
        regression: SoftmaxRegression,
        genres: Vec<String>,
        items: TrainingItems,
    ) -> Self {
        Self {
            standard,
            regression,
            genres,
            items,
        }
    }

    /// The shipped model.
    ///
    /// # Errors
    /// [`Error::Weights`] when the weights inside the program are damaged.
    pub fn load_embedded() -> Result<&'static Self, Error> {
        static MODEL: OnceLock<GenreModel> = OnceLock::new();
        const BYTES: &[u8] = include_bytes!("../../../../weights/genre/genre.safetensors");
        if MODEL.get().is_none() {
            let origin = "the genre model inside the program";
            let _ = MODEL.set(Self::from_weights(&WeightsFile::from_bytes(
                BYTES, origin,
            )?)?);
        }
        MODEL.get().ok_or_else(|| Error::Weights {
            origin: TASK.into(),
            reason: "vanished after loading".into(),
        })
    }

    /// A model of one's own.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Weights`] when it is for another task or
    /// other descriptors.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    /// The genres that it knows.
    #[must_use]
    pub fn genres(&self) -> &[String] {
        &self.genres
    }

    /// The probability of each genre, the likeliest first. Descriptors after the first [`N_GTZAN`]
    /// do not count.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] when there are fewer.
    pub fn tell(&self, descriptors: &[f32]) -> Result<Vec<(&str, f64)>, Error> {
        let inputs = descriptors.get(..N_GTZAN).ok_or(Error::InvalidSetting {
            name: "descriptors",
            actual: descriptors.len().to_string(),
            expected: "at least the 57 of the GTZAN table",
        })?;
        let probabilities = self.probabilities(inputs);
        let mut told: Vec<(&str, f64)> = self
            .genres
            .iter()
            .map(String::as_str)
            .zip(probabilities)
            .collect();
        told.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(told)
    }

    pub(super) fn probabilities(&self, inputs: &[f32]) -> Vec<f64> {
        self.regression
            .probabilities(&numbered(&self.standard, inputs))
    }

    /// What it was trained on.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.items
    }

    pub(super) fn to_weights(&self, settings: &serde_json::Value) -> Result<WeightsFile, Error> {
        let metadata = Metadata {
            task: TASK.into(),
            feature_version: DESCRIPTORS_VERSION,
            config: serde_json::json!({ "settings": settings, "standard": self.standard }),
            labels: [("genres".to_owned(), self.genres.clone())].into(),
        };
        let values: Vec<f32> = self
            .regression
            .weights()
            .iter()
            .map(|w| *w as f32)
            .collect();
        let shape = vec![N_GTZAN + 1, self.genres.len()];
        let arrays = [("weights".to_owned(), Array::new(shape, values)?)];
        Ok(WeightsFile::new(
            metadata,
            arrays.into(),
            self.items.clone(),
        ))
    }

    fn from_weights(file: &WeightsFile) -> Result<Self, Error> {
        file.expect_task(TASK, DESCRIPTORS_VERSION)?;
        let standard = file.metadata.config.get("standard").cloned();
        let standard: Standard = serde_json::from_value(standard.unwrap_or_default())
            .map_err(|error| file.refused(format!("standard: {error}")))?;
        let genres = file
            .metadata
            .labels
            .get("genres")
            .cloned()
            .unwrap_or_default();
        if !standard.is_sound() || standard.len() != N_GTZAN || genres.is_empty() {
            return Err(file.refused("scale or genres do not fit the descriptors".into()));
        }
        let weights = file.values("weights", &[N_GTZAN + 1, genres.len()])?;
        let weights = weights.iter().map(|weight| f64::from(*weight)).collect();
        Ok(Self {
            standard,
            regression: SoftmaxRegression::new(weights, genres.len()),
            genres,
            items: file.training_items.clone(),
        })
    }
}

/// Inputs on the common scale with their numbers.
pub(super) fn numbered(standard: &Standard, inputs: &[f32]) -> Vec<(u32, f32)> {
    let scaled = standard.apply(inputs);
    (0..)
        .zip(scaled.iter().map(|value| *value as f32))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let rows: Vec<Vec<f32>> = (0..9_u8).map(|i| vec![f32::from(i); N_GTZAN]).collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let mut weights = vec![0.0; (N_GTZAN + 1) * 2];
        weights[0] = 0.5;
        let model = GenreModel::new(
            Standard::of(&rows),
            SoftmaxRegression::new(weights, 2),
            vec!["blues".into(), "rock".into()],
            TrainingItems::full([]),
        );
        let bytes = model
            .to_weights(&serde_json::Value::Null)
            .unwrap()
            .to_bytes()
            .unwrap();
        let read = GenreModel::from_weights(&WeightsFile::from_bytes(&bytes, "test").unwrap());
        assert_eq!(read.unwrap(), model);
        assert_eq!(model.tell(&[40.0; N_GTZAN]).unwrap()[0].0, "blues");
        assert_eq!(model.tell(&[-40.0; 80]).unwrap()[0].0, "rock");
        assert!(model.tell(&[0.0; 3]).is_err());
    }
}
