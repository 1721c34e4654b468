//! Lines and rings within a tile and its buffer, in the tile's units.

use super::{BUFFER, EXTENT};

/// A position in a tile's units: x to the right, y down.
pub(super) type At = [i32; 2];

const LOW: f64 = -(BUFFER as f64);
const HIGH: f64 = (EXTENT + BUFFER) as f64;

fn within(at: At) -> bool {
    at.iter().all(|value| (-BUFFER..=EXTENT + BUFFER).contains(value))
}

#[allow(clippy::cast_possible_truncation)] // clipped to a few thousand
fn rounded(at: [f64; 2]) -> At {
    [at[0].round() as i32, at[1].round() as i32]
}

fn real(at: At) -> [f64; 2] {
    [f64::from(at[0]), f64::from(at[1])]
}

/// The pieces of a line that are inside (Liang and Barsky, 1984).
pub(super) fn line(points: &[At]) -> Vec<Vec<At>> {
    let mut pieces: Vec<Vec<At>> = Vec::new();
    let mut piece: Vec<At> = Vec::new();
    let mut end = |piece: &mut Vec<At>| {
        piece.dedup();
        if piece.len() > 1 {
            pieces.push(std::mem::take(piece));
        }
        piece.clear();
    };
    for pair in points.windows(2) {
        let Some((from, to)) = stretch(pair[0], pair[1]) else {
            end(&mut piece);
            continue;
        };
        if piece.last() != Some(&from) {
            end(&mut piece);
            piece.push(from);
        }
        piece.push(to);
        if to != pair[1] {
            end(&mut piece);
        }
    }
    end(&mut piece);
    pieces
}

/// The part of a stretch that is inside.
fn stretch(a: At, b: At) -> Option<(At, At)> {
    if within(a) && within(b) {
        return Some((a, b));
    }
    let (from, to) = (real(a), real(b));
    let step = [to[0] - from[0], to[1] - from[1]];
    let (mut first, mut last) = (0.0f64, 1.0f64);
    for side in 0..2 {
        for (room, towards) in [(from[side] - LOW, -step[side]), (HIGH - from[side], step[side])] {
            if towards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if towards < 0.0 {
                first = first.max(room / towards);
            } else {
                last = last.min(room / towards);
            }
        }
    }
    if first > last {
        return None;
    }
    let at = |share: f64| rounded([from[0] + step[0] * share, from[1] + step[1] * share]);
    Some((if within(a) { a } else { at(first) }, if within(b) { b } else { at(last) }))
}

/// The part of a closed ring that is inside (Sutherland and Hodgman, 1974), without its repeated
/// last point; none where nothing with an area is left.
pub(super) fn ring(points: &[At]) -> Option<Vec<At>> {
    let open = points.strip_suffix(&points[..1.min(points.len())]).unwrap_or(points);
    let mut kept = open.to_vec();
    if !open.iter().all(|at| within(*at)) {
        let mut ring: Vec<[f64; 2]> = open.iter().map(|at| real(*at)).collect();
        for (side, limit, sign) in [(0, LOW, 1.0), (0, HIGH, -1.0), (1, LOW, 1.0), (1, HIGH, -1.0)] {
            let inside = |at: [f64; 2]| (at[side] - limit) * sign >= 0.0;
            let mut cut = Vec::with_capacity(ring.len() + 4);
            for number in 0..ring.len() {
                let (a, b) = (ring[number], ring[(number + 1) % ring.len()]);
                if inside(a) {
                    cut.push(a);
                }
                if inside(a) != inside(b) {
                    let share = (limit - a[side]) / (b[side] - a[side]);
                    let mut at = [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
                    at[side] = limit;
                    cut.push(at);
                }
            }
            ring = cut;
        }
        kept = ring.into_iter().map(rounded).collect();
    }
    kept.dedup();
    while kept.len() > 1 && kept.first() == kept.last() {
        kept.pop();
    }
    (kept.len() > 2 && area(&kept) != 0).then_some(kept)
}

/// Twice the area by the surveyor's formula; positive for an outer ring of the specification.
pub(super) fn area(ring: &[At]) -> i64 {
    (0..ring.len())
        .map(|number| {
            let (a, b) = (ring[number], ring[(number + 1) % ring.len()]);
            i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
        })
        .sum()
}
