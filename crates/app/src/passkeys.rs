//! Passkeys (WebAuthn): made on a device, used to log in without a password. The device checks who
//! holds it (by finger, face or PIN), so that a passkey is both factors at once.

use crate::{
    App, AppError,
    env::sha256,
    login::{Entered, Origin},
};
use luyuan_domain::{actor::Actor, ids::PersonId, ruleset::AccountBound};
use luyuan_store::{
    challenges::{self, Challenge},
    passkeys,
};
use serde::{Deserialize, Serialize};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, PublicKeyCredentialDescriptor, RpId,
        auth::AuthenticationVerificationOptions,
        register::{CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle},
    },
    response::{
        AuthTransports, CredentialId,
        auth::DiscoverableAuthentication,
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};

pub use luyuan_store::passkeys::Passkey;

/// Kinds of challenges.
const MAKE: &str = "passkey_make";
const USE: &str = "passkey_use";
/// Bytes of the handle by which a device knows whose a passkey is: the person's id.
const HANDLE: usize = 16;
/// Most characters of a passkey's label.
const MOST_LABEL: usize = 60;

/// A public key as it is kept.
type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// What is kept of a passkey.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: Vec<u8>,
    transports: u8,
    fixed: Vec<u8>,
    changing: Vec<u8>,
}

/// What a browser is asked, and the token of the step.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The token of this step.
    pub step: String,
    /// What `navigator.credentials` takes, as JSON.
    pub options: serde_json::Value,
}

/// Whom passkeys are for: the domain, and the origin from which pages come. None when people reach
/// the site by a bare number, for which there are no passkeys (WebAuthn level 3, 5.1.2).
fn relying_party(address: &str) -> Option<(RpId, String)> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split('/').next()?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name.starts_with('[') || name.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let domain = AsciiDomain::try_from(name.to_ascii_lowercase()).ok()?;
    Some((RpId::Domain(domain), format!("{scheme}://{}", host.to_ascii_lowercase())))
}

fn refused(_: impl std::fmt::Debug) -> AppError {
    AppError::wrong("response", "passkey_refused", "")
}

fn failed(error: impl std::fmt::Debug) -> AppError {
    AppError::File(format!("passkey: {error:?}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn handle(who: PersonId) -> Result<UserHandle<HANDLE>, AppError> {
    UserHandle::decode(*who.0.as_bytes()).map_err(failed)
}

impl App {
    /// Whether there can be passkeys where people reach the site under this address.
    pub fn passkeys_possible(&self, address: &str) -> bool {
        relying_party(address).is_some()
    }

    /// Somebody's passkeys, oldest first.
    ///
    /// # Errors
    /// As the database says.
    pub async fn passkeys(&self, who: PersonId) -> Result<Vec<Passkey>, AppError> {
        let j = self.jurisdiction.clone();
        let found =
            self.db.read(move |mut conn| Box::pin(async move { passkeys::of_person(&mut conn, &j, who).await }));
        found.await.map_err(AppError::Store)
    }

    async fn keep_step(&self, kind: &str, data: Vec<u8>) -> Result<String, AppError> {
        let (j, now, token) = (self.jurisdiction.clone(), self.env.now(), self.env.secret()?);
        let ends = now + self.rulebook().accounts(now)?.minutes(AccountBound::SecondFactorMinutes);
        let data = serde_json::to_string(&data).map_err(failed)?;
        let new = Challenge { token_hash: sha256(&token), kind: kind.into(), data, tries: 0, ends };
        let kept =
            self.db.write(move |mut conn| Box::pin(async move { challenges::put(&mut conn, &j, &new, now).await }));
        kept.await.map_err(AppError::Store)?;
        Ok(token)
    }

    /// The state of a step, which is taken by this: a response is looked at once.
    async fn take_step(&self, kind: &'static str, token: &str) -> Result<Vec<u8>, AppError> {
        let (j, now, hash) = (self.jurisdiction.clone(), self.env.now(), sha256(token));
        let taken = self.db.write(move |mut conn| {
            Box::pin(async move {
                let found = challenges::get(&mut conn, &j, &hash, kind, now).await?;
                let taken = found.is_some() && challenges::take(&mut conn, &j, &hash).await?;
                Ok(found.filter(|_| taken))
            })
        });
        let found = taken.await.map_err(AppError::Store)?.ok_or(AppError::NotFound("step"))?;
        serde_json::from_str(&found.data).map_err(failed)
    }

    /// Begins to make a passkey.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there can be none.
    pub async fn begin_passkey(&self, who: PersonId, address: &str) -> Result<Asked, AppError> {
        let (party, _) = relying_party(address).ok_or(AppError::NotFound("passkeys"))?;
        let person = self.person(who).await?;
        let id = handle(who)?;
        let mut there = Vec::new();
        for passkey in self.passkeys(who).await? {
            let kept: Kept = serde_json::from_str(&passkey.data).map_err(failed)?;
            let id = CredentialId::decode(kept.id).map_err(failed)?;
            there.push(PublicKeyCredentialDescriptor {
                id,
                transports: AuthTransports::decode(kept.transports).map_err(failed)?,
            });
        }
        let name = person.login.as_str().try_into().map_err(failed)?;
        // A name that the standard does not let stand there is left out.
        let user = PublicKeyCredentialUserEntity { name, id: &id, display_name: person.name.as_str().try_into().ok() };
        let mut options = PublicKeyCredentialCreationOptions::passkey(&party, user, there);
        // Not all devices know this extension, and it protects nothing that user verification, which
        // is required of every login, does not.
        options.extensions.cred_protect = CredProtect::None;
        let (server, client) = options.start_ceremony().map_err(failed)?;
        let options = serde_json::to_value(&client).map_err(failed)?;
        let step = self.keep_step(MAKE, server.encode().map_err(failed)?).await?;
        Ok(Asked { step, options })
    }

    /// Keeps the passkey that a browser made.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a step that was never begun, was taken or has ended;
    /// [`AppError::Wrong`] with `passkey_refused` for a response that does not belong to it.
    pub async fn make_passkey(
        &self,
        by: &Actor,
        who: PersonId,
        address: &str,
        step: &str,
        response: &str,
        label: &str,
    ) -> Result<(), AppError> {
        let (party, origin) = relying_party(address).ok_or(AppError::NotFound("passkeys"))?;
        let state = self.take_step(MAKE, step).await?;
        let state = RegistrationServerState::<HANDLE>::decode(&state).map_err(failed)?;
        let registration = Registration::from_json_relaxed(response.as_bytes()).map_err(refused)?;
        let origins = [origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            client_data_json_relaxed: true,
            ..Default::default()
        };
        let made = state.verify(&party, &registration, &options).map_err(refused)?;
        if *made.user_id() != handle(who)? {
            return Err(refused("begun by somebody else"));
        }
        let kept = Kept {
            id: made.id().as_ref().to_vec(),
            transports: made.transports().encode().map_err(failed)?,
            fixed: made.static_state().encode().map_err(failed)?,
            changing: made.dynamic_state().encode().map_err(failed)?.to_vec(),
        };
        let label: String = label.trim().chars().take(MOST_LABEL).collect();
        let id = hex(&kept.id);
        let data = serde_json::to_string(&kept).map_err(failed)?;
        let new = Passkey { id, person: who, label, data, added: self.env.now(), used: None };
        let login = self.person(who).await?.login;
        let (j, entry) = (self.jurisdiction.clone(), self.entry(by, "passkey_made", &login, &new.label));
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    passkeys::add(&mut conn, &j, &new).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Takes one of somebody's own passkeys away.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that is not there, or is somebody else's.
    pub async fn end_passkey(&self, by: &Actor, who: PersonId, id: &str) -> Result<(), AppError> {
        let (j, id, login) = (self.jurisdiction.clone(), id.to_owned(), self.person(who).await?.login);
        let entry = self.entry(by, "passkey_ended", &login, "");
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    if !passkeys::end(&mut conn, &j, who, &id).await? {
                        return Err(AppError::NotFound("passkey"));
                    }
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Begins to log in with a passkey, whoever it is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there can be none.
    pub async fn ask_passkey(&self, address: &str) -> Result<Asked, AppError> {
        let (party, _) = relying_party(address).ok_or(AppError::NotFound("passkeys"))?;
        let (server, client) =
            DiscoverableCredentialRequestOptions::passkey(&party).start_ceremony().map_err(failed)?;
        let options = serde_json::to_value(&client).map_err(failed)?;
        let step = self.keep_step(USE, server.encode().map_err(failed)?).await?;
        Ok(Asked { step, options })
    }

    /// Logs in with a passkey.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a step that was never begun, was taken or has ended;
    /// [`AppError::Wrong`] with `passkey_refused` for a response that does not belong to it;
    /// [`AppError::Login`] for somebody who holds no role.
    pub async fn use_passkey(
        &self,
        address: &str,
        step: &str,
        response: &str,
        from: &Origin,
    ) -> Result<Entered, AppError> {
        let (party, origin) = relying_party(address).ok_or(AppError::NotFound("passkeys"))?;
        let state = self.take_step(USE, step).await?;
        let state = DiscoverableAuthenticationServerState::decode(&state).map_err(failed)?;
        let answer = DiscoverableAuthentication::<HANDLE>::from_json_relaxed(response.as_bytes()).map_err(refused)?;
        let (j, id) = (self.jurisdiction.clone(), hex(answer.raw_id().as_ref()));
        let found = self.db.read(move |mut conn| Box::pin(async move { passkeys::get(&mut conn, &j, &id).await }));
        let passkey = found.await.map_err(AppError::Store)?.ok_or_else(|| refused("unknown"))?;
        let kept: Kept = serde_json::from_str(&passkey.data).map_err(failed)?;
        let owner = handle(passkey.person)?;
        let fixed = StaticState::<Key>::decode(&kept.fixed).map_err(failed)?;
        let changing = kept.changing.as_slice().try_into().map_err(failed)?;
        let changing = DynamicState::decode(changing).map_err(failed)?;
        let id = CredentialId::<&[u8]>::decode(&kept.id).map_err(failed)?;
        let mut credential = AuthenticatedCredential::new(id, &owner, fixed, changing).map_err(failed)?;
        let origins = [origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            client_data_json_relaxed: true,
            ..Default::default()
        };
        state.verify(&party, &answer, &mut credential, &options).map_err(refused)?;
        let changing = credential.dynamic_state().encode().map_err(failed)?.to_vec();
        let data = serde_json::to_string(&Kept {
            changing,
            id: kept.id.clone(),
            transports: kept.transports,
            fixed: kept.fixed.clone(),
        });
        let (data, j, now, person) = (data.map_err(failed)?, self.jurisdiction.clone(), self.env.now(), passkey.person);
        let used = self
            .db
            .write(move |mut conn| Box::pin(async move { passkeys::used(&mut conn, &j, &passkey, &data, now).await }));
        if !used.await.map_err(AppError::Store)? {
            return Err(refused("changed meanwhile"));
        }
        let org = self.first_org(&self.roles_of(person).await?).ok_or(AppError::Login)?;
        self.open_session(person, org, from).await.map(Entered::Session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_a_name_not_for_a_number() {
        let origin = |address: &str| relying_party(address).map(|(_, origin)| origin);
        assert_eq!(origin("https://Orders.Example.org/").as_deref(), Some("https://orders.example.org"));
        assert_eq!(origin("http://localhost:8311").as_deref(), Some("http://localhost:8311"));
        for none in ["http://127.0.0.1:8311", "http://[::1]:8311", "orders.example.org"] {
            assert_eq!(origin(none), None, "{none}");
        }
    }
}
