//! How one gets into a ground whose entrances nobody lists.

use super::{
    Entrance, Link, Spot, centimetres,
    grid::{EdgeGrid, link},
    ground::{extent, holds, stretches},
};
use geo::{Coord, MultiPolygon};
use luyuan_domain::geo::{Local, Wgs84};

/// How far a point of a way may be from a boundary to lie on it, as a share of the edge.
const ON: f64 = 1.0e-9;

/// Where edges of the network lead from outside or from the boundary into a ground.
pub(super) fn where_ways_enter(ground: &MultiPolygon, grid: &EdgeGrid<'_>) -> Vec<Entrance> {
    let Some((low, high)) = extent(ground) else { return Vec::new() };
    let mut found = Vec::new();
    for edge in grid.beside(low, high, 1.0) {
        let (a, b) = (coord(grid.spot(edge.a)), coord(grid.spot(edge.b)));
        let mut cuts = cuts(ground, a, b);
        cuts.extend([0.0, 1.0]);
        cuts.sort_by(f64::total_cmp);
        cuts.dedup_by(|one, other| (*one - *other).abs() < ON);
        let at = |share: f64| Coord { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
        // Whether the stretch before each cut is inside; before the first and after the last nothing
        // is known, unless the end lies on the boundary.
        let inside: Vec<bool> = cuts.windows(2).map(|pair| holds(ground, at((pair[0] + pair[1]) / 2.0))).collect();
        for (number, cut) in cuts.iter().enumerate() {
            let before = number.checked_sub(1).and_then(|number| inside.get(number));
            let after = inside.get(number);
            let enters = match (before, after) {
                (Some(before), Some(after)) => before != after,
                (Some(inside), None) | (None, Some(inside)) => *inside && on_boundary(ground, at(*cut)),
                (None, None) => false,
            };
            if enters {
                let spot = Spot::of(Wgs84 { lon: at(*cut).x, lat: at(*cut).y });
                found.push(Entrance { at: spot, link: Some(link(&edge, *cut, 0.0)) });
            }
        }
    }
    found.sort_by_key(|entrance| (entrance.at, entrance.link.map(|link| link.edge())));
    // Edges that meet on the boundary enter at the same point: one entrance.
    found.dedup_by_key(|entrance| entrance.at);
    found
}

/// Where the network passes a boundary closely: the nearest point of the network to points along the
/// boundary, each point of the network once.
pub(super) fn along_boundary(ground: &MultiPolygon, grid: &EdgeGrid<'_>, step: f64, metres: f64) -> Vec<Entrance> {
    let mut found: Vec<(Spot, Link)> = Vec::new();
    for part in ground {
        let mut since = step;
        for pair in part.exterior().0.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = Wgs84 { lon: a.x, lat: a.y }.metres_to(Wgs84 { lon: b.x, lat: b.y });
            let mut along = step - since;
            while along <= length {
                let share = if length > 0.0 { along / length } else { 0.0 };
                let at = Spot::of(Wgs84 { lon: a.x + (b.x - a.x) * share, lat: a.y + (b.y - a.y) * share });
                found.extend(grid.nearest(at, metres).map(|link| (at, link)));
                along += step;
            }
            since = length - (along - step);
        }
    }
    // Where ways end or bend beside the boundary, the exact place.
    if let Some((low, high)) = extent(ground) {
        let mut nodes: Vec<u32> = grid.beside(low, high, metres).iter().flat_map(|edge| [edge.a, edge.b]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            let (distance, at) = nearest_on(ground, grid.spot(node));
            if distance <= metres {
                found.push((at, Link { off: centimetres(distance), ..Link::at(node) }));
            }
        }
    }
    // Several points of the boundary may share one foot: the nearest of them is the entrance.
    found.sort_by_key(|(at, link)| (link.edge(), link.to_a, link.off, *at));
    found.dedup_by_key(|(_, link)| (link.edge(), link.to_a));
    found.into_iter().map(|(at, link)| Entrance { at, link: Some(link) }).collect()
}

/// The point of a boundary that is nearest to a spot, and how many metres it is away.
fn nearest_on(ground: &MultiPolygon, from: Spot) -> (f64, Spot) {
    let plane = Local::around(from.position());
    let mut best = (f64::INFINITY, from);
    for (a, b) in stretches(ground) {
        let ([ax, ay], [bx, by]) = (plane.metres(a.x, a.y), plane.metres(b.x, b.y));
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let share = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        let at = [ax + share * dx, ay + share * dy];
        let distance = at[0].hypot(at[1]);
        if distance < best.0 {
            best = (distance, Spot::of(plane.position(at)));
        }
    }
    best
}

/// The shares of the stretch from `a` to `b` at which it meets the boundary.
fn cuts(ground: &MultiPolygon, a: Coord, b: Coord) -> Vec<f64> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let meet = |(c, d): (Coord, Coord)| -> Option<f64> {
        // Most stretches of a boundary are nowhere near.
        if c.x.max(d.x) < a.x.min(b.x) || c.x.min(d.x) > a.x.max(b.x) {
            return None;
        }
        if c.y.max(d.y) < a.y.min(b.y) || c.y.min(d.y) > a.y.max(b.y) {
            return None;
        }
        let (ex, ey) = (d.x - c.x, d.y - c.y);
        let cross = dx * ey - dy * ex;
        if cross == 0.0 {
            return None;
        }
        let (fx, fy) = (c.x - a.x, c.y - a.y);
        let (share, other) = ((fx * ey - fy * ex) / cross, (fx * dy - fy * dx) / cross);
        let within = |value: f64| (-ON..=1.0 + ON).contains(&value);
        (within(share) && within(other)).then(|| share.clamp(0.0, 1.0))
    };
    stretches(ground).filter_map(meet).collect()
}

/// Whether a point lies on the boundary, to two centimetres.
fn on_boundary(ground: &MultiPolygon, at: Coord) -> bool {
    nearest_on(ground, Spot::of(Wgs84 { lon: at.x, lat: at.y })).0 < 0.02
}

fn coord(spot: Spot) -> Coord {
    let at = spot.position();
    Coord { x: at.lon, y: at.lat }
}
