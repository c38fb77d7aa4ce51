//! Affect: valence, arousal, emotion categories, uncertainty, fusion of several estimates and
//! trajectories over time. Pure: no notes, samples, songs or networks, no IO, no clock.
//!
//! - [`Affect`] is a point on the valence–arousal plane (Russell 1980), both axes in −1..=1.
//! - [`Estimate`] is a Gaussian on that plane with a distribution over the four quadrants.
//! - [`Quadrant`] names the four quadrant emotions.
//!
//! ```
//! use affetto_affect::{Affect, Quadrant};
//! let calm = Affect::new(0.6, -0.4)?;
//! assert_eq!(calm.quadrant(), Quadrant::Calmness);
//! # Ok::<(), affetto_affect::Error>(())
//! ```

mod error;
mod estimate;
mod point;

pub use error::Error;
pub use estimate::{Covariance, Estimate, QuadrantProbabilities};
pub use point::{Affect, Arousal, Quadrant, Valence};
