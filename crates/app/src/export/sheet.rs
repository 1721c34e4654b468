//! Orders as a workbook. It is put together in a temporary file, row by row, and then handed out in
//! pieces: a workbook is a ZIP archive whose parts must be whole.

use super::{
    cells::{Cell, neutral},
    orders::COLUMNS,
};
use crate::{App, AppError};
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use luyuan_store::orders::Filter;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::{
    fs::File,
    io::{Read, Seek},
};

/// Rows of a sheet; Excel holds 1,048,576 with the header. More go on in a further sheet.
const ROWS: u32 = 1_000_000;
/// Bytes of a piece.
const PIECE: usize = 1 << 16;

fn failed(error: XlsxError) -> AppError {
    AppError::File(error.to_string())
}

pub(super) fn export(app: App, filter: Filter) -> BoxStream<'static, Result<Vec<u8>, AppError>> {
    let made = async move { Ok::<_, AppError>(pieces(make(app, filter).await?)) };
    stream::once(made).try_flatten().boxed()
}

async fn make(app: App, filter: Filter) -> Result<File, AppError> {
    let names = app.names();
    let mut book = Workbook::new();
    let (mut sheets, mut row, mut after) = (0, ROWS + 1, None);
    loop {
        let (orders, next) = app.export_page(&filter, after).await?;
        // A sheet even when there is no order at all.
        if orders.is_empty() && sheets == 0 {
            begin(&mut book, 1)?;
        }
        for order in &orders {
            if row > ROWS {
                sheets += 1;
                begin(&mut book, sheets)?;
                row = 1;
            }
            write(book.worksheet_from_index(sheets - 1).map_err(failed)?, row, &names.row(order)).map_err(failed)?;
            row += 1;
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    let saved = tokio::task::spawn_blocking(move || {
        let io = |error: std::io::Error| AppError::File(error.to_string());
        let mut file = tempfile::tempfile().map_err(io)?;
        book.save_to_writer(&mut file).map_err(failed)?;
        file.rewind().map_err(io)?;
        Ok(file)
    });
    saved.await.map_err(|error| AppError::File(error.to_string()))?
}

fn begin(book: &mut Workbook, number: usize) -> Result<(), AppError> {
    let head = Format::new().set_bold();
    let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
    sheet.set_name(if number == 1 { "orders".to_owned() } else { format!("orders {number}") }).map_err(failed)?;
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet
            .set_column_width(column, if name == "description" || name == "reply" { 50 } else { 16 })
            .map_err(failed)?;
    }
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, name, &head).map_err(failed)?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, cells: &[Cell]) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells) {
        match cell {
            // Text cells are no formulas; the apostrophe is for those who save the sheet as CSV.
            Cell::Text(text) => sheet.write_string(row, column, neutral(text))?,
            Cell::Number(number) => sheet.write_number(row, column, *number)?,
            Cell::Count(count) => sheet.write_number(row, column, *count)?,
            Cell::Flag(flag) => sheet.write_boolean(row, column, *flag)?,
            Cell::Empty => sheet,
        };
    }
    Ok(())
}

fn pieces(file: File) -> impl futures::Stream<Item = Result<Vec<u8>, AppError>> {
    stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((piece, file))
        });
        let failed = |error: String| AppError::File(error);
        let (piece, file) =
            read.await.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
        Ok(if piece.is_empty() { None } else { Some((piece, file)) })
    })
}
