//! One connection of either engine, and statements that run on both.

use crate::{Engine, StoreError, Value, lite};
use rusqlite::types::{FromSql, ToSqlOutput};
use sqlx::{
    Decode, Postgres, SqlSafeStr, Type,
    postgres::{PgArguments, PgConnection, PgRow},
};
use std::borrow::Cow;

/// A borrowed connection, in a transaction or not.
pub enum Conn<'c> {
    /// SQLite.
    Lite(&'c mut rusqlite::Connection),
    /// PostgreSQL.
    Pg(&'c mut PgConnection),
}

impl Conn<'_> {
    /// The same connection, lent for a shorter time.
    pub fn again(&mut self) -> Conn<'_> {
        match self {
            Conn::Lite(conn) => Conn::Lite(conn),
            Conn::Pg(conn) => Conn::Pg(conn),
        }
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Conn::Lite(_) => Engine::Sqlite,
            Conn::Pg(_) => Engine::Postgres,
        }
    }

    /// A statement of portable text with `$1` placeholders.
    pub fn query(&mut self, text: &'static str) -> Query<'_> {
        match self {
            Conn::Lite(conn) => Query::Lite(conn, Cow::Borrowed(text), Vec::new()),
            Conn::Pg(conn) => Query::Pg(conn, sqlx::query(text)),
        }
    }

    /// A statement whose text was put together from parts of our own; values still go through
    /// placeholders.
    pub fn composed(&mut self, text: String) -> Query<'_> {
        match self {
            Conn::Lite(conn) => Query::Lite(conn, Cow::Owned(text), Vec::new()),
            Conn::Pg(conn) => Query::Pg(conn, sqlx::query(sqlx::AssertSqlSafe(text))),
        }
    }

    /// Runs statements without values, one after the other.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn script(&mut self, text: String) -> Result<(), StoreError> {
        match self {
            Conn::Lite(conn) => conn.execute_batch(&text)?,
            Conn::Pg(conn) => {
                sqlx::raw_sql(sqlx::AssertSqlSafe(text).into_sql_str()).execute(&mut **conn).await?;
            }
        }
        Ok(())
    }

    /// Where the `nth` value of a very long statement goes, from 1; values are bound in this order.
    /// To SQLite `$1` is a name that it looks for among all names at every call, so that thousands
    /// of them take longer than the work itself; its `?` has no name.
    pub fn place_of(&self, nth: usize) -> String {
        match self {
            Conn::Lite(_) => "?".to_owned(),
            Conn::Pg(_) => format!("${nth}"),
        }
    }
}

/// A statement with its values.
#[must_use]
pub enum Query<'c> {
    /// For SQLite.
    Lite(&'c mut rusqlite::Connection, Cow<'static, str>, Vec<ToSqlOutput<'c>>),
    /// For PostgreSQL.
    Pg(&'c mut PgConnection, sqlx::query::Query<'c, Postgres, PgArguments>),
}

impl<'c> Query<'c> {
    /// Adds the next value.
    pub fn bind(self, value: impl Value + 'c) -> Self {
        match self {
            Self::Lite(conn, text, mut values) => {
                values.push(value.lite());
                Self::Lite(conn, text, values)
            }
            Self::Pg(conn, query) => Self::Pg(conn, query.bind(value)),
        }
    }

    /// Runs it; how many rows changed.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn run(self) -> Result<u64, StoreError> {
        match self {
            Self::Lite(conn, text, values) => lite::run(conn, &text, &values),
            Self::Pg(conn, query) => Ok(query.execute(conn).await?.rows_affected()),
        }
    }

    /// All rows.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn all(self) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Lite(conn, text, values) => lite::rows(conn, &text, &values, usize::MAX),
            Self::Pg(conn, query) => Ok(query.fetch_all(conn).await?.into_iter().map(Row::Pg).collect()),
        }
    }

    /// Hands over one row after the other, without holding them all; ends with the first failure.
    ///
    /// # Errors
    /// As the engine or `take` says.
    pub async fn each<E: From<StoreError>>(self, mut take: impl FnMut(Row) -> Result<(), E> + Send) -> Result<(), E> {
        use futures::TryStreamExt as _;
        match self {
            Self::Lite(conn, text, values) => lite::each(conn, &text, &values, take),
            Self::Pg(conn, query) => {
                let mut rows = query.fetch(conn);
                while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                    take(Row::Pg(row))?;
                }
                Ok(())
            }
        }
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn maybe(self) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Lite(conn, text, values) => Ok(lite::rows(conn, &text, &values, 1)?.pop()),
            Self::Pg(conn, query) => Ok(query.fetch_optional(conn).await?.map(Row::Pg)),
        }
    }

    /// The one row that must be there.
    ///
    /// # Errors
    /// As the engine says; [`StoreError::Sql`] when there is none.
    pub async fn one(self) -> Result<Row, StoreError> {
        self.maybe().await?.ok_or_else(|| StoreError::Sql("no row where one must be".into()))
    }
}

/// A row of either engine.
pub enum Row {
    /// From SQLite.
    Lite(Vec<rusqlite::types::Value>),
    /// From PostgreSQL.
    Pg(PgRow),
}

impl Row {
    /// The value of the column at `index`, counted from 0.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when there is no such column or it holds another type.
    pub fn get<T>(&self, index: usize) -> Result<T, StoreError>
    where
        T: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        use sqlx::Row as _;
        match self {
            Self::Lite(row) => {
                let value = row.get(index).ok_or_else(|| StoreError::Sql(format!("no column {index}")))?;
                T::column_result(value.into()).map_err(|error| StoreError::Sql(format!("column {index}: {error}")))
            }
            Self::Pg(row) => Ok(row.try_get(index)?),
        }
    }

    /// The text in the column at `index`.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        use sqlx::Row as _;
        match self {
            Self::Lite(row) => match row.get(index) {
                Some(rusqlite::types::Value::Text(text)) => Ok(text),
                _ => Err(StoreError::Sql(format!("no text in column {index}"))),
            },
            Self::Pg(row) => Ok(row.try_get(index)?),
        }
    }

    /// The JSON structure in the column at `index`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], located by `table` and `column`, when the text does not fit.
    pub fn json<T: serde::de::DeserializeOwned>(
        &self,
        index: usize,
        table: &'static str,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let text = self.text(index)?;
        serde_json::from_str(text)
            .map_err(|_| StoreError::corrupt(table, column, text.chars().take(80).collect::<String>()))
    }

    /// The id in the column at `index`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], located, when the text is no id.
    pub fn id<T: std::str::FromStr>(
        &self,
        index: usize,
        table: &'static str,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let text = self.text(index)?;
        text.parse().map_err(|_| StoreError::corrupt(table, column, text))
    }

    /// The id in a column that may be empty.
    ///
    /// # Errors
    /// As [`Row::id`].
    pub fn maybe_id<T: std::str::FromStr>(
        &self,
        index: usize,
        table: &'static str,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.get(index)?;
        text.map(|text| text.parse().map_err(|_| StoreError::corrupt(table, column, text))).transpose()
    }
}
