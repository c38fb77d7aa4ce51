//! The endpoints.

pub(crate) mod assets;
pub(crate) mod live;
pub(crate) mod midi;
pub(crate) mod pieces;
pub(crate) mod profile;
pub(crate) mod sense;
pub(crate) mod sense_live;
pub(crate) mod songs;
pub(crate) mod stations;
pub(crate) mod streams;
pub(crate) mod system;
