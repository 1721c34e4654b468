//! The people behind an order: secret link, words, rating. How to reach them stands in
//! [`crate::contacts`].

use crate::{Conn, StoreError, Together, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrderId, ReporterId},
    orders::Rating,
};
use serde::{Deserialize, Serialize};

/// One person's report.
#[derive(Debug, Clone, PartialEq)]
pub struct Reporter {
    /// Identity.
    pub id: ReporterId,
    /// The order that carries on for them.
    pub order: OrderId,
    /// SHA-256 of the secret in their link, in hex.
    pub secret_hash: String,
    /// When they reported.
    pub joined_at: Timestamp,
    /// The rest.
    pub about: About,
}

/// What is known of a reporter, and what they said of the result.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct About {
    /// The language to write to them in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// The words of this report, when it joined or was merged into another order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// The order that they placed themselves, when it was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed: Option<OrderId>,
    /// They do not want the organisation that handles it to know who they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    /// When their contact data or words were taken out because they asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// How often the order had been reopened when they rated, and the rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<(u8, Rating)>,
}

fn data(about: &About) -> Result<String, StoreError> {
    serde_json::to_string(about).map_err(|error| StoreError::Sql(error.to_string()))
}

/// Adds a reporter.
///
/// # Errors
/// [`StoreError::Conflict`] when the order does not exist.
pub async fn insert(conn: &mut Conn<'_>, j: &JurisdictionId, reporter: &Reporter) -> Result<(), StoreError> {
    let mut together = conn.together();
    add(&mut together, j, reporter)?;
    together.run().await
}

pub(crate) fn add<'v>(
    together: &mut Together<'v>,
    j: &'v JurisdictionId,
    reporter: &'v Reporter,
) -> Result<(), StoreError> {
    together.insert("INSERT INTO reporters (jurisdiction_id, order_id, id, secret_hash, joined_at, data) VALUES", 1, 6);
    together
        .bind(&j.0)?
        .bind(reporter.order.to_string())?
        .bind(reporter.id.to_string())?
        .bind(&reporter.secret_hash)?
        .bind(to_ms(reporter.joined_at))?
        .bind(data(&reporter.about)?)?;
    Ok(())
}

/// Everybody behind an order, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_order(conn: &mut Conn<'_>, j: &JurisdictionId, order: OrderId) -> Result<Vec<Reporter>, StoreError> {
    let rows = conn
        .query(
            "SELECT id, secret_hash, joined_at, data FROM reporters
             WHERE jurisdiction_id = $1 AND order_id = $2 ORDER BY joined_at, id",
        )
        .bind(&j.0)
        .bind(order.to_string())
        .all()
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Reporter {
                id: row.id(0, "reporters", "id")?,
                order,
                secret_hash: row.get(1)?,
                joined_at: from_ms(row.get(2)?)?,
                about: row.json(3, "reporters", "data")?,
            })
        })
        .collect()
}

/// Replaces what is known of a reporter.
///
/// # Errors
/// [`StoreError::Conflict`] when there is no such reporter.
pub async fn update(conn: &mut Conn<'_>, j: &JurisdictionId, reporter: &Reporter) -> Result<(), StoreError> {
    let changed = conn
        .query("UPDATE reporters SET data = $4 WHERE jurisdiction_id = $1 AND order_id = $2 AND id = $3")
        .bind(&j.0)
        .bind(reporter.order.to_string())
        .bind(reporter.id.to_string())
        .bind(data(&reporter.about)?)
        .run()
        .await?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict("no such reporter".into())) }
}

/// Moves a reporter to the order that carries on for them.
///
/// # Errors
/// [`StoreError::Conflict`] when the reporter or the order does not exist.
pub async fn carry_over(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    reporter: &Reporter,
    to: OrderId,
) -> Result<(), StoreError> {
    let changed = conn
        .query("UPDATE reporters SET order_id = $4, data = $5 WHERE jurisdiction_id = $1 AND order_id = $2 AND id = $3")
        .bind(&j.0)
        .bind(reporter.order.to_string())
        .bind(reporter.id.to_string())
        .bind(to.to_string())
        .bind(data(&reporter.about)?)
        .run()
        .await?;
    if changed != 1 {
        return Err(StoreError::Conflict("no such reporter".into()));
    }
    conn.query("UPDATE contacts SET order_id = $3 WHERE jurisdiction_id = $1 AND reporter_id = $2")
        .bind(&j.0)
        .bind(reporter.id.to_string())
        .bind(to.to_string())
        .run()
        .await?;
    Ok(())
}
