//! One table a genre.

pub(crate) mod ambient;
pub(crate) mod blues;
pub(crate) mod classical;
pub(crate) mod country;
pub(crate) mod disco;
pub(crate) mod hip_hop;
pub(crate) mod jazz;
pub(crate) mod metal;
pub(crate) mod piano;
pub(crate) mod pop;
pub(crate) mod reggae;
pub(crate) mod rock;
