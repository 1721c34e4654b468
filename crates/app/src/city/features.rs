//! Rows of a GeoJSON or CSV file with their fields and shapes, in WGS-84.

use crate::{AppError, import::Input};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use luyuan_analysis::walk::Spot;
use luyuan_domain::geo::System;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    ops::Deref,
    path::Path,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// A geometry of GeoJSON (RFC 7946), in the file's own system.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub(super) enum Shape {
    Point(Vec<f64>),
    LineString(Vec<Vec<f64>>),
    MultiLineString(Vec<Vec<Vec<f64>>>),
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

/// One row.
#[derive(Debug, Clone)]
pub(super) struct Feature {
    /// Line of a CSV file, number of a GeoJSON feature; from 1.
    pub(super) row: u64,
    fields: Fields,
    shape: Option<Shape>,
}

/// A row's fields: cells beside the header that all rows share, or names and values of its own.
#[derive(Debug, Clone)]
enum Fields {
    Cells(Arc<[String]>, csv::StringRecord),
    Named(BTreeMap<String, String>),
}

/// What is known of a file before its rows.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) crs: System,
}

/// A file's rows.
#[derive(Debug, Clone)]
pub(super) struct Features {
    source: Source,
    pub(super) rows: Vec<Feature>,
}

impl Deref for Features {
    type Target = Source;

    fn deref(&self) -> &Source {
        &self.source
    }
}

/// Hands over one row of a file after the other, so that a long one need not be held: CSV by its name,
/// otherwise GeoJSON. Returns what is known of the file.
pub(super) fn each(
    file: &Path,
    crs: Option<System>,
    mut take: impl FnMut(&Source, Feature) -> Result<(), AppError>,
) -> Result<Source, AppError> {
    let name = file.display().to_string();
    let Some(crs) = crs else {
        let words = "say in which coordinate system it is written: --crs wgs84, gcj02 or bd09";
        return Err(AppError::Import(format!("{name}: {words}")));
    };
    let source = Source { name, crs };
    let csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let input = Input::open(file, None)?;
    let mut none = true;
    let all = |feature| {
        none = false;
        take(&source, feature)
    };
    if csv {
        from_csv(&source.name, input, all)?;
    } else {
        from_geojson(&source.name, input, all)?;
    }
    if none {
        return Err(AppError::Import(format!("{}: there is no row in it", source.name)));
    }
    Ok(source)
}

impl Features {
    /// Reads a file as [`each`] does.
    pub(super) fn read(file: &Path, crs: Option<System>) -> Result<Self, AppError> {
        let mut rows = Vec::new();
        let source = each(file, crs, |_, feature| {
            rows.push(feature);
            Ok(())
        })?;
        Ok(Self { source, rows })
    }

    /// The first position of every row, as written.
    pub(super) fn raw(&self) -> Vec<[f64; 2]> {
        let first = |feature: &Feature| -> Option<[f64; 2]> {
            let at = match &feature.shape {
                Some(Shape::Point(at)) => at,
                Some(Shape::LineString(line)) => line.first()?,
                Some(Shape::MultiLineString(lines)) => lines.first()?.first()?,
                Some(Shape::Polygon(rings)) => rings.first()?.first()?,
                Some(Shape::MultiPolygon(parts)) => parts.first()?.first()?.first()?,
                None => return Some([feature.get("lon").parse().ok()?, feature.get("lat").parse().ok()?]),
            };
            at.first_chunk().copied()
        };
        self.rows.iter().filter_map(first).collect()
    }
}

impl Source {
    /// An error at a row.
    pub(super) fn wrong(&self, feature: &Feature, why: &str) -> AppError {
        AppError::Import(format!("{}, row {}: {why}", self.name, feature.row))
    }

    /// A row's field, read; none when it is empty.
    pub(super) fn number<T: std::str::FromStr>(&self, feature: &Feature, field: &str) -> Result<Option<T>, AppError> {
        match feature.get(field) {
            "" => Ok(None),
            text => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.wrong(feature, &format!("{field} cannot be {text:?}"))),
            },
        }
    }

    fn spot(&self, feature: &Feature, at: &[f64]) -> Result<Spot, AppError> {
        let [lon, lat] = *at.first_chunk().ok_or_else(|| self.wrong(feature, "a position has no two numbers"))?;
        let read = self.crs.read(lon, lat);
        let why = || format!("{lon}, {lat} is no position in degrees; are longitude and latitude swapped, or metres?");
        read.map(Spot::of).ok_or_else(|| self.wrong(feature, &why()))
    }

    /// A row's point: its own, or the fields lon and lat; none for another shape.
    pub(super) fn point(&self, feature: &Feature) -> Result<Option<Spot>, AppError> {
        match &feature.shape {
            Some(Shape::Point(at)) => self.spot(feature, at).map(Some),
            Some(_) => Ok(None),
            None => match (self.number::<f64>(feature, "lon")?, self.number::<f64>(feature, "lat")?) {
                (Some(lon), Some(lat)) => self.spot(feature, &[lon, lat]).map(Some),
                _ => Ok(None),
            },
        }
    }

    /// A row's lines.
    pub(super) fn lines(&self, feature: &Feature) -> Result<Vec<Vec<Spot>>, AppError> {
        let line = |line: &Vec<Vec<f64>>| line.iter().map(|at| self.spot(feature, at)).collect::<Result<_, _>>();
        match &feature.shape {
            Some(Shape::LineString(only)) => Ok(vec![line(only)?]),
            Some(Shape::MultiLineString(lines)) => lines.iter().map(line).collect(),
            _ => Err(self.wrong(feature, "a line is wanted (LineString)")),
        }
    }

    /// A row's area; none for a point or a line.
    pub(super) fn area(&self, feature: &Feature) -> Result<Option<MultiPolygon>, AppError> {
        let ring = |ring: &Vec<Vec<f64>>| -> Result<LineString, AppError> {
            let coords = ring.iter().map(|at| {
                let at = self.spot(feature, at)?.position();
                Ok(Coord { x: at.lon, y: at.lat })
            });
            coords.collect::<Result<Vec<Coord>, AppError>>().map(LineString::from)
        };
        let part = |rings: &Vec<Vec<Vec<f64>>>| -> Result<Polygon, AppError> {
            let mut rings = rings.iter().map(ring).collect::<Result<Vec<_>, _>>()?.into_iter();
            let outer = rings.next().ok_or_else(|| self.wrong(feature, "an area has no ring"))?;
            Ok(Polygon::new(outer, rings.collect()))
        };
        match &feature.shape {
            Some(Shape::Polygon(rings)) => Ok(Some(MultiPolygon(vec![part(rings)?]))),
            Some(Shape::MultiPolygon(parts)) => {
                Ok(Some(MultiPolygon(parts.iter().map(part).collect::<Result<_, _>>()?)))
            }
            _ => Ok(None),
        }
    }
}

impl Feature {
    /// A field, trimmed; empty when there is none.
    pub(super) fn get(&self, field: &str) -> &str {
        let text = match &self.fields {
            Fields::Cells(names, cells) => names.iter().position(|name| name == field).and_then(|at| cells.get(at)),
            Fields::Named(all) => all.get(field).map(String::as_str),
        };
        text.unwrap_or_default().trim()
    }

    /// The row's key: `id`, or `code`, or its number.
    pub(super) fn key(&self) -> String {
        let own = [self.get("id"), self.get("code")].into_iter().find(|text| !text.is_empty());
        own.map_or_else(|| self.row.to_string(), str::to_owned)
    }
}

fn from_csv(name: &str, input: Input, mut take: impl FnMut(Feature) -> Result<(), AppError>) -> Result<(), AppError> {
    let cannot = |error: csv::Error| AppError::Import(format!("{name} cannot be read: {error}"));
    let since = input.since();
    let mut reader = csv::Reader::from_reader(input);
    let clean = |text: &str| text.trim_start_matches('\u{feff}').trim().to_lowercase();
    let names: Arc<[String]> = reader.headers().map_err(cannot)?.iter().map(clean).collect();
    for record in reader.into_records() {
        let cells = record.map_err(cannot)?;
        since.store(0, Relaxed);
        let row = cells.position().map_or(0, csv::Position::line);
        let mut feature = Feature { row, fields: Fields::Cells(names.clone(), cells), shape: None };
        let text = feature.get("shape");
        if !text.is_empty() {
            feature.shape = Some(serde_json::from_str(text).map_err(|error| {
                AppError::Import(format!("{name}, row {row}: shape is no geometry of GeoJSON: {error}"))
            })?);
        }
        take(feature)?;
    }
    Ok(())
}

fn from_geojson(
    name: &str,
    input: Input,
    mut take: impl FnMut(Feature) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let cannot = |why: String| AppError::Import(format!("{name}: {why}"));
    let text = input.whole().map_err(|error| cannot(error.to_string()))?;
    let json: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| cannot(format!("this is no JSON: {error}")))?;
    let all = json["features"].as_array().filter(|_| json["type"] == "FeatureCollection");
    let all = all.ok_or_else(|| cannot("this is no GeoJSON FeatureCollection".into()))?;
    for (row, feature) in (1..).zip(all) {
        let shape = match &feature["geometry"] {
            serde_json::Value::Null => None,
            shape => Some(serde_json::from_value(shape.clone()).map_err(|error| {
                AppError::Import(format!("{name}, row {row}: the geometry cannot be used: {error}"))
            })?),
        };
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in feature["properties"].as_object().into_iter().flatten() {
            let text = match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => continue,
                other => other.to_string(),
            };
            fields.insert(key.to_lowercase(), text);
        }
        if let Some(id) = feature.get("id").filter(|_| !fields.contains_key("id")) {
            fields.insert("id".into(), id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        }
        take(Feature { row, fields: Fields::Named(fields), shape })?;
    }
    Ok(())
}
