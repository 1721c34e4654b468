//! The site's own keys for telling: links in mails, push services, signatures. Made once, kept in the
//! settings, sealed, never shown but for the public halves.

use crate::{App, AppError};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use luyuan_domain::ids::ReporterId;
use luyuan_store::{StoreError, settings};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::sync::Arc;
use uuid::Uuid;

pub(super) const SETTING: &str = "telling_keys";

/// The keys, in base64.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    link: String,
    vapid: String,
    sign: String,
}

/// The site's own keys.
pub(crate) struct Keys {
    link: Vec<u8>,
    /// With which push services know the site (RFC 8292).
    pub vapid: p256::SecretKey,
    /// With which messages to programs are signed (`v1a`).
    pub sign: ed25519_dalek::SigningKey,
}

impl Keys {
    fn read(text: &str) -> Option<Self> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        let bytes = |text: &str| BASE64_STANDARD.decode(text).ok();
        Some(Self {
            link: bytes(&kept.link)?,
            vapid: p256::SecretKey::from_slice(&bytes(&kept.vapid)?).ok()?,
            sign: ed25519_dalek::SigningKey::from_bytes(&bytes(&kept.sign)?.try_into().ok()?),
        })
    }

    /// The public key that browsers are given, base64url.
    pub fn vapid_public(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(crate::outside::push::point(&self.vapid.public_key()))
    }

    /// The public key with which programs check `v1a`, as Standard Webhooks writes it.
    pub fn sign_public(&self) -> String {
        format!("whpk_{}", BASE64_STANDARD.encode(self.sign.verifying_key().to_bytes()))
    }

    /// A name of a reporter that nobody else can make, for one purpose.
    fn token(&self, purpose: &str, id: ReporterId) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.link).map(|mac| mac.chain_update(format!("{purpose}:{id}")));
        // 128 bits of it are not guessed; an HMAC takes keys of every length.
        let code = mac.map(|mac| mac.finalize().into_bytes()[..16].to_vec()).unwrap_or_default();
        format!("{}.{}", id.0.simple(), BASE64_URL_SAFE_NO_PAD.encode(code))
    }

    /// The key of a reporter's link in a mail: as good as the secret that they were given, which is
    /// kept only as a hash.
    pub fn follow(&self, id: ReporterId) -> String {
        self.token("follow", id)
    }

    /// The token with which a reporter wants no more mail.
    pub fn unsubscribe(&self, id: ReporterId) -> String {
        self.token("unsubscribe", id)
    }

    /// The reporter of a token for a purpose; compared in constant time.
    fn proven(&self, purpose: &str, token: &str) -> Option<ReporterId> {
        let id = ReporterId(Uuid::try_parse(token.split_once('.')?.0).ok()?);
        let (own, given) = (self.token(purpose, id), token.as_bytes());
        let differs = own.bytes().zip(given).fold(own.len() ^ given.len(), |sum, (a, b)| sum | usize::from(a ^ b));
        (differs == 0).then_some(id)
    }

    /// The reporter whose link in a mail this is.
    pub fn follower(&self, token: &str) -> Option<ReporterId> {
        self.proven("follow", token)
    }

    /// The reporter who wants no more mail.
    pub fn unsubscriber(&self, token: &str) -> Option<ReporterId> {
        self.proven("unsubscribe", token)
    }
}

impl App {
    /// The site's own keys; made when there are none.
    pub(crate) async fn telling_keys(&self) -> Result<Arc<Keys>, AppError> {
        let made = self.telling_keys.get_or_try_init(|| async {
            let j = self.rules_of.clone();
            let asked = j.clone();
            let read =
                self.db.read(move |mut conn| Box::pin(async move { settings::get(&mut conn, &asked, SETTING).await }));
            let text = match read.await.map_err(AppError::Store)? {
                Some(text) => text,
                None => {
                    let fresh = self.closed_keys(&self.fresh_keys()?)?;
                    let kept = self.db.write(move |mut conn| {
                        Box::pin(async move {
                            // Another program may have been first: then its keys hold.
                            settings::set_first(&mut conn, &j, SETTING, &fresh).await?;
                            settings::get(&mut conn, &j, SETTING).await
                        })
                    });
                    kept.await.map_err(AppError::Store)?.unwrap_or_default()
                }
            };
            let keys = self.opened_keys(&text)?.and_then(|text| Keys::read(&text));
            keys.map(Arc::new).ok_or_else(|| AppError::Store(StoreError::corrupt("settings", "value", SETTING)))
        });
        made.await.cloned()
    }

    fn fresh_keys(&self) -> Result<String, AppError> {
        // All but one in 2^32 of such numbers are keys of the curve.
        let vapid = loop {
            let bytes = self.env.bytes::<32>()?;
            if p256::SecretKey::from_slice(&bytes).is_ok() {
                break bytes;
            }
        };
        let encode = |bytes: [u8; 32]| BASE64_STANDARD.encode(bytes);
        let kept = Kept { link: encode(self.env.bytes()?), vapid: encode(vapid), sign: encode(self.env.bytes()?) };
        serde_json::to_string(&kept).map_err(|error| AppError::File(error.to_string()))
    }

    /// The reporter whose link this is: the secret that they were given, or the one from a mail.
    pub(crate) async fn follower(&self, secret: &str) -> Option<ReporterId> {
        if !secret.contains('.') {
            return None;
        }
        self.telling_keys().await.ok()?.follower(secret)
    }

    /// The public key that browsers are given when they subscribe (RFC 8292), base64url.
    ///
    /// # Errors
    /// As the database says.
    pub async fn push_key(&self) -> Result<String, AppError> {
        Ok(self.telling_keys().await?.vapid_public())
    }

    /// The public key with which programs check the asymmetric signature of messages.
    ///
    /// # Errors
    /// As the database says.
    pub async fn webhook_key(&self) -> Result<String, AppError> {
        Ok(self.telling_keys().await?.sign_public())
    }
}
