//! The files of the project, as git knows them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Everything that is or would be committed, by its path from the root.
pub fn all() -> Vec<PathBuf> {
    let words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").current_dir(root()).args(words).output().expect("git lists the project's files");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).expect("paths in UTF-8");
    let files: Vec<PathBuf> =
        listed.split_terminator('\0').map(PathBuf::from).filter(|file| root().join(file).is_file()).collect();
    assert!(files.len() > 50, "only {} files found", files.len());
    files
}

/// The text of a file; nothing if it is not text.
pub fn text(file: &Path) -> Option<String> {
    fs::read(root().join(file)).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}
