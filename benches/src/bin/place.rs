//! Placing orders so that they survive a power cut: 32 people at once through the whole use case,
//! against rusqlite writing the same rows with one commit for as many, and with a commit for each.

use luyuan_app::orders::{Contact, Filter, Place, Where};
use luyuan_benches::{Chance, district, processor, ratio, sizes};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    orders::{Channel, Kind},
};
use rusqlite::{Connection, params};
use std::{path::Path, time::Instant};

const WRITERS: usize = 32;
/// Orders that each of them places.
const EACH: usize = 250;
/// Orders with a commit each: they are slow.
const ALONE: usize = 300;

#[tokio::main]
async fn main() -> district::Result<()> {
    let folder = tempfile::tempdir()?;
    for size in sizes() {
        run(folder.path(), size).await?;
    }
    Ok(())
}

async fn run(folder: &Path, size: usize) -> district::Result<()> {
    let app = district::open(folder).await?;
    district::fill(&app, size).await?;
    let compounds = app.orders(Filter::default(), None, 200).await?.orders;
    let directory = app.directory();
    let inside = |point: &Wgs84| directory.locate(*point).is_some();
    let points: Vec<Wgs84> = compounds.iter().filter_map(|order| order.location.point).filter(inside).collect();
    let (start, before) = (Instant::now(), processor("self")?);
    let writers = (0..WRITERS).map(|writer| {
        let (app, points) = (app.clone(), points.clone());
        tokio::spawn(async move {
            let mut chance = Chance((size + writer) as u64);
            for _ in 0..EACH {
                let point = points[chance.below(points.len() as u64) as usize];
                let new = Place {
                    kind: Kind::Help,
                    category: "E01037".into(),
                    description: "门口的路灯三天不亮了，晚上老人下楼看不见路。".into(),
                    at: Where { point: Some(point), place_code: None, address: "金祥花园东门".into() },
                    channel: Channel::Web,
                    private: false,
                    attributes: vec![],
                    contact: Contact { phone: "13800000000".into(), ..Contact::default() },
                    photos: vec![],
                    key: None,
                };
                app.place(&Actor::Anyone, new).await.expect("a right order is placed");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await?;
    }
    let ours = (WRITERS * EACH) as f64 / start.elapsed().as_secs_f64();
    let each =
        |before: f64| -> district::Result<f64> { Ok((processor("self")? - before) * 1e6 / (WRITERS * EACH) as f64) };
    let used = each(before)?;
    app.db.close().await;

    // A copy of the file with the same indexes, and rows like those that were just placed.
    let copy = folder.join("copy.db");
    std::fs::copy(district::file(folder), &copy)?;
    let rows = Rows::newest(&copy, WRITERS * EACH)?;
    let before = processor("self")?;
    let together = rows.again(&copy, WRITERS, WRITERS * EACH)?;
    let peer = each(before)?;
    let alone = rows.again(&copy, 1, ALONE)?;
    std::fs::remove_file(&copy)?;
    println!(
        "{size}: {ours:.0} orders/s, {used:.0} µs of processor each; rusqlite {together:.0} with one commit for {WRITERS}, {peer:.0} µs of processor; {alone:.0} with one commit each"
    );
    let what = "placing orders durably, 32 at once";
    let size = size.to_string();
    let told = format!("{ours:.0}/s");
    ratio(what, &size, &told, &format!("{together:.0}/s rusqlite, bare rows"), ours / together, "at least 2500/s");
    ratio(what, &size, &told, &format!("{alone:.0}/s rusqlite, a commit each"), ours / alone, "");
    Ok(())
}

type Values = Vec<rusqlite::types::Value>;

/// Columns of an event; its place among all events is the database's to give.
const EVENT: &str = "jurisdiction_id, order_id, seq, at, actor, org_id, data";

/// The rows that placing keeps, by table: one order, one reporter, its events.
struct Rows {
    orders: Vec<(Values, Values, Vec<Values>)>,
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(file)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "foreign_keys", "on")?;
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.pragma_update(None, "mmap_size", 1_073_741_824_i64)?;
    conn.pragma_update(None, "wal_autocheckpoint", 8_192)?;
    Ok(conn)
}

fn rows(conn: &Connection, text: &str, key: &dyn rusqlite::ToSql) -> rusqlite::Result<Vec<Values>> {
    let mut statement = conn.prepare_cached(text)?;
    let columns = statement.column_count();
    let found = statement.query_map(params![key], |row| (0..columns).map(|at| row.get(at)).collect())?;
    found.collect()
}

impl Rows {
    fn newest(file: &Path, most: usize) -> rusqlite::Result<Self> {
        let conn = connect(file)?;
        let newest = rows(&conn, "SELECT * FROM orders ORDER BY rowid DESC LIMIT ?1", &(most as i64))?;
        let orders = newest.into_iter().map(|order| {
            let reporter =
                rows(&conn, "SELECT * FROM reporters WHERE jurisdiction_id = 'erqi' AND order_id = ?1", &order[1])?
                    .remove(0);
            let events = rows(
                &conn,
                &format!("SELECT {EVENT} FROM events WHERE jurisdiction_id = 'erqi' AND order_id = ?1 ORDER BY seq"),
                &order[1],
            )?;
            Ok((order, reporter, events))
        });
        Ok(Self { orders: orders.collect::<rusqlite::Result<_>>()? })
    }

    /// Writes `most` of them again under other ids and numbers; how many a second.
    fn again(&self, file: &Path, in_one: usize, most: usize) -> rusqlite::Result<f64> {
        let mut conn = connect(file)?;
        let insert = |table: &str, values: &Values| {
            let places: Vec<String> = (1..=values.len()).map(|at| format!("?{at}")).collect();
            format!("INSERT INTO {table} VALUES ({})", places.join(","))
        };
        let (order, reporter, events) = &self.orders[0];
        let [order, reporter, event] =
            [("orders", order), ("reporters", reporter), (&*format!("events ({EVENT})"), &events[0])]
                .map(|(table, row)| insert(table, row));
        // Ids that sort after all others, as new ones do.
        let fresh = |number: usize| format!("f{in_one:04}-{number:012}").into();
        let mut made: Vec<(Values, Values, Vec<Values>)> = self.orders[..most].to_vec();
        for (number, (order, reporter, events)) in made.iter_mut().enumerate() {
            order[1] = fresh(number);
            order[2] = fresh(number);
            reporter[1] = fresh(number);
            events.iter_mut().for_each(|event| event[1] = fresh(number));
        }
        let start = Instant::now();
        for group in made.chunks(in_one) {
            let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            for (one, person, story) in group {
                tx.prepare_cached(&order)?.execute(rusqlite::params_from_iter(one))?;
                tx.prepare_cached(&reporter)?.execute(rusqlite::params_from_iter(person))?;
                for step in story {
                    tx.prepare_cached(&event)?.execute(rusqlite::params_from_iter(step))?;
                }
            }
            tx.commit()?;
        }
        Ok(most as f64 / start.elapsed().as_secs_f64())
    }
}
