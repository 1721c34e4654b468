//! Photos: checked by content, made small, stripped of what they tell about the photographer.

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
use std::io::Cursor;

/// Most bytes that decoding may take.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// Longest side of what is kept: enough to read a door plate, small enough for a phone.
const KEPT_SIDE: u32 = 2048;

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
        let (clean, size) = tokio::task::spawn_blocking(move || redraw(&bytes, most_pixels))
            .await
            .map_err(|error| AppError::File(error.to_string()))??;
        let name = sha256(&clean);
        let length = clean.len() as u64;
        self.put_bytes(&name, clean).await?;
        Ok(FileRow {
            id: FileId(self.env.id()),
            order: None,
            sha256: name,
            media_type: "image/jpeg".into(),
            bytes: length,
            size: Some(size),
            evidence,
            added_at: self.env.now(),
        })
    }

    /// Where a photo says that it was taken; asked only when the person agreed to use it.
    pub fn photo_position(&self, bytes: &[u8]) -> Option<Wgs84> {
        position::of(bytes)
    }

    /// Writes bytes under their own hash: complete or not at all.
    async fn put_bytes(&self, name: &str, bytes: Vec<u8>) -> Result<(), AppError> {
        let bad = |error: std::io::Error| AppError::File(error.to_string());
        let folder = self.files.join(&name[..2]);
        let (path, draft) = (folder.join(name), folder.join(format!("{name}.{}", self.env.id())));
        tokio::task::spawn_blocking(move || {
            use std::io::Write as _;
            std::fs::create_dir_all(&folder)?;
            if path.exists() {
                return Ok(());
            }
            let mut file = std::fs::File::create(&draft)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)?;
            // The name must survive a power cut as well as the bytes.
            std::fs::File::open(&folder)?.sync_all()
        })
        .await
        .map_err(|error| AppError::File(error.to_string()))?
        .map_err(bad)
    }

    /// Takes bytes away that no row names any more.
    pub(crate) async fn drop_bytes(&self, name: &str) -> Result<(), AppError> {
        let asked = name.to_owned();
        let named = self.db.read(move |mut conn| Box::pin(async move { files::named(&mut conn, &asked).await }));
        if named.await.map_err(AppError::Store)? {
            return Ok(());
        }
        match tokio::fs::remove_file(self.files.join(&name[..2]).join(name)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(AppError::File(error.to_string())),
            _ => Ok(()),
        }
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
        let path = self.files.join(&row.sha256[..2]).join(&row.sha256);
        let bytes = tokio::fs::read(&path).await.map_err(|error| AppError::File(error.to_string()))?;
        Ok((row, bytes))
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

/// Decodes a picture, turns it upright, makes it small, and encodes it anew.
fn redraw(bytes: &[u8], most_pixels: u64) -> Result<(Vec<u8>, (u32, u32)), AppError> {
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
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 85);
    picture.write_with_encoder(encoder).map_err(broken)?;
    Ok((out, (picture.width(), picture.height())))
}
