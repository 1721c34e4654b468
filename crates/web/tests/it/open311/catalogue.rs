//! Discovery, services, definitions, location check.

use super::*;
use luyuan_store::testing::on_both_engines;

#[tokio::test]
async fn discovery_names_two_endpoints_in_two_formats() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        for path in ["/open311/discovery.json", "/open311/v2/discovery.json", "/open311/test/v2/discovery.json"] {
            let document = site.get(path).await.json();
            let changed: Timestamp = document["changeset"].as_str().unwrap().parse().unwrap();
            assert!(changed <= site.app.env.now(), "{engine}: it lies in the past");
            for field in ["contact", "key_service"] {
                assert!(document[field].as_str().is_some_and(|text| text.contains("http://erqi.example")), "{field}");
            }
            let endpoints = document["endpoints"].as_array().unwrap();
            let known: Vec<_> = endpoints.iter().map(|one| (one["type"].as_str(), one["url"].as_str())).collect();
            let expected = [
                (Some("production"), Some("http://erqi.example/open311/v2")),
                (Some("test"), Some("http://erqi.example/open311/test/v2")),
            ];
            assert_eq!(known, expected);
            for endpoint in endpoints {
                assert_eq!(endpoint["formats"], serde_json::json!(["text/xml", "application/json"]));
                assert_eq!(endpoint["specification"], "http://wiki.open311.org/GeoReport_v2");
            }
        }
        let xml = site.get("/open311/discovery.xml").await.text();
        assert_eq!(xml.matches("<endpoint>").count(), 2);
        assert!(xml.contains("<formats><format>text/xml</format><format>application/json</format></formats>"));
        let page = site.get("/open311/discovery.html").await;
        assert!(page.status == 200 && page.text().contains("http://erqi.example/open311/v2"));
    })
    .await;
}

#[tokio::test]
async fn services_are_the_whole_catalogue() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let services = site.get(&format!("{V2}/services.json")).await.json();
        let services = services.as_array().unwrap().clone();
        let day = site.app.rulebook().on(site.app.env.now()).unwrap();
        assert_eq!(services.len(), day.catalogue.category.len(), "{engine}");
        let of = |code: &str| services.iter().find(|one| one["service_code"] == code).unwrap();
        assert_eq!(of("E01037")["metadata"], true);
        assert_eq!(of(QUIET)["metadata"], false);
        let kinds: Vec<_> = ["E01037", "L0104", "E08001"].iter().map(|code| of(code)["type"].clone()).collect();
        assert_eq!(kinds, ["realtime", "batch", "blackbox"]);
        assert!(of("L0104")["keywords"].as_str().unwrap().contains("供暖,供热"));
        assert!(of("L0104")["group"].is_string());
        let english = site.send("GET", &format!("{V2}/services.json"), &[("accept-language", "en")], "").await.json();
        assert!(english.as_array().unwrap().iter().any(|one| one["service_name"] == "Heating cold"));
        let xml = site.get(&format!("{V2}/services.xml")).await.text();
        assert_eq!(xml.matches("<service>").count(), services.len());
        assert!(xml.contains("<metadata>true</metadata>"));
        // At a point: the same everywhere in the district, none outside.
        let here = site.get(&format!("{V2}/services.json?lat={LAT}&long={LONG}")).await.json();
        assert_eq!(here.as_array().unwrap().len(), services.len());
        let paris = site.get(&format!("{V2}/services.json?lat=48.85&long=2.35")).await;
        assert_eq!((paris.status.as_u16(), paris.json()), (200, serde_json::json!([])));
    })
    .await;
}

#[tokio::test]
async fn a_definition_has_its_questions_or_an_empty_list() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let asked = site.get(&format!("{V2}/services/E06034.json")).await.json();
        assert_eq!(asked["service_code"], "E06034");
        let attributes = asked["attributes"].as_array().unwrap();
        let shape: Vec<_> = attributes
            .iter()
            .map(|one| (one["code"].as_str().unwrap(), one["datatype"].as_str().unwrap(), one["required"] == true))
            .collect();
        let expected =
            [("vehicle_kind", "singlevaluelist", true), ("since", "datetime", false), ("count", "number", false)];
        assert_eq!(shape, expected, "{engine}");
        let orders: Vec<_> = attributes.iter().map(|one| one["order"].as_i64().unwrap()).collect();
        assert_eq!(orders, [1, 2, 3]);
        assert!(attributes.iter().all(|one| one["variable"] == true));
        assert_eq!(attributes[0]["values"][0]["key"], "car");
        assert_eq!(attributes[1]["values"], serde_json::json!([]));
        assert!(attributes[1]["datatype_description"].is_null());
        let xml = site.get(&format!("{V2}/services/E06034.xml")).await.text();
        assert!(xml.contains("<values><value><key>car</key><name>"), "{xml}");
        let none = site.get(&format!("{V2}/services/{QUIET}.json")).await.json();
        assert_eq!(none, serde_json::json!({"service_code": QUIET, "attributes": []}));
    })
    .await;
}

#[tokio::test]
async fn services_are_sent_again_only_when_the_rules_changed() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let path = format!("{V2}/services.json");
        let first = site.get(&path).await;
        let tag = first.header("etag").to_owned();
        let changeset = site.get("/open311/discovery.json").await.json()["changeset"].as_str().unwrap().to_owned();
        assert!(tag.contains(&changeset), "{engine}: {tag} {changeset}");
        let asked = |tag: String, path: String| {
            let site = &site;
            async move { site.send("GET", &path, &[("if-none-match", &tag)], "").await }
        };
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".into()] {
            let again = asked(known, path.clone()).await;
            assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
        }
        // Another format, language, place or resource is another answer.
        for other in ["services.xml", "services.json?lat=48.85&long=2.35", "services/E01037.json"] {
            assert_eq!(asked(tag.clone(), format!("{V2}/{other}")).await.status, 200, "{other}");
        }
        let english = [("if-none-match", tag.as_str()), ("accept-language", "en")];
        assert_eq!(site.send("GET", &path, &english, "").await.status, 200);
        // The rules change: the tag is old.
        let (j, later) = (site.app.jurisdiction.clone(), site.app.env.now() + jiff::SignedDuration::from_secs(1));
        site.app.env.advance(jiff::SignedDuration::from_secs(2));
        let body = luyuan_app::demo::RULES[0];
        let changed = site.app.db.write(move |mut conn| {
            Box::pin(async move { luyuan_store::settings::put_rules(&mut conn, &j, body.0, body.1, later).await })
        });
        changed.await.unwrap();
        site.app.reload().await.unwrap();
        let fresh = asked(tag.clone(), path.clone()).await;
        assert!(fresh.status == 200 && fresh.header("etag") > tag.as_str(), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn a_location_can_be_checked_before_a_form_is_filled_in() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let here = site.get(&format!("{V2}/location.json?lat={LAT}&long={LONG}")).await.json();
        assert_eq!((&here["accepted"], &here["jurisdiction_id"]), (&true.into(), &"erqi".into()), "{engine}");
        assert!(here["address"].as_str().unwrap().starts_with("二七区"));
        let code = here["address_id"].as_str().unwrap().to_owned();
        // What it names can be named in a request.
        let fields =
            [("api_key", site.key.as_str()), ("service_code", QUIET), ("address_id", &code), ("description", "松了")];
        let answer = site.post(&format!("{V2}/requests.json"), &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let paris = site.get(&format!("{V2}/location.xml?lat=48.85&long=2.35")).await;
        assert!(paris.status == 200 && paris.text().contains("<accepted>false</accepted>"));
    })
    .await;
}
