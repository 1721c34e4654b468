//! From which zoom on each point of a line matters (Douglas and Peucker, 1973), found once for the
//! whole line, so that neighbouring tiles leave out the same points and meet.

use super::{World, ZOOMS};

/// How far a line may move by leaving a point out, in units of a tile: a third of a pixel.
const MOVED: f64 = 3.0;

/// For every point the lowest zoom at which it is drawn. The ends are always drawn; a ring's also
/// where it is farthest from its start.
pub(super) fn levels(points: &[World], ring: bool) -> Vec<u8> {
    let mut weight = vec![0.0f64; points.len()];
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    weight[0] = f64::INFINITY;
    weight[last] = f64::INFINITY;
    let mut waiting = Vec::new();
    if ring && last > 2 {
        let far = (1..last).max_by(|a, b| apart(points[0], points[*a]).total_cmp(&apart(points[0], points[*b])));
        let far = far.unwrap_or(last);
        weight[far] = f64::INFINITY;
        waiting.extend([(0, far, f64::INFINITY), (far, last, f64::INFINITY)]);
    } else {
        waiting.push((0, last, f64::INFINITY));
    }
    while let Some((from, to, most)) = waiting.pop() {
        let mut farthest = (0.0, 0);
        for at in from + 1..to {
            let off = off(points[at], points[from], points[to]);
            if off > farthest.0 {
                farthest = (off, at);
            }
        }
        let (off, at) = farthest;
        if at > from {
            // Never before the points between which it was found.
            let own = off.sqrt().min(most);
            weight[at] = own;
            waiting.extend([(from, at, own), (at, to, own)]);
        }
    }
    weight.into_iter().map(level).collect()
}

fn level(weight: f64) -> u8 {
    let unit = |zoom: u8| f64::from(1u32 << (20 - zoom));
    ZOOMS.clone().find(|zoom| weight > MOVED * unit(*zoom)).unwrap_or(*ZOOMS.end())
}

fn apart(a: World, b: World) -> f64 {
    let (x, y) = (f64::from(a.x) - f64::from(b.x), f64::from(a.y) - f64::from(b.y));
    x * x + y * y
}

/// The square of the distance from a point to a stretch.
fn off(at: World, a: World, b: World) -> f64 {
    let (px, py) = (f64::from(at.x) - f64::from(a.x), f64::from(at.y) - f64::from(a.y));
    let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
    let share = ((px * dx + py * dy) / (dx * dx + dy * dy).max(1.0)).clamp(0.0, 1.0);
    let (x, y) = (px - share * dx, py - share * dy);
    x * x + y * y
}
