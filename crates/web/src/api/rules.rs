//! The rules in force, each value with its source and how far it can be trusted, so that anybody can
//! see and count again what the platform does by them.

use super::{Problem, codes, problem::Query};
use crate::{Site, i18n::Language};
use axum::{Json, extract::State};
use jiff::{Timestamp, civil::Date};
use luyuan_domain::{
    calendar::DayKind,
    dated::Provenance,
    orders::{Diversion, Timetable, Urgency},
    ruleset::{Level, Ruleset},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How far a value can be trusted, and where it comes from.
#[derive(Serialize, ToSchema)]
pub(super) struct Origin {
    /// How far it can be trusted.
    #[schema(value_type = codes::Status)]
    status: &'static str,
    /// Law, standard, notice, report, or the reason for an assumption.
    source: String,
}

impl From<&Provenance> for Origin {
    fn from(from: &Provenance) -> Self {
        Self { status: from.status.code(), source: from.source.clone() }
    }
}

/// The rules in force on a day.
#[derive(Serialize, ToSchema)]
pub(super) struct Rules {
    /// Name of the ruleset.
    name: String,
    /// First day on which it holds.
    #[schema(format = Date)]
    valid_from: String,
    #[serde(flatten)]
    origin: Origin,
    /// Name of the time zone in which days and working hours are counted.
    zone: String,
    /// Where the working hours come from.
    working_time: Origin,
    /// Working hours (`08:00-12:00`) by day: `monday` to `sunday`, and `makeup` for a workday that
    /// makes up for a holiday.
    working_hours: BTreeMap<&'static str, Vec<String>>,
    /// The years whose holidays are known, with the notices that say them.
    holidays: Vec<Holidays>,
    /// Every day that those notices name: with hours and days a deadline can be counted again.
    days: Vec<NamedDay>,
    /// How long a step may take.
    deadlines: Vec<DeadlineItem>,
    /// Plain numbers: how often, how many, how far.
    bounds: Vec<BoundItem>,
    /// How ratings are counted.
    rating: RatingItem,
    /// Reasons to divert an order.
    diversions: Vec<DiversionItem>,
    /// Where orders of a category go: the longest fitting beginning of its code decides.
    dispatch: Vec<DispatchItem>,
    /// Which replies need a photo: the longest fitting beginning of the category's code decides.
    evidence: Vec<EvidenceItem>,
    /// The catalogue of categories.
    catalogue: CatalogueItem,
}

/// A day that is off for a holiday, or worked to make up for one.
#[derive(Serialize, ToSchema)]
pub(super) struct NamedDay {
    /// Which day.
    #[schema(format = Date)]
    date: String,
    /// Worked, not off.
    work: bool,
    /// The holiday that it belongs to.
    name: String,
}

/// Whether replies to orders of some categories need a photo.
#[derive(Serialize, ToSchema)]
pub(super) struct EvidenceItem {
    /// Beginning of the category's code; an empty one fits all.
    category: String,
    /// Whether they do.
    required: bool,
    #[serde(flatten)]
    origin: Origin,
}

/// A year's holidays.
#[derive(Serialize, ToSchema)]
pub(super) struct Holidays {
    /// The year.
    year: i16,
    #[serde(flatten)]
    origin: Origin,
}

/// How long a step may take.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadlineItem {
    /// Which step.
    step: &'static str,
    /// For which urgency; missing for all that have no deadline of their own.
    #[schema(value_type = Option<codes::Urgency>)]
    urgency: Option<&'static str>,
    /// How much of the clock's unit.
    amount: u32,
    /// The clock: hours 紧急工作时, days 自然日, work_hours 工作时, work_days 工作日.
    clock: &'static str,
    #[serde(flatten)]
    origin: Origin,
}

/// A plain number.
#[derive(Serialize, ToSchema)]
pub(super) struct BoundItem {
    /// Its name.
    name: &'static str,
    /// Its value, in the unit that the name says.
    value: f64,
    #[serde(flatten)]
    origin: Origin,
}

/// How ratings are counted.
#[derive(Serialize, ToSchema)]
pub(super) struct RatingItem {
    /// The steps that count as satisfied.
    #[schema(value_type = Vec<codes::Satisfied>)]
    satisfied: Vec<&'static str>,
    /// Weights in per cent of response, solution and satisfaction.
    weights: [u8; 3],
    #[serde(flatten)]
    origin: Origin,
}

/// A reason to divert an order.
#[derive(Serialize, ToSchema)]
pub(super) struct DiversionItem {
    /// Stable code.
    code: &'static str,
    /// Name in Chinese.
    zh: String,
    /// Name in English.
    en: String,
    /// Orders diverted for it are left out of the rates.
    excluded_from_rates: bool,
    #[serde(flatten)]
    origin: Origin,
}

/// Where orders of some categories go.
#[derive(Serialize, ToSchema)]
pub(super) struct DispatchItem {
    /// Beginning of the category's code; an empty one fits all.
    category: String,
    /// A level of the chain (lowest, community, street, district), or an organisation's code.
    to: String,
    #[serde(flatten)]
    origin: Origin,
}

/// The catalogue in force.
#[derive(Serialize, ToSchema)]
pub(super) struct CatalogueItem {
    /// Its name.
    name: String,
    /// The standard that it follows.
    edition: String,
    /// First day on which it holds.
    #[schema(format = Date)]
    valid_from: String,
    #[serde(flatten)]
    origin: Origin,
}

/// Of which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfDay {
    /// The day; today when not said. Before the first ruleset, the first stands in.
    #[param(format = Date)]
    on: Option<String>,
}

fn listed(rules: &Ruleset) -> Vec<DiversionItem> {
    let name = |language: Language, reason: Diversion| language.t(&format!("diversion-{}", reason.code())).to_owned();
    let all = rules.diversions.iter().map(|rule| DiversionItem {
        code: rule.reason.code(),
        zh: name(Language::Zh, rule.reason),
        en: name(Language::En, rule.reason),
        excluded_from_rates: rule.excluded_from_rates,
        origin: Origin::from(&rule.provenance),
    });
    all.collect()
}

/// The reasons for which an order may be sent elsewhere.
#[utoipa::path(get, path = "/api/v1/diversions", operation_id = "listDiversions", tag = "reference", responses((status = 200, body = Vec<DiversionItem>)))]
pub(super) async fn diversions(State(site): State<Site>) -> Result<Json<Vec<DiversionItem>>, Problem> {
    let day = site.app.rulebook().on(site.app.env.now())?;
    Ok(Json(listed(&day.rules.rules)))
}

fn level(level: &Level) -> String {
    match level {
        Level::Lowest => "lowest".into(),
        Level::Community => "community".into(),
        Level::Street => "street".into(),
        Level::District => "district".into(),
        Level::Org(code) => code.clone(),
    }
}

/// The rules in force: deadlines, bounds, ratings, diversions and dispatch, each with its source.
#[utoipa::path(get, path = "/api/v1/rules", operation_id = "getRules", tag = "reference", params(OfDay), responses((status = 200, body = Rules)))]
pub(super) async fn in_force(State(site): State<Site>, Query(of): Query<OfDay>) -> Result<Json<Rules>, Problem> {
    let (now, book) = (site.app.env.now(), site.app.rulebook());
    let at: Timestamp = match of.on {
        Some(text) => {
            let day: Date = text.parse().map_err(|_| Problem::query("on", "day"))?;
            book.on(now)?.end_of(day)
        }
        None => now,
    };
    let day = book.on(at)?;
    let (rules, calendar, catalogue) = (&day.rules.rules, &day.rules.calendar, &day.catalogue);
    let bounds = Ruleset::BOUNDS
        .into_iter()
        .filter_map(|name| Some(BoundItem { name, value: rules.bound(name)?, origin: rules.origin(name)?.into() }));
    let deadlines = rules.deadline.iter().map(|deadline| DeadlineItem {
        step: deadline.step.code(),
        urgency: deadline.urgency.map(Urgency::code),
        amount: deadline.limit.amount,
        clock: deadline.limit.clock.code(),
        origin: Origin::from(&deadline.provenance),
    });
    let holidays = calendar.notices().iter().map(|(year, status, source)| Holidays {
        year: *year,
        origin: Origin { status: status.code(), source: source.clone() },
    });
    let dispatch = rules.dispatch.iter().map(|rule| DispatchItem {
        category: rule.category.clone(),
        to: level(&rule.to),
        origin: Origin::from(&rule.provenance),
    });
    let evidence = rules.evidence.iter().map(|rule| EvidenceItem {
        category: rule.category.clone(),
        required: rule.required,
        origin: Origin::from(&rule.provenance),
    });
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let hours = rules.working_time.hours().map(|(day, periods)| {
        (day, periods.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect())
    });
    let days = calendar.specials().map(|day| NamedDay {
        date: day.date.to_string(),
        work: day.kind == DayKind::Work,
        name: day.name.clone(),
    });
    Ok(Json(Rules {
        name: rules.name.clone(),
        valid_from: rules.valid_from.to_string(),
        origin: Origin { status: rules.status.code(), source: rules.source.clone() },
        zone: rules.working_time.zone.clone(),
        working_time: Origin::from(&rules.working_time.provenance),
        working_hours: hours.into_iter().collect(),
        holidays: holidays.collect(),
        days: days.collect(),
        deadlines: deadlines.collect(),
        bounds: bounds.collect(),
        rating: RatingItem {
            satisfied: rules.rating.satisfied.iter().map(|step| step.code()).collect(),
            weights: rules.rating.weights,
            origin: Origin::from(&rules.rating.provenance),
        },
        diversions: listed(rules),
        dispatch: dispatch.collect(),
        evidence: evidence.collect(),
        catalogue: CatalogueItem {
            name: catalogue.name.clone(),
            edition: catalogue.edition.clone(),
            valid_from: catalogue.valid_from.to_string(),
            origin: Origin { status: catalogue.status.code(), source: catalogue.source.clone() },
        },
    }))
}
