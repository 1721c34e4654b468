//! A database as the first released tables kept it is opened, brought up to date, and works.

use super::LUYUAN;
use luyuan_store::{Db, testing};
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
};

const BOTH: &str = include_str!("upgrade/first.sql");
const SQLITE: &str = include_str!("upgrade/first.sqlite.sql");
const POSTGRES: &str = include_str!("upgrade/first.postgres.sql");

fn luyuan(data: &Path, database: &str, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(LUYUAN);
    command.args(words).arg("--data").arg(data).args(["--database", database]).stdin(Stdio::null());
    let output = command.output().expect("luyuan runs");
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

async fn load(database: &str, own: &str) {
    let db = Db::open(database).await.unwrap();
    let text = format!("{BOTH}\n{own}");
    db.write(move |mut conn| Box::pin(async move { conn.script(text).await })).await.unwrap();
    db.close().await;
}

async fn number(database: &str, text: &'static str) -> i64 {
    let db = Db::open(database).await.unwrap();
    let row = db.read(move |mut conn| Box::pin(async move { conn.query(text).one().await })).await.unwrap();
    db.close().await;
    row.get(0).unwrap()
}

async fn goes_up(database: &str, own: &str, data: &Path) {
    load(database, own).await;
    let (code, said) = luyuan(data, database, &["doctor"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("luyuan migrate"), "it is told before it is done: {said}");
    let (code, said) = luyuan(data, database, &["migrate"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = luyuan(data, database, &["doctor", "--least-free", "0"]);
    assert_eq!(code, Some(0), "{said}");

    let exported = |said: &str| -> BTreeSet<String> {
        let lines = said.lines().filter(|line| line.starts_with('{'));
        lines
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_str().unwrap().to_owned())
            .collect()
    };
    let (_, said) = luyuan(data, database, &["export", "orders", "--format", "ndjson", "--all"]);
    let old = ["2026-000001", "2026-000051", "2026-000136", "2026-000425"];
    assert_eq!(exported(&said), old.map(str::to_owned).into(), "{said}");
    // What later migrations made of what was there.
    assert_eq!(number(database, "SELECT COUNT(*) FROM whistles").await, 1);
    assert!(number(database, "SELECT COUNT(*) FROM orders WHERE supervised = 1").await >= 1);
    assert!(number(database, "SELECT COUNT(*) FROM orders WHERE open_cell IS NOT NULL").await >= 1);

    let words = ["place-order", "--category", "E01037", "--description", "路灯不亮", "--place", "410103012012001"];
    let (code, said) = luyuan(data, database, &words);
    assert_eq!(code, Some(0), "{said}");
    let new = said.split_once("number=").and_then(|(_, rest)| rest.split(' ').next()).unwrap();
    assert!(!old.contains(&new), "numbers go on");
    let archive = data.join("up.tar.gz");
    let (code, said) = luyuan(data, database, &["backup", archive.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_first_tables_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("luyuan.db").to_string_lossy().into_owned();
    goes_up(&database, SQLITE, folder.path()).await;
    match std::env::var("LUYUAN_TEST_POSTGRES") {
        Ok(server) => {
            let folder = tempfile::tempdir().unwrap();
            goes_up(&testing::postgres_address(&server).await.unwrap(), POSTGRES, folder.path()).await;
        }
        Err(_) => assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_POSTGRES is not set"),
    }
}
