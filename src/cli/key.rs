//! `luyuan key`: keys of programs.

use super::Trouble;
use clap::Subcommand;
use luyuan_app::App;

/// What to do with keys.
#[derive(Subcommand)]
pub enum Verb {
    /// Make a key with which a program places orders; it is printed once and kept as a hash
    Add {
        /// What the timeline calls the program
        #[arg(long)]
        label: String,
    },
}

/// Carries it out.
pub async fn run(app: App, verb: Verb) -> Result<(), Trouble> {
    let Verb::Add { label } = verb;
    let key = app.env.secret()?;
    app.add_key(&key, label.trim()).await?;
    println!("api_key={key}");
    app.db.close().await;
    Ok(())
}
