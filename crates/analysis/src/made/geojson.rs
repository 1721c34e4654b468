//! The made district as a file.

use super::{Made, MadeKind};
use geo::{LineString, MultiLineString, MultiPolygon};
use serde_json::{Value, json};

/// A GeoJSON feature collection (RFC 7946) of made places, WGS-84. Every feature carries
/// `"made": true`. A road's geometry is its middle line unless `ground` asks for its area.
pub fn geojson(places: &[Made], ground: bool) -> Value {
    let features: Vec<Value> = places.iter().map(|place| feature(place, ground)).collect();
    json!({ "type": "FeatureCollection", "features": features })
}

fn feature(place: &Made, ground: bool) -> Value {
    let geometry = match &place.line {
        Some(line) if !ground => lines(line),
        _ => areas(&place.area),
    };
    let properties = json!({
        "code": place.code,
        "parent": place.parent,
        "kind": place.kind.code(),
        "name": place.name,
        "households": place.households,
        "built": place.built,
        "square_metres": place.square_metres,
        "made": true,
    });
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}

fn line(line: &LineString) -> Value {
    line.coords().map(|at| json!([at.x, at.y])).collect()
}

fn lines(lines: &MultiLineString) -> Value {
    json!({ "type": "MultiLineString", "coordinates": lines.iter().map(line).collect::<Value>() })
}

fn areas(areas: &MultiPolygon) -> Value {
    let rings =
        |part: &geo::Polygon| -> Value { std::iter::once(part.exterior()).chain(part.interiors()).map(line).collect() };
    json!({ "type": "MultiPolygon", "coordinates": areas.iter().map(rings).collect::<Value>() })
}

impl MadeKind {
    /// The stable code, as `PlaceKind` has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Community => "community",
            Self::Grid => "grid",
            Self::Compound => "compound",
            Self::Building => "building",
            Self::Road => "road_section",
            Self::Park => "park",
        }
    }
}
