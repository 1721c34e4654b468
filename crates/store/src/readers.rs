//! Reading connections of SQLite, lent one at a time.

use crate::{
    Conn, StoreError,
    db::PATIENCE,
    lite::{self, Mode},
};
use futures::future::BoxFuture;
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// Most connections at once.
const MOST: u32 = 8;

/// Lends connections. Cheap to clone; all clones lend the same ones.
#[derive(Clone)]
pub struct Readers(Arc<Shared>);

struct Shared {
    path: PathBuf,
    free: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    /// Opens the first connection, so that a file that cannot be read is known at once.
    pub(crate) fn start(path: &Path) -> Result<Self, StoreError> {
        let first = lite::open(path, Mode::Read)?;
        let permits = Semaphore::new(MOST as usize);
        Ok(Self(Arc::new(Shared { path: path.to_owned(), free: Mutex::new(vec![first]), permits })))
    }

    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>>,
    {
        let busy = |why: &str| StoreError::Busy(why.to_owned());
        let closed = || busy("the database is closed");
        let permit = match self.0.permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => {
                let waited = tokio::time::timeout(PATIENCE, self.0.permits.acquire()).await;
                waited.map_err(|_| busy("no reading connection is free"))?.map_err(|_| closed())?
            }
        };
        let free = self.free().pop();
        let mut conn = match free {
            Some(conn) => conn,
            None => lite::open(&self.0.path, Mode::Read)?,
        };
        let done = work(Conn::Lite(&mut conn)).await;
        // A caller that went away half-way does not come here: its connection is closed, not lent on.
        self.free().push(conn);
        drop(permit);
        done
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all connections after what is under way.
    pub(crate) async fn close(&self) {
        let all = self.0.permits.acquire_many(MOST).await;
        self.0.permits.close();
        drop(all);
        let conns = std::mem::take(&mut *self.free());
        for conn in conns {
            if let Err((_, error)) = conn.close() {
                tracing::warn!(%error, "closing a reading connection");
            }
        }
    }
}
