//! Bounds of accounts, as dated data: passwords, waits, how long links and sessions hold.

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
    account: Vec<Spanned<Bound>>,
}

impl AccountRules {
    /// Reads the bounds from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: an unknown, repeated or missing bound, one that is zero.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        // Only the clocks of a second factor may be asked to agree to the step.
        let may_be_zero = |bound| bound == AccountBound::TotpSteps;
        let bounds = numbers(source, &file.account, &AccountBound::ALL, AccountBound::code, may_be_zero)?;
        let Head { name, valid_from, provenance } =
            head(source, file.name, &file.valid_from, (file.status, &file.source))?;
        Ok(Self { name, valid_from, provenance, bounds })
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

    /// How long one waits after failures, of which some are `free`.
    pub fn waits(&self, free: AccountBound) -> Waits {
        Waits {
            free: self.get(free),
            first: self.get(AccountBound::WaitSeconds),
            most: self.get(AccountBound::WaitMostSeconds),
            forget: self.hours(AccountBound::ForgetHours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/accounts-2020.toml");

    #[test]
    fn waits_double_up_to_the_longest() {
        let rules = AccountRules::parse("accounts-2020.toml", SHIPPED).unwrap();
        let at = Timestamp::UNIX_EPOCH;
        let tries = rules.waits(AccountBound::FreeTries);
        let wait = |fails| tries.until(fails, at).map(Timestamp::as_second);
        let waits: Vec<_> = [0, 4, 5, 6, 7, 10, 11, 12, 40, u32::MAX].map(wait).to_vec();
        let expected =
            [None, None, Some(15), Some(30), Some(60), Some(480), Some(900), Some(900), Some(900), Some(900)];
        assert_eq!(waits, expected);
        let address = rules.waits(AccountBound::FreeTriesAddress);
        assert_eq!(address.until(29, at), None);
        assert!(address.until(30, at).is_some());
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
