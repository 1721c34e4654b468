//! `cargo xtask ui`: the interface, from the lock file to `ui/dist`, again only when something changed.

use crate::{
    command::{output, program, run},
    workspace::{find, root},
};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// The oldest Node.js that builds it.
const NODE: u32 = 20;

/// Builds the interface unless it is there, from the same sources.
pub fn build() -> Result<(), String> {
    let ui = root().join("ui");
    install(&ui)?;
    let (stamp, now) = (ui.join("node_modules/.luyuan-built"), sources(&ui));
    if fs::read_to_string(&stamp).is_ok_and(|kept| kept == now) && ui.join("dist").is_dir() {
        println!("   interface: ui/dist is up to date");
        return Ok(());
    }
    run(&mut program("npm", &ui, &["run", "--silent", "build"]))?;
    fs::write(stamp, now).map_err(|error| error.to_string())
}

/// Fills `node_modules` in a folder from its lock file, unless that was done.
pub fn install(folder: &Path) -> Result<(), String> {
    check_node()?;
    let lock = fs::read(folder.join("package-lock.json"))
        .map_err(|error| format!("{}/package-lock.json: {error}", folder.display()))?;
    let stamp = folder.join("node_modules/.luyuan-lock");
    if fs::read(&stamp).is_ok_and(|kept| kept == lock) {
        return Ok(());
    }
    run(&mut program("npm", folder, &["ci", "--no-audit", "--no-fund"]))?;
    fs::write(stamp, lock).map_err(|error| error.to_string())
}

fn check_node() -> Result<(), String> {
    let found = output(&mut program("node", &root(), &["--version"]));
    let major = found.as_deref().and_then(|text| text.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    match (major, found) {
        (Some(major), _) if major >= NODE && find(&["npm"]).is_some() => Ok(()),
        (Some(major), _) if major >= NODE => Err("npm is missing; it usually comes with Node.js".into()),
        (_, Some(found)) => Err(format!("Node.js {NODE} or newer is needed to build the interface; this is {found}")),
        (_, None) => {
            Err(format!("Node.js {NODE} or newer, with npm, is needed to build the interface; install it first"))
        }
    }
}

/// A name of everything that the build reads.
fn sources(ui: &Path) -> String {
    let mut hash = DefaultHasher::new();
    let mut waiting = vec![ui.to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() && name != "node_modules" && name != "dist" {
                waiting.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    for file in files {
        file.hash(&mut hash);
        fs::read(&file).unwrap_or_default().hash(&mut hash);
    }
    format!("{:016x}", hash.finish())
}
