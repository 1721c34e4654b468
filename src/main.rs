//! The `luyuan` binary.
fn main() {}
