//! Placing an order: found its place, found its chain, sent to the lowest responsible organisation.

use crate::{App, AppError, Wrong, env::sha256};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor, Subject, may},
    catalogue::{AttributeProblem, Category, Datatype, validate_attributes},
    contact::ContactData,
    geo::Wgs84,
    ids::{FileId, OrderId, OrgId, PlaceId, ReporterId},
    orders::{Channel, Draft, Event, Kind, Limits, Location, Order, Refusal, clean},
    roles::Scope,
};
use luyuan_store::{
    Conn, StoreError, contacts, idempotency,
    orders::{self, Index},
    reporters::{About, Reporter},
};
use serde::{Deserialize, Serialize};

/// Where somebody says that it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Where {
    /// The point on the map.
    pub point: Option<Wgs84>,
    /// The code of a place (compound, building) that was chosen by name or by its QR code; also the
    /// answer to "which side of the border".
    pub place_code: Option<String>,
    /// Words for it.
    pub address: String,
}

/// How to reach the person; all of it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Language to write to them in.
    pub language: String,
    /// The organisation that handles the order is not to know who they are.
    pub unnamed: bool,
}

impl Contact {
    /// What is kept of a person, with their own words, and how to reach them: cleaned, each no longer
    /// than a line.
    ///
    /// # Errors
    /// [`AppError::Wrong`] naming each field that is too long.
    pub(super) fn about(&self, words: String) -> Result<(About, ContactData), AppError> {
        let fields = [("name", &self.name), ("phone", &self.phone), ("email", &self.email)];
        let long = fields.into_iter().filter(|(_, text)| text.chars().count() > Limits::ADDRESS);
        let wrong: Vec<Wrong> = long
            .map(|(field, _)| Wrong { field: field.into(), code: "too_long", detail: Limits::ADDRESS.to_string() })
            .collect();
        if !wrong.is_empty() {
            return Err(AppError::Wrong(wrong));
        }
        let data = ContactData { name: clean(&self.name), phone: clean(&self.phone), email: clean(&self.email) };
        let about = About { language: self.language.clone(), words, unnamed: self.unnamed, ..About::default() };
        Ok((about, data))
    }
}

/// An order as a front door hands it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What the person wants.
    pub kind: Kind,
    /// Category code.
    pub category: String,
    /// The person's own words.
    pub description: String,
    /// Where.
    pub at: Where,
    /// How it arrived.
    pub channel: Channel,
    /// Not to be shown to the public.
    pub private: bool,
    /// Answers to the category's own questions.
    pub attributes: Vec<(String, Vec<String>)>,
    /// How to reach the person.
    pub contact: Contact,
    /// Photos that were kept before.
    pub photos: Vec<FileId>,
    /// A key under which the same request may be sent again without placing it twice.
    pub key: Option<String>,
}

/// What the person gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// The secret of the link with which it is followed and rated.
    pub secret: String,
    /// The organisation that is to accept it.
    pub to: Option<OrgId>,
}

impl App {
    /// Places an order and sends it on its way.
    ///
    /// # Errors
    /// [`AppError::Outside`] for a point outside the district, [`AppError::Refused`] and
    /// [`AppError::Wrong`] for what is wrong with it, [`AppError::KeyReused`] when the key was used
    /// for another request. Nothing is kept then.
    pub async fn place(&self, actor: &Actor, new: Place) -> Result<Placed, AppError> {
        self.within(actor, Scope::Place)?;
        let own = matches!(new.channel, Channel::Web | Channel::Open311 | Channel::Api);
        let action = if own { Action::Place } else { Action::TakeIn };
        if !may(actor, action, &Subject::default()) {
            return Err(Refusal::NotPermitted.into());
        }
        let new = Place { key: new.key.map(row_key), ..new };
        let now = self.env.now();
        check_key(new.key.as_deref())?;
        self.few_photos(new.photos.len(), now)?;
        let replay = match new.key.clone() {
            Some(key) => Some((key, self.print(&new).await?)),
            None => None,
        };
        if let Some((key, body)) = &replay
            && let Some(before) = self.answered(key.clone(), body).await?
        {
            return Ok(before);
        }
        let (about, contact) = new.contact.about(String::new())?;
        let Prepared { order, events, index, place_chain } = self.prepare(&new, now).await?;
        let secret = self.env.secret()?;
        let reporter = Reporter {
            id: ReporterId(self.env.id()),
            order: order.id,
            secret_hash: sha256(&secret),
            joined_at: now,
            about,
        };
        let reachable = !contact.email.is_empty();
        let contact = self.closed(reporter.id, &contact)?;
        // Somebody placed it; the dispatch list sent it on. Made ready here, because there is one writer.
        let by = std::iter::once(actor).chain(std::iter::repeat(&Actor::System));
        let told = self.told(&order, &events, reachable);
        let ready = orders::Ready::new(&order, index, &by.zip(events).collect::<Vec<_>>())?;
        let placed = Placed { id: order.id, number: order.number.clone(), secret, to: place_chain };
        let (j, answer, photos) = (self.jurisdiction.clone(), placed.clone(), new.photos);
        let sent_again = replay.clone();
        let written = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    orders::insert_placed(&mut conn, &j, &ready, &reporter, (&told.notices, told.job.as_ref())).await?;
                    if let Some(closed) = contact {
                        contacts::put(&mut conn, &j, reporter.id, answer.id, &closed, now).await?;
                    }
                    for photo in photos {
                        crate::files::take(&mut conn, &j, photo, answer.id).await?;
                    }
                    if let Some((key, body)) = replay {
                        let text = serde_json::to_string(&answer).map_err(|error| AppError::File(error.to_string()))?;
                        idempotency::put(&mut conn, &j, &key, &body, &text, now).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await;
        match written.clone() {
            Ok(()) => {}
            // The same key at the same moment: the other one was first, its answer is ours. It may
            // have taken the photos, too.
            Err(AppError::Store(StoreError::Conflict(_)) | AppError::Wrong(_)) if sent_again.is_some() => {
                let (key, body) = sent_again.unwrap_or_default();
                return match self.answered(key, &body).await? {
                    Some(placed) => Ok(placed),
                    None => Err(written.err().unwrap_or(AppError::KeyReused)),
                };
            }
            Err(error) => return Err(error),
        }
        self.tell(&order);
        Ok(placed)
    }

    /// Applies the pure rules: what would be kept.
    pub(crate) async fn prepare(&self, new: &Place, now: Timestamp) -> Result<Prepared, AppError> {
        let directory = self.directory();
        let rules = self.rulebook().on(now)?;
        let category =
            rules.category(&new.category).ok_or_else(|| Refusal::UnknownCategory { code: new.category.clone() })?;
        let attributes = answers(category, &new.attributes)?;
        let place = self.find_place(&new.at, rules.rules.rules.border_metres)?;
        let draft = Draft {
            kind: new.kind,
            category: new.category.clone(),
            urgency: category.urgency,
            description: new.description.clone(),
            location: Location {
                point: new.at.point.or_else(|| place.and_then(|place| directory.place(place)?.centre)),
                place,
                address: new.at.address.clone(),
            },
            channel: new.channel,
            private: new.private,
            attributes,
        };
        // Checked before a number is taken, so that refused requests leave no gaps.
        let id = OrderId(self.env.id());
        let (mut order, first) = Order::place(draft, id, String::new(), &rules, now)?;
        let year = luyuan_domain::orders::Timetable::date(&rules, now).year();
        let number = self.env.number(&self.db, &self.jurisdiction, &format!("orders-{year}")).await?;
        order.number = format!("{year}-{number:06}");
        let mut events = vec![first];
        let chain = place.map(|place| directory.chain(place)).unwrap_or_default();
        let mut to = None;
        if let Some(route) = rules.route(&new.category, &chain, &directory) {
            to = Some(route.to);
            let (routed, event) = order.route(route, &rules, now)?;
            order = routed;
            events.push(event);
        }
        let place_code =
            place.and_then(|place| directory.place(place)).map(|place| place.code.clone()).unwrap_or_default();
        let search = luyuan_analysis::text::bigrams(&format!(
            "{} {} {}",
            order.number, order.description, order.location.address
        ));
        Ok(Prepared { order, events, index: Index { place_code, search, source: None }, place_chain: to })
    }

    /// What tells whether two requests under one key are the same. Photos count by what they show: a
    /// program that sends them again gets new ids for them.
    async fn print(&self, new: &Place) -> Result<String, AppError> {
        let (j, photos) = (self.jurisdiction.clone(), new.photos.clone());
        let shown = self.db.read(move |mut conn| {
            Box::pin(async move {
                let mut shown = Vec::new();
                for photo in photos {
                    shown.extend(luyuan_store::files::get(&mut conn, &j, photo).await?.map(|row| row.sha256));
                }
                Ok::<_, StoreError>(shown)
            })
        });
        let shown = if new.photos.is_empty() { Vec::new() } else { shown.await? };
        let plain = Place { key: None, photos: Vec::new(), ..new.clone() };
        Ok(sha256(format!("{plain:?}{shown:?}")))
    }

    /// The lowest place meant: what was chosen by name, unless the point lies deeper inside it.
    fn find_place(&self, at: &Where, gap: f64) -> Result<Option<PlaceId>, AppError> {
        let directory = self.directory();
        let chosen = match at.place_code.as_deref().filter(|code| !code.is_empty()) {
            Some(code) => {
                Some(directory.place_by_code(code).ok_or_else(|| AppError::wrong("place", "unknown_place", code))?.id)
            }
            None => None,
        };
        let located = at.point.and_then(|point| directory.locate_near(point, gap)).map(|place| place.id);
        match (chosen, located) {
            (Some(chosen), Some(located)) => {
                let inside = directory.path(located).iter().any(|place| place.id == chosen);
                Ok(Some(if inside { located } else { chosen }))
            }
            (Some(chosen), None) => Ok(Some(chosen)),
            (None, Some(located)) => Ok(Some(located)),
            (None, None) if at.point.is_some() => Err(AppError::Outside),
            (None, None) => Ok(None),
        }
    }

    /// What was answered to the same request before.
    pub(super) async fn answered<T: serde::de::DeserializeOwned>(
        &self,
        key: String,
        body: &str,
    ) -> Result<Option<T>, AppError> {
        let Some((before, answer)) = self.kept_answer(key).await? else { return Ok(None) };
        if before != body {
            return Err(AppError::KeyReused);
        }
        let answer = serde_json::from_str(&answer);
        answer.map(Some).map_err(|_| StoreError::corrupt("idempotency", "answer", "").into())
    }

    /// Refuses more photos than the rules allow at one time.
    pub(super) fn few_photos(&self, count: usize, now: Timestamp) -> Result<(), AppError> {
        let most = self.rulebook().on(now)?.rules.rules.max_photos;
        if count > most { Err(AppError::wrong("photo", "photos_many", most.to_string())) } else { Ok(()) }
    }

    async fn kept_answer(&self, key: String) -> Result<Option<(String, String)>, AppError> {
        let j = self.jurisdiction.clone();
        let found = self
            .db
            .read(move |mut conn: Conn<'_>| Box::pin(async move { idempotency::get(&mut conn, &j, &key).await }));
        found.await.map_err(AppError::Store)
    }
}

/// An order ready to be kept.
pub(crate) struct Prepared {
    pub order: Order,
    pub events: Vec<Event>,
    pub index: Index,
    pub place_chain: Option<OrgId>,
}

/// Refuses a key that no database could index: 1 to 255 characters that can be seen.
pub(super) fn check_key(key: Option<&str>) -> Result<(), AppError> {
    let fits = |key: &str| (1..=600).contains(&key.len()) && !key.chars().any(char::is_control);
    if key.is_none_or(fits) { Ok(()) } else { Err(AppError::wrong("key", "key_bad", "")) }
}

/// The answers to a category's own questions, checked; one wrong field for each that is refused,
/// named by the question's code.
fn answers(category: &Category, given: &[(String, Vec<String>)]) -> Result<Vec<(String, Vec<String>)>, AppError> {
    let kept = validate_attributes(&category.attributes, given).map_err(|wrong| {
        let each = wrong.into_iter().map(|error| {
            let asked = category.attributes.iter().find(|attribute| attribute.code == error.attribute);
            let most = asked.map_or(Datatype::Text, |attribute| attribute.datatype).longest();
            let detail = if error.problem == AttributeProblem::TooLong { most.to_string() } else { String::new() };
            Wrong { field: error.attribute, code: error.problem.code(), detail }
        });
        AppError::Wrong(each.collect())
    })?;
    Ok(kept.into_iter().map(|value| (value.code, value.values)).collect())
}

/// A key as it is kept: a database's index holds no key of any length.
pub(crate) fn row_key(key: String) -> String {
    const MOST: usize = 256;
    if key.len() > MOST { sha256(key) } else { key }
}
