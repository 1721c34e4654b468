//! One connection of either engine, and statements that run on both.

use crate::StoreError;
use futures::stream::{BoxStream, StreamExt};
use sqlx::{
    Decode, Encode, Postgres, SqlSafeStr, Sqlite, Type,
    postgres::{PgArguments, PgConnection, PgRow},
    sqlite::{SqliteArguments, SqliteConnection, SqliteRow},
};

/// A borrowed connection, in a transaction or not.
pub enum Conn<'c> {
    /// SQLite.
    Lite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Pg(&'c mut PgConnection),
}

impl Conn<'_> {
    /// A statement of portable text with `$1` placeholders.
    pub fn query(&mut self, text: &'static str) -> Query<'_> {
        self.safe(text)
    }

    /// A statement whose text was put together from parts of our own; values still go through
    /// placeholders.
    pub fn composed(&mut self, text: String) -> Query<'_> {
        self.safe(sqlx::AssertSqlSafe(text))
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

    fn safe(&mut self, text: impl SqlSafeStr) -> Query<'_> {
        match self {
            Conn::Lite(conn) => Query::Lite(conn, sqlx::query(text)),
            Conn::Pg(conn) => Query::Pg(conn, sqlx::query(text)),
        }
    }
}

/// A statement with its values.
#[must_use]
pub enum Query<'c> {
    /// For SQLite.
    Lite(&'c mut SqliteConnection, sqlx::query::Query<'c, Sqlite, SqliteArguments>),
    /// For PostgreSQL.
    Pg(&'c mut PgConnection, sqlx::query::Query<'c, Postgres, PgArguments>),
}

impl<'c> Query<'c> {
    /// Adds the next value.
    pub fn bind<'t, T>(self, value: T) -> Self
    where
        T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Lite(conn, query) => Self::Lite(conn, query.bind(value)),
            Self::Pg(conn, query) => Self::Pg(conn, query.bind(value)),
        }
    }

    /// Runs it; how many rows changed.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn run(self) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Lite(conn, query) => query.execute(conn).await?.rows_affected(),
            Self::Pg(conn, query) => query.execute(conn).await?.rows_affected(),
        })
    }

    /// All rows.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn all(self) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Lite(conn, query) => query.fetch_all(conn).await?.into_iter().map(Row::Lite).collect(),
            Self::Pg(conn, query) => query.fetch_all(conn).await?.into_iter().map(Row::Pg).collect(),
        })
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn maybe(self) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Self::Lite(conn, query) => query.fetch_optional(conn).await?.map(Row::Lite),
            Self::Pg(conn, query) => query.fetch_optional(conn).await?.map(Row::Pg),
        })
    }

    /// The one row that must be there.
    ///
    /// # Errors
    /// As the engine says; [`StoreError::Sql`] when there is none.
    pub async fn one(self) -> Result<Row, StoreError> {
        self.maybe().await?.ok_or_else(|| StoreError::Sql("no row where one must be".into()))
    }

    /// The rows as they come, for long results.
    pub fn stream(self) -> BoxStream<'c, Result<Row, StoreError>> {
        match self {
            Self::Lite(conn, query) => query.fetch(conn).map(|row| Ok(Row::Lite(row?))).boxed(),
            Self::Pg(conn, query) => query.fetch(conn).map(|row| Ok(Row::Pg(row?))).boxed(),
        }
    }
}

/// A row of either engine.
pub enum Row {
    /// From SQLite.
    Lite(SqliteRow),
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
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        use sqlx::Row as _;
        Ok(match self {
            Self::Lite(row) => row.try_get(index)?,
            Self::Pg(row) => row.try_get(index)?,
        })
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
        let text: String = self.get(index)?;
        serde_json::from_str(&text)
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
        let text: String = self.get(index)?;
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
