//! Room for compounds inside blocks, and buildings inside compounds.

use super::{
    flat::{At, Block, along, area, around, cross, cut, edges, fits, inside, left, minus, to_edge, unit},
    mesh::{Mesh, Piece},
    network::{axis, half_width},
    rng::Rng,
};

/// A compound's usual width and depth in metres, with the path around it.
const WIDTH: f64 = 92.0;
const DEPTH: f64 = 84.0;
/// Between neighbouring compounds, and between a compound and the kerb.
const PATH: f64 = 7.0;
const KERB: f64 = 4.0;
/// The least that can hold a building with a yard.
const LEAST: (f64, f64) = (36.0, 30.0);
/// A slab of flats: its depth, the yard to the next one, and the length of one staircase.
const SLAB: f64 = 11.5;
const YARD: f64 = 15.0;
const STAIRS: f64 = 15.0;

/// A block's ground within its kerbs: each side moved inwards by half of its way and `kerb` metres.
/// None where nothing sound is left.
pub(super) fn ground(mesh: &Mesh, block: &Piece, kerb: f64) -> Option<Vec<At>> {
    let ring = mesh.ring(block);
    let count = ring.len();
    // Corners on a straight side would only make the moved ring ragged.
    let keep: Vec<usize> = (0..count)
        .filter(|at| to_edge(ring[*at], ring[(at + count - 1) % count], ring[(at + 1) % count]) > 2.5)
        .collect();
    let sides: Vec<(At, At)> = (0..keep.len())
        .map(|number| {
            let (a, b) = (keep[number], keep[(number + 1) % keep.len()]);
            let steps = (b + count - a) % count;
            let ways =
                (0..steps).map(|step| half_width(mesh.way(block[(a + step) % count], block[(a + step + 1) % count])));
            let room = ways.fold(0.0, f64::max) + kerb;
            let direction = unit(minus(ring[b], ring[a]));
            (along(ring[a], left(direction), room), direction)
        })
        .collect();
    if sides.len() < 3 {
        return None;
    }
    let corner = |number: usize| {
        let ((a, u), (b, v)) = (sides[(number + sides.len() - 1) % sides.len()], sides[number]);
        let turn = cross(u, v);
        (turn.abs() > 0.03).then(|| along(a, u, cross(minus(b, a), v) / turn))
    };
    let moved: Vec<At> = (0..sides.len()).map(corner).collect::<Option<_>>()?;
    let sound = moved.iter().all(|at| inside(&ring, *at))
        && edges(&ring).all(|(a, b)| edges(&moved).all(|(c, d)| !cut(a, b, c, d)))
        && simple(&moved)
        && (area(&ring) * 0.2..area(&ring)).contains(&area(&moved));
    sound.then_some(moved)
}

fn simple(ring: &[At]) -> bool {
    let count = ring.len();
    edges(ring).enumerate().all(|(one, (a, b))| {
        edges(ring).enumerate().all(|(other, (c, d))| {
            let apart = (other + count - one) % count;
            apart < 2 || apart + 1 == count || !cut(a, b, c, d)
        })
    })
}

/// The rectangles for compounds in a block, along its streets; their width runs east and west.
pub(super) fn lots(mesh: &Mesh, block: &Piece, rng: &mut Rng) -> Vec<Block> {
    let Some(ring) = ground(mesh, block, KERB) else { return Vec::new() };
    let axis = axis(&ring);
    let east = if axis[0].abs() >= axis[1].abs() { axis } else { left(axis) };
    let east = if east[0] < 0.0 { [-east[0], -east[1]] } else { east };
    let frame = around(&ring, east);
    let (width, depth) = (frame.width, frame.depth);
    if width < LEAST.0 || depth < LEAST.1 {
        return Vec::new();
    }
    let count = |length: f64, usual: f64| (length / usual).round().max(1.0);
    let (columns, rows) = (count(width, WIDTH * rng.between(0.85, 1.2)), count(depth, DEPTH * rng.between(0.85, 1.2)));
    let (wide, deep) = (width / columns, depth / rows);
    let mut lots = Vec::new();
    for number in 0..super::whole_number(columns * rows) {
        let (column, row) = ((number as f64) % columns, (number as f64 / columns).floor());
        let (x, y) = ((column + 0.5) * wide - width / 2.0, (row + 0.5) * deep - depth / 2.0);
        // Beside a slanting street a smaller rectangle may still fit.
        let fitting = [1.0, 0.92, 0.84, 0.74].into_iter().find_map(|share| {
            let lot = frame.part(x, y, (wide - PATH) * share, (deep - PATH) * share);
            let enough = lot.width >= LEAST.0 && lot.depth >= LEAST.1;
            (enough && fits(&lot.ring(), &ring)).then_some(lot)
        });
        lots.extend(fitting);
    }
    lots
}

/// How many slabs a compound has room for.
pub(super) fn room(lot: &Block) -> usize {
    let (columns, rows) = grid(lot);
    columns * rows
}

/// Columns and rows of slabs.
fn grid(lot: &Block) -> (usize, usize) {
    let rows = super::whole_number(((lot.depth - 6.0 + YARD) / (SLAB + YARD)).floor()).max(1);
    (if lot.width > 88.0 { 2 } else { 1 }, rows)
}

/// A building of a compound: its ground plan and its households.
pub(super) struct Slab {
    pub(super) ring: Vec<At>,
    pub(super) households: u32,
}

/// So many slabs in rows, facing south, from the south-west on.
pub(super) fn slabs(lot: &Block, count: usize, rng: &mut Rng) -> Vec<Slab> {
    let (columns, most) = grid(lot);
    let rows = count.div_ceil(columns).min(most).max(1);
    let storeys = 5 + rng.below(3);
    let (wide, deep) = ((lot.width - 6.0) / columns as f64, (lot.depth - 6.0) / rows as f64);
    // One design a column: the same staircases, in line, as they were built.
    let most_stairs = super::whole_number(((wide - 5.0) / STAIRS).floor()).clamp(1, 5);
    let designs: Vec<(usize, f64)> = (0..columns)
        .map(|_| (if most_stairs > 2 { most_stairs - rng.below(2) } else { most_stairs }, rng.between(-0.4, 0.4)))
        .collect();
    let slabs = (0..count).map(|number| {
        let (column, row) = (number % columns, number / columns);
        let x = (column as f64 + 0.5) * wide - (lot.width - 6.0) / 2.0;
        let y = (row as f64 + 0.5) * deep - (lot.depth - 6.0) / 2.0;
        let (stairs, shift) = designs[column];
        let length = (stairs as f64 * STAIRS).min(wide - 5.0);
        let shift = (wide - 5.0 - length) * shift;
        let slab = lot.part(x + shift, y, length, SLAB.min(deep - 4.0));
        let households = u32::try_from(stairs * 2 * storeys).unwrap_or(0);
        Slab { ring: slab.ring(), households }
    });
    slabs.collect()
}
