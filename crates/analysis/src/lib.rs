//! Pure computation: point to place, coordinates, text search, made districts.

pub mod clusters;
pub mod locate;
pub mod made;
pub mod text;
