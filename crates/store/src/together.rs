//! Rows for several tables in one message: to SQLite each way to its thread and back costs as much as
//! writing a row.

use crate::{Conn, StoreError};
use sqlx::{
    Arguments, AssertSqlSafe, Encode, Postgres, Sqlite, Type,
    postgres::{PgArguments, PgConnection},
    sqlite::{SqliteArguments, SqliteConnection},
};

/// Statements that are run one after the other; the first that fails ends them.
#[must_use]
pub enum Together<'c> {
    /// SQLite: one text, whose values run on from statement to statement.
    Lite(&'c mut SqliteConnection, String, SqliteArguments),
    /// PostgreSQL, which takes values for one statement only.
    Pg(&'c mut PgConnection, Vec<(String, PgArguments)>),
}

impl Conn<'_> {
    /// Begins statements that go together.
    pub fn together(&mut self) -> Together<'_> {
        match self {
            Conn::Lite(conn) => Together::Lite(conn, String::new(), SqliteArguments::default()),
            Conn::Pg(conn) => Together::Pg(conn, Vec::new()),
        }
    }
}

impl Together<'_> {
    /// Adds a statement that ends in `VALUES` for so many rows; the values follow, row by row.
    pub fn insert(&mut self, text: &str, rows: usize, columns: usize) {
        match self {
            Self::Lite(_, all, _) => {
                // A `$1` is a name to SQLite that it looks for among all names at every call, so that
                // thousands of them take longer than the work itself; its `?` has no name.
                let row = format!("({})", vec!["?"; columns].join(","));
                all.push_str(&format!("{text} {};", vec![row; rows].join(",")));
            }
            Self::Pg(_, statements) => {
                let row = |row: usize| {
                    let places: Vec<String> =
                        (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
                    format!("({})", places.join(","))
                };
                let rows: Vec<String> = (0..rows).map(row).collect();
                statements.push((format!("{text} {}", rows.join(",")), PgArguments::default()));
            }
        }
    }

    /// Adds the next value of the statement that was added last.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when the value cannot be written.
    pub fn bind<'t, T>(&mut self, value: T) -> Result<&mut Self, StoreError>
    where
        T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>,
    {
        let added = match self {
            Self::Lite(_, _, values) => values.add(value),
            Self::Pg(_, statements) => statements.last_mut().map_or(Ok(()), |(_, values)| values.add(value)),
        };
        added.map_err(|error| StoreError::Sql(error.to_string()))?;
        Ok(self)
    }

    /// Runs them.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn run(self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn, text, values) => {
                sqlx::query_with(AssertSqlSafe(text), values).execute(conn).await?;
            }
            Self::Pg(conn, statements) => {
                for (text, values) in statements {
                    sqlx::query_with(AssertSqlSafe(text), values).execute(&mut *conn).await?;
                }
            }
        }
        Ok(())
    }
}
