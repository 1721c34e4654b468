//! People with accounts, and their sessions.

use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, OrgId, PersonId};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identity.
    pub id: PersonId,
    /// What they type to log in.
    pub login: String,
    /// Name as shown inside the organisation.
    pub name: String,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// A demonstration account, listed on the login page.
    pub demo: bool,
}

fn person(row: &crate::Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.id(0, "people", "id")?,
        login: row.get(1)?,
        name: row.get(2)?,
        password_hash: row.get(3)?,
        demo: row.get::<i64>(4)? != 0,
    })
}

/// Adds a person, or replaces the one with the same id.
///
/// # Errors
/// [`StoreError::Conflict`] when the login is taken.
pub async fn put(conn: &mut Conn<'_>, j: &JurisdictionId, person: &Person) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO people (jurisdiction_id, id, login, name, password_hash, demo) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (jurisdiction_id, id) DO UPDATE SET login = excluded.login, name = excluded.name,
           password_hash = excluded.password_hash, demo = excluded.demo",
    )
    .bind(&j.0)
    .bind(person.id.to_string())
    .bind(&person.login)
    .bind(&person.name)
    .bind(&person.password_hash)
    .bind(i64::from(person.demo))
    .run()
    .await?;
    Ok(())
}

/// The person with a login.
///
/// # Errors
/// As the engine says.
pub async fn by_login(conn: &mut Conn<'_>, j: &JurisdictionId, login: &str) -> Result<Option<Person>, StoreError> {
    let row = conn
        .query("SELECT id, login, name, password_hash, demo FROM people WHERE jurisdiction_id = $1 AND login = $2")
        .bind(&j.0)
        .bind(login)
        .maybe()
        .await?;
    row.as_ref().map(person).transpose()
}

/// Everybody, by login.
///
/// # Errors
/// As the engine says.
pub async fn all(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<Person>, StoreError> {
    let rows = conn
        .query("SELECT id, login, name, password_hash, demo FROM people WHERE jurisdiction_id = $1 ORDER BY login")
        .bind(&j.0)
        .all()
        .await?;
    rows.iter().map(person).collect()
}

/// The person with an id.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, id: PersonId) -> Result<Option<Person>, StoreError> {
    let row = conn
        .query("SELECT id, login, name, password_hash, demo FROM people WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .maybe()
        .await?;
    row.as_ref().map(person).transpose()
}

/// A session: a person acting for one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// For which organisation.
    pub org: OrgId,
}

/// Keeps a session under the hash of its token.
///
/// # Errors
/// As the engine says.
pub async fn open_session(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
    who: PersonId,
    org: OrgId,
    now: Timestamp,
    ends: Timestamp,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO sessions (jurisdiction_id, token_hash, person_id, org_id, opened_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&j.0)
    .bind(token_hash)
    .bind(who.to_string())
    .bind(org.to_string())
    .bind(to_ms(now))
    .bind(to_ms(ends))
    .run()
    .await?;
    Ok(())
}

/// The session under a token's hash, unless it has ended.
///
/// # Errors
/// As the engine says.
pub async fn session(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let row = conn
        .query(
            "SELECT s.person_id, p.name, s.org_id FROM sessions s
             JOIN people p ON p.jurisdiction_id = s.jurisdiction_id AND p.id = s.person_id
             WHERE s.jurisdiction_id = $1 AND s.token_hash = $2 AND s.ends_at > $3",
        )
        .bind(&j.0)
        .bind(token_hash)
        .bind(to_ms(now))
        .maybe()
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Session {
        person: row.id(0, "sessions", "person_id")?,
        name: row.get(1)?,
        org: row.id(2, "sessions", "org_id")?,
    }))
}

/// Ends a session.
///
/// # Errors
/// As the engine says.
pub async fn end_session(conn: &mut Conn<'_>, j: &JurisdictionId, token_hash: &str) -> Result<(), StoreError> {
    conn.query("DELETE FROM sessions WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(token_hash)
        .run()
        .await?;
    Ok(())
}
