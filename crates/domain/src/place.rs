//! Places: every governed piece of the district, in one tree.

use crate::{
    geo::Wgs84,
    ids::{OrgId, PlaceId},
};
use serde::{Deserialize, Serialize};

/// What kind of place it is. The order is the order of the tree, from the top down; road sections
/// and parks hang beside the tree at the level of the place that contains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// 区.
    District,
    /// 街道.
    Street,
    /// 镇 or 乡.
    Town,
    /// 社区.
    Community,
    /// 村.
    Village,
    /// 网格.
    Grid,
    /// 楼院, a residential compound.
    Compound,
    /// 楼栋.
    Building,
    /// 户 or 单元.
    Unit,
    /// A section of a road (路段).
    RoadSection,
    /// A park or green.
    Park,
}

impl PlaceKind {
    /// The stable code used in files, addresses and the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Street => "street",
            Self::Town => "town",
            Self::Community => "community",
            Self::Village => "village",
            Self::Grid => "grid",
            Self::Compound => "compound",
            Self::Building => "building",
            Self::Unit => "unit",
            Self::RoadSection => "road_section",
            Self::Park => "park",
        }
    }

    /// The kind for a code, or `None` when the code is unknown.
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::District,
            Self::Street,
            Self::Town,
            Self::Community,
            Self::Village,
            Self::Grid,
            Self::Compound,
            Self::Building,
            Self::Unit,
            Self::RoadSection,
            Self::Park,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }

    /// How deep the kind stands in the tree, district first; two kinds of one level (street and
    /// town) share a number. `None` for what hangs beside the tree.
    pub fn level(self) -> Option<u8> {
        match self {
            Self::District => Some(0),
            Self::Street | Self::Town => Some(1),
            Self::Community | Self::Village => Some(2),
            Self::Grid => Some(3),
            Self::Compound => Some(4),
            Self::Building => Some(5),
            Self::Unit => Some(6),
            Self::RoadSection | Self::Park => None,
        }
    }
}

/// A ring of positions, longitude then latitude in degrees WGS-84; first and last are equal.
pub type Ring = Vec<[f64; 2]>;

/// A shape in WGS-84, written as the geometry part of GeoJSON (RFC 7946).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub enum Shape {
    /// One position.
    Point([f64; 2]),
    /// A line, as for a road section's centre.
    LineString(Vec<[f64; 2]>),
    /// An area: the outer ring first, then holes.
    Polygon(Vec<Ring>),
    /// Several areas.
    MultiPolygon(Vec<Vec<Ring>>),
}

/// A place with its position in the tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Identity.
    pub id: PlaceId,
    /// Stable code. Official codes for district, street and community; below them the parent's
    /// code followed by a number, so that a code is a prefix of everything inside it.
    pub code: String,
    /// What it is.
    pub kind: PlaceKind,
    /// Name in the district's own language.
    pub name: String,
    /// The place that contains it; none for the district.
    pub parent: Option<PlaceId>,
    /// The organisation responsible for it, if one is named for this very place.
    pub responsible: Option<OrgId>,
    /// Its shape, if known.
    pub shape: Option<Shape>,
    /// A point inside it for labels and lists.
    pub centre: Option<Wgs84>,
    /// True when shape or name were made for demonstration and are not a record of the real world.
    pub made: bool,
    /// Further facts (households, built year, area…), kept as given.
    #[serde(default)]
    pub facts: serde_json::Map<String, serde_json::Value>,
}
