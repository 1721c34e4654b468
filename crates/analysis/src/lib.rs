//! Pure computation: point to place, similar orders, clusters, text search, made districts, the
//! tree and the receipts of the evidence log.

pub mod clusters;
pub mod evidence;
pub mod locate;
pub mod made;
pub mod osm;
mod rows;
pub mod siting;
pub mod text;
pub mod tiles;
pub mod walk;
pub mod whatif;
