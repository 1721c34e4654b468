//! What every handler has at hand.

use luyuan_app::App;

/// The site: the use cases, and how it is reached.
#[derive(Clone)]
pub struct Site {
    /// The use cases.
    pub app: App,
    /// Address under which people reach it (`https://erqi.example`), for links and QR codes.
    pub address: String,
    /// Demonstration accounts are shown on the login page.
    pub demo: bool,
}

impl axum::extract::FromRef<Site> for App {
    fn from_ref(site: &Site) -> Self {
        site.app.clone()
    }
}
