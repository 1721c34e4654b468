//! Telling people: who hears of what, over which channel, and when.
//!
//! The in-app inbox is the truth and holds every notice; other channels repeat it for those who want
//! them. Which event is told to whom is dated data ([`crate::ruleset::Telling`]).

use crate::{
    ids::{OrgId, PersonId, ReporterId},
    orders::{Order, What},
};
use jiff::{
    Timestamp, ToSpan,
    civil::Time,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $code:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$inner])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value for a code.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

codes! {
    /// A way on which a message goes, besides the in-app inbox.
    Way {
        /// E-mail.
        Email = "email",
        /// A notification of a browser (Web Push, RFC 8030).
        Push = "push",
        /// A signed message to a program (Standard Webhooks).
        Webhook = "webhook",
        /// A group robot of WeCom 企业微信.
        Wecom = "wecom",
        /// A group robot of DingTalk 钉钉.
        Dingtalk = "dingtalk",
        /// A group robot of Feishu 飞书.
        Feishu = "feishu",
    }

    /// How a message stands.
    Sent {
        /// Waits for its time.
        Queued = "queued",
        /// The next system took it; whether it arrived is not known.
        Sent = "sent",
        /// The receiver itself took it.
        Delivered = "delivered",
        /// The last attempt failed; it is tried again.
        Failed = "failed",
        /// Given up; an operator may try it again.
        Dead = "dead",
        /// Not sent, because the recipient wants it no more or cannot be reached this way any more.
        Withdrawn = "withdrawn",
    }

    /// To whom an event is told.
    Audience {
        /// Those who reported the order.
        Reporters = "reporters",
        /// The organisation that the event names: sent to, returned to, called.
        Named = "named",
        /// The organisation that holds the order after the event.
        Holder = "holder",
        /// The organisation that answers for the order to the end.
        Lead = "lead",
    }
}

impl Way {
    /// Whether it reaches a person, whose quiet hours hold.
    pub fn personal(self) -> bool {
        matches!(self, Self::Email | Self::Push)
    }

    /// What the channel tells about an accepted message: a mail server or push service passes it on,
    /// a program or robot is the receiver itself.
    pub fn done(self) -> Sent {
        if self.personal() { Sent::Sent } else { Sent::Delivered }
    }
}

/// One recipient of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// A reporter.
    Reporter(ReporterId),
    /// Somebody with an account.
    Person(PersonId),
    /// A program or chat group.
    Hook(Uuid),
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reporter(id) => write!(f, "reporter:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Hook(id) => write!(f, "hook:{id}"),
        }
    }
}

impl Recipient {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "reporter" => id.parse().ok().map(Self::Reporter),
            "person" => id.parse().ok().map(Self::Person),
            "hook" => id.parse().ok().map(Self::Hook),
            _ => None,
        }
    }
}

impl Audience {
    /// The organisation that it means for an event, after which the order is as given; none for the
    /// reporters, or when the event names nobody.
    pub fn org(self, what: &What, order: &Order) -> Option<OrgId> {
        match self {
            Self::Reporters => None,
            Self::Holder => order.state.holder(),
            Self::Lead => order.lead,
            Self::Named => match what {
                What::Routed { to, .. }
                | What::Returned { to, .. }
                | What::Escalated { to, .. }
                | What::Whistled { to, .. }
                | What::Reopened { to, .. }
                | What::Supervised { to, .. } => Some(*to),
                What::Overdue { at_org } => Some(*at_org),
                _ => None,
            },
        }
    }
}

/// Hours in which nobody is disturbed, in minutes from midnight; they may go over midnight. The same
/// minute twice is no quiet hours at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// From this minute of the day on…
    pub from: u16,
    /// …until this one.
    pub until: u16,
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;

impl Quiet {
    /// Quiet hours from two times of the day (`21:00`, `08:00`).
    pub fn parse(from: &str, until: &str) -> Option<Self> {
        Some(Self { from: minute(from)?, until: minute(until)? })
    }

    /// When a message of `at` may go out, for somebody at this distance from Greenwich: at once, or
    /// when the quiet hours end.
    pub fn release(self, at: Timestamp, offset: Offset) -> Timestamp {
        let local = TimeZone::fixed(offset).to_datetime(at);
        let now = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let quiet = match self.from <= self.until {
            true => (self.from..self.until).contains(&now),
            false => now >= self.from || now < self.until,
        };
        if !quiet {
            return at;
        }
        let wait = (self.until + DAY - now) % DAY;
        let gone = i64::from(local.second()) * 1_000 + i64::from(local.millisecond());
        at.checked_add((i64::from(wait) * 60_000 - gone).milliseconds()).unwrap_or(at)
    }

    /// Both times as people write them.
    pub fn times(self) -> (String, String) {
        (clock(self.from), clock(self.until))
    }
}

/// A minute of the day as people write it.
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// The minute of the day of a time (`21:00`).
pub fn minute(text: &str) -> Option<u16> {
    let time: Time = text.trim().parse().ok()?;
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz;

    /// An instant in Zhengzhou.
    fn at(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap()
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let night = Quiet::parse("21:00", "08:00").unwrap();
        for (given, wanted) in [
            ("2026-03-02T20:59:59", "2026-03-02T20:59:59"),
            ("2026-03-02T21:00:00", "2026-03-03T08:00:00"),
            ("2026-03-02T23:59:59", "2026-03-03T08:00:00"),
            ("2026-03-03T00:00:00", "2026-03-03T08:00:00"),
            ("2026-03-03T07:59:59", "2026-03-03T08:00:00"),
            ("2026-03-03T08:00:00", "2026-03-03T08:00:00"),
            ("2026-12-31T22:30:15.678", "2027-01-01T08:00:00"),
        ] {
            assert_eq!(night.release(at(given), tz::offset(8)), at(wanted), "{given}");
        }
        let noon = Quiet::parse("12:00", "14:00").unwrap();
        assert_eq!(noon.release(at("2026-03-02T13:10:00"), tz::offset(8)), at("2026-03-02T14:00:00"));
        assert_eq!(noon.release(at("2026-03-02T22:00:00"), tz::offset(8)), at("2026-03-02T22:00:00"));
        let never = Quiet { from: 0, until: 0 };
        assert_eq!(never.release(at("2026-03-02T00:00:00"), tz::offset(8)), at("2026-03-02T00:00:00"));
        assert!(Quiet::parse("25:00", "08:00").is_none() && Quiet::parse("soon", "08:00").is_none());
        assert_eq!(night.times(), ("21:00".to_owned(), "08:00".to_owned()));
    }

    #[test]
    fn recipients_and_codes_go_back_and_forth() {
        let id = Uuid::from_u128(7);
        for to in [Recipient::Reporter(ReporterId(id)), Recipient::Person(PersonId(id)), Recipient::Hook(id)] {
            assert_eq!(Recipient::parse(&to.to_string()), Some(to));
        }
        assert_eq!(Recipient::parse("somebody:7"), None);
        for way in Way::ALL {
            assert_eq!(Way::parse(way.code()), Some(*way));
        }
    }
}
