//! A small drawing in SVG, for pages without a script and for paper.

use luyuan_app::green::{Measured, Spot, Why};
use std::fmt::Write as _;

/// Room around what is drawn, in metres.
const ROOM: f64 = 60.0;

/// A drawing: paths in metres, north up.
pub(crate) struct Sketch {
    /// The view: left, top, width, height.
    pub view: String,
    /// Parks.
    pub parks: String,
    /// Doors within reach, and those that are not, as paths of dots.
    pub within: String,
    /// Doors out of reach.
    pub out: String,
    /// The straight line.
    pub straight: String,
    /// The way on foot.
    pub way: String,
}

/// Draws a door's way to the park that is nearest in a straight line.
pub(crate) fn of_why(measured: &Measured, door: u32, goal: usize, why: &Why) -> Option<Sketch> {
    let from = measured.door(door)?;
    let park = measured.park(why.straight.0)?;
    let plane = luyuan_domain::geo::Local::around(luyuan_domain::geo::Wgs84 { lon: from.lon, lat: from.lat });
    let flat = |lon: f64, lat: f64| {
        let [x, y] = plane.metres(lon, lat);
        (x, -y)
    };
    let ground: Vec<(f64, f64)> =
        park.ground.0.iter().flat_map(|part| part.exterior().0.iter()).map(|at| flat(at.x, at.y)).collect();
    let nearest = ground.iter().copied().min_by(|a, b| a.0.hypot(a.1).total_cmp(&b.0.hypot(b.1)))?;
    let spot = |spot: &Spot| {
        let at = spot.position();
        flat(at.lon, at.lat)
    };
    let way: Vec<(f64, f64)> = why.line.iter().map(spot).collect();
    let mut low = (0.0f64, 0.0f64);
    let mut high = (0.0f64, 0.0f64);
    for (x, y) in way.iter().copied().chain([nearest]) {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    let (low, high) = ((low.0 - ROOM, low.1 - ROOM), (high.0 + ROOM, high.1 + ROOM));
    let seen = |x: f64, y: f64| (low.0..=high.0).contains(&x) && (low.1..=high.1).contains(&y);
    let mut parks = String::new();
    for near in measured.parks() {
        for part in &near.ground.0 {
            let ring: Vec<(f64, f64)> = part.exterior().0.iter().map(|at| flat(at.x, at.y)).collect();
            if ring.iter().any(|(x, y)| seen(*x, *y)) || std::ptr::eq(near, park) {
                parks.push_str(&path(&ring));
                parks.push('Z');
            }
        }
    }
    let (mut within, mut out) = (String::new(), String::new());
    for near in measured.doors() {
        let (x, y) = flat(near.lon, near.lat);
        if seen(x, y) {
            let reached = near.reached.checked_shr(u32::try_from(goal).unwrap_or(32)).unwrap_or(0) & 1 == 1;
            let _ = write!(if reached { &mut within } else { &mut out }, "M{x:.0} {y:.0}h.01");
        }
    }
    Some(Sketch {
        view: format!("{:.0} {:.0} {:.0} {:.0}", low.0, low.1, high.0 - low.0, high.1 - low.1),
        parks,
        within,
        out,
        straight: path(&[(0.0, 0.0), nearest]),
        way: path(&way),
    })
}

fn path(line: &[(f64, f64)]) -> String {
    line.iter().enumerate().fold(String::new(), |mut out, (at, (x, y))| {
        let _ = write!(out, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
        out
    })
}
