//! Folding SQLite's write-ahead log back into the file beside the writer.
//!
//! SQLite lets the connection that commits fold the log, so that everybody who writes waits meanwhile.
//! Here a connection of its own does it on a thread of its own. But only the writer can begin the log
//! again, and only when all of it is folded, which never happens while it goes on writing; so it folds
//! the short rest itself.

use crate::{
    StoreError,
    lite::{self, Mode},
};
use rusqlite::{Connection, hooks::Wal, wal::CheckpointMode};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

/// Pages of the log from which it is folded: 32 MiB. Busy pages are then copied once, not many times.
const LONG: i32 = 8192;
/// So few pages the writer folds itself, in some milliseconds.
const REST: i32 = 1024;
/// From so many on (256 MiB) the writer folds all of it, so that the log does not grow for ever.
const MOST: i32 = 65_536;
/// In the place of a number of folded pages: the thread is at work.
const AT_WORK: i32 = -1;

/// The thread that folds.
pub(crate) struct Folding(JoinHandle<()>);

/// What happened to the log after a commit.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Nothing,
    Beside,
    Here,
}

/// What is to be done about a log of so many pages, of which so many are folded.
fn next(pages: i32, folded: i32) -> Next {
    // More folded than there is: the log has begun again since.
    let left = if folded > pages { pages } else { pages - folded };
    match (pages, folded) {
        (..LONG, _) | (_, AT_WORK) => Next::Nothing,
        _ if left <= REST || pages >= MOST => Next::Here,
        _ => Next::Beside,
    }
}

impl Folding {
    /// Folds beside the writing connection of a file from now on, until it is closed or has another hook.
    pub(crate) fn start(path: &Path, writer: &mut Connection) -> Result<Self, StoreError> {
        let conn = lite::open(path, Mode::Write)?;
        let folded = Arc::new(AtomicI32::new(0));
        let (ask, asked) = sync_channel(1);
        let told = folded.clone();
        let thread = std::thread::Builder::new().name("luyuan-folding".into());
        let thread = thread.spawn(move || serve(&conn, &asked, &told));
        writer.wal_hook(Some(move |log: &mut Wal, pages: i32| {
            committed(log, pages, &folded, &ask);
            // The commit stands, whatever becomes of the folding.
            Ok(())
        }))?;
        Ok(Self(thread.map_err(|error| StoreError::Busy(error.to_string()))?))
    }

    /// Ends the thread, so that the writer is the last to close the file and leaves no log behind.
    pub(crate) fn end(self, writer: &mut Connection) -> Result<(), StoreError> {
        // The hook holds what the thread waits for.
        writer.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>)?;
        self.0.join().map_err(|_| StoreError::Busy("folding the log panicked".into()))
    }
}

fn committed(log: &mut Wal, pages: i32, folded: &AtomicI32, ask: &SyncSender<()>) {
    let known = folded.load(Ordering::Acquire);
    match next(pages, known) {
        Next::Nothing if known > pages => folded.store(0, Ordering::Release),
        Next::Nothing => {}
        Next::Beside => {
            folded.store(AT_WORK, Ordering::Release);
            if ask.try_send(()).is_err() {
                folded.store(0, Ordering::Release);
            }
        }
        Next::Here => {
            folded.store(0, Ordering::Release);
            if let Err(error) = log.checkpoint() {
                tracing::warn!(%error, "folding the rest of the log");
            }
        }
    }
}

fn serve(conn: &Connection, asked: &Receiver<()>, folded: &AtomicI32) {
    while asked.recv().is_ok() {
        let pages = conn.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE);
        let pages = pages.map_or_else(
            |error| {
                tracing::warn!(%error, "folding the log");
                0
            },
            |(_, pages)| pages.max(0),
        );
        folded.store(pages, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::params;
    use std::fs;

    #[test]
    fn the_bulk_goes_beside_and_the_rest_to_the_writer() {
        assert_eq!(next(LONG - 1, 0), Next::Nothing, "too short");
        assert_eq!(next(LONG, 0), Next::Beside);
        assert_eq!(next(2 * LONG, AT_WORK), Next::Nothing, "it is being folded");
        assert_eq!(next(2 * LONG, 2 * LONG - REST), Next::Here, "a short rest");
        assert_eq!(next(2 * LONG, LONG), Next::Beside, "a long rest");
        assert_eq!(next(MOST, LONG), Next::Here, "long enough");
        assert_eq!(next(LONG, MOST), Next::Beside, "another log than the one that was folded");
    }

    #[test]
    fn a_busy_writer_does_not_let_the_log_grow_and_leaves_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("busy.db");
        let mut writer = lite::open(&path, Mode::Write).unwrap();
        let folding = Folding::start(&path, &mut writer).unwrap();
        writer.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT NOT NULL)").unwrap();
        let words = "路".repeat(1300);
        // 640 MiB of pages, four thousand rows to a commit.
        for batch in 0..40 {
            writer.execute_batch("BEGIN").unwrap();
            for row in 0..4096 {
                writer.execute("INSERT INTO t VALUES (?1, ?2)", params![batch * 4096 + row, words]).unwrap();
            }
            writer.execute_batch("COMMIT").unwrap();
        }
        let log = fs::metadata(path.with_extension("db-wal")).unwrap().len();
        let most = u64::try_from(MOST).unwrap() * 4096;
        assert!(log < most + most / 2, "the log has {} MiB", log >> 20);
        folding.end(&mut writer).unwrap();
        writer.close().unwrap();
        assert!(!path.with_extension("db-wal").exists(), "the last to close folds the log");
        let rows: i64 =
            Connection::open(&path).unwrap().query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 40 * 4096);
    }
}
