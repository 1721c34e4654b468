//! Migrations: the same text on both engines; what only one engine needs stands in its own list.

use crate::{Conn, Engine, StoreError};

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
];

/// Runs what is missing. In one transaction, so that a failure leaves the database as it was; both
/// engines keep changes of tables in transactions too.
///
/// # Errors
/// [`StoreError::Sql`] when a migration fails or the database is newer than the program.
pub(crate) async fn run(conn: &mut Conn<'_>, engine: Engine) -> Result<(), StoreError> {
    if engine == Engine::Postgres {
        // Two programs that start together do it one after the other. The number is ours alone.
        conn.script("SELECT pg_advisory_xact_lock(8311202211)".into()).await?;
    }
    conn.query("CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)").run().await?;
    adopt(conn, engine).await?;
    let rows = conn.query("SELECT version FROM migrations ORDER BY version").all().await?;
    let done = rows.iter().map(|row| row.get::<i64>(0)).collect::<Result<Vec<_>, _>>()?;
    if let Some(newer) = done.iter().find(|version| MIGRATIONS.iter().all(|(known, ..)| known != *version)) {
        let words = "the database is newer than this program; use the newer program, or a backup from before";
        return Err(StoreError::Sql(format!("{words} (migration {newer})")));
    }
    for (version, name, both, sqlite, postgres) in MIGRATIONS {
        if done.contains(version) {
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
