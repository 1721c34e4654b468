//! Orders of another system, streamed: read, made into orders, numbered and kept batch by batch.
//! While the database writes one batch, the next is made ready; memory holds a few batches, whatever
//! the size of the file.

use super::{
    Report,
    input::Input,
    mapping::Mapping,
    rejects::{Reject, Rejects},
    row::{Parsed, Plan},
};
use crate::{App, AppError};
use csv::ByteRecord;
use luyuan_store::{StoreError, orders, orders::Ready, settings};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::sync::mpsc;

/// Rows of a batch, which is one transaction: enough that waiting for the disk does not count, few
/// enough that others who write wait only a moment.
const BATCH: usize = 8_000;
/// Running numbers that are taken at once; those left over are given back.
const NUMBERS: i64 = 20_000;
/// How often a batch is tried when somebody else imports the same rows at the same time.
const TRIES: usize = 3;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of the file that were read, as it lies on the disk.
    pub bytes: u64,
    /// What became of its rows so far.
    pub report: Report,
}

struct Batch {
    rows: Vec<(u64, ByteRecord)>,
    header: Option<ByteRecord>,
}

/// Running numbers by year that were taken and not yet given.
#[derive(Default)]
struct Numbers(HashMap<i16, (i64, i64)>);

impl App {
    /// Imports a file of orders. `tell` hears how far it is. What was kept stays kept when a later
    /// batch fails; the same file may then be imported again, and nothing is there twice.
    ///
    /// # Errors
    /// [`AppError::Import`] for a file or mapping that cannot be used, [`AppError::Store`] as the
    /// database says.
    pub async fn import_orders(
        &self,
        input: Input,
        mapping: &Mapping,
        rejects: &mut Rejects,
        mut tell: impl FnMut(&Progress),
    ) -> Result<Report, AppError> {
        let taken = input.taken();
        let (batches, mut raw) = mpsc::channel(1);
        let delimiter = mapping.delimiter;
        let reading = tokio::task::spawn_blocking(move || read(input, delimiter, &batches));
        let added = Arc::new(AtomicU64::new(0));
        let known = Arc::new(AtomicU64::new(0));
        let (ready, waiting) = mpsc::channel::<Vec<Ready>>(1);
        let writing =
            tokio::spawn(self.clone().keep_batches(mapping.name.clone(), waiting, added.clone(), known.clone()));
        let mut report = Report::default();
        let mut numbers = Numbers::default();
        let mut plan: Option<Arc<Plan>> = None;
        while let Some(batch) = raw.recv().await {
            let batch: Batch = batch?;
            if let Some(header) = &batch.header {
                rejects.header(header);
                let (directory, rulebook) = (self.directory(), self.rulebook());
                plan = Some(Arc::new(Plan::new(mapping, header, directory, rulebook, self.env.clone())?));
            }
            let Some(plan) = plan.clone() else { break };
            report.read += count(batch.rows.len());
            let rows = self.unknown(&mapping.name, &plan, batch.rows, &known).await?;
            let (parsed, rejected) = parse(plan.clone(), rows).await?;
            report.rejected += count(rejected.len());
            for reject in &rejected {
                rejects.push(reject)?;
            }
            let numbered = self.number(&mut numbers, parsed).await?;
            if !numbered.is_empty() && ready.send(finish(plan, numbered).await?).await.is_err() {
                break;
            }
            report.added = added.load(Relaxed);
            report.known = known.load(Relaxed);
            tell(&Progress { bytes: taken.load(Relaxed), report });
        }
        drop(ready);
        let failed = |error: tokio::task::JoinError| AppError::File(error.to_string());
        writing.await.map_err(failed)??;
        drop(raw);
        reading.await.map_err(failed)?;
        self.give_numbers_back(numbers).await?;
        report.added = added.load(Relaxed);
        report.known = known.load(Relaxed);
        tell(&Progress { bytes: taken.load(Relaxed), report });
        Ok(report)
    }

    /// The rows that are not here yet; each key once.
    async fn unknown(
        &self,
        source: &str,
        plan: &Plan,
        mut rows: Vec<(u64, ByteRecord)>,
        known: &AtomicU64,
    ) -> Result<Vec<(u64, ByteRecord)>, AppError> {
        let mut seen = HashSet::with_capacity(rows.len());
        let before = rows.len();
        rows.retain(|(_, row)| {
            let key = plan.key(row);
            // Without a key it is rejected later, with a sentence.
            key.is_empty() || seen.insert(key.into_owned())
        });
        let here = self.here(source, seen.into_iter().collect()).await?;
        rows.retain(|(_, row)| !here.contains(plan.key(row).as_ref()));
        known.fetch_add(count(before - rows.len()), Relaxed);
        Ok(rows)
    }

    async fn here(&self, source: &str, keys: Vec<String>) -> Result<HashSet<String>, AppError> {
        let (j, source) = (self.jurisdiction.clone(), source.to_owned());
        let found = self
            .db
            .scan(move |mut conn| Box::pin(async move { orders::known_sources(&mut conn, &j, &source, &keys).await }))
            .await
            .map_err(AppError::Store)?;
        Ok(found.into_iter().collect())
    }

    /// Gives each order a number of its year.
    async fn number(&self, numbers: &mut Numbers, parsed: Vec<Parsed>) -> Result<Vec<(Parsed, i64)>, AppError> {
        let mut numbered = Vec::with_capacity(parsed.len());
        for order in parsed {
            let block = numbers.0.entry(order.year).or_insert((1, 0));
            if block.0 > block.1 {
                let (j, name) = (self.jurisdiction.clone(), format!("orders-{}", order.year));
                let last = self
                    .db
                    .write(move |mut conn| {
                        Box::pin(async move { settings::take_numbers(&mut conn, &j, &name, NUMBERS).await })
                    })
                    .await
                    .map_err(AppError::Store)?;
                *block = (last - NUMBERS + 1, last);
            }
            numbered.push((order, block.0));
            block.0 += 1;
        }
        Ok(numbered)
    }

    async fn give_numbers_back(&self, numbers: Numbers) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for (year, (next, last)) in numbers.0 {
                        let name = format!("orders-{year}");
                        settings::give_back_numbers(&mut conn, &j, &name, last, last + 1 - next).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Keeps batches as they become ready, each in one transaction.
    async fn keep_batches(
        self,
        source: String,
        mut waiting: mpsc::Receiver<Vec<Ready>>,
        added: Arc<AtomicU64>,
        known: Arc<AtomicU64>,
    ) -> Result<(), AppError> {
        while let Some(batch) = waiting.recv().await {
            let mut batch = Arc::new(batch);
            for nth in 1.. {
                let (j, rows) = (self.jurisdiction.clone(), batch.clone());
                let kept = self
                    .db
                    .write(move |mut conn| Box::pin(async move { orders::insert_many(&mut conn, &j, &rows).await }));
                match kept.await {
                    Ok(()) => {
                        self.counts.written();
                        break;
                    }
                    // A key of this batch came with an earlier one, or from another program.
                    Err(StoreError::Conflict(_)) if nth < TRIES => {
                        let keys = batch.iter().filter_map(|row| row.source_key().map(str::to_owned)).collect();
                        let here = self.here(&source, keys).await?;
                        let new = |row: &&Ready| row.source_key().is_none_or(|key| !here.contains(key));
                        let rest: Vec<Ready> = batch.iter().filter(new).cloned().collect();
                        known.fetch_add(count(batch.len() - rest.len()), Relaxed);
                        batch = Arc::new(rest);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            added.fetch_add(count(batch.len()), Relaxed);
        }
        Ok(())
    }
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// Reads rows and hands them over in batches, the header with the first; ends when nobody wants more.
fn read(input: Input, delimiter: u8, batches: &mpsc::Sender<Result<Batch, AppError>>) {
    let since = input.since();
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).buffer_capacity(1 << 17).from_reader(input);
    let unreadable = |error: csv::Error| AppError::Import(format!("the file cannot be read: {error}"));
    let mut header = match reader.byte_headers() {
        Ok(header) if !header.is_empty() => Some(header.clone()),
        Ok(_) => {
            let _ = batches.blocking_send(Err(AppError::Import("the file is empty".into())));
            return;
        }
        Err(error) => {
            let _ = batches.blocking_send(Err(unreadable(error)));
            return;
        }
    };
    let mut record = ByteRecord::new();
    loop {
        let mut rows = Vec::with_capacity(BATCH);
        while rows.len() < BATCH {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {
                    since.store(0, Relaxed);
                    let line = record.position().map_or(0, csv::Position::line);
                    rows.push((line, record.clone()));
                }
                Ok(false) => break,
                Err(error) => {
                    let line = reader.position().line();
                    let told = AppError::Import(format!("line {line}: {error}"));
                    let _ = batches.blocking_send(Err(told));
                    return;
                }
            }
        }
        let done = rows.len() < BATCH;
        if batches.blocking_send(Ok(Batch { rows, header: header.take() })).is_err() || done {
            return;
        }
    }
}

/// Makes rows into orders, on every core.
async fn parse(plan: Arc<Plan>, rows: Vec<(u64, ByteRecord)>) -> Result<(Vec<Parsed>, Vec<Reject>), AppError> {
    let parsed = spread(rows, move |(line, row)| plan.parse(line, &row)).await?;
    let mut orders = Vec::with_capacity(parsed.len());
    let mut rejected = Vec::new();
    for one in parsed {
        match one {
            Ok(order) => orders.push(order),
            Err(reject) => rejected.push(reject),
        }
    }
    Ok((orders, rejected))
}

/// Makes numbered orders ready to be kept, on every core.
async fn finish(plan: Arc<Plan>, numbered: Vec<(Parsed, i64)>) -> Result<Vec<Ready>, AppError> {
    let ready = spread(numbered, move |(parsed, number)| plan.finish(parsed, number)).await?;
    Ok(ready.into_iter().collect::<Result<_, StoreError>>()?)
}

/// Does the same to every item, on every core, and keeps their order.
async fn spread<T, U, F>(items: Vec<T>, work: F) -> Result<Vec<U>, AppError>
where
    T: Send + 'static,
    U: Send + 'static,
    F: Fn(T) -> U + Send + Sync + 'static,
{
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = items.len().div_ceil(cores).max(1);
    let work = Arc::new(work);
    let mut parts = Vec::with_capacity(cores);
    let mut items = items.into_iter();
    while items.len() > 0 {
        let (part, work) = (items.by_ref().take(size).collect::<Vec<T>>(), work.clone());
        parts.push(tokio::task::spawn_blocking(move || part.into_iter().map(|item| work(item)).collect::<Vec<U>>()));
    }
    let mut done = Vec::new();
    for part in parts {
        done.extend(part.await.map_err(|error| AppError::File(error.to_string()))?);
    }
    Ok(done)
}
