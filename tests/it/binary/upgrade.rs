//! A database as the first released tables kept it is opened, brought up to date, and works.

use super::LUYUAN;
use luyuan_domain::contact::Reach;
use luyuan_store::{Db, testing};
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
};

const BOTH: &str = include_str!("upgrade/first.sql");
const SQLITE: &str = include_str!("upgrade/first.sqlite.sql");
const SEVEN: &str = include_str!("upgrade/seven.sql");
const TEN: &str = include_str!("upgrade/ten.sql");
const POSTGRES: &str = include_str!("upgrade/first.postgres.sql");

fn luyuan(data: &Path, database: &str, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(LUYUAN);
    command.args(words).arg("--data").arg(data).args(["--database", database]).stdin(Stdio::null());
    let output = command.output().expect("luyuan runs");
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// A database as the first tables kept it; with a version and rows of then, as a later program left it.
async fn load(database: &str, own: &str, later: Option<(i64, String)>) {
    let db = Db::open(database).await.unwrap();
    let text = format!("{BOTH}\n{own}");
    db.write(move |mut conn| Box::pin(async move { conn.script(text).await })).await.unwrap();
    if let Some((version, rows)) = later {
        testing::migrate_to(&db, version).await.unwrap();
        db.write(move |mut conn| Box::pin(async move { conn.script(rows).await })).await.unwrap();
    }
    db.close().await;
}

async fn number(database: &str, text: &'static str) -> i64 {
    let db = Db::open(database).await.unwrap();
    let row = db.read(move |mut conn| Box::pin(async move { conn.query(text).one().await })).await.unwrap();
    db.close().await;
    row.get(0).unwrap()
}

async fn goes_up(database: &str, data: &Path) {
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
    load(&database, SQLITE, None).await;
    goes_up(&database, folder.path()).await;
    match std::env::var("LUYUAN_TEST_POSTGRES") {
        Ok(server) => {
            let folder = tempfile::tempdir().unwrap();
            let database = testing::postgres_address(&server).await.unwrap();
            load(&database, POSTGRES, None).await;
            goes_up(&database, folder.path()).await;
        }
        Err(_) => assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_POSTGRES is not set"),
    }
}

/// What stands in tables that hold secrets, as text.
async fn secrets(database: &str) -> String {
    let db = Db::open(database).await.unwrap();
    let read = db.read(|mut conn| {
        Box::pin(async move {
            let mut all = String::new();
            for text in [
                "SELECT data FROM reporters",
                "SELECT data FROM hooks",
                "SELECT endpoint || p256dh || auth FROM pushes",
                "SELECT value FROM settings WHERE name = 'telling_keys'",
            ] {
                for row in conn.query(text).all().await? {
                    all += &row.get::<String>(0)?;
                }
            }
            Ok::<_, luyuan_store::StoreError>(all)
        })
    });
    let all = read.await.unwrap();
    db.close().await;
    all
}

/// Goes up from a version with rows of then: nothing is lost, and what stood open is sealed.
async fn goes_on(database: &str, own: &str, data: &Path, version: i64) {
    let rows = if version < 10 { SEVEN.to_owned() } else { format!("{SEVEN}\n{TEN}") };
    load(database, own, Some((version, rows))).await;
    goes_up(database, data).await;
    for (text, rows) in [
        ("SELECT COUNT(*) FROM sessions WHERE device LIKE 'Chrome%'", 1),
        ("SELECT COUNT(*) FROM roles", 2),
        ("SELECT COUNT(*) FROM api_keys WHERE scopes = 'place bulk'", 1),
        ("SELECT COUNT(*) FROM audit WHERE what = 'role_given'", 1),
        ("SELECT COUNT(*) FROM attempts WHERE fails = 3", 1),
        ("SELECT COUNT(*) FROM invitations WHERE issuer IS NULL", 1),
        ("SELECT COUNT(*) FROM identities", 1),
        ("SELECT COUNT(*) FROM notices WHERE id = '01a21533-1111-7185-897e-3b02b17644c0'", i64::from(version == 10)),
        ("SELECT COUNT(*) FROM deliveries WHERE id = '01a21533-2222-7185-897e-3b02b17644c0'", i64::from(version == 10)),
    ] {
        assert_eq!(number(database, text).await, rows, "{text}");
    }
    let open = secrets(database).await;
    for words in ["王小明", "1111", "ang@", "open-until-12", "BTBZMqHH6r4Tts7J_aSIgg", "AQEBAQEB"] {
        assert!(!open.contains(words), "{words} stands open: {open}");
    }
    if version == 10 {
        let (code, said) = luyuan(data, database, &["hook", "list"]);
        assert!(code == Some(0) && said.contains("值班群") && said.contains("robot.example"), "{said}");
        let (code, said) = luyuan(data, database, &["hook", "key"]);
        // The public half of the key that was there (RFC 8032, computed with Python's cryptography).
        assert!(code == Some(0) && said.contains("whpk_7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E="), "{said}");
    }
    // Whoever proves the number finds what was left with it.
    let db = Db::open(database).await.unwrap();
    let jurisdiction = luyuan_domain::ids::JurisdictionId("erqi".into());
    let app = luyuan_app::App::start(db, jurisdiction, data.join("files"), Default::default()).await.unwrap();
    assert!(app.mark_contacts().await.unwrap() >= 1);
    for reach in [Reach::phone("13811112222", 86), Reach::email("wang@example.org")] {
        let token = app.open_resident(&reach.unwrap()).await.unwrap();
        let resident = app.resident(&token).await.unwrap().unwrap();
        let own = app.own_orders(&resident).await.unwrap();
        assert_eq!(own.iter().map(|one| one.order.number.as_str()).collect::<Vec<_>>(), ["2026-000425"]);
    }
    app.db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_later_programs_is_brought_up_to_date() {
    for version in [7, 10] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("luyuan.db").to_string_lossy().into_owned();
        goes_on(&database, SQLITE, folder.path(), version).await;
        match std::env::var("LUYUAN_TEST_POSTGRES") {
            Ok(server) => {
                let folder = tempfile::tempdir().unwrap();
                let database = testing::postgres_address(&server).await.unwrap();
                goes_on(&database, POSTGRES, folder.path(), version).await;
            }
            Err(_) => assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_POSTGRES is not set"),
        }
    }
}
