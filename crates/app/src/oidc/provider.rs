//! A provider of OpenID Connect as this program speaks with it: what it says of itself, where it asks
//! people, and what its tokens say.

use crate::{AppError, settings::Oidc};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, TokenResponse,
    core::{
        CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    },
    http,
};
use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

/// Most bytes of an answer; a provider's description and keys are a few thousand.
const MOST_ANSWER: usize = 256 * 1024;
/// Most characters of a subject (OpenID Connect Core 1.0, 2).
pub(crate) const MOST_SUBJECT: usize = 255;
/// How long what a provider says of itself is believed before it is read again.
const READ_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// Signatures that only the provider can make. Those with the client's secret (HS256) are not among
/// them: whoever knows it could log in as anybody.
const SIGNATURES: [CoreJwsSigningAlgorithm; 10] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EcdsaP521Sha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why a request to the provider came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// No connection, no answer in time, or a broken one.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// More than anything sensible.
    #[error("the answer is longer than {MOST_ANSWER} bytes")]
    Long,
    /// What cannot be sent or read.
    #[error("{0}")]
    Odd(String),
}

/// What is remembered of a login between the way to the provider and the way back.
pub(crate) struct Kept<'a> {
    /// The token that comes back.
    pub state: &'a str,
    /// What the ID token must hold.
    pub nonce: &'a str,
    /// What the code is exchanged with (RFC 7636).
    pub verifier: &'a str,
}

/// A provider.
pub struct Provider {
    settings: Oidc,
    issuer: IssuerUrl,
    http: reqwest::Client,
    known: RwLock<Option<(Timestamp, Arc<CoreProviderMetadata>)>>,
}

/// Whether an address is on this machine, where nobody listens in.
fn here(url: &openidconnect::url::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn away(error: &(dyn std::error::Error + 'static)) -> AppError {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words = format!("{words}: {next}");
        cause = next.source();
    }
    AppError::Away(words)
}

fn refused(why: impl std::fmt::Display) -> AppError {
    tracing::warn!(%why, "what the provider for logins sent was refused");
    AppError::wrong("provider", "provider_refused", "")
}

impl Provider {
    /// A provider as it is set up; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`AppError::Import`] with what to do when its address cannot be used.
    pub fn new(settings: Oidc) -> Result<Self, AppError> {
        let wrong = |why: &str| AppError::Import(format!("--oidc-issuer {}: {why}", settings.issuer));
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| wrong("this is no address"))?;
        if issuer.url().scheme() != "https" && !here(issuer.url()) {
            return Err(wrong("passwords and tokens would travel in the clear; it has to begin with https://"));
        }
        // Another part of the program may have chosen it before; it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .timeout(settings.patience)
            .connect_timeout(settings.patience);
        if here(issuer.url()) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| AppError::File(error.to_string()))?;
        Ok(Self { settings, issuer, http, known: RwLock::default() })
    }

    /// How people call it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Its issuer's address.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// What sends a request to the provider, as the library wants it.
    fn asker(&self) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, Unanswered>> + Send + Sync {
        let (http, near) = (self.http.clone(), here(self.issuer.url()));
        move |request| Box::pin(ask(http.clone(), near, request))
    }

    /// What the provider says of itself, with its keys: read at first use, and again after a while.
    async fn known(&self, now: Timestamp, fresh: bool) -> Result<Arc<CoreProviderMetadata>, AppError> {
        let kept = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read, known)) = kept
            && !fresh
            && now.duration_since(read) < READ_AGAIN
        {
            return Ok(known);
        }
        let ask = self.asker();
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &ask).await;
        let known = Arc::new(found.map_err(|error| away(&error))?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((now, known.clone()));
        Ok(known)
    }

    fn client(&self, known: &CoreProviderMetadata, back: &str) -> Result<Client, AppError> {
        let secret = self.settings.secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
        let methods = known.token_endpoint_auth_methods_supported();
        // Without a list it is the first (OpenID Connect Discovery 1.0, 3).
        let basic = methods.is_none_or(|all| all.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let back = RedirectUrl::new(back.to_owned()).map_err(|error| AppError::File(error.to_string()))?;
        let client =
            CoreClient::from_provider_metadata(known.clone(), ClientId::new(self.settings.client.clone()), secret);
        let auth = if basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        Ok(client.set_redirect_uri(back).set_auth_type(auth))
    }

    /// Where to send somebody; `back` is our address to which they return.
    ///
    /// # Errors
    /// [`AppError::Away`].
    pub(crate) async fn way(&self, kept: Kept<'_>, back: &str, now: Timestamp) -> Result<String, AppError> {
        let client = self.client(&*self.known(now, false).await?, back)?;
        let (state, nonce) = (CsrfToken::new(kept.state.to_owned()), Nonce::new(kept.nonce.to_owned()));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(kept.verifier.to_owned()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        // No scope but `openid`: names and addresses of the person stay there.
        let (url, ..) = client.authorize_url(flow, || state, || nonce).set_pkce_challenge(challenge).url();
        Ok(url.to_string())
    }

    /// Exchanges a code for an ID token and checks it; the subject. Clocks may differ by `skew`.
    ///
    /// # Errors
    /// [`AppError::Away`]; [`AppError::Wrong`] with `provider_refused` for a code or token that is not
    /// good here.
    pub(crate) async fn subject(
        &self,
        code: &str,
        kept: Kept<'_>,
        back: &str,
        now: Timestamp,
        skew: SignedDuration,
    ) -> Result<String, AppError> {
        let known = self.known(now, false).await?;
        let client = self.client(&known, back)?;
        let ask = self.asker();
        let exchange = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(refused)?;
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(kept.verifier.to_owned()));
        let answer = exchange.request_async(&ask).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(why) => refused(why),
            RequestTokenError::Parse(why, _) => refused(why),
            other => away(&other),
        })?;
        let token = answer.id_token().ok_or_else(|| refused("there is no ID token"))?;
        let hash = |client: &Client| -> Result<(), AppError> {
            let verifier = client.id_token_verifier();
            let expected = AccessTokenHash::from_token(
                answer.access_token(),
                token.signing_alg().map_err(refused)?,
                token.signing_key(&verifier).map_err(refused)?,
            );
            let claims = check(client, token, kept.nonce, now, skew).map_err(refused)?;
            match claims.1.is_none_or(|told| expected.is_ok_and(|expected| expected == told)) {
                true => Ok(()),
                false => Err(refused("the access token is another one's")),
            }
        };
        let subject = match check(&client, token, kept.nonce, now, skew) {
            Ok((subject, _)) => {
                hash(&client)?;
                subject
            }
            // Its keys may have changed since they were read.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let client = self.client(&*self.known(now, true).await?, back)?;
                let (subject, _) = check(&client, token, kept.nonce, now, skew).map_err(refused)?;
                hash(&client)?;
                subject
            }
            Err(why) => return Err(refused(why)),
        };
        match subject.is_empty() || subject.chars().count() > MOST_SUBJECT {
            true => Err(refused("the subject is empty or too long")),
            false => Ok(subject),
        }
    }
}

/// Sends a request and reads the answer, up to a bound; in the clear only to this machine itself.
async fn ask(client: reqwest::Client, near: bool, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
    let (parts, body) = request.into_parts();
    let url = reqwest::Url::parse(&parts.uri.to_string()).map_err(|error| Unanswered::Odd(error.to_string()))?;
    // Also what the provider names in its description.
    if url.scheme() != "https" && !(near && here(&url)) {
        return Err(Unanswered::Odd(format!("{url} does not begin with https://")));
    }
    let mut answer = client.request(parts.method, url).headers(parts.headers).body(body).send().await?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > MOST_ANSWER {
            return Err(Unanswered::Long);
        }
        bytes.extend_from_slice(&chunk);
    }
    response.body(bytes).map_err(|error| Unanswered::Odd(error.to_string()))
}

/// Checks an ID token (OpenID Connect Core 1.0, 3.1.3.7): signature, issuer, audience, nonce, when it
/// was made and when it ends. The subject, and the access token's hash if it tells one.
fn check(
    client: &Client,
    token: &CoreIdToken,
    nonce: &str,
    now: Timestamp,
    skew: SignedDuration,
) -> Result<(String, Option<AccessTokenHash>), ClaimsVerificationError> {
    let instant = |at: Timestamp| chrono::DateTime::from_timestamp_millis(at.as_millisecond()).unwrap_or_default();
    let latest = instant(now + skew);
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || instant(now - skew))
        .set_issue_time_verifier_fn(move |made| match made <= latest {
            true => Ok(()),
            false => Err(format!("it was made at {made}, which is still to come")),
        });
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    let azp = claims.authorized_party().map(|party| party.as_str());
    // Who asked for it, if it says so, were we (3.1.3.7, 5).
    if azp.is_some_and(|party| party != client.client_id().as_str()) {
        return Err(ClaimsVerificationError::InvalidAudience("another client asked for it".into()));
    }
    Ok((claims.subject().as_str().to_owned(), claims.access_token_hash().cloned()))
}
