//! `cargo xtask demo | test | bench | ui`: the project's own tasks, so that two commands are enough.

mod need;
mod postgres;
mod run;
mod test;

use std::process::{Command, ExitCode};

const HELP: &str = "cargo xtask TASK

  demo [DIR]     build everything and serve the demonstration district on 127.0.0.1:8311 (data in DIR, ./data-dir)
  test [STEP…]   run all checks, or only some: fmt lint docs ui rust browser
  bench          build and run the benchmarks; they print ratios
  ui             build the interface into ui/dist

What is missing (Node 20, PostgreSQL, Chromium, a Chinese font) is installed by apt-get when you are root,
or asked for in one sentence.";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let done = match task.as_str() {
        "demo" => demo(&rest),
        "test" => test::all(&rest),
        "ui" => ui(),
        "bench" => bench(),
        _ => {
            println!("{HELP}");
            return if task.is_empty() || task.contains("help") || task == "-h" {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the interface; the lock file decides what is installed.
fn ui() -> Result<(), String> {
    need::node()?;
    run::step("interface: packages", Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir("ui"))?;
    run::step("interface: build", Command::new("node").arg("build.mjs").current_dir("ui"))
}

/// The binary in the quick profile, with the interface inside.
fn demo(rest: &[String]) -> Result<(), String> {
    ui()?;
    run::step("program: build", Command::new("cargo").args(["build", "--bin", "luyuan"]))?;
    let folder = rest.first().map_or("./data-dir", String::as_str);
    println!("data in {folder}; stop with Ctrl-C");
    let program = run::target().join("debug/luyuan");
    run::quiet(Command::new(program).args(["demo", "--data", folder, "--listen", "127.0.0.1:8311"]))
}

fn bench() -> Result<(), String> {
    let manifest = "benches/Cargo.toml";
    run::step("benchmarks: build", Command::new("cargo").args(["build", "--release", "--manifest-path", manifest]))?;
    for name in ["orders", "locate"] {
        let source = std::path::Path::new("benches/src/bin").join(format!("{name}.rs"));
        if source.exists() {
            let mut bench = Command::new("cargo");
            run::step(name, bench.args(["run", "--release", "--manifest-path", manifest, "--bin", name]))?;
        }
    }
    Ok(())
}
