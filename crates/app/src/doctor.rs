//! Is everything in order? Each check is a finding: how it stands, and what to do.

mod files;

use crate::{App, AppError};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{Db, Engine, health};

pub use files::{Depth, examine as files};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// In order.
    Ok,
    /// Works, but look at it.
    Warn,
    /// Not in order.
    Bad,
}

impl Grade {
    /// The word at the beginning of a line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub grade: Grade,
    /// What was looked at, what was found, and what to do.
    pub words: String,
}

impl Finding {
    /// In order.
    pub fn ok(words: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, words: words.into() }
    }

    /// Works, but look at it.
    pub fn warn(words: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, words: words.into() }
    }

    /// Not in order.
    pub fn bad(words: impl Into<String>) -> Self {
        Self { grade: Grade::Bad, words: words.into() }
    }
}

/// How far the newest event may lie ahead of this machine's clock, in milliseconds: clocks of
/// servers that share a database differ by so much when they are set by NTP at all.
const MOST_AHEAD: i64 = 60_000;

/// Whether the tables fit this program; nothing is changed.
///
/// # Errors
/// As the database says.
pub async fn migrations(db: &Db) -> Result<Finding, AppError> {
    let state = db.read(|mut conn| Box::pin(async move { health::migrations(&mut conn).await }));
    Ok(match state.await.map_err(AppError::Store)? {
        health::Migrations::Fit => Finding::ok("the tables fit this program"),
        health::Migrations::Missing(missing) => {
            Finding::bad(format!("migrations {missing:?} were not run yet: back up, then run `luyuan migrate`"))
        }
        health::Migrations::Newer(newer) => Finding::bad(format!(
            "the database is newer than this program (migration {newer}): install the newer program, or restore a backup from before"
        )),
    })
}

/// Whether the engine finds its own structures whole.
///
/// # Errors
/// As the database says.
pub async fn integrity(db: &Db) -> Result<Finding, AppError> {
    let engine = db.engine();
    let wrong = db.scan(|mut conn| Box::pin(async move { health::integrity(&mut conn).await }));
    let wrong = wrong.await.map_err(AppError::Store)?;
    Ok(match (engine, wrong.first()) {
        (Engine::Sqlite, None) => Finding::ok("the database file is whole (integrity and foreign keys)"),
        (Engine::Postgres, None) => Finding::ok("PostgreSQL counted no page whose check sum was wrong"),
        (_, Some(first)) => Finding::bad(format!(
            "the database is damaged ({} findings, first: {first}): stop the server, keep a copy of it, and restore the newest good backup",
            wrong.len()
        )),
    })
}

/// Whether this machine's clock is behind that of an event.
///
/// # Errors
/// As the database says.
pub async fn clock(db: &Db, j: &JurisdictionId, now: jiff::Timestamp) -> Result<Finding, AppError> {
    let j = j.clone();
    let newest = db.read(move |mut conn| Box::pin(async move { health::newest_event(&mut conn, &j).await }));
    let Some(newest) = newest.await.map_err(AppError::Store)? else {
        return Ok(Finding::ok("no event yet to compare the clock with"));
    };
    let ahead = newest.as_millisecond() - now.as_millisecond();
    Ok(if ahead > MOST_AHEAD {
        Finding::bad(format!(
            "the newest event is of {newest}, {} s after this machine's clock ({now}): set the clock, for example with NTP",
            ahead / 1000
        ))
    } else {
        Finding::ok(format!("the clock is not behind the newest event ({newest})"))
    })
}

impl App {
    /// Jobs that are to be done, and jobs that were given up.
    ///
    /// # Errors
    /// As the database says.
    pub async fn jobs_counted(&self) -> Result<(i64, i64), AppError> {
        let counted = self.db.scan(|mut conn| Box::pin(async move { health::jobs(&mut conn).await }));
        counted.await.map_err(AppError::Store)
    }

    /// Whether rules, catalogue and calendar are in force today, and places and organisations hang
    /// together.
    ///
    /// # Errors
    /// As the database says.
    pub async fn examine_data(&self) -> Result<Vec<Finding>, AppError> {
        let directory = self.directory();
        let lost: Vec<_> = directory
            .places()
            .iter()
            .filter(|place| place.parent.is_some_and(|parent| directory.place(parent).is_none()))
            .map(|place| place.code.as_str())
            .collect();
        let mut found = vec![match self.rulebook().on(self.env.now()) {
            Ok(_) => Finding::ok("a ruleset and a catalogue are in force today"),
            Err(error) => Finding::bad(format!(
                "{error}: no order can be placed; run `luyuan migrate` or import rules with `luyuan import rules`"
            )),
        }];
        found.push(if lost.is_empty() {
            Finding::ok(format!("{} places, {} organisations", directory.places().len(), directory.orgs().len()))
        } else {
            Finding::bad(format!(
                "these places name a parent that does not exist: {}; import them again with their parents",
                lost.join(", ")
            ))
        });
        let counts = self.count(crate::orders::Filter::default()).await?;
        found.push(Finding::ok(format!("{} orders", counts.iter().map(|(_, count)| count).sum::<i64>())));
        Ok(found)
    }
}

/// Bytes that may still be written in a folder by an ordinary user.
///
/// # Errors
/// [`AppError::File`] when there is no such folder.
pub fn free(folder: &std::path::Path) -> Result<u64, AppError> {
    let about = rustix::fs::statvfs(folder);
    let about = about.map_err(|error| AppError::File(format!("{}: {error}", folder.display())))?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}
