//! Walking: the network on which a city's doors and parks lie, how far it is from every door to the
//! nearest park, and which share of the people and of the land is near enough.
//!
//! Lengths are whole centimetres throughout, so that every distance is exact and equals what anybody
//! else computes on the same network.

mod access;
mod arrange;
mod city;
mod coverage;
mod draft;
mod entrances;
mod file;
mod grid;
mod ground;
mod islands;
mod land;
mod link;
mod network;
pub(crate) mod queue;
mod search;
mod straight;
mod why;

pub use access::{Access, Gates, Near, access};
pub use city::{Building, City, Entrance, Entrances, Park, Street, Zone};
pub use coverage::{BuildingRow, GoalReport, Measured, Report, Row, Share};
pub use draft::{Draft, DraftBuilding, DraftGround, Findings};
pub use file::{BadCity, decode, encode};
pub use grid::{EdgeGrid, EdgeIndex};
pub use ground::{flat_square_metres, holds, metres_to, square_metres};
pub use islands::Parts;
pub use land::Land;
pub use link::Link;
pub use network::{Arc, Edge, EdgeKind, Network, Spot, UNREACHED, centimetres};
pub use search::{Found, Reach, Seed, Walker, reach};
pub(crate) use search::{halves, label};
pub use straight::{Plane, Service, serves, shared, united};
pub use why::{Why, why};

#[cfg(test)]
mod tests;
