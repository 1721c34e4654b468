//! What the rows of each file mean.

use super::{
    features::{Feature, Features, Source, each},
    placed::Frame,
};
use crate::AppError;
use geo::MultiPolygon;
use luyuan_analysis::{
    locate::check,
    made, osm,
    walk::{DraftBuilding, DraftGround, Edge, EdgeKind, Network, Spot, Zone, centimetres, flat_square_metres, united},
};
use luyuan_domain::geo::{System, Wgs84};
use std::{collections::HashMap, path::Path};

/// The box of `--bbox`.
pub(super) fn bbox([west, south, east, north]: [f64; 4]) -> Result<osm::Cut, AppError> {
    let corners = Wgs84::new(west, south).zip(Wgs84::new(east, north)).filter(|_| west < east && south < north);
    let (low, high) = corners.ok_or_else(|| {
        AppError::Import(format!("{west},{south},{east},{north} is no box: write west,south,east,north in degrees"))
    })?;
    Ok(osm::Cut::Box(Spot::of(low), Spot::of(high)))
}

/// One area of all rows of a boundary file.
pub(super) fn boundary(features: &Features) -> Result<MultiPolygon, AppError> {
    let mut areas = Vec::new();
    for row in &features.rows {
        areas.push(area(features, row)?);
    }
    Ok(united(areas.iter()))
}

fn area(features: &Features, row: &Feature) -> Result<MultiPolygon, AppError> {
    let area = features.area(row)?.ok_or_else(|| features.wrong(row, "an area is wanted (Polygon)"))?;
    check(&area).map_err(|problem| features.wrong(row, &format!("{problem} ({})", problem.code())))?;
    Ok(area)
}

/// An area, or none when it cannot be used: then it is named in `left`, as with an extract.
fn usable(features: &Features, row: &Feature, left: &mut osm::Left) -> Result<Option<MultiPolygon>, AppError> {
    let area = features.area(row)?.ok_or_else(|| features.wrong(row, "an area is wanted (Polygon)"))?;
    if let Err(problem) = check(&area) {
        left.invalid_count += 1;
        left.invalid.push((row.key(), problem.code()));
        return Ok(None);
    }
    Ok(Some(area))
}

/// Bytes of a row with two ends in full: numbers of seven decimals and a length.
const ROW_BYTES: usize = 48;
/// For so many rows at most room is made ahead.
const MOST_AHEAD: usize = 1 << 22;

/// Lines that meet where they share a position; or rows of CSV with two ends. They should lie in the
/// boundary, where there is one.
pub(super) fn network(file: &Path, crs: Option<System>, boundary: Option<&Frame>) -> Result<Network, AppError> {
    let mut number_of: HashMap<Spot, u32> = HashMap::new();
    let (mut spots, mut edges, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    let source = each(file, crs, |source, row| {
        if edges.is_empty() {
            // About as many as there will be, so that the lists are not moved while they grow.
            let rows = (source.size / ROW_BYTES).min(MOST_AHEAD);
            edges.reserve(rows);
            spots.reserve(rows * 3 / 5);
            number_of.reserve(rows * 3 / 5);
        }
        let mut node = |spot: Spot| {
            *number_of.entry(spot).or_insert_with(|| {
                spots.push(spot);
                u32::try_from(spots.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let kind = match row.get("kind") {
            "" => EdgeKind::Path,
            code => EdgeKind::ALL.into_iter().find(|kind| kind.code() == code).ok_or_else(|| {
                source.wrong(row, &format!("kind cannot be {code:?}: path, street, stairs or crossing"))
            })?,
        };
        let ends = ["from_lon", "from_lat", "to_lon", "to_lat"].map(|field| source.number::<f64>(row, field));
        let [from_lon, from_lat, to_lon, to_lat] = ends;
        let ends = (from_lon?, from_lat?, to_lon?, to_lat?);
        if boundary.is_some() {
            firsts.extend(ends.0.zip(ends.1).map(|(lon, lat)| [lon, lat]).or_else(|| row.first()));
        }
        let (lines, given) = match ends {
            (Some(a), Some(b), Some(c), Some(d)) => {
                let spot = |lon, lat| source.crs.read(lon, lat).map(Spot::of);
                let wrong = || source.wrong(row, "an end is no position in degrees");
                let line = vec![spot(a, b).ok_or_else(wrong)?, spot(c, d).ok_or_else(wrong)?];
                (vec![line], source.number::<f64>(row, "metres")?)
            }
            _ => (source.lines(row)?, None),
        };
        if given.is_some_and(|metres| !(0.0..1.0e6).contains(&metres)) {
            return Err(source.wrong(row, "metres is no length"));
        }
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            let cm = given.map_or_else(|| pair[0].cm_to(pair[1]), centimetres);
            edges.push(Edge { a: node(pair[0]), b: node(pair[1]), cm, kind });
        }
        Ok(())
    })?;
    drop(number_of);
    if let Some(boundary) = boundary {
        boundary.check_firsts(&source, &firsts)?;
    }
    let network = Network::new(spots, edges);
    if network.edge_count() == 0 {
        return Err(AppError::Import(format!("{}: there is no edge in it", source.name)));
    }
    Ok(network)
}

/// Parks (kind park, also when it is not told) and greens (kind green).
pub(super) fn grounds(features: &Features, left: &mut osm::Left) -> Result<Vec<DraftGround>, AppError> {
    let mut grounds: Vec<DraftGround> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for row in &features.rows {
        let is_park = match row.get("kind") {
            "" | "park" => true,
            "green" => false,
            other => return Err(features.wrong(row, &format!("kind cannot be {other:?}: park or green"))),
        };
        let id = row.key();
        if !seen.insert(id.clone()) {
            return Err(features.wrong(row, &format!("{id:?} stands twice in the file")));
        }
        let Some(ground) = usable(features, row, left)? else { continue };
        let name = row.get("name").to_owned();
        grounds.push(DraftGround { id, name, is_park, ground, given: Vec::new(), gates: Vec::new() });
    }
    Ok(grounds)
}

/// Points, each with the key of its park.
pub(super) fn entrances(features: &Features, grounds: &mut [DraftGround]) -> Result<(), AppError> {
    let of: HashMap<String, usize> =
        grounds.iter().enumerate().map(|(number, ground)| (ground.id.clone(), number)).collect();
    for row in &features.rows {
        let at = features.point(row)?.ok_or_else(|| features.wrong(row, "a point is wanted"))?;
        let park = row.get("park");
        let number = of.get(park).ok_or_else(|| features.wrong(row, &format!("there is no park {park:?}")))?;
        grounds[*number].given.push(at);
    }
    Ok(())
}

/// Points or areas with residents, or with what an estimate needs. Row by row: a city has many.
pub(super) fn buildings(file: &Path, crs: Option<System>, frame: &Frame) -> Result<Vec<DraftBuilding>, AppError> {
    let (mut buildings, mut firsts, mut wrong) = (Vec::new(), Vec::new(), None);
    let source = each(file, crs, |source, row| {
        firsts.extend(row.first());
        if wrong.is_none() {
            match building(source, row) {
                Ok(building) => buildings.push(building),
                Err(error) => wrong = Some(error),
            }
        }
        Ok::<_, AppError>(())
    })?;
    // A file that lies elsewhere as a whole has wrong rows too, but those are not what is to be mended.
    frame.check_firsts(&source, &firsts)?;
    wrong.map_or(Ok(buildings), Err)
}

fn building(source: &Source, row: &Feature) -> Result<DraftBuilding, AppError> {
    let area = source.area(row)?;
    let middle = area.as_ref().and_then(made::centre).map(|at| Spot::of(Wgs84 { lon: at.x, lat: at.y }));
    let at = match source.point(row)? {
        Some(at) => at,
        None => middle.ok_or_else(|| source.wrong(row, "there is neither a point nor an area"))?,
    };
    let drawn = area.map(|area| area.iter().map(|part| flat_square_metres(part.exterior())).sum::<f64>());
    let positive = |field: &str| -> Result<Option<f64>, AppError> {
        let number = source.number::<f64>(row, field)?;
        match number.filter(|number| !(*number >= 0.0 && number.is_finite())) {
            Some(wrong) => Err(source.wrong(row, &format!("{field} cannot be {wrong}"))),
            None => Ok(number),
        }
    };
    let residents = source.number::<u32>(row, "residents")?;
    let (flats, levels) = (positive("flats")?, positive("levels")?);
    let square_metres = positive("square_metres")?.or(drawn).unwrap_or(0.0);
    let home = match row.get("home") {
        "" => flats.is_some() || square_metres > 0.0,
        text => matches!(text, "1" | "true" | "yes" | "是"),
    };
    Ok(DraftBuilding { id: row.key(), at, residents, flats, levels, home, square_metres })
}

/// Areas on which people live.
pub(super) fn land(features: &Features, left: &mut osm::Left) -> Result<Vec<MultiPolygon>, AppError> {
    let mut land = Vec::new();
    for row in &features.rows {
        land.extend(usable(features, row, left)?);
    }
    Ok(land)
}

/// Areas for which coverage is told.
pub(super) fn zones(features: &Features) -> Result<Vec<Zone>, AppError> {
    let zone = |row: &Feature| {
        let (code, name, kind) = (row.key(), row.get("name").to_owned(), row.get("kind").to_owned());
        Ok(Zone { code, name, kind, area: area(features, row)? })
    };
    features.rows.iter().map(zone).collect()
}
