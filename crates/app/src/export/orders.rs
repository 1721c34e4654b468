//! Orders in four formats. Pages follow one another by the instant at which orders were placed,
//! which never changes: what is there from beginning to end is told exactly once, whatever else
//! happens meanwhile.

use super::{cells::Cell, sheet};
use crate::{App, AppError, directory::Directory, rules::Rulebook};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use luyuan_domain::orders::{Order, State};
use luyuan_store::orders::{Cursor, Filter, Sort};
use std::sync::Arc;

/// Orders that are read at once.
const PAGE: i64 = 1_000;

/// A format of exported orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, UTF-8.
    Csv,
    /// A workbook for spreadsheets.
    Xlsx,
    /// A FeatureCollection (RFC 7946); orders without a point have no geometry.
    Geojson,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Geojson, Self::Ndjson];

    /// Stable code, which is also the ending of a file's name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Geojson => "geojson",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Geojson => "application/geo+json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// The columns of an export, in their order; described in docs/bulk.md.
pub const COLUMNS: [&str; 26] = [
    "number",
    "state",
    "kind",
    "category",
    "category_zh",
    "category_en",
    "urgency",
    "channel",
    "description",
    "address",
    "lon",
    "lat",
    "place",
    "place_name",
    "holder",
    "holder_name",
    "placed_at",
    "updated_at",
    "due_at",
    "closed_at",
    "solved",
    "reply",
    "reworks",
    "extensions",
    "supervised",
    "private",
];

/// What the rows of an export are looked up in.
#[derive(Clone)]
pub(super) struct Names {
    directory: Arc<Directory>,
    rulebook: Arc<Rulebook>,
}

impl Names {
    /// An order as cells under [`COLUMNS`].
    pub fn row(&self, order: &Order) -> [Cell; 26] {
        let place = order.location.place.and_then(|id| self.directory.place(id));
        let holder = order.state.holder().and_then(|id| self.directory.org(id));
        let day = self.rulebook.on(order.placed_at).ok();
        let category = day.as_ref().and_then(|day| day.category(&order.category));
        let (closed, solved, reply) = match &order.state {
            State::Closed { at, solved, reply, .. } => (Some(*at), *solved, Some(reply.text.clone())),
            State::Replied { reply, .. } => (None, None, Some(reply.text.clone())),
            State::Diverted { note, .. } => (None, None, Some(note.clone())),
            _ => (None, None, None),
        };
        [
            Cell::text(&order.number),
            Cell::text(order.state.code()),
            Cell::text(order.kind.code()),
            Cell::text(&order.category),
            Cell::maybe(category.map(|category| &category.zh)),
            Cell::maybe(category.map(|category| &category.en)),
            Cell::text(order.urgency.code()),
            Cell::text(order.channel.code()),
            Cell::text(&order.description),
            Cell::text(&order.location.address),
            order.location.point.map_or(Cell::Empty, |point| Cell::Number(point.lon)),
            order.location.point.map_or(Cell::Empty, |point| Cell::Number(point.lat)),
            Cell::maybe(place.map(|place| &place.code)),
            Cell::maybe(place.map(|place| &place.name)),
            Cell::maybe(holder.map(|org| &org.code)),
            Cell::maybe(holder.map(|org| &org.name)),
            Cell::text(order.placed_at.to_string()),
            Cell::text(order.updated_at.to_string()),
            Cell::maybe(order.state.due().map(|at| at.to_string())),
            Cell::maybe(closed.map(|at| at.to_string())),
            Cell::maybe(solved.map(luyuan_domain::orders::Solved::code)),
            Cell::maybe(reply.filter(|text| !text.is_empty())),
            Cell::Count(order.reworks),
            Cell::Count(order.extensions),
            Cell::Flag(order.supervised),
            Cell::Flag(order.private),
        ]
    }
}

/// How far a stream is.
struct Position {
    app: App,
    names: Names,
    filter: Filter,
    format: Format,
    after: Option<Cursor>,
    begun: bool,
    ended: bool,
    rows: u64,
    bom: bool,
}

impl App {
    pub(super) fn names(&self) -> Names {
        Names { directory: self.directory(), rulebook: self.rulebook() }
    }

    /// The orders of a filter, oldest first, as a file in pieces. `bom` puts a byte order mark before
    /// CSV, by which Excel knows that it is UTF-8. What the public may not see is in it unless the
    /// filter is public; contact data never is.
    pub fn export_orders(
        &self,
        filter: Filter,
        format: Format,
        bom: bool,
    ) -> BoxStream<'static, Result<Vec<u8>, AppError>> {
        let filter = Filter { sort: Sort::Oldest, ..filter };
        if format == Format::Xlsx {
            return sheet::export(self.clone(), filter);
        }
        let position = Position {
            app: self.clone(),
            names: self.names(),
            filter,
            format,
            after: None,
            begun: false,
            ended: false,
            rows: 0,
            bom,
        };
        stream::try_unfold(position, |mut position| async move {
            let piece = position.next().await?;
            Ok(piece.map(|piece| (piece, position)))
        })
        .boxed()
    }

    /// The next orders of an export, and where those after them begin.
    pub(super) async fn export_page(
        &self,
        filter: &Filter,
        after: Option<Cursor>,
    ) -> Result<(Vec<Arc<Order>>, Option<Cursor>), AppError> {
        let page = self.orders(filter.clone(), after, PAGE).await?;
        Ok((page.orders, page.next))
    }
}

impl Position {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        if self.ended {
            return Ok(None);
        }
        let (orders, next) = self.app.export_page(&self.filter, self.after.take()).await?;
        self.ended = next.is_none();
        self.after = next;
        let mut piece = Vec::with_capacity(orders.len() * 400);
        if !std::mem::replace(&mut self.begun, true) {
            self.head(&mut piece)?;
        }
        match self.format {
            Format::Csv => self.csv(&orders, &mut piece)?,
            _ => self.json(&orders, &mut piece)?,
        }
        if self.ended && self.format == Format::Geojson {
            piece.extend_from_slice(b"\n]}\n");
        }
        Ok(Some(piece))
    }

    fn head(&self, piece: &mut Vec<u8>) -> Result<(), AppError> {
        match self.format {
            Format::Csv => {
                if self.bom {
                    piece.extend_from_slice("\u{feff}".as_bytes());
                }
                lines(piece, std::iter::once(COLUMNS.map(Into::into)))?;
            }
            Format::Geojson => piece.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"features\":["),
            Format::Ndjson | Format::Xlsx => {}
        }
        Ok(())
    }

    fn csv(&self, orders: &[Arc<Order>], piece: &mut Vec<u8>) -> Result<(), AppError> {
        let rows: Vec<[Cell; 26]> = orders.iter().map(|order| self.names.row(order)).collect();
        lines(piece, rows.iter().map(|row| row.each_ref().map(Cell::field)))
    }

    fn json(&mut self, orders: &[Arc<Order>], piece: &mut Vec<u8>) -> Result<(), AppError> {
        for order in orders {
            let cells = self.names.row(order);
            let mut object: serde_json::Map<String, serde_json::Value> =
                COLUMNS.iter().zip(&cells).map(|(name, cell)| ((*name).to_owned(), cell.json())).collect();
            let value = if self.format == Format::Geojson {
                object.remove("lon");
                object.remove("lat");
                let point = order.location.point;
                let geometry =
                    point.map(|point| serde_json::json!({ "type": "Point", "coordinates": [point.lon, point.lat] }));
                serde_json::json!({ "type": "Feature", "id": order.number, "geometry": geometry, "properties": object })
            } else {
                object.into()
            };
            if self.format == Format::Geojson {
                piece.extend_from_slice(if self.rows == 0 { b"\n" } else { b",\n" });
            }
            serde_json::to_writer(&mut *piece, &value).map_err(|error| AppError::File(error.to_string()))?;
            if self.format == Format::Ndjson {
                piece.push(b'\n');
            }
            self.rows += 1;
        }
        Ok(())
    }
}

fn lines<'r>(piece: &mut Vec<u8>, rows: impl Iterator<Item = [std::borrow::Cow<'r, str>; 26]>) -> Result<(), AppError> {
    let failed = |error: csv::Error| AppError::File(error.to_string());
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(piece);
    for row in rows {
        writer.write_record(row.iter().map(|field| field.as_bytes())).map_err(failed)?;
    }
    writer.flush().map_err(|error| AppError::File(error.to_string()))
}
