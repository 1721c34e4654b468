//! Named streets: found by name, part, pinyin and initials, chosen where an order is placed.

use crate::district::{Browser, LAMP, Site, encoded, on_both};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

/// A named street of the demonstration, as programs find it.
async fn street(site: &Site, typed: &str) -> Value {
    let found = site.get(&format!("/api/v1/streets?q={}", encoded(typed))).await.json();
    found.as_array().unwrap().first().unwrap_or_else(|| panic!("no street for {typed}")).clone()
}

#[tokio::test]
async fn a_street_is_found_by_its_name_a_part_of_it_its_pinyin_and_its_initials() {
    on_both(|site, engine| async move {
        let whole = street(&site, "大学路").await;
        assert_eq!(whole["name"], "大学路", "{engine}");
        let (lon, lat) = (whole["lon"].as_f64().unwrap(), whole["lat"].as_f64().unwrap());
        assert!((113.4..113.8).contains(&lon) && (34.6..34.8).contains(&lat), "{whole}: WGS-84, in Erqi");
        let within: Vec<&str> =
            whole["within"].as_array().unwrap().iter().map(|place| place["code"].as_str().unwrap()).collect();
        assert_eq!(within.last(), Some(&"410103"), "the district holds it: {whole}");
        for typed in ["大学", "daxuelu", "dxl", "daxue"] {
            assert_eq!(street(&site, typed).await["name"], "大学路", "{typed}");
        }
        assert_eq!(site.get("/api/v1/streets?q=xyzzy").await.json(), json!([]));
        site.get(&format!("/api/v1/streets?q={}", "a".repeat(1000))).await.is_problem(400, "words_long");
        // Beside places, for who types where something is; it is a point and no place.
        let found = site.get(&format!("/places/search?q={}", encoded("大学路"))).await.json();
        let found = found.as_array().unwrap();
        assert!(found.len() <= 10, "{engine}");
        let road = found.iter().find(|one| one["kind"] == "named_road").unwrap();
        assert_eq!((&road["code"], &road["name"], &road["lon"]), (&Value::Null, &json!("大学路"), &json!(lon)));
        assert!(found.iter().any(|one| one["code"].is_string()), "places stay beside it: {found:?}");
    })
    .await;
}

#[tokio::test]
async fn an_order_placed_by_words_goes_to_the_street_that_they_name() {
    on_both(|site, engine| async move {
        let road = street(&site, "大学路").await;
        let mut browser = Browser::open(&site, "zh-CN").await;
        let fields =
            [("category", LAMP), ("description", "路灯不亮"), ("address", "大学路上的路灯"), ("asked", "similar")];
        let asked = browser.submit("/orders", &fields).await;
        asked.is_page(200, "您说的是哪里？");
        let text = asked.text();
        let lon = format!("name=\"lon\" value=\"{}\"", road["lon"]);
        let choice = text.split("<form").find(|form| form.contains(&lon)).expect("the street is offered");
        assert!(choice.contains("大学路") && choice.contains("路的中段附近"), "{engine}: {choice}");
        assert!(!choice.contains("name=\"place\""), "a street is no place");
        // Chosen: the order lies there.
        let (lon, lat) = (road["lon"].to_string(), road["lat"].to_string());
        let mut chosen = fields.to_vec();
        chosen.extend([("asked", "which"), ("lon", lon.as_str()), ("lat", lat.as_str())]);
        let mut placed = browser.submit("/orders", &chosen).await;
        if placed.status == StatusCode::OK {
            chosen.push(("asked", "questions"));
            placed = browser.submit("/orders", &chosen).await;
        }
        assert_eq!(placed.status, StatusCode::SEE_OTHER, "{engine}: {}", placed.text());
        let number = placed.header("location").split(['/', '?']).nth(2).unwrap().to_owned();
        let order = site.ask(Method::GET, &format!("/api/v1/orders/{number}"), &[], "").await.json();
        let off = |name: &str| (order[name].as_f64().unwrap() - road[name].as_f64().unwrap()).abs();
        assert!(off("lon") < 1e-5 && off("lat") < 1e-5, "{order}");
        // Where a change of green is added in words.
        let added = browser.get(&format!("/green?add=green&at={}&size=300", encoded("大学路"))).await;
        assert!([303, 422].contains(&added.status.as_u16()), "{}", added.text());
        assert!(!added.text().contains("找不到"), "{}", added.text());
    })
    .await;
}
