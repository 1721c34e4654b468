//! What each step runs.

use super::{Bench, Step, Tally};
use crate::{
    command::{cargo, count, program, run},
    debian::browser,
    ui,
    workspace::{find, root, target},
};
use std::process::Command;

/// Runs one step.
pub fn run_step(step: Step, bench: &Bench) -> (Tally, Result<(), String>) {
    match step {
        Step::Fmt => checked(run(&mut cargo(&["fmt", "--all", "--check"]))),
        Step::Ui => checked(interface()),
        Step::Lint => checked(run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))),
        Step::Docs => checked(run(cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "--deny warnings"))),
        Step::Unit | Step::Store | Step::Http | Step::Binary => count(rust(step).envs(bench.environment())),
        Step::Browser => in_browser(bench),
    }
}

impl Bench {
    fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
        let all =
            [("LUYUAN_TEST_POSTGRES", self.postgres.clone()), ("LUYUAN_TEST_PYTHON", self.python.as_ref().map(path))];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn checked(done: Result<(), String>) -> (Tally, Result<(), String>) {
    (Tally::default(), done)
}

fn interface() -> Result<(), String> {
    ui::build()?;
    run(&mut program("npm", &root().join("ui"), &["run", "--silent", "check"]))
}

/// The Rust tests of a step: with nextest, all steps share one build; without it, each builds what
/// it tests.
fn rust(step: Step) -> Command {
    let (filter, words): (&str, &[&str]) = match step {
        Step::Store => ("package(luyuan-store) | package(luyuan-app)", &["-p", "luyuan-store", "-p", "luyuan-app"]),
        Step::Http => ("package(luyuan-web)", &["-p", "luyuan-web"]),
        Step::Binary => ("binary_id(luyuan::it) & test(/^binary::/)", &["-p", "luyuan", "--test", "it", "binary::"]),
        _ => (
            "package(luyuan-domain) | package(luyuan-analysis) | package(xtask) | (package(luyuan) - test(/^binary::/))",
            &[
                "--workspace",
                "--exclude",
                "luyuan-store",
                "--exclude",
                "luyuan-app",
                "--exclude",
                "luyuan-web",
                "--",
                "--skip",
                "binary::",
            ],
        ),
    };
    if find(&["cargo-nextest"]).is_some() {
        return cargo(&["nextest", "run", "--workspace", "--no-fail-fast", "--show-progress", "none", "-E", filter]);
    }
    let mut command = cargo(&["test", "--no-fail-fast"]);
    command.args(words);
    command
}

fn in_browser(bench: &Bench) -> (Tally, Result<(), String>) {
    let folder = root().join("tests/browser");
    let Some(browser) = bench.browser.clone().or_else(browser) else {
        return checked(Ok(()));
    };
    // The program as the other tests build it: the same build, not a second one.
    let built = ui::build().and_then(|()| run(&mut cargo(&["build", "--workspace", "--tests"])));
    if let Err(sentence) = built.and_then(|()| ui::install(&folder)) {
        return (Tally::default(), Err(sentence));
    }
    let words = ["--test", "--test-reporter=spec", "--test-concurrency=1"];
    let mut node = program("node", &folder, &words);
    node.env("LUYUAN_PROGRAM", target().join("debug/luyuan"));
    node.env("LUYUAN_TEST_CHROMIUM", browser);
    count(&mut node)
}
