//! Affect: valence, arousal, emotion categories, uncertainty, fusion of several estimates and
//! trajectories over time. Pure: no notes, samples, songs or networks, no IO, no clock.
//!
//! - [`Affect`] is a point on the valence–arousal plane (Russell 1980), both axes in −1..=1.
//! - [`Estimate`] is a Gaussian on that plane with a distribution over the four [`Quadrant`]s.
//! - [`LabelSet`] maps an emotion vocabulary to estimates and back, each with its source.
//! - [`fuse`] joins estimates, a [`Tracker`] smooths them over time; [`Reliabilities`] learn from
//!   corrections how far each [`Sense`] can be trusted, and [`ask`] finds the one question that helps
//!   most where an estimate is too wide.
//! - A [`Strategy`] says what music should do to a feeling, a [`Plan`] where it should be when,
//!   a [`Slew`] how fast a target may move from bar to bar.
//!
//! ```
//! use affetto_affect::{Affect, Pace, Plan, Quadrant, Strategy};
//! let sad = Affect::new(-0.6, -0.4)?;
//! assert_eq!(sad.quadrant(), Quadrant::Sadness);
//! let plan = Plan::new(sad, "lift".parse::<Strategy>()?, Pace::Steady);
//! assert_eq!(plan.target(0.0), sad);
//! assert_eq!(plan.target(plan.duration_s()).quadrant(), Quadrant::Happiness);
//! # Ok::<(), affetto_affect::Error>(())
//! ```

mod error;
mod point;

mod estimate;
mod normal;

mod fusion;
mod question;
mod sense;
mod tracking;

mod label_tables;
mod labels;

mod plan;
mod slew;
mod strategy;

pub use error::Error;
pub use estimate::{Covariance, Estimate, QuadrantProbabilities};
pub use fusion::fuse;
pub use labels::{Label, LabelSet};
pub use plan::Plan;
pub use point::{Affect, Arousal, Quadrant, Valence};
pub use question::{Choice, DoubtOptions, Question, ask, in_doubt};
pub use sense::{Reliabilities, Reliability, Sense};
pub use slew::Slew;
pub use strategy::{FocusMode, Pace, Preset, PresetSettings, Strategy};
pub use tracking::{Tracker, TrackerOptions};
