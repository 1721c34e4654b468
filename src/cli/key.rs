//! `luyuan key`: keys of programs.

use super::{Trouble, role::midnight};
use clap::Subcommand;
use luyuan_app::{App, keys::NewKey};
use luyuan_domain::{
    actor::Actor,
    roles::{Scope, Scopes},
};

/// What to do with keys.
#[derive(Subcommand)]
pub enum Verb {
    /// Make a key for a program; it is printed once and kept as a hash
    Add {
        /// What the timeline calls the program
        #[arg(long)]
        label: String,
        /// What it may be used for, once for each: place, update-status, read-internal, bulk
        /// [default: place and update-status]
        #[arg(long)]
        scope: Vec<String>,
        /// Last day (2026-12-31) [default: no end]
        #[arg(long)]
        until: Option<String>,
    },
    /// List the keys: name, label, scopes, from when, until when
    List,
    /// End a key now
    End {
        /// Its name, as `list` shows it
        name: String,
    },
}

/// Carries it out, as whoever runs the platform.
pub async fn run(app: App, verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::Add { label, scope, until } => {
            let until = until.map(|day| midnight(&app, &day, true)).transpose()?;
            let all = Scope::ALL.map(Scope::code).join(", ");
            let unknown = |code| Trouble { code: 2, sentence: format!("{code:?} is no scope; the scopes are {all}") };
            let scopes = if scope.is_empty() { Ok(Scopes::usual()) } else { Scopes::parse(&scope.join(" ")) };
            let new = NewKey { label, scopes: scopes.map_err(unknown)?, until };
            println!("api_key={}", app.make_key(&Actor::System, new).await?);
        }
        Verb::List => {
            for key in app.keys(&Actor::System).await? {
                let until = key.until.map(|until| until.to_string()).unwrap_or_default();
                println!("{}\t{}\t{}\t{}\t{until}", key.name(), key.label, key.scopes.written(), key.since);
            }
        }
        Verb::End { name } => {
            app.end_key(&Actor::System, &name).await?;
            println!("ended");
        }
    }
    app.db.close().await;
    Ok(())
}
