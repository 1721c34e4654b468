//! The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes to write down.

use crate::{
    App, AppError,
    env::sha256,
    login::{Attempt, Entered, Origin},
};
use luyuan_domain::{
    actor::Actor,
    ids::{OrgId, PersonId},
    ruleset::AccountBound,
};
use luyuan_store::{
    challenges::{self, Challenge},
    factors,
};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

/// The kind of challenge that awaits a second factor.
const SECOND: &str = "second";
/// Bytes of a shared secret: as many as SHA-1 has, as RFC 4226 4 recommends.
const SECRET: usize = 20;
/// Letters of a recovery code: 50 random bits, guessed at only after the password, and slowly.
const CODE: usize = 10;

/// What is remembered between the first factor and the second.
#[derive(Serialize, Deserialize)]
struct Awaited {
    person: PersonId,
    org: OrgId,
    device: String,
    attempt: Attempt,
}

/// How somebody's second factor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Factor {
    /// There is none.
    None,
    /// A secret was made and waits for its first code.
    Begun {
        /// The secret in base32, to type into an authenticator.
        secret: String,
        /// The same as an `otpauth:` address, for a square code.
        address: String,
    },
    /// It is asked for at every login.
    Set {
        /// How many recovery codes are unused.
        codes: i64,
    },
}

/// The code of an authenticator as it is checked: six digits every thirty seconds, HMAC-SHA-1, which
/// is what all authenticators know.
fn totp(secret: &str, steps: u32) -> Result<Totp, AppError> {
    let bad = |error: &dyn std::fmt::Debug| AppError::File(format!("second factor: {error:?}"));
    let secret = Secret::try_from_base32(secret).map_err(|error| bad(&error))?;
    let skew = u16::try_from(steps).unwrap_or(u16::MAX);
    Builder::new()
        .with_secret(secret)
        .with_digits(6)
        .with_skew(skew)
        .with_step_duration(30)
        .build()
        .map_err(|e| bad(&e))
}

/// A code without the blanks and hyphens with which people write it.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

impl App {
    /// How somebody's second factor stands.
    ///
    /// # Errors
    /// As the database says.
    pub async fn factor(&self, who: PersonId) -> Result<Factor, AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                Ok((factors::totp(&mut conn, &j, who).await?, factors::codes_left(&mut conn, &j, who).await?))
            })
        });
        let (found, codes) = read.await.map_err(AppError::Store)?;
        Ok(match found {
            None => Factor::None,
            Some(found) if found.confirmed => Factor::Set { codes },
            Some(found) => {
                let login = self.person(who).await?.login;
                let name: String = login.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let secret = self.totp_secret(who, &found.secret)?;
                let address = format!("otpauth://totp/Luyuan:{name}?secret={secret}&issuer=Luyuan");
                Factor::Begun { secret, address }
            }
        })
    }

    /// Makes a secret for an authenticator, which holds once a first code was given.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `factor_set` when there is a second factor.
    pub async fn begin_factor(&self, who: PersonId) -> Result<(), AppError> {
        let secret = Secret::from(self.env.bytes::<SECRET>()?.to_vec()).to_base32();
        // Who gets the database alone can make no codes.
        let secret = self.seal_for(&self.totp_of(who), secret.as_bytes())?;
        let j = self.jurisdiction.clone();
        let begun =
            self.db.write(move |mut conn| Box::pin(async move { factors::begin(&mut conn, &j, who, &secret).await }));
        match begun.await.map_err(AppError::Store)? {
            true => Ok(()),
            false => Err(AppError::wrong("code", "factor_set", "")),
        }
    }

    /// Confirms the authenticator by its first code; the recovery codes, which are told once.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `code_wrong`.
    pub async fn confirm_factor(&self, by: &Actor, who: PersonId, code: &str) -> Result<Vec<String>, AppError> {
        if !self.code_fits(who, code, false).await? {
            return Err(AppError::wrong("code", "code_wrong", ""));
        }
        self.new_codes(by, who, "factor_set").await
    }

    /// Makes new recovery codes; the old ones end.
    ///
    /// # Errors
    /// [`AppError::Wrong`] when the password does not fit; [`AppError::Wait`].
    pub async fn renew_codes(&self, by: &Actor, who: PersonId, password: &str) -> Result<Vec<String>, AppError> {
        self.proved(who, password).await?;
        if !matches!(self.factor(who).await?, Factor::Set { .. }) {
            return Err(AppError::NotFound("factor"));
        }
        self.new_codes(by, who, "codes_renewed").await
    }

    /// Takes the second factor away.
    ///
    /// # Errors
    /// [`AppError::Wrong`] when the password does not fit; [`AppError::Wait`].
    pub async fn end_factor(&self, by: &Actor, who: PersonId, password: &str) -> Result<(), AppError> {
        self.proved(who, password).await?;
        self.take_factor(by, who).await
    }

    /// Takes somebody's second factor away who lost it: for whoever runs the platform.
    ///
    /// # Errors
    /// [`AppError::Wrong`] for an unknown login.
    pub async fn end_factor_of(&self, login: &str) -> Result<(), AppError> {
        let person = self.person_by_login(login).await?;
        self.take_factor(&Actor::System, person.id).await
    }

    async fn take_factor(&self, by: &Actor, who: PersonId) -> Result<(), AppError> {
        let (j, person) = (self.jurisdiction.clone(), self.person(who).await?);
        let entry = self.entry(by, "factor_ended", &person.login, "");
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    factors::end(&mut conn, &j, who).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Refuses unless the password is theirs.
    pub(crate) async fn proved(&self, who: PersonId, password: &str) -> Result<(), AppError> {
        let person = self.person(who).await?;
        let attempt = self.attempt(&person.login, None).await?;
        if !self.fits(password, Some(&person.password_hash)).await {
            return Err(AppError::wrong("password", "password_old", ""));
        }
        self.succeeded(attempt).await
    }

    async fn new_codes(&self, by: &Actor, who: PersonId, what: &str) -> Result<Vec<String>, AppError> {
        let (j, now, person) = (self.jurisdiction.clone(), self.env.now(), self.person(who).await?);
        let count = self.rulebook().accounts(now)?.get(AccountBound::RecoveryCodes);
        let mut codes = Vec::new();
        for _ in 0..count {
            codes.push(self.env.secret()?.chars().take(CODE).collect::<String>());
        }
        let hashes: Vec<String> = codes.iter().map(sha256).collect();
        let entry = self.entry(by, what, &person.login, "");
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    factors::confirm(&mut conn, &j, who, now).await?;
                    factors::put_codes(&mut conn, &j, who, &hashes).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(codes.iter().map(|code| format!("{}-{}", &code[..CODE / 2], &code[CODE / 2..])).collect())
    }

    /// For whom a secret is sealed.
    fn totp_of(&self, who: PersonId) -> String {
        format!("{}/totp/{who}", self.rules_of.0)
    }

    fn totp_secret(&self, who: PersonId, sealed: &str) -> Result<String, AppError> {
        let text = self.open_for(&self.totp_of(who), sealed)?;
        let secret = text.and_then(|text| String::from_utf8(text).ok());
        secret.ok_or_else(|| luyuan_store::StoreError::corrupt("totp", "secret", who).into())
    }

    /// Seals everybody's secret with the newest key.
    pub(crate) async fn renew_factors(&self) -> Result<(), AppError> {
        let (app, j) = (self.clone(), self.rules_of.clone());
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                for (who, sealed) in factors::secrets(&mut conn, &j).await? {
                    let anew = app.seal_for(&app.totp_of(who), app.totp_secret(who, &sealed)?.as_bytes())?;
                    factors::reseal(&mut conn, &j, who, &anew).await?;
                }
                Ok(())
            })
        });
        done.await
    }

    /// Whether a code is one of the authenticator's that was not used, or an unused recovery code;
    /// it is used up by that.
    async fn code_fits(&self, who: PersonId, code: &str, recovery: bool) -> Result<bool, AppError> {
        let (j, now, code) = (self.jurisdiction.clone(), self.env.now(), plain(code));
        let steps = self.rulebook().accounts(now)?.get(AccountBound::TotpSteps);
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let app = self.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let found = factors::totp(&mut conn, &j, who).await?.ok_or(AppError::NotFound("factor"))?;
                    let secret = app.totp_secret(who, &found.secret)?;
                    if let Some(step) = totp(&secret, steps)?.check(&code, seconds) {
                        let step = i64::try_from(step).unwrap_or(i64::MAX);
                        return Ok(factors::use_step(&mut conn, &j, who, step).await?);
                    }
                    Ok(recovery && factors::use_code(&mut conn, &j, who, &sha256(&code), now).await?)
                })
            })
            .await
    }

    /// Awaits the second factor of somebody whose password was right, if there is one; the token of
    /// this step.
    pub(crate) async fn await_second(
        &self,
        person: PersonId,
        org: OrgId,
        from: &Origin,
        attempt: &Attempt,
    ) -> Result<Option<String>, AppError> {
        if !matches!(self.factor(person).await?, Factor::Set { .. }) {
            return Ok(None);
        }
        let (j, now, token) = (self.jurisdiction.clone(), self.env.now(), self.env.secret()?);
        let awaited = Awaited { person, org, device: from.device.clone(), attempt: attempt.clone() };
        let data = serde_json::to_string(&awaited).map_err(|error| AppError::File(error.to_string()))?;
        let ends = now + self.rulebook().accounts(now)?.minutes(AccountBound::SecondFactorMinutes);
        let new = Challenge { token_hash: sha256(&token), kind: SECOND.into(), data, tries: 0, ends };
        let kept =
            self.db.write(move |mut conn| Box::pin(async move { challenges::put(&mut conn, &j, &new, now).await }));
        kept.await.map_err(AppError::Store)?;
        Ok(Some(token))
    }

    /// Logs in with the second factor after the first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a step that was never begun, was taken, has ended, or was guessed at
    /// too often: then the password is needed again. [`AppError::Wrong`] with `code_wrong`.
    pub async fn second(&self, token: &str, code: &str) -> Result<Entered, AppError> {
        let (j, now, hash) = (self.jurisdiction.clone(), self.env.now(), sha256(token));
        let most = self.rulebook().accounts(now)?.get(AccountBound::CodeTries);
        let guessed = hash.clone();
        let found = self.db.write(move |mut conn| {
            Box::pin(async move {
                let found = challenges::get(&mut conn, &j, &guessed, SECOND, now).await?;
                // Counted before it is looked at.
                let may = challenges::guess(&mut conn, &j, &guessed, most).await?;
                Ok(found.filter(|_| may))
            })
        });
        let found = found.await.map_err(AppError::Store)?.ok_or(AppError::NotFound("step"))?;
        let awaited: Awaited = serde_json::from_str(&found.data).map_err(|error| AppError::File(error.to_string()))?;
        if !self.code_fits(awaited.person, code, true).await? {
            return Err(AppError::wrong("code", "code_wrong", ""));
        }
        let j = self.jurisdiction.clone();
        let taken =
            self.db.write(move |mut conn| Box::pin(async move { challenges::take(&mut conn, &j, &hash).await }));
        if !taken.await.map_err(AppError::Store)? {
            return Err(AppError::NotFound("step"));
        }
        self.succeeded(awaited.attempt).await?;
        let from = Origin { address: None, device: awaited.device };
        self.open_session(awaited.person, awaited.org, &from).await.map(Entered::Session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret is the ASCII string "12345678901234567890"; the last six of
    /// its eight digits are what six digits are.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (time, code, step) in [
            (59, "94287082", 0x1),
            (1_111_111_109, "07081804", 0x23523EC),
            (1_111_111_111, "14050471", 0x23523ED),
            (1_234_567_890, "89005924", 0x273EF07),
            (2_000_000_000, "69279037", 0x3F940AA),
            (20_000_000_000, "65353130", 0x27BC86AA),
        ] {
            let totp = totp(&secret, 0).unwrap();
            assert_eq!(totp.check(&code[2..], time), Some(step), "{time}");
            assert_eq!(totp.check(&code[2..], time + 30), None);
        }
        // A clock that is one step off is borne, two are not.
        let lenient = totp(&secret, 1).unwrap();
        let accepted = [-2i64, -1, 0, 1, 2].map(|steps| {
            let time = 1_111_111_111_i64 + steps * 30;
            lenient.check("050471", u64::try_from(time).unwrap()).is_some()
        });
        assert_eq!(accepted, [false, true, true, true, false]);
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        assert_eq!(plain(" 050 471 "), "050471");
        assert_eq!(plain("ABCDE-fghjk"), "abcdefghjk");
    }
}
