//! Small tables (places, organisations, members) from CSV or XLSX, read whole.

use super::{
    input::Input,
    rejects::{Reject, Rejects},
};
use crate::AppError;
use calamine::{Data, Reader};
use csv::ByteRecord;
use std::path::Path;

/// Most rows of a table that is read whole: far more than a district has places.
const MOST: usize = 1_000_000;

/// A table with named columns.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub(super) header: ByteRecord,
    names: Vec<String>,
    rows: Vec<(u64, ByteRecord)>,
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'s> {
    names: &'s [String],
    pub line: u64,
    pub record: &'s ByteRecord,
}

impl Sheet {
    /// Reads a table: the first sheet of an `.xlsx` file, otherwise CSV.
    ///
    /// # Errors
    /// [`AppError::Import`] when it cannot be read.
    pub fn open(path: &Path, encoding: Option<&str>) -> Result<Self, AppError> {
        let excel = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
        if excel { Self::excel(path) } else { Self::csv(Input::open(path, encoding)?) }
    }

    fn csv(input: Input) -> Result<Self, AppError> {
        let since = input.since();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let cannot = |error: csv::Error| AppError::Import(format!("the file cannot be read: {error}"));
        let header = reader.byte_headers().map_err(cannot)?.clone();
        let mut rows = Vec::new();
        for record in reader.into_byte_records() {
            since.store(0, std::sync::atomic::Ordering::Relaxed);
            let record = record.map_err(cannot)?;
            rows.push((record.position().map_or(0, csv::Position::line), record));
            if rows.len() > MOST {
                return Err(AppError::Import(format!("the file has more than {MOST} rows")));
            }
        }
        Self::of(header, rows)
    }

    fn excel(path: &Path) -> Result<Self, AppError> {
        let cannot = |why: String| AppError::Import(format!("{}: {why}", path.display()));
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(path)
            .map_err(|error: calamine::XlsxError| cannot(format!("this is no readable .xlsx file: {error}")))?;
        let range = book.worksheet_range_at(0).ok_or_else(|| cannot("the file has no sheet".into()))?;
        let range = range.map_err(|error| cannot(error.to_string()))?;
        let first = u64::from(range.start().map_or(0, |(row, _)| row)) + 1;
        let mut rows = (first..).zip(range.rows()).map(|(line, cells)| {
            let cells = cells.iter().map(|cell| match cell {
                // Codes are often kept as numbers: 410103 must not become 410103.0.
                Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
                other => other.to_string(),
            });
            (line, cells.collect::<Vec<_>>().into())
        });
        let (_, header) = rows.next().ok_or_else(|| cannot("the sheet is empty".into()))?;
        let filled = |(_, record): &(u64, ByteRecord)| record.iter().any(|field| !field.is_empty());
        let rows = rows.filter(filled).take(MOST).collect();
        Self::of(header, rows)
    }

    pub(super) fn of(header: ByteRecord, rows: Vec<(u64, ByteRecord)>) -> Result<Self, AppError> {
        if header.is_empty() {
            return Err(AppError::Import("the file is empty".into()));
        }
        let name = |name: &[u8]| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_lowercase();
        Ok(Self { names: header.iter().map(name).collect(), header, rows })
    }

    /// Checks the columns: those that must be there, and those that may.
    pub(super) fn expect(&self, must: &[&str], may: &[&str]) -> Result<(), AppError> {
        if let Some(missing) = must.iter().find(|name| !self.names.iter().any(|there| there == *name)) {
            let told = self.names.join(", ");
            return Err(AppError::Import(format!("the column {missing} is missing; the file has: {told}")));
        }
        let known = |name: &&String| must.contains(&name.as_str()) || may.contains(&name.as_str());
        if let Some(unknown) = self.names.iter().find(|name| !known(name)) {
            let all = [must, may].concat().join(", ");
            return Err(AppError::Import(format!("the column {unknown:?} is unknown; known are: {all}")));
        }
        Ok(())
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { names: &self.names, line: *line, record })
    }
}

impl<'s> Row<'s> {
    /// A field, trimmed; empty when there is no such column.
    pub fn get(&self, column: &str) -> &'s str {
        let index = self.names.iter().position(|name| name == column);
        let field = index.and_then(|index| self.record.get(index)).unwrap_or_default();
        std::str::from_utf8(field).unwrap_or_default().trim()
    }

    /// Whether it has as many fields as the header, and all of them are text.
    pub fn whole(&self) -> Result<(), (&'static str, String)> {
        if self.record.len() != self.names.len() {
            let told = format!("the row has {} fields where the header has {}", self.record.len(), self.names.len());
            return Err(("fields", told));
        }
        let text = |field: &[u8]| std::str::from_utf8(field).is_ok_and(|text| !text.contains('\u{FFFD}'));
        if self.record.iter().all(text) {
            return Ok(());
        }
        Err(("encoding", "the row has bytes that are no text in this encoding".into()))
    }

    pub fn reject(&self, (code, sentence): (&'static str, String)) -> Reject {
        Reject { line: self.line, code, sentence, row: self.record.clone() }
    }
}

/// Writes rejected rows down, by line.
pub(super) fn write_down(rejects: &mut Rejects, header: &ByteRecord, mut rows: Vec<Reject>) -> Result<u64, AppError> {
    rejects.header(header);
    rows.sort_by_key(|reject| reject.line);
    for reject in &rows {
        rejects.push(reject)?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}
