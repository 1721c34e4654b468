//! What every handler has at hand.

use crate::Operating;
use luyuan_app::App;
use std::{ops::Deref, sync::Arc};

/// The site: the use cases, and how it is reached. Cheap to clone, since each request does it more
/// than once.
#[derive(Clone)]
pub struct Site(Arc<Parts>);

/// What a site is made of.
pub struct Parts {
    /// The use cases.
    pub app: App,
    /// Address under which people reach it (`https://erqi.example`), for links and QR codes.
    pub address: String,
    /// Demonstration accounts are shown on the login page.
    pub demo: bool,
    /// How it is run.
    pub operating: Operating,
}

impl Site {
    /// A site of use cases that people reach under `address`.
    pub fn new(app: App, address: String, demo: bool) -> Self {
        Self::run_as(app, address, demo, Operating::default())
    }

    /// As [`Site::new`], measured and limited.
    pub fn run_as(app: App, address: String, demo: bool, operating: Operating) -> Self {
        give_words(&app);
        Self(Arc::new(Parts { app, address, demo, operating }))
    }

    /// Whether people reach it over TLS only.
    pub fn is_secure(&self) -> bool {
        self.address.starts_with("https://")
    }
}

/// Gives the use cases the sentences of the interface, for mails and other messages.
pub fn give_words(app: &App) {
    app.speak(Arc::new(crate::i18n::Sentences));
}

impl Deref for Site {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl axum::extract::FromRef<Site> for App {
    fn from_ref(site: &Site) -> Self {
        site.app.clone()
    }
}
