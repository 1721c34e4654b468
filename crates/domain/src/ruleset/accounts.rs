//! Bounds of accounts, as dated data: passwords, waits, how long links and sessions hold.

use super::{
    Provenance, RulesetProblem as Problem,
    read::{date, known, origin, toml},
};
use crate::{
    dated::Status,
    located::{Located, Source},
};
use ::toml::{Spanned, value::Datetime};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Deserialize;

/// A bound of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountBound {
    /// Fewest characters of a password.
    PasswordMin,
    /// Most characters of a password.
    PasswordMax,
    /// Guesses that a password must be worth, as a power of ten.
    PasswordGuessesLog10,
    /// How long a session lasts.
    SessionHours,
    /// Failures on one account before the first wait.
    FreeTries,
    /// Failures from one address before the first wait.
    FreeTriesAddress,
    /// The first wait.
    WaitSeconds,
    /// The longest wait.
    WaitMostSeconds,
    /// After how long failures are forgotten.
    ForgetHours,
    /// How long an invitation holds.
    InvitationHours,
    /// How long a link to a new password holds.
    ResetHours,
    /// How long a second factor may take after the password.
    SecondFactorMinutes,
    /// How many time steps of TOTP before and after the present one are accepted.
    TotpSteps,
    /// How many recovery codes there are.
    RecoveryCodes,
    /// How long a code that was sent holds.
    CodeMinutes,
    /// Guesses at one code.
    CodeTries,
}

impl AccountBound {
    /// Every bound.
    pub const ALL: [Self; 16] = [
        Self::PasswordMin,
        Self::PasswordMax,
        Self::PasswordGuessesLog10,
        Self::SessionHours,
        Self::FreeTries,
        Self::FreeTriesAddress,
        Self::WaitSeconds,
        Self::WaitMostSeconds,
        Self::ForgetHours,
        Self::InvitationHours,
        Self::ResetHours,
        Self::SecondFactorMinutes,
        Self::TotpSteps,
        Self::RecoveryCodes,
        Self::CodeMinutes,
        Self::CodeTries,
    ];

    /// Stable name, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::PasswordMin => "password_min",
            Self::PasswordMax => "password_max",
            Self::PasswordGuessesLog10 => "password_guesses_log10",
            Self::SessionHours => "session_hours",
            Self::FreeTries => "free_tries",
            Self::FreeTriesAddress => "free_tries_address",
            Self::WaitSeconds => "wait_seconds",
            Self::WaitMostSeconds => "wait_most_seconds",
            Self::ForgetHours => "forget_hours",
            Self::InvitationHours => "invitation_hours",
            Self::ResetHours => "reset_hours",
            Self::SecondFactorMinutes => "second_factor_minutes",
            Self::TotpSteps => "totp_steps",
            Self::RecoveryCodes => "recovery_codes",
            Self::CodeMinutes => "code_minutes",
            Self::CodeTries => "code_tries",
        }
    }

    /// The bound for a name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bound| bound.code() == code)
    }
}

/// The bounds of accounts in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRules {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// Each bound with its value and origin, as in the file.
    pub bounds: Vec<(AccountBound, u32, Provenance)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    account: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    value: Spanned<u32>,
    status: Status,
    source: String,
}

impl AccountRules {
    /// Reads the bounds from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: an unknown, repeated or missing bound, one that is zero.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let mut bounds: Vec<(AccountBound, u32, Provenance)> = Vec::new();
        for entry in &file.account {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let bound = known(source, "bound", &entry.name, AccountBound::parse)?;
            if bounds.iter().any(|(other, ..)| *other == bound) {
                return Err(source.at(at, Problem::RepeatedCode { what: "bound", code: bound.code().into() }));
            }
            // Only the clocks of a second factor may be asked to agree to the step.
            let value = *entry.value.get_ref();
            if value == 0 && bound != AccountBound::TotpSteps {
                return Err(source.at(entry.value.span().start, Problem::Number { what: bound.code(), value: 0 }));
            }
            bounds.push((bound, value, origin(source, at, entry.status, &entry.source)?));
        }
        let missing = AccountBound::ALL.into_iter().find(|bound| !bounds.iter().any(|(other, ..)| other == bound));
        if let Some(bound) = missing {
            return Err(source.whole(Problem::Missing { what: "bound", code: bound.code().into() }));
        }
        Ok(Self {
            name: file.name,
            valid_from: date(source, &file.valid_from)?,
            provenance: origin(source, file.source.span().start, file.status, file.source.get_ref())?,
            bounds,
        })
    }

    /// The value of a bound.
    pub fn get(&self, bound: AccountBound) -> u32 {
        self.bounds.iter().find(|(other, ..)| *other == bound).map_or(0, |(_, value, _)| *value)
    }

    /// A bound in hours as a span.
    pub fn hours(&self, bound: AccountBound) -> SignedDuration {
        SignedDuration::from_hours(self.get(bound).into())
    }

    /// A bound in minutes as a span.
    pub fn minutes(&self, bound: AccountBound) -> SignedDuration {
        SignedDuration::from_mins(self.get(bound).into())
    }

    /// Until when nobody may try again after so many failures, of which the last was at `last`: each
    /// failure beyond those that are `free` doubles the wait.
    pub fn wait(&self, fails: u32, free: AccountBound, last: Timestamp) -> Option<Timestamp> {
        let beyond = fails.checked_sub(self.get(free))?;
        let (first, most) = (self.get(AccountBound::WaitSeconds), self.get(AccountBound::WaitMostSeconds));
        let seconds = first.checked_shl(beyond.min(20)).unwrap_or(u32::MAX).min(most);
        Some(last + SignedDuration::from_secs(seconds.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/accounts-2020.toml");

    #[test]
    fn waits_double_up_to_the_longest() {
        let rules = AccountRules::parse("accounts-2020.toml", SHIPPED).unwrap();
        let at = Timestamp::UNIX_EPOCH;
        let wait = |fails| rules.wait(fails, AccountBound::FreeTries, at).map(Timestamp::as_second);
        let waits: Vec<_> = [0, 4, 5, 6, 7, 10, 11, 12, 40, u32::MAX].map(wait).to_vec();
        let expected =
            [None, None, Some(15), Some(30), Some(60), Some(480), Some(900), Some(900), Some(900), Some(900)];
        assert_eq!(waits, expected);
        assert_eq!(rules.wait(29, AccountBound::FreeTriesAddress, at), None);
        assert!(rules.wait(30, AccountBound::FreeTriesAddress, at).is_some());
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_line() {
        let wrong = |from: &str, to: &str| {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED);
            let wrong = AccountRules::parse("x.toml", &text).unwrap_err();
            (wrong.problem.code(), wrong.line > 0)
        };
        assert_eq!(wrong("name = \"password_min\"", "name = \"password_mean\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("name = \"password_min\"", "name = \"password_max\""), ("ruleset_repeated_code", true));
        assert_eq!(wrong("value = 12", "value = 0"), ("ruleset_number", true));
    }
}
