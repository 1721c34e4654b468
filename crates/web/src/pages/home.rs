//! The front page: place an order, follow one, and how the district stands.

use super::row::{Names, Row};
use crate::{
    Site,
    fault::{Fault, html},
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use luyuan_app::orders::Filter;
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/", get(home)).route("/follow", get(follow))
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    v: &'a Viewer,
    open: i64,
    closed: i64,
    all: i64,
    recent: Vec<Row<'a>>,
}

async fn home(State(site): State<Site>, v: Viewer) -> Response {
    let public = || Filter { public: true, ..Filter::default() };
    let counts = match site.app.count(public()).await {
        Ok(counts) => counts,
        Err(error) => return Fault::from(error).page(&v),
    };
    let closed_only = Filter { states: vec!["closed".into()], ..public() };
    let recent = match site.app.orders(closed_only, None, 6).await {
        Ok(page) => page.orders,
        Err(error) => return Fault::from(error).page(&v),
    };
    let names = Names::of(&site.app);
    let sum = |wanted: fn(&str) -> bool| counts.iter().filter(|(state, _)| wanted(state)).map(|(_, n)| n).sum();
    let page = Home {
        v: &v,
        open: sum(|state| super::filter::OPEN.contains(&state)),
        closed: sum(|state| state == "closed"),
        all: sum(|_| true),
        recent: recent.iter().map(|order| Row::of(&names, &v, order)).collect(),
    };
    html(&page)
}

#[derive(Deserialize)]
struct Number {
    #[serde(default)]
    number: String,
}

/// From a number as people type it to the order's page.
async fn follow(v: Viewer, Query(asked): Query<Number>) -> Response {
    let folded: String = asked
        .number
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - 0xFF10 + 0x30).unwrap_or(c),
            '—' | '－' | '–' => '-',
            other => other,
        })
        .collect();
    // The running number alone is this year's.
    let short = (1..=6).contains(&folded.len()) && folded.bytes().all(|byte| byte.is_ascii_digit());
    let folded = if short { format!("{}-{folded:0>6}", v.year()) } else { folded };
    Redirect::to(&format!("/orders/{}", crate::viewer::encode(&folded))).into_response()
}
