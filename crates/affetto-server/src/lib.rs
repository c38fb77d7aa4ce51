//! HTTP, WebSocket, OpenAPI and the web app: the only crate that knows the wire.
//!
//! - [`serve`] binds an address and serves until it is told to stop.
//! - [`Service`] is the same without a socket, for tests: a router over an
//!   [`Engine`](affetto_engine::Engine).
//! - [`openapi`] is the description of the API, made from the code.
//!
//! Wire types are converted by hand from the plain structs of the engine; one table in `error`
//! maps codes to status codes.

mod error;

mod body;
mod guard;
mod pieces;
mod scans;
mod state;
mod stations;

pub mod wire;

mod routes;

mod app;
mod serve;
mod tls;

pub use app::{Service, openapi};
pub use guard::Access;
pub use serve::{ServeOptions, Started, serve};
