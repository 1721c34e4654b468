//! Placing an order.

use super::{Changed, Event, Hop, Order, Refusal, State, Timetable, What};
use crate::{
    geo::Wgs84,
    ids::{OrderId, PlaceId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the person wants (北京市接诉即办工作条例, art. 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 咨询.
    Enquiry,
    /// 求助.
    Help,
    /// 投诉.
    Complaint,
    /// 举报.
    Tip,
    /// 建议.
    Suggestion,
}

/// How soon an order must be handled; the category gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Danger to life, sudden incidents.
    Urgent,
    /// Water, power, gas, heating.
    Utility,
    /// Everything else.
    General,
    /// Known to be hard: needs several organisations.
    Difficult,
}

/// How an order arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The resident's own phone or computer.
    Web,
    /// A phone call, written down by staff.
    Phone,
    /// A letter or form, copied by staff.
    Paper,
    /// A visit at the door.
    Visit,
    /// Another program over Open311.
    Open311,
    /// Another program over the JSON API.
    Api,
    /// A file of older orders.
    Import,
}

macro_rules! codes {
    ($($name:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl $name {
            /// Stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
            /// The value for a code, or `None` when it is unknown.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    )+};
}
codes! {
    Kind { Enquiry = "enquiry", Help = "help", Complaint = "complaint", Tip = "tip", Suggestion = "suggestion" }
    Urgency { Urgent = "urgent", Utility = "utility", General = "general", Difficult = "difficult" }
    Channel {
        Web = "web", Phone = "phone", Paper = "paper", Visit = "visit", Open311 = "open311", Api = "api", Import = "import",
    }
}

/// Where an order is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Location {
    /// The point, if one was given.
    pub point: Option<Wgs84>,
    /// The lowest place that contains it, if known.
    pub place: Option<PlaceId>,
    /// Words for it: street and number, compound, building.
    pub address: String,
}

/// What somebody sends to place an order, before any rule was applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What the person wants.
    pub kind: Kind,
    /// Category code.
    pub category: String,
    /// Urgency of that category.
    pub urgency: Urgency,
    /// The person's own words.
    pub description: String,
    /// Where.
    pub location: Location,
    /// How it arrived.
    pub channel: Channel,
    /// Not to be shown to the public.
    pub private: bool,
    /// Answers to the category's own questions.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// Limits on texts other than the description; the description's own comes from the timetable.
#[derive(Debug, Clone, Copy)]
pub struct Limits;

impl Limits {
    /// Characters of an address line: what fits two lines of a printed order.
    pub const ADDRESS: usize = 256;
}

/// Trims, folds line ends, and drops control characters that no reader can see. Nothing visible is
/// changed: what looks like HTML stays text.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    kept.trim().to_owned()
}

/// Checks a text that must be there: cleaned, not empty, not longer than `most` characters.
pub(super) fn required(field: &'static str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = clean(text);
    let length = text.chars().count();
    match length {
        0 => Err(Refusal::Empty { field }),
        _ if length > most => Err(Refusal::TooLong { field, length, most }),
        _ => Ok(text),
    }
}

impl Order {
    /// Places an order: version 1, waiting for triage. All that is wrong is named at once.
    ///
    /// # Errors
    /// [`Refusal::Empty`] or [`Refusal::TooLong`] for the texts, [`Refusal::NoLocation`] when there
    /// is neither a point nor a place nor an address; [`Refusal::Several`] for more than one.
    pub fn place(draft: Draft, id: OrderId, number: String, rules: &impl Timetable, now: Timestamp) -> Changed {
        let mut wrong = Vec::new();
        let description = required("description", &draft.description, rules.max_text())
            .map_err(|refusal| wrong.push(refusal))
            .unwrap_or_default();
        let address = clean(&draft.location.address);
        let length = address.chars().count();
        if length > Limits::ADDRESS {
            wrong.push(Refusal::TooLong { field: "address", length, most: Limits::ADDRESS });
        }
        if draft.location.point.is_none() && draft.location.place.is_none() && address.is_empty() {
            wrong.push(Refusal::NoLocation);
        }
        match wrong.len() {
            0 => {}
            1 => return Err(wrong.remove(0)),
            _ => return Err(Refusal::Several(wrong)),
        }
        let due = rules.due(Hop::Triage, draft.urgency, now);
        let order = Self {
            id,
            number,
            version: 1,
            kind: draft.kind,
            category: draft.category,
            urgency: draft.urgency,
            description,
            location: Location { address, ..draft.location },
            channel: draft.channel,
            private: draft.private,
            attributes: draft.attributes,
            placed_at: now,
            updated_at: now,
            state: State::Placed { due: due.map(|(at, _)| at) },
            lead: None,
            whistles: Vec::new(),
            questions: Vec::new(),
            extensions: 0,
            reworks: 0,
            supervised: false,
            due_assumed: due.is_some_and(|(_, assumed)| assumed),
        };
        let event = Event { order: id, seq: 1, at: now, what: What::Placed { channel: order.channel } };
        Ok((order, event))
    }
}
