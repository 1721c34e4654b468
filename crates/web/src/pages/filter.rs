//! Filters of lists and maps: in the address, so that a list can be shared and counted again.

use crate::{Site, fault::Fault, viewer::encode};
use jiff::{SignedDuration, Timestamp};
use luyuan_app::orders::{Bounds, Cursor, Filter, Sort};
use luyuan_domain::{ids::OrderId, orders::State};
use serde::Deserialize;

/// What an address may say about a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// `open`, `ended`, or a state's code.
    pub state: String,
    /// Category code.
    pub category: String,
    /// Place code.
    pub place: String,
    /// Words.
    pub q: String,
    /// `late`, `soon`, `fine`, `all`.
    pub due: String,
    /// A staff's list beside those by deadline: `called`, `triage`, `supervised`.
    pub desk: String,
    /// Where the page begins.
    pub after: String,
    /// West, south, east, north.
    pub bbox: String,
    /// Zoom of the map.
    pub zoom: Option<f64>,
}

/// States in which something is still to be done.
pub(crate) const OPEN: [&str; 6] = ["placed", "routed", "accepted", "in_progress", "deferred", "replied"];
/// States in which nothing more happens by itself.
pub(crate) const ENDED: [&str; 3] = ["closed", "merged", "diverted"];

/// Deadlines before this instant are soon.
pub(crate) fn soon(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(12)
}

impl Wanted {
    /// The filter for the database.
    pub fn filter(&self, public: bool, now: Timestamp) -> Filter {
        let some = |text: &String| if text.is_empty() { Vec::new() } else { vec![text.clone()] };
        let mut filter = Filter {
            public,
            states: states(&self.state),
            categories: some(&self.category),
            places: some(&self.place),
            grams: luyuan_app::text::query(&self.q),
            bounds: self.bounds(),
            ..Filter::default()
        };
        match self.due.as_str() {
            "late" => filter.due_before = Some(now),
            "soon" => {
                filter.due_from = Some(now);
                filter.due_before = Some(soon(now));
            }
            "fine" => filter.due_from = Some(soon(now)),
            _ => {}
        }
        if !self.due.is_empty() {
            filter.sort = Sort::Due;
        }
        filter
    }

    fn bounds(&self) -> Option<Bounds> {
        bounds(&self.bbox)
    }

    /// Refuses what makes no sense, rather than showing a list that is not the one asked for.
    pub fn check(&self, site: &Site) -> Result<(), Fault> {
        if !known_state(&self.state) {
            return Err(Fault::query("state", "query_state", ""));
        }
        if !["", "late", "soon", "fine", "all"].contains(&self.due.as_str()) {
            return Err(Fault::query("due", "query_due", ""));
        }
        if !["", "called", "triage", "supervised"].contains(&self.desk.as_str()) {
            return Err(Fault::query("desk", "query_due", ""));
        }
        if !self.after.is_empty() && self.cursor().is_none() {
            return Err(Fault::query("after", "query_after", ""));
        }
        if !self.bbox.is_empty() && self.bounds().is_none() {
            return Err(Fault::query("bbox", "query_bbox", ""));
        }
        if !self.place.is_empty() && site.app.directory().place_by_code(&self.place).is_none() {
            return Err(Fault::query("place", "unknown_place", ""));
        }
        if !self.category.is_empty() && !known_category(site, &self.category) {
            return Err(Fault::query("category", "unknown_category", ""));
        }
        Ok(())
    }

    /// The page's beginning; none for a cursor that is none.
    pub fn cursor(&self) -> Option<Cursor> {
        read(&self.after)
    }

    /// The address's query without the page, with `name` set to `value`.
    pub fn with(&self, name: &str, value: &str) -> String {
        let fields = [
            ("state", &self.state),
            ("category", &self.category),
            ("place", &self.place),
            ("q", &self.q),
            ("due", &self.due),
            ("desk", &self.desk),
        ];
        let mut parts: Vec<String> = fields
            .iter()
            .filter(|(field, kept)| *field != name && !kept.is_empty())
            .map(|(field, kept)| format!("{field}={}", encode(kept)))
            .collect();
        if !value.is_empty() {
            parts.push(format!("{name}={}", encode(value)));
        }
        format!("?{}", parts.join("&"))
    }
}

/// A cursor as an address says it.
pub(crate) fn written(cursor: &Cursor) -> String {
    format!("{}_{}", cursor.ms, cursor.id)
}

/// A cursor from an address; none for what was never one.
pub(crate) fn read(text: &str) -> Option<Cursor> {
    let (ms, id) = text.split_once('_')?;
    let id: OrderId = id.parse().ok()?;
    let ms: i128 = ms.parse().ok()?;
    let ms = i64::try_from(ms).unwrap_or(if ms < 0 { i64::MIN } else { i64::MAX });
    Some(Cursor { ms, id: id.to_string() })
}

/// A box from an address: west, south, east, north in degrees; none for what is none.
pub(crate) fn bounds(text: &str) -> Option<Bounds> {
    let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [west, south, east, north] = numbers[..] else { return None };
    // A map that shows the world more than once reaches beyond 180°.
    let finite = numbers.iter().all(|number| number.is_finite());
    (finite && west <= east && south <= north).then_some(Bounds { west, south, east, north })
}

/// The states that a word of an address stands for.
pub(crate) fn states(code: &str) -> Vec<String> {
    let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    match code {
        "" => Vec::new(),
        "open" => list(&OPEN),
        "ended" => list(&ENDED),
        one => list(&[one]),
    }
}

/// Whether a list can be narrowed to it: a state, or `open` or `ended`, or nothing.
pub(crate) fn known_state(code: &str) -> bool {
    ["", "open", "ended"].contains(&code) || State::CODES.contains(&code)
}

/// Whether any catalogue, of today or of before, has a category.
pub(crate) fn known_category(site: &Site, code: &str) -> bool {
    site.app.rulebook().all().catalogues().iter().any(|catalogue| catalogue.get(code).is_some())
}
