//! A backup of the real program while it works, and what is restored from it.

use super::{LUYUAN, crash::place, site::Site};
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

fn luyuan(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(LUYUAN);
    command.args(words).arg("--data").arg(data).stdin(Stdio::null());
    command.output().expect("luyuan runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_backup_under_load_holds_all_that_was_acknowledged_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let site = Site::start(&data);
    fs::write(data.join("log.key"), "secret").unwrap();
    let (http, key) = (site.http.clone(), site.key.clone());
    let before: Vec<String> = (0..50).map(|nth| place(&http, &key, 0, nth).expect("acknowledged")).collect();
    let stop = AtomicBool::new(false);
    let (archive, said) = thread::scope(|scope| {
        for writer in 1..5 {
            let (http, key, stop) = (&http, &key, &stop);
            scope.spawn(move || {
                for nth in 0.. {
                    if stop.load(Ordering::Relaxed) || place(http, key, writer, nth).is_none() {
                        break;
                    }
                }
            });
        }
        let done = luyuan(&data, &["backup", folder.path().to_str().unwrap()]);
        stop.store(true, Ordering::Relaxed);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let said = text(&done.stdout);
        let path = said.lines().find_map(|line| line.strip_prefix("backup=")).expect("where it is").to_owned();
        (path, said)
    });
    assert!(said.contains("verified=yes") && said.contains("keys=no"), "{said}");
    drop(site);

    // With the file's own hash an operator can compare copies.
    let sum = Command::new("sha256sum").arg(&archive).output().expect("sha256sum runs");
    let sum = text(&sum.stdout).split(' ').next().unwrap().to_owned();
    assert!(said.contains(&format!("sha256={sum}")), "{said}");

    let other = folder.path().join("other");
    let done = luyuan(&other, &["restore", &archive]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(!other.join("log.key").exists(), "keys only when they are asked for");
    let site = Site::start(&other);
    for number in &before {
        assert_eq!(site.http.get(&format!("/api/v1/orders/{number}")).unwrap().status, 200, "{number}");
    }
    place(&site.http, &site.key, 9, 9).expect("it takes orders");

    // What somebody has open is not replaced under their feet.
    let refused = luyuan(&other, &["restore", &archive, "--replace"]);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("in use"), "{}", text(&refused.stderr));
    assert_eq!(site.http.get(&format!("/api/v1/orders/{}", before[0])).unwrap().status, 200);
    drop(site);
    assert!(luyuan(&other, &["restore", &archive, "--replace"]).status.success());
    assert!(other.join("luyuan.db.before-restore").exists());
}

#[test]
fn keys_are_part_of_a_backup_only_when_that_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    assert!(luyuan(&data, &["migrate"]).status.success());
    fs::write(data.join("test.key"), "secret").unwrap();
    let archive = folder.path().join("with.tar.gz");
    let done = luyuan(&data, &["backup", archive.to_str().unwrap(), "--with-keys"]);
    assert!(done.status.success() && text(&done.stdout).contains("keys=yes"), "{}", text(&done.stderr));
    assert_eq!(fs::metadata(&archive).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(luyuan(&other, &["restore", archive.to_str().unwrap()]).status.success());
    assert_eq!(fs::read_to_string(other.join("test.key")).unwrap(), "secret");
    assert_eq!(fs::metadata(other.join("test.key")).unwrap().permissions().mode() & 0o777, 0o600);
    let again = luyuan(&data, &["backup", archive.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(3), "a backup is never written over");
    let nothing = luyuan(&folder.path().join("typo"), &["backup", folder.path().to_str().unwrap()]);
    assert_eq!(nothing.status.code(), Some(4), "{}", text(&nothing.stderr));
    assert!(!folder.path().join("typo").exists());
}
