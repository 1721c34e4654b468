//! What staff and reporters do with an order: one function per verb.

use super::change::{Seen, find, keep};
use crate::{App, AppError};
use jiff::civil::Date;
use luyuan_domain::{
    actor::{Action, Actor},
    ids::{FileId, OrgId, WhistleId},
    orders::{Ask, Changed, Defer, Diversion, Event, Extend, Order, Refusal, ReplyText, Route},
};
use luyuan_store::reporters;

/// Sending an order to an organisation.
#[derive(Debug, Clone)]
pub struct Routing {
    /// To whom.
    pub to: OrgId,
    /// Why.
    pub reason: String,
}

/// Saying that an order is not for this platform.
#[derive(Debug, Clone)]
pub struct Diverting {
    /// Which reason.
    pub reason: Diversion,
    /// Where the person should turn, in words for them.
    pub note: String,
}

/// Calling a co-handler.
#[derive(Debug, Clone)]
pub struct Whistling {
    /// Whom.
    pub to: OrgId,
    /// What is asked of them.
    pub ask: String,
}

/// Asking for more time.
#[derive(Debug, Clone)]
pub struct Extending {
    /// Why.
    pub reason: String,
}

/// Putting an order on the list of what cannot be solved for now.
#[derive(Debug, Clone)]
pub struct Deferring {
    /// Why.
    pub reason: String,
    /// When it is looked at again.
    pub review_on: Date,
}

/// Saying what was done.
#[derive(Debug, Clone)]
pub struct Replying {
    /// In words for the person.
    pub text: String,
    /// Photos that show it.
    pub files: Vec<FileId>,
}

/// A reporter's answer to a question.
#[derive(Debug, Clone)]
pub struct Answering {
    /// The answer.
    pub text: String,
}

fn one(changed: Changed) -> Result<(Order, Vec<Event>), Refusal> {
    changed.map(|(order, event)| (order, vec![event]))
}

/// Records each photo as an event of its own.
pub(super) fn picture(
    mut order: Order,
    photos: &[FileId],
    now: jiff::Timestamp,
) -> Result<(Order, Vec<Event>), Refusal> {
    let mut events = Vec::with_capacity(photos.len());
    for photo in photos {
        let (next, event) = order.picture(*photo, now)?;
        order = next;
        events.push(event);
    }
    Ok((order, events))
}

impl App {
    /// Sends an order to an organisation (triage, or a superior's decision).
    ///
    /// # Errors
    /// As [`Order::route`]; [`Refusal::UnknownOrg`] for an organisation that is not here.
    pub async fn route(&self, actor: &Actor, seen: &Seen, routing: Routing) -> Result<Order, AppError> {
        self.change(actor, Action::Triage, seen, move |order, context| {
            if context.directory.org(routing.to).is_none() {
                return Err(Refusal::UnknownOrg);
            }
            if routing.reason.trim().is_empty() {
                return Err(Refusal::Empty { field: "reason" });
            }
            one(order.route(Route { to: routing.to, rule: routing.reason }, &context.rules, context.now))
        })
        .await
    }

    /// Says that an order is not for this platform.
    ///
    /// # Errors
    /// As [`Order::divert`].
    pub async fn divert(&self, actor: &Actor, seen: &Seen, diverting: Diverting) -> Result<Order, AppError> {
        self.change(actor, Action::Triage, seen, move |order, context| {
            one(order.divert(diverting.reason, &diverting.note, &context.rules, context.now))
        })
        .await
    }

    /// Accepts an order for the organisation that it was sent to.
    ///
    /// # Errors
    /// As [`Order::accept`].
    pub async fn accept(&self, actor: &Actor, seen: &Seen) -> Result<Order, AppError> {
        self.change(actor, Action::Accept, seen, |order, context| one(order.accept(&context.rules, context.now))).await
    }

    /// Returns an order, with a reason, to the organisation above.
    ///
    /// # Errors
    /// As [`Order::give_back`].
    pub async fn give_back(&self, actor: &Actor, seen: &Seen, reason: String) -> Result<Order, AppError> {
        self.change(actor, Action::Accept, seen, move |order, context| {
            let above = order.state.holder().and_then(|holder| context.directory.above(holder).first().copied());
            one(order.give_back(&reason, above, &context.rules, context.now))
        })
        .await
    }

    /// Records that the reporter was contacted.
    ///
    /// # Errors
    /// As [`Order::contact`].
    pub async fn contact(&self, actor: &Actor, seen: &Seen, note: String) -> Result<Order, AppError> {
        self.change(actor, Action::Handle, seen, move |order, context| {
            one(order.contact(&note, &context.rules, context.now))
        })
        .await
    }

    /// Calls a co-handler (吹哨).
    ///
    /// # Errors
    /// As [`Order::whistle`].
    pub async fn whistle(&self, actor: &Actor, seen: &Seen, whistling: Whistling) -> Result<Order, AppError> {
        let id = WhistleId(self.env.id());
        self.change(actor, Action::Handle, seen, move |order, context| {
            if context.directory.org(whistling.to).is_none() {
                return Err(Refusal::UnknownOrg);
            }
            let ask = Ask { id, to: whistling.to, ask: whistling.ask };
            one(order.whistle(ask, &context.rules, context.now))
        })
        .await
    }

    /// A co-handler reports to the lead (报到).
    ///
    /// # Errors
    /// As [`Order::report`]; only the called organisation may.
    pub async fn report(
        &self,
        actor: &Actor,
        seen: &Seen,
        whistle: WhistleId,
        text: String,
    ) -> Result<Order, AppError> {
        let by = actor.org();
        self.change(actor, Action::Report, seen, move |order, context| {
            let own = order.whistles.iter().any(|open| open.id == whistle && Some(open.to) == by);
            if !own {
                return Err(Refusal::NoWhistle);
            }
            one(order.report(whistle, &text, &context.rules, context.now))
        })
        .await
    }

    /// Extends the handling deadline.
    ///
    /// # Errors
    /// As [`Order::extend`].
    pub async fn extend(&self, actor: &Actor, seen: &Seen, extending: Extending) -> Result<Order, AppError> {
        self.change(actor, Action::Handle, seen, move |order, context| {
            one(order.extend(&Extend { reason: extending.reason }, &context.rules, context.now))
        })
        .await
    }

    /// Puts an order on the list of what cannot be solved for now (挂账); who does so owns the review.
    ///
    /// # Errors
    /// As [`Order::defer`].
    pub async fn defer(&self, actor: &Actor, seen: &Seen, deferring: Deferring) -> Result<Order, AppError> {
        let Actor::Staff { person: owner, .. } = *actor else { return Err(Refusal::NotPermitted.into()) };
        self.change(actor, Action::Handle, seen, move |order, context| {
            let defer = Defer { reason: deferring.reason, review_on: deferring.review_on, owner };
            one(order.defer(defer, &context.rules, context.now))
        })
        .await
    }

    /// Goes on after a deferral.
    ///
    /// # Errors
    /// As [`Order::resume`].
    pub async fn resume(&self, actor: &Actor, seen: &Seen, note: String) -> Result<Order, AppError> {
        self.change(actor, Action::Handle, seen, move |order, context| {
            one(order.resume(&note, &context.rules, context.now))
        })
        .await
    }

    /// Asks the reporters something.
    ///
    /// # Errors
    /// As [`Order::ask`].
    pub async fn ask(&self, actor: &Actor, seen: &Seen, text: String) -> Result<Order, AppError> {
        self.change(actor, Action::Handle, seen, move |order, context| {
            one(order.ask(&text, &context.rules, context.now))
        })
        .await
    }

    /// A reporter answers.
    ///
    /// # Errors
    /// As [`Order::answer`].
    pub async fn answer(&self, actor: &Actor, seen: &Seen, answering: Answering) -> Result<Order, AppError> {
        self.change(actor, Action::Rate, seen, move |order, context| {
            one(order.answer(&answering.text, &context.rules, context.now))
        })
        .await
    }

    /// Says what was done; the reporters are asked whether it is solved.
    ///
    /// # Errors
    /// As [`Order::reply`].
    pub async fn reply(&self, actor: &Actor, seen: &Seen, replying: Replying) -> Result<Order, AppError> {
        let files = replying.files.clone();
        self.change_with(actor, Action::Handle, seen, files, move |order, context| {
            let reply = ReplyText { text: replying.text, files: replying.files };
            one(order.reply(reply, &context.rules, context.now))
        })
        .await
    }

    /// Joins an order with another, which carries on for the reporters of both.
    ///
    /// # Errors
    /// As [`Order::merge`]; [`AppError::NotFound`] for an unknown target.
    pub async fn merge(&self, actor: &Actor, seen: &Seen, target: String) -> Result<Order, AppError> {
        let (app, actor, seen, now) = (self.clone(), actor.clone(), seen.clone(), self.env.now());
        let (merged, target) = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let order = find(&mut conn, &j, &seen).await?;
                    let target = find(&mut conn, &j, &Seen { number: target, version: None }).await?;
                    let context = app.context(&mut conn, &order, now).await?;
                    context.permit(&actor, Action::Merge, &order)?;
                    let words = order.description.clone();
                    let (merged, event) = order.merge(&target, now)?;
                    let (target, absorbed) = target.absorb(merged.id, merged.number.clone(), now)?;
                    keep(&mut conn, &app, &actor, &merged, &[event]).await?;
                    keep(&mut conn, &app, &actor, &target, &[absorbed]).await?;
                    for mut reporter in context.reporters {
                        // Who was moved before keeps the words and the order of their own.
                        if reporter.about.placed.is_none() {
                            reporter.about.placed = Some(merged.id);
                            reporter.about.words.clone_from(&words);
                        }
                        reporters::carry_over(&mut conn, &j, &reporter, target.id).await?;
                    }
                    Ok::<_, AppError>((merged, target))
                })
            })
            .await?;
        self.tell(&merged);
        self.tell(&target);
        Ok(merged)
    }

    /// A reporter or whoever works on the order adds photos that were kept before.
    ///
    /// # Errors
    /// As [`Order::picture`]; [`AppError::Wrong`] with `photo_missing` when there is none.
    pub async fn add_photos(&self, actor: &Actor, seen: &Seen, files: Vec<FileId>) -> Result<Order, AppError> {
        if files.is_empty() {
            return Err(AppError::wrong("photo", "photo_missing", ""));
        }
        let action = if matches!(actor, Actor::Reporter { .. }) { Action::Rate } else { Action::Handle };
        let new = files.clone();
        self.change_with(actor, action, seen, files, move |order, context| picture(order, &new, context.now)).await
    }
}
