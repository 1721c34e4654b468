//! Small tables (places, organisations, members) from CSV or XLSX, read whole.

use super::{
    input::Input,
    rejects::{Reject, Rejects},
};
use crate::AppError;
use calamine::{Data, Reader};
use csv::ByteRecord;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};
use zip::ZipArchive;

/// Most rows of a table that is read whole: far more than a district has places.
const MOST: usize = 1_000_000;

/// Most columns of a table; spreadsheets have up to 16,384, of which one far to the right is a slip.
const COLUMNS: usize = 1_000;
/// Most fields of a table that is read whole.
const FIELDS: usize = 4_000_000;
/// Most bytes of text of a table that is read whole, and most that an .xlsx file may unpack to.
const TEXT: usize = 256 << 20;
/// Most parts of an .xlsx file; those of offices have some dozens.
const PARTS: usize = 10_000;

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
        let (mut rows, mut text) = (Vec::new(), 0);
        for record in reader.into_byte_records() {
            since.store(0, std::sync::atomic::Ordering::Relaxed);
            let record = record.map_err(cannot)?;
            rows.push((record.position().map_or(0, csv::Position::line), record));
            text += rows.last().map_or(0, |(_, record): &(u64, ByteRecord)| record.as_slice().len());
            if rows.len() > MOST {
                return Err(AppError::Import(format!("the file has more than {MOST} rows")));
            }
            if text > TEXT {
                return Err(AppError::Import(format!("the file holds more than {} MiB of text", TEXT >> 20)));
            }
        }
        Self::of(header, rows)
    }

    fn excel(path: &Path) -> Result<Self, AppError> {
        let cannot = |why: String| AppError::Import(format!("{}: {why}", path.display()));
        let unreadable = |why: &dyn std::fmt::Display| cannot(format!("this is no readable .xlsx file: {why}"));
        small_enough(path).map_err(cannot)?;
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook(path).map_err(|error: calamine::XlsxError| unreadable(&error))?;
        let name = book.sheet_names().first().cloned().ok_or_else(|| cannot("the file has no sheet".into()))?;
        let mut cells = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
        // Cell by cell: a file of some bytes may name a cell a million rows down.
        let (mut sparse, mut text) = (BTreeMap::<u32, BTreeMap<u32, String>>::new(), 0);
        let mut fields = 0;
        while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
            let (row, column) = cell.get_position();
            let value = match Data::from(cell.get_value().clone()) {
                // Codes are often kept as numbers: 410103 must not become 410103.0.
                Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
                other => other.to_string(),
            };
            if value.is_empty() {
                continue;
            }
            (text, fields) = (text + value.len(), fields + 1);
            if text > TEXT || fields > FIELDS {
                let most = TEXT >> 20;
                return Err(cannot(format!("the sheet holds more than {FIELDS} fields or {most} MiB of text")));
            }
            sparse.entry(row).or_default().insert(column, value);
        }
        Self::of_cells(sparse).map_err(cannot)
    }

    /// A table from the cells that are filled, by row and column, from 0.
    fn of_cells(sparse: BTreeMap<u32, BTreeMap<u32, String>>) -> Result<Self, String> {
        let first = sparse.values().filter_map(|cells| cells.keys().next()).min().copied();
        let last = sparse.values().filter_map(|cells| cells.keys().next_back()).max().copied();
        let (first, last) = first.zip(last).ok_or("the sheet is empty")?;
        let width = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
        if width > COLUMNS {
            return Err(format!(
                "the sheet has {width} columns, more than {COLUMNS}; delete what stands far to the right"
            ));
        }
        if sparse.len() > MOST || sparse.len().saturating_mul(width) > FIELDS {
            return Err(format!("the sheet has more than {MOST} rows or {FIELDS} fields"));
        }
        let mut rows = sparse.into_iter().map(|(row, mut cells)| {
            let record: ByteRecord =
                (first..=last).map(|column| cells.remove(&column).unwrap_or_default()).collect::<Vec<_>>().into();
            (u64::from(row) + 1, record)
        });
        let (_, header) = rows.next().ok_or("the sheet is empty")?;
        Self::of(header, rows.collect()).map_err(|error| error.to_string())
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

/// Refuses an .xlsx file, which is a packed folder, that unpacks to more than any table needs. It is
/// unpacked for that, to nowhere: what the folder says of its sizes may be made up.
fn small_enough(path: &Path) -> Result<(), String> {
    let unreadable = |why: &dyn std::fmt::Display| format!("this is no readable .xlsx file: {why}");
    let file = File::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let mut folder = ZipArchive::new(BufReader::new(file)).map_err(|error| unreadable(&error))?;
    let too_large = || format!("it unpacks to more than {} MiB, as no table does", TEXT >> 20);
    if folder.len() > PARTS {
        return Err(too_large());
    }
    let mut left = u64::try_from(TEXT).unwrap_or(u64::MAX);
    for index in 0..folder.len() {
        let part = folder.by_index(index).map_err(|error| unreadable(&error))?;
        let read = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| unreadable(&error))?;
        left = left.checked_sub(read).ok_or_else(too_large)?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    const HEAD: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
    const FOOT: &str = "</sheetData></worksheet>";

    /// A workbook with one sheet, whose text is written in pieces, each so many times.
    fn book(folder: &Path, sheet: &[(&str, usize)]) -> std::path::PathBuf {
        let path = folder.join("a.xlsx");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006";
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let parts = [
            ("[Content_Types].xml", format!("<Types xmlns=\"{package}/content-types\"/>")),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
                ),
            ),
        ];
        for (name, text) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
        for (text, times) in sheet {
            for _ in 0..*times {
                zip.write_all(text.as_bytes()).unwrap();
            }
        }
        zip.finish().unwrap();
        path
    }

    fn cell(at: &str, text: &str) -> String {
        format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    #[test]
    fn a_sheet_is_read_cell_by_cell() {
        let folder = tempfile::tempdir().unwrap();
        // Begins in B2, has a hole, a number, and an empty row.
        let rows = format!(
            "{HEAD}<row r=\"2\">{}{}</row><row r=\"3\"><c r=\"B3\"><v>410103</v></c></row><row r=\"9\">{}</row>{FOOT}",
            cell("B2", "code"),
            cell("C2", "name"),
            cell("C9", "金祥花园"),
        );
        let sheet = Sheet::open(&book(folder.path(), &[(&rows, 1)]), None).unwrap();
        let read: Vec<_> = sheet.rows().map(|row| (row.line, row.get("code"), row.get("name"))).collect();
        assert_eq!(read, [(3, "410103", ""), (9, "", "金祥花园")]);
    }

    #[test]
    fn a_workbook_that_is_packed_to_do_harm_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |sheet: &[(&str, usize)]| {
            let path = book(folder.path(), sheet);
            let size = std::fs::metadata(&path).unwrap().len();
            assert!(size < 2 << 20, "{size}");
            Sheet::open(&path, None).unwrap_err().to_string()
        };
        // More than 256 MiB of nothing in some hundred kilobytes.
        let blank = " ".repeat(1 << 20);
        assert!(refused(&[(HEAD, 1), (&blank, 257), (FOOT, 1)]).contains("unpacks to more than 256 MiB"));
        // Two cells, and everything between them.
        let far = format!(
            "{HEAD}<row r=\"1\">{}</row><row r=\"1048576\">{}</row>{FOOT}",
            cell("A1", "a"),
            cell("XFD1048576", "b")
        );
        assert!(refused(&[(&far, 1)]).contains("16384 columns"));
        // A column below the other, a million rows down, is only two rows.
        let deep = format!(
            "{HEAD}<row r=\"1\">{}</row><row r=\"1048576\">{}</row>{FOOT}",
            cell("A1", "a"),
            cell("A1048576", "b")
        );
        assert_eq!(Sheet::open(&book(folder.path(), &[(&deep, 1)]), None).unwrap().rows().count(), 1);
    }
}
