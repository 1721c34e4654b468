//! Positions in the projection of web maps, as whole numbers.

use std::f64::consts::PI;

/// A position in the square of EPSG:3857: each side has 2³² units, of at most a centimetre; x grows
/// to the east, y to the south.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct World {
    /// From the 180th meridian to the east.
    pub x: u32,
    /// From 85.0511° north to the south.
    pub y: u32,
}

/// Units of a side.
const SIDE: f64 = 4_294_967_296.0;

impl World {
    /// Of degrees WGS-84; beyond the square the nearest on its edge.
    pub fn of(lon: f64, lat: f64) -> Self {
        let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0;
        Self { x: whole((lon + 180.0) / 360.0), y: whole(y) }
    }

    /// In degrees: longitude and latitude.
    pub fn degrees(self) -> (f64, f64) {
        let y = f64::from(self.y) / SIDE;
        let lat = (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees();
        (f64::from(self.x) / SIDE * 360.0 - 180.0, lat)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // held within what fits
fn whole(share: f64) -> u32 {
    (share * SIDE).round().clamp(0.0, SIDE - 1.0) as u32
}
