//! Where the bytes of files lie: each under the SHA-256 of its content, in a folder of this machine
//! or in a bucket.

use super::bucket::{self, Bucket};
use crate::AppError;
use luyuan_store::StoreError;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Where files lie, and the folder beside them that never leaves this machine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    place: Place,
    beside: PathBuf,
}

#[derive(Debug, Clone)]
enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of S3, or of what speaks like it.
    Bucket(Bucket),
}

/// Something that lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// Path below the root: two letters, a slash and a hash, if it is a file of ours.
    pub path: String,
    /// Its hash by its name; none for what a crash left half-written, or a stranger.
    pub hash: Option<String>,
    /// Size in bytes.
    pub bytes: u64,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

impl From<PathBuf> for Files {
    fn from(folder: PathBuf) -> Self {
        Self { beside: folder.parent().map(Path::to_owned).unwrap_or_default(), place: Place::Folder(folder) }
    }
}

impl From<&Path> for Files {
    fn from(folder: &Path) -> Self {
        folder.to_owned().into()
    }
}

/// Whether a text can be the name of a file of ours: SHA-256 in lower-case hex.
pub(crate) fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn below(name: &str) -> Result<String, AppError> {
    if is_hash(name) {
        Ok(format!("{}/{name}", &name[..2]))
    } else {
        Err(AppError::File(format!("{name:?} names no file")))
    }
}

/// What went wrong with a file: a full disk is over some time, everything else is not.
fn failed(path: &Path, error: &io::Error) -> AppError {
    let words = format!("{}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            AppError::Store(StoreError::Busy(words))
        }
        _ => AppError::File(words),
    }
}

impl Files {
    /// The files at an address: a folder, or `s3://BUCKET/PLACE`; keys lie in the data folder.
    ///
    /// # Errors
    /// [`AppError::File`] for an address that is neither.
    pub fn at(address: &str, data: &Path) -> Result<Self, AppError> {
        let bucket = address.contains("://");
        let place = if bucket { Place::Bucket(bucket::open(address)?) } else { Place::Folder(address.into()) };
        Ok(Self { place, beside: data.to_owned() })
    }

    /// Where a key of that name lies: on this machine, never in a bucket.
    pub fn key(&self, name: &str) -> PathBuf {
        self.beside.join(name)
    }

    /// Keeps bytes under their own hash: complete and on the disk, or not at all. What is there
    /// already stays.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the disk is full, [`AppError::File`] when it cannot be written.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), AppError> {
        let below = below(name)?;
        match &self.place {
            Place::Folder(root) => {
                let path = root.join(below);
                on_disk(move || put_in_folder(&path, &bytes).map_err(|error| failed(&path, &error))).await
            }
            Place::Bucket(bucket) => bucket::put(bucket, &below, bytes).await,
        }
    }

    /// The bytes under a name, if there are any.
    ///
    /// # Errors
    /// [`AppError::File`] when they cannot be read.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, AppError> {
        let below = below(name)?;
        match &self.place {
            Place::Folder(root) => {
                let path = root.join(below);
                match tokio::fs::read(&path).await {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(failed(&path, &error)),
                }
            }
            Place::Bucket(bucket) => bucket::get(bucket, &below).await,
        }
    }

    /// Everything that lies there.
    ///
    /// # Errors
    /// [`AppError::File`] when it cannot be listed.
    pub async fn list(&self) -> Result<Vec<Lying>, AppError> {
        match &self.place {
            Place::Folder(root) => {
                let root = root.clone();
                on_disk(move || list_folder(&root).map_err(|error| failed(&root, &error))).await
            }
            Place::Bucket(bucket) => bucket::list(bucket).await,
        }
    }

    /// Removes what [`Files::list`] told of.
    ///
    /// # Errors
    /// [`AppError::File`] when it cannot be removed.
    pub async fn remove(&self, path: &str) -> Result<(), AppError> {
        match &self.place {
            Place::Folder(root) => {
                let path = root.join(path);
                tokio::fs::remove_file(&path).await.map_err(|error| failed(&path, &error))
            }
            Place::Bucket(bucket) => bucket::remove(bucket, path).await,
        }
    }
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| AppError::File(error.to_string()))?
}

fn put_in_folder(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        // The folder's own name must survive a power cut too.
        folder.parent().map_or(Ok(()), |root| File::open(root)?.sync_all())?;
    }
    if path.exists() {
        return Ok(());
    }
    // Unlike any name of ours, so that what a crash leaves is known for what it is.
    let draft = path.with_extension(format!("{}-{}.part", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    let written = (|| {
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        // The name must survive a power cut as well as the bytes.
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // On a full disk every byte counts.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn list_folder(root: &Path) -> io::Result<Vec<Lying>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                folders.push(entry.path());
                continue;
            }
            let path = entry.path();
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let since = about.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            found.push(Lying {
                hash: hash_in(&path),
                path,
                bytes: about.len(),
                at: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// The hash that a path below the root names.
pub(super) fn hash_in(path: &str) -> Option<String> {
    let (start, name) = path.split_once('/')?;
    (is_hash(name) && name.starts_with(start) && start.len() == 2).then(|| name.to_owned())
}
