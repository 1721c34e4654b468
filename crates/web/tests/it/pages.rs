//! Pages that say what went wrong, in both languages; and what is shown when something fails inside.

use crate::district::{Browser, GARDEN, Site, on_both};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

#[tokio::test]
async fn errors_speak_the_readers_language() {
    on_both(|site, _| async move {
        for (language, lost, method, login) in
            [("en", "Not found", "does not take that method", "Please log in"), ("zh-CN", "没有", "不接受", "请先登录")]
        {
            let mut browser = Browser::open(&site, language).await;
            let page = browser.get("/nowhere").await;
            page.is_page(404, lost);
            assert!(page.text().contains(&format!("<html lang=\"{language}\"")));
            browser.get("/work").await.is_page(401, login);
            browser
                .send(axum::http::Method::PUT, "/orders/new", "", axum::body::Body::empty())
                .await
                .is_page(405, method);
            browser.get("/orders/clusters?state=lost").await.is_problem(400, "query_state");
        }
    })
    .await;
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Breaks an order's row, as a disk or a hand in the database might.
async fn break_row(site: &Site, number: &str) {
    let number = number.to_owned();
    let written = site.app.db.write(move |mut conn| {
        Box::pin(
            async move { conn.query("UPDATE orders SET data = 'no JSON' WHERE number = $1").bind(number).run().await },
        )
    });
    assert_eq!(written.await.unwrap(), 1);
}

#[tokio::test]
async fn a_failure_inside_shows_only_the_requests_id_and_is_logged_once() {
    on_both(|site, engine| async move {
        let number = site.place(site.lamp()).await.number;
        break_row(&site, &number).await;
        let mut zh = Browser::open(&site, "zh-CN").await;
        let mut en = Browser::open(&site, "en").await;
        let log = Log::default();
        let _logging = tracing::subscriber::set_default(
            tracing_subscriber::fmt()
                .with_writer(log.clone())
                .with_ansi(false)
                .with_max_level(tracing::Level::ERROR)
                .finish(),
        );
        let page = format!("/orders/{number}?key=a-secret");
        let answers = [zh.get(&page).await, en.get(&page).await, site.get(&format!("/api/v1/orders/{number}")).await];
        answers[0].is_page(500, "系统内部出错");
        answers[1].is_page(500, "Something failed on our side");
        answers[2].is_problem(500, "internal");
        assert_eq!(answers[2].json()["request_id"], answers[2].header("x-request-id"));
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for answer in &answers {
            let id = answer.header("x-request-id");
            assert_eq!(id.len(), 36);
            assert!(answer.text().contains(id), "{engine}: the number for the operator");
            for inside in ["corrupt", "JSON", "orders.data", "sql", "SQL"] {
                assert!(!answer.text().contains(inside) || inside == "JSON", "{engine}: shows {inside}");
            }
            let lines: Vec<&str> = logged.lines().filter(|line| line.contains(id)).collect();
            assert_eq!(lines.len(), 1, "{engine}: {logged}");
            assert!(lines[0].contains("corrupt value in orders.data"), "{}", lines[0]);
        }
        assert!(!logged.contains("a-secret"), "a reporter's secret was logged");
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    on_both(|site, _| async move {
        let mut ids = std::collections::BTreeSet::new();
        for path in ["/", "/orders", "/api/v1/orders", "/api/nothing", "/nothing", &format!("/places/{GARDEN}")] {
            let answer = site.get(path).await;
            assert!(ids.insert(answer.header("x-request-id").to_owned()), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_answer_has_a_strict_policy() {
    crate::district::on_both(|site, engine| async move {
        let number = site.place(site.lamp()).await.number;
        let paths = [
            "/",
            "/orders",
            "/orders/new",
            "/login",
            "/places/410103",
            "/rules",
            "/no/such/page",
            "/api/v1/orders",
            "/api/openapi.json",
            "/open311/v2/services.xml",
            "/open311/discovery.html",
            "/health/ready",
        ];
        let own = [format!("/orders/{number}"), format!("/api/v1/orders/{number}"), "/orders/export.csv".to_owned()];
        for path in paths.into_iter().map(str::to_owned).chain(own) {
            let answer = site.get(&path).await;
            let policy = answer.header("content-security-policy");
            assert!(
                !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
                "{engine} {path}: {policy}"
            );
            for part in [
                "default-src 'self'",
                "object-src 'none'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "form-action 'self'",
            ] {
                assert!(policy.contains(part), "{engine} {path}: {part} is not in {policy}");
            }
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{engine} {path}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{engine} {path}");
            // The policy would stop them; that there are none is what makes it strict.
            if answer.header("content-type").starts_with("text/html") {
                let page = answer.text();
                let inline = page.split("<script").skip(1).any(|tag| !tag.split('>').next().unwrap().contains("src="));
                assert!(
                    !inline && !page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick="),
                    "{path}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn cookies_are_for_tls_alone_where_the_site_is() {
    crate::district::on_both(|site, engine| async move {
        use tower::ServiceExt as _;
        for (address, secure) in [("https://orders.example.org", true), ("http://127.0.0.1:8311", false)] {
            let router = luyuan_web::router(luyuan_web::Site::new(site.app.clone(), address.into(), true));
            let request = axum::http::Request::get("/login").body(axum::body::Body::empty()).unwrap();
            let answer = router.oneshot(request).await.unwrap();
            let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
            assert!(!cookies.is_empty(), "{engine}");
            for cookie in cookies {
                assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{engine}: {cookie}");
                assert_eq!(cookie.contains("; Secure"), secure, "{engine}: {cookie}");
            }
            assert_eq!(answer.headers().contains_key("strict-transport-security"), secure);
        }
    })
    .await;
}
