//! Opening a database, reading, and writing in transactions.

use crate::{Conn, StoreError, group::Group, migrate, readers::Readers};
use futures::{executor::block_on, future::BoxFuture};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{path::Path, str::FromStr, time::Duration};
use tokio::runtime::{Handle, RuntimeFlavor};

/// A database of either engine. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// SQLite: many readers, one writer whose use cases share commits.
    Lite {
        /// Read-only connections.
        readers: Readers,
        /// The one writing connection.
        writer: Group,
    },
    /// PostgreSQL.
    Pg(PgPool),
}

/// Which engine it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// How long a statement waits for a lock before it is [`StoreError::Busy`].
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The file that an address of SQLite names.
pub fn sqlite_path(address: &str) -> &Path {
    Path::new(address.strip_prefix("sqlite://").or(address.strip_prefix("sqlite:")).unwrap_or(address))
}

impl Db {
    /// Opens a database: `postgres://…`, or the path of a SQLite file, which is made when missing.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when it cannot be reached, [`StoreError::Sql`] for a bad address.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(PATIENCE).connect(address).await?;
            return Ok(Self::Pg(pool));
        }
        let path = sqlite_path(address);
        // The writer first: it makes the file.
        let writer = Group::start(path)?;
        Ok(Self::Lite { readers: Readers::start(path)?, writer })
    }

    /// As [`Db::open`], but a SQLite file that is missing is not made.
    ///
    /// # Errors
    /// As [`Db::open`]; [`StoreError::Busy`] when there is no such file.
    pub async fn open_there(address: &str) -> Result<Self, StoreError> {
        if Self::check_address(address)? == Engine::Sqlite && !sqlite_path(address).exists() {
            return Err(StoreError::Busy(format!("there is no file {}", sqlite_path(address).display())));
        }
        Self::open(address).await
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Lite { .. } => Engine::Sqlite,
            Self::Pg(_) => Engine::Postgres,
        }
    }

    /// Brings the tables to the present form.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when a migration fails or the database is newer than the program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.write(|mut conn| Box::pin(async move { migrate::run(&mut conn).await })).await
    }

    /// Reads through one connection; sees what was committed before.
    ///
    /// # Errors
    /// As `work` says, or [`StoreError::Busy`] when no connection is free.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>>,
    {
        match self {
            Self::Lite { readers, .. } => readers.read(work).await,
            Self::Pg(pool) => {
                let mut conn = pool.acquire().await.map_err(StoreError::from)?;
                work(Conn::Pg(&mut conn)).await
            }
        }
    }

    /// As [`Db::read`], for what may read many rows: with SQLite, other requests go on elsewhere
    /// meanwhile.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn scan<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>>,
    {
        self.scan_if(true, work).await
    }

    /// [`Db::scan`] if it is `long`, else [`Db::read`].
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn scan_if<T, E, F>(&self, long: bool, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>>,
    {
        let elsewhere = long && Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        match self {
            Self::Lite { readers, .. } if elsewhere => tokio::task::block_in_place(|| block_on(readers.read(work))),
            _ => self.read(work).await,
        }
    }

    /// As [`Db::scan`], with all of `work` seeing the database as it was at one instant, while others
    /// write on.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send,
        E: From<StoreError> + Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        if let Self::Pg(pool) = self {
            let mut tx = pool.begin().await.map_err(StoreError::from)?;
            let mode = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
            Conn::Pg(&mut tx).script(mode.into()).await?;
            return work(Conn::Pg(&mut tx)).await;
        }
        self.scan(move |mut conn| {
            Box::pin(async move {
                conn.script("BEGIN".into()).await?;
                let done = work(conn.again()).await;
                conn.script("ROLLBACK".into()).await?;
                done
            })
        })
        .await
    }

    /// Runs `work` in a transaction: all of it is kept, or nothing. Returns after it is durable.
    /// The caller going away does not stop it half-way.
    ///
    /// # Errors
    /// As `work` says; then nothing of it was kept.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        match self {
            Self::Lite { writer, .. } => writer.write(work).await,
            Self::Pg(pool) => {
                let pool = pool.clone();
                let done = tokio::spawn(async move {
                    let mut tx = pool.begin().await.map_err(StoreError::from)?;
                    let value = work(Conn::Pg(&mut tx)).await?;
                    tx.commit().await.map_err(StoreError::from)?;
                    Ok(value)
                });
                done.await.unwrap_or_else(|error| Err(StoreError::Busy(error.to_string()).into()))
            }
        }
    }

    /// How many writes wait: those in SQLite's queue, or PostgreSQL's busy connections.
    pub fn waiting(&self) -> usize {
        match self {
            Self::Lite { writer, .. } => writer.waiting(),
            Self::Pg(pool) => (pool.size() as usize).saturating_sub(pool.num_idle()),
        }
    }

    /// Closes all connections after what is under way.
    pub async fn close(&self) {
        match self {
            Self::Lite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Pg(pool) => pool.close().await,
        }
    }

    /// Checks an address without opening it.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when it is neither a PostgreSQL address nor a path.
    pub fn check_address(address: &str) -> Result<Engine, StoreError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            sqlx::postgres::PgConnectOptions::from_str(address)?;
            return Ok(Engine::Postgres);
        }
        match address.split_once("://") {
            Some((scheme, _)) if scheme != "sqlite" => Err(StoreError::Sql(format!("unknown database kind: {scheme}"))),
            _ => Ok(Engine::Sqlite),
        }
    }
}
