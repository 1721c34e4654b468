//! Codes that prove an address or a number: sent, guessed at, used once.

use crate::{
    App, AppError,
    env::sha256,
    outside::{Failed, mail::Mail, sms::Sms},
};
use jiff::Timestamp;
use luyuan_domain::{
    contact::Reach,
    ruleset::{ResidentBound, ResidentRules},
};
use luyuan_store::{
    StoreError, attempts,
    challenges::{self, Challenge},
};
use serde::{Deserialize, Serialize};

/// The kind of challenge that awaits a code.
const KIND: &str = "resident";

/// Somebody who wants a code.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The address or number as they typed it.
    pub contact: &'a str,
    /// The language to write to them in.
    pub language: &'a str,
    /// What tells this browser from others.
    pub browser: &'a str,
    /// The network address, when it is known.
    pub address: Option<&'a str>,
    /// Where they want to go afterwards.
    pub next: &'a str,
}

/// A code that is awaited in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it was sent, masked.
    pub masked: String,
    /// `email` or `phone`.
    pub kind: &'static str,
    /// Until when it holds.
    pub ends: Timestamp,
}

/// What a right code opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The session's token.
    pub token: String,
    /// Where they wanted to go.
    pub next: String,
}

/// What is remembered until the code comes back.
#[derive(Serialize, Deserialize)]
struct Sent {
    /// To where it was sent, sealed.
    reach: String,
    /// A keyed hash: a million codes would soon be tried against a plain one.
    code: String,
    next: String,
    /// Under which names it was counted.
    counted: Vec<String>,
}

/// A code as people type it: with blanks, or in wide digits.
fn plain(code: &str) -> String {
    let narrow = |letter| match letter {
        '０'..='９' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        other => other,
    };
    code.chars().map(narrow).filter(char::is_ascii_digit).collect()
}

impl App {
    /// Sends a code to an address or a number; the token of this step, for the browser that asked alone.
    ///
    /// Known or not, the same is done and answered.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `contact_bad` for what is neither, `code_no_email` or `code_no_phone`
    /// where there is no way to send one; [`AppError::Wait`] after too many to one address or number,
    /// from one network address, or in one browser; [`AppError::Unsent`].
    pub async fn send_code(&self, asking: Asking<'_>) -> Result<String, AppError> {
        let now = self.env.now();
        let rules = self.rulebook().residents(now)?;
        let reach = self.code_for(asking.contact, &rules)?;
        let counted = self.count_code(asking, &reach, &rules, now).await?;
        let (token, code) = (self.env.secret()?, self.env.code()?);
        let hash = sha256(&token);
        let text = serde_json::to_vec(&reach).map_err(|error| AppError::File(error.to_string()))?;
        let sent = Sent {
            reach: self.seal_for(&self.step_of(&hash), &text)?,
            code: self.keyed("code", &format!("{hash}/{code}"))?.into_iter().next().unwrap_or_default(),
            next: asking.next.to_owned(),
            counted,
        };
        let data = serde_json::to_string(&sent).map_err(|error| AppError::File(error.to_string()))?;
        let ends = now + rules.minutes(ResidentBound::CodeMinutes);
        let (j, new) = (
            self.jurisdiction.clone(),
            Challenge { token_hash: hash.clone(), kind: KIND.into(), data, tries: 0, ends },
        );
        let kept =
            self.db.write(move |mut conn| Box::pin(async move { challenges::put(&mut conn, &j, &new, now).await }));
        kept.await.map_err(AppError::Store)?;
        if let Err(failed) = self.deliver_code(&reach, &code, asking.language, &rules).await? {
            tracing::warn!(to = ?reach, reason = failed.reason, "a code could not be sent");
            self.forget_step(&token).await?;
            return Err(AppError::Unsent(failed.reason));
        }
        Ok(token)
    }

    /// Where a code is to go.
    fn code_for(&self, contact: &str, rules: &ResidentRules) -> Result<Reach, AppError> {
        let wrong = |code| AppError::wrong("contact", code, "");
        let reach = Reach::parse(contact, rules.get(ResidentBound::CountryCode)).ok_or_else(|| wrong("contact_bad"))?;
        let ways = self.code_ways();
        match &reach {
            // What the mail library takes as well, and nothing beside.
            Reach::Email(text) if text.parse::<lettre::Address>().is_err() => Err(wrong("contact_bad")),
            Reach::Email(_) if !ways.email => Err(wrong("code_no_email")),
            Reach::Phone(_) if !ways.phone => Err(wrong("code_no_phone")),
            _ => Ok(reach),
        }
    }

    /// Counts a code before it is sent; the names under which it was counted.
    async fn count_code(
        &self,
        asking: Asking<'_>,
        reach: &Reach,
        rules: &ResidentRules,
        now: Timestamp,
    ) -> Result<Vec<String>, AppError> {
        let mark = self.keyed(reach.code(), reach.text())?.into_iter().next().unwrap_or_default();
        let address =
            asking.address.map(|address| (format!("code:address:{address}"), ResidentBound::FreeCodesAddress));
        let browser = (format!("code:browser:{}", sha256(asking.browser)), ResidentBound::FreeCodesBrowser);
        let contact = (format!("code:contact:{mark}"), ResidentBound::FreeCodes);
        let mut counted = Vec::new();
        for (name, free) in address.into_iter().chain([browser, contact]) {
            self.count_attempt(&name, rules.waits(free), now).await?;
            counted.push(name);
        }
        Ok(counted)
    }

    /// For which step what was asked for is sealed.
    fn step_of(&self, hash: &str) -> String {
        format!("{}/code/{hash}", self.jurisdiction.0)
    }

    /// Sends it; the outer result is of this program, the inner one of the way.
    async fn deliver_code(
        &self,
        reach: &Reach,
        code: &str,
        language: &str,
        rules: &ResidentRules,
    ) -> Result<Result<(), Failed>, AppError> {
        let minutes = rules.get(ResidentBound::CodeMinutes).to_string();
        let text = self.say(language, "code-text", &[("code", code), ("minutes", &minutes)])?;
        let id = self.env.id().to_string();
        Ok(match reach {
            Reach::Email(to) if self.outside.has_mail() => {
                let mail = Mail {
                    id,
                    to: to.clone(),
                    subject: self.say(language, "code-subject", &[])?,
                    text,
                    language: language.to_owned(),
                    unsubscribe: None,
                    at: self.env.now(),
                };
                self.outside.mail(mail).await
            }
            Reach::Phone(_) if self.outside.has_sms() => {
                let country = rules.get(ResidentBound::CountryCode);
                self.outside.sms(&Sms { id, to: reach.clone(), country, code: code.to_owned(), text }).await
            }
            _ if self.outside.settings().show_codes => {
                tracing::info!(to = ?reach, code, "a code, shown because this is a demonstration");
                Ok(())
            }
            _ => Err(Failed::for_now("code_off")),
        })
    }

    /// The code that is awaited under a token; none when it was used, has ended, or was never sent.
    ///
    /// # Errors
    /// As the database says.
    pub async fn code_step(&self, token: &str) -> Result<Option<Step>, AppError> {
        let (j, now, hash) = (self.jurisdiction.clone(), self.env.now(), sha256(token));
        let asked = hash.clone();
        let read = self
            .db
            .read(move |mut conn| Box::pin(async move { challenges::get(&mut conn, &j, &asked, KIND, now).await }));
        let Some(found) = read.await.map_err(AppError::Store)? else { return Ok(None) };
        let sent: Sent = serde_json::from_str(&found.data).map_err(|error| AppError::File(error.to_string()))?;
        let Some(reach) = self.sent_to(&hash, &sent)? else { return Ok(None) };
        let country = self.rulebook().residents(now)?.get(ResidentBound::CountryCode);
        Ok(Some(Step { masked: reach.masked_within(country), kind: reach.code(), ends: found.ends }))
    }

    fn sent_to(&self, hash: &str, sent: &Sent) -> Result<Option<Reach>, AppError> {
        let text = self.open_for(&self.step_of(hash), &sent.reach)?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    /// Proves an address or a number by the code that was sent there.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a step that was never begun in this browser, was taken, has ended, or
    /// was guessed at too often: then another code is needed. [`AppError::Wrong`] with `resident_code`.
    pub async fn prove(&self, token: &str, code: &str) -> Result<Proved, AppError> {
        let (j, now, hash) = (self.jurisdiction.clone(), self.env.now(), sha256(token));
        let most = self.rulebook().residents(now)?.get(ResidentBound::CodeTries);
        let guessed = hash.clone();
        let found = self.db.write(move |mut conn| {
            Box::pin(async move {
                let found = challenges::get(&mut conn, &j, &guessed, KIND, now).await?;
                // Counted before it is looked at.
                let may = challenges::guess(&mut conn, &j, &guessed, most).await?;
                Ok(found.filter(|_| may))
            })
        });
        let gone = AppError::NotFound("step");
        let found = found.await.map_err(AppError::Store)?.ok_or_else(|| gone.clone())?;
        let sent: Sent = serde_json::from_str(&found.data).map_err(|error| AppError::File(error.to_string()))?;
        let right = self.keyed("code", &format!("{hash}/{}", plain(code)))?.contains(&sent.code);
        let reach = self.sent_to(&hash, &sent)?.ok_or_else(|| gone.clone())?;
        if !right {
            return match found.tries + 1 < i64::from(most) {
                true => Err(AppError::wrong("code", "resident_code", (i64::from(most) - found.tries - 1).to_string())),
                false => Err(gone),
            };
        }
        if !self.forget_step(token).await? {
            return Err(gone);
        }
        self.code_used(sent.counted).await?;
        Ok(Proved { token: self.open_resident(&reach).await?, next: sent.next })
    }

    /// A step is over; whether it was there. Of two who end it at once, one does.
    async fn forget_step(&self, token: &str) -> Result<bool, AppError> {
        let (j, hash) = (self.jurisdiction.clone(), sha256(token));
        let taken =
            self.db.write(move |mut conn| Box::pin(async move { challenges::take(&mut conn, &j, &hash).await }));
        taken.await.map_err(AppError::Store)
    }

    /// What was counted for a code that was used: the person's own is forgotten, others' stays.
    async fn code_used(&self, counted: Vec<String>) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                for name in &counted {
                    match name.starts_with("code:contact:") {
                        true => attempts::forget(&mut conn, &j, name).await?,
                        false => attempts::take_back(&mut conn, &j, name).await?,
                    }
                }
                Ok::<_, StoreError>(())
            })
        });
        done.await.map_err(AppError::Store)
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn codes_are_read_as_people_write_them() {
        assert_eq!(plain(" 012 345 "), "012345");
        assert_eq!(plain("０１２３４５"), "012345");
        assert_eq!(plain("code: 012345"), "012345");
    }
}
