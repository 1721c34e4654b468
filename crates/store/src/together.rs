//! Rows for one or more tables that are added one statement after the other.

use crate::{Conn, StoreError, Value, lite};
use rusqlite::types::ToSqlOutput;
use sqlx::{
    Arguments, AssertSqlSafe,
    postgres::{PgArguments, PgConnection},
};

/// Statements that are run one after the other; the first that fails ends them.
#[must_use]
pub enum Together<'c> {
    /// SQLite: some rows at a time, with the same statements.
    Lite(&'c mut rusqlite::Connection, Vec<Rows<'c>>),
    /// PostgreSQL: all rows of a statement in one message.
    Pg(&'c mut PgConnection, Vec<(String, PgArguments)>),
}

/// Rows that one statement of SQLite adds. Its cursors stay where they are from row to row, which saves
/// the way down each index; with many more, preparing it would count.
const GROUP: usize = 32;

/// A statement up to `VALUES`, the values of all rows, and how many a row has.
pub struct Rows<'v> {
    text: String,
    values: Vec<ToSqlOutput<'v>>,
    columns: usize,
}

impl Conn<'_> {
    /// Begins statements that go together.
    pub fn together(&mut self) -> Together<'_> {
        match self {
            Conn::Lite(conn) => Together::Lite(conn, Vec::new()),
            Conn::Pg(conn) => Together::Pg(conn, Vec::new()),
        }
    }
}

impl<'c> Together<'c> {
    /// Adds a statement that ends in `VALUES` for so many rows; the values follow, row by row.
    pub fn insert(&mut self, text: &str, rows: usize, columns: usize) {
        match self {
            Self::Lite(_, statements) => {
                statements.push(Rows { text: text.to_owned(), values: Vec::with_capacity(rows * columns), columns });
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
    pub fn bind(&mut self, value: impl Value + 'c) -> Result<&mut Self, StoreError> {
        match self {
            Self::Lite(_, statements) => {
                if let Some(rows) = statements.last_mut() {
                    rows.values.push(value.lite());
                }
            }
            Self::Pg(_, statements) => {
                let added = statements.last_mut().map_or(Ok(()), |(_, values)| values.add(value));
                added.map_err(|error| StoreError::Sql(error.to_string()))?;
            }
        }
        Ok(self)
    }

    /// Runs them.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn run(self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn, statements) => {
                for Rows { text, values, columns } in statements {
                    let grouped = values.len() / (GROUP * columns) * GROUP * columns;
                    let (many, rest) = values.split_at(grouped);
                    if !many.is_empty() {
                        // Without OR FAIL each page would be copied first, so that a failure undoes the
                        // statement alone; here a failure undoes the whole use case.
                        let text = text.replacen("INSERT INTO", "INSERT OR FAIL INTO", 1);
                        lite::run_each(conn, &rows(&text, GROUP, columns), many, GROUP * columns)?;
                    }
                    if !rest.is_empty() {
                        lite::run_each(conn, &rows(&text, 1, columns), rest, columns)?;
                    }
                }
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

/// A statement for so many rows.
fn rows(text: &str, rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    format!("{text} {}", vec![row.as_str(); rows].join(","))
}
