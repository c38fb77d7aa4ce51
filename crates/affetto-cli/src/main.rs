//! The affetto command.
fn main() {}
