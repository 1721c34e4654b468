//! What is sealed, read from where it is kept: one set of statements for each kind.

use super::Kind;
use crate::{Conn, Row, StoreError};
use luyuan_domain::ids::JurisdictionId;
use serde_json::Value;
use std::ops::Range;

/// Something that happened, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its place among its kind.
    pub ord: i64,
    /// To what.
    pub subject: String,
    /// Counts what happened to it, from 1.
    pub seq: i64,
    /// What people call it.
    pub name: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Code of what happened.
    pub what: String,
    /// Code of the kind of who did it.
    pub by: String,
    /// The organisation for which.
    pub org: Option<String>,
    /// Facts and words of it, as they are kept; for the first of an order also what was asked.
    pub content: String,
    /// Who did it, as it is kept.
    pub person: String,
}

/// A place among a kind that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// The place.
    pub ord: i64,
    /// What happened there; nothing when it belongs to another jurisdiction.
    pub fact: Option<Fact>,
}

/// Where the happenings of a kind are kept.
struct Source {
    /// The table; `e` in what follows.
    table: &'static str,
    /// Its columns for subject and number.
    key: (&'static str, &'static str),
    /// Place, subject, number, instant, who, organisation, what, name, words.
    columns: &'static str,
    /// What else they are read from.
    joins: &'static str,
    read: fn(&Row) -> Result<Fact, StoreError>,
}

/// The events of orders. An order's words stay as they were placed; its first event is sealed with
/// them.
const ORDER: Source = Source {
    table: "events",
    key: ("order_id", "seq"),
    columns: "e.ord, e.order_id, e.seq, e.at, e.actor, e.org_id, e.data, o.number, CASE WHEN e.seq = 1 THEN o.data END",
    joins: "LEFT JOIN orders o ON o.jurisdiction_id = e.jurisdiction_id AND o.id = e.order_id",
    read: order,
};

/// Erasures, counted by the leaf that they are of: what stayed of it, and why.
const ERASURE: Source = Source {
    table: "log_erased",
    key: ("subject", "leaf"),
    columns: "e.ord, e.subject, e.leaf, e.at, e.reason, e.kind, e.content, o.number, e.person",
    joins: "LEFT JOIN orders o ON o.jurisdiction_id = e.jurisdiction_id AND o.id = e.subject AND e.kind = 'order'",
    read: erasure,
};

impl Kind {
    fn source(self) -> &'static Source {
        match self {
            Self::Order => &ORDER,
            Self::Erasure => &ERASURE,
        }
    }
}

/// A text in a structure, or nothing: what cannot be read is sealed, and found changed, all the same.
fn inside(json: &str, field: &str) -> Option<Value> {
    serde_json::from_str::<Value>(json).ok()?.get_mut(field).map(Value::take)
}

fn code(json: &str, field: &str) -> String {
    inside(json, field).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn order(row: &Row) -> Result<Fact, StoreError> {
    let (person, data, placed): (String, String, Option<String>) = (row.get(4)?, row.get(6)?, row.get(8)?);
    let (what, by) = (code(&data, "what"), code(&person, "kind"));
    let words = placed.as_deref().and_then(|order| inside(order, "description"));
    Ok(Fact {
        ord: row.get(0)?,
        subject: row.get(1)?,
        seq: row.get(2)?,
        name: row.get::<Option<String>>(7)?.unwrap_or_default(),
        at: row.get(3)?,
        what,
        by,
        org: row.get(5)?,
        content: words.map_or(data.clone(), |words| format!("{data}\n{words}")),
        person,
    })
}

fn erasure(row: &Row) -> Result<Fact, StoreError> {
    let (reason, kind, content, person): (String, String, String, String) =
        (row.get(4)?, row.get(5)?, row.get(6)?, row.get(8)?);
    Ok(Fact {
        ord: row.get(0)?,
        subject: row.get(1)?,
        seq: row.get(2)?,
        name: row.get::<Option<String>>(7)?.unwrap_or_default(),
        at: row.get(3)?,
        what: "erased".to_owned(),
        by: "system".to_owned(),
        org: None,
        content: format!("{kind}\n{content}\n{person}\n{reason}"),
        person: String::new(),
    })
}

/// What happened after a place, in order, of every jurisdiction: only all together are without gaps.
///
/// # Errors
/// As the engine says.
pub async fn fresh(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kind: Kind,
    after: i64,
    limit: i64,
) -> Result<Vec<Fresh>, StoreError> {
    let Source { table, columns, joins, read, .. } = kind.source();
    let text = format!(
        "SELECT {columns}, CAST(CASE WHEN e.jurisdiction_id = $1 THEN 1 ELSE 0 END AS BIGINT)
         FROM {table} e {joins} WHERE e.ord > $2 ORDER BY e.ord LIMIT $3"
    );
    let rows = conn.composed(text).bind(&j.0).bind(after).bind(limit).all().await?;
    let one = |row: &Row| {
        let own = row.get::<i64>(9)? == 1;
        Ok(Fresh { ord: row.get(0)?, fact: if own { Some(read(row)?) } else { None } })
    };
    rows.iter().map(one).collect()
}

/// What the entries of some leaves are of: leaf, fact. What is gone is left out.
///
/// # Errors
/// As the engine says.
pub async fn facts_of(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kind: Kind,
    leaves: Range<i64>,
) -> Result<Vec<(i64, Fact)>, StoreError> {
    let Source { table, key: (subject, seq), columns, joins, read } = kind.source();
    let text = format!(
        "SELECT {columns}, l.leaf FROM log_entries l
         JOIN {table} e ON e.jurisdiction_id = l.jurisdiction_id AND e.{subject} = l.subject AND e.{seq} = l.seq
         {joins} WHERE l.jurisdiction_id = $1 AND l.leaf >= $2 AND l.leaf < $3 AND l.kind = $4"
    );
    let query = conn.composed(text).bind(&j.0).bind(leaves.start).bind(leaves.end).bind(kind.code());
    query.all().await?.iter().map(|row| Ok((row.get(9)?, read(row)?))).collect()
}

/// Which happenings of a kind stand at some places: place, subject, number; in order.
///
/// # Errors
/// As the engine says.
pub async fn places(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kind: Kind,
    places: Range<i64>,
) -> Result<Vec<(i64, String, i64)>, StoreError> {
    let Source { table, key: (subject, seq), .. } = kind.source();
    let text = format!(
        "SELECT ord, {subject}, {seq} FROM {table} WHERE jurisdiction_id = $1 AND ord >= $2 AND ord < $3 ORDER BY ord"
    );
    let rows = conn.composed(text).bind(&j.0).bind(places.start).bind(places.end).all().await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Which transactions may still be running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The number of the oldest that runs; all with lower numbers have ended.
    pub oldest: i64,
    /// The number that the next one gets.
    pub next: i64,
}

/// Looks at running transactions. Only PostgreSQL can be asked: on SQLite writers take turns, and
/// every place below one that can be seen is settled.
///
/// # Errors
/// As the engine says.
pub async fn horizon(conn: &mut Conn<'_>) -> Result<Horizon, StoreError> {
    let text = "SELECT CAST(CAST(pg_snapshot_xmin(now) AS TEXT) AS BIGINT), CAST(CAST(pg_snapshot_xmax(now) AS TEXT) AS BIGINT)
         FROM (SELECT pg_current_snapshot() AS now) AS seen";
    let row = conn.query(text).one().await?;
    Ok(Horizon { oldest: row.get(0)?, next: row.get(1)? })
}
