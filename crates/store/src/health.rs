//! How a database stands: for readiness, and for whoever looks after it.

use crate::{Conn, Engine, StoreError, from_ms, migrate};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// Whether the tables fit the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Migrations {
    /// They do.
    Fit,
    /// These were not run yet.
    Missing(Vec<i64>),
    /// The database has one that the program does not know.
    Newer(i64),
}

/// Whether the tables fit the program.
///
/// # Errors
/// As the engine says.
pub async fn migrations(conn: &mut Conn<'_>) -> Result<Migrations, StoreError> {
    let there = match conn.engine() {
        Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'migrations'",
        Engine::Postgres => {
            "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'migrations' AND schemaname = current_schema()"
        }
    };
    let listed = conn.query(there).one().await?.get::<i64>(0)? > 0;
    let done: Vec<i64> =
        if listed { migrate::done(conn).await?.into_iter().map(|(version, _)| version).collect() } else { Vec::new() };
    if let Some(newer) = done.iter().find(|version| migrate::known().all(|known| known != **version)) {
        return Ok(Migrations::Newer(*newer));
    }
    let missing: Vec<i64> = migrate::known().filter(|version| !done.contains(version)).collect();
    Ok(if missing.is_empty() { Migrations::Fit } else { Migrations::Missing(missing) })
}

/// What the engine finds wrong with its own structures; nothing when they are whole.
///
/// # Errors
/// As the engine says.
pub async fn integrity(conn: &mut Conn<'_>) -> Result<Vec<String>, StoreError> {
    match conn.engine() {
        Engine::Sqlite => {
            let rows = match conn.query("PRAGMA integrity_check").all().await {
                Ok(rows) => rows,
                // Damage that it cannot even walk over.
                Err(error) => return Ok(vec![error.to_string()]),
            };
            let mut wrong = rows.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>, _>>()?;
            wrong.retain(|line| line != "ok");
            let lost = conn.query("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check").all().await?;
            for row in lost {
                let (table, parent): (String, String) = (row.get(0)?, row.get(1)?);
                wrong.push(format!("rows of {table} name rows of {parent} that do not exist"));
            }
            Ok(wrong)
        }
        // Every page is checked by PostgreSQL itself when it is read, if its check sums are on.
        Engine::Postgres => {
            let text = "SELECT COALESCE(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()";
            let failures: i64 = conn.query(text).one().await?.get(0)?;
            Ok(if failures == 0 { Vec::new() } else { vec![format!("{failures} pages with a wrong check sum")] })
        }
    }
}

/// When the newest event happened.
///
/// # Errors
/// As the engine says.
pub async fn newest_event(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Option<Timestamp>, StoreError> {
    let row = conn.query("SELECT MAX(at) FROM events WHERE jurisdiction_id = $1").bind(&j.0).one().await?;
    row.get::<Option<i64>>(0)?.map(from_ms).transpose()
}

/// Jobs that are to be done, and jobs that were given up.
///
/// # Errors
/// As the engine says.
pub async fn jobs(conn: &mut Conn<'_>) -> Result<(i64, i64), StoreError> {
    let row = conn.query("SELECT COUNT(*), COUNT(dead_at) FROM jobs").one().await?;
    let (all, dead): (i64, i64) = (row.get(0)?, row.get(1)?);
    Ok((all - dead, dead))
}
