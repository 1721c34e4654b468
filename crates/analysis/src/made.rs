//! A made district for demonstrations: below the official streets and communities no public map
//! exists, so their shapes, the compounds, buildings, road lines and parks are made from a fixed
//! seed inside the real boundary. Everything made says so.

mod cells;
mod names;

pub use names::short;

use cells::{Rng, cells, inside_box};
use geo::{Area, BooleanOps, Centroid, Contains, Coord, LineString, MultiLineString, MultiPolygon, Polygon};

/// A street or town, or a community or village, as the statistics office lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Official code.
    pub code: String,
    /// Official name.
    pub name: String,
}

/// What kind of made place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeKind {
    /// 街道 or 镇: real name and code, made shape.
    Street,
    /// 社区 or 村: real name and code, made shape.
    Community,
    /// 楼院.
    Compound,
    /// 楼栋.
    Building,
    /// A road's line.
    Road,
    /// A park or green.
    Park,
}

/// A made place.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Code: official, or the parent's followed by a number.
    pub code: String,
    /// The parent's code; none directly below the district.
    pub parent: Option<String>,
    /// Kind.
    pub kind: MadeKind,
    /// Name.
    pub name: String,
    /// Area; empty for a road.
    pub area: MultiPolygon,
    /// Line, for a road.
    pub line: Option<MultiLineString>,
    /// Households, for compounds and buildings.
    pub households: u32,
    /// Year of building, for compounds.
    pub built: u32,
}

/// How much is made.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    /// Compounds without a managing body.
    pub compounds: usize,
    /// Buildings in them.
    pub buildings: usize,
    /// Parks and greens.
    pub parks: usize,
}

/// The article's figures: 727 compounds and 1,926 buildings.
pub const ERQI: Amounts = Amounts { compounds: 727, buildings: 1926, parks: 48 };

/// Makes the district. `boundary` is in degrees WGS-84; the result depends on the arguments alone.
pub fn district(
    boundary: &Polygon,
    streets: &[Listed],
    communities: &[Listed],
    amounts: Amounts,
    seed: u64,
) -> Vec<Made> {
    let mut rng = Rng::new(seed);
    let whole = MultiPolygon(vec![boundary.clone()]);
    let anchors: Vec<Coord> = streets.iter().map(|street| names::anchor(&street.name, boundary, &mut rng)).collect();
    let mut made = Vec::new();
    let mut lots = Vec::new();
    for (street, area) in streets.iter().zip(cells(&whole, &anchors)) {
        let listed: Vec<&Listed> = communities.iter().filter(|place| place.code.starts_with(&street.code)).collect();
        let seeds = cells::spread(&area, listed.len(), &mut rng);
        for (community, part) in listed.iter().zip(cells(&area, &seeds)) {
            lots.push((community.code.clone(), community.name.clone(), part.clone()));
            made.push(Made::area(&community.code, Some(&street.code), MadeKind::Community, &community.name, part));
        }
        made.push(Made::area(&street.code, None, MadeKind::Street, &street.name, area));
    }
    let compounds = compounds(&lots, amounts.compounds, &mut rng);
    let buildings = buildings(&compounds, amounts.buildings, &mut rng);
    made.extend(compounds.into_iter().map(|(compound, _)| compound));
    made.extend(buildings);
    made.extend(roads(&whole));
    made.extend(parks(&whole, amounts.parks, &mut rng));
    made
}

impl Made {
    fn area(code: &str, parent: Option<&str>, kind: MadeKind, name: &str, area: MultiPolygon) -> Self {
        let (code, parent, name) = (code.to_owned(), parent.map(str::to_owned), name.to_owned());
        Self { code, parent, kind, name, area, line: None, households: 0, built: 0 }
    }
}

/// A rectangle in metres around a centre, turned, in degrees.
#[derive(Clone, Copy)]
struct Block {
    centre: Coord,
    width: f64,
    depth: f64,
    turn: f64,
}

const METRE_LAT: f64 = 1.0 / 111_320.0;

impl Block {
    fn at(&self, x: f64, y: f64) -> Coord {
        let (sin, cos) = self.turn.sin_cos();
        let metre_lon = METRE_LAT / self.centre.y.to_radians().cos();
        Coord { x: self.centre.x + (x * cos - y * sin) * metre_lon, y: self.centre.y + (x * sin + y * cos) * METRE_LAT }
    }

    fn rectangle(&self, x: f64, y: f64, width: f64, depth: f64) -> MultiPolygon {
        let (w, d) = (width / 2.0, depth / 2.0);
        let corners = [(-w, -d), (w, -d), (w, d), (-w, d), (-w, -d)].map(|(dx, dy)| self.at(x + dx, y + dy));
        MultiPolygon(vec![Polygon::new(LineString::from(corners.to_vec()), vec![])])
    }
}

type Lot = (String, String, MultiPolygon);

/// Compounds on a turned grid inside each community; small communities are denser, as in town.
fn compounds(lots: &[Lot], count: usize, rng: &mut Rng) -> Vec<(Made, Block)> {
    let weight = |area: f64| (area * 1.0e10).sqrt().sqrt();
    // A village has houses, not managed compounds: it gets a small share.
    let weights: Vec<f64> = lots
        .iter()
        .map(|(_, name, area)| weight(area.unsigned_area()) * if name.contains('村') { 0.2 } else { 1.0 })
        .collect();
    let total: f64 = weights.iter().sum();
    let mut shares: Vec<usize> = weights.iter().map(|weight| cells::floor(weight / total * count as f64)).collect();
    // What rounding left over goes to the communities with the largest weights, one each.
    let mut order: Vec<usize> = (0..lots.len()).collect();
    order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
    let short = count - shares.iter().sum::<usize>();
    order.iter().cycle().take(short).for_each(|at| shares[*at] += 1);
    let mut made = Vec::with_capacity(count);
    for ((code, community, area), share) in lots.iter().zip(shares) {
        let turn = rng.between(-0.15, 0.15);
        for (number, (centre, room)) in cells::sites(area, share, rng).into_iter().enumerate() {
            let block =
                Block { centre, width: room * rng.between(0.62, 0.85), depth: room * rng.between(0.55, 0.8), turn };
            let name = names::compound(community, number, rng);
            let area = block.rectangle(0.0, 0.0, block.width, block.depth);
            let mut compound =
                Made::area(&format!("{code}{:03}", number + 1), Some(code), MadeKind::Compound, &name, area);
            compound.built = 1978 + u32::try_from(rng.below(22)).unwrap_or(0);
            made.push((compound, block));
        }
    }
    names::scenario_compounds(&mut made);
    made
}

/// Two or more buildings in rows in each compound.
fn buildings(compounds: &[(Made, Block)], count: usize, rng: &mut Rng) -> Vec<Made> {
    let mut shares: Vec<usize> = vec![count / compounds.len().max(1); compounds.len()];
    let short = count - shares.iter().sum::<usize>();
    let step = (compounds.len() / short.max(1)).max(1);
    (0..short).for_each(|at| shares[at * step % compounds.len()] += 1);
    let mut made = Vec::with_capacity(count);
    for ((compound, block), share) in compounds.iter().zip(shares) {
        for number in 0..share {
            let row = block.depth / share as f64;
            let y = -block.depth / 2.0 + row * (number as f64 + 0.5);
            let area = block.rectangle(0.0, y, block.width * 0.86, (row * 0.5).min(14.0));
            let name = format!("{}{}号楼", compound.name, number + 1);
            let code = format!("{}{:02}", compound.code, number + 1);
            let mut building = Made::area(&code, Some(&compound.code), MadeKind::Building, &name, area);
            building.households = 18 + u32::try_from(rng.below(5)).unwrap_or(0) * 6;
            made.push(building);
        }
    }
    made
}

fn roads(whole: &MultiPolygon) -> Vec<Made> {
    let lines = names::ROADS.iter().enumerate().map(|(at, (name, line))| {
        let line = LineString::from(line.to_vec());
        let kept = whole.clip(&MultiLineString(vec![line]), false);
        let mut road = Made::area(&format!("R{:02}", at + 1), None, MadeKind::Road, name, MultiPolygon(vec![]));
        road.line = Some(kept);
        road
    });
    lines.filter(|road| road.line.as_ref().is_some_and(|line| !line.0.is_empty())).collect()
}

fn parks(whole: &MultiPolygon, count: usize, rng: &mut Rng) -> Vec<Made> {
    let mut made: Vec<Made> = Vec::with_capacity(count);
    while made.len() < count {
        let first = made.is_empty();
        let centre = if first { names::HUAIYUAN } else { inside_box(whole, rng) };
        let size = if first { 110.0 } else { rng.between(28.0, 240.0) };
        let block = Block { centre, width: size, depth: size * rng.between(0.6, 1.0), turn: rng.between(0.0, 0.4) };
        let area = block.rectangle(0.0, 0.0, block.width, block.depth);
        let name = if first { "淮园".to_owned() } else { names::park(made.len(), size) };
        if !whole.contains(&area) {
            continue;
        }
        made.push(Made::area(&format!("P{:03}", made.len() + 1), None, MadeKind::Park, &name, area));
    }
    made
}

/// The middle of an area, moved inside when the area bends around it.
pub fn centre(area: &MultiPolygon) -> Option<Coord> {
    let middle = area.centroid()?;
    if area.contains(&middle) {
        return Some(middle.into());
    }
    // The middle of the largest part's first triangle-like corner is inside or on its border.
    let largest = area.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    largest.exterior().points().next().map(Into::into)
}

#[cfg(test)]
mod tests;
