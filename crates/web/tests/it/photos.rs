//! Photos are checked by what is in them, and only the picture is kept.

use crate::{
    district::{Answer, Browser, GARDEN, LAMP, Site, on_both},
    pictures,
};
use axum::http::Method;
use luyuan_app::orders::Place;

async fn send(site: &Site, kind: &str, bytes: Vec<u8>) -> Answer {
    let bearer = format!("Bearer {}", site.key);
    site.ask(Method::POST, "/api/v1/photos", &[("authorization", &bearer), ("content-type", kind)], bytes).await
}

/// A photo as it is served with an order.
async fn served(site: &Site, bytes: Vec<u8>) -> Vec<u8> {
    let kept = send(site, "image/jpeg", bytes).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    let id = kept.json()["id"].as_str().unwrap().parse().unwrap();
    let number = site.place(Place { photos: vec![id], ..site.lamp() }).await.number;
    let answer = site.get(&format!("/orders/{number}/photos/{id}")).await;
    assert_eq!(answer.header("content-type"), "image/jpeg");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-security-policy").contains("sandbox"));
    answer.body.to_vec()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_nothing_is_kept() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let good = pictures::jpeg();
        let bad: [(&str, Vec<u8>, &str, &str); 6] = [
            (
                "a text named .jpg",
                b"I am no photo, whatever my name says".to_vec(),
                "photo_kind",
                "Only JPEG, PNG or WebP",
            ),
            ("a GIF", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "photo_kind", "Only JPEG, PNG or WebP"),
            (
                "an SVG",
                b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
                "photo_kind",
                "Only JPEG",
            ),
            ("a huge claim", pictures::huge_claim(), "photo_pixels", "too many pixels"),
            ("a cut PNG", pictures::png()[..100].to_vec(), "photo_broken", "cannot be opened"),
            ("only a beginning", good[..20].to_vec(), "photo_broken", "cannot be opened"),
        ];
        let mut browser = Browser::open(&site, "en").await;
        for (what, bytes, code, sentence) in bad {
            send(&site, "image/jpeg", bytes.clone()).await.is_problem(422, code);
            let fields = [
                ("category", LAMP),
                ("place", GARDEN),
                ("description", "我写的字还在"),
                ("asked", "which"),
                ("asked", "similar"),
                ("asked", "questions"),
            ];
            let answer = browser.submit_files("/orders", &fields, &[("photo", "lamp.jpg", &bytes)]).await;
            answer.is_page(422, sentence);
            assert!(answer.text().contains("我写的字还在"), "{engine} {what}: what was typed is lost");
        }
        send(&site, "application/pdf", good.clone()).await.is_problem(415, "not_photo");
        send(&site, "image/jpeg", vec![0; 40 * 1024 * 1024]).await.is_problem(413, "body_large");
        // More than the rules allow for one photo, less than the door takes.
        let padded = [good.clone(), vec![0; 16 * 1024 * 1024]].concat();
        send(&site, "image/jpeg", padded).await.is_problem(422, "photo_large");
        assert_eq!(site.rows().await, before, "{engine}");
        let many: Vec<(&str, &str, &[u8])> = (0..7).map(|_| ("photo", "a.jpg", good.as_slice())).collect();
        let fields = [
            ("category", LAMP),
            ("place", GARDEN),
            ("description", "七张"),
            ("asked", "which"),
            ("asked", "similar"),
            ("asked", "questions"),
        ];
        browser.submit_files("/orders", &fields, &many).await.is_page(422, "Too many photos");
        assert_eq!(site.rows().await[0], before[0], "{engine}: no order");
    })
    .await;
}

#[tokio::test]
async fn only_the_picture_is_served() {
    on_both(|site, engine| async move {
        let sent = pictures::jpeg_with_position();
        assert!(holds(&sent, b"SecretCamera") && holds(&sent, b"Exif"));
        let clean = served(&site, sent).await;
        assert!(!holds(&clean, b"SecretCamera") && !holds(&clean, b"Exif"), "{engine}: the position is still there");

        let sent = pictures::polyglot();
        assert!(holds(&sent, b"<script>"));
        assert!(!holds(&served(&site, sent).await, b"<script>"), "{engine}");

        let sent = pictures::animated();
        assert!(holds(&sent, b"acTL"));
        let still = served(&site, sent).await;
        let picture = image::load_from_memory(&still).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 48), "{engine}: the first frame is kept");
    })
    .await;
}

#[tokio::test]
async fn a_photo_belongs_to_one_order() {
    on_both(|site, engine| async move {
        let id = send(&site, "image/jpeg", pictures::jpeg()).await.json()["id"].clone();
        let order = serde_json::json!({ "category": LAMP, "place": GARDEN, "description": "灯", "photos": [id] });
        let first = site.post("/api/v1/orders", &order).await;
        assert_eq!(first.status, 201);
        let before = site.rows().await;
        site.post("/api/v1/orders", &order).await.is_problem(422, "unknown_photo");
        let join = format!("/api/v1/orders/{}/reporters", first.json()["number"].as_str().unwrap());
        site.post(&join, &serde_json::json!({ "photos": order["photos"] })).await.is_problem(422, "unknown_photo");
        assert_eq!(site.rows().await, before, "{engine}: half an order was saved");
    })
    .await;
}

/// A document of one empty page, as small as PDF allows.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[tokio::test]
async fn lists_get_a_smaller_picture_and_nobody_keeps_what_is_hidden() {
    on_both(|site, engine| async move {
        let large = pictures::large();
        let id = site.app.keep_photo(large, false).await.unwrap();
        let open = site.place(Place { photos: vec![id], ..site.lamp() }).await;
        let page = site.get(&format!("/orders/{}", open.number)).await.text();
        assert!(page.contains(&format!("photos/{id}?size=small")), "{engine}: {page}");
        let side = |answer: &Answer| image::load_from_memory(&answer.body).unwrap().width();
        let address = format!("/orders/{}/photos/{id}", open.number);
        let (whole, small) = (site.get(&address).await, site.get(&format!("{address}?size=small")).await);
        assert_eq!((side(&whole), side(&small)), (1200, 480), "{engine}");
        assert!(small.body.len() * 3 < whole.body.len());
        for answer in [&whole, &small] {
            assert!(answer.header("cache-control").starts_with("public"));
            assert!(answer.header("content-disposition").starts_with("inline; filename=\"20"), "{engine}");
        }
        let id = site.app.keep_photo(pictures::jpeg(), false).await.unwrap();
        let hidden = site.place(Place { private: true, photos: vec![id], ..site.lamp() }).await;
        let address = format!("/orders/{}/photos/{id}?size=small", hidden.number);
        assert_eq!(site.get(&address).await.status, 404, "{engine}");
        let own = site.get(&format!("{address}&key={}", hidden.secret)).await;
        assert_eq!((own.status.as_u16(), own.header("cache-control")), (200, "private, no-store"), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn staff_attach_documents_which_are_only_saved() {
    on_both(|site, engine| async move {
        let number = site.place(site.lamp()).await.number;
        let mut browser = Browser::open(&site, "en").await;
        let fields = [
            ("category", LAMP),
            ("place", GARDEN),
            ("description", "灯"),
            ("asked", "which"),
            ("asked", "similar"),
            ("asked", "questions"),
        ];
        let refused = browser.submit_files("/orders", &fields, &[("photo", "report.pdf", PDF)]).await;
        refused.is_page(422, "Only JPEG, PNG or WebP");

        let file = site.app.keep_evidence(PDF.to_vec()).await.unwrap();
        let cut = site.app.keep_evidence(PDF[..PDF.len() - 8].to_vec()).await.unwrap_err();
        assert_eq!(cut.code(), "document_broken");
        let staff = site.staff(GARDEN);
        let seen = luyuan_app::orders::Seen { number: number.clone(), version: None };
        site.app.accept(&staff, &seen).await.unwrap();
        site.app.contact(&staff, &seen, "说好明天来".into()).await.unwrap();
        let reply = luyuan_app::orders::Replying { text: "已换灯泡".into(), files: vec![file] };
        site.app.reply(&staff, &seen, reply).await.unwrap();
        let page = site.get(&format!("/orders/{number}")).await.text();
        assert!(page.contains("文件（PDF）") || page.contains("Document (PDF)"), "{engine}: {page}");
        let answer = site.get(&format!("/orders/{number}/photos/{file}?size=whole")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/pdf"));
        assert!(answer.header("content-disposition").starts_with("attachment; "), "{engine}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        assert_eq!(answer.body, PDF, "{engine}");
        // Programs are promised pictures.
        assert_eq!(site.get(&format!("/api/v1/orders/{number}/photos/{file}")).await.status, 404);
    })
    .await;
}
