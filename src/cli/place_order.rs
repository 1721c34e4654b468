//! `luyuan place-order`: for scripts, and for staff at a terminal.

use super::Trouble;
use clap::Args;
use luyuan_app::{
    App,
    orders::{Contact, Place, Where},
};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    orders::{Channel, Kind},
    roles::Scopes,
};

/// What the order says.
#[derive(Args)]
pub struct Options {
    /// Category code, as the catalogue has it (E01037 is a street light that is out)
    #[arg(long)]
    category: String,
    /// What is wrong, in the resident's words
    #[arg(long)]
    description: String,
    /// Longitude in degrees, WGS-84
    #[arg(long, requires = "lat", allow_hyphen_values = true)]
    lon: Option<f64>,
    /// Latitude in degrees, WGS-84
    #[arg(long, requires = "lon", allow_hyphen_values = true)]
    lat: Option<f64>,
    /// Code of a place, instead of a point
    #[arg(long)]
    place: Option<String>,
    /// The address in words
    #[arg(long, default_value = "")]
    address: String,
    /// A key under which the same command may be given again without placing it twice
    #[arg(long)]
    key: Option<String>,
}

/// Places it and prints number and secret.
pub async fn run(app: App, options: Options) -> Result<(), Trouble> {
    let now = app.env.now();
    let kind = app.rulebook().on(now)?.kind(&options.category).unwrap_or(Kind::Help);
    let new = Place {
        kind,
        category: options.category,
        description: options.description,
        at: Where {
            point: options.lon.zip(options.lat).and_then(|(lon, lat)| Wgs84::new(lon, lat)),
            place_code: options.place,
            address: options.address,
        },
        channel: Channel::Api,
        private: false,
        attributes: Vec::new(),
        contact: Contact::default(),
        photos: Vec::new(),
        key: options.key,
    };
    let placed = app.place(&Actor::Integrator { label: "command line".into(), scopes: Scopes::usual() }, new).await?;
    println!("number={} secret={}", placed.number, placed.secret);
    app.db.close().await;
    Ok(())
}
