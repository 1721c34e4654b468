//! Positions. Three systems are in use on Chinese maps; mixing them shifts a point by hundreds of
//! metres, so each is a type of its own and only [`Wgs84`] is stored.
//!
//! Two systems never mix by accident:
//!
//! ```compile_fail,E0308
//! use luyuan_domain::geo::{Gcj02, Wgs84};
//! let tapped = Gcj02::new(113.6670, 34.7560).ok_or(())?;
//! let stored: Wgs84 = tapped; // expected `Wgs84`, found `Gcj02`
//! # Ok::<(), ()>(())
//! ```
//!
//! They are converted by name:
//!
//! ```
//! use luyuan_domain::geo::{Gcj02, Wgs84};
//! let tapped = Gcj02::new(113.6670, 34.7560).ok_or(())?;
//! let stored: Wgs84 = tapped.to_wgs84();
//! assert!(stored.metres_to(Wgs84 { lon: 113.6609, lat: 34.7571 }) < 2.0);
//! # Ok::<(), ()>(())
//! ```

mod distance;
mod shift;

use serde::{Deserialize, Serialize};

pub use distance::{EARTH_RADIUS, Local};

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

impl Wgs84 {
    /// The same place on a GCJ-02 map; unchanged outside the box in which the shift is defined.
    pub fn to_gcj02(self) -> Gcj02 {
        let (lon, lat) = shift::gcj_from_wgs(self.lon, self.lat);
        Gcj02 { lon, lat }
    }

    /// The same place on a BD-09 map.
    pub fn to_bd09(self) -> Bd09 {
        self.to_gcj02().to_bd09()
    }
}

impl Gcj02 {
    /// Where it really is, to better than 10⁻⁷ degrees (about a centimetre).
    pub fn to_wgs84(self) -> Wgs84 {
        let (lon, lat) = shift::wgs_from_gcj(self.lon, self.lat);
        Wgs84 { lon, lat }
    }

    /// The same place on a BD-09 map; unchanged outside the box in which the shift is defined.
    pub fn to_bd09(self) -> Bd09 {
        let (lon, lat) = shift::bd_from_gcj(self.lon, self.lat);
        Bd09 { lon, lat }
    }
}

impl Bd09 {
    /// The same place on a GCJ-02 map, to better than 10⁻⁷ degrees.
    pub fn to_gcj02(self) -> Gcj02 {
        let (lon, lat) = shift::gcj_from_bd(self.lon, self.lat);
        Gcj02 { lon, lat }
    }

    /// Where it really is, to better than 10⁻⁷ degrees.
    pub fn to_wgs84(self) -> Wgs84 {
        self.to_gcj02().to_wgs84()
    }
}

/// The system in which a file's positions are written: declared by whoever brings the file, never
/// guessed from the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// [`Wgs84`].
    Wgs84,
    /// [`Gcj02`].
    Gcj02,
    /// [`Bd09`].
    Bd09,
}

impl System {
    /// The stable code used in files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// The system for a code (`wgs84`, also `WGS-84`), or `None` when it is unknown.
    pub fn parse(code: &str) -> Option<Self> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        [Self::Wgs84, Self::Gcj02, Self::Bd09].into_iter().find(|system| system.code() == code)
    }

    /// A position written in this system, or `None` when the numbers are no position.
    pub fn read(self, lon: f64, lat: f64) -> Option<Wgs84> {
        match self {
            Self::Wgs84 => Wgs84::new(lon, lat),
            Self::Gcj02 => Gcj02::new(lon, lat).map(Gcj02::to_wgs84),
            Self::Bd09 => Bd09::new(lon, lat).map(Bd09::to_wgs84),
        }
    }
}

#[cfg(test)]
mod tests;
