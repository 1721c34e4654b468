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

/// Where the northern street lies.
const NORTH: f64 = 56.0;

/// Two streets 56 m apart that nothing joins. Homes stand along the northern one every 100 m; a park
/// lies at the western end of the southern one, with its gate there, and reaches to 10 m from the
/// northern one.
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
        town.put("network.geojson", &json!({ "type": "FeatureCollection", "features": [street(0.0), street(NORTH)] }));
        let ring = [at(-100.0, -40.0), at(-10.0, -40.0), at(-10.0, 46.0), at(-100.0, 46.0), at(-100.0, -40.0)];
        let park = json!({ "type": "Feature", "properties": { "id": "P1", "name": "淮园", "kind": "park" },
            "geometry": { "type": "Polygon", "coordinates": [ring] } });
        town.put("parks.geojson", &json!({ "type": "FeatureCollection", "features": [park] }));
        let [lon, lat] = at(0.0, 0.0);
        fs::write(town.file("entrances.csv"), format!("park,lon,lat\nP1,{lon:.7},{lat:.7}\n")).unwrap();
        let mut rows = String::from("id,lon,lat,residents\n");
        for home in 0..20 {
            let [lon, lat] = at(f64::from(home) * 100.0 + 50.0, NORTH);
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
        let crossing = json!({ "type": "LineString", "coordinates": [at(0.0, 0.0), at(0.0, NORTH)] });
        let crossing = crossing.to_string().replace('"', "\"\"");
        let text = format!(
            "id,kind,lon,lat,park,square_metres,yuan,group,shape\n\
             lot-15,vacant,{},,1000,,,\n\
             lot-14,cleared,{},,1000,,,\n\
             gate,entrance,{},P1,,,west,\n\
             zebra,crossing,,,,,,west,\"{crossing}\"\n{more}",
            point(1_500.0, NORTH),
            point(1_400.0, NORTH),
            point(0.0, NORTH),
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
        let candidates = self.file("candidates.csv").to_string_lossy().into_owned();
        self.without_a_list(&[&["--candidates", &candidates], more].concat())
    }

    fn without_a_list(&self, more: &[&str]) -> Output {
        let name = |file: &str| self.file(file).to_string_lossy().into_owned();
        let files = ["network.geojson", "parks.geojson", "entrances.csv", "buildings.csv"].map(name);
        let [network, parks, entrances, buildings] = &files;
        let mut words = vec!["site", "--network", network, "--parks", parks, "--entrances", entrances];
        words.extend(["--buildings", buildings, "--crs", "wgs84", "--goal", "park"]);
        words.extend(more);
        luyuan(&words)
    }

    fn plan(&self, more: &[&str]) -> Value {
        self.planned(more, |words| self.site(words))
    }

    fn planned(&self, more: &[&str], site: impl Fn(&[&str]) -> Output) -> Value {
        let out = self.file("plan.geojson").to_string_lossy().into_owned();
        let done = site(&[more, &["--out", &out]].concat());
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
    let wanted = [("lot-15", 100, 350_000.0), ("gate", 50, 30_000.0)];
    assert_eq!(steps(&plan), wanted.map(|(id, gain, cost)| (id.to_owned(), gain, cost)));
    assert_eq!((&plan["luyuan"]["optimal"], &plan["luyuan"]["residents_covered_after"]), (&json!(true), &json!(150)));
    assert_eq!(plan["luyuan"]["edits"][1]["edit"], "entrance", "a plan opens as a scenario");
    assert_eq!(plan["features"][1]["properties"]["cost_status"], "assumed");
    let short = town.plan(&["--budget", "349999.99"]);
    assert_eq!(steps(&short), [("gate".to_owned(), 50, 30_000.0)]);
    let both = town.plan(&["--budget", "380000"]);
    assert_eq!(steps(&both).len(), 2);
    let all = town.plan(&["--sites", "9"]);
    assert_eq!(steps(&all).len(), 3, "gate or crossing, and both lots: {all}");
}

#[test]
fn entrances_and_crossings_are_proposed_by_themselves() {
    let town = Town::new();
    let plan = |words: &[&str]| town.planned(words, |words| town.without_a_list(words));
    // A gate at the park's north-eastern corner, 14 m from the northern street: five homes.
    let gates = plan(&["--entrances-every", "100", "--sites", "3"]);
    let found = steps(&gates);
    assert_eq!((found[0].1, found[0].2), (50, 30_000.0), "{gates}");
    let edit = &gates["luyuan"]["edits"][0];
    assert_eq!((&edit["edit"], &edit["park"]), (&json!("entrance"), &json!("P1")));
    let off = |at: &Value, [lon, lat]: [f64; 2]| {
        let east = (at["lon"].as_f64().unwrap() - lon) * 91_430.0;
        east.hypot((at["lat"].as_f64().unwrap() - lat) * 111_195.08)
    };
    assert!(off(&edit["at"], at(-10.0, 46.0)) < 25.0, "{edit}");
    // A crossing opposite the gate: 56 m longer, four homes, 20,000 yuan and 800 for each metre.
    let crossings = plan(&["--crossings-every", "100", "--sites", "1"]);
    let found = steps(&crossings);
    let (crossing, residents, cost) = &found[0];
    assert!(crossing.starts_with("crossing-") && *residents == 40 && (cost - 64_800.0).abs() < 100.0, "{crossings}");
    let edit = &crossings["luyuan"]["edits"][0];
    assert!(off(&edit["from"], at(0.0, 0.0)) < 1.0 && off(&edit["to"], at(0.0, NORTH)) < 1.0, "{edit}");
    // Beside a list: the gate is cheaper than the list's own crossing and as good as its gate.
    let both = town.plan(&["--entrances-every", "100", "--crossings-every", "100", "--budget", "380000"]);
    assert_eq!(steps(&both).iter().map(|(_, residents, _)| residents).sum::<u64>(), 150, "{both}");
    // Rules from before proposals: told what is missing.
    let costs = town.file("old.toml");
    let shipped = include_str!("../../../data/erqi/rulesets/siting-2020.toml");
    fs::write(&costs, shipped.split("[[bound]]").next().unwrap()).unwrap();
    let (costs, out) = (costs.to_string_lossy().into_owned(), town.file("none.csv").to_string_lossy().into_owned());
    let done = town.without_a_list(&["--entrances-every", "100", "--sites", "1", "--costs", &costs, "--out", &out]);
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert!(said(&done).contains("green_proposals siting-2020"), "{}", said(&done));
    let none = town.without_a_list(&["--sites", "1", "--out", &out]);
    assert!(none.status.code() == Some(2) && said(&none).contains("--candidates"), "{}", said(&none));
}

#[test]
fn the_limit_holds_for_measuring_and_says_how_many_were_measured() {
    let town = Town::new();
    let plan = town.plan(&["--sites", "2", "--grid", "20", "--limit", "0"]);
    assert_eq!((&plan["luyuan"]["candidates_measured"], steps(&plan).len()), (&json!(0), 0), "{plan}");
    let out = town.file("plan.csv").to_string_lossy().into_owned();
    let done = town.site(&["--sites", "2", "--grid", "20", "--limit", "0", "--out", &out]);
    let all = plan["luyuan"]["candidates"].as_u64().unwrap();
    assert!(
        said(&done).contains(&format!("the time was over: 0 of {all} candidates were measured")),
        "{}",
        said(&done)
    );
    let whole = town.plan(&["--sites", "2", "--grid", "20"]);
    assert_eq!(whole["luyuan"]["candidates_measured"], json!(all));
    assert_eq!(whole["luyuan"]["optimal"], json!(true));
}

#[test]
fn a_real_towns_own_proposals_are_measured_like_every_candidate() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("plan.geojson").to_string_lossy().into_owned();
    let extract = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/osm/monaco.osm.pbf");
    let extract = extract.to_string_lossy().into_owned();
    let words = ["site", "--network", &extract, "--entrances-every", "50", "--crossings-every", "50"];
    let done = luyuan(&[&words[..], &["--goal", "park", "--budget", "300000", "--out", &out]].concat());
    assert!(done.status.success() && said(&done).contains("optimal=true"), "{}", said(&done));
    let plan: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert!(plan["luyuan"]["candidates"].as_u64().unwrap() > 20, "{plan}");
    assert_eq!(plan["luyuan"]["candidates_refused"], 0, "what is proposed can be built");
    assert!(!steps(&plan).is_empty() && plan["luyuan"]["cost_yuan"].as_f64().unwrap() <= 300_000.0);
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
        assert_eq!(said(&told).lines().last(), Some(format!("optimum={gained}").as_str()), "{}", said(&told));
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
