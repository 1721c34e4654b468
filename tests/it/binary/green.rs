//! `luyuan green` and `luyuan import osm` with the real program: against networkx on real towns, and
//! with what people bring along that is wrong.

use super::LUYUAN;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
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

fn extract(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/osm/{name}.osm.pbf"));
    file.to_string_lossy().into_owned()
}

fn json_of(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// The distances of every node and every door of three real towns, equal to the centimetre.
#[test]
fn every_node_of_real_towns_is_as_far_as_networkx_says() {
    let Ok(python) = std::env::var("LUYUAN_TEST_PYTHON") else {
        assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_PYTHON is not set");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/binary/green/oracle.py");
    for town in ["monaco", "helsinki", "heidelberg"] {
        let folder = tempfile::tempdir().unwrap();
        let (graph, out) = (folder.path().join("graph"), folder.path().join("doors.csv"));
        let words = ["green", "--network", &extract(town), "--out", out.to_str().unwrap()];
        let done = luyuan(&[&words[..], &["--graph-out", graph.to_str().unwrap()]].concat());
        assert!(done.status.success(), "{}", said(&done));
        let check = |graph: &Path| Command::new(&python).arg(&script).arg(graph).output().expect("python runs");
        let told = check(&graph);
        assert!(told.status.success(), "{town}: {}", said(&told));
        assert_eq!(said(&told).lines().filter(|line| line.ends_with("wrong=0")).count(), 2, "{}", said(&told));
        // The comparison itself notices one centimetre.
        let found = graph.join("found-0-green-300.csv");
        let text = fs::read_to_string(&found).unwrap();
        let row = text.lines().skip(1).find(|line| !line.ends_with(',')).expect("a node within reach");
        let (node, cm) = row.split_once(',').unwrap();
        let moved = format!("{node},{}", cm.parse::<u32>().unwrap() + 1);
        fs::write(&found, text.replacen(&format!("\n{row}\n"), &format!("\n{moved}\n"), 1)).unwrap();
        assert!(!check(&graph).status.success(), "a changed distance goes unnoticed");
    }
}

/// A park of 100 by 100 m north of a road, homes along it, in Erqi.
struct Small {
    folder: tempfile::TempDir,
}

/// Degrees of a metre at 34.7° north.
const EAST: f64 = 1.0 / 91_430.0;
const NORTH: f64 = 1.0 / 111_195.08;

fn at(x: f64, y: f64) -> [f64; 2] {
    [113.64 + x * EAST, 34.7 + y * NORTH]
}

fn collection(features: Vec<(Value, Value)>) -> Value {
    let features: Vec<Value> = features
        .into_iter()
        .map(|(properties, geometry)| json!({ "type": "Feature", "properties": properties, "geometry": geometry }))
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

fn rectangle(x: f64, y: f64, to_x: f64, to_y: f64) -> Value {
    json!({ "type": "Polygon", "coordinates": [[at(x, y), at(to_x, y), at(to_x, to_y), at(x, to_y), at(x, y)]] })
}

impl Small {
    fn new() -> Self {
        let small = Self { folder: tempfile::tempdir().unwrap() };
        let road = json!({ "type": "LineString", "coordinates": [at(-800.0, 0.0), at(50.0, 0.0), at(800.0, 0.0)] });
        let path = json!({ "type": "LineString", "coordinates": [at(50.0, 0.0), at(50.0, 60.0)] });
        small.put("network.geojson", &collection(vec![(json!({ "kind": "street" }), road), (json!({}), path)]));
        let park = json!({ "id": "P1", "name": "淮园", "kind": "park" });
        small.put("parks.geojson", &collection(vec![(park, rectangle(0.0, 20.0, 100.0, 120.0))]));
        let mut rows = String::from("id,lon,lat,residents\n");
        for (id, x, residents) in [("a", 0.0, "10"), ("b", -400.0, "20"), ("c", 700.0, "30"), ("d", 60.0, "0")] {
            let [lon, lat] = at(x, 10.0);
            rows += &format!("{id},{lon:.7},{lat:.7},{residents}\n");
        }
        fs::write(small.file("buildings.csv"), rows).unwrap();
        small.put("land.geojson", &collection(vec![(json!({}), rectangle(-500.0, 5.0, -300.0, 55.0))]));
        let zone = json!({ "code": "410103001", "name": "西片", "kind": "community" });
        small.put("zones.geojson", &collection(vec![(zone, rectangle(-600.0, -50.0, -100.0, 200.0))]));
        small
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, json: &Value) {
        fs::write(self.file(name), json.to_string()).unwrap();
    }

    fn green(&self, out: &str, more: &[&str]) -> Output {
        let name = |file: &str| self.file(file).to_string_lossy().into_owned();
        let (network, parks) = (name("network.geojson"), name("parks.geojson"));
        let (buildings, land, zones, out) =
            (name("buildings.csv"), name("land.geojson"), name("zones.geojson"), name(out));
        let words = ["green", "--network", &network, "--parks", &parks, "--buildings", &buildings, "--land", &land];
        let mut words = words.to_vec();
        words.extend(["--zones", &zones, "--out", &out]);
        if !more.contains(&"--crs") {
            words.extend(["--crs", "wgs84"]);
        }
        words.extend(more);
        luyuan(&words)
    }

    fn refused(&self, more: &[&str], words: &[&str]) {
        let _ = fs::remove_file(self.file("refused.csv"));
        let done = self.green("refused.csv", more);
        assert_eq!(done.status.code(), Some(3), "{}", said(&done));
        for word in words {
            assert!(said(&done).contains(word), "{word:?} is not in: {}", said(&done));
        }
        assert!(!self.file("refused.csv").exists(), "nothing half-written");
    }
}

#[test]
fn a_districts_own_files_give_every_door_with_units_and_ruleset() {
    let small = Small::new();
    let done = small.green("doors.geojson", &["--why", "b", "--goal", "park"]);
    assert!(done.status.success(), "{}", said(&done));
    let told = json_of(&small.file("doors.geojson"));
    assert_eq!(told["luyuan"]["ruleset"], "green-300-500");
    let of = |id: &str| {
        let all = told["features"].as_array().unwrap();
        all.iter().find(|feature| feature["properties"]["id"] == id).unwrap()["properties"].clone()
    };
    let metres = |id: &str, column: &str| of(id)[column].as_f64().unwrap();
    // Ten metres to the road, along it to the path, and up it to the boundary.
    assert!((metres("a", "park_walking_metres") - 80.0).abs() < 0.1, "{}", of("a"));
    assert!((metres("b", "park_walking_metres") - 480.0).abs() < 0.5, "{}", of("b"));
    assert!((metres("a", "park_straight_metres") - 10.0).abs() < 0.1 && of("a")["park_straight_park"] == "P1");
    assert_eq!((&of("b")["green_covered"], &of("b")["park_covered"]), (&json!(false), &json!(true)));
    assert_eq!((&of("c")["park_walking_metres"], &of("c")["reachable"]), (&Value::Null, &json!(true)), "never 0");
    let coverage = told["luyuan"]["coverage"].as_array().unwrap();
    let row = |goal: &str, measure: &str, zone: Value| {
        let same = |row: &&Value| row["goal"] == goal && row["measure"] == measure && row["zone"] == zone;
        coverage.iter().find(same).unwrap().clone()
    };
    assert_eq!(row("park", "walking", Value::Null)["residents"]["covered"], 30);
    assert_eq!(row("park", "walking", Value::Null)["residents"]["total"], 60);
    assert_eq!(
        row("park", "walking", json!("410103001"))["homes"],
        json!({"covered": 1, "total": 1, "percent": 100.0})
    );
    assert_eq!(row("green", "straight", json!("410103001"))["residents"]["covered"], 0);
    let land = row("park", "straight", Value::Null)["land_square_metres"]["percent"].as_f64().unwrap();
    assert!((land - 100.0).abs() < 0.1, "{land}");
    let why = told["features"].as_array().unwrap().iter().find(|feature| feature["properties"]["why"] == "b").unwrap();
    assert!((why["properties"]["straight_metres"].as_f64().unwrap() - 400.1).abs() < 0.5, "{why}");
    assert_eq!(why["geometry"]["coordinates"].as_array().unwrap().len(), 4, "{why}");

    let done = small.green(
        "doors.csv",
        &["--rules", "green-gb55014-2021", "--coverage", small.file("cover.csv").to_str().unwrap()],
    );
    assert!(done.status.success() && said(&done).contains("square metres for each resident"), "{}", said(&done));
    let text = fs::read_to_string(small.file("doors.csv")).unwrap();
    let head = text.lines().next().unwrap();
    assert!(
        head.starts_with("id,lon_wgs84,lat_wgs84,residents,") && head.contains("coverage_straight_metres"),
        "{head}"
    );
    assert!(text.lines().skip(1).all(|line| line.contains("green-gb55014-2021")), "{text}");
    let cover = fs::read_to_string(small.file("cover.csv")).unwrap();
    assert_eq!(cover.lines().count(), 1 + 2 * 2, "two measures of one goal, for the whole and the zone: {cover}");
}

#[test]
fn what_is_wrong_is_told_with_file_and_row_and_nothing_is_written() {
    let small = Small::new();
    let no_crs = luyuan(&["green", "--network", small.file("network.geojson").to_str().unwrap(), "--out", "x.csv"]);
    assert!(no_crs.status.code() == Some(3) && said(&no_crs).contains("--crs wgs84"), "{}", said(&no_crs));
    // The boundary tells the systems apart: read as BD-09 everything is a kilometre off.
    small.put("boundary.geojson", &collection(vec![(json!({}), rectangle(-810.0, -30.0, 810.0, 130.0))]));
    let rows = fs::read_to_string(small.file("buildings.csv")).unwrap();
    let moved: String = rows.lines().map(|line| format!("{}\n", line.replace(",34.7", ",34.8"))).collect();
    fs::write(small.file("buildings.csv"), moved).unwrap();
    let boundary = small.file("boundary.geojson").to_string_lossy().into_owned();
    small.refused(&["--boundary", &boundary], &["buildings.csv", "0 of 4 rows lie in the boundary"]);
    // The network's rows with two ends as well.
    let ends = |[lon, lat]: [f64; 2]| format!("{lon:.7},{:.7}", lat + 0.1);
    let row = format!("{},{}\n", ends(at(-800.0, 0.0)), ends(at(50.0, 0.0)));
    fs::write(small.file("moved.csv"), format!("from_lon,from_lat,to_lon,to_lat\n{row}{row}")).unwrap();
    let words = ["--network", small.file("moved.csv").to_str().unwrap(), "--boundary", &boundary, "--crs", "wgs84"]
        .map(str::to_owned);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = luyuan(&[&["green", "--out", "x.csv"], &words[..]].concat());
    assert!(
        done.status.code() == Some(3) && said(&done).contains("0 of 2 rows lie in the boundary"),
        "{}",
        said(&done)
    );
    let swapped: String = rows
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            if cells[0] == "id" {
                format!("{line}\n")
            } else {
                format!("{},{},{},{}\n", cells[0], cells[2], cells[1], cells[3])
            }
        })
        .collect();
    fs::write(small.file("buildings.csv"), swapped).unwrap();
    small.refused(&[], &["buildings.csv", "0 of 4 rows", "swapped", "longitude comes first"]);
    fs::write(small.file("buildings.csv"), rows.replace(",20\n", ",many\n")).unwrap();
    small.refused(&[], &["buildings.csv, row 3: residents cannot be \"many\""]);
    fs::write(small.file("buildings.csv"), "id,lon,lat\n").unwrap();
    small.refused(&[], &["there is no row in it"]);
    fs::write(small.file("buildings.csv"), &rows).unwrap();
    let entrances = small.file("entrances.csv");
    fs::write(&entrances, "park,lon,lat\nP9,113.64,34.7\n").unwrap();
    small.refused(&["--entrances", entrances.to_str().unwrap()], &["entrances.csv, row 2: there is no park \"P9\""]);
    small.refused(&["--rules", "green-2099"], &["green-2099 cannot be read", "green-gb55014-2021"]);
    // A park that crosses itself is left out by name; the rest is measured.
    let bow = json!({ "type": "Polygon", "coordinates": [[at(0.0, 20.0), at(100.0, 120.0), at(100.0, 20.0), at(0.0, 120.0), at(0.0, 20.0)]] });
    let good = rectangle(200.0, -60.0, 240.0, -20.0);
    small.put("parks.geojson", &collection(vec![(json!({ "id": "bow" }), bow), (json!({ "id": "good" }), good)]));
    let done = small.green("doors.csv", &[]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(
        said(&done).contains("left out: bow (shape.crossing)") && said(&done).contains("nowhere=1"),
        "{}",
        said(&done)
    );
}

#[test]
fn an_extract_is_kept_for_the_installation_and_replaced_by_the_next() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let import = |more: &[&str]| luyuan(&[&["import", "osm", &extract("monaco"), "--data", folder], more].concat());
    let files = || -> Vec<PathBuf> {
        let below = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|one| one.unwrap().path());
        let found = below(data.path().join("files")).filter(|path| path.is_dir()).flat_map(below);
        found.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let done = import(&[]);
    assert!(done.status.success() && said(&done).contains("© OpenStreetMap contributors"), "{}", said(&done));
    assert!(said(&done).contains("sea: filled, areas=1"), "{}", said(&done));
    let first = files();
    assert_eq!(first.len(), 2, "the city for walkers and the base map");
    let size: u64 = first.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(size < 4_000_000, "{size} bytes");
    let done = import(&["--bbox", "7.415,43.73,7.43,43.74"]);
    assert!(done.status.success(), "{}", said(&done));
    let second = files();
    assert!(second.len() == 2 && second.iter().all(|path| !first.contains(path)), "the ones before are gone");
    // A torn file changes nothing.
    let torn = data.path().join("torn.osm.pbf");
    let bytes = fs::read(extract("monaco")).unwrap();
    fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    let wrong = luyuan(&["import", "osm", torn.to_str().unwrap(), "--data", folder]);
    assert_eq!(wrong.status.code(), Some(3));
    assert!(said(&wrong).contains("osm_torn") && said(&wrong).contains("byte"), "{}", said(&wrong));
    assert_eq!(files(), second);
    let well = luyuan(&["doctor", "--data", folder]);
    assert!(said(&well).contains("2 files that rows name are as they were"), "{}", said(&well));
}
