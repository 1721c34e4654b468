//! What is not public is found nowhere by the public: neither private nor diverted orders, nor their
//! photos, nor the news of them; and one reporter's secret opens nothing of another's.

use crate::{
    district::{Answer, Browser, GARDEN, LAMP, Site, on_both},
    pictures,
};
use axum::{
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt;
use luyuan_app::orders::{Diverting, Place, Placed, Replying, Seen};
use luyuan_domain::orders::Diversion;
use serde_json::json;

fn seen(number: &str) -> Seen {
    Seen { number: number.into(), version: None }
}

/// A private order and a diverted one, each with a photo.
async fn hidden(site: &Site) -> [(Placed, String); 2] {
    let private = site.app.keep_photo(pictures::jpeg(), false).await.unwrap();
    let diverted = site.app.keep_photo(pictures::png(), false).await.unwrap();
    let words = |words: &str| Place { description: words.into(), ..site.lamp() };
    let one = site.place(Place { private: true, photos: vec![private], ..words("只给你们看的事") }).await;
    let two = site.place(Place { photos: vec![diverted], ..words("应当转走的事") }).await;
    let divert = Diverting { reason: Diversion::LegalChannel, note: "请向法院提出".into() };
    site.app.divert(&site.staff("410103"), &seen(&two.number), divert).await.unwrap();
    [(one, private.to_string()), (two, diverted.to_string())]
}

#[tokio::test]
async fn the_public_finds_hidden_orders_nowhere() {
    on_both(|site, engine| async move {
        let hidden = hidden(&site).await;
        let open = site.place(site.lamp()).await;
        let point = site.lamp().at.point.unwrap();
        let mut browser = Browser::open(&site, "en").await;
        let bounds =
            format!("bbox={},{},{},{}", point.lon - 1e-4, point.lat - 1e-4, point.lon + 1e-4, point.lat + 1e-4);
        let lists = [
            "/".to_owned(),
            "/orders".to_owned(),
            format!("/orders?place={GARDEN}"),
            format!("/places/{GARDEN}"),
            format!("/orders/clusters?zoom=20&{bounds}"),
            format!("/api/v1/orders?place={GARDEN}&limit=200"),
            "/api/v1/orders?state=diverted".to_owned(),
            format!("/api/v1/orders?{bounds}"),
            format!("/api/v1/orders/similar?lon={}&lat={}&category={LAMP}", point.lon, point.lat),
        ];
        for path in &lists {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            for (placed, _) in &hidden {
                assert!(!answer.text().contains(&placed.number), "{engine} {path} shows {}", placed.number);
            }
        }
        // The lists do show what is public, and they agree on how many there are.
        let listed = browser.get(&format!("/api/v1/orders?{bounds}&total=true&limit=200")).await.json();
        assert!(listed["items"].as_array().unwrap().iter().any(|order| order["number"] == open.number.as_str()));
        let map = browser.get(&format!("/orders/clusters?zoom=20&{bounds}")).await.json();
        let sum: u64 =
            map["features"].as_array().unwrap().iter().map(|one| one["properties"]["count"].as_u64().unwrap()).sum();
        assert_eq!(Some(sum), listed["total"].as_u64(), "{engine}");

        for (placed, photo) in &hidden {
            let number = &placed.number;
            for path in ["", "/photos/PHOTO"] {
                let path = format!("/orders/{number}{}", path.replace("PHOTO", photo));
                browser.get(&path).await.is_page(404, "Not found");
                let own = browser.get(&format!("{path}?key={}", placed.secret)).await;
                assert_eq!(own.status, 200, "{engine} {path}: its own reporter sees it");
            }
            for path in ["", "/events", "/photos/PHOTO"] {
                let path = format!("/api/v1/orders/{number}{}", path.replace("PHOTO", photo));
                site.get(&path).await.is_problem(404, "not_found");
                let secret = [("order-secret", placed.secret.as_str())];
                assert_eq!(site.ask(Method::GET, &path, &secret, Body::empty()).await.status, 200, "{engine} {path}");
            }
            let join = format!("/api/v1/orders/{number}/reporters");
            site.post(&join, &json!({})).await.is_problem(404, "not_found");
            browser.submit(&format!("/orders/{number}/reporters"), &[]).await.is_page(404, "Not found");
        }
    })
    .await;
}

#[tokio::test]
async fn a_secret_opens_its_own_order_only() {
    on_both(|site, engine| async move {
        let [(private, photo), _] = hidden(&site).await;
        let (one, two) = (site.place(site.lamp()).await, site.place(site.lamp()).await);
        let staff = site.staff(GARDEN);
        for placed in [&one, &two] {
            site.app.accept(&staff, &seen(&placed.number)).await.unwrap();
            site.app.contact(&staff, &seen(&placed.number), "已联系".into()).await.unwrap();
            site.app.ask(&staff, &seen(&placed.number), "哪一盏？".into()).await.unwrap();
        }
        let mut browser = Browser::open(&site, "en").await;
        let before = site.rows().await;
        let (number, wrong) = (&two.number, one.secret.as_str());
        let answer = [("key", wrong), ("answer", "七号")];
        browser.submit(&format!("/orders/{number}/answer"), &answer).await.is_page(403, "You may not do this.");
        let body = json!({ "secret": wrong, "text": "七号" });
        site.post(&format!("/api/v1/orders/{number}/answer"), &body).await.is_problem(403, "not_permitted");
        site.post(&format!("/api/v1/orders/{number}/answer"), &json!({ "text": "七号" }))
            .await
            .is_problem(403, "secret");
        site.app.reply(&staff, &seen(number), Replying { text: "好了".into(), files: vec![] }).await.unwrap();
        let after_reply = site.rows().await;
        assert_eq!(after_reply[2], before[2] + 1, "{engine}");
        let rating = [("key", wrong), ("solved", "no")];
        browser.submit(&format!("/orders/{number}/rating"), &rating).await.is_page(403, "You may not do this.");
        let body = json!({ "secret": wrong, "solved": "no" });
        site.post(&format!("/api/v1/orders/{number}/rating"), &body).await.is_problem(403, "not_permitted");
        // Of an order that is not public, a wrong secret does not even tell that it is there.
        let path = format!("/api/v1/orders/{}", private.number);
        let secret = [("order-secret", wrong)];
        let hidden = |path: String| {
            let site = site.clone();
            let secret = secret.map(|(n, v)| (n, v.to_owned()));
            async move {
                let secret: Vec<(&str, &str)> = secret.iter().map(|(n, v)| (*n, v.as_str())).collect();
                site.ask(Method::GET, &path, &secret, Body::empty()).await
            }
        };
        hidden(path.clone()).await.is_problem(404, "not_found");
        hidden(format!("{path}/photos/{photo}")).await.is_problem(404, "not_found");
        site.post(&format!("{path}/rating"), &body).await.is_problem(404, "not_found");
        // A photo is shown with its own order only.
        browser.get(&format!("/orders/{number}/photos/{photo}")).await.is_page(404, "Not found");
        assert_eq!(site.rows().await, after_reply, "{engine}");
    })
    .await;
}

/// The first news of an open stream, after `change` was made.
async fn first_news(site: &Site, path: &str, change: impl Future<Output = ()>) -> String {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let mut body = site.open(request).await.into_body();
    change.await;
    let frame = body.frame().await.expect("news").unwrap();
    String::from_utf8(frame.into_data().expect("text").to_vec()).unwrap()
}

#[tokio::test]
async fn the_public_hears_nothing_of_hidden_orders() {
    on_both(|site, engine| async move {
        let [(private, _), _] = hidden(&site).await;
        let open = site.place(site.lamp()).await;
        let staff = site.staff(GARDEN);
        let both = async {
            site.app.accept(&staff, &seen(&private.number)).await.unwrap();
            site.app.accept(&staff, &seen(&open.number)).await.unwrap();
        };
        let news = first_news(&site, "/events", both).await;
        assert!(news.contains(&open.number), "{engine}: {news}");
        // Nor by guessing a number: the stream of a hidden order stays silent without its secret.
        let own = format!("/events?order={}&key={}", private.number, private.secret);
        let step = async {
            site.app.contact(&staff, &seen(&private.number), "已联系".into()).await.unwrap();
        };
        assert!(first_news(&site, &own, step).await.contains(&private.number), "{engine}");
        let guessed = Request::builder().uri(format!("/events?order={}", private.number)).body(Body::empty()).unwrap();
        let answer: Answer = {
            let response = site.open(guessed).await;
            if response.status() == 200 {
                let mut body = response.into_body();
                site.app.ask(&staff, &seen(&private.number), "哪一盏？".into()).await.unwrap();
                let silent = futures_poll(&mut body).await;
                assert!(silent, "{engine}: a hidden order is heard of by its number");
                return;
            }
            let (parts, body) = response.into_parts();
            Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
        };
        answer.is_problem(404, "not_found");
    })
    .await;
}

/// Whether a stream has nothing to say now.
async fn futures_poll(body: &mut Body) -> bool {
    std::future::poll_fn(|context| {
        let frame = std::pin::pin!(body.frame());
        std::task::Poll::Ready(frame.poll(context).is_pending())
    })
    .await
}

#[tokio::test]
async fn an_open_page_goes_silent_when_the_role_ends() {
    on_both(|site, engine| async move {
        let [(private, _), _] = hidden(&site).await;
        let open = site.place(site.lamp()).await;
        let mut browser = Browser::open(&site, "en").await;
        browser.log_in("compound").await;
        let cookie = browser.cookies();
        let request = || Request::builder().uri("/events").header("cookie", &cookie).body(Body::empty()).unwrap();
        let mut body = site.open(request()).await.into_body();
        let staff = site.staff(GARDEN);
        site.app.accept(&staff, &seen(&private.number)).await.unwrap();
        let frame = body.frame().await.expect("news").unwrap();
        assert!(String::from_utf8_lossy(frame.data_ref().unwrap()).contains(&private.number), "{engine}");
        for one in site.app.standing_roles(&luyuan_domain::actor::Actor::System).await.unwrap() {
            if one.login == "compound" {
                site.app.end_role(&luyuan_domain::actor::Actor::System, one.held.id).await.unwrap();
            }
        }
        site.app.contact(&staff, &seen(&private.number), "已联系".into()).await.unwrap();
        site.app.accept(&staff, &seen(&open.number)).await.unwrap();
        let frame = body.frame().await.expect("news").unwrap();
        let news = String::from_utf8_lossy(frame.data_ref().unwrap()).into_owned();
        assert!(news.contains(&open.number), "{engine}: the next news is of the public order, not {news}");
    })
    .await;
}
