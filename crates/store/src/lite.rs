//! SQLite: opening a file, running statements.
//!
//! Calls go straight into the library. A short question takes some ten microseconds, less than the way
//! to another thread and back; long ones go where they hold nobody up ([`crate::Db::scan`]), and all
//! writes go through one thread ([`crate::group`]).

use crate::{Row, StoreError, db::PATIENCE};
use rusqlite::{
    CachedStatement, Connection, OpenFlags,
    config::DbConfig,
    types::{ToSqlOutput, Value},
};
use std::path::Path;

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// Settings of every connection. FULL: an acknowledged order survives a power cut, not only a crash
/// of the program. When the log begins again, what is longer than 64 MiB of its file is given back.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -65536; PRAGMA temp_store = memory;
    PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = FAST;";

/// Statements that a connection keeps ready.
const KEPT: usize = 256;

/// Opens a file, which is made when missing.
pub(crate) fn open(path: &Path, mode: Mode) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(PATIENCE)?;
    conn.execute_batch(SETTINGS)?;
    // A statement keeps its plan, whatever values it gets: without this, one whose plan might fit
    // other values better is prepared anew at nearly every call.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if mode == Mode::Read {
        conn.execute_batch("PRAGMA query_only = ON;")?;
    }
    conn.set_prepared_statement_cache_capacity(KEPT);
    Ok(conn)
}

/// Folds what waits beside a file into it and leaves it one file, which can be moved.
///
/// # Errors
/// [`StoreError::Busy`] when somebody has it open.
pub fn fold(path: &Path) -> Result<(), StoreError> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(std::time::Duration::ZERO)?;
    // Leaving the log behind takes the whole file for a moment, which nobody else may hold then.
    let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(StoreError::Busy("the file is in use".into())) }
}

/// Binds values: a placeholder `$3` takes the third, one without a name the next.
fn bind(statement: &mut CachedStatement<'_>, values: &[ToSqlOutput<'_>]) -> Result<(), StoreError> {
    for index in 1..=statement.parameter_count() {
        let named = statement.parameter_name(index).and_then(|name| name[1..].parse::<usize>().ok());
        let nth = named.unwrap_or(index);
        let value = nth.checked_sub(1).and_then(|at| values.get(at));
        let value = value.ok_or_else(|| StoreError::Sql(format!("no value for placeholder {nth}")))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

/// Runs a statement; how many rows changed.
pub(crate) fn run(conn: &Connection, text: &str, values: &[ToSqlOutput<'_>]) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached(text)?;
    bind(&mut statement, values)?;
    Ok(u64::try_from(statement.raw_execute()?).unwrap_or(u64::MAX))
}

/// Runs a statement for each so many of the values.
pub(crate) fn run_each(
    conn: &Connection,
    text: &str,
    values: &[ToSqlOutput<'_>],
    columns: usize,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(text)?;
    for row in values.chunks(columns) {
        for (index, value) in (1..).zip(row) {
            statement.raw_bind_parameter(index, value)?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

/// The first rows of a statement, at most so many.
pub(crate) fn rows(
    conn: &Connection,
    text: &str,
    values: &[ToSqlOutput<'_>],
    most: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut statement = conn.prepare_cached(text)?;
    bind(&mut statement, values)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while all.len() < most
        && let Some(row) = rows.next()?
    {
        let values = (0..columns).map(|index| row.get::<_, Value>(index)).collect::<Result<_, _>>()?;
        all.push(Row::Lite(values));
    }
    Ok(all)
}

/// Hands over one row after the other.
pub(crate) fn each<E: From<StoreError>>(
    conn: &Connection,
    text: &str,
    values: &[ToSqlOutput<'_>],
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = conn.prepare_cached(text).map_err(StoreError::from)?;
    bind(&mut statement, values)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let values = (0..columns).map(|index| row.get::<_, Value>(index)).collect::<Result<_, _>>();
        take(Row::Lite(values.map_err(StoreError::from)?))?;
    }
    Ok(())
}
