//! "Me too": one more person behind an order.

use super::{
    Contact,
    act::picture,
    change::{Seen, find, keep},
    place::check_key,
};
use crate::{App, AppError, env::sha256};
use luyuan_domain::{
    actor::Actor,
    ids::{FileId, ReporterId},
    orders::{Event, Refusal, Timetable, clean},
    roles::Scope,
};
use luyuan_store::{
    StoreError, contacts, idempotency,
    reporters::{self, Reporter},
};

/// Somebody who has the same trouble.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joining {
    /// How to reach them.
    pub contact: Contact,
    /// Their own words; may be empty.
    pub words: String,
    /// Photos that were kept before.
    pub photos: Vec<FileId>,
    /// A key under which the same request may be sent again without joining twice.
    pub key: Option<String>,
}

impl App {
    /// Somebody becomes a reporter of an order; the secret of their own link.
    ///
    /// # Errors
    /// As [`luyuan_domain::orders::Order::join`]; [`AppError::NotFound`] for an order that is not
    /// public, [`AppError::Wrong`] and [`Refusal::TooLong`] for what is wrong with the words,
    /// [`AppError::KeyReused`] when the key was used for another request, [`AppError::Scope`] for a
    /// program whose key is not for placing orders.
    pub async fn join(&self, actor: &Actor, number: &str, joining: Joining) -> Result<String, AppError> {
        self.within(actor, Scope::Place)?;
        check_key(joining.key.as_deref())?;
        let photos = joining.photos;
        self.few_photos(photos.len(), self.env.now())?;
        let (now, words) = (self.env.now(), clean(&joining.words));
        let (length, most) = (words.chars().count(), self.rulebook().on(now)?.max_text());
        if length > most {
            return Err(Refusal::TooLong { field: "description", length, most }.into());
        }
        let body = sha256(format!("{number} {words} {:?} {photos:?}", joining.contact));
        let (about, contact) = joining.contact.about(words)?;
        let replay = joining.key.map(|key| (key, body));
        if let Some((key, body)) = replay.clone()
            && let Some(before) = self.answered(key, &body).await?
        {
            return Ok(before);
        }
        let secret = self.env.secret()?;
        let (id, secret_hash, answer) = (ReporterId(self.env.id()), sha256(&secret), secret.clone());
        let contact = self.closed(id, &contact)?;
        let (app, actor, number, kept) = (self.clone(), actor.clone(), number.to_owned(), replay.clone());
        let written = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let order = find(&mut conn, &j, &Seen { number, version: None }).await?;
                    if order.hidden() {
                        return Err(AppError::NotFound("order"));
                    }
                    let reporter = Reporter { id, order: order.id, secret_hash, joined_at: now, about };
                    let (order, joined) = order.join(id, now)?;
                    let (order, pictured) = picture(order, &photos, now)?;
                    let events: Vec<Event> = std::iter::once(joined).chain(pictured).collect();
                    keep(&mut conn, &app, &actor, &order, &events).await?;
                    reporters::insert(&mut conn, &j, &reporter).await?;
                    if let Some(closed) = contact {
                        contacts::put(&mut conn, &j, id, order.id, &closed, now).await?;
                    }
                    for photo in photos {
                        crate::files::take(&mut conn, &j, photo, order.id).await?;
                    }
                    if let Some((key, body)) = kept {
                        let text = serde_json::to_string(&answer).map_err(|error| AppError::File(error.to_string()))?;
                        idempotency::put(&mut conn, &j, &key, &body, &text, now).await?;
                    }
                    Ok(order)
                })
            })
            .await;
        match (written, replay) {
            (Ok(order), _) => {
                self.tell(&order);
                Ok(secret)
            }
            // The same key at the same moment: the other one was first, its answer is ours.
            (
                Err(error @ (AppError::Store(StoreError::Conflict(_)) | AppError::Refused(Refusal::Stale { .. }))),
                Some((key, body)),
            ) => self.answered(key, &body).await?.ok_or(error),
            (Err(error), _) => Err(error),
        }
    }
}
