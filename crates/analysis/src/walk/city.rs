//! What a city is to a walker: the network, parks with their entrances, buildings with their
//! residents, land on which people live, named streets.

use super::{Link, Network, Spot};
use geo::MultiPolygon;

/// How a park's entrances are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entrances {
    /// A list of the district's own.
    Given,
    /// Gates and entrances on the boundary, as mapped.
    Gates,
    /// Where a walkable way crosses the boundary.
    Ways,
    /// No entrance is known: wherever the network passes the boundary closely.
    Boundary,
    /// No entrance is known and no path passes near: nobody gets there on foot.
    Nowhere,
}

impl Entrances {
    /// Every way to know.
    pub const ALL: [Self; 5] = [Self::Given, Self::Gates, Self::Ways, Self::Boundary, Self::Nowhere];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Gates => "gates",
            Self::Ways => "ways",
            Self::Boundary => "boundary",
            Self::Nowhere => "nowhere",
        }
    }
}

/// A point at which one gets into a park.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entrance {
    /// Where it is.
    pub at: Spot,
    /// Where it joins the network; none when no path is near.
    pub link: Option<Link>,
}

/// A park or a green.
#[derive(Debug, Clone, PartialEq)]
pub struct Park {
    /// Its key in the source, such as `way/123` or a code.
    pub id: String,
    /// Its name; may be empty.
    pub name: String,
    /// A park (公园绿地, open to everybody and made for stay); otherwise only a green.
    pub is_park: bool,
    /// Its ground in degrees WGS-84.
    pub ground: MultiPolygon,
    /// Square metres of the ground, on the WGS-84 ellipsoid.
    pub square_metres: f64,
    /// Entrances.
    pub entrances: Vec<Entrance>,
    /// How they are known.
    pub known: Entrances,
}

/// A building.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// Its key in the source.
    pub id: String,
    /// Its door when one is mapped, otherwise its middle.
    pub at: Spot,
    /// Where it joins the network; none when no path is near: unreachable.
    pub link: Option<Link>,
    /// How many people live there.
    pub residents: u32,
    /// Whether that number is an estimate from floor area.
    pub estimated: bool,
    /// Square metres of its ground.
    pub square_metres: f64,
}

/// A named street, for search: name and a point on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Street {
    /// Its name.
    pub name: String,
    /// A node in its middle.
    pub at: Spot,
}

/// An area for which coverage is told: district, street, community, compound.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind, as `PlaceKind` codes it.
    pub kind: String,
    /// Its area in degrees WGS-84.
    pub area: MultiPolygon,
}

/// A city: all that access and coverage are computed from. Parks, buildings and streets are known by
/// their position in the lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct City {
    /// The walking network.
    pub network: Network,
    /// Parks and greens.
    pub parks: Vec<Park>,
    /// Buildings.
    pub buildings: Vec<Building>,
    /// Land on which people live, each piece in degrees WGS-84.
    pub residential: Vec<MultiPolygon>,
    /// Named streets.
    pub streets: Vec<Street>,
    /// Whom to name as the source, such as `© OpenStreetMap contributors`.
    pub attribution: String,
}

impl City {
    /// All residents.
    pub fn residents(&self) -> u64 {
        self.buildings.iter().map(|building| u64::from(building.residents)).sum()
    }
}
