//! The JSON API held against its own document by schemathesis: what the document allows is accepted,
//! what it forbids is refused as it says, and every answer is of the shape that it promises.

use super::site::Site;
use crate::files::root;
use std::process::{Command, Stdio};

/// Requests made up for each operation, above those for the edges of every field.
const EXAMPLES: &str = "30";
/// The same requests every time.
const SEED: &str = "20260701";

/// What holds for every answer, also for one that says that somebody came too often.
const ALWAYS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// The interpreter that has schemathesis.
fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("LUYUAN_TEST_PYTHON");
    if python.is_none() {
        assert!(
            std::env::var("CI").is_ok_and(|ci| ci != "true") || std::env::var_os("CI").is_none(),
            "LUYUAN_TEST_PYTHON is not set"
        );
        eprintln!("LUYUAN_TEST_PYTHON is not set: `cargo xtask test binary` sets it");
    }
    python
}

/// Holds a site against its document; nothing was left out, and nothing broke on the way.
fn held(python: &std::ffi::OsStr, site: &Site, folder: &std::path::Path, (checks, examples): (&str, &str)) {
    let config = root().join("tests/it/binary/schemathesis.toml");
    let mut schemathesis = Command::new(python);
    schemathesis
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(config)
        .arg("run")
        .arg(format!("{}/api/openapi.json", site.address()))
        .args(["--header", &format!("Authorization: Bearer {}", site.key)])
        .args(["--checks", checks, "--max-examples", examples, "--seed", SEED])
        .args(["--continue-on-failure", "--no-color", "--warnings", "off"])
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = schemathesis.output().expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let described: serde_json::Value = site.http.get("/api/openapi.json").expect("an answer").json();
    let operations = described["paths"].as_object().expect("paths").values();
    let count: usize = operations.map(|item| item.as_object().map_or(0, serde_json::Map::len)).sum();
    assert!(said.contains(&format!("Tested: {count}")), "{said}");
}

#[test]
fn the_api_keeps_what_its_document_promises() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().expect("a folder");
    // More requests than anybody sends in earnest.
    let site = Site::start_with(
        data.path(),
        &["--limit-writes", "0", "--limit-uploads", "0", "--limit-searches", "0", "--limit-logins", "0"],
    );
    held(&python, &site, data.path(), ("all", EXAMPLES));
}

#[test]
fn who_comes_too_often_is_told_so_as_the_document_says() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().expect("a folder");
    let limits = ["--limit-writes", "5", "--limit-uploads", "5", "--limit-searches", "5", "--limit-keys", "5"];
    let site = Site::start_with(data.path(), &limits);
    held(&python, &site, data.path(), (ALWAYS, "10"));
    // It was refused indeed: the allowance of the key is used up.
    let bearer = format!("Bearer {}", site.key);
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let answers = (0..10).map(|_| site.http.send("POST", "/api/v1/orders", &headers, b"{}").expect("an answer"));
    let early = answers.into_iter().find(|answer| answer.status == 429).expect("a limit");
    assert!(early.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
}
