//! The evidence log over HTTP: its page, its checkpoint, proofs and receipts.

use crate::district::{Browser, Site, on_both};
use axum::{body::Body, http::Method};
use luyuan_app::evidence::{Checkpoint, Receipt, Verifier};

/// A district whose log is open; the folder holds its key.
async fn open(site: &Site) -> (Verifier, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (site.app.open_log(folder.path()).await.unwrap(), folder)
}

#[tokio::test]
async fn the_page_tells_what_it_is_and_how_it_stands_in_both_languages() {
    on_both(|site, _| async move {
        for (language, title, none) in
            [("zh-CN", "抹不掉", "还没有签名"), ("en", "Nothing disappears", "Nothing has been signed")]
        {
            let mut browser = Browser::open(&site, language).await;
            let page = browser.get("/evidence").await;
            page.is_page(200, title);
            assert!(page.text().contains(none));
        }
        let (verifier, _folder) = open(&site).await;
        site.app.seal().await.unwrap();
        let standing = site.app.checkpoint().await.unwrap().unwrap();
        let page = Browser::open(&site, "en").await.get("/evidence").await.text();
        let written = |text: &str| text.replace('+', "&#43;");
        for shown in [standing.checkpoint.size.to_string(), verifier.to_string()] {
            assert!(page.contains(&shown) || page.contains(&written(&shown)), "{shown}: {page}");
        }
        assert!(page.contains("<svg") && page.contains("role=\"img\""));
    })
    .await;
}

#[tokio::test]
async fn the_checkpoint_and_the_proof_that_it_grew_are_told() {
    on_both(|site, engine| async move {
        site.get("/api/v1/log/checkpoint").await.is_problem(404, "not_found");
        site.get("/api/v1/log/consistency?from=1").await.is_problem(404, "not_found");
        let (verifier, _folder) = open(&site).await;
        site.app.seal().await.unwrap();
        let before = site.get("/api/v1/log/checkpoint").await;
        assert_eq!(before.header("content-type"), "text/plain; charset=utf-8");
        let before = Checkpoint::verified(&before.text(), &verifier).unwrap();
        site.place(site.lamp()).await;
        site.app.seal().await.unwrap();
        let after = Checkpoint::verified(&site.get("/api/v1/log/checkpoint").await.text(), &verifier).unwrap();
        assert_eq!(after.size, before.size + 2, "{engine}");
        let told = site.get(&format!("/api/v1/log/consistency?from={}", before.size)).await.json();
        assert_eq!((told["from"].as_u64(), told["to"].as_u64()), (Some(before.size), Some(after.size)));
        let proof: Vec<&str> = told["proof"].as_array().unwrap().iter().map(|hash| hash.as_str().unwrap()).collect();
        assert!(luyuan_app::evidence::grew(&before, &after, &proof), "{engine}");
        assert!(!luyuan_app::evidence::grew(&after, &before, &proof));
        assert!(!luyuan_app::evidence::grew(&before, &after, &proof[1..]));
        let beyond = after.size + 1;
        for (query, status, code) in [
            ("from=0".to_owned(), 422, "query_log_size"),
            (format!("from={beyond}"), 422, "query_log_size"),
            (format!("from=1&to={beyond}"), 422, "query_log_size"),
            ("from=5&to=4".to_owned(), 422, "query_log_size"),
            ("from=-1".to_owned(), 400, "query"),
            ("to=4".to_owned(), 400, "query"),
            ("from=1&more=1".to_owned(), 400, "query"),
        ] {
            site.get(&format!("/api/v1/log/consistency?{query}")).await.is_problem(status, code);
        }
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_downloaded_by_who_may_see_the_order() {
    on_both(|site, engine| async move {
        let placed = site.place(site.lamp()).await;
        let address = format!("/api/v1/orders/{}/receipt", placed.number);
        site.get(&address).await.is_problem(503, "busy");
        let (verifier, _folder) = open(&site).await;
        let answer = site.get(&address).await;
        assert_eq!(answer.status, 200, "{engine}: {}", answer.text());
        let name = format!("attachment; filename=\"{}.tlog-proof\"", placed.number);
        assert_eq!(answer.header("content-disposition"), name);
        assert_eq!(answer.header("cache-control"), "no-store");
        let checked = Receipt::read(&answer.text()).unwrap().check(Some(&verifier)).unwrap();
        assert_eq!((checked.entry.name, checked.entry.what), (placed.number.clone(), "placed".to_owned()));
        let second = site.get(&format!("{address}?version=2")).await.text();
        assert_eq!(Receipt::read(&second).unwrap().check(None).unwrap().entry.what, "routed");
        site.get(&format!("{address}?version=3")).await.is_problem(404, "not_found");
        site.get(&format!("{address}?version=x")).await.is_problem(400, "query");
        site.get("/api/v1/orders/2026-999999/receipt").await.is_problem(404, "not_found");

        // The page has a quiet link to the same file.
        let mut browser = Browser::open(&site, "zh-CN").await;
        let page = browser.get(&format!("/orders/{}", placed.number)).await.text();
        assert!(page.contains(&format!("href=\"/orders/{}/receipt\" download>凭证</a>", placed.number)), "{page}");
        let file = browser.get(&format!("/orders/{}/receipt", placed.number)).await;
        assert_eq!(Receipt::read(&file.text()).unwrap().check(Some(&verifier)).unwrap().entry.seq, 1);

        // An order that is not public: only with the secret.
        let mut lamp = site.lamp();
        lamp.private = true;
        let hidden = site.place(lamp).await;
        let address = format!("/api/v1/orders/{}/receipt", hidden.number);
        site.get(&address).await.is_problem(404, "not_found");
        let own = site.ask(Method::GET, &address, &[("order-secret", &hidden.secret)], Body::empty()).await;
        assert!(Receipt::read(&own.text()).unwrap().check(None).unwrap().content.is_some(), "{engine}");
        browser.get(&format!("/orders/{}/receipt", hidden.number)).await.is_page(404, "没有");
        let own = browser.get(&format!("/orders/{}/receipt?key={}", hidden.number, hidden.secret)).await;
        assert_eq!(own.status, 200);
    })
    .await;
}

#[tokio::test]
async fn words_that_are_not_public_are_only_in_their_reporters_receipt() {
    on_both(|site, engine| async move {
        let (_, _folder) = open(&site).await;
        let placed = site.place(site.lamp()).await;
        let handler = site.staff(crate::district::GARDEN);
        let seen = || luyuan_app::orders::Seen { number: placed.number.clone(), version: None };
        site.app.accept(&handler, &seen()).await.unwrap();
        site.app.contact(&handler, &seen(), "电话里说的话".into()).await.unwrap();
        let address = format!("/api/v1/orders/{}/receipt?version=4", placed.number);
        let public = Receipt::read(&site.get(&address).await.text()).unwrap().check(None).unwrap();
        assert_eq!((public.entry.what.as_str(), public.content), ("contacted", None), "{engine}");
        let own = site.ask(Method::GET, &address, &[("order-secret", &placed.secret)], Body::empty()).await.text();
        let own = Receipt::read(&own).unwrap().check(None).unwrap();
        assert!(own.content.unwrap().contains("电话里说的话"), "{engine}");
        // Who did it is in neither.
        let luyuan_domain::actor::Actor::Staff { person, .. } = handler else { panic!() };
        assert!(!own.entry.bytes().contains(&person.to_string()));
    })
    .await;
}
