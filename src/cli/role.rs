//! `luyuan role`: what people may do, where, and for how long.

use super::Trouble;
use clap::Subcommand;
use jiff::{Timestamp, civil::Date};
use luyuan_app::{App, roles::Giving};
use luyuan_domain::{actor::Actor, roles::Role};

/// What to do with roles.
#[derive(Subcommand)]
pub enum Verb {
    /// Give a role in an organisation
    Give {
        /// Login of the person
        #[arg(long)]
        login: String,
        /// Code of the organisation
        #[arg(long)]
        org: String,
        /// worker, lead, intake, administrator, system_administrator, security_administrator,
        /// audit_administrator
        #[arg(long)]
        role: String,
        /// Code of a place, when the role is not for everything that the organisation answers for
        #[arg(long)]
        place: Option<String>,
        /// First day (2026-01-31) [default: now]
        #[arg(long)]
        since: Option<String>,
        /// Last day [default: no end]
        #[arg(long)]
        until: Option<String>,
    },
    /// List the roles that stand or will stand
    List,
    /// End a role now
    End {
        /// Its id, as `list` shows it
        id: String,
    },
}

/// The role for a code.
pub fn known(code: &str) -> Result<Role, Trouble> {
    let all = Role::ALL.map(Role::code).join(", ");
    Role::parse(code).ok_or_else(|| Trouble { code: 2, sentence: format!("{code:?} is no role; the roles are {all}") })
}

/// The first instant of a day in the district, or of the day after it.
pub fn midnight(app: &App, day: &str, after: bool) -> Result<Timestamp, Trouble> {
    let wrong = || Trouble { code: 2, sentence: format!("{day:?} is no day; write it as 2026-01-31") };
    let date: Date = day.parse().map_err(|_| wrong())?;
    let date = if after { date.tomorrow().map_err(|_| wrong())? } else { date };
    Ok(app.first_instant(date)?)
}

/// Carries it out, as whoever runs the platform.
pub async fn run(app: App, verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::Give { login, org, role, place, since, until } => {
            let directory = app.directory();
            let unknown =
                |what: &str, code: &str| Trouble { code: 3, sentence: format!("no {what} has the code {code}") };
            let place = match place {
                Some(code) => Some(directory.place_by_code(&code).ok_or_else(|| unknown("place", &code))?.id),
                None => None,
            };
            let giving = Giving {
                login,
                org: directory.org_by_code(&org).ok_or_else(|| unknown("organisation", &org))?.id,
                role: known(&role)?,
                place,
                since: since.map(|day| midnight(&app, &day, false)).transpose()?,
                until: until.map(|day| midnight(&app, &day, true)).transpose()?,
            };
            println!("role={}", app.give_role(&Actor::System, giving).await?);
        }
        Verb::List => {
            let directory = app.directory();
            for one in app.standing_roles(&Actor::System).await? {
                let org = directory.org(one.held.org).map(|org| org.code.clone()).unwrap_or_default();
                let place = one.held.place.and_then(|place| directory.place(place)).map(|place| place.code.clone());
                let until = one.held.until.map(|until| until.to_string()).unwrap_or_default();
                let (id, role, since) = (one.held.id, one.held.role.code(), one.held.since);
                println!("{id}\t{}\t{role}\t{org}\t{}\t{since}\t{until}", one.login, place.unwrap_or_default());
            }
        }
        Verb::End { id } => {
            let id = id.parse().map_err(|_| Trouble { code: 2, sentence: format!("{id:?} is no id of a role") })?;
            app.end_role(&Actor::System, id).await?;
            println!("ended");
        }
    }
    app.db.close().await;
    Ok(())
}
