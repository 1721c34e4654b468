//! Positions. Three systems are in use on Chinese maps; mixing them shifts a point by hundreds of
//! metres, so each is a type of its own and only [`Wgs84`] is stored.

use serde::{Deserialize, Serialize};

macro_rules! systems {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// Longitude in degrees, east positive.
            pub lon: f64,
            /// Latitude in degrees, north positive.
            pub lat: f64,
        }

        impl $name {
            /// A position, or `None` when a number is not finite or outside ±180° / ±90°.
            pub fn new(lon: f64, lat: f64) -> Option<Self> {
                let inside = lon.abs() <= 180.0 && lat.abs() <= 90.0;
                inside.then_some(Self { lon, lat })
            }
        }
    )+};
}

systems! {
    /// WGS-84, what satellites and OpenStreetMap use; the stored system (CGCS2000 agrees within
    /// decimetres and is taken as the same).
    Wgs84,
    /// GCJ-02, the shifted system of Chinese web maps.
    Gcj02,
    /// BD-09, Baidu's further shift of GCJ-02.
    Bd09,
}
