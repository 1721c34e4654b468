//! Forms: fields and photos, url-encoded or multipart, with the token checked.

use crate::{Site, fault::Fault, request::decoded, viewer::Viewer};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header},
    response::Response,
};
use luyuan_app::{App, AppError};
use luyuan_domain::ids::FileId;

/// A form that came from one of our own pages.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Name and value, in the order sent.
    pub fields: Vec<(String, String)>,
    /// Photos, in the order sent.
    pub photos: Vec<Bytes>,
}

impl Form {
    /// A field's value without surrounding white space; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// A field's value as it was typed: white space may be part of a password.
    pub fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Keeps the photos; what was kept before a bad one stays free, and is not lost.
    pub async fn keep_photos(&self, app: &App, evidence: bool) -> Result<Vec<FileId>, AppError> {
        let mut kept = Vec::with_capacity(self.photos.len());
        for photo in &self.photos {
            kept.push(app.keep_photo(photo.to_vec(), evidence).await?);
        }
        Ok(kept)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Site> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let viewer = request.extensions().get::<Viewer>().cloned();
        let viewer =
            viewer.ok_or_else(|| axum::response::IntoResponse::into_response(axum::http::StatusCode::BAD_REQUEST))?;
        let form = read(request, site).await.map_err(|fault| fault.page(&viewer))?;
        if form.get("token").is_empty() || form.get("token") != viewer.token {
            return Err(Fault::forged().page(&viewer));
        }
        Ok(form)
    }
}

async fn read(request: Request, site: &Site) -> Result<Form, Fault> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = if kind.starts_with("multipart/form-data") {
        multipart(request, site).await?
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        let body = Bytes::from_request(request, site).await.map_err(|error| Fault::of_status(error.status()))?;
        Form { fields: fields(&body).ok_or_else(Fault::encoding)?, photos: Vec::new() }
    } else {
        return Err(Fault::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    // No database keeps it, and no keyboard writes it.
    if form.fields.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Fault::unreadable());
    }
    Ok(form)
}

/// The fields of a url-encoded form; none when they are not in UTF-8: a text that was decoded wrongly
/// would be kept as rubbish.
fn fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    let plain: Vec<u8> = body.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let pairs = plain.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            Some((decoded(halves.next()?)?, decoded(halves.next().unwrap_or_default())?))
        })
        .collect()
}

async fn multipart(request: Request, site: &Site) -> Result<Form, Fault> {
    let broken = |error: MultipartError| Fault::of_status(error.status());
    let mut parts = Multipart::from_request(request, site).await.map_err(|_| Fault::unreadable())?;
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(broken)?;
        if !file {
            let value = String::from_utf8(bytes.into()).map_err(|_| Fault::encoding())?;
            form.fields.push((name, value));
        } else if !bytes.is_empty() {
            // A browser sends an empty file for an empty field.
            form.photos.push(bytes);
        }
    }
    Ok(form)
}
