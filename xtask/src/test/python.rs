//! The Python in which other people's clients are run against the real binary.

use crate::{
    command::{program, run},
    workspace::{root, target},
};
use std::{fs, path::PathBuf};

/// The interpreter of a virtual environment with `tests/it/binary/requirements.txt`, made when it
/// is missing or the list changed.
pub fn interpreter() -> Result<PathBuf, String> {
    let list = root().join("tests/it/binary/requirements.txt");
    let wanted = fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let folder = target().join("python");
    let (stamp, python) = (folder.join("requirements.txt"), folder.join("bin/python"));
    if fs::read_to_string(&stamp).is_ok_and(|kept| kept == wanted) && python.exists() {
        return Ok(python);
    }
    run(&mut program("python3", &root(), &["-m", "venv", "--clear", &folder.to_string_lossy()]))?;
    // The list names everything with its version; `three` declares what Python 3 cannot install.
    let list = list.to_string_lossy();
    let words = ["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--requirement", &list];
    run(&mut program(&python, &root(), &words))?;
    fs::write(stamp, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}
