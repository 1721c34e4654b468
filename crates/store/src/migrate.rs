//! Migrations: the same text on both engines; what only one engine needs stands in its own list.

use crate::{Engine, StoreError};
use sqlx::{
    SqlSafeStr,
    migrate::{Migrate, Migration, MigrationType, Migrator},
};

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
];

pub(crate) async fn run<'a, A>(to: A, engine: Engine) -> Result<(), StoreError>
where
    A: sqlx::Acquire<'a>,
    <A::Connection as std::ops::Deref>::Target: Migrate,
{
    let migrations = MIGRATIONS.iter().map(|(version, name, both, sqlite, postgres)| {
        let own = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        let text = sqlx::AssertSqlSafe(format!("{both}\n{own}")).into_sql_str();
        Migration::new(*version, (*name).into(), MigrationType::Simple, text, false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    migrator.run(to).await.map_err(|error| StoreError::Sql(error.to_string()))
}
