//! All tables as rows that either engine can write and read: what a backup is made of.
//!
//! Tables are found by asking the database, so that a new one is part of the next backup by itself.

use crate::{Conn, Engine, Row, StoreError, migrate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers with a fraction, of double precision.
    Real,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which they were made.
    pub columns: Vec<Column>,
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// None.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number of double precision.
    Real(f64),
}

/// Rows that are added with one statement; PostgreSQL takes at most 65,535 values.
const AT_ONCE: usize = 200;

/// All tables of the program except the list of migrations; what another leans on comes first.
///
/// # Errors
/// [`StoreError::Sql`] for a column of a kind that no backup can hold.
pub async fn tables(conn: &mut Conn<'_>) -> Result<Vec<Table>, StoreError> {
    let done = migrate::done(conn).await?;
    let ours = migrate::tables(|version| done.iter().any(|(known, _)| *known == version))?;
    let columns = match conn.engine() {
        Engine::Sqlite => {
            "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
             ORDER BY m.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        }
    };
    let mut found: BTreeMap<String, Table> = BTreeMap::new();
    for row in conn.query(columns).all().await? {
        let (name, column, kind): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !ours.contains(&name) {
            continue;
        }
        let kind = match kind.to_ascii_uppercase().as_str() {
            "TEXT" => Kind::Text,
            "BIGINT" | "INTEGER" => Kind::Whole,
            "DOUBLE PRECISION" => Kind::Real,
            other => return Err(StoreError::Sql(format!("{name}.{column} is {other}, which a backup cannot hold"))),
        };
        let table = found.entry(name.clone()).or_insert(Table { name, columns: Vec::new() });
        table.columns.push(Column { name: column, kind });
    }
    in_order(found, &leaning(conn).await?)
}

/// Which table leans on which by a foreign key.
async fn leaning(conn: &mut Conn<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let text = match conn.engine() {
        Engine::Sqlite => {
            "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
        Engine::Postgres => {
            "SELECT c.relname::text, p.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE k.contype = 'f' AND n.nspname = current_schema()"
        }
    };
    let rows = conn.query(text).all().await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn in_order(mut left: BTreeMap<String, Table>, leaning: &[(String, String)]) -> Result<Vec<Table>, StoreError> {
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let free = |name: &str| !leaning.iter().any(|(from, on)| from == name && on != name && left.contains_key(on));
        let Some(next) = left.keys().find(|name| free(name)).cloned() else {
            return Err(StoreError::Sql("tables lean on each other in a circle".into()));
        };
        order.extend(left.remove(&next));
    }
    Ok(order)
}

/// How many rows a table has.
///
/// # Errors
/// As the engine says.
pub async fn count(conn: &mut Conn<'_>, table: &Table) -> Result<u64, StoreError> {
    let row = conn.composed(format!("SELECT COUNT(*) FROM {}", table.name)).one().await?;
    Ok(u64::try_from(row.get::<i64>(0)?).unwrap_or_default())
}

/// Hands over all rows of a table, in no order that is promised.
///
/// # Errors
/// As the engine or `take` says; [`StoreError::Corrupt`] for a value that is not of its column's kind.
pub async fn rows<E: From<StoreError>>(
    conn: &mut Conn<'_>,
    table: &Table,
    mut take: impl FnMut(Vec<Cell>) -> Result<(), E> + Send,
) -> Result<(), E> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let text = format!("SELECT {} FROM {}", names.join(", "), table.name);
    conn.composed(text)
        .each(|row| {
            let cells = table.columns.iter().enumerate().map(|(index, column)| cell(&row, index, column.kind));
            take(cells.collect::<Result<_, StoreError>>()?)
        })
        .await
}

fn cell(row: &Row, index: usize, kind: Kind) -> Result<Cell, StoreError> {
    Ok(match kind {
        Kind::Text => row.get::<Option<String>>(index)?.map(Cell::Text),
        Kind::Whole => row.get::<Option<i64>>(index)?.map(Cell::Whole),
        Kind::Real => row.get::<Option<f64>>(index)?.map(Cell::Real),
    }
    .unwrap_or(Cell::Null))
}

/// Adds rows to a table.
///
/// # Errors
/// As the engine says; [`StoreError::Sql`] for a value that is not of its column's kind.
pub async fn add(conn: &mut Conn<'_>, table: &Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let text = format!("INSERT INTO {} ({}) VALUES", table.name, names.join(", "));
    for rows in rows.chunks(AT_ONCE) {
        let mut together = conn.together();
        together.insert(&text, rows.len(), names.len());
        for row in rows {
            for (cell, column) in row.iter().zip(&table.columns) {
                let wrong = || StoreError::Sql(format!("{}.{} takes no such value", table.name, column.name));
                match (column.kind, cell) {
                    (Kind::Text, Cell::Text(text)) => together.bind(text.as_str())?,
                    (Kind::Whole, Cell::Whole(number)) => together.bind(*number)?,
                    (Kind::Real, Cell::Real(number)) => together.bind(*number)?,
                    (Kind::Text, Cell::Null) => together.bind(None::<String>)?,
                    (Kind::Whole, Cell::Null) => together.bind(None::<i64>)?,
                    (Kind::Real, Cell::Null) => together.bind(None::<f64>)?,
                    _ => return Err(wrong()),
                };
            }
        }
        together.run().await?;
    }
    Ok(())
}

/// Whether the database holds any row of ours.
///
/// # Errors
/// As the engine says.
pub async fn is_empty(conn: &mut Conn<'_>) -> Result<bool, StoreError> {
    let there = existing(conn).await?;
    for name in there.iter().filter(|name| *name != "migrations") {
        if conn.composed(format!("SELECT 1 FROM {name} LIMIT 1")).maybe().await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tables of ours that are there, of whatever version.
async fn existing(conn: &mut Conn<'_>) -> Result<Vec<String>, StoreError> {
    let text = match conn.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Engine::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    };
    let mut ours = std::collections::BTreeSet::from(["migrations".to_owned(), "_sqlx_migrations".to_owned()]);
    // A table that a later migration takes away again may still be there.
    for upto in migrate::known() {
        ours.extend(migrate::tables(|version| version <= upto)?);
    }
    let rows = conn.query(text).all().await?;
    let names = rows.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| ours.contains(name)).collect())
}

/// Makes empty tables as they were after just these migrations. With PostgreSQL the tables that are
/// there are dropped first, in the same transaction; a SQLite file must be new.
///
/// # Errors
/// As the engine says.
pub async fn prepare(conn: &mut Conn<'_>, migrations: &[i64]) -> Result<(), StoreError> {
    if conn.engine() == Engine::Postgres {
        let there = existing(conn).await?;
        if !there.is_empty() {
            conn.script(format!("DROP TABLE {} CASCADE", there.join(", "))).await?;
        }
        let functions = conn
            .query(
                "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype",
            )
            .all()
            .await?;
        for row in functions {
            let name: String = row.get(0)?;
            if migrate::makes_function(&name) {
                conn.script(format!("DROP FUNCTION {name}()")).await?;
            }
        }
    }
    migrate::run_some(conn, |version| migrations.contains(&version)).await
}

/// After rows were added: lets counters of the database go on after the highest number, and runs the
/// migrations that are still missing.
///
/// # Errors
/// As the engine says.
pub async fn finish(conn: &mut Conn<'_>, tables: &[Table]) -> Result<(), StoreError> {
    if conn.engine() == Engine::Postgres {
        for table in tables {
            for column in table.columns.iter().filter(|column| column.kind == Kind::Whole) {
                let (name, column) = (&table.name, &column.name);
                conn.composed(format!(
                    "SELECT setval(s.seq, (SELECT MAX({column}) FROM {name}))
                     FROM (SELECT pg_get_serial_sequence('{name}', '{column}') AS seq) s
                     WHERE s.seq IS NOT NULL AND EXISTS (SELECT 1 FROM {name})"
                ))
                .all()
                .await?;
            }
        }
    }
    migrate::run(conn).await
}
