//! A whole district with as many orders as asked for, made through the store's own statements.

use crate::Chance;
use luyuan_app::{
    App,
    env::Env,
    orders::{Detail, Filter},
};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    ids::{JurisdictionId, OrderId, ReporterId},
    orders::Event,
};
use luyuan_store::{
    Db, StoreError, events,
    orders::{self, Index},
    reporters,
};
use std::path::{Path, PathBuf};

/// Orders in one transaction.
const BATCH: usize = 4_000;
/// How far back the orders go, in days.
const DAYS: f64 = 730.0;

/// What a bench stops with: it has no one to answer to.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The database's file in a folder.
pub fn file(folder: &Path) -> PathBuf {
    folder.join("luyuan.db")
}

/// Opens the district in a folder, makes it when it is not there.
pub async fn open(folder: &Path) -> Result<App> {
    let db = Db::open(&file(folder).to_string_lossy()).await?;
    db.migrate().await?;
    let app = App::start(db, JurisdictionId("erqi".into()), folder.join("files"), Env::default()).await?;
    app.load_rules().await?;
    app.load_demo(|_| {}).await?;
    Ok(app)
}

/// How many orders there are.
pub async fn count(app: &App) -> Result<usize> {
    let counted = app.count(Filter::default()).await?;
    Ok(usize::try_from(counted.iter().map(|(_, count)| count).sum::<i64>())?)
}

/// Adds orders until there are `size`: two years of them, spread over the district, most of them
/// ended, as the demonstration's orders are but with other categories, points and times.
pub async fn fill(app: &App, size: usize) -> Result<()> {
    let made = app.orders(Filter { states: vec!["closed".into()], ..Filter::default() }, None, 100).await?;
    let open: Vec<String> = ["routed", "accepted", "in_progress", "deferred", "replied"].map(str::to_owned).into();
    let open = app.orders(Filter { states: open, ..Filter::default() }, None, 200).await?;
    let mut ended = Vec::new();
    let mut going = Vec::new();
    for (orders, details) in [(made.orders, &mut ended), (open.orders, &mut going)] {
        for order in orders {
            details.push(app.order(&Actor::System, &order.number, None).await?);
        }
    }
    let day = app.rulebook().on(app.env.now())?;
    let categories: Vec<String> = day.catalogue.category.iter().map(|category| category.code.clone()).collect();
    let there = count(app).await?;
    let mut chance = Chance(there as u64);
    // Oldest first, as orders come in.
    let mut ages: Vec<f64> = (there..size).map(|_| chance.between(0.0, DAYS)).collect();
    ages.sort_by(|a, b| b.total_cmp(a));
    let mut ages = ages.into_iter();
    let mut next = there;
    while next < size {
        let last = size.min(next + BATCH);
        let batch: Vec<(Detail, Index)> = (next..last)
            .map(|number| {
                let age = ages.next().unwrap_or_default();
                // What is young is mostly still open.
                let of = if age < 20.0 { &going } else { &ended };
                let like = &of[chance.below(of.len() as u64) as usize];
                let category = &categories[(chance.between(0.0, 1.0).powi(2) * categories.len() as f64) as usize];
                one(app, like, number, category, age, &mut chance)
            })
            .collect();
        let j = app.jurisdiction.clone();
        app.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for (detail, index) in batch {
                        orders::insert(&mut conn, &j, &detail.order, &index).await?;
                        for reporter in &detail.reporters {
                            reporters::insert(&mut conn, &j, reporter).await?;
                        }
                        let story: Vec<Event> = detail
                            .events
                            .into_iter()
                            .map(|event| Event {
                                order: detail.order.id,
                                seq: event.seq,
                                at: event.at,
                                what: event.what.clone(),
                            })
                            .collect();
                        events::append(&mut conn, &j, &Actor::System, &story).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
        next = last;
    }
    Ok(())
}

/// An order like another, of another number, category, place and age.
fn one(app: &App, like: &Detail, number: usize, category: &str, age: f64, chance: &mut Chance) -> (Detail, Index) {
    let directory = app.directory();
    let mut detail = like.clone();
    let id = OrderId(app.env.id());
    let order = std::sync::Arc::make_mut(&mut detail.order);
    let place_code = order
        .location
        .place
        .and_then(|place| directory.place(place))
        .map(|place| place.code.clone())
        .unwrap_or_default();
    order.id = id;
    order.number = format!("2020-{number:07}");
    order.category = category.to_owned();
    order.placed_at = app.env.now() - std::time::Duration::from_millis((age * 86_400_000.0) as u64);
    if let Some(point) = &mut order.location.point {
        *point = Wgs84 { lon: point.lon + chance.between(-2e-3, 2e-3), lat: point.lat + chance.between(-2e-3, 2e-3) };
    }
    for reporter in &mut detail.reporters {
        reporter.id = ReporterId(app.env.id());
        reporter.order = id;
    }
    let words = format!("{} {} {}", order.number, order.description, order.location.address);
    let index = Index { place_code, search: luyuan_app::text::bigrams(&words), source: None };
    (detail, index)
}
