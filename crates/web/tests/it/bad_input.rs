//! What is wrong with what is sent is said in the sender's format and language, and nothing is saved.

use crate::district::{Browser, GARDEN, LAMP, Site, encoded, multipart, on_both};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use luyuan_app::orders::{Replying, Seen};
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";

async fn post_raw(site: &Site, kind: &str, language: &str, body: impl Into<Body>) -> crate::district::Answer {
    let bearer = format!("Bearer {}", site.key);
    let mut headers = vec![("authorization", bearer.as_str()), ("accept-language", language)];
    if !kind.is_empty() {
        headers.push(("content-type", kind));
    }
    site.ask(Method::POST, "/api/v1/orders", &headers, body).await
}

#[tokio::test]
async fn a_point_outside_the_district_is_asked_about_and_nothing_typed_is_lost() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let mut browser = Browser::open(&site, "zh-CN").await;
        let paris = [("lat", "48.85"), ("lon", "2.35")];
        let typed = [
            ("category", LAMP),
            ("description", "路灯 <b>三天</b> 不亮"),
            ("name", "老李"),
            ("phone", "13700000000"),
            ("private", "1"),
            ("key", "outside-1"),
            ("asked", "questions"),
        ];
        let asked = browser.submit("/orders", &[&paris[..], &typed].concat()).await;
        asked.is_page(422, "您写的内容都还在");
        for kept in ["路灯 &#60;b&#62;三天&#60;/b&#62; 不亮", "老李", "13700000000", LAMP] {
            assert!(asked.text().contains(kept), "{engine}: {kept} is lost");
        }
        assert_eq!(site.rows().await, before, "{engine}");
        let again = browser
            .submit(
                "/orders",
                &[
                    &typed[..],
                    &[("asked", "which"), ("asked", "similar"), ("asked", "questions"), ("address", "金祥花园3号楼")],
                ]
                .concat(),
            )
            .await;
        assert_eq!(again.status, 303, "{}", again.text());

        let body = json!({ "category": LAMP, "description": "路灯不亮", "lon": 2.35, "lat": 48.85 });
        site.post("/api/v1/orders", &body).await.is_problem(422, "outside");
        let zh = post_raw(&site, "application/json", "zh-CN", body.to_string()).await;
        assert!(zh.json()["detail"].as_str().unwrap().contains('区'), "{}", zh.text());
        assert_eq!(zh.header("content-language"), "zh-CN");
    })
    .await;
}

#[tokio::test]
async fn empty_and_endless_texts_come_back_with_a_sentence() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let mut browser = Browser::open(&site, "en").await;
        let endless = "路".repeat(100_000);
        let blank = [("category", LAMP), ("place", GARDEN), ("description", " \u{7} ")];
        let asked = [("asked", "which"), ("asked", "similar"), ("asked", "questions")];
        let empty = browser.submit("/orders", &[&blank[..], &asked].concat()).await;
        empty.is_page(422, "Something was left empty.");
        let long = browser
            .submit(
                "/orders",
                &[
                    ("category", LAMP),
                    ("place", GARDEN),
                    ("description", &endless),
                    ("asked", "which"),
                    ("asked", "similar"),
                    ("asked", "questions"),
                ],
            )
            .await;
        long.is_page(422, "at most 4000 characters");
        assert!(long.text().contains(&endless), "{engine}: what was typed is lost");
        let name = browser
            .submit(
                "/orders",
                &[
                    ("category", LAMP),
                    ("place", GARDEN),
                    ("description", "灯"),
                    ("name", &endless),
                    ("asked", "which"),
                    ("asked", "similar"),
                    ("asked", "questions"),
                ],
            )
            .await;
        name.is_page(422, "at most 256 characters");

        let send = |description: &str| json!({ "category": LAMP, "place": GARDEN, "description": description });
        site.post("/api/v1/orders", &send("")).await.is_problem(422, "empty");
        let long = site.post("/api/v1/orders", &send(&endless)).await;
        long.is_problem(422, "too_long");
        assert_eq!(long.json()["errors"][0]["field"], "description");
        let contact =
            json!({ "category": LAMP, "place": GARDEN, "description": "灯", "contact": { "phone": endless } });
        site.post("/api/v1/orders", &contact).await.is_problem(422, "too_long");
        assert_eq!(site.rows().await, before, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn other_encodings_are_refused_rather_than_kept_as_rubbish() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let mut browser = Browser::open(&site, "zh-CN").await;
        let token = browser.token();
        // 路灯 in GBK.
        let gbk = format!("token={token}&category={LAMP}&place={GARDEN}&description=%C2%B7%B5%C6");
        browser.send(Method::POST, "/orders", FORM, gbk.into()).await.is_page(400, "UTF-8");
        let mut parts = multipart(&[("token", &token), ("category", LAMP), ("description", "XX")], &[]);
        let at = parts.windows(2).position(|window| window == b"XX").unwrap();
        parts[at..at + 2].copy_from_slice(&[0xC2, 0xB7 ^ 0x80]);
        browser
            .send(Method::POST, "/orders", "multipart/form-data; boundary=BORDER", parts.into())
            .await
            .is_page(400, "UTF-8");
        browser.get("/orders?q=%C2%B7%B5%C6").await.is_page(400, "无法读取");
        browser.get("/orders/%B5%C6").await.is_page(400, "无法读取");
        let nul = format!("token={token}&category={LAMP}&place={GARDEN}&description=a%00b");
        browser.send(Method::POST, "/orders", FORM, nul.into()).await.is_page(400, "无法读取");
        browser.get("/orders/%00").await.is_page(400, "无法读取");

        let json =
            [b"{\"category\":\"E01037\",\"description\":\"".as_slice(), &[0xC2, 0xB7, 0xB5, 0xC6], b"\"}"].concat();
        post_raw(&site, "application/json", "en", json).await.is_problem(400, "body");
        site.get("/api/v1/orders?q=%C2%B7%B5%C6").await.is_problem(400, "unreadable");
        site.get("/api/v1/orders/%00").await.is_problem(400, "unreadable");
        site.get("/api/v1/places/%ff").await.is_problem(400, "unreadable");
        assert_eq!(site.rows().await, before, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn html_in_texts_stays_text_on_every_page() {
    on_both(|site, engine| async move {
        const EVIL: &str = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
        let mut order = site.lamp();
        (order.description, order.at.address) = (EVIL.into(), EVIL.into());
        (order.contact.name, order.contact.phone) = (EVIL.into(), EVIL.into());
        let placed = site.place(order).await;
        let (number, secret) = (placed.number.as_str(), placed.secret.as_str());
        let (actor, seen) = (site.staff(GARDEN), Seen { number: number.into(), version: None });
        site.app.accept(&actor, &seen).await.unwrap();
        site.app.contact(&actor, &seen, EVIL.into()).await.unwrap();
        site.app.ask(&actor, &seen, EVIL.into()).await.unwrap();
        let mut staff = Browser::open(&site, "en").await;
        staff.log_in("compound").await;
        let mut resident = Browser::open(&site, "zh-CN").await;
        let point = site.lamp().at.point.unwrap();
        let (lat, lon) = (point.lat.to_string(), point.lon.to_string());
        let near = [("category", LAMP), ("description", EVIL), ("address", EVIL), ("lat", lat.as_str()), ("lon", &lon)];
        let own = format!("/orders/{number}?key={secret}");
        let mut pages = vec![("similar", resident.submit("/orders", &near).await)];
        pages.push((
            "again",
            resident.submit("/orders", &[("category", "X"), ("description", EVIL), ("name", EVIL)]).await,
        ));
        pages.push(("order", resident.get(&own).await));
        pages.push(("list", resident.get("/orders").await));
        pages.push(("searched", resident.get(&format!("/orders?q={}", encoded(EVIL))).await));
        pages.push(("place", resident.get(&format!("/places/{GARDEN}")).await));
        pages.push((
            "typed",
            resident
                .get(&format!("/orders/new?description={0}&address={0}&category={0}&place={0}", encoded(EVIL)))
                .await,
        ));
        pages.push(("login", resident.submit("/login", &[("login", EVIL), ("password", EVIL)]).await));
        pages.push(("inbox", staff.get("/work").await));
        pages.push(("work", staff.get(&format!("/work/orders/{number}")).await));
        site.app.reply(&actor, &seen, Replying { text: EVIL.into(), files: vec![] }).await.unwrap();
        pages.push(("replied", resident.get(&own).await));
        pages.push(("no such", resident.get(&format!("/orders/{}", encoded(EVIL))).await));
        let mut met = 0;
        for (name, page) in &pages {
            let text = page.text();
            assert!(page.header("content-type").starts_with("text/html"), "{engine} {name}");
            for raw in ["<script>alert", "<img src=x", "</textarea><script"] {
                assert!(!text.contains(raw), "{engine} {name}: {raw}");
            }
            met += usize::from(text.contains("alert(1)"));
        }
        assert!(met >= 8, "{engine}: the words are shown, as words, on {met} of {} pages", pages.len());
    })
    .await;
}

#[tokio::test]
async fn two_people_at_once_one_is_told_and_nothing_is_overwritten() {
    on_both(|site, engine| async move {
        let number = site.place(site.lamp()).await.number;
        for (language, sentence) in [("en", "Somebody else was first"), ("zh-CN", "刚才有人先操作了")] {
            let mut browser = Browser::open(&site, language).await;
            browser.log_in("compound").await;
            let before = site.rows().await;
            let late = browser.submit(&format!("/orders/{number}/acceptance"), &[("version", "1")]).await;
            late.is_page(409, sentence);
            assert_eq!(site.rows().await, before, "{engine}");
        }
        let order = site.app.order(&site.staff(GARDEN), &number, None).await.unwrap().order;
        assert_eq!((order.state.code(), order.version), ("routed", 2), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    on_both(|site, engine| async move {
        let number = site.place(site.lamp()).await.number;
        let mut resident = Browser::open(&site, "en").await;
        let mut staff = Browser::open(&site, "zh-CN").await;
        staff.log_in("community").await;
        let before = site.rows().await;
        let order = |category: &'static str, place: &'static str| {
            [
                ("category", category),
                ("place", place),
                ("description", "灯"),
                ("asked", "which"),
                ("asked", "similar"),
                ("asked", "questions"),
            ]
        };
        resident.submit("/orders", &order("no-such", GARDEN)).await.is_page(422, "Please choose what it is about.");
        resident.submit("/orders", &order(LAMP, "999")).await.is_page(422, "No such place.");
        resident.submit("/orders", &order(LAMP, "")).await.is_page(422, "Please say where");
        resident.get("/orders?place=999").await.is_page(400, "No such place.");
        resident.get("/orders?category=no-such").await.is_page(400, "Please choose");
        resident.get("/orders?state=lost").await.is_page(400, "There is no such state.");
        resident.get("/places/999").await.is_page(404, "Not found");
        resident.get("/orders/1999-000001").await.is_page(404, "Not found");
        let route = [("org", "NOBODY"), ("reason", "试试")];
        staff.submit(&format!("/orders/{number}/route"), &route).await.is_page(422, "请选择一个单位");
        staff.submit(&format!("/orders/{number}/dance"), &[]).await.is_page(404, "没有");

        let send = |category: &str, place: &str| json!({ "category": category, "place": place, "description": "灯" });
        site.post("/api/v1/orders", &send("no-such", GARDEN)).await.is_problem(422, "unknown_category");
        site.post("/api/v1/orders", &send(LAMP, "999")).await.is_problem(422, "unknown_place");
        let photos = json!({ "category": LAMP, "place": GARDEN, "description": "灯", "photos": [site.app.env.id()] });
        site.post("/api/v1/orders", &photos).await.is_problem(422, "unknown_photo");
        let nowhere = json!({ "category": LAMP, "description": "灯" });
        site.post("/api/v1/orders", &nowhere).await.is_problem(422, "no_location");
        site.get("/api/v1/orders?state=lost").await.is_problem(400, "query_state");
        site.get("/api/v1/orders?place=999").await.is_problem(422, "unknown_place");
        site.get("/api/v1/categories/no-such").await.is_problem(404, "not_found");
        site.get("/api/v1/places/999").await.is_problem(404, "not_found");
        site.get("/api/v1/nothing").await.is_problem(404, "not_found");
        assert_eq!(site.rows().await, before, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn bodies_that_are_not_what_the_api_takes_are_refused_one_by_one() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let json = "application/json";
        let with = |field: &str, value: Value| {
            let mut body = json!({ "category": LAMP, "place": GARDEN, "description": "灯" });
            body[field] = value;
            body.to_string()
        };
        for (kind, body, status, code) in [
            (json, "{".to_owned(), 400, "body"),
            (json, "".to_owned(), 400, "body"),
            (json, "null".to_owned(), 422, "body"),
            (json, "[]".to_owned(), 422, "body"),
            (json, "{}".to_owned(), 422, "body"),
            (json, with("colour", json!("red")), 422, "body"),
            (json, with("lat", json!("34.7")), 422, "body"),
            (json, with("lat", json!(34.7)), 422, "point_half"),
            (json, with("private", json!("yes")), 422, "body"),
            (json, with("kind", json!("order")), 422, "kind"),
            (json, with("contact", json!({ "language": "fr" })), 422, "language"),
            (json, with("photos", json!(["../../etc/passwd"])), 422, "body"),
            (json, with("attributes", json!({ "pole_number": 7 })), 422, "body"),
            (json, with("attributes", json!({ "lamp_state": "dancing" })), 422, "unknown_value"),
            (json, with("description", json!("x".repeat(2_000_000))), 413, "json_large"),
            (json, format!("{{\"category\":\"{LAMP}\",\"description\":\"灯\",\"lon\":NaN,\"lat\":34.7}}"), 400, "body"),
            (
                json,
                format!("{{\"category\":\"{LAMP}\",\"description\":\"灯\",\"lon\":1e999,\"lat\":34.7}}"),
                400,
                "body",
            ),
            (
                json,
                format!("{{\"category\":\"{LAMP}\",\"description\":\"灯\",\"lon\":181,\"lat\":34.7}}"),
                422,
                "point",
            ),
            (json, format!("{{\"attributes\":{{\"a\":{}", "[".repeat(100_000)), 400, "body"),
            ("text/plain", with("private", json!(true)), 415, "not_json"),
            (FORM, "category=E01037".to_owned(), 415, "not_json"),
            ("", with("private", json!(true)), 415, "not_json"),
        ] {
            let shown: String = body.chars().take(80).collect();
            let answer = post_raw(&site, kind, "en", body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.json()["code"].as_str()),
                (status, Some(code)),
                "{shown}: {}",
                answer.text()
            );
            answer.is_problem(status, code);
        }
        assert_eq!(site.rows().await, before, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn queries_that_make_no_sense_are_refused() {
    on_both(|site, engine| async move {
        let long = "灯".repeat(3_333);
        for (query, code) in [
            ("limit=0", "query_limit"),
            ("limit=201", "query_limit"),
            ("limit=ten", "query"),
            ("limit=99999999999999999999", "query"),
            ("after=garbage", "query_after"),
            ("after=1_x", "query_after"),
            ("after=%27%3B%20DROP%20TABLE%20orders%3B--", "query_after"),
            ("due=someday", "query_due"),
            ("sort=random", "query_sort"),
            ("total=maybe", "query"),
            ("placed_from=yesterday", "instant"),
            ("updated_to=2026-13-01T00:00:00Z", "instant"),
            ("colour=red", "query"),
            (&format!("q={}", encoded(&long)), "words_long"),
        ] {
            site.get(&format!("/api/v1/orders?{query}")).await.is_problem(400, code);
        }
        for box_ in ["NaN,0,1,1", "1,2,3", "a,b,c,d", "2,0,1,1", "inf,0,1,1"] {
            site.get(&format!("/api/v1/orders?bbox={box_}")).await.is_problem(422, "query_bbox");
        }
        for (lon, lat) in [("NaN", "34"), ("181", "34"), ("113", "-91"), ("1e400", "34")] {
            site.get(&format!("/api/v1/places/at?lon={lon}&lat={lat}")).await.is_problem(400, "point");
        }
        let mut browser = Browser::open(&site, "en").await;
        browser.log_in("compound").await;
        for page in ["/orders", "/work"] {
            for (query, sentence) in [
                ("after=garbage", "start from the first page"),
                ("due=someday", "Only late, soon"),
                ("zoom=abc", "cannot be read"),
                ("bbox=1,2", "west,south,east,north"),
            ] {
                browser.get(&format!("{page}?{query}")).await.is_page(400, sentence);
            }
        }
        browser.get("/orders/clusters?zoom=NaN").await.is_problem(400, "query_zoom");
        browser.get("/orders/clusters?zoom=abc").await.is_problem(400, "unreadable");
        browser.get("/orders/clusters?bbox=NaN,1,2,3").await.is_problem(400, "query_bbox");
        browser.get("/places/at?lat=x&lon=y").await.is_problem(400, "unreadable");
        assert_eq!(browser.get("/places/at?lat=NaN&lon=NaN").await.text(), "null");
        for path in ["/orders?q=", "/places/search?q=", "/follow?number=", "/work?q=", "/orders/new?description="] {
            let answer = browser.get(&format!("{path}{}", encoded(&long))).await;
            assert!(answer.status.as_u16() < 500, "{engine} {path}: {}", answer.status);
        }
    })
    .await;
}

#[tokio::test]
async fn paths_and_redirects_lead_nowhere_else() {
    on_both(|site, _| async move {
        let number = site.place(site.lamp()).await.number;
        for path in [
            "/assets/x/..%2f..%2f..%2fCargo.toml".to_owned(),
            "/assets/..%2f..%2f/Cargo.toml".to_owned(),
            "/assets/x/../../Cargo.toml".to_owned(),
            "/assets/x/%2e%2e/%2e%2e/etc/passwd".to_owned(),
            format!("/orders/{number}/photos/..%2f..%2f..%2fetc%2fpasswd"),
            format!("/api/v1/orders/{number}/photos/..%2f..%2f..%2fetc%2fpasswd"),
        ] {
            let answer = site.get(&path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(!answer.text().contains("[package]") && !answer.text().contains("root:"), "{path}");
        }
        for path in [
            "/follow?number=%0d%0aSet-Cookie:%20evil=1".to_owned(),
            "/follow?number=%2f%2fevil.example".to_owned(),
            "//evil.example/?lang=en".to_owned(),
            "//evil.example/orders?large=1&x=%0d%0aSet-Cookie:%20evil=1".to_owned(),
            "/%5cevil.example?lang=en".to_owned(),
            format!("/orders/{number}?lang=en&next=https://evil.example"),
        ] {
            let answer = site.get(&path).await;
            let to = answer.header("location");
            assert!(
                answer.status == 303 && to.starts_with('/') && !to.starts_with("//"),
                "{path}: {} {to}",
                answer.status
            );
            assert!(!to.starts_with("/\\"), "{path}: {to}");
            let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
            assert!(cookies.into_iter().all(|cookie| !cookie.to_str().unwrap().contains("evil")), "{path}");
        }
        let mut browser = Browser::open(&site, "en").await;
        browser.log_in("compound").await;
        let broken = format!("/orders/{}/acceptance", encoded("2026-000001\r\nSet-Cookie: evil=1"));
        let answer = browser.submit(&broken, &[]).await;
        answer.is_page(404, "Not found");
        assert!(answer.headers.get_all(header::SET_COOKIE).iter().next().is_none());
    })
    .await;
}

#[tokio::test]
async fn bodies_of_pages_that_are_too_large_or_of_another_type_say_so() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let mut browser = Browser::open(&site, "en").await;
        let token = browser.token();
        let large = format!("token={token}&login={}", "x".repeat(3_000_000));
        browser.send(Method::POST, "/login", FORM, large.into()).await.is_page(413, "too large");
        let photo = vec![0u8; 65 * 1024 * 1024];
        browser
            .submit_files("/orders", &[("category", LAMP)], &[("photo", "a.jpg", &photo)])
            .await
            .is_page(413, "too large");
        browser.send(Method::POST, "/orders", "application/json", "{}".into()).await.is_page(415, "of a kind");
        browser.send(Method::POST, "/orders", "multipart/form-data", "x".into()).await.is_page(400, "cannot be read");
        let cut = "--BORDER\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nx";
        browser
            .send(Method::POST, "/orders", "multipart/form-data; boundary=BORDER", cut.into())
            .await
            .is_page(400, "cannot be read");
        browser.send(Method::DELETE, "/orders", "", Body::empty()).await.is_page(405, "does not take that method");
        let request = Request::builder().method("BREW").uri("/api/v1/orders").body(Body::empty()).unwrap();
        let answer = site.send(request).await;
        answer.is_problem(405, "method");
        assert!(answer.header("allow").contains("POST"));
        assert_eq!(site.rows().await, before, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_places_one_order() {
    on_both(|site, engine| async move {
        let mut browser = Browser::open(&site, "en").await;
        let form = [
            ("category", LAMP),
            ("place", GARDEN),
            ("description", "灯"),
            ("key", "form-1"),
            ("asked", "which"),
            ("asked", "similar"),
            ("asked", "questions"),
        ];
        let first = browser.submit("/orders", &form).await;
        let again = browser.submit("/orders", &form).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (303, 303), "{engine}: {}", again.text());
        assert_eq!(first.header("location"), again.header("location"), "{engine}");
        let endless = "k".repeat(100_000);
        let keyed = [
            ("category", LAMP),
            ("place", GARDEN),
            ("description", "灯"),
            ("key", &endless),
            ("asked", "which"),
            ("asked", "similar"),
            ("asked", "questions"),
        ];
        // A key of any length is one: it is kept as a hash.
        let (one, two) = (browser.submit("/orders", &keyed).await, browser.submit("/orders", &keyed).await);
        assert_eq!((one.status.as_u16(), one.header("location")), (303, two.header("location")), "{engine}");
        let number = site.place(site.lamp()).await.number;
        let path = format!("/orders/{number}/reporters");
        let me = [("description", "我家也是"), ("key", "join-1")];
        let (one, two) = (browser.submit(&path, &me).await, browser.submit(&path, &me).await);
        assert_eq!(one.header("location"), two.header("location"), "{engine}");
        assert_eq!(site.app.order(&site.staff(GARDEN), &number, None).await.unwrap().reporter_count, 2);
        browser.submit(&path, &[("description", &endless)]).await.is_page(422, "at most 4000 characters");
    })
    .await;
}
