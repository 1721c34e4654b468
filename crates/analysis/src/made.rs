//! A made district for demonstrations: below the official streets and communities no public map
//! exists, so their shapes, the compounds, buildings, road lines and parks are made from a fixed
//! seed inside the real boundary. Everything made says so.
//!
//! The way it is made: roads are laid as cuts through the boundary and cut on until blocks are as
//! small as in that part of the town (`network`); blocks grow together to streets and communities,
//! so that borders run along roads and meet without gaps (`regions`); blocks are filled with
//! compounds and these with buildings (`lots`); named roads become sections (`sections`).

mod city;
mod estate;
mod flat;
mod geojson;
mod lots;
mod mesh;
mod names;
mod network;
mod plan;
mod regions;
mod rng;
mod sections;
mod survey;
mod town;

pub use city::city;
pub use geojson::geojson;
pub use names::{is_village, short};

use geo::{Area, Centroid, Contains, Coord, LineString, MultiLineString, MultiPolygon, Polygon};
use rng::Rng;
use survey::Survey;
use town::Town;

/// A street or town, or a community or village, as the statistics office lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Official code.
    pub code: String,
    /// Official name.
    pub name: String,
}

/// What kind of made place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MadeKind {
    /// 街道 or 镇: real name and code, made shape.
    Street,
    /// 社区 or 村: real name and code, made shape.
    Community,
    /// 网格: part of a community; here a village of the district's report.
    Grid,
    /// 楼院.
    Compound,
    /// 楼栋.
    Building,
    /// A section of a road: its middle line and its ground.
    Road,
    /// A park or green.
    Park,
}

/// A made place.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Code: official, or the parent's followed by a number, so that a code is a prefix of what is
    /// inside it; `R…` and `P…` for roads and parks, which hang beside the tree.
    pub code: String,
    /// The parent's code; none directly below the district.
    pub parent: Option<String>,
    /// Kind.
    pub kind: MadeKind,
    /// Name; for streets and communities the official one, see [`short`].
    pub name: String,
    /// Area in WGS-84 degrees, to six digits.
    pub area: MultiPolygon,
    /// Middle line, for a road.
    pub line: Option<MultiLineString>,
    /// Households, for compounds and buildings.
    pub households: u32,
    /// Year of building, for compounds.
    pub built: u32,
    /// Square metres of the area.
    pub square_metres: f64,
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

/// The district report's figures: 727 compounds and 1,926 buildings. The number of parks is made.
pub const ERQI: Amounts = Amounts { compounds: 727, buildings: 1926, parks: 64 };

/// A made district.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Places, parents before children.
    pub places: Vec<Made>,
    /// Roads and lanes without a name, for a map's ground; the flag tells the wider ones.
    pub lanes: Vec<(bool, LineString)>,
}

/// Makes the district's places. `boundary` is in degrees WGS-84; the result depends on the
/// arguments alone. Where a list is longer than the district has room for, fewer are made.
pub fn district(
    boundary: &Polygon,
    streets: &[Listed],
    communities: &[Listed],
    amounts: Amounts,
    seed: u64,
) -> Vec<Made> {
    draw(boundary, streets, communities, amounts, seed).places
}

/// As [`district`], with the ground for a map.
pub fn draw(boundary: &Polygon, streets: &[Listed], communities: &[Listed], amounts: Amounts, seed: u64) -> Drawing {
    let mut rng = Rng::new(seed);
    let survey = Survey::new(boundary);
    let town = Town::found(&survey, streets, communities, &mut rng);
    let mut places = town.regions(&survey, streets, communities);
    places.extend(estate::fill(&survey, &town, communities, amounts, &mut rng));
    for place in &mut places {
        place.square_metres = survey.square_metres(&place.area);
    }
    Drawing { places, lanes: town.lanes(&survey) }
}

impl Made {
    fn new(code: String, parent: Option<&str>, kind: MadeKind, name: String, area: MultiPolygon) -> Self {
        let parent = parent.map(str::to_owned);
        Self { code, parent, kind, name, area, line: None, households: 0, built: 0, square_metres: 0.0 }
    }
}

/// The whole part of a number that is not negative; counts of some thousand pieces.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole_number(value: f64) -> usize {
    value.max(0.0) as usize
}

/// The middle of an area, moved inside when the area bends around it.
pub fn centre(area: &MultiPolygon) -> Option<Coord> {
    let middle = area.centroid()?;
    if area.contains(&middle) {
        return Some(middle.into());
    }
    // Half way across the largest part, at the height of its middle.
    let largest = area.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    let height = largest.centroid()?.y();
    let mut crossings: Vec<f64> = std::iter::once(largest.exterior())
        .chain(largest.interiors())
        .flat_map(LineString::lines)
        .filter(|line| (line.start.y > height) != (line.end.y > height))
        .map(|line| line.start.x + (height - line.start.y) / line.dy() * line.dx())
        .collect();
    crossings.sort_by(f64::total_cmp);
    let widest = crossings.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])))?;
    Some(Coord { x: (widest[0] + widest[1]) / 2.0, y: height })
}

#[cfg(test)]
mod tests;
