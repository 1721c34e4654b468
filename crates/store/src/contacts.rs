//! How to reach reporters, as it is kept: sealed by those who call, with a key that is not here.

use crate::{Conn, Row, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    contact::ContactData,
    ids::{JurisdictionId, OrderId, ReporterId},
};

/// What is known of a reporter as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// All of it, sealed.
    pub sealed: String,
    /// By what it is found; none as long as the rules do not say how numbers are read: then it is marked
    /// later.
    pub marks: Option<Marks>,
}

/// Keyed hashes of an address and of a number in their one form; none where there is none, or what
/// was typed cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Of the e-mail address.
    pub email: Option<String>,
    /// Of the phone number.
    pub phone: Option<String>,
}

/// The mark of one address or number, to look it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Of an e-mail address.
    Email(String),
    /// Of a phone number.
    Phone(String),
}

impl Mark {
    /// The columns that hold such a mark, and when somebody proved it; and the mark.
    pub(crate) fn columns(&self) -> (&'static str, &'static str, &str) {
        match self {
            Self::Email(mark) => ("email_mark", "email_verified_at", mark),
            Self::Phone(mark) => ("phone_mark", "phone_verified_at", mark),
        }
    }
}

/// Keeps what is known of a reporter, in place of what was known before.
///
/// # Errors
/// As the engine says.
pub async fn put(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: ReporterId,
    order: OrderId,
    closed: &Closed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let marks = closed.marks.clone().unwrap_or_default();
    conn.query(
        "INSERT INTO contacts (jurisdiction_id, reporter_id, order_id, sealed, given_at, email_mark, phone_mark, marked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (jurisdiction_id, reporter_id) DO UPDATE SET order_id = excluded.order_id,
           sealed = excluded.sealed, given_at = excluded.given_at, email_mark = excluded.email_mark,
           phone_mark = excluded.phone_mark, marked = excluded.marked, email_verified_at = NULL, phone_verified_at = NULL",
    )
    .bind(&j.0)
    .bind(reporter.to_string())
    .bind(order.to_string())
    .bind(&closed.sealed)
    .bind(to_ms(now))
    .bind(marks.email)
    .bind(marks.phone)
    .bind(i64::from(closed.marks.is_some()))
    .run()
    .await?;
    Ok(())
}

/// A reporter with what is known of them.
fn sealed(row: &Row) -> Result<(ReporterId, String), StoreError> {
    Ok((row.id(0, "contacts", "reporter_id")?, row.get(1)?))
}

/// What is known of the reporters of an order who left something.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_order(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    order: OrderId,
) -> Result<Vec<(ReporterId, String)>, StoreError> {
    let text = "SELECT reporter_id, sealed FROM contacts WHERE jurisdiction_id = $1 AND order_id = $2";
    conn.query(text).bind(&j.0).bind(order.to_string()).all().await?.iter().map(sealed).collect()
}

/// What is known of a reporter, if they left something.
///
/// # Errors
/// As the engine says.
pub async fn of_reporter(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: ReporterId,
) -> Result<Option<String>, StoreError> {
    let text = "SELECT sealed FROM contacts WHERE jurisdiction_id = $1 AND reporter_id = $2";
    let row = conn.query(text).bind(&j.0).bind(reporter.to_string()).maybe().await?;
    row.map(|row| row.get(0)).transpose()
}

/// All that is known, by reporter, after one; at most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn after(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: Option<ReporterId>,
    limit: i64,
) -> Result<Vec<(ReporterId, String)>, StoreError> {
    let text = "SELECT reporter_id, sealed FROM contacts WHERE jurisdiction_id = $1 AND reporter_id > $2
         ORDER BY reporter_id LIMIT $3";
    let from = reporter.map(|id| id.to_string()).unwrap_or_default();
    conn.query(text).bind(&j.0).bind(from).bind(limit).all().await?.iter().map(sealed).collect()
}

/// Seals what is known anew, unless it changed or went meanwhile.
///
/// # Errors
/// As the engine says.
pub async fn renew(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: ReporterId,
    before: &str,
    closed: &Closed,
) -> Result<(), StoreError> {
    let text = "UPDATE contacts SET sealed = $4, email_mark = $5, phone_mark = $6, marked = $7
         WHERE jurisdiction_id = $1 AND reporter_id = $2 AND sealed = $3";
    let marks = closed.marks.clone().unwrap_or_default();
    conn.query(text)
        .bind(&j.0)
        .bind(reporter.to_string())
        .bind(before)
        .bind(&closed.sealed)
        .bind(marks.email)
        .bind(marks.phone)
        .bind(i64::from(closed.marks.is_some()))
        .run()
        .await?;
    Ok(())
}

/// Reporters whose contact data an older program kept without marks; at most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn unmarked(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    limit: i64,
) -> Result<Vec<(ReporterId, String)>, StoreError> {
    let text = "SELECT reporter_id, sealed FROM contacts WHERE jurisdiction_id = $1 AND marked = 0
         ORDER BY reporter_id LIMIT $2";
    conn.query(text).bind(&j.0).bind(limit).all().await?.iter().map(sealed).collect()
}

/// Keeps the marks of a reporter, unless what is known of them changed or went meanwhile.
///
/// # Errors
/// As the engine says.
pub async fn mark(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: ReporterId,
    before: &str,
    marks: &Marks,
) -> Result<(), StoreError> {
    let text = "UPDATE contacts SET email_mark = $4, phone_mark = $5, marked = 1
         WHERE jurisdiction_id = $1 AND reporter_id = $2 AND sealed = $3";
    conn.query(text)
        .bind(&j.0)
        .bind(reporter.to_string())
        .bind(before)
        .bind(&marks.email)
        .bind(&marks.phone)
        .run()
        .await?;
    Ok(())
}

/// The reports that were left with an address or a number, newest first; at most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn reports(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    mark: &Mark,
    limit: i64,
) -> Result<Vec<ReporterId>, StoreError> {
    let (column, _, mark) = mark.columns();
    // A report's id begins with its time.
    let text = format!(
        "SELECT reporter_id FROM contacts WHERE jurisdiction_id = $1 AND {column} = $2
         ORDER BY reporter_id DESC LIMIT $3"
    );
    let rows = conn.composed(text).bind(&j.0).bind(mark).bind(limit).all().await?;
    rows.iter().map(|row| row.id(0, "contacts", "reporter_id")).collect()
}

/// Notes for all reports that were left with an address or a number that somebody proved it.
///
/// # Errors
/// As the engine says.
pub async fn verified(conn: &mut Conn<'_>, j: &JurisdictionId, mark: &Mark, at: Timestamp) -> Result<(), StoreError> {
    let (column, verified, mark) = mark.columns();
    let text = format!(
        "UPDATE contacts SET {verified} = $3 WHERE jurisdiction_id = $1 AND {column} = $2 AND {verified} IS NULL"
    );
    conn.composed(text).bind(&j.0).bind(mark).bind(to_ms(at)).run().await?;
    Ok(())
}

/// The reporters of an order who proved the address or the number that they left.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn verified_of(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    order: OrderId,
) -> Result<Vec<ReporterId>, StoreError> {
    let text = "SELECT reporter_id FROM contacts WHERE jurisdiction_id = $1 AND order_id = $2
         AND (email_verified_at IS NOT NULL OR phone_verified_at IS NOT NULL)";
    let rows = conn.query(text).bind(&j.0).bind(order.to_string()).all().await?;
    rows.iter().map(|row| row.id(0, "contacts", "reporter_id")).collect()
}

/// Forgets how to reach a reporter; whether anything was known.
///
/// # Errors
/// As the engine says.
pub async fn forget(conn: &mut Conn<'_>, j: &JurisdictionId, reporter: ReporterId) -> Result<bool, StoreError> {
    let text = "DELETE FROM contacts WHERE jurisdiction_id = $1 AND reporter_id = $2";
    Ok(conn.query(text).bind(&j.0).bind(reporter.to_string()).run().await? > 0)
}

/// Forgets how to reach the reporters of orders that ended before an instant; how many were known.
///
/// # Errors
/// As the engine says.
pub async fn forget_ended(conn: &mut Conn<'_>, j: &JurisdictionId, before: Timestamp) -> Result<u64, StoreError> {
    let text = "DELETE FROM contacts WHERE jurisdiction_id = $1 AND order_id IN (
           SELECT id FROM orders WHERE jurisdiction_id = $1 AND closed_at < $2)";
    conn.query(text).bind(&j.0).bind(to_ms(before)).run().await
}

/// Reporters whose contact data stands open in their own row, as the first programs kept it; at
/// most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn open(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    limit: i64,
) -> Result<Vec<(ReporterId, OrderId, ContactData)>, StoreError> {
    // A quote inside a text has a backslash before it, so this finds members alone.
    let text = "SELECT id, order_id, data FROM reporters WHERE jurisdiction_id = $1
         AND (data LIKE '%\"name\":\"%' OR data LIKE '%\"phone\":\"%' OR data LIKE '%\"email\":\"%') LIMIT $2";
    let rows = conn.query(text).bind(&j.0).bind(limit).all().await?;
    let read = |row: &Row| {
        Ok((
            row.id(0, "reporters", "id")?,
            row.id(1, "reporters", "order_id")?,
            row.json::<ContactData>(2, "reporters", "data")?,
        ))
    };
    rows.iter().map(read).collect()
}
