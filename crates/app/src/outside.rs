//! The world outside: the mail server, the gateway for text messages, push services, programs and chat groups. How they are reached
//! is the operator's to say; everything else refuses to be talked into asking inside addresses.

pub mod guard;
pub mod http;
pub mod mail;
pub mod push;
pub mod sms;

use guard::Reachable;
pub use http::Answer;
use http::Http;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// How the outside is reached; nothing of it by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The mail server (`smtps://user:password@mail.example.org`, `smtp://…?tls=required`).
    pub smtp: Option<String>,
    /// From whom mail comes (`路院 <noreply@example.org>`).
    pub mail_from: Option<String>,
    /// The gateway through which text messages are sent.
    pub sms: Option<sms::Gateway>,
    /// Codes for residents are written to the log where they cannot be sent: for demonstrations.
    pub show_codes: bool,
    /// Networks inside that may be asked all the same (`10.1.2.0/24`).
    pub reachable: Reachable,
    /// Address under which people reach this site, for links.
    pub address: String,
    /// How long one message may take altogether: less than a worker's lease.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            smtp: None,
            mail_from: None,
            sms: None,
            show_codes: false,
            reachable: Reachable::default(),
            address: String::new(),
            patience: Duration::from_secs(15),
        }
    }
}

/// The outside, as use cases see it. Cheap to clone.
#[derive(Clone, Default)]
pub struct Outside {
    settings: Arc<Settings>,
    http: Arc<OnceLock<Http>>,
}

impl Outside {
    /// The outside, reached so.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), http: Arc::default() }
    }

    /// How it is reached.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The one client for HTTP; made when it is first needed.
    pub(crate) fn http(&self) -> Result<&Http, Failed> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let made = Http::new(self.settings.reachable.clone(), self.settings.patience)?;
        Ok(self.http.get_or_init(|| made))
    }
}

/// Why something outside was not told: a code with a detail, never an address or a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Trying again is of no use.
    pub forever: bool,
    /// Stable code and detail (`http 503`, `timeout`), as kept and shown.
    pub reason: String,
}

impl Failed {
    /// It may work later.
    pub fn for_now(reason: impl Into<String>) -> Self {
        Self { forever: false, reason: reason.into() }
    }

    /// It will not.
    pub fn forever(reason: impl Into<String>) -> Self {
        Self { forever: true, reason: reason.into() }
    }
}
