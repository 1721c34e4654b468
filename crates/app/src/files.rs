//! Photos: checked by content, made small, stripped of what they tell about the photographer; and
//! documents, which only staff attach.

mod bucket;
mod lying;
mod position;

use crate::{App, AppError, env::sha256};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, imageops::FilterType};
use luyuan_domain::{
    geo::Wgs84,
    ids::{FileId, JurisdictionId, OrderId},
};
use luyuan_store::{
    Conn,
    files::{self, FileRow},
};
pub(crate) use lying::is_hash;
pub use lying::{Files, Lying};
use std::io::Cursor;

/// Most bytes that decoding may take.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// Longest side of what is kept: enough to read a door plate, small enough for a phone.
const KEPT_SIDE: u32 = 2048;
/// Longest side of the smaller picture in lists: twice as wide as it is shown, for dense screens.
const SMALL_SIDE: u32 = 480;

impl App {
    /// Keeps a photo; it belongs to nothing until an order takes it.
    ///
    /// The picture is decoded and encoded anew, so that nothing but pixels is kept: no position, no
    /// camera, no hidden payload. The bytes are on disk before the row is.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `photo_large` or `photo_pixels` for what the rules of the day do not
    /// allow, `photo_kind` or `photo_broken`.
    pub async fn keep_photo(&self, bytes: Vec<u8>, evidence: bool) -> Result<FileId, AppError> {
        let row = self.photo_row(bytes, evidence).await?;
        let (j, id) = (self.jurisdiction.clone(), row.id);
        self.db
            .write(move |mut conn| Box::pin(async move { files::insert(&mut conn, &j, &row).await }))
            .await
            .map_err(AppError::Store)?;
        Ok(id)
    }

    /// Checks a photo, draws it anew, and puts its bytes on disk; the row that is to be kept.
    pub(crate) async fn photo_row(&self, bytes: Vec<u8>, evidence: bool) -> Result<FileRow, AppError> {
        let day = self.rulebook().on(self.env.now())?;
        let (most_bytes, most_pixels) = (day.rules.rules.max_photo_bytes, day.rules.rules.max_photo_pixels);
        if bytes.len() as u64 > most_bytes {
            return Err(AppError::wrong("photo", "photo_large", (most_bytes / 1_000_000).to_string()));
        }
        let drawn = tokio::task::spawn_blocking(move || redraw(&bytes, most_pixels))
            .await
            .map_err(|error| AppError::File(error.to_string()))??;
        let mut row = self.row_of(drawn.whole, "image/jpeg", evidence).await?;
        row.size = Some(drawn.size);
        if let Some(small) = drawn.small {
            let name = sha256(&small);
            self.files.put(&name, small).await?;
            row.small = Some(name);
        }
        Ok(row)
    }

    /// Puts bytes on disk; the row that is to be kept.
    async fn row_of(&self, bytes: Vec<u8>, media_type: &str, evidence: bool) -> Result<FileRow, AppError> {
        let (name, length) = (sha256(&bytes), bytes.len() as u64);
        self.files.put(&name, bytes).await?;
        Ok(FileRow {
            id: FileId(self.env.id()),
            order: None,
            sha256: name,
            media_type: media_type.into(),
            bytes: length,
            small: None,
            size: None,
            evidence,
            added_at: self.env.now(),
        })
    }

    /// Keeps what staff attach to a reply: a photo, or a document in PDF. A document is kept as it
    /// is, with everything that its writer left in it, and is only ever handed over to be saved.
    ///
    /// # Errors
    /// As [`App::keep_photo`]; `document_large` and `document_broken` for a document.
    pub async fn keep_evidence(&self, bytes: Vec<u8>) -> Result<FileId, AppError> {
        if !bytes.starts_with(b"%PDF-") {
            return self.keep_photo(bytes, true).await;
        }
        let most = self.rulebook().on(self.env.now())?.rules.rules.max_photo_bytes;
        if bytes.len() as u64 > most {
            return Err(AppError::wrong("photo", "document_large", (most / 1_000_000).to_string()));
        }
        // ISO 32000-2, 7.5.5: the last line is %%EOF; readers look for it in the last 1024 bytes.
        let end = &bytes[bytes.len().saturating_sub(1024)..];
        if !end.windows(5).any(|part| part == b"%%EOF") {
            return Err(AppError::wrong("photo", "document_broken", ""));
        }
        let row = self.row_of(bytes, "application/pdf", true).await?;
        let (j, id) = (self.jurisdiction.clone(), row.id);
        let kept = self.db.write(move |mut conn| Box::pin(async move { files::insert(&mut conn, &j, &row).await }));
        kept.await.map_err(AppError::Store)?;
        Ok(id)
    }

    /// Where a photo says that it was taken; asked only when the person agreed to use it.
    pub fn photo_position(&self, bytes: &[u8]) -> Option<Wgs84> {
        position::of(bytes)
    }

    /// Takes bytes away that no row names any more.
    pub(crate) async fn drop_bytes(&self, name: &str) -> Result<(), AppError> {
        let asked = name.to_owned();
        let named = self.db.read(move |mut conn| Box::pin(async move { files::is_named(&mut conn, &asked).await }));
        if named.await.map_err(AppError::Store)? || self.files.get(name).await?.is_none() {
            return Ok(());
        }
        self.files.remove(&format!("{}/{name}", &name[..2])).await
    }

    /// A photo's row and bytes.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn photo(&self, id: FileId) -> Result<(FileRow, Vec<u8>), AppError> {
        let j = self.jurisdiction.clone();
        let row = self
            .db
            .read(move |mut conn| Box::pin(async move { files::get(&mut conn, &j, id).await }))
            .await
            .map_err(AppError::Store)?;
        let row = row.ok_or(AppError::NotFound("photo"))?;
        let bytes = self.bytes(&row.sha256).await?;
        Ok((row, bytes))
    }

    /// The bytes of a file that a row names.
    ///
    /// # Errors
    /// [`AppError::File`] when they are gone.
    pub async fn bytes(&self, sha256: &str) -> Result<Vec<u8>, AppError> {
        let bytes = self.files.get(sha256).await?;
        bytes.ok_or_else(|| AppError::File(format!("the file {sha256} is missing; `luyuan doctor` tells of all")))
    }
}

/// Makes a kept photo part of an order, unless it belongs to another.
pub(crate) async fn take(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    photo: FileId,
    order: OrderId,
) -> Result<(), AppError> {
    let free = files::get(conn, j, photo).await?.is_some_and(|file| file.order.is_none());
    if !free {
        return Err(AppError::wrong("photo", "unknown_photo", photo.to_string()));
    }
    Ok(files::attach(conn, j, photo, order).await?)
}

/// A picture drawn anew.
struct Drawn {
    whole: Vec<u8>,
    /// For lists, when it is worth it.
    small: Option<Vec<u8>>,
    /// Width and height of the whole.
    size: (u32, u32),
}

/// Decodes a picture, turns it upright, makes it small, and encodes it anew.
fn redraw(bytes: &[u8], most_pixels: u64) -> Result<Drawn, AppError> {
    let large = || AppError::wrong("photo", "photo_pixels", (most_pixels / 1_000_000).to_string());
    let broken = |error: image::ImageError| match error {
        image::ImageError::Limits(_) => large(),
        image::ImageError::Unsupported(_) => AppError::wrong("photo", "photo_kind", ""),
        _ => AppError::wrong("photo", "photo_broken", ""),
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| AppError::wrong("photo", "photo_broken", ""))?;
    match reader.format() {
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) => {}
        _ => return Err(AppError::wrong("photo", "photo_kind", "")),
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    // Before anything is decoded: a small file may claim to be a huge picture.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most_pixels {
        return Err(large());
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    if picture.width().max(picture.height()) > KEPT_SIDE {
        picture = picture.resize(KEPT_SIDE, KEPT_SIDE, FilterType::CatmullRom);
    }
    let picture = DynamicImage::ImageRgb8(picture.into_rgb8());
    let encoded = |picture: &DynamicImage| {
        let mut out = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 85);
        picture.write_with_encoder(encoder).map_err(broken).map(|()| out)
    };
    let size = (picture.width(), picture.height());
    let small = (size.0.max(size.1) > SMALL_SIDE).then(|| encoded(&picture.thumbnail(SMALL_SIDE, SMALL_SIDE)));
    Ok(Drawn { whole: encoded(&picture)?, small: small.transpose()?, size })
}
