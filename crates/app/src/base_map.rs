//! The base map of a running installation: one file under its hash, a row that names it, and the
//! whole of it in memory, from which tiles are cut.

use crate::{
    App, AppError,
    city::{CityKind, pack},
    env::sha256,
};
pub use luyuan_analysis::tiles::ZOOMS;
use luyuan_analysis::tiles::{Base, Kind, Layer};
pub use luyuan_store::base_map::BaseRow;
use luyuan_store::{
    base_map::{current, replace},
    settings,
};
use std::sync::{Arc, PoisonError};

/// The kept base map with its row.
#[derive(Debug, Clone)]
pub struct KeptBase {
    /// From where, since when.
    pub row: BaseRow,
    base: Arc<Base>,
}

/// The layers of tiles and what is told of the things in each.
pub fn layers() -> [(&'static str, &'static [&'static str]); 7] {
    Layer::ALL.map(|layer| {
        let named = Kind::ALL.iter().any(|kind| kind.layer() == layer && kind.is_named());
        (layer.code(), if named { &["kind", "name", "name_zh", "name_en"][..] } else { &["kind"][..] })
    })
}

impl KeptBase {
    /// A short name of exactly this map: another map has another.
    pub fn version(&self) -> &str {
        self.row.sha256.get(..16).unwrap_or(&self.row.sha256)
    }

    /// West, south, east and north of all that is drawn, in degrees WGS-84.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.base.bounds()
    }

    /// A tile (Mapbox Vector Tile 2.1); none where nothing is drawn.
    pub fn tile(&self, zoom: u8, x: u32, y: u32) -> Option<Vec<u8>> {
        self.base.tile(zoom, x, y)
    }
}

impl App {
    /// The base map as of the last load; none before one was imported.
    pub fn base_map(&self) -> Option<Arc<KeptBase>> {
        self.base_map.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a base map in the place of the one before. Running servers notice it by themselves. The
    /// bytes are on disk before the row is.
    ///
    /// # Errors
    /// As the disk and the database say; then the map before stays.
    pub async fn keep_base(&self, base: &Base, kind: CityKind) -> Result<BaseRow, AppError> {
        let bytes = pack(&base.encode())?;
        let row = BaseRow {
            id: self.env.id().to_string(),
            kind,
            imported_at: self.env.now(),
            sha256: sha256(&bytes),
            bytes: bytes.len() as u64,
        };
        self.files.put(&row.sha256, bytes).await?;
        let (j, new) = (self.jurisdiction.clone(), row.clone());
        let before = self.db.write(move |mut conn| {
            Box::pin(async move {
                let before = current(&mut conn, &j).await?;
                replace(&mut conn, &j, &new).await?;
                settings::mark_changed(&mut conn, &j).await?;
                Ok::<_, AppError>(before)
            })
        });
        let before = before.await?.map(|before| before.sha256);
        self.replaced(before, &row.sha256).await?;
        Ok(row)
    }

    /// Reads the base map again when another one is named. One that cannot be read leaves none in
    /// memory: maps then show the district's own shapes, and the log says what to do.
    pub(crate) async fn reload_base(&self) -> Result<(), AppError> {
        let j = self.rules_of.clone();
        let row = self.db.read(move |mut conn| Box::pin(async move { current(&mut conn, &j).await }));
        let row = row.await.map_err(AppError::Store)?;
        if self.base_map().as_ref().map(|kept| &kept.row) == row.as_ref() {
            return Ok(());
        }
        let new = match row {
            None => None,
            Some(row) => match self.unpacked(&row.sha256, Base::decode).await {
                Ok(base) => Some(Arc::new(KeptBase { row, base: Arc::new(base) })),
                Err(error) => {
                    tracing::error!(sha256 = row.sha256, %error, "the base map cannot be read; import it again");
                    None
                }
            },
        };
        *self.base_map.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}
