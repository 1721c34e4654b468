//! A provider that says whatever a test wants: signed by whom, for whom, when, and whether at all.

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer, SigningKey};
use luyuan_app::settings::{Oidc, Secret, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// The secret of the client `luyuan` there.
pub const SECRET: &str = "between the two alone";

/// What it says.
#[derive(Default)]
pub struct Says {
    /// Of whom the next token tells.
    pub claims: Value,
    /// The PKCE challenge with which the login began.
    pub challenge: String,
    /// By which key the next token is signed, and which is published.
    pub signed_by: u8,
    pub published: u8,
    /// The signature is of something else.
    pub spoilt: bool,
    /// The token says that it needs no signature.
    pub unsigned: bool,
    /// It takes requests and never answers.
    pub hangs: bool,
    /// It sends people elsewhere for its description.
    pub moved: bool,
    /// It never stops talking about itself.
    pub endless: bool,
    /// How often it was asked for a token.
    pub asked: usize,
}

/// A provider.
#[derive(Clone)]
pub struct Double {
    pub issuer: String,
    pub says: Arc<Mutex<Says>>,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

impl Double {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let double = Self { issuer, says: Arc::default() };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/elsewhere", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        double
    }

    /// A deployment that is set up with it.
    pub fn settings(&self) -> Settings {
        let oidc = Oidc {
            issuer: self.issuer.clone(),
            client: "luyuan".into(),
            secret: Some(Secret(SECRET.into())),
            name: "City Pass".into(),
            patience: Duration::from_millis(700),
        };
        Settings { oidc: Some(oidc), ..Settings::default() }
    }
}

async fn describe(State(double): State<Double>, uri: axum::http::Uri) -> Response {
    let (hangs, moved, endless) = {
        let says = double.says.lock().unwrap();
        (says.hangs, says.moved, says.endless)
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    if moved && uri.path() != "/elsewhere" {
        return axum::response::Redirect::temporary("/elsewhere").into_response();
    }
    let issuer = &double.issuer;
    let mut own = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    if endless {
        own["padding"] = "x".repeat(300 * 1024).into();
    }
    Json(own).into_response()
}

async fn keys(State(double): State<Double>) -> Json<Value> {
    let seed = double.says.lock().unwrap().published;
    let x = BASE64.encode(key(seed).verifying_key().as_bytes());
    Json(json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": format!("k{seed}"), "x": x }] }))
}

async fn token(
    State(double): State<Double>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if double.says.lock().unwrap().hangs {
        std::future::pending::<()>().await;
    }
    let mut says = double.says.lock().unwrap();
    says.asked += 1;
    let client = format!("Basic {}", STANDARD.encode(format!("luyuan:{}", SECRET.replace(' ', "+"))));
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    let fits = BASE64.encode(Sha256::digest(verifier)) == says.challenge;
    let back = form.get("redirect_uri").is_some_and(|uri| uri == "https://erqi.example/login/oidc/return");
    if headers.get("authorization").is_none_or(|said| *said != client) || !fits || !back {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let alg = if says.unsigned { "none" } else { "EdDSA" };
    let head = BASE64.encode(json!({ "alg": alg, "kid": format!("k{}", says.signed_by) }).to_string());
    let text = format!("{head}.{}", BASE64.encode(says.claims.to_string()));
    let of = if says.spoilt { "something else" } else { text.as_str() };
    let signature = if says.unsigned { Vec::new() } else { key(says.signed_by).sign(of.as_bytes()).to_vec() };
    let id_token = format!("{text}.{}", BASE64.encode(signature));
    Json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token })).into_response()
}
