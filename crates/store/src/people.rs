//! People with accounts.

use crate::{Conn, StoreError};
use luyuan_domain::ids::{JurisdictionId, PersonId};

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

/// Replaces a person's password hash.
///
/// # Errors
/// As the engine says.
pub async fn set_password(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    id: PersonId,
    password_hash: &str,
) -> Result<(), StoreError> {
    conn.query("UPDATE people SET password_hash = $3 WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .bind(password_hash)
        .run()
        .await?;
    Ok(())
}
