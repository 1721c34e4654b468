//! Everybody who might ask: without an account, with a secret, with a number that they proved, with each role here and elsewhere,
//! with keys, and with roles that have ended or not begun.

use crate::district::{GARDEN, Site};
use jiff::{SignedDuration, Timestamp};
use luyuan_app::{demo::PASSWORD, env::sha256, keys::NewKey, login::Origin, roles::Giving};
use luyuan_domain::{
    actor::Actor,
    contact::Reach,
    ids::RoleId,
    roles::{Role, Scope, Scopes},
};
use luyuan_store::sessions::{self, Session};

/// Somebody who asks.
pub struct Asker {
    pub name: &'static str,
    /// A session's token.
    pub session: Option<String>,
    /// The secret of the order in question, or of another.
    pub secret: Option<bool>,
    /// The token of a resident who proved a number.
    pub resident: Option<String>,
    /// A program's key.
    pub key: Option<String>,
}

/// The community above the garden, its street, and places elsewhere.
pub const COMMUNITY: &str = "410103012012";
pub const STREET: &str = "410103012";
pub const ELSEWHERE: &str = "410103001009";
/// Called to help with the order.
pub const CALLED: &str = "D-CITY";
const DISTRICT: &str = "410103";
/// What the reporter of the order in question left.
pub const PHONE: &str = "13800000000";

fn asker(name: &'static str) -> Asker {
    Asker { name, session: None, secret: None, resident: None, key: None }
}

/// The login of somebody in the table.
fn login(name: &str) -> String {
    name.replace([' ', ','], "-")
}

/// Gives a role to a new account.
async fn hold(site: &Site, name: &str, org: &str, role: Role, place: Option<&str>, days: (i64, Option<i64>)) -> RoleId {
    let (directory, now, login) = (site.app.directory(), site.app.env.now(), login(name));
    let org = directory.org_by_code(org).unwrap().id;
    if !site.app.people().await.unwrap().iter().any(|person| person.login == login) {
        // The account comes with a role; it is ended, so that only the one below counts.
        let other = if role == Role::Intake { Role::Worker } else { Role::Intake };
        let person = site.app.add_person(&login, name, PASSWORD, org, other, true).await.unwrap();
        for held in site.app.roles_of(person).await.unwrap() {
            site.app.end_role(&Actor::System, held.id).await.unwrap();
        }
    }
    let day = |n: i64| -> Timestamp { now + SignedDuration::from_hours(24 * n) };
    let giving = Giving {
        login,
        org,
        role,
        place: place.map(|code| directory.place_by_code(code).unwrap().id),
        since: Some(day(days.0)),
        until: days.1.map(day),
    };
    site.app.give_role(&Actor::System, giving).await.unwrap()
}

/// A session that is there although nobody could have opened it today.
async fn session_in_hand(site: &Site, name: &str, org: &str) -> String {
    let token = site.app.env.secret().unwrap();
    let (j, now, hash) = (site.app.jurisdiction.clone(), site.app.env.now(), sha256(&token));
    let org = site.app.directory().org_by_code(org).unwrap().id;
    let person = site.app.people().await.unwrap().into_iter().find(|person| person.name == name).unwrap().id;
    let ends = now + SignedDuration::from_hours(12);
    let session = Session { hash, person, org, device: String::new(), opened: now, seen: now, ends };
    let opened =
        site.app.db.write(move |mut conn| Box::pin(async move { sessions::open(&mut conn, &j, &session).await }));
    opened.await.unwrap();
    token
}

/// Everybody, in the order of the table's columns.
pub async fn everybody(site: &Site) -> Vec<Asker> {
    let mut all = vec![
        asker("nobody"),
        Asker { secret: Some(true), ..asker("own secret") },
        Asker { secret: Some(false), ..asker("other's secret") },
    ];
    for (name, number) in [("resident", PHONE), ("other resident", "13900000000")] {
        let reach = Reach::phone(number, 86).unwrap();
        all.push(Asker { resident: Some(site.app.open_resident(&reach).await.unwrap()), ..asker(name) });
    }
    let staff = [
        ("worker", GARDEN, Role::Worker, None),
        ("worker elsewhere", ELSEWHERE, Role::Worker, None),
        ("lead", GARDEN, Role::Lead, None),
        ("lead above", COMMUNITY, Role::Lead, None),
        ("lead elsewhere", ELSEWHERE, Role::Lead, None),
        ("lead called", CALLED, Role::Lead, None),
        ("intake", GARDEN, Role::Intake, None),
        ("above, over the place", STREET, Role::Lead, Some(GARDEN)),
        ("above, over another", STREET, Role::Lead, Some(ELSEWHERE)),
        ("administrator", DISTRICT, Role::Administrator, None),
        ("administrator elsewhere", ELSEWHERE, Role::Administrator, None),
        ("system", DISTRICT, Role::SystemAdministrator, None),
        ("security", DISTRICT, Role::SecurityAdministrator, None),
        ("audit", DISTRICT, Role::AuditAdministrator, None),
    ];
    for (name, org, role, place) in staff {
        hold(site, name, org, role, place, (-1, None)).await;
        let session = site.app.log_in(&login(name), PASSWORD, &Origin::default()).await.unwrap().session();
        all.push(Asker { session, ..asker(name) });
    }
    for (name, days) in [("ended", (-9, Some(-1))), ("tomorrow", (1, None))] {
        hold(site, name, GARDEN, Role::Lead, None, days).await;
        assert_eq!(
            site.app.log_in(&login(name), PASSWORD, &Origin::default()).await.unwrap_err().code(),
            "login",
            "{name}"
        );
        all.push(Asker { session: Some(session_in_hand(site, name, GARDEN).await), ..asker(name) });
    }
    let keys = [
        ("key for all", Scope::ALL.to_vec()),
        ("key for little", vec![Scope::Bulk]),
        ("key ended", Scope::ALL.to_vec()),
    ];
    for (name, scopes) in keys {
        let new = NewKey { label: name.into(), scopes: Scopes(scopes), until: None };
        let key = site.app.make_key(&Actor::System, new).await.unwrap();
        if name == "key ended" {
            let known = site.app.keys(&Actor::System).await.unwrap();
            let own = known.iter().find(|key| key.label == name).unwrap();
            site.app.end_key(&Actor::System, own.name()).await.unwrap();
        }
        all.push(Asker { key: Some(key), ..asker(name) });
    }
    all
}
