//! Pure computation: point to place, coordinates, text search, made districts.

pub mod made;
pub mod text;
