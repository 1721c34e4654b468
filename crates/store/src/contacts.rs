//! How to reach reporters, as it is kept: sealed by those who call, with a key that is not here.

use crate::{Conn, Row, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    contact::ContactData,
    ids::{JurisdictionId, OrderId, ReporterId},
};

/// Keeps what is known of a reporter, in place of what was known before.
///
/// # Errors
/// As the engine says.
pub async fn put(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: ReporterId,
    order: OrderId,
    sealed: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO contacts (jurisdiction_id, reporter_id, order_id, sealed, given_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (jurisdiction_id, reporter_id) DO UPDATE SET order_id = excluded.order_id,
           sealed = excluded.sealed, given_at = excluded.given_at",
    )
    .bind(&j.0)
    .bind(reporter.to_string())
    .bind(order.to_string())
    .bind(sealed)
    .bind(to_ms(now))
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
    sealed: &str,
) -> Result<(), StoreError> {
    let text = "UPDATE contacts SET sealed = $4 WHERE jurisdiction_id = $1 AND reporter_id = $2 AND sealed = $3";
    conn.query(text).bind(&j.0).bind(reporter.to_string()).bind(before).bind(sealed).run().await?;
    Ok(())
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
