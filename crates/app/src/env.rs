//! The one source of time, ids, numbers and secrets. Everything else takes them as values.

use crate::AppError;
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{Db, StoreError, settings};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Running numbers are taken in blocks, so that placing an order does not wait for one row.
const BLOCK: i64 = 256;
/// With so few left the next block is taken, so that nobody waits for it either.
const SPARE: i64 = 64;

/// Running numbers that were taken and not yet given: `next` to `last`, and the block after them.
struct Block {
    next: i64,
    last: i64,
    after: Option<tokio::task::JoinHandle<Result<i64, StoreError>>>,
}

/// Clock, ids, numbers and secrets. Cheap to clone.
#[derive(Clone, Default)]
pub struct Env {
    /// Milliseconds by which the clock is ahead of the machine's, for demonstrations and tests.
    ahead: Arc<AtomicI64>,
    blocks: Arc<Mutex<HashMap<String, Block>>>,
}

impl Env {
    /// Now, in whole milliseconds, as it is stored.
    #[allow(clippy::disallowed_methods)] // the one clock
    pub fn now(&self) -> Timestamp {
        let ms = Timestamp::now().as_millisecond() + self.ahead.load(Ordering::Relaxed);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock ahead, so that a demonstration or test sees a deadline pass.
    pub fn advance(&self, by: jiff::SignedDuration) {
        self.ahead.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }

    /// The same clock with running numbers of its own, for another set of orders.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { ahead: self.ahead.clone(), blocks: Arc::default() }
    }

    /// A new identifier (UUID version 7: sorts by time).
    #[allow(clippy::disallowed_methods)] // the one source of ids
    pub fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// A secret of 128 random bits in 26 letters and digits that are not mistaken for each other.
    ///
    /// # Errors
    /// [`AppError::File`] when the operating system gives no randomness.
    pub fn secret(&self) -> Result<String, AppError> {
        const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstvwxyz0123456789";
        let mut bytes = [0u8; 26];
        getrandom::fill(&mut bytes).map_err(|error| AppError::File(error.to_string()))?;
        Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
    }

    /// A code of six digits, each equally likely.
    ///
    /// # Errors
    /// [`AppError::File`] when the operating system gives no randomness.
    pub fn code(&self) -> Result<String, AppError> {
        const CODES: u32 = 1_000_000;
        // What lies beyond the last whole million would make some codes likelier.
        const FAIR: u32 = u32::MAX - u32::MAX % CODES;
        loop {
            let number = u32::from_be_bytes(self.bytes::<4>()?);
            if number < FAIR {
                return Ok(format!("{:06}", number % CODES));
            }
        }
    }

    /// Random bytes, for keys and salts.
    ///
    /// # Errors
    /// [`AppError::File`] when the operating system gives no randomness.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], AppError> {
        let mut bytes = [0u8; N];
        getrandom::fill(&mut bytes).map_err(|error| AppError::File(error.to_string()))?;
        Ok(bytes)
    }

    /// The next running number of `name`, from 1. Numbers are never given twice; some may be
    /// skipped when the program stops.
    ///
    /// # Errors
    /// As the database says.
    pub async fn number(&self, db: &Db, j: &JurisdictionId, name: &str) -> Result<i64, AppError> {
        let (db, j, key) = (db.clone(), j.clone(), name.to_owned());
        let take = async move {
            db.write(move |mut conn| Box::pin(async move { settings::take_numbers(&mut conn, &j, &key, BLOCK).await }))
                .await
        };
        let mut blocks = self.blocks.lock().await;
        let block = blocks.entry(name.to_owned()).or_insert(Block { next: 1, last: 0, after: None });
        if block.next > block.last {
            block.last = match block.after.take() {
                Some(taken) => taken.await.unwrap_or_else(|error| Err(StoreError::Busy(error.to_string()))),
                None => take.await,
            }
            .map_err(AppError::Store)?;
            block.next = block.last - BLOCK + 1;
        } else if block.last - block.next < SPARE && block.after.is_none() {
            block.after = Some(tokio::spawn(take));
        }
        let number = block.next;
        block.next += 1;
        Ok(number)
    }
}

/// SHA-256 in hex: how secrets and contents are compared and named.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(bytes.as_ref());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of what can be read, in hex.
///
/// # Errors
/// As reading says.
pub fn sha256_of(from: &mut impl std::io::Read) -> std::io::Result<String> {
    let mut hashed = crate::backup::Hashed::new(from);
    std::io::copy(&mut hashed, &mut std::io::sink())?;
    Ok(hashed.finish())
}
