//! Commands, what they print, and the codes they end with.

use super::{LUYUAN, site::Site};
use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

fn luyuan(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(LUYUAN);
    command.args(words).arg("--data").arg(data).stdin(Stdio::null());
    command.output().expect("luyuan runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_demonstration_says_what_a_newcomer_needs_and_starts_again_at_once() {
    let data = tempfile::tempdir().unwrap();
    let first = Site::start(data.path());
    let names: Vec<&str> = first.said.iter().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert_eq!(names, ["address", "accounts", "api_key"]);
    assert_eq!(first.said[0], format!("address={}", first.address()), "the port that was really taken");
    let page = first.http.get("/").unwrap();
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'self'")));
    let said = first.said.clone();
    drop(first);
    let again = Site::start(data.path());
    assert_eq!(again.said[1..], said[1..], "accounts and key stay the same");
    assert!(again.started_in < Duration::from_secs(3), "answered after {:?}", again.started_in);
}

#[test]
fn every_command_has_help_with_environment() {
    let help = out(&Command::new(LUYUAN).arg("--help").output().unwrap());
    for word in ["EXAMPLES", "EXIT CODES", "LUYUAN_DATA", "LUYUAN_DATABASE", "LUYUAN_LISTEN"] {
        assert!(help.contains(word), "--help does not mention {word}");
    }
    for command in [
        "serve",
        "demo",
        "migrate",
        "worker",
        "doctor",
        "backup",
        "restore",
        "place-order",
        "user",
        "openapi",
        "import",
        "export",
    ] {
        let output = Command::new(LUYUAN).args([command, "--help"]).output().unwrap();
        assert!(output.status.success() && out(&output).contains("Usage:"), "{command}");
    }
}

#[test]
fn a_wrong_word_ends_with_2() {
    let data = tempfile::tempdir().unwrap();
    let output = luyuan(data.path(), &["fly"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("fly"));
}

#[test]
fn a_database_that_is_away_ends_with_4() {
    let data = tempfile::tempdir().unwrap();
    // Nothing listens on the discard port of this machine.
    let output = luyuan(data.path(), &["migrate", "--database", "postgres://nobody@127.0.0.1:9/none"]);
    assert_eq!(output.status.code(), Some(4), "{}", err(&output));
}

#[test]
fn an_order_is_placed_once_and_refused_data_ends_with_3() {
    let data = tempfile::tempdir().unwrap();
    drop(Site::start(data.path()));
    let order =
        ["place-order", "--category", "E01037", "--description", "路灯不亮", "--lon", "113.64", "--lat", "34.73"];
    let first = luyuan(data.path(), &[&order[..], &["--key", "k1"]].concat());
    assert!(first.status.success(), "{}", err(&first));
    let again = luyuan(data.path(), &[&order[..], &["--key", "k1"]].concat());
    assert_eq!(out(&first), out(&again));

    let mut wrong = order;
    wrong[2] = "no-such-category";
    let refused = luyuan(data.path(), &wrong);
    assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
    assert!(err(&refused).contains("category"), "{}", err(&refused));
}

#[test]
fn the_doctor_finds_a_healthy_district_healthy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(Site::start(&data));
    let output = luyuan(&data, &["doctor"]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).lines().all(|line| line.starts_with("ok")), "{}", out(&output));
}

#[test]
fn the_api_describes_itself() {
    let described: serde_json::Value =
        serde_json::from_slice(&Command::new(LUYUAN).arg("openapi").output().unwrap().stdout).unwrap();
    assert_eq!(described["openapi"], "3.1.0");
    assert!(described["paths"]["/api/v1/orders"]["post"].is_object());
}
