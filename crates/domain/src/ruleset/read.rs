//! Reading a ruleset from TOML.

use super::{
    Deadline, Dispatch, DiversionRule, Evidence, Level, Provenance, RatingScale, Ruleset, RulesetProblem as Problem,
    Status, Step,
};
use crate::{
    calendar::{Clock, Limit, WorkingTime, WorkingTimeFile},
    dated::plain_date,
    located::{Located, Source},
    orders::{Diversion, Hop, Satisfied, Urgency},
};
use jiff::civil::Date;
use serde::Deserialize;
use toml::{Spanned, value::Datetime};

type Wrong = Located<Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    working_time: Spanned<WorkingTimeFile>,
    rating: Spanned<Rate>,
    bound: Vec<Spanned<Bound>>,
    diversion: Vec<Spanned<Divert>>,
    deadline: Vec<Spanned<Time>>,
    dispatch: Vec<Spanned<Send>>,
    #[serde(default)]
    evidence: Vec<Spanned<Show>>,
}

/// A number under a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bound {
    pub name: Spanned<String>,
    pub value: Spanned<u32>,
    pub status: Status,
    pub source: String,
}

/// What every text begins with: its name, the first day on which it holds, and from where it is.
pub(crate) struct Head {
    pub name: String,
    pub valid_from: Date,
    pub provenance: Provenance,
}

/// The head of a text from what stands in it.
pub(crate) fn head(
    text: Source<'_>,
    name: String,
    valid_from: &Spanned<Datetime>,
    (status, source): (Status, &Spanned<String>),
) -> Result<Head, Wrong> {
    let provenance = origin(text, source.span().start, status, source.get_ref())?;
    Ok(Head { name, valid_from: date(text, valid_from)?, provenance })
}

/// Numbers under names: each of `all` once, none zero but those that `may` be.
pub(crate) fn numbers<B: Copy + PartialEq>(
    source: Source<'_>,
    given: &[Spanned<Bound>],
    all: &[B],
    code: impl Fn(B) -> &'static str,
    may: impl Fn(B) -> bool,
) -> Result<Vec<(B, u32, Provenance)>, Wrong> {
    let mut bounds: Vec<(B, u32, Provenance)> = Vec::new();
    for entry in given {
        let (at, entry) = (entry.span().start, entry.get_ref());
        let bound = known(source, "bound", &entry.name, |name| all.iter().copied().find(|one| code(*one) == name))?;
        if bounds.iter().any(|(other, ..)| *other == bound) {
            return Err(source.at(at, Problem::RepeatedCode { what: "bound", code: code(bound).into() }));
        }
        let value = *entry.value.get_ref();
        if value == 0 && !may(bound) {
            return Err(source.at(entry.value.span().start, Problem::Number { what: code(bound), value: 0 }));
        }
        bounds.push((bound, value, origin(source, at, entry.status, &entry.source)?));
    }
    match all.iter().find(|bound| !bounds.iter().any(|(other, ..)| other == *bound)) {
        Some(missing) => Err(source.whole(Problem::Missing { what: "bound", code: code(*missing).into() })),
        None => Ok(bounds),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    satisfied: Vec<Spanned<String>>,
    weights: [u8; 3],
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Divert {
    reason: Spanned<String>,
    excluded_from_rates: bool,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    step: Spanned<String>,
    urgency: Option<Spanned<String>>,
    amount: Spanned<u32>,
    clock: Spanned<String>,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Send {
    category: String,
    to: Level,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    category: String,
    required: bool,
    status: Status,
    source: String,
}

/// TOML as any type, or the problem at its place.
pub(crate) fn toml<T: serde::de::DeserializeOwned>(source: Source<'_>) -> Result<T, Wrong> {
    toml::from_str(source.text).map_err(|error| {
        source.at(error.span().map_or(0, |span| span.start), Problem::Syntax(error.message().to_owned()))
    })
}

/// The value of a code, or the problem at its place.
pub(crate) fn known<T>(
    source: Source<'_>,
    what: &'static str,
    given: &Spanned<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Wrong> {
    let code = given.get_ref();
    parse(code).ok_or_else(|| source.at(given.span().start, Problem::UnknownCode { what, code: code.clone() }))
}

/// Status and source of a part that begins at `at`.
pub(crate) fn origin(source: Source<'_>, at: usize, status: Status, text: &str) -> Result<Provenance, Wrong> {
    match text.trim() {
        "" => Err(source.at(at, Problem::NoSource)),
        text => Ok(Provenance { status, source: text.to_owned() }),
    }
}

/// A plain date, or the problem at its place.
pub(crate) fn date(source: Source<'_>, given: &Spanned<Datetime>) -> Result<Date, Wrong> {
    let wrong = || source.at(given.span().start, Problem::NotADate(given.get_ref().to_string()));
    plain_date(given.get_ref()).ok_or_else(wrong)
}

pub(super) fn parse(name: &str, text: &str) -> Result<Ruleset, Wrong> {
    let source = Source::new(name, text);
    let file: File = toml(source)?;
    let at = file.name.span().start;
    let working_time = WorkingTime::read(source, &file.working_time)
        .map_err(|wrong| source.on(wrong.line, Problem::Calendar(wrong.problem)))?;
    let provenance = origin(source, file.source.span().start, file.status, file.source.get_ref())?;
    let missing = |what, code: &str| source.at(at, Problem::Missing { what, code: code.to_owned() });
    let mut bounds = Vec::new();
    let mut values = Vec::new();
    for entry in &file.bound {
        let (at, bound) = (entry.span().start, entry.get_ref());
        let name = known(source, "bound", &bound.name, |code| Ruleset::BOUNDS.into_iter().find(|name| *name == code))?;
        if values.iter().any(|(other, _)| *other == name) {
            return Err(source.at(at, Problem::RepeatedCode { what: "bound", code: name.to_owned() }));
        }
        values.push((name, &bound.value));
        bounds.push((name, origin(source, at, bound.status, &bound.source)?));
    }
    let value = |name: &'static str| -> Result<u32, Wrong> {
        let found = values.iter().find(|(other, _)| *other == name).ok_or_else(|| missing("bound", name))?;
        Ok(*found.1.get_ref())
    };
    // A number that does not fit its type is out of all reason; one that may not be 0 is marked.
    let number = |name: &'static str, least: u32, most: u32| -> Result<u32, Wrong> {
        let value = value(name)?;
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        let at = values.iter().find(|(other, _)| *other == name).map_or(at, |(_, value)| value.span().start);
        Err(source.at(at, Problem::Number { what: name, value: i64::from(value) }))
    };
    let small = |name, most: u8| number(name, 0, u32::from(most)).map(|value| u8::try_from(value).unwrap_or(most));
    let days = |name| number(name, 1, 36_500).map(|value| u16::try_from(value).unwrap_or(u16::MAX));
    let metres = |name, least| number(name, least, 100_000).map(f64::from);
    let count = |name, most| number(name, 1, most).map(|value| usize::try_from(value).unwrap_or(usize::MAX));
    let rules = Ruleset {
        name: file.name.get_ref().clone(),
        valid_from: date(source, &file.valid_from)?,
        source: provenance.source,
        status: provenance.status,
        working_time,
        max_reworks: small("max_reworks", 20)?,
        max_extensions: small("max_extensions", 20)?,
        defer_days: days("defer_days")?,
        max_text: count("max_text", 1_000_000)?,
        max_photos: count("max_photos", 100)?,
        max_photo_bytes: u64::from(number("max_photo_bytes", 10_000, u32::MAX)?),
        max_photo_pixels: u64::from(number("max_photo_pixels", 10_000, u32::MAX)?),
        border_metres: metres("border_metres", 0)?,
        duplicate_metres: metres("duplicate_metres", 0)?,
        duplicate_hours: number("duplicate_hours", 0, 100_000)?,
        similar_metres: metres("similar_metres", 1)?,
        similar_days: days("similar_days")?,
        max_similar: count("max_similar", 100)?,
        rating: rating(source, &file.rating)?,
        diversions: diversions(source, &file.diversion)?,
        deadline: deadlines(source, &file.deadline)?,
        dispatch: dispatches(source, &file.dispatch)?,
        evidence: evidence(source, &file.evidence)?,
        bounds,
    };
    if let Some(reason) = Diversion::ALL.iter().find(|reason| rules.diversions.iter().all(|own| own.reason != **reason))
    {
        return Err(missing("diversion", reason.code()));
    }
    if rules.dispatch("").is_none() {
        return Err(missing("dispatch", ""));
    }
    for hop in [Hop::Triage, Hop::Accept, Hop::Contact, Hop::Handle, Hop::Report, Hop::Rate] {
        if Urgency::ALL.iter().any(|urgency| rules.deadline(hop, *urgency).is_none()) {
            return Err(missing("deadline", Step::Hop(hop).code()));
        }
    }
    Ok(rules)
}

fn rating(source: Source<'_>, given: &Spanned<Rate>) -> Result<RatingScale, Wrong> {
    let (at, rate) = (given.span().start, given.get_ref());
    let sum = rate.weights.iter().map(|weight| i64::from(*weight)).sum();
    if sum != 100 {
        return Err(source.at(at, Problem::Number { what: "sum of weights", value: sum }));
    }
    let mut satisfied = Vec::new();
    for code in &rate.satisfied {
        satisfied.push(known(source, "satisfaction", code, Satisfied::parse)?);
    }
    Ok(RatingScale { satisfied, weights: rate.weights, provenance: origin(source, at, rate.status, &rate.source)? })
}

fn diversions(source: Source<'_>, given: &[Spanned<Divert>]) -> Result<Vec<DiversionRule>, Wrong> {
    let mut rules: Vec<DiversionRule> = Vec::new();
    for entry in given {
        let (at, divert) = (entry.span().start, entry.get_ref());
        let reason = known(source, "diversion", &divert.reason, Diversion::parse)?;
        if rules.iter().any(|other| other.reason == reason) {
            return Err(source.at(at, Problem::RepeatedCode { what: "diversion", code: reason.code().to_owned() }));
        }
        let provenance = origin(source, at, divert.status, &divert.source)?;
        rules.push(DiversionRule { reason, excluded_from_rates: divert.excluded_from_rates, provenance });
    }
    Ok(rules)
}

fn deadlines(source: Source<'_>, given: &[Spanned<Time>]) -> Result<Vec<Deadline>, Wrong> {
    let mut deadlines: Vec<Deadline> = Vec::new();
    for entry in given {
        let (at, time) = (entry.span().start, entry.get_ref());
        let step = known(source, "step", &time.step, Step::parse)?;
        let urgency = match &time.urgency {
            Some(code) => Some(known(source, "urgency", code, Urgency::parse)?),
            None => None,
        };
        let clock = known(source, "clock", &time.clock, Clock::parse)?;
        let amount = *time.amount.get_ref();
        // Ten years is a slip of the pen, whatever the clock.
        if amount == 0 || amount > 87_660 {
            let value = i64::from(amount);
            return Err(source.at(time.amount.span().start, Problem::Number { what: "amount", value }));
        }
        if deadlines.iter().any(|other| (other.step, other.urgency) == (step, urgency)) {
            return Err(source.at(at, Problem::RepeatedCode { what: "deadline", code: step.code().to_owned() }));
        }
        let provenance = origin(source, at, time.status, &time.source)?;
        deadlines.push(Deadline { step, urgency, limit: Limit { amount, clock }, provenance });
    }
    Ok(deadlines)
}

fn evidence(source: Source<'_>, given: &[Spanned<Show>]) -> Result<Vec<Evidence>, Wrong> {
    let mut rules: Vec<Evidence> = Vec::new();
    for entry in given {
        let (at, show) = (entry.span().start, entry.get_ref());
        if rules.iter().any(|other| other.category == show.category) {
            return Err(source.at(at, Problem::RepeatedCode { what: "evidence", code: show.category.clone() }));
        }
        let provenance = origin(source, at, show.status, &show.source)?;
        rules.push(Evidence { category: show.category.clone(), required: show.required, provenance });
    }
    Ok(rules)
}

fn dispatches(source: Source<'_>, given: &[Spanned<Send>]) -> Result<Vec<Dispatch>, Wrong> {
    let mut rules: Vec<Dispatch> = Vec::new();
    for entry in given {
        let (at, send) = (entry.span().start, entry.get_ref());
        if rules.iter().any(|other| other.category == send.category) {
            return Err(source.at(at, Problem::RepeatedCode { what: "dispatch", code: send.category.clone() }));
        }
        let provenance = origin(source, at, send.status, &send.source)?;
        rules.push(Dispatch { category: send.category.clone(), to: send.to.clone(), provenance });
    }
    Ok(rules)
}
