//! What a face shows: from a camera frame or a photo to valence, arousal and classes.
//!
//! - [`Picture`] is a gray picture from outside, bounded and upright.
//! - [`FaceEmotion::estimate`] finds faces, cuts them out as FER-2013 does and says what they
//!   show ([`FaceEstimate`]), or why nothing can be said ([`FaceAbstention`]).
//! - [`FaceTracker`] smooths over time.
//! - [`train`] and [`evaluate`] work on FER-2013 with the votes of FER+.
//!
//! A face is not a feeling: the estimate says what others would read in the face, with that much
//! doubt. It is made for choosing music for oneself; not for medical, workplace or school use.
//!
//! ```
//! use affetto_models::face_emotion::{FaceEmotion, FaceOptions, Picture};
//! let picture = Picture::from_gray(320, 240, vec![128; 320 * 240])?;
//! let answer = FaceEmotion::load_embedded()?.estimate(&picture, &FaceOptions::default())?;
//! assert_eq!(answer.abstained.map(|why| why.code()), Some("no_face"));
//! # Ok::<(), affetto_models::Error>(())
//! ```

mod config;
mod picture;

mod data;
mod folders;
mod sheet;

mod augmentation;
mod model;
mod training;

mod alignment;
mod detection;
mod evaluation;
mod inference;
mod tracker;

#[cfg(test)]
mod tests;

pub use config::{Augmentation, FaceTrainingConfig};
pub use data::{FACE_CLASSES_7, FACE_CLASSES_8};
pub use detection::Effort;
pub use evaluation::evaluate;
pub use inference::{Face, FaceAbstention, FaceChoice, FaceEmotion, FaceEstimate, FaceOptions};
pub use picture::{MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, Picture};
pub use tracker::{FaceTracker, FaceTrackerOptions, TrackedFace};
pub use training::train;
