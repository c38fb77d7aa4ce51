//! Sensing a face on a picture, in a video or before a camera.

use std::path::Path;

use affetto_affect::{Covariance, Estimate, Reliabilities, Sense};
use affetto_models::face_emotion::{
    Effort, FaceAbstention, FaceChoice, FaceEmotion, FaceEstimate, FaceOptions, FaceTracker,
    FaceTrackerOptions, Picture,
};

use super::video::{self, Frame};
use super::{Media, Sensed};
use crate::{Engine, Error};

/// What a picture or a video told.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The face; `None` when nothing can be said.
    pub sensed: Option<Sensed>,
    /// Why nothing can be said, in a sentence without its full stop.
    pub reason: Option<&'static str>,
    /// The faces on it; of a video those of the last frame that shows any.
    pub faces: Vec<SeenFace>,
    /// How many pictures were looked at.
    pub n_pictures: usize,
}

/// A face; place and size are shares of the picture, in 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenFace {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What it shows.
    pub sensed: Sensed,
}

impl Engine {
    /// Estimates how somebody feels from a picture of their face (PNG, JPEG or WebP), or from a
    /// video where ffmpeg is installed. Keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::User`] when the bytes are neither, are larger than the settings allow, or the
    /// settings leave faces out.
    pub fn sense_face(&self, media: Media<'_>) -> Result<Seen, Error> {
        self.require_sensors()?;
        let limit = self.settings().senses.max_picture_bytes;
        let bytes = media.read("picture", "empty_picture", limit)?;
        let Some(container) = video::container(&bytes) else {
            let picture = picture(&bytes)?;
            let estimate = face_model()?.estimate(&picture, &FaceOptions::default())?;
            return Ok(Seen::from_estimate(estimate, &self.reliabilities()));
        };
        let mut watched = Watched::default();
        video::frames_of_video(&media, container, |frame| watched.look(frame))?;
        Ok(watched.seen(&self.reliabilities()))
    }

    /// Estimates how somebody feels from a camera that is looked through for some seconds. Keeps
    /// nothing of it.
    ///
    /// # Errors
    /// [`Error::User`] when there is no such camera, ffmpeg is not installed, or the settings leave
    /// faces out.
    pub fn sense_camera(&self, device: &Path, seconds: f64) -> Result<Seen, Error> {
        self.require_sensors()?;
        let mut watched = Watched::default();
        video::frames_of_camera(device, seconds, |frame| watched.look(frame))?;
        Ok(watched.seen(&self.reliabilities()))
    }
}

fn face_model() -> Result<&'static FaceEmotion, Error> {
    Ok(FaceEmotion::load_embedded()?)
}

/// A picture from its bytes, whose type is found in their content.
fn picture(bytes: &[u8]) -> Result<Picture, Error> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let is_picture = is_webp || bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff");
    if !is_picture {
        return Err(Error::user_hint(
            "not_a_picture",
            "this is no picture that can be read, whatever its name says",
            "give PNG, JPEG or WebP, or a video (WebM, MP4, AVI) where ffmpeg is installed",
        ));
    }
    Picture::from_bytes(bytes).map_err(|error| Error::user("unreadable_picture", error.to_string()))
}

impl Seen {
    fn from_estimate(estimate: FaceEstimate, reliabilities: &Reliabilities) -> Self {
        let sensed = |estimate, labels: &[(&'static str, f32)]| {
            let labels = labels.iter().map(|(name, p)| (*name, f64::from(*p)));
            Sensed::by(Sense::Face, estimate, labels.collect(), reliabilities)
        };
        let faces: Vec<SeenFace> = estimate
            .faces
            .iter()
            .map(|face| SeenFace {
                x: f64::from(face.x),
                y: f64::from(face.y),
                width: f64::from(face.width),
                height: f64::from(face.height),
                sensed: Sensed {
                    question: None,
                    ..sensed(face.estimate, &face.labels)
                },
            })
            .collect();
        let labels = estimate.faces.first().map_or(&[][..], |face| &face.labels);
        Self {
            sensed: estimate.overall.map(|overall| sensed(overall, labels)),
            reason: estimate.abstained.as_ref().map(FaceAbstention::reason),
            faces,
            n_pictures: 1,
        }
    }
}

/// What the frames of a video tell together.
#[derive(Default)]
struct Watched {
    told: Vec<Estimate>,
    /// Sums of the label probabilities over the frames that tell something.
    labels: Vec<(&'static str, f64)>,
    /// The last frame with faces.
    last: Option<FaceEstimate>,
    silent: Option<FaceAbstention>,
    n_pictures: usize,
}

impl Watched {
    fn look(&mut self, frame: Frame) -> Result<(), Error> {
        self.n_pictures += 1;
        let options = FaceOptions {
            effort: Effort::Frame,
            choice: FaceChoice::Dominant,
        };
        let estimate = face_model()?.estimate(&frame.picture()?, &options)?;
        match estimate.overall {
            Some(overall) => {
                self.told.push(overall);
                let labels = estimate.faces.first().map_or(&[][..], |face| &face.labels);
                self.labels.resize(labels.len(), ("", 0.0));
                for (sum, (name, p)) in self.labels.iter_mut().zip(labels) {
                    *sum = (name, sum.1 + f64::from(*p));
                }
            }
            None => self.silent = estimate.abstained.or(self.silent),
        }
        if !estimate.faces.is_empty() {
            self.last = Some(estimate);
        }
        Ok(())
    }

    /// The mixture of all frames: what changes while one watches adds to the doubt.
    fn seen(self, reliabilities: &Reliabilities) -> Seen {
        let parts: Vec<(f64, _, Covariance)> = self
            .told
            .iter()
            .map(|estimate| (1.0, estimate.mean, estimate.covariance))
            .collect();
        let n_told = parts.len() as f64;
        let labels = self
            .labels
            .into_iter()
            .map(|(name, sum)| (name, sum / n_told));
        // Without a frame that tells something there is no mixture.
        let overall = Estimate::from_mixture(&parts).ok();
        let sensed = overall
            .map(|overall| Sensed::by(Sense::Face, overall, labels.collect(), reliabilities));
        let last = self
            .last
            .map(|last| Seen::from_estimate(last, reliabilities));
        let reason = self.silent.unwrap_or(FaceAbstention::NoFace);
        Seen {
            reason: sensed.is_none().then(|| reason.reason()),
            sensed,
            faces: last.map_or_else(Vec::new, |last| last.faces),
            n_pictures: self.n_pictures,
        }
    }
}

/// Continuous seeing.
pub(super) struct Eyes {
    model: &'static FaceEmotion,
    tracker: FaceTracker,
}

impl Eyes {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            model: face_model()?,
            tracker: FaceTracker::new(FaceTrackerOptions::default()),
        })
    }

    /// Takes in a picture: what is to be shown, smoothed over the pictures before, and what this
    /// picture alone says, for fusion.
    pub(super) fn see(
        &mut self,
        bytes: &[u8],
        now_s: f64,
        reliabilities: &Reliabilities,
    ) -> Result<(Seen, Option<Estimate>), Error> {
        let options = FaceOptions {
            effort: Effort::Frame,
            choice: FaceChoice::Dominant,
        };
        let mut estimate = self.model.estimate(&picture(bytes)?, &options)?;
        let alone = estimate.overall;
        let tracked = self.tracker.push(&estimate, now_s);
        if estimate.overall.is_some() {
            estimate.overall = tracked.estimate;
        }
        let mut seen = Seen::from_estimate(estimate, reliabilities);
        if let Some(sensed) = &mut seen.sensed {
            // Questions come with what all senses say together.
            sensed.question = None;
        }
        Ok((seen, alone.map(|alone| reliabilities.face.apply(alone))))
    }
}
