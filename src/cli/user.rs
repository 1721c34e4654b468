//! `luyuan user`: accounts.

use super::Trouble;
use clap::Subcommand;
use luyuan_app::{App, invitations::Inviting};
use luyuan_domain::{actor::Actor, ids::OrgId};
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
    /// Make a link with which somebody makes an account of their own, once
    Invite {
        /// Code of the organisation
        #[arg(long)]
        org: String,
        /// What they will be there
        #[arg(long, default_value = "lead")]
        role: String,
    },
    /// Make a link with which somebody chooses a new password, once
    Reset {
        /// Their login
        #[arg(long)]
        login: String,
    },
    /// Take the second step at login away from somebody who lost it
    EndFactor {
        /// Their login
        #[arg(long)]
        login: String,
    },
    /// List the accounts
    List,
}

fn known_org(app: &App, code: &str) -> Result<OrgId, Trouble> {
    let unknown = || Trouble { code: 3, sentence: format!("no organisation has the code {code}") };
    app.directory().org_by_code(code).map(|org| org.id).ok_or_else(unknown)
}

/// Carries it out; links begin with the address.
pub async fn run(app: App, address: &str, verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::Add { login, name, org, role } => {
            let org = known_org(&app, &org)?;
            let role = super::role::known(&role)?;
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password)?;
            app.add_person(&login, &name, password.trim_end_matches(['\r', '\n']), org, role, false).await?;
            println!("added {login}");
        }
        Verb::Invite { org, role } => {
            let inviting = Inviting {
                org: known_org(&app, &org)?,
                role: super::role::known(&role)?,
                place: None,
                until: None,
                subject: None,
            };
            println!("link={address}/invitation/{}", app.invite(&Actor::System, inviting).await?);
        }
        Verb::Reset { login } => println!("link={address}/reset/{}", app.make_reset(&Actor::System, &login).await?),
        Verb::EndFactor { login } => {
            app.end_factor_of(&login).await?;
            println!("ended");
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
