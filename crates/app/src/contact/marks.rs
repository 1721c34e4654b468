//! Looking contact data up without reading it: each address and number has a mark, a keyed hash of its
//! one form. Who has the database alone can neither read it nor try numbers against it.

use super::ROUND;
use crate::{App, AppError};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use luyuan_domain::{
    contact::{ContactData, Reach},
    ruleset::ResidentBound,
};
use luyuan_store::contacts::{self, Mark, Marks};
use sha2::Sha256;

/// What the key of marks is made for (RFC 5869: info).
const USE: &[u8] = b"luyuan contact marks 1";

/// A key of marks; made from a key of the file, so that there is one file to keep.
#[derive(Clone)]
pub(super) struct MarkKey([u8; 32]);

impl MarkKey {
    /// The key of marks that belongs to a key of the file.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let mut made = [0u8; 32];
        Hkdf::<Sha256>::new(None, key).expand(USE, &mut made).ok()?;
        Some(Self(made))
    }

    /// A keyed hash (HMAC-SHA256) in hex.
    fn hash(&self, text: &str) -> String {
        use std::fmt::Write as _;
        // An HMAC takes keys of every length.
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map(|mac| mac.chain_update(text).finalize().into_bytes());
        mac.unwrap_or_default().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl App {
    /// A keyed hash of a text, for one purpose; the newest key first, then those that are being
    /// replaced.
    ///
    /// # Errors
    /// [`AppError::File`] when there are no keys.
    pub(crate) fn keyed(&self, purpose: &str, text: &str) -> Result<Vec<String>, AppError> {
        self.contact_key()?;
        let text = format!("{}/{purpose}/{text}", self.jurisdiction.0);
        Ok(self.vault.read().keys.iter().rev().map(|key| key.mark.hash(&text)).collect())
    }

    /// The marks under which an address or a number may be kept.
    pub(crate) fn marks_of(&self, reach: &Reach) -> Result<Vec<Mark>, AppError> {
        let marks = self.keyed(reach.code(), reach.text())?.into_iter();
        Ok(match reach {
            Reach::Email(_) => marks.map(Mark::Email).collect(),
            Reach::Phone(_) => marks.map(Mark::Phone).collect(),
        })
    }

    /// The marks of contact data. What cannot be an address or a number has none; nobody can prove it.
    /// Nothing at all before the rules say how numbers are read, as right after an upgrade.
    pub(super) fn marks(&self, data: &ContactData) -> Result<Option<Marks>, AppError> {
        let Ok(rules) = self.rulebook().residents(self.env.now()) else { return Ok(None) };
        let newest = |reach: Option<Reach>| -> Result<Option<String>, AppError> {
            let Some(reach) = reach else { return Ok(None) };
            Ok(self.keyed(reach.code(), reach.text())?.into_iter().next())
        };
        let phone = Reach::phone(&data.phone, rules.get(ResidentBound::CountryCode));
        Ok(Some(Marks { email: newest(Reach::email(&data.email))?, phone: newest(phone)? }))
    }

    /// Marks contact data that an older program kept without; how many rows.
    ///
    /// # Errors
    /// As the database says.
    pub async fn mark_contacts(&self) -> Result<usize, AppError> {
        if self.contact_key().is_err() || self.rulebook().residents(self.env.now()).is_err() {
            return Ok(0);
        }
        let mut marked = 0;
        loop {
            let (app, j) = (self.clone(), self.jurisdiction.clone());
            let asked = j.clone();
            // Looked at before anything is written: most of the time there is nothing to do.
            let waiting = self
                .db
                .read(move |mut conn| Box::pin(async move { contacts::unmarked(&mut conn, &asked, ROUND).await }));
            let batch = waiting.await.map_err(AppError::Store)?;
            if batch.is_empty() {
                return Ok(marked);
            }
            marked += batch.len();
            let done = self.db.write(move |mut conn| {
                Box::pin(async move {
                    for (id, sealed) in &batch {
                        // What cannot be opened can be shown to nobody either.
                        let marks = app.opened(*id, sealed).and_then(|data| app.marks(&data));
                        contacts::mark(&mut conn, &j, *id, sealed, &marks.ok().flatten().unwrap_or_default()).await?;
                    }
                    Ok::<_, AppError>(())
                })
            });
            done.await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869 says how the key is made, RFC 2104 how the hash is; both computed with Python's `hmac`
    /// and `hashlib`.
    #[test]
    fn a_mark_is_the_keyed_hash_of_the_standards() {
        let key = MarkKey::of(&[7; 32]).unwrap();
        assert_eq!(key.hash("erqi/phone/8613812345678"), EXPECTED);
        assert_ne!(MarkKey::of(&[8; 32]).unwrap().hash("erqi/phone/8613812345678"), EXPECTED);
    }

    const EXPECTED: &str = "7f107a31872b3855b594129a4d4fba26bd3e6995ca076ef0268850fc3f4fe2de";
}
