//! Storage: one suite of checks for every database, and what only one of them can do.

#![expect(clippy::unwrap_used, reason = "helpers of tests are test code")]

mod contract;
mod listeners;
mod songs;
mod work;

mod postgres;
mod sqlite;
