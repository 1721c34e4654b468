//! `cargo xtask demo`: from a fresh clone to a running district.

use crate::{
    command::{self, cargo},
    ui,
    workspace::{root, target},
};
use clap::Args;
use std::{os::unix::process::CommandExt, path::PathBuf, process::Command, time::Instant};

/// How the demonstration is run.
#[derive(Args)]
pub struct Options {
    /// Folder for its database and photos; kept between runs, delete it to start anew
    #[arg(long, default_value = "./data-dir")]
    data: PathBuf,
    /// Address on which to listen
    #[arg(long, default_value = "127.0.0.1:8311")]
    listen: String,
    /// Only build it
    #[arg(long)]
    build: bool,
}

/// Builds, then becomes `luyuan demo`.
pub fn run(options: &Options) -> Result<(), String> {
    let start = Instant::now();
    println!("1/3 interface");
    ui::build()?;
    println!("2/3 program (the first build takes some minutes)");
    // The development profile with optimised dependencies: built in a third of the time of a release,
    // a page still takes 3 ms, and the tests use the same build.
    command::run(&mut cargo(&["build", "--bin", "luyuan"]))?;
    println!("3/3 demonstration district, after {:.0} s", start.elapsed().as_secs_f64());
    if options.build {
        return Ok(());
    }
    let mut luyuan = Command::new(target().join("debug/luyuan"));
    luyuan.current_dir(root()).arg("demo").arg("--data").arg(&options.data).arg("--listen").arg(&options.listen);
    Err(format!("cannot start {}: {}", target().join("debug/luyuan").display(), luyuan.exec()))
}
