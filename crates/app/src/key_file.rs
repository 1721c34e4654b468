//! Keys that stand in a file beside the database and never in it.

use crate::AppError;
use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::Path};

/// The text of a key file; made with `first` when there is none. Another program may make it at the
/// same time: then its text is the one that is read.
///
/// # Errors
/// [`AppError::File`] naming the file.
pub(crate) fn read_or_make(path: &Path, first: &str) -> Result<String, AppError> {
    let cannot = |why: std::io::Error| AppError::File(format!("{}: {why}", path.display()));
    if !path.exists() {
        match whole(path, first)?.persist_noclobber(path) {
            Err(error) if !path.exists() => return Err(cannot(error.error)),
            _ => {}
        }
    }
    if fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0) {
        tracing::warn!(file = %path.display(), "others can read this key; chmod 600 it");
    }
    fs::read_to_string(path).map_err(cannot)
}

/// Puts another text into a key file, whole or not at all.
///
/// # Errors
/// As [`read_or_make`].
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), AppError> {
    let cannot = |error: tempfile::PersistError| AppError::File(format!("{}: {}", path.display(), error.error));
    whole(path, text)?.persist(path).map(|_| ()).map_err(cannot)
}

/// Only its owner can read a temporary file; it gets its name when it is whole.
fn whole(path: &Path, text: &str) -> Result<tempfile::NamedTempFile, AppError> {
    let cannot = |why: std::io::Error| AppError::File(format!("{}: {why}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(cannot)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(cannot)?;
    Ok(file)
}
