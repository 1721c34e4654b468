//! Work done later: a worker claims jobs, does them, and says what came of it.

use crate::{App, AppError, telling};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::actor::Actor;
use luyuan_store::{
    StoreError, audit,
    jobs::{self, Job},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use luyuan_store::jobs::{Shown, Which};

/// How often waiting jobs are looked for.
const BEAT: Duration = Duration::from_secs(1);
/// Jobs that one program does at a time.
const HANDS: usize = 16;
/// How long a worker may take when no list says it, in seconds.
const LEASE: u32 = 120;

/// What came of a job that could not be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undone {
    /// Try again later; why, without anybody's address in it.
    Later(String),
    /// It will never work; why.
    Never(String),
}

impl From<AppError> for Undone {
    fn from(error: AppError) -> Self {
        Self::Later(error.to_string())
    }
}

impl App {
    /// Jobs for the operator, newest first.
    ///
    /// # Errors
    /// As the database says.
    pub async fn jobs(&self, which: Which, limit: i64) -> Result<Vec<Shown>, AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.scan(move |mut conn| Box::pin(async move { jobs::list(&mut conn, &j, which, limit).await }));
        read.await.map_err(AppError::Store)
    }

    /// Tries a job again at once that waits or was given up.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, or somebody is doing it.
    pub async fn retry_job(&self, by: &Actor, id: Uuid) -> Result<(), AppError> {
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let entry = self.entry(by, "job_retried", &id.to_string(), "");
        let there = self.db.write(move |mut conn| {
            Box::pin(async move {
                let there = jobs::retry(&mut conn, &j, id, now).await?;
                if there {
                    audit::add(&mut conn, &j, &entry).await?;
                    luyuan_store::deliveries::wait(&mut conn, &j, id, now).await?;
                }
                Ok(there)
            })
        });
        if there.await.map_err(AppError::Store)? { Ok(()) } else { Err(AppError::NotFound("job")) }
    }

    /// Takes a job away that nobody is doing; the message that it carried counts as withdrawn.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, or somebody is doing it.
    pub async fn drop_job(&self, by: &Actor, id: Uuid) -> Result<(), AppError> {
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let entry = self.entry(by, "job_dropped", &id.to_string(), "");
        let there = self.db.write(move |mut conn| {
            Box::pin(async move {
                let there = jobs::drop(&mut conn, &j, id).await?;
                if there {
                    audit::add(&mut conn, &j, &entry).await?;
                    telling::withdraw(&mut conn, &j, id, now).await?;
                }
                Ok(there)
            })
        });
        if there.await.map_err(AppError::Store)? { Ok(()) } else { Err(AppError::NotFound("job")) }
    }

    /// Claims up to `limit` jobs whose time has come.
    pub(crate) async fn claim_jobs(&self, limit: usize) -> Result<Vec<Job>, AppError> {
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let asked = j.clone();
        // Looked at before anything is written: most of the time none waits.
        let waiting =
            self.db.read(move |mut conn| Box::pin(async move { jobs::waiting(&mut conn, &asked, now).await }));
        if !waiting.await.map_err(AppError::Store)? {
            return Ok(Vec::new());
        }
        let seconds = self.telling(now).map_or(LEASE, |telling| telling.lease_seconds);
        let lease = now + SignedDuration::from_secs(seconds.into());
        let limit = i64::try_from(limit).unwrap_or(1);
        let claimed =
            self.db.write(move |mut conn| Box::pin(async move { jobs::claim(&mut conn, &j, now, lease, limit).await }));
        claimed.await.map_err(AppError::Store)
    }

    /// Does a claimed job. A job whose lease went to another worker meanwhile changes nothing.
    pub(crate) async fn do_job(&self, job: &Job) {
        let done = match job.kind.as_str() {
            telling::TELL => self.fan_out(job).await,
            telling::DELIVER => self.deliver(job).await,
            other => Err(Undone::Never(format!("this program knows no job of kind {other}"))),
        };
        let Err(undone) = done else { return };
        if let Err(error) = self.fail_job(job, undone).await {
            // Its lease ends by itself, and it comes again.
            tracing::warn!(%error, job = %job.id, "what came of a job could not be kept");
        }
    }

    /// Keeps that a job failed: when it is tried again, or that it is given up.
    async fn fail_job(&self, job: &Job, undone: Undone) -> Result<(), AppError> {
        let (j, now, id, attempt) = (self.jurisdiction.clone(), self.env.now(), job.id, job.attempt);
        let (reason, again) = match undone {
            Undone::Later(reason) => (reason, self.try_again(job.failures + 1, now)),
            Undone::Never(reason) => (reason, None),
        };
        if again.is_none() {
            tracing::warn!(job = %id, kind = job.kind, reason, "a job is given up");
        }
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move {
                let (at, dead) = again.map_or((now, Some(now)), |at| (at, None));
                if jobs::fail(&mut conn, &j, (id, attempt), &reason, at, dead).await? {
                    telling::failed(&mut conn, &j, id, reason, again, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        kept.await.map_err(AppError::Store)
    }

    /// When something that failed so often is tried again; none when it is given up.
    fn try_again(&self, failures: i64, now: Timestamp) -> Option<Timestamp> {
        let wait = self.telling(now)?.wait(failures)?;
        Some(now + SignedDuration::from_secs(wait.into()))
    }

    /// Does all jobs whose time has come, one after the other; how many there were. For commands and
    /// tests; [`App::run_clock`] does the same many at a time.
    ///
    /// # Errors
    /// As the database says.
    pub async fn do_jobs(&self) -> Result<usize, AppError> {
        let mut done = 0;
        loop {
            let claimed = self.claim_jobs(HANDS).await?;
            if claimed.is_empty() {
                return Ok(done);
            }
            done += claimed.len();
            for job in claimed {
                self.do_job(&job).await;
            }
        }
    }

    /// Does jobs for as long as the program runs.
    pub(crate) async fn run_jobs(self) {
        let hands = Arc::new(Semaphore::new(HANDS));
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            // One receiver that hangs keeps one hand busy, not all of them.
            let free = hands.available_permits();
            if free == 0 {
                continue;
            }
            let claimed = match self.claim_jobs(free).await {
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(%error, "jobs could not be claimed; it is tried again");
                    continue;
                }
            };
            for job in claimed {
                let Ok(hand) = hands.clone().acquire_owned().await else { return };
                let app = self.clone();
                tokio::spawn(async move {
                    app.do_job(&job).await;
                    drop(hand);
                });
            }
        }
    }
}
