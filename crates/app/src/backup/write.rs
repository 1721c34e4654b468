//! Writing an archive.

use super::{ABOUT, About, Count, FORMAT, Kept, MANIFEST, Manifest, Part, Progress, cannot, hashing::Sum, line};
use crate::{
    AppError,
    env::{Env, sha256},
    files::{Files, is_hash},
};
use flate2::{Compression, write::GzEncoder};
use luyuan_store::{Db, Engine, StoreError, known_migrations, portable};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use tar::{Builder, EntryType, Header};

/// Bytes of rows after which a new part is begun: what is held in memory at once.
const PART: usize = 4 * 1024 * 1024;

/// What is backed up.
#[derive(Clone)]
pub struct Source {
    /// The database.
    pub db: Db,
    /// Where the files lie.
    pub files: Files,
    /// Files with keys, when they shall be part of it.
    pub keys: Vec<PathBuf>,
    /// For the date.
    pub env: Env,
}

/// An archive that is being written.
struct Archive {
    tar: Builder<GzEncoder<BufWriter<File>>>,
    path: PathBuf,
    parts: Vec<Part>,
    made_at: u64,
}

impl Archive {
    fn make(path: &Path, about: &About) -> Result<Self, AppError> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|error| cannot(path, error))?;
        let tar = Builder::new(GzEncoder::new(BufWriter::new(file), Compression::fast()));
        let made_at = u64::try_from(about.made_at.as_second()).unwrap_or_default();
        let mut archive = Self { tar, path: path.to_owned(), parts: Vec::new(), made_at };
        let text = serde_json::to_vec_pretty(about).map_err(|error| cannot(path, error))?;
        archive.part(ABOUT, &text)?;
        Ok(archive)
    }

    fn append(&mut self, name: &str, bytes: u64, from: impl io::Read) -> Result<(), AppError> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.made_at);
        self.tar.append_data(&mut header, name, from).map_err(|error| cannot(&self.path, error))
    }

    /// Adds a part that the manifest names with its hash.
    fn part(&mut self, name: &str, bytes: &[u8]) -> Result<(), AppError> {
        self.append(name, bytes.len() as u64, bytes)?;
        self.parts.push(Part { name: name.to_owned(), bytes: bytes.len() as u64, sha256: sha256(bytes) });
        Ok(())
    }

    /// Writes the manifest and everything to the disk.
    fn finish(mut self, manifest: &Manifest) -> Result<(), AppError> {
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| cannot(&self.path, error))?;
        self.append(MANIFEST, text.len() as u64, text.as_slice())?;
        let bad = |error: io::Error| cannot(&self.path, error);
        let mut file = self.tar.into_inner().and_then(GzEncoder::finish).map_err(bad)?;
        file.flush().and_then(|()| file.get_ref().sync_all()).map_err(bad)
    }
}

/// Writes an archive of one moment, while others work on; `path` must not be there. `tell` hears how
/// far it is.
///
/// # Errors
/// [`AppError::File`] when it cannot be written, [`AppError::Import`] when the database is of a newer
/// or much older program. What was written so far is left for the caller to remove.
pub async fn write(
    source: &Source,
    path: &Path,
    mut tell: impl FnMut(Progress) + Send + 'static,
) -> Result<Manifest, AppError> {
    let engine = match source.db.engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let about = About {
        luyuan_backup: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        made_at: source.env.now(),
        engine: engine.into(),
    };
    let mut archive = Archive::make(path, &about)?;
    let work = source.db.snapshot(move |mut conn| {
        Box::pin(async move {
            let migrations = luyuan_store::migrations(&mut conn).await.map_err(|_| {
                AppError::Import("this is no database of Luyuan, or a very old one; run `luyuan migrate` first".into())
            })?;
            if let Some((newer, _)) =
                migrations.iter().find(|(version, _)| known_migrations().all(|known| known != *version))
            {
                return Err(AppError::Import(format!(
                    "the database is newer than this program (migration {newer}); back up with the newer program"
                )));
            }
            let tables = portable::tables(&mut conn).await?;
            let mut total = 0;
            for table in &tables {
                total += portable::count(&mut conn, table).await?;
            }
            let (mut kept, mut done) = (Vec::new(), 0);
            for table in tables {
                let (mut sum, mut lines, mut nth) = (Sum::default(), Vec::with_capacity(PART + 65_536), 0);
                let mut part = |archive: &mut Archive, lines: &mut Vec<u8>| {
                    let name = format!("tables/{}/{nth:06}.ndjson", table.name);
                    nth += 1;
                    let written = archive.part(&name, lines);
                    lines.clear();
                    written
                };
                portable::rows(&mut conn, &table, |row| {
                    let begin = lines.len();
                    line::write(&row, &mut lines).map_err(StoreError::Sql)?;
                    sum.add(&lines[begin..]);
                    if lines.len() >= PART {
                        part(&mut archive, &mut lines)?;
                        tell(Progress { step: "rows", done: done + sum.rows, total });
                    }
                    Ok::<_, AppError>(())
                })
                .await?;
                if !lines.is_empty() {
                    part(&mut archive, &mut lines)?;
                }
                done += sum.rows;
                tell(Progress { step: "rows", done, total });
                kept.push(Kept { table, rows: sum.rows, digest: sum.text() });
            }
            let named = luyuan_store::files::named(&mut conn).await?;
            Ok((archive, tell, migrations, kept, named))
        })
    });
    let (mut archive, mut tell, migrations, tables, named) = work.await?;
    let (mut files, mut missing) = (Count::default(), Vec::new());
    for (name, done) in named.iter().zip(1..) {
        // Files are only ever added: what the rows of that moment name is still there.
        match file(&mut archive, &source.files, name).await? {
            Some(bytes) => {
                files.count += 1;
                files.bytes += bytes;
            }
            None => missing.push(name.clone()),
        }
        tell(Progress { step: "files", done, total: named.len() as u64 });
    }
    for key in &source.keys {
        let name = key.file_name().unwrap_or_default().to_string_lossy();
        let bytes = fs::read(key).map_err(|error| cannot(key, error))?;
        archive.part(&format!("keys/{name}"), &bytes)?;
    }
    let parts = archive.parts.clone();
    let manifest = Manifest { about, migrations, tables, parts, files, missing, keys: !source.keys.is_empty() };
    archive.finish(&manifest)?;
    Ok(manifest)
}

/// Adds a file; how many bytes it has, or nothing when it is not there as its name says.
async fn file(archive: &mut Archive, files: &Files, name: &str) -> Result<Option<u64>, AppError> {
    let found = if is_hash(name) { files.get(name).await? } else { None };
    let Some(bytes) = found.filter(|bytes| sha256(bytes) == name) else { return Ok(None) };
    archive.append(&format!("files/{}/{name}", &name[..2]), bytes.len() as u64, bytes.as_slice())?;
    Ok(Some(bytes.len() as u64))
}
