//! Group commit for SQLite: use cases that arrive while the disk is busy share the next commit.
//!
//! SQLite has one writer, and each durable commit waits for the disk. So all writes go through one
//! task that owns the writing connection. It opens a transaction, runs each waiting use case in a
//! savepoint of its own (a failure undoes only that one), commits once, and only then tells each
//! caller that its work is kept.

use crate::{Conn, Engine, StoreError, migrate};
use futures::future::BoxFuture;
use sqlx::{
    Connection, Executor,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Most use cases in one commit: bounds how long the first of them waits.
const MOST: usize = 256;
/// Use cases that may wait before callers are held back.
const QUEUE: usize = 4096;

/// A handle to the writing task.
#[derive(Clone)]
pub struct Group {
    queue: mpsc::Sender<Message>,
    options: Arc<SqliteConnectOptions>,
    task: Arc<Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

enum Message {
    Work(Box<dyn Job>),
    Close,
}

/// One use case, with the way back to its caller.
trait Job: Send {
    /// Runs it; whether it may be kept.
    fn run<'c>(&'c mut self, conn: Conn<'c>) -> BoxFuture<'c, bool>;
    /// Tells the caller, after the commit (or what became of it).
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Case<T, E, F> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Case<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>> + Send,
{
    fn run<'c>(&'c mut self, conn: Conn<'c>) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let outcome = work(conn).await;
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let outcome = match (self.outcome, commit) {
            // A use case that failed by itself reports its own failure, whatever the commit did.
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Busy("the write was not run".into()).into()),
        };
        // The caller may have gone; its work is kept all the same.
        let _ = self.caller.send(outcome);
    }
}

impl Group {
    /// Opens the writing connection and starts its task.
    pub(crate) async fn start(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let conn = SqliteConnection::connect_with(&options).await?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(serve(conn, waiting));
        Ok(Self { queue, options: Arc::new(options), task: Arc::new(Mutex::new(Some(task))) })
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        let pool =
            sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with((*self.options).clone()).await?;
        let done = migrate::run(&pool, Engine::Sqlite).await;
        pool.close().await;
        done
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let gone = || StoreError::Busy("the database is closed".into());
        let case = Case { work: Some(work), outcome: None, caller };
        self.queue.send(Message::Work(Box::new(case))).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }

    pub(crate) async fn close(&self) {
        let _ = self.queue.send(Message::Close).await;
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

async fn serve(mut conn: SqliteConnection, mut waiting: mpsc::Receiver<Message>) {
    let mut batch = Vec::with_capacity(MOST);
    while waiting.recv_many(&mut batch, MOST).await > 0 {
        let mut jobs = Vec::with_capacity(batch.len());
        let mut close = false;
        for message in batch.drain(..) {
            match message {
                Message::Work(job) => jobs.push(job),
                Message::Close => close = true,
            }
        }
        let commit = if jobs.is_empty() { Ok(()) } else { commit(&mut conn, &mut jobs).await };
        if let Err(error) = &commit {
            tracing::error!(%error, cases = jobs.len(), "a shared commit failed; nothing of it was kept");
        }
        for job in jobs {
            job.answer(commit.clone());
        }
        if close {
            break;
        }
    }
    // Closing the last connection folds the write-ahead log into the file.
    if let Err(error) = conn.close().await {
        tracing::warn!(%error, "closing the database");
    }
}

async fn commit(conn: &mut SqliteConnection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    conn.execute("BEGIN IMMEDIATE; SAVEPOINT one").await?;
    let done = run_all(conn, jobs).await;
    if done.is_err() {
        // The failure that led here is what callers are told; this only frees the connection.
        let _ = conn.execute("ROLLBACK").await;
    }
    done
}

/// One savepoint after another is open, so that one way to the database's thread ends a use case
/// and begins the next.
async fn run_all(conn: &mut SqliteConnection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    for job in jobs {
        let keep = job.run(Conn::Lite(conn)).await;
        conn.execute(if keep { "RELEASE one; SAVEPOINT one" } else { "ROLLBACK TO one" }).await?;
    }
    conn.execute("RELEASE one; COMMIT").await?;
    Ok(())
}
