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
        "place-order",
        "user",
        "role",
        "contact",
        "key",
        "openapi",
        "import",
        "export",
        "log",
        "verify",
    ] {
        let output = Command::new(LUYUAN).args([command, "--help"]).output().unwrap();
        assert!(output.status.success() && out(&output).contains("Usage:"), "{command}");
    }
}

#[test]
fn roles_and_keys_are_given_listed_and_ended() {
    let data = tempfile::tempdir().unwrap();
    drop(Site::start(data.path()));
    let give = ["role", "give", "--login", "lvyun", "--org", "410103012", "--role", "worker", "--until", "2099-12-31"];
    let given = luyuan(data.path(), &give);
    let id = out(&given).trim().strip_prefix("role=").expect("an id").to_owned();
    let listed = out(&luyuan(data.path(), &["role", "list"]));
    let own: Vec<&str> = listed.lines().filter(|line| line.starts_with(&id)).collect();
    assert!(own.len() == 1 && own[0].contains("lvyun\tworker\t410103012\t\t"), "{listed}");
    assert!(own[0].ends_with("2099-12-31T16:00:00Z"), "the last day counts, in the district's time: {}", own[0]);
    let again = luyuan(data.path(), &give);
    assert!(again.status.code() == Some(3) && err(&again).contains("already_held"), "{}", err(&again));
    assert_eq!(out(&luyuan(data.path(), &["role", "end", &id])), "ended\n");
    assert_eq!(luyuan(data.path(), &["role", "end", &id]).status.code(), Some(1));
    for wrong in [["--role", "king"], ["--until", "tomorrow"]] {
        let words = ["role", "give", "--login", "lvyun", "--org", "410103012", "--role", "lead"];
        let words: Vec<&str> =
            words.iter().copied().filter(|word| wrong[0] != "--role" || !["--role", "lead"].contains(word)).collect();
        assert_eq!(luyuan(data.path(), &[&words[..], &wrong].concat()).status.code(), Some(2), "{wrong:?}");
    }

    let address = ["--address", "https://orders.example.org/"];
    for words in
        [&["user", "invite", "--org", "410103012", "--role", "intake"][..], &["user", "reset", "--login", "street"]]
    {
        let link = out(&luyuan(data.path(), &[words, &address].concat()));
        let path = link.trim().strip_prefix("link=https://orders.example.org/").expect("a link");
        assert!(path.split('/').next_back().is_some_and(|token| token.len() == 26), "{link}");
    }

    let made = luyuan(data.path(), &["key", "add", "--label", "邻区", "--scope", "place", "--scope", "bulk"]);
    assert!(out(&made).starts_with("api_key="), "{}", err(&made));
    let wrong = luyuan(data.path(), &["key", "add", "--label", "x", "--scope", "fly"]);
    assert!(wrong.status.code() == Some(2) && err(&wrong).contains("update-status"), "{}", err(&wrong));
    let listed = out(&luyuan(data.path(), &["key", "list"]));
    let own = listed.lines().find(|line| line.contains("\t邻区\tplace bulk\t")).expect("the key");
    let name = own.split('\t').next().unwrap();
    assert!(!out(&made).contains(name), "the name says nothing of the key");
    assert_eq!(out(&luyuan(data.path(), &["key", "end", name])), "ended\n");
    let listed = out(&luyuan(data.path(), &["key", "list"]));
    assert!(listed.lines().any(|line| line.starts_with(name) && line.ends_with('Z')), "{listed}");
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
    let data = tempfile::tempdir().unwrap();
    drop(Site::start(data.path()));
    let output = luyuan(data.path(), &["doctor"]);
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
