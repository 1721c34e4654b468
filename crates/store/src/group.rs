//! Group commit for SQLite: use cases that arrive while the disk is busy share the next commit.
//!
//! SQLite has one writer, and each durable commit waits for the disk. So all writes go through one
//! thread that owns the writing connection. It opens a transaction, runs each waiting use case in a
//! savepoint of its own (a failure undoes only that one), commits once, and only then tells each
//! caller that its work is kept.

use crate::{
    Conn, StoreError,
    folding::Folding,
    lite::{self, Mode},
};
use futures::{executor::block_on, future::BoxFuture};
use rusqlite::Connection;
use std::{panic::AssertUnwindSafe, path::Path, sync::Arc};
use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc, oneshot},
};

/// Most use cases in one commit: bounds how long the first of them waits.
const MOST: usize = 256;
/// Use cases that may wait before callers are held back.
const QUEUE: usize = 4096;

/// A handle to the writing thread.
#[derive(Clone)]
pub struct Group {
    queue: mpsc::Sender<Message>,
    ended: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
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
    /// Opens the writing connection and starts its thread.
    pub(crate) fn start(path: &Path) -> Result<Self, StoreError> {
        let mut conn = lite::open(path, Mode::Write)?;
        let folding = Folding::start(path, &mut conn)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel();
        // What a use case waits for besides the database belongs to the runtime of its caller.
        let runtime = Handle::current();
        let thread = std::thread::Builder::new().name("luyuan-writer".into());
        let work = move || {
            let _inside = runtime.enter();
            serve(conn, folding, waiting);
            let _ = end.send(());
        };
        thread.spawn(work).map_err(|error| StoreError::Busy(error.to_string()))?;
        Ok(Self { queue, ended: Arc::new(Mutex::new(Some(ended))) })
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

    /// How many use cases wait.
    pub(crate) fn waiting(&self) -> usize {
        QUEUE - self.queue.capacity()
    }

    pub(crate) async fn close(&self) {
        let _ = self.queue.send(Message::Close).await;
        if let Some(ended) = self.ended.lock().await.take() {
            let _ = ended.await;
        }
    }
}

fn serve(mut conn: Connection, folding: Folding, mut waiting: mpsc::Receiver<Message>) {
    let mut batch = Vec::with_capacity(MOST);
    while waiting.blocking_recv_many(&mut batch, MOST) > 0 {
        let mut jobs = Vec::with_capacity(batch.len());
        let mut close = false;
        for message in batch.drain(..) {
            match message {
                Message::Work(job) => jobs.push(job),
                Message::Close => close = true,
            }
        }
        let commit = if jobs.is_empty() { Ok(()) } else { commit(&mut conn, &mut jobs) };
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
    if let Err(error) = folding.end(&mut conn) {
        tracing::warn!(%error, "ending the thread that folds the log");
    }
    // Closing the last connection folds the write-ahead log into the file.
    if let Err((_, error)) = conn.close() {
        tracing::warn!(%error, "closing the database");
    }
}

fn commit(conn: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    lite::run(conn, "BEGIN IMMEDIATE", &[])?;
    let done = run_all(conn, jobs);
    if done.is_err() {
        // The failure that led here is what callers are told; this only frees the connection.
        let _ = lite::run(conn, "ROLLBACK", &[]);
    }
    done
}

fn run_all(conn: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    // Alone, it needs no savepoint, for which every page that it changes would be copied first.
    let alone = jobs.len() == 1;
    for job in jobs {
        if !alone {
            lite::run(conn, "SAVEPOINT one", &[])?;
        }
        // A use case that panics ends itself, not the thread on which all others wait.
        let ran = std::panic::catch_unwind(AssertUnwindSafe(|| block_on(job.run(Conn::Lite(conn)))));
        match (ran.unwrap_or(false), alone) {
            (true, true) => {}
            (false, true) => {
                lite::run(conn, "ROLLBACK", &[])?;
                return Ok(());
            }
            (kept, false) => {
                if !kept {
                    lite::run(conn, "ROLLBACK TO one", &[])?;
                }
                lite::run(conn, "RELEASE one", &[])?;
            }
        }
    }
    lite::run(conn, "COMMIT", &[])?;
    Ok(())
}
