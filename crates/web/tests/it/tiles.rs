//! The base map over HTTP: described in the reader's language, cut, packed, kept by browsers.

use crate::district::{Browser, on_both};
use axum::{body::Body, http::Method};

/// 二七区's middle, and a tile of the sea.
const HERE: &str = "14/13363/6505";
const SEA: &str = "14/0/8192";

#[tokio::test]
async fn the_map_says_what_it_is_in_the_readers_language() {
    on_both(|site, engine| async move {
        for (language, made) in [("zh-CN", "示例地图，非实测"), ("en", "not surveyed")] {
            let mut browser = Browser::open(&site, language).await;
            let json = browser.get("/tiles/base.json").await.json();
            assert_eq!(json["tilejson"], "3.0.0");
            assert!(json["attribution"].as_str().unwrap().contains(made), "{engine}: {json}");
            assert_eq!((&json["minzoom"], &json["maxzoom"]), (&8.into(), &16.into()));
            let bounds: Vec<f64> = serde_json::from_value(json["bounds"].clone()).unwrap();
            assert!(bounds[0] < 113.64 && bounds[1] < 34.72 && bounds[2] > 113.64 && bounds[3] > 34.72);
            let tile = json["tiles"][0].as_str().unwrap();
            assert!(tile.starts_with("https://erqi.example/tiles/base/{z}/{x}/{y}.mvt?v="), "{tile}");
            let layers = json["vector_layers"].as_array().unwrap();
            assert!(layers.iter().any(|layer| layer["id"] == "road" && layer["fields"]["name"] == "String"));
        }
    })
    .await;
}

#[tokio::test]
async fn tiles_are_kept_by_browsers_until_the_map_changes() {
    on_both(|site, _| async move {
        let json = site.get("/tiles/base.json").await.json();
        let version = json["tiles"][0].as_str().unwrap().split("?v=").nth(1).unwrap().to_owned();
        let plain = site.get(&format!("/tiles/base/{HERE}.mvt")).await;
        assert_eq!((plain.status.as_u16(), plain.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
        assert_eq!(plain.header("cache-control"), "public, no-cache");
        let named = site.get(&format!("/tiles/base/{HERE}.mvt?v={version}")).await;
        assert!(named.header("cache-control").contains("immutable"));
        assert_eq!(named.body, plain.body);
        let old = site.get(&format!("/tiles/base/{HERE}.mvt?v=0000")).await;
        assert!(!old.header("cache-control").contains("immutable"), "another map's name promises nothing");

        let tag = plain.header("etag").to_owned();
        let path = format!("/tiles/base/{HERE}.mvt");
        let again = site.ask(Method::GET, &path, &[("if-none-match", &tag)], Body::empty()).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        let packed = site.ask(Method::GET, &path, &[("accept-encoding", "gzip")], Body::empty()).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < plain.body.len());
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_there_is_no_tile_and_nonsense_is_told_so() {
    on_both(|site, _| async move {
        let empty = site.get(&format!("/tiles/base/{SEA}.mvt")).await;
        assert_eq!((empty.status.as_u16(), empty.body.len()), (204, 0));
        for far in ["3/1/1", "22/1/1", "8/4000000000/0", "255/1/1"] {
            assert_eq!(site.get(&format!("/tiles/base/{far}.mvt")).await.status, 204, "{far}");
        }
        for wrong in ["14/13363/6505", "14/13363/6505.png", "14/-1/6523.mvt", "a/b/c.mvt", "999/1/1.mvt"] {
            assert_eq!(site.get(&format!("/tiles/base/{wrong}")).await.status, 404, "{wrong}");
        }
    })
    .await;
}
