//! Other people's Open311 clients, and the standard's schemas, against the running program.

use super::site::Site;
use std::{path::Path, process::Command};

/// Runs a script beside this file with the interpreter that has the clients; what it needs of the
/// site it gets in the environment. Without an interpreter there is nothing to run it with, which
/// only a machine of continuous integration may not say.
fn run(script: &str) {
    let Ok(python) = std::env::var("LUYUAN_TEST_PYTHON") else {
        assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_PYTHON is not set");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/binary/open311");
    let mut command = Command::new(python);
    command.arg(folder.join(script)).env("OPEN311_URL", format!("{}/open311/v2", site.address()));
    command.env("OPEN311_KEY", &site.key).env("PYTHONWARNINGS", "ignore").env("NO_PROXY", "127.0.0.1");
    let output = command.output().expect("python runs");
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&said));
}

#[test]
fn georeport_reads_json_and_xml() {
    run("georeport_reads.py");
}

#[test]
fn three_reads_and_places() {
    run("three_places.py");
}

#[test]
fn civicbot_checks_places_and_waits_for_a_number() {
    run("civicbot_places.py");
}

#[test]
fn chicagorequests_reads_every_page() {
    run("chicagorequests_pages.py");
}

#[test]
fn answers_fit_the_schemas() {
    run("schemas.py");
}
