//! The interface's files are carried inside the program: build again when they change.
fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
}
