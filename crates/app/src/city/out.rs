//! What was measured, for people and programs: every column says its unit, every file its ruleset.

use super::Loaded;
use crate::AppError;
use luyuan_analysis::walk::{BuildingRow, Entrances, Report, Row, Share, Spot, UNREACHED, Why};
use luyuan_domain::ruleset::{GreenRules, Measure};
use serde_json::{Map, Value, json};
use std::{fs::File, io::BufWriter, path::Path};

/// Results and what they were measured by.
pub struct Out<'o> {
    /// The city.
    pub loaded: &'o Loaded,
    /// The ruleset.
    pub rules: &'o GreenRules,
    /// What it found.
    pub report: &'o Report,
    /// A building's way to the park that is nearest in a straight line, with the building's position.
    pub why: Option<(usize, Why)>,
}

impl Out<'_> {
    /// Writes every building, as GeoJSON or CSV by the file's name.
    ///
    /// # Errors
    /// [`AppError::Import`] when the file cannot be written or has another ending.
    pub fn write(&self, file: &Path) -> Result<(), AppError> {
        let cannot = |error: String| AppError::Import(format!("{} cannot be written: {error}", file.display()));
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("geojson" | "json") => {
                let made = File::create(file).map_err(|error| cannot(error.to_string()))?;
                let mut into = BufWriter::new(made);
                serde_json::to_writer(&mut into, &self.geojson()).map_err(|error| cannot(error.to_string()))?;
                std::io::Write::flush(&mut into).map_err(|error| cannot(error.to_string()))
            }
            Some("csv") => self.csv(file).map_err(|error| cannot(error.to_string())),
            _ => Err(cannot("name it .geojson or .csv".into())),
        }
    }

    /// Names of the columns of a building.
    fn columns(&self) -> Vec<String> {
        let own = ["id", "lon_wgs84", "lat_wgs84", "residents", "residents_estimated", "reachable", "ruleset"];
        let of_goal = self.rules.goals.iter().flat_map(|goal| {
            let code = &goal.code;
            [
                format!("{code}_walking_metres"),
                format!("{code}_walking_park"),
                format!("{code}_straight_metres"),
                format!("{code}_straight_park"),
                format!("{code}_covered"),
            ]
        });
        own.map(str::to_owned).into_iter().chain(of_goal).collect()
    }

    /// A building's values, in the order of the columns.
    fn values(&self, number: usize) -> Vec<Value> {
        let building = &self.loaded.city.buildings[number];
        let park = |park: Option<u32>| {
            park.map_or(Value::Null, |park| Value::from(self.loaded.city.parks[park as usize].id.as_str()))
        };
        let at = building.at.position();
        let mut values = vec![
            building.id.as_str().into(),
            at.lon.into(),
            at.lat.into(),
            building.residents.into(),
            building.estimated.into(),
            building.link.is_some().into(),
            self.rules.name.as_str().into(),
        ];
        for (goal, found) in self.rules.goals.iter().zip(&self.report.goals) {
            let BuildingRow { walking, straight } = found.buildings[number];
            let metres = straight.map(|(_, metres)| (metres * 100.0).round() / 100.0);
            let covered = match goal.measure {
                Measure::Walking => walking.cm != UNREACHED,
                Measure::Straight => straight.is_some(),
            };
            values.extend([
                walking.metres().into(),
                park(found.walked_to[number]),
                metres.into(),
                park(straight.map(|(park, _)| park)),
                covered.into(),
            ]);
        }
        values
    }

    fn geojson(&self) -> Value {
        let columns = self.columns();
        let feature = |number: usize| {
            let properties: Map<String, Value> = columns.iter().cloned().zip(self.values(number)).collect();
            point(properties, self.loaded.city.buildings[number].at)
        };
        let mut features: Vec<Value> = (0..self.loaded.city.buildings.len()).map(feature).collect();
        if let Some((number, why)) = &self.why {
            features.push(self.line(*number, why));
        }
        json!({
            "type": "FeatureCollection",
            "luyuan": {
                "ruleset": self.rules.name,
                "valid_from": self.rules.valid_from.to_string(),
                "source": self.rules.provenance.source,
                "status": self.rules.provenance.status.code(),
                "attribution": self.loaded.city.attribution,
                "not_computed": self.rules.not_computed.iter().map(|part| part.en.as_str()).collect::<Vec<_>>(),
                "coverage": self.report.rows.iter().map(|row| self.coverage(row)).collect::<Vec<_>>(),
                "found": self.found(),
            },
            "features": features,
        })
    }

    fn line(&self, number: usize, why: &Why) -> Value {
        let (park, metres) = why.straight;
        let city = &self.loaded.city;
        let positions: Vec<Value> = why.line.iter().map(|spot| position(*spot)).collect();
        let geometry =
            if positions.len() > 1 { json!({ "type": "LineString", "coordinates": positions }) } else { Value::Null };
        json!({
            "type": "Feature",
            "geometry": geometry,
            "properties": {
                "why": city.buildings[number].id,
                "park": city.parks[park as usize].id,
                "park_name": city.parks[park as usize].name,
                "straight_metres": (metres * 100.0).round() / 100.0,
                "walking_metres": (why.cm != UNREACHED).then(|| f64::from(why.cm) / 100.0),
            },
        })
    }

    fn coverage(&self, row: &Row) -> Value {
        let goal = &self.rules.goals[row.goal];
        let zone = row.zone.map(|zone| &self.loaded.zones[zone]);
        json!({
            "goal": goal.code,
            "measure": row.measure.code(),
            "zone": zone.map(|zone| zone.code.as_str()),
            "homes": share(row.homes),
            "residents": share(row.residents),
            "land_square_metres": share(row.land),
        })
    }

    /// What was found on the way, so that nobody takes a hole in the map for a hole in the town.
    fn found(&self) -> Value {
        let (findings, left) = (&self.loaded.findings, &self.loaded.left);
        let entrances: Map<String, Value> = Entrances::ALL
            .iter()
            .zip(findings.entrances)
            .map(|(known, count)| (known.code().to_owned(), count.into()))
            .collect();
        json!({
            "islands": findings.islands,
            "island_nodes": findings.island_nodes,
            "island_metres": findings.island_cm / 100,
            "parks_by_entrances": entrances,
            "buildings_unreachable": findings.unlinked,
            "buildings_estimated": findings.estimated,
            "buildings_without_residents": findings.uninhabited,
            "rings_unclosed": left.unclosed,
            "shapes_invalid": left.invalid_count,
            "nodes_missing": left.missing_nodes,
        })
    }

    fn csv(&self, file: &Path) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(file)?;
        writer.write_record(self.columns())?;
        for number in 0..self.loaded.city.buildings.len() {
            writer.write_record(self.values(number).iter().map(text))?;
        }
        writer.flush().map_err(csv::Error::from)
    }
}

/// The coverage of a city and its zones as CSV.
///
/// # Errors
/// [`AppError::Import`] when the file cannot be written.
pub fn coverage_csv(out: &Out<'_>, file: &Path) -> Result<(), AppError> {
    let write = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(file)?;
        writer.write_record([
            "ruleset",
            "goal",
            "measure",
            "zone_code",
            "zone_name",
            "zone_kind",
            "homes_covered",
            "homes",
            "residents_covered",
            "residents",
            "residents_percent",
            "land_covered_square_metres",
            "land_square_metres",
            "land_percent",
            "wanted_percent",
        ])?;
        for row in &out.report.rows {
            let goal = &out.rules.goals[row.goal];
            let zone = row.zone.map(|zone| &out.loaded.zones[zone]);
            let of_zone = |field: fn(&luyuan_analysis::walk::Zone) -> &str| zone.map_or("", field).to_owned();
            let percent = |share: Share| share.percent().map(|percent| format!("{percent:.2}")).unwrap_or_default();
            writer.write_record([
                out.rules.name.clone(),
                goal.code.clone(),
                row.measure.code().to_owned(),
                of_zone(|zone| &zone.code),
                of_zone(|zone| &zone.name),
                of_zone(|zone| &zone.kind),
                row.homes.covered.to_string(),
                row.homes.total.to_string(),
                row.residents.covered.to_string(),
                row.residents.total.to_string(),
                percent(row.residents),
                row.land.covered.to_string(),
                row.land.total.to_string(),
                percent(row.land),
                goal.percent.map(|percent| percent.to_string()).unwrap_or_default(),
            ])?;
        }
        writer.flush().map_err(csv::Error::from)
    };
    write().map_err(|error| AppError::Import(format!("{} cannot be written: {error}", file.display())))
}

/// A sentence that sets the straight line beside the way on foot.
pub fn why_line(loaded: &Loaded, number: usize, why: &Why) -> String {
    let city = &loaded.city;
    let (park, metres) = why.straight;
    let park = &city.parks[park as usize];
    let name = if park.name.is_empty() { &park.id } else { &park.name };
    let id = &city.buildings[number].id;
    match why.cm {
        UNREACHED => format!("{id}: {name} is {metres:.0} m away in a straight line, and no way on foot was found"),
        cm => {
            format!("{id}: {name} is {metres:.0} m away in a straight line and {:.0} m on foot", f64::from(cm) / 100.0)
        }
    }
}

fn share(share: Share) -> Value {
    json!({ "covered": share.covered, "total": share.total, "percent": share.percent() })
}

fn position(spot: Spot) -> Value {
    let at = spot.position();
    json!([at.lon, at.lat])
}

fn point(properties: Map<String, Value>, at: Spot) -> Value {
    json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": position(at) }, "properties": properties })
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        other => other.to_string(),
    }
}
