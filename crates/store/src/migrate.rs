//! Migrations: the same text on both engines; what only one engine needs stands in its own list.

use crate::{Conn, Engine, StoreError};
use std::collections::BTreeSet;

/// Version, name, text for both engines, text only for SQLite, text only for PostgreSQL.
const MIGRATIONS: &[(i64, &str, &str, &str, &str)] = &[
    (
        1,
        "orders",
        include_str!("../migrations/0001_orders.sql"),
        include_str!("../migrations/0001_orders.sqlite.sql"),
        include_str!("../migrations/0001_orders.postgres.sql"),
    ),
    (
        2,
        "open311",
        include_str!("../migrations/0002_open311.sql"),
        include_str!("../migrations/0002_open311.sqlite.sql"),
        include_str!("../migrations/0002_open311.postgres.sql"),
    ),
    (
        3,
        "search",
        include_str!("../migrations/0003_search.sql"),
        include_str!("../migrations/0003_search.sqlite.sql"),
        include_str!("../migrations/0003_search.postgres.sql"),
    ),
    (
        5,
        "handling",
        include_str!("../migrations/0005_handling.sql"),
        include_str!("../migrations/0005_handling.sqlite.sql"),
        include_str!("../migrations/0005_handling.postgres.sql"),
    ),
    (
        6,
        "evidence",
        include_str!("../migrations/0006_evidence.sql"),
        include_str!("../migrations/0006_evidence.sqlite.sql"),
        include_str!("../migrations/0006_evidence.postgres.sql"),
    ),
    (
        7,
        "identity",
        include_str!("../migrations/0007_identity.sql"),
        include_str!("../migrations/0007_identity.sqlite.sql"),
        include_str!("../migrations/0007_identity.postgres.sql"),
    ),
    (
        9,
        "telling",
        include_str!("../migrations/0009_telling.sql"),
        include_str!("../migrations/0009_telling.sqlite.sql"),
        include_str!("../migrations/0009_telling.postgres.sql"),
    ),
    (
        10,
        "privacy",
        include_str!("../migrations/0010_privacy.sql"),
        include_str!("../migrations/0010_privacy.sqlite.sql"),
        include_str!("../migrations/0010_privacy.postgres.sql"),
    ),
    (
        11,
        "provider",
        include_str!("../migrations/0011_provider.sql"),
        include_str!("../migrations/0011_provider.sqlite.sql"),
        include_str!("../migrations/0011_provider.postgres.sql"),
    ),
    (
        12,
        "residents",
        include_str!("../migrations/0012_residents.sql"),
        include_str!("../migrations/0012_residents.sqlite.sql"),
        include_str!("../migrations/0012_residents.postgres.sql"),
    ),
    (
        13,
        "city",
        include_str!("../migrations/0013_city.sql"),
        include_str!("../migrations/0013_city.sqlite.sql"),
        include_str!("../migrations/0013_city.postgres.sql"),
    ),
    (
        14,
        "scenarios",
        include_str!("../migrations/0014_scenarios.sql"),
        include_str!("../migrations/0014_scenarios.sqlite.sql"),
        include_str!("../migrations/0014_scenarios.postgres.sql"),
    ),
    (
        16,
        "base_map",
        include_str!("../migrations/0016_base_map.sql"),
        include_str!("../migrations/0016_base_map.sqlite.sql"),
        include_str!("../migrations/0016_base_map.postgres.sql"),
    ),
    (
        18,
        "lists",
        include_str!("../migrations/0018_lists.sql"),
        include_str!("../migrations/0018_lists.sqlite.sql"),
        include_str!("../migrations/0018_lists.postgres.sql"),
    ),
];

/// Runs what is missing. In one transaction, so that a failure leaves the database as it was; both
/// engines keep changes of tables in transactions too.
///
/// # Errors
/// [`StoreError::Sql`] when a migration fails or the database is newer than the program.
pub(crate) async fn run(conn: &mut Conn<'_>) -> Result<(), StoreError> {
    run_some(conn, |_| true).await
}

/// As [`run`], only those of which `wanted` says so by their version.
pub(crate) async fn run_some(conn: &mut Conn<'_>, wanted: impl Fn(i64) -> bool + Send) -> Result<(), StoreError> {
    let engine = conn.engine();
    if engine == Engine::Postgres {
        // Two programs that start together do it one after the other. The number is ours alone.
        conn.script("SELECT pg_advisory_xact_lock(8311202211)".into()).await?;
    }
    conn.query("CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)").run().await?;
    adopt(conn, engine).await?;
    let done: Vec<i64> = done(conn).await?.into_iter().map(|(version, _)| version).collect();
    if let Some(newer) = done.iter().find(|version| MIGRATIONS.iter().all(|(known, ..)| known != *version)) {
        let words = "the database is newer than this program; use the newer program, or a backup from before";
        return Err(StoreError::Sql(format!("{words} (migration {newer})")));
    }
    for (version, name, both, sqlite, postgres) in MIGRATIONS {
        if done.contains(version) || !wanted(*version) {
            continue;
        }
        let own = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        conn.script(format!("{both}\n{own}")).await?;
        conn.query("INSERT INTO migrations (version, name) VALUES ($1, $2)").bind(*version).bind(*name).run().await?;
    }
    Ok(())
}

/// Versions and names of what was run, oldest first.
///
/// # Errors
/// As the engine says, also when there is no such list.
pub async fn done(conn: &mut Conn<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = conn.query("SELECT version, name FROM migrations ORDER BY version").all().await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The texts that a question brings about a table of migration `since`; none in a database of before.
pub(crate) async fn texts_since(
    conn: &mut Conn<'_>,
    since: i64,
    question: &'static str,
) -> Result<Vec<String>, StoreError> {
    if !done(conn).await?.iter().any(|(version, _)| *version == since) {
        return Ok(Vec::new());
    }
    conn.query(question).all().await?.iter().map(|row| row.get(0)).collect()
}

/// Versions that this program knows.
pub fn known() -> impl Iterator<Item = i64> {
    MIGRATIONS.iter().map(|(version, ..)| *version)
}

/// Names of the tables that these migrations make, found by running them in memory.
pub(crate) fn tables(wanted: impl Fn(i64) -> bool) -> Result<BTreeSet<String>, StoreError> {
    let conn = rusqlite::Connection::open_in_memory()?;
    for (version, _, both, sqlite, _) in MIGRATIONS {
        if wanted(*version) {
            conn.execute_batch(both)?;
            conn.execute_batch(sqlite)?;
        }
    }
    let mut list =
        conn.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")?;
    let names = list.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

/// Whether a migration makes a function of this name in PostgreSQL.
pub(crate) fn makes_function(name: &str) -> bool {
    MIGRATIONS.iter().any(|(.., postgres)| postgres.contains(&format!("FUNCTION {name}(")))
}

/// Takes over the list that the first programs kept in another form.
async fn adopt(conn: &mut Conn<'_>, engine: Engine) -> Result<(), StoreError> {
    let there = match engine {
        Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Engine::Postgres => {
            "SELECT COUNT(*) FROM pg_tables WHERE tablename = '_sqlx_migrations' AND schemaname = current_schema()"
        }
    };
    if conn.query(there).one().await?.get::<i64>(0)? == 0 {
        return Ok(());
    }
    let text = "INSERT INTO migrations (version, name) SELECT version, description FROM _sqlx_migrations;
        DROP TABLE _sqlx_migrations";
    conn.script(text.into()).await
}
