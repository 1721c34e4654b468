//! Reading what a program posts: url-encoded, or multipart with pictures.

use super::params::Params;
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};

/// A form with the files that came with it.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Fields.
    pub fields: Params,
    /// Files, in the order sent, whatever their fields are called.
    pub files: Vec<Bytes>,
}

/// Why a body cannot be read; the key of the sentence.
pub(super) type Unreadable = &'static str;

/// Reads a body.
pub(super) async fn read(request: Request) -> Result<Form, Unreadable> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).map(|name| name.trim_matches('"'));
    if charset.is_some_and(|name| !["utf-8", "utf8", "us-ascii"].contains(&name)) {
        return Err("open311-charset");
    }
    match media {
        "multipart/form-data" => multipart(request).await,
        "application/x-www-form-urlencoded" | "" => {
            let bytes = Bytes::from_request(request, &()).await.map_err(|_| "open311-too-large")?;
            let text = std::str::from_utf8(&bytes).map_err(|_| "open311-charset")?;
            let fields = Params::parse(text).ok_or("open311-charset")?;
            Ok(Form { fields, files: Vec::new() })
        }
        _ => Err("open311-body"),
    }
}

async fn multipart(request: Request) -> Result<Form, Unreadable> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| "open311-body")?;
    let mut form = Form::default();
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { "open311-too-large" } else { "open311-body" }
    };
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(unreadable)?;
        if file {
            // An empty file is what a form sends for a field that was left empty.
            if !bytes.is_empty() {
                form.files.push(bytes);
            }
        } else {
            let value = String::from_utf8(bytes.to_vec()).map_err(|_| "open311-charset")?;
            form.fields.0.push((name, value));
        }
    }
    Ok(form)
}

impl Form {
    /// `attribute[CODE]`, `attribute[CODE][]` and `attribute[CODE][0]`, in the order sent.
    pub fn attributes(&self) -> Vec<(String, Vec<String>)> {
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in &self.fields.0 {
            let Some((code, rest)) = name.strip_prefix("attribute[").and_then(|rest| rest.split_once(']')) else {
                continue;
            };
            if !(rest.is_empty() || rest.starts_with('[') && rest.ends_with(']')) {
                continue;
            }
            match all.iter_mut().find(|(known, _)| known == code) {
                Some((_, values)) => values.push(value.clone()),
                None => all.push((code.to_owned(), vec![value.clone()])),
            }
        }
        all
    }

    /// Addresses of pictures that lie elsewhere.
    pub fn media(&self) -> Vec<String> {
        ["media_url", "media_url[]"].iter().flat_map(|name| self.fields.all(name)).map(str::to_owned).collect()
    }
}
