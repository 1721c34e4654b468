//! Places from CSV or GeoJSON, in a coordinate system that is declared.

use super::{
    Report, Strictness,
    input::Input,
    rejects::{Reject, Rejects},
    table::{Row, Sheet, write_down},
};
use crate::{App, AppError};
use csv::ByteRecord;
use luyuan_analysis::{
    locate::{PlaceIndex, area, check},
    made,
};
use luyuan_domain::{
    geo::{System, Wgs84},
    ids::PlaceId,
    place::{Place, PlaceKind, Shape},
};
use luyuan_store::{directory, settings};
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    path::Path,
};

const MUST: [&str; 3] = ["code", "kind", "name"];
const MAY: [&str; 4] = ["parent", "lon", "lat", "shape"];

impl Sheet {
    /// Places of a GeoJSON FeatureCollection (RFC 7946) as a table: properties `code`, `kind`,
    /// `name`, `parent`, and the geometry as `shape`. Lines are the features' numbers, from 1.
    ///
    /// # Errors
    /// [`AppError::Import`] when it is no FeatureCollection.
    pub fn geojson(path: &Path) -> Result<Self, AppError> {
        let cannot = |why: String| AppError::Import(format!("{}: {why}", path.display()));
        let text = Input::open(path, None)?.whole().map_err(|error| cannot(error.to_string()))?;
        let json: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| cannot(format!("this is no JSON: {error}")))?;
        let features = json["features"].as_array().filter(|_| json["type"] == "FeatureCollection");
        let features = features.ok_or_else(|| cannot("this is no GeoJSON FeatureCollection".into()))?;
        let names = ["code", "kind", "name", "parent", "lon", "lat", "shape"];
        let row = |feature: &serde_json::Value| -> ByteRecord {
            let property = |name: &str| match &feature["properties"][name] {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            };
            let shape = if feature["geometry"].is_null() { String::new() } else { feature["geometry"].to_string() };
            names[..6].iter().map(|name| property(name)).chain([shape]).collect::<Vec<_>>().into()
        };
        Self::of(names.to_vec().into(), (1..).zip(features.iter().map(row)).collect())
    }
}

impl App {
    /// Imports places. One whose code is here already is changed; what its row leaves out (shape,
    /// point) and everything else is left alone.
    ///
    /// # Errors
    /// [`AppError::Import`] when a column is missing, [`AppError::Store`] as the database says.
    pub async fn import_places(
        &self,
        sheet: &Sheet,
        crs: System,
        strictness: Strictness,
        rejects: &mut Rejects,
    ) -> Result<Report, AppError> {
        sheet.expect(&MUST, &MAY)?;
        self.reload().await?;
        let (places, rejected, read) = self.read_places(sheet, crs);
        let mut report = Report { read, ..Report::default() };
        report.rejected = write_down(rejects, &sheet.header, rejected)?;
        if places.is_empty() || (report.rejected > 0 && strictness == Strictness::Whole) {
            return Ok(report);
        }
        let before = self.directory();
        for place in &places {
            *(if before.place(place.id).is_some() { &mut report.changed } else { &mut report.added }) += 1;
        }
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for place in &places {
                        directory::put_place(&mut conn, &j, place).await?;
                    }
                    settings::mark_changed(&mut conn, &j).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        self.reload().await?;
        Ok(report)
    }

    fn read_places(&self, sheet: &Sheet, crs: System) -> (Vec<Place>, Vec<Reject>, u64) {
        let here = self.directory();
        let mut seen = HashSet::new();
        let (mut rows, mut rejected, mut read) = (Vec::new(), Vec::new(), 0);
        for row in sheet.rows() {
            read += 1;
            let checked = row.whole().and_then(|()| place(self, &row, crs)).and_then(|place| {
                let again = format!("the code {:?} stands twice in the file", place.code);
                if seen.insert(place.code.clone()) { Ok(place) } else { Err(("code_twice", again)) }
            });
            match checked {
                Ok(place) => rows.push((row, place)),
                Err(why) => rejected.push(row.reject(why)),
            }
        }
        let of_file = rows.iter().map(|(_, place)| place).find(|place| place.kind == PlaceKind::District);
        let boundary = of_file.or(here.district()).and_then(|place| area(place.shape.as_ref()?));
        let boundary = boundary.map(|area| PlaceIndex::build(vec![(0, 0, area)]).0);
        // A row whose parent is rejected is rejected too, until nothing changes any more.
        loop {
            let of_code: HashMap<String, (PlaceId, PlaceKind)> =
                rows.iter().map(|(_, place)| (place.code.clone(), (place.id, place.kind))).collect();
            let find = |code: &str| {
                let there = || here.place_by_code(code).map(|place| (place.id, place.kind));
                of_code.get(code).copied().or_else(there)
            };
            let parents: HashMap<PlaceId, PlaceId> = here
                .places()
                .iter()
                .filter(|place| !of_code.contains_key(&place.code))
                .filter_map(|place| Some((place.id, place.parent?)))
                .chain(rows.iter().filter_map(|(row, place)| Some((place.id, find(row.get("parent"))?.0))))
                .collect();
            let mut left = Vec::with_capacity(rows.len());
            let before = rows.len();
            for (row, mut place) in rows {
                let parent = row.get("parent");
                let found = find(parent);
                place.parent = found.map(|(id, _)| id);
                match fits(&place, parent, found.map(|(_, kind)| kind), &parents, boundary.as_ref()) {
                    Ok(()) => left.push((row, place)),
                    Err(why) => rejected.push(row.reject(why)),
                }
            }
            rows = left;
            if rows.len() == before {
                return (rows.into_iter().map(|(_, place)| place).collect(), rejected, read);
            }
        }
    }
}

/// Whether a place fits into the tree and the district.
fn fits(
    place: &Place,
    parent: &str,
    above: Option<PlaceKind>,
    parents: &HashMap<PlaceId, PlaceId>,
    boundary: Option<&PlaceIndex>,
) -> Result<(), (&'static str, String)> {
    if place.kind == PlaceKind::District {
        return if parent.is_empty() { Ok(()) } else { Err(("parent_below", "a district has no parent here".into())) };
    }
    if parent.is_empty() {
        return Err(("no_parent", "only the district has no parent".into()));
    }
    let above = above.ok_or_else(|| ("unknown_parent", format!("no place has the code {parent:?}")))?;
    if loops(place.id, parents) {
        return Err(("loop", "the place contains itself".into()));
    }
    let level = above.level().ok_or_else(|| ("parent_below", "a road section or park contains nothing".to_owned()))?;
    if place.kind.level().is_some_and(|own| own <= level) {
        let told = format!("a {} cannot lie in a {}", place.kind.code(), above.code());
        return Err(("parent_below", told));
    }
    match (boundary, place.centre) {
        (Some(boundary), Some(centre)) if boundary.at(centre)[0].is_none() => {
            let told = format!("its middle {:.6}, {:.6} lies outside the district", centre.lon, centre.lat);
            Err(("outside", format!("{told}; is the coordinate system right?")))
        }
        _ => Ok(()),
    }
}

/// Whether something stands above itself.
pub(super) fn loops<T: Copy + Eq + Hash>(of: T, parents: &HashMap<T, T>) -> bool {
    let mut at = of;
    for _ in 0..=parents.len() {
        match parents.get(&at) {
            None => return false,
            Some(above) if *above == of => return true,
            Some(above) => at = *above,
        }
    }
    true
}

fn place(app: &App, row: &Row<'_>, crs: System) -> Result<Place, (&'static str, String)> {
    let (code, kind, name) = (row.get("code"), row.get("kind"), row.get("name"));
    if code.is_empty() {
        return Err(("no_code", "the code is empty".into()));
    }
    if name.is_empty() {
        return Err(("no_name", "the name is empty".into()));
    }
    let kind = PlaceKind::parse(kind)
        .ok_or_else(|| ("unknown_kind", format!("{kind:?} is no kind of place; see docs/bulk.md")))?;
    let shape = match row.get("shape") {
        "" => None,
        text => Some(shape(text, crs)?),
    };
    let centre = match (row.get("lon"), row.get("lat")) {
        ("", "") => shape.as_ref().and_then(middle),
        (lon, lat) => {
            let number = |text: &str| text.parse::<f64>().ok();
            let point = number(lon).zip(number(lat)).and_then(|(lon, lat)| crs.read(lon, lat));
            let told = || format!("{lon:?} and {lat:?} are no longitude and latitude in degrees");
            Some(point.ok_or_else(|| ("point", told()))?)
        }
    };
    let here = app.directory();
    let before = here.place_by_code(code);
    let made = before.is_some_and(|place| place.made) && shape.is_none();
    Ok(Place {
        id: before.map_or_else(|| PlaceId(app.env.id()), |place| place.id),
        code: code.into(),
        kind,
        name: name.into(),
        parent: None,
        responsible: before.and_then(|place| place.responsible),
        centre: centre.or_else(|| before.and_then(|place| place.centre)),
        shape: shape.or_else(|| before.and_then(|place| place.shape.clone())),
        made,
        facts: before.map(|place| place.facts.clone()).unwrap_or_default(),
    })
}

fn shape(text: &str, crs: System) -> Result<Shape, (&'static str, String)> {
    let wrong = |why: String| ("shape", why);
    let read: Shape = serde_json::from_str(text).map_err(|_| {
        wrong("the shape is no GeoJSON geometry of type Point, LineString, Polygon or MultiPolygon".into())
    })?;
    let at = |[lon, lat]: [f64; 2]| {
        let point = crs.read(lon, lat);
        let told = || wrong(format!("{lon}, {lat} is no longitude and latitude in degrees"));
        point.map(|point| [point.lon, point.lat]).ok_or_else(told)
    };
    let line = |line: Vec<[f64; 2]>| line.into_iter().map(at).collect::<Result<Vec<_>, _>>();
    let rings = |rings: Vec<Vec<[f64; 2]>>| rings.into_iter().map(line).collect::<Result<Vec<_>, _>>();
    let shape = match read {
        Shape::Point(point) => Shape::Point(at(point)?),
        Shape::LineString(points) if points.len() < 2 => return Err(wrong("a line needs two points".into())),
        Shape::LineString(points) => Shape::LineString(line(points)?),
        Shape::Polygon(parts) => Shape::Polygon(rings(parts)?),
        Shape::MultiPolygon(parts) => Shape::MultiPolygon(parts.into_iter().map(rings).collect::<Result<_, _>>()?),
    };
    if let Some(area) = area(&shape) {
        check(&area).map_err(|problem| wrong(problem.to_string()))?;
        if area.0.iter().all(|part| part.exterior().0.len() < 4) {
            return Err(wrong("the polygon has no ring of four positions".into()));
        }
    } else if matches!(shape, Shape::Polygon(_) | Shape::MultiPolygon(_)) {
        return Err(wrong("the polygon has no ring".into()));
    }
    Ok(shape)
}

/// A point for labels.
fn middle(shape: &Shape) -> Option<Wgs84> {
    match shape {
        Shape::Point([lon, lat]) => Wgs84::new(*lon, *lat),
        Shape::LineString(points) => points.get(points.len() / 2).and_then(|[lon, lat]| Wgs84::new(*lon, *lat)),
        Shape::Polygon(_) | Shape::MultiPolygon(_) => made::centre(&area(shape)?).and_then(|at| Wgs84::new(at.x, at.y)),
    }
}
