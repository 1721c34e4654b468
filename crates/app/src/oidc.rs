//! Logging in through another provider (OpenID Connect, authorisation code with PKCE), and linking
//! an account here with an identity there. Nobody is ever matched by a name or an e-mail address.

mod provider;

pub use luyuan_store::identities::Identity;
pub use provider::Provider;

use crate::{
    App, AppError,
    env::sha256,
    login::{Entered, Origin},
};
use jiff::SignedDuration;
use luyuan_domain::{actor::Actor, ids::PersonId, roles::Role, ruleset::AccountBound};
use luyuan_store::{
    challenges::{self, Challenge},
    identities,
};
use provider::Kept;
use serde::{Deserialize, Serialize};

/// The kind of challenge that awaits somebody's return.
const AWAY: &str = "provider";
/// Where the provider sends people back to, below the site's address.
const BACK: &str = "/login/oidc/return";
/// Seconds of a time step of a second factor (RFC 6238), by which clocks are measured here too.
const STEP: i64 = 30;

/// What is remembered while somebody is at the provider.
#[derive(Serialize, Deserialize)]
struct Begun {
    nonce: String,
    verifier: String,
    /// The hash of the forms' token: the same browser has to come back.
    browser: String,
    next: String,
    /// Whose account is to be linked; none for a login.
    link: Option<PersonId>,
}

/// With what somebody comes back (RFC 6749 4.1.2, RFC 9207).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    /// The token of this step.
    pub state: String,
    /// What is exchanged for a token.
    pub code: String,
    /// Why there is no code.
    pub error: String,
    /// Who sent them.
    pub iss: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// They logged in, and wanted to go on to there.
    Entered(Entered, String),
    /// The account is linked.
    Linked,
}

fn failed(error: impl std::fmt::Display) -> AppError {
    AppError::File(format!("provider: {error}"))
}

impl App {
    /// The provider through which people can log in.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when none is set up.
    pub fn provider(&self) -> Result<&Provider, AppError> {
        self.provider.as_deref().ok_or(AppError::NotFound("provider"))
    }

    /// Begins a login through the provider: where to send the browser. `browser` is its forms' token,
    /// `next` where it wants to go afterwards.
    ///
    /// # Errors
    /// [`AppError::NotFound`] without a provider; [`AppError::Away`].
    pub async fn begin_elsewhere(&self, address: &str, browser: &str, next: &str) -> Result<String, AppError> {
        self.send_away(address, browser, next, None).await
    }

    /// Begins to link somebody's account with their identity at the provider.
    ///
    /// # Errors
    /// As [`App::begin_elsewhere`]; [`AppError::Wrong`] when the password does not fit;
    /// [`AppError::Wait`].
    pub async fn begin_link(
        &self,
        who: PersonId,
        password: &str,
        address: &str,
        browser: &str,
    ) -> Result<String, AppError> {
        self.provider()?;
        self.proved(who, password).await?;
        self.send_away(address, browser, "", Some(who)).await
    }

    async fn send_away(
        &self,
        address: &str,
        browser: &str,
        next: &str,
        link: Option<PersonId>,
    ) -> Result<String, AppError> {
        let (provider, now, state) = (self.provider()?, self.env.now(), self.env.secret()?);
        let (nonce, verifier) = (self.env.secret()?, format!("{}{}", self.env.secret()?, self.env.secret()?));
        let kept = Kept { state: &state, nonce: &nonce, verifier: &verifier };
        let way = provider.way(kept, &format!("{}{BACK}", address.trim_end_matches('/')), now).await?;
        let begun = Begun { nonce, verifier, browser: sha256(browser), next: next.to_owned(), link };
        let data = serde_json::to_string(&begun).map_err(failed)?;
        let ends = now + self.rulebook().accounts(now)?.minutes(AccountBound::CodeMinutes);
        let new = Challenge { token_hash: sha256(&state), kind: AWAY.into(), data, tries: 0, ends };
        let j = self.jurisdiction.clone();
        let put =
            self.db.write(move |mut conn| Box::pin(async move { challenges::put(&mut conn, &j, &new, now).await }));
        put.await.map_err(AppError::Store)?;
        Ok(way)
    }

    /// Takes the step that somebody comes back with, whatever comes of it.
    async fn taken(&self, state: &str, browser: &str) -> Result<Begun, AppError> {
        let (j, now, hash) = (self.jurisdiction.clone(), self.env.now(), sha256(state));
        let browser = sha256(browser);
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let found = challenges::get(&mut conn, &j, &hash, AWAY, now).await?;
                    let found = found.ok_or(AppError::NotFound("step"))?;
                    let begun: Begun = serde_json::from_str(&found.data).map_err(failed)?;
                    // Another browser neither enters nor spoils it.
                    if begun.browser != browser || !challenges::take(&mut conn, &j, &hash).await? {
                        return Err(AppError::NotFound("step"));
                    }
                    Ok(begun)
                })
            })
            .await
    }

    /// Ends what [`App::begin_elsewhere`] or [`App::begin_link`] began. `who` is whoever is logged in.
    ///
    /// # Errors
    /// [`AppError::NotFound`] with `step` for a return that belongs to nothing, comes from another
    /// browser, a second time or too late; [`AppError::Wrong`] with `provider_denied`,
    /// `provider_refused`, `provider_unlinked` (whose detail is the subject) or `provider_linked`;
    /// [`AppError::Away`]; [`AppError::Wait`]; [`AppError::Login`] for somebody who holds no role.
    pub async fn come_back(
        &self,
        back: &Back,
        address: &str,
        browser: &str,
        who: Option<(PersonId, Actor)>,
        from: &Origin,
    ) -> Result<Returned, AppError> {
        let provider = self.provider()?;
        let begun = self.taken(&back.state, browser).await?;
        // Somebody else may have logged in meanwhile.
        let linking = match (begun.link, who) {
            (None, _) => None,
            (Some(link), Some((who, by))) if link == who => Some((who, by)),
            (Some(_), _) => return Err(AppError::NotFound("step")),
        };
        if !back.iss.is_empty() && back.iss != provider.issuer() {
            return Err(AppError::wrong("provider", "provider_refused", ""));
        }
        match (back.error.as_str(), back.code.as_str()) {
            ("temporarily_unavailable" | "server_error", _) => return Err(AppError::Away(back.error.clone())),
            ("", "") => return Err(AppError::wrong("provider", "provider_refused", "")),
            ("", _) => {}
            _ => return Err(AppError::wrong("provider", "provider_denied", "")),
        }
        let now = self.env.now();
        let steps = self.rulebook().accounts(now)?.get(AccountBound::TotpSteps);
        let skew = SignedDuration::from_secs(STEP * i64::from(steps));
        let kept = Kept { state: &back.state, nonce: &begun.nonce, verifier: &begun.verifier };
        let address = format!("{}{BACK}", address.trim_end_matches('/'));
        let subject = provider.subject(&back.code, kept, &address, now, skew).await?;
        match linking {
            Some((who, by)) => self.link(&by, who, subject).await.map(|()| Returned::Linked),
            None => self.enter_as(subject, from).await.map(|entered| Returned::Entered(entered, begun.next)),
        }
    }

    async fn identity(&self, subject: &str) -> Result<Option<Identity>, AppError> {
        let (j, issuer, subject) =
            (self.jurisdiction.clone(), self.provider()?.issuer().to_owned(), subject.to_owned());
        let found = self
            .db
            .read(move |mut conn| Box::pin(async move { identities::get(&mut conn, &j, &issuer, &subject).await }));
        found.await.map_err(AppError::Store)
    }

    /// The login of an identity: the first factor, and no more than that.
    async fn enter_as(&self, subject: String, from: &Origin) -> Result<Entered, AppError> {
        let found = self.identity(&subject).await?;
        let identity = found.ok_or_else(|| AppError::wrong("provider", "provider_unlinked", subject))?;
        let person = self.person(identity.person).await?;
        // Counted like every other, so that the second step is not guessed at by coming again.
        let attempt = self.attempt(&person.login, from.address.as_deref()).await?;
        let org = self.first_org(&self.roles_of(person.id).await?).ok_or(AppError::Login)?;
        if let Some(step) = self.await_second(person.id, org, from, &attempt).await? {
            return Ok(Entered::Second(step));
        }
        self.succeeded(attempt).await?;
        self.open_session(person.id, org, from).await.map(Entered::Session)
    }

    async fn link(&self, by: &Actor, who: PersonId, subject: String) -> Result<(), AppError> {
        if let Some(there) = self.identity(&subject).await? {
            return match there.person == who {
                true => Ok(()),
                false => Err(AppError::wrong("provider", "provider_linked", "")),
            };
        }
        let (j, now, person) = (self.jurisdiction.clone(), self.env.now(), self.person(who).await?);
        let entry = self.entry(by, "identity_linked", &person.login, &subject);
        let new = Identity { issuer: self.provider()?.issuer().to_owned(), subject, person: who, linked: now };
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    identities::link(&mut conn, &j, &new).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// The identity that an invitation names: issuer and subject. Where the three administrators are
    /// separate, theirs are linked by themselves alone: who names an identity of their own for another's
    /// office could use both.
    pub(crate) async fn invited_identity(&self, role: Role, subject: String) -> Result<(String, String), AppError> {
        let provider = self.provider()?;
        if subject.chars().count() > provider::MOST_SUBJECT {
            return Err(AppError::wrong("subject", "subject_long", provider::MOST_SUBJECT.to_string()));
        }
        if Role::SEPARATE.contains(&role) && self.rulebook().roles(self.env.now())?.separate.0 {
            return Err(AppError::wrong("subject", "subject_office", ""));
        }
        match self.identity(&subject).await? {
            Some(_) => Err(AppError::wrong("subject", "subject_linked", subject)),
            None => Ok((provider.issuer().to_owned(), subject)),
        }
    }

    /// Somebody's identities at the provider, oldest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] without a provider.
    pub async fn identities(&self, who: PersonId) -> Result<Vec<Identity>, AppError> {
        let (j, issuer) = (self.jurisdiction.clone(), self.provider()?.issuer().to_owned());
        let found = self
            .db
            .read(move |mut conn| Box::pin(async move { identities::of_person(&mut conn, &j, &issuer, who).await }));
        found.await.map_err(AppError::Store)
    }

    /// Ends all links of somebody's account to the provider.
    ///
    /// # Errors
    /// [`AppError::NotFound`] without a provider or a link; [`AppError::Wrong`] when the password does
    /// not fit; [`AppError::Wait`].
    pub async fn unlink(&self, by: &Actor, who: PersonId, password: &str) -> Result<(), AppError> {
        let issuer = self.provider()?.issuer().to_owned();
        self.proved(who, password).await?;
        let (j, person) = (self.jurisdiction.clone(), self.person(who).await?);
        let entry = self.entry(by, "identity_ended", &person.login, "");
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    if identities::end(&mut conn, &j, &issuer, who).await? == 0 {
                        return Err(AppError::NotFound("identity"));
                    }
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok(())
                })
            })
            .await
    }
}
