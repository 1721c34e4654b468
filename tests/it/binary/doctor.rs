//! What the doctor finds, and what it says to do.

use super::{LUYUAN, site::Site};
use luyuan_store::Db;
use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

/// Its exit code and what it printed.
fn doctor(data: &Path, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(LUYUAN);
    command.arg("doctor").args(words).arg("--data").arg(data).stdin(Stdio::null());
    let output = command.output().expect("luyuan runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn lines<'a>(said: &'a str, grade: &str) -> Vec<&'a str> {
    said.lines().filter(|line| line.starts_with(grade)).collect()
}

/// A kept photo.
fn photo(data: &Path) -> PathBuf {
    let mut folders: Vec<_> = fs::read_dir(data.join("files")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    fs::read_dir(&folders[0]).unwrap().next().unwrap().unwrap().path()
}

fn set_age(file: &Path, hours: u64) {
    #[allow(clippy::disallowed_methods)] // a file's own time, which the program compares with the machine's clock
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
}

#[test]
fn the_doctor_finds_lost_changed_and_unnamed_files() {
    let folder = tempfile::tempdir().unwrap();
    let data = &folder.path().join("data");
    drop(Site::start(data));
    let (code, said) = doctor(data, &["--least-free", "1"]);
    assert_eq!((code, lines(&said, "warn").len(), lines(&said, "bad").len()), (Some(0), 0, 0), "{said}");
    assert!(lines(&said, "ok").len() >= 9, "{said}");
    // More than any disk has: a warning, which is no failure.
    let (code, said) = doctor(data, &["--least-free", "999999999999"]);
    assert_eq!(code, Some(0));
    assert!(lines(&said, "warn")[0].contains("make room"), "{said}");

    let file = photo(data);
    let (name, bytes) = (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&file).unwrap());
    fs::remove_file(&file).unwrap();
    let (code, said) = doctor(data, &["--least-free", "1", "--quick"]);
    assert_eq!(code, Some(3));
    assert!(lines(&said, "bad")[0].contains(&name) && lines(&said, "bad")[0].contains("restore"), "{said}");
    let mut other = bytes.clone();
    other[0] ^= 1;
    fs::write(&file, other).unwrap();
    assert_eq!(doctor(data, &["--quick"]).0, Some(0), "nobody read the bytes");
    let (code, said) = doctor(data, &[]);
    assert_eq!(code, Some(3));
    assert!(lines(&said, "bad")[0].contains("other bytes") && lines(&said, "bad")[0].contains(&name), "{said}");
    fs::write(&file, bytes).unwrap();

    // Left by a crash long ago, and just now while somebody fills in a form.
    let (old, new) = (data.join("files/aa").join("a".repeat(64)), data.join("files/bb").join("b".repeat(64)));
    let draft = data.join("files/aa/half.part");
    for path in [&old, &new, &draft] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    set_age(&old, 48);
    set_age(&draft, 48);
    let (code, said) = doctor(data, &["--least-free", "1"]);
    assert_eq!(code, Some(0));
    assert!(lines(&said, "warn")[0].contains("2 files") && lines(&said, "warn")[0].contains("--clean"), "{said}");
    assert!(old.exists(), "only when it is told to");
    let (code, said) = doctor(data, &["--clean", "--least-free", "1"]);
    assert_eq!((code, lines(&said, "warn").len()), (Some(0), 0), "{said}");
    assert!(!old.exists() && !draft.exists() && new.exists() && file.exists());
}

#[test]
fn the_doctor_finds_open_keys_a_wrong_clock_and_a_damaged_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = &folder.path().join("data");
    let migrated = Command::new(LUYUAN).args(["migrate", "--data"]).arg(data).stdout(Stdio::null()).status().unwrap();
    assert!(migrated.success());
    let key = data.join("other.key");
    fs::write(&key, "secret").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, said) = doctor(data, &[]);
    assert_eq!(code, Some(3));
    assert!(lines(&said, "bad")[0].contains("chmod 600"), "{said}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(doctor(data, &[]).0, Some(0));
    fs::set_permissions(data, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(lines(&doctor(data, &["--least-free", "1"]).1, "warn")[0].contains("chmod 700"));

    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = data.join("luyuan.db");
    let change = |text: &'static str| {
        tokio.block_on(async {
            let db = Db::open(&database.to_string_lossy()).await.unwrap();
            let done = db.write(move |mut conn| Box::pin(async move { conn.query(text).run().await }));
            done.await.unwrap();
            db.close().await;
        });
    };
    change(
        "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, data)
         VALUES ('erqi', 'x', 0, 4102444800000, '{}', '{}')",
    );
    let (code, said) = doctor(data, &[]);
    assert_eq!(code, Some(3));
    assert!(lines(&said, "bad")[0].contains("2100-01-01") && lines(&said, "bad")[0].contains("NTP"), "{said}");
    change("DELETE FROM migrations WHERE version = 5");
    assert!(lines(&doctor(data, &[]).1, "bad")[0].contains("luyuan migrate"));
    change("INSERT INTO migrations (version, name) VALUES (5, 'handling'), (9999, 'later')");
    assert!(lines(&doctor(data, &[]).1, "bad")[0].contains("newer program"));
    change("DELETE FROM migrations WHERE version = 9999");

    let mut bytes = fs::read(&database).unwrap();
    let (half, end) = (bytes.len() / 2, bytes.len());
    bytes[half..end].fill(0x5A);
    fs::write(&database, bytes).unwrap();
    let (code, said) = doctor(data, &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(lines(&said, "bad").iter().any(|line| line.contains("damaged")), "{said}");
    // A wrong folder is not made.
    let (code, _) = doctor(&data.join("typo"), &[]);
    assert_eq!(code, Some(4));
    assert!(!data.join("typo").exists());
}
