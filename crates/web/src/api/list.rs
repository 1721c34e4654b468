//! Lists of public orders: by filter, and near a point.

use super::{Problem, key::Reader, orders::PublicOrder, problem::Query};
use crate::{
    Site,
    pages::filter::{self, Wanted},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use luyuan_app::orders::{Filter, Sort};
use luyuan_domain::{actor::Actor, geo::Wgs84, roles::Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page of orders.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderPage<'a> {
    /// The orders.
    items: Vec<PublicOrder<'a>>,
    /// Give this as `after`, with everything else unchanged, for the next page; missing on the last.
    next: Option<String>,
    /// How many the filter lets through on all pages; only when asked for with `total=true`.
    total: Option<i64>,
}

/// What a list may be narrowed to. Several values of `state`, `category` and `place` stand with
/// commas between them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Narrow {
    /// States, `open` for all in which something is still to be done, `ended` for the rest.
    #[param(
        pattern = "^(placed|routed|accepted|in_progress|deferred|replied|closed|merged|diverted|open|ended)(,(placed|routed|accepted|in_progress|deferred|replied|closed|merged|diverted|open|ended))*$"
    )]
    state: Option<String>,
    /// Category codes.
    category: Option<String>,
    /// Codes of places; what lies inside them counts.
    place: Option<String>,
    /// Words that must occur in the description or the address.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Placed at this instant or later (RFC 3339).
    #[param(format = DateTime)]
    placed_from: Option<String>,
    /// Placed before this instant (RFC 3339).
    #[param(format = DateTime)]
    placed_to: Option<String>,
    /// Changed at this instant or later (RFC 3339).
    #[param(format = DateTime)]
    updated_from: Option<String>,
    /// Changed before this instant (RFC 3339).
    #[param(format = DateTime)]
    updated_to: Option<String>,
    /// West, south, east, north in degrees WGS-84, borders included.
    #[param(
        pattern = "^-?[0-9]{1,3}(\\.[0-9]{1,12})?(,-?[0-9]{1,3}(\\.[0-9]{1,12})?){3}$",
        example = "113.6,34.7,113.7,34.8"
    )]
    bbox: Option<String>,
    /// By the present deadline: `late`, `soon` (within twelve hours), `fine`.
    #[param(pattern = "^(late|soon|fine)$")]
    due: Option<String>,
    /// `newest` first (when not said), `oldest` first, or `due`: earliest deadline first, none last.
    #[param(pattern = "^(newest|oldest|due)$")]
    sort: Option<String>,
    /// Count all pages too.
    total: Option<bool>,
    /// Also orders that the public does not see: for a key with the scopes `read-internal` and `bulk`.
    internal: Option<bool>,
    /// `next` of the page before.
    #[param(pattern = "^-?[0-9]{1,19}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    after: Option<String>,
    /// How many, 1 to 200; 50 when not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// The values of a list in a query.
fn each(text: Option<&String>) -> Vec<String> {
    let all = text.map(String::as_str).unwrap_or_default().split(',').map(str::trim);
    all.filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// Most values of a list in a query.
const MOST_VALUES: usize = 100;
/// Most characters of words to look for.
pub(super) const MOST_WORDS: usize = 200;

fn instant(field: &str, text: Option<&String>) -> Result<Option<Timestamp>, Problem> {
    text.map(|text| text.parse().map_err(|_| Problem::query(field, "instant"))).transpose()
}

impl Narrow {
    fn filter(&self, site: &Site, now: Timestamp) -> Result<Filter, Problem> {
        if self.due.as_deref().is_some_and(|due| !["late", "soon", "fine"].contains(&due)) {
            return Err(Problem::query("due", "query_due"));
        }
        let wanted = Wanted { due: self.due.clone().unwrap_or_default(), ..Wanted::default() };
        let words = self.q.clone().unwrap_or_default();
        if words.chars().count() > MOST_WORDS {
            return Err(Problem::query("q", "words_long"));
        }
        let (states, categories, places) =
            (each(self.state.as_ref()), each(self.category.as_ref()), each(self.place.as_ref()));
        for (field, list) in [("state", &states), ("category", &categories), ("place", &places)] {
            if list.len() > MOST_VALUES {
                return Err(Problem::query(field, "values_many"));
            }
        }
        let named = self.state.iter().flat_map(|text| text.split(','));
        if !named.clone().all(|code| !code.is_empty() && filter::known_state(code)) {
            return Err(Problem::query("state", "query_state"));
        }
        if !categories.iter().all(|code| filter::known_category(site, code)) {
            return Err(Problem::field("category", "unknown_category"));
        }
        let directory = site.app.directory();
        if !places.iter().all(|code| directory.place_by_code(code).is_some()) {
            return Err(Problem::field("place", "unknown_place"));
        }
        let bounds = match &self.bbox {
            Some(text) => Some(filter::bounds(text).ok_or_else(|| Problem::field("bbox", "query_bbox"))?),
            None => None,
        };
        let sort = match self.sort.as_deref() {
            None | Some("newest") => Sort::Newest,
            Some("oldest") => Sort::Oldest,
            Some("due") => Sort::Due,
            Some(_) => return Err(Problem::query("sort", "query_sort")),
        };
        Ok(Filter {
            states: states.iter().flat_map(|code| filter::states(code)).collect(),
            categories,
            places,
            grams: luyuan_app::text::query(&words),
            placed_from: instant("placed_from", self.placed_from.as_ref())?,
            placed_to: instant("placed_to", self.placed_to.as_ref())?,
            updated_from: instant("updated_from", self.updated_from.as_ref())?,
            updated_to: instant("updated_to", self.updated_to.as_ref())?,
            bounds,
            sort,
            ..wanted.filter(self.internal != Some(true), now)
        })
    }
}

/// Public orders by filter, newest first.
#[utoipa::path(get, path = "/api/v1/orders", operation_id = "listOrders", tag = "orders", security((), ("key" = [])), params(Narrow), responses((status = 200, body = OrderPage<'_>)))]
pub(super) async fn list(
    State(site): State<Site>,
    Reader(reader): Reader,
    Query(narrow): Query<Narrow>,
) -> Result<Response, Problem> {
    if narrow.internal == Some(true) {
        if !matches!(reader, Actor::Integrator { .. }) {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "", "api_key", ""));
        }
        site.app.within(&reader, Scope::ReadInternal)?;
        site.app.within(&reader, Scope::Bulk)?;
    }
    let limit = narrow.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::query("limit", "query_limit"));
    }
    let after = match &narrow.after {
        Some(text) => Some(filter::read(text).ok_or_else(|| Problem::query("after", "query_after"))?),
        None => None,
    };
    let filter = narrow.filter(&site, site.app.env.now())?;
    let total = match narrow.total {
        Some(true) => Some(site.app.count(filter.clone()).await?.iter().map(|(_, count)| count).sum()),
        _ => None,
    };
    let page = site.app.orders(filter, after, limit).await?;
    let next = page.next.as_ref().map(filter::written);
    let directory = site.app.directory();
    let items = page.orders.iter().map(|order| PublicOrder::of(&directory, order)).collect();
    Ok(Json(OrderPage { items, next, total }).into_response())
}

/// A point and a category.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Near {
    /// Longitude in degrees, WGS-84.
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// Latitude in degrees, WGS-84.
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// Category code.
    category: String,
}

/// Open public orders of a category near a point, nearest first: before placing one, see whether it
/// is there already. How near and how old is for the rules to say.
#[utoipa::path(get, path = "/api/v1/orders/similar", operation_id = "similarOrders", tag = "orders", params(Near), responses((status = 200, body = Vec<PublicOrder<'_>>)))]
pub(super) async fn similar(State(site): State<Site>, Query(near): Query<Near>) -> Result<Response, Problem> {
    let at = Wgs84::new(near.lon, near.lat).ok_or_else(|| Problem::query("lon", "point"))?;
    let day = site.app.rulebook().on(site.app.env.now())?;
    if day.category(&near.category).is_none() {
        return Err(Problem::field("category", "unknown_category"));
    }
    let found = site.app.similar(at, &near.category).await?;
    let directory = site.app.directory();
    let items: Vec<_> = found.iter().map(|order| PublicOrder::of(&directory, order)).collect();
    Ok(Json(items).into_response())
}
