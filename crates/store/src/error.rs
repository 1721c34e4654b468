//! What can go wrong with a database.

use thiserror::Error;

/// A failure of the store. Absence is not a failure: it is `Option`.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The row changed, or exists already, or something that it needs does not exist.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The database is locked, full, or away; the same call may succeed later.
    #[error("database busy or away: {0}")]
    Busy(String),
    /// What is stored cannot be read.
    #[error("corrupt value in {table}.{column} of {id}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// The row's id, or the value.
        id: String,
    },
    /// The engine refused the statement.
    #[error("sql: {0}")]
    Sql(String),
}

impl StoreError {
    /// A located corruption.
    pub fn corrupt(table: &'static str, column: &'static str, id: impl ToString) -> Self {
        Self::Corrupt { table, column, id: id.to_string() }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "conflict",
            Self::Busy(_) => "busy",
            Self::Corrupt { .. } => "corrupt",
            Self::Sql(_) => "sql",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::Database(inner) => match inner.kind() {
                ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation => {
                    Self::Conflict(inner.message().to_owned())
                }
                // 40001 and 40P01: serialisation failure and deadlock; class 08, 53 and 57P: connection,
                // resources (a full disk too), shutdown and start.
                _ => match inner.code().as_deref() {
                    Some("40001" | "40P01") => Self::Busy(inner.message().to_owned()),
                    Some(code) if ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) => {
                        Self::Busy(inner.message().to_owned())
                    }
                    _ => Self::Sql(error.to_string()),
                },
            },
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
                Self::Busy(error.to_string())
            }
            _ => Self::Sql(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let rusqlite::Error::SqliteFailure(failure, _) = &error else { return Self::Sql(error.to_string()) };
        match (failure.code, failure.extended_code) {
            (
                ErrorCode::ConstraintViolation,
                ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
            ) => Self::Conflict(error.to_string()),
            (
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure,
                _,
            ) => Self::Busy(error.to_string()),
            _ => Self::Sql(error.to_string()),
        }
    }
}
