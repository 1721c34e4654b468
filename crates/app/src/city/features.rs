//! Rows of a GeoJSON or CSV file with their fields and shapes, in WGS-84.

use super::bad_rows::{BadRows, Why};
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
    /// Bytes of the file.
    pub(super) size: usize,
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
pub(super) fn each<E: From<BadRows>>(
    file: &Path,
    crs: Option<System>,
    mut take: impl FnMut(&Source, &Feature) -> Result<(), E>,
) -> Result<Source, E> {
    let name = file.display().to_string();
    let bad = |why: Why| BadRows { file: name.clone(), row: None, why };
    let crs = crs.ok_or_else(|| bad(Why::NoSystem))?;
    let csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let input = Input::open(file, None).map_err(|error| bad(Why::Unread(error.to_string())))?;
    let source = Source { name: name.clone(), crs, size: usize::try_from(input.size).unwrap_or(usize::MAX) };
    let mut none = true;
    let all = |feature: &Feature| {
        none = false;
        take(&source, feature)
    };
    if csv {
        from_csv(&source.name, input, all)?;
    } else {
        from_geojson(&source.name, input, all)?;
    }
    match none {
        true => Err(bad(Why::Empty).into()),
        false => Ok(source),
    }
}

impl Features {
    /// Reads a file as [`each`] does.
    pub(super) fn read(file: &Path, crs: Option<System>) -> Result<Self, BadRows> {
        let mut rows = Vec::new();
        let source = each(file, crs, |_, feature| {
            rows.push(feature.clone());
            Ok::<_, BadRows>(())
        })?;
        Ok(Self { source, rows })
    }

    /// The first position of every row, as written.
    pub(super) fn firsts(&self) -> Vec<[f64; 2]> {
        self.rows.iter().filter_map(Feature::first).collect()
    }
}

impl Source {
    /// An error at a row.
    pub(super) fn bad(&self, feature: &Feature, why: Why) -> BadRows {
        BadRows { file: self.name.clone(), row: Some(feature.row), why }
    }

    /// An error at a row, in words for the terminal.
    pub(super) fn wrong(&self, feature: &Feature, why: &str) -> AppError {
        self.bad(feature, Why::Other(why.to_owned())).into()
    }

    /// A row's field, read; none when it is empty.
    pub(super) fn number<T: std::str::FromStr>(&self, feature: &Feature, field: &str) -> Result<Option<T>, BadRows> {
        match feature.get(field) {
            "" => Ok(None),
            text => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.bad(feature, Why::Number { field: field.to_owned(), text: text.to_owned() })),
            },
        }
    }

    fn spot(&self, feature: &Feature, at: &[f64]) -> Result<Spot, BadRows> {
        let [lon, lat] = *at.first_chunk().ok_or_else(|| self.bad(feature, Why::ShortPosition))?;
        self.crs.read(lon, lat).map(Spot::of).ok_or_else(|| self.bad(feature, Why::Position(lon, lat)))
    }

    /// A row's point: its own, or the fields lon and lat; none for another shape.
    pub(super) fn point(&self, feature: &Feature) -> Result<Option<Spot>, BadRows> {
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
    pub(super) fn lines(&self, feature: &Feature) -> Result<Vec<Vec<Spot>>, BadRows> {
        let line = |line: &Vec<Vec<f64>>| line.iter().map(|at| self.spot(feature, at)).collect::<Result<_, _>>();
        match &feature.shape {
            Some(Shape::LineString(only)) => Ok(vec![line(only)?]),
            Some(Shape::MultiLineString(lines)) => lines.iter().map(line).collect(),
            _ => Err(self.bad(feature, Why::NoLine)),
        }
    }

    /// A row's area; none for a point or a line.
    pub(super) fn area(&self, feature: &Feature) -> Result<Option<MultiPolygon>, BadRows> {
        let ring = |ring: &Vec<Vec<f64>>| -> Result<LineString, BadRows> {
            let coords = ring.iter().map(|at| {
                let at = self.spot(feature, at)?.position();
                Ok(Coord { x: at.lon, y: at.lat })
            });
            coords.collect::<Result<Vec<Coord>, BadRows>>().map(LineString::from)
        };
        let part = |rings: &Vec<Vec<Vec<f64>>>| -> Result<Polygon, BadRows> {
            let mut rings = rings.iter().map(ring).collect::<Result<Vec<_>, _>>()?.into_iter();
            let outer = rings.next().ok_or_else(|| self.bad(feature, Why::NoRing))?;
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

    /// Its first position, as written.
    pub(super) fn first(&self) -> Option<[f64; 2]> {
        let at = match &self.shape {
            Some(Shape::Point(at)) => at,
            Some(Shape::LineString(line)) => line.first()?,
            Some(Shape::MultiLineString(lines)) => lines.first()?.first()?,
            Some(Shape::Polygon(rings)) => rings.first()?.first()?,
            Some(Shape::MultiPolygon(parts)) => parts.first()?.first()?.first()?,
            None => return Some([self.get("lon").parse().ok()?, self.get("lat").parse().ok()?]),
        };
        at.first_chunk().copied()
    }

    /// The row's key: `id`, or `code`, or its number.
    pub(super) fn key(&self) -> String {
        let own = [self.get("id"), self.get("code")].into_iter().find(|text| !text.is_empty());
        own.map_or_else(|| self.row.to_string(), str::to_owned)
    }
}

fn from_csv<E: From<BadRows>>(
    name: &str,
    input: Input,
    mut take: impl FnMut(&Feature) -> Result<(), E>,
) -> Result<(), E> {
    let bad = |row: Option<u64>, why: Why| BadRows { file: name.to_owned(), row, why };
    let cannot = |error: csv::Error| match error.position().map(csv::Position::line) {
        Some(line) => bad(Some(line), Why::Columns(error.to_string())),
        None => bad(None, Why::Unread(format!("{name} cannot be read: {error}"))),
    };
    let since = input.since();
    let mut reader = csv::Reader::from_reader(input);
    let clean = |text: &str| text.trim_start_matches('\u{feff}').trim().to_lowercase();
    let names: Arc<[String]> = reader.headers().map_err(cannot)?.iter().map(clean).collect();
    let mut cells = csv::StringRecord::new();
    while reader.read_record(&mut cells).map_err(cannot)? {
        since.store(0, Relaxed);
        let row = cells.position().map_or(0, csv::Position::line);
        let mut feature = Feature { row, fields: Fields::Cells(names.clone(), cells), shape: None };
        let text = feature.get("shape");
        if !text.is_empty() {
            let shape = serde_json::from_str(text);
            feature.shape = Some(shape.map_err(|error| bad(Some(row), Why::Shape(error.to_string())))?);
        }
        take(&feature)?;
        // The record's room is used again.
        cells = match feature.fields {
            Fields::Cells(_, cells) => cells,
            Fields::Named(_) => csv::StringRecord::new(),
        };
    }
    Ok(())
}

fn from_geojson<E: From<BadRows>>(
    name: &str,
    input: Input,
    mut take: impl FnMut(&Feature) -> Result<(), E>,
) -> Result<(), E> {
    let bad = |row: Option<u64>, why: Why| BadRows { file: name.to_owned(), row, why };
    let text = input.whole().map_err(|error| bad(None, Why::Unread(format!("{name}: {error}"))))?;
    let json: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| bad(None, Why::NoJson(error.to_string())))?;
    let all = json["features"].as_array().filter(|_| json["type"] == "FeatureCollection");
    let all = all.ok_or_else(|| bad(None, Why::NoCollection))?;
    for (row, feature) in (1..).zip(all) {
        let shape = match &feature["geometry"] {
            serde_json::Value::Null => None,
            shape => {
                let shape = serde_json::from_value(shape.clone());
                Some(shape.map_err(|error| bad(Some(row), Why::Shape(error.to_string())))?)
            }
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
        take(&Feature { row, fields: Fields::Named(fields), shape })?;
    }
    Ok(())
}
