//! The kept base map on both engines: the demonstration's, replaced by an import, noticed by other
//! programs, and no reason to fail when its file is gone.

use crate::stage::app;
use luyuan_app::{
    App,
    city::{CityKind, Inputs, Sea},
    env::Env,
};
use luyuan_store::testing::on_both_engines;
use std::path::Path;

#[tokio::test]
async fn the_demonstration_has_a_map_and_an_import_replaces_it() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        let made = app.base_map().expect("the demonstration's map");
        assert_eq!(made.row.kind, CityKind::Made);
        let here = (14, 13363, 6505);
        assert!(made.tile(here.0, here.1, here.2).is_some(), "{engine}: 二七区 is drawn");
        let files = folder.path().join("files");
        let other = App::start(db, app.jurisdiction.clone(), files.clone(), Env::default()).await.unwrap();
        assert_eq!(other.base_map().unwrap().tile(12, 3340, 1626), made.tile(12, 3340, 1626), "as it was written");

        let network = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/osm/monaco.osm.pbf");
        let inputs = Inputs { network, bbox: Some([7.415, 43.73, 7.43, 43.74]), ..Inputs::default() };
        let (mut last, mut steps) = (0, 0);
        let base = inputs.base(|done, all| {
            assert!(last <= done && done <= all, "progress goes forward: {last}, {done} of {all}");
            (last, steps) = (done, steps + 1);
        });
        assert!(steps > 3);
        let (base, sea) = base.unwrap();
        assert!(matches!(sea, Sea::Filled(_)), "the harbour: {sea:?}");
        let row = app.keep_base(&base, CityKind::Osm).await.unwrap();
        let kept = app.base_map().unwrap();
        let [west, south, east, north] = kept.bounds().unwrap();
        assert!(west < 7.43 && east > 7.415 && south < 43.74 && north > 43.73);
        assert!(kept.tile(here.0, here.1, here.2).is_none() && kept.version() != made.version());
        assert!(app.files.get(&made.row.sha256).await.unwrap().is_none(), "the made one's bytes are gone");
        assert!(other.notice().await.unwrap(), "{engine}: noticed");
        assert_eq!(other.base_map().unwrap().row, row);

        // Without its file the program starts all the same, and maps show the district's own shapes.
        app.files.remove(&format!("{}/{}", &row.sha256[..2], row.sha256)).await.unwrap();
        let left = App::start(app.db.clone(), app.jurisdiction.clone(), files, Env::default()).await.unwrap();
        assert!(left.base_map().is_none() && !left.directory().places().is_empty());
    })
    .await;
}

#[test]
fn a_torn_extract_is_told_with_its_place() {
    let whole = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/osm/helsinki.osm.pbf")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let network = folder.path().join("torn.osm.pbf");
    std::fs::write(&network, &whole[..whole.len() / 2]).unwrap();
    let error = Inputs { network, ..Inputs::default() }.base(|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("torn.osm.pbf") && error.contains("torn"), "{error}");
}
