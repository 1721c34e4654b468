//! Web Push: a message is encrypted for one browser (RFC 8291, RFC 8188) and handed to its push
//! service, which knows the site by its key (RFC 8292) and learns neither words nor order.

use super::{Failed, http::Http};
use aes_gcm::{Aes128Gcm, KeyInit, aead::Aead};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use jiff::Timestamp;
use luyuan_store::pushes::Push;
use p256::{
    PublicKey, SecretKey,
    ecdh::diffie_hellman,
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::sec1::ToSec1Point,
};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;

/// How long a push service may keep a message for a browser that is away, in seconds.
const KEEP: &str = "86400";
/// How long the site's proof holds, in seconds (RFC 8292: at most a day).
const PROOF: i64 = 12 * 3600;
/// Most bytes of a message: one record of 4,096 with its header, tag and padding byte.
const MOST: usize = 3_900;

/// What is new for each message.
pub struct Fresh {
    /// Salt (RFC 8188).
    pub salt: [u8; 16],
    /// A key pair of this message only.
    pub key: SecretKey,
}

/// A public key as browsers write it: an uncompressed point (X9.62).
pub(crate) fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

/// Reads what a browser said when it subscribed: its public key and its secret.
fn keys_of(push: &Push) -> Option<(PublicKey, Vec<u8>)> {
    let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let public = PublicKey::from_sec1_bytes(&bytes(&push.p256dh)?).ok()?;
    let auth = bytes(&push.auth).filter(|auth| auth.len() == 16)?;
    Some((public, auth))
}

/// Whether a subscription can be used at all.
pub fn fits(push: &Push) -> bool {
    keys_of(push).is_some() && push.endpoint.len() <= 2_000
}

/// Encrypts a message for a browser (RFC 8291, section 3.4).
fn encrypted(message: &[u8], push: &Push, fresh: &Fresh) -> Option<Vec<u8>> {
    let (public, auth) = keys_of(push)?;
    let (theirs, ours) = (point(&public), point(&fresh.key.public_key()));
    let shared = diffie_hellman(fresh.key.to_nonzero_scalar(), public.as_affine());
    let info = [b"WebPush: info\0".as_slice(), &theirs, &ours].concat();
    let mut secret = [0u8; 32];
    Hkdf::<Sha256>::new(Some(&auth), shared.raw_secret_bytes()).expand(&info, &mut secret).ok()?;
    let content = Hkdf::<Sha256>::new(Some(&fresh.salt), &secret);
    let (mut key, mut nonce) = ([0u8; 16], [0u8; 12]);
    content.expand(b"Content-Encoding: aes128gcm\0", &mut key).ok()?;
    content.expand(b"Content-Encoding: nonce\0", &mut nonce).ok()?;
    // One record; 2 marks the last.
    let plain = [message, &[2]].concat();
    let sealed = Aes128Gcm::new_from_slice(&key).ok()?.encrypt(&nonce.into(), plain.as_slice()).ok()?;
    let length = u8::try_from(ours.len()).ok()?;
    Some([&fresh.salt[..], &4096u32.to_be_bytes(), &[length], &ours, &sealed].concat())
}

/// The site's proof for a push service: a JSON Web Token (ES256) and its public key.
fn proof(endpoint: &reqwest::Url, vapid: &SecretKey, contact: &str, now: Timestamp) -> String {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let head = encode(br#"{"typ":"JWT","alg":"ES256"}"#);
    let claims = serde_json::json!({
        "aud": endpoint.origin().ascii_serialization(),
        "exp": now.as_second() + PROOF,
        "sub": contact,
    });
    let signed = format!("{head}.{}", encode(claims.to_string().as_bytes()));
    let signature: Signature = SigningKey::from(vapid.clone()).sign(signed.as_bytes());
    let public = encode(&point(&vapid.public_key()));
    format!("vapid t={signed}.{},k={public}", encode(&signature.to_bytes()))
}

/// What became of a message to one browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// The push service took it.
    Taken,
    /// The browser is gone or has withdrawn its permission.
    Gone,
}

impl Http {
    /// Hands a message to a browser's push service. A message with the same topic that still waits
    /// there is replaced.
    ///
    /// # Errors
    /// [`Failed`] when the service did not take it.
    pub async fn push(
        &self,
        push: &Push,
        message: &[u8],
        topic: &str,
        (vapid, contact): (&SecretKey, &str),
        fresh: &Fresh,
        now: Timestamp,
    ) -> Result<Pushed, Failed> {
        let wrong = || Failed::forever("subscription");
        let endpoint = self.check(&push.endpoint).await?;
        let message = &message[..message.len().min(MOST)];
        let body = encrypted(message, push, fresh).ok_or_else(wrong)?;
        let mut headers = HeaderMap::new();
        let proof = proof(&endpoint, vapid, contact, now);
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&proof).map_err(|_| wrong())?);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(HeaderName::from_static("ttl"), HeaderValue::from_static(KEEP));
        headers.insert(HeaderName::from_static("urgency"), HeaderValue::from_static("normal"));
        headers.insert(HeaderName::from_static("topic"), HeaderValue::from_str(topic).map_err(|_| wrong())?);
        let answer = self.post(&push.endpoint, headers, body).await?;
        match answer.status {
            // The subscription ended (RFC 8030, 7.3).
            404 | 410 => Ok(Pushed::Gone),
            _ => answer.taken().map(|()| Pushed::Taken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn browser() -> Push {
        Push {
            id: "x".into(),
            endpoint: "https://push.example/p/1".into(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
        }
    }

    /// RFC 8291, appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let fresh = Fresh {
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
            key: SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap(),
        };
        let sealed = encrypted(b"When I grow up, I want to be a watermelon", &browser(), &fresh).unwrap();
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tl\
                      zAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(sealed), wanted);
    }

    #[test]
    fn the_proof_names_the_service_and_is_signed() {
        use p256::ecdsa::{VerifyingKey, signature::Verifier};
        let vapid = SecretKey::from_slice(&[7; 32]).unwrap();
        let url = "https://push.example:8443/p/1?x=y".parse().unwrap();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let proof = proof(&url, &vapid, "https://erqi.example", now);
        let (token, key) = proof.strip_prefix("vapid t=").unwrap().split_once(",k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], "https://push.example:8443");
        assert_eq!(claims["exp"], 1_700_043_200);
        let key = VerifyingKey::from_sec1_bytes(&bytes(key)).unwrap();
        key.verify(signed.as_bytes(), &Signature::from_slice(&bytes(signature)).unwrap()).unwrap();
    }

    #[test]
    fn a_subscription_that_is_none_is_refused() {
        assert!(fits(&browser()));
        for (p256dh, auth) in [("", "BTBZMqHH6r4Tts7J_aSIgg"), (&*browser().p256dh, "short"), ("AAAA", "!!")] {
            assert!(!fits(&Push { p256dh: p256dh.into(), auth: auth.into(), ..browser() }));
        }
    }
}
