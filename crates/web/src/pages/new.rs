//! Placing an order: one form, one question a step. What is unclear (similar orders, outside the
//! district) is asked on a page that keeps everything that was typed.

use super::row::Row;
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    i18n::Language,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{
    AppError,
    orders::{Contact, Place, Where},
};
use luyuan_domain::{
    geo::Wgs84,
    ids::FileId,
    orders::{Channel, Kind},
};
use serde::Deserialize;

/// Most bytes of a form with its photos.
const MOST: usize = 64 * 1024 * 1024;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/orders/new", get(ask))
        .route("/work/intake", get(intake))
        .route("/orders", post(place).layer(DefaultBodyLimit::max(MOST)))
        .route("/orders/{number}/reporters", post(join))
}

/// What was typed so far.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub place: String,
    pub address: String,
    pub lat: String,
    pub lon: String,
    pub category: String,
    pub description: String,
    pub name: String,
    pub phone: String,
    pub email: String,
    pub channel: String,
    pub private: String,
    pub key: String,
    /// Photos kept already.
    #[serde(skip)]
    pub photos: Vec<String>,
}

impl Typed {
    fn from_form(form: &Form) -> Self {
        let get = |name: &str| form.get(name).to_owned();
        Self {
            place: get("place"),
            address: get("address"),
            lat: get("lat"),
            lon: get("lon"),
            category: get("category"),
            description: get("description"),
            name: get("name"),
            phone: get("phone"),
            email: get("email"),
            channel: get("channel"),
            private: get("private"),
            key: get("key"),
            photos: form.all("photo_id").map(str::to_owned).collect(),
        }
    }

    fn point(&self) -> Option<Wgs84> {
        Wgs84::new(self.lon.parse().ok()?, self.lat.parse().ok()?)
    }

    /// Everything typed, as hidden fields of a form that asks one more thing.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("place", self.place.clone()),
            ("address", self.address.clone()),
            ("lat", self.lat.clone()),
            ("lon", self.lon.clone()),
            ("category", self.category.clone()),
            ("description", self.description.clone()),
            ("name", self.name.clone()),
            ("phone", self.phone.clone()),
            ("email", self.email.clone()),
            ("channel", self.channel.clone()),
            ("private", self.private.clone()),
            ("key", self.key.clone()),
        ];
        fields.extend(self.photos.iter().map(|id| ("photo_id", id.clone())));
        fields
    }
}

/// A heading with its categories: code, words.
struct Heading {
    code: String,
    words: String,
    plain: Vec<(String, String)>,
    more: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "new.html")]
struct New<'a> {
    v: &'a Viewer,
    typed: &'a Typed,
    chosen_place: String,
    headings: Vec<Heading>,
    intake: bool,
    wrong: Vec<(String, String)>,
    max_text: usize,
    max_photos: usize,
}

impl New<'_> {
    fn wrong_with(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }
}

fn show(site: &Site, v: &Viewer, typed: &Typed, intake: bool, wrong: Vec<(String, String)>) -> Response {
    let day = match site.app.rulebook().on(v.now) {
        Ok(day) => day,
        Err(error) => return Fault::from(error).page(v),
    };
    let zh = v.language == Language::Zh;
    let headings = day.catalogue.group.iter().map(|group| {
        let own = |plain: bool| {
            let fitting = day
                .catalogue
                .category
                .iter()
                .filter(|category| category.group == group.code && category.plain == plain);
            fitting.map(|c| (c.code.clone(), if zh { c.zh.clone() } else { c.en.clone() })).collect()
        };
        let words = if zh { group.zh.clone() } else { group.en.clone() };
        Heading { code: group.code.clone(), words, plain: own(true), more: own(false) }
    });
    let chosen_place =
        site.app.directory().place_by_code(&typed.place).map(|place| place.name.clone()).unwrap_or_default();
    let rules = &day.rules.rules;
    let page = New {
        v,
        typed,
        chosen_place,
        headings: headings.collect(),
        intake,
        wrong,
        max_text: rules.max_text,
        max_photos: rules.max_photos,
    };
    html(&page)
}

async fn ask(State(site): State<Site>, v: Viewer, Query(mut typed): Query<Typed>) -> Response {
    give_key(&site, &mut typed);
    show(&site, &v, &typed, false, Vec::new())
}

async fn intake(State(site): State<Site>, v: Viewer, Query(mut typed): Query<Typed>) -> Response {
    if v.staff.is_none() {
        return Fault::login().page(&v);
    }
    give_key(&site, &mut typed);
    if typed.channel.is_empty() {
        typed.channel = "phone".into();
    }
    show(&site, &v, &typed, true, Vec::new())
}

/// A form carries a key of its own, so that sending it twice places one order.
fn give_key(site: &Site, typed: &mut Typed) {
    if typed.key.is_empty() {
        typed.key = site.app.env.secret().unwrap_or_default();
    }
}

#[derive(Template)]
#[template(path = "similar.html")]
struct Similar<'a> {
    v: &'a Viewer,
    rows: Vec<Row>,
    hidden: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "outside.html")]
struct Outside<'a> {
    v: &'a Viewer,
    hidden: Vec<(&'static str, String)>,
}

async fn place(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let mut typed = Typed::from_form(&form);
    let intake = !typed.channel.is_empty() && v.staff.is_some();
    for photo in form.photos {
        match site.app.keep_photo(photo.to_vec(), false).await {
            Ok(id) => typed.photos.push(id.to_string()),
            Err(error) => return again(&site, &v, &typed, intake, error),
        }
    }
    let confirmed = form.fields.iter().any(|(name, value)| name == "confirmed" && value == "1");
    if let Some(at) = typed.point()
        && !confirmed
        && !typed.description.is_empty()
        && site.app.directory().locate(at).is_some()
    {
        match site.app.similar(at, &typed.category).await {
            Ok(found) if !found.is_empty() => {
                let rows = found.iter().map(|order| Row::of(&site.app, &v, order)).collect();
                return html(&Similar { v: &v, rows, hidden: typed.hidden() });
            }
            Ok(_) => {}
            Err(error) => return Fault::from(error).page(&v),
        }
    }
    let rules = match site.app.rulebook().on(v.now) {
        Ok(rules) => rules,
        Err(error) => return Fault::from(error).page(&v),
    };
    let new = Place {
        kind: rules.kind(&typed.category).unwrap_or(Kind::Help),
        category: typed.category.clone(),
        description: typed.description.clone(),
        at: Where { point: typed.point(), place_code: Some(typed.place.clone()), address: typed.address.clone() },
        channel: if intake { Channel::parse(&typed.channel).unwrap_or(Channel::Phone) } else { Channel::Web },
        private: typed.private == "1",
        attributes: Vec::new(),
        contact: Contact {
            name: typed.name.clone(),
            phone: typed.phone.clone(),
            email: typed.email.clone(),
            language: v.language.code().into(),
        },
        photos: typed.photos.iter().filter_map(|id| id.parse().ok()).map(|id: FileId| id).collect(),
        key: Some(typed.key.clone()).filter(|key| !key.is_empty()),
    };
    match site.app.place(&v.actor(), new).await {
        Ok(placed) if intake => Redirect::to(&format!("/work/orders/{}", placed.number)).into_response(),
        Ok(placed) => {
            Redirect::to(&format!("/orders/{}?key={}&placed=1", placed.number, placed.secret)).into_response()
        }
        Err(AppError::Outside) => {
            (StatusCode::UNPROCESSABLE_ENTITY, html(&Outside { v: &v, hidden: typed.hidden() })).into_response()
        }
        Err(error) => again(&site, &v, &typed, intake, error),
    }
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
    (fault.status, show(site, v, &typed, intake, fault.sentences(v))).into_response()
}

/// "Me too": one more person behind an order that is there.
async fn join(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let contact = Contact {
        name: form.get("name").into(),
        phone: form.get("phone").into(),
        email: form.get("email").into(),
        language: v.language.code().into(),
    };
    match site.app.join(&number, contact, form.get("description").into()).await {
        Ok(secret) => Redirect::to(&format!("/orders/{number}?key={secret}&joined=1")).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
