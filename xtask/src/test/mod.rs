//! `cargo xtask test`: every check, one step after another, and one closing line.

pub mod postgres;
mod python;
mod steps;
mod tally;

pub use tally::Tally;

use crate::{
    debian::{self, Need},
    workspace::ci,
};
use clap::{Args, ValueEnum};
use std::{path::PathBuf, time::Instant};

/// One step of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// Is everything formatted? (`cargo fmt`)
    Fmt,
    /// Types and build of the interface, and of the browser tests
    Ui,
    /// Lints of all code, warnings are errors (`cargo clippy`)
    Lint,
    /// Documentation of all code, warnings are errors (`cargo doc`)
    Docs,
    /// Rules, computation, architecture, documents
    Unit,
    /// Storage and use cases, on SQLite and PostgreSQL
    Store,
    /// Pages, JSON API and Open311 in process
    Http,
    /// The real program, with other people's clients
    Binary,
    /// The real program in a real browser, with an accessibility audit
    Browser,
}

impl Step {
    fn needs(self) -> &'static [Need] {
        match self {
            Self::Store | Self::Http => &[Need::Postgres],
            Self::Binary => &[Need::Postgres, Need::Python],
            Self::Browser => &[Need::Browser, Need::ChineseFont],
            Self::Fmt | Self::Ui | Self::Lint | Self::Docs | Self::Unit => &[],
        }
    }

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Which checks to run.
#[derive(Args)]
pub struct Options {
    /// Only these steps [default: all]
    steps: Vec<Step>,
}

/// What the steps share.
pub struct Bench {
    /// A PostgreSQL server, if there is one.
    postgres: Option<String>,
    /// The Python with the clients, if there is one.
    python: Option<PathBuf>,
    /// The browser, if there is one.
    browser: Option<PathBuf>,
}

/// Runs the steps, then says how it went.
pub fn run(options: &Options) -> Result<(), String> {
    let start = Instant::now();
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| options.steps.is_empty() || options.steps.contains(step))
        .collect();
    let mut needs: Vec<Need> = steps.iter().flat_map(|step| step.needs()).copied().collect();
    needs.dedup();
    let lacking = debian::provide(&needs);
    for (_, sentence) in &lacking {
        println!("   {sentence}");
    }
    if ci() && !lacking.is_empty() {
        return Err("nothing may be left out when CI=true".into());
    }
    let has = |need| needs.contains(&need) && !lacking.iter().any(|(lack, _)| *lack == need);

    let given = std::env::var("LUYUAN_TEST_POSTGRES").ok();
    let server = if given.is_none() && has(Need::Postgres) { Some(postgres::Server::start()?) } else { None };
    let bench = Bench {
        postgres: given.or_else(|| server.as_ref().map(|server| server.address.clone())),
        python: if has(Need::Python) { Some(python::interpreter()?) } else { None },
        browser: debian::browser(),
    };

    let mut total = Tally::default();
    let mut lines = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        println!("\n== {}/{} {}", at + 1, steps.len(), step.name());
        let start = Instant::now();
        let (mut tally, done) = steps::run_step(*step, &bench);
        if let Err(sentence) = &done {
            println!("   {sentence}");
            // A step that failed without a failed test (a lint, a build) is counted as one.
            tally.failed = tally.failed.max(1);
        }
        let verdict = if done.is_ok() { "ok" } else { "FAILED" };
        let counted =
            if tally == Tally::default() { String::new() } else { format!("{} tests", tally.passed + tally.failed) };
        lines.push(format!("{:<8} {verdict:<7} {:>7.1} s  {counted}", step.name(), start.elapsed().as_secs_f64()));
        total.join(tally);
    }
    drop(server);

    println!("\n== all after {:.0} s", start.elapsed().as_secs_f64());
    lines.iter().for_each(|line| println!("{}", line.trim_end()));
    for (need, _) in &lacking {
        println!("left out: what needs {}", need.name());
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { Ok(()) } else { Err("some checks failed, see above".into()) }
}
