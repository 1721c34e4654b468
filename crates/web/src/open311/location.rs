//! Whether a place is one that requests may name, before anybody fills in a form.

use super::{Answer, call::Call, errors::Errors, reply::Node, requests::point};

/// The places that contain a point.
pub(super) fn check(call: &Call) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let point = point(call, &call.query)?.ok_or_else(|| call.bad("open311-required", "lat, long"))?;
    let directory = call.app().directory();
    let found = directory.locate(point);
    let path = found.map(|place| directory.path(place.id)).unwrap_or_default();
    let names: Vec<_> = path.iter().rev().map(|place| place.name.as_str()).collect();
    let node = Node::Map(vec![
        ("lat", Node::Number(point.lat)),
        ("long", Node::Number(point.lon)),
        ("jurisdiction_id", Node::maybe(found.map(|_| call.endpoint.jurisdiction.as_str()))),
        ("accepted", Node::Flag(found.is_some())),
        ("address_id", Node::maybe(found.map(|place| place.code.as_str()))),
        ("address", Node::text(names.join(" "))),
    ]);
    Ok(Answer::tree("location", node))
}
