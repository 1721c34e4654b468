//! Telling people: the in-app inbox, and the channels that repeat it.

mod admin;
mod deliver;
mod digest;
mod fan_out;
mod hook;
mod keys;
mod notices;
mod sealed;
mod wishes;
mod words;

pub use luyuan_store::{deliveries::Delivery, hooks::Hook, notices::Notice, tell_settings::OfReporter};
pub use notices::Inbox;
pub use wishes::{Browser, Wishes};
pub use words::Words;

pub(crate) use deliver::{DELIVER, failed, withdraw};
pub(crate) use keys::Keys;
pub(crate) use notices::{TELL, TellBody, ToTell};

use luyuan_domain::ids::OrgId;
use std::collections::HashSet;
use uuid::Uuid;

/// Who can be reached over other channels than the inbox; kept in memory, so that placing an order
/// asks nothing more of the database.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// Programs and chat groups.
    pub hooks: Vec<(Uuid, Hook)>,
    /// Organisations with a member who wants to be told.
    pub listening: HashSet<OrgId>,
}
