//! Reading an archive from its beginning to its end, with every hash compared.

use super::{ABOUT, About, Count, FORMAT, MANIFEST, Manifest, Part, Progress, refused};
use crate::{AppError, files::is_hash};
use flate2::read::GzDecoder;
use luyuan_store::known_migrations;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};
use tar::Archive;

/// Largest part or file that is read into memory.
const MOST_PART: u64 = 512 * 1024 * 1024;

/// One thing in an archive.
pub(super) enum Piece<'r> {
    /// Rows of a table, by its name.
    Rows(&'r str, Vec<u8>),
    /// A file: its hash, and its bytes, which have that hash.
    File(&'r str, Vec<u8>),
    /// A key: its name and bytes.
    Key(&'r str, Vec<u8>),
}

/// Counts bytes of the archive that were read.
struct Counted<R>(R, std::rc::Rc<std::cell::Cell<u64>>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.set(self.1.get() + read as u64);
        Ok(read)
    }
}

/// Reads a whole archive and compares everything with its manifest; nothing is written.
///
/// # Errors
/// [`AppError::Import`] when it is no archive, of a newer program, cut short or changed.
pub fn check(archive: &Path, mut tell: impl FnMut(Progress)) -> Result<Manifest, AppError> {
    walk(archive, |_| Ok(()), &mut tell)
}

/// Hands over one piece after the other, and the manifest at the end.
pub(super) fn walk(
    archive: &Path,
    mut take: impl FnMut(Piece<'_>) -> Result<(), AppError>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Manifest, AppError> {
    let bad = |why: &dyn std::fmt::Display| refused(archive, why);
    // gzip and tar say it in many words; all mean the same to who has the file.
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => bad(&error),
        _ => bad(&"the archive was cut short or changed; take another copy of it"),
    };
    let changed = |name: &str| bad(&format!("{name} in the archive was changed; take another copy of it"));
    let file = File::open(archive).map_err(broken)?;
    let total = file.metadata().map_err(broken)?.len();
    let read = std::rc::Rc::new(std::cell::Cell::new(0));
    let mut tar = Archive::new(GzDecoder::new(Counted(BufReader::new(file), read.clone())));
    let (mut about, mut manifest) = (None::<About>, None::<Manifest>);
    let (mut parts, mut files) = (Vec::new(), Count::default());
    for entry in tar.entries().map_err(broken)? {
        let mut entry = entry.map_err(|error| {
            if about.is_none() {
                bad(&"this is no backup of Luyuan, or its beginning is damaged")
            } else {
                broken(error)
            }
        })?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if about.is_none() && name != ABOUT {
            return Err(bad(&"this is no backup of Luyuan"));
        }
        if manifest.is_some() {
            return Err(bad(&"something stands behind the end of the archive; take another copy of it"));
        }
        if let Some(hash) = name.strip_prefix("files/") {
            let hash = hash.get(3..).filter(|hash| is_hash(hash)).ok_or_else(|| changed(&name))?;
            if entry.size() > MOST_PART {
                return Err(changed(&name));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(broken)?;
            if crate::env::sha256(&bytes) != hash {
                return Err(changed(&name));
            }
            files.count += 1;
            files.bytes += bytes.len() as u64;
            take(Piece::File(hash, bytes))?;
        } else {
            let size = entry.size();
            if size > MOST_PART {
                return Err(changed(&name));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(broken)?;
            if bytes.len() as u64 != size {
                return Err(broken(io::ErrorKind::UnexpectedEof.into()));
            }
            if name == MANIFEST {
                manifest = Some(serde_json::from_slice(&bytes).map_err(|_| changed(&name))?);
            } else {
                let sha256 = crate::env::sha256(&bytes);
                parts.push(Part { name: name.clone(), bytes: bytes.len() as u64, sha256 });
                if name == ABOUT {
                    about = Some(first(&bytes).map_err(|why| bad(&why))?);
                } else if let Some(key) = name.strip_prefix("keys/") {
                    take(Piece::Key(key, bytes))?;
                } else if let Some(table) = name.strip_prefix("tables/").and_then(|rest| rest.split('/').next()) {
                    take(Piece::Rows(table, bytes))?;
                } else {
                    return Err(changed(&name));
                }
            }
        }
        tell(Progress { step: "archive", done: read.get(), total });
    }
    // What is left holds the check sum over everything.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(broken)?;
    let Some(manifest) = manifest else { return Err(bad(&"the archive was cut short; take another copy of it")) };
    if Some(&manifest.about) != about.as_ref() || manifest.parts != parts || manifest.files != files {
        return Err(changed("something"));
    }
    if let Some((newer, _)) =
        manifest.migrations.iter().find(|(version, _)| known_migrations().all(|known| known != *version))
    {
        return Err(bad(&format!("it was made by a newer program (migration {newer}); restore it with that one")));
    }
    Ok(manifest)
}

/// Whether this program can read an archive that begins so.
fn first(bytes: &[u8]) -> Result<About, &'static str> {
    let about: About = serde_json::from_slice(bytes).map_err(|_| "this is no backup of Luyuan")?;
    if about.luyuan_backup == FORMAT {
        Ok(about)
    } else {
        Err("its form is of a newer program; restore it with that one")
    }
}
