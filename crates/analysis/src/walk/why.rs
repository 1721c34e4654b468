//! Why a park that is near is far on foot: the straight line beside the way that is walked.

use super::{City, Gates, Near, Seed, Spot, UNREACHED, Walker, metres_to, search::Found};

/// A building and the park that is nearest to it in a straight line.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The park nearest in a straight line, by its position in the list, and how many metres.
    pub straight: (u32, f64),
    /// The way on foot to that park in centimetres; [`UNREACHED`] when there is none within the bound.
    pub cm: u32,
    /// That way, from the door to the entrance; empty when there is none.
    pub line: Vec<Spot>,
}

/// Compares, for a building, the straight line to the nearest of the parks that `counts` takes with the way on foot to the same
/// park, looking as far as `bound` centimetres. Nothing when no park counts.
pub fn why(city: &City, building: usize, counts: impl Fn(&super::Park) -> bool, bound: u32) -> Option<Why> {
    let at = city.buildings.get(building)?;
    let parks = (0..).zip(&city.parks).filter(|(_, park)| counts(park));
    let far = parks.map(|(number, park)| (number, metres_to(&park.ground, at.at.position())));
    let straight: (u32, f64) = far.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let mut gates = Gates::default();
    for entrance in &city.parks[straight.0 as usize].entrances {
        if let Some(link) = entrance.link {
            gates.push(straight.0, link);
        }
    }
    let mut walker = Walker::new(city.network.len());
    walker.run(&city.network, &gates.seeds(), bound);
    let near = at.link.as_ref().map_or(Near::NONE, |link| gates.nearest(link, &walker, bound));
    let line = if near.cm == UNREACHED { Vec::new() } else { line(city, at.at, building, &gates, &walker, near) };
    Some(Why { straight, cm: near.cm, line })
}

/// The way from a door down to the gate that was found for it.
fn line(city: &City, door: Spot, building: usize, gates: &Gates, walker: &Walker, near: Near) -> Vec<Spot> {
    let mut line = vec![door];
    let Some(link) = city.buildings[building].link else { return line };
    line.push(foot(city, &link));
    let on_way = |node: u32| walker.source(node) == near.gate;
    let start =
        link.ends().into_iter().find(|(node, cm)| on_way(*node) && walker.cm(*node).saturating_add(*cm) == near.cm);
    // Without an end on the way, door and gate are on one edge.
    if let Some((first, _)) = start {
        let seeds = gates.seeds();
        let ends = |seed: &Seed, node: u32| seed.node == node && seed.source == near.gate && seed.cm == walker.cm(node);
        let is_end = |node: u32| seeds.iter().any(|seed| ends(seed, node));
        let mut node = first;
        let mut seen = std::collections::HashSet::new();
        while seen.insert(node) {
            line.push(city.network.spot(node));
            if is_end(node) {
                break;
            }
            let down = |arc: &&super::Arc| {
                on_way(arc.to)
                    && !seen.contains(&arc.to)
                    && walker.cm(arc.to).checked_add(arc.cm) == Some(walker.cm(node))
            };
            let Some(next) = city.network.arcs(node).iter().find(down) else { break };
            node = next.to;
        }
    }
    if let Some((park, link)) = gates.get(near.gate) {
        let entrances = &city.parks[park as usize].entrances;
        let at = entrances.iter().find(|entrance| entrance.link == Some(link)).map(|entrance| entrance.at);
        // An entrance on the way is its own foot.
        line.extend((link.off > 0 || at.is_none()).then(|| foot(city, &link)));
        line.extend(at);
    }
    line.dedup();
    line
}

/// Where a point stands on its edge.
#[allow(clippy::cast_possible_truncation)] // between two spots
fn foot(city: &City, link: &super::Link) -> Spot {
    let (a, b) = (city.network.spot(link.a), city.network.spot(link.b));
    let length = f64::from(link.to_a) + f64::from(link.to_b);
    let share = if length > 0.0 { f64::from(link.to_a) / length } else { 0.0 };
    let between = |from: i32, to: i32| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as i32;
    Spot { lon: between(a.lon, b.lon), lat: between(a.lat, b.lat) }
}
