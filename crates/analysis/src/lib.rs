//! Pure computation: point to place, similar orders, clusters, text search, made districts.

pub mod clusters;
pub mod locate;
pub mod made;
pub mod text;
