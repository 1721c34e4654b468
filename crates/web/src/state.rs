//! What every handler has at hand.

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
}

impl Site {
    /// A site of use cases that people reach under `address`.
    pub fn new(app: App, address: String, demo: bool) -> Self {
        give_words(&app);
        Self(Arc::new(Parts { app, address, demo }))
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
