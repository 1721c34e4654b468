//! `luyuan contact`: the key that seals how to reach reporters.

use super::{Common, Trouble};
use clap::Subcommand;

/// What to do with the key.
#[derive(Subcommand)]
pub enum Verb {
    /// Make a new key, seal everything with it anew, and drop the old one: when the file may be known
    /// to others. Restart servers afterwards; older backups need the file that belongs to them
    RenewKey,
}

/// Carries it out.
pub async fn run(common: &Common, verb: Verb) -> Result<(), Trouble> {
    let app = common.start().await?;
    match verb {
        Verb::RenewKey => {
            let sealed = app.renew_contact_key().await?;
            println!("{sealed} people's contact data sealed anew");
        }
    }
    app.db.close().await;
    Ok(())
}
