//! The key that signs: made at the first start, kept in a file beside the database and never in it,
//! with a copy of the newest checkpoint that it signed.

use super::{seal::older, settled::Settled, signed};
use crate::{App, AppError, key_file};
use luyuan_analysis::evidence::{Checkpoint, Key, Verifier};
use luyuan_store::{
    StoreError,
    evidence::{self, Kind, PublicKey},
};
use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};
use tokio::sync::Mutex;

/// What seals: the key, where its copy of the newest checkpoint lies, and how far it got.
#[derive(Default)]
pub(crate) struct Ledger {
    hand: RwLock<Option<Hand>>,
    /// Held while sealing, so that one program seals once at a time.
    pub(super) rounds: Mutex<HashMap<Kind, Round>>,
}

/// How far sealing of a kind got in this program.
#[derive(Default)]
pub(super) struct Round {
    /// Up to this place nothing is left to seal.
    pub seen: i64,
    pub settled: Settled,
}

/// The key and the file of the newest checkpoint.
#[derive(Clone)]
pub(super) struct Hand {
    pub key: Key,
    newest: PathBuf,
}

impl Hand {
    /// Keeps a copy of a checkpoint outside the database, so that a database that goes back in time
    /// is noticed.
    pub fn remember(&self, note: &str) -> Result<(), AppError> {
        let cannot = |error: std::io::Error| AppError::File(format!("{}: {error}", self.newest.display()));
        let folder = self.newest.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
        file.write_all(note.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(cannot)?;
        file.persist(&self.newest).map_err(|error| cannot(error.error))?;
        Ok(())
    }

    /// The newest checkpoint that was signed here, if there is one.
    pub fn newest(&self) -> Result<Option<Checkpoint>, AppError> {
        let cannot = |why: String| AppError::File(format!("{}: {why}", self.newest.display()));
        match fs::read_to_string(&self.newest) {
            Ok(note) => {
                Checkpoint::verified(&note, &self.key.verifier()).map(Some).map_err(|error| cannot(error.to_string()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot(error.to_string())),
        }
    }
}

impl Ledger {
    pub(super) fn hand(&self) -> Option<Hand> {
        self.hand.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads the key, or makes one when there is none; another program may make it at the same time.
fn read_or_make(path: &Path, name: &str, seed: [u8; 32]) -> Result<Key, AppError> {
    let text = key_file::read_or_make(path, &format!("{}\n", Key::new(name, seed).secret()))?;
    Key::read(&text).map_err(|error| AppError::File(format!("{}: {error}", path.display())))
}

impl App {
    /// Takes the key that signs the log from `log.key` in a folder, and makes it at the first start.
    /// From then on [`App::seal`] seals.
    ///
    /// # Errors
    /// [`AppError::File`] when the key cannot be read or made, when the database's log is signed with
    /// another key, or when the database is older than what this key has signed; then nothing is
    /// sealed.
    pub async fn open_log(&self, folder: &Path) -> Result<Verifier, AppError> {
        let file = folder.join("log.key");
        if !file.exists()
            && let Some(last) = self.log_keys().await?.last()
        {
            return Err(AppError::File(format!(
                "{} is missing, and the log in this database is signed with the key {}: put the right log.key there, or renew the key with `luyuan log renew-key`",
                file.display(),
                last.verifier
            )));
        }
        let name = format!("luyuan/{}", self.jurisdiction.0);
        let key = read_or_make(&file, &name, self.env.bytes()?)?;
        let hand = Hand { key, newest: folder.join("log.checkpoint") };
        let verifier = hand.key.verifier();
        let known = self.known_key(&verifier).await?;
        if known != verifier.to_string() {
            return Err(AppError::File(format!(
                "the log in this database is signed with the key {known}, and {} holds {verifier}: put the right log.key there, or renew the key with `luyuan log renew-key`",
                file.display()
            )));
        }
        if let Some(newest) = hand.newest()? {
            let size = self.checkpoint().await?.map_or(0, |checkpoint| checkpoint.checkpoint.size);
            if size < newest.size {
                return Err(older(size, &newest));
            }
        }
        *self.ledger.hand.write().unwrap_or_else(PoisonError::into_inner) = Some(hand);
        Ok(verifier)
    }

    /// The key in force; ours becomes the first when there is none.
    async fn known_key(&self, own: &Verifier) -> Result<String, AppError> {
        let keys = self.log_keys().await?;
        if let Some(last) = keys.last() {
            return Ok(last.verifier.clone());
        }
        let first = PublicKey { size: 0, verifier: own.to_string(), at: self.env.now() };
        match self.add_log_key(0, first).await {
            // Another program was quicker.
            Ok(()) | Err(AppError::Store(StoreError::Conflict(_))) => {}
            Err(error) => return Err(error),
        }
        Ok(self.log_keys().await?.pop().map(|key| key.verifier).unwrap_or_default())
    }

    /// The public keys of the log, oldest first; the last one signs.
    ///
    /// # Errors
    /// As the database says.
    pub async fn log_keys(&self) -> Result<Vec<PublicKey>, AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| Box::pin(async move { evidence::keys(&mut conn, &j).await }));
        read.await.map_err(AppError::Store)
    }

    async fn add_log_key(&self, nth: i64, key: PublicKey) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let kept =
            self.db.write(move |mut conn| Box::pin(async move { evidence::add_key(&mut conn, &j, nth, &key).await }));
        kept.await.map_err(AppError::Store)
    }

    /// Sets the old key and its checkpoint aside under names that end in their size, makes a new key,
    /// and lets it sign from the present size on. For when the old one was lost, or may be known to
    /// others, or the database had to go back to an older copy.
    ///
    /// # Errors
    /// As [`App::open_log`].
    pub async fn renew_log_key(&self, folder: &Path) -> Result<Verifier, AppError> {
        let size = self.checkpoint().await?.map_or(0, |checkpoint| checkpoint.checkpoint.size);
        let now = self.env.now();
        for name in ["log.key", "log.checkpoint"] {
            let (from, to) = (folder.join(name), folder.join(format!("{name}.until-{}", now.as_millisecond())));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(AppError::File(format!("{}: {error}", from.display())));
                }
                _ => {}
            }
        }
        let name = format!("luyuan/{}", self.jurisdiction.0);
        let key = read_or_make(&folder.join("log.key"), &name, self.env.bytes()?)?;
        let nth = i64::try_from(self.log_keys().await?.len()).unwrap_or(i64::MAX);
        self.add_log_key(nth, PublicKey { size: signed(size), verifier: key.verifier().to_string(), at: now }).await?;
        self.open_log(folder).await
    }
}
