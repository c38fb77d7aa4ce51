//! The model and its weights file.

use std::path::Path;
use std::sync::OnceLock;

use affetto_affect::{Affect, Covariance, Estimate};
use affetto_analysis::song::{DESCRIPTORS_VERSION, N_DESCRIPTORS};
use serde::{Deserialize, Serialize};

use super::{GEMS, N_GEMS, N_OUTPUTS, TASK};
use crate::ridge::Ridge;
use crate::standard::Standard;
use crate::{Array, Error, Metadata, TrainingItems, WeightsFile};

/// What a model of recordings says of a song.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardSong {
    /// Where on the plane, and how surely.
    pub estimate: Estimate,
    /// Share of listeners that is expected to feel each emotion of [`GEMS`], in 0..=1.
    pub gems: [f64; N_GEMS],
}

impl HeardSong {
    /// The emotions by name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); N_GEMS] {
        std::array::from_fn(|index| (GEMS[index], self.gems[index]))
    }
}

/// What of the model does not fit half precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Scale {
    standard: Standard,
    /// Standard deviation of the errors on artists that were held out: valence, arousal.
    deviations: [f64; 2],
}

/// Hears descriptors of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioEmotion {
    scale: Scale,
    ridge: Ridge<N_OUTPUTS>,
    items: TrainingItems,
}

impl AudioEmotion {
    pub(super) fn new(
        standard: Standard,
        deviations: [f64; 2],
        ridge: Ridge<N_OUTPUTS>,
        items: TrainingItems,
    ) -> Self {
        Self {
            scale: Scale {
                standard,
                deviations,
            },
            ridge,
            items,
        }
    }

    /// The shipped model.
    ///
    /// # Errors
    /// [`Error::Weights`] when the weights inside the program are damaged.
    pub fn load_embedded() -> Result<&'static Self, Error> {
        static MODEL: OnceLock<AudioEmotion> = OnceLock::new();
        const BYTES: &[u8] =
            include_bytes!("../../../../weights/audio_emotion/audio_emotion.safetensors");
        if MODEL.get().is_none() {
            let origin = "the model of recordings inside the program";
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

    /// What the descriptors of a song express. A vector of another length is refused.
    ///
    /// # Shapes
    /// - `descriptors`: `[N_DESCRIPTORS]` of the present version
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] when their number differs.
    pub fn hear(&self, descriptors: &[f32]) -> Result<HeardSong, Error> {
        if descriptors.len() != N_DESCRIPTORS {
            return Err(Error::InvalidSetting {
                name: "descriptors",
                actual: descriptors.len().to_string(),
                expected: "as many as the present version has",
            });
        }
        let [valence, arousal, gems @ ..] =
            self.ridge.answer(&self.scale.standard.apply(descriptors));
        let [valence_sd, arousal_sd] = self.scale.deviations;
        Ok(HeardSong {
            estimate: Estimate::from_gaussian(
                Affect::clamped(valence, arousal),
                Covariance::independent(valence_sd, arousal_sd),
            ),
            gems: gems.map(|share| share.clamp(0.0, 1.0)),
        })
    }

    /// What it was trained on.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.items
    }

    pub(super) fn to_weights(&self, settings: &impl Serialize) -> Result<WeightsFile, Error> {
        let n = self.ridge.weights.len();
        let float = |value: &f64| *value as f32;
        let weights: Vec<f32> = self.ridge.weights.iter().flatten().map(float).collect();
        let bias: Vec<f32> = self.ridge.bias.iter().map(float).collect();
        let metadata = Metadata {
            task: TASK.into(),
            feature_version: DESCRIPTORS_VERSION,
            config: serde_json::json!({ "settings": settings, "scale": self.scale }),
            labels: [("gems".to_owned(), GEMS.map(str::to_owned).to_vec())].into(),
        };
        let arrays = [
            (
                "weights".to_owned(),
                Array::new(vec![n, N_OUTPUTS], weights)?,
            ),
            ("bias".to_owned(), Array::new(vec![N_OUTPUTS], bias)?),
        ];
        Ok(WeightsFile::new(
            metadata,
            arrays.into(),
            self.items.clone(),
        ))
    }

    fn from_weights(file: &WeightsFile) -> Result<Self, Error> {
        file.expect_task(TASK, DESCRIPTORS_VERSION)?;
        let scale = file.metadata.config.get("scale").cloned();
        let scale: Scale = serde_json::from_value(scale.unwrap_or_default())
            .map_err(|error| file.refused(format!("scale: {error}")))?;
        let sound = scale.standard.is_sound()
            && scale.standard.len() == N_DESCRIPTORS
            && scale
                .deviations
                .iter()
                .all(|sd| sd.is_finite() && *sd > 0.0);
        if !sound {
            return Err(file.refused("the scale does not fit the descriptors".into()));
        }
        let weights = file.values("weights", &[N_DESCRIPTORS, N_OUTPUTS])?;
        let bias = file.values("bias", &[N_OUTPUTS])?;
        let row = |values: &[f32]| std::array::from_fn(|k| f64::from(values[k]));
        Ok(Self {
            scale,
            ridge: Ridge {
                weights: weights.chunks_exact(N_OUTPUTS).map(row).collect(),
                bias: row(bias),
            },
            items: file.training_items.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> AudioEmotion {
        let rows: Vec<Vec<f32>> = (0..9)
            .map(|i| (0..N_DESCRIPTORS).map(|k| (i * k) as f32).collect())
            .collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let mut ridge = Ridge {
            weights: vec![[0.0; N_OUTPUTS]; N_DESCRIPTORS],
            bias: [0.25; N_OUTPUTS],
        };
        ridge.weights[3][1] = 0.5;
        AudioEmotion::new(
            Standard::of(&rows),
            [0.3, 0.4],
            ridge,
            TrainingItems::full([]),
        )
    }

    #[test]
    fn what_is_written_reads_back() {
        let model = model();
        let bytes = model.to_weights(&"none").unwrap().to_bytes().unwrap();
        let file = WeightsFile::from_bytes(&bytes, "test").unwrap();
        assert_eq!(AudioEmotion::from_weights(&file).unwrap(), model);
    }

    #[test]
    fn descriptors_are_heard() {
        let mut song = [0.0; N_DESCRIPTORS];
        for (k, value) in song.iter_mut().enumerate() {
            *value = 4.0 * k as f32;
        }
        let usual = model().hear(&song).unwrap();
        assert_eq!(usual.estimate.mean, Affect::clamped(0.25, 0.25));
        assert_eq!(usual.named()[1], ("solemnity", 0.25));
        song[3] = 40.0;
        assert!(model().hear(&song).unwrap().estimate.mean.a() > 0.9);
        assert!(model().hear(&song[1..]).is_err());
    }
}
