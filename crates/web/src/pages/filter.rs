//! Filters of lists and maps: in the address, so that a list can be shared and counted again.

use crate::viewer::encode;
use jiff::{SignedDuration, Timestamp};
use luyuan_app::orders::{Bounds, Cursor, Filter, Sort};
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
    /// `late`, `soon`.
    pub due: String,
    /// Where the page begins.
    pub after: String,
    /// West, south, east, north.
    pub bbox: String,
    /// Zoom of the map.
    pub zoom: Option<f64>,
}

/// States in which something is still to be done.
pub(crate) const OPEN: [&str; 6] = ["placed", "routed", "accepted", "in_progress", "deferred", "replied"];
const ENDED: [&str; 3] = ["closed", "merged", "diverted"];

/// Deadlines before this instant are soon.
pub(crate) fn soon(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(12)
}

impl Wanted {
    /// The filter for the database.
    pub fn filter(&self, public: bool, now: Timestamp) -> Filter {
        let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let states = match self.state.as_str() {
            "" => Vec::new(),
            "open" => list(&OPEN),
            "ended" => list(&ENDED),
            one => list(&[one]),
        };
        let some = |text: &String| if text.is_empty() { Vec::new() } else { vec![text.clone()] };
        let mut filter = Filter {
            public,
            states,
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
        let mut numbers = self.bbox.split(',').map(|part| part.trim().parse::<f64>().ok().filter(|n| n.is_finite()));
        let mut next = || numbers.next().flatten();
        Some(Bounds { west: next()?, south: next()?, east: next()?, north: next()? })
    }

    /// The page's beginning; none for a cursor that is none.
    pub fn cursor(&self) -> Option<Cursor> {
        let (ms, id) = self.after.split_once('_')?;
        Some(Cursor { ms: ms.parse().ok()?, id: id.to_owned() })
    }

    /// The address's query without the page, with `name` set to `value`.
    pub fn with(&self, name: &str, value: &str) -> String {
        let fields = [
            ("state", &self.state),
            ("category", &self.category),
            ("place", &self.place),
            ("q", &self.q),
            ("due", &self.due),
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
