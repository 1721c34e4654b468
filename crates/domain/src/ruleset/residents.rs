//! Bounds of residents who prove that an address or a number is theirs, as dated data: how long a code
//! holds, how many may be asked for, how long somebody stays proved.

use super::{
    Provenance, RulesetProblem as Problem, Waits,
    read::{Bound, Head, head, numbers, toml},
};
use crate::{
    dated::Status,
    located::{Located, Source},
};
use ::toml::{Spanned, value::Datetime};
use jiff::{SignedDuration, civil::Date};
use serde::Deserialize;

/// A bound of residents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResidentBound {
    /// How long a code holds.
    CodeMinutes,
    /// Guesses at one code.
    CodeTries,
    /// How long somebody stays proved in a browser.
    SessionMinutes,
    /// Codes to one address or number before the first wait.
    FreeCodes,
    /// Codes asked for from one network address before the first wait.
    FreeCodesAddress,
    /// Codes asked for in one browser before the first wait.
    FreeCodesBrowser,
    /// The first wait.
    WaitSeconds,
    /// The longest wait.
    WaitMostSeconds,
    /// After how long earlier codes no longer count.
    ForgetHours,
    /// The country of numbers that are written without one (ITU-T E.164).
    CountryCode,
}

impl ResidentBound {
    /// Every bound.
    pub const ALL: [Self; 10] = [
        Self::CodeMinutes,
        Self::CodeTries,
        Self::SessionMinutes,
        Self::FreeCodes,
        Self::FreeCodesAddress,
        Self::FreeCodesBrowser,
        Self::WaitSeconds,
        Self::WaitMostSeconds,
        Self::ForgetHours,
        Self::CountryCode,
    ];

    /// Stable name, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::CodeMinutes => "code_minutes",
            Self::CodeTries => "code_tries",
            Self::SessionMinutes => "session_minutes",
            Self::FreeCodes => "free_codes",
            Self::FreeCodesAddress => "free_codes_address",
            Self::FreeCodesBrowser => "free_codes_browser",
            Self::WaitSeconds => "wait_seconds",
            Self::WaitMostSeconds => "wait_most_seconds",
            Self::ForgetHours => "forget_hours",
            Self::CountryCode => "country_code",
        }
    }
}

/// The bounds of residents in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidentRules {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// Each bound with its value and origin, as in the file.
    pub bounds: Vec<(ResidentBound, u32, Provenance)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    resident: Vec<Spanned<Bound>>,
}

impl ResidentRules {
    /// Reads the bounds from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: an unknown, repeated or missing bound, one that is zero.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let bounds = numbers(source, &file.resident, &ResidentBound::ALL, ResidentBound::code, |_| false)?;
        let Head { name, valid_from, provenance } =
            head(source, file.name, &file.valid_from, (file.status, &file.source))?;
        Ok(Self { name, valid_from, provenance, bounds })
    }

    /// The value of a bound.
    pub fn get(&self, bound: ResidentBound) -> u32 {
        self.bounds.iter().find(|(other, ..)| *other == bound).map_or(0, |(_, value, _)| *value)
    }

    /// A bound in minutes as a span.
    pub fn minutes(&self, bound: ResidentBound) -> SignedDuration {
        SignedDuration::from_mins(self.get(bound).into())
    }

    /// How long one waits after codes, of which some are `free`.
    pub fn waits(&self, free: ResidentBound) -> Waits {
        Waits {
            free: self.get(free),
            first: self.get(ResidentBound::WaitSeconds),
            most: self.get(ResidentBound::WaitMostSeconds),
            forget: SignedDuration::from_hours(self.get(ResidentBound::ForgetHours).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/residents-2021.toml");

    #[test]
    fn the_shipped_bounds_are_those_of_the_standard() {
        let rules = ResidentRules::parse("residents-2021.toml", SHIPPED).unwrap();
        assert!(rules.minutes(ResidentBound::CodeMinutes) <= SignedDuration::from_mins(10), "SP 800-63B 5.1.3.2");
        assert_eq!(rules.get(ResidentBound::CountryCode), 86, "E.164: China");
        let waits = rules.waits(ResidentBound::FreeCodes);
        let free = rules.get(ResidentBound::FreeCodes);
        let at = |codes| waits.until(codes, Timestamp::UNIX_EPOCH).map(Timestamp::as_second);
        let first = i64::from(rules.get(ResidentBound::WaitSeconds));
        assert_eq!([at(free - 1), at(free), at(free + 1)], [None, Some(first), Some(2 * first)]);
        // SP 800-63B 5.2.2 bounds failures in a row to 100: one code each time that one may be asked for,
        // and all guesses at it, stay near that in a day.
        assert!(at(free + 20) == Some(i64::from(rules.get(ResidentBound::WaitMostSeconds))));
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_line() {
        let wrong = |from: &str, to: &str| {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED);
            let wrong = ResidentRules::parse("x.toml", &text).unwrap_err();
            (wrong.problem.code(), wrong.line > 0)
        };
        assert_eq!(wrong("name = \"code_tries\"", "name = \"code_trials\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("name = \"code_tries\"", "name = \"code_minutes\""), ("ruleset_repeated_code", true));
        assert_eq!(wrong("value = 10", "value = 0"), ("ruleset_number", true));
        assert_eq!(
            wrong("status = \"official\"\nsource = \"NIST", "status = \"official\"\nsource = \"\" #"),
            ("ruleset_no_source", true)
        );
    }
}
