//! The form with which an order is placed: one question a step.

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
    extract::{Query, State},
    response::Response,
    routing::get,
};
use luyuan_app::AppError;
use luyuan_domain::{actor::Action, catalogue::Category, geo::Wgs84, ids::FileId, orders::Refusal};
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/orders/new", get(ask)).route("/work/intake", get(intake))
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
    pub unnamed: String,
    pub key: String,
    /// Photos kept already.
    #[serde(skip)]
    pub photos: Vec<String>,
    /// Questions that were asked and answered: `which`, `similar`, `questions`.
    #[serde(skip)]
    pub asked: Vec<String>,
    /// Answers to the category's own questions.
    #[serde(skip)]
    pub attributes: Vec<(String, Vec<String>)>,
}

impl Typed {
    pub fn from_form(form: &Form) -> Self {
        let get = |name: &str| form.get(name).to_owned();
        let mut attributes: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in &form.fields {
            let Some(code) = name.strip_prefix("attribute[").and_then(|rest| rest.strip_suffix(']')) else { continue };
            match attributes.iter_mut().find(|(known, _)| known == code) {
                Some((_, values)) => values.push(value.clone()),
                None => attributes.push((code.to_owned(), vec![value.clone()])),
            }
        }
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
            unnamed: get("unnamed"),
            key: get("key"),
            photos: form.all("photo_id").map(str::to_owned).collect(),
            asked: form.all("asked").map(str::to_owned).collect(),
            attributes,
        }
    }

    /// Whether a question was asked before.
    pub fn was_asked(&self, question: &str) -> bool {
        self.asked.iter().any(|asked| asked == question)
    }

    /// The photos kept already.
    pub fn photo_ids(&self) -> Vec<FileId> {
        self.photos.iter().filter_map(|id| id.parse().ok()).collect()
    }

    pub fn point(&self) -> Option<Wgs84> {
        Wgs84::new(self.lon.parse().ok()?, self.lat.parse().ok()?)
    }

    /// Everything typed, as hidden fields of a form that asks one more thing.
    pub fn hidden(&self) -> Vec<(&'static str, String)> {
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
            ("unnamed", self.unnamed.clone()),
            ("key", self.key.clone()),
        ];
        fields.extend(self.photos.iter().map(|id| ("photo_id", id.clone())));
        fields.extend(self.asked.iter().map(|question| ("asked", question.clone())));
        fields
    }
}

/// A category to choose: code, name, other words under which it is found.
type Choice = (String, String, String);

/// A heading with its categories.
struct Heading {
    code: String,
    words: String,
    plain: Vec<Choice>,
    more: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "new.html")]
struct New<'a> {
    v: &'a Viewer,
    typed: &'a Typed,
    chosen_place: String,
    /// Where the map shows the place or point chosen before.
    centre: Option<(f64, f64)>,
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

/// The form with what was typed and what is wrong with it.
pub(super) fn show(site: &Site, v: &Viewer, typed: &Typed, intake: bool, wrong: Vec<(String, String)>) -> Response {
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
            let choice = |c: &Category| {
                let name = if zh { c.zh.clone() } else { c.en.clone() };
                (c.code.clone(), name, format!("{} {}", c.standard, c.words.join(" ")).to_lowercase())
            };
            fitting.map(choice).collect()
        };
        let words = if zh { group.zh.clone() } else { group.en.clone() };
        Heading { code: group.code.clone(), words, plain: own(true), more: own(false) }
    });
    let directory = site.app.directory();
    let place = directory.place_by_code(&typed.place);
    let chosen_place = place.map(|place| place.name.clone()).unwrap_or_default();
    let centre = typed.point().or(place.and_then(|place| place.centre)).map(|at| (at.lon, at.lat));
    let rules = &day.rules.rules;
    let page = New {
        v,
        typed,
        chosen_place,
        centre,
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
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    if !staff.may(Action::TakeIn) {
        return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v);
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
