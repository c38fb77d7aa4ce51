//! From a picture to a feeling: detect, cut out, estimate, or say why not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use affetto_affect::{Covariance, Estimate, LabelSet};
use burn::tensor::{Device, Tensor, TensorData};

use super::alignment::{FaceBox, Light, cut_out, light_of};
use super::augmentation::standardize;
use super::config::FaceTrainingConfig;
use super::data::{FACE_CLASSES_7, FACE_CLASSES_8, N_PIXELS, SIDE};
use super::model::{FaceNetwork, Statistics};
use super::picture::Picture;
use super::training::N_OUTPUTS;
use crate::metrics::Scaling;
use crate::training::with_arrays;
use crate::{Array, Error, TrainingItems, WeightsFile};

/// The task.
pub(crate) const TASK: &str = "face-emotion";
/// Version of what the network expects: 48 × 48 gray, standardized, cut as FER-2013 cuts.
pub(crate) const FEATURE_VERSION: u32 = 1;

static EMBEDDED: &[u8] = include_bytes!("../../../../weights/face_emotion/model.safetensors");

/// Outputs of the network for one face, averaged with its mirror image, before calibration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logits {
    pub(crate) seven: [f32; 7],
    pub(crate) eight: [f32; 8],
}

/// What turns outputs into probabilities and a feeling, found on the tuning faces.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heads {
    pub(crate) seven: Scaling,
    pub(crate) eight: Scaling,
    /// Factor on the covariance of the mixture.
    pub(crate) variance_scale: f64,
}

impl Heads {
    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let arrays = [
            ("seven.scale", &self.seven.scale),
            ("seven.shift", &self.seven.shift),
            ("eight.scale", &self.eight.scale),
            ("eight.shift", &self.eight.shift),
            ("affect.variance_scale", &vec![self.variance_scale as f32]),
        ];
        let array = |(name, values): (&str, &Vec<f32>)| {
            Ok((
                name.to_owned(),
                Array::new(vec![values.len()], values.clone())?,
            ))
        };
        arrays.into_iter().map(array).collect()
    }

    fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let scaling = |name: &str, n: usize| -> Result<Scaling, Error> {
            Ok(Scaling {
                scale: weights.values(&format!("{name}.scale"), &[n])?.to_vec(),
                shift: weights.values(&format!("{name}.shift"), &[n])?.to_vec(),
            })
        };
        let variance_scale = weights.values("affect.variance_scale", &[1])?[0];
        Ok(Self {
            seven: scaling("seven", FACE_CLASSES_7.len())?,
            eight: scaling("eight", FACE_CLASSES_8.len())?,
            variance_scale: f64::from(variance_scale).clamp(0.01, 100.0),
        })
    }

    /// The eight classes of FER+ as the seven of FER-2013; contempt, which the seven lack, counts
    /// half as disgust and half as neutral, between which raters confuse it.
    pub(crate) fn seven_of_eight(&self, eight: &[f32]) -> [f64; 7] {
        let mut seven = super::data::EIGHT_OF_SEVEN.map(|class| f64::from(eight[class]));
        seven[1] += 0.5 * f64::from(eight[7]);
        seven[6] += 0.5 * f64::from(eight[7]);
        seven
    }

    /// The mixture of the circumplex points of the seven classes.
    pub(crate) fn affect_of_shares(shares: &[f64; 7]) -> Option<Estimate> {
        LabelSet::FER.estimate(shares).ok()
    }
}

/// Valence and arousal as expected values over the classes, both heads counting equally; the
/// points of the classes and their spread are those of [`LabelSet::FER`].
pub(crate) fn affect_of(logits: &Logits, heads: &Heads) -> Option<Estimate> {
    let seven = heads.seven.probabilities(&logits.seven);
    let eight = heads.seven_of_eight(&heads.eight.probabilities(&logits.eight));
    let mut shares = eight;
    for (share, p) in shares.iter_mut().zip(&seven) {
        *share = 0.5 * (*share + f64::from(*p));
    }
    let mixture = Heads::affect_of_shares(&shares)?;
    let scale = heads.variance_scale;
    let covariance = Covariance::clamped(
        mixture.covariance.valence * scale,
        mixture.covariance.arousal * scale,
        mixture.covariance.cross * scale,
    );
    Some(Estimate {
        covariance,
        ..mixture
    })
}

/// The weights with the factors of the normalizations, which are 1 once they are multiplied into
/// the weights and are not stored.
fn with_unit_gammas(weights: &WeightsFile) -> WeightsFile {
    let mut whole = weights.clone();
    for (name, array) in &weights.arrays {
        if let Some(path) = name.strip_suffix(".beta") {
            let values = vec![1.0; array.values.len()];
            let ones = Array {
                shape: array.shape.clone(),
                values,
            };
            whole.arrays.insert(format!("{path}.gamma"), ones);
        }
    }
    whole
}

/// What the network says about faces, each averaged with its mirror image.
///
/// # Shapes
/// - `images`: each `[SIDE, SIDE]` gray
pub(crate) fn logits_of(
    network: &FaceNetwork,
    images: &[&[u8]],
    device: &Device,
) -> Result<Vec<Logits>, Error> {
    let mut pixels = Vec::with_capacity(2 * images.len() * N_PIXELS);
    for image in images {
        let start = pixels.len();
        pixels.extend(image.iter().map(|&gray| f32::from(gray)));
        standardize(&mut pixels[start..]);
        for row in 0..SIDE {
            let row = start + row * SIDE..start + (row + 1) * SIDE;
            pixels.extend(row.rev().map(|i| pixels[i]).collect::<Vec<f32>>());
        }
    }
    let n_rows = pixels.len();
    let pixels = Tensor::from_data(TensorData::new(pixels, [n_rows, 1]), device);
    let outputs = network.forward(pixels, SIDE, None, &mut Statistics::Folded);
    let outputs = outputs
        .into_data()
        .try_to_vec::<f32>()
        .map_err(|error| Error::Weights {
            origin: "outputs of the face network".into(),
            reason: format!("{error:?}"),
        })?;
    let logits = outputs.chunks_exact(2 * N_OUTPUTS).map(|both| {
        let (plain, mirrored) = both.split_at(N_OUTPUTS);
        let mean = |i: usize| 0.5 * (plain[i] + mirrored[i]);
        Logits {
            seven: std::array::from_fn(mean),
            eight: std::array::from_fn(|i| mean(7 + i)),
        }
    });
    Ok(logits.collect())
}

/// Which face counts where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FaceChoice {
    /// The largest if it is at least twice as large in area as any other, as of one who sits
    /// before the camera; else none is chosen and the answer says that there are several.
    #[default]
    Dominant,
    /// The largest, whoever else is there.
    Largest,
}

/// How a picture is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaceOptions {
    /// How hard faces are looked for. Default [`Effort::Photo`](super::Effort::Photo).
    pub effort: super::Effort,
    /// Which face counts where there are several. Default [`FaceChoice::Dominant`].
    pub choice: FaceChoice,
}

/// Why a picture gives no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaceAbstention {
    /// No face was found.
    NoFace,
    /// The face has too few pixels.
    TooSmall,
    /// The face is too dark.
    TooDark,
    /// The face is overexposed.
    TooBright,
    /// The face shows no contrast.
    TooFlat,
    /// Several faces of like size.
    SeveralFaces,
}

impl FaceAbstention {
    /// The reason in plain words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoFace => "no face was found; faces must look towards the camera",
            Self::TooSmall => "the face is too small; come closer",
            Self::TooDark => "the face is too dark; turn towards the light",
            Self::TooBright => "the face is overexposed; turn away from the light",
            Self::TooFlat => "the face has too little contrast to see an expression",
            Self::SeveralFaces => "several faces of like size; it is not clear whose counts",
        }
    }

    /// The name of the reason for programs, e.g. `"no_face"`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::TooSmall => "too_small",
            Self::TooDark => "too_dark",
            Self::TooBright => "too_bright",
            Self::TooFlat => "too_flat",
            Self::SeveralFaces => "several_faces",
        }
    }
}

/// One face.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Left edge as a share of the width of the picture, in 0..=1.
    pub x: f32,
    /// Upper edge as a share of its height, in 0..=1.
    pub y: f32,
    /// Width as a share of the width of the picture, in 0..=1.
    pub width: f32,
    /// Height as a share of its height, in 0..=1.
    pub height: f32,
    /// How sure the detector is that this is a face, at least 2; clear faces have more than 10.
    pub score: f32,
    /// Valence and arousal.
    pub estimate: Estimate,
    /// Calibrated probabilities of [`FACE_CLASSES_7`], in that order.
    pub labels: Vec<(&'static str, f32)>,
    /// What share of raters would name each of [`FACE_CLASSES_8`], in that order.
    pub labels8: Vec<(&'static str, f32)>,
}

/// What a picture says.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceEstimate {
    /// The estimate of the face that counts; none where [`FaceEstimate::abstained`] says why.
    pub overall: Option<Estimate>,
    /// Every face that could be judged, the largest first.
    pub faces: Vec<Face>,
    /// Why there is no estimate.
    pub abstained: Option<FaceAbstention>,
}

impl FaceEstimate {
    fn abstained(reason: FaceAbstention) -> Self {
        Self {
            overall: None,
            faces: Vec::new(),
            abstained: Some(reason),
        }
    }
}

/// Faces narrower than this are too small to judge, in pixels of the original picture.
const MIN_FACE: f32 = 32.0;
/// How much smaller in area every other face must be for one to count.
const DOMINANCE: f32 = 2.0;

/// The face model, ready for use.
#[derive(Debug, Clone)]
pub struct FaceEmotion {
    network: FaceNetwork,
    heads: Heads,
    pub(super) training_items: TrainingItems,
    device: Device,
}

impl FaceEmotion {
    /// The weights that are built in.
    ///
    /// # Errors
    /// [`Error::Weights`] when they are damaged.
    pub fn load_embedded() -> Result<&'static Self, Error> {
        static MODEL: OnceLock<Result<FaceEmotion, String>> = OnceLock::new();
        let load = || {
            let weights = WeightsFile::from_bytes(EMBEDDED, "embedded weights");
            weights
                .and_then(|weights| Self::from_weights(&weights))
                .map_err(|e| e.to_string())
        };
        MODEL
            .get_or_init(load)
            .as_ref()
            .map_err(|reason| Error::Weights {
                origin: "embedded weights of the face model".into(),
                reason: reason.clone(),
            })
    }

    /// Weights from a file.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Weights`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        weights.expect_task(TASK, FEATURE_VERSION)?;
        let config: FaceTrainingConfig = serde_json::from_value(weights.metadata.config.clone())
            .map_err(|error| weights.refused(format!("the configuration: {error}")))?;
        config.validate()?;
        let device = Device::default();
        let network = FaceNetwork::new(&config.widths, &config.n_blocks, N_OUTPUTS, &device);
        let network = with_arrays(network, &with_unit_gammas(weights), "network")?;
        Ok(Self {
            network,
            heads: Heads::from_weights(weights)?,
            training_items: weights.training_items.clone(),
            device,
        })
    }

    /// The images that the weights were trained or tuned on.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.training_items
    }

    /// How the person in a picture seems to feel.
    ///
    /// A face that is too small or badly lit is not judged; the answer names the first reason.
    ///
    /// # Errors
    /// [`Error::Weights`] when built-in parts are damaged.
    pub fn estimate(
        &self,
        picture: &Picture,
        options: &FaceOptions,
    ) -> Result<FaceEstimate, Error> {
        let found = super::detection::faces_in(picture, options.effort)?;
        let (mut boxes, mut images, mut refused) = (Vec::new(), Vec::new(), None);
        for face in found {
            if face.side * picture.reduced() as f32 + 0.5 < MIN_FACE {
                refused.get_or_insert(FaceAbstention::TooSmall);
                continue;
            }
            let image = cut_out(picture, &face);
            let reason = match light_of(&image) {
                Light::Enough => {
                    boxes.push(face);
                    images.push(image);
                    continue;
                }
                Light::TooDark => FaceAbstention::TooDark,
                Light::TooBright => FaceAbstention::TooBright,
                Light::TooFlat => FaceAbstention::TooFlat,
            };
            refused.get_or_insert(reason);
        }
        if boxes.is_empty() {
            // In the dark the detector finds nothing: light is the better advice then.
            let is_dark = light_of(picture.gray()) == Light::TooDark;
            let unseen = if is_dark {
                FaceAbstention::TooDark
            } else {
                FaceAbstention::NoFace
            };
            return Ok(FaceEstimate::abstained(refused.unwrap_or(unseen)));
        }
        let images: Vec<&[u8]> = images.iter().map(Vec::as_slice).collect();
        let logits = logits_of(&self.network, &images, &self.device)?;
        let faces: Vec<Face> = boxes
            .iter()
            .zip(&logits)
            .filter_map(|(face, logits)| self.face(picture, face, logits))
            .collect();
        let is_clear = options.choice == FaceChoice::Largest
            || boxes
                .iter()
                .skip(1)
                .all(|other| boxes[0].side * boxes[0].side >= DOMINANCE * other.side * other.side);
        let overall = faces.first().filter(|_| is_clear).map(|face| face.estimate);
        let abstained = overall.is_none().then_some(FaceAbstention::SeveralFaces);
        Ok(FaceEstimate {
            overall,
            faces,
            abstained,
        })
    }

    /// What a face that was cut out already says, `[48, 48]` gray; as in FER-2013.
    ///
    /// # Errors
    /// [`Error::Picture`] when there are not 48 × 48 values.
    pub fn estimate_crop(&self, gray: &[u8]) -> Result<Face, Error> {
        if gray.len() != N_PIXELS {
            let reason = format!("{} gray values, expected {N_PIXELS}", gray.len());
            return Err(Error::Picture { reason });
        }
        let whole = FaceBox {
            x: 0.0,
            y: 0.0,
            side: SIDE as f32,
            score: 0.0,
        };
        let picture = Picture::from_gray(SIDE as u32, SIDE as u32, gray.to_vec())?;
        let logits = self.logits(&[gray])?;
        self.face(&picture, &whole, &logits[0])
            .ok_or_else(|| Error::Weights {
                origin: TASK.into(),
                reason: "the network gave no distribution".into(),
            })
    }

    /// Outputs for faces that were cut out already.
    pub(super) fn logits(&self, images: &[&[u8]]) -> Result<Vec<Logits>, Error> {
        logits_of(&self.network, images, &self.device)
    }

    /// Calibrated probabilities of the seven classes.
    pub(super) fn seven(&self, logits: &Logits) -> Vec<f32> {
        self.heads.seven.probabilities(&logits.seven)
    }

    /// Calibrated probabilities of the eight classes.
    pub(super) fn eight(&self, logits: &Logits) -> Vec<f32> {
        self.heads.eight.probabilities(&logits.eight)
    }

    fn face(&self, picture: &Picture, face: &FaceBox, logits: &Logits) -> Option<Face> {
        let named = |names: &[&'static str], shares: Vec<f32>| {
            names.iter().copied().zip(shares).collect::<Vec<_>>()
        };
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let edges = |start: f32, length: f32| {
            let (low, high) = (
                (start / length).clamp(0.0, 1.0),
                (start + face.side) / length,
            );
            (low, (high.clamp(0.0, 1.0) - low).max(0.0))
        };
        let ((x, share_x), (y, share_y)) = (edges(face.x, width), edges(face.y, height));
        Some(Face {
            x,
            y,
            width: share_x,
            height: share_y,
            score: face.score,
            estimate: affect_of(logits, &self.heads)?,
            labels: named(&FACE_CLASSES_7, self.seven(logits)),
            labels8: named(&FACE_CLASSES_8, self.eight(logits)),
        })
    }
}
