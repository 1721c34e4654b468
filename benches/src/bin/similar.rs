//! Similar open orders near a point: `App::similar`, rules, statement and reading included, against
//! the R*-tree of SQLite through rusqlite, the same answers.

use luyuan_app::{App, orders::Filter};
use luyuan_benches::{Chance, district, quantile, ratio, sizes};
use luyuan_domain::{
    geo::{Local, Wgs84},
    orders::Order,
};
use rusqlite::{Connection, params};
use std::time::Instant;

const PROBES: usize = 2_000;

#[tokio::main]
async fn main() -> district::Result<()> {
    let folder = tempfile::tempdir()?;
    let app = district::open(folder.path()).await?;
    for size in sizes() {
        district::fill(&app, size).await?;
        run(&app, size).await?;
    }
    Ok(())
}

/// Every open public order with a position.
async fn open(app: &App) -> district::Result<Vec<Order>> {
    let states = ["placed", "routed", "accepted", "in_progress", "deferred"].map(str::to_owned).into();
    let filter = Filter { public: true, states, ..Filter::default() };
    let (mut orders, mut after) = (Vec::new(), None);
    loop {
        let page = app.orders(filter.clone(), after, 5_000).await?;
        let placed = page.orders.iter().filter(|order| order.location.point.is_some());
        orders.extend(placed.map(|order| Order::clone(order)));
        after = page.next;
        if after.is_none() {
            return Ok(orders);
        }
    }
}

/// The peer: an R*-tree of the points beside a table of what else is asked.
fn peer(orders: &[Order]) -> rusqlite::Result<Connection> {
    let mut conn = Connection::open_in_memory()?;
    conn.execute_batch(
        "CREATE VIRTUAL TABLE tree USING rtree(id, west, east, south, north);
         CREATE TABLE open (id INTEGER PRIMARY KEY, lon REAL, lat REAL, category TEXT, placed_at INTEGER, data TEXT);",
    )?;
    let tx = conn.transaction()?;
    for (id, order) in (1_i64..).zip(orders) {
        let Some(Wgs84 { lon, lat }) = order.location.point else { continue };
        tx.prepare_cached("INSERT INTO tree VALUES (?1, ?2, ?2, ?3, ?3)")?.execute(params![id, lon, lat])?;
        tx.prepare_cached("INSERT INTO open VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            id,
            lon,
            lat,
            order.category,
            order.placed_at.as_millisecond(),
            serde_json::to_string(order).unwrap_or_default()
        ])?;
    }
    tx.commit()?;
    Ok(conn)
}

async fn run(app: &App, size: usize) -> district::Result<()> {
    let orders = open(app).await?;
    let conn = peer(&orders)?;
    let now = app.env.now();
    let rules = app.rulebook().on(now)?.rules.rules;
    let since = now.as_millisecond() - i64::from(rules.similar_days) * 86_400_000;
    let mut chance = Chance(7);
    let (mut ours, mut theirs, mut answers) = (Vec::new(), Vec::new(), 0);
    for _ in 0..PROBES {
        let near = &orders[chance.below(orders.len() as u64) as usize];
        let Some(at) = near.location.point else { continue };
        let start = Instant::now();
        let found = app.similar(at, &near.category).await?;
        ours.push(start.elapsed().as_secs_f64() * 1e6);
        let start = Instant::now();
        let plane = Local::around(at);
        let [x, y] = plane.degree().map(|degree| rules.similar_metres / degree);
        let mut statement = conn.prepare_cached(
            "SELECT data, lon, lat FROM tree JOIN open USING (id)
             WHERE west >= ?1 AND east <= ?2 AND south >= ?3 AND north <= ?4 AND category = ?5 AND placed_at >= ?6",
        )?;
        let bounds = params![at.lon - x, at.lon + x, at.lat - y, at.lat + y, near.category, since];
        let mut same: Vec<(f64, String)> = statement
            .query_map(bounds, |row| {
                let point = Wgs84 { lon: row.get(1)?, lat: row.get(2)? };
                Ok((plane.distance(point), row.get(0)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        same.retain(|(far, _)| *far <= rules.similar_metres);
        same.sort_by(|a, b| a.0.total_cmp(&b.0));
        same.truncate(rules.max_similar);
        let same: Vec<Order> = same.iter().map(|(_, data)| serde_json::from_str(data)).collect::<Result<_, _>>()?;
        theirs.push(start.elapsed().as_secs_f64() * 1e6);
        // The tree's coordinates are single precision: one at the very edge may differ.
        assert!(found.len().abs_diff(same.len()) <= 1, "{} {}", found.len(), same.len());
        answers += found.len();
    }
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (p50, p99, peer) = (quantile(&ours, 0.5), quantile(&ours, 0.99), quantile(&theirs, 0.5));
    println!(
        "{size}, {} of them open: p50 {p50:.0} µs, p99 {p99:.0} µs; R*-tree p50 {peer:.0} µs; {:.1} answers on average",
        orders.len(),
        answers as f64 / PROBES as f64
    );
    let (size, own) = (size.to_string(), format!("{p50:.0} µs"));
    ratio("similar orders", &size, &own, &format!("{peer:.0} µs rusqlite R*-tree"), peer / p50, "p50 < 700 µs");
    Ok(())
}
