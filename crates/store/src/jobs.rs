//! Work to be done later: enqueued in the transaction that makes it necessary, claimed with a lease,
//! fenced by the attempt's number. A worker that dies loses its lease, and the job comes again; a
//! worker that was only slow finds that its attempt is no longer the present one.

use crate::{Conn, Row, StoreError, Together, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;
use uuid::Uuid;

/// The one thing in which the engines differ: with PostgreSQL two workers look at the same time, and
/// each passes over what the other holds. SQLite has one writer, so nobody else looks.
const PASS_OVER: [&str; 2] = ["", " FOR UPDATE SKIP LOCKED"];

/// A job that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// Identity: what a receiver sees as the same at every attempt.
    pub id: Uuid,
    /// Which work.
    pub kind: &'static str,
    /// What about, as JSON. Names things by their ids: never contact data.
    pub body: String,
    /// Not before.
    pub run_at: Timestamp,
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identity.
    pub id: Uuid,
    /// Which work.
    pub kind: String,
    /// What about, as JSON.
    pub body: String,
    /// Which attempt this is, from 1; only it may finish the job.
    pub attempt: i64,
    /// How many attempts failed before.
    pub failures: i64,
}

/// A job as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Identity.
    pub id: Uuid,
    /// Which work.
    pub kind: String,
    /// What about, as JSON.
    pub body: String,
    /// When it is done, tried again, or its lease ends.
    pub run_at: Timestamp,
    /// How often it was tried in vain.
    pub failures: i64,
    /// Somebody is doing it, until then at most.
    pub leased_until: Option<Timestamp>,
    /// Given up.
    pub dead_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// Which jobs are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that wait or are under way.
    Open,
    /// Those that were tried in vain and are tried again.
    Failing,
    /// Those that were given up.
    Dead,
}

/// Adds a job.
///
/// # Errors
/// [`StoreError::Conflict`] when there is one with this id.
pub async fn enqueue(conn: &mut Conn<'_>, j: &JurisdictionId, job: &New) -> Result<(), StoreError> {
    let mut together = conn.together();
    add(&mut together, j, job)?;
    together.run().await
}

pub(crate) fn add<'v>(together: &mut Together<'v>, j: &'v JurisdictionId, job: &'v New) -> Result<(), StoreError> {
    together.insert("INSERT INTO jobs (jurisdiction_id, id, kind, body, run_at, attempt) VALUES", 1, 6);
    together
        .bind(&j.0)?
        .bind(job.id.to_string())?
        .bind(job.kind)?
        .bind(&job.body)?
        .bind(to_ms(job.run_at))?
        .bind(0i64)?;
    Ok(())
}

/// Whether any job is to be done at `now`. Asked before claiming, which has to write.
///
/// # Errors
/// As the engine says.
pub async fn waiting(conn: &mut Conn<'_>, j: &JurisdictionId, now: Timestamp) -> Result<bool, StoreError> {
    let row = conn
        .query("SELECT id FROM jobs WHERE jurisdiction_id = $1 AND dead_at IS NULL AND run_at <= $2 LIMIT 1")
        .bind(&j.0)
        .bind(to_ms(now))
        .maybe()
        .await?;
    Ok(row.is_some())
}

/// Claims up to `limit` jobs that are to be done at `now`, until `lease`, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn claim(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    now: Timestamp,
    lease: Timestamp,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    let pass_over = PASS_OVER[usize::from(matches!(conn, Conn::Pg(_)))];
    // A leased job stands at the end of its lease in the queue: there it is found again.
    let text = format!(
        "UPDATE jobs SET attempt = attempt + 1, leased_until = $3, run_at = $3
         WHERE jurisdiction_id = $1 AND id IN (
           SELECT id FROM jobs WHERE jurisdiction_id = $1 AND dead_at IS NULL AND run_at <= $2
           ORDER BY run_at, id LIMIT $4{pass_over})
         RETURNING id, kind, body, attempt, failures"
    );
    let rows = conn.composed(text).bind(&j.0).bind(to_ms(now)).bind(to_ms(lease)).bind(limit).all().await?;
    let job = |row: &Row| {
        Ok(Job {
            id: row.id(0, "jobs", "id")?,
            kind: row.get(1)?,
            body: row.get(2)?,
            attempt: row.get(3)?,
            failures: row.get(4)?,
        })
    };
    let mut jobs = rows.iter().map(job).collect::<Result<Vec<_>, StoreError>>()?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// The job is done: it goes. Whether this attempt was still the present one; if not, nothing changed
/// and whatever else stands in the same transaction must not be kept either.
///
/// # Errors
/// As the engine says.
pub async fn finish(conn: &mut Conn<'_>, j: &JurisdictionId, id: Uuid, attempt: i64) -> Result<bool, StoreError> {
    let gone = conn
        .query("DELETE FROM jobs WHERE jurisdiction_id = $1 AND id = $2 AND attempt = $3 AND dead_at IS NULL")
        .bind(&j.0)
        .bind(id.to_string())
        .bind(attempt)
        .run()
        .await?;
    Ok(gone == 1)
}

/// The job is tried again at `again`, or given up at `dead`; why. Whether this attempt was still the
/// present one.
///
/// # Errors
/// As the engine says.
pub async fn fail(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    (id, attempt): (Uuid, i64),
    error: &str,
    again: Timestamp,
    dead: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let changed = conn
        .query(
            "UPDATE jobs SET leased_until = NULL, error = $4, run_at = $5, dead_at = $6, failures = failures + 1
             WHERE jurisdiction_id = $1 AND id = $2 AND attempt = $3 AND dead_at IS NULL",
        )
        .bind(&j.0)
        .bind(id.to_string())
        .bind(attempt)
        .bind(error)
        .bind(to_ms(again))
        .bind(dead.map(to_ms))
        .run()
        .await?;
    Ok(changed == 1)
}

/// Lets a job wait until `at` without counting a failure, because it may not be done yet.
///
/// # Errors
/// As the engine says.
pub async fn put_off(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    (id, attempt): (Uuid, i64),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = conn
        .query(
            "UPDATE jobs SET leased_until = NULL, run_at = $4
             WHERE jurisdiction_id = $1 AND id = $2 AND attempt = $3 AND dead_at IS NULL",
        )
        .bind(&j.0)
        .bind(id.to_string())
        .bind(attempt)
        .bind(to_ms(at))
        .run()
        .await?;
    Ok(changed == 1)
}

/// Jobs for the operator, newest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn list(conn: &mut Conn<'_>, j: &JurisdictionId, which: Which, limit: i64) -> Result<Vec<Shown>, StoreError> {
    let only = match which {
        Which::All => "",
        Which::Open => " AND dead_at IS NULL",
        Which::Failing => " AND dead_at IS NULL AND error IS NOT NULL",
        Which::Dead => " AND dead_at IS NOT NULL",
    };
    let text = format!(
        "SELECT id, kind, body, run_at, failures, leased_until, dead_at, error FROM jobs
         WHERE jurisdiction_id = $1{only} ORDER BY id DESC LIMIT $2"
    );
    let rows = conn.composed(text).bind(&j.0).bind(limit).all().await?;
    let instant = |at: Option<i64>| at.map(from_ms).transpose();
    rows.iter()
        .map(|row| {
            Ok(Shown {
                id: row.id(0, "jobs", "id")?,
                kind: row.get(1)?,
                body: row.get(2)?,
                run_at: from_ms(row.get(3)?)?,
                failures: row.get(4)?,
                leased_until: instant(row.get(5)?)?,
                dead_at: instant(row.get(6)?)?,
                error: row.get(7)?,
            })
        })
        .collect()
}

/// Tries a job that waits or was given up again, from `now` on, as if for the first time. One that
/// somebody is doing is left alone. Whether there was one.
///
/// # Errors
/// As the engine says.
pub async fn retry(conn: &mut Conn<'_>, j: &JurisdictionId, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    // The attempt's number stays: a worker of long ago must not be taken for the next one.
    let changed = conn
        .query(
            "UPDATE jobs SET dead_at = NULL, run_at = $3, failures = 0, leased_until = NULL
             WHERE jurisdiction_id = $1 AND id = $2 AND (leased_until IS NULL OR dead_at IS NOT NULL)",
        )
        .bind(&j.0)
        .bind(id.to_string())
        .bind(to_ms(now))
        .run()
        .await?;
    Ok(changed == 1)
}

/// Takes a job away that nobody is doing. Whether there was one.
///
/// # Errors
/// As the engine says.
pub async fn drop(conn: &mut Conn<'_>, j: &JurisdictionId, id: Uuid) -> Result<bool, StoreError> {
    let gone = conn
        .query("DELETE FROM jobs WHERE jurisdiction_id = $1 AND id = $2 AND leased_until IS NULL")
        .bind(&j.0)
        .bind(id.to_string())
        .run()
        .await?;
    Ok(gone == 1)
}

#[cfg(test)]
mod tests;
