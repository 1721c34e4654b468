//! A category's own questions (Open311: service attributes), and checking answers to them.

use crate::orders::clean;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of an answer, with the codes of Open311 GeoReport v2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datatype {
    /// One line.
    String,
    /// A decimal number.
    Number,
    /// A date with time (ISO 8601); a date alone will do.
    Datetime,
    /// Several lines.
    Text,
    /// One of the values.
    SingleValueList,
    /// Some of the values.
    MultiValueList,
}

impl Datatype {
    /// Open311's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Datetime => "datetime",
            Self::Text => "text",
            Self::SingleValueList => "singlevaluelist",
            Self::MultiValueList => "multivaluelist",
        }
    }

    /// Whether answers come from a list of values.
    pub fn is_list(self) -> bool {
        matches!(self, Self::SingleValueList | Self::MultiValueList)
    }

    /// Most characters of one answer.
    pub fn longest(self) -> usize {
        if self == Self::String { LINE } else { TEXT }
    }
}

/// A value that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is kept.
    pub key: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
}

/// A question of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribute {
    /// Stable code, unique in the category.
    pub code: String,
    /// The type of the answer.
    pub datatype: Datatype,
    /// Whether an answer must be given.
    pub required: bool,
    /// Place among the category's questions, from 1.
    pub order: u32,
    /// The question in Chinese.
    pub zh: String,
    /// The question in English.
    pub en: String,
    /// How to answer, in Chinese; may be empty.
    pub hint_zh: String,
    /// How to answer, in English; may be empty.
    pub hint_en: String,
    /// The values of a list.
    pub values: Vec<Choice>,
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttributeValue {
    /// The question's code.
    pub code: String,
    /// The answer: one value, or several of a multi-value list.
    pub values: Vec<String>,
    /// False for a code that the category does not ask for; it is kept as sent.
    pub asked: bool,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeProblem {
    /// No answer was given.
    Required,
    /// Not a decimal number.
    NotANumber,
    /// Not a date with time.
    BadDatetime,
    /// Not one of the list's keys.
    UnknownValue,
    /// Several values where one is wanted.
    OneValue,
    /// Longer than [`validate_attributes`] allows.
    TooLong,
}

impl AttributeProblem {
    /// All codes, so that a test can check that each has a sentence.
    pub const CODES: [&'static str; 6] =
        ["required", "not_a_number", "bad_datetime", "unknown_value", "one_value", "too_long"];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::NotANumber => "not_a_number",
            Self::BadDatetime => "bad_datetime",
            Self::UnknownValue => "unknown_value",
            Self::OneValue => "one_value",
            Self::TooLong => "too_long",
        }
    }
}

/// An answer that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeError {
    /// The question's code.
    pub attribute: String,
    /// What is wrong.
    pub problem: AttributeProblem,
}

impl fmt::Display for AttributeError {
    /// `WHISPAWN required`, the form that Open311 clients look for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.attribute, self.problem.code())
    }
}

impl std::error::Error for AttributeError {}

/// Characters of a one-line answer: the same as of an address line.
const LINE: usize = 256;
/// Characters of any other answer: the same as of a description in Open311 GeoReport v2.
const TEXT: usize = 4000;

/// Checks the answers to a category's questions. Repeated codes are joined, blank values count as
/// not given (clients send empty lists as an empty string), and codes that the category does not
/// ask for are kept. The result has the asked ones in their order, then the others as sent.
///
/// # Errors
/// One error for each question with a wrong answer, in the same order.
pub fn validate_attributes(
    asked: &[Attribute],
    given: &[(String, Vec<String>)],
) -> Result<Vec<AttributeValue>, Vec<AttributeError>> {
    let mut answers: Vec<(&str, Vec<String>)> = Vec::new();
    for (code, values) in given {
        let values = values.iter().map(|value| clean(value)).filter(|value| !value.is_empty());
        match answers.iter_mut().find(|(known, _)| known == code) {
            Some((_, joined)) => joined.extend(values),
            None => answers.push((code, values.collect())),
        }
    }
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    let mut take = |code: &str, values: Vec<String>, problem: Option<AttributeProblem>, asked: bool| match problem {
        Some(problem) => wrong.push(AttributeError { attribute: code.to_owned(), problem }),
        None if values.is_empty() => {}
        None => kept.push(AttributeValue { code: code.to_owned(), values, asked }),
    };
    for attribute in asked {
        let at = answers.iter().position(|(code, _)| *code == attribute.code);
        let mut values = at.map(|at| answers.remove(at).1).unwrap_or_default();
        if attribute.datatype == Datatype::MultiValueList {
            let mut seen = Vec::new();
            values.retain(|value| {
                !seen.contains(value) && {
                    seen.push(value.clone());
                    true
                }
            });
        }
        let problem = check(attribute, &values);
        take(&attribute.code, values, problem, true);
    }
    for (code, values) in answers {
        let long = values.iter().any(|value| value.chars().count() > TEXT);
        take(code, values, long.then_some(AttributeProblem::TooLong), false);
    }
    if wrong.is_empty() { Ok(kept) } else { Err(wrong) }
}

fn check(attribute: &Attribute, values: &[String]) -> Option<AttributeProblem> {
    let first = match values {
        [] => return attribute.required.then_some(AttributeProblem::Required),
        [_, _, ..] if attribute.datatype != Datatype::MultiValueList => return Some(AttributeProblem::OneValue),
        [first, ..] => first,
    };
    let length = first.chars().count();
    match attribute.datatype {
        Datatype::String => (length > LINE).then_some(AttributeProblem::TooLong),
        Datatype::Text => (length > TEXT).then_some(AttributeProblem::TooLong),
        Datatype::Number => (!is_number(first)).then_some(AttributeProblem::NotANumber),
        Datatype::Datetime => (!is_datetime(first)).then_some(AttributeProblem::BadDatetime),
        Datatype::SingleValueList | Datatype::MultiValueList => {
            let known = |value: &String| attribute.values.iter().any(|choice| choice.key == *value);
            (!values.iter().all(known)).then_some(AttributeProblem::UnknownValue)
        }
    }
}

/// Digits with a sign and a decimal point: what Rust also reads as numbers (`inf`, `1e9`) is not.
fn is_number(text: &str) -> bool {
    let plain = text.len() <= 32 && text.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
    plain && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_datetime(text: &str) -> bool {
    // A `+` in a form that was not encoded arrives as a space before the zone.
    let text = match text.rsplit_once(' ') {
        Some((head, zone)) if head.contains('T') => format!("{head}+{zone}"),
        _ => text.to_owned(),
    };
    text.parse::<Timestamp>().is_ok() || text.parse::<civil::DateTime>().is_ok()
}
