//! The design, enforced: who may lean on whom, and what no file may be or say.

use crate::files;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command};

/// Which of the project's own crates a crate may lean on.
const ARROWS: &[(&str, &[&str])] = &[
    ("luyuan-domain", &[]),
    ("luyuan-analysis", &["luyuan-domain"]),
    ("luyuan-store", &["luyuan-domain"]),
    ("luyuan-app", &["luyuan-analysis", "luyuan-domain", "luyuan-store"]),
    ("luyuan-web", &["luyuan-app", "luyuan-domain"]),
    ("luyuan", &["luyuan-analysis", "luyuan-app", "luyuan-domain", "luyuan-store", "luyuan-web"]),
    ("xtask", &[]),
];

/// Everything that the rules may lean on.
const DOMAIN: &[&str] = &["jiff", "serde", "serde_json", "thiserror", "toml", "uuid"];

/// Crates that only one crate may use.
const ONLY_IN: &[(&str, &str)] = &[("sqlx", "luyuan-store"), ("rusqlite", "luyuan-store"), ("axum", "luyuan-web")];

/// Crates that pure computation may not use.
const NOT_PURE: &[&str] = &["tokio", "futures", "sqlx", "rusqlite", "axum", "reqwest", "hyper"];

/// Names that say nothing about what a file is for.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "service", "services", "misc"];

/// A crate, and what it leans on: name and kind (`normal`, `dev`, `build`).
type Crates = BTreeMap<String, Vec<(String, String)>>;

fn crates() -> Crates {
    let words = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let told = Command::new(env!("CARGO")).current_dir(files::root()).args(words).output().expect("cargo runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).expect("cargo metadata in JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let leans = |package: &Value| {
        let list = package["dependencies"].as_array().expect("dependencies");
        list.iter().map(|one| (text(&one["name"]), one["kind"].as_str().unwrap_or("normal").to_owned())).collect()
    };
    let packages = told["packages"].as_array().expect("packages");
    packages.iter().map(|package| (text(&package["name"]), leans(package))).collect()
}

#[test]
fn crates_lean_only_on_those_below_them() {
    let crates = crates();
    let known: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for (name, leans) in &crates {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| known == name) else {
            panic!("{name} is a new crate: say in ARROWS what it may lean on");
        };
        for (on, kind) in leans.iter().filter(|(on, _)| known.contains(&on.as_str())) {
            // A test may set up what lies below; the arrow that counts is the program's.
            assert!(kind == "dev" || allowed.contains(&on.as_str()), "{name} may not lean on {on}");
        }
    }
    assert_eq!(crates.len(), ARROWS.len(), "ARROWS names a crate that is gone");
}

#[test]
fn the_rules_lean_on_nothing_that_acts() {
    for (on, _) in crates()["luyuan-domain"].iter().filter(|(_, kind)| kind == "normal") {
        assert!(DOMAIN.contains(&on.as_str()), "luyuan-domain is pure and may not lean on {on}");
    }
    for name in ["luyuan-domain", "luyuan-analysis"] {
        for (on, _) in &crates()[name] {
            assert!(!NOT_PURE.contains(&on.as_str()), "{name} is pure and may not lean on {on}");
        }
    }
}

#[test]
fn sql_and_http_each_have_one_home() {
    for (name, leans) in crates() {
        for (on, home) in ONLY_IN {
            assert!(name == *home || leans.iter().all(|(lean, _)| lean != on), "only {home} may use {on}, not {name}");
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    const MOST: usize = 600;
    let long: Vec<String> = files::all()
        .iter()
        .filter(|file| has_ending(file, &["rs", "ts", "mjs", "js", "html", "css", "sql", "py"]))
        .filter_map(|file| Some((file, files::text(file)?.lines().count())))
        .filter(|(_, lines)| *lines > MOST)
        .map(|(file, lines)| format!("{} has {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "files may have {MOST} lines: {long:#?}");
}

#[test]
fn files_are_named_after_what_they_hold() {
    let empty: Vec<_> = files::all()
        .into_iter()
        // In Open311 a service is a noun of the standard: what can be ordered.
        .filter(|file| !file.iter().any(|part| part == "open311"))
        .filter(|file| {
            file.iter().any(|part| {
                let stem = part.to_string_lossy().to_lowercase();
                EMPTY_NAMES.contains(&stem.split('.').next().unwrap_or_default())
            })
        })
        .collect();
    assert!(empty.is_empty(), "follow the noun: {empty:?}");
}

#[test]
fn nothing_names_a_machine_or_a_registry() {
    // Put together here so that this file does not name them.
    let dot = |parts: &[&str]| parts.join(".");
    let hosts = [
        dot(&["registry", "npmjs", "org"]),
        dot(&["registry", "npmmirror", "com"]),
        dot(&["registry", "yarnpkg", "com"]),
        dot(&["pypi", "org"]),
        dot(&["pythonhosted", "org"]),
        dot(&["index", "crates", "io"]),
        dot(&["static", "crates", "io"]),
        dot(&["deb", "debian", "org"]),
    ];
    let here = files::root().to_string_lossy().into_owned();
    let paths = [here, format!("/{}/", "root"), format!("/{}/", "home")];
    let mut found = Vec::new();
    for file in files::all() {
        for (line, words) in files::text(&file).unwrap_or_default().lines().enumerate() {
            let named = hosts.iter().find(|host| words.contains(host.as_str()));
            let named = named.or_else(|| paths.iter().find(|path| names_path(words, path)));
            found.extend(named.map(|what| format!("{}:{} names {what}", file.display(), line + 1)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Whether the path stands at the start of a word: `/a/b` is a place on a machine, `x/a/b` is not.
fn names_path(words: &str, path: &str) -> bool {
    words.match_indices(path).any(|(at, _)| {
        let before = words[..at].chars().next_back();
        before.is_none_or(|letter| letter.is_whitespace() || "\"'`=(:".contains(letter))
    })
}

fn has_ending(file: &Path, endings: &[&str]) -> bool {
    file.extension().is_some_and(|ending| endings.iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

#[test]
fn a_path_is_told_from_a_part_of_an_address() {
    assert!(names_path("see /mnt/li/notes", "/mnt/"));
    assert!(names_path("path=\"/mnt/li\"", "/mnt/"));
    assert!(!names_path("https://example.org/mnt/", "/mnt/"));
}
