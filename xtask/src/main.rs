//! `cargo xtask demo | test | bench | ui`: everything that trying, checking and measuring Luyuan takes.

mod bench;
mod command;
mod debian;
mod demo;
mod fuzz;
mod test;
mod ui;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, tries, checks and measures Luyuan.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "EXAMPLES:
  cargo xtask demo                      build everything, load the demo district, serve it
  cargo xtask demo --listen 0.0.0.0:80  the same, for other machines too
  cargo xtask test                      every check there is; ends with `N passed, N failed`
  cargo xtask test fmt lint unit        only these
  cargo xtask bench                     speed as ratios against named peers
  cargo xtask fuzz --seconds 60 photo   bent inputs for a parser, for a minute
  cargo xtask ui                        only the interface in ui/

NEEDED: Rust, Node.js 20 or newer with npm, a C compiler. The tests also want PostgreSQL 15 or newer,
Chromium, a Chinese font and Python 3; on Debian they are installed when you are root.

ENVIRONMENT:
  CARGO_TARGET_DIR       where everything is built [default: target]
  CI=true                what is missing fails the tests instead of being left out
  LUYUAN_TEST_POSTGRES   a PostgreSQL server for the tests, instead of one that is started for them
  LUYUAN_TEST_CHROMIUM   the browser for the tests [default: the first Chromium or Chrome found]"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, load the demonstration district and serve it
    Demo(demo::Options),
    /// Run all checks, or the named ones
    Test(test::Options),
    /// Measure speed as ratios against named peers, in one run
    Bench(bench::Options),
    /// Give bent inputs to every parser of outside bytes, for a bounded time
    Fuzz(fuzz::Options),
    /// Build the interface in ui/
    Ui,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run_all(&options),
        Task::Fuzz(options) => fuzz::bend(&options),
        Task::Ui => ui::build(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
