//! The sea, from the lines of its coast.
//!
//! Coastlines run with the land on their left and the water on their right
//! (<https://wiki.openstreetmap.org/wiki/Tag:natural%3Dcoastline>). Within a box they are either rings
//! (an island, or water that is enclosed) or lines from edge to edge of the box; walked on along the
//! box's edge with the water on the right, the lines close to areas of water. Where that does not work
//! out, the coast is broken and nothing is filled: land that is drawn as sea would be worse.

use crate::tiles::{Feature, Kind, Names, Part, World};
use std::collections::HashMap;

/// How far from the edge of the box a line may end whose next point the extract does not hold, in
/// metres: points of a coast lie some tens of metres apart.
const EDGE: f64 = 150.0;

/// What became of the sea.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sea {
    /// No coast lies here.
    None,
    /// It is filled, in so many areas.
    Filled(usize),
    /// The coast does not close, or its directions contradict each other: where, in degrees. Nothing
    /// is filled.
    Broken {
        /// Longitude and latitude.
        at: (f64, f64),
    },
}

/// A box on the map: its north-western and its south-eastern corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub low: World,
    pub high: World,
}

type At = (f64, f64);

/// The areas of water in a box, from coastlines as lists of nodes; `spot` says where a node is, unless
/// the file does not hold it.
pub(super) fn sea(ways: Vec<Vec<i64>>, spot: impl Fn(i64) -> Option<World>, frame: Frame) -> (Vec<Feature>, Sea) {
    match filled(ways, spot, frame) {
        Ok(areas) if areas.is_empty() => (Vec::new(), Sea::None),
        Ok(areas) => {
            let count = areas.len();
            let feature = |parts| Feature { kind: Kind::Water, names: Names::default(), parts };
            (areas.into_iter().map(feature).collect(), Sea::Filled(count))
        }
        Err((x, y)) => (Vec::new(), Sea::Broken { at: world((x, y)).degrees() }),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the box
fn world((x, y): At) -> World {
    World { x: x.round().max(0.0) as u32, y: y.round().max(0.0) as u32 }
}

fn filled(ways: Vec<Vec<i64>>, spot: impl Fn(i64) -> Option<World>, frame: Frame) -> Result<Vec<Vec<Part>>, At> {
    let mut rings: Vec<Vec<At>> = Vec::new();
    let mut lines: Vec<Vec<At>> = Vec::new();
    for mut line in joined(ways) {
        // A ring of which points are missing is begun where one is, so that it is cut there alone.
        if line.first() == line.last()
            && let Some(missing) = line.iter().position(|node| spot(*node).is_none())
        {
            line.pop();
            line.rotate_left(missing);
        }
        let known: Vec<Option<At>> =
            line.iter().map(|node| spot(*node).map(|at| (f64::from(at.x), f64::from(at.y)))).collect();
        let whole = known.iter().all(Option::is_some) && line.first() == line.last();
        let runs = known.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<At>>());
        for run in runs.filter(|run| run.len() > 1) {
            match whole && run.iter().all(|at| frame.holds(*at)) {
                true => rings.push(run),
                false => lines.extend(frame.pieces(&run, whole)),
            }
        }
    }
    for line in &mut lines {
        frame.reach_edge(line)?;
    }
    let mut areas: Vec<Vec<Vec<At>>> = closed(lines, frame)?.into_iter().map(|ring| vec![ring]).collect();
    let (water, islands): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| twice_area(ring) > 0.0);
    // An island around which no water is drawn: the box is sea.
    let in_water = |island: &Vec<At>| water.iter().any(|ring| within(ring, island[0]));
    if areas.is_empty() && islands.iter().any(|island| !in_water(island)) {
        areas.push(vec![frame.ring()]);
    }
    areas.extend(water.into_iter().map(|ring| vec![ring]));
    for island in islands {
        // The smallest water that holds it.
        let around = areas.iter_mut().filter(|area| within(&area[0], island[0]));
        let smallest = around.min_by(|a, b| twice_area(&a[0]).abs().total_cmp(&twice_area(&b[0]).abs()));
        smallest.ok_or(island[0])?.push(island);
    }
    let part =
        |(number, ring): (usize, Vec<At>)| Part { points: ring.into_iter().map(world).collect(), hole: number > 0 };
    Ok(areas.into_iter().map(|rings| rings.into_iter().enumerate().map(part).collect()).collect())
}

/// Ways that go on where others end, put together; never turned round, since their direction says
/// where the land is.
fn joined(ways: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    let mut ways: Vec<Option<Vec<i64>>> = ways.into_iter().filter(|way| way.len() > 1).map(Some).collect();
    let mut begins: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut ended: HashMap<i64, usize> = HashMap::new();
    for (number, way) in ways.iter().enumerate() {
        if let Some([first, .., last]) = way.as_deref() {
            begins.entry(*first).or_default().push(number);
            *ended.entry(*last).or_default() += 1;
        }
    }
    // Lines are begun at their beginnings; what is left then are rings.
    let mut order: Vec<usize> = (0..ways.len()).collect();
    order.sort_by_key(|number| {
        let first = ways[*number].as_ref().and_then(|way| way.first());
        first.is_some_and(|first| ended.contains_key(first))
    });
    let mut lines = Vec::new();
    for number in order {
        let Some(mut line) = ways[number].take() else { continue };
        while line.first() != line.last() {
            let next = line.last().and_then(|end| begins.get(end));
            let next = next.into_iter().flatten().copied().find(|number| ways[*number].is_some());
            let Some(way) = next.and_then(|number| ways[number].take()) else { break };
            line.extend(way.into_iter().skip(1));
        }
        lines.push(line);
    }
    lines
}

/// Twice the area: positive for a ring that runs clockwise as seen on the map (y grows to the south),
/// which has water inside.
fn twice_area(ring: &[At]) -> f64 {
    let Some(first) = ring.first() else { return 0.0 };
    let from = |at: At| (at.0 - first.0, at.1 - first.1);
    ring.windows(2)
        .map(|pair| {
            let ((ax, ay), (bx, by)) = (from(pair[0]), from(pair[1]));
            ax * by - bx * ay
        })
        .sum()
}

fn within(ring: &[At], (x, y): At) -> bool {
    ring.windows(2).fold(false, |inside, pair| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let crosses = (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax;
        inside != crosses
    })
}

/// Lines from edge to edge closed along the edge of the box, clockwise, with the water inside.
fn closed(lines: Vec<Vec<At>>, frame: Frame) -> Result<Vec<Vec<At>>, At> {
    // Along the edge: where a line comes in (it begins) and where one goes out (it ends).
    let mut events: Vec<(f64, bool, usize)> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let (Some(first), Some(last)) = (line.first(), line.last()) else { continue };
        events.push((frame.along(*first), true, number));
        events.push((frame.along(*last), false, number));
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let count = events.len();
    // Clockwise, behind the end of a line lies water until the next one begins.
    if let Some(at) = (0..count).find(|at| events[*at].1 == events[(at + 1) % count].1) {
        return Err(frame.at(events[at].0));
    }
    let end_of: HashMap<usize, usize> =
        events.iter().enumerate().filter(|(_, event)| !event.1).map(|(at, event)| (event.2, at)).collect();
    let mut used = vec![false; lines.len()];
    let mut rings = Vec::new();
    for first in 0..lines.len() {
        if used[first] {
            continue;
        }
        let (mut ring, mut number) = (Vec::new(), first);
        loop {
            used[number] = true;
            ring.extend(&lines[number]);
            let Some(end) = end_of.get(&number) else { break };
            let (from, (to, _, next)) = (events[*end].0, events[(end + 1) % count]);
            ring.extend(frame.corners(from, to));
            number = next;
            if used[number] {
                break;
            }
        }
        if number != first {
            return Err(ring[0]);
        }
        let start = ring[0];
        ring.push(start);
        rings.push(ring);
    }
    Ok(rings)
}

impl Frame {
    fn sides(self) -> [f64; 4] {
        [self.low.x, self.low.y, self.high.x, self.high.y].map(f64::from)
    }

    fn holds(self, (x, y): At) -> bool {
        let [west, north, east, south] = self.sides();
        (west..=east).contains(&x) && (north..=south).contains(&y)
    }

    /// The box itself, clockwise.
    fn ring(self) -> Vec<At> {
        let [west, north, east, south] = self.sides();
        vec![(west, north), (east, north), (east, south), (west, south), (west, north)]
    }

    /// The pieces of a line that lie in the box. A ring that leaves the box is begun outside.
    fn pieces(self, line: &[At], ring: bool) -> Vec<Vec<At>> {
        let mut line = line.to_vec();
        if ring && let Some(outside) = line.iter().position(|at| !self.holds(*at)) {
            line.pop();
            line.rotate_left(outside);
            let first = line[0];
            line.push(first);
        }
        let mut pieces: Vec<Vec<At>> = Vec::new();
        let mut open = false;
        for pair in line.windows(2) {
            let Some((from, to)) = self.cut(pair[0], pair[1]) else {
                open = false;
                continue;
            };
            match pieces.last_mut().filter(|piece| open && piece.last() == Some(&from)) {
                Some(piece) => piece.push(to),
                None => pieces.push(vec![from, to]),
            }
            open = to == pair[1];
        }
        // A line that only touches the edge encloses nothing.
        pieces.retain(|piece| piece.iter().any(|at| at != &piece[0]));
        pieces
    }

    /// The part of a stretch that lies in the box (Liang and Barsky 1984).
    fn cut(self, (ax, ay): At, (bx, by): At) -> Option<(At, At)> {
        let [west, north, east, south] = self.sides();
        let (dx, dy) = (bx - ax, by - ay);
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (step, room) in [(-dx, ax - west), (dx, east - ax), (-dy, ay - north), (dy, south - ay)] {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
                continue;
            }
            let share = room / step;
            if step < 0.0 { from = from.max(share) } else { to = to.min(share) }
        }
        let at = |share: f64| match share {
            0.0 => (ax, ay),
            1.0 => (bx, by),
            share => ((ax + dx * share).clamp(west, east), (ay + dy * share).clamp(north, south)),
        };
        (from < to).then(|| (at(from), at(to)))
    }

    /// Leads both ends of a line to the edge, where the extract was cut between two points.
    fn reach_edge(self, line: &mut Vec<At>) -> Result<(), At> {
        let [west, north, east, south] = self.sides();
        let nearest = |(x, y): At| {
            let sides =
                [((west, y), x - west), ((east, y), east - x), ((x, north), y - north), ((x, south), south - y)];
            sides.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(((x, y), 0.0), |side| side)
        };
        // Units of this projection are shorter towards the poles.
        let (_, lat) = self.low.degrees();
        let metre = 4_294_967_296.0 / (40_075_016.7 * lat.to_radians().cos());
        for last in [false, true] {
            let Some(end) = (if last { line.last() } else { line.first() }).copied() else { continue };
            let (foot, distance) = nearest(end);
            if distance > EDGE * metre {
                return Err(end);
            }
            if distance > 0.0 {
                if last { line.push(foot) } else { line.insert(0, foot) }
            }
        }
        Ok(())
    }

    /// How far along the edge a point of it lies, clockwise from the north-western corner; each side
    /// counts one.
    fn along(self, (x, y): At) -> f64 {
        let [west, north, east, south] = self.sides();
        let (across, down) = ((x - west) / (east - west), (y - north) / (south - north));
        match () {
            () if y <= north => across,
            () if x >= east => 1.0 + down,
            () if y >= south => 3.0 - across,
            () => 4.0 - down,
        }
    }

    /// The point of the edge so far along.
    fn at(self, along: f64) -> At {
        let [west, north, east, south] = self.sides();
        let share = along.fract();
        match along {
            along if along < 1.0 => (west + (east - west) * share, north),
            along if along < 2.0 => (east, north + (south - north) * share),
            along if along < 3.0 => (east - (east - west) * share, south),
            _ => (west, south - (south - north) * share),
        }
    }

    /// The corners that are passed on the way along the edge, clockwise.
    fn corners(self, from: f64, to: f64) -> Vec<At> {
        let to = if to < from { to + 4.0 } else { to };
        let corner = |number: f64| (number > from && number < to).then(|| self.at(number % 4.0));
        (1..8).map(f64::from).filter_map(corner).collect()
    }
}

#[cfg(test)]
mod tests;
