//! The JSON API held against its own document by schemathesis: what the document allows is accepted,
//! what it forbids is refused as it says, and every answer is of the shape that it promises.

use super::site::Site;
use crate::files::root;
use std::process::{Command, Stdio};

/// Requests made up for each operation, above those for the edges of every field.
const EXAMPLES: &str = "30";
/// The same requests every time.
const SEED: &str = "20260701";

#[test]
fn the_api_keeps_what_its_document_promises() {
    let Some(python) = std::env::var_os("LUYUAN_TEST_PYTHON") else {
        assert!(
            std::env::var("CI").is_ok_and(|ci| ci != "true") || std::env::var_os("CI").is_none(),
            "LUYUAN_TEST_PYTHON is not set"
        );
        eprintln!("LUYUAN_TEST_PYTHON is not set: `cargo xtask test binary` sets it");
        return;
    };
    let data = tempfile::tempdir().expect("a folder");
    // More requests than anybody sends in earnest.
    let site = Site::start_with(
        data.path(),
        &["--limit-writes", "0", "--limit-uploads", "0", "--limit-searches", "0", "--limit-logins", "0"],
    );
    let config = root().join("tests/it/binary/schemathesis.toml");
    let mut schemathesis = Command::new(python);
    schemathesis
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(config)
        .arg("run")
        .arg(format!("{}/api/openapi.json", site.address()))
        .args(["--header", &format!("Authorization: Bearer {}", site.key)])
        .args(["--checks", "all", "--max-examples", EXAMPLES, "--seed", SEED])
        .args(["--continue-on-failure", "--no-color", "--warnings", "off"])
        .current_dir(data.path())
        .stdin(Stdio::null());
    let output = schemathesis.output().expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    // Nothing was left out, and nothing broke on the way.
    let described: serde_json::Value = site.http.get("/api/openapi.json").expect("an answer").json();
    let operations = described["paths"].as_object().expect("paths").values();
    let count: usize = operations.map(|item| item.as_object().map_or(0, serde_json::Map::len)).sum();
    assert!(said.contains(&format!("Tested: {count}")), "{said}");
}
