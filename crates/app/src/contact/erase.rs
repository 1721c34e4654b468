//! Erasing what is known of a reporter, at their request.

use crate::{
    App, AppError,
    orders::{Detail, Seen, find, keep},
};
use luyuan_domain::{
    actor::{Action, Actor},
    ids::ReporterId,
    orders::{Order, Refusal, What},
    telling::Recipient,
};
use luyuan_store::{
    StoreError, audit, contacts,
    events::{self, Recorded},
    files::{self, FileRow},
    orders, pushes,
    reporters::{self, Reporter},
};

/// What is to be erased; how to reach the person goes always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erasing {
    /// What they wrote, and their photos, too.
    pub words: bool,
}

/// An event whose words go.
struct Bare {
    seq: i64,
    what: What,
}

/// The events of an order that hold words of a reporter; `alone`: nobody else is behind the order,
/// `first`: they placed it.
fn theirs(detail: &Detail, reporter: ReporterId, alone: bool) -> Vec<Bare> {
    let mut rated = None;
    let mut found = Vec::new();
    for event in detail.events.iter() {
        if let What::Rated { reporter, .. } = event.what {
            rated = Some(reporter);
        }
        let own = match &event.what {
            What::Rated { reporter: by, .. } => *by == reporter,
            What::Answered { .. } => event.actor == Actor::Reporter { id: reporter } || alone,
            What::Reopened { .. } | What::Supervised { .. } => rated == Some(reporter),
            What::Contacted { .. } => alone,
            _ => false,
        };
        if let Some(what) = event.what.without_words().filter(|_| own) {
            found.push(Bare { seq: event.seq, what });
        }
    }
    found
}

impl App {
    /// Erases how to reach a reporter, and what they wrote if they want that; the order, its way, its
    /// times and ratings stay. May be called again after it was cut short.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] unless it is their own report, or the actor may call them back (who
    /// asks in writing or by telephone is served by staff); [`Refusal::WrongState`] for words of an
    /// order that has not ended; as the log and the database say.
    pub async fn erase(
        &self,
        actor: &Actor,
        number: &str,
        reporter: ReporterId,
        erasing: Erasing,
    ) -> Result<Order, AppError> {
        let detail = self.order(&Actor::System, number, None).await?;
        let found = detail.reporters.iter().find(|held| held.id == reporter);
        let held = found.cloned().ok_or(AppError::NotFound("reporter"))?;
        let own = *actor == Actor::Reporter { id: reporter };
        if !own && !self.may_about(actor, Action::CallBack, &detail.order) {
            return Err(Refusal::NotPermitted.into());
        }
        if erasing.words && !detail.order.state.ended() {
            return Err(Refusal::WrongState { action: "erase", state: detail.order.state.code() }.into());
        }
        let alone = detail.reporters.len() == 1;
        let first = detail.reporters.first().is_some_and(|first| first.id == reporter);
        let bare = if erasing.words { theirs(&detail, reporter, alone) } else { Vec::new() };
        self.erase_from_log(&detail, &bare, erasing.words && first).await?;
        self.keep_erased(actor, detail, held, erasing, (bare, first)).await
    }

    /// The log first: from then on the words may be taken out of the events.
    async fn erase_from_log(&self, detail: &Detail, bare: &[Bare], described: bool) -> Result<(), AppError> {
        // The first entry commits to the order's own words.
        let mut seqs: Vec<i64> = bare.iter().map(|one| one.seq).collect();
        seqs.extend(detail.events.first().map(|event| event.seq).filter(|_| described));
        if seqs.is_empty() {
            return Ok(());
        }
        self.seal().await?;
        for seq in seqs {
            match self.erase_sealed(detail.order.id, seq, "at the reporter's request").await {
                // Done before, by a call that was cut short.
                Ok(()) | Err(AppError::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn keep_erased(
        &self,
        actor: &Actor,
        detail: Detail,
        mut held: Reporter,
        erasing: Erasing,
        (bare, first): (Vec<Bare>, bool),
    ) -> Result<Order, AppError> {
        let (now, words, app) = (self.env.now(), erasing.words, self.clone());
        let entry = self.entry(actor, "erased", &detail.order.number, if words { "words" } else { "contact" });
        let photos: Vec<FileRow> =
            detail.files.iter().filter(|file| words && first && !file.evidence).cloned().collect();
        let (actor, gone) = (actor.clone(), photos.clone());
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                let j = app.jurisdiction.clone();
                contacts::forget(&mut conn, &j, held.id).await?;
                // Their browsers are a way to reach them too.
                pushes::remove(&mut conn, &j, Recipient::Reporter(held.id), None).await?;
                held.about.erased_at = Some(now);
                if words {
                    held.about.words.clear();
                    if let Some((_, rating)) = &mut held.about.rating {
                        rating.comment.clear();
                    }
                }
                reporters::update(&mut conn, &j, &held).await?;
                let said: Vec<&str> = detail.events.iter().filter_map(|event| said(event, &bare)).collect();
                let seen = Seen { number: detail.order.number.clone(), version: None };
                let order = find(&mut conn, &j, &seen).await?;
                let (order, event) = order.erase(held.id, words, first, &said, now)?;
                keep(&mut conn, &app, &actor, &order, &[event]).await?;
                for one in &bare {
                    events::put_bare(&mut conn, &j, order.id, one.seq, &one.what).await?;
                }
                if words && first {
                    let text = format!("{} {}", order.number, order.location.address);
                    orders::set_search(&mut conn, &j, order.id, &luyuan_analysis::text::bigrams(&text)).await?;
                }
                for photo in &gone {
                    files::remove(&mut conn, &j, photo.id).await?;
                }
                audit::add(&mut conn, &app.rules_of, &entry).await?;
                Ok::<_, AppError>(order)
            })
        });
        let order = done.await?;
        // After the rows: a crash in between leaves bytes that no row names, and the doctor finds them.
        for photo in photos {
            self.drop_bytes(&photo.sha256).await?;
            if let Some(small) = &photo.small {
                self.drop_bytes(small).await?;
            }
        }
        self.tell(&order);
        Ok(order)
    }
}

/// What was answered in an event whose words go.
fn said<'e>(event: &'e Recorded, bare: &[Bare]) -> Option<&'e str> {
    match &event.what {
        What::Answered { text } if bare.iter().any(|one| one.seq == event.seq) => Some(text),
        _ => None,
    }
}
