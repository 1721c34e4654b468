//! The JSON API as an integrator uses it.

use crate::{
    district::{Answer, GARDEN, LAMP, Site, multipart, on_both},
    pictures,
};
use axum::{body::Body, http::Method};
use luyuan_app::orders::{Replying, Seen};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn lamp() -> Value {
    json!({ "category": LAMP, "description": "路灯不亮", "place": GARDEN, "address": "门口" })
}

async fn numbers(site: &Site, query: &str) -> Vec<String> {
    let answer = site.get(&format!("/api/v1/orders?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().into()).collect()
}

async fn with_secret(site: &Site, path: &str, secret: &str) -> Answer {
    site.ask(Method::GET, path, &[("order-secret", secret)], Body::empty()).await
}

/// Takes an order of the garden to the reply.
async fn reply(site: &Site, number: &str) {
    let (staff, seen) = (site.staff(GARDEN), Seen { number: number.into(), version: None });
    site.app.accept(&staff, &seen).await.unwrap();
    site.app.contact(&staff, &seen, "说好明天来".into()).await.unwrap();
    let photo = site.app.keep_photo(pictures::jpeg(), true).await.unwrap();
    site.app.reply(&staff, &seen, Replying { text: "已换灯泡".into(), files: vec![photo] }).await.unwrap();
}

#[tokio::test]
async fn pages_of_a_list_are_all_of_it_once() {
    on_both(|site, engine| async move {
        for sort in ["newest", "oldest", "due"] {
            let (mut seen, mut after, mut total) = (Vec::new(), String::new(), None);
            loop {
                let page = site.get(&format!("/api/v1/orders?sort={sort}&limit=97&total=true{after}")).await.json();
                seen.extend(
                    page["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()),
                );
                total = total.or(page["total"].as_u64());
                match page["next"].as_str() {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
            let each: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(each.len(), seen.len(), "{engine} {sort}: an order twice");
            assert_eq!(Some(seen.len() as u64), total, "{engine} {sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn lists_are_narrowed_by_every_filter() {
    on_both(|site, engine| async move {
        let placed = site.post("/api/v1/orders", &lamp()).await.json();
        let number = placed["number"].as_str().unwrap().to_owned();
        let one = site.get(&format!("/api/v1/orders/{number}")).await.json();
        let at = one["placed_at"].as_str().unwrap().to_owned();
        let street = &GARDEN[..9];
        // Deadlines are counted in working hours: how soon this one is depends on the time of day.
        let due: jiff::Timestamp = one["due_at"].as_str().unwrap().parse().unwrap();
        let soon = due < site.app.env.now() + jiff::SignedDuration::from_hours(12);
        let due = if soon { "soon" } else { "fine" };
        for query in [
            format!("state=routed,closed&category={LAMP}&placed_from={at}"),
            format!("state=open&place={street}&placed_from={at}"),
            format!("q=%E8%B7%AF%E7%81%AF%E4%B8%8D%E4%BA%AE&placed_from={at}"),
            format!("updated_from={at}&place={GARDEN}"),
            format!("bbox={0},{1},{0},{1}&placed_from={at}", one["lon"], one["lat"]),
            format!("due={due}&placed_from={at}&sort=due"),
        ] {
            let found = numbers(&site, &query).await;
            assert!(found.contains(&number), "{engine} {query}: {found:?}");
        }
        for query in [
            format!("state=ended&placed_from={at}"),
            format!("category=E06001&placed_from={at}"),
            format!("placed_to={at}&place={GARDEN}"),
            format!("updated_to={at}&place={GARDEN}"),
            format!("bbox=0,0,1,1&placed_from={at}"),
            format!("due=late&placed_from={at}"),
            format!("place=410103100&placed_from={at}"),
        ] {
            assert!(!numbers(&site, &query).await.contains(&number), "{engine} {query}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_is_placed_with_everything_and_followed_to_its_end() {
    on_both(|site, engine| async move {
        let bearer = format!("Bearer {}", site.key);
        let whole = multipart(&[], &[("photo", "lamp.jpg", &pictures::jpeg())]);
        let kind = "multipart/form-data; boundary=BORDER";
        let kept = site
            .ask(Method::POST, "/api/v1/photos", &[("authorization", &bearer), ("content-type", kind)], whole)
            .await;
        assert_eq!(kept.status, 201, "{}", kept.text());
        let raw = [("authorization", bearer.as_str()), ("content-type", "image/png")];
        let other = site.ask(Method::POST, "/api/v1/photos", &raw, pictures::png()).await.json();
        let body = json!({
            "category": LAMP, "kind": "complaint", "description": "路灯忽亮忽灭", "place": GARDEN,
            "attributes": { "lamp_state": "flickers", "pole_number": ["7"] },
            "photos": [kept.json()["id"], other["id"]],
            "contact": { "name": "李", "phone": "13800000000", "language": "en" },
        });
        let placed = site.post("/api/v1/orders", &body).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        let (number, secret) = (placed.json()["number"].clone(), placed.json()["secret"].clone());
        let (number, secret) = (number.as_str().unwrap(), secret.as_str().unwrap());
        let path = format!("/api/v1/orders/{number}");
        assert_eq!(placed.header("location"), path);

        let order = site.get(&path).await.json();
        assert_eq!(order["kind"], "complaint");
        assert_eq!(order["attributes"], json!({ "lamp_state": ["flickers"], "pole_number": ["7"] }));
        assert_eq!(order["photos"].as_array().unwrap().len(), 2);
        assert!(
            order["own"].is_null() && !order.to_string().contains("13800000000"),
            "{engine}: contact is not public"
        );
        let photo = site.get(order["photos"][0].as_str().unwrap()).await;
        assert_eq!((photo.status.as_u16(), photo.header("content-type")), (200, "image/jpeg"));

        let staff = site.staff(GARDEN);
        let seen = Seen { number: number.into(), version: None };
        site.app.accept(&staff, &seen).await.unwrap();
        site.app.contact(&staff, &seen, "住户说晚上七点后在家".into()).await.unwrap();
        site.app.ask(&staff, &seen, "是几号灯杆？".into()).await.unwrap();
        let own = with_secret(&site, &path, secret).await.json();
        assert_eq!(own["own"]["question"], "是几号灯杆？");
        let answer = json!({ "secret": secret, "text": "七号" });
        assert_eq!(site.post(&format!("{path}/answer"), &answer).await.status, 200);
        site.app.reply(&staff, &seen, Replying { text: "已换灯泡".into(), files: vec![] }).await.unwrap();
        let rating = json!({ "solved": "yes", "satisfied": "very", "comment": "谢谢小王" });
        let stale = json!({ "solved": "yes", "version": 1 });
        let secret_header = [("order-secret", secret)];
        site.post_with(&format!("{path}/rating"), &secret_header, &stale).await.is_problem(409, "stale");
        let rated = site.post_with(&format!("{path}/rating"), &secret_header, &rating).await;
        assert_eq!(rated.json()["state"], "closed", "{}", rated.text());

        let told = site.get(&path).await;
        let order = told.json();
        assert_eq!((order["reply"]["text"].as_str(), order["solved"].as_str()), (Some("已换灯泡"), Some("yes")));
        for hidden in ["谢谢小王", "七号", "是几号灯杆", "晚上七点后", secret] {
            assert!(!told.text().contains(hidden), "{engine}: {hidden} is not public");
        }
        let story: Vec<_> = order["events"].as_array().unwrap().iter().map(|event| event["what"].clone()).collect();
        let expected = ["placed", "routed", "accepted", "contacted", "asked", "answered", "replied", "rated", "closed"];
        assert_eq!(story, expected, "{engine}");
        assert_eq!(site.get(&format!("{path}/events")).await.json(), order["events"]);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_has_not_changed_is_not_sent_again() {
    on_both(|site, _| async move {
        let placed = site.post("/api/v1/orders", &lamp()).await.json();
        let path = format!("/api/v1/orders/{}", placed["number"].as_str().unwrap());
        let first = site.get(&path).await;
        let tag = first.header("etag").to_owned();
        let again = site.ask(Method::GET, &path, &[("if-none-match", &tag)], Body::empty()).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        reply(&site, placed["number"].as_str().unwrap()).await;
        let changed = site.ask(Method::GET, &path, &[("if-none-match", &tag)], Body::empty()).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), tag);
        let photo = changed.json()["reply"]["photos"][0].as_str().unwrap().to_owned();
        assert_eq!(site.get(&photo).await.header("content-type"), "image/jpeg", "evidence is public");
        // A reporter sees more than the public: its copy is another one.
        let own = with_secret(&site, &path, placed["secret"].as_str().unwrap()).await;
        assert_ne!(own.header("etag"), changed.header("etag"));
    })
    .await;
}

#[tokio::test]
async fn the_same_request_sent_again_does_nothing_twice() {
    on_both(|site, engine| async move {
        let key = [("idempotency-key", "k-1")];
        let body = lamp();
        let (first, second) =
            tokio::join!(site.post_with("/api/v1/orders", &key, &body), site.post_with("/api/v1/orders", &key, &body));
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201), "{engine}");
        assert_eq!(first.json(), second.json(), "{engine}");
        let mut other = lamp();
        other["description"] = "别的事".into();
        site.post_with("/api/v1/orders", &key, &other).await.is_problem(422, "key_reused");

        let path = format!("/api/v1/orders/{}/reporters", first.json()["number"].as_str().unwrap());
        let me = json!({ "description": "我家门口也是", "contact": { "phone": "13900000000" } });
        let (one, two) = tokio::join!(site.post_with(&path, &key, &me), site.post_with(&path, &key, &me));
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (201, 201), "{engine}: {} {}", one.text(), two.text());
        assert_eq!(one.json()["secret"], two.json()["secret"], "{engine}");
        let order = site.get(path.trim_end_matches("/reporters")).await.json();
        assert_eq!(order["reporters"], 2, "{engine}");
        for bad in ["", "a b", &"k".repeat(256), "键"] {
            site.post_with("/api/v1/orders", &[("idempotency-key", bad)], &body).await.is_problem(400, "key_bad");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_refused_may_be_used_again() {
    on_both(|site, engine| async move {
        let key = [("idempotency-key", "k-2")];
        let before = site.rows().await;
        let mut wrong = lamp();
        wrong["category"] = "no-such".into();
        site.post_with("/api/v1/orders", &key, &wrong).await.is_problem(422, "unknown_category");
        assert_eq!(site.rows().await, before, "{engine}");
        let right = site.post_with("/api/v1/orders", &key, &lamp()).await;
        assert_eq!(right.status, 201, "{engine}: {}", right.text());
        assert_eq!(site.post_with("/api/v1/orders", &key, &lamp()).await.json(), right.json());
    })
    .await;
}

#[tokio::test]
async fn what_orders_refer_to_is_told_with_its_sources() {
    on_both(|site, _| async move {
        let category = site.get(&format!("/api/v1/categories/{LAMP}")).await.json();
        let states = category["attributes"].as_array().unwrap().iter().find(|one| one["code"] == "lamp_state").unwrap();
        assert!(states["values"].as_array().unwrap().iter().any(|value| value["key"] == "flickers"));
        let listed = site.get("/api/v1/categories").await.json();
        assert!(listed.as_array().unwrap().iter().any(|one| one["code"] == LAMP && one["questions"] == 2));

        let garden = site.get(&format!("/api/v1/places/{GARDEN}")).await.json();
        let at = format!("/api/v1/places/at?lon={}&lat={}", garden["lon"], garden["lat"]);
        let found = site.get(&at).await.json();
        assert!(found["code"].as_str().unwrap().starts_with(GARDEN), "{found}");
        assert!(found["chain"].as_array().unwrap().iter().any(|org| org["code"] == "410103"));
        site.get("/api/v1/places/at?lon=2.35&lat=48.85").await.is_problem(404, "outside");
        let named = site.get("/api/v1/places?q=jxhy").await.json();
        assert!(named.as_array().unwrap().iter().any(|place| place["code"] == GARDEN), "{named}");

        let rules = site.get("/api/v1/rules").await.json();
        for list in ["deadlines", "bounds", "diversions", "dispatch", "holidays"] {
            for item in rules[list].as_array().unwrap() {
                assert!(!item["source"].as_str().unwrap().is_empty(), "{list}: {item}");
                assert!(["official", "reported", "assumed", "made"].contains(&item["status"].as_str().unwrap()));
            }
        }
        let bounds = rules["bounds"].as_array().unwrap();
        assert_eq!(bounds.len(), luyuan_domain::ruleset::Ruleset::BOUNDS.len(), "a bound has no value");
        assert_eq!(rules["diversions"].as_array().unwrap().len(), 6);
        assert_eq!(site.get("/api/v1/diversions").await.json(), rules["diversions"]);
        assert_eq!(site.get("/api/v1/rules?on=2026-06-30").await.json()["catalogue"]["name"], "catalogue-2013");
        assert_eq!(site.get("/api/v1/rules?on=2026-07-01").await.json()["catalogue"]["name"], "catalogue-2026");
        site.get("/api/v1/rules?on=tomorrow").await.is_problem(400, "day");
    })
    .await;
}

#[tokio::test]
async fn similar_orders_are_found_before_one_is_placed() {
    on_both(|site, _| async move {
        let placed = site.post("/api/v1/orders", &lamp()).await.json();
        let order = site.get(&format!("/api/v1/orders/{}", placed["number"].as_str().unwrap())).await.json();
        let near = |category: &str| {
            format!("/api/v1/orders/similar?lon={}&lat={}&category={category}", order["lon"], order["lat"])
        };
        let found = site.get(&near(LAMP)).await.json();
        assert!(found.as_array().unwrap().iter().any(|one| one["number"] == placed["number"]), "{found}");
        site.get(&near("no-such")).await.is_problem(422, "unknown_category");
    })
    .await;
}

#[tokio::test]
async fn pages_of_other_sites_may_ask() {
    on_both(|site, _| async move {
        let asks = [
            ("origin", "https://notes.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,idempotency-key,order-secret"),
        ];
        let answer = site.ask(Method::OPTIONS, "/api/v1/orders", &asks, Body::empty()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-methods").contains("POST"));
        for name in ["authorization", "content-type", "idempotency-key", "order-secret"] {
            assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
        }
        let refused = site.ask(Method::GET, "/api/v1/orders?limit=0", &asks[..1], Body::empty()).await;
        assert_eq!(refused.header("access-control-allow-origin"), "*", "errors can be read, too");
    })
    .await;
}

#[tokio::test]
async fn who_has_no_key_learns_nothing_about_what_is_right() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        for authorization in ["", "Bearer ", "Bearer wrong", "Basic YTpi"] {
            for (path, body) in [
                ("/api/v1/orders", "{"),
                ("/api/v1/orders/2026-000001/reporters", "{}"),
                ("/api/v1/photos", "no photo"),
            ] {
                let headers = [("authorization", authorization), ("content-type", "application/json")];
                let answer = site.ask(Method::POST, path, &headers, body).await;
                answer.is_problem(401, "api_key");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
        }
        assert_eq!(site.rows().await, before, "{engine}");
    })
    .await;
}
