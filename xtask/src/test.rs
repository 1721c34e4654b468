//! `cargo xtask test`: every check there is, on both databases, to the browser.

use crate::{
    need,
    postgres::Server,
    run::{self, Count},
    ui,
};
use std::{path::Path, process::Command};

/// Runs the steps named, or all.
pub fn all(wanted: &[String]) -> Result<(), String> {
    let on = |step: &str| wanted.is_empty() || wanted.iter().any(|name| name == step);
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(arguments);
        command
    };
    let mut count = Count::default();
    if on("fmt") {
        run::step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    }
    if on("ui") || on("browser") || on("rust") {
        ui()?;
        run::step("interface: types", Command::new("node_modules/.bin/tsc").args(["--noEmit"]).current_dir("ui"))?;
    }
    if on("lint") {
        run::step("lints", &mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    }
    if on("docs") {
        run::step(
            "documentation",
            cargo(&["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"),
        )?;
    }
    if on("rust") {
        let server = Server::start()?;
        let mut tests = cargo(&["test", "--workspace", "--no-fail-fast"]);
        run::tests("rust, on SQLite and PostgreSQL", tests.env("LUYUAN_TEST_POSTGRES", &server.address), &mut count)?;
    }
    if on("browser") && Path::new("tests/browser/package.json").exists() {
        need::browser()?;
        run::step("program: build", &mut cargo(&["build", "--bin", "luyuan"]))?;
        run::step(
            "browser: packages",
            Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir("tests/browser"),
        )?;
        let program = std::fs::canonicalize(run::target().join("debug/luyuan")).map_err(|error| error.to_string())?;
        let mut tests = Command::new("node");
        tests.args(["--test", "--test-reporter=spec"]).current_dir("tests/browser").env("LUYUAN_PROGRAM", program);
        run::tests("browser", &mut tests, &mut count)?;
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    if count.failed == 0 { Ok(()) } else { Err(format!("{} tests failed", count.failed)) }
}
