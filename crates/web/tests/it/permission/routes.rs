//! The routes of the site as the source has them, and what is sent to each.

use super::{
    Ground,
    actors::{Asker, ELSEWHERE, STREET},
};
use crate::district::{GARDEN, LAMP, encoded, multipart};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;
use std::{collections::BTreeSet, fs, path::Path};

const TOKEN: &str = "abcdefghjkmnpqrstvwxyz0123";

/// All Rust files below a folder.
fn sources(folder: &Path, into: &mut Vec<String>) {
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        match path.is_dir() {
            true => sources(&path, into),
            false => into.push(fs::read_to_string(path).unwrap()),
        }
    }
}

/// Up to the parenthesis that closes what comes before `text`.
pub fn balanced(text: &str) -> &str {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, letter)| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[..end.expect("a closing parenthesis").0]
}

/// The methods that a route names: a word before a parenthesis.
fn methods(route: &str) -> Vec<&'static str> {
    let named = |word: &str| {
        let ident = |letter: char| letter.is_alphanumeric() || letter == '_';
        let before = |at: usize| route[..at].chars().next_back();
        route.match_indices(&format!("{word}(")).any(|(at, _)| before(at).is_none_or(|letter| !ident(letter)))
    };
    let known =
        [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE"), ("any", "ANY")];
    known.into_iter().filter(|(word, _)| named(word)).map(|(_, method)| method).collect()
}

/// The words before `=>` that begin a line of a file after `start`.
fn arms(file: &str, start: &str, begin: char) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let (_, text) = text.split_once(start).expect("the function");
    let text = text.split("\n}").next().unwrap();
    let lines = text.lines().filter_map(|line| line.trim().split_once(" =>"));
    lines.map(|(words, _)| words.to_owned()).filter(|words| words.starts_with(begin)).collect()
}

/// Every method and path of the site.
pub fn all() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut found = BTreeSet::new();
    for text in &files {
        for other in [".nest(", ".nest_service(", ".route_service(", ".fallback_service("] {
            assert!(!text.contains(other), "routes are collected from `.route(` only, not from {other}");
        }
        for part in text.split(".route(").skip(1) {
            let route = balanced(part);
            // A use case may be called the same; a path comes first in what is a route.
            if !["\"", "&format!("].iter().any(|start| route.trim_start().starts_with(start)) {
                continue;
            }
            let path = route.split('"').nth(1).expect("a path").replace("{}", "{format}");
            let methods = methods(route);
            assert!(!methods.is_empty(), "{path} has no method");
            found.extend(methods.into_iter().map(|method| format!("{method} {path}")));
        }
    }
    // What one handler tells apart by a part of the address.
    assert!(found.remove("POST /orders/{number}/{act}") && found.remove("ANY /open311/{*path}"));
    for act in arms("src/pages/acts.rs", "async fn run(", '"') {
        found.insert(format!("POST /orders/{{number}}/{}", act.trim_matches('"')));
    }
    for parts in arms("src/open311.rs", "fn parse(path", '[') {
        let named = parts.trim_matches(['[', ']']).split(", ");
        let path: Vec<String> = named
            .map(|part| match part.strip_prefix('"') {
                Some(word) => word.trim_end_matches('"').to_owned(),
                None => format!("{{{part}}}"),
            })
            .collect();
        let path = format!("/open311/v2/{}", path.join("/"));
        // Those that take something, as the handler itself says below.
        if ["requests", "servicerequestupdates"].iter().any(|end| path.ends_with(end)) {
            found.insert(format!("POST {path}"));
        }
        found.insert(format!("GET {path}"));
    }
    found
}

/// What is sent.
pub struct Sent<'a> {
    pub ground: &'a Ground,
    pub asker: &'a Asker,
    pub secret: Option<String>,
}

impl Sent<'_> {
    fn filled(&self, path: &str) -> String {
        let photo = if path.contains("/work/orders/{number}/reporters/") {
            self.ground.reporter.as_str()
        } else if path.contains("/photos/") || path.contains("/media/") {
            self.ground.photo.as_str()
        } else if path.contains("/scenarios/") {
            self.ground.scenario.as_str()
        } else {
            NOBODY
        };
        let filled = path
            .replace("{number}", &self.ground.order.number)
            .replace("{id}", photo)
            .replace("{file}", photo)
            .replace("{token}", "00000000000000000000000000000000")
            .replace("{format}", "csv")
            .replace("{build}/{file}", "0/nothing.css")
            .replace("{z}/{x}/{y}", "14/13357/6523.mvt")
            .replace("{name}", "000000000000")
            .replace("{*rest}", "v1/nothing");
        match path.contains("/categories/") || path.contains("/services/") {
            true => filled.replace("{code}", LAMP),
            false => filled.replace("{code}", GARDEN),
        }
    }

    /// What is written into a form: enough that permission is what decides.
    fn fields(&self, path: &str, asked: &str) -> Vec<(String, String)> {
        let mut fields = vec![("token".to_owned(), TOKEN.to_owned())];
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        if let Some(secret) = &self.secret {
            add("key", secret);
        }
        add("purpose", "handle");
        add("whistle", &self.ground.whistle);
        add("reporter", &self.ground.reporter);
        add("target", &self.ground.other.number);
        add("org", ELSEWHERE);
        add("review_on", "2099-01-01");
        add("solved", "yes");
        if asked == "intake" {
            for (name, value) in
                [("channel", "phone"), ("category", LAMP), ("description", "灯不亮"), ("place", GARDEN)]
            {
                add(name, value);
            }
            add("asked", "similar");
        }
        match path.rsplit('/').next().unwrap() {
            "diversion" => add("reason", "legal_channel"),
            "scenarios" => {
                add("name", "口袋公园");
                add("edit", &self.ground.edit);
            }
            "login" => {
                add("login", "community");
                add("password", luyuan_app::demo::PASSWORD);
            }
            "roles" => {
                add("login", "lvyun");
                add("role", "nothing");
            }
            _ => {}
        }
        fields
    }

    /// The request for a route.
    pub fn build(&self, method: &Method, path: &str) -> Request<Body> {
        let program = path.starts_with("/api/") || path.starts_with("/open311/v2");
        let (bare, asked) = path.split_once('?').unwrap_or((path, ""));
        let mut query: Vec<String> = asked.split('&').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        if let Some(secret) = self.secret.as_ref().filter(|_| !program) {
            query.push(format!("key={secret}"));
        }
        let mut path = self.filled(bare);
        if bare.starts_with("/open311/v2") {
            path.push_str(if bare.ends_with("{file}") { ".jpg" } else { ".json" });
        }
        query.extend(match bare {
            "/places/at" | "/api/v1/places/at" => vec!["lat=34.75&lon=113.64".to_owned()],
            "/places/search" | "/api/v1/places" | "/api/v1/streets" => vec!["q=a".to_owned()],
            "/places/shapes" => vec![format!("in={STREET}")],
            "/orders/clusters" => vec!["zoom=12&bbox=113.6,34.7,113.7,34.8".to_owned()],
            "/api/v1/orders/similar" => vec![format!("lat=34.75&lon=113.64&category={LAMP}")],
            "/open311/v2/location" => vec!["lat=34.75&long=113.64".to_owned()],
            _ => Vec::new(),
        });
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut cookies = vec![format!("luyuan_form={TOKEN}")];
        cookies.extend(self.asker.session.as_ref().map(|token| format!("luyuan_session={token}")));
        cookies.extend(self.asker.resident.as_ref().map(|token| format!("luyuan_resident={token}")));
        let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, cookies.join("; "));
        if let Some(key) = &self.asker.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(secret) = &self.secret {
            request = request.header("order-secret", secret.as_str());
        }
        if method != Method::POST {
            return request.body(Body::empty()).unwrap();
        }
        let (kind, body): (&str, Vec<u8>) = match bare {
            "/api/v1/photos" => ("image/jpeg", crate::pictures::jpeg()),
            _ if bare.starts_with("/open311/") => (FORM, written(&self.program(bare)).into()),
            _ if program => ("application/json", self.json(bare).to_string().into()),
            _ if bare == "/places/at" => {
                let fields = [("token", TOKEN)];
                (MULTIPART, multipart(&fields, &[("photo", "a.jpg", &crate::pictures::jpeg())]))
            }
            _ => (FORM, written(&self.fields(bare, asked)).into()),
        };
        request.header(header::CONTENT_TYPE, kind).body(body.into()).unwrap()
    }

    fn program(&self, path: &str) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        if let Some(key) = &self.asker.key {
            add("api_key", key);
        }
        match path.ends_with("requests") {
            true => {
                add("service_code", LAMP);
                add("address_string", "路口");
                add("description", "灯不亮");
            }
            false => {
                for (name, value) in [
                    ("service_request_id", self.ground.other.number.as_str()),
                    ("update_id", "1"),
                    ("status", "unchanged"),
                    ("updated_datetime", "2026-01-01T00:00:00Z"),
                    ("description", "x"),
                ] {
                    add(name, value);
                }
            }
        }
        fields
    }

    fn json(&self, path: &str) -> serde_json::Value {
        match path.rsplit('/').next().unwrap() {
            "orders" => json!({ "category": LAMP, "description": "灯不亮", "place": GARDEN }),
            "what-if" => json!({ "edits": [] }),
            "rating" => json!({ "secret": self.secret, "solved": "yes" }),
            "answer" => json!({ "secret": self.secret, "text": "七号" }),
            _ => json!({}),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=BORDER";
/// An id that nothing has.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

fn written(fields: &[(String, String)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}
