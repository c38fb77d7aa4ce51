//! The program `affetto`; its commands follow with the server.
fn main() {}
