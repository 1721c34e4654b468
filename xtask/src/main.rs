//! `cargo xtask demo | test | bench | ui`.
fn main() {}
