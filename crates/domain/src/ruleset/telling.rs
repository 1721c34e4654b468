//! Who is told what, over which channels and when, as dated data.

use super::{
    Provenance, RulesetProblem as Problem,
    read::{Head, head, known, origin, toml},
};
use crate::{
    dated::Status,
    located::{Located, Source},
    telling::{Audience, Quiet, Way, minute},
};
use ::toml::{Spanned, value::Datetime};
use jiff::civil::Date;
use serde::Deserialize;

/// An event that is told to an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellRule {
    /// Code of the event, as [`crate::orders::What::code`]; also `late` and `late_soon`.
    pub event: String,
    /// To whom.
    pub audience: Audience,
    /// Over which channels besides the inbox, for those who did not choose.
    pub channels: Vec<Way>,
    /// Also in quiet hours, because the recipient just did something or it cannot wait.
    pub at_once: bool,
    /// From where.
    pub provenance: Provenance,
}

/// Who is told what from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// When nobody is disturbed who did not choose otherwise.
    pub quiet: Quiet,
    /// From where the quiet hours are.
    pub quiet_from: Provenance,
    /// At which minute of the day digests go out.
    pub digest_at: u16,
    /// From where the digest's time is.
    pub digest_from: Provenance,
    /// How many hours before a deadline the holder is told that it is near.
    pub soon_hours: u16,
    /// For how many hours after a deadline it is still told that it passed: what is older is known.
    pub late_hours: u16,
    /// From where the hours are.
    pub soon_from: Provenance,
    /// After how many seconds a message that failed is tried again; after the last it is given up.
    pub retry_seconds: Vec<u32>,
    /// How many seconds a worker may take for one message before another takes over.
    pub lease_seconds: u32,
    /// From where the seconds are.
    pub retry_from: Provenance,
    /// The rules, as in the file.
    pub rules: Vec<TellRule>,
}

/// Events that no order records: a deadline is near, or has passed.
pub const DEADLINES: [&str; 2] = ["late_soon", "late"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    quiet: Spanned<QuietPart>,
    digest: Spanned<DigestPart>,
    deadlines: Spanned<DeadlinePart>,
    retry: Spanned<RetryPart>,
    tell: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuietPart {
    from: String,
    until: String,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DigestPart {
    at: String,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadlinePart {
    soon_hours: u16,
    late_hours: u16,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryPart {
    seconds: Vec<u32>,
    lease_seconds: u32,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    event: Spanned<String>,
    audience: Spanned<String>,
    channels: Vec<Spanned<String>>,
    #[serde(default)]
    at_once: bool,
    status: Status,
    source: String,
}

/// Codes of events that can be told of.
const EVENTS: [&str; 28] = [
    "placed",
    "routed",
    "diverted",
    "merged",
    "absorbed",
    "joined",
    "accepted",
    "returned",
    "escalated",
    "overdue",
    "contacted",
    "whistled",
    "reported",
    "extended",
    "deferred",
    "resumed",
    "asked",
    "answered",
    "pictured",
    "noted",
    "replied",
    "rated",
    "closed",
    "reopened",
    "supervised",
    "erased",
    "late_soon",
    "late",
];

/// Whether there is an event of this code that can be told of.
pub fn can_be_told(event: &str) -> bool {
    EVENTS.contains(&event)
}

impl Telling {
    /// Reads a list from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let number = |at: usize, what, value: i64| source.at(at, Problem::Number { what, value });
        let (at, part) = (file.quiet.span().start, file.quiet.get_ref());
        let quiet = Quiet::parse(&part.from, &part.until).ok_or_else(|| number(at, "quiet", 0))?;
        let quiet_from = origin(source, at, part.status, &part.source)?;
        let (at, part) = (file.digest.span().start, file.digest.get_ref());
        let digest_at = minute(&part.at).ok_or_else(|| number(at, "digest", 0))?;
        let digest_from = origin(source, at, part.status, &part.source)?;
        let (at, part) = (file.deadlines.span().start, file.deadlines.get_ref());
        let (soon_hours, late_hours) = (part.soon_hours, part.late_hours);
        let soon_from = origin(source, at, part.status, &part.source)?;
        let (at, part) = (file.retry.span().start, file.retry.get_ref());
        if part.lease_seconds == 0 || part.lease_seconds > 86_400 {
            return Err(number(at, "lease_seconds", part.lease_seconds.into()));
        }
        if let Some(wrong) = part.seconds.iter().find(|wait| **wait == 0 || **wait > 31 * 86_400) {
            return Err(number(at, "seconds", (*wrong).into()));
        }
        let (retry_seconds, lease_seconds) = (part.seconds.clone(), part.lease_seconds);
        let retry_from = origin(source, at, part.status, &part.source)?;
        let mut rules: Vec<TellRule> = Vec::new();
        for entry in &file.tell {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let known_event = |code: &str| can_be_told(code).then(|| code.to_owned());
            let event = known(source, "event", &entry.event, known_event)?;
            let audience = known(source, "audience", &entry.audience, Audience::parse)?;
            if rules.iter().any(|rule| rule.event == event && rule.audience == audience) {
                return Err(source.at(at, Problem::RepeatedCode { what: "tell", code: event }));
            }
            let channels = entry.channels.iter().map(|code| known(source, "channel", code, Way::parse));
            rules.push(TellRule {
                event,
                audience,
                channels: channels.collect::<Result<_, _>>()?,
                at_once: entry.at_once,
                provenance: origin(source, at, entry.status, &entry.source)?,
            });
        }
        let Head { name, valid_from, provenance } =
            head(source, file.name, &file.valid_from, (file.status, &file.source))?;
        Ok(Self {
            name,
            valid_from,
            provenance,
            quiet,
            quiet_from,
            digest_at,
            digest_from,
            soon_hours,
            late_hours,
            soon_from,
            retry_seconds,
            lease_seconds,
            retry_from,
            rules,
        })
    }

    /// The rules for an event.
    pub fn of<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a TellRule> {
        self.rules.iter().filter(move |rule| rule.event == event)
    }

    /// After how many seconds a message that failed `failures` times is tried again; none when it is
    /// given up.
    pub fn wait(&self, failures: i64) -> Option<u32> {
        let nth = usize::try_from(failures).ok()?.checked_sub(1)?;
        self.retry_seconds.get(nth).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/telling-2020.toml");

    #[test]
    fn reporters_hear_of_what_concerns_them_and_the_next_one_of_what_is_theirs() {
        let telling = Telling::parse("telling-2020.toml", SHIPPED).unwrap();
        let to = |event: &'static str| telling.of(event).map(|rule| rule.audience).collect::<Vec<_>>();
        for event in ["placed", "accepted", "asked", "replied", "deferred", "reopened", "closed", "diverted"] {
            assert!(to(event).contains(&Audience::Reporters), "{event}");
        }
        for event in ["routed", "whistled", "returned", "supervised", "escalated"] {
            assert!(to(event).contains(&Audience::Named), "{event}");
        }
        for event in DEADLINES {
            assert_eq!(to(event), [Audience::Holder]);
        }
        assert!(telling.of("pictured").next().is_none());
    }

    #[test]
    fn waits_grow_and_end() {
        let telling = Telling::parse("telling-2020.toml", SHIPPED).unwrap();
        let waits: Vec<_> = (1..).map_while(|nth| telling.wait(nth)).collect();
        assert_eq!(waits, telling.retry_seconds);
        assert!(waits.is_sorted() && waits.len() >= 5);
        assert_eq!(telling.wait(0), None);
    }

    #[test]
    fn a_wrong_list_is_refused_with_its_line() {
        let wrong = |from: &str, to: &str| {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED, "{from}");
            let wrong = Telling::parse("x.toml", &text).unwrap_err();
            (wrong.problem.code(), wrong.line > 0)
        };
        assert_eq!(wrong("event = \"accepted\"", "event = \"accept\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("audience = \"reporters\"", "audience = \"all\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("\"email\"", "\"pigeon\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("from = \"21:00\"", "from = \"late\""), ("ruleset_number", true));
        assert_eq!(wrong("lease_seconds = 120", "lease_seconds = 0"), ("ruleset_number", true));
        assert_eq!(wrong("event = \"accepted\"", "event = \"placed\""), ("ruleset_repeated_code", true));
    }
}
