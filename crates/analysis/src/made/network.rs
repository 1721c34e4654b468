//! The plan laid over the district: trunk roads first, then smaller ones until blocks are as small
//! as they are in that part of the town; then all is bent a little, since no town is straight.

use super::{
    flat::{At, Block, along, around, centroid, distance, edges, left, minus, to_edge, turned, unit},
    mesh::{Cut, Mesh, Piece, Way},
    plan::{CENTRES, Class, Degrees, OPEN, ROADS},
    rng::Rng,
};
use luyuan_domain::geo::Local;

/// How far the plan is bent, in metres, and over which lengths.
const BEND: f64 = 34.0;
const LENGTHS: [f64; 2] = [2_900.0, 1_700.0];
/// Near the border nothing is bent; from here on all is.
const FADE: f64 = 700.0;

/// Cuts the border's piece into blocks.
pub(super) fn lay(border: &[At], plane: &Local, rng: &mut Rng) -> (Mesh, Vec<Piece>) {
    let (mut mesh, whole) = Mesh::new(border);
    let mut pieces = vec![whole];
    for (number, road) in ROADS.iter().enumerate() {
        let flat = |[lon, lat]: Degrees| plane.metres(lon, lat);
        let (from, to) = (flat(road.from), flat(road.to));
        let cut = Cut { from, direction: unit(minus(to, from)), reach: (0.0, distance(from, to)) };
        pieces = pieces.iter().flat_map(|piece| mesh.cut(piece, cut, Way::Road(number))).collect();
    }
    let centres = CENTRES.map(|([lon, lat], size, near, far)| (plane.metres(lon, lat), size, near, far));
    let size = |at: At| {
        let sizes = centres.iter().map(|(middle, size, near, far)| {
            let share = ((distance(at, *middle) - near) / (far - near)).clamp(0.0, 1.0);
            size * (OPEN / size).powf(share)
        });
        sizes.fold(OPEN, f64::min)
    };
    let mut blocks = Vec::new();
    while let Some(piece) = pieces.pop() {
        match halve(&mut mesh, &piece, &size, rng) {
            Some(parts) => pieces.extend(parts),
            None => blocks.push(piece),
        }
    }
    // The order of work is not the order on the map: from the north-west, row by row.
    let row = |piece: &Piece| {
        let [x, y] = centroid(&mesh.ring(piece));
        ((-y / 400.0).floor(), x)
    };
    blocks.sort_by(|a, b| row(a).partial_cmp(&row(b)).unwrap_or(std::cmp::Ordering::Equal));
    bend(&mut mesh, border);
    (mesh, blocks)
}

/// The direction in which most of a ring runs: its longest edge, a wide road before a lane.
pub(super) fn axis(ring: &[At]) -> At {
    let longest = edges(ring).max_by(|a, b| distance(a.0, a.1).total_cmp(&distance(b.0, b.1)));
    longest.map_or([1.0, 0.0], |(a, b)| unit(minus(b, a)))
}

/// The rectangle around a ring along its main direction, its width the longer side.
fn frame(ring: &[At]) -> Block {
    let axis = axis(ring);
    let block = around(ring, axis);
    if block.width >= block.depth { block } else { around(ring, left(axis)) }
}

/// Cuts a piece across its longer side, unless it is small enough.
pub(super) fn halve(mesh: &mut Mesh, piece: &[usize], size: &impl Fn(At) -> f64, rng: &mut Rng) -> Option<Vec<Piece>> {
    let ring = mesh.ring(&mesh.whole(piece));
    let area = super::flat::area(&ring);
    let wanted = size(centroid(&ring));
    if area < wanted * rng.between(0.9, 1.7) {
        return None;
    }
    let frame = frame(&ring);
    // In the open country lanes follow the land, not the ruler.
    let loose = if wanted > 150_000.0 { 0.22 } else { 0.03 };
    for _ in 0..4 {
        let from = along(centroid(&ring), frame.axis, frame.width * rng.between(-0.11, 0.11));
        let direction = turned(left(frame.axis), rng.between(-loose, loose));
        let way = if area > wanted.max(60_000.0) * 4.0 { Way::Local } else { Way::Lane };
        let cut = Cut { from, direction, reach: (f64::NEG_INFINITY, f64::INFINITY) };
        let parts = mesh.cut(piece, cut, way);
        if parts.len() > 1 {
            return Some(parts);
        }
    }
    None
}

/// Moves every corner that is not on the border by a smooth field that fades towards the border.
fn bend(mesh: &mut Mesh, border: &[At]) {
    let edges: Vec<(At, At)> = edges(border).collect();
    for number in 0..mesh.corners.len() {
        if mesh.fixed[number] {
            continue;
        }
        let at = mesh.corners[number];
        let near = edges.iter().filter(|(a, b)| {
            (a[0].min(b[0]) - FADE..=a[0].max(b[0]) + FADE).contains(&at[0])
                && (a[1].min(b[1]) - FADE..=a[1].max(b[1]) + FADE).contains(&at[1])
        });
        let room = near.map(|(a, b)| to_edge(at, *a, *b)).fold(FADE, f64::min) / FADE;
        let strength = BEND * room * room * (3.0 - 2.0 * room);
        let wave = |along: f64, across: f64| {
            let turns = std::f64::consts::TAU;
            (turns * along / LENGTHS[0] + 1.3).sin() * 0.7 + (turns * (along + across * 0.6) / LENGTHS[1]).sin() * 0.3
        };
        mesh.corners[number] = [at[0] + strength * wave(at[1], at[0]), at[1] + strength * wave(at[0], at[1])];
    }
}

/// Half of a way's width in metres.
pub(super) fn half_width(way: Way) -> f64 {
    match way {
        Way::Border => 6.0,
        Way::Road(number) => ROADS[number].class.half_width(),
        Way::Local => Class::Street.half_width(),
        Way::Lane => 4.0,
    }
}
