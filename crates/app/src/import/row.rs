//! One row of another system's orders as an order of ours: pure, and quick.

use super::{
    mapping::{Coded, Mapping, Outside},
    rejects::Reject,
};
use crate::{AppError, directory::Directory, env::Env, rules::Rulebook};
use csv::ByteRecord;
use jiff::Timestamp;
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    ids::{OrderId, OrgId, PlaceId},
    orders::{Channel, Draft, Ended, Event, Kind, Location, Order, Timetable},
    org::Chain,
    roles::Scopes,
};
use luyuan_store::{
    StoreError,
    orders::{Index, Ready},
};
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// A mapping laid over a file's columns, with what rows are looked up in.
pub(super) struct Plan {
    mapping: Mapping,
    key: usize,
    placed: usize,
    closed: Option<usize>,
    description: Vec<usize>,
    reply: Vec<usize>,
    address: Vec<usize>,
    point: Option<(usize, usize)>,
    place: Option<usize>,
    kind: Option<usize>,
    private: Option<usize>,
    category: Option<usize>,
    holder: Option<usize>,
    holders: HashMap<String, OrgId>,
    any_holder: Option<OrgId>,
    columns: usize,
    directory: Arc<Directory>,
    rulebook: Arc<Rulebook>,
    env: Env,
    /// By whom rows were placed and ended.
    actor: Actor,
    now: Timestamp,
}

/// An order that lacks only its number.
pub(super) struct Parsed {
    order: Order,
    events: Vec<(Event, bool)>,
    key: String,
    place_code: String,
    /// The year of its number.
    pub year: i16,
}

/// Why a row is no order: code and sentence.
type Why = (&'static str, String);

impl Plan {
    /// Lays a mapping over the columns of a file.
    ///
    /// # Errors
    /// [`AppError::Import`] for columns that the file does not have, and for codes of categories and
    /// organisations that this district does not have.
    pub fn new(
        mapping: &Mapping,
        header: &ByteRecord,
        directory: Arc<Directory>,
        rulebook: Arc<Rulebook>,
        env: Env,
    ) -> Result<Self, AppError> {
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let at = |name: &str| {
            names.iter().position(|column| column == name).ok_or_else(|| {
                let there = names.join(", ");
                AppError::Import(format!("the mapping names the column {name:?}; the file has: {there}"))
            })
        };
        let maybe = |name: &Option<String>| name.as_deref().map(at).transpose();
        let columns = &mapping.columns;
        let each =
            |names: &super::mapping::Names| names.list().iter().map(|name| at(name)).collect::<Result<Vec<_>, _>>();
        let some = |names: &Option<super::mapping::Names>| names.as_ref().map_or(Ok(Vec::new()), each);
        let now = env.now();
        for code in mapping.category.values.values().chain(&mapping.category.default) {
            let known = rulebook.all().catalogues().iter().any(|catalogue| catalogue.get(code).is_some());
            if !known {
                return Err(AppError::Import(format!("the mapping leads to category {code}, which no catalogue has")));
            }
        }
        let org = |code: &String| {
            let found = directory.org_by_code(code).map(|org| org.id);
            found
                .ok_or_else(|| AppError::Import(format!("the mapping leads to organisation {code}, which is not here")))
        };
        let none = Coded { column: None, default: None, values: HashMap::new() };
        let holder = mapping.holder.as_ref().unwrap_or(&none);
        let holders = holder.values.iter().map(|(value, code)| Ok((value.clone(), org(code)?)));
        let any_holder = holder.default.as_ref().map(org).transpose()?;
        if columns.closed.is_some() && any_holder.is_none() && directory.top().is_none() {
            let why = "ended orders need an organisation that handled them; import organisations first, or write \
                       [holder] default = \"CODE\" in the mapping";
            return Err(AppError::Import(why.into()));
        }
        Ok(Self {
            key: at(&columns.key)?,
            placed: at(&columns.placed)?,
            closed: maybe(&columns.closed)?,
            description: each(&columns.description)?,
            reply: some(&columns.reply)?,
            address: some(&columns.address)?,
            point: maybe(&columns.lon)?.zip(maybe(&columns.lat)?),
            place: maybe(&columns.place)?,
            kind: maybe(&columns.kind)?,
            private: maybe(&columns.private)?,
            category: maybe(&mapping.category.column)?,
            holder: maybe(&holder.column)?,
            holders: holders.collect::<Result<_, AppError>>()?,
            any_holder,
            columns: header.len(),
            actor: Actor::Integrator { label: format!("import:{}", mapping.name), scopes: Scopes::default() },
            mapping: mapping.clone(),
            directory,
            rulebook,
            env,
            now,
        })
    }

    /// The row's key; empty when it has none.
    pub fn key<'r>(&self, row: &'r ByteRecord) -> Cow<'r, str> {
        row.get(self.key).map(String::from_utf8_lossy).map_or(Cow::Borrowed(""), |key| match key {
            Cow::Borrowed(key) => Cow::Borrowed(key.trim()),
            Cow::Owned(key) => Cow::Owned(key.trim().to_owned()),
        })
    }

    /// A row as an order without a number.
    ///
    /// # Errors
    /// What is wrong with the row.
    pub fn parse(&self, line: u64, row: &ByteRecord) -> Result<Parsed, Reject> {
        self.order(row).map_err(|(code, sentence)| Reject { line, code, sentence, row: row.clone() })
    }

    fn order(&self, row: &ByteRecord) -> Result<Parsed, Why> {
        if row.len() != self.columns {
            let sentence = format!("the row has {} fields where the header has {}", row.len(), self.columns);
            return Err(("fields", sentence));
        }
        if row.iter().any(|field| std::str::from_utf8(field).is_err() || contains(field, "\u{FFFD}".as_bytes())) {
            return Err(("encoding", "the row has bytes that are no text in this encoding".into()));
        }
        let text = |column: usize| -> Cow<'_, str> {
            let field = row.get(column).unwrap_or_default();
            let text = std::str::from_utf8(field).unwrap_or_default();
            if self.mapping.neutralised { crate::export::restored(text) } else { Cow::Borrowed(text) }
        };
        let key = self.key(row).into_owned();
        if key.is_empty() {
            return Err(("no_key", "the row has no key, so that it could not be told when it comes again".into()));
        }
        let time = |column: usize, name: &str| -> Result<Timestamp, Why> {
            let written = text(column);
            self.mapping.clock.read(written.trim()).ok_or_else(|| {
                ("time_format", format!("{name}: {:?} is not a time as the mapping writes them", written.trim()))
            })
        };
        let placed = time(self.placed, "placed")?;
        let rules = self.rulebook.on(placed).map_err(|error| ("rules", error.to_string()))?;
        let value = self.category.map(&text).unwrap_or_default();
        let value = value.trim();
        let named = match self.mapping.category.values.get(value) {
            Some(code) => Some(code.as_str()),
            None if rules.category(value).is_some() => Some(value),
            None => self.mapping.category.default.as_deref(),
        };
        let code = named.ok_or_else(|| ("unknown_category", format!("the mapping has no category for {value:?}")))?;
        let category = rules
            .category(code)
            .ok_or_else(|| ("unknown_category", format!("category {code} is not in the catalogue of that day")))?;
        let (point, place) = self.locate(rules.rules.rules.border_metres, &text)?;
        let join = |columns: &[usize]| {
            let mut whole = String::new();
            for part in columns.iter().map(|column| text(*column)) {
                let part = part.trim();
                if !part.is_empty() && !whole.contains(part) {
                    if !whole.is_empty() {
                        whole.push('\n');
                    }
                    whole.push_str(part);
                }
            }
            whole
        };
        let kind = match self.kind.map(&text).filter(|code| !code.trim().is_empty()) {
            Some(code) => Kind::parse(code.trim())
                .ok_or_else(|| ("unknown_kind", format!("{:?} is no kind of order", code.trim())))?,
            None => self.mapping.kind.unwrap_or(category.kind),
        };
        let private = match self.private.map(&text).as_deref().map(str::trim) {
            None | Some("" | "0" | "false" | "no") => false,
            Some("1" | "true" | "yes") => true,
            Some(other) => return Err(("private", format!("{other:?} is neither true nor false"))),
        };
        let chain = place.map(|place| self.directory.chain(place)).unwrap_or_default();
        let ended = match self.closed.filter(|column| !text(*column).trim().is_empty()) {
            Some(column) => Some(Ended {
                by: self.holder(&text, code, &chain, &rules)?,
                text: join(&self.reply),
                at: time(column, "closed")?,
            }),
            None => None,
        };
        let draft = Draft {
            kind,
            category: code.to_owned(),
            urgency: category.urgency,
            description: join(&self.description),
            location: Location { point, place, address: join(&self.address).replace('\n', " ") },
            channel: Channel::Import,
            private,
            attributes: Vec::new(),
        };
        let refused = |refusal: luyuan_domain::orders::Refusal| (refusal.code(), refusal.to_string());
        let open = ended.is_none();
        let id = OrderId(self.env.id());
        let (mut order, events) = Order::import(draft, id, placed, ended, &rules, self.now).map_err(refused)?;
        let mut events: Vec<(Event, bool)> = events.into_iter().map(|event| (event, true)).collect();
        // What is still open goes the way of every order, from today on.
        if open && let Some(route) = rules.route(code, &chain, &self.directory) {
            let today = self.rulebook.on(self.now).map_err(|error| ("rules", error.to_string()))?;
            let (routed, event) = order.route(route, &today, self.now).map_err(refused)?;
            order = routed;
            events.push((event, false));
        }
        let place_code = place.and_then(|place| self.directory.place(place)).map(|place| place.code.clone());
        let year = rules.date(placed).year();
        Ok(Parsed { order, events, key, place_code: place_code.unwrap_or_default(), year })
    }

    /// Where the row is: by its point, else by the code of its place.
    fn locate<'r>(
        &self,
        gap: f64,
        text: &impl Fn(usize) -> Cow<'r, str>,
    ) -> Result<(Option<Wgs84>, Option<PlaceId>), Why> {
        let named = self.place.map(text).filter(|code| !code.trim().is_empty());
        let named = match named {
            Some(code) => {
                let code = code.trim();
                let place = self.directory.place_by_code(code);
                Some(place.ok_or_else(|| ("unknown_place", format!("no place has the code {code:?}")))?)
            }
            None => None,
        };
        let written = self.point.map(|(lon, lat)| (text(lon), text(lat)));
        let written = written.filter(|(lon, lat)| !lon.trim().is_empty() || !lat.trim().is_empty());
        let Some((lon, lat)) = written else {
            return Ok((named.and_then(|place| place.centre), named.map(|place| place.id)));
        };
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let point = number(&lon).zip(number(&lat)).and_then(|(lon, lat)| self.mapping.crs?.read(lon, lat));
        let point = point.ok_or_else(|| {
            ("point", format!("{:?} and {:?} are no longitude and latitude in degrees", lon.trim(), lat.trim()))
        })?;
        let found = self.directory.locate_near(point, gap);
        match (found, named) {
            (None, None) if self.mapping.outside == Outside::Reject => Err((
                "outside",
                "the point lies outside the district; write outside = \"keep\" to keep such rows".into(),
            )),
            (Some(found), Some(named)) if !self.directory.path(found.id).iter().any(|place| place.id == named.id) => {
                Ok((Some(point), Some(named.id)))
            }
            (found, named) => Ok((Some(point), found.or(named).map(|place| place.id))),
        }
    }

    /// Who handled an ended order: by the mapping, else who would get it today.
    fn holder<'r>(
        &self,
        text: &impl Fn(usize) -> Cow<'r, str>,
        category: &str,
        chain: &Chain,
        rules: &crate::rules::Day,
    ) -> Result<OrgId, Why> {
        let value = self.holder.map(text).unwrap_or_default();
        let value = value.trim();
        let named = self.holders.get(value).copied();
        let named = named.or_else(|| self.directory.org_by_code(value).map(|org| org.id)).or(self.any_holder);
        let named = named.or_else(|| rules.route(category, chain, &self.directory).map(|route| route.to));
        let named = named.or_else(|| self.directory.top().map(|org| org.id));
        named.ok_or_else(|| ("unknown_org", format!("the mapping has no organisation for {value:?}")))
    }

    /// An order with its number, ready to be kept.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when it cannot be written as JSON.
    pub fn finish(&self, parsed: Parsed, number: i64) -> Result<Ready, StoreError> {
        let Parsed { mut order, events, key, place_code, year } = parsed;
        order.number = format!("{year}-{number:06}");
        let words = format!("{} {} {}", order.number, order.description, order.location.address);
        let search = luyuan_analysis::text::bigrams(&words);
        let source = Some((self.mapping.name.clone(), key));
        let by = |own: bool| if own { &self.actor } else { &Actor::System };
        let events: Vec<(&Actor, Event)> = events.into_iter().map(|(event, own)| (by(own), event)).collect();
        Ready::new(&order, Index { place_code, search, source }, &events)
    }
}

fn contains(field: &[u8], part: &[u8]) -> bool {
    // A quick look first: nearly no field has the letter that the part begins with.
    field.contains(&part[0]) && field.windows(part.len()).any(|window| window == part)
}
