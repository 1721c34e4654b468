//! The published formulas of GCJ-02 (as in `eviltransform`, 2013) and BD-09 (as in `coordtransform`,
//! 2014), longitude and latitude in degrees. The inverses are found by iteration on the forward
//! formulas, since the published inverses are off by up to some metres.

use std::f64::consts::PI;

/// Semi-major axis of the Krasovsky 1940 ellipsoid, in metres, and its first eccentricity squared.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
/// The angle that BD-09 uses, 3000 degrees in radians.
const BD_ANGLE: f64 = PI * 3000.0 / 180.0;
/// Where an inverse stops: a tenth of a millimetre.
const CLOSE: f64 = 1.0e-9;

/// The box in which the formulas shift; outside it they leave a position as it is. Within some
/// 700 m of its edge an inverse is ambiguous, since the formulas jump there; the edge runs through
/// open sea and foreign land.
fn shifted(lon: f64, lat: f64) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// The shift of GCJ-02 at a WGS-84 position.
fn offset(lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let phi = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY * phi.sin() * phi.sin();
    let north = north * 180.0 / ((AXIS * (1.0 - ECCENTRICITY)) / (magic * magic.sqrt()) * PI);
    let east = east * 180.0 / (AXIS / magic.sqrt() * phi.cos() * PI);
    (east, north)
}

pub(super) fn gcj_from_wgs(lon: f64, lat: f64) -> (f64, f64) {
    if !shifted(lon, lat) {
        return (lon, lat);
    }
    let (east, north) = offset(lon, lat);
    (lon + east, lat + north)
}

pub(super) fn wgs_from_gcj(lon: f64, lat: f64) -> (f64, f64) {
    invert(lon, lat, |x, y| {
        let (east, north) = offset(x, y);
        (x + east, y + north)
    })
}

fn bd_forward(lon: f64, lat: f64) -> (f64, f64) {
    let radius = lon.hypot(lat) + 0.000_02 * (lat * BD_ANGLE).sin();
    let theta = lat.atan2(lon) + 0.000_003 * (lon * BD_ANGLE).cos();
    (radius * theta.cos() + 0.0065, radius * theta.sin() + 0.006)
}

pub(super) fn bd_from_gcj(lon: f64, lat: f64) -> (f64, f64) {
    if shifted(lon, lat) { bd_forward(lon, lat) } else { (lon, lat) }
}

pub(super) fn gcj_from_bd(lon: f64, lat: f64) -> (f64, f64) {
    invert(lon, lat, bd_forward)
}

/// The position that `forward` carries to (lon, lat). The shifts change by less than a part in a
/// hundred over their own length, so that every round gains two digits or more.
fn invert(lon: f64, lat: f64, forward: impl Fn(f64, f64) -> (f64, f64)) -> (f64, f64) {
    if !shifted(lon, lat) {
        return (lon, lat);
    }
    let (mut x, mut y) = (lon, lat);
    for _ in 0..30 {
        let (east, north) = forward(x, y);
        let (dx, dy) = (lon - east, lat - north);
        x += dx;
        y += dy;
        if dx.abs().max(dy.abs()) < CLOSE {
            break;
        }
    }
    (x, y)
}
