//! Distances in metres on a sphere. For a district either way is exact to centimetres against the
//! other; against the ellipsoid both are within 0.6 %.

use super::Wgs84;

/// Mean radius of the earth in metres (IUGG).
pub const EARTH_RADIUS: f64 = 6_371_008.8;

impl Wgs84 {
    /// Great-circle distance in metres (haversine), for any two positions.
    pub fn metres_to(self, other: Self) -> f64 {
        let (dlon, dlat) = ((other.lon - self.lon).to_radians(), (other.lat - self.lat).to_radians());
        let (sin_lat, sin_lon) = ((dlat / 2.0).sin(), (dlon / 2.0).sin());
        let h = sin_lat * sin_lat + self.lat.to_radians().cos() * other.lat.to_radians().cos() * sin_lon * sin_lon;
        2.0 * EARTH_RADIUS * h.sqrt().min(1.0).asin()
    }
}

/// A flat plane around one position: x east and y north in metres. Within ten kilometres of its
/// origin distances are those of [`Wgs84::metres_to`] to a part in a thousand, at a tenth of the
/// cost. Not for the poles and not across ±180°.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    origin: Wgs84,
    lon: f64,
    lat: f64,
}

impl Local {
    /// The plane around a position.
    pub fn around(origin: Wgs84) -> Self {
        let lat = EARTH_RADIUS.to_radians();
        Self { origin, lon: lat * origin.lat.to_radians().cos().max(1.0e-9), lat }
    }

    /// Metres east and north of the origin.
    pub fn metres(&self, lon: f64, lat: f64) -> [f64; 2] {
        [(lon - self.origin.lon) * self.lon, (lat - self.origin.lat) * self.lat]
    }

    /// The position so many metres east and north of the origin.
    pub fn position(&self, [x, y]: [f64; 2]) -> Wgs84 {
        Wgs84 { lon: self.origin.lon + x / self.lon, lat: self.origin.lat + y / self.lat }
    }

    /// Metres from the origin.
    pub fn distance(&self, to: Wgs84) -> f64 {
        let [x, y] = self.metres(to.lon, to.lat);
        x.hypot(y)
    }

    /// Metres in a degree of longitude and in a degree of latitude.
    pub fn degree(&self) -> [f64; 2] {
        [self.lon, self.lat]
    }
}
