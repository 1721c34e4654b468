//! Reading connections of SQLite. A pool that tests a connection when it is taken and again when it
//! is given back makes three ways to the database's thread out of one; a file does not go away as a
//! server does, so these are lent as they are.

use crate::{Conn, StoreError, db::PATIENCE};
use futures::future::BoxFuture;
use sqlx::{
    Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Most connections at once.
const MOST: u32 = 8;

/// Lends connections. Cheap to clone; all clones lend the same ones.
#[derive(Clone)]
pub struct Readers(Arc<Shared>);

struct Shared {
    options: SqliteConnectOptions,
    free: Mutex<Vec<SqliteConnection>>,
    permits: Semaphore,
}

impl Readers {
    /// Opens the first connection, so that a file that cannot be read is known at once.
    pub(crate) async fn start(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let first = SqliteConnection::connect_with(&options).await?;
        let permits = Semaphore::new(MOST as usize);
        Ok(Self(Arc::new(Shared { options, free: Mutex::new(vec![first]), permits })))
    }

    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>>,
    {
        let waited = tokio::time::timeout(PATIENCE, self.0.permits.acquire()).await;
        let busy = |why: &str| StoreError::Busy(why.to_owned());
        let permit = waited.map_err(|_| busy("no reading connection is free"))?;
        let _permit = permit.map_err(|_| busy("the database is closed"))?;
        let free = self.free().pop();
        let mut conn = match free {
            Some(conn) => conn,
            None => SqliteConnection::connect_with(&self.0.options).await.map_err(StoreError::from)?,
        };
        let done = work(Conn::Lite(&mut conn)).await;
        // A caller that went away half-way does not come here: its connection is closed, not lent on.
        self.free().push(conn);
        done
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all connections after what is under way.
    pub(crate) async fn close(&self) {
        let all = self.0.permits.acquire_many(MOST).await;
        self.0.permits.close();
        drop(all);
        let conns = std::mem::take(&mut *self.free());
        for conn in conns {
            if let Err(error) = conn.close().await {
                tracing::warn!(%error, "closing a reading connection");
            }
        }
    }
}
