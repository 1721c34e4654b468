//! Service requests: lists with every filter, and one.

use super::{Answer, call::Call, errors::Errors, params::Params, record::record, reply::Node};
use crate::pages::filter::ENDED;
use jiff::{SignedDuration, Timestamp};
use luyuan_app::orders::{Filter, Leaf};
use luyuan_domain::{
    geo::Wgs84,
    ids::OrgId,
    orders::{Channel, State},
};

/// Most requests of one answer (the standard's first 1000).
pub(super) const MOST: i64 = 1000;
/// The standard's span of a list.
const SPAN: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Most metres around a point: more than any district is wide.
const WIDEST: f64 = 100_000.0;
/// The furthest page; beyond it nobody reads.
const LAST: i64 = 1_000_000;

/// The point of `lat` and `long`, which come together.
pub(super) fn point(call: &Call, params: &Params) -> Result<Option<Wgs84>, Errors> {
    match (params.number(call, "lat")?, params.number(call, "long")?) {
        (None, None) => Ok(None),
        (Some(lat), Some(lon)) => Wgs84::new(lon, lat).map(Some).ok_or_else(|| call.bad("open311-point", "lat, long")),
        (None, _) => Err(call.bad("open311-required", "lat")),
        (_, None) => Err(call.bad("open311-required", "long")),
    }
}

/// A window of 90 days at most, by its two ends; an open end is the present. Neither: the latest.
fn window(
    call: &Call,
    names: [&'static str; 2],
    always: bool,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Errors> {
    let (from, to) = (call.instant(&call.query, names[0])?, call.instant(&call.query, names[1])?);
    let now = call.now();
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(call.bad_with("open311-order", names[0], names[1])),
        (Some(from), Some(to)) if to.duration_since(from) > SPAN => {
            Err(call.bad_with("open311-span", names[0], names[1]))
        }
        (Some(from), None) if now.duration_since(from) > SPAN => Ok((Some(from), Some(from + SPAN))),
        (None, Some(to)) => Ok((Some(to.checked_sub(SPAN).unwrap_or(Timestamp::MIN)), Some(to))),
        (None, None) if always => Ok((Some(now - SPAN), None)),
        ends => Ok(ends),
    }
}

/// Which page, and how many on it.
pub(super) fn leaf(call: &Call, whole: bool) -> Result<Leaf, Errors> {
    let size = call.query.count(call, "page_size", MOST)?;
    // FixMyStreet's name for it; there a larger one means as many as there may be.
    let size = size.or(call.query.count(call, "max_requests", i64::MAX)?.map(|most| most.min(MOST)));
    let limit = size.unwrap_or(MOST);
    let page = call.query.count(call, "page", LAST)?.unwrap_or(1);
    Ok(Leaf { skip: (page - 1) * limit, limit, whole })
}

/// What the address asks for; without `bounded` there is no limit of time.
pub(super) fn filter(call: &Call, bounded: bool) -> Result<Filter, Errors> {
    let query = &call.query;
    let ids = query.list("service_request_id");
    if i64::try_from(ids.len()).unwrap_or(i64::MAX) > MOST {
        return Err(call.bad_with("open311-not-a-count", "service_request_id", MOST));
    }
    // The list of ids overrides everything else.
    if !ids.is_empty() {
        return Ok(Filter { public: true, numbers: ids, ..Filter::default() });
    }
    let mut filter = Filter { public: true, categories: query.list("service_code"), ..Filter::default() };
    for status in query.list("status") {
        let ended = match status.to_ascii_lowercase().as_str() {
            "open" => false,
            "closed" => true,
            _ => return Err(call.bad_with("open311-choice", "status", "open, closed")),
        };
        let states = State::CODES.into_iter().filter(|code| ENDED.contains(code) == ended);
        filter.states.extend(states.map(str::to_owned));
    }
    let updated = ["updated_after", "updated_before"];
    let by_update = updated.iter().any(|name| query.get(name).is_some());
    if bounded {
        let placed = ["start_date", "end_date"];
        // Whoever asks for what changed lately wants old requests too, unless they say otherwise.
        let always = !by_update;
        (filter.placed_from, filter.placed_to) = window(call, placed, always)?;
        (filter.updated_from, filter.updated_to) = window(call, updated, false)?;
    } else {
        (filter.placed_from, filter.placed_to) = (call.instant(query, "start_date")?, call.instant(query, "end_date")?);
        (filter.updated_from, filter.updated_to) =
            (call.instant(query, "updated_after")?, call.instant(query, "updated_before")?);
    }
    if let Some(point) = point(call, query)? {
        let radius = query.number(call, "radius")?;
        let near = call.day()?.rules.rules.similar_metres;
        let radius = radius.unwrap_or(near);
        if !(0.0..=WIDEST).contains(&radius) {
            return Err(call.bad_with("open311-radius", "radius", WIDEST));
        }
        filter.near = Some((point.lon, point.lat, radius));
    }
    let directory = call.app().directory();
    for agency in query.list("agency_responsible") {
        let org = directory.orgs().iter().find(|org| org.code == agency || org.name == agency);
        // An organisation that is not here holds nothing.
        filter.holders.push(org.map_or(OrgId(Default::default()), |org| org.id));
    }
    filter.has_file = query.flag(call, "has_photo")?;
    for channel in query.list("interface_used") {
        let known = Channel::parse(&channel.to_ascii_lowercase());
        let codes = || Channel::ALL.iter().map(|channel| channel.code()).collect::<Vec<_>>().join(", ");
        let known = known.ok_or_else(|| call.bad_with("open311-choice", "interface_used", codes()))?;
        filter.channels.push(known.code().to_owned());
    }
    Ok(filter)
}

/// A page of requests.
pub(super) async fn list(call: &Call) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let whole = call.query.flag(call, "extensions")?.unwrap_or(false);
    let (filter, leaf) = (filter(call, true)?, leaf(call, whole)?);
    let (stories, more) = call.app().stories(filter, leaf).await.map_err(|error| call.failed(error))?;
    let requests = stories.iter().map(|story| record(call, story, whole));
    let answer = Answer::tree("service_requests", Node::List("request", requests.collect()));
    Ok(if more { answer.followed(call, "requests", leaf) } else { answer })
}

/// One request: a list of one, as the standard has it.
pub(super) async fn one(call: &Call, number: &str) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let whole = call.query.flag(call, "extensions")?.unwrap_or(false);
    let filter = Filter { numbers: vec![number.to_owned()], ..Filter::default() };
    let leaf = Leaf { skip: 0, limit: 1, whole };
    let (stories, _) = call.app().stories(filter, leaf).await.map_err(|error| call.failed(error))?;
    let story = stories.first().ok_or_else(|| call.missing())?;
    Ok(Answer::tree("service_requests", Node::List("request", vec![record(call, story, whole)])))
}
