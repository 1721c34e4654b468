//! The city of a running installation: one file under its hash, a row that names it, and the whole
//! of it in memory.

use super::Loaded;
use crate::{App, AppError, env::sha256, streets::Streets};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use luyuan_analysis::{
    locate::area,
    walk::{City, Zone, decode, encode},
};
use luyuan_domain::place::{Place, PlaceKind};
use luyuan_store::{
    city::{CityCounts, CityKind, CityRow, current, replace},
    settings,
};
use std::{
    io::{Read, Write},
    sync::{Arc, PoisonError},
};

/// Most bytes of a city in memory form: far above any city, far below what would fill a machine.
const MOST: u64 = 4 << 30;

/// The kept city with its row.
#[derive(Debug, Clone)]
pub struct KeptCity {
    /// From where, since when, how much.
    pub row: CityRow,
    /// The city.
    pub city: Arc<City>,
    pub(crate) streets: Streets,
}

/// Where a city comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Kind.
    pub kind: CityKind,
    /// Its name.
    pub name: String,
    /// What it was made from, for people.
    pub source: String,
}

impl App {
    /// The city as of the last load; none before one was imported.
    pub fn city(&self) -> Option<Arc<KeptCity>> {
        self.city.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The places of these kinds as areas for which coverage is told.
    pub fn zones(&self, kinds: &[PlaceKind]) -> Vec<Zone> {
        let directory = self.directory();
        let wanted = directory.places().iter().filter(|place| kinds.contains(&place.kind));
        let zone = |place: &Place| {
            let (code, name, kind) = (place.code.clone(), place.name.clone(), place.kind.code().to_owned());
            Some(Zone { code, name, kind, area: area(place.shape.as_ref()?)? })
        };
        wanted.filter_map(zone).collect()
    }

    /// Keeps a city in the place of the one before. Running servers notice it by themselves. The bytes
    /// are on disk before the row is.
    ///
    /// # Errors
    /// As the disk and the database say; then the city before stays.
    pub async fn keep_city(&self, loaded: &Loaded, origin: Origin) -> Result<CityRow, AppError> {
        let city = &loaded.city;
        let bytes = pack(&encode(city))?;
        let large = |count: usize| count as u64;
        let parks = city.parks.iter().filter(|park| park.is_park).count();
        let row = CityRow {
            id: self.env.id().to_string(),
            kind: origin.kind,
            name: origin.name,
            source: origin.source,
            attribution: city.attribution.clone(),
            imported_at: self.env.now(),
            sha256: sha256(&bytes),
            bytes: large(bytes.len()),
            counts: CityCounts {
                nodes: large(city.network.len()),
                edges: large(city.network.edge_count()),
                parks: large(parks),
                greens: large(city.parks.len() - parks),
                buildings: large(city.buildings.len()),
                residents: city.residents(),
                unreachable: large(loaded.findings.unlinked),
                estimated: large(loaded.findings.estimated),
            },
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

    /// Reads the city again when another one is named. One that cannot be read leaves none in memory:
    /// everything else works without it, and the log says what to do.
    pub(crate) async fn reload_city(&self) -> Result<(), AppError> {
        let j = self.rules_of.clone();
        let row = self.db.read(move |mut conn| Box::pin(async move { current(&mut conn, &j).await }));
        let row = row.await.map_err(AppError::Store)?;
        let there = self.city();
        if there.as_ref().map(|kept| &kept.row) == row.as_ref() {
            return Ok(());
        }
        let new = match row {
            None => None,
            Some(row) => match self.unpacked(&row.sha256, decode).await {
                Ok(city) => Some(Arc::new(KeptCity { row, streets: Streets::of(&city), city: Arc::new(city) })),
                Err(error) => {
                    tracing::error!(sha256 = row.sha256, %error, "the city cannot be read; import it again");
                    None
                }
            },
        };
        *self.city.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// After another city or base map was kept: lets the bytes `before` it go, unless they are the same
    /// as `now`, and reads what is named.
    pub(crate) async fn replaced(&self, before: Option<String>, now: &str) -> Result<(), AppError> {
        if let Some(before) = before.filter(|before| before != now) {
            self.drop_bytes(&before).await?;
        }
        self.reload().await
    }

    /// What lies packed under a hash, unpacked and decoded where no request waits for it.
    pub(crate) async fn unpacked<T: Send + 'static, E: std::fmt::Display + 'static>(
        &self,
        sha256: &str,
        decode: fn(&[u8]) -> Result<T, E>,
    ) -> Result<T, AppError> {
        let bytes = self.bytes(sha256).await?;
        let read = tokio::task::spawn_blocking(move || {
            decode(&unpack(&bytes)?).map_err(|bad| AppError::File(bad.to_string()))
        });
        read.await.map_err(|error| AppError::File(error.to_string()))?
    }
}

/// Bytes, packed (zlib).
pub(crate) fn pack(plain: &[u8]) -> Result<Vec<u8>, AppError> {
    let failed = |error: std::io::Error| AppError::File(error.to_string());
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(plain).map_err(failed)?;
    packed.finish().map_err(failed)
}

/// What [`pack`] packed.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, AppError> {
    let mut plain = Vec::new();
    let read = ZlibDecoder::new(bytes).take(MOST).read_to_end(&mut plain);
    read.map_err(|error| AppError::File(error.to_string()))?;
    Ok(plain)
}
