//! Every address that takes a form wants the token of our own page: none, a wrong one, and one of
//! another browser are refused, and nothing is saved.

use crate::{
    district::{Browser, GARDEN, on_both},
    permission::routes::balanced,
};
use std::{collections::BTreeSet, fs, path::Path};

/// Takes a photo and says where it was taken: it keeps nothing, so anybody may send one.
const KEEPS_NOTHING: &str = "/places/at";

/// Where a mail program posts with one click, without a page of ours before it (RFC 8058): the link
/// itself is the proof, and one that was never sent changes nothing.
const BY_MAIL: &str = "/unsubscribe/{token}";

/// An id that nothing has.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// The addresses that take a form, read from the code of the pages: a new one is tested by itself.
fn addresses() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let (mut found, mut todo) = (BTreeSet::new(), vec![folder]);
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|file| file.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for part in text.split(".route(").skip(1) {
            let route = balanced(part);
            if route.contains("post(") {
                let path = route.trim_start().trim_start_matches('"').split('"').next().unwrap();
                found.insert(path.to_owned());
            }
        }
    }
    found
}

#[test]
fn the_addresses_are_found() {
    let found = addresses();
    for known in ["/orders", "/login", "/logout", "/orders/{number}/{act}", "/orders/{number}/rating"] {
        assert!(found.contains(known), "{found:?}");
    }
}

#[tokio::test]
async fn forms_from_elsewhere_are_refused() {
    on_both(|site, engine| async move {
        let number = site.place(site.lamp()).await.number;
        let mut stranger = Browser::open(&site, "en").await;
        let mut staff = Browser::open(&site, "zh-CN").await;
        staff.log_in("compound").await;
        let (other, own) = (stranger.token(), staff.token());
        assert_ne!(other, own);
        let before = site.rows().await;
        for address in addresses() {
            let path = address.replace("{number}", &number).replace("{act}", "acceptance").replace("{code}", GARDEN);
            let path = path.replace("{id}", NOBODY).replace("{name}", "000000000000");
            let path = path.replace("{token}", "abcdefghjkmnpqrstvwxyz0123");
            assert!(!path.contains('{'), "{path}: say above what stands in the braces");
            if address == KEEPS_NOTHING {
                assert_eq!(staff.submit_bare(&path, &[]).await.text(), "null");
                continue;
            }
            if address == BY_MAIL {
                assert_eq!(staff.submit_bare(&path, &[]).await.status, 404);
                continue;
            }
            for token in [None, Some(""), Some("wrong"), Some(other.as_str())] {
                let fields: Vec<(&str, &str)> = token.iter().map(|token| ("token", *token)).collect();
                let answer = staff.submit_bare(&path, &fields).await;
                answer.is_page(403, "来源不对");
            }
            let answer = stranger.submit_bare(&path, &[("token", own.as_str())]).await;
            answer.is_page(403, "came from elsewhere");
        }
        assert_eq!(site.rows().await, before, "{engine}");
        assert_eq!(staff.get("/work").await.status, 200, "still logged in");
        let order = site.app.order(&site.staff(GARDEN), &number, None).await.unwrap().order;
        assert_eq!(order.state.code(), "routed");
    })
    .await;
}
