//! Which songs fit, in which order, and why. Pure and deterministic: no clock, no storage, no
//! chance but from a given seed.
//!
//! - [`Snapshot`] holds a library as columns, [`ListenerModel`] what is learnt of a listener.
//! - [`Ranker`] puts a listener's question to a snapshot: [`Ranker::rank`] for one point,
//!   [`Ranker::plan_set`] for a set along an `affetto_affect::Plan`, [`Ranker::explain`] for why.
//! - [`Feedback`] is what a listener did or said; [`ListenerModel::learn`] learns from it.
//! - [`evaluate`] measures rankings with labels, [`simulate`] with listeners that are made up.

mod error;

mod calibration;
mod lyrics;
mod scan;
mod snapshot;

mod analyses;
mod context;
mod score;

mod approach;
mod feedback;
mod listener;
mod taste;

mod explain;
mod plan_set;
mod ranker;
mod search;

pub mod evaluate;
pub mod simulate;
pub mod tohoilam;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use analyses::{AnalysisMode, Said, TOLERANCE, Target, acoustic, semantic, textual};
pub use approach::{Approach, ApproachBandit, reward};
pub use calibration::{Calibration, Neutral, over_windows};
pub use context::{key_distance, tempo_distance};
pub use error::Error as RecommendError;
use error::Error;
pub use explain::{Alternative, Change, Explanation};
pub use feedback::{Feedback, FeedbackKind, HeardSong, SelfReport};
pub use listener::ListenerModel;
pub use lyrics::WeightedKeyword;
pub use plan_set::{
    Bridges, Compose, MAX_SLOTS, PlannedSet, SetLength, SetRequest, Slot, SlotMusic,
};
pub use ranker::{Basis, Felt, RankOptions, Ranked, Ranker};
pub use score::{Part, ScoreParts, ScoreWeights};
pub use snapshot::{Place, Snapshot, artist_key};
pub use taste::{Votes, vote};
