//! Working on music that is there: bars written anew, and bars that lead from one piece to another.
//!
//! A score is read as if its bars had been composed ([`Roles`] says who plays what), so that both
//! bar sources know what came before and the listening model hears the new bars in their place.
//!
//! - [`rewrite`] composes bars of a piece anew, some roles or all; [`splice`] puts them in.
//! - [`bridge`] composes bars between two pieces: tempo, mood and key go from one to the other.

mod bridge;
mod read;
mod rewrite;
mod roles;
mod splice;

#[cfg(test)]
mod tests;

pub use bridge::{Bridge, Crossing, End, Pivot, bridge, pivot};
pub use rewrite::{Harmony, Rewriting, Rewritten, rewrite};
pub use roles::Roles;
pub use splice::{Notes, splice};

/// Bars before the new ones that are read as context.
const CONTEXT_BARS: usize = 16;
