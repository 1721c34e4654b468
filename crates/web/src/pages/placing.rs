//! Sending an order. What is unclear (which place, the same trouble as another, the category's own
//! questions, outside the district) is asked on a page of its own that keeps everything typed.

use super::{
    new::{Typed, show},
    row::{Names, Row},
};
use crate::{
    Site,
    fault::{Fault, MOST_BODY, html},
    form::Form,
    i18n::Language,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use luyuan_app::{
    AppError,
    directory::Directory,
    orders::{Contact, Joining, Place, Where},
    streets::StreetAt,
};
use luyuan_domain::{
    catalogue::{Attribute, Category, Datatype},
    orders::{Channel, Kind, Refusal},
    place,
};

/// Most places that are offered to choose from.
const PLACES: usize = 5;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/orders", post(place).layer(DefaultBodyLimit::max(MOST_BODY)))
        .route("/orders/{number}/reporters", post(join))
}

type Hidden = Vec<(&'static str, String)>;

/// A place to choose: code, name, what it lies in, who answers for it. A street has a point instead of
/// a code.
struct Candidate {
    code: String,
    point: Option<(f64, f64)>,
    name: String,
    within: String,
    holder: String,
}

#[derive(Template)]
#[template(path = "which.html")]
struct Which<'a> {
    v: &'a Viewer,
    /// The point is known and lies near a border; otherwise an address names these places.
    border: bool,
    places: Vec<Candidate>,
    hidden: Hidden,
}

#[derive(Template)]
#[template(path = "similar.html")]
struct Similar<'a> {
    v: &'a Viewer,
    rows: Vec<Row<'a>>,
    hidden: Hidden,
}

#[derive(Template)]
#[template(path = "outside.html")]
struct Outside<'a> {
    v: &'a Viewer,
    hidden: Hidden,
}

/// One of the category's own questions with the answer so far.
struct Question<'a> {
    code: &'a str,
    words: &'a str,
    hint: &'a str,
    required: bool,
    /// `text`, `number`, `datetime-local`, `lines`, `one`, `some`.
    input: &'static str,
    answer: String,
    /// Key, words, chosen.
    values: Vec<(&'a str, &'a str, bool)>,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "questions.html")]
struct Questions<'a> {
    v: &'a Viewer,
    category: &'a str,
    questions: Vec<Question<'a>>,
    hidden: Hidden,
}

async fn place(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let mut typed = Typed::from_form(&form);
    let intake = !typed.channel.is_empty() && v.staff.is_some();
    if intake && !v.may("take_in") {
        return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v);
    }
    let nowhere = typed.point().is_none() && typed.place.is_empty() && typed.address.is_empty();
    for photo in form.photos {
        if nowhere
            && typed.lon.is_empty()
            && form.fields.iter().any(|(name, value)| name == "use_position" && value == "1")
            && let Some(at) = site.app.photo_position(&photo)
        {
            (typed.lon, typed.lat) = (at.lon.to_string(), at.lat.to_string());
        }
        match site.app.keep_photo(photo.to_vec(), false).await {
            Ok(id) => typed.photos.push(id.to_string()),
            Err(error) => return again(&site, &v, &typed, intake, error),
        }
    }
    match unclear(&site, &v, &typed).await {
        Ok(None) => {}
        Ok(Some(question)) => return question,
        Err(error) => return Fault::from(error).page(&v),
    }
    let kind = site.app.rulebook().on(v.now).ok().and_then(|day| day.kind(&typed.category)).unwrap_or(Kind::Help);
    let new = Place {
        kind,
        category: typed.category.clone(),
        description: typed.description.clone(),
        at: Where { point: typed.point(), place_code: Some(typed.place.clone()), address: typed.address.clone() },
        channel: if intake { Channel::parse(&typed.channel).unwrap_or(Channel::Phone) } else { Channel::Web },
        private: typed.private == "1",
        attributes: typed.attributes.clone(),
        contact: contact(&typed, &v),
        photos: typed.photo_ids(),
        key: Some(&typed.key).filter(|key| !key.is_empty()).map(|key| format!("web:{key}")),
    };
    let placed = site.app.place(&v.actor(), new).await;
    if placed.is_ok() && !intake {
        confirm(&site, &v).await;
    }
    match placed {
        Ok(placed) if intake => {
            Redirect::to(&format!("/orders/{}?key={}&receipt=1", placed.number, placed.secret)).into_response()
        }
        Ok(placed) => {
            Redirect::to(&format!("/orders/{}?key={}&placed=1", placed.number, placed.secret)).into_response()
        }
        Err(AppError::Outside) => {
            (StatusCode::UNPROCESSABLE_ENTITY, html(&Outside { v: &v, hidden: typed.hidden() })).into_response()
        }
        Err(error) => again(&site, &v, &typed, intake, error),
    }
}

/// Notes that what was left is the person's, if it is what they proved in this browser. The order is
/// placed in any case.
async fn confirm(site: &Site, v: &Viewer) {
    if let Some(resident) = &v.resident
        && let Err(error) = site.app.confirm_contact(&resident.reach).await
    {
        tracing::warn!(%error, "what a resident left could not be noted as theirs");
    }
}

fn contact(typed: &Typed, v: &Viewer) -> Contact {
    Contact {
        name: typed.name.clone(),
        phone: typed.phone.clone(),
        email: typed.email.clone(),
        language: v.language.code().into(),
        unnamed: typed.unnamed == "1",
    }
}

/// The next question that has to be asked before the order can be sent, as a page. What the form
/// itself has to say (no words, no category) comes first, so nothing is asked then.
async fn unclear(site: &Site, v: &Viewer, typed: &Typed) -> Result<Option<Response>, AppError> {
    let day = site.app.rulebook().on(v.now)?;
    let Some(category) = day.category(&typed.category) else { return Ok(None) };
    if typed.description.is_empty() {
        return Ok(None);
    }
    let directory = site.app.directory();
    if typed.place.is_empty() && !typed.was_asked("which") {
        let border = typed.point().is_some();
        let places = match typed.point() {
            Some(at) => contested(&directory, directory.sides(at, day.rules.rules.border_metres)),
            None => directory.named_in(&typed.address, PLACES),
        };
        let mut places: Vec<_> = places.into_iter().take(PLACES).map(|place| candidate(&directory, place)).collect();
        if !border {
            let streets = site.app.streets_in(&typed.address, PLACES).into_iter();
            places.extend(streets.map(|street| on_street(&directory, street)));
            places.truncate(PLACES);
        }
        if !places.is_empty() {
            return Ok(Some(html(&Which { v, border, places, hidden: typed.hidden() })));
        }
    }
    let chosen = directory.place_by_code(&typed.place).and_then(|place| place.centre);
    if let Some(at) = typed.point().or(chosen)
        && !typed.was_asked("similar")
        && directory.locate(at).is_some()
    {
        let found = site.app.similar(at, &typed.category).await?;
        if !found.is_empty() {
            let names = Names::of(&site.app);
            let rows = found.iter().map(|order| Row::of(&names, v, order)).collect();
            return Ok(Some(html(&Similar { v, rows, hidden: typed.hidden() })));
        }
    }
    if !category.attributes.is_empty() && !typed.was_asked("questions") {
        return Ok(Some(html(&questions(v, category, typed, &[]))));
    }
    Ok(None)
}

/// The places of both sides of a border, if different organisations answer for them.
fn contested<'a>(directory: &Directory, sides: Vec<&'a place::Place>) -> Vec<&'a place::Place> {
    let mut holders: Vec<_> = sides.iter().map(|place| directory.chain(place.id).lowest()).collect();
    holders.dedup();
    if holders.len() > 1 { sides } else { Vec::new() }
}

fn candidate(directory: &Directory, place: &place::Place) -> Candidate {
    let path = directory.path(place.id);
    // The district is every place's; it tells none from another.
    let upper: Vec<_> = path.iter().skip(1).rev().skip(1).map(|upper| upper.name.as_str()).collect();
    let holder = directory.chain(place.id).lowest().map(|org| directory.org_name(org)).unwrap_or_default();
    Candidate { code: place.code.clone(), point: None, name: place.name.clone(), within: upper.join(" › "), holder }
}

/// A street as a choice: the point in its middle, with who answers for what lies there.
fn on_street(directory: &Directory, street: StreetAt) -> Candidate {
    let point = Some((street.at.lon, street.at.lat));
    let Some(place) = directory.locate(street.at) else {
        return Candidate {
            code: String::new(),
            point,
            name: street.name,
            within: String::new(),
            holder: String::new(),
        };
    };
    let around = candidate(directory, place);
    let within = [around.within.as_str(), place.name.as_str()].into_iter().filter(|part| !part.is_empty());
    let within = within.collect::<Vec<_>>().join(" › ");
    Candidate { code: String::new(), point, name: street.name, within, holder: around.holder }
}

fn questions<'a>(v: &'a Viewer, category: &'a Category, typed: &Typed, wrong: &[(String, String)]) -> Questions<'a> {
    let zh = v.language == Language::Zh;
    let of = |attribute: &'a Attribute| {
        let given = typed.attributes.iter().find(|(code, _)| *code == attribute.code);
        let given = given.map(|(_, values)| values.as_slice()).unwrap_or_default();
        let value = |choice: &'a luyuan_domain::catalogue::Choice| {
            let words = if zh { &choice.zh } else { &choice.en };
            (choice.key.as_str(), words.as_str(), given.contains(&choice.key))
        };
        Question {
            code: &attribute.code,
            words: if zh { &attribute.zh } else { &attribute.en },
            hint: if zh { &attribute.hint_zh } else { &attribute.hint_en },
            required: attribute.required,
            input: match attribute.datatype {
                Datatype::String => "text",
                Datatype::Number => "number",
                Datatype::Datetime => "datetime-local",
                Datatype::Text => "lines",
                Datatype::SingleValueList => "one",
                Datatype::MultiValueList => "some",
            },
            answer: given.first().cloned().unwrap_or_default(),
            values: attribute.values.iter().map(value).collect(),
            wrong: wrong.iter().find(|(field, _)| *field == attribute.code).map(|(_, sentence)| sentence.clone()),
        }
    };
    let words = if zh { &category.zh } else { &category.en };
    Questions { v, category: words, questions: category.attributes.iter().map(of).collect(), hidden: typed.hidden() }
}

/// The form again, with what was typed and what is wrong.
fn again(site: &Site, v: &Viewer, typed: &Typed, intake: bool, error: AppError) -> Response {
    let fault = Fault::from(error);
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(v);
    }
    let mut typed = typed.clone();
    // The old key stands for what was refused.
    typed.key = site.app.env.secret().unwrap_or_default();
    let sentences = fault.sentences(v);
    let day = site.app.rulebook().on(v.now).ok();
    if let Some(category) = day.as_ref().and_then(|day| day.category(&typed.category))
        && category.attributes.iter().any(|attribute| sentences.iter().any(|(field, _)| *field == attribute.code))
    {
        return (fault.status, html(&questions(v, category, &typed, &sentences))).into_response();
    }
    (fault.status, show(site, v, &typed, intake, sentences)).into_response()
}

/// "Me too": one more person behind an order that is there.
async fn join(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let typed = Typed::from_form(&form);
    let key = Some(&typed.key).filter(|key| !key.is_empty()).map(|key| format!("join:{number}:{key}"));
    let joining =
        Joining { contact: contact(&typed, &v), words: typed.description.clone(), photos: typed.photo_ids(), key };
    match site.app.join(&v.actor(), &number, joining).await {
        Ok(secret) => {
            confirm(&site, &v).await;
            Redirect::to(&format!("/orders/{number}?key={secret}&joined=1")).into_response()
        }
        Err(error) => Fault::from(error).page(&v),
    }
}
