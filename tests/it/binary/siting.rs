//! `luyuan site` with the real program: a street whose answer anybody can see, a real town against
//! HiGHS, and what people bring along that is wrong.

use super::LUYUAN;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn luyuan(words: &[&str]) -> Output {
    Command::new(LUYUAN).args(words).stdin(Stdio::null()).output().expect("luyuan runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Metres east and north of a corner in Erqi, as degrees.
fn at(x: f64, y: f64) -> [f64; 2] {
    [113.64 + x / 91_430.0, 34.7 + y / 111_195.08]
}

/// Two streets 60 m apart that nothing joins. Homes stand along the northern one every 100 m; a park
/// lies at the western end of the southern one, with its gate there.
struct Town {
    folder: tempfile::TempDir,
}

impl Town {
    fn new() -> Self {
        let town = Self { folder: tempfile::tempdir().unwrap() };
        let line = |y: f64| (0..=40).map(|step| at(f64::from(step) * 50.0, y)).collect::<Vec<_>>();
        let street = |y: f64| {
            json!({ "type": "Feature", "properties": { "kind": "street" },
                "geometry": { "type": "LineString", "coordinates": line(y) } })
        };
        town.put("network.geojson", &json!({ "type": "FeatureCollection", "features": [street(0.0), street(60.0)] }));
        let ring = [at(-100.0, -40.0), at(-10.0, -40.0), at(-10.0, 40.0), at(-100.0, 40.0), at(-100.0, -40.0)];
        let park = json!({ "type": "Feature", "properties": { "id": "P1", "name": "淮园", "kind": "park" },
            "geometry": { "type": "Polygon", "coordinates": [ring] } });
        town.put("parks.geojson", &json!({ "type": "FeatureCollection", "features": [park] }));
        let [lon, lat] = at(0.0, 0.0);
        fs::write(town.file("entrances.csv"), format!("park,lon,lat\nP1,{lon:.7},{lat:.7}\n")).unwrap();
        let mut rows = String::from("id,lon,lat,residents\n");
        for home in 0..20 {
            let [lon, lat] = at(f64::from(home) * 100.0 + 50.0, 60.0);
            rows += &format!("h{home},{lon:.7},{lat:.7},10\n");
        }
        fs::write(town.file("buildings.csv"), rows).unwrap();
        town.candidates("");
        town
    }

    /// A pocket park at 1,500 m, one at 1,400 m in its way, a gate of the park that opens to the
    /// northern street, and a crossing from the park's gate; and more rows.
    fn candidates(&self, more: &str) {
        let point = |x: f64, y: f64| {
            let [lon, lat] = at(x, y);
            format!("{lon:.7},{lat:.7}")
        };
        let crossing = json!({ "type": "LineString", "coordinates": [at(0.0, 0.0), at(0.0, 60.0)] });
        let crossing = crossing.to_string().replace('"', "\"\"");
        let text = format!(
            "id,kind,lon,lat,park,square_metres,yuan,group,shape\n\
             lot-15,vacant,{},,1000,,,\n\
             lot-14,cleared,{},,1000,,,\n\
             gate,entrance,{},P1,,,west,\n\
             zebra,crossing,,,,,,west,\"{crossing}\"\n{more}",
            point(1_500.0, 60.0),
            point(1_400.0, 60.0),
            point(0.0, 60.0),
        );
        fs::write(self.file("candidates.csv"), text).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, json: &Value) {
        fs::write(self.file(name), json.to_string()).unwrap();
    }

    fn site(&self, more: &[&str]) -> Output {
        let name = |file: &str| self.file(file).to_string_lossy().into_owned();
        let files = ["network.geojson", "parks.geojson", "entrances.csv", "buildings.csv", "candidates.csv"].map(name);
        let [network, parks, entrances, buildings, candidates] = &files;
        let mut words = vec!["site", "--network", network, "--parks", parks, "--entrances", entrances];
        words.extend(["--buildings", buildings, "--crs", "wgs84", "--candidates", candidates, "--goal", "park"]);
        words.extend(more);
        luyuan(&words)
    }

    fn plan(&self, more: &[&str]) -> Value {
        let out = self.file("plan.geojson").to_string_lossy().into_owned();
        let done = self.site(&[more, &["--out", &out]].concat());
        assert!(done.status.success(), "{}", said(&done));
        serde_json::from_slice(&fs::read(out).unwrap()).unwrap()
    }
}

fn steps(plan: &Value) -> Vec<(String, u64, f64)> {
    let features = plan["features"].as_array().unwrap().iter();
    let step = |feature: &Value| {
        let told = &feature["properties"];
        let (id, residents) = (told["id"].as_str().unwrap().to_owned(), told["residents_gained"].as_u64().unwrap());
        (id, residents, told["cost_yuan"].as_f64().unwrap())
    };
    features.map(step).collect()
}

#[test]
fn a_gate_can_be_the_better_park() {
    let town = Town::new();
    // Ten homes are within 500 m of the lot, five of the gate, five of the crossing; gate and crossing
    // are variants of one thing. The gate costs 30,000 yuan, the lot 350,000, the crossing 68,000.
    let plan = town.plan(&["--sites", "2"]);
    let wanted = [("gate", 50, 30_000.0), ("lot-15", 100, 350_000.0)];
    assert_eq!(steps(&plan), wanted.map(|(id, gain, cost)| (id.to_owned(), gain, cost)));
    assert_eq!((&plan["luyuan"]["optimal"], &plan["luyuan"]["residents_covered_after"]), (&json!(true), &json!(150)));
    assert_eq!(plan["luyuan"]["edits"][0]["edit"], "entrance", "a plan opens as a scenario");
    assert_eq!(plan["features"][1]["properties"]["cost_status"], "assumed");
    let short = town.plan(&["--budget", "349999.99"]);
    assert_eq!(steps(&short), [("gate".to_owned(), 50, 30_000.0)]);
    let both = town.plan(&["--budget", "380000"]);
    assert_eq!(steps(&both).len(), 2);
    let all = town.plan(&["--sites", "9"]);
    assert_eq!(steps(&all).len(), 3, "gate or crossing, and both lots: {all}");
}

#[test]
fn the_table_names_units_rulesets_and_residents_per_yuan() {
    let town = Town::new();
    let out = town.file("plan.csv").to_string_lossy().into_owned();
    let done = town.site(&["--sites", "1", "--out", &out]);
    assert!(done.status.success() && said(&done).contains("optimal=true"), "{}", said(&done));
    assert!(said(&done).contains("greedy=100"), "greedy stands beside it: {}", said(&done));
    let text = fs::read_to_string(out).unwrap();
    let (head, row) = (text.lines().next().unwrap(), text.lines().nth(1).unwrap());
    assert!(head.starts_with("step,id,kind,lon_wgs84,lat_wgs84,square_metres,cost_yuan,cost_status,"), "{head}");
    assert!(
        row.starts_with("1,lot-15,vacant,") && row.ends_with(",100,0.000286,100,park,green-300-500,siting-2020"),
        "{row}"
    );
}

#[test]
fn a_real_towns_plan_is_as_good_as_highs_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (out, model) = (file("plan.geojson"), file("plan.lp"));
    let extract = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/osm/monaco.osm.pbf");
    let extract = extract.to_string_lossy().into_owned();
    for limit in [["--sites", "3"], ["--budget", "900000"]] {
        let mut words = vec!["site", "--network", &extract, "--grid", "60", "--out", &out, "--model-out", &model];
        words.extend(limit);
        let done = luyuan(&words);
        assert!(done.status.success() && said(&done).contains("optimal=true"), "{}", said(&done));
        let plan: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
        let gained = plan["luyuan"]["gained_by_single_candidates"].as_u64().unwrap();
        let (before, after) = (&plan["luyuan"]["residents_covered_before"], &plan["luyuan"]["residents_covered_after"]);
        // Parks alone bring together what they bring one by one.
        assert_eq!(before.as_u64().unwrap() + gained, after.as_u64().unwrap());
        assert!(gained > 0, "{plan}");
        let Ok(python) = std::env::var("LUYUAN_TEST_PYTHON") else {
            assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_PYTHON is not set");
            continue;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/binary/siting/oracle.py");
        let told = Command::new(python).arg(script).arg(&model).output().expect("python runs");
        assert_eq!(said(&told).trim(), format!("optimum={gained}"));
    }
}

#[test]
fn what_is_wrong_with_a_candidate_is_told_with_its_row() {
    let town = Town::new();
    let refused = |more: &str, words: &[&str]| {
        town.candidates(more);
        let out = town.file("refused.csv").to_string_lossy().into_owned();
        let done = town.site(&["--sites", "1", "--out", &out]);
        assert_eq!(done.status.code(), Some(3), "{}", said(&done));
        for word in words {
            assert!(said(&done).contains(word), "{word:?} is not in: {}", said(&done));
        }
        assert!(!Path::new(&out).exists(), "nothing half-written");
    };
    refused("lot-14,vacant,113.64,34.7,,,,,\n", &["candidates.csv", "row 6", "twice"]);
    refused("x,roof,113.64,34.7,,,,,\n", &["row 6", "roof", "cleared"]);
    refused("x,entrance,113.64,34.7,P9,,,,\n", &["row 6", "P9"]);
    refused("x,crossing,113.64,34.7,,,,,\n", &["row 6", "line"]);
    refused("x,vacant,113.64,34.7,,-5,,,\n", &["row 6", "square_metres"]);
    refused("x,vacant,113.64,34.7,,,-1,,\n", &["row 6", "yuan"]);
    refused("x,vacant,,,,,,,\n", &["row 6", "a point or an area"]);
    // Far from every path: told, and the rest is planned.
    town.candidates("far,vacant,113.665,34.72,,,,,\n");
    let out = town.file("plan.csv").to_string_lossy().into_owned();
    let done = town.site(&["--sites", "1", "--out", &out]);
    assert!(done.status.success() && said(&done).contains("refused: far (no path comes near"), "{}", said(&done));
    let both = town.site(&["--sites", "1", "--budget", "5", "--out", &out]);
    assert_eq!(both.status.code(), Some(2), "{}", said(&both));
}
