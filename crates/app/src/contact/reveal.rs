//! Who is behind an order, as staff see them; the whole only with a reason that is kept.

use crate::{App, AppError, orders::Detail};
use luyuan_domain::{
    actor::{Action, Actor},
    contact::ContactData,
    ids::{OrderId, ReporterId},
    orders::{Order, Rating, Refusal},
};
use luyuan_store::{audit, contacts};
use std::collections::HashMap;

/// Somebody behind an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Which report.
    pub id: ReporterId,
    /// How to reach them, masked; empty when they left nothing or the reader may not know.
    pub masked: ContactData,
    /// They proved that what they left is theirs.
    pub verified: bool,
    /// They left contact data, and the reader may ask to see it.
    pub reachable: bool,
    /// They do not want the handler to know who they are.
    pub unnamed: bool,
    /// They asked to be forgotten.
    pub erased: bool,
    /// Their own words, when they joined.
    pub words: String,
    /// How often the order had been reopened when they rated, and the rating.
    pub rating: Option<(u8, Rating)>,
}

impl App {
    /// The people behind an order, for who may know of them; empty for others.
    ///
    /// # Errors
    /// As the database says.
    pub async fn behind(&self, actor: &Actor, detail: &Detail) -> Result<Vec<Behind>, AppError> {
        if detail.reporters.is_empty() {
            return Ok(Vec::new());
        }
        let (known, verified) = self.contacts_of(detail.order.id).await?;
        let named = self.may_name(actor, &detail.order);
        let shown = detail.reporters.iter().map(|reporter| {
            let may_see = named || !reporter.about.unnamed;
            let sealed = known.get(&reporter.id).filter(|_| may_see);
            Ok(Behind {
                id: reporter.id,
                masked: sealed.map(|text| self.opened(reporter.id, text)).transpose()?.unwrap_or_default().masked(),
                verified: sealed.is_some() && verified.contains(&reporter.id),
                reachable: sealed.is_some(),
                unnamed: reporter.about.unnamed,
                erased: reporter.about.erased_at.is_some(),
                words: reporter.about.words.clone(),
                rating: reporter.about.rating.clone(),
            })
        });
        shown.collect()
    }

    /// What the reporters of an order left, and who of them proved that it is theirs.
    async fn contacts_of(&self, order: OrderId) -> Result<(HashMap<ReporterId, String>, Vec<ReporterId>), AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let left = contacts::of_order(&mut conn, &j, order).await?;
                Ok((left.into_iter().collect(), contacts::verified_of(&mut conn, &j, order).await?))
            })
        });
        read.await.map_err(AppError::Store)
    }

    /// Whether somebody may know who stays unnamed to the handler: those who call people back.
    fn may_name(&self, actor: &Actor, order: &Order) -> bool {
        self.may_about(actor, Action::CallBack, order)
    }

    /// Whether somebody may do something to an order.
    pub(crate) fn may_about(&self, actor: &Actor, action: Action, order: &Order) -> bool {
        self.directory().touched(order).may(actor, action, &[])
    }

    /// How to reach a reporter, for one of the purposes that the rules name. Who asked, when and for
    /// what is kept in the audit trail, in the same transaction.
    ///
    /// # Errors
    /// [`AppError::Wrong`] for a purpose that the rules do not know, or when the person stays unnamed
    /// to this organisation; [`Refusal::NotPermitted`], [`AppError::NotFound`].
    pub async fn reveal(
        &self,
        actor: &Actor,
        number: &str,
        reporter: ReporterId,
        purpose: &str,
    ) -> Result<ContactData, AppError> {
        let now = self.env.now();
        let known = self.rulebook().privacy(now)?.purpose(purpose).is_some();
        if !known {
            return Err(AppError::wrong("purpose", "choose_reason", ""));
        }
        let detail = self.order(actor, number, None).await?;
        if !self.may_about(actor, Action::ReadContact, &detail.order) {
            return Err(Refusal::NotPermitted.into());
        }
        let found = detail.reporters.iter().find(|held| held.id == reporter);
        let held = found.ok_or(AppError::NotFound("reporter"))?;
        if held.about.unnamed && !self.may_name(actor, &detail.order) {
            return Err(AppError::wrong("reporter", "unnamed", ""));
        }
        let entry = self.entry(actor, "contact_shown", number, purpose);
        let (app, j) = (self.clone(), self.jurisdiction.clone());
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                let sealed = contacts::of_reporter(&mut conn, &j, reporter).await?;
                let sealed = sealed.ok_or(AppError::NotFound("contact"))?;
                let data = app.opened(reporter, &sealed)?;
                audit::add(&mut conn, &app.rules_of, &entry).await?;
                Ok::<_, AppError>(data)
            })
        });
        done.await
    }

    /// How to reach a reporter, for telling them what they asked to be told. For the platform itself:
    /// nobody sees it.
    ///
    /// # Errors
    /// As the database says.
    pub async fn address_of(&self, reporter: ReporterId) -> Result<Option<ContactData>, AppError> {
        let j = self.jurisdiction.clone();
        let read =
            self.db.read(move |mut conn| Box::pin(async move { contacts::of_reporter(&mut conn, &j, reporter).await }));
        let sealed = read.await.map_err(AppError::Store)?;
        sealed.map(|sealed| self.opened(reporter, &sealed)).transpose()
    }
}
