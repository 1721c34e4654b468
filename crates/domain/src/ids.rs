//! Identifiers. Each kind of thing has its own type, so that an order's id cannot be passed for a
//! place's. All are UUIDs of version 7 made outside this crate, stored as text.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
    )+};
}

ids! {
    /// An order (诉求/工单).
    OrderId,
    /// One person's report behind an order; several reports may stand behind one order.
    ReporterId,
    /// An event: one recorded change.
    EventId,
    /// A governed piece of the district, from the district down to a unit.
    PlaceId,
    /// An organisation: committee, office, branch, department, company.
    OrgId,
    /// A person with an account.
    PersonId,
    /// A request to a co-handler (吹哨).
    WhistleId,
    /// A photo or document.
    FileId,
    /// A role that somebody holds.
    RoleId,
    /// A scenario that was kept: what would be changed for green within reach.
    ScenarioId,
}

/// The jurisdiction (city or district) that a row belongs to; first part of every table's key.
/// Lower-case letters, digits, dots and hyphens, as Open311 uses it (`erqi`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JurisdictionId(pub String);

impl fmt::Display for JurisdictionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
