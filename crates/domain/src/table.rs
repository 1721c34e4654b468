//! Small CSV tables (RFC 4180) that ship as data: a header row, `#` remarks before it, quoted
//! fields, UTF-8. Files of residents' orders are read elsewhere, streaming.

use thiserror::Error;

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub(crate) struct TableProblem {
    /// Line, from 1.
    pub line: usize,
    /// What.
    pub what: String,
}

/// A table with named columns.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<String>,
    remarks: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Line, from 1.
    pub line: usize,
    header: &'a [String],
    fields: &'a [String],
}

impl Table {
    /// Reads a table that has at least these columns.
    pub fn read(text: &str, columns: &[&str]) -> Result<Self, TableProblem> {
        let mut remarks = Vec::new();
        let mut lines = records(text)?.into_iter().filter(|(_, fields)| match fields.as_slice() {
            [only] if only.is_empty() => false,
            [first, ..] if first.starts_with('#') => {
                remarks.push(fields.join(",").trim_start_matches('#').trim().to_owned());
                false
            }
            _ => true,
        });
        let (line, header) = lines.next().unwrap_or((1, Vec::new()));
        let header: Vec<String> = header.into_iter().map(|name| name.trim().to_owned()).collect();
        for column in columns {
            if !header.iter().any(|name| name == column) {
                return Err(TableProblem { line, what: format!("column {column} is missing") });
            }
        }
        let rows: Vec<(usize, Vec<String>)> = lines.collect();
        match rows.iter().find(|(_, fields)| fields.len() != header.len()) {
            Some((line, fields)) => {
                let what = format!("{} fields where the header has {}", fields.len(), header.len());
                Err(TableProblem { line: *line, what })
            }
            None => Ok(Self { header, remarks, rows }),
        }
    }

    /// The rest of the remark `# NAME: …`.
    pub fn remark(&self, name: &str) -> Option<&str> {
        let found = self.remarks.iter().find_map(|remark| remark.strip_prefix(name)?.trim_start().strip_prefix(':'));
        found.map(str::trim).filter(|text| !text.is_empty())
    }

    /// The rows below the header.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { line: *line, header: &self.header, fields })
    }
}

impl<'a> Row<'a> {
    /// A field by its column's name, trimmed; empty when there is no such column.
    pub fn get(&self, column: &str) -> &'a str {
        let index = self.header.iter().position(|name| name == column);
        index.and_then(|index| self.fields.get(index)).map_or("", |field| field.trim())
    }
}

/// Splits text into records, each with the line on which it begins.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, TableProblem> {
    let mut records = Vec::new();
    let mut fields: Vec<String> = Vec::new();
    let mut field = String::new();
    let (mut line, mut begin, mut quoted) = (1, 1, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted.is_some() => {
                if chars.next_if_eq(&'"').is_some() {
                    field.push('"');
                } else {
                    quoted = None;
                }
            }
            '"' if field.is_empty() => quoted = Some(line),
            ',' if quoted.is_none() => fields.push(std::mem::take(&mut field)),
            '\r' if quoted.is_none() && chars.peek() == Some(&'\n') => {}
            '\n' => {
                line += 1;
                if quoted.is_some() {
                    field.push(c);
                    continue;
                }
                fields.push(std::mem::take(&mut field));
                records.push((begin, std::mem::take(&mut fields)));
                begin = line;
            }
            c => field.push(c),
        }
    }
    if let Some(line) = quoted {
        return Err(TableProblem { line, what: "a quote is not closed".to_owned() });
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((begin, fields));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_commas_line_ends_and_remarks() {
        let text = "# source: a, b\r\na,b\r\n\r\n\"x, \"\"y\"\"\nz\",1\r\n2,3";
        let table = Table::read(text, &["a", "b"]).unwrap();
        let rows: Vec<_> = table.rows().map(|row| (row.line, row.get("a"), row.get("b"))).collect();
        assert_eq!(rows, [(4, "x, \"y\"\nz", "1"), (6, "2", "3")]);
        assert_eq!(table.remark("source"), Some("a, b"));
        assert_eq!(table.remark("status"), None);
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        let wrong = |text, columns: &[&str]| Table::read(text, columns).unwrap_err().line;
        assert_eq!(wrong("a\n\n1,2\n", &["a"]), 3);
        assert_eq!(wrong("a\n1\n\"2", &["a"]), 3);
        assert_eq!(wrong("# x\na\n", &["b"]), 2);
        assert_eq!(wrong("", &["b"]), 1);
    }
}
