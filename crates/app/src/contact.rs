//! How to reach reporters: encrypted with a key outside the database, shown masked, shown whole only
//! with a reason that is kept, forgotten in time.
//!
//! The same key seals other small secrets, such as those of authenticators and of telling.
//!
//! XChaCha20-Poly1305 (RFC 8439 with the extended nonce): a random nonce may be used for every text.
//! What is sealed for one reporter does not open for another.

mod erase;
mod forget;
mod marks;
mod reveal;

pub use erase::Erasing;
pub use reveal::Behind;

use crate::{App, AppError, env::sha256, key_file};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use luyuan_domain::{contact::ContactData, ids::ReporterId};
use luyuan_store::{
    StoreError,
    contacts::{self, Closed},
    reporters, settings,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

/// The setting that says which key the newest texts were sealed with.
const KEY_ID: &str = "contact_key";
/// Old rows that are sealed in one transaction.
const ROUND: i64 = 500;

/// A key with its name, which is no secret.
#[derive(Clone)]
struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
    /// What contact data is looked up with; made from the key.
    mark: marks::MarkKey,
}

/// The keys of a file, all open, the last one seals; or why there are none. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<RwLock<Keys>>);

#[derive(Default)]
struct Keys {
    path: PathBuf,
    keys: Vec<Key>,
    /// Why nothing can be sealed or opened, in a sentence for the operator.
    missing: Option<String>,
}

impl Vault {
    fn read(&self) -> RwLockReadGuard<'_, Keys> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, keys: Keys) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

/// A line of the key file: the key in base64.
fn parse(path: &Path, text: &str) -> Result<Vec<Key>, AppError> {
    let read = |line: &str| {
        let bytes = BASE64.decode(line.trim()).ok()?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).ok()?;
        Some(Key { id: sha256(&bytes)[..8].to_owned(), cipher, mark: marks::MarkKey::of(&bytes)? })
    };
    let keys: Option<Vec<Key>> = text.lines().filter(|line| !line.trim().is_empty()).map(read).collect();
    keys.filter(|keys| !keys.is_empty())
        .ok_or_else(|| AppError::File(format!("{}: a line is no key; put the right file there", path.display())))
}

impl App {
    /// Takes the keys of contact data from a file, which is made when nothing was sealed yet; seals
    /// what stands open in an older database. Without the right file the rest works: see
    /// [`App::contact_key`].
    ///
    /// # Errors
    /// As the database and the file system say.
    pub(crate) async fn open_contacts(&self, path: PathBuf) -> Result<(), AppError> {
        let j = self.rules_of.clone();
        let read = self.db.read(move |mut conn| Box::pin(async move { settings::get(&mut conn, &j, KEY_ID).await }));
        let known = read.await.map_err(AppError::Store)?;
        if known.is_some() && !path.exists() {
            let missing = format!(
                "{} is missing; without it nobody can read how to reach the reporters in this database: put it there, it belongs to the backup",
                path.display()
            );
            self.vault.set(Keys { path, keys: Vec::new(), missing: Some(missing) });
            return Ok(());
        }
        let text = key_file::read_or_make(&path, &format!("{}\n", BASE64.encode(self.env.bytes::<32>()?)))?;
        let keys = parse(&path, &text)?;
        if let Some(id) = known.as_ref().filter(|id| keys.iter().all(|key| key.id != **id)) {
            let missing = format!(
                "{} does not hold the key {id} with which contact data in this database is sealed: put the right file there",
                path.display()
            );
            self.vault.set(Keys { path, keys: Vec::new(), missing: Some(missing) });
            return Ok(());
        }
        let newest = keys.last().map(|key| key.id.clone()).unwrap_or_default();
        self.vault.set(Keys { path, keys, missing: None });
        if known.as_deref() != Some(newest.as_str()) {
            self.name_key(newest).await?;
        }
        if known.is_none() {
            self.seal_open().await?;
        }
        self.seal_telling(false).await
    }

    /// Whether contact data can be sealed and opened.
    ///
    /// # Errors
    /// [`AppError::File`] with what is missing.
    pub fn contact_key(&self) -> Result<(), AppError> {
        match &self.vault.read().missing {
            Some(missing) => Err(AppError::File(missing.clone())),
            None => Ok(()),
        }
    }

    async fn name_key(&self, id: String) -> Result<(), AppError> {
        let j = self.rules_of.clone();
        let named =
            self.db.write(move |mut conn| Box::pin(async move { settings::set(&mut conn, &j, KEY_ID, &id).await }));
        named.await.map_err(AppError::Store)
    }

    /// Seals what an older program kept open.
    async fn seal_open(&self) -> Result<(), AppError> {
        loop {
            let (app, j, now) = (self.clone(), self.jurisdiction.clone(), self.env.now());
            let done = self.db.write(move |mut conn| {
                Box::pin(async move {
                    let open = contacts::open(&mut conn, &j, ROUND).await?;
                    for (id, order, data) in &open {
                        if let Some(closed) = app.closed(*id, data)? {
                            contacts::put(&mut conn, &j, *id, *order, &closed, now).await?;
                        }
                        // Written back without what no longer belongs there.
                        let all = reporters::of_order(&mut conn, &j, *order).await?;
                        for reporter in all.iter().filter(|reporter| reporter.id == *id) {
                            reporters::update(&mut conn, &j, reporter).await?;
                        }
                    }
                    Ok::<_, AppError>(open.len())
                })
            });
            if done.await? == 0 {
                return Ok(());
            }
        }
    }

    /// A text sealed for one purpose, as it is kept: key, nonce and text. It opens for no other.
    ///
    /// # Errors
    /// [`AppError::File`] when there is no key or no randomness.
    pub(crate) fn seal_for(&self, whose: &str, text: &[u8]) -> Result<String, AppError> {
        let failed = |why: &str| AppError::File(format!("contact.key: {why}"));
        let nonce = self.env.bytes::<24>()?;
        self.contact_key()?;
        let keys = self.vault.read();
        let key = keys.keys.last().ok_or_else(|| failed("no key was opened"))?;
        let payload = Payload { msg: text, aad: whose.as_bytes() };
        let closed = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| failed("cannot seal"))?;
        Ok(format!("{}.{}.{}", key.id, BASE64.encode(nonce), BASE64.encode(closed)))
    }

    /// What was sealed for a purpose; none when it was changed, is for another, or its key is gone.
    ///
    /// # Errors
    /// [`AppError::File`] when there are no keys.
    pub(crate) fn open_for(&self, whose: &str, sealed: &str) -> Result<Option<Vec<u8>>, AppError> {
        self.contact_key()?;
        let keys = self.vault.read();
        let open = || {
            let mut parts = sealed.split('.');
            let (id, nonce, closed) = (parts.next()?, parts.next()?, parts.next()?);
            let key = keys.keys.iter().find(|key| key.id == id)?;
            let nonce: [u8; 24] = BASE64.decode(nonce).ok()?.try_into().ok()?;
            let closed = BASE64.decode(closed).ok()?;
            key.cipher.decrypt(&XNonce::from(nonce), Payload { msg: &closed, aad: whose.as_bytes() }).ok()
        };
        Ok(open())
    }

    /// For whom contact data is sealed.
    fn whose(&self, reporter: ReporterId) -> String {
        format!("{}/{reporter}", self.jurisdiction.0)
    }

    /// Contact data as it is kept; nothing when there is nothing to keep.
    ///
    /// # Errors
    /// As [`App::seal_for`].
    pub(crate) fn closed(&self, reporter: ReporterId, data: &ContactData) -> Result<Option<Closed>, AppError> {
        if data.is_empty() {
            return Ok(None);
        }
        let text = serde_json::to_vec(data).map_err(|error| AppError::File(error.to_string()))?;
        let sealed = self.seal_for(&self.whose(reporter), &text)?;
        Ok(Some(Closed { sealed, marks: self.marks(data)? }))
    }

    /// Contact data from what is kept.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it was changed, is another reporter's, or its key is gone.
    pub(crate) fn opened(&self, reporter: ReporterId, sealed: &str) -> Result<ContactData, AppError> {
        let text = self.open_for(&self.whose(reporter), sealed)?;
        let data = text.and_then(|text| serde_json::from_slice(&text).ok());
        data.ok_or_else(|| StoreError::corrupt("contacts", "sealed", reporter).into())
    }

    /// Adds a new key, seals everything with it, and drops the old ones; how many texts were sealed
    /// anew. For when the file may be known to others. May be called again after it was cut short.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a text that does not open; as the file system and the database say.
    pub async fn renew_contact_key(&self) -> Result<u64, AppError> {
        self.contact_key()?;
        let path = self.vault.read().path.clone();
        let before = key_file::read_or_make(&path, "")?;
        let fresh = BASE64.encode(self.env.bytes::<32>()?);
        key_file::replace(&path, &format!("{}\n{fresh}\n", before.trim_end()))?;
        self.take_keys(&path).await?;
        let (mut after, mut count) = (None, 0);
        loop {
            let (app, j) = (self.clone(), self.jurisdiction.clone());
            let done = self.db.write(move |mut conn| {
                Box::pin(async move {
                    let batch = contacts::after(&mut conn, &j, after, ROUND).await?;
                    for (id, sealed) in &batch {
                        if let Some(anew) = app.closed(*id, &app.opened(*id, sealed)?)? {
                            contacts::renew(&mut conn, &j, *id, sealed, &anew).await?;
                        }
                    }
                    Ok::<_, AppError>((batch.last().map(|(id, _)| *id), batch.len()))
                })
            });
            let (last, sealed) = done.await?;
            count += u64::try_from(sealed).unwrap_or_default();
            if last.is_none() {
                break;
            }
            after = last;
        }
        self.renew_factors().await?;
        self.seal_telling(true).await?;
        key_file::replace(&path, &format!("{fresh}\n"))?;
        self.take_keys(&path).await?;
        Ok(count)
    }

    /// Reads the key file again.
    async fn take_keys(&self, path: &Path) -> Result<(), AppError> {
        let keys = parse(path, &key_file::read_or_make(path, "")?)?;
        let newest = keys.last().map(|key| key.id.clone()).unwrap_or_default();
        self.vault.set(Keys { path: path.to_owned(), keys, missing: None });
        self.name_key(newest).await
    }
}
