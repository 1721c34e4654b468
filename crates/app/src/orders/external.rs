//! What other platforms add to orders that they know too.

use super::{
    Seen,
    change::{find, keep},
    place::row_key,
};
use crate::{App, AppError, env::sha256};
use luyuan_domain::{
    actor::{Action, Actor},
    orders::{Note, Refusal},
    roles::Scope,
};
use luyuan_store::idempotency;

/// How often a note is tried again when somebody else changes the order at the same moment.
const TRIES: usize = 5;

/// A note as a front door hands it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Noting {
    /// The order's number.
    pub number: String,
    /// What is added. Its key names it: the same note under the same key is added once.
    pub note: Note,
}

/// The name of something that happened to an order, the same for ever.
pub fn event_name(number: &str, seq: i64) -> String {
    format!("{number}.{seq}")
}

impl App {
    /// Adds another platform's note to an order that the public may see; the name of the event. Sent
    /// again under the same key it is not added again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an order that is not there or hidden, [`AppError::KeyReused`] when
    /// the key stands for another note, [`AppError::Refused`] as [`luyuan_domain::orders::Order::note`].
    pub async fn note(&self, actor: &Actor, noting: Noting) -> Result<String, AppError> {
        self.within(actor, Scope::UpdateStatus)?;
        // A note leans on nothing that somebody else may have changed meanwhile: it is tried again.
        for _ in 0..TRIES {
            match self.note_once(actor, noting.clone()).await {
                Err(AppError::Refused(Refusal::Stale { .. })) => {}
                done => return done,
            }
        }
        self.note_once(actor, noting).await
    }

    async fn note_once(&self, actor: &Actor, noting: Noting) -> Result<String, AppError> {
        let (app, actor, now) = (self.clone(), actor.clone(), self.env.now());
        let done = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let Noting { number, note } = noting;
                    let order = find(&mut conn, &j, &Seen { number, version: None }).await?;
                    let context = app.context(&mut conn, &order, now).await?;
                    context.permit(&actor, Action::Note, &order)?;
                    if order.hidden() {
                        return Err(AppError::NotFound("order"));
                    }
                    let Actor::Integrator { label, .. } = &actor else { return Err(Refusal::NotPermitted.into()) };
                    let key = row_key(format!("note:{label}:{}", note.key));
                    let mut prints = Vec::new();
                    for file in &note.files {
                        prints.extend(luyuan_store::files::get(&mut conn, &j, *file).await?.map(|row| row.sha256));
                    }
                    let body =
                        sha256(format!("{}{:?}{prints:?}", order.number, Note { files: Vec::new(), ..note.clone() }));
                    if let Some((before, answer)) = idempotency::get(&mut conn, &j, &key).await? {
                        return if before == body { Ok((answer, None)) } else { Err(AppError::KeyReused) };
                    }
                    let files = note.files.clone();
                    let (order, event) = order.note(note, &context.rules, now)?;
                    keep(&mut conn, &app, &actor, &order, std::slice::from_ref(&event)).await?;
                    for file in files {
                        crate::files::take(&mut conn, &j, file, order.id).await?;
                    }
                    let name = event_name(&order.number, event.seq);
                    idempotency::put(&mut conn, &j, &key, &body, &name, now).await?;
                    Ok::<_, AppError>((name, Some(order)))
                })
            })
            .await;
        let (name, changed) = done?;
        if let Some(order) = changed {
            self.tell(&order);
        }
        Ok(name)
    }
}
