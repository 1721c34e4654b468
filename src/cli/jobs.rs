//! `luyuan jobs`: work that waits, is tried again, or was given up.

use super::Trouble;
use clap::{Subcommand, ValueEnum};
use luyuan_app::{App, jobs::Which};
use luyuan_domain::actor::Actor;
use std::io::Write;

/// What to do with jobs.
#[derive(Subcommand)]
pub enum Verb {
    /// List them, newest first: id, kind, state, when, failures, why the last attempt failed
    List {
        /// Only these
        #[arg(long, value_enum, default_value = "open")]
        state: State,
    },
    /// Try one again at once, also one that was given up
    Retry {
        /// Its id
        id: uuid::Uuid,
    },
    /// Take one away that nobody is doing
    Drop {
        /// Its id
        id: uuid::Uuid,
    },
}

/// Which jobs.
#[derive(Clone, Copy, ValueEnum)]
pub enum State {
    /// All
    All,
    /// That wait or are under way
    Open,
    /// That were tried in vain and are tried again
    Failing,
    /// That were given up
    Dead,
}

/// Most jobs that are listed.
const MOST: i64 = 1_000;

/// Carries it out.
pub async fn run(app: App, verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::List { state } => {
            let which = match state {
                State::All => Which::All,
                State::Open => Which::Open,
                State::Failing => Which::Failing,
                State::Dead => Which::Dead,
            };
            let mut out = std::io::stdout().lock();
            for job in app.jobs(which, MOST).await? {
                let (state, at) = match (job.dead_at, job.leased_until) {
                    (Some(at), _) => ("dead", at),
                    (None, Some(at)) => ("leased", at),
                    (None, None) => ("waiting", job.run_at),
                };
                let error = job.error.unwrap_or_default();
                writeln!(out, "{}\t{}\t{state}\t{at}\t{}\t{error}", job.id, job.kind, job.failures)?;
            }
        }
        Verb::Retry { id } => {
            app.retry_job(&Actor::System, id).await?;
            println!("tried again at once: {id}");
        }
        Verb::Drop { id } => {
            app.drop_job(&Actor::System, id).await?;
            println!("taken away: {id}");
        }
    }
    app.db.close().await;
    Ok(())
}
