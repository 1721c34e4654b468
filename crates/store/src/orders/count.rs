//! How many orders a filter lets through.

use super::Filter;
use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// How many orders a filter lets through, by state.
///
/// # Errors
/// As the engine says.
pub async fn count_by_state(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    filter: &Filter,
) -> Result<Vec<(String, i64)>, StoreError> {
    // With categories their own index serves; a plain GROUP BY would draw SQLite to that of states.
    let group = if filter.categories.is_empty() { "state" } else { "state || ''" };
    let rows = filter.count(conn, j, "MIN(state), COUNT(*)", &format!(" GROUP BY {group} ORDER BY 1")).all().await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Counts by deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByDue {
    /// The deadline has passed.
    pub late: i64,
    /// It passes before the instant that was asked for.
    pub soon: i64,
    /// It passes later.
    pub fine: i64,
    /// All, those without a deadline too.
    pub all: i64,
}

/// How many orders a filter lets through, by deadline: passed at `now`, before `soon`, or later.
/// The filter's own conditions on the deadline should be empty.
///
/// # Errors
/// As the engine says.
pub async fn count_by_due(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    filter: &Filter,
    now: Timestamp,
    soon: Timestamp,
) -> Result<ByDue, StoreError> {
    // Our own numbers, written into the text: the filter numbers its placeholders itself.
    let (now, soon) = (to_ms(now), to_ms(soon));
    let columns = format!(
        "COUNT(CASE WHEN due_at < {now} THEN 1 END), COUNT(CASE WHEN due_at >= {now} AND due_at < {soon} THEN 1 END),
         COUNT(CASE WHEN due_at >= {soon} THEN 1 END), COUNT(*)"
    );
    let row = filter.count(conn, j, &columns, "").one().await?;
    Ok(ByDue { late: row.get(0)?, soon: row.get(1)?, fine: row.get(2)?, all: row.get(3)? })
}
