//! What the tasks need from the machine: found, installed when that is allowed, or asked for.

use crate::run::{quiet, works};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Whether we may install packages.
pub fn root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

/// Node 20 or later.
pub fn node() -> Result<(), String> {
    let check = "process.exit(Number(process.versions.node.split('.')[0]) >= 20 ? 0 : 1)";
    if works(Command::new("node").args(["-e", check])) && works(Command::new("npm").arg("--version")) {
        return Ok(());
    }
    Err("Node.js 20 or later with npm is needed to build the interface; please install it".into())
}

/// Installs Debian packages, or asks for them.
fn install(packages: &[&str], what: &str) -> Result<(), String> {
    let list = packages.join(" ");
    if !root() || !works(Command::new("apt-get").arg("--version")) {
        return Err(format!("{what} is needed; please run: sudo apt-get install {list}"));
    }
    println!("── installing {list}");
    quiet(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages);
    quiet(&mut apt)
}

/// The folder with PostgreSQL's server programs, version 15 or later.
pub fn postgres() -> Result<PathBuf, String> {
    if let Some(found) = postgres_folder() {
        return Ok(found);
    }
    install(&["postgresql"], "PostgreSQL 15 or later")?;
    postgres_folder().ok_or_else(|| "PostgreSQL was installed but its server was not found".into())
}

fn postgres_folder() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(version, bin)| *version >= 15 && bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// Chromium and a Chinese font.
pub fn browser() -> Result<(), String> {
    let mut missing = Vec::new();
    if !Path::new("/usr/bin/chromium").exists() {
        missing.push("chromium");
    }
    let fonts = Command::new("fc-list").arg(":lang=zh").output();
    if !fonts.is_ok_and(|out| !out.stdout.is_empty()) {
        missing.push("fontconfig");
        missing.push("fonts-noto-cjk");
    }
    if missing.is_empty() { Ok(()) } else { install(&missing, "A browser with a Chinese font") }
}
