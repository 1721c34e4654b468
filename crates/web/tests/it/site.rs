//! A demonstration district with its routes, for one test on one engine.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt;
use luyuan_app::{App, env::Env};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::Db;
use tower::ServiceExt;

/// The site under test.
pub struct Site {
    /// The use cases behind it.
    pub app: App,
    /// The key with which programs place orders.
    pub key: String,
    router: Router,
    _files: tempfile::TempDir,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header's value; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a plain header"))
    }
}

impl Site {
    /// A district with its demonstration orders.
    pub async fn new(db: Db) -> Self {
        let files = tempfile::tempdir().unwrap();
        let app =
            App::start(db, JurisdictionId("erqi".into()), files.path().join("files"), Env::default()).await.unwrap();
        app.load_rules().await.unwrap();
        let key = app.load_demo(|_| {}).await.unwrap().api_key;
        let site = luyuan_web::Site::new(app.clone(), "http://erqi.example".into(), true);
        Self { app, key, router: luyuan_web::router(site), _files: files }
    }

    /// Sends anything.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.into())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    /// Sends a url-encoded form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[], fields).await
    }

    /// As [`Site::post`], with more headers.
    pub async fn post_with(&self, path: &str, more: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let kind = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let headers: Vec<_> = more.iter().copied().chain([kind]).collect();
        self.send("POST", path, &headers, body.join("&")).await
    }

    /// Sends a multipart form with files: field, file name, bytes.
    pub async fn post_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        self.post_files_with(path, &[], fields, files).await
    }

    /// As [`Site::post_files`], with more headers.
    pub async fn post_files_with(
        &self,
        path: &str,
        more: &[(&str, &str)],
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, file, bytes) in files {
            let head =
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n");
            body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend(b"--edge--\r\n");
        let headers: Vec<_> =
            more.iter().copied().chain([("content-type", "multipart/form-data; boundary=edge")]).collect();
        self.send("POST", path, &headers, body).await
    }
}

/// Percent-encodes.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A small picture.
pub fn picture(format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(12, 8).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
