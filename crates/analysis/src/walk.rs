//! Walking: the network on which a city's doors and parks lie, how far it is from every door to the
//! nearest park, and which share of the people and of the land is near enough.
//!
//! Lengths are whole centimetres throughout, so that every distance is exact and equals what anybody
//! else computes on the same network.

mod city;
mod link;
mod network;
mod search;

pub use city::{Building, City, Entrance, Entrances, Park, Street, Zone};
pub use link::Link;
pub use network::{Arc, Edge, EdgeKind, Network, Spot, UNREACHED, centimetres};
pub use search::{Reach, Seed, Walker, reach};
