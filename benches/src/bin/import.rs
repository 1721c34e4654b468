//! Importing a file of orders, end to end and durable: `App::import_orders` on SQLite (WAL,
//! synchronous=FULL) against a bare csv + rusqlite program that puts the same bytes, as they are,
//! into one table with the same durability and batches.
//!
//! The rows are the shipped extract of Boston's requests, repeated with keys and times that go on.
//! `--file PATH` imports a whole file of that kind as well.

use luyuan_app::{
    App,
    env::Env,
    import::{Input, Mapping, Rejects, Sheet, Strictness},
};
use luyuan_benches::{Chance, ratio, sizes};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::Db;
use std::{
    fs::File,
    io::{BufWriter, Read},
    path::{Path, PathBuf},
    time::Instant,
};

const MAPPING: &str = include_str!("../../../data/mappings/boston311.toml");
const ROWS: &[u8] = include_bytes!("../../../data/mappings/boston311-200.csv");
/// Rows of a transaction of the peer, as of ours.
const BATCH: usize = 4_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for size in sizes() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("requests.csv");
        write(&file, size);
        compare(&runtime, &file, folder.path(), &size.to_string());
    }
    let words: Vec<String> = std::env::args().collect();
    if let Some(file) = words.windows(2).find(|pair| pair[0] == "--file").map(|pair| PathBuf::from(&pair[1])) {
        let folder = tempfile::tempdir().expect("a folder");
        compare(&runtime, &file, folder.path(), "the file");
    }
}

fn compare(runtime: &tokio::runtime::Runtime, file: &Path, folder: &Path, size: &str) {
    let (theirs, peer) = bare(file, &folder.join("bare.db"));
    let (rows, ours) = runtime.block_on(import(file, &folder.join("luyuan.db")));
    assert_eq!(rows, theirs, "both keep every row");
    let speed = |seconds: f64| rows as f64 / seconds;
    println!(
        "{size}: {rows} rows in {ours:.2} s ({:.1} µs each), bare {peer:.2} s; peak memory {} MiB",
        ours * 1e6 / rows as f64,
        peak() / 1024
    );
    ratio(
        "import of orders, rows/s",
        size,
        &format!("{:.0}", speed(ours)),
        &format!("{:.0} bare csv + rusqlite", speed(peer)),
        speed(ours) / speed(peer),
        "50000",
    );
}

/// The extract again and again: keys and times go on, as in a real file.
fn write(file: &Path, size: usize) {
    let mut reader = csv::Reader::from_reader(ROWS);
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|column| column == name).expect("a column of the extract");
    let (key, open, closed) = (at("case_enquiry_id"), at("open_dt"), at("closed_dt"));
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let mut writer = csv::Writer::from_writer(BufWriter::new(File::create(file).expect("a file")));
    writer.write_record(&header).expect("written");
    let mut chance = Chance(9);
    let mut minute = 0;
    for number in 0..size {
        let row = &rows[number % rows.len()];
        minute += chance.below(9);
        let later = minute + chance.below(20_000);
        let fields = row.iter().enumerate().map(|(column, field)| match column {
            column if column == key => (100_000_000_000 + number as u64).to_string(),
            column if column == open => time(minute),
            column if column == closed && !field.is_empty() => time(later),
            _ => field.to_owned(),
        });
        writer.write_record(fields).expect("written");
    }
    writer.flush().expect("written");
}

/// A time so many minutes after the beginning of 2010, in months of 28 days and days that begin at
/// four in the morning: before, one night a year has an hour twice and another lacks one.
fn time(minute: u64) -> String {
    let (day, minute) = (minute / 1200, minute % 1200 + 240);
    let (month, day) = (day / 28, day % 28 + 1);
    format!("{}-{:02}-{day:02} {:02}:{:02}:07", 2010 + month / 12, month % 12 + 1, minute / 60, minute % 60)
}

async fn import(file: &Path, database: &Path) -> (u64, f64) {
    let folder = database.parent().expect("a folder");
    let db = Db::open(&database.to_string_lossy()).await.expect("a database");
    db.migrate().await.expect("tables");
    let app =
        App::start(db, JurisdictionId("erqi".into()), folder.join("files"), Env::default()).await.expect("an app");
    app.load_rules().await.expect("the shipped rules");
    let orgs = folder.join("orgs.csv");
    std::fs::write(&orgs, "code,name,kind\n410103,二七区委,district_committee\n").expect("written");
    let mut rejects = Rejects::to(&folder.join("rejects.csv")).expect("a place for rejects");
    let sheet = Sheet::open(&orgs, None).expect("a table");
    app.import_orgs(&sheet, Strictness::Whole, &mut rejects).await.expect("an organisation");
    let mapping = Mapping::parse("boston311.toml", MAPPING).expect("the shipped mapping");
    let start = Instant::now();
    let input = Input::open(file, None).expect("the file");
    let report = app.import_orders(input, &mapping, &mut rejects, |_| {}).await.expect("imported");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!((report.added, report.rejected), (report.read, 0), "{report:?}");
    app.db.close().await;
    (report.added, seconds)
}

/// The least that a program can do with the same bytes and the same care for them.
fn bare(file: &Path, database: &Path) -> (u64, f64) {
    let start = Instant::now();
    let mut db = rusqlite::Connection::open(database).expect("a database");
    db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;").expect("pragmas");
    let mut bytes = File::open(file).expect("the file");
    let mut magic = [0; 2];
    bytes.read_exact(&mut magic).expect("two bytes");
    let bytes = File::open(file).expect("the file");
    let bytes: Box<dyn Read> =
        if magic == [0x1F, 0x8B] { Box::new(flate2::read::MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
    let mut reader = csv::Reader::from_reader(bytes);
    let columns: Vec<String> =
        reader.headers().expect("a header").iter().map(|name| format!("\"{name}\" TEXT NOT NULL")).collect();
    let places: Vec<String> = (1..=columns.len()).map(|column| format!("?{column}")).collect();
    let primary = columns[0].replace(" NOT NULL", " PRIMARY KEY NOT NULL");
    let table = format!("CREATE TABLE requests ({primary}, {})", columns[1..].join(", "));
    db.execute_batch(&table).expect("a table");
    let insert = format!("INSERT INTO requests VALUES ({})", places.join(","));
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    let mut more = true;
    while more {
        let tx = db.transaction().expect("a transaction");
        {
            let mut insert = tx.prepare_cached(&insert).expect("a statement");
            for _ in 0..BATCH {
                more = reader.read_record(&mut record).expect("a row");
                if !more {
                    break;
                }
                insert.execute(rusqlite::params_from_iter(record.iter())).expect("inserted");
                rows += 1;
            }
        }
        tx.commit().expect("durable");
    }
    (rows, start.elapsed().as_secs_f64())
}

/// Most memory that this process ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
