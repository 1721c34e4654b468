//! SQL, written once, for SQLite and PostgreSQL.
//!
//! Every statement is portable text with `$1` placeholders and runs on both engines through
//! [`Conn`]. Instants are BIGINT milliseconds, ids TEXT, truth BIGINT 0/1, structures JSON in TEXT.

mod conn;
mod db;
mod error;
mod folding;
mod group;
mod lite;
mod migrate;
mod readers;
mod together;
mod value;

pub mod attempts;
pub mod audit;
pub mod base_map;
pub mod challenges;
pub mod city;
pub mod contacts;
pub mod deliveries;
pub mod directory;
pub mod events;
pub mod evidence;
pub mod factors;
pub mod files;
pub mod health;
pub mod hooks;
pub mod idempotency;
pub mod identities;
pub mod invitations;
pub mod jobs;
pub mod keys;
pub mod notices;
pub mod orders;
pub mod passkeys;
pub mod people;
pub mod portable;
pub mod pushes;
pub mod reporters;
pub mod residents;
pub mod roles;
pub mod scenarios;
pub mod sessions;
pub mod settings;
pub mod stories;
pub mod tell_settings;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tokens;

pub use conn::{Conn, Query, Row};
pub use db::{Db, Engine, sqlite_path};
pub use error::StoreError;
pub use lite::fold;
pub use migrate::{done as migrations, known as known_migrations};
pub use together::Together;
pub use value::Value;

use jiff::Timestamp;

/// Milliseconds since 1970, the stored form of an instant.
pub fn to_ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant for stored milliseconds.
///
/// # Errors
/// [`StoreError::Corrupt`] when the number lies outside what an instant can be.
pub fn from_ms(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(|_| StoreError::corrupt("instant", "ms", ms))
}
