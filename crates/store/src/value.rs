//! What may be bound to a statement: text, whole numbers, numbers, or nothing. Both engines keep these
//! alike; truth, instants, ids and structures are written as one of them.

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use sqlx::{Encode, Postgres, Type};

/// A value of either engine.
pub trait Value: for<'q> Encode<'q, Postgres> + Type<Postgres> {
    /// As SQLite takes it; borrowed text stays borrowed until it is bound.
    fn lite<'v>(self) -> ToSqlOutput<'v>
    where
        Self: 'v;
}

impl Value for &str {
    fn lite<'v>(self) -> ToSqlOutput<'v>
    where
        Self: 'v,
    {
        ToSqlOutput::Borrowed(ValueRef::Text(self.as_bytes()))
    }
}

impl Value for &String {
    fn lite<'v>(self) -> ToSqlOutput<'v>
    where
        Self: 'v,
    {
        self.as_str().lite()
    }
}

impl Value for String {
    fn lite<'v>(self) -> ToSqlOutput<'v> {
        ToSqlOutput::Owned(Owned::Text(self))
    }
}

impl Value for i64 {
    fn lite<'v>(self) -> ToSqlOutput<'v> {
        ToSqlOutput::Owned(Owned::Integer(self))
    }
}

impl Value for f64 {
    fn lite<'v>(self) -> ToSqlOutput<'v> {
        ToSqlOutput::Owned(Owned::Real(self))
    }
}

impl<T: Value> Value for Option<T>
where
    Self: for<'q> Encode<'q, Postgres> + Type<Postgres>,
{
    fn lite<'v>(self) -> ToSqlOutput<'v>
    where
        Self: 'v,
    {
        self.map_or(ToSqlOutput::Owned(Owned::Null), T::lite)
    }
}

impl Value for &Option<String> {
    fn lite<'v>(self) -> ToSqlOutput<'v>
    where
        Self: 'v,
    {
        match self {
            Some(text) => text.lite(),
            None => ToSqlOutput::Owned(Owned::Null),
        }
    }
}
