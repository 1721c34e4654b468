//! A row as a line: a JSON array of texts, whole numbers and nulls. Numbers with a fraction are
//! written as texts of their shortest exact form, so that no reader rounds them.

use luyuan_store::portable::{Cell, Kind, Table};
use serde_json::Value;

/// Appends a row and the end of its line.
pub(super) fn write(row: &[Cell], out: &mut Vec<u8>) -> Result<(), String> {
    let values: Vec<Value> = row
        .iter()
        .map(|cell| match cell {
            Cell::Null => Value::Null,
            Cell::Text(text) => Value::from(text.as_str()),
            Cell::Whole(number) => Value::from(*number),
            Cell::Real(number) => Value::from(format!("{number:?}")),
        })
        .collect();
    serde_json::to_writer(&mut *out, &values).map_err(|error| error.to_string())?;
    out.push(b'\n');
    Ok(())
}

/// A row from its line; none when it does not fit the table.
pub(super) fn read(line: &[u8], table: &Table) -> Option<Vec<Cell>> {
    let values: Vec<Value> = serde_json::from_slice(line).ok()?;
    if values.len() != table.columns.len() {
        return None;
    }
    let cells = values.into_iter().zip(&table.columns).map(|(value, column)| match (column.kind, value) {
        (_, Value::Null) => Some(Cell::Null),
        (Kind::Text, Value::String(text)) => Some(Cell::Text(text)),
        (Kind::Whole, Value::Number(number)) => number.as_i64().map(Cell::Whole),
        (Kind::Real, Value::String(text)) => text.parse().ok().map(Cell::Real),
        _ => None,
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyuan_store::portable::Column;
    use proptest::prelude::*;

    fn table() -> Table {
        let column = |name: &str, kind| Column { name: name.into(), kind };
        Table {
            name: "t".into(),
            columns: vec![column("a", Kind::Text), column("b", Kind::Whole), column("c", Kind::Real)],
        }
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_was(text in ".*", whole: i64, real: f64) {
            prop_assume!(!real.is_nan());
            let row = vec![Cell::Text(text), Cell::Whole(whole), Cell::Real(real)];
            let mut line = Vec::new();
            write(&row, &mut line).unwrap();
            prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1, "a row is one line");
            prop_assert_eq!(read(&line, &table()), Some(row));
        }
    }

    #[test]
    fn what_does_not_fit_the_table_is_no_row() {
        for line in ["[]", "[\"a\",1,\"1.0\",2]", "[1,1,\"1.0\"]", "[\"a\",1.5,\"1.0\"]", "[\"a\",1,\"x\"]", "{}", "["]
        {
            assert_eq!(read(line.as_bytes(), &table()), None, "{line}");
        }
        assert_eq!(read(b"[null,null,null]", &table()), Some(vec![Cell::Null, Cell::Null, Cell::Null]));
    }
}
