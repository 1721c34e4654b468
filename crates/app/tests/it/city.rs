//! The kept city on both engines: in memory as it was imported, replaced as a whole, noticed by other
//! programs, and no reason to fail when its file is gone.

use crate::stage::app;
use luyuan_analysis::walk::{Measured, Row};
use luyuan_app::{
    App,
    city::{CityKind, Inputs, Loaded, Origin, green_rules, walk_rules},
    env::Env,
};
use luyuan_domain::{geo::Wgs84, ids::JurisdictionId, place::PlaceKind, ruleset::Measure};
use luyuan_store::testing::on_both_engines;
use std::path::Path;

fn monaco() -> Loaded {
    let network = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/osm/monaco.osm.pbf");
    let inputs = Inputs { network, bbox: Some([7.415, 43.73, 7.43, 43.74]), ..Inputs::default() };
    let mut steps = 0;
    let loaded = inputs.load(&walk_rules(None).unwrap(), |_, done, all| {
        assert!(done <= all);
        steps += 1;
    });
    assert!(steps > 3);
    loaded.unwrap()
}

fn origin() -> Origin {
    Origin { kind: CityKind::Osm, name: "monaco".into(), source: "OpenStreetMap, monaco.osm.pbf".into() }
}

#[tokio::test]
async fn the_demonstration_has_a_city_that_says_it_is_made_and_an_import_replaces_it() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        let made = app.city().expect("the demonstration's city");
        assert_eq!((made.row.kind, made.row.counts.buildings), (CityKind::Made, 1926));
        assert!(made.row.attribution.contains("made"), "{engine}");
        // Its residents and land are covered in part, in every street, by both measures.
        let zones = app.zones(&[PlaceKind::District, PlaceKind::Street, PlaceKind::Town]);
        assert_eq!(zones.len(), 17);
        let measured = Measured::new(&made.city, &zones, &app.rulebook().walking(app.env.now()).unwrap());
        let report = measured.report(&green_rules(None).unwrap(), false);
        let of = |measure, zone| {
            let same = |row: &&Row| (row.goal, row.measure, row.zone) == (1, measure, zone);
            *report.rows.iter().find(same).unwrap()
        };
        for measure in Measure::ALL {
            let (all, district) = (of(measure, None), of(measure, Some(0)));
            assert!((10.0..90.0).contains(&all.residents.percent().unwrap()), "{all:?}");
            assert!((10.0..90.0).contains(&all.land.percent().unwrap()), "{all:?}");
            // Streets share the district's residents out, but for drawn borders that do not meet exactly.
            let streets: u64 = (1..17).map(|zone| of(measure, Some(zone)).residents.total).sum();
            assert_eq!(district.residents.total, all.residents.total);
            assert!(streets.abs_diff(all.residents.total) * 50 < all.residents.total, "{streets} {all:?}");
        }
        let (walked, straight) = (of(Measure::Walking, None), of(Measure::Straight, None));
        assert!(
            walked.residents.covered < straight.residents.covered,
            "no way on foot is shorter than a straight line"
        );
        // Another program on the same database and files.
        let files = folder.path().join("files");
        let other = App::start(db, app.jurisdiction.clone(), files.clone(), Env::default()).await.unwrap();
        assert_eq!(other.city().unwrap().city, made.city, "as it was written");

        let loaded = monaco();
        let row = app.keep_city(&loaded, origin()).await.unwrap();
        assert_eq!(*app.city().unwrap().city, *loaded.city);
        assert_eq!(row.counts.nodes, loaded.city.network.len() as u64);
        assert_eq!(app.search_streets("costa", 9), [], "{engine}: no street of Erqi");
        // Where no district is drawn every street of the extract is found, by a part of its name too.
        let alone = App::start(app.db.clone(), JurisdictionId("monaco".into()), files.clone(), Env::default());
        let alone = alone.await.unwrap();
        alone.keep_city(&loaded, origin()).await.unwrap();
        let found = alone.search_streets("de la costa", 9);
        let at = found.iter().find(|street| street.name == "Avenue de la Costa").expect("the street").at;
        assert!(at.metres_to(Wgs84 { lon: 7.4222, lat: 43.7390 }) < 400.0, "{at:?}");
        assert_eq!(alone.streets_in("au 12 avenue de la Costa, Monaco", 9)[0].name, "Avenue de la Costa");
        assert!(app.files.get(&made.row.sha256).await.unwrap().is_none(), "the made one's bytes are gone");
        assert!(other.notice().await.unwrap(), "{engine}: noticed");
        assert_eq!(other.city().unwrap().row, row);
        // The same again is the same file; nothing is lost by it.
        let again = app.keep_city(&loaded, origin()).await.unwrap();
        assert_eq!(again.sha256, row.sha256);
        assert!(app.files.get(&row.sha256).await.unwrap().is_some());

        // Without its file the program starts all the same, and has no city.
        app.files.remove(&format!("{}/{}", &row.sha256[..2], row.sha256)).await.unwrap();
        let left = App::start(app.db.clone(), app.jurisdiction.clone(), files, Env::default()).await.unwrap();
        assert!(left.city().is_none() && !left.directory().places().is_empty());
        // And importing again heals it.
        left.keep_city(&loaded, origin()).await.unwrap();
        assert!(left.city().is_some());
    })
    .await;
}

#[tokio::test]
async fn the_rules_of_the_day_say_how_green_is_measured() {
    on_both_engines(|db, _| async move {
        let (app, _folder) = app(db).await;
        let sets: Vec<String> =
            app.rulebook().green(app.env.now()).unwrap().iter().map(|set| set.name.clone()).collect();
        assert!(sets.contains(&"green-garden-city-2022".to_owned()), "{sets:?}");
        assert!(!sets.contains(&"green-garden-city-2016".to_owned()), "its later version took its place");
        let early = "2017-01-01T00:00:00Z".parse().unwrap();
        let sets = app.rulebook().green(early).unwrap();
        assert!(
            sets.iter().any(|set| set.name == "green-garden-city-2016") && sets.iter().all(|set| set.set != "gb55014")
        );
        assert_eq!(app.rulebook().walking(early).unwrap().name, "walking-2020", "the oldest stands in");
        assert!(green_rules(Some(Path::new("nowhere.toml"))).unwrap_err().to_string().contains("nowhere.toml"));
    })
    .await;
}

/// A file of a whole city is longer than any row of a table may be.
#[test]
fn a_network_of_many_megabytes_is_read_from_csv_and_from_geojson_alike() {
    use std::fmt::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut table = "from_lon,from_lat,to_lon,to_lat\n".to_owned();
    let mut features = Vec::new();
    for step in 0..80_000 {
        // A way round and round a block of streets, each piece some ten metres.
        let at = |step: usize| (7.4 + (step % 300) as f64 * 1e-4, 43.7 + (step / 300) as f64 * 1e-4);
        let ((a, b), (c, d)) = (at(step), at(step + 1));
        writeln!(table, "{a:.12},{b:.12},{c:.12},{d:.12}").unwrap();
        let line = format!("[[{a:.7},{b:.7}],[{c:.7},{d:.7}]]");
        let shape = format!(r#"{{"type":"LineString","coordinates":{line}}}"#);
        features.push(format!(r#"{{"type":"Feature","properties":{{}},"geometry":{shape}}}"#));
    }
    let document = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    assert!(table.len() > 4 << 20 && document.len() > 4 << 20);
    let read = |name: &str, text: &str| {
        let network = folder.path().join(name);
        std::fs::write(&network, text).unwrap();
        let crs = Some(luyuan_domain::geo::System::Wgs84);
        let inputs = Inputs { network, crs, ..Inputs::default() };
        let city = inputs.load(&walk_rules(None).unwrap(), |_, _, _| {}).unwrap().city;
        (city.network.len(), city.network.edge_count())
    };
    assert_eq!(read("network.csv", &table), (80_001, 80_000));
    assert_eq!(read("network.geojson", &document), (80_001, 80_000));
}
