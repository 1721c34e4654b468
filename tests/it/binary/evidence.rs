//! Receipts and the evidence log with the real program: offline, tampered, killed, and held against
//! a few lines of Python that share nothing with it.

use super::{LUYUAN, http::Http, site::Site};
use luyuan_store::Db;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

fn luyuan(words: &[&str]) -> Output {
    Command::new(LUYUAN).args(words).stdin(Stdio::null()).output().expect("luyuan runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Places an order; its number when it was acknowledged.
fn place(http: &Http, key: &str, words: &str) -> Option<String> {
    let body = format!(r#"{{"category":"E01037","description":"{words}","lon":113.64,"lat":34.73,"address":"路口"}}"#);
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let answer = http.send("POST", "/api/v1/orders", &headers, body.as_bytes()).ok()?;
    assert_eq!(answer.status, 201, "{}", answer.text());
    Some(answer.json()["number"].as_str().expect("a number").to_owned())
}

fn receipt(http: &Http, number: &str) -> Option<String> {
    let answer = http.get(&format!("/api/v1/orders/{number}/receipt")).ok()?;
    (answer.status == 200).then(|| answer.text())
}

/// The key that signs, as the page shows it.
fn key(data: &Path) -> String {
    let told = luyuan(&["log", "keys", "--data", data.to_str().unwrap()]);
    let last = String::from_utf8_lossy(&told.stdout).lines().last().expect("a key").to_owned();
    last.split('\t').next().expect("the key").to_owned()
}

fn verify_log(data: &Path, more: &[&str]) -> Output {
    luyuan(&[&["verify", "log", "--data", data.to_str().unwrap()], more].concat())
}

#[test]
fn a_receipt_is_checked_without_database_and_network_and_a_touched_one_is_not_true() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path());
    let number = place(&site.http, &site.key, "三号楼门口的路灯不亮").unwrap();
    let text = receipt(&site.http, &number).expect("a receipt");
    let key = key(data.path());
    assert!(site.http.get("/evidence").unwrap().text().replace("&#43;", "+").contains(&key), "the page shows the key");
    drop(site);

    let elsewhere = tempfile::tempdir().unwrap();
    let (file, nothing) = (elsewhere.path().join("receipt.tlog-proof"), elsewhere.path().join("nothing"));
    let check = |text: &[u8], more: &[&str]| {
        fs::write(&file, text).unwrap();
        let words = ["verify", "receipt", file.to_str().unwrap(), "--data", nothing.to_str().unwrap()];
        luyuan(&[&words, more].concat())
    };
    let good = check(text.as_bytes(), &["--key", &key]);
    assert_eq!(good.status.code(), Some(0), "{}", said(&good));
    assert!(said(&good).contains(&number) && said(&good).contains("三号楼门口的路灯不亮"), "{}", said(&good));
    let own = check(text.as_bytes(), &[]);
    assert!(own.status.success() && said(&own).contains("compare it"), "{}", said(&own));
    assert!(!nothing.exists(), "no database was made");

    for at in [30, text.find("index ").unwrap() + 6, text.len() / 2, text.len() - 5] {
        let mut touched = text.clone().into_bytes();
        touched[at] ^= 1;
        let wrong = check(&touched, &["--key", &key]);
        assert_eq!(wrong.status.code(), Some(1), "byte {at}: {}", said(&wrong));
        assert!(said(&wrong).contains("not true"), "{}", said(&wrong));
    }
    // Another log's key, no key at all, no file.
    let other = tempfile::tempdir().unwrap();
    assert!(luyuan(&["migrate", "--data", other.path().to_str().unwrap()]).status.success());
    let foreign = check(text.as_bytes(), &["--key", &self::key(other.path())]);
    assert_eq!(foreign.status.code(), Some(1));
    assert!(said(&foreign).contains("another key"), "{}", said(&foreign));
    assert_eq!(check(text.as_bytes(), &["--key", "no key"]).status.code(), Some(2));
    assert_eq!(luyuan(&["verify", "receipt", nothing.to_str().unwrap()]).status.code(), Some(1));
}

/// Runs statements on a SQLite file as somebody who owns it.
fn tamper(data: &Path, statements: &[&'static str]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = Db::open(data.join("luyuan.db").to_str().unwrap()).await.unwrap();
        for text in statements.iter().copied() {
            let done = db.write(move |mut conn| Box::pin(async move { conn.query(text).run().await }));
            done.await.unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        db.close().await;
    });
}

#[test]
fn a_tampered_database_is_caught_and_the_place_named() {
    let data = tempfile::tempdir().unwrap();
    drop(Site::start(data.path()));
    let folder = data.path().to_str().unwrap();
    let sealed = luyuan(&["log", "seal", "--data", folder]);
    assert!(sealed.status.success() && said(&sealed).starts_with("luyuan/erqi\n"), "{}", said(&sealed));
    let kept = data.path().join("kept.txt");
    fs::write(&kept, &sealed.stdout).unwrap();
    let (key, kept) = (key(data.path()), kept.to_str().unwrap().to_owned());
    let good = verify_log(data.path(), &["--key", &key, "--checkpoint", &kept]);
    assert_eq!(good.status.code(), Some(0), "{}", said(&good));
    assert!(said(&good).starts_with("true: "), "{}", said(&good));

    tamper(data.path(), &["DROP TRIGGER events_keep_update", "UPDATE events SET at = at + 1 WHERE ord = 3"]);
    let wrong = verify_log(data.path(), &[]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("first changed: event") && said(&wrong).contains("as entry 2."), "{}", said(&wrong));
    tamper(data.path(), &["UPDATE events SET at = at - 1 WHERE ord = 3"]);
    assert_eq!(verify_log(data.path(), &[]).status.code(), Some(0));

    // Everything cut off together: only what was kept outside the database tells.
    let tables = ["events", "log_entries", "log_nodes", "log_checkpoints"];
    for table in tables {
        let text = format!("DROP TRIGGER {table}_keep_delete");
        tamper(data.path(), &[text.leak()]);
    }
    tamper(
        data.path(),
        &[
            "DELETE FROM log_checkpoints WHERE size > (SELECT MIN(size) FROM log_checkpoints)",
            "DELETE FROM log_entries WHERE leaf >= (SELECT MAX(size) FROM log_checkpoints)",
            "DELETE FROM log_nodes WHERE (idx + 1) * 256 > (SELECT MAX(size) FROM log_checkpoints)",
            "DELETE FROM events WHERE ord > (SELECT MAX(ord) FROM log_entries)",
        ],
    );
    let wrong = verify_log(data.path(), &[]);
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    assert!(said(&wrong).contains("cut off: ") && said(&wrong).contains("log.checkpoint"), "{}", said(&wrong));
    fs::remove_file(data.path().join("log.checkpoint")).unwrap();
    assert_eq!(verify_log(data.path(), &[]).status.code(), Some(0), "nothing inside the database shows it");
    assert_eq!(verify_log(data.path(), &["--checkpoint", &kept]).status.code(), Some(1), "a kept checkpoint does");
}

#[test]
fn killed_while_sealing_it_leaves_a_log_in_which_every_receipt_is_true() {
    const ENOUGH: usize = 60;
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path());
    let receipts = tempfile::tempdir().unwrap();
    let count = AtomicUsize::new(0);
    let (http, key_of_api) = (site.http.clone(), site.key.clone());
    thread::scope(|scope| {
        for writer in 0..8 {
            let (http, key, count, folder) = (&http, &key_of_api, &count, receipts.path());
            // Every second one asks for receipts, which seals at once.
            scope.spawn(move || {
                for nth in 0.. {
                    let Some(number) = place(http, key, &format!("路灯不亮 {writer}-{nth}")) else { break };
                    if writer % 2 == 0
                        && let Some(text) = receipt(http, &number)
                    {
                        fs::write(folder.join(format!("{writer}-{nth}")), text).unwrap();
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        while count.load(Ordering::Relaxed) < ENOUGH {
            thread::yield_now();
        }
        site.kill();
    });
    let files: Vec<PathBuf> = fs::read_dir(receipts.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= ENOUGH);
    let mut anchors = Vec::new();
    for file in &files {
        anchors.extend(["--checkpoint", file.to_str().unwrap()]);
    }
    let broken = verify_log(data.path(), &anchors);
    assert_eq!(broken.status.code(), Some(0), "as the crash left it: {}", said(&broken));
    // It goes on where it was.
    assert!(luyuan(&["log", "seal", "--data", data.path().to_str().unwrap()]).status.success());
    let whole = verify_log(data.path(), &anchors);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    let key = key(data.path());
    for file in &files {
        let checked = luyuan(&["verify", "receipt", file.to_str().unwrap(), "--key", &key]);
        assert!(checked.status.success(), "{}", said(&checked));
    }
}

#[test]
fn others_come_to_the_same_verdict() {
    let Ok(python) = std::env::var("LUYUAN_TEST_PYTHON") else {
        assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_PYTHON is not set");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/binary/evidence/receipt.py");
    let files: Vec<PathBuf> = (0..7)
        .map(|nth| {
            let number = place(&site.http, &site.key, &format!("第 {nth} 盏路灯 \\\"不亮\\\"\\t<&>")).unwrap();
            let file = data.path().join(format!("{number}.tlog-proof"));
            fs::write(&file, receipt(&site.http, &number).expect("a receipt")).unwrap();
            file
        })
        .collect();
    let key = key(data.path());
    let check = |files: &[PathBuf]| {
        let mut command = Command::new(&python);
        command.arg(&script).arg(&key).args(files).stdin(Stdio::null()).output().expect("python runs")
    };
    let good = check(&files);
    assert!(good.status.success(), "{}", said(&good));
    assert_eq!(said(&good).lines().count(), files.len());
    let text = fs::read_to_string(&files[3]).unwrap();
    for at in (0..text.len()).step_by(97).filter(|at| text.is_char_boundary(*at) && text.is_char_boundary(at + 1)) {
        let mut touched = text.clone().into_bytes();
        touched[at] ^= 1;
        let file = data.path().join("touched");
        fs::write(&file, touched).unwrap();
        assert!(!check(std::slice::from_ref(&file)).status.success(), "byte {at}: Python");
        let own = luyuan(&["verify", "receipt", file.to_str().unwrap(), "--key", &key]);
        assert_eq!(own.status.code(), Some(1), "byte {at}: {}", said(&own));
    }
}
