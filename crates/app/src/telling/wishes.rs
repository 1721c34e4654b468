//! How people want to be told: settings of staff and reporters, browsers that may ring, and the one
//! link with which somebody wants no more mail.

use crate::{
    App, AppError,
    env::sha256,
    outside::{guard, push},
};
use luyuan_domain::{
    ids::{PersonId, ReporterId},
    telling::{Quiet, Recipient},
};
use luyuan_store::{
    StoreError, contacts,
    pushes::{self, Push},
    settings,
    tell_settings::{self, OfPerson, OfReporter},
};

/// Most browsers of one person or reporter.
const BROWSERS: usize = 10;

/// How somebody with an account wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Where mail goes; none when empty.
    pub email: String,
    /// One mail a day in place of one for each notice.
    pub digest: bool,
    /// Quiet hours of their own; the district's when there are none.
    pub quiet: Option<Quiet>,
    /// The language to write to them in.
    pub language: String,
}

/// A browser that somebody allows to ring, as it says itself (Push API).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// Where its push service listens.
    pub endpoint: String,
    /// Its public key, base64url.
    pub p256dh: String,
    /// Its secret, base64url.
    pub auth: String,
}

/// Whether a text can be the address of a mailbox: what the mail library takes, and nothing beside.
fn mailbox(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

impl App {
    /// How somebody with an account wants to be told, and how many of their browsers may ring.
    ///
    /// # Errors
    /// As the database says.
    pub async fn wishes(&self, person: PersonId) -> Result<(Wishes, usize), AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let of = tell_settings::of_person(&mut conn, &j, person).await?;
                let browsers = pushes::of(&mut conn, &j, Recipient::Person(person)).await?.len();
                Ok::<_, StoreError>((of, browsers))
            })
        });
        let (of, browsers) = read.await.map_err(AppError::Store)?;
        let wishes = Wishes { email: of.email, digest: of.digest, quiet: of.quiet, language: of.language };
        Ok((wishes, browsers))
    }

    /// Keeps how somebody with an account wants to be told.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `email_bad` for an address that is none.
    pub async fn wish(&self, person: PersonId, wishes: Wishes) -> Result<(), AppError> {
        let email = wishes.email.trim().to_owned();
        if !email.is_empty() && !mailbox(&email) {
            return Err(AppError::wrong("email", "email_bad", ""));
        }
        let (j, from_now) = (self.jurisdiction.clone(), self.env.id().to_string());
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move {
                let before = tell_settings::of_person(&mut conn, &j, person).await?;
                // The first digest tells of what comes, not of all that was.
                let fresh = wishes.digest && !before.digest;
                let digest_until = if fresh { from_now } else { before.digest_until };
                let of = OfPerson {
                    email,
                    digest: wishes.digest,
                    quiet: wishes.quiet,
                    language: wishes.language,
                    digest_until,
                    digest_day: before.digest_day,
                };
                tell_settings::put_person(&mut conn, &j, person, &of).await?;
                // Every running program learns that somebody listens.
                settings::mark_changed(&mut conn, &j).await?;
                Ok::<_, StoreError>(())
            })
        });
        kept.await.map_err(AppError::Store)?;
        self.reload().await
    }

    /// Lets a browser ring for somebody.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `push_bad` for what no browser says, or a push service inside.
    pub async fn allow_push(&self, to: Recipient, browser: Browser) -> Result<(), AppError> {
        let wrong = || AppError::wrong("endpoint", "push_bad", "");
        let push = Push {
            id: sha256(&browser.endpoint),
            endpoint: browser.endpoint,
            p256dh: browser.p256dh,
            auth: browser.auth,
        };
        if !push::fits(&push) || !self.may_be_asked(&push.endpoint) {
            return Err(wrong());
        }
        let push = self.closed_push(to, &push)?;
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move {
                let there = pushes::of(&mut conn, &j, to).await?;
                // The oldest names go first: nobody uses so many.
                for old in there.iter().take((there.len() + 1).saturating_sub(BROWSERS)) {
                    pushes::remove(&mut conn, &j, to, Some(&old.id)).await?;
                }
                pushes::put(&mut conn, &j, to, &push, now).await?;
                if let Recipient::Person(person) = to {
                    let of = tell_settings::of_person(&mut conn, &j, person).await?;
                    tell_settings::put_person(&mut conn, &j, person, &of).await?;
                    settings::mark_changed(&mut conn, &j).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        kept.await.map_err(AppError::Store)?;
        if matches!(to, Recipient::Person(_)) { self.reload().await } else { Ok(()) }
    }

    /// A first look at an address, without asking for its name: what stands there plainly must not
    /// lead inside. Before it is asked it is looked at again, with its name resolved.
    fn may_be_asked(&self, endpoint: &str) -> bool {
        let Ok(url) = reqwest::Url::parse(endpoint) else { return false };
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let reachable = &self.outside.settings().reachable;
        match host.parse() {
            Ok(ip) => (url.scheme() == "https" && guard::public(ip)) || reachable.own(ip),
            Err(_) => url.scheme() == "https" && host.contains('.'),
        }
    }

    /// Forgets a browser that is gone.
    pub(super) async fn forget_push(&self, to: Recipient, id: String) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let gone =
            self.db.write(move |mut conn| Box::pin(async move { pushes::remove(&mut conn, &j, to, Some(&id)).await }));
        gone.await.map(|_| ()).map_err(AppError::Store)
    }

    /// No browser rings for somebody any more.
    ///
    /// # Errors
    /// As the database says.
    pub async fn forbid_push(&self, to: Recipient) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let gone =
            self.db.write(move |mut conn| Box::pin(async move { pushes::remove(&mut conn, &j, to, None).await }));
        gone.await.map(|_| ()).map_err(AppError::Store)
    }

    /// Whether a reporter left an e-mail address; not when it cannot be opened.
    ///
    /// # Errors
    /// As the database says.
    pub async fn left_email(&self, id: ReporterId) -> Result<bool, AppError> {
        let j = self.jurisdiction.clone();
        let read =
            self.db.read(move |mut conn| Box::pin(async move { contacts::of_reporter(&mut conn, &j, id).await }));
        let sealed = read.await.map_err(AppError::Store)?;
        Ok(sealed.is_some_and(|sealed| self.opened(id, &sealed).is_ok_and(|contact| !contact.email.is_empty())))
    }

    /// How a reporter wants to be told, and how many of their browsers may ring.
    ///
    /// # Errors
    /// As the database says.
    pub async fn reporter_wishes(&self, id: ReporterId) -> Result<(OfReporter, usize), AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let of = tell_settings::of_reporter(&mut conn, &j, id).await?;
                Ok::<_, StoreError>((of, pushes::of(&mut conn, &j, Recipient::Reporter(id)).await?.len()))
            })
        });
        read.await.map_err(AppError::Store)
    }

    /// Keeps how a reporter wants to be told; without mail no browser rings either.
    ///
    /// # Errors
    /// As the database says.
    pub async fn reporter_wish(&self, id: ReporterId, wishes: OfReporter) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move { tell_settings::put_reporter(&mut conn, &j, id, &wishes).await })
        });
        kept.await.map_err(AppError::Store)
    }

    /// The reporter of a link that ends mail; whether they get mail now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a link that nobody was given.
    pub async fn unsubscriber(&self, token: &str) -> Result<(ReporterId, bool), AppError> {
        let id = self.telling_keys().await?.unsubscriber(token).ok_or(AppError::NotFound("link"))?;
        Ok((id, !self.reporter_wishes(id).await?.0.no_email))
    }

    /// A reporter wants no more mail, or wants it again.
    ///
    /// # Errors
    /// As [`App::unsubscriber`].
    pub async fn unsubscribe(&self, token: &str, no_email: bool) -> Result<(), AppError> {
        let (id, _) = self.unsubscriber(token).await?;
        let (wishes, _) = self.reporter_wishes(id).await?;
        self.reporter_wish(id, OfReporter { no_email, ..wishes }).await
    }
}
