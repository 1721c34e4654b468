//! Open311 GeoReport v2, line by line.

mod catalogue;
mod placing;
mod protocol;
mod requests;
mod updates;

use crate::site::{Answer, Site};
use jiff::Timestamp;
use luyuan_app::orders::{Contact, Place, Where};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    ids::OrderId,
    orders::{Channel, Kind, Order},
};
use luyuan_store::orders::Index;
use serde_json::Value;
use uuid::Uuid;

/// The production endpoint.
const V2: &str = "/open311/v2";
/// A point in the district.
const LAT: &str = "34.73";
const LONG: &str = "113.64";
/// A category that the demonstration has no orders of.
const QUIET: &str = "E01017";

/// Fields of a right request, with more.
fn request<'a>(site: &'a Site, code: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let base = [
        ("api_key", site.key.as_str()),
        ("jurisdiction_id", "erqi"),
        ("service_code", code),
        ("lat", LAT),
        ("long", LONG),
        ("description", "电缆井盖松了"),
    ];
    let own = base.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    own.chain(more.iter().copied()).collect()
}

/// Posts a right request, with more; its number.
async fn placed(site: &Site, code: &str, more: &[(&str, &str)]) -> String {
    let answer = site.post(&format!("{V2}/requests.json"), &request(site, code, more)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()[0]["service_request_id"].as_str().expect("a number").to_owned()
}

/// Places a private order; its number.
async fn private(site: &Site) -> String {
    let new = Place {
        kind: Kind::Help,
        category: QUIET.into(),
        description: "不公开的事".into(),
        at: Where { point: Wgs84::new(113.64, 34.73), ..Where::default() },
        channel: Channel::Web,
        private: true,
        attributes: vec![],
        contact: Contact::default(),
        photos: vec![],
        key: None,
    };
    site.app.place(&Actor::Anyone, new).await.unwrap().number
}

/// The ids of a list of requests, in its order.
async fn ids(site: &Site, query: &str) -> Vec<String> {
    let answer = site.get(&format!("{V2}/requests.json?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let list = answer.json();
    let list = list.as_array().expect("an array");
    list.iter().map(|one| one["service_request_id"].as_str().expect("a text").to_owned()).collect()
}

/// Keeps copies of a request that were placed at other times; their numbers.
async fn copies(site: &Site, number: &str, at: &[Timestamp]) -> Vec<String> {
    let order = site.app.order(&Actor::System, number, None).await.unwrap().order;
    let copies: Vec<Order> = at
        .iter()
        .enumerate()
        .map(|(nth, at)| Order {
            id: OrderId(Uuid::from_u128(nth as u128 + 1)),
            number: format!("copy-{nth}"),
            placed_at: *at,
            updated_at: *at,
            ..(*order).clone()
        })
        .collect();
    let numbers = copies.iter().map(|copy| copy.number.clone()).collect();
    let j = site.app.jurisdiction.clone();
    let kept = site.app.db.write(move |mut conn| {
        Box::pin(async move {
            for copy in copies {
                luyuan_store::orders::insert(&mut conn, &j, &copy, &Index::default()).await?;
            }
            Ok::<_, luyuan_store::StoreError>(())
        })
    });
    kept.await.unwrap();
    numbers
}

/// The descriptions of an error answer, whose codes must be the status.
fn errors(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    let list = list.as_array().expect("a bare array").clone();
    assert!(!list.is_empty());
    let each = list.iter().map(|error: &Value| {
        assert_eq!(error["code"], answer.status.as_u16(), "{}", answer.text());
        error["description"].as_str().expect("a text").to_owned()
    });
    each.collect()
}
