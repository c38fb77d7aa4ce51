//! The use cases of Affetto as plain functions over plain data: sense, compose, render, judge,
//! live stations, train and evaluate. No HTTP, no JSON on the wire, no terminal.
//!
//! - [`Engine`] owns the settings, the SoundFont and the models, each loaded once, on first use.
//! - [`Settings`] is everything that can be configured.
//! - [`Error`] says whose fault it is.

pub mod env_vars;
mod error;
pub mod settings;

pub use error::Error;
pub use settings::Settings;
