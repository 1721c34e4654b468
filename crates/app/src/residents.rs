//! Residents who prove that an e-mail address or a phone number is theirs: a code of six digits is sent
//! there, and whoever types it in the same browser sees their own orders for a short while. Nobody needs
//! it to place or follow an order.
//!
//! Whether an address or a number is known here is looked up only after it was proved, so that the way
//! there is the same for every one.

mod code;

pub use code::{Asking, Proved, Step};

use crate::{App, AppError, env::sha256};
use luyuan_domain::{
    actor::Actor,
    contact::Reach,
    ids::ReporterId,
    orders::{Order, State},
    ruleset::ResidentBound,
};
use luyuan_store::{
    StoreError,
    contacts::{self, Mark},
    reporters, residents,
};

/// Most orders and reports of one resident that are read; a number that staff typed for everybody who
/// called would have thousands.
const MOST: i64 = 200;

/// Somebody who proved an address or a number in this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// What they proved.
    pub reach: Reach,
    /// The reports that were left with it.
    pub reports: Vec<ReporterId>,
}

impl Resident {
    /// As whom they act.
    pub fn actor(&self) -> Actor {
        Actor::Resident { reports: self.reports.clone() }
    }
}

/// An order of a resident.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnOrder {
    /// The order.
    pub order: Order,
    /// Something waits for them: a question, or a reply to rate.
    pub waits: bool,
}

/// Over which ways a code can be sent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// By e-mail.
    pub email: bool,
    /// By text message.
    pub phone: bool,
}

impl Ways {
    /// Whether there is any.
    pub fn any(self) -> bool {
        self.email || self.phone
    }
}

impl App {
    /// Over which ways a code can be sent here.
    pub fn code_ways(&self) -> Ways {
        let shown = self.outside.settings().show_codes;
        Ways { email: shown || self.outside.has_mail(), phone: shown || self.outside.has_sms() }
    }

    /// Opens a short session for whoever proved an address or a number, by a code or to a provider that
    /// knows them; its token, which is shown once and kept as a hash.
    ///
    /// # Errors
    /// As the database says.
    pub async fn open_resident(&self, reach: &Reach) -> Result<String, AppError> {
        let (j, now, token) = (self.jurisdiction.clone(), self.env.now(), self.env.secret()?);
        let ends = now + self.rulebook().residents(now)?.minutes(ResidentBound::SessionMinutes);
        let hash = sha256(&token);
        let text = serde_json::to_vec(reach).map_err(|error| AppError::File(error.to_string()))?;
        let sealed = self.seal_for(&self.resident_of(&hash), &text)?;
        let marks = self.marks_of(reach)?;
        let opened = self.db.write(move |mut conn| {
            Box::pin(async move {
                residents::open(&mut conn, &j, &hash, &sealed, (now, ends)).await?;
                for mark in &marks {
                    contacts::verified(&mut conn, &j, mark, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        opened.await.map_err(AppError::Store)?;
        Ok(token)
    }

    /// For which session what was proved is sealed.
    fn resident_of(&self, hash: &str) -> String {
        format!("{}/resident/{hash}", self.jurisdiction.0)
    }

    /// The resident of a session's token; none when it has ended.
    ///
    /// # Errors
    /// As the database says.
    pub async fn resident(&self, token: &str) -> Result<Option<Resident>, AppError> {
        let (j, now, hash) = (self.jurisdiction.clone(), self.env.now(), sha256(token));
        let asked = hash.clone();
        let read =
            self.db.read(move |mut conn| Box::pin(async move { residents::get(&mut conn, &j, &asked, now).await }));
        let Some(sealed) = read.await.map_err(AppError::Store)? else { return Ok(None) };
        // Sealed with a key that was replaced: it has ended.
        let Some(text) = self.open_for(&self.resident_of(&hash), &sealed)? else { return Ok(None) };
        let reach: Reach = serde_json::from_slice(&text)
            .map_err(|_| StoreError::corrupt("resident_sessions", "sealed", &hash[..12]))?;
        let reports = self.of_marks(&reach, |mut conn, j, mark| {
            Box::pin(async move { contacts::reports(&mut conn, &j, &mark, MOST).await })
        });
        Ok(Some(Resident { reports: reports.await?, reach }))
    }

    /// What is kept under each mark of an address or a number.
    async fn of_marks<T, F>(&self, reach: &Reach, read: F) -> Result<Vec<T>, AppError>
    where
        T: Send + 'static,
        F: for<'c> Fn(
                luyuan_store::Conn<'c>,
                luyuan_domain::ids::JurisdictionId,
                Mark,
            ) -> futures::future::BoxFuture<'c, Result<Vec<T>, StoreError>>
            + Clone
            + Send
            + 'static,
    {
        let mut all = Vec::new();
        for mark in self.marks_of(reach)? {
            let (j, read) = (self.jurisdiction.clone(), read.clone());
            let found = self.db.read(move |conn| read(conn, j, mark));
            all.extend(found.await.map_err(AppError::Store)?);
        }
        Ok(all)
    }

    /// Ends a resident's session.
    ///
    /// # Errors
    /// As the database says.
    pub async fn end_resident(&self, token: &str) -> Result<(), AppError> {
        let (j, hash) = (self.jurisdiction.clone(), sha256(token));
        let ended = self.db.write(move |mut conn| Box::pin(async move { residents::end(&mut conn, &j, &hash).await }));
        ended.await.map_err(AppError::Store)?;
        Ok(())
    }

    /// The orders with a report that was left with what a resident proved, newest first, on whatever
    /// device and by whatever way it was placed; the newest of very many.
    ///
    /// # Errors
    /// As the database says.
    pub async fn own_orders(&self, resident: &Resident) -> Result<Vec<OwnOrder>, AppError> {
        let mut orders = self
            .of_marks(&resident.reach, |mut conn, j, mark| {
                Box::pin(async move { residents::orders(&mut conn, &j, &mark, MOST).await })
            })
            .await?;
        orders.sort_by_key(|order| std::cmp::Reverse((order.placed_at, order.id)));
        let mut own = Vec::with_capacity(orders.len());
        for order in orders {
            let asked = order.questions.iter().any(|question| question.answer.is_none()) && !order.state.ended();
            let waits =
                asked || (matches!(order.state, State::Replied { .. }) && self.unrated(resident, &order).await?);
            own.push(OwnOrder { order, waits });
        }
        Ok(own)
    }

    /// Whether a report of theirs was not rated since the last reply.
    async fn unrated(&self, resident: &Resident, order: &Order) -> Result<bool, AppError> {
        let (j, id) = (self.jurisdiction.clone(), order.id);
        let read = self.db.read(move |mut conn| Box::pin(async move { reporters::of_order(&mut conn, &j, id).await }));
        let behind = read.await.map_err(AppError::Store)?;
        let own = behind.iter().filter(|held| resident.reports.contains(&held.id));
        Ok(own.into_iter().any(|held| held.about.rating.as_ref().is_none_or(|(round, _)| *round != order.reworks)))
    }

    /// Notes that a resident proved what they left with an order just now.
    ///
    /// # Errors
    /// As the database says.
    pub async fn confirm_contact(&self, reach: &Reach) -> Result<(), AppError> {
        let (j, now, marks) = (self.jurisdiction.clone(), self.env.now(), self.marks_of(reach)?);
        let noted = self.db.write(move |mut conn| {
            Box::pin(async move {
                for mark in &marks {
                    contacts::verified(&mut conn, &j, mark, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        noted.await.map_err(AppError::Store)
    }
}
