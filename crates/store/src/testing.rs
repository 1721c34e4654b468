//! Databases for tests: every test runs on both engines.

use crate::{Db, StoreError};
use std::{future::Future, path::Path};

/// Runs `test` on a fresh SQLite file and, when `LUYUAN_TEST_POSTGRES` names a server, in a fresh
/// schema there. With `CI=true` a missing server fails.
///
/// # Panics
/// When a database cannot be made.
#[allow(clippy::expect_used, clippy::panic)] // a test without its database must fail loudly
pub async fn on_both_engines<F, T>(test: F)
where
    F: Fn(Db, &'static str) -> T,
    T: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = sqlite(folder.path()).await.expect("a SQLite file");
    test(db.clone(), "sqlite").await;
    db.close().await;
    match std::env::var("LUYUAN_TEST_POSTGRES") {
        Ok(server) => {
            let db = postgres(&server).await.expect("a PostgreSQL schema");
            test(db.clone(), "postgres").await;
            db.close().await;
        }
        Err(_) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("LUYUAN_TEST_POSTGRES is not set"),
        Err(_) => {}
    }
}

/// A fresh migrated SQLite database in a folder.
///
/// # Errors
/// As [`Db::open`].
pub async fn sqlite(folder: &Path) -> Result<Db, StoreError> {
    let db = Db::open(&folder.join("test.db").to_string_lossy()).await?;
    db.migrate().await?;
    Ok(db)
}

/// A fresh migrated schema on a server.
///
/// # Errors
/// As [`Db::open`].
pub async fn postgres(server: &str) -> Result<Db, StoreError> {
    let db = Db::open(&postgres_address(server).await?).await?;
    db.migrate().await?;
    Ok(db)
}

/// Brings a database to where a program of some time ago left it: the migrations up to a version.
///
/// # Errors
/// As [`Db::migrate`].
pub async fn migrate_to(db: &Db, version: i64) -> Result<(), StoreError> {
    db.write(move |mut conn| {
        Box::pin(async move { crate::migrate::run_some(&mut conn, move |one| one <= version).await })
    })
    .await
}

/// The address of a fresh, empty schema on a server.
///
/// # Errors
/// As [`Db::open`].
pub async fn postgres_address(server: &str) -> Result<String, StoreError> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let schema = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Db::open(server).await?;
    let made = schema.clone();
    admin
        .read(move |mut conn| Box::pin(async move { conn.composed(format!("CREATE SCHEMA {made}")).run().await }))
        .await?;
    admin.close().await;
    let join = if server.contains('?') { '&' } else { '?' };
    Ok(format!("{server}{join}options=-c%20search_path%3D{schema}"))
}
