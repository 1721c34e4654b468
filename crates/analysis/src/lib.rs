//! Pure computation: point to place, coordinates, text search, made districts.
