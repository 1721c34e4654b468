//! Forms: fields and photos, url-encoded or multipart, with the token checked.

use crate::{Site, fault::Fault, viewer::Viewer};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
    response::Response,
};

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
    if !kind.starts_with("multipart/form-data") {
        let fields =
            axum::Form::<Vec<(String, String)>>::from_request(request, site).await.map_err(|_| Fault::unreadable())?;
        return Ok(Form { fields: fields.0, photos: Vec::new() });
    }
    let mut parts = Multipart::from_request(request, site).await.map_err(|_| Fault::unreadable())?;
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(|_| Fault::unreadable())? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            let bytes = part.bytes().await.map_err(|_| Fault::unreadable())?;
            // A browser sends an empty file for an empty field.
            if !bytes.is_empty() {
                form.photos.push(bytes);
            }
        } else {
            let value = part.text().await.map_err(|_| Fault::unreadable())?;
            form.fields.push((name, value));
        }
    }
    Ok(form)
}
