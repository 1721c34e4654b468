//! `luyuan log`: the evidence log, and the key that signs it.

use super::{Common, Trouble};
use clap::Subcommand;

/// What to do with the log.
#[derive(Subcommand)]
pub enum Verb {
    /// Seal what happened since the last time, and print the signed checkpoint
    Seal,
    /// Print the public keys that signed the log, oldest first; the last one signs now
    Keys,
    /// Set the key that signs aside and make a new one: when the old one was lost, or others may know
    /// it, or the database had to go back to an older copy. Restart servers afterwards
    RenewKey,
}

/// Carries it out.
pub async fn run(common: &Common, verb: Verb) -> Result<(), Trouble> {
    let app = common.start().await?;
    match verb {
        Verb::Seal => {
            app.open_log(&common.data).await?;
            app.seal().await?;
            match app.checkpoint().await? {
                Some(standing) => print!("{}", standing.note),
                None => println!("nothing has happened yet"),
            }
        }
        Verb::Keys => {
            for key in app.log_keys().await? {
                println!("{}\tfrom entry {}\tsince {}", key.verifier, key.size, key.at);
            }
        }
        Verb::RenewKey => println!("{}", app.renew_log_key(&common.data).await?),
    }
    app.db.close().await;
    Ok(())
}
