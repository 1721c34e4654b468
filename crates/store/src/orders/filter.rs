//! Which orders a list, a count, a map or an export shows. One filter serves them all, so that
//! their totals agree.

use crate::{Conn, Query, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrgId},
    orders::Order,
};

/// A box of longitudes and latitudes in degrees, borders included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// West.
    pub west: f64,
    /// South.
    pub south: f64,
    /// East.
    pub east: f64,
    /// North.
    pub north: f64,
}

/// In which order a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Earliest deadline first; without a deadline last.
    Due,
    /// Oldest first, for exports that may be continued.
    Oldest,
}

/// Conditions that an order must meet; an empty one is met by all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Only what the public may see.
    pub public: bool,
    /// State codes.
    pub states: Vec<String>,
    /// Category codes.
    pub categories: Vec<String>,
    /// Codes of places that contain it.
    pub places: Vec<String>,
    /// Organisations that hold it.
    pub holders: Vec<OrgId>,
    /// Organisations that were called to help with it and have not reported.
    pub whistled: Vec<OrgId>,
    /// Held by nobody yet: somebody has to decide where it goes.
    pub unassigned: bool,
    /// Under supervision by the superior.
    pub supervised: bool,
    /// Numbers.
    pub numbers: Vec<String>,
    /// Placed at this instant or later.
    pub placed_from: Option<Timestamp>,
    /// Placed before this instant.
    pub placed_to: Option<Timestamp>,
    /// Changed at this instant or later.
    pub updated_from: Option<Timestamp>,
    /// Changed before this instant.
    pub updated_to: Option<Timestamp>,
    /// Due before this instant.
    pub due_before: Option<Timestamp>,
    /// Due at this instant or later.
    pub due_from: Option<Timestamp>,
    /// With a deadline, or without.
    pub has_due: Option<bool>,
    /// Inside this box.
    pub bounds: Option<Bounds>,
    /// Within so many metres of a point (longitude and latitude in degrees).
    pub near: Option<(f64, f64, f64)>,
    /// With a photo or document, or without.
    pub has_file: Option<bool>,
    /// Codes of channels by which it arrived.
    pub channels: Vec<String>,
    /// Bigrams that the search text must contain, all of them.
    pub grams: Vec<String>,
    /// The list's order.
    pub sort: Sort,
}

/// Up to so many holders, their orders are sorted for a list by deadline.
const FEW: usize = 200;

/// Where a page ends, so that the next can begin after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds of the last row's sort instant ([`i64::MAX`] for "no deadline").
    pub ms: i64,
    /// The last row's id.
    pub id: String,
}

enum Value {
    Text(String),
    Int(i64),
    Real(f64),
}

struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    fn new(j: &JurisdictionId) -> Self {
        Self { text: " FROM orders WHERE jurisdiction_id = $1".into(), values: vec![Value::Text(j.0.clone())] }
    }

    /// Adds a condition in which `?` stands for the value.
    fn and(&mut self, condition: &str, value: Value) {
        self.values.push(value);
        self.text.push_str(" AND ");
        self.text.push_str(&condition.replace('?', &format!("${}", self.values.len())));
    }

    fn any_of(&mut self, column: &str, texts: impl ExactSizeIterator<Item = String>) {
        if texts.len() == 0 {
            return;
        }
        let mut places = Vec::with_capacity(texts.len());
        for text in texts {
            self.values.push(Value::Text(text));
            places.push(format!("${}", self.values.len()));
        }
        self.text.push_str(&format!(" AND {column} IN ({})", places.join(",")));
    }

    fn called(&mut self, orgs: &[OrgId]) {
        if orgs.is_empty() {
            return;
        }
        let mut places = Vec::with_capacity(orgs.len());
        for org in orgs {
            self.values.push(Value::Text(org.to_string()));
            places.push(format!("${}", self.values.len()));
        }
        self.text.push_str(&format!(
            " AND id IN (SELECT order_id FROM whistles WHERE jurisdiction_id = $1 AND org_id IN ({}))",
            places.join(",")
        ));
    }

    /// Codes are prefixes of the codes inside them, so "inside" is a range of the index.
    fn inside(&mut self, codes: &[String]) {
        if codes.is_empty() {
            return;
        }
        let mut parts = Vec::with_capacity(codes.len());
        for code in codes {
            self.values.push(Value::Text(code.clone()));
            let from = self.values.len();
            self.values.push(Value::Text(format!("{code}\u{10FFFF}")));
            parts.push(format!("(place_code >= ${from} AND place_code < ${})", self.values.len()));
        }
        self.text.push_str(&format!(" AND ({})", parts.join(" OR ")));
    }

    /// Within so many metres; over such ranges the earth is flat enough for Pythagoras. The box
    /// around the circle comes first, because an index may help with it.
    fn within(&mut self, lon: f64, lat: f64, metres: f64) {
        const METRES: f64 = 111_320.0;
        let narrow = lat.to_radians().cos().max(1e-6);
        let (dy, dx) = (metres / METRES, metres / METRES / narrow);
        for (condition, degrees) in
            [("lon >= ?", lon - dx), ("lon <= ?", lon + dx), ("lat >= ?", lat - dy), ("lat <= ?", lat + dy)]
        {
            self.and(condition, Value::Real(degrees));
        }
        let first = self.values.len() + 1;
        self.values.extend([lon, narrow, lat, dy * dy].map(Value::Real));
        let [lon, narrow, lat, most] = [0, 1, 2, 3].map(|next| format!("${}", first + next));
        self.text.push_str(&format!(
            " AND (lon - {lon}) * {narrow} * (lon - {lon}) * {narrow} + (lat - {lat}) * (lat - {lat}) <= {most}"
        ));
    }

    fn query<'c>(self, conn: &'c mut Conn<'_>, columns: &str, tail: &str) -> Query<'c> {
        let mut query = conn.composed(format!("SELECT {columns}{}{tail}", self.text));
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Int(int) => query.bind(int),
                Value::Real(real) => query.bind(real),
            };
        }
        query
    }
}

/// A text that `LIKE` takes as it stands.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

impl Filter {
    fn conditions(&self, j: &JurisdictionId) -> Where {
        let mut on = Where::new(j);
        if self.public {
            on.text.push_str(" AND hidden = 0");
        }
        on.any_of("state", self.states.iter().cloned());
        on.any_of("category", self.categories.iter().cloned());
        on.any_of("number", self.numbers.iter().cloned());
        on.any_of("holder_id", self.holders.iter().map(ToString::to_string));
        on.called(&self.whistled);
        if self.unassigned {
            on.text.push_str(" AND holder_id IS NULL");
        }
        if self.supervised {
            on.text.push_str(" AND supervised = 1");
        }
        on.inside(&self.places);
        for (condition, instant) in [
            ("placed_at >= ?", self.placed_from),
            ("placed_at < ?", self.placed_to),
            ("updated_at >= ?", self.updated_from),
            ("updated_at < ?", self.updated_to),
            ("due_at < ?", self.due_before),
            ("due_at >= ?", self.due_from),
        ] {
            if let Some(instant) = instant {
                on.and(condition, Value::Int(to_ms(instant)));
            }
        }
        match self.has_due {
            Some(true) => on.text.push_str(" AND due_at IS NOT NULL"),
            Some(false) => on.text.push_str(" AND due_at IS NULL"),
            None => {}
        }
        if let Some(bounds) = self.bounds {
            on.and("lon >= ?", Value::Real(bounds.west));
            on.and("lon <= ?", Value::Real(bounds.east));
            on.and("lat >= ?", Value::Real(bounds.south));
            on.and("lat <= ?", Value::Real(bounds.north));
        }
        if let Some((lon, lat, metres)) = self.near {
            on.within(lon, lat, metres);
        }
        if let Some(has) = self.has_file {
            let not = if has { "" } else { "NOT " };
            on.text.push_str(&format!(
                " AND {not}EXISTS (SELECT 1 FROM files WHERE files.jurisdiction_id = orders.jurisdiction_id
                 AND files.order_id = orders.id)"
            ));
        }
        if !self.channels.is_empty() {
            // Inside a string of the JSON a quote has a backslash before it: only the member fits.
            let members = self.channels.iter().map(|code| format!("%\"channel\":\"{}\"%", literal(code)));
            let either: Vec<String> = members
                .map(|member| {
                    on.values.push(Value::Text(member));
                    format!("data LIKE ${} ESCAPE '\\'", on.values.len())
                })
                .collect();
            on.text.push_str(&format!(" AND ({})", either.join(" OR ")));
        }
        for gram in &self.grams {
            on.and("search LIKE ? ESCAPE '\\'", Value::Text(format!("%{}%", literal(gram))));
        }
        on
    }

    /// A query for `columns` of a page after `cursor`.
    pub(super) fn select<'c>(
        &self,
        conn: &'c mut Conn<'_>,
        j: &JurisdictionId,
        columns: &str,
        after: Option<&Cursor>,
        limit: Option<i64>,
    ) -> Query<'c> {
        let (on, tail) = self.page(j, after, limit);
        on.query(conn, columns, &tail)
    }

    fn page(&self, j: &JurisdictionId, after: Option<&Cursor>, limit: Option<i64>) -> (Where, String) {
        let mut on = self.conditions(j);
        let (key, direction, beyond) = match self.sort {
            Sort::Newest => ("placed_at", "DESC", "<"),
            Sort::Oldest => ("placed_at", "ASC", ">"),
            // A deadline that does not exist sorts after all that do, on both engines alike.
            // Written so that no index is in this order, the few rows of some holders are sorted;
            // those of a whole district are read in the order of the index.
            Sort::Due if (1..=FEW).contains(&self.holders.len()) => {
                ("(COALESCE(due_at, 9223372036854775807) + 0)", "ASC", ">")
            }
            Sort::Due => ("COALESCE(due_at, 9223372036854775807)", "ASC", ">"),
        };
        if let Some(cursor) = after {
            on.values.push(Value::Int(cursor.ms));
            let ms = on.values.len();
            on.values.push(Value::Text(cursor.id.clone()));
            let id = on.values.len();
            on.text.push_str(&format!(" AND ({key}, id) {beyond} (${ms}, ${id})"));
        }
        let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        let order = format!(" ORDER BY {key} {direction}, id {direction}");
        if self.places.is_empty() {
            return (on, format!("{order}{limit}"));
        }
        // A street has tens of thousands: what is sorted are entries of the index, not whole orders.
        // The outer order is written so that it does not lead back to an index of all orders.
        let outer = format!(" ORDER BY {key} + 0 {direction}, id {direction}");
        on.text = format!(" FROM orders WHERE jurisdiction_id = $1 AND id IN (SELECT id{}{order}{limit})", on.text);
        (on, outer)
    }

    /// A query for `columns` with `tail` after the conditions, for those who read a page by its number.
    pub(crate) fn query<'c>(&self, conn: &'c mut Conn<'_>, j: &JurisdictionId, columns: &str, tail: &str) -> Query<'c> {
        self.conditions(j).query(conn, columns, tail)
    }

    /// A query for `columns` of all rows, with `tail` after the conditions.
    pub(super) fn count<'c>(&self, conn: &'c mut Conn<'_>, j: &JurisdictionId, columns: &str, tail: &str) -> Query<'c> {
        self.conditions(j).query(conn, columns, tail)
    }

    /// The cursor after an order that ends a page.
    pub fn cursor(&self, order: &Order) -> Cursor {
        Cursor { ms: self.instant(order), id: order.id.to_string() }
    }

    /// Whether answering it may mean to look at every order, however few come out.
    pub fn searches(&self) -> bool {
        !self.grams.is_empty() || !self.channels.is_empty() || self.has_file.is_some()
    }

    /// Milliseconds by which a list is sorted.
    fn instant(&self, order: &Order) -> i64 {
        match self.sort {
            Sort::Newest | Sort::Oldest => to_ms(order.placed_at),
            Sort::Due => order.state.due().map_or(i64::MAX, to_ms),
        }
    }
}
