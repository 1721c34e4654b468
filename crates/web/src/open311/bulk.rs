//! GeoReport Bulk: all public requests as one table (RFC 4180), oldest first, sent as it is read.

use super::{
    Answer,
    call::{Call, written},
    errors::Errors,
    record::{address, agency, closed_at, notes, service_name},
    requests,
};
use axum::body::Body;
use futures::stream;
use luyuan_app::{
    AppError,
    orders::{Cursor, Filter, Sort},
};
use luyuan_domain::orders::Order;
use std::sync::Arc;

/// Rows read at one time.
const ROWS: i64 = 500;

const HEADINGS: &str = "service_request_id,requested_datetime,updated_datetime,closed_date,status_description,\
     status_notes,source,service_name,service_subtype,description,agency_responsible,address,lat,long\r\n";

/// How far the table is written.
enum Written {
    Nothing,
    Up(Option<Cursor>),
    All,
}

/// The table. The filters of the list hold, without its limits of time and number.
pub(super) fn table(call: &Call) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let filter = Filter { sort: Sort::Oldest, ..requests::filter(call, false)? };
    let call = Arc::new(call.clone());
    let rows = stream::try_unfold(Written::Nothing, move |written| {
        let (call, filter) = (call.clone(), filter.clone());
        async move {
            let after = match written {
                Written::Nothing => return Ok(Some((HEADINGS.to_owned(), Written::Up(None)))),
                Written::Up(after) => after,
                Written::All => return Ok(None),
            };
            let page = call.app().orders(filter, after, ROWS).await?;
            let text: String = page.orders.iter().map(|order| row(&call, order)).collect();
            let written = page.next.map_or(Written::All, |next| Written::Up(Some(next)));
            Ok::<_, AppError>(Some((text, written)))
        }
    });
    Ok(Answer::written(Body::from_stream(rows)))
}

fn row(call: &Call, order: &Order) -> String {
    let point = order.location.point;
    let cells = [
        order.number.clone(),
        written(order.placed_at),
        written(order.updated_at),
        closed_at(order).map(written).unwrap_or_default(),
        super::record::status(order).to_owned(),
        notes(call, order),
        order.channel.code().to_owned(),
        service_name(call, order),
        order.kind.code().to_owned(),
        order.description.clone(),
        agency(call, order).unwrap_or_default(),
        address(call, order),
        point.map(|point| point.lat.to_string()).unwrap_or_default(),
        point.map(|point| point.lon.to_string()).unwrap_or_default(),
    ];
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}
