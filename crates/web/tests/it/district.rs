//! A demonstration district behind the site's router, without a network; and a browser for it.

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use luyuan_app::{
    App,
    env::Env,
    orders::{Contact, Place, Placed, Where},
};
use luyuan_domain::{
    actor::Actor,
    ids::{JurisdictionId, PersonId},
    orders::{Channel, Kind},
    roles::Role,
};
use luyuan_store::{Db, testing::on_both_engines};
use serde_json::Value;
use std::future::Future;
use tower::ServiceExt;

/// A compound in the middle of the district, with an organisation of its own.
pub const GARDEN: &str = "410103012012001";
/// A street lamp that does not work.
pub const LAMP: &str = "E01037";

/// The site under test.
#[derive(Clone)]
pub struct Site {
    pub app: App,
    pub key: String,
    router: Router,
}

/// What it answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    /// A page that says what is wrong, with one of the sentences.
    pub fn is_page(&self, status: u16, sentence: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert!(self.header("content-type").starts_with("text/html"), "{:?}", self.headers);
        assert!(self.text().contains(sentence), "no `{sentence}` in {}", self.text());
    }

    /// A problem with a code.
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json()["code"], code, "{}", self.text());
        assert_eq!(self.json()["status"], status);
        assert!(self.json()["detail"].as_str().is_some_and(|detail| detail.len() > 5 && !detail.contains("error-")));
    }
}

/// Runs a test on a fresh district on SQLite and on PostgreSQL.
pub async fn on_both<F, T>(test: F)
where
    F: Fn(Site, &'static str) -> T,
    T: Future<Output = ()>,
{
    on_both_engines(|db, engine| {
        let test = &test;
        async move {
            let files = tempfile::tempdir().unwrap();
            test(Site::new(db, files.path()).await, engine).await;
        }
    })
    .await;
}

impl Site {
    /// A fresh district on a database.
    pub async fn new(db: Db, files: &std::path::Path) -> Self {
        let app = App::start(db, JurisdictionId("erqi".into()), files.join("files"), Env::default()).await.unwrap();
        app.load_rules().await.unwrap();
        app.reload().await.unwrap();
        let welcome = app.load_demo(|_| {}).await.unwrap();
        let address = "https://erqi.example".to_owned();
        let router = luyuan_web::router(luyuan_web::Site::new(app.clone(), address, true));
        Self { app, key: welcome.api_key, router }
    }

    /// The same site in a deployment that is set up like this.
    pub fn set_up(&self, settings: luyuan_app::settings::Settings) -> Self {
        let app = self.app.clone().set_up(settings).unwrap();
        let address = "https://erqi.example".to_owned();
        let router = luyuan_web::router(luyuan_web::Site::new(app.clone(), address, true));
        Self { app, key: self.key.clone(), router }
    }

    /// The same site with limits.
    pub fn limited(&self, bounds: luyuan_web::Bounds) -> Self {
        let limits = luyuan_web::Limits::new(bounds);
        let operating = luyuan_web::Operating { limits, ..luyuan_web::Operating::default() };
        let address = "https://erqi.example".to_owned();
        let router = luyuan_web::router(luyuan_web::Site::run_as(self.app.clone(), address, true, operating));
        Self { app: self.app.clone(), key: self.key.clone(), router }
    }

    /// The same site with the world outside reached so.
    pub fn reach(&self, settings: luyuan_app::outside::Settings) -> Self {
        let mut app = self.app.clone();
        app.outside = luyuan_app::outside::Outside::new(settings);
        let address = "https://erqi.example".to_owned();
        let router = luyuan_web::router(luyuan_web::Site::new(app.clone(), address, true));
        Self { app, key: self.key.clone(), router }
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.open(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends a request; the body may go on.
    pub async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request with headers and a body.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Asks for a path as a program does, in English.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], Body::empty()).await
    }

    /// Posts JSON with the key, in English.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, &[], body).await
    }

    /// Posts JSON with the key and more headers.
    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let own = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.ask(Method::POST, path, &[&own[..], headers].concat(), body.to_string()).await
    }

    /// Rows of orders, reporters, events, files and kept answers: the same when nothing was saved.
    pub async fn rows(&self) -> [i64; 5] {
        let read = self.app.db.read(|mut conn| {
            Box::pin(async move {
                let row = conn
                    .query(
                        "SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM reporters),
                           (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM files), (SELECT COUNT(*) FROM idempotency)",
                    )
                    .one()
                    .await?;
                Ok::<_, luyuan_store::StoreError>([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
            })
        });
        read.await.unwrap()
    }

    /// Somebody who acts for an organisation.
    pub fn staff(&self, code: &str) -> Actor {
        let org = self.app.directory().org_by_code(code).unwrap().id;
        self.app.acting(PersonId(self.app.env.id()), org, Role::Lead).unwrap()
    }

    /// A lamp that does not work in the garden.
    pub fn lamp(&self) -> Place {
        let directory = self.app.directory();
        Place {
            kind: Kind::Help,
            category: LAMP.into(),
            description: "门口路灯不亮".into(),
            at: Where {
                point: directory.place_by_code(GARDEN).unwrap().centre,
                place_code: None,
                address: "金祥花园".into(),
            },
            channel: Channel::Web,
            private: false,
            attributes: Vec::new(),
            contact: Contact::default(),
            photos: Vec::new(),
            key: None,
        }
    }

    /// Places an order.
    pub async fn place(&self, order: Place) -> Placed {
        self.app.place(&Actor::Anyone, order).await.unwrap()
    }
}

/// A browser: cookies, a language, and forms with their token.
pub struct Browser {
    site: Site,
    language: &'static str,
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// Opens the front page.
    pub async fn open(site: &Site, language: &'static str) -> Self {
        let mut browser = Self { site: site.clone(), language, cookies: Vec::new() };
        assert_eq!(browser.get("/").await.status, StatusCode::OK);
        assert!(!browser.token().is_empty());
        browser
    }

    /// The forms' token.
    pub fn token(&self) -> String {
        self.cookies.iter().find(|(name, _)| name == "luyuan_form").map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// All cookies, as a browser sends them.
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Logs in with a demonstration account.
    pub async fn log_in(&mut self, login: &str) {
        let answer = self.submit("/login", &[("login", login), ("password", luyuan_app::demo::PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }

    /// Looks at a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Body::empty()).await
    }

    /// Submits a form with its token.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        self.submit_bare(path, &[&[("token", token.as_str())], fields].concat()).await
    }

    /// Submits a form as it is.
    pub async fn submit_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send(Method::POST, path, "application/x-www-form-urlencoded", pairs.join("&").into()).await
    }

    /// Submits a form with its token and files: name, file name, bytes.
    pub async fn submit_files(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let token = self.token();
        let fields = [&[("token", token.as_str())], fields].concat();
        let body = multipart(&fields, files);
        self.send(Method::POST, path, "multipart/form-data; boundary=BORDER", body.into()).await
    }

    /// Sends anything with the browser's cookies.
    pub async fn send(&mut self, method: Method, path: &str, kind: &str, body: Body) -> Answer {
        let cookies = self.cookies();
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT_LANGUAGE, self.language);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = self.site.send(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }
}

/// The bytes of a multipart form with the border `BORDER`.
pub fn multipart(fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--BORDER\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.bytes());
    }
    for (name, file, bytes) in files {
        let head = format!(
            "--BORDER\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: image/jpeg\r\n\r\n"
        );
        body.extend(head.bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
    }
    body.extend(b"--BORDER--\r\n");
    body
}

/// Percent-encodes a value.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
