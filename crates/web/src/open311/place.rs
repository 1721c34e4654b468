//! Posting a request: an order by another program.

use super::{
    Answer,
    body::{self, Form},
    call::Call,
    errors::Errors,
    record::MEDIA,
    reply::Node,
    requests::point,
};
use axum::{extract::Request, http::StatusCode};
use luyuan_app::{
    orders::{Contact, Place, Where},
    tokens::Given,
};
use luyuan_domain::{actor::Actor, ids::FileId, orders::Channel};

/// What FixMyStreet sends for a place that was not pointed at.
const NOT_POINTED: &str = "#NOTPINPOINTED#";

/// Reads a body and finds out who sends it, in this order: without a right key nothing else is said.
pub(super) async fn open(call: &Call, request: Request) -> Result<(Actor, Form), Errors> {
    let form = body::read(request).await;
    let actor = call.actor(form.as_ref().ok().map(|form| &form.fields)).await?;
    let form = form.map_err(|key| call.bad(key, ""))?;
    call.check_jurisdiction(&form.fields)?;
    Ok((actor, form))
}

/// Addresses of pictures are links that a person may follow.
pub(super) fn check_media(call: &Call, media: &[String]) -> Result<(), Errors> {
    let link = |address: &String| {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        rest.is_some_and(|rest| !rest.is_empty() && !address.contains(|letter: char| letter.is_whitespace()))
    };
    if media.iter().all(link) { Ok(()) } else { Err(call.bad("open311-link", "media_url")) }
}

/// Keeps the pictures that came along.
pub(super) async fn keep_files(call: &Call, files: Vec<axum::body::Bytes>) -> Result<Vec<FileId>, Errors> {
    let most = call.day()?.rules.rules.max_photos;
    if files.len() > most {
        return Err(call.bad_with("open311-too-many", "media", most));
    }
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        kept.push(call.app().keep_photo(file.to_vec(), false).await.map_err(|error| call.failed(error))?);
    }
    Ok(kept)
}

/// Places an order.
pub(super) async fn place(call: &Call, request: Request) -> Result<Answer, Errors> {
    let (actor, form) = open(call, request).await?;
    let fields = &form.fields;
    let mut wrong = Vec::new();
    let day = call.day()?;
    let code = fields.get("service_code").unwrap_or_default();
    let category = day.category(code);
    match (code, category) {
        ("", _) => wrong.push(call.bad("open311-required", "service_code")),
        (_, None) => {
            let sentence = call.language.with("open311-no-service", &[("detail", code)]);
            wrong.push(Errors::new(StatusCode::NOT_FOUND, sentence));
        }
        _ => {}
    }
    let point = point(call, fields).unwrap_or_else(|error| {
        wrong.push(error);
        None
    });
    let address = fields.get("address_string").unwrap_or_default();
    let place = fields.get("address_id").filter(|id| *id != NOT_POINTED);
    if ["lat", "long", "address_string"].iter().all(|name| fields.get(name).is_none()) && place.is_none() {
        wrong.push(call.bad("open311-location", "lat, long"));
    }
    let media = form.media();
    wrong.extend(check_media(call, &media).err());
    Errors::all(wrong)?;
    let Some(category) = category else { return Err(call.missing()) };

    let mut attributes = form.attributes();
    attributes.retain(|(code, _)| code != MEDIA);
    if !media.is_empty() {
        attributes.push((MEDIA.to_owned(), media));
    }
    let contact = contact(call, &form);
    // The standard leaves the description out when the service says it all.
    let description = fields.get("description").unwrap_or(&category.zh).to_owned();
    let key = call.header("idempotency-key").map(|key| format!("open311:{actor:?}:{key}"));
    let account = fields.get("account_id").map(str::to_owned);
    let mut new = Place {
        kind: category.kind,
        category: category.code.clone(),
        description,
        at: Where { point, place_code: place.map(str::to_owned), address: address.to_owned() },
        channel: Channel::Open311,
        private: false,
        attributes,
        contact,
        photos: Vec::new(),
        key,
    };
    new.photos = keep_files(call, form.files).await?;
    let given = call.app().place_for_program(&actor, new).await.map_err(|error| call.failed(error))?;
    let (identity, notice) = match given {
        Given::Number(placed) => {
            let mut notice = match placed.to.map(|org| call.app().directory().org_name(org)) {
                Some(to) => call.language.with("open311-placed", &[("detail", &to)]),
                None => call.language.t("open311-taken").to_owned(),
            };
            if let Some(site) = &call.endpoint.site {
                let link = format!("{site}/orders/{}?key={}", placed.number, placed.secret);
                notice = format!("{notice} {}", call.language.with("open311-follow", &[("detail", &link)]));
            }
            (Some(("service_request_id", placed.number)), notice)
        }
        Given::Token(token) => (Some(("token", token)), call.language.t("open311-token").to_owned()),
        Given::Nothing => (None, call.language.t("open311-nothing").to_owned()),
    };
    let mut elements: Vec<_> = identity.into_iter().map(|(name, value)| (name, Node::text(value))).collect();
    elements.push(("service_notice", Node::text(notice)));
    elements.push(("account_id", Node::maybe(account)));
    Ok(Answer::tree("service_requests", Node::List("request", vec![Node::Map(elements)])))
}

/// How to reach the person. Chinese names are written without a space, the family's name first.
fn contact(call: &Call, form: &Form) -> Contact {
    let get = |name: &str| form.fields.get(name).filter(|value| *value != "-").unwrap_or_default().to_owned();
    let (first, last) = (get("first_name"), get("last_name"));
    let name = if first.is_ascii() && last.is_ascii() { format!("{first} {last}") } else { format!("{last}{first}") };
    Contact {
        name: name.trim().to_owned(),
        phone: get("phone"),
        email: get("email"),
        language: call.language.code().into(),
        ..Contact::default()
    }
}
