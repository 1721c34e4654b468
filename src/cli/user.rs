//! `luyuan user`: accounts.

use super::Trouble;
use clap::Subcommand;
use luyuan_app::App;
use std::io::BufRead;

/// What to do with accounts.
#[derive(Subcommand)]
pub enum Verb {
    /// Add an account; the password is read from standard input, one line
    Add {
        /// What they type to log in
        #[arg(long)]
        login: String,
        /// Name as shown inside the organisation
        #[arg(long)]
        name: String,
        /// Code of the organisation they act for
        #[arg(long)]
        org: String,
        /// What they are there: worker, lead, intake, administrator, system_administrator,
        /// security_administrator, audit_administrator
        #[arg(long, default_value = "lead")]
        role: String,
    },
    /// List the accounts
    List,
}

/// Carries it out.
pub async fn run(app: App, verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::Add { login, name, org, role } => {
            let unknown = || Trouble { code: 3, sentence: format!("no organisation has the code {org}") };
            let org = app.directory().org_by_code(&org).map(|org| org.id).ok_or_else(unknown)?;
            let role = super::role::known(&role)?;
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password)?;
            app.add_person(&login, &name, password.trim_end_matches(['\r', '\n']), org, role, false).await?;
            println!("added {login}");
        }
        Verb::List => {
            for person in app.people().await? {
                println!("{}\t{}", person.login, person.name);
            }
        }
    }
    app.db.close().await;
    Ok(())
}
