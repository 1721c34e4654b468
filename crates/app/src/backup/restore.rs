//! Restoring an archive: all of it, or nothing.

use super::{
    Kept, Manifest, Progress, cannot,
    hashing::Sum,
    line,
    read::{self, Piece},
    refused,
};
use crate::{AppError, files::Files};
use futures::FutureExt as _;
use luyuan_store::{
    Conn, Db, Engine,
    portable::{self, Cell, Table},
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use tokio::sync::mpsc;

/// Where an archive goes.
#[derive(Clone)]
pub struct Target {
    /// `postgres://…`, or the path of a SQLite file.
    pub database: String,
    /// The data folder, where keys go.
    pub data: PathBuf,
    /// Where files go.
    pub files: Files,
    /// Whether what is there may be replaced.
    pub replace: bool,
}

/// Rows on their way from the archive to the database: of which table, and how many bytes of lines.
type Batch = Result<(String, Vec<u8>), AppError>;

/// Restores an archive into an empty database, or in place of one. The archive is read twice: first
/// to see that it is whole, then to restore it. `tell` hears how far it is.
///
/// # Errors
/// [`AppError::Import`] when the archive is refused, or the database is not empty; then nothing was
/// changed. [`AppError::Store`] and [`AppError::File`] when it could not be written; then what was
/// there before is still there.
pub async fn restore(
    archive: &Path,
    target: &Target,
    mut tell: impl FnMut(Progress) + Clone + Send + 'static,
) -> Result<Manifest, AppError> {
    let manifest = read::check(archive, &mut tell)?;
    fs::create_dir_all(&target.data).map_err(|error| cannot(&target.data, error))?;
    let full = || {
        AppError::Import(
            "the database is not empty; restore into another, or add --replace to put this in its place".into(),
        )
    };
    match Db::check_address(&target.database)? {
        Engine::Postgres => {
            let db = Db::open(&target.database).await?;
            let done = async {
                let read = db.read(|mut conn| Box::pin(async move { portable::is_empty(&mut conn).await }));
                if !target.replace && !read.await.map_err(AppError::Store)? {
                    return Err(full());
                }
                load(archive, &db, Some(target), &manifest, tell).await
            };
            let done = done.await;
            db.close().await;
            done?;
        }
        Engine::Sqlite => {
            let path = luyuan_store::sqlite_path(&target.database).to_owned();
            if !target.replace && path.exists() {
                let db = Db::open(&path.to_string_lossy()).await?;
                let read = db.read(|mut conn| Box::pin(async move { portable::is_empty(&mut conn).await }));
                let empty = read.await.map_err(AppError::Store);
                db.close().await;
                if !empty? {
                    return Err(full());
                }
            }
            // Nobody may have the old file open: it would go on in a file without a name.
            if path.exists() {
                luyuan_store::fold(&path).map_err(|_| {
                    AppError::Import(format!("{} is in use; stop the program that has it open", path.display()))
                })?;
            }
            let draft = path.with_extension("restoring");
            let done = lite(archive, &draft, Some(target), &manifest, tell).await;
            let done = done.and_then(|()| put(&draft, &path));
            remove(&draft);
            done?;
        }
    }
    Ok(manifest)
}

/// Restores the rows of an archive into a temporary folder inside `beside`, reads all of them back,
/// and compares; hashes of files and parts are compared on the way.
///
/// # Errors
/// [`AppError::Import`] when the archive is not what its manifest says.
pub async fn verify(
    archive: &Path,
    beside: &Path,
    mut tell: impl FnMut(Progress) + Clone + Send + 'static,
) -> Result<Manifest, AppError> {
    let manifest = read::check(archive, &mut tell)?;
    let folder = tempfile::Builder::new().prefix(".luyuan-verify-").tempdir_in(beside);
    let folder = folder.map_err(|error| cannot(beside, error))?;
    lite(archive, &folder.path().join("verify.db"), None, &manifest, tell).await?;
    Ok(manifest)
}

/// Restores into a new SQLite file, complete and closed.
async fn lite(
    archive: &Path,
    file: &Path,
    target: Option<&Target>,
    manifest: &Manifest,
    tell: impl FnMut(Progress) + Send + 'static,
) -> Result<(), AppError> {
    remove(file);
    let db = Db::open(&file.to_string_lossy()).await?;
    let done = load(archive, &db, target, manifest, tell).await;
    db.close().await;
    done
}

/// Removes a SQLite file with what belongs to it, if it is there.
fn remove(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

/// Puts a complete file in the place of another, so that a power cut leaves one or the other; the
/// other stays beside it under another name.
fn put(draft: &Path, path: &Path) -> Result<(), AppError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut before = path.as_os_str().to_owned();
    before.push(".before-restore");
    let before = PathBuf::from(before);
    if path.exists() {
        let _ = fs::remove_file(&before);
        fs::hard_link(path, &before).map_err(|error| cannot(&before, error))?;
    }
    File::open(draft)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(draft, path))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(|error| cannot(path, error))
}

/// Reads the archive on a thread of its own and adds its rows in one transaction; files and keys go
/// to the data folder. What was added there is taken away again when the rows cannot be kept.
async fn load(
    archive: &Path,
    db: &Db,
    target: Option<&Target>,
    manifest: &Manifest,
    mut tell: impl FnMut(Progress) + Send + 'static,
) -> Result<(), AppError> {
    let (send, batches) = mpsc::channel::<Batch>(2);
    let (from, to) = (archive.to_owned(), target.cloned());
    let runtime = tokio::runtime::Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        let mut added = Vec::new();
        let gone = || AppError::Import("the database took no more rows".into());
        let walked = read::walk(
            &from,
            |piece| match (piece, &to) {
                (Piece::Rows(table, lines), _) => send.blocking_send(Ok((table.to_owned(), lines))).map_err(|_| gone()),
                (Piece::File(hash, bytes), Some(to)) => {
                    if runtime.block_on(to.files.get(hash))?.is_none() {
                        runtime.block_on(to.files.put(hash, bytes))?;
                        added.push(Added::File(format!("{}/{hash}", &hash[..2])));
                    }
                    Ok(())
                }
                (Piece::Key(name, bytes), Some(to)) => {
                    let plain = !name.contains(['/', '\\']) && !name.starts_with('.');
                    if !plain {
                        return Err(refused(&from, "a key in it has a name that is none"));
                    }
                    keep_key(&to.data.join(name), &bytes, &mut added)
                }
                (_, None) => Ok(()),
            },
            &mut |progress| tell(Progress { step: "restoring", ..progress }),
        );
        // What failed last is told by the transaction, which then keeps nothing.
        if let Err(error) = walked {
            let _ = send.blocking_send(Err(error));
        }
        added
    });
    let wanted = manifest.clone();
    let name = archive.to_owned();
    let kept = db.write(move |conn| fill(conn, batches, wanted, name).boxed()).await;
    let added = reading.await.map_err(|error| AppError::File(error.to_string()))?;
    if kept.is_err() {
        for one in added {
            match (one, target) {
                (Added::File(path), Some(target)) => drop(target.files.remove(&path).await),
                (Added::Key(path), _) => drop(fs::remove_file(path)),
                (Added::File(_), None) => {}
            }
        }
    }
    kept
}

/// What a restore added and takes away again when the rows cannot be kept.
enum Added {
    File(String),
    Key(PathBuf),
}

/// Writes a key unless there is one of that name, for its owner's eyes.
fn keep_key(path: &Path, bytes: &[u8], added: &mut Vec<Added>) -> Result<(), AppError> {
    let file = match File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        file => file,
    };
    let written = file.and_then(|mut file| {
        added.push(Added::Key(path.to_owned()));
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| cannot(path, error))
}

/// Makes the tables, adds the rows, reads them back, and brings the tables to the present form.
async fn fill(
    mut conn: Conn<'_>,
    mut batches: mpsc::Receiver<Batch>,
    manifest: Manifest,
    archive: PathBuf,
) -> Result<(), AppError> {
    let versions: Vec<i64> = manifest.migrations.iter().map(|(version, _)| *version).collect();
    portable::prepare(&mut conn, &versions).await?;
    let there = portable::tables(&mut conn).await?;
    let mut tables = BTreeMap::new();
    for Kept { table, .. } in &manifest.tables {
        if !there.contains(table) {
            return Err(refused(&archive, format!("the table {} in it is unknown to this program", table.name)));
        }
        tables.insert(table.name.as_str(), table);
    }
    while let Some(batch) = batches.recv().await {
        let (name, lines) = batch?;
        let unknown = || refused(&archive, format!("rows of a table {name} that its manifest does not name"));
        let table = *tables.get(name.as_str()).ok_or_else(unknown)?;
        let rows = lines.split_inclusive(|byte| *byte == b'\n').map(|line| {
            line::read(line, table).ok_or_else(|| refused(&archive, format!("a row of {name} cannot be read")))
        });
        let rows = rows.collect::<Result<Vec<Vec<Cell>>, _>>()?;
        portable::add(&mut conn, table, &rows).await?;
    }
    for kept in &manifest.tables {
        let sum = sum(&mut conn, &kept.table).await?;
        if sum.rows != kept.rows || sum.text() != kept.digest {
            let (is, was) = (sum.rows, kept.rows);
            return Err(refused(
                &archive,
                format!("{}: {is} rows came back of {was}, or not as they were", kept.table.name),
            ));
        }
    }
    portable::finish(&mut conn, &there).await?;
    Ok(())
}

/// The sum of the rows that a table has now.
async fn sum(conn: &mut Conn<'_>, table: &Table) -> Result<Sum, AppError> {
    let (mut sum, mut out) = (Sum::default(), Vec::new());
    portable::rows(conn, table, |row| {
        out.clear();
        line::write(&row, &mut out).map_err(AppError::Import)?;
        sum.add(&out);
        Ok::<_, AppError>(())
    })
    .await?;
    Ok(sum)
}
